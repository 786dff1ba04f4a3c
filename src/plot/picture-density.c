/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot density: the data, and what the model makes of them.  Every curve comes from the model's
 * predict(): π_k f_k(x) is the posterior of k at x times the density of x.
 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/values.h"
#include "plot/density.h"

static const struct option_spec density_options[] = {
    {"columns", OPTION_COLUMNS, "A,B,…", "the columns of more that are shown, up to 5"},
    {"bins", OPTION_COUNT, "N", "bars of the histogram of one column"},
    {NULL},
};

enum { BINS_MOST = 1000, KEY_MOST = 8, ROWS_MOST = 20000 };

/* ---- what the parts share --------------------------------------------------------------- */

bool density_moments(const struct density *d, size_t k)
{
    return d->here && d->model->class->component_moments &&
           d->model->class->component_moments(d->model, d->here->theta, k, d->moments,
                                              d->moments + d->model->obs.d) == 0;
}

bool density_spread(const struct density *d, size_t k, double *mean, double *sd)
{
    size_t j = d->column[0], n = d->model->obs.d;

    if (!density_moments(d, k))
        return false;
    *mean = d->moments[j];
    *sd = sqrt(d->moments[n + j * n + j]);
    return true;
}

/* Of the whole row, where it is one column. */
static double predicted(const struct density *d, double x, double *part)
{
    struct error ignored;
    double log_density = NAN, sum;

    for (size_t k = 0; k < d->k; k++)
        part[k] = d->model->k ? NAN : 1;
    if (d->model->class->predict(d->model, d->here->theta, &x, part, &log_density, &ignored) != 0)
        return NAN;
    sum = exp(log_density);
    for (size_t k = 0; k < d->k; k++)
        part[k] = sum > 0 ? part[k] * sum : sum;
    return sum;
}

static double marginal(const struct density *d, size_t k, double x)
{
    const struct model_class *c = d->model->class;
    double mean, sd;

    if (c->component_marginal)
        return c->component_marginal(d->model, d->here->theta, k, d->column[0], x);
    return density_spread(d, k, &mean, &sd) ? gsl_ran_gaussian_pdf(x - mean, sd) : NAN;
}

double density_at(const struct density *d, double x, double *part)
{
    double sum = 0;

    if (d->model->obs.d == 1 && d->model->class->predict)
        return predicted(d, x, part);
    for (size_t k = 0; k < d->k; k++)
        sum += part[k] = d->weight[k] * marginal(d, k, x);
    return sum;
}

/* By a hash of its number (Steele, Lea & Flood 2014, splitmix64's mixer), so that no order of the
 * rows can make those that are drawn unlike the others. */
bool density_draws(const struct density *d, size_t i)
{
    uint64_t v = i;

    if (d->model->obs.n <= ROWS_MOST)
        return true;
    v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9u;
    v = (v ^ v >> 27) * 0x94d049bb133111ebu;
    v ^= v >> 31;
    return v % d->model->obs.n < ROWS_MOST;
}

size_t density_drawn(const struct density *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->model->obs.n; i++)
        n += density_draws(d, i);
    return n;
}

const char *density_label(const struct density *d, size_t k, char *out, size_t room)
{
    if (d->k > KEY_MOST || d->unlabelled)
        return NULL;
    if (d->k == 1)
        snprintf(out, room, "the model");
    else
        snprintf(out, room, "component %zu", k + 1);
    return out;
}

void density_axes(struct density *d, const char *x, const char *y)
{
    struct figure *f = d->f;

    mem_free(f->x.label);
    mem_free(f->y.label);
    f->x.label = mem_copy_text(x);
    f->y.label = mem_copy_text(y);
    f->failed |= (x && !f->x.label) || (y && !f->y.label);
}

/* ---- the claim -------------------------------------------------------------------------- */

static void add_claim(const struct density *d, struct text *out)
{
    char q[24], theta[24];

    if (!d->here) {
        text_add(out, "the data alone: there is no θ yet");
        return;
    }
    picture_subscripted(theta, sizeof theta, "θ", d->here->t);
    picture_subscripted(q, sizeof q, "q", d->here->q_count);
    if (!d->gamma)
        text_addf(out, "the data and the density at %s%s", theta,
                  d->model->k > 1 && !d->q ? "; an e will colour the rows" : "");
    else if (d->model->class->theta_in_q)
        text_addf(out, "the colours are %s, the curves what its factors predict", q);
    else if (d->here->exact)
        text_addf(out, "the colours are %s, the posterior at %s", q, theta);
    else if (d->here->step.phase == PHASE_M)
        text_addf(out, "M fitted each component to its colour's share of the rows");
    else
        text_addf(out, "the colours are %s, which is not the posterior at %s", q, theta);
}

