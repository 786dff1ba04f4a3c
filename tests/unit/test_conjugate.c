/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conjugate posteriors of single entries, and plot prior: held against Q + log p(θ), against the
 * M-step, and against draws. */
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bound.h"
#include "figures.h"
#include "support.h"

static void put_prior(struct machine *m, const char *words)
{
    double room[32];
    struct error e = {0};
    struct prior p = bound_prior(m->model, room, words);
    ck_assert_msg(machine_set_prior(m, &p, &e) == 0, "%s", e.message);
}

/* ---- entries that Q + log p(θ) tells apart ---------------------------------------------- */

/* Where the entries are independent given q, log of the posterior is Q + log p(θ) along the entry,
 * up to a constant. */
static const struct {
    const char *data, *model, *options, *prior, *theta, *block;
    size_t entry;
} alone[] = {
    {"coins", "binomial", "k=2", "beta=2,3 dirichlet=2,2", "pi=0.4,0.6 p=0.7,0.4", "p", 1},
    {"coins", "binomial", "k=2", "beta=2,3 dirichlet=2,4", "pi=0.4,0.6 p=0.7,0.4", "pi", 0},
    {"deaths", "poisson", "k=2 columns=deaths weights=frequency", "gamma=2,1 dirichlet=2,2",
     "pi=0.3,0.7 lambda=1,2.5", "lambda", 0},
    {"sim_exp_200", "exponential", "k=2 columns=x", "gamma=3,1 dirichlet=2,2",
     "pi=0.3,0.7 rate=1,0.2", "rate", 1},
    {"linkage", "linkage", "columns=count", "beta=2,3", "p=0.4", "p", 0},
};
enum { ALONE = sizeof alone / sizeof *alone };

/* Q + log p(θ) with the entry at v; the other weight of a simplex follows. */
static double objective(struct machine *m, const struct block *b, size_t entry, double v)
{
    struct error e = {0};
    const struct state *here = machine_here(m);
    struct theta *t = theta_copy(here->theta, &e);
    struct terms terms;
    t->b.v[b->offset + entry] = v;
    if (b->constraint == CONSTRAINT_SIMPLEX)
        t->b.v[b->offset + 1 - entry] = 1 - v;
    model_terms(m->model, &m->prior, here->q, t, TERM_BIT(TERM_Q) | TERM_BIT(TERM_LOGPRIOR),
                &terms);
    theta_free(t);
    return terms.value[TERM_Q] + terms.value[TERM_LOGPRIOR];
}

