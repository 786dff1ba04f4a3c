/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "em/values.h"
#include "plot/hidden.h"
#include "plot/rows.h"

enum { TICKS = 20 };

struct chain {
    struct hidden *h;
    const double *gamma;        /* (n,k) */
    size_t *path;               /* (n) states from 0 */
    bool viterbi;               /* the path is the most probable one, not the likeliest state of
                                   each row */
    size_t column;
};

bool hidden_has_chain(const struct model *m)
{
    return m->class->chained && values_in_rows(m);
}

/* ---- the path --------------------------------------------------------------------------- */

static void read_path(struct chain *c, const double *gamma)
{
    for (size_t i = 0; i < c->h->model->obs.n; i++)
        c->path[i] = rows_component(gamma, c->h->model->k, i);
}

/* The hard E of a chain is its most probable path at θ. */
static int make_path(struct chain *c, struct error *e)
{
    const struct model *m = c->h->model;
    const struct e_how how = {.kind = E_HARD};
    struct error none = {0};
    struct latent *hard = latent_new(&m->q, e);

    c->path = NEW_ARRAY(m->obs.n, size_t);
    if (!hard || !c->path) {
        latent_free(hard);
        return error_no_memory(e);
    }
    c->viterbi = m->class->e_step(m, c->h->here->theta, &how, hard, &none) == 0;
    read_path(c, c->viterbi ? values_gamma(m, hard) : c->gamma);
    latent_free(hard);
    return 0;
}

/* ---- the series ------------------------------------------------------------------------- */

static bool shown(const struct chain *c, size_t i)
{
    return i >= c->h->first && i < c->h->last;
}

static bool observed(const void *context, size_t i, double at[2])
{
    const struct chain *c = context;

    at[0] = (double)(i + 1);
    at[1] = c->h->model->obs.x[c->column][i];
    return shown(c, i) && !isnan(at[1]);
}

static struct series *add_line(const struct chain *c, struct figure *f, enum mark_style style,
                               enum ink ink, const char *name, const char *label)
{
    struct series *s = figure_add(f, style, ink, name, label, c->h->last - c->h->first);

    for (size_t i = 0; i < s->n; i++)
        s->x[i] = (double)(c->h->first + i + 1);
    return s;
}

static void add_series(const struct chain *c)
{
    struct series *s = add_line(c, c->h->f, STYLE_LINE, INK_FAINT, "series", NULL);
    double at[2];

    for (size_t i = 0; i < s->n; i++) {
        observed(c, c->h->first + i, at);
        s->y[i] = at[1];
    }
}

/* What the path's states expect: their means, where they have some. */
static int add_means(const struct chain *c, struct error *e)
{
    const struct model *m = c->h->model;
    size_t d = m->obs.d;
    double *moments = NEW_ARRAY(d + d * d, double);
    bool there = true;

    if (!moments)
        return error_no_memory(e);
    there = m->class->component_moments && m->class->component_moments(m, c->h->here->theta, 0,
                                                                       moments, moments + d) == 0;
    struct series *s = there ? add_line(c, c->h->f, STYLE_STEPS, INK_TOUCH, "mean",
                                        "mean of its state on the path") : NULL;
    for (size_t i = 0; s && i < s->n; i++) {
        m->class->component_moments(m, c->h->here->theta, c->path[c->h->first + i], moments,
                                    moments + d);
        s->y[i] = moments[c->column];
    }
    if (s)
        s->dashed = true;
    mem_free(moments);
    return 0;
}

/* The key's names of the colours. */
static void add_key(const struct chain *c)
{
    char label[40];

    for (size_t k = 0; k < c->h->model->k && k < HIDDEN_GROUPS; k++) {
        snprintf(label, sizeof label, "state %zu by %s", k + 1, c->h->q_name);
        struct series *s = figure_add(c->h->f, STYLE_POINTS, INK_COMPONENT, "key", label, 0);
        s->component = (int)k;
        s->filled = true;
    }
}

