/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/render.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "plot/decimal.h"
#include "plot/gnuplot.h"
#include "plot/screen.h"
#include "plot/sketch.h"

static const double WINDOW_SECONDS = 5;     /* a window that cannot open would hang for a minute */
static const double PLOT_SECONDS = 10;
static const double POINT_SECONDS = 20e-6;

struct plotter {
    struct gnuplot gnuplot;
    char *path;
    bool asked, sixel;       /* the terminal, whether it shows sixel pictures */
    const char *window;      /* gnuplot's terminal of the window that is open, or NULL */
    bool no_window;          /* opening one has failed before */
};

const char *const plot_endings[] = {"png", "svg", "pdf", "gif", "txt", "csv", "gp", NULL};

struct plotter *plotter_new(const char *gnuplot_path, volatile sig_atomic_t *interrupt,
                            struct error *e)
{
    struct plotter *p = NEW(struct plotter);
    char *path = mem_copy_text(gnuplot_path ? gnuplot_path : "gnuplot");

    if (!p || !path) {
        mem_free(p);
        mem_free(path);
        error_no_memory(e);
        return NULL;
    }
    p->path = path;
    gnuplot_init(&p->gnuplot, path, interrupt);
    return p;
}

/* A window outlives the session that drew it. */
void plotter_free(struct plotter *p)
{
    char last[64];

    if (!p)
        return;
    snprintf(last, sizeof last, "set term %s persist\n", p->window ? p->window : "");
    gnuplot_clear(&p->gnuplot, p->window ? last : NULL);
    mem_free(p->path);
    mem_free(p);
}

/* One exchange with gnuplot */

struct job {
    struct text commands, data, answer;
    struct script script;
    struct decimal decimal;
};

static int job_begin(struct job *j, struct error *e)
{
    *j = (struct job){TEXT_INIT, TEXT_INIT, TEXT_INIT, {0}, {0}};
    if (!decimal_begin(&j->decimal))
        return error_no_memory(e);
    script_init(&j->script, &j->commands, &j->data);
    return 0;
}

static int job_run(struct job *j, struct plotter *p, double seconds, struct error *e)
{
    script_clear(&j->script);
    if (j->commands.failed)
        return error_no_memory(e);
    return gnuplot_run(&p->gnuplot, j->commands.s, &j->data, seconds, &j->answer, e);
}

static void job_end(struct job *j)
{
    text_clear(&j->commands);
    text_clear(&j->data);
    text_clear(&j->answer);
    decimal_end(&j->decimal);
}

static double plot_seconds(const struct figure *const *panel, size_t npanel)
{
    size_t n = 0;

    for (size_t i = 0; i < npanel; i++)
        for (const struct figure *f = panel[i]; f; f = f->next)
            for (size_t k = 0; k < f->nseries; k++)
                n += f->series[k]->n;
    return PLOT_SECONDS + POINT_SECONDS * (double)n;
}

static int check_figures(const struct figure *const *panel, size_t npanel, struct error *e)
{
    if (npanel == 0)
        return error_set(e, "nothing to plot");
    for (size_t i = 0; i < npanel; i++)
        if (figure_done(panel[i], e) != 0)
            return -1;
    return 0;
}

/* Images */

struct image {
    const char *ending;     /* NULL: of no file */
    const char *terminal;   /* gnuplot's */
    const char *magic;      /* how its output begins */
    const char *extra;      /* options */
    double unit;            /* of its size, to a pixel */
    bool undashed;          /* it draws every line solid */
};

static const struct image images[] = {
    {"png", "pngcairo", "\x89PNG", "rounded background rgb \"white\"", 1, false},
    {"svg", "svg", "<?xml", "rounded fontscale 1.33 background rgb \"white\"", 1, false},
    {"pdf", "pdfcairo", "%PDF", "rounded fontscale 1 linewidth 2 background rgb \"white\"",
     1 / 72.0, false},
    {"gif", "gif", "GIF8", "background rgb \"white\"", 1, true},
};
static const struct image sixel = {NULL, "sixelgd", "\033P", "background rgb \"white\"", 1,
                                   true};

