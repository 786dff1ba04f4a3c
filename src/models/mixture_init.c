/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts for mixtures: choose K centres in the family's feature space, each feature divided by its
 * standard deviation, and let the family make components that sit there, with equal weights.
 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "models/mixture.h"
#include "numeric/ward.h"

const struct init_method mixture_inits[] = {
    {"kmeans++", "centres far apart (Arthur & Vassilvitskii 2007)"},
    {"random", "K rows of the data drawn at random"},
    {"kmeans", "k-means++, then Lloyd's iterations"},
    {"hierarchical", "the means of Ward's clusters (of at most 3000 rows); needs no seed"},
    {"quantile", "the means of K slices along the widest direction; needs no seed"},
    {NULL, NULL},
};

size_t mixture_one_feature(const struct model *m)
{
    (void)m;
    return 1;
}

struct cloud {
    const struct model *m;
    const struct family *family;
    size_t n, d, k;
    double *x;        /* (OBSERVATIONS_BLOCK,d) standardised features of the rows at hand */
    double *mean, *sd;/* (d) */
    double *centre;   /* (K,d) */
    double *sum;      /* (K,1+d) weight and Σ w x of each centre's rows */
    double *near;     /* (n) squared distance to the nearest centre */
    unsigned *owner;  /* (n) */
};

static void cloud_clear(struct cloud *c)
{
    mem_free(c->x);
    mem_free(c->mean);
    mem_free(c->sd);
    mem_free(c->centre);
    mem_free(c->sum);
    mem_free(c->near);
    mem_free(c->owner);
}

/* The rows from `first` on, OBSERVATIONS_BLOCK at most, into c->x.  Returns how many. */
static size_t take_rows(const struct cloud *c, size_t first)
{
    size_t left = c->n - first, count = left < OBSERVATIONS_BLOCK ? left : OBSERVATIONS_BLOCK;
    c->family->features(c->m, first, count, c->x);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < c->d; j++)
            c->x[i * c->d + j] = (c->x[i * c->d + j] - c->mean[j]) / c->sd[j];
    return count;
}

static void take_row(const struct cloud *c, size_t i, double *out)
{
    c->family->features(c->m, i, 1, out);
    for (size_t j = 0; j < c->d; j++)
        out[j] = (out[j] - c->mean[j]) / c->sd[j];
}

/* out (d) ← Σ w x, or Σ w x² */
static void add_up(const struct cloud *c, int power, double *out)
{
    for (size_t first = 0, count; first < c->n; first += count) {
        count = take_rows(c, first);
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < c->d; j++) {
                double v = c->x[i * c->d + j], w = c->m->obs.weight[first + i];
                out[j] += power == 1 ? w * v : w * v * v;
            }
    }
}

static void standardise(struct cloud *c)
{
    double total = c->m->obs.total_weight, *sum = c->sum;
    for (size_t j = 0; j < c->d; j++)
        c->sd[j] = 1.0;
    add_up(c, 1, sum);
    for (size_t j = 0; j < c->d; j++) {
        c->mean[j] = sum[j] / total;
        sum[j] = 0.0;
    }
    add_up(c, 2, sum);
    for (size_t j = 0; j < c->d; j++)
        c->sd[j] = sum[j] > 0.0 ? sqrt(sum[j] / total) : 1.0;
}

static int cloud_make(struct cloud *c, const struct model *m, const struct family *family,
                      struct error *e)
{
    *c = (struct cloud){.m = m, .family = family, .n = m->obs.n, .d = family->nfeature(m),
                        .k = m->k};
    c->x = NEW_ARRAY(OBSERVATIONS_BLOCK * c->d, double);
    c->mean = NEW_ARRAY(c->d, double);
    c->sd = NEW_ARRAY(c->d, double);
    c->centre = NEW_ARRAY(c->k * c->d, double);
    c->sum = NEW_ARRAY(c->k * (1 + c->d), double);
    c->near = NEW_ARRAY(c->n, double);
    c->owner = NEW_ARRAY(c->n, unsigned);
    if (!c->x || !c->mean || !c->sd || !c->centre || !c->sum || !c->near || !c->owner)
        return error_no_memory(e);
    standardise(c);
    return 0;
}

static double distance2(const double *a, const double *b, size_t d)
{
    double sum = 0.0;
    for (size_t j = 0; j < d; j++)
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
}

/* Makes row i centre k, and brings the nearest-centre distances up to date. */
static void place_centre(struct cloud *c, size_t k, size_t i)
{
    double *centre = c->centre + k * c->d;
    take_row(c, i, centre);
    for (size_t first = 0, count; first < c->n; first += count) {
        count = take_rows(c, first);
        for (size_t r = 0; r < count; r++) {
            double dist = distance2(c->x + r * c->d, centre, c->d);
            if (k == 0 || dist < c->near[first + r]) {
                c->near[first + r] = dist;
                c->owner[first + r] = (unsigned)k;
            }
        }
    }
}