static int draw_series(struct chain *c, struct error *e)
{
    struct hidden *h = c->h;

    add_series(c);
    rows_add(&(struct rows){h->model->obs.n, c->gamma, h->model->k, observed, c}, h->f);
    if (add_means(c, e) != 0)
        return -1;
    add_key(c);
    hidden_row_axis(h, &h->f->x);
    return 0;
}

/* ---- the states ------------------------------------------------------------------------- */

static bool on_state(const void *context, size_t i, double at[2])
{
    const struct chain *c = context;

    at[0] = (double)(i + 1);
    at[1] = (double)(rows_component(c->gamma, c->h->model->k, i) + 1);
    return shown(c, i);
}

static void set_levels(const struct chain *c, struct figure *f, size_t most)
{
    f->y.ranged = true;
    f->y.low = 0.5;
    f->y.high = (double)most + 0.5;
    hidden_row_axis(c->h, &f->x);
}

static struct figure *draw_states(const struct chain *c)
{
    size_t k = c->h->model->k;
    struct figure *f = figure_new(NULL, "row", "state");

    if (!f)
        return NULL;
    struct series *path = add_line(c, f, STYLE_STEPS, INK_TOUCH, "path",
                                   c->viterbi ? "the most probable path (Viterbi)"
                                              : "the most probable state of each row");
    for (size_t i = 0; i < path->n; i++)
        path->y[i] = (double)(c->path[c->h->first + i] + 1);
    rows_add(&(struct rows){c->h->model->obs.n, c->gamma, k, on_state, c}, f);
    for (size_t i = 1; i <= k && k <= TICKS; i++) {
        char number[NUMBER_TEXT];
        figure_tick(f, &f->y, (double)i, number_text(number, (double)i, 3));
    }
    set_levels(c, f, k);
    return f;
}

/* The labels, which may name the states in another order. */
static struct figure *draw_labels(const struct chain *c)
{
    const struct hidden *h = c->h;
    struct figure *f = figure_new(NULL, "row", h->labels->name);
    char words[80];

    if (!f)
        return NULL;
    struct series *s = add_line(c, f, STYLE_STEPS, INK_GAP, "labels", NULL);
    for (size_t i = 0; i < s->n; i++) {
        size_t g = hidden_group(h, h->first + i);
        s->y[i] = g < h->ngroup ? (double)g + 1 : NAN;
    }
    for (size_t g = 0; g < h->ngroup; g++)
        figure_tick(f, &f->y, (double)g + 1, hidden_group_name(h, g, words, sizeof words));
    set_levels(c, f, h->ngroup);
    return f;
}

/* ---- the picture ------------------------------------------------------------------------ */

static size_t disagreements(const struct chain *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->h->model->obs.n; i++)
        n += rows_component(c->gamma, c->h->model->k, i) != c->path[i];
    return n;
}

static void add_claim(const struct chain *c)
{
    const struct hidden *h = c->h;
    size_t n = disagreements(c);

    text_addf(h->claim, "the most probable path at %s, and the states that %s gives each row",
              h->theta_name, h->q_name);
    if (c->viterbi)
        text_addf(h->claim, ": they differ in %zu row%s", n, n == 1 ? "" : "s");
}

static int draw(struct chain *c, struct error *e)
{
    struct hidden *h = c->h;

    if (make_path(c, e) != 0)
        return -1;
    add_claim(c);
    if (hidden_begin(h, "row", observations_name(&h->model->obs, c->column), e) != 0)
        return -1;
    h->f->name = mem_copy_text("series");
    if (draw_series(c, e) != 0)
        return -1;
    figure_panel(h->f, draw_states(c), 1, 0, "states");
    if (h->labels)
        figure_panel(h->f, draw_labels(c), 2, 0, "labels");
    return 0;
}

int hidden_chain(struct hidden *h, struct error *e)
{
    struct chain c = {.h = h, .gamma = values_gamma(h->model, h->q),
                      .column = h->ncolumn ? h->column[0] : 0};
    int r = draw(&c, e);

    mem_free(c.path);
    return r;
}
