/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot ratio: log w(z) = log p(x,z|θ) − log q(z) by row, a point for every z with mass under q.
 * Before an E-step the points of a row lie apart; an exact E brings them all to log p(x|θ), which
 * is the line.  Where the data share one number Z, it is the axis, and w becomes flat.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "plot/one.h"

enum { IN_ORDER = 40, MOST = 200, KEY_MOST = 8 };

/* Where q has less mass than this, w may be anything. */
static const double LEAST = 1e-6;

/* A row, or a value of Z, on the axis. */
struct place {
    size_t i;
    double loglik;
};

struct ratios {
    const struct model *model;
    const struct state *here;
    const struct latent *q;
    struct values v;
    bool shared;
    struct place *place;    /* (n) on the axis, from left to right */
    size_t n;
    bool sorted;            /* by p(x|θ) */
    double most;            /* the largest spread of log w in a row, among what is drawn */
    bool left_out;          /* some z have hardly any mass */
    struct figure *f;
};

/* log w; NaN where q has hardly any mass. */
static double shown(const struct ratios *r, size_t j)
{
    return r->v.q[j] >= log(LEAST) ? values_log_ratio(&r->v, j) : NAN;
}

static int take(struct ratios *r, size_t i, struct error *e)
{
    return values_again(r->model, r->q, r->here->theta, i, &r->v, e);
}

/* ---- the places on the axis ------------------------------------------------------------- */

static int by_loglik(const void *a, const void *b)
{
    double v = ((const struct place *)a)->loglik, w = ((const struct place *)b)->loglik;

    return (v > w) - (v < w);
}

/* All rows, or so many of them, evenly chosen by rising p(x|θ). */
static int place_rows(struct ratios *r, struct error *e)
{
    size_t n = r->model->obs.n;

    r->place = NEW_ARRAY(n, struct place);
    if (!r->place)
        return error_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        if (take(r, i, e) != 0)
            return -1;
        r->place[i] = (struct place){i, r->v.loglik};
    }
    r->n = n < MOST ? n : MOST;
    r->sorted = n > IN_ORDER;
    if (r->sorted)
        qsort(r->place, n, sizeof *r->place, by_loglik);
    for (size_t i = 0; r->n > 1 && i < r->n; i++) /* never to the left of where it is read */
        r->place[i] = r->place[i * (n - 1) / (r->n - 1)];
    return 0;
}

static double position(const struct ratios *r, size_t at)
{
    return (double)(r->sorted ? at + 1 : r->place[at].i + 1);
}

/* ---- rows ------------------------------------------------------------------------------- */

/* log p(x|θ): a curve over sorted rows, else a dash at each. */
static void draw_truth(struct ratios *r, struct series *line, size_t at)
{
    double x = position(r, at);

    if (r->sorted) {
        line->x[at] = x;
        line->y[at] = r->v.loglik;
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        line->x[3 * at + i] = x + (i == 0 ? -0.35 : 0.35);
        line->y[3 * at + i] = i == 2 ? NAN : r->v.loglik;
    }
}

static void add_component(struct ratios *r, size_t k)
{
    char name[40], label[60];

    snprintf(name, sizeof name, "log_w%zu", k + 1);
    snprintf(label, sizeof label, "log w(%zu)", k + 1);
    struct series *s = figure_add(r->f, STYLE_POINTS, INK_COMPONENT, name,
                                  k < KEY_MOST ? label : NULL, r->n);
    s->component = (int)k;
    s->filled = true;
}

static void note_spread(struct ratios *r)
{
    double low = INFINITY, high = -INFINITY;

    for (size_t j = 0; j < r->v.n; j++) {
        double y = shown(r, j);

        r->left_out |= isnan(y) && r->v.joint[j] > -INFINITY;
        low = fmin(low, y);
        high = fmax(high, y);
    }
    if (high - low > 1e-13 * fmax(1, fabs(r->v.loglik)))
        r->most = fmax(r->most, high - low);
}

