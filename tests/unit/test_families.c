/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exponential and bernoulli at their edges: what they refuse, their priors, their starts; the
 * density of poisson for counts of any size. */
#include <math.h>
#include <string.h>

#include "bound.h"

static const char times[] = "x\n0.1\n2\n0.7\n6\n0.4\n";
static const char bits[] = "a,b\n0,0\n1,0\n1,1\n0,1\n1,0\n1,1\n";

static struct model *make(const char *csv, const char *model, const char *options)
{
    struct error e = {0};
    struct model *m = bound_model(csv, model, options, &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    return m;
}

static void not_bound(const char *csv, const char *model, const char *message)
{
    struct error e = {0};
    struct model *m = bound_model(csv, model, "k=2", &e);
    ck_assert_msg(!m, "%s takes %s", model, csv);
    ck_assert_msg(strstr(e.message, message) != NULL, "'%s' lacks '%s'", e.message, message);
    ck_assert_msg(e.hint[0], "no remedy: %s", e.message);
}

START_TEST(tables_refused)
{
    not_bound("x\n1\n0\n2\n", "exponential", "row 2 of column 'x' is 0");
    not_bound("x\n1\n3\n-2\n", "exponential", "row 3 of column 'x' is −2");
    not_bound("x,y\n1,2\n3,4\n", "exponential", "here are 2");
    not_bound("x\n1\nNA\n2\n", "exponential", "missing");
    not_bound("a,b\n0,1\n1,0.5\n", "bernoulli", "row 2 of column 'b' is 0.5");
    not_bound("a,b\n0,1\n1,2\n", "bernoulli", "row 2 of column 'b' is 2");
    not_bound("a,b\n-1,1\n1,0\n", "bernoulli", "row 1 of column 'a' is −1");
    bound_starved(times, "exponential", "k=2");
    bound_starved(bits, "bernoulli", "k=2");
}
END_TEST

/* The conjugate priors at a q that is not the posterior: the formula, the density, and an empty
 * component. */
static void map_is(const struct model *m, const char *theta, const char *words, const char *block,
                   double (*answer)(const struct model *, const double *gamma, size_t at),
                   double log_prior)
{
    double v[16];
    struct error e = {0};
    struct theta *t = bound_theta(m, theta);
    struct prior prior = bound_prior(m, v, words);
    struct latent *q = bound_posterior(m, t);
    ck_assert_int_eq(m->class->prior_valid(m, &prior, &e), 0);
    support_close(m->class->log_prior(m, &prior, t), log_prior, 1e-13, "log p(θ)");
    for (int empty = 0; empty < 2; empty++) {
        double *gamma = latent_block(q, "gamma");
        for (size_t i = 0; empty && i < m->obs.n; i++) {
            gamma[2 * i] = 1.0;
            gamma[2 * i + 1] = 0.0;
        }
        struct theta *map = bound_answer(m, q, t, ~0u, &prior);
        for (size_t at = 0; at < layout_find(&m->theta, block)->size; at++)
            support_close(theta_block(map, block)[at], answer(m, gamma, at), 1e-14, block);
        theta_free(map);
    }
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    ck_assert_int_eq(m->class->m_step(m, q, &how, NULL, t, &e), -1);
    ck_assert_msg(strstr(e.message, "component 2") && e.hint[0], "%s", e.message);
    latent_free(q);
    theta_free(t);
}

static double rate(const struct model *m, const double *gamma, size_t k)
{
    double events = 3.0 - 1.0, time = 0.5;
    for (size_t i = 0; i < m->obs.n; i++) {
        events += gamma[2 * i + k];
        time += gamma[2 * i + k] * m->obs.x[0][i];
    }
    return events / time;
}

static double share(const struct model *m, const double *gamma, size_t at)
{
    double ones = 2.0 - 1.0, all = 2.0 + 4.0 - 2.0;
    for (size_t i = 0; i < m->obs.n; i++) {
        ones += gamma[2 * i + at / 2] * m->obs.x[at % 2][i];
        all += gamma[2 * i + at / 2];
    }
    return ones / all;
}

START_TEST(priors)
{
    struct model *m = make(times, "exponential", "k=2");
    /* Gamma(3, rate ½): ½³/2 v² e^{−v/2} at 0.3 and at 2 */
    map_is(m, "pi=0.4,0.6 rate=0.3,2", "gamma=3,0.5", "rate", rate,
           log(0.0625 * 0.09 * exp(-0.15)) + log(0.0625 * 4.0 * exp(-1.0)));
    model_free(m);
    m = make(bits, "bernoulli", "k=2");
    /* Beta(2,4): 20 p (1−p)³ at each of the four */
    map_is(m, "pi=0.4,0.6 p=0.3,0.6,0.8,0.1", "beta=2,4", "p", share,
           log(20.0 * 0.3 * 0.343) + log(20.0 * 0.6 * 0.064) + log(20.0 * 0.8 * 0.008) +
               log(20.0 * 0.1 * 0.729));
    model_free(m);
}
END_TEST

static void prior_refused(const char *csv, const char *model, const char *words)
{
    double v[16];
    struct error e = {0};
    struct model *m = make(csv, model, "k=2");
    struct prior prior = bound_prior(m, v, words);
    ck_assert_int_eq(m->class->prior_valid(m, &prior, &e), -1);
    ck_assert(e.message[0]);
    model_free(m);
}

START_TEST(priors_refused)
{
    prior_refused(times, "exponential", "gamma=0,1");
    prior_refused(times, "exponential", "dirichlet=0,1");
    prior_refused(bits, "bernoulli", "beta=1,-1");
    prior_refused(bits, "bernoulli", "dirichlet=1,0");
}
END_TEST

/* A Beta prior that peaks at 0 or 1 has no maximum to give an empty component. */
START_TEST(weak_prior_of_an_empty_component)
{
    static const char *const weak[] = {"beta=0.5,3", "beta=1,1"};
    for (size_t i = 0; i < 2; i++) {
        double v[16];
        struct error e = {0};
        struct model *m = make(bits, "bernoulli", "k=2");
        struct theta *t = bound_theta(m, "pi=1,0 p=0.3,0.6,0.8,0.1");
        struct prior prior = bound_prior(m, v, weak[i]);
        struct latent *q = bound_posterior(m, t);
        struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
        ck_assert_int_eq(m->class->m_step(m, q, &how, &prior, t, &e), -1);
        ck_assert_msg(strstr(e.message, "component 2 has N_k = 0") && e.hint[0], "%s", e.message);
        latent_free(q);
        theta_free(t);
        model_free(m);
    }
}
END_TEST

/* Points outside the data's domain have density 0, not a made-up one. */
START_TEST(points_outside)
{
    double out[2], density;
    struct error e = {0};
    struct model *m = make(times, "exponential", "k=2");
    struct theta *t = bound_theta(m, "pi=0.4,0.6 rate=0.3,2");
    ck_assert_int_eq(m->class->predict(m, t, (double[]){-1.0}, out, &density, &e), 0);
    ck_assert_double_eq(density, -INFINITY);
    ck_assert_int_eq(m->class->predict(m, t, (double[]){1.0}, out, &density, &e), 0);
    support_close(density, log(0.4 * 0.3 * exp(-0.3) + 0.6 * 2.0 * exp(-2.0)), 1e-14, "density");
    theta_free(t);
    model_free(m);
    m = make(bits, "bernoulli", "k=2");
    t = bound_theta(m, "pi=0.4,0.6 p=0.3,0.6,0.8,0.1");
    ck_assert_int_eq(m->class->predict(m, t, (double[]){1.0, 0.5}, out, &density, &e), 0);
    ck_assert_double_eq(density, -INFINITY);
    ck_assert_int_eq(m->class->predict(m, t, (double[]){1.0, 0.0}, out, &density, &e), 0);
    support_close(density, log(0.4 * 0.3 * 0.4 + 0.6 * 0.8 * 0.9), 1e-14, "density");
    theta_free(t);
    model_free(m);
}
END_TEST

/* No p starts at 0 or 1, where it would stay; a rate starts near the data's own. */
START_TEST(starts)
{
    struct error e = {0};
    gsl_rng *random = random_new(1, &e);
    for (const struct init_method *i = model_class_find("bernoulli", &e)->inits; i->name; i++) {
        struct model *m = make(bits, "bernoulli", "k=2");
        struct theta *t = theta_new(&m->theta, &e);
        ck_assert_int_eq(m->class->init(m, i->name, random, t, &e), 0);
        for (size_t j = 0; j < 4; j++)
            ck_assert(theta_block(t, "p")[j] >= 0.2 && theta_block(t, "p")[j] <= 0.8);
        theta_free(t);
        model_free(m);
        m = make(times, "exponential", "k=2");
        t = theta_new(&m->theta, &e);
        ck_assert_int_eq(m->class->init(m, i->name, random, t, &e), 0);
        for (size_t k = 0; k < 2; k++)
            ck_assert(theta_block(t, "rate")[k] > 0.05 && theta_block(t, "rate")[k] < 10.0);
        ck_assert(theta_block(t, "rate")[0] != theta_block(t, "rate")[1]);
        theta_free(t);
        model_free(m);
    }
    gsl_rng_free(random);
}
END_TEST

/* log Pois(x|λ) in 60 digits (mpmath 1.3) */
static const struct {
    double x, lambda, log_density;
} poissons[] = {
    {0, 2.5, -2.5},
    {1, 0.3, -1.50397280432593602},
    {3, 1e-10, -70.8693122591494254},
    {5, 5.5, -1.76375128158991982},
    {170, 84.83, -36.4926890964479746},
    {171, 171, -3.49025764033517383},
    {1000, 1501, -99.2413468547013947},
    {1e6, 499000, -194157.009924513907},
    {1e9, 1e9, -11.2805714517612117},
    {1e9, 1000030000, -11.7305624519637068},
    {1e9, 2e9, -306852830.720626142},
    {1e12, 1000000001000, -14.7344495911690298},
    {999999999999999, 999999999999999, -18.188326730660015},
    {3, 0, -INFINITY},
    {0, 0, 0},
    {-1, 2, -INFINITY},
};

START_TEST(poisson_density)
{
    struct model *m = make("x\n1\n3\n", "poisson", "k=1");
    struct theta *t = bound_theta(m, "pi=1 lambda=1");
    struct error e = {0};
    double share, got, wanted = poissons[_i].log_density;

    *theta_block(t, "lambda") = poissons[_i].lambda;
    ck_assert_int_eq(m->class->predict(m, t, &poissons[_i].x, &share, &got, &e), 0);
    if (isfinite(wanted))
        support_close(got, wanted, 4e-15, "log Pois(x|λ)");
    else
        ck_assert(got == wanted);
    theta_free(t);
    model_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("families");
    TCase *c = tcase_create("families");
    tcase_add_test(c, tables_refused);
    tcase_add_test(c, priors);
    tcase_add_test(c, priors_refused);
    tcase_add_test(c, weak_prior_of_an_empty_component);
    tcase_add_test(c, points_outside);
    tcase_add_test(c, starts);
    tcase_add_loop_test(c, poisson_density, 0, sizeof poissons / sizeof *poissons);
    suite_add_tcase(s, c);
    return support_run(s);
}
