/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot q: what q is, by the shape of its blocks.  Rows of weights are bars stacked to 1; a number
 * that all rows share is drawn as its distribution, beside the posterior; normal q's are means with
 * two standard deviations to either side.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "em/values.h"
#include "plot/picture.h"

static const struct option_spec q_options[] = {
    {"n", OPTION_COUNT, "120", "bars or means at most"},
    {"column", OPTION_COUNT, "J", "which latent number of a row, where it has several"},
    {NULL},
};

enum { SHOWN = 120, MOST = 5000, KEY_MOST = 8 };

/* A row at its place on the axis. */
struct place {
    size_t row;
    double first, second;   /* what they are sorted by */
};

struct view {
    const struct machine *m;
    const struct model *model;
    const struct latent *q;
    size_t most;            /* rows that may be drawn */
    size_t column;          /* of a normal q, from 0 */
    struct place *place;    /* (n) drawn, from left to right */
    size_t n, of;           /* so many of so many */
    struct figure *f;
};

/* ---- the shapes of q -------------------------------------------------------------------- */

/* A normal q: its means (n,·) in the first block, variances in the second: (n), or one (m,m) for
 * all rows, or (n,d,d). */
static bool is_normal(const struct model *m)
{
    const struct block *mean = &m->q.block[0], *var = &m->q.block[1];

    return m->q.nblock == 2 && mean->rank >= 1 && mean->dim[0] == m->obs.n &&
           mean->constraint == CONSTRAINT_FREE && var->rank >= 1;
}

static size_t width(const struct model *m)
{
    return m->q.block[0].size / m->obs.n;
}

static double mean_of(const struct view *v, size_t row)
{
    const struct block *b = &v->model->q.block[0];

    return v->q->b.v[b->offset + row * width(v->model) + v->column];
}

/* The variance of the column's number in the row: 0 where it was observed. */
static double variance_of(const struct view *v, size_t row, size_t column)
{
    const struct block *b = &v->model->q.block[1];
    const double *var = v->q->b.v + b->offset;
    size_t d = width(v->model);

    if (b->rank == 1)
        return var[row];
    return var[(b->rank == BLOCK_RANK ? row * d * d : 0) + column * d + column];
}

static int q_suits(const struct model *m, struct error *e)
{
    if (values_in_rows(m) || m->shared || is_normal(m))
        return 0;
    if (m->class->image) {
        error_set(e, "q of %s is an image", m->name);
        return error_hint(e, "plot image shows it beside the observed one");
    }
    error_set(e, "%s has no latent variable: its q is the point at which the surrogate touches",
              m->name);
    return error_hint(e, "plot bound shows that point");
}

/* ---- thinning --------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    int order = (p->first > q->first) - (p->first < q->first);

    if (order == 0)
        order = (p->second > q->second) - (p->second < q->second);
    return order ? order : (p->row > q->row) - (p->row < q->row);
}

/* Keeps `most` of the places, evenly. */
static void thin(struct view *v)
{
    v->of = v->n;
    if (v->n <= v->most)
        return;
    for (size_t i = 0; i < v->most; i++)
        v->place[i] = v->place[v->most > 1 ? i * (v->of - 1) / (v->most - 1) : 0];
    v->n = v->most;
}

static void note_thinned(struct view *v, const char *what, const char *more)
{
    char note[200];

    if (v->n < v->of)
        snprintf(note, sizeof note, "%zu of %zu %s are drawn%s%s", v->n, v->of, what,
                 more[0] ? "; " : "", more);
    else
        snprintf(note, sizeof note, "%s", more);
    if (note[0])
        figure_note(v->f, note);
}

/* ---- rows of weights -------------------------------------------------------------------- */

/* The camps side by side: by the component that holds most, within it by how much, so that the
 * doubtful rows of neighbours meet.  A chain stays in its order. */
static void place_weights(struct view *v, const double *gamma)
{
    size_t k = v->model->k;

    for (size_t i = 0; i < v->model->obs.n; i++) {
        const double *row = gamma + i * k;
        double mean = 0;
        size_t best = 0;

        for (size_t j = 0; j < k; j++) {
            mean += (double)j * row[j];
            if (row[j] > row[best])
                best = j;
        }
        v->place[v->n++] = (struct place){i, (double)best, mean};
    }
    if (!v->model->class->chained)
        qsort(v->place, v->n, sizeof *v->place, by_place);
    thin(v);
}

/* The axis of a chain is time, however few of its rows are drawn. */
static double step_of(const struct view *v)
{
    return v->model->class->chained ? (double)v->of / (double)v->n : 1;
}