static void set_terminal(struct text *out, const struct image *image, const struct sheet *sheet,
                         int font)
{
    text_addf(out, "set term %s noenhanced font \"DejaVu Sans,%d\" %s size %.6g,%.6g\n",
              image->terminal, font, image->extra, image->unit * sheet->width,
              image->unit * sheet->height);
}

static int drew_nothing(const struct plotter *p, struct error *e)
{
    const struct text *said = &p->gnuplot.said;

    return error_set(e, "gnuplot drew nothing%s%s", said->length > 0 ? ": " : "", said->s);
}

static int draw_image(struct plotter *p, const struct figure *const *panel, size_t npanel,
                      enum theme theme, const struct image *image, const struct sheet *sheet,
                      struct text *out, struct error *e)
{
    struct look look = theme_look(theme);
    struct job j;
    int status;

    if (job_begin(&j, e) != 0)
        return -1;
    set_terminal(&j.commands, image, sheet, look.font);
    j.script.undashed = image->undashed;
    script_picture(&j.script, panel, npanel, theme);
    status = job_run(&j, p, plot_seconds(panel, npanel), e);
    if (status == 0 && strncmp(j.answer.s, image->magic, strlen(image->magic)) != 0)
        status = drew_nothing(p, e);
    if (status == 0)
        text_add_bytes(out, j.answer.s, j.answer.length);
    job_end(&j);
    return status;
}

/* Animations */

enum { FRAMES_BYTES = 256 << 20 };

/* "41 frames in animation sequence" */
static int check_frames(const struct plotter *p, const struct text *answer, size_t n,
                        struct error *e)
{
    const char *said = p->gnuplot.said.s;
    size_t drawn = (size_t)strtoul(said, NULL, 10);

    if (strncmp(answer->s, "GIF8", 4) != 0 || !strstr(said, "frame"))
        return drew_nothing(p, e);
    if (drawn != n)
        return error_set(e, "gnuplot drew %zu of %zu frames", drawn, n);
    return 0;
}

static int too_much(size_t i, size_t n, struct error *e)
{
    error_set(e, "%zu frames of this are too much at once", n);
    return error_hint(e, "frames=%zu", i > 1 ? i - 1 : 1);
}

/* Without `optimize`, which gives all frames the colours of the first. */
static void set_animation(struct job *j, const struct figure *const *panel, size_t npanel,
                          double delay, enum theme theme)
{
    struct sheet sheet = sheet_of(panel, npanel, theme);
    char extra[96];
    struct image gif = {NULL, "gif", "GIF8", extra, 1, true};

    j->script.undashed = gif.undashed;
    snprintf(extra, sizeof extra, "background rgb \"white\" animate delay %d loop 0",
             (int)(100 * delay + 0.5));
    set_terminal(&j->commands, &gif, &sheet, theme_look(theme).font);
}

static int add_frames(struct job *j, const struct frames *frames, enum theme theme,
                      double *seconds, struct error *e)
{
    for (size_t i = 0; i < frames->n; i++) {
        const struct figure *const *panel;
        size_t npanel;

        if (frames->draw(frames->context, i, &panel, &npanel, e) != 0 ||
            check_figures(panel, npanel, e) != 0)
            return -1;
        if (i == 0)
            set_animation(j, panel, npanel, frames->delay, theme);
        script_picture(&j->script, panel, npanel, theme);
        *seconds += plot_seconds(panel, npanel);
        if (j->commands.length + j->data.length > FRAMES_BYTES)
            return too_much(i, frames->n, e);
    }
    return 0;
}

int plotter_animate(struct plotter *p, const struct frames *frames, enum theme theme,
                    struct text *out, struct error *e)
{
    double seconds = 0;
    struct job j;
    int status;

    if (job_begin(&j, e) != 0)
        return -1;
    status = add_frames(&j, frames, theme, &seconds, e);
    if (status == 0)
        status = job_run(&j, p, seconds, e);
    else
        script_clear(&j.script);
    if (status == 0)
        status = check_frames(p, &j.answer, frames->n, e);
    if (status == 0)
        text_add_bytes(out, j.answer.s, j.answer.length);
    job_end(&j);
    return status == 0 && out->failed ? error_no_memory(e) : status;
}