static int draw_rows(struct ratios *r, struct error *e)
{
    struct series *line = figure_add(r->f, STYLE_LINE, INK_TRUTH, "loglik",
                                     "log p(x|θ), which an e makes of every w",
                                     r->sorted ? r->n : 3 * r->n);
    size_t first = r->f->nseries;

    for (size_t k = 0; k < r->v.n; k++)
        add_component(r, k);
    for (size_t at = 0; at < r->n && !r->f->failed; at++) {
        if (take(r, r->place[at].i, e) != 0)
            return -1;
        draw_truth(r, line, at);
        if (r->n <= 30)
            figure_tick_row(r->f, &r->f->x, position(r, at), r->place[at].i + 1);
        for (size_t k = 0; k < r->v.n; k++) {
            r->f->series[first + k]->x[at] = position(r, at);
            r->f->series[first + k]->y[at] = shown(r, k);
        }
        note_spread(r);
    }
    return 0;
}

/* ---- one Z ------------------------------------------------------------------------------ */

static void draw_shared(struct ratios *r)
{
    size_t n = 0;

    for (size_t j = 0; j < r->v.n; j++)
        n += isnan(shown(r, j)) ? 0 : 1;
    struct series *line = figure_add(r->f, STYLE_LINE, INK_TRUTH, "loglik",
                                     "log p(X|θ), which an e makes of every w", 2);
    struct series *s = figure_add(r->f, STYLE_LINE_POINTS, INK_BOUND, "log_w", "log w(Z)", n);

    s->filled = true;
    for (size_t j = 0, i = 0; j < r->v.n && i < s->n; j++)
        if (!isnan(shown(r, j))) {
            s->x[i] = (double)(j + r->v.first);
            s->y[i++] = shown(r, j);
        }
    line->x[0] = s->x[0];
    line->x[1] = s->x[s->n ? s->n - 1 : 0];
    line->y[0] = line->y[1] = r->v.loglik;
    note_spread(r);
}

/* ---- words ------------------------------------------------------------------------------ */

static void add_title(const struct ratios *r, const struct machine *m, struct text *out)
{
    char factor[NUMBER_TEXT];

    picture_title(m, out);
    if (r->most > 0)
        text_addf(out, "w = p(x,z|θ)/q(z) varies over z%s by a factor of up to %s",
                  r->shared ? "" : ", in a row", number_text(factor, exp(r->most), 3));
    else if (r->here->exact)
        text_addf(out, "q is the posterior: w(z) is p(%s|θ), whatever z", r->shared ? "X" : "x");
    else
        text_add(out, "w(z) is constant where q has mass");
}

static int set_title(struct ratios *r, const struct machine *m, struct error *e)
{
    struct text title = TEXT_INIT;

    add_title(r, m, &title);
    mem_free(r->f->title);
    r->f->title = text_take(&title);
    return r->f->title ? 0 : error_no_memory(e);
}

static void add_note(struct ratios *r)
{
    char note[160] = "";
    size_t n = r->model->obs.n;

    if (!r->shared && r->n < n)
        snprintf(note, sizeof note, "%zu of %zu rows%s", r->n, n,
                 r->left_out ? "; z of next to no mass are left out" : "");
    else if (r->left_out)
        snprintf(note, sizeof note, "z of next to no mass under q are left out");
    if (note[0])
        figure_note(r->f, note);
}

/* ---- the picture ------------------------------------------------------------------------ */

static int draw(struct ratios *r, const struct machine *m, struct error *e)
{
    if (!r->shared && place_rows(r, e) != 0)
        return -1;
    r->f = figure_new("", r->shared ? "Z" : r->sorted ? "rows, by rising p(x|θ)" : "row", "log w");
    if (!r->f)
        return error_no_memory(e);
    if (r->shared)
        draw_shared(r);
    else if (draw_rows(r, e) != 0)
        return -1;
    r->f->key = KEY_BOTTOM_RIGHT;
    add_note(r);
    return set_title(r, m, e);
}

static int draw_ratio(struct machine *m, const struct options *o, struct figure **f,
                      struct error *e)
{
    struct latent *q = machine_q(m, machine_here(m), e);
    struct ratios r = {.model = m->model, .here = machine_here(m), .q = q,
                       .shared = m->model->shared > 0};
    (void)o;
    if (!q)
        return -1;
    int failed = values_make(r.model, q, r.here->theta, 0, &r.v, e) != 0 || draw(&r, m, e) != 0;
    *f = r.f;
    values_clear(&r.v);
    mem_free(r.place);
    latent_free(q);
    return failed ? -1 : 0;
}

const struct picture ratio_picture = {
    .name = "ratio",
    .summary = "w = p(x,z|θ)/q(z) by row: apart before an E-step, p(x|θ) after it",
    .needs_theta = true,
    .needs_q = true,
    .suits = values_suit,
    .draw = draw_ratio,
};
