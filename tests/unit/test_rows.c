/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to one row: its share of the terms, Jensen's two sides, the expected sufficient
 * statistics, and the pictures of them, all against the machine's own numbers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/values.h"
#include "figures.h"
#include "numeric/logspace.h"
#include "numeric/random.h"
#include "support.h"

/* Every kind of model; θ after E and M from here, so that q is the posterior of another θ. */
static const struct sample {
    const char *data, *model, *options, *theta;
    bool rows;      /* its terms are sums over rows */
    bool values;    /* a latent value of finitely many */
} samples[] = {
    {"faithful", "gmm", "k=2 columns=eruptions", "pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25", true, true},
    {"iris", "gmm", "k=3 cov=diag", NULL, true, true},
    {"coins", "binomial", "k=2", "pi=0.5,0.5 p=0.6,0.5", true, true},
    {"deaths", "poisson", "k=2 columns=deaths weights=frequency", "pi=0.3,0.7 lambda=1,2.5", true,
     true},
    {"airquality", "mvn", "columns=Ozone,Wind,Solar.R weights=Month", NULL, true, false},
    {"iris", "ppca", "m=2", NULL, true, false},
    {"iris", "fa", "m=1", NULL, true, false},
    {"faithful", "denoise", "columns=waiting s2=4 weights=eruptions", NULL, true, false},
    {"linkage", "linkage", "columns=count", "p=0.1", false, true},
    {"faithful", "hmm", "k=2 columns=waiting", NULL, false, false},
    {"faithful", "vbgmm", "k=2", NULL, false, false},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

/* After E and M; `exact`: and another E. */
static struct machine *machine_of(const struct sample *s, bool exact)
{
    struct machine *m = support_machine(s->data, s->model, s->options);
    struct error e = {0};
    if (s->theta) {
        support_theta(m, s->theta);
    } else {
        const struct model_class *c = m->model->class;
        struct theta *theta = theta_new(&m->model->theta, &e);
        gsl_rng *random = random_new(1, &e);
        ck_assert_msg(c->init(m->model, c->inits[0].name, random, theta, &e) == 0, "%s", e.message);
        ck_assert_msg(machine_start(m, theta, &e) == 0, "%s", e.message);
        theta_free(theta);
        gsl_rng_free(random);
    }
    support_e(m);
    support_m(m);
    if (exact)
        support_e(m);
    return m;
}

static const struct sample *sample_of(const char *model)
{
    for (int i = 0; i < SAMPLES; i++)
        if (strcmp(samples[i].model, model) == 0)
            return &samples[i];
    ck_abort_msg("no sample %s", model);
}

/* ---- the rows' shares of the terms ------------------------------------------------------ */

START_TEST(shares_add_up)
{
    struct machine *m = machine_of(&samples[_i], false);
    const struct model *model = m->model;
    const struct state *here = machine_here(m);
    ck_assert(!model->class->row_terms == !samples[_i].rows);
    if (samples[_i].rows) {
        double *v = NEW_ARRAY(model->obs.n * TERM_COUNT, double);
        ck_assert(model->class->row_terms(model, here->q, here->theta, TERMS_EM, v));
        for (int t = 0; t < TERM_COUNT; t++) {
            double sum = 0.0;
            if (!(TERMS_EM & TERM_BIT(t)))
                continue;
            for (size_t i = 0; i < model->obs.n; i++)
                sum += model->obs.weight[i] * v[i * TERM_COUNT + (size_t)t];
            support_close(sum, here->terms.value[t], 1e-12, term_name(MODEL_EM, (enum term)t)->key);
        }
        ck_assert(here->terms.value[TERM_KL] > 1e-3);
        mem_free(v);
    }
    machine_free(m);
}
END_TEST

/* In each row by itself: ℓ = ELBO + KL = Q − H, KL ≥ 0. */
START_TEST(each_row_keeps_the_identities)
{
    struct machine *m = machine_of(&samples[_i], false);
    const struct model *model = m->model;
    double *v = samples[_i].rows ? NEW_ARRAY(model->obs.n * TERM_COUNT, double) : NULL;
    if (v)
        ck_assert(model->class->row_terms(model, machine_here(m)->q, machine_here(m)->theta,
                                          TERMS_EM, v));
    for (size_t i = 0; v && i < model->obs.n; i++) {
        const double *t = v + i * TERM_COUNT;
        support_close(t[TERM_ELBO] + t[TERM_KL], t[TERM_LOGLIK], 1e-11, "ELBO + KL");
        support_close(t[TERM_Q] - t[TERM_H], t[TERM_LOGLIK], 1e-11, "Q − H");
        ck_assert(t[TERM_KL] > -1e-11 * fmax(1, fabs(t[TERM_Q])));
    }
    mem_free(v);
    machine_free(m);
}
END_TEST

/* A row's share of ℓ alone needs no q. */
START_TEST(shares_without_q)
{
    struct machine *m = machine_of(sample_of("mvn"), false);
    const struct model *model = m->model;
    double *v = NEW_ARRAY(model->obs.n * TERM_COUNT, double), sum = 0.0;
    ck_assert(model->class->row_terms(model, NULL, machine_here(m)->theta,
                                      TERM_BIT(TERM_LOGLIK), v));
    for (size_t i = 0; i < model->obs.n; i++)
        sum += model->obs.weight[i] * v[i * TERM_COUNT + TERM_LOGLIK];
    support_close(sum, machine_here(m)->terms.value[TERM_LOGLIK], 1e-12, "loglik");
    mem_free(v);
    machine_free(m);
}
END_TEST

/* ---- finite latent values --------------------------------------------------------------- */

/* Σ over the units of Jensen's gap is the machine's KL, of E_q[log w] its ELBO, of log E_q[w] its
 * ℓ: three sums that know nothing of each other. */
START_TEST(jensen_is_the_bound)
{
    struct machine *m = machine_of(&samples[_i], false);
    const struct model *model = m->model;
    const struct state *here = machine_here(m);
    double elbo = 0.0, loglik = 0.0;
    struct values v;
    struct error e = {0};
    ck_assert((values_suit(model, &e) == 0) == samples[_i].values);
    if (samples[_i].values) {
        ck_assert(values_make(model, here->q, here->theta, 0, &v, &e) == 0);
        for (size_t i = 0; i < values_units(model); i++) {
            double w = model->shared ? 1.0 : model->obs.weight[i];
            ck_assert(values_again(model, here->q, here->theta, i, &v, &e) == 0);
            struct jensen j = values_jensen(&v);
            ck_assert(j.covers);
            ck_assert(j.mean_log <= j.log_mean + 1e-12);
            ck_assert(j.low <= j.mean_log && j.mean_log <= j.high);
            elbo += w * j.mean_log;
            loglik += w * j.log_mean;
        }
        support_close(elbo, here->terms.value[TERM_ELBO], 1e-11, "Σ E_q[log w]");
        support_close(loglik, here->terms.value[TERM_LOGLIK], 1e-11, "Σ log E_q[w]");
        values_clear(&v);
    }
    machine_free(m);
}
END_TEST

START_TEST(an_exact_e_makes_w_constant)
{
    struct machine *m = machine_of(&samples[_i], true);
    const struct state *here = machine_here(m);
    struct values v;
    struct error e = {0};
    for (size_t i = 0; samples[_i].values && i < values_units(m->model); i++) {
        ck_assert(values_make(m->model, here->q, here->theta, i, &v, &e) == 0);
        for (size_t j = 0; j < v.n; j++)
            if (v.q[j] > -600) /* below, γ itself has lost digits */
                support_close(values_log_ratio(&v, j), v.loglik, 1e-10, "log w");
        values_clear(&v);
    }
    machine_free(m);
}
END_TEST

/* A hard q: w is constant on its one value, whatever θ, and E_q[w] < p(x|θ). */
START_TEST(a_hard_q_does_not_cover)
{
    struct machine *m = machine_of(sample_of("binomial"), false);
    const struct e_how hard = {.kind = E_HARD};
    struct error e = {0};
    struct values v;
    bool made;
    ck_assert(machine_e(m, &hard, &made, &e) == 0);
    const struct state *here = machine_here(m);
    ck_assert(values_make(m->model, here->q, here->theta, 1, &v, &e) == 0);
    struct jensen j = values_jensen(&v);
    ck_assert(!j.covers);
    support_close(j.log_mean, j.mean_log, 1e-14, "both sides");
    ck_assert(j.log_mean < v.loglik - 0.01);
    values_clear(&v);
    machine_free(m);
}
END_TEST

START_TEST(those_without_say_why)
{
    static const struct {
        const char *model, *words;
    } why[] = {{"hmm", "chained"}, {"vbgmm", "over the parameters too"}, {"ppca", "finitely many"}};
    for (int i = 0; i < 3; i++) {
        struct machine *m = machine_of(sample_of(why[i].model), false);
        refused(m, "jensen", "row=1", why[i].words, "gmm");
        refused(m, "e", "row=1", why[i].words, "linkage");
        refused(m, "ratio", "", why[i].words, "binomial");
        machine_free(m);
    }
}
END_TEST

/* ---- the expected sufficient statistics ------------------------------------------------- */

static double *stats_of(struct machine *m, const char *name, double *room)
{
    const struct state *s = machine_here(m);
    ck_assert_uint_le(m->model->stats.size, 200);
    m->model->class->stats(m->model, s->q, s->theta, room);
    return room + layout_find(&m->model->stats, name)->offset;
}

/* The M-step just taken follows from them: φ = ratios of sums. */
static void ratio_is(struct machine *m, const char *top, const char *bottom, const char *block)
{
    double a[200], b[200];
    const double *x = stats_of(m, top, a), *n = stats_of(m, bottom, b);
    const double *phi = theta_block(machine_here(m)->theta, block);
    size_t k = layout_find(&m->model->stats, bottom)->size;
    size_t size = layout_find(&m->model->stats, top)->size;
    for (size_t i = 0; i < size; i++)
        support_close(x[i] / n[i / (size / k)], phi[i], 1e-12, block);
}

START_TEST(the_m_step_follows_from_them)
{
    struct machine *m = machine_of(&samples[1], false);
    ratio_is(m, "sum_x", "N", "mu");
    machine_free(m);
    m = machine_of(&samples[0], false); /* about the new means: the scatter is N_k Σ_k */
    ratio_is(m, "scatter", "N", "Sigma");
    machine_free(m);
    m = machine_of(sample_of("binomial"), false);
    ratio_is(m, "heads", "tosses", "p");
    machine_free(m);
    m = machine_of(sample_of("poisson"), false);
    ratio_is(m, "sum_x", "N", "lambda");
    machine_free(m);
    m = machine_of(sample_of("hmm"), false);
    ratio_is(m, "sum_x", "N", "mu");
    machine_free(m);
}
END_TEST

START_TEST(those_of_chains_and_normals)
{
    double v[200], sum = 0.0;
    struct machine *m = machine_of(sample_of("hmm"), false);
    const double *steps = stats_of(m, "transitions", v);
    const double *A = theta_block(machine_here(m)->theta, "A");
    for (size_t i = 0; i < 4; i++)
        support_close(steps[i] / (steps[i / 2 * 2] + steps[i / 2 * 2 + 1]), A[i], 1e-12, "A");
    for (size_t i = 0; i < 4; i++)
        sum += steps[i];
    support_close(sum, (double)m->model->obs.n - 1, 1e-12, "steps");
    machine_free(m);
    m = machine_of(sample_of("mvn"), false);
    const double *x = stats_of(m, "sum_x", v), *theta = machine_here(m)->theta->b.v;
    for (size_t i = 0; i < m->model->stats.size; i++)
        support_close(x[i] / m->model->obs.total_weight, theta[i], 1e-12, "mu, Sigma");
    machine_free(m);
    m = machine_of(sample_of("denoise"), false);
    x = stats_of(m, "sum_z", v);
    theta = machine_here(m)->theta->b.v;
    support_close(x[0] / m->model->obs.total_weight, theta[0], 1e-12, "mu");
    support_close(x[1] / m->model->obs.total_weight, theta[1], 1e-12, "tau2");
    machine_free(m);
    m = machine_of(sample_of("linkage"), false);
    double z = *stats_of(m, "Z", v);
    support_close((z + 34) / (z + 34 + 18 + 20), *theta_block(machine_here(m)->theta, "p"), 1e-12,
                  "p");
    machine_free(m);
}
END_TEST

/* W Σ E zzᵀ = Σ (x−μ) E zᵀ after the M-step, which is the regression on the factors. */
START_TEST(those_of_factors)
{
    double v[200];
    struct machine *m = machine_of(sample_of("ppca"), false);
    const double *zz = stats_of(m, "sum_zz", v), *xz = zz + 4;
    const double *W = theta_block(machine_here(m)->theta, "W");
    for (size_t j = 0; j < 4; j++)
        for (size_t a = 0; a < 2; a++)
            support_close(W[2 * j] * zz[a] + W[2 * j + 1] * zz[2 + a], xz[2 * j + a], 1e-10,
                          "the normal equations");
    machine_free(m);
}
END_TEST

START_TEST(without_q_they_are_unknown)
{
    for (int i = 0; i < SAMPLES; i++) {
        struct machine *m = machine_of(&samples[i], false);
        const struct model *model = m->model;
        double v[200];
        ck_assert(model->class->stats != NULL && model->stats.size <= 200);
        model->class->stats(model, NULL, machine_here(m)->theta, v);
        for (size_t j = 0; j < model->stats.size; j++)
            ck_assert_msg(isnan(v[j]), "%s: %zu", model->name, j);
        machine_free(m);
    }
}
END_TEST

/* ---- pictures --------------------------------------------------------------------------- */

static double log_joint(struct machine *m, size_t row, size_t k)
{
    double joint[8];
    struct error e;
    ck_assert(m->model->k <= 8 && m->model->class->row_log_joint(m->model, machine_here(m)->theta,
                                                                 row, joint, &e) == 0);
    return joint[k];
}

/* The bars are the weighted densities: on a line they stand on each other,
 * elsewhere side by side. */
START_TEST(e_has_the_weighted_densities)
{
    struct machine *m = machine_of(sample_of("binomial"), false);
    struct figure *f = draw(m, "e", "row=2");
    support_close(series_of(f, "weighted1")->y[0], exp(log_joint(m, 1, 0)), 1e-14, "side by side");
    support_close(series_of(f, "weighted2")->y[0], exp(log_joint(m, 1, 1)), 1e-14, "side by side");
    ck_assert(says(f, "row 2"));
    figure_free(f);
    machine_free(m);
    m = machine_of(&samples[0], false);
    f = draw(m, "e", "row=3");
    const struct series *upper = series_of(f, "weighted2");
    support_close(series_of(f, "weighted1")->y[0], exp(log_joint(m, 2, 0)), 1e-14, "the lower");
    support_close(upper->y[0] - upper->y2[0], exp(log_joint(m, 2, 1)), 1e-14, "the upper");
    support_close(upper->x[0], m->model->obs.x[0][2], 0, "x");
    ck_assert(says(f, "x₃ = 3.333") && says(f, "0.01212 : 0.9879") && says(f, "an e makes it"));
    figure_free(f);
    support_e(m);
    f = draw(m, "e", "row=3");
    ck_assert(says(f, ": the same"));
    figure_free(f);
    machine_free(m);
}
END_TEST

/* The mean lies on the chord, under the curve by the row's KL. */
START_TEST(jensen_draws_the_gap)
{
    struct machine *m = machine_of(&samples[0], false);
    const struct state *here = machine_here(m);
    struct figure *f = draw(m, "jensen", "row=3");
    double *v = NEW_ARRAY(m->model->obs.n * TERM_COUNT, double);
    m->model->class->row_terms(m->model, here->q, here->theta, TERMS_EM, v);
    const double *t = v + 2 * TERM_COUNT;
    const struct series *chord = series_of(f, "chord"), *low = series_of(f, "mean_log");
    const struct series *gap = series_of(f, "gap");
    support_close(series_of(f, "log_mean")->y[0], t[TERM_LOGLIK], 1e-13, "log E_q[w]");
    support_close(low->y[0], t[TERM_ELBO], 1e-13, "E_q[log w]");
    support_close(gap->y[0] - gap->y2[0], t[TERM_KL], 1e-12, "the arrow");
    double way = (low->x[0] - chord->x[0]) / (chord->x[1] - chord->x[0]);
    support_close(chord->y[0] + way * (chord->y[1] - chord->y[0]), low->y[0], 1e-12, "the chord");
    for (size_t i = 0; i < 2; i++)
        support_close(log(chord->x[i]), chord->y[i], 1e-13, "a corner is on the curve");
    ck_assert(says(f, "KL₃ = 0.7346"));
    figure_free(f);
    support_e(m);
    f = draw(m, "jensen", "row=3");
    ck_assert(says(f, "all w are equal to p(x₃|θ)") && !series_of(f, "gap"));
    figure_free(f);
    mem_free(v);
    machine_free(m);
}
END_TEST

START_TEST(jensen_of_linkage)
{
    struct machine *m = machine_of(sample_of("linkage"), false);
    struct figure *f = draw(m, "jensen", "");
    support_close(series_of(f, "mean_log")->y[0], machine_here(m)->terms.value[TERM_ELBO], 1e-12,
                  "E_q[log w]");
    ck_assert(says(f, "KL = 12.69"));
    figure_free(f);
    refused(m, "jensen", "row=2", "one latent number", "leave the row out");
    machine_free(m);
}
END_TEST

/* Without a row: the one with the largest gap, or the most doubtful one. */
START_TEST(a_row_is_chosen)
{
    struct machine *m = machine_of(&samples[0], false);
    struct figure *f = draw(m, "jensen", "");
    ck_assert_msg(says(f, "row 46"), "%s", f->title);
    figure_free(f);
    support_e(m);
    f = draw(m, "e", "");
    ck_assert_msg(says(f, "row 24"), "%s", f->title);
    figure_free(f);
    refused(m, "e", "row=0", "at least 1", "");
    refused(m, "e", "row=273", "at most 272", "");
    machine_free(m);
}
END_TEST

START_TEST(ratio_closes_on_the_density)
{
    struct machine *m = machine_of(sample_of("binomial"), false);
    struct figure *f = draw(m, "ratio", "");
    const struct state *here = machine_here(m);
    const double *gamma = values_gamma(m->model, here->q);
    for (size_t i = 0; i < 5; i++)
        support_close(series_of(f, "log_w2")->y[i], log_joint(m, i, 1) - log(gamma[2 * i + 1]),
                      1e-13, "log w");
    ck_assert(says(f, "varies"));
    figure_free(f);
    support_e(m);
    f = draw(m, "ratio", "");
    for (size_t i = 0; i < 5; i++)
        support_close(series_of(f, "log_w2")->y[i], series_of(f, "loglik")->y[3 * i], 1e-13,
                      "log w after E");
    ck_assert(says(f, "whatever z"));
    figure_free(f);
    machine_free(m);
}
END_TEST

/* Thinned by rising density, and says so; the ends are there. */
START_TEST(ratio_is_thinned)
{
    struct machine *m = machine_of(&samples[0], true);
    struct figure *f = draw(m, "ratio", "");
    const struct series *s = series_of(f, "loglik");
    ck_assert_uint_eq(s->n, 200);
    for (size_t i = 1; i < s->n; i++)
        ck_assert(s->y[i - 1] <= s->y[i]);
    double low = INFINITY;
    for (size_t i = 0; i < m->model->obs.n; i++) {
        double a = log_joint(m, i, 0), b = log_joint(m, i, 1);
        low = fmin(low, log_sum_exp(2, (const double[]){a, b}));
    }
    support_close(s->y[0], low, 1e-13, "the least likely row");
    ck_assert(says(f, "200 of 272 rows"));
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(q_is_stacked)
{
    struct machine *m = machine_of(&samples[1], false);
    const double *gamma = values_gamma(m->model, machine_here(m)->q);
    struct figure *f = draw(m, "q", "n=150");
    double sum[3] = {0}, count[3] = {0};
    for (size_t k = 0; k < 3; k++) {
        char name[16];
        snprintf(name, sizeof name, "gamma%zu", k + 1);
        const struct series *s = series_of(f, name);
        ck_assert_uint_eq(s->n, 150);
        for (size_t i = 0; i < 150; i++) {
            sum[k] += s->y[i] - s->y2[i];
            count[k] += gamma[3 * i + k];
            if (k == 2)
                support_close(s->y[i], 1.0, 1e-12, "the top");
        }
        support_close(sum[k], count[k], 1e-12, "N_k");
    }
    size_t camp = 0;
    for (size_t i = 0; i < 150; i++) { /* side by side: the components come one after the other */
        const double *one = series_of(f, "gamma1")->y, *two = series_of(f, "gamma2")->y;
        double part[3] = {one[i], two[i] - one[i], 1 - two[i]};
        size_t best = part[1] > part[0] ? part[2] > part[1] ? 2 : 1 : part[2] > part[0] ? 2 : 0;
        ck_assert_uint_ge(best, camp);
        camp = best;
    }
    figure_free(f);
    f = draw(m, "q", "");
    ck_assert(says(f, "120 of 150 rows are drawn") && series_of(f, "gamma1")->n == 120);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* A chain stays in its order. */
START_TEST(q_of_a_chain_is_in_time)
{
    struct machine *m = machine_of(sample_of("hmm"), false);
    const double *gamma = values_gamma(m->model, machine_here(m)->q);
    struct figure *f = draw(m, "q", "n=272");
    for (size_t i = 0; i < 272; i++) {
        support_close(series_of(f, "gamma1")->y[i], gamma[2 * i], 0, "γ");
        support_close(series_of(f, "gamma1")->x[i], (double)i + 1, 0, "time");
    }
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(q_of_normals_and_numbers)
{
    struct machine *m = machine_of(sample_of("mvn"), false);
    const struct latent *q = machine_here(m)->q;
    struct figure *f = draw(m, "q", "");
    const struct series *bar = series_of(f, "interval"), *mean = series_of(f, "mean");
    ck_assert_uint_eq(mean->n, 37); /* Ozone is missing so often */
    ck_assert(says(f, "Ozone of 37 rows"));
    double spread = 0, wanted = 0, centre = 0, sum = 0;
    for (size_t i = 0; i < mean->n; i++) {
        spread += bar->y[3 * i + 1] - bar->y[3 * i];
        centre += mean->y[i];
    }
    for (size_t i = 0; i < m->model->obs.n; i++)
        if (isnan(m->model->obs.x[0][i])) {
            wanted += 4 * sqrt(latent_block(q, "cov")[9 * i]);
            sum += latent_block(q, "mean")[3 * i];
        }
    support_close(spread, wanted, 1e-12, "±2 sd");
    support_close(centre, sum, 1e-12, "means");
    figure_free(f);
    machine_free(m);
    m = machine_of(sample_of("linkage"), true);
    f = draw(m, "q", "");
    for (size_t i = 0; i < series_of(f, "q")->n; i++)
        support_close(series_of(f, "q")->y[i], series_of(f, "posterior")->y[i], 1e-12, "q(Z)");
    figure_free(f);
    refused(m, "q", "column=1", "no columns", "");
    machine_free(m);
}
END_TEST

START_TEST(q_of_others_refers_on)
{
    struct machine *m = support_machine("letters_flip10", "ising", "");
    refused(m, "q", "", "is an image", "plot image");
    machine_free(m);
    m = support_machine("citations", "bradley-terry", "");
    refused(m, "q", "", "no latent variable", "plot bound");
    machine_free(m);
}
END_TEST

/* Whichever allocation fails, the picture is refused or whole. */
START_TEST(memory_runs_out)
{
    static const char *const kinds[] = {"q", "e", "jensen", "ratio"};
    const struct options none = {0};
    struct machine *m = machine_of(&samples[_i / 4 ? 8 : 0], false);
    struct error e;
    const struct picture *p = picture_find(kinds[_i % 4], &e);
    bool whole = false;
    for (long n = 0; !whole; n++) {
        struct figure *f = NULL;
        mem_fail_after(n);
        whole = picture_draw(p, m, &none, &f, &e) == 0;
        mem_fail_after(-1);
        ck_assert(whole == (f != NULL));
        figure_free(f);
        ck_assert(n < 3000);
    }
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rows");
    TCase *c = tcase_create("rows");
    tcase_add_loop_test(c, shares_add_up, 0, SAMPLES);
    tcase_add_loop_test(c, each_row_keeps_the_identities, 0, SAMPLES);
    tcase_add_test(c, shares_without_q);
    tcase_add_loop_test(c, jensen_is_the_bound, 0, SAMPLES);
    tcase_add_loop_test(c, an_exact_e_makes_w_constant, 0, SAMPLES);
    tcase_add_test(c, a_hard_q_does_not_cover);
    tcase_add_test(c, those_without_say_why);
    tcase_add_test(c, the_m_step_follows_from_them);
    tcase_add_test(c, those_of_chains_and_normals);
    tcase_add_test(c, those_of_factors);
    tcase_add_test(c, without_q_they_are_unknown);
    tcase_add_test(c, e_has_the_weighted_densities);
    tcase_add_test(c, jensen_draws_the_gap);
    tcase_add_test(c, jensen_of_linkage);
    tcase_add_test(c, a_row_is_chosen);
    tcase_add_test(c, ratio_closes_on_the_density);
    tcase_add_test(c, ratio_is_thinned);
    tcase_add_test(c, q_is_stacked);
    tcase_add_test(c, q_of_a_chain_is_in_time);
    tcase_add_test(c, q_of_normals_and_numbers);
    tcase_add_test(c, q_of_others_refers_on);
    tcase_add_loop_test(c, memory_runs_out, 0, 8);
    suite_add_tcase(s, c);
    return support_run(s);
}