static void stack(struct view *v, const double *gamma)
{
    size_t k = v->model->k;
    double *base = NEW_ARRAY(v->n, double);
    char name[40], label[60];

    v->f->failed |= !base;
    for (size_t j = 0; base && j < k; j++) {
        snprintf(name, sizeof name, "gamma%zu", j + 1);
        snprintf(label, sizeof label, "q(z = %zu)", j + 1);
        struct series *s = figure_add(v->f, STYLE_BARS, INK_COMPONENT, name,
                                      j < KEY_MOST ? label : NULL, v->n);
        double *from = series_second(v->f, s, false);

        s->component = (int)j;
        s->filled = true;
        s->width = step_of(v);
        for (size_t i = 0; i < s->n; i++) {
            s->x[i] = 0.5 + step_of(v) * ((double)i + 0.5);
            from[i] = base[i];
            s->y[i] = base[i] += gamma[v->place[i].row * k + j];
        }
    }
    mem_free(base);
}

/* Row numbers under the bars, where there is room for them. */
static void tick_rows(struct view *v)
{
    for (size_t i = 0; v->n <= 30 && i < v->n; i++)
        figure_tick_row(v->f, &v->f->x, (double)i + 1, v->place[i].row + 1);
}

static size_t undecided(const struct view *v, const double *gamma)
{
    size_t n = v->model->obs.n, k = v->model->k, count = 0;

    for (size_t i = 0; i < n; i++) {
        double most = 0;
        for (size_t j = 0; j < k; j++)
            most = fmax(most, gamma[i * k + j]);
        count += most < 0.9;
    }
    return count;
}

static int draw_weights(struct view *v, struct error *e)
{
    const double *gamma = values_gamma(v->model, v->q);
    struct text title = TEXT_INIT;
    bool chained = v->model->class->chained != NULL;

    place_weights(v, gamma);
    picture_title(v->m, &title);
    text_addf(&title, "%zu of %zu rows are undecided: no component has 0.9 of them",
              undecided(v, gamma), v->of);
    v->f = figure_new(title.s, chained ? "time" : v->n <= 30 ? "row" : "rows, sorted", "q");
    text_clear(&title);
    if (!v->f)
        return error_no_memory(e);
    stack(v, gamma);
    if (!chained)
        tick_rows(v);
    note_thinned(v, "rows", "");
    v->f->key = KEY_BELOW; /* the bars leave no corner free, and no q is above 1 */
    v->f->y.ranged = v->f->x.ranged = true;
    v->f->y.high = 1;
    v->f->x.low = 0.5;
    v->f->x.high = step_of(v) * (double)v->n + 0.5;
    return 0;
}

/* ---- one number for all ----------------------------------------------------------------- */

static void add_posterior(struct view *v, const struct values *z, size_t from, size_t to)
{
    struct series *s = figure_add(v->f, STYLE_LINE_POINTS, INK_TRUTH, "posterior",
                                  "p(Z|X,θ), the posterior", to - from + 1);

    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = (double)(from + i + z->first);
        s->y[i] = values_posterior(z, from + i);
    }
}

static void add_shared(struct view *v, const struct values *z, size_t from, size_t to)
{
    struct series *s = figure_add(v->f, STYLE_BARS, INK_BOUND, "q", "q(Z)", to - from + 1);

    s->width = 0.8;
    s->filled = true;
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = (double)(from + i + z->first);
        s->y[i] = exp(z->q[from + i]);
    }
}

static void shared_title(const struct view *v, const struct values *z, struct text *out)
{
    struct jensen j = values_jensen(z);
    char shown[NUMBER_TEXT];

    picture_title(v->m, out);
    if (machine_here(v->m)->exact)
        text_add(out, "q(Z) is the posterior p(Z|X,θ)");
    else
        text_addf(out, "q(Z) is not the posterior: KL = %s",
                  number_text(shown, z->loglik - j.mean_log, 4));
}

static int draw_shared(struct view *v, const struct values *z, struct error *e)
{
    struct text title = TEXT_INIT;
    size_t from = 0, to = z->n - 1;

    shared_title(v, z, &title);
    v->f = figure_new(title.s, "Z", "probability");
    text_clear(&title);
    if (!v->f)
        return error_no_memory(e);
    while (from < to && fmax(exp(z->q[from]), values_posterior(z, from)) < 1e-5)
        from++;
    while (to > from && fmax(exp(z->q[to]), values_posterior(z, to)) < 1e-5)
        to--;
    add_shared(v, z, from, to);
    add_posterior(v, z, from, to);
    v->f->key = KEY_TOP_RIGHT;
    return 0;
}

static int shared(struct view *v, struct error *e)
{
    struct values z;

    if (values_make(v->model, v->q, machine_here(v->m)->theta, 0, &z, e) != 0)
        return -1;
    int r = draw_shared(v, &z, e);
    values_clear(&z);
    return r;
}

/* ---- normal q's ------------------------------------------------------------------------- */