/* Text */

/* Of a picture's own grid: panels side by side at most; columns of one at least, and between two;
 * lines of one at least. */
enum { GRID_ACROSS = 8, GRID_PANEL = 36, GRID_GAP = 2, GRID_LINES = 15 };
enum { LEVEL_LINES = 6 }; /* … around those of its levels */
enum { TILE_LINES = 11 }; /* of a picture beside others, at least */
/* … and of one of several pictures that stand side by side. */
enum { PICTURE_COLUMNS = 70 };

/* One exchange of a text picture; its answer is in j. */
static int sketch_exchange(struct job *j, struct plotter *p, const struct sketch *k,
                           void (*commands)(const struct sketch *, struct script *),
                           struct error *e)
{
    if (job_begin(j, e) != 0)
        return -1;
    commands(k, &j->script);
    if (job_run(j, p, plot_seconds(&k->figure, 1), e) == 0)
        return 0;
    job_end(j);
    return -1;
}

static int draw_sketch(struct plotter *p, struct sketch *k, struct text *out, struct error *e)
{
    struct job j;
    bool measured;

    if (sketch_exchange(&j, p, k, sketch_measure, e) != 0)
        return -1;
    measured = sketch_measured(k, &j.answer);
    job_end(&j);
    if (!measured)
        return drew_nothing(p, e);
    if (sketch_exchange(&j, p, k, sketch_draw, e) != 0)
        return -1;
    sketch_finish(k, &j.answer, out);
    job_end(&j);
    return 0;
}

static size_t at_least(int v, int least)
{
    return (size_t)(v > least ? v : least);
}

/* A panel whose y axis has a few named levels needs no more than two lines for each. */
static size_t panel_lines(const struct figure *f, size_t lines)
{
    size_t few = 2 * f->y.ntick + LEVEL_LINES;

    return f->y.ntick > 0 && few < lines ? few : lines;
}

/* Panels of a grid that stand side by side: a row of it, or as many as there is room for. */
static int draw_beside(struct plotter *p, struct sketch *k, const struct figure *const *panel,
                       size_t n, struct text *out, struct error *e)
{
    struct text part[GRID_ACROSS];
    size_t lines = k->lines;
    int status = 0;

    for (size_t i = 0; i < GRID_ACROSS; i++)
        part[i] = (struct text)TEXT_INIT;
    for (size_t i = 0; i < n && status == 0; i++) {
        k->figure = panel[i];
        k->lines = n == 1 ? panel_lines(panel[i], lines) : lines;
        if (panel[i] && !panel[i]->bare)
            status = draw_sketch(p, k, &part[i], e);
        else if (panel[i])
            sketch_key(k, &part[i]);
        k->untitled = false;
    }
    k->lines = lines;
    if (status == 0)
        sketch_beside(part, n, k->columns + GRID_GAP, out);
    for (size_t i = 0; i < n; i++)
        text_clear(&part[i]);
    return status;
}

/* The panels of one row of the grid, by their column; NULL where there is none. */
static void grid_row(const struct figure *first, size_t row, const struct figure **panel)
{
    for (const struct figure *f = first; f; f = f->next)
        if (f->row == row && f->column < GRID_ACROSS)
            panel[f->column] = f;
}

/* As they stand in the grid. */
static int draw_rows(struct plotter *p, struct sketch *k, size_t rows, size_t across,
                     struct text *out, struct error *e)
{
    const struct figure *first = k->figure;

    for (size_t row = 0; row < rows; row++) {
        const struct figure *panel[GRID_ACROSS] = {NULL};

        grid_row(first, row, panel);
        if (draw_beside(p, k, panel, across, out, e) != 0)
            return -1;
    }
    return 0;
}

/* In their order, `across` to a line; the keys that are panels follow. */
static int draw_flow(struct plotter *p, struct sketch *k, size_t across, struct text *out,
                     struct error *e)
{
    const struct figure *panel[GRID_ACROSS] = {NULL}, *first = k->figure;
    size_t n = 0;

