/* SPDX-License-Identifier: GPL-3.0-or-later */
/* linkage against print, against enumeration, against itself, and at its edges. */
#include <math.h>
#include <string.h>

#include "bound.h"

static const char published[] = "cell,count\ny1,125\ny2,18\ny3,20\ny4,34\n";
static const char small[] = "count\n4\n2\n1\n3\n";

static struct model *linkage(const char *csv)
{
    struct error e = {0};
    struct model *m = bound_model(csv, "linkage", "", &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    return m;
}

static struct theta *at(const struct model *m, double p)
{
    struct error e = {0};
    struct theta *t = theta_new(&m->theta, &e);
    *theta_block(t, "p") = p;
    return t;
}

static struct latent *binomial(const struct model *m, double psi)
{
    struct error e = {0};
    struct latent *q = latent_new(&m->q, &e);
    *latent_block(q, "psi") = psi;
    return q;
}

static struct terms terms_at(const struct model *m, double psi, double p)
{
    struct theta *t = at(m, p);
    struct latent *q = binomial(m, psi);
    struct terms terms = bound_terms(m, q, t, NULL);
    theta_free(t);
    latent_free(q);
    return terms;
}

static double answer(const struct model *m, double psi, const struct prior *prior)
{
    struct theta *t = at(m, 0.5);
    struct latent *q = binomial(m, psi);
    struct theta *best = bound_answer(m, q, t, ~0u, prior);
    double p = *theta_block(best, "p");
    theta_free(t);
    theta_free(best);
    latent_free(q);
    return p;
}

static double posterior(const struct model *m, double p)
{
    struct theta *t = at(m, p);
    struct latent *q = bound_posterior(m, t);
    double psi = *latent_block(q, "psi");
    theta_free(t);
    latent_free(q);
    return psi;
}

/* ---- print: Dempster, Laird & Rubin 1977, recomputed ---- */

/* What the published log-likelihoods leave out: −10.303015127 + 208.470244657 */
static const double coefficient = 198.16722953;

START_TEST(published_path)
{
    static const double path[] = {0.5,         0.608247423, 0.624321050, 0.626488879, 0.626777322,
                                  0.626815632, 0.626820719, 0.626821394, 0.626821484};
    static const double loglik[] = {-208.470244657, -205.779818652, -205.717064175,
                                    -205.715907922};
    struct model *m = linkage(published);
    double p = 0.5;
    for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
        support_close(p, path[i], 6e-10, "path");
        if (i < 4)
            support_close(terms_at(m, 0.5, p).value[TERM_LOGLIK], loglik[i] + coefficient, 2e-9,
                          "ℓ");
        p = answer(m, posterior(m, p), NULL);
    }
    for (int i = 0; i < 30; i++)
        p = answer(m, posterior(m, p), NULL);
    support_close(p, (15.0 + sqrt(53809.0)) / 394.0, 1e-14, "limit");
    support_close(terms_at(m, 0.5, p).value[TERM_LOGLIK], -7.548657516, 1e-9, "ℓ at the limit");
    model_free(m);
}
END_TEST

START_TEST(published_bound)
{
    static const double grid[][3] = {{0.3, -225.823011, -223.475072},
                                     {0.4, -214.707495, -214.231656},
                                     {0.5, -208.470245, -208.470245},
                                     {0.6, -206.192728, -205.848178},
                                     {0.7, -208.029756, -206.821432}};
    struct model *m = linkage(published);
    double psi = posterior(m, 0.5);
    for (size_t i = 0; i < 5; i++) {
        struct terms t = terms_at(m, psi, grid[i][0]);
        ck_assert_double_eq_tol(t.value[TERM_ELBO], grid[i][1] + coefficient, 1e-6);
        ck_assert_double_eq_tol(t.value[TERM_LOGLIK], grid[i][2] + coefficient, 1e-6);
    }
    struct terms t = terms_at(m, psi, answer(m, psi, NULL));
    ck_assert_double_eq_tol(t.value[TERM_ELBO], -206.178949797 + coefficient, 2e-9);
    ck_assert_double_eq_tol(t.value[TERM_KL], 0.399131145, 1e-9);
    model_free(m);
}
END_TEST

