/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables and the options of random problems. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "problem.h"

/* Half of all tables are small, where everything is an edge. */
static size_t draw_rows(const struct problem *p)
{
    double u = gsl_rng_uniform(p->random);
    return u < 0.25 ? 1 + problem_below(p, 6)
           : u < 0.8 ? 7 + problem_below(p, 50)
                     : 60 + problem_below(p, 300);
}

static void table(struct problem *p, size_t n, size_t d)
{
    struct error e = {0};
    p->n = n;
    p->d = d;
    p->data = dataset_new("problem", n, d + p->weighted, &e);
    ck_assert_msg(p->data != NULL, "%s", e.message);
    for (size_t j = 0; j < d + p->weighted; j++) {
        char name[16];
        snprintf(name, sizeof name, j < d ? "x%zu" : "w", j);
        mem_free(p->data->column[j].name);
        p->data->column[j].name = mem_copy_text(name);
    }
}

/* Whole numbers with zeros among them; all the same and tiny; of any size. */
static void put_weights(struct problem *p)
{
    double *w = p->data->column[p->d].value, tiny = pow(10.0, problem_between(p, -250.0, 0.0));
    size_t kind = problem_below(p, 4);
    for (size_t i = 0; i < p->n; i++)
        w[i] = kind == 0   ? (double)problem_below(p, 4)
               : kind == 1 ? tiny * (double)(1 + problem_below(p, 3))
               : kind == 2 ? pow(10.0, problem_between(p, -8.0, 8.0))
                           : problem_between(p, 0.0, 2.0);
    w[problem_below(p, p->n)] = 1.0 + w[0];
    p->wild = p->wild || kind == 1 || kind == 2;
}

static void put_columns(struct problem *p)
{
    struct column *c = p->data->column;
    size_t camps = 1 + problem_below(p, 4), shape = problem_below(p, 12);
    bool far = problem_chance(p, 0.25);
    p->unit = problem_chance(p, 0.35) ? pow(10.0, problem_between(p, -150.0, 150.0)) : 1.0;
    double offset = far ? p->unit * pow(10.0, problem_between(p, 0.0, 9.0)) : 0.0;
    for (size_t i = 0; i < p->n; i++) {
        size_t camp = problem_below(p, camps);
        for (size_t j = 0; j < p->d; j++)
            c[j].value[i] = offset + p->unit * (4.0 * (double)((camp * (j + 2)) % camps) +
                                                gsl_ran_gaussian(p->random, 1.0));
    }
    p->wild = p->wild || p->unit != 1.0 || far || shape < 6 || p->n < 5 * p->d * camps;
    double *x = c[problem_below(p, p->d)].value, *y = c[problem_below(p, p->d)].value;
    size_t i = problem_below(p, p->n);
    for (size_t r = 0; shape == 0 && r < p->n; r++) /* duplicates */
        for (size_t j = 0; j < p->d; j++)
            c[j].value[r] = c[j].value[r % (1 + p->n / 4)];
    for (size_t r = 0; shape == 1 && r < p->n; r++) /* constant */
        x[r] = x[0];
    for (size_t r = 0; shape == 2 && x != y && r < p->n; r++) /* collinear */
        x[r] = 3.0 * y[r] - p->unit;
    if (shape == 3 || shape == 4) /* outliers */
        x[i] += p->unit * pow(10.0, problem_between(p, 1.0, shape == 3 ? 4.0 : 100.0));
    for (size_t r = 0; shape == 5 && r < p->n; r++) /* ties */
        x[r] = p->unit * rint(x[r] / p->unit);
    for (size_t r = 0; r < p->n; r++)
        for (size_t j = 0; j < p->d; j++)
            c[j].value[r] = fmax(-1e300, fmin(1e300, c[j].value[r]));
}

