/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hmm against the sum over all k^n paths, and at its edges. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "bound.h"

enum { STEPS = 5, PATHS = 243 };

static const char reals[] = "x\n0.3\n-1.2\n2.5\n2.1\n-0.4\n";
static const char words[] = "v\n2\n1\n3\n3\n1\n";

static struct model *make(const char *csv, const char *options)
{
    struct error e = {0};
    struct model *m = bound_model(csv, "hmm", options, &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    return m;
}

/* ---- enumeration ------------------------------------------------------------------------- */

/* z_{t+1} of path p, a number of n digits to base k, z_1 the first: a dictionary's order. */
static size_t state(const struct model *m, size_t p, size_t t)
{
    for (size_t s = m->obs.n - 1; s > t; s--)
        p /= m->k;
    return p % m->k;
}

static size_t paths(const struct model *m)
{
    size_t count = 1;
    for (size_t t = 0; t < m->obs.n; t++)
        count *= m->k;
    ck_assert_uint_le(count, PATHS);
    return count;
}

static double log_emission(const struct model *m, const struct theta *theta, size_t t, size_t k)
{
    double x = m->obs.x[0][t];
    if (layout_find(&m->theta, "B")) {
        size_t symbols = layout_find(&m->theta, "B")->dim[1];
        return log(theta_block(theta, "B")[k * symbols + (size_t)x - 1]);
    }
    double u = x - theta_block(theta, "mu")[k], v = theta_block(theta, "Sigma")[k];
    return -0.5 * (log(2.0 * M_PI * v) + u * u / v);
}

/* log p(X, path|θ) */
static double log_joint(const struct model *m, const struct theta *theta, size_t p)
{
    const double *A = theta_block(theta, "A");
    double sum = log(theta_block(theta, "pi")[state(m, p, 0)]);
    for (size_t t = 0; t < m->obs.n; t++)
        sum += log_emission(m, theta, t, state(m, p, t));
    for (size_t t = 0; t + 1 < m->obs.n; t++)
        sum += log(A[state(m, p, t) * m->k + state(m, p, t + 1)]);
    return sum;
}

/* q(path) of a chain with these marginals */
static double probability(const struct model *m, const struct latent *q, size_t p)
{
    const double *gamma = latent_block(q, "gamma"), *xi = latent_block(q, "xi");
    size_t k = m->k;
    double v = gamma[state(m, p, 0)];
    for (size_t t = 0; t + 1 < m->obs.n && v > 0.0; t++)
        v *= xi[(t * k + state(m, p, t)) * k + state(m, p, t + 1)] / gamma[t * k + state(m, p, t)];
    return v;
}

/* p(path|X,θ)^power, normalised, into r; returns log Σ p(X,path|θ)^power */
static double posterior(const struct model *m, const struct theta *theta, double power, double *r)
{
    double top = -INFINITY, sum = 0.0;
    for (size_t p = 0; p < paths(m); p++) {
        r[p] = power * log_joint(m, theta, p);
        top = fmax(top, r[p]);
    }
    for (size_t p = 0; p < paths(m); p++)
        sum += r[p] = exp(r[p] - top);
    for (size_t p = 0; p < paths(m); p++)
        r[p] /= sum;
    return top + log(sum);
}

static void check_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                        const char *what)
{
    double r[PATHS], want[TERM_COUNT] = {0.0};
    want[TERM_LOGLIK] = posterior(m, theta, 1.0, r);
    for (size_t p = 0; p < paths(m); p++) {
        double w = probability(m, q, p), joint = log_joint(m, theta, p);
        if (w == 0.0)
            continue;
        want[TERM_Q] += w * joint;
        want[TERM_H] += w * (joint - want[TERM_LOGLIK]);
        want[TERM_ENTROPY] -= w * log(w);
        want[TERM_ELBO] += w * (joint - log(w));
        want[TERM_KL] += w * (log(w) - joint + want[TERM_LOGLIK]);
    }
    struct terms t = bound_terms(m, q, theta, NULL);
    for (int i = TERM_LOGLIK; i <= TERM_ENTROPY; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s %s", what, term_name(MODEL_EM, (enum term)i)->key);
        support_close(t.value[i], want[i], 1e-12 * fmax(1.0, fabs(want[TERM_LOGLIK])), name);
    }
}

