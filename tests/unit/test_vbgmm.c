/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vbgmm where the answer is known.  With one component q(π,μ,Λ) is the posterior itself, so the
 * ELBO is the log evidence, constants and all, and the prediction a ratio of evidences.  Beyond
 * that: what held blocks, weights and priors do, and that a prior which is a part of the model is
 * one.
 */
#include "bound.h"

#include <math.h>
#include <string.h>

#include "em/information.h"
#include "em/ledger.h"

static double term(const struct machine *m, enum term t)
{
    const struct terms *terms = &machine_here(m)->terms;
    ck_assert_msg(terms->have & TERM_BIT(t), "no %s", term_name(MODEL_VARIATIONAL, t)->key);
    return terms->value[t];
}

static struct machine *on(const char *csv, const char *options)
{
    struct error e = {0};
    struct model *model = bound_model(csv, "vbgmm", options, &e);
    ck_assert_msg(model != NULL, "%s", e.message);
    struct machine *m = machine_new(model, &e);
    ck_assert_ptr_nonnull(m);
    return m;
}

static int try_prior(struct machine *m, const char *words, struct error *e)
{
    double room[64];
    struct prior p = bound_prior(m->model, room, words);
    return machine_set_prior(m, &p, e);
}

static void put_prior(struct machine *m, const char *words)
{
    struct error e = {0};
    ck_assert_msg(try_prior(m, words, &e) == 0, "%s", e.message);
}

static void start(struct machine *m, const char *method)
{
    struct error e = {0};
    gsl_rng *r = random_new(3, &e);
    struct theta *t = theta_new(&m->model->theta, &e);
    ck_assert_msg(m->model->class->init(m->model, method, r, t, &e) == 0, "%s", e.message);
    ck_assert_msg(machine_start(m, t, &e) == 0, "%s", e.message);
    theta_free(t);
    gsl_rng_free(r);
}

static void run(struct machine *m)
{
    struct run_how how = {.max = 100000, .tol = 1e-11, .rule = RULE_THETA};
    struct run_result r;
    struct error e = {0};
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
    ck_assert_int_eq(r.verdict, VERDICT_CONVERGED);
}

/* The ELBO of one component after E and M: the log evidence of the table. */
static double evidence(const char *csv, const char *prior)
{
    struct machine *m = on(csv, "k=1");
    put_prior(m, prior);
    start(m, "quantile");
    support_e(m);
    support_m(m);
    double v = term(m, TERM_ELBO);
    machine_free(m);
    return v;
}

/* PRML 10.1.3: x = −1 … 3 under μ₀ = 0, λ₀ = a₀ = b₀ = 1, which is ν₀ = 2a₀ and W₀ = 1/(2b₀). */
START_TEST(one_component_is_exact)
{
    support_close(evidence("x\n-1\n0\n1\n2\n3\n", "alpha0=3 beta0=1 m0=0 W0=0.5 nu0=2"),
                  -10.795744501, 1e-10, "log evidence");
}
END_TEST

/* One row's evidence is the prior predictive, a Student density: in the plane with ν₀ − d + 1 = 3
 * degrees of freedom and precision 3 β₀/(1+β₀) W₀. */
START_TEST(one_row_is_a_student)
{
    double scale = 3.0 * 0.5 / 1.5, square = scale * (2.0 * 4.0 + 0.5 * 1.0), dof = 3.0;
    double student = lgamma(0.5 * (dof + 2.0)) - lgamma(0.5 * dof) - log(dof * M_PI) +
                     0.5 * log(scale * scale * 2.0 * 0.5) -
                     0.5 * (dof + 2.0) * log1p(square / dof);
    support_close(evidence("x,y\n3,1\n", "alpha0=1 beta0=0.5 m0=1,2 W0=2,0,0,0.5 nu0=4"), student,
                  1e-12, "log evidence");
}
END_TEST

