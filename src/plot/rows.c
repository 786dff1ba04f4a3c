/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/rows.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "base/memory.h"

enum { AROUND = 121 };

size_t rows_component(const double *gamma, size_t k, size_t i)
{
    const double *row = gamma ? gamma + i * k : NULL;
    size_t best = 0;

    for (size_t j = 1; row && j < k; j++)
        if (row[j] > row[best])
            best = j;
    return best;
}

/* A row that has no place in the picture. */
static const size_t NOWHERE = SIZE_MAX;

/* of (n) ← the component that each row is coloured by, count (K) ← how many each has. */
static void sort_out(const struct rows *r, size_t *of, size_t *count)
{
    double at[2];

    for (size_t i = 0; i < r->n; i++) {
        of[i] = r->place(r->context, i, at) ? rows_component(r->gamma, r->k, i) : NOWHERE;
        if (of[i] != NOWHERE)
            count[of[i]]++;
    }
}

static void add_component(const struct rows *r, size_t k, const size_t *of, size_t n,
                          struct figure *f)
{
    size_t next = 0;
    char name[40];
    double at[2];

    if (n == 0)
        return;
    snprintf(name, sizeof name, r->gamma ? "rows%zu" : "rows", k + 1);
    struct series *s = figure_add(f, STYLE_POINTS, r->gamma ? INK_COMPONENT : INK_FAINT, name,
                                  NULL, n);
    unsigned *colour = r->gamma ? series_colours(f, s) : NULL;

    s->component = (int)k;
    s->filled = true;
    for (size_t i = 0; i < r->n && next < s->n; i++) {
        if (of[i] != k)
            continue;
        r->place(r->context, i, at);
        s->x[next] = at[0];
        s->y[next] = at[1];
        if (colour)
            colour[next] = figure_mixed_colour(r->gamma + i * r->k, r->k);
        next++;
    }
}

void rows_add(const struct rows *r, struct figure *f)
{
    size_t parts = r->gamma ? r->k : 1;
    size_t *of = NEW_ARRAY(r->n + parts, size_t), *count = of ? of + r->n : NULL;

    if (of)
        sort_out(r, of, count);
    else
        f->failed = true;
    for (size_t k = 0; of && k < parts; k++)
        add_component(r, k, of, count[k], f);
    mem_free(of);
}

struct series *ellipse_add(struct figure *f, enum ink ink, const char *name, const char *label,
                           const double mean[2], const double cov[3], double p)
{
    double r = sqrt(gsl_cdf_chisq_Pinv(p, 2)), L[3];

    L[0] = sqrt(cov[0]);
    L[1] = cov[1] / L[0];
    L[2] = sqrt(cov[2] - L[1] * L[1]);
    if (!isfinite(L[0] + L[1] + L[2]))
        return NULL;
    struct series *s = figure_add(f, STYLE_LINE, ink, name, label, AROUND);

    for (size_t i = 0; i < s->n; i++) {
        double t = i + 1 < s->n ? 2 * M_PI * (double)i / (AROUND - 1) : 0; /* closed to the bit */
        double c = r * cos(t), v = r * sin(t);

        s->x[i] = mean[0] + L[0] * c;
        s->y[i] = mean[1] + L[1] * c + L[2] * v;
    }
    return s;
}