/* q's blocks are the marginals and the pairs of these path probabilities. */
static void check_q(const struct model *m, const struct latent *q, const double *r,
                    const char *what)
{
    struct error e = {0};
    struct latent *want = latent_new(&m->q, &e);
    size_t k = m->k;
    for (size_t p = 0; p < paths(m); p++)
        for (size_t t = 0; t < m->obs.n; t++) {
            latent_block(want, "gamma")[t * k + state(m, p, t)] += r[p];
            if (t + 1 < m->obs.n)
                latent_block(want, "xi")[(t * k + state(m, p, t)) * k + state(m, p, t + 1)] +=
                    r[p];
        }
    for (size_t i = 0; i < m->q.size; i++)
        support_close(q->b.v[i], want->b.v[i], 1e-14, what);
    latent_free(want);
}

static struct latent *e_step(const struct model *m, const struct theta *theta, struct e_how how)
{
    struct error e = {0};
    struct latent *q = latent_new(&m->q, &e);
    ck_assert_msg(m->class->e_step(m, theta, &how, q, &e) == 0, "%s", e.message);
    ck_assert_msg(m->class->q_valid(m, q, &e) == 0, "%s", e.message);
    ck_assert_msg(blocks_valid(&q->b, &e) == 0, "%s", e.message);
    return q;
}

static struct latent *random_q(const struct model *m, unsigned long seed)
{
    struct error e = {0};
    gsl_rng *random = random_new(seed, &e);
    struct latent *q = e_step(m, NULL, (struct e_how){.kind = E_RANDOM, .random = random});
    gsl_rng_free(random);
    return q;
}

struct place {
    const char *csv, *options, *theta[2];
};
static const struct place places[] = {
    {reals, "k=2",
     {"pi=0.3,0.7 A=0.9,0.1,0.4,0.6 mu=0,2 Sigma=1,0.5",
      "pi=0.8,0.2 A=0.2,0.8,0.5,0.5 mu=-1,1 Sigma=2,3"}},
    {reals, "k=3 emission=gaussian",
     {"pi=0.2,0.3,0.5 A=0.5,0.3,0.2,0.1,0.7,0.2,0.3,0.3,0.4 mu=-1,0.5,2 Sigma=0.5,1,0.25",
      "pi=0,0.4,0.6 A=0.5,0.5,0,0,0.5,0.5,0.2,0.2,0.6 mu=0,1,2 Sigma=1,2,1"}},
    {words, "emission=categorical k=2",
     {"pi=0.4,0.6 A=0.7,0.3,0.2,0.8 B=0.5,0.3,0.2,0.1,0.3,0.6",
      "pi=0.9,0.1 A=0.1,0.9,0.6,0.4 B=0.2,0.5,0.3,0.4,0,0.6"}},
    {words, "emission=categorical k=3 symbols=4",
     {"pi=0.2,0.3,0.5 A=0.5,0.3,0.2,0.1,0.7,0.2,0.3,0.3,0.4 "
      "B=0.1,0.2,0.3,0.4,0.4,0.3,0.2,0.1,0.25,0.25,0.25,0.25",
      "pi=1,0,0 A=0,1,0,0,0,1,0.5,0,0.5 B=0.3,0.3,0.4,0,0.5,0,0.5,0,0.1,0.2,0.7,0"}},
};
enum { PLACES = sizeof places / sizeof *places };

START_TEST(terms_are_sums_over_paths)
{
    const struct place *at = &places[_i];
    struct model *m = make(at->csv, at->options);
    for (int a = 0; a < 2; a++) {
        struct theta *here = bound_theta(m, at->theta[a]), *there = bound_theta(m, at->theta[1]);
        struct latent *q = bound_posterior(m, there); /* of the θ with zeros, for both */
        check_terms(m, q, here, "posterior");
        latent_free(q);
        q = e_step(m, there, (struct e_how){.kind = E_HARD});
        check_terms(m, q, here, "hard");
        latent_free(q);
        theta_free(here);
        theta_free(there);
    }
    struct theta *here = bound_theta(m, at->theta[0]);
    for (unsigned long seed = 1; seed < 20; seed++) {
        struct latent *q = random_q(m, seed);
        check_terms(m, q, here, "random");
        ck_assert_double_gt(bound_terms(m, q, here, NULL).value[TERM_KL], 0.1);
        latent_free(q);
    }
    struct latent *q = e_step(m, NULL, (struct e_how){.kind = E_UNIFORM});
    check_terms(m, q, here, "uniform");
    support_close(bound_terms(m, q, here, NULL).value[TERM_ENTROPY], STEPS * log((double)m->k),
                  1e-14, "all paths alike");
    latent_free(q);
    theta_free(here);
    model_free(m);
}
END_TEST

