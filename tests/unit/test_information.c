/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Unconstrained coordinates, gradients, the EM map's eigenvalues, standard errors, SQUAREM: against
 * numbers from elsewhere (Louis 1982 and Meng & Rubin 1991 for linkage; Varadhan & Roland 2008 for
 * the two Poissons) and against themselves.
 */
#include "support.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/gradient.h"
#include "em/information.h"
#include "em/transform.h"

static struct machine *at_the_maximum(const char *data, const char *model, const char *options,
                                      const char *theta)
{
    struct machine *m = support_machine(data, model, options);
    struct run_how how = {.max = 100000, .tol = 1e-13, .rule = RULE_THETA};
    struct run_result result;
    struct error e = {0};
    support_theta(m, theta);
    ck_assert_msg(machine_run(m, &how, &result, &e) == 0, "%s", e.message);
    ck_assert_int_eq(result.verdict, VERDICT_CONVERGED);
    return m;
}

static struct machine *linkage(void)
{
    return at_the_maximum("linkage", "linkage", "", "p=0.5");
}

static struct machine *poissons(void)
{
    return at_the_maximum("deaths", "poisson", "k=2 columns=deaths weights=frequency",
                          "pi=0.3,0.7 lambda=1,2.5");
}

/* ---- coordinates -------------------------------------------------------------------------- */

START_TEST(coordinates_go_out_and_back)
{
    static const char *const options[] = {
        "k=3 cov=full columns=eruptions,waiting", "k=3 cov=tied columns=eruptions,waiting",
        "k=3 cov=diag columns=eruptions,waiting", "k=3 cov=spherical columns=eruptions,waiting"};
    static const size_t free_parameters[] = {2 + 6 + 9, 2 + 6 + 3, 2 + 6 + 6, 2 + 6 + 3};
    struct error e = {0};
    struct machine *m = support_machine("faithful", "gmm", options[_i]);
    struct theta *t = theta_new(&m->model->theta, &e), *back = theta_new(&m->model->theta, &e);
    gsl_rng *random = random_new(7, &e);
    ck_assert(m->model->class->init(m->model, "random", random, t, &e) == 0);
    size_t n = transform_size(&m->model->theta, ~0u);
    double *u = NEW_ARRAY(n, double);
    ck_assert_uint_eq(n, free_parameters[_i]);
    ck_assert(transform_out(&t->b, ~0u, u));
    transform_in(u, ~0u, &back->b);
    for (size_t i = 0; i < t->b.layout->size; i++)
        support_close(back->b.v[i], t->b.v[i], 1e-13, "there and back");
    for (size_t i = 0; i < n; i++) /* any u is a θ inside its domain */
        u[i] += 3.0 * (gsl_rng_uniform(random) - 0.5);
    transform_in(u, ~0u, &back->b);
    ck_assert_msg(model_theta_valid(m->model, back, &e) == 0, "%s", e.message);
    gsl_rng_free(random);
    mem_free(u);
    theta_free(t);
    theta_free(back);
    machine_free(m);
}
END_TEST

START_TEST(the_border_has_no_coordinates)
{
    struct error e = {0};
    struct machine *m = support_machine("linkage", "linkage", "");
    struct theta *t = support_make_theta(m, "p=1");
    struct landscape l = {m->model, NULL, NULL, 1u, TERM_LOGLIK};
    double u, g;
    ck_assert(!transform_out(&t->b, ~0u, &u));
    ck_assert(gradient_at(&l, t, &g, &e) == -1);
    ck_assert(strstr(e.message, "border") && e.hint[0]);
    theta_free(t);
    machine_free(m);
}
END_TEST

/* ---- gradients ---------------------------------------------------------------------------- */

/* ∂ℓ/∂p = 125/(2+p) − 38/(1−p) + 34/p, times dp/du = p(1−p) for the logit */
START_TEST(the_slope_of_linkage)
{
    struct error e = {0};
    struct machine *m = support_machine("linkage", "linkage", "");
    struct theta *t = support_make_theta(m, "p=0.3");
    struct landscape l = {m->model, NULL, NULL, 1u, TERM_LOGLIK};
    double g;
    ck_assert(gradient_at(&l, t, &g, &e) == 0);
    support_close(g, (125.0 / 2.3 - 38.0 / 0.7 + 34.0 / 0.3) * 0.3 * 0.7, 1e-9, "the slope");
    theta_free(t);
    machine_free(m);
}
END_TEST

