/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Figures to screens and files.  One or several pictures are drawn together, each a figure or the
 * first of a chain of them (figure.h).
 *
 * The plotter owns one long-lived gnuplot child, started at the first picture that needs it,
 * started again when it died, and ended by plotter_free.  .csv and .gp need no gnuplot.
 */
#ifndef EMSTEP_PLOT_RENDER_H
#define EMSTEP_PLOT_RENDER_H

#include <signal.h>

#include "base/text.h"
#include "plot/figure.h"

struct plotter;

enum theme { THEME_DEFAULT, THEME_PROJECTOR, THEME_PRINT };

struct render_how {
    enum theme theme;
    const char *terminal;    /* --plot=TERMINAL: "auto" (window, sixel or text by what is there),
                                "window", "sixel", "text", "none" */
    bool colour;             /* of text pictures */
    bool ascii;              /* text pictures without box-drawing and Greek */
    int columns, lines;      /* of the terminal that shows it; 0: ask the terminal, else 80 × 24 */
    bool on_terminal;        /* stdout is a terminal: sixel and windows may be tried */
};

struct plotter *plotter_new(const char *gnuplot_path /* NULL: "gnuplot" on PATH */,
                            volatile sig_atomic_t *interrupt, struct error *e);
void plotter_free(struct plotter *p);

/* Shows the panels: text and sixel are appended to `out`, which the caller prints. */
int plotter_show(struct plotter *p, const struct figure *const *panel, size_t npanel,
                 const struct render_how *how, struct text *out, struct error *e);

/* Writes .png .svg .pdf .gif .txt .csv .gp by the ending (file_write: all or nothing). */
int plotter_write(struct plotter *p, const struct figure *const *panel, size_t npanel,
                  const struct render_how *how, const char *path, struct error *e);

/* The bytes of such a file, appended to `out`. */
int plotter_draw(struct plotter *p, const struct figure *const *panel, size_t npanel,
                 const struct render_how *how, const char *ending, struct text *out,
                 struct error *e);

/* The frames of an animation, one after another: `draw` gives the pictures of frame i, which are
 * its own until the next call. */
struct frames {
    size_t n;
    int (*draw)(void *context, size_t i, const struct figure *const **panel, size_t *npanel,
                struct error *e);
    void *context;
    double delay;            /* seconds from one to the next */
};

/* The bytes of a GIF that repeats for ever.  gnuplot leaves out a frame that it fails to draw
 * without an error; that is one here. */
int plotter_animate(struct plotter *p, const struct frames *frames, enum theme theme,
                    struct text *out, struct error *e);

/* Formats known by their ending, for completion and errors: NULL-terminated, "png" … */
extern const char *const plot_endings[];

/* The pieces, for tests: the gnuplot script of a figure with its data inline (what .gp holds), the
 * numbers as CSV (17 digits), and a string quoted so that gnuplot takes it as nothing but text. */
void figure_to_gp(const struct figure *const *panel, size_t npanel, const struct render_how *how,
                  struct text *out);
void figure_to_csv(const struct figure *const *panel, size_t npanel, struct text *out);
void gnuplot_quote(const char *s, struct text *out);

#endif
