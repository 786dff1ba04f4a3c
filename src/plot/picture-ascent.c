/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot ascent: coordinate ascent itself.  Contours of J over a q axis and a θ axis, the best q for
 * each θ and the best θ for each q, and the half-steps as a staircase between these ridges.
 */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "em/ascent.h"
#include "plot/hills.h"
#include "plot/picture.h"

static const struct option_spec ascent_options[] = {
    {"n", OPTION_COUNT, "41", "points of the grid along each axis"},
    {NULL},
};

enum { SIDE_MOST = 501, NAMED = 9 };
static const double APART = 0.07;

struct drawing {
    struct machine *m;
    struct ascent c;
    struct figure *f;
};

static const char *symbol(const struct drawing *d)
{
    bool prior = d->m->prior.given && d->m->model->class->log_prior;

    return picture_symbol(d->m, prior ? TERM_OBJECTIVE : TERM_ELBO);
}

/* J has no symbol of its own in an MM model. */
static const char *key(const struct drawing *d)
{
    bool prior = d->m->prior.given && d->m->model->class->log_prior;

    return term_name(d->m->model->class->kind, prior ? TERM_OBJECTIVE : TERM_ELBO)->key;
}

/* ---- axes ------------------------------------------------------------------------------- */

static void add_labels(const struct drawing *d, struct text *x, struct text *y)
{
    const struct model *m = d->m->model;
    char q[PICTURE_NAME], next[PICTURE_NAME], theta[PICTURE_NAME], answer[PICTURE_NAME];

    if (d->c.numbers) {
        block_entry_name(&m->q.block[0], 0, x);
        text_addf(x, "   %s", m->class->kind == MODEL_MM ? "where g was built"
                                                         : m->q.block[0].help);
        block_entry_name(&m->theta.block[0], 0, y);
        return;
    }
    picture_subscripted(q, sizeof q, "q", d->c.q_old);
    picture_subscripted(next, sizeof next, "q", d->c.q_new);
    picture_theta(d->m, d->c.line.base, theta);
    picture_m_answer(d->m, answer);
    text_addf(x, "a   on the mix (1 − a) %s + a %s", q, next);
    text_addf(y, "s   θ = %s + s (%s − %s)", theta, answer, theta);
}

static struct figure *new_figure(const struct drawing *d)
{
    struct text title = TEXT_INIT, x = TEXT_INIT, y = TEXT_INIT;

    picture_title(d->m, &title);
    text_addf(&title, "E moves along q alone, M along θ alone: both climb %s", symbol(d));
    add_labels(d, &x, &y);
    struct figure *f = figure_new(title.s, x.s, y.s);
    if (f)
        f->failed |= title.failed || x.failed || y.failed;
    text_clear(&title);
    text_clear(&x);
    text_clear(&y);
    return f;
}

static double last(const double *v, size_t n)
{
    return v[n - 1];
}

/* Where q ends at the edge of the window a little air is left beside it, for the stairs there. */
static void set_window(struct drawing *d)
{
    double air = d->c.numbers ? 0 : 0.1 * (last(d->c.a, d->c.n) - d->c.a[0]);
    double high = last(d->c.s, d->c.n), head = d->c.numbers ? 0 : 0.05 * (high - d->c.s[0]);

    d->f->x.ranged = d->f->y.ranged = true;
    d->f->x.low = d->c.a[0] - air;
    d->f->x.high = last(d->c.a, d->c.n) + air;
    d->f->y.low = d->c.s[0];
    d->f->y.high = high + head;
    d->f->key = KEY_BELOW;
}

/* ---- what is drawn ---------------------------------------------------------------------- */

static void add_ridge(struct drawing *d, bool of_e)
{
    char label[80];

    snprintf(label, sizeof label, of_e ? "E ridge: best q" : "M ridge: best θ");
    struct series *s = figure_add(d->f, STYLE_LINE, of_e ? INK_TRUTH : INK_GAP,
                                  of_e ? "e_ridge" : "m_ridge", label, d->c.n);
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = of_e ? d->c.best_a[i] : d->c.a[i];
        s->y[i] = of_e ? d->c.s[i] : d->c.best_s[i];
    }
}