/* ---- enumeration: y = (4,2,1,3), every factor written out ---- */

static double factorial(unsigned n)
{
    double v = 1.0;
    for (unsigned i = 2; i <= n; i++)
        v *= i;
    return v;
}

static double joint(unsigned z, double p)
{
    return factorial(10) / (factorial(4 - z) * factorial(z) * 2.0 * 1.0 * 6.0) *
           pow(0.5, 4 - z) * pow(p / 4.0, z) * pow((1.0 - p) / 4.0, 3) * pow(p / 4.0, 3);
}

static double choose4(unsigned z, double psi)
{
    return factorial(4) / (factorial(z) * factorial(4 - z)) * pow(psi, z) *
           pow(1.0 - psi, 4 - z);
}

START_TEST(enumeration)
{
    static const double cases[][2] = {{0.2, 0.5}, {0.5, 0.5}, {0.05, 0.9}, {0.99, 0.01}};
    struct model *m = linkage(small);
    for (size_t c = 0; c < 4; c++) {
        double psi = cases[c][0], p = cases[c][1], evidence = 0.0;
        double want[TERM_COUNT] = {0.0};
        for (unsigned z = 0; z <= 4; z++)
            evidence += joint(z, p);
        for (unsigned z = 0; z <= 4; z++) {
            double q = choose4(z, psi), r = joint(z, p) / evidence;
            want[TERM_Q] += q * log(joint(z, p));
            want[TERM_H] += q * log(r);
            want[TERM_ENTROPY] -= q * log(q);
            want[TERM_KL] += q * log(q / r);
            want[TERM_ELBO] += q * log(joint(z, p) / q);
        }
        want[TERM_LOGLIK] = log(evidence);
        struct terms t = terms_at(m, psi, p);
        for (int i = TERM_LOGLIK; i <= TERM_ENTROPY; i++)
            support_close(t.value[i], want[i], 1e-12, term_name(MODEL_EM, (enum term)i)->key);
    }
    model_free(m);
}
END_TEST

/* ---- identities and ascent ---- */

START_TEST(identities)
{
    struct model *m = linkage(published);
    for (double here = 0.03; here < 1.0; here += 0.14)
        for (double there = 0.1; there < 1.0; there += 0.2) {
            struct terms t = terms_at(m, posterior(m, there), here);
            bound_identities(&t, "linkage");
            ck_assert_double_gt(t.value[TERM_KL], 1e-4);
        }
    model_free(m);
}
END_TEST

START_TEST(large_counts)
{
    struct model *m = linkage("count\n1000000\n140000\n160000\n270000\n");
    double p = 0.4;
    for (int i = 0; i < 5; i++) {
        struct terms t = terms_at(m, posterior(m, p + 0.001), p);
        bound_identities(&t, "large counts");
        ck_assert_double_gt(t.value[TERM_KL], 0.01);
        p = answer(m, posterior(m, p), NULL);
    }
    struct terms t = terms_at(m, posterior(m, p), p);
    bound_identities(&t, "large counts at the posterior");
    ck_assert_double_eq_tol(t.value[TERM_KL], 0.0, terms_tolerance(&t));
    model_free(m);
}
END_TEST

static double objective(const struct model *m, double psi, double p, const struct prior *prior)
{
    struct theta *t = at(m, p);
    struct latent *q = binomial(m, psi);
    struct terms terms = bound_terms(m, q, t, prior);
    theta_free(t);
    latent_free(q);
    return terms_objective(&terms);
}