/* A row drawn with probability ∝ w_i·p_i; when all are 0, any row of weight. */
static size_t draw_row(const struct cloud *c, const double *p, gsl_rng *random)
{
    const double *w = c->m->obs.weight;
    double total = 0.0, run = 0.0;
    for (size_t i = 0; i < c->n; i++)
        total += w[i] * (p ? p[i] : 1.0);
    if (!(total > 0.0))
        return draw_row(c, NULL, random);
    double u = gsl_rng_uniform(random) * total;
    size_t last = 0;
    for (size_t i = 0; i < c->n; i++) {
        double share = w[i] * (p ? p[i] : 1.0);
        if (share > 0.0) {
            last = i;
            run += share;
            if (run > u)
                break;
        }
    }
    return last;
}

static void centres_apart(struct cloud *c, gsl_rng *random)
{
    for (size_t k = 0; k < c->k; k++)
        place_centre(c, k, draw_row(c, k == 0 ? NULL : c->near, random));
}

/* Rows at random, different ones where there are enough different ones. */
static void centres_random(struct cloud *c, gsl_rng *random)
{
    enum { TRIES = 100 };
    for (size_t k = 0; k < c->k; k++) {
        size_t row = draw_row(c, NULL, random);
        for (int t = 0; k > 0 && c->near[row] == 0.0 && t < TRIES; t++)
            row = draw_row(c, NULL, random);
        place_centre(c, k, row);
    }
}

static void assign(struct cloud *c)
{
    for (size_t first = 0, count; first < c->n; first += count) {
        count = take_rows(c, first);
        for (size_t r = 0; r < count; r++) {
            c->near[first + r] = INFINITY;
            for (size_t k = 0; k < c->k; k++) {
                double dist = distance2(c->x + r * c->d, c->centre + k * c->d, c->d);
                if (dist < c->near[first + r]) {
                    c->near[first + r] = dist;
                    c->owner[first + r] = (unsigned)k;
                }
            }
        }
    }
}

static void sum_rows(struct cloud *c)
{
    memset(c->sum, 0, c->k * (1 + c->d) * sizeof *c->sum);
    for (size_t first = 0, count; first < c->n; first += count) {
        count = take_rows(c, first);
        for (size_t r = 0; r < count; r++) {
            double w = c->m->obs.weight[first + r];
            double *sum = c->sum + c->owner[first + r] * (1 + c->d);
            sum[0] += w;
            for (size_t j = 0; j < c->d; j++)
                sum[1 + j] += w * c->x[r * c->d + j];
        }
    }
}

/* Each centre ← the mean of its rows (an empty one stays).  Returns how far they moved in all. */
static double recentre(struct cloud *c)
{
    double moved = 0.0;
    sum_rows(c);
    for (size_t k = 0; k < c->k; k++) {
        const double *sum = c->sum + k * (1 + c->d);
        for (size_t j = 0; j < c->d && sum[0] > 0.0; j++) {
            moved += fabs(c->centre[k * c->d + j] - sum[1 + j] / sum[0]);
            c->centre[k * c->d + j] = sum[1 + j] / sum[0];
        }
    }
    return moved;
}

static void centres_lloyd(struct cloud *c, gsl_rng *random)
{
    enum { ITERATIONS = 100 };
    centres_apart(c, random);
    for (int i = 0; i < ITERATIONS && recentre(c) > 1e-9; i++)
        assign(c);
}

struct ranked {
    double at;
    size_t row;
};

