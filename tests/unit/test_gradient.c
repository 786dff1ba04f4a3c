/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slopes: the models' own formulas against differences, Fisher's identity, numbers by hand. */
#include <math.h>
#include <string.h>

#include "bound.h"

#include "base/memory.h"
#include "em/gradient.h"
#include "em/transform.h"

static const struct {
    const char *data, *model, *options;
} fitted[] = {
    {"faithful", "gmm", "k=2 columns=eruptions"},
    {"faithful", "gmm", "k=2"},
    {"faithful", "gmm", "k=3 cov=tied"},
    {"faithful", "gmm", "k=2 cov=diag"},
    {"faithful", "gmm", "k=3 cov=spherical"},
    {"crabs", "gmm", "k=2"},
    {"deaths", "poisson", "k=2 columns=deaths weights=frequency"},
    {"sim_exp_200", "exponential", "k=2 columns=x"},
    {"coins", "binomial", "k=2"},
    {"a,b,c\n1,0,1\n1,0,0\n0,1,0\n0,1,1\n1,1,1\n0,0,0\n1,1,0\n", "bernoulli", "k=2"},
    {"sim_hmm_60", "hmm", "k=2 columns=x"},
    {"sim_hmm_60", "hmm", "k=2 columns=symbol emission=categorical"},
    {"linkage", "linkage", ""},
};

static struct machine *started(int i)
{
    struct error e = {0};
    const char *data = fitted[i].data, *name = fitted[i].model, *options = fitted[i].options;
    struct model *model = strchr(data, '\n') ? bound_model(data, name, options, &e)
                                             : bound_shipped(data, name, options);
    struct machine *m = model ? machine_new(model, &e) : NULL;
    ck_assert_msg(m != NULL, "%s: %s", name, e.message);
    struct theta *t = theta_new(&m->model->theta, &e);
    gsl_rng *random = random_new(7, &e);
    ck_assert(t && random);
    ck_assert_msg(m->model->class->init(m->model, "random", random, t, &e) == 0 &&
                      machine_start(m, t, &e) == 0,
                  "%s: %s", fitted[i].model, e.message);
    theta_free(t);
    gsl_rng_free(random);
    return m;
}

static double *slopes(const struct machine *m, enum term what, size_t *n)
{
    struct error e = {0};
    const struct state *here = machine_here(m);
    struct landscape l = {m->model, NULL, here->q, ~0u, what};
    *n = transform_size(&m->model->theta, ~0u);
    double *g = NEW_ARRAY(*n, double);
    ck_assert_msg(gradient_at(&l, here->theta, g, &e) == 0, "%s", e.message);
    return g;
}

/* Scaled by the largest slope: differences have no more than that. */
static void check_same(const double *a, const double *b, size_t n, const char *what)
{
    double scale = 1.0;
    for (size_t i = 0; i < n; i++)
        scale = fmax(scale, fabs(b[i]));
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(fabs(a[i] - b[i]) <= 1e-7 * scale, "%s, coordinate %zu: %.12g, not %.12g",
                      what, i, a[i], b[i]);
}

/* After a half M-step, where no slope is 0 and q is not the posterior. */
START_TEST(the_formula_of_Q)
{
    struct machine *m = started(_i);
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    bool made;
    size_t n;
    support_e(m);
    ck_assert_msg(machine_m(m, &how, 0.5, &made, &e) == 0, "%s", e.message);
    const struct state *here = machine_here(m);
    ck_assert(here->terms.value[TERM_KL] > 1e-6);
    double *by_differences = slopes(m, TERM_Q, &n), *by_formula = NEW_ARRAY(n, double);
    ck_assert(gradient_score(m->model, here->q, here->theta, ~0u, by_formula));
    check_same(by_formula, by_differences, n, fitted[_i].model);
    mem_free(by_differences);
    mem_free(by_formula);
    machine_free(m);
}
END_TEST

/* ∇ℓ by differences is the formula of ∇Q where q is the posterior. */
START_TEST(fisher)
{
    struct machine *m = started(_i);
    size_t n;
    support_e(m);
    const struct state *here = machine_here(m);
    double *l = slopes(m, TERM_LOGLIK, &n), *q = NEW_ARRAY(n, double);
    ck_assert(gradient_score(m->model, here->q, here->theta, ~0u, q));
    check_same(q, l, n, fitted[_i].model);
    mem_free(l);
    mem_free(q);
    machine_free(m);
}
END_TEST

/* E Z = 125·(1/8)/(1/2 + 1/8) = 25 at p = ½; ∂Q/∂p = 59/½ − 38/½ = 42, times p(1 − p) = 10.5. */
START_TEST(linkage_by_hand)
{
    struct dataset *d = support_data("linkage");
    struct machine *m = support_machine_on(d, "linkage", "");
    double g;
    support_theta(m, "p=0.5");
    support_e(m);
    const struct state *here = machine_here(m);
    ck_assert(gradient_score(m->model, here->q, here->theta, ~0u, &g));
    support_close(g, 10.5, 1e-14, "∂Q/∂logit p");
    machine_free(m);
    dataset_free(d);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(void)
{
    Suite *s = suite_create("gradient");
    TCase *c = tcase_create("slopes");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, the_formula_of_Q, 0, COUNT(fitted));
    tcase_add_loop_test(c, fisher, 0, COUNT(fitted));
    tcase_add_test(c, linkage_by_hand);
    suite_add_tcase(s, c);
    return support_run(s);
}
