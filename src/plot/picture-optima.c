/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot optima: where each of the last restarts ended, from the best down; a level run of dots is
 * one optimum. */
#include <math.h>
#include <stdio.h>

#include "em/starts.h"
#include "plot/picture.h"

enum { NAMED = 8 };
/* A name stands this far from the one before, in shares of the window's width or height. */
static const double APART_X = 0.3, APART_Y = 0.1;

struct drawing {
    const struct machine *m;
    const struct starts *s;
    struct figure *f;
};

/* ---- words ------------------------------------------------------------------------------ */

static void add_claim(const struct drawing *d, struct text *out)
{
    const struct optimum *best = &d->s->optimum[0];
    char value[NUMBER_TEXT];
    const char *s = d->s->nending == 1 ? "" : "s";

    text_addf(out, "%s   ", d->m->model->name);
    number_text(value, best->value, 6);
    if (d->s->noptimum == 1)
        text_addf(out, "%zu start%s, one optimum: %s", d->s->nending, s, value);
    else
        text_addf(out, "%zu start%s, %zu optima: %zu found the best, %s", d->s->nending, s,
                  d->s->noptimum, best->starts, value);
}

static void add_note(const struct drawing *d)
{
    struct text note = TEXT_INIT;

    if (d->s->nrefused > 0)
        text_addf(&note, "degenerate, a step was refused: %zu more start%s", d->s->nrefused,
                  d->s->nrefused == 1 ? "" : "s");
    if (d->s->interrupted)
        text_addf(&note, "%sinterrupted", note.length ? "; " : "");
    if (note.length)
        figure_note(d->f, note.s);
    d->f->failed |= note.failed;
    text_clear(&note);
}

/* ---- dots ------------------------------------------------------------------------------- */

enum kind { BEST, OTHER, UNSETTLED, KINDS };

/* Start i, counted from the best down. */
static enum kind kind_of(const struct starts *s, size_t i)
{
    return !s->ending[i].settled ? UNSETTLED : i < s->optimum[0].starts ? BEST : OTHER;
}

static void add_dots(struct drawing *d, enum kind kind)
{
    static const struct {
        enum ink ink;
        const char *name, *label;
    } row[] = {
        [BEST] = {INK_TRUTH, "best", "at the best optimum"},
        [OTHER] = {INK_BOUND, "other", "at another one"},
        [UNSETTLED] = {INK_GAP, "unsettled", "not converged"},
    };
    size_t n = 0, next = 0;

    for (size_t i = 0; i < d->s->nending; i++)
        n += kind_of(d->s, i) == kind;
    if (n == 0)
        return;
    struct series *s = figure_add(d->f, STYLE_POINTS, row[kind].ink, row[kind].name,
                                  row[kind].label, n);
    s->filled = kind != UNSETTLED;
    for (size_t i = 0; i < d->s->nending && next < s->n; i++) {
        if (kind_of(d->s, i) != kind)
            continue;
        s->x[next] = (double)(i + 1);
        s->y[next++] = d->s->ending[i].value;
    }
}

static void add_guide(struct drawing *d)
{
    struct series *s = figure_add(d->f, STYLE_LINE, INK_FAINT, "best_value", NULL, 2);

    s->x[0] = 1;
    s->x[1] = (double)d->s->nending;
    s->y[0] = s->y[1] = d->s->optimum[0].value;
}

/* "−276.360 × 17", at the middle of its dots. */
static void add_names(struct drawing *d)
{
    const struct starts *s = d->s;
    double height = s->ending[0].value - s->ending[s->nending - 1].value, x = -INFINITY, y = NAN;
    size_t first = 0, named = 0;

    for (size_t i = 0; i < s->noptimum && named < NAMED; first += s->optimum[i++].starts) {
        double middle = (double)first + 0.5 * (double)(s->optimum[i].starts + 1);
        double value = s->optimum[i].value;
        char words[80], number[NUMBER_TEXT];

        if (middle - x < APART_X * (double)s->nending && y - value < APART_Y * height)
            continue;
        snprintf(words, sizeof words, "%s × %zu", number_text(number, value, 6),
                 s->optimum[i].starts);
        figure_text(d->f, middle, value, i ? INK_TOUCH : INK_TRUTH, words)->centred = true;
        x = middle;
        y = value;
        named++;
    }
}

/* ---- the picture ------------------------------------------------------------------------ */

static int check(const struct machine *m, struct error *e)
{
    if (m->starts && m->starts->nending > 0)
        return 0;
    error_set(e, "plot optima needs the ends of many starts, and there are none of this model, "
                 "prior and frozen blocks");
    return error_hint(e, "restarts 20 runs from 20 starts");
}

static int draw_optima(struct machine *m, const struct options *o, struct figure **f,
                       struct error *e)
{
    struct drawing d = {.m = m, .s = m->starts};
    struct text title = TEXT_INIT;
    double n;

    (void)o;
    if (check(m, e) != 0)
        return -1;
    add_claim(&d, &title);
    *f = d.f = figure_new(title.s, "starts, the best first",
                          term_name(m->model->class->kind, starts_term(m))->symbol);
    if (d.f) {
        d.f->failed |= title.failed;
        add_guide(&d);
        for (enum kind k = BEST; k < KINDS; k++)
            add_dots(&d, k);
        add_names(&d);
        add_note(&d);
        n = (double)d.s->nending;
        d.f->x.ranged = true;
        d.f->x.low = 1 - 0.05 * n;
        d.f->x.high = n + 0.05 * n;
        d.f->key = KEY_BOTTOM_LEFT;
    }
    text_clear(&title);
    return 0;
}

const struct picture optima_picture = {
    .name = "optima",
    .summary = "where each of the last restarts ended: the optima, and how many found them",
    .still = true,
    .draw = draw_optima,
};
