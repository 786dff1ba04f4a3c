/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/drill.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct drill_kind drill_kinds[] = {
    {"e", "an E-step: γ of three rows, and ℓ", {drill_deal_coins, drill_deal_normals}},
    {"m", "an M-step: N, π and the component from γ", {drill_deal_moments, drill_deal_tosses}},
    {"elbo", "Q, S, ELBO and ℓ of one observation", {drill_deal_elbo}},
    {"kl", "the posterior, H and KL of one observation", {drill_deal_kl}},
    {NULL, NULL, {NULL}},
};

/* ---- building ---------------------------------------------------------------------------- */

struct question *drill_ask(struct drill *d, const char *symbol, const char *hint, formula right)
{
    struct question *q = &d->question[d->nquestion++];
    *q = (struct question){.hint = hint, .right = right};
    snprintf(q->symbol, sizeof q->symbol, "%s", symbol);
    return q;
}

void drill_mistake(struct question *q, const char *what, formula wrong)
{
    if (q->nmistake < DRILL_MISTAKES && isfinite(formula_value(wrong)))
        q->mistake[q->nmistake++] = (struct mistake){what, wrong};
}

double drill_pick(gsl_rng *random, const double *from, size_t n)
{
    return from[gsl_rng_uniform_int(random, n)];
}

int drill_whole(gsl_rng *random, int low, int high)
{
    return low + (int)gsl_rng_uniform_int(random, (unsigned long)(high - low + 1));
}

double drill_round(double v)
{
    return round(v * 1e12) / 1e12;
}

void drill_different(gsl_rng *random, int low, int high, int *out, size_t n)
{
    for (size_t i = 0; i < n;) {
        out[i] = drill_whole(random, low, high);
        size_t same = 0;
        while (out[same] != out[i])
            same++;
        i += same == i;
    }
}

void drill_clear(struct drill *d)
{
    formulas_clear(&d->f);
    text_clear(&d->given);
    *d = (struct drill){.f = FORMULAS_INIT, .given = TEXT_INIT};
}

/* ---- grading ----------------------------------------------------------------------------- */

static const double exactly = 0.005, smallest = 0.0006, roughly = 0.02;

/* Half a unit of the last decimal of a plain decimal number; 0 of anything else. */
static double typed_unit(const char *typed)
{
    const char *point = strchr(typed, '.');
    size_t decimals = point ? strspn(point + 1, "0123456789") : 0;
    if (!point || point[1 + decimals] || strpbrk(typed, "+*/^()eE"))
        return 0.0;
    return 0.5 * pow(10.0, -(double)decimals);
}

static bool agrees(double typed, double value, double unit)
{
    double off = fabs(typed - value), size = fabs(value);
    return off <= fmax(fmax(exactly * size, smallest), fmin(unit * 1.0001, roughly * size));
}

struct grade drill_grade(const struct question *q, double value, const char *typed)
{
    double unit = typed_unit(typed), least = INFINITY;
    struct grade grade = {.right = agrees(value, formula_value(q->right), unit)};
    for (size_t i = 0; !grade.right && i < q->nmistake; i++) {
        double wrong = formula_value(q->mistake[i].wrong);
        if (agrees(value, wrong, unit) && fabs(value - wrong) < least) {
            least = fabs(value - wrong);
            grade.mistake = q->mistake[i].what;
        }
    }
    return grade;
}

/* ---- dealing ----------------------------------------------------------------------------- */

static bool apart(double a, double b, double share)
{
    return fabs(a - b) > fmax(share * fmax(fabs(a), fabs(b)), 4.0 * smallest);
}

/* Could the grader tell this answer and its mistakes from one another? */
static bool is_clear(const struct question *q)
{
    double right = formula_value(q->right);
    if (!(fabs(right) > 0.02 && fabs(right) < 1000.0))
        return false;
    for (size_t i = 0; i < q->nmistake; i++) {
        double wrong = formula_value(q->mistake[i].wrong);
        if (!apart(right, wrong, 2.0 * roughly))
            return false;
        for (size_t j = 0; j < i; j++)
            if (!apart(wrong, formula_value(q->mistake[j].wrong), 2.0 * exactly))
                return false;
    }
    return true;
}

static bool all_clear(const struct drill *d)
{
    for (size_t i = 0; i < d->nquestion; i++)
        if (!is_clear(&d->question[i]))
            return false;
    return true;
}

int drill_deal(struct drill *d, const struct drill_kind *kind, size_t n, gsl_rng *random,
               struct error *e)
{
    enum { TRIES = 2000 };
    size_t deals = 0;
    while (deals < DRILL_DEALS && kind->deal[deals])
        deals++;
    *d = (struct drill){.f = FORMULAS_INIT, .given = TEXT_INIT};
    for (int tries = 0; tries < TRIES; tries++) {
        drill_clear(d);
        kind->deal[n % deals](d, random);
        if (d->f.failed || d->given.failed)
            return error_no_memory(e);
        if (all_clear(d))
            return 0;
    }
    return error_set(e, "no clear case of drill %s was found", kind->name);
}