/* Fisher's identity in every coordinate: ∇ELBO = ∇Q = ∇ℓ where q is the posterior. */
START_TEST(fisher)
{
    struct error e = {0};
    struct machine *m = support_machine("faithful", "gmm", "k=2");
    support_theta(m, "pi=0.4,0.6 mu=2,60,4,75 Sigma=0.5,1,1,40,0.4,0.5,0.5,50");
    support_e(m);
    const struct state *s = machine_here(m);
    double g[3][11];
    static const enum term what[] = {TERM_LOGLIK, TERM_ELBO, TERM_Q};
    ck_assert_uint_eq(information_size(m), 11);
    for (int i = 0; i < 3; i++) {
        struct landscape l = {m->model, NULL, s->q, 7u, what[i]};
        ck_assert(gradient_at(&l, s->theta, g[i], &e) == 0);
    }
    for (int i = 0; i < 11; i++) {
        support_close(g[1][i], g[0][i], 1e-7, "∇ELBO = ∇ℓ");
        support_close(g[2][i], g[0][i], 1e-7, "∇Q = ∇ℓ");
        ck_assert(fabs(g[0][i]) > 1e-3);
    }
    machine_free(m);
}
END_TEST

/* Each gradient M-step raises J; many of them with exact E's reach what EM reaches. */
START_TEST(gradient_steps_climb)
{
    struct error e = {0};
    struct machine *m = support_machine("linkage", "linkage", "");
    struct m_how how = {.kind = M_GRADIENT, .blocks = ~0u};
    bool made;
    support_theta(m, "p=0.1");
    for (int i = 0; i < 60; i++) {
        support_e(m);
        double before = machine_here(m)->terms.value[TERM_ELBO];
        ck_assert_msg(machine_m(m, &how, 1.0, &made, &e) == 0, "%s", e.message);
        ck_assert(machine_here(m)->terms.value[TERM_ELBO] >= before);
    }
    support_close(*theta_block(machine_here(m)->theta, "p"), 0.6268214978709824, 1e-7, "p");
    machine_free(m);
}
END_TEST

/* ---- rates and errors ---------------------------------------------------------------------- */

START_TEST(linkage_loses_thirteen_percent)
{
    struct error e = {0};
    struct machine *m = linkage();
    double rate;
    ck_assert(information_rates(m, machine_here(m)->theta, &rate, &e) == 0);
    support_close(rate, 0.132778733746, 1e-10, "DM of linkage");
    machine_free(m);
}
END_TEST

START_TEST(linkage_standard_error)
{
    struct error e = {0};
    struct machine *m = linkage();
    double se;
    ck_assert_msg(information_errors(m, machine_here(m)->theta, &se, &e) == 0, "%s", e.message);
    support_close(se, 0.051467349201, 1e-9, "Louis's standard error");
    support_close(1.0 / (se * se), 377.516900395, 1e-7, "I_obs");
    machine_free(m);
}
END_TEST

START_TEST(two_poissons_are_slow)
{
    struct error e = {0};
    struct machine *m = poissons();
    double rate[3];
    ck_assert(information_rates(m, machine_here(m)->theta, rate, &e) == 0);
    support_close(rate[0], 0.9956662232, 1e-7, "the largest eigenvalue");
    support_close(rate[1], 0.7204181545, 1e-7, "the second");
    support_close(rate[2], 0.0, 1e-7, "the third");
    machine_free(m);
}
END_TEST

/* K = 1: no missing information, and se(x̄) = s/√n. */
START_TEST(one_normal)
{
    struct error e = {0};
    struct machine *m = at_the_maximum("faithful", "gmm", "k=1 columns=waiting",
                                       "pi=1 mu=70 Sigma=200");
    double rate[2], se[3], variance = *theta_block(machine_here(m)->theta, "Sigma");
    ck_assert(information_rates(m, machine_here(m)->theta, rate, &e) == 0);
    support_close(rate[0], 0.0, 1e-9, "nothing is missing");
    ck_assert_msg(information_errors(m, machine_here(m)->theta, se, &e) == 0, "%s", e.message);
    support_close(se[1], sqrt(variance / 272.0), 1e-7, "se of the mean");
    support_close(se[2], variance * sqrt(2.0 / 272.0), 1e-6, "se of the variance");
    machine_free(m);
}
END_TEST