START_TEST(e_steps_are_over_paths)
{
    static const double powers[] = {1.0, 0.3, 2.5};
    const struct place *at = &places[_i];
    struct model *m = make(at->csv, at->options);
    for (int a = 0; a < 2; a++) {
        struct theta *theta = bound_theta(m, at->theta[a]);
        double r[PATHS];
        for (size_t i = 0; i < 3; i++) {
            struct latent *q = e_step(m, theta, (struct e_how){.kind = i ? E_TEMPERED : E_EXACT,
                                                               .beta = powers[i]});
            posterior(m, theta, powers[i], r);
            check_q(m, q, r, i ? "tempered" : "exact");
            latent_free(q);
        }
        struct latent *q = e_step(m, theta, (struct e_how){.kind = E_HARD});
        size_t best = 0;
        posterior(m, theta, 1.0, r);
        for (size_t p = 1; p < paths(m); p++)
            if (r[p] > r[best])
                best = p;
        for (size_t p = 0; p < paths(m); p++)
            r[p] = p == best ? 1.0 : 0.0;
        check_q(m, q, r, "the best path");
        latent_free(q);
        theta_free(theta);
    }
    model_free(m);
}
END_TEST

/* The best path is not the row-wise best: state 2 is likeliest at t = 2, and not on the path. */
START_TEST(viterbi_is_no_row_wise_argmax)
{
    struct model *m = make("v\n1\n1\n1\n", "emission=categorical k=3 symbols=2");
    struct theta *t = bound_theta(m, "pi=0.4,0.3,0.3 A=1,0,0,0,1,0,0,1,0 "
                                     "B=0.5,0.5,0.5,0.5,0.5,0.5");
    struct latent *best = e_step(m, t, (struct e_how){.kind = E_HARD});
    struct latent *exact = bound_posterior(m, t);
    ck_assert_double_eq(latent_block(best, "gamma")[3], 1.0);
    ck_assert_double_eq_tol(latent_block(exact, "gamma")[4], 0.6, 1e-15);
    latent_free(best);
    latent_free(exact);
    theta_free(t);
    model_free(m);
}
END_TEST

