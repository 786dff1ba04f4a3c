/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: one table row each (settings.c), from which set, show settings, help and completion
 * come. */
#ifndef EMSTEP_SHELL_SETTINGS_H
#define EMSTEP_SHELL_SETTINGS_H

#include <jansson.h>

#include "base/error.h"
#include "base/text.h"

struct settings {
    size_t digits;          /* 6: significant digits of printed numbers, 1 … 17 */
    size_t seed;            /* 1: of init, q random … where seed= is not given */
    double tol;             /* 1e-8: run's tolerance */
    size_t max;             /* 10000: run's limit */
    int rule;               /* run's rule: enum run_rule */
    size_t history_limit;   /* MB of undo memory: 256 */
    int onerror;            /* 0 stop, 1 continue: for scripts */
    int echo;               /* 1: scripts show their lines before they run them */
    int theme;              /* enum theme */
    char autoplot[120];     /* pictures drawn after each half-step: "density,bound"; "" none */
    char plot[24];          /* where pictures go: enum as in render_how.terminal */
    size_t plot_lines;      /* height of a picture in the terminal; 0: by the terminal */
    size_t columns;         /* width of output; 0: the terminal's */
    size_t threads;         /* for large data; 0: as many as there are processors */
};

struct setting {
    const char *name;
    const char *values;     /* "1 … 17", or choices: "stop|continue" */
    const char *otherwise;  /* the default, as text */
    const char *help;
};
extern const struct setting settings_table[]; /* ended by a NULL name */

void settings_init(struct settings *s);
int settings_set(struct settings *s, const char *name, const char *value, struct error *e);
/* The value as text, added to `out`. */
int settings_get(const struct settings *s, const char *name, struct text *out, struct error *e);

/* All of them: a table for people, and an object for programs (a new reference). */
void settings_show(const struct settings *s, struct text *out);
json_t *settings_to_json(const struct settings *s);

#endif