/* The column whose entries are hidden most often: the first, where all are. */
static size_t busiest(const struct view *v)
{
    size_t d = width(v->model), best = 0, most = 0;

    for (size_t j = 0; j < d; j++) {
        size_t count = 0;
        for (size_t i = 0; i < v->model->obs.n; i++)
            count += variance_of(v, i, j) > 0;
        if (count > most) {
            most = count;
            best = j;
        }
    }
    return best;
}

/* The rows in which it is hidden, by their mean. */
static void place_means(struct view *v)
{
    for (size_t i = 0; i < v->model->obs.n; i++)
        if (variance_of(v, i, v->column) > 0)
            v->place[v->n++] = (struct place){i, mean_of(v, i), 0};
    qsort(v->place, v->n, sizeof *v->place, by_place);
    thin(v);
}

static void add_spread(struct view *v)
{
    struct series *s =
        figure_add(v->f, STYLE_LINE, INK_COMPONENT, "interval", "±2 standard deviations", 3 * v->n);

    for (size_t i = 0; i < s->n; i++) {
        size_t row = v->place[i / 3].row;
        double sd = sqrt(variance_of(v, row, v->column));

        s->x[i] = (double)(i / 3) + 1;
        s->y[i] = i % 3 == 2 ? NAN : mean_of(v, row) + (i % 3 ? 2 : -2) * sd;
    }
}

static void add_means(struct view *v)
{
    struct series *s = figure_add(v->f, STYLE_POINTS, INK_TOUCH, "mean", "E_q[z]", v->n);

    s->filled = true;
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = (double)i + 1;
        s->y[i] = mean_of(v, v->place[i].row);
    }
}

/* What a row has observed of the number that is hidden behind it. */
static void add_observed(struct view *v)
{
    if (v->model->q.block[1].rank != 1 || v->model->obs.d != 1)
        return;
    struct series *s = figure_add(v->f, STYLE_POINTS, INK_FAINT, "x", "x, observed", v->n);
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = (double)i + 1;
        s->y[i] = v->model->obs.x[0][v->place[i].row];
    }
}

static void normal_axis(const struct view *v, struct text *out)
{
    if (v->model->q.block[1].rank == BLOCK_RANK)
        text_add_shown(out, observations_name(&v->model->obs, v->column), 40);
    else if (width(v->model) > 1)
        text_addf(out, "z[%zu]", v->column + 1);
    else
        text_add(out, "z");
}

static void normal_title(const struct view *v, const char *what, struct text *out)
{
    picture_title(v->m, out);
    text_addf(out, "q is normal: %s of %zu row%s, by its mean", what, v->of, v->of == 1 ? "" : "s");
    if (v->model->q.block[1].rank == 2)
        text_add(out, ", with one variance for all");
}

static int draw_normal(struct view *v, struct error *e)
{
    struct text title = TEXT_INIT, what = TEXT_INIT;

    place_means(v);
    normal_axis(v, &what);
    normal_title(v, what.s, &title);
    v->f = figure_new(title.s, v->n <= 30 ? "row" : "rows, sorted", what.s);
    text_clear(&title);
    text_clear(&what);
    if (!v->f)
        return error_no_memory(e);
    add_spread(v);
    add_observed(v);
    add_means(v);
    tick_rows(v);
    note_thinned(v, "rows", v->n == 0 ? "nothing is hidden in this column" : "");
    return 0;
}

static int read_column(struct view *v, const struct options *o, struct error *e)
{
    size_t column = busiest(v) + 1;

    if (options_count(o, "column", 1, width(v->model), &column, e) != 0)
        return -1;
    v->column = column - 1;
    return 0;
}

/* ---- the picture ------------------------------------------------------------------------ */

static int draw(struct view *v, const struct options *o, struct error *e)
{
    const struct option *column = options_find(o, "column");

    if (column && (!is_normal(v->model) || values_in_rows(v->model)))
        return error_set_at(e, column->at, "q of %s has no columns to choose from", v->model->name);
    if (v->model->shared)
        return shared(v, e);
    v->place = NEW_ARRAY(v->model->obs.n, struct place);
    if (!v->place)
        return error_no_memory(e);
    if (values_in_rows(v->model))
        return draw_weights(v, e);
    return read_column(v, o, e) != 0 ? -1 : draw_normal(v, e);
}

static int draw_q(struct machine *m, const struct options *o, struct figure **f, struct error *e)
{
    struct view v = {.m = m, .model = m->model, .most = SHOWN};
    struct latent *q = NULL;

    if (options_count(o, "n", 1, MOST, &v.most, e) != 0 ||
        !(q = machine_q(m, machine_here(m), e)))
        return -1;
    v.q = q;
    int r = draw(&v, o, e);
    *f = v.f;
    mem_free(v.place);
    latent_free(q);
    return r;
}

const struct picture q_picture = {
    .name = "q",
    .summary = "q itself: rows of weights stacked, or means with their spread",
    .options = q_options,
    .needs_theta = true,
    .needs_q = true,
    .suits = q_suits,
    .draw = draw_q,
};
