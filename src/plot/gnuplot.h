/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One gnuplot, started when it is first needed, kept, and started again when it has died.
 *
 * Each exchange ends with a random word that gnuplot must say on stdout (after the picture) and on
 * stderr (with its error, if any).  Everything is bounded: the time, the output, the diagnostics.
 */
#ifndef EMSTEP_PLOT_GNUPLOT_H
#define EMSTEP_PLOT_GNUPLOT_H

#include <signal.h>
#include <stdbool.h>

#include "base/text.h"
#include "plot/child.h"

struct gnuplot {
    struct child child;
    const char *path;                /* borrowed */
    volatile sig_atomic_t *interrupt; /* ^C; may be NULL */
    char token[17];
    unsigned long sequence;
    struct text terminals;           /* GPVAL_TERMINALS: " dumb png … " */
    struct text said;                /* the last line it said on stderr in the last exchange */
};

void gnuplot_init(struct gnuplot *g, const char *path, volatile sig_atomic_t *interrupt);
/* Ends the child.  `last` are commands for it to hear before its input closes, or NULL. */
void gnuplot_clear(struct gnuplot *g, const char *last);

/*
 * Runs the commands with `data` behind CHILD_DATA, and appends to `picture` what they wrote to
 * stdout.  An error of gnuplot's own leaves the child alive; one that outlives `seconds`, sends too
 * much, or ends, is gone, and the next call starts another.  ^C cancels the plot and keeps gnuplot.
 */
int gnuplot_run(struct gnuplot *g, const char *commands, const struct text *data, double seconds,
                struct text *picture, struct error *e);

/* Whether it has this terminal; 0 with *has set.  Starts gnuplot. */
int gnuplot_has_terminal(struct gnuplot *g, const char *name, bool *has, struct error *e);

#endif