    for (const struct figure *f = first; f; f = f->next) {
        if (!f->bare)
            panel[n++] = f;
        if (n < across && (f->next || n == 0))
            continue;
        if (draw_beside(p, k, panel, n, out, e) != 0)
            return -1;
        n = 0;
    }
    k->columns = k->columns * across + GRID_GAP * (across - 1);
    for (const struct figure *f = first; f; f = f->next)
        if (f->bare && (k->figure = f))
            sketch_key(k, out);
    return 0;
}

/* Lines of each row of the grid, under what `said` holds already: so many that all are to be seen at
 * once, where each still is a picture then. */
static void share_lines(struct sketch *k, size_t rows, const struct text *said)
{
    enum { LOW_PANEL = 10, LOW_DRAWING = 8 };
    size_t all = k->lines, plain = all / rows, taken = 0;

    for (size_t i = 0; i < said->length; i++)
        taken += said->s[i] == '\n';
    size_t each = (all > taken ? all - taken : 0) / rows;
    bool low = plain < GRID_LINES && each >= LOW_PANEL;
    k->least = low ? LOW_DRAWING : 0;
    k->lines = low ? each + 1 : plain < GRID_LINES ? GRID_LINES : plain; /* it takes one less */
}

/* The panels of one picture: as in their grid where each has room, else one after another. */
static int draw_grid(struct plotter *p, struct sketch *whole, struct text *out, struct error *e)
{
    struct sketch k = *whole;
    size_t rows, columns, fit = (whole->columns + GRID_GAP) / (GRID_PANEL + GRID_GAP);

    sheet_grid(k.figure, &rows, &columns);
    fit = fit < 1 ? 1 : fit > GRID_ACROSS ? GRID_ACROSS : fit;
    sketch_title(&k, out);
    k.untitled = true;
    if (fit > columns)
        fit = columns;
    k.columns = (whole->columns - GRID_GAP * (fit - 1)) / fit;
    share_lines(&k, rows, out);
    return fit == columns ? draw_rows(p, &k, rows, columns, out, e)
                          : draw_flow(p, &k, fit, out, e);
}

static int draw_one(struct plotter *p, struct sketch *k, struct text *out, struct error *e)
{
    return (k->figure->next ? draw_grid : draw_sketch)(p, k, out, e);
}

/* n pictures in lines of `across`, each k->columns wide and k->lines high. */
static int draw_text(struct plotter *p, struct sketch k, const struct figure *const *panel,
                     size_t n, size_t across, struct text *out, struct error *e)
{
    int status = 0;

    for (size_t first = 0; first < n && status == 0; first += across) {
        struct text part[GRID_ACROSS];
        size_t beside = n - first < across ? n - first : across;

        for (size_t i = 0; i < beside; i++)
            part[i] = (struct text)TEXT_INIT;
        for (size_t i = 0; i < beside && status == 0; i++) {
            k.figure = panel[first + i];
            status = draw_one(p, &k, &part[i], e);
        }
        text_add(out, first > 0 ? "\n" : "");
        if (status == 0 && across > 1)
            sketch_beside(part, beside, k.columns + GRID_GAP, out);
        else if (status == 0)
            text_add_bytes(out, part[0].s, part[0].length);
        for (size_t i = 0; i < beside; i++) {
            out->failed |= part[i].failed;
            text_clear(&part[i]);
        }
    }
    return status;
}

static struct sketch sketch_of(const struct render_how *how, bool colour, int columns, int lines)
{
    return (struct sketch){.theme = how->theme, .colour = colour, .ascii = how->ascii,
                           .columns = at_least(columns, SKETCH_COLUMNS),
                           .lines = at_least(lines, SKETCH_LINES)};
}

