/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot density: the data, and what the model makes of them.  Every curve comes from the model's
 * predict(): π_k f_k(x) is the posterior of k at x times the density of x.
 */
#include <stdio.h>
#include <string.h>

#include "em/values.h"
#include "plot/density.h"

static const struct option_spec density_options[] = {
    {"columns", OPTION_COLUMNS, "A,B", "the two columns of more that are shown"},
    {"bins", OPTION_COUNT, "N", "bars of the histogram of one column"},
    {NULL},
};

enum { BINS_MOST = 1000, KEY_MOST = 8 };

/* ---- what the parts share --------------------------------------------------------------- */

bool density_moments(const struct density *d, size_t k, double *room)
{
    return d->here && d->model->class->component_moments &&
           d->model->class->component_moments(d->model, d->here->theta, k, room,
                                              room + d->model->obs.d) == 0;
}

size_t density_component(const struct density *d, size_t i)
{
    const double *row = d->gamma ? d->gamma + i * d->k : NULL;
    size_t best = 0;

    for (size_t k = 1; row && k < d->k; k++)
        if (row[k] > row[best])
            best = k;
    return best;
}

const char *density_label(const struct density *d, size_t k, char *out, size_t room)
{
    if (d->k > KEY_MOST)
        return NULL;
    if (d->k == 1)
        snprintf(out, room, "the model");
    else
        snprintf(out, room, "component %zu", k + 1);
    return out;
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
    return c->predict && (d == 1 || c->component_moments || c->scale);
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

/* Position of a column among those of the model. */
static int find_column(const struct model *m, const struct option *o, size_t i, size_t *at,
                       struct error *e)
{
    size_t column;

    if (dataset_find_column(m->obs.data, o->value[i], &column, e) != 0)
        return error_place(e, o->value_at ? o->value_at[i] : o->at);
    for (*at = 0; *at < m->obs.d; (*at)++)
        if (m->obs.column[*at] == column)
            return 0;
    return error_set_at(e, o->value_at ? o->value_at[i] : o->at,
                        "the model does not have column '%s'", o->value[i]);
}

static int read_columns(struct density *d, const struct options *o, struct error *e)
{
    const struct option *columns = options_find(o, "columns");

    d->column[0] = 0;
    d->column[1] = 1;
    if (!columns)
        return 0;
    if (columns->nvalue != 2 || d->model->obs.d < 2) {
        error_set_at(e, columns->at, "columns= takes two columns of a model that has more");
        return error_hint(e, "this model has %zu", d->model->obs.d);
    }
    if (find_column(d->model, columns, 0, &d->column[0], e) != 0 ||
        find_column(d->model, columns, 1, &d->column[1], e) != 0)
        return -1;
    if (d->column[0] == d->column[1])
        return error_set_at(e, columns->at, "columns= names one column twice");
    return 0;
}

static int draw_parts(struct density *d, struct error *e)
{
    if (d->model->class->scale)
        return density_scale(d, e);
    return d->model->obs.d == 1 ? density_line(d, e) : density_plane(d, e);
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
    int r = make(&d, m, e);
    *f = d.f;
    latent_free(q);
    return r;
}

const struct picture density_picture = {
    .name = "density",
    .summary = "the data coloured by q, and the components: histogram, or scatter and ellipses",
    .options = density_options,
    .suits = suits,
    .draw = draw_density,
};