START_TEST(ties_go_to_the_lowest)
{
    struct model *m = make(words, "emission=categorical k=3");
    struct theta *t = bound_theta(m, "pi=0,0.5,0.5 A=0,0.5,0.5,0.5,0,0.5,0.5,0.5,0 "
                                     "B=0.5,0.25,0.25,0.5,0.25,0.25,0.5,0.25,0.25");
    static const size_t want[] = {1, 0, 1, 0, 1};
    struct latent *q = e_step(m, t, (struct e_how){.kind = E_HARD});
    for (size_t i = 0; i < STEPS; i++)
        ck_assert_double_eq(latent_block(q, "gamma")[i * 3 + want[i]], 1.0);
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* ---- the M-step -------------------------------------------------------------------------- */

/* Expected counts by enumeration: starts, transitions, visits, and Σx over visits. */
START_TEST(m_step_is_of_expected_counts)
{
    struct model *m = make(reals, "k=3");
    struct theta *t = bound_theta(m, places[1].theta[0]);
    struct latent *q = random_q(m, 5);
    double pi[3] = {0}, A[9] = {0}, out[3] = {0}, visits[3] = {0}, x[3] = {0}, xx[3] = {0};
    struct theta *best = bound_answer(m, q, t, ~0u, NULL);
    for (int pass = 0; pass < 2; pass++)
        for (size_t p = 0; p < paths(m); p++) {
            double w = probability(m, q, p);
            for (size_t s = 0; s < STEPS; s++) {
                size_t z = state(m, p, s);
                double v = m->obs.x[0][s];
                if (pass == 1) {
                    xx[z] += w * (v - x[z] / visits[z]) * (v - x[z] / visits[z]);
                    continue;
                }
                visits[z] += w;
                x[z] += w * v;
                if (s == 0)
                    pi[z] += w;
                if (s + 1 < STEPS) {
                    A[z * 3 + state(m, p, s + 1)] += w;
                    out[z] += w;
                }
            }
        }
    for (size_t z = 0; z < 3; z++) {
        support_close(theta_block(best, "pi")[z], pi[z], 1e-14, "pi");
        support_close(theta_block(best, "mu")[z], x[z] / visits[z], 1e-14, "mu");
        support_close(theta_block(best, "Sigma")[z], xx[z] / visits[z], 1e-14, "Sigma");
        for (size_t j = 0; j < 3; j++)
            support_close(theta_block(best, "A")[z * 3 + j], A[z * 3 + j] / out[z], 1e-14, "A");
    }
    theta_free(best);
    theta_free(t);
    latent_free(q);
    model_free(m);
}
END_TEST

START_TEST(emissions_of_two_columns)
{
    struct model *m = make("x,y\n0,1\n1,1.5\n4,-1\n3,2\n0.5,0\n5,1\n", "k=2");
    struct theta *t = bound_theta(m, "pi=0.5,0.5 A=0.6,0.4,0.3,0.7 mu=0,1,4,0 "
                                     "Sigma=1,0.2,0.2,1,2,-0.3,-0.3,1");
    double before = bound_terms(m, NULL, t, NULL).value[TERM_LOGLIK];
    for (int i = 0; i < 3; i++) {
        struct latent *q = bound_posterior(m, t);
        struct terms terms = bound_terms(m, q, t, NULL);
        bound_identities(&terms, "two columns");
        struct theta *next = bound_answer(m, q, t, ~0u, NULL);
        ck_assert_double_gt(bound_terms(m, q, next, NULL).value[TERM_LOGLIK], before);
        before = bound_terms(m, q, next, NULL).value[TERM_LOGLIK];
        latent_free(q);
        theta_free(t);
        t = next;
    }
    ck_assert_uint_eq(layout_find(&m->theta, "Sigma")->size, 8);
    theta_free(t);
    model_free(m);
}
END_TEST

/* From a state that is never left every row of A has the same Q: the one that is there stays. */
START_TEST(a_state_that_is_never_left)
{
    struct model *m = make("v\n1\n1\n1\n2\n", "emission=categorical k=2");
    struct theta *t = bound_theta(m, "pi=1,0 A=0.5,0.5,0.25,0.75 B=1,0,0,1");
    struct latent *q = bound_posterior(m, t);
    struct theta *best = bound_answer(m, q, t, ~0u, NULL);
    support_close(theta_block(best, "A")[1], 1.0 / 3.0, 1e-15, "A[1,2]");
    ck_assert_double_eq(theta_block(best, "A")[2], 0.25);
    struct error e = {0};
    struct theta *none = theta_new(&m->theta, &e);
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    ck_assert_int_eq(m->class->m_step(m, q, &how, NULL, none, &e), -1);
    ck_assert_msg(strstr(e.message, "state 2 is never left") && e.hint[0], "%s", e.message);
    theta_free(none);
    theta_free(best);
    theta_free(t);
    latent_free(q);
    model_free(m);
}
END_TEST

/* ---- numerics ---------------------------------------------------------------------------- */

/* State 1 is left for good, and row 3 is 60 and more standard deviations from where the chain has
 * to be: densities underflow, logarithms do not. */
START_TEST(no_underflow)
{
    struct model *m = make("x\n0\n0\n3000\n0\n0\n", "k=2");
    struct theta *t = bound_theta(m, "pi=1,0 A=0.5,0.5,0,1 mu=0,1e-3 Sigma=1,1e-2");
    struct latent *q = bound_posterior(m, t);
    check_terms(m, q, t, "far");
    ck_assert_double_lt(bound_terms(m, q, t, NULL).value[TERM_LOGLIK], -4e6);
    ck_assert_double_eq_tol(latent_block(q, "gamma")[4], 1.0, 1e-15);
    latent_free(q);
    t->b.v[0] = 0.0;
    t->b.v[1] = 1.0; /* and now only the far one is there */
    q = bound_posterior(m, t);
    check_terms(m, q, t, "farther");
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

static char *long_chain(size_t n)
{
    struct error e = {0};
    gsl_rng *random = random_new(3, &e);
    struct text csv = TEXT_INIT;
    int z = 0;
    text_add(&csv, "x\n");
    for (size_t t = 0; t < n; t++) {
        z = gsl_rng_uniform(random) < 0.02 ? !z : z;
        text_addf(&csv, "%.4f\n", 3.0 * z + 4.0 * (gsl_rng_uniform(random) - 0.5));
    }
    gsl_rng_free(random);
    return csv.s;
}

/* γ of the first half of a chain hardly knows what comes after: it is that of a shorter chain, to
 * the last digits, however long the chain is. */
static void forgets(const char *csv, const struct latent *whole, const struct theta *t, size_t n)
{
    char *start = mem_copy_text(csv), *end = start;
    for (size_t line = 0; line <= n; line++)
        end = strchr(end, '\n') + 1;
    *end = '\0';
    struct model *m = make(start, "k=2");
    struct latent *q = bound_posterior(m, t);
    for (size_t i = 0; i < n; i++)
        support_close(latent_block(whole, "gamma")[i], latent_block(q, "gamma")[i], 1e-14, "γ");
    latent_free(q);
    model_free(m);
    mem_free(start);
}

START_TEST(long_chains_keep_their_digits)
{
    char *csv = long_chain(60000);
    struct model *m = make(csv, "k=2");
    struct theta *t = bound_theta(m, "pi=0.5,0.5 A=0.98,0.02,0.03,0.97 mu=0,3 Sigma=1.5,1");
    struct theta *other = bound_theta(m, "pi=0.5,0.5 A=0.8,0.2,0.1,0.9 mu=0.5,3 Sigma=1,1");
    struct latent *q = bound_posterior(m, t);
    struct error e = {0};
    ck_assert_msg(m->class->q_valid(m, q, &e) == 0, "%s", e.message);
    struct terms terms = bound_terms(m, q, t, NULL);
    bound_identities(&terms, "long");
    ck_assert_double_eq_tol(terms.value[TERM_KL], 0.0, 1e-9);
    ck_assert_double_eq_tol(terms.value[TERM_LOGLIK], terms.value[TERM_ELBO], 1e-7);
    for (size_t i = 0; i < m->obs.n; i++)
        ck_assert_double_eq_tol(q->b.v[2 * i] + q->b.v[2 * i + 1], 1.0, 1e-15);
    forgets(csv, q, t, 2000);
    terms = bound_terms(m, q, other, NULL);
    bound_identities(&terms, "long, q of another θ");
    ck_assert_double_gt(terms.value[TERM_KL], 10.0);
    latent_free(q);
    theta_free(t);
    theta_free(other);
    model_free(m);
    mem_free(csv);
}
END_TEST

/* Mass where p(X,Z|θ) = 0. */
START_TEST(mass_where_the_joint_is_zero)
{
    struct model *m = make(words, "emission=categorical k=2");
    struct theta *t = bound_theta(m, "pi=0.5,0.5 A=0,1,0.5,0.5 B=0.5,0.3,0.2,0.1,0.3,0.6");
    struct latent *q = e_step(m, NULL, (struct e_how){.kind = E_UNIFORM});
    struct terms terms = bound_terms(m, q, t, NULL);
    ck_assert(isfinite(terms.value[TERM_LOGLIK]) && isfinite(terms.value[TERM_ENTROPY]));
    ck_assert_double_eq(terms.value[TERM_Q], -INFINITY);
    ck_assert_double_eq(terms.value[TERM_H], -INFINITY);
    ck_assert_double_eq(terms.value[TERM_ELBO], -INFINITY);
    ck_assert_double_eq(terms.value[TERM_KL], INFINITY);
    theta_free(t);
    t = bound_theta(m, "pi=0.5,0.5 A=0,1,0,1 B=0.5,0.3,0.2,0,0.4,0.6");
    terms = bound_terms(m, q, t, NULL); /* no state emits symbol 1 at t = 2 */
    ck_assert_double_eq(terms.value[TERM_LOGLIK], -INFINITY);
    ck_assert_double_eq(terms.value[TERM_Q], -INFINITY);
    ck_assert_double_nan(terms.value[TERM_H]);
    ck_assert_double_nan(terms.value[TERM_KL]);
    struct error e = {0};
    struct e_how how = {.kind = E_EXACT};
    ck_assert_int_eq(m->class->e_step(m, t, &how, q, &e), -1);
    ck_assert_msg(strstr(e.message, "rows 1 to 2") && e.hint[0], "%s", e.message);
    how.kind = E_HARD;
    ck_assert_int_eq(m->class->e_step(m, t, &how, q, &e), -1);
    theta_free(t);
    latent_free(q);
    model_free(m);
}
END_TEST

/* State 2 at t = 2 cannot go on to row 3: q's mass on it has a joint of 0, as has what follows. */
START_TEST(mass_on_a_dead_end)
{
    struct model *m = make(words, "emission=categorical k=2");
    struct theta *t = bound_theta(m, "pi=0.5,0.5 A=0.5,0.5,0,1 B=0.5,0.3,0.2,0.5,0.5,0");
    struct latent *q = e_step(m, NULL, (struct e_how){.kind = E_UNIFORM});
    struct terms terms = bound_terms(m, q, t, NULL);
    ck_assert(isfinite(terms.value[TERM_LOGLIK]));
    ck_assert_double_eq(terms.value[TERM_Q], -INFINITY);
    ck_assert_double_eq(terms.value[TERM_H], -INFINITY);
    ck_assert_double_eq(terms.value[TERM_KL], INFINITY);
    latent_free(q);
    q = bound_posterior(m, t);
    check_terms(m, q, t, "the posterior keeps away from it");
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

START_TEST(random_chains_differ)
{
    struct model *m = make(reals, "k=2");
    struct latent *a = random_q(m, 1), *b = random_q(m, 2), *again = random_q(m, 1);
    ck_assert_mem_eq(a->b.v, again->b.v, m->q.size * sizeof(double));
    for (size_t i = 0; i < m->q.size; i++)
        ck_assert_double_ne(a->b.v[i], b->b.v[i]);
    latent_free(a);
    latent_free(b);
    latent_free(again);
    model_free(m);
}
END_TEST

/* ---- a q by hand ------------------------------------------------------------------------- */

static void breaks(const struct model *m, struct latent *q, const char *block, size_t at,
                   double v, const char *message)
{
    struct error e = {0};
    double *entry = latent_block(q, block) + at, was = *entry;
    ck_assert_int_eq(m->class->q_valid(m, q, &e), 0);
    *entry = v;
    ck_assert_int_eq(m->class->q_valid(m, q, &e), -1);
    ck_assert_msg(strstr(e.message, message) && e.hint[0], "%s", e.message);
    *entry = was;
}

START_TEST(pairs_agree_with_marginals)
{
    struct model *m = make(reals, "k=2");
    struct latent *q = e_step(m, NULL, (struct e_how){.kind = E_UNIFORM});
    breaks(m, q, "xi", 0, 0.25 + 1e-8, "xi[1,1,·] sums to 0.50000001, but gamma[1,1] is 0.5");
    breaks(m, q, "gamma", 9, 0.4, "xi[4,·,2] sums to 0.5, but gamma[5,2] is 0.4");
    breaks(m, q, "gamma", 0, 0.0, "gamma[1,1] is 0");
    struct theta *t = bound_theta(m, "pi=1,0 A=0.9,0.1,0.4,0.6 mu=0,2 Sigma=1,0.5");
    struct latent *hard = bound_posterior(m, t);
    breaks(m, hard, "xi", 2, 1e-10, "xi[1,2,·] sums to"); /* mass out of no mass */
    latent_free(q);
    latent_free(hard);
    theta_free(t);
    model_free(m);
}
END_TEST

/* Known states: the M-step counts. */
START_TEST(a_path_that_is_known)
{
    static const size_t path[] = {1, 0, 0, 1, 0};
    struct model *m = make(words, "emission=categorical k=2");
    struct error e = {0};
    struct latent *q = latent_new(&m->q, &e);
    for (size_t t = 0; t < STEPS; t++)
        latent_block(q, "gamma")[2 * t + path[t]] = 1.0;
    m->class->label(m, q);
    ck_assert_msg(m->class->q_valid(m, q, &e) == 0, "%s", e.message);
    struct theta *t = theta_new(&m->theta, &e), *best = bound_answer(m, q, t, ~0u, NULL);
    static const double want[] = {0, 1, 0.5, 0.5, 1, 0, 2.0 / 3, 0, 1.0 / 3, 0, 0.5, 0.5};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        support_close(best->b.v[i], want[i], 1e-15, "counted");
    theta_free(t);
    theta_free(best);
    latent_free(q);
    model_free(m);
}
END_TEST

/* ---- refusals ---------------------------------------------------------------------------- */

static void not_bound(const char *csv, const char *options, const char *message)
{
    struct error e = {0};
    struct model *m = bound_model(csv, "hmm", options, &e);
    ck_assert_msg(!m, "taken: %s", options);
    ck_assert_msg(strstr(e.message, message) != NULL, "'%s' lacks '%s'", e.message, message);
    ck_assert_msg(e.hint[0], "no remedy: %s", e.message);
}

START_TEST(options_refused)
{
    not_bound("x\n1\n", "k=1", "at least 2 rows");
    not_bound(reals, "k=6", "6 components, but only 5 rows");
    not_bound(reals, "symbols=3", "normal emissions have no symbols");
    not_bound(reals, "emission=poisson", "emission");
    not_bound(reals, "weights=x", "weights");
    not_bound(reals, "emission=categorical", "row 1 of column 'x' is 0.3");
    not_bound(words, "emission=categorical symbols=2", "row 3 of column 'v' is 3; symbols are "
                                                       "numbered 1 to 2");
    not_bound("v\n1\n1.5\n2\n", "emission=categorical", "row 2 of column 'v' is 1.5");
    not_bound("v\n1\n0\n", "emission=categorical", "row 2 of column 'v' is 0");
    not_bound("v\n1\n1e300\n", "emission=categorical", "row 2 of column 'v' is 1e+300");
    not_bound("v,w\n1,1\n2,1\n", "emission=categorical", "here are 2");
    not_bound("x\n1\nNA\n3\n", "", "missing");
    bound_starved(reals, "hmm", "k=2");
    bound_starved(words, "hmm", "k=2 emission=categorical");
}
END_TEST

static void m_refused(struct model *m, const char *theta, enum e_kind kind, const char *message)
{
    struct error e = {0};
    struct theta *t = bound_theta(m, theta), *was = theta_copy(t, &e);
    struct latent *q = e_step(m, t, (struct e_how){.kind = kind});
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    ck_assert_int_eq(m->class->m_step(m, q, &how, NULL, t, &e), -1);
    ck_assert_msg(strstr(e.message, message) && strstr(e.hint, "init again"), "%s (%s)",
                  e.message, e.hint);
    theta_free(was);
    theta_free(t);
    latent_free(q);
    model_free(m);
}

START_TEST(steps_refused)
{
    m_refused(make(reals, "k=2"), "pi=1,0 A=1,0,0.5,0.5 mu=0,2 Sigma=1,1", E_EXACT,
              "state 2 has N_k = 0");
    m_refused(make(words, "k=2 emission=categorical"),
              "pi=1,0 A=1,0,0.5,0.5 B=0.3,0.3,0.4,0.3,0.3,0.4", E_EXACT, "state 2 has N_k = 0");
    m_refused(make("x\n0.1\n0.2\n9\n0.3\n", "k=2"), "pi=1,0 A=0.9,0.1,0.9,0.1 mu=0,9 Sigma=1,1",
              E_HARD, "state 2 holds one point: its variance is 0");
    struct model *m = make(reals, "k=2");
    struct theta *t = bound_theta(m, places[0].theta[0]);
    struct machine *machine;
    struct error e = {0};
    bool made;
    machine = machine_new(m, &e);
    ck_assert_int_eq(machine_start(machine, t, &e), 0);
    support_e(machine);
    struct e_how rows = {.kind = E_ROWS, .first = 1, .last = 2};
    ck_assert_int_eq(machine_e(machine, &rows, &made, &e), -1);
    ck_assert_msg(strstr(e.message, "Markov chain") && e.hint[0], "%s", e.message);
    struct e_how sweeps = {.kind = E_SWEEPS, .sweeps = 2};
    ck_assert_int_eq(machine_e(machine, &sweeps, &made, &e), -1);
    theta_free(t);
    machine_free(machine);
}
END_TEST

/* ---- priors and starts ------------------------------------------------------------------- */

START_TEST(priors_move_the_answer)
{
    double v[16];
    struct model *m = make(reals, "k=2");
    struct prior prior = bound_prior(m, v, "dirichlet=3,2 m0=5 kappa0=2 S0=4 nu0=3");
    struct theta *t = bound_theta(m, places[0].theta[0]);
    struct latent *q = bound_posterior(m, t);
    struct error e = {0};
    ck_assert_int_eq(m->class->prior_valid(m, &prior, &e), 0);
    struct theta *plain = bound_answer(m, q, t, ~0u, NULL);
    struct theta *map = bound_answer(m, q, t, ~0u, &prior);
    double nk = 0.0;
    for (size_t i = 0; i < STEPS; i++)
        nk += q->b.v[2 * i];
    support_close(theta_block(map, "pi")[0], (q->b.v[0] + 2.0) / 4.0, 1e-14, "pi");
    support_close(theta_block(map, "mu")[0],
                  (2.0 * 5.0 + nk * theta_block(plain, "mu")[0]) / (2.0 + nk), 1e-14, "mu");
    ck_assert_mem_eq(theta_block(map, "A"), theta_block(plain, "A"), 4 * sizeof(double));
    theta_free(plain);
    theta_free(map);
    theta_free(t);
    latent_free(q);
    model_free(m);
}
END_TEST

/* Every start is valid, and its states differ, so that EM can tell them apart. */
static void starts_of(const char *csv, const char *options, const char *block)
{
    struct model *m = make(csv, options);
    struct error e = {0};
    gsl_rng *random = random_new(1, &e);
    size_t width = layout_find(&m->theta, block)->size / m->k;
    for (const struct init_method *i = m->class->inits; i->name; i++) {
        struct theta *t = theta_new(&m->theta, &e);
        ck_assert_msg(m->class->init(m, i->name, random, t, &e) == 0, "%s", e.message);
        ck_assert_msg(model_theta_valid(m, t, &e) == 0, "%s: %s", i->name, e.message);
        const double *v = theta_block(t, block);
        for (size_t a = 1; a < m->k; a++)
            for (size_t b = 0; b < a; b++)
                ck_assert_msg(memcmp(v + a * width, v + b * width, width * sizeof *v) != 0,
                              "%s: states %zu and %zu are one", i->name, b + 1, a + 1);
        theta_free(t);
    }
    gsl_rng_free(random);
    model_free(m);
}

START_TEST(starts)
{
    starts_of(reals, "k=3", "mu");
    starts_of(words, "k=2 emission=categorical", "B");
    starts_of("v\n1\n2\n2\n1\n1\n1\n2\n1\n2\n2\n2\n1\n", "k=3 emission=categorical", "B");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hmm");
    TCase *c = tcase_create("hmm");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, terms_are_sums_over_paths, 0, PLACES);
    tcase_add_loop_test(c, e_steps_are_over_paths, 0, PLACES);
    tcase_add_test(c, viterbi_is_no_row_wise_argmax);
    tcase_add_test(c, ties_go_to_the_lowest);
    tcase_add_test(c, m_step_is_of_expected_counts);
    tcase_add_test(c, emissions_of_two_columns);
    tcase_add_test(c, a_state_that_is_never_left);
    tcase_add_test(c, no_underflow);
    tcase_add_test(c, long_chains_keep_their_digits);
    tcase_add_test(c, mass_where_the_joint_is_zero);
    tcase_add_test(c, mass_on_a_dead_end);
    tcase_add_test(c, random_chains_differ);
    tcase_add_test(c, pairs_agree_with_marginals);
    tcase_add_test(c, a_path_that_is_known);
    tcase_add_test(c, options_refused);
    tcase_add_test(c, steps_refused);
    tcase_add_test(c, priors_move_the_answer);
    tcase_add_test(c, starts);
    suite_add_tcase(s, c);
    return support_run(s);
}
