/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "problem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

bool problem_chance(const struct problem *p, double share)
{
    return gsl_rng_uniform(p->random) < share;
}

size_t problem_below(const struct problem *p, size_t n)
{
    return gsl_rng_uniform_int(p->random, n);
}

double problem_between(const struct problem *p, double low, double high)
{
    return low + (high - low) * gsl_rng_uniform(p->random);
}

/* The spread of column j where it can be squared, else the unit. */
static double spread(const struct problem *p, size_t j)
{
    const struct observations *o = &p->m->model->obs;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < o->n; i++) {
        low = fmin(low, o->x[j][i]);
        high = fmax(high, o->x[j][i]);
    }
    return high - low > 0.0 && isfinite(high - low) ? high - low : p->unit;
}

static double hyperparameter(const struct problem *p, const struct block *b, size_t i)
{
    const struct observations *o = &p->m->model->obs;
    size_t d = o->d ? o->d : 1;
    if (strcmp(b->name, "m0") == 0)
        return o->d && !isnan(o->x[i % d][0]) ? o->x[i % d][0] : 0.0;
    if (strcmp(b->name, "nu0") == 0)
        return (double)d + problem_between(p, -0.9, 5.0);
    if (strcmp(b->name, "S0") == 0 || strcmp(b->name, "W0") == 0) {
        bool matrix = b->rank == 2;
        size_t row = matrix ? i / d : i % d;
        double s = o->d ? spread(p, row) : 1.0;
        if (matrix && i % d != row)
            return 0.0;
        return b->name[0] == 'S' ? s * s * problem_between(p, 0.01, 2.0) : 1.0 / (s * s);
    }
    return pow(10.0, problem_between(p, -1.0, 1.0)) + (problem_chance(p, 0.8) ? 1.0 : 0.0);
}

unsigned problem_prior(const struct problem *p, double *v)
{
    const struct layout *l = &p->m->model->prior_layout;
    unsigned all = (1u << l->nblock) - 1u, given = all;
    for (size_t b = 0; b < l->nblock; b++)
        for (size_t i = 0; i < l->block[b].size; i++)
            v[l->block[b].offset + i] = hyperparameter(p, &l->block[b], i);
    if (l->nblock > 1 && problem_chance(p, 0.3))
        given = problem_chance(p, 0.7) ? 1u : all & ~1u;
    return given;
}

void problem_make(struct problem *p, unsigned long number)
{
    struct error e = {0};
    *p = (struct problem){.number = number, .later = number > PROBLEMS_BEFORE,
                          .random = random_new(number, &e)};
    ck_assert_ptr_nonnull(p->random);
    problem_data(p);
    struct options o;
    support_options(&o, p->options);
    struct model *bound = model_open(p->model, p->data, &o, NULL, &p->error);
    options_clear(&o);
    p->m = bound ? machine_new(bound, &p->error) : NULL;
}

void problem_clear(struct problem *p)
{
    machine_free(p->m);
    dataset_free(p->data);
    gsl_rng_free(p->random);
}

void problem_print(const struct problem *p)
{
    printf("# %lu: model %s %s\n", p->number, p->model, p->options);
    for (size_t j = 0; j < p->data->ncol; j++)
        printf("%s%s", j ? "," : "", p->data->column[j].name);
    for (size_t i = 0; i < p->data->nrow; i++)
        for (size_t j = 0; j < p->data->ncol; j++)
            printf("%s%.17g", j ? "," : "\n", p->data->column[j].value[i]);
    printf("\n");
    fflush(stdout);
}