/* p(x*|X) = p(X,x*)/p(X), in one dimension and in the plane. */
START_TEST(prediction_is_a_ratio_of_evidences)
{
    static const struct {
        const char *csv, *with, *prior;
        double x[2];
    } cases[] = {
        {"x\n-1\n0\n1\n2\n3\n", "x\n-1\n0\n1\n2\n3\n4.5\n", "alpha0=1 beta0=1 m0=0 W0=0.5 nu0=2",
         {4.5, 0}},
        {"x,y\n1,0\n2,2\n0,1\n", "x,y\n1,0\n2,2\n0,1\n-3,2\n",
         "alpha0=1 beta0=0.3 m0=1,1 W0=0.5,0.1,0.1,0.8 nu0=2.5", {-3, 2}},
    };
    struct machine *m = on(cases[_i].csv, "k=1");
    struct error e = {0};
    double posterior, density;
    put_prior(m, cases[_i].prior);
    start(m, "quantile");
    support_e(m);
    support_m(m);
    ck_assert_int_eq(m->model->class->predict(m->model, machine_here(m)->theta, cases[_i].x,
                                              &posterior, &density, &e), 0);
    ck_assert(posterior == 1.0);
    support_close(density, evidence(cases[_i].with, cases[_i].prior) -
                               evidence(cases[_i].csv, cases[_i].prior), 1e-11, "density");
    machine_free(m);
}
END_TEST

/* Five components for two clouds: with a small alpha0 the others empty,
 * and keep the prior alone. */
START_TEST(empty_components_are_pruned)
{
    struct machine *m = support_machine("faithful", "vbgmm", "k=5");
    put_prior(m, "alpha0=1e-3 beta0=1 m0=3.5,70 W0=0.5,0,0,0.005 nu0=2");
    start(m, "kmeans++");
    run(m);
    const struct theta *t = machine_here(m)->theta;
    size_t empty = 0;
    for (size_t k = 0; k < 5; k++) {
        if (theta_block(t, "alpha")[k] > 1.0)
            continue;
        empty++;
        support_close(theta_block(t, "alpha")[k], 1e-3, 1e-6, "alpha");
        support_close(theta_block(t, "nu")[k], 2.0, 1e-4, "nu");
        support_close(theta_block(t, "m")[2 * k + 1], 70.0, 1e-4, "m");
    }
    ck_assert_uint_eq(empty, 3);
    machine_free(m);
}
END_TEST

/* With the prior held and every row many times, a point's γ nears that of EM at the same place. */
START_TEST(many_rows_make_it_em)
{
    struct text csv = TEXT_INIT;
    struct error e = {0};
    text_add(&csv, "x,w\n");
    static const double x[] = {-1.2, 0.1, 0.4, 1.5, 2.9, 3.3, 4.1, 5.2};
    for (size_t i = 0; i < 8; i++)
        text_addf(&csv, "%g,1e7\n", x[i]);
    struct machine *v = on(csv.s, "k=2 columns=x weights=w");
    struct model *model = bound_model(csv.s, "gmm", "k=2 columns=x weights=w", &e);
    struct machine *g = machine_new(model, &e);
    start(v, "quantile");
    support_theta(g, "pi=0.5,0.5 mu=0,4 Sigma=1,1");
    for (int i = 0; i < 400; i++) {
        support_e(v);
        support_m(v);
        support_e(g);
        support_m(g);
    }
    const struct theta *t = machine_here(v)->theta, *u = machine_here(g)->theta;
    for (size_t k = 0; k < 2; k++) {
        support_close(theta_block(t, "m")[k], theta_block(u, "mu")[k], 1e-5, "mu");
        support_close(1.0 / (theta_block(t, "nu")[k] * theta_block(t, "W")[k]),
                      theta_block(u, "Sigma")[k], 1e-5, "Sigma");
        for (size_t i = 0; i < 8; i++)
            support_close(machine_here(v)->q->b.v[2 * i + k], machine_here(g)->q->b.v[2 * i + k],
                          1e-5, "gamma");
    }
    machine_free(v);
    machine_free(g);
    text_clear(&csv);
}
END_TEST

/* ---- the prior is a part of the model ---------------------------------------------------- */

static const char cloud[] = "x,y\n0.3,1.2\n-0.8,0.4\n1.1,0.9\n4.1,3.8\n3.2,4.9\n5.3,4.4\n";
static const char prior[] = "alpha0=0.5 beta0=0.3 m0=1,2 W0=0.4,0.1,0.1,0.5 nu0=3.5";