/* A share of the entries goes missing; sometimes whole rows or a whole column. */
static void lose_entries(struct problem *p)
{
    double share = problem_between(p, 0.0, 0.7);
    for (size_t j = 0; j < p->d; j++)
        for (size_t i = 0; i < p->n; i++)
            if (problem_chance(p, share) || (j == 0 && share > 0.65))
                p->data->column[j].value[i] = NAN;
}

__attribute__((format(printf, 2, 3))) static void option(struct problem *p, const char *format, ...)
{
    size_t at = strlen(p->options);
    va_list ap;
    va_start(ap, format);
    if (at)
        p->options[at++] = ' ';
    vsnprintf(p->options + at, sizeof p->options - at, format, ap);
    va_end(ap);
}

/* Now and then as many components as rows, or one more. */
static void components(struct problem *p)
{
    size_t k = problem_chance(p, 0.06) && p->n < 30 ? p->n + problem_below(p, 2)
                                                   : 1 + problem_below(p, 5);
    option(p, "k=%zu", k);
}

static void columns(struct problem *p)
{
    char list[200] = "columns=x0";
    for (size_t j = 1; j < p->d; j++)
        snprintf(list + strlen(list), sizeof list - strlen(list), ",x%zu", j);
    option(p, "%s", list);
}

static void real_table(struct problem *p, size_t widest)
{
    p->weighted = problem_chance(p, 0.35);
    table(p, draw_rows(p), 1 + problem_below(p, widest));
    columns(p);
    put_columns(p);
    if (p->weighted) {
        put_weights(p);
        option(p, "weights=w");
    }
}

/* One of the families of whole or positive numbers: draw(kind) makes an entry. */
static void plain_table(struct problem *p, size_t d, double (*draw)(const struct problem *, size_t))
{
    p->weighted = problem_chance(p, 0.35);
    table(p, draw_rows(p), d);
    columns(p);
    p->unit = problem_chance(p, 0.4) ? pow(10.0, problem_between(p, -150.0, 150.0)) : 1.0;
    p->wild = true;
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < d; j++)
            p->data->column[j].value[i] = draw(p, j);
    if (p->weighted) {
        put_weights(p);
        option(p, "weights=w");
    }
}

static double a_bit(const struct problem *p, size_t j)
{
    return problem_chance(p, j == 0 ? 0.02 : 0.5);
}

static double a_count(const struct problem *p, size_t j)
{
    (void)j;
    return floor(pow(10.0, problem_between(p, -1.0, problem_chance(p, 0.02) ? 14.0 : 2.5)));
}

static double a_wait(const struct problem *p, size_t j)
{
    (void)j;
    return p->unit * pow(10.0, problem_between(p, -1.0, 1.0)) *
           (problem_chance(p, 0.02) ? 1e100 : 1.0);
}

static double a_symbol(const struct problem *p, size_t j)
{
    (void)j;
    return (double)(1 + problem_below(p, 4));
}

static void toss(struct problem *p)
{
    for (size_t i = 0; i < p->n; i++) {
        double *heads = p->data->column[0].value, *tosses = p->data->column[1].value;
        tosses[i] = fmin(tosses[i], 9e8);
        heads[i] = problem_chance(p, 0.1) ? tosses[i]
                                          : floor(tosses[i] * gsl_rng_uniform(p->random));
    }
}

static void coins(struct problem *p)
{
    plain_table(p, 2, a_count);
    toss(p);
}

static void four_counts(struct problem *p)
{
    table(p, 4, 1);
    columns(p);
    double top = pow(10.0, problem_between(p, 0.0, 4.0));
    for (size_t i = 0; i < 4; i++)
        p->data->column[0].value[i] = problem_chance(p, 0.2) ? 0.0
                                                              : floor(problem_between(p, 0.0, top));
}

