/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/ward.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct merge {
    double height;
    size_t a, b; /* a row of each of the two clusters */
};

struct tree {
    size_t n, d;
    double *centre;      /* (n,d) of the cluster that row stands for */
    double *weight;      /* (n); < 0: the row's cluster was merged into another */
    size_t *chain;       /* (n) */
    size_t length;
    struct merge *merge; /* (n − 1) */
    size_t merged;
};

static void tree_clear(struct tree *t)
{
    mem_free(t->centre);
    mem_free(t->weight);
    mem_free(t->chain);
    mem_free(t->merge);
}

static int tree_make(struct tree *t, size_t n, size_t d, const double *x, const double *w,
                     struct error *e)
{
    *t = (struct tree){.n = n, .d = d};
    t->centre = NEW_ARRAY(n * d, double);
    t->weight = NEW_ARRAY(n, double);
    t->chain = NEW_ARRAY(n, size_t);
    t->merge = NEW_ARRAY(n, struct merge);
    if (!t->centre || !t->weight || !t->chain || !t->merge)
        return error_no_memory(e);
    memcpy(t->centre, x, n * d * sizeof *x);
    memcpy(t->weight, w, n * sizeof *w);
    return 0;
}

static double cost(const struct tree *t, size_t a, size_t b)
{
    double sum = 0.0, w = t->weight[a] + t->weight[b];
    for (size_t j = 0; j < t->d; j++) {
        double u = t->centre[a * t->d + j] - t->centre[b * t->d + j];
        sum += u * u;
    }
    return w > 0.0 ? t->weight[a] * t->weight[b] / w * sum : 0.0;
}

/* The cluster nearest to a; among equals the one before it in the chain, so that chains end. */
static size_t nearest(const struct tree *t, size_t a, size_t before, double *height)
{
    size_t best = before;
    *height = before < t->n ? cost(t, a, before) : INFINITY;
    for (size_t b = 0; b < t->n; b++)
        if (b != a && t->weight[b] >= 0.0) {
            double c = cost(t, a, b);
            if (c < *height || best == t->n) {
                *height = c;
                best = b;
            }
        }
    return best;
}

/* b goes into a. */
static void join(struct tree *t, size_t a, size_t b, double height)
{
    double w = t->weight[a] + t->weight[b], share = w > 0.0 ? t->weight[b] / w : 0.5;
    t->merge[t->merged++] = (struct merge){height, a, b};
    for (size_t j = 0; j < t->d; j++) {
        double *c = &t->centre[a * t->d + j];
        *c += share * (t->centre[b * t->d + j] - *c);
    }
    t->weight[a] = w;
    t->weight[b] = -1.0;
}

static void grow(struct tree *t)
{
    size_t start = 0;
    while (t->merged + 1 < t->n) {
        if (t->length == 0) {
            while (t->weight[start] < 0.0)
                start++;
            t->chain[t->length++] = start;
        }
        size_t last = t->chain[t->length - 1];
        size_t before = t->length > 1 ? t->chain[t->length - 2] : t->n;
        double height;
        size_t next = nearest(t, last, before, &height);
        if (next == before) {
            join(t, before, last, height);
            t->length -= 2;
        } else {
            t->chain[t->length++] = next;
        }
    }
}

static int by_height(const void *a, const void *b)
{
    double x = ((const struct merge *)a)->height, y = ((const struct merge *)b)->height;
    return (x > y) - (x < y);
}

static size_t root(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* The lowest n − k merges, then the clusters numbered as they appear.  The chain is done with: its
 * room holds the parents. */
static void cut(struct tree *t, size_t k, size_t *owner)
{
    size_t *parent = t->chain, count = 0;
    qsort(t->merge, t->merged, sizeof *t->merge, by_height);
    for (size_t i = 0; i < t->n; i++) {
        parent[i] = i;
        owner[i] = t->n;
    }
    for (size_t i = 0; i + k < t->n; i++)
        parent[root(parent, t->merge[i].b)] = root(parent, t->merge[i].a);
    for (size_t i = 0; i < t->n; i++) {
        size_t r = root(parent, i);
        if (owner[r] == t->n)
            owner[r] = count++;
        owner[i] = owner[r];
    }
}

int ward(size_t n, size_t d, const double *x, const double *w, size_t k, size_t *owner,
         struct error *e)
{
    struct tree t;
    int r = tree_make(&t, n, d, x, w, e);
    if (r == 0) {
        grow(&t);
        cut(&t, k, owner);
    }
    tree_clear(&t);
    return r;
}