START_TEST(terms_follow_the_prior)
{
    struct machine *m = on(cloud, "k=2"), *other = on(cloud, "k=2");
    start(m, "quantile");
    support_e(m);
    put_prior(other, prior);
    struct error e = {0};
    struct theta *t = theta_copy(machine_before(m)->theta, &e);
    double before = term(m, TERM_ELBO);
    ck_assert_int_eq(machine_start(other, t, &e), 0);
    theta_free(t);
    support_e(other);
    put_prior(m, prior); /* after the step: its terms are those of a start with that prior */
    ck_assert(term(m, TERM_ELBO) != before);
    for (int i = TERM_ELBO; i <= TERM_ENTROPY; i++)
        if (m->model->terms_defined & TERM_BIT(i))
            ck_assert(term(m, (enum term)i) == term(other, (enum term)i));
    unsigned with_prior = TERM_BIT(TERM_LOGPRIOR) | TERM_BIT(TERM_OBJECTIVE);
    ck_assert(!(machine_here(m)->terms.have & with_prior));
    support_m(m);
    support_m(other);
    ck_assert_mem_eq(machine_here(m)->theta->b.v, machine_here(other)->theta->b.v,
                     m->model->theta.size * sizeof(double));
    machine_free(m);
    machine_free(other);
}
END_TEST

/* As help says: weak, at the data's mean, with precisions of one over their variances. */
START_TEST(default_prior)
{
    struct machine *m = on("x,y\n1,10\n3,30\n", "k=2");
    const struct layout *l = &m->model->prior_layout;
    const double *v = m->prior.b.v;
    ck_assert_uint_eq(m->prior.given, (1u << l->nblock) - 1u);
    ck_assert(v[layout_find(l, "alpha0")->offset] == 0.5);
    ck_assert(v[layout_find(l, "beta0")->offset] == 1.0);
    ck_assert(v[layout_find(l, "nu0")->offset] == 2.0);
    support_close(v[layout_find(l, "m0")->offset + 1], 20.0, 1e-15, "m0");
    support_close(v[layout_find(l, "W0")->offset], 1.0 / (2.0 * 1.0), 1e-15, "W0");
    support_close(v[layout_find(l, "W0")->offset + 3], 1.0 / (2.0 * 100.0), 1e-15, "W0");
    ck_assert(v[layout_find(l, "W0")->offset + 1] == 0.0);
    machine_free(m);
}
END_TEST

static const struct {
    const char *words, *message;
} bad[] = {
    {"alpha0=0.5 beta0=0.3 m0=1,2 W0=0.4,0.1,0.1,0.5 nu0=1", "nu0 is 1"},
    {"alpha0=0 beta0=0.3 m0=1,2 W0=0.4,0.1,0.1,0.5 nu0=3", "alpha0"},
    {"alpha0=1 beta0=-1 m0=1,2 W0=0.4,0.1,0.1,0.5 nu0=3", "beta0"},
    {"alpha0=1 beta0=1 m0=1,2 W0=0.4,1,1,0.5 nu0=3", "W0"},
    {"alpha0=1", "a part of vbgmm"}, /* a part of the prior alone */
    {"", "not taken away"},
};

START_TEST(priors_are_refused)
{
    struct machine *m = on(cloud, "k=2");
    struct error e = {0};
    start(m, "quantile");
    support_e(m);
    struct terms before = machine_here(m)->terms;
    ck_assert_int_eq(try_prior(m, bad[_i].words, &e), -1);
    ck_assert_msg(strstr(e.message, bad[_i].message) != NULL, "%s", e.message);
    ck_assert_mem_eq(&before, &machine_here(m)->terms, sizeof before);
    machine_free(m);
}
END_TEST

START_TEST(theta_is_checked)
{
    struct machine *m = on(cloud, "k=2");
    struct error e = {0};
    struct theta *t = support_make_theta(
        m, "alpha=1,1 m=0,0,4,4 beta=1,1 nu=3,1 W=1,0,0,1,1,0,0,1");
    ck_assert_int_eq(machine_start(m, t, &e), -1);
    ck_assert(strstr(e.message, "nu[2] is 1") && e.hint[0]);
    theta_free(t);
    machine_free(m);
}
END_TEST

