/* SPDX-License-Identifier: GPL-3.0-or-later */
/* denoise: published iterates, and the boundary that no rule on the change detects. */
#include <math.h>
#include <string.h>

#include "bound.h"

static double mu_of(const struct machine *m)
{
    return *theta_block(machine_here(m)->theta, "mu");
}

static double tau2_of(const struct machine *m)
{
    return *theta_block(machine_here(m)->theta, "tau2");
}

START_TEST(five_numbers)
{
    static const double path[][2] = {
        {2.5, 1.9}, {4.137931034, 3.058977408}, {4.787614249, 3.934219663}};
    static const double clean[] = {2.535714286, 4.178571429, 4.178571429, 5.821428571,
                                   8.285714286};
    struct machine *m = support_machine("noisy_five", "denoise", "s2=1");
    struct run_how how = {.max = 10000, .tol = 1e-13, .rule = RULE_THETA};
    struct run_result r;
    struct error e = {0};
    support_theta(m, "mu=0 tau2=1");
    for (int i = 0; i < 3; i++) {
        support_e(m);
        support_m(m);
        support_close(mu_of(m), path[i][0], 1e-9, "mu");
        support_close(tau2_of(m), path[i][1], 1e-9, "tau2");
    }
    ck_assert_int_eq(machine_run(m, &how, &r, &e), 0);
    support_close(mu_of(m), 5.0, 1e-9, "mu");
    support_close(tau2_of(m), 4.6, 1e-9, "tau2");
    support_close(machine_here(m)->terms.value[TERM_LOGLIK], -11.401609160, 1e-9, "loglik");
    for (int i = 0; i < 5; i++)
        support_close(latent_block(machine_here(m)->q, "mean")[i], clean[i], 1e-9, "E[z|x]");
    machine_free(m);
}
END_TEST

/* The data spread less than the noise: τ² = 0 is the maximum, and EM gets there like 1/t. */
START_TEST(sublinear)
{
    static const struct {
        size_t its;
        double tau2;
    } at[] = {{1, 0.505}, {2, 0.337800024}, {10, 0.0925856}, {100, 0.0101008},
              {1000, 0.00101937}, {10000, 0.00010203}};
    struct error e = {0};
    struct model *model = bound_model("y\n4.8\n5\n5.2\n5.1\n4.9\n", "denoise", "s2=1", &e);
    ck_assert_msg(model != NULL, "%s", e.message);
    struct machine *m = machine_new(model, &e);
    size_t its = 0;
    support_theta(m, "mu=5 tau2=1");
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        for (; its < at[i].its; its++) {
            support_e(m);
            support_m(m);
        }
        support_close(tau2_of(m) / at[i].tau2, 1.0, 1e-5, "tau2"); /* six digits are printed */
    }
    machine_free(m);
}
END_TEST

/* The default rule calls it converged, with τ² a hundred times what it will be: the lesson. */
START_TEST(converged_that_is_not)
{
    struct error e = {0};
    struct run_how how = {.max = 10000, .tol = 1e-8, .rule = RULE_ELBO};
    struct run_result r;
    struct model *model = bound_model("y\n4.8\n5\n5.2\n5.1\n4.9\n", "denoise", "s2=1", &e);
    struct machine *m = machine_new(model, &e);
    support_theta(m, "mu=5 tau2=1");
    ck_assert_int_eq(machine_run(m, &how, &r, &e), 0);
    ck_assert_int_eq(r.verdict, VERDICT_CONVERGED);
    ck_assert(tau2_of(m) > 1e-4); /* the limit is 0 */
    machine_free(m);
}
END_TEST

START_TEST(refusals)
{
    struct error e = {0};
    ck_assert(bound_model("a,b\n1,2\n", "denoise", "", &e) == NULL);
    ck_assert(strstr(e.message, "one column") && e.hint[0]);
    ck_assert(bound_model("a\n1\n", "denoise", "s2=-1", &e) == NULL);
    struct machine *m = support_machine("noisy_five", "denoise", "");
    struct e_how hard = {.kind = E_HARD};
    bool made;
    support_theta(m, "mu=0 tau2=1");
    ck_assert(machine_e(m, &hard, &made, &e) == -1);
    ck_assert(strstr(e.message, "no density") && e.hint[0]);
    machine_free(m);
}
END_TEST

START_TEST(memory)
{
    bound_starved("y\n1\n2\n4\n", "denoise", "s2=0.5");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("denoise");
    TCase *t = tcase_create("denoise");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, five_numbers);
    tcase_add_test(t, sublinear);
    tcase_add_test(t, converged_that_is_not);
    tcase_add_test(t, refusals);
    tcase_add_test(t, memory);
    suite_add_tcase(s, t);
    return support_run(s);
}