START_TEST(the_answer_is_the_maximum)
{
    double v[2];
    struct model *m = linkage(published);
    struct prior prior = bound_prior(m, v, "beta=3,40");
    for (int i = 0; i < 2; i++) {
        const struct prior *used = i ? &prior : NULL;
        double best = answer(m, 0.3, used), top = objective(m, 0.3, best, used);
        for (double step = 1e-4; step < 0.1; step *= 10.0) {
            ck_assert_double_lt(objective(m, 0.3, best + step, used), top);
            ck_assert_double_lt(objective(m, 0.3, best - step, used), top);
        }
    }
    ck_assert_double_gt(answer(m, 0.3, NULL) - answer(m, 0.3, &prior), 0.05);
    model_free(m);
}
END_TEST

START_TEST(prior_has_its_constants)
{
    double v[2];
    struct model *m = linkage(published);
    struct prior prior = bound_prior(m, v, "beta=2,3");
    struct theta *t = at(m, 0.4);
    support_close(m->class->log_prior(m, &prior, t), log(12.0 * 0.4 * 0.6 * 0.6), 1e-14,
                  "log Beta(0.4; 2, 3)");
    support_close(answer(m, 0.2, &prior), (25.0 + 34.0 + 1.0) / (25.0 + 72.0 + 3.0), 1e-14,
                  "MAP");
    theta_free(t);
    model_free(m);
}
END_TEST

/* ---- edges ---- */

START_TEST(no_posterior)
{
    struct model *m = linkage(published);
    for (int p = 0; p <= 1; p++) {
        struct terms t = terms_at(m, 0.2, p);
        ck_assert_double_eq(t.value[TERM_LOGLIK], -INFINITY);
        ck_assert_double_eq(t.value[TERM_Q], -INFINITY);
        ck_assert_double_eq(t.value[TERM_ELBO], -INFINITY);
        ck_assert_double_nan(t.value[TERM_H]);
        ck_assert_double_nan(t.value[TERM_KL]);
        ck_assert(t.value[TERM_ENTROPY] > 2.0);
        struct error e = {0};
        struct e_how how = {.kind = E_EXACT};
        struct theta *theta = at(m, p);
        struct latent *q = binomial(m, 0.3);
        ck_assert_int_eq(m->class->e_step(m, theta, &how, q, &e), -1);
        ck_assert_ptr_nonnull(strstr(e.message, "there is no posterior"));
        ck_assert_double_eq(*latent_block(q, "psi"), 0.3);
        theta_free(theta);
        latent_free(q);
    }
    model_free(m);
}
END_TEST

START_TEST(mass_where_the_joint_is_zero)
{
    struct model *m = linkage("count\n5\n2\n1\n0\n");
    struct terms t = terms_at(m, 0.2, 0.0);
    ck_assert(isfinite(t.value[TERM_LOGLIK]));
    ck_assert_double_eq(t.value[TERM_Q], -INFINITY);
    ck_assert_double_eq(t.value[TERM_H], -INFINITY);
    ck_assert_double_eq(t.value[TERM_ELBO], -INFINITY);
    ck_assert_double_eq(t.value[TERM_KL], INFINITY);
    ck_assert_double_eq(posterior(m, 0.0), 0.0);
    t = terms_at(m, 0.0, 0.0);
    bound_identities(&t, "psi = p = 0");
    ck_assert_double_eq(t.value[TERM_KL], 0.0);
    ck_assert_double_eq(t.value[TERM_ENTROPY], 0.0);
    t = terms_at(m, 1.0, 0.5);
    bound_identities(&t, "psi = 1");
    ck_assert_double_eq_tol(t.value[TERM_KL], 5.0 * log(5.0), 1e-12);
    model_free(m);
}
END_TEST

/* ---- refusals ---- */

static void refused(const char *csv, const char *words)
{
    struct error e = {0};
    struct model *m = bound_model(csv, "linkage", "", &e);
    ck_assert_msg(!m, "taken: %s", csv);
    ck_assert_msg(strstr(e.message, words) != NULL, "'%s' lacks '%s'", e.message, words);
    ck_assert_msg(e.hint[0], "no remedy: %s", e.message);
}