/* ---- steps ------------------------------------------------------------------------------- */

/* The ledger promises the ELBO alone, of both half-steps,
 * and gives nothing up that there is not. */
START_TEST(only_the_elbo_is_promised)
{
    struct machine *m = on(cloud, "k=2");
    struct ledger l;
    struct error e = {0};
    bool entropy_moved = false;
    start(m, "random");
    for (int i = 0; i < 30; i++) {
        double entropy = i ? term(m, TERM_ENTROPY) : NAN, bound = i ? term(m, TERM_ELBO) : NAN;
        i % 2 ? support_m(m) : support_e(m);
        entropy_moved = entropy_moved || (i % 2 && term(m, TERM_ENTROPY) != entropy);
        ck_assert(!(term(m, TERM_ELBO) < bound - 1e-12));
        ck_assert_int_eq(ledger_make(m, &l, true, &e), 0);
        for (size_t k = 0; k < l.nclaim; k++)
            ck_assert_msg(l.claim[k].holds && !strstr(l.claim[k].claim, "ℓ"), "%s",
                          l.claim[k].claim);
        ck_assert(l.nclaim >= 1 && l.ngiven_up == 0);
        ck_assert(!machine_here(m)->exact);
    }
    ck_assert(entropy_moved);
    machine_free(m);
}
END_TEST

/* The seven parts make the terms. */
START_TEST(parts_add_up)
{
    struct machine *m = on(cloud, "k=2");
    double v[EXTRAS_MOST];
    start(m, "quantile");
    m->model->class->extra(m->model, NULL, machine_here(m)->theta, v);
    ck_assert(isnan(v[0]) && isnan(v[6])); /* without q there are none */
    support_e(m);
    m->model->class->extra(m->model, machine_here(m)->q, machine_here(m)->theta, v);
    support_close(v[0] + v[1] + v[2] + v[3], term(m, TERM_Q), 1e-14, "Q");
    support_close(-v[4] - v[5] - v[6], term(m, TERM_ENTROPY), 1e-14, "S");
    support_close(term(m, TERM_ELBO), term(m, TERM_Q) + term(m, TERM_ENTROPY), 1e-12, "ELBO");
    machine_free(m);
}
END_TEST

/* θ is no estimate here: its spread is what q says. */
START_TEST(no_standard_errors)
{
    struct machine *m = on(cloud, "k=2");
    struct error e = {0};
    double se[64];
    start(m, "quantile");
    ck_assert_int_eq(information_errors(m, machine_here(m)->theta, se, &e), -1);
    ck_assert(strstr(e.message, "ℓ") && e.hint[0]);
    machine_free(m);
}
END_TEST

START_TEST(memory_runs_out)
{
    bound_starved(cloud, "vbgmm", "k=2");
}
END_TEST

#define COUNT(a) (int)(sizeof(a) / sizeof *(a))

int main(void)
{
    Suite *s = suite_create("vbgmm");
    TCase *t = tcase_create("known answers");
    tcase_add_test(t, one_component_is_exact);
    tcase_add_test(t, one_row_is_a_student);
    tcase_add_loop_test(t, prediction_is_a_ratio_of_evidences, 0, 2);
    tcase_add_test(t, empty_components_are_pruned);
    tcase_add_test(t, many_rows_make_it_em);
    suite_add_tcase(s, t);
    t = tcase_create("prior");
    tcase_add_test(t, terms_follow_the_prior);
    tcase_add_test(t, default_prior);
    tcase_add_loop_test(t, priors_are_refused, 0, COUNT(bad));
    tcase_add_test(t, theta_is_checked);
    suite_add_tcase(s, t);
    t = tcase_create("steps");
    tcase_add_test(t, only_the_elbo_is_promised);
    tcase_add_test(t, parts_add_up);
    tcase_add_test(t, no_standard_errors);
    tcase_add_test(t, memory_runs_out);
    suite_add_tcase(s, t);
    return support_run(s);
}