static int bounded(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

static bool are_single(const struct figure *const *panel, size_t npanel)
{
    for (size_t i = 0; i < npanel; i++)
        if (panel[i]->next)
            return false;
    return true;
}

/* How several pictures stand: as on a sheet, where each has so many columns at least. */
static int pictures_across(size_t n, int columns, int least)
{
    int square = (int)ceil(sqrt((double)n));

    return bounded((columns + GRID_GAP) / (least + GRID_GAP), 1, bounded(square, 1, GRID_ACROSS));
}

/* One column is left free, so that no line wraps; below, room for the prompt.  Several pictures on
 * a terminal are to be seen at once. */
static int show_text(struct plotter *p, const struct figure *const *panel, size_t npanel,
                     const struct render_how *how, struct text *out, struct error *e)
{
    struct screen screen = how->on_terminal ? screen_size() : (struct screen){0};
    int columns = how->columns > 0 ? how->columns : screen.columns > 0 ? screen.columns : 80;
    int lines = how->lines > 0 ? how->lines : screen.lines > 0 ? screen.lines : 24;

    columns = bounded(columns, SKETCH_COLUMNS, 400) - 1;
    bool tiled = how->on_terminal && are_single(panel, npanel);
    int across = pictures_across(npanel, columns, tiled ? GRID_PANEL : PICTURE_COLUMNS);
    int down = (bounded((int)npanel, 1, 8) + across - 1) / across;
    columns = (columns - GRID_GAP * (across - 1)) / across;
    int least = tiled && across > 1 ? TILE_LINES : 14;
    int most = across > 1 ? columns * 2 / 3 : columns / 2;
    lines = (lines - (across > 1 ? 4 : 2) - (down - 1)) / down;
    lines = bounded(lines, least, most > least ? most : least);
    return draw_text(p, sketch_of(how, how->colour, columns, lines), panel, npanel, (size_t)across,
                     out, e);
}

/* Windows and sixel */

static const char *const windows[] = {"qt", "wxt", "x11", NULL};

static int find_window(struct plotter *p, const char *wanted, const char **name, struct error *e)
{
    *name = NULL;
    for (size_t i = 0; windows[i] && !*name; i++) {
        bool has = false;

        if (wanted && strcmp(wanted, windows[i]) != 0)
            continue;
        if (gnuplot_has_terminal(&p->gnuplot, windows[i], &has, e) != 0)
            return -1;
        if (has)
            *name = windows[i];
    }
    return 0;
}

static int draw_window(struct plotter *p, const struct figure *const *panel, size_t npanel,
                       enum theme theme, const char *name, struct error *e)
{
    struct sheet sheet = sheet_of(panel, npanel, theme);
    struct image window = {NULL, name, "", "noraise title \"emstep\"", 1, false};
    double seconds = plot_seconds(panel, npanel) - (p->window ? 0 : PLOT_SECONDS - WINDOW_SECONDS);
    struct job j;
    int status;

    if (job_begin(&j, e) != 0)
        return -1;
    set_terminal(&j.commands, &window, &sheet, theme_look(theme).font);
    script_picture(&j.script, panel, npanel, theme);
    status = job_run(&j, p, seconds, e);
    job_end(&j);
    if (status == 0)
        p->window = name;
    return status;
}

static int show_window(struct plotter *p, const struct figure *const *panel, size_t npanel,
                       const struct render_how *how, const char *wanted, struct text *out,
                       struct error *e)
{
    const char *name;

    if (!screen_has_display()) {
        error_set(e, "no window: there is no display (DISPLAY and WAYLAND_DISPLAY are not set)");
        return error_hint(e, "--plot=text draws in the terminal, output=FILE.png into a file");
    }
    if (find_window(p, wanted, &name, e) != 0)
        return -1;
    if (!name) {
        error_set(e, "no window: this gnuplot has no %s terminal", wanted ? wanted : "window");
        return error_hint(e, "install one that has: sudo apt-get install gnuplot-qt");
    }
    if (draw_window(p, panel, npanel, how->theme, name, e) != 0) {
        p->no_window = true;
        p->window = NULL;
        return -1;
    }
    text_addf(out, "drawn in the window (%s)\n", name);
    return 0;
}

static int show_sixel(struct plotter *p, const struct figure *const *panel, size_t npanel,
                      enum theme theme, struct text *out, struct error *e)
{
    struct screen screen = screen_size();
    struct sheet sheet = sheet_of(panel, npanel, theme);
    double wide = screen.width > 0 ? 0.95 * screen.width : 800;
    double high = screen.height > 0 ? 0.85 * screen.height : sheet.height; /* prompt, terms */
    double scale = fmin(wide / sheet.width, high / sheet.height);
    struct sheet fitted = sheet;

    if (scale < 1) {
        fitted.width = (int)(scale * sheet.width);
        fitted.height = (int)(scale * sheet.height);
    }
    if (draw_image(p, panel, npanel, theme, &sixel, &fitted, out, e) != 0)
        return -1;
    text_add(out, "\n");
    return 0;
}

static bool terminal_has_sixel(struct plotter *p)
{
    if (!p->asked)
        p->sixel = screen_has_sixel();
    p->asked = true;
    return p->sixel;
}

/* A window where there is a display, else the terminal itself.  A window that fails once is not
 * tried again, and no other kind of window instead of it. */
static int show_auto(struct plotter *p, const struct figure *const *panel, size_t npanel,
                     const struct render_how *how, struct text *out, struct error *e)
{
    const char *name = NULL;

    if (!how->on_terminal)
        return show_text(p, panel, npanel, how, out, e);
    if (screen_has_display() && !p->no_window) {
        struct error why = {0};

        if (find_window(p, NULL, &name, e) != 0)
            return -1;
        if (name && show_window(p, panel, npanel, how, name, out, &why) == 0)
            return 0;
        if (name && why.kind == ERROR_INTERRUPTED) {
            *e = why;
            return -1;
        }
        if (name)
            text_addf(out, "no window (%s); drawn here\n", why.message);
    }
    if (terminal_has_sixel(p))
        return show_sixel(p, panel, npanel, how->theme, out, e);
    return show_text(p, panel, npanel, how, out, e);
}

static int unknown_terminal(const char *name, struct error *e)
{
    error_set(e, "no way of showing pictures is called '%.100s'", name);
    return error_hint(e, "auto, window, sixel, text or none");
}

static int show(struct plotter *p, const struct figure *const *panel, size_t npanel,
                const struct render_how *how, struct text *out, struct error *e)
{
    const char *to = how->terminal ? how->terminal : "auto";

    if (strcmp(to, "none") == 0)
        return 0;
    if (strcmp(to, "auto") == 0)
        return show_auto(p, panel, npanel, how, out, e);
    if (strcmp(to, "text") == 0)
        return show_text(p, panel, npanel, how, out, e);
    if (strcmp(to, "sixel") == 0)
        return show_sixel(p, panel, npanel, how->theme, out, e);
    if (strcmp(to, "window") == 0)
        return show_window(p, panel, npanel, how, NULL, out, e);
    for (size_t i = 0; windows[i]; i++)
        if (strcmp(to, windows[i]) == 0)
            return show_window(p, panel, npanel, how, to, out, e);
    return unknown_terminal(to, e);
}

int plotter_show(struct plotter *p, const struct figure *const *panel, size_t npanel,
                 const struct render_how *how, struct text *out, struct error *e)
{
    struct text picture = TEXT_INIT;
    int status = check_figures(panel, npanel, e);

    if (status == 0)
        status = show(p, panel, npanel, how, &picture, e);
    if (status == 0 && picture.failed)
        status = error_no_memory(e);
    if (status == 0)
        text_add_bytes(out, picture.s, picture.length);
    text_clear(&picture);
    return status;
}

/* Files */

static const char *ending_of(const char *path)
{
    const char *name = strrchr(path, '/'), *dot = strrchr(name ? name : path, '.');

    return dot ? dot + 1 : "";
}

static bool is_known(const char *ending)
{
    for (size_t i = 0; plot_endings[i]; i++)
        if (strcmp(ending, plot_endings[i]) == 0)
            return true;
    return false;
}

static int unknown_ending(const char *path, struct error *e)
{
    error_set(e, "cannot tell from '%.300s' what to draw", path);
    return error_hint(e, "end it in .png .svg .pdf .gif .txt .csv or .gp");
}

static int make_text(struct plotter *p, const struct figure *const *panel, size_t npanel,
                     const struct render_how *how, struct text *out, struct error *e)
{
    int columns = how->columns > 0 ? how->columns : 80, lines = how->lines > 0 ? how->lines : 24;

    return draw_text(p, sketch_of(how, false, columns, lines), panel, npanel, 1, out, e);
}

/* The file's bytes. */
static int make(struct plotter *p, const struct figure *const *panel, size_t npanel,
                const struct render_how *how, const char *ending, struct text *out, struct error *e)
{
    struct sheet sheet = sheet_of(panel, npanel, how->theme);

    if (strcmp(ending, "csv") == 0) {
        figure_to_csv(panel, npanel, out);
        return 0;
    }
    if (strcmp(ending, "gp") == 0) {
        figure_to_gp(panel, npanel, how, out);
        return 0;
    }
    if (strcmp(ending, "txt") == 0)
        return make_text(p, panel, npanel, how, out, e);
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        if (strcmp(ending, images[i].ending) == 0)
            return draw_image(p, panel, npanel, how->theme, &images[i], &sheet, out, e);
    return unknown_ending(ending, e);
}

int plotter_draw(struct plotter *p, const struct figure *const *panel, size_t npanel,
                 const struct render_how *how, const char *ending, struct text *out,
                 struct error *e)
{
    long failures = mem_failures();

    if (check_figures(panel, npanel, e) != 0 || make(p, panel, npanel, how, ending, out, e) != 0)
        return -1;
    return out->failed || mem_failures() != failures ? error_no_memory(e) : 0;
}

int plotter_write(struct plotter *p, const struct figure *const *panel, size_t npanel,
                  const struct render_how *how, const char *path, struct error *e)
{
    struct text bytes = TEXT_INIT;
    const char *ending = ending_of(path);
    int status = is_known(ending) ? 0 : unknown_ending(path, e);

    if (status == 0)
        status = plotter_draw(p, panel, npanel, how, ending, &bytes, e);
    if (status == 0)
        status = file_write(path, bytes.s, bytes.length, e);
    text_clear(&bytes);
    return status;
}

/* A script of one's own */

enum { GP_COLUMNS = 45, GP_LINES = 18 }; /* of one panel, where there are many */

/* "100,35": characters where gnuplot has nothing better, more for many panels. */
static void add_dumb_size(struct text *out, const struct figure *const *panel, size_t npanel,
                          const struct sheet *sheet)
{
    size_t columns = 100, lines = 35;

    for (size_t i = 0; i < npanel; i++) {
        size_t down, across;

        sheet_grid(panel[i], &down, &across);
        columns = across * sheet->across * GP_COLUMNS > columns
                      ? across * sheet->across * GP_COLUMNS
                      : columns;
        lines = down * sheet->down * GP_LINES > lines ? down * sheet->down * GP_LINES : lines;
    }
    text_addf(out, "if (GPVAL_TERM eq \"unknown\") set term dumb size %zu,%zu\n", columns, lines);
}

void figure_to_gp(const struct figure *const *panel, size_t npanel, const struct render_how *how,
                  struct text *out)
{
    struct sheet sheet = sheet_of(panel, npanel, how->theme);
    struct script s;
    struct decimal d;

    if (!decimal_begin(&d)) {
        out->failed = true;
        return;
    }
    text_addf(out,
              "# A picture by emstep.  Show it:  gnuplot -p FILE.gp\n"
              "# Into a file:  gnuplot -e \"set term pngcairo size %d,%d font 'DejaVu Sans,%d'; "
              "set output 'FILE.png'\" FILE.gp\n",
              sheet.width, sheet.height, theme_look(how->theme).font);
    add_dumb_size(out, panel, npanel, &sheet);
    script_init(&s, out, NULL);
    script_picture(&s, panel, npanel, how->theme);
    script_clear(&s);
    decimal_end(&d);
}
