/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/one.h"

#include <math.h>
#include <stdio.h>

#include "numeric/logspace.h"

enum { LOWEST = -3, HIGHEST = 4 }; /* powers of ten that an axis shows by itself */
enum { DATA_SHOWN = 4 };

const struct option_spec one_argument = {
    "row", OPTION_COUNT, "I", "a row; without it one that has much to show",
};

/* ---- which ------------------------------------------------------------------------------ */

/* −Σ r log r of the posterior */
static double undecided(const struct values *v)
{
    double sum = 0;

    for (size_t j = 0; j < v->n; j++)
        sum -= times_log(values_posterior(v, j), v->joint[j] - v->loglik);
    return sum;
}

static double interest(const struct one *one)
{
    return one->q && !one->here->exact ? one->v.loglik - values_jensen(&one->v).mean_log
                                       : undecided(&one->v);
}

static int choose(struct one *one, struct error *e)
{
    double most = -1;
    size_t best = 0;

    for (size_t i = 0; i < one->model->obs.n; i++) {
        if (values_again(one->model, one->q, one->here->theta, i, &one->v, e) != 0)
            return -1;
        if (interest(one) > most) {
            most = interest(one);
            best = i;
        }
    }
    one->i = best;
    return 0;
}

static int find(struct one *one, const struct options *o, struct error *e)
{
    const struct option *given = options_find(o, one_argument.name);
    size_t row = 1;

    if (one->shared && given) {
        error_set_at(e, given->at, "%s has one latent number for all its rows: there is none to "
                                   "choose", one->model->name);
        return error_hint(e, "leave the row out");
    }
    if (one->shared)
        return 0;
    if (!given)
        return choose(one, e);
    if (options_count(o, one_argument.name, 1, one->model->obs.n, &row, e) != 0)
        return -1;
    one->i = row - 1;
    return 0;
}

int one_make(const struct machine *m, const struct options *o, struct one *one, struct error *e)
{
    *one = (struct one){.model = m->model, .here = machine_here(m),
                        .shared = m->model->class->shared_logs != NULL};
    if (one->here->has_q && !(one->q = machine_q(m, one->here, e)))
        return -1;
    if (values_make(m->model, one->q, one->here->theta, 0, &one->v, e) == 0 &&
        find(one, o, e) == 0 &&
        values_again(m->model, one->q, one->here->theta, one->i, &one->v, e) == 0)
        return 0;
    one_clear(one);
    return -1;
}

void one_clear(struct one *one)
{
    values_clear(&one->v);
    latent_free(one->q);
    *one = (struct one){0};
}

/* ---- words ------------------------------------------------------------------------------ */

void one_name(const struct one *one, struct text *out)
{
    if (!one->shared)
        text_addf(out, "row %zu: ", one->i + 1);
}

static void subscripted(const struct one *one, const char *symbol, struct text *out)
{
    text_add(out, symbol);
    text_subscript(out, (long)one->i + 1);
}

void one_data(const struct one *one, struct text *out)
{
    const struct observations *o = &one->model->obs;
    char shown[NUMBER_TEXT];

    if (one->shared)
        return;
    subscripted(one, "x", out);
    text_add(out, o->d > 1 ? " = (" : " = ");
    for (size_t j = 0; j < o->d && j < DATA_SHOWN; j++) {
        double x = o->x[j][one->i];
        const char *words = observations_is_text(o, j) ? observations_word(o, j, x) : NULL;
        text_add(out, j ? ", " : "");
        text_add_shown(out, words ? words : number_text(shown, x, 4), 20);
    }
    text_add(out, o->d > DATA_SHOWN ? ", …)" : o->d > 1 ? ")" : "");
}

void one_gamma(const struct one *one, struct text *out)
{
    if (one->shared)
        text_add(out, "q");
    else
        subscripted(one, "γ", out);
}

void one_density(const struct one *one, struct text *out)
{
    text_add(out, "p(");
    if (one->shared)
        text_add(out, "X");
    else
        subscripted(one, "x", out);
    text_add(out, "|θ)");
}

struct power power_of(double log_largest)
{
    double power = isfinite(log_largest) ? floor(log_largest / M_LN10) : 0;
    struct power p = {0};

    if (power >= LOWEST && power < HIGHEST)
        return p;
    p.log = power * M_LN10;
    snprintf(p.words, sizeof p.words, " / 1e%s%.0f", power < 0 ? "−" : "+", fabs(power));
    return p;
}