/* ---- the picture ------------------------------------------------------------------------ */

/* A model with a density over rows, which are points of a line or a plane. */
static bool has_density(const struct model_class *c, size_t d)
{
    return (d == 1 && c->predict) || c->component_moments || c->scale;
}

static bool has_words(const struct observations *o)
{
    for (size_t j = 0; j < o->d; j++)
        if (observations_is_text(o, j))
            return true;
    return false;
}

static int suits(const struct model *m, struct error *e)
{
    struct text which = TEXT_INIT;

    if (has_density(m->class, m->obs.d) && !has_words(&m->obs))
        return 0;
    for (const struct model_class *const *c = model_classes; *c; c++)
        if (*c != m->class && has_density(*c, m->obs.d))
            text_addf(&which, "%s%s", which.length ? ", " : "", (*c)->name);
    error_set(e, "plot density does not suit %s: its rows are not points with a density on a "
                 "line or a plane", m->name);
    error_hint(e, "it suits %s", which.s);
    text_clear(&which);
    return -1;
}

static int read_columns(struct density *d, const struct options *o, struct error *e)
{
    const struct option *columns = options_find(o, "columns");
    size_t most = columns ? columns->nvalue : d->model->obs.d;

    if (columns && (most < 1 || most > DENSITY_COLUMNS))
        return error_set_at(e, columns->at, "columns= takes 1 to %d columns, not %zu",
                            DENSITY_COLUMNS, most);
    d->ncolumn = most < DENSITY_COLUMNS ? most : DENSITY_COLUMNS;
    for (size_t i = 0; i < d->ncolumn; i++) {
        d->column[i] = i;
        if (columns && picture_column(d->model, columns, i, &d->column[i], e) != 0)
            return -1;
        for (size_t j = 0; j < i; j++)
            if (d->column[j] == d->column[i])
                return error_set_at(e, columns->at, "columns= names one column twice");
    }
    return 0;
}

static int draw_parts(struct density *d, struct error *e)
{
    if (d->model->class->scale)
        return density_scale(d, e);
    if (d->ncolumn == 1)
        return density_line(d, e);
    return d->ncolumn == 2 ? density_plane(d, e) : density_pairs(d, e);
}

static int make(struct density *d, const struct machine *m, struct error *e)
{
    struct text title = TEXT_INIT;

    d->gamma = d->model->k > 1 ? values_gamma(d->model, d->q) : NULL;
    picture_title(m, &title);
    add_claim(d, &title);
    d->f = figure_new(title.s, NULL, NULL);
    if (d->f)
        d->f->failed |= title.failed;
    text_clear(&title);
    return d->f ? draw_parts(d, e) : error_no_memory(e);
}

int density_prepare(struct density *d, struct error *e)
{
    const struct model_class *c = d->model->class;
    size_t n = d->model->obs.d;

    d->weight = NEW_ARRAY(d->k, double);
    d->moments = NEW_ARRAY(n + n * n + 1, double);
    if (!d->weight || !d->moments)
        return error_no_memory(e);
    d->weight[0] = 1;
    if (d->here && d->model->k > 0 && c->component_weights)
        c->component_weights(d->model, d->here->theta, d->weight);
    return 0;
}

void density_release(struct density *d)
{
    mem_free(d->weight);
    mem_free(d->moments);
}

static int draw_density(struct machine *m, const struct options *o, struct figure **f,
                        struct error *e)
{
    struct density d = {.model = m->model, .here = machine_here(m)};
    struct latent *q = NULL;

    d.k = m->model->k ? m->model->k : 1;
    if (read_columns(&d, o, e) != 0 || options_count(o, "bins", 1, BINS_MOST, &d.bins, e) != 0)
        return -1;
    if (d.here && d.here->has_q && !(q = machine_q(m, d.here, e)))
        return -1;
    d.q = q;
    int r = density_prepare(&d, e) != 0 || make(&d, m, e) != 0 ? -1 : 0;
    *f = d.f;
    latent_free(q);
    density_release(&d);
    return r;
}

const struct picture density_picture = {
    .name = "density",
    .summary = "the data coloured by q, and the components: histogram, scatter, pairs",
    .options = density_options,
    .suits = suits,
    .draw = draw_density,
};
