/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures: one function and one row each (pictures.def), from the machine to a figure.
 */
#ifndef EMSTEP_PLOT_PICTURE_H
#define EMSTEP_PLOT_PICTURE_H

#include "base/options.h"
#include "em/machine.h"
#include "plot/figure.h"

struct picture {
    const char *name;                  /* "bound" */
    const char *summary;               /* half a line */
    const struct option_spec *options; /* of `plot NAME`, less output= and theme=; NULL: none */
    /* One row: the word that may stand after the name, `plot e 3`.  draw finds it among its
     * options, by the row's name; without it draw chooses, or says what is missing.  NULL: none. */
    const struct option_spec *argument;
    bool needs_theta, needs_q;         /* before it can be drawn at all */
    bool lets_q_be;                    /* it does without a stored q (machine_hold_q) */
    bool still;                        /* of the whole history or of none of it: not to animate */
    /* The models it makes sense for: else why not and, as the hint, which do.  NULL: all. */
    int (*suits)(const struct model *m, struct error *e);
    /* *f: one figure, or the first of several panels.  What could not be allocated is left to
     * figure_done. */
    int (*draw)(struct machine *m, const struct options *o, struct figure **f, struct error *e);
};

extern const struct picture *const pictures[]; /* NULL-terminated */
const struct picture *picture_find(const char *name, struct error *e);

/* "bound" or "e 3", as far as `length`.  *argument: the word after the name, which the caller
 * frees; NULL: none. */
const struct picture *picture_parse(const char *text, size_t length, char **argument,
                                    struct error *e);
/* Can the word be what the picture is asked for? */
int picture_takes(const struct picture *p, const char *word, struct span at, struct error *e);
/* "e I": its name and its argument, for help. */
void picture_usage(const struct picture *p, struct text *out);

/* Whether the picture can be drawn of this machine now; the error says what is missing. */
int picture_ready(const struct picture *p, const struct machine *m, struct error *e);
/* Draws it.  Options that are not the picture's own are passed over.  The caller frees *f. */
int picture_draw(const struct picture *p, struct machine *m, const struct options *o,
                 struct figure **f, struct error *e);

/* What picture-*.c share. */

/* *at: the position among the model's columns of value i of the option,
 * a column's name or number. */
int picture_column(const struct model *m, const struct option *o, size_t i, size_t *at,
                   struct error *e);
/* "linkage, 1M   " */
void picture_title(const struct machine *m, struct text *out);
/* The symbol of a term: "ℓ", or "f" of an MM model. */
const char *picture_symbol(const struct machine *m, enum term t);
/* "θ₃" */
void picture_subscripted(char *out, size_t room, const char *symbol, size_t n);

enum { PICTURE_NAME = 24 };
bool picture_same_theta(const struct theta *a, const struct theta *b);
/* "θ₃": a θ of the path here has the number of M-steps before it; any other is θ_q. */
void picture_theta(const struct machine *m, const struct theta *theta, char name[PICTURE_NAME]);
/* The M-step's answer to the q of here, taken or not: "θ₃", or "θ_M". */
void picture_m_answer(const struct machine *m, char name[PICTURE_NAME]);

#endif