static int by_place(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    if (p->at != q->at)
        return p->at < q->at ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

/* vᵀx */
static double along(const struct cloud *c, const double *v, const double *x)
{
    double dot = 0.0;
    for (size_t j = 0; j < c->d; j++)
        dot += v[j] * x[j];
    return dot;
}

/* The direction of the largest variance of the standardised features, by power iteration from
 * (1, 1, …): exact enough for a start, and deterministic. */
static void widest_direction(const struct cloud *c, double *v, double *next)
{
    enum { ITERATIONS = 50 };
    for (size_t j = 0; j < c->d; j++)
        v[j] = 1.0 + 1e-3 * (double)j;
    for (int t = 0; t < ITERATIONS; t++) {
        memset(next, 0, c->d * sizeof *next);
        for (size_t first = 0, count; first < c->n; first += count) {
            count = take_rows(c, first);
            for (size_t i = 0; i < count; i++) {
                const double *x = c->x + i * c->d;
                double dot = along(c, v, x);
                for (size_t j = 0; j < c->d; j++)
                    next[j] += c->m->obs.weight[first + i] * dot * x[j];
            }
        }
        double norm = 0.0;
        for (size_t j = 0; j < c->d; j++)
            norm += next[j] * next[j];
        if (!(norm > 0.0))
            return;
        for (size_t j = 0; j < c->d; j++)
            v[j] = next[j] / sqrt(norm);
    }
}

/* Slices of equal weight along that direction. */
static void slice(struct cloud *c, const struct ranked *order)
{
    double run = 0.0, total = c->m->obs.total_weight;
    for (size_t r = 0; r < c->n; r++) {
        double w = c->m->obs.weight[order[r].row];
        size_t k = (size_t)((run + 0.5 * w) / total * (double)c->k);
        c->owner[order[r].row] = (unsigned)(k < c->k ? k : c->k - 1);
        run += w;
    }
    recentre(c);
    assign(c);
}

static int centres_quantile(struct cloud *c, struct error *e)
{
    struct ranked *order = NEW_ARRAY(c->n, struct ranked);
    double *v = NEW_ARRAY(2 * c->d, double);
    if (!order || !v) {
        mem_free(order);
        mem_free(v);
        return error_no_memory(e);
    }
    widest_direction(c, v, v + c->d);
    for (size_t first = 0, count; first < c->n; first += count) {
        count = take_rows(c, first);
        for (size_t i = 0; i < count; i++)
            order[first + i] = (struct ranked){along(c, v, c->x + i * c->d), first + i};
    }
    qsort(order, c->n, sizeof *order, by_place);
    slice(c, order);
    mem_free(order);
    mem_free(v);
    return 0;
}

/* ---- Ward's clusters ---------------------------------------------------------------------- */

enum { WARD_ROWS = 3000 }; /* the tree takes time ∝ n²: of more, every second, third … is taken */

struct sample {
    size_t n;
    double *x, *w;   /* (n,d), (n) */
    size_t *owner;   /* (n) */
};

static int sample_make(struct sample *s, const struct cloud *c, struct error *e)
{
    size_t step = (c->n + WARD_ROWS - 1) / WARD_ROWS;
    while (step > 1 && (c->n + step - 1) / step < c->k)
        step--;
    s->n = (c->n + step - 1) / step;
    s->x = NEW_ARRAY(s->n * c->d, double);
    s->w = NEW_ARRAY(s->n, double);
    s->owner = NEW_ARRAY(s->n, size_t);
    if (!s->x || !s->w || !s->owner)
        return error_no_memory(e);
    for (size_t i = 0; i < s->n; i++) {
        take_row(c, i * step, s->x + i * c->d);
        s->w[i] = c->m->obs.weight[i * step];
    }
    return 0;
}

/* A cluster without weight sits on its first row. */
static void cluster_means(const struct sample *s, struct cloud *c)
{
    for (size_t k = 0; k < c->k; k++) {
        double total = 0.0, *centre = c->centre + k * c->d;
        memset(centre, 0, c->d * sizeof *centre);
        for (size_t i = 0; i < s->n; i++)
            if (s->owner[i] == k && (s->w[i] > 0.0 || total == 0.0)) {
                double share = total + s->w[i] > 0.0 ? s->w[i] / (total + s->w[i]) : 1.0;
                for (size_t j = 0; j < c->d; j++)
                    centre[j] += share * (s->x[i * c->d + j] - centre[j]);
                total += s->w[i];
            }
    }
}

static int centres_ward(struct cloud *c, struct error *e)
{
    struct sample s = {0};
    int r = sample_make(&s, c, e);
    if (r == 0)
        r = ward(s.n, c->d, s.x, s.w, c->k, s.owner, e);
    if (r == 0) {
        cluster_means(&s, c);
        assign(c);
    }
    mem_free(s.x);
    mem_free(s.w);
    mem_free(s.owner);
    return r;
}

/* The centres in the data's own units, and the share of the variance that is left around them. */
static void hand_out(const struct cloud *c, double *centre, double *within)
{
    double left = 0.0;
    for (size_t i = 0; i < c->n; i++)
        left += c->m->obs.weight[i] * c->near[i];
    *within = fmin(fmax(left / (c->m->obs.total_weight * (double)c->d), 0.02), 1.0);
    for (size_t k = 0; k < c->k; k++)
        for (size_t j = 0; j < c->d; j++)
            centre[k * c->d + j] = c->mean[j] + c->sd[j] * c->centre[k * c->d + j];
}

int mixture_centres(const struct model *m, const struct family *family, const char *method,
                    gsl_rng *random, double *centre, double *within, struct error *e)
{
    struct cloud c;
    int r = cloud_make(&c, m, family, e);
    if (r == 0) {
        if (strcmp(method, "random") == 0)
            centres_random(&c, random);
        else if (strcmp(method, "kmeans") == 0)
            centres_lloyd(&c, random);
        else if (strcmp(method, "quantile") == 0)
            r = centres_quantile(&c, e);
        else if (strcmp(method, "hierarchical") == 0)
            r = centres_ward(&c, e);
        else
            centres_apart(&c, random);
    }
    if (r == 0)
        hand_out(&c, centre, within);
    cloud_clear(&c);
    return r;
}

int mixture_init(const struct model *m, const char *method, gsl_rng *random, struct theta *theta,
                 struct error *e)
{
    const struct family *family = mixture_of(m)->family;
    double *centre = NEW_ARRAY(m->k * family->nfeature(m), double), within;
    int r = centre ? mixture_centres(m, family, method, random, centre, &within, e)
                   : error_no_memory(e);
    if (r == 0) {
        double *pi = theta_block(theta, "pi");
        for (size_t k = 0; k < m->k; k++)
            pi[k] = 1.0 / (double)m->k;
        family->seed(m, centre, within, theta);
    }
    mem_free(centre);
    return r;
}