START_TEST(a_posterior_is_the_objectives)
{
    struct machine *m = support_machine(alone[_i].data, alone[_i].model, alone[_i].options);
    char words[40];
    put_prior(m, alone[_i].prior);
    support_theta(m, alone[_i].theta);
    support_e(m);
    snprintf(words, sizeof words, "block=%s[%zu]", alone[_i].block, alone[_i].entry + 1);
    struct figure *f = draw(m, "prior", words);
    const struct block *b = layout_find(&m->model->theta, alone[_i].block);
    const struct series *s = series_of(f, "posterior"), *map = series_of(f, "map");
    const struct theta *answer;
    struct error e;
    double top = objective(m, b, alone[_i].entry, map->x[0]), peak = 0;
    ck_assert_int_eq(machine_m_answer(m, &answer, &e), 0);
    ck_assert_double_eq(map->x[0], answer->b.v[b->offset + alone[_i].entry]);
    for (size_t i = 0; i < s->n; i++) {
        peak = fmax(peak, s->y[i]);
        if (s->y[i] > 1e-8 * map->y[0])
            support_close(log(s->y[i] / map->y[0]), objective(m, b, alone[_i].entry, s->x[i]) - top,
                          1e-8, "log posterior");
    }
    ck_assert(peak <= map->y[0] * (1 + 1e-12));
    ck_assert(isfinite(series_of(f, "mle")->x[0]) && series_of(f, "mle")->x[0] != map->x[0]);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* ---- normal components ------------------------------------------------------------------ */

/* The M-step's joint maximum has the posterior's S under its divisor, and its mean. */
static const struct {
    const char *model, *options, *prior, *theta;
    double per_row, divisor;    /* Σ_jj's: ν₀ + per_row·N + divisor */
    double free;                /* ν₀ + per_row·N + free degrees of freedom */
} normal[] = {
    {"gmm", "k=1", "m0=3,60 kappa0=2 S0=1,0.2,0.2,30 nu0=5 dirichlet=2",
     "pi=1 mu=3,70 Sigma=1,0,0,100", 1, 5 + 4, 5 - 1},
    {"gmm", "k=1 cov=tied", "m0=3,60 kappa0=2 S0=1,0.2,0.2,30 nu0=5 dirichlet=2",
     "pi=1 mu=3,70 Sigma=1,0,0,100", 1, 5 + 2 + 1 + 1, 5 - 1},
    {"gmm", "k=1 cov=diag", "m0=3,60 kappa0=2 S0=1,30 nu0=5 dirichlet=2",
     "pi=1 mu=3,70 Sigma=1,100", 1, 5 + 3, 5},
    {"gmm", "k=1 cov=spherical", "m0=3,60 kappa0=2 S0=20 nu0=5 dirichlet=2",
     "pi=1 mu=3,70 Sigma=50", 2, 5 + 2 + 2, 5},
    {"mvn", "", "m0=3,60 kappa0=2 S0=1,0.2,0.2,30 nu0=5", "mu=3,70 Sigma=1,0,0,100", 1, 5 + 4,
     5 - 1},
};
enum { NORMALS = sizeof normal / sizeof *normal };

static struct conjugate conjugate_of(struct machine *m, const char *block, size_t at)
{
    struct conjugate c = {.of = NULL};
    struct error e = {0};
    const struct state *here = machine_here(m);
    ck_assert_msg(m->model->class->conjugate(m->model, &m->prior, here->q, here->theta,
                                             layout_find(&m->model->theta, block), at, &c,
                                             &e) == 0, "%s", e.message);
    return c;
}

START_TEST(normal_posteriors_and_the_m_step)
{
    struct machine *m = support_machine("faithful", normal[_i].model, normal[_i].options);
    const struct theta *map;
    struct error e;
    double n = 272;
    put_prior(m, normal[_i].prior);
    support_theta(m, normal[_i].theta);
    support_e(m);
    ck_assert_int_eq(machine_m_answer(m, &map, &e), 0);
    const double *mu = theta_block(map, "mu"), *Sigma = theta_block(map, "Sigma");
    size_t size = layout_find(&m->model->theta, "Sigma")->size;
    for (size_t j = 0; j < 2; j++) {
        size_t at = size == 1 ? 0 : size == 2 ? j : 3 * j;
        double free = normal[_i].free + normal[_i].per_row * n;
        double S = Sigma[at] * (normal[_i].per_row * n + normal[_i].divisor);
        struct conjugate mean = conjugate_of(m, "mu", j), var = conjugate_of(m, "Sigma", at);
        ck_assert_int_eq((int)var.posterior.family, MARGINAL_INVERSE_GAMMA);
        support_close(2 * var.posterior.a, free, 1e-12, "degrees of freedom");
        support_close(2 * var.posterior.b, S, 1e-10, "S");
        ck_assert_int_eq((int)mean.posterior.family, MARGINAL_STUDENT);
        support_close(mean.posterior.a, free, 1e-12, "degrees of freedom");
        support_close(mean.posterior.b, mu[j], 1e-12, "centre");
        support_close(mean.posterior.c, sqrt(S / (free * (2 + n))), 1e-10, "scale");
    }
    machine_free(m);
}
END_TEST

/* Σ from an inverse Wishart and μ given it: below the marginals' quartiles lie a quarter, a half
 * and three quarters of the draws, to five standard errors. */
enum { DRAWS = 20000 };

/* m₀ = 3, 60, κ₀ = 2, ν₀ = 5, S₀ = 1, 0.2; 0.2, 30, whose inverse is 30, −0.2; −0.2,
 * 1 over 29.96. */
static void draw_niw(gsl_rng *random, double mu[2], double *variance)
{
    double l00 = sqrt(30 / 29.96), l10 = -0.2 / 29.96 / l00;
    double factor[4] = {l00, 0, l10, sqrt(1 / 29.96 - l10 * l10)}, lambda[4], work[4];
    gsl_matrix_view L = gsl_matrix_view_array(factor, 2, 2);
    gsl_matrix_view out = gsl_matrix_view_array(lambda, 2, 2);
    gsl_matrix_view room = gsl_matrix_view_array(work, 2, 2);
    gsl_ran_wishart(random, 5, &L.matrix, &out.matrix, &room.matrix);
    double det = lambda[0] * lambda[3] - lambda[1] * lambda[2];
    double a = lambda[3] / det, b = -lambda[1] / det, c = lambda[0] / det; /* Σ */
    double s = sqrt(a), z = gsl_ran_ugaussian(random);
    mu[0] = 3 + s * z / sqrt(2.0);
    mu[1] = 60 + (b / s * z + sqrt(c - b * b / a) * gsl_ran_ugaussian(random)) / sqrt(2.0);
    *variance = c;
}

START_TEST(marginals_of_a_niw_by_draws)
{
    struct machine *m = support_machine("faithful", "gmm", "k=1");
    struct error e;
    gsl_rng *random = random_new(3, &e);
    size_t below[2][3] = {{0}};
    put_prior(m, normal[0].prior);
    support_theta(m, normal[0].theta);
    struct conjugate mean = conjugate_of(m, "mu", 1), var = conjugate_of(m, "Sigma", 3);
    ck_assert_int_eq((int)mean.posterior.family, MARGINAL_NONE);
    for (int i = 0; i < DRAWS; i++) {
        double mu[2], variance;
        draw_niw(random, mu, &variance);
        for (int k = 0; k < 3; k++) {
            below[0][k] += mu[1] < marginal_quantile(&mean.prior, 0.25 * (k + 1));
            below[1][k] += variance < marginal_quantile(&var.prior, 0.25 * (k + 1));
        }
    }
    for (int k = 0; k < 3; k++) {
        double p = 0.25 * (k + 1), five = 5 * sqrt(p * (1 - p) / DRAWS);
        ck_assert_double_eq_tol((double)below[0][k] / DRAWS, p, five);
        ck_assert_double_eq_tol((double)below[1][k] / DRAWS, p, five);
    }
    gsl_rng_free(random);
    machine_free(m);
}
END_TEST

/* Each family's density is the slope of its quantiles. */
START_TEST(densities_and_quantiles)
{
    static const struct marginal all[] = {{MARGINAL_BETA, 2, 3.5, 0}, {MARGINAL_GAMMA, 2.5, 3, 0},
                                          {MARGINAL_INVERSE_GAMMA, 4, 2, 0},
                                          {MARGINAL_STUDENT, 3, -1, 0.5}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (double p = 0.1; p < 0.95; p += 0.2) {
            double h = 1e-5, width = marginal_quantile(&all[i], p + h) -
                                     marginal_quantile(&all[i], p - h);
            support_close(marginal_density(&all[i], marginal_quantile(&all[i], p)),
                          2 * h / width, 1e-5, marginal_name(&all[i]));
        }
}
END_TEST

/* ---- the variational factors ------------------------------------------------------------ */

/* Their means are those that the model's θ says: m, α/Σα, ν W_jj. */
START_TEST(factors_of_vbgmm)
{
    struct machine *m = support_machine("faithful", "vbgmm", "k=2");
    support_theta(m, "alpha=90,180 beta=90,180 m=2,54,4.3,80 nu=90,180 "
                     "W=0.2,0.001,0.001,0.0004,0.05,0.0001,0.0001,0.0002");
    struct conjugate pi = conjugate_of(m, "alpha", 1), mu = conjugate_of(m, "m", 2);
    struct conjugate lambda = conjugate_of(m, "W", 7);
    support_close(pi.posterior.a / (pi.posterior.a + pi.posterior.b), 180.0 / 270, 1e-14, "π");
    ck_assert_double_eq(mu.posterior.b, 4.3);
    ck_assert_double_eq(mu.posterior.a, 180 - 1);
    support_close(lambda.posterior.a / lambda.posterior.b, 180 * 0.0002, 1e-14, "Λ");
    struct figure *f = draw(m, "prior", "block=alpha");
    ck_assert(says(f, "pi[1]") || strcmp(f->x.label, "pi[1]") == 0);
    ck_assert_ptr_nonnull(f->next);
    figure_free(f);
    refused(m, "prior", "block=nu", "no density that can be shown", "alpha");
    machine_free(m);
}
END_TEST

/* ---- the picture ------------------------------------------------------------------------ */

START_TEST(a_panel_for_each_entry)
{
    struct machine *m = support_machine("coins", "binomial", "k=2");
    put_prior(m, "beta=2,2 dirichlet=2,2");
    struct figure *f = draw(m, "prior", "block=p");
    ck_assert(says(f, "an e gives the posterior") && !series_of(f, "posterior"));
    ck_assert_str_eq(f->x.label, "p[1]");
    ck_assert(f->next && f->next->next && !f->next->next->next); /* p[2], the key */
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(what_has_no_prior)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2");
    support_theta(m, "pi=0.5,0.5 mu=2,54,4.4,80 Sigma=0.3,0,0,40,0.3,0,0,40");
    refused(m, "prior", "", "no prior of pi is in force", "prior dirichlet=2");
    refused(m, "prior", "block=mu[1]", "no prior of mu is in force", "kappa0");
    put_prior(m, "m0=3,60 kappa0=2 S0=1,0.2,0.2,30 nu0=5");
    struct conjugate c;
    struct error e = {0};
    ck_assert_int_eq(m->model->class->conjugate(m->model, &m->prior, NULL, NULL,
                                                layout_find(&m->model->theta, "Sigma"), 1, &c,
                                                &e), -1);
    ck_assert_msg(strstr(e.message, "a covariance has no known density"), "%s", e.message);
    refused(m, "prior", "block=nu", "no block 'nu'", "Sigma");
    struct figure *f = draw(m, "prior", "");
    ck_assert_str_eq(f->x.label, "mu[1,1]");
    figure_free(f);
    machine_free(m);
    m = support_machine("iris", "ppca", "m=1");
    refused(m, "prior", "", "ppca has no conjugate prior", "gmm");
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("conjugate");
    TCase *c = tcase_create("conjugate");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, a_posterior_is_the_objectives, 0, ALONE);
    tcase_add_loop_test(c, normal_posteriors_and_the_m_step, 0, NORMALS);
    tcase_add_test(c, marginals_of_a_niw_by_draws);
    tcase_add_test(c, densities_and_quantiles);
    tcase_add_test(c, factors_of_vbgmm);
    tcase_add_test(c, a_panel_for_each_entry);
    tcase_add_test(c, what_has_no_prior);
    suite_add_tcase(s, c);
    return support_run(s);
}