START_TEST(tables_refused)
{
    refused("count\n1\n2\n3\n", "here are 3 rows of 1 columns");
    refused("a,b\n1,2\n2,3\n3,4\n4,5\n", "here are 4 rows of 2 columns");
    refused("count\n1\n2\n3.5\n4\n", "row 3 of column 'count' is 3.5");
    refused("count\n1\n-2\n3\n4\n", "row 2 of column 'count' is −2");
    refused("count\n1000001\n2\n3\n4\n", "row 1 of column 'count'");
    refused("count\n0\n0\n0\n0\n", "nothing was observed");
    refused("count\n1\nNA\n3\n4\n", "missing");
    bound_starved(small, "linkage", "");
}
END_TEST

START_TEST(steps_refused)
{
    double v[2];
    struct model *m = linkage("count\n5\n0\n0\n0\n");
    struct theta *t = at(m, 0.5);
    struct latent *q = binomial(m, 0.0);
    struct prior prior = bound_prior(m, v, "beta=0.5,0.5");
    const struct prior *used[] = {NULL, &prior};
    static const char *const words[] = {"every p has the same Q", "rises without bound at p = 0"};
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    for (int i = 0; i < 2; i++) {
        struct error e = {0};
        ck_assert_int_eq(m->class->m_step(m, q, &how, used[i], t, &e), -1);
        ck_assert_msg(strstr(e.message, words[i]) && e.hint[0], "%s", e.message);
        ck_assert_double_eq(*theta_block(t, "p"), 0.5);
    }
    struct error e = {0};
    struct e_how hard = {.kind = E_HARD};
    ck_assert_int_eq(m->class->e_step(m, t, &hard, q, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.message, "Binomial(y1, psi)"));
    prior = bound_prior(m, v, "beta=0,1");
    ck_assert_int_eq(m->class->prior_valid(m, &prior, &e), -1);
    theta_free(t);
    latent_free(q);
    model_free(m);
}
END_TEST

/* ---- starts ---- */

START_TEST(starts)
{
    struct error e = {0};
    struct model *m = linkage(published);
    struct theta *t = at(m, 0.0);
    gsl_rng *random = random_new(1, &e);
    ck_assert_int_eq(m->class->init(m, "moment", random, t, &e), 0);
    support_close(*theta_block(t, "p"), 4.0 * 34.0 / 197.0, 1e-15, "moment");
    double before = *theta_block(t, "p");
    ck_assert_int_eq(m->class->init(m, "random", random, t, &e), 0);
    ck_assert(*theta_block(t, "p") != before);
    ck_assert_int_eq(model_theta_valid(m, t, &e), 0);
    struct latent *q = binomial(m, 0.1);
    struct e_how how = {.kind = E_UNIFORM, .random = random};
    ck_assert_int_eq(m->class->e_step(m, NULL, &how, q, &e), 0);
    ck_assert_double_eq(*latent_block(q, "psi"), 0.5);
    how.kind = E_RANDOM;
    ck_assert_int_eq(m->class->e_step(m, NULL, &how, q, &e), 0);
    ck_assert(*latent_block(q, "psi") != 0.5);
    gsl_rng_free(random);
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("linkage");
    TCase *c = tcase_create("linkage");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, published_path);
    tcase_add_test(c, published_bound);
    tcase_add_test(c, enumeration);
    tcase_add_test(c, identities);
    tcase_add_test(c, large_counts);
    tcase_add_test(c, the_answer_is_the_maximum);
    tcase_add_test(c, prior_has_its_constants);
    tcase_add_test(c, no_posterior);
    tcase_add_test(c, mass_where_the_joint_is_zero);
    tcase_add_test(c, tables_refused);
    tcase_add_test(c, steps_refused);
    tcase_add_test(c, starts);
    suite_add_tcase(s, c);
    return support_run(s);
}
