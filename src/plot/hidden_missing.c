/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "plot/hidden.h"

struct holes {
    struct hidden *h;
    const double *mean, *cov;    /* (n,d), (n,d,d) of q */
    size_t column[HIDDEN_COLUMNS], ncolumn; /* those that are shown */
};

bool hidden_has_missing(const struct model *m)
{
    const struct block *mean = layout_find(&m->q, "mean"), *cov = layout_find(&m->q, "cov");

    return m->class->takes_missing && m->obs.nmissing > 0 && mean && cov &&
           mean->size == m->obs.n * m->obs.d && cov->size == mean->size * m->obs.d;
}

static bool missing(const struct hidden *h, size_t i, size_t j)
{
    return isnan(h->model->obs.x[j][i]);
}

static size_t count_missing(const struct hidden *h, size_t j)
{
    size_t n = 0;

    for (size_t i = h->first; i < h->last; i++)
        n += missing(h, i, j);
    return n;
}

/* Those that columns= names; else the first that have something missing.  Returns how many have. */
static size_t choose_columns(struct holes *w)
{
    struct hidden *h = w->h;
    size_t have = 0;

    for (size_t j = 0; j < h->model->obs.d; j++)
        if (count_missing(h, j) > 0 && have++ < HIDDEN_COLUMNS)
            w->column[w->ncolumn++] = j;
    for (size_t i = 0; i < h->ncolumn; i++)
        w->column[i] = h->column[i];
    w->ncolumn = h->ncolumn ? h->ncolumn : w->ncolumn;
    return have;
}

/* The entries of column j that are missing, at q's mean, or those that are not. */
static struct series *add_entries(const struct holes *w, struct figure *f, size_t j, bool filled,
                                  double *sd)
{
    const struct hidden *h = w->h;
    size_t d = h->model->obs.d, n = count_missing(h, j), next = 0;
    struct series *s = figure_add(f, STYLE_POINTS, filled ? INK_GAP : INK_FAINT,
                                  filled ? "filled_in" : "observed",
                                  filled ? "filled in by q" : "observed",
                                  filled ? n : h->last - h->first - n);

    s->filled = true;
    for (size_t i = h->first; i < h->last && next < s->n; i++) {
        if (missing(h, i, j) != filled)
            continue;
        s->x[next] = (double)(i + 1);
        s->y[next] = filled ? w->mean[i * d + j] : h->model->obs.x[j][i];
        if (filled)
            sd[next] = sqrt(w->cov[(i * d + j) * d + j]);
        next++;
    }
    return s;
}

static int draw_column(const struct holes *w, struct figure *f, size_t j, struct error *e)
{
    double *sd = NEW_ARRAY(count_missing(w->h, j) + 1, double);

    if (!sd)
        return error_no_memory(e);
    add_entries(w, f, j, false, sd);
    struct series *filled = add_entries(w, f, j, true, sd);
    hidden_add_sd(f, INK_GAP, "± 1 sd", filled, sd, false);
    hidden_row_axis(w->h, &f->x);
    mem_free(sd);
    return 0;
}

static int add_panel(const struct holes *w, size_t at, struct error *e)
{
    const char *name = observations_name(&w->h->model->obs, w->column[at]);
    struct figure *f = figure_new(NULL, "row", name);

    figure_panel(w->h->f, f, at, 0, name);
    if (!f)
        return error_no_memory(e);
    f->key = KEY_NONE;
    return draw_column(w, f, w->column[at], e);
}

static void add_note(const struct holes *w, size_t have)
{
    char note[100];

    if (w->ncolumn >= have)
        return;
    snprintf(note, sizeof note, "%zu of the %zu columns with missing entries", w->ncolumn, have);
    figure_note(w->h->f, note);
}

int hidden_missing(struct hidden *h, struct error *e)
{
    struct holes w = {.h = h, .mean = latent_block(h->q, "mean"), .cov = latent_block(h->q, "cov")};
    size_t have = choose_columns(&w), n = 0;

    for (size_t j = 0; j < h->model->obs.d; j++)
        n += count_missing(h, j);
    if (w.ncolumn == 0)
        return error_set(e, "no entry of rows %zu to %zu is missing", h->first + 1, h->last);
    text_addf(h->claim, "%s fills in %zu missing entr%s", h->q_name, n, n == 1 ? "y" : "ies");
    if (h->here->exact)
        text_addf(h->claim, ", each with its mean given the rest of its row at %s", h->theta_name);
    if (hidden_begin(h, "row", observations_name(&h->model->obs, w.column[0]), e) != 0)
        return -1;
    h->f->name = mem_copy_text(observations_name(&h->model->obs, w.column[0]));
    add_note(&w, have);
    if (draw_column(&w, h->f, w.column[0], e) != 0)
        return -1;
    for (size_t i = 1; i < w.ncolumn; i++)
        if (add_panel(&w, i, e) != 0)
            return -1;
    return 0;
}
