/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "plot/hidden.h"
#include "plot/rows.h"

enum { SD_ROWS = 300 };         /* more have no lines of ± 1 sd */

/* q's normal scores: their means (n,m), and a covariance (m,m) or a variance for each row. */
struct scores {
    struct hidden *h;
    size_t m;
    const double *mean, *cov, *var;
};

static bool find_scores(const struct model *m, const struct latent *q, struct scores *s)
{
    const struct block *mean = layout_find(&m->q, "mean"), *cov = layout_find(&m->q, "cov"),
                       *var = layout_find(&m->q, "var");

    s->m = m->m ? m->m : 1;
    if (!mean || mean->dim[0] != m->obs.n || mean->size != m->obs.n * s->m)
        return false;
    if (!(m->m > 0 && cov && cov->size == s->m * s->m) && !(var && var->size == m->obs.n))
        return false;
    s->mean = q ? q->b.v + mean->offset : NULL;
    s->cov = q && cov ? q->b.v + cov->offset : NULL;
    s->var = q && var ? q->b.v + var->offset : NULL;
    return true;
}

bool hidden_has_scores(const struct model *m)
{
    struct scores s;

    return find_scores(m, NULL, &s);
}

/* ---- points, by label ------------------------------------------------------------------- */

static void place(const struct scores *s, size_t i, double at[2])
{
    at[0] = s->mean[i * s->m];
    at[1] = s->m > 1 ? s->mean[i * s->m + 1] : (double)(i + 1);
}

static bool in_group(const struct scores *s, size_t i, size_t group)
{
    return !s->h->labels || hidden_group(s->h, i) == group;
}

static const char *group_label(const struct hidden *h, size_t group, char *out, size_t room)
{
    char name[80];

    if (!h->labels)
        return "E_q z";
    if (group == h->ngroup)
        return NULL;
    hidden_group_name(h, group, name, sizeof name);
    if (h->labels->kind == COLUMN_TEXT)
        snprintf(out, room, "%s", name);
    else
        snprintf(out, room, "%.60s %s", h->labels->name, name);
    return out;
}

/* The rows of one label; those without one last, in grey. */
static void add_group(const struct scores *s, size_t group)
{
    struct hidden *h = s->h;
    bool grey = h->labels && group == h->ngroup;
    char label[160], name[40];
    size_t n = 0, next = 0;
    double at[2];

    for (size_t i = h->first; i < h->last; i++)
        n += in_group(s, i, group);
    if (n == 0)
        return;
    snprintf(name, sizeof name, h->labels ? "scores%zu" : "scores", group + 1);
    struct series *points = figure_add(h->f, STYLE_POINTS, grey ? INK_FAINT : INK_COMPONENT, name,
                                       group_label(h, group, label, sizeof label), n);
    points->component = (int)group;
    points->filled = true;
    for (size_t i = h->first; i < h->last && next < points->n; i++) {
        if (!in_group(s, i, group))
            continue;
        place(s, i, at);
        points->x[next] = at[0];
        points->y[next++] = at[1];
    }
}

static void add_points(const struct scores *s)
{
    for (size_t g = 0; g <= s->h->ngroup; g++)
        add_group(s, g);
}

/* ---- one score: a strip ----------------------------------------------------------------- */

static double deviation(const struct scores *s, size_t i)
{
    return sqrt(s->var ? s->var[i] : s->cov[0]);
}

static int add_strip_sd(const struct scores *s, struct error *e)
{
    struct hidden *h = s->h;
    size_t n = h->last - h->first;
    double *sd = NEW_ARRAY(n, double), at[2];
    struct figure *scratch = figure_new(NULL, NULL, NULL);

    if (!sd || !scratch) {
        mem_free(sd);
        figure_free(scratch);
        return error_no_memory(e);
    }
    struct series *points = figure_add(scratch, STYLE_POINTS, INK_FAINT, NULL, NULL, n);
    for (size_t i = 0; i < points->n; i++) {
        place(s, h->first + i, at);
        points->x[i] = at[0];
        points->y[i] = at[1];
        sd[i] = deviation(s, h->first + i);
    }
    hidden_add_sd(h->f, INK_FAINT, "± 1 sd of q", points, sd, true);
    mem_free(sd);
    figure_free(scratch);
    return 0;
}

/* The data beside the scores, where these are of their kind: what each row was before the noise. */
static void add_data(const struct scores *s)
{
    struct hidden *h = s->h;

    if (h->model->m > 0 || h->model->obs.d != 1)
        return;
    struct series *x = figure_add(h->f, STYLE_POINTS, INK_GAP, "data", "as observed",
                                  h->last - h->first);
    for (size_t i = 0; i < x->n; i++) {
        x->x[i] = h->model->obs.x[0][h->first + i];
        x->y[i] = (double)(h->first + i + 1);
    }
}

static int draw_strip(const struct scores *s, struct error *e)
{
    struct hidden *h = s->h;

    if (hidden_begin(h, "E_q z", "row", e) != 0)
        return -1;
    if (h->last - h->first <= SD_ROWS && add_strip_sd(s, e) != 0)
        return -1;
    add_data(s);
    add_points(s);
    hidden_row_axis(h, &h->f->y);
    return 0;
}

/* ---- two scores: a plane ---------------------------------------------------------------- */

/* Prior and posterior have one width for all rows: both ellipses stand at the origin. */
static void add_widths(const struct scores *s)
{
    static const double origin[2], one[3] = {1, 0, 1};
    const double *v = s->cov;
    struct series *prior = ellipse_add(s->h->f, INK_FAINT, "prior", "68 % of the prior N(0, I)",
                                       origin, one, 0.68);

    if (prior)
        prior->dashed = true;
    ellipse_add(s->h->f, INK_TOUCH, "posterior", "68 % of q for one row, about 0", origin,
                (double[3]){v[0], v[1], v[s->m + 1]}, 0.68);
}

static int draw_plane(const struct scores *s, struct error *e)
{
    struct hidden *h = s->h;
    char note[80];

    if (hidden_begin(h, "E_q z₁", "E_q z₂", e) != 0)
        return -1;
    h->f->square = true;
    add_points(s);
    add_widths(s);
    if (s->m > 2) {
        snprintf(note, sizeof note, "the first 2 of %zu factors", s->m);
        figure_note(h->f, note);
    }
    return 0;
}

int hidden_scores(struct hidden *h, struct error *e)
{
    struct scores s = {.h = h};

    find_scores(h->model, h->q, &s);
    text_addf(h->claim, "the means of %s for each row's z", h->q_name);
    if (h->here->exact)
        text_addf(h->claim, ", the posterior at %s", h->theta_name);
    return s.m > 1 ? draw_plane(&s, e) : draw_strip(&s, e);
}