static size_t count_taken(const struct ascent *c)
{
    size_t n = 0;

    while (n < c->ncorner && c->corner[n].taken)
        n++;
    return n;
}

/* The corners from … to, of which the first ones only lead there. */
static void add_stairs(struct drawing *d, const char *name, const char *label, size_t from,
                       size_t to, bool taken)
{
    if (to <= from + 1 && !taken)
        return;
    struct series *s = figure_add(d->f, STYLE_LINE_POINTS, INK_PATH, name, label, to - from);
    s->filled = taken;
    s->dashed = !taken;
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = d->c.corner[from + i].a;
        s->y[i] = d->c.corner[from + i].s;
    }
}

static void add_name(struct drawing *d, const struct corner *k)
{
    const char *next = k->by_e ? "the next E" : "the next M";

    figure_text(d->f, k->a, k->s, INK_TOUCH, k->taken ? d->m->state[k->state].label : next);
}

static int add_names(struct drawing *d, struct error *e)
{
    size_t n = d->c.ncorner;
    double *x = NEW_ARRAY(2 * n, double), *y = x + n;
    bool *named = NEW_ARRAY(n, bool);
    int r = x && named ? 0 : error_no_memory(e);

    for (size_t i = 0; r == 0 && i < n; i++) {
        x[i] = d->c.corner[i].a;
        y[i] = d->c.corner[i].s;
    }
    if (r == 0)
        hills_choose(d->f, x, y, n, count_taken(&d->c) - 1, APART, NAMED, named);
    for (size_t i = 0; r == 0 && i < n; i++)
        if (named[i])
            add_name(d, &d->c.corner[i]);
    mem_free(x);
    mem_free(named);
    return r;
}

static void add_note(struct drawing *d)
{
    char note[120];

    if (!d->c.coarse)
        return;
    snprintf(note, sizeof note, "many rows: a coarse grid, n=%zu", d->c.n);
    figure_note(d->f, note);
}

static int draw(struct drawing *d, struct error *e)
{
    struct field field = {d->c.n, d->c.n, d->c.a, d->c.s, d->c.value};
    struct hills hills;
    size_t taken = count_taken(&d->c);

    set_window(d);
    hills_init(&hills, d->f, d->c.value, NULL, d->c.n * d->c.n, HEIGHTS);
    if (hills.n == 0) {
        error_set(e, "%s is level here but for rounding: it has no contours", symbol(d));
        return error_hint(e, "EM has converged; back 4 or goto 1M shows it on its way");
    }
    hills_add(&hills, &field, INK_BOUND_HEIGHT, key(d), symbol(d));
    add_ridge(d, true);
    add_ridge(d, false);
    add_stairs(d, "stairs", "half-steps", 0, taken, true);
    add_stairs(d, "ahead", "the next ones", taken - 1, d->c.ncorner, false);
    if (add_names(d, e) != 0)
        return -1;
    hills_number(&hills, INK_BOUND_HEIGHT);
    add_note(d);
    return 0;
}

static int draw_ascent(struct machine *m, const struct options *o, struct figure **f,
                       struct error *e)
{
    struct drawing d = {.m = m};
    size_t n = 0;

    if (options_count(o, "n", 5, SIDE_MOST, &n, e) != 0 || ascent_make(m, n, &d.c, e) != 0)
        return -1;
    d.f = new_figure(&d);
    int r = d.f ? draw(&d, e) : error_no_memory(e);
    *f = d.f;
    ascent_clear(&d.c);
    return r;
}

const struct picture ascent_picture = {
    .name = "ascent",
    .summary = "coordinate ascent: ELBO over q and θ, its two ridges, the half-steps as stairs",
    .options = ascent_options,
    .needs_theta = true,
    .needs_q = true,
    .draw = draw_ascent,
};
