/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases that random problems (test_problems.c) found, each with what was wrong put right. */
#include "bound.h"

#include <math.h>
#include <string.h>

#include "em/gradient.h"

static struct model *open(const char *csv, const char *model, const char *options)
{
    struct error e = {0};
    struct model *m = bound_model(csv, model, options, &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    return m;
}

/* Identities and existence of the terms after an exact E, and after the M that follows it. */
static void both_steps(struct model *m, const char *words)
{
    struct theta *theta = bound_theta(m, words);
    struct latent *q = bound_posterior(m, theta);
    struct terms before = bound_terms(m, q, theta, NULL), after;
    bound_identities(&before, words);
    struct theta *answer = bound_answer(m, q, theta, ~0u, NULL);
    after = bound_terms(m, q, answer, NULL);
    bound_identities(&after, words);
    ck_assert_msg(after.value[TERM_Q] >= before.value[TERM_Q] - terms_tolerance(&before),
                  "Q fell from %.17g to %.17g", before.value[TERM_Q], after.value[TERM_Q]);
    theta_free(answer);
    latent_free(q);
    theta_free(theta);
    model_free(m);
}

/* Two components equally far from a row: log Σ is −1e20 and has no room for log 2. */
START_TEST(far_row_of_the_fast_path)
{
    struct model *m = open("x\n0\n1\n-1e10\n", "gmm", "columns=x k=2");
    struct theta *t = bound_theta(m, "pi=0.5,0.5 mu=0.5,0.5 Sigma=1,1");
    struct terms fast;
    struct latent *q = bound_posterior(m, t);
    struct terms plain = bound_terms(m, q, t, NULL);
    if (model_touching_terms(m, NULL, t, t, &fast))
        for (int i = 0; i <= TERM_ENTROPY; i++)
            support_close(fast.value[i], plain.value[i], 1e-12, "a term");
    support_close(plain.value[TERM_ENTROPY], 3.0 * log(2.0), 1e-15, "S");
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* y = W(x − centre) − W(μ − centre) of a cluster that is 1e-9 wide and 1 from the centre: left to
 * the half-steps. */
START_TEST(narrow_cluster_of_the_fast_path)
{
    struct model *m = open("x\n0\n1e-9\n2e-9\n1\n2\n3\n", "gmm", "columns=x k=2");
    struct theta *t = bound_theta(m, "pi=0.5,0.5 mu=1e-9,2 Sigma=1e-18,1");
    struct theta *to = bound_theta(m, "pi=0.5,0.5 mu=1e-9,2 Sigma=1e-18,1");
    struct terms terms;
    double l;
    ck_assert_int_eq(m->class->em_map(m, t, ~0u, NULL, to, &l), -1);
    ck_assert(!model_touching_terms(m, NULL, t, t, &terms));
    theta_free(t);
    theta_free(to);
    model_free(m);
}
END_TEST

/* w·γ may be 0 where neither is: nothing times −∞ is nothing. */
START_TEST(tiny_weight_times_tiny_share)
{
    struct model *m = open("x,w\n0,1\n1,1e-200\n30,1e-200\n", "gmm", "columns=x weights=w k=2");
    struct theta *t = bound_theta(m, "pi=0.5,0.5 mu=0,30 Sigma=1,1");
    struct theta *gone = bound_theta(m, "pi=1,0 mu=0,30 Sigma=1,1");
    struct latent *q = bound_posterior(m, t);
    q->b.v[0] = 1.0;
    q->b.v[1] = 0.0;
    q->b.v[3] = 1e-150;
    struct terms v = bound_terms(m, q, gone, NULL);
    ck_assert_msg(!isnan(v.value[TERM_Q]) && !isnan(v.value[TERM_ELBO]), "ELBO %g",
                  v.value[TERM_ELBO]);
    latent_free(q);
    theta_free(t);
    theta_free(gone);
    model_free(m);
}
END_TEST

/* A case with a share of 1e-20: p = 1 would give it probability 0. */
START_TEST(nearly_sure)
{
    both_steps(open("a,w\n1,1\n1,1\n0,1e-20\n", "bernoulli", "columns=a weights=w k=1"),
               "pi=1 p=0.5");
    both_steps(open("h,t,w\n5,5,1\n4,4,1\n0,1,1e-20\n", "binomial", "columns=h,t weights=w k=1"),
               "pi=1 p=0.5");
}
END_TEST

START_TEST(denoise_of_any_size)
{
    both_steps(open("x\n1e140\n3e140\n-2e140\n", "denoise", "columns=x s2=1e280"),
               "mu=0 tau2=1e280");
    both_steps(open("x\n1e-150\n3e-150\n-2e-150\n", "denoise", "columns=x s2=1e-300"),
               "mu=0 tau2=1e-300");
    both_steps(open("x\n1000000001\n1000000003\n1000000000\n", "denoise", "columns=x s2=1"),
               "mu=1000000001 tau2=2");
    both_steps(open("x\n1\n3\n-1\n1e14\n", "denoise", "columns=x s2=1"), "mu=3e13 tau2=1e28");
}
END_TEST

/* Correlation 1 − 5e-12 between what is missing and what is not. */
START_TEST(nearly_singular_mvn)
{
    struct model *m = open("x,y\n1,1\n2,\n,3\n0,0\n-1,-1\n", "mvn", "columns=x,y");
    struct theta *t = bound_theta(m, "mu=0,0 Sigma=1,0.999999999995,0.999999999995,1");
    struct latent *q = bound_posterior(m, t);
    struct terms v = bound_terms(m, q, t, NULL);
    bound_identities(&v, "nearly singular");
    support_close(v.value[TERM_KL], 0.0, 1e-9, "KL");
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

START_TEST(lambda_out_of_range)
{
    struct error e = {0};
    struct model *m =
        open("f\n1e100\n2e100\n3e100\n", "maxent", "columns=f targets=2e100 moments=1");
    struct theta *t = bound_theta(m, "lambda=1e250");
    ck_assert_int_eq(model_theta_valid(m, t, &e), -1);
    ck_assert_msg(strstr(e.message, "out of the range") && e.hint[0], "%s", e.message);
    theta_free(t);
    model_free(m);
}
END_TEST

/* Slopes by the model's own formula do not mind units of 1e-8. */
START_TEST(gradient_in_small_units)
{
    struct error e = {0};
    struct model *m = open("x,y\n1e-8,2e-8\n3e-8,1e-8\n2e-8,5e-8\n4e-8,4e-8\n", "gmm",
                           "columns=x,y k=1");
    struct theta *t = bound_theta(m, "pi=1 mu=1e-8,1e-8 Sigma=1e-16,0,0,1e-16");
    struct latent *q = bound_posterior(m, t);
    struct landscape l = {m, NULL, q, ~0u, TERM_ELBO};
    double before = bound_terms(m, q, t, NULL).value[TERM_ELBO];
    ck_assert_msg(gradient_step(&l, t, &e) == 0, "%s", e.message);
    ck_assert(bound_terms(m, q, t, NULL).value[TERM_ELBO] > before);
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* Rows 1e9 from 0, known to a sd of 1e-3: ELBO and KL see the same m_i. */
START_TEST(far_from_zero_mvn)
{
    struct model *m = open("x,y,w\n1000000001.1,1000000002.2,1\n1000000003.3,,5e7\n"
                           ",1000000004.7,5e7\n1000000000.3,1000000001.9,1\n",
                           "mvn", "columns=x,y weights=w");
    struct theta *t = bound_theta(m, "mu=1000000002,1000000003 Sigma=1,0.9999995,0.9999995,1");
    struct theta *moved =
        bound_theta(m, "mu=1000000002,1000000003.02 Sigma=1,0.9999995,0.9999995,1");
    struct latent *q = bound_posterior(m, t);
    struct terms v = bound_terms(m, q, moved, NULL);
    bound_identities(&v, "far from 0");
    ck_assert(v.value[TERM_KL] > 1.0);
    latent_free(q);
    theta_free(moved);
    theta_free(t);
    model_free(m);
}
END_TEST

/* 1e-310 is a number above 0, and 1/1e-310 is none. */
START_TEST(variance_without_inverse)
{
    struct error e = {0};
    struct model *m = open("x,y\n1,1\n2,\n,3\n0,0\n", "mvn", "columns=x,y");
    struct theta *t = bound_theta(m, "mu=0,0 Sigma=1e-310,0,0,1");
    ck_assert_int_eq(model_theta_valid(m, t, &e), -1);
    ck_assert_msg(strstr(e.message, "at least 2.23e-308"), "%s", e.message);
    theta_free(t);
    model_free(m);
    m = open("x,y\n1e-156,1\n2e-156,\n,3\n0,0\n", "mvn", "columns=x,y");
    t = bound_theta(m, "mu=0,0 Sigma=1,0,0,1");
    struct latent *q = bound_posterior(m, t);
    memset(q->b.v + m->q.block[1].offset, 0, m->q.block[1].size * sizeof(double));
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    ck_assert_int_eq(m->class->m_step(m, q, &how, NULL, t, &e), -1);
    ck_assert_msg(strstr(e.message, "end of the range") && e.hint[0], "%s", e.message);
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* At λ = 1e6 all of p but one outcome is 0, and that one has no slack: g must stay under f. */
START_TEST(surrogate_of_underflowed_p)
{
    struct model *m = open("f\n1\n2\n3\n4\n", "maxent", "columns=f targets=2.5");
    struct theta *t = bound_theta(m, "lambda=1e6"), *far = bound_theta(m, "lambda=-3e6");
    struct latent *q = bound_posterior(m, t);
    struct terms v = bound_terms(m, q, far, NULL);
    ck_assert_msg(v.value[TERM_ELBO] <= v.value[TERM_LOGLIK], "g = %.17g, f = %.17g",
                  v.value[TERM_ELBO], v.value[TERM_LOGLIK]);
    struct theta *answer = bound_answer(m, q, t, ~0u, NULL);
    ck_assert(bound_terms(m, q, answer, NULL).value[TERM_LOGLIK] >
              bound_terms(m, q, t, NULL).value[TERM_LOGLIK]);
    theta_free(answer);
    latent_free(q);
    theta_free(far);
    theta_free(t);
    model_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("wild");
    TCase *c = tcase_create("wild");
    tcase_add_test(c, far_row_of_the_fast_path);
    tcase_add_test(c, narrow_cluster_of_the_fast_path);
    tcase_add_test(c, tiny_weight_times_tiny_share);
    tcase_add_test(c, nearly_sure);
    tcase_add_test(c, denoise_of_any_size);
    tcase_add_test(c, nearly_singular_mvn);
    tcase_add_test(c, lambda_out_of_range);
    tcase_add_test(c, gradient_in_small_units);
    tcase_add_test(c, far_from_zero_mvn);
    tcase_add_test(c, variance_without_inverse);
    tcase_add_test(c, surrogate_of_underflowed_p);
    suite_add_tcase(s, c);
    return support_run(s);
}