START_TEST(no_maximum_no_errors)
{
    struct error e = {0};
    struct machine *m = support_machine("murray", "mvn", "");
    double se[6];
    support_theta(m, "mu=0,0 Sigma=2.5,0,0,2.5"); /* Murray's saddle */
    ck_assert(information_errors(m, machine_here(m)->theta, se, &e) == -1);
    ck_assert(strstr(e.message, "no maximum") && e.hint[0]);
    machine_free(m);
}
END_TEST

/* ---- SQUAREM ------------------------------------------------------------------------------- */

START_TEST(squarem_needs_tens_of_maps)
{
    static const char *const starts[] = {"pi=0.3,0.7 lambda=1,2.5", "pi=0.5,0.5 lambda=1,3"};
    struct error e = {0};
    struct run_result r;
    struct run_how how = {.max = 10000, .tol = 1e-8, .rule = RULE_THETA, .squarem = true};
    struct machine *m = support_machine("deaths", "poisson",
                                        "k=2 columns=deaths weights=frequency");
    support_theta(m, starts[_i]);
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
    ck_assert_int_eq(r.verdict, VERDICT_CONVERGED);
    ck_assert_msg(r.iterations <= 120, "%zu maps", r.iterations);
    const double *lambda = theta_block(machine_here(m)->theta, "lambda");
    support_close(theta_block(machine_here(m)->theta, "pi")[0], 0.359885397, 1e-7, "pi");
    support_close(lambda[0], 1.2560951012, 1e-7, "lambda[1]");
    support_close(lambda[1], 2.6634043566, 1e-7, "lambda[2]");
    machine_free(m);
}
END_TEST

/* Along the path that stands, J never falls from one E to the next. */
START_TEST(squarem_is_monotone)
{
    struct error e = {0};
    struct run_result r;
    struct run_how how = {.max = 300, .tol = 1e-10, .rule = RULE_ELBO, .squarem = true};
    struct machine *m = support_machine("iris", "gmm",
                                        "k=3 columns=Sepal.Length,Petal.Length cov=tied");
    gsl_rng *random = random_new((unsigned long)_i + 1, &e);
    struct theta *t = theta_new(&m->model->theta, &e);
    ck_assert(m->model->class->init(m->model, "random", random, t, &e) == 0);
    ck_assert(machine_start(m, t, &e) == 0);
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
    long *at;
    size_t n, here;
    ck_assert(machine_path(m, &at, &n, &here, &e) == 0);
    double last = -INFINITY;
    for (size_t i = 0; i <= here; i++) {
        const struct state *s = &m->state[at[i]];
        if (s->step.phase != PHASE_M)
            continue;
        ck_assert(s->terms.value[TERM_LOGLIK] >= last - terms_tolerance(&s->terms));
        last = s->terms.value[TERM_LOGLIK];
    }
    mem_free(at);
    theta_free(t);
    gsl_rng_free(random);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("information");
    TCase *t = tcase_create("information");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, coordinates_go_out_and_back, 0, 4);
    tcase_add_test(t, the_border_has_no_coordinates);
    tcase_add_test(t, the_slope_of_linkage);
    tcase_add_test(t, fisher);
    tcase_add_test(t, gradient_steps_climb);
    tcase_add_test(t, linkage_loses_thirteen_percent);
    tcase_add_test(t, linkage_standard_error);
    tcase_add_test(t, two_poissons_are_slow);
    tcase_add_test(t, one_normal);
    tcase_add_test(t, no_maximum_no_errors);
    tcase_add_loop_test(t, squarem_needs_tens_of_maps, 0, 2);
    tcase_add_loop_test(t, squarem_is_monotone, 0, 5);
    suite_add_tcase(s, t);
    return support_run(s);
}