static void image(struct problem *p)
{
    size_t rows = 1 + problem_below(p, 9), cols = 1 + problem_below(p, 30);
    bool spins = problem_chance(p, 0.5);
    double noise = pow(10.0, problem_chance(p, 0.3) ? problem_between(p, -150.0, 150.0)
                                                    : problem_between(p, -2.0, 1.0));
    table(p, rows * cols, 1);
    p->unit = noise;
    for (size_t i = 0; i < p->n; i++) {
        double z = problem_chance(p, 0.5) ? 1.0 : -1.0;
        p->data->column[0].value[i] = spins ? z : z + gsl_ran_gaussian(p->random, noise);
    }
    option(p, "columns=x0 rows=%zu cols=%zu J=%.17g", rows, cols,
           problem_chance(p, 0.1) ? 0.0 : problem_between(p, -3.0, 3.0));
}

static void contests(struct problem *p)
{
    size_t items = 2 + problem_below(p, 5);
    table(p, 1 + problem_below(p, 60), 3);
    columns(p);
    for (size_t i = 0; i < p->n; i++) {
        size_t winner = problem_below(p, items);
        p->data->column[0].value[i] = (double)winner;
        p->data->column[1].value[i] = (double)((winner + 1 + problem_below(p, items - 1)) % items);
        p->data->column[2].value[i] = pow(10.0, problem_between(p, -3.0, 3.0));
    }
}

/* Outcomes, and targets that some distribution over them has. */
static void outcomes(struct problem *p)
{
    bool moments = problem_chance(p, 0.5);
    table(p, 1 + problem_below(p, 30), moments ? 1 : 1 + problem_below(p, 3));
    columns(p);
    put_columns(p);
    char targets[200] = "";
    for (size_t j = 0; j < (moments ? 2 : p->d); j++) {
        double sum = 0.0, total = 0.0;
        for (size_t i = 0; i < p->n; i++) {
            double share = problem_between(p, 0.0, 1.0);
            double x = p->data->column[moments ? 0 : j].value[i];
            sum += share * (moments && j == 1 ? x * x : x);
            total += share;
        }
        snprintf(targets + strlen(targets), sizeof targets - strlen(targets), "%s%.17g",
                 j ? "," : "", sum / total);
    }
    option(p, "targets=%s", targets);
    if (moments)
        option(p, "moments=1,2");
}

static void gmm(struct problem *p)
{
    static const char *const shapes[] = {"full", "tied", "diag", "spherical"};
    real_table(p, problem_chance(p, 0.1) ? 13 : 4);
    components(p);
    option(p, "cov=%s", shapes[problem_below(p, 4)]);
}

static void binomial(struct problem *p)
{
    coins(p);
    components(p);
}

static void poisson(struct problem *p)
{
    plain_table(p, 1, a_count);
    components(p);
}

static void exponential(struct problem *p)
{
    plain_table(p, 1, a_wait);
    components(p);
}

static void bernoulli(struct problem *p)
{
    plain_table(p, 1 + problem_below(p, 5), a_bit);
    components(p);
}

static void mvn(struct problem *p)
{
    real_table(p, 5);
    lose_entries(p);
}

static void factors(struct problem *p)
{
    real_table(p, 6);
    if (p->d > 2)
        option(p, "m=%zu", 1 + problem_below(p, p->d - 1));
}

static void hmm(struct problem *p)
{
    if (problem_chance(p, 0.5)) {
        real_table(p, 3);
        if (p->weighted) /* a chain has none */
            *strstr(p->options, " weights=w") = '\0';
    } else {
        plain_table(p, 1, a_symbol);
        strcpy(p->options, "columns=x0 emission=categorical symbols=4");
    }
    components(p);
}

static void denoise(struct problem *p)
{
    real_table(p, 1);
    option(p, "s2=%.17g", p->unit * p->unit * problem_between(p, 0.1, 2.0));
}

static void vbgmm(struct problem *p)
{
    real_table(p, 4);
    components(p);
}

static void lua(struct problem *p)
{
    real_table(p, 1);
}

/* ---- later problems --------------------------------------------------------------------- */

/* Models in Lua climb by numbers: few rows are enough. */
static void few_rows(struct problem *p, size_t d, double (*draw)(const struct problem *, size_t))
{
    plain_table(p, d, draw);
    for (size_t j = 0; j < p->data->ncol; j++)
        p->data->nrow = p->n = p->n < 40 ? p->n : 40;
}

static void geometric(struct problem *p)
{
    few_rows(p, 1, a_count);
}

static void lua_coins(struct problem *p)
{
    few_rows(p, 2, a_count);
    for (size_t i = 0; i < p->n; i++) /* log C(n,h) of a large n has no digits for 1e-9 of ℓ */
        p->data->column[1].value[i] = fmin(p->data->column[1].value[i], 1e4);
    toss(p);
}

/* A column of words, of which one in fifty is of no blood group. */
static void blood(struct problem *p)
{
    static const char *const groups[] = {"A", "B", "AB", "O", "C"};
    few_rows(p, 1, a_symbol);
    struct column *c = p->data->column;
    c->kind = COLUMN_TEXT;
    c->level = NEW_ARRAY(5, char *);
    for (c->nlevel = 0; c->nlevel < 5; c->nlevel++)
        c->level[c->nlevel] = mem_copy_text(groups[c->nlevel]);
    if (problem_chance(p, 0.02))
        c->value[0] = 5.0;
}

/* The targets are the weighted means. */
static void weighted_outcomes(struct problem *p)
{
    real_table(p, 3);
    if (!p->weighted)
        option(p, "targets=%.17g", p->data->column[0].value[0]);
}

static void flipped(struct problem *p)
{
    image(p);
    option(p, "noise=%s", problem_chance(p, 0.7) ? "flip" : "gaussian");
}

/* What is no datum: it is refused with its place. */
static void spoil(struct problem *p)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, -1.0, 0.5, 1e300};
    if (problem_chance(p, 0.03))
        p->data->column[problem_below(p, p->data->ncol)].value[problem_below(p, p->n)] =
            bad[problem_below(p, sizeof bad / sizeof *bad)];
}

static const struct kind {
    const char *model;
    void (*make)(struct problem *p);
} kinds[] = {
    {"gmm", gmm},           {"gmm", gmm},           {"gmm", gmm},         {"gmm", gmm},
    {"binomial", binomial}, {"poisson", poisson},   {"exponential", exponential},
    {"bernoulli", bernoulli}, {"linkage", four_counts}, {"mvn", mvn},     {"mvn", mvn},
    {"ppca", factors},      {"fa", factors},        {"hmm", hmm},         {"hmm", hmm},
    {"ising", image},       {"denoise", denoise},   {"vbgmm", vbgmm},     {"vbgmm", vbgmm},
    {"bradley-terry", contests}, {"maxent", outcomes}, {"gauss.lua", lua},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Beside those above. */
static const struct kind more[] = {
    {"gauss.lua", lua}, {"geometric.lua", geometric}, {"inflated.lua", geometric},
    {"coins.lua", lua_coins}, {"abo.lua", blood}, {"maxent", weighted_outcomes},
    {"ising", flipped}, {"ising", image},
};
enum { MORE = sizeof more / sizeof *more };

static const struct kind *kind_of(const struct problem *p)
{
    size_t at = p->number % (p->later ? KINDS + MORE : KINDS);
    return at < KINDS ? &kinds[at] : &more[at - KINDS];
}

void problem_data(struct problem *p)
{
    const struct kind *kind = kind_of(p);
    p->model = kind->model;
    p->unit = 1.0;
    kind->make(p);
    if (p->later)
        spoil(p);
    for (size_t j = 0; j < p->data->ncol; j++)
        for (size_t i = 0; i < p->data->nrow; i++)
            p->data->column[j].nmissing += isnan(p->data->column[j].value[i]) ? 1u : 0u;
}
