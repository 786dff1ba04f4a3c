/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ppca and fa against print, against quadrature, against mvn, against themselves, and at their
 * edges. */
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "bound.h"

enum { MU = 1u, W_BLOCK = 2u, NOISE = 4u, ALL = 7u };

static const char four[] = "a,b,c,d,w\n1.2,2.0,-0.5,3.1,1\n0.3,0.4,1.5,2.2,2\n-1.1,0.9,0.7,0.3,1\n"
                           "2.2,1.1,0.1,4.0,3\n0.5,-0.3,2.4,1.0,2\n-0.4,0.6,-1.2,0.2,1\n"
                           "1.9,1.4,0.3,2.7,1\n0.8,2.5,1.0,1.9,2\n0.1,-1.0,0.4,-0.6,1\n";

static const char *const names[] = {"ppca", "fa"};

static struct model *take(const char *csv, const char *name, const char *options)
{
    struct error e = {0};
    struct model *m = bound_model(csv, name, options, &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    return m;
}

static struct theta *start(const struct model *m, const char *method, gsl_rng *random)
{
    struct error e = {0};
    struct theta *t = theta_new(&m->theta, &e);
    ck_assert_msg(m->class->init(m, method, random, t, &e) == 0, "%s", e.message);
    ck_assert_msg(model_theta_valid(m, t, &e) == 0, "%s: %s", method, e.message);
    return t;
}

static double loglik(const struct model *m, const struct theta *t)
{
    return bound_terms(m, NULL, t, NULL).value[TERM_LOGLIK];
}

static double *noise_of(const struct theta *t)
{
    return t->b.v + t->b.layout->block[2].offset;
}

/* One E and M in place. */
static void iterate(const struct model *m, struct theta **t)
{
    struct latent *q = bound_posterior(m, *t);
    struct theta *next = bound_answer(m, q, *t, ALL, NULL);
    latent_free(q);
    theta_free(*t);
    *t = next;
}

/* ---- print: iris, Tipping & Bishop's closed form ---- */

static const char iris_columns[] = "Sepal.Length,Sepal.Width,Petal.Length,Petal.Width";

static struct model *iris(const char *name, int m)
{
    char options[120];
    snprintf(options, sizeof options, "m=%d columns=%s", m, iris_columns);
    return bound_shipped("iris", name, options);
}

START_TEST(closed_form)
{
    static const double sigma2[] = {0.114139079557, 0.050682147865, 0.023676192354};
    static const double ll[] = {-470.669458321, -404.962780156, -379.914630122};
    for (int m = 1; m <= 3; m++) {
        struct model *model = iris("ppca", m);
        struct theta *t = start(model, "pca", NULL), *again = start(model, "pca", NULL);
        ck_assert_double_eq_tol(*noise_of(t), sigma2[m - 1], 6e-13);
        ck_assert_double_eq_tol(loglik(model, t), ll[m - 1], 6e-10);
        iterate(model, &again); /* a fixed point of EM */
        ck_assert_double_lt(blocks_distance(&t->b, &again->b), 1e-12);
        if (m == 2) {
            const double *W = theta_block(t, "W");
            double norm[2] = {0.0, 0.0};
            for (int i = 0; i < 8; i++)
                norm[i % 2] += W[i] * W[i];
            ck_assert_double_eq_tol(norm[0], 4.149371280, 6e-10);
            ck_assert_double_eq_tol(norm[1], 0.190370795, 6e-10);
        }
        theta_free(t);
        theta_free(again);
        model_free(model);
    }
}
END_TEST

START_TEST(em_reaches_it)
{
    static const double path[] = {-652.270284, -518.921643, -479.756191};
    struct model *m = iris("ppca", 1);
    struct theta *t = bound_theta(m, "mu=0,0,0,0 W=1,0.5,0.5,0.5 sigma2=1");
    struct theta *best = start(m, "pca", NULL);
    memcpy(theta_block(t, "mu"), theta_block(best, "mu"), 4 * sizeof(double));
    for (int i = 0; i < 3; i++) {
        iterate(m, &t);
        ck_assert_double_eq_tol(loglik(m, t), path[i], 6e-7);
    }
    for (int i = 3; i < 500; i++)
        iterate(m, &t);
    for (int i = 0; i < 4; i++) /* W of one factor is unique but for its sign */
        ck_assert_double_eq_tol(theta_block(t, "W")[i], theta_block(best, "W")[i], 1e-9);
    ck_assert_double_eq_tol(*noise_of(t), *noise_of(best), 1e-12);
    theta_free(t);
    theta_free(best);
    model_free(m);
}
END_TEST

/* ---- quadrature: one factor, each term as an integral over z ---- */

struct integrand {
    const struct model *m;
    const struct theta *t;
    const double *x;
    double mean, var, logp; /* of q; log p(x) once it is known */
    enum term term;
};

static double log_normal(double v, double mean, double var)
{
    return -0.5 * (log(2.0 * M_PI * var) + (v - mean) * (v - mean) / var);
}

static double summand(double z, void *context)
{
    const struct integrand *s = context;
    size_t d = s->m->obs.d, noise = layout_find(&s->m->theta, "Psi") ? 1 : 0;
    double joint = log_normal(z, 0.0, 1.0), log_q = log_normal(z, s->mean, s->var);
    for (size_t j = 0; j < d; j++)
        joint += log_normal(s->x[j], theta_block(s->t, "mu")[j] + theta_block(s->t, "W")[j] * z,
                            noise_of(s->t)[j * noise]);
    switch (s->term) {
    case TERM_LOGLIK:
        return exp(joint);
    case TERM_Q:
        return exp(log_q) * joint;
    case TERM_ENTROPY:
        return -exp(log_q) * log_q;
    case TERM_ELBO:
        return exp(log_q) * (joint - log_q);
    case TERM_H:
        return exp(log_q) * (joint - s->logp);
    default:
        return exp(log_q) * (log_q - joint + s->logp);
    }
}

static double integral(struct integrand *s, enum term term)
{
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(1000);
    gsl_function f = {summand, s};
    double value, error;
    s->term = term;
    ck_assert_int_eq(gsl_integration_qag(&f, -15.0, 15.0, 1e-12, 1e-11, 1000, 6, w, &value,
                                         &error), 0);
    gsl_integration_workspace_free(w);
    return value;
}

static void check_quadrature(const char *name, const char *theta)
{
    struct error e = {0};
    struct model *m = take("a,b,c\n1.2,2.0,-0.5\n0.3,0.4,1.5\n", name, "m=1");
    struct theta *t = bound_theta(m, theta);
    struct latent *q = latent_new(&m->q, &e);
    double want[TERM_COUNT] = {0.0};
    latent_block(q, "mean")[0] = 0.7;
    latent_block(q, "mean")[1] = -0.2;
    latent_block(q, "cov")[0] = 0.3;
    for (size_t i = 0; i < 2; i++) {
        struct integrand s = {.m = m, .t = t, .x = observations_row(&m->obs, i), .var = 0.3,
                              .mean = latent_block(q, "mean")[i]};
        s.logp = log(integral(&s, TERM_LOGLIK));
        want[TERM_LOGLIK] += s.logp;
        for (int k = TERM_ELBO; k <= TERM_ENTROPY; k++)
            want[k] += integral(&s, (enum term)k);
    }
    struct terms terms = bound_terms(m, q, t, NULL);
    for (int k = TERM_LOGLIK; k <= TERM_ENTROPY; k++)
        support_close(terms.value[k], want[k], 1e-9, term_name(MODEL_EM, (enum term)k)->key);
    latent_free(q);
    theta_free(t);
    model_free(m);
}

START_TEST(quadrature)
{
    check_quadrature("ppca", "mu=0.5,1,0.2 W=1,0.6,-0.8 sigma2=0.4");
    check_quadrature("fa", "mu=0.5,1,0.2 W=1,0.6,-0.8 Psi=0.4,0.7,0.2");
}
END_TEST

/* ---- identities ---- */

static void check_identities(const char *name, const char *options)
{
    struct error e = {0};
    struct model *m = take(four, name, options);
    gsl_rng *random = random_new(7, &e);
    for (int i = 0; i < 20; i++) {
        struct theta *here = start(m, "random", random), *there = start(m, "random", random);
        struct latent *q = bound_posterior(m, there);
        struct e_how how = {.kind = i % 2 ? E_RANDOM : E_TEMPERED, .beta = 0.3, .random = random};
        struct terms t = bound_terms(m, q, here, NULL);
        bound_identities(&t, "the posterior of another θ");
        ck_assert_double_gt(t.value[TERM_KL], 1e-3);
        ck_assert_int_eq(m->class->e_step(m, here, &how, q, &e), 0);
        ck_assert_int_eq(blocks_valid(&q->b, &e), 0);
        t = bound_terms(m, q, here, NULL);
        bound_identities(&t, "tempered or random");
        ck_assert_double_gt(t.value[TERM_KL], 1e-3);
        latent_free(q);
        q = bound_posterior(m, here);
        t = bound_terms(m, q, here, NULL);
        ck_assert_double_eq_tol(t.value[TERM_KL], 0.0, 1e-12);
        latent_free(q);
        theta_free(here);
        theta_free(there);
    }
    gsl_rng_free(random);
    model_free(m);
}

START_TEST(identities)
{
    check_identities(names[_i], "weights=w m=1");
    check_identities(names[_i], "weights=w m=2");
    check_identities(names[_i], "m=4");
}
END_TEST

/* q ∝ r^β: the same means, G/β. */
START_TEST(tempered)
{
    struct error e = {0};
    struct e_how how = {.kind = E_TEMPERED, .beta = 4.0};
    struct model *m = take(four, names[_i], "m=2");
    gsl_rng *random = random_new(2, &e);
    struct theta *t = start(m, "random", random);
    struct latent *r = bound_posterior(m, t), *q = latent_new(&m->q, &e);
    ck_assert_int_eq(m->class->e_step(m, t, &how, q, &e), 0);
    ck_assert_mem_eq(latent_block(q, "mean"), latent_block(r, "mean"),
                     m->obs.n * 2 * sizeof(double));
    for (size_t i = 0; i < 4; i++)
        support_close(latent_block(q, "cov")[i], latent_block(r, "cov")[i] / 4.0, 1e-15, "cov");
    latent_free(q);
    latent_free(r);
    theta_free(t);
    gsl_rng_free(random);
    model_free(m);
}
END_TEST

/* Near a Heywood case the digits stay: the noise of column a is next to nothing. */
START_TEST(hardly_any_noise)
{
    struct model *m = take(four, "fa", "columns=a,b,c,d");
    struct theta *t =
        bound_theta(m, "mu=0,1,0.5,2 W=1,0.2,0.3,1,-0.4,0.1,0.9,0.5 Psi=2e-9,1,1,1");
    struct latent *q = bound_posterior(m, t);
    struct terms terms = bound_terms(m, q, t, NULL);
    bound_identities(&terms, "Psi = 2e-9");
    ck_assert_double_eq_tol(terms.value[TERM_KL], 0.0, terms_tolerance(&terms));
    noise_of(t)[1] = 1.3;
    terms = bound_terms(m, q, t, NULL);
    bound_identities(&terms, "Psi = 2e-9, and q of another θ");
    ck_assert_double_gt(terms.value[TERM_KL], 1e-4);
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* ---- the normal distribution that they are ---- */

/* θ of mvn with the factor model's mean and covariance. */
static struct theta *as_mvn(const struct model *m, const struct theta *t, const struct model *mvn)
{
    struct error e = {0};
    struct theta *n = theta_new(&mvn->theta, &e);
    m->class->component_moments(m, t, 0, theta_block(n, "mu"), theta_block(n, "Sigma"));
    return n;
}

START_TEST(like_mvn)
{
    struct error e = {0};
    struct model *m = take(four, names[_i], "m=2 weights=w");
    struct model *mvn = take(four, "mvn", "weights=w");
    gsl_rng *random = random_new(5, &e);
    struct theta *t = start(m, "random", random), *n = as_mvn(m, t, mvn);
    support_close(loglik(m, t), loglik(mvn, n), 1e-12, "loglik");
    double *W = theta_block(t, "W"), c = cos(0.7), s = sin(0.7);
    for (size_t j = 0; j < 4; j++) { /* a rotation of the factors */
        double w = W[2 * j];
        W[2 * j] = c * w - s * W[2 * j + 1];
        W[2 * j + 1] = s * w + c * W[2 * j + 1];
    }
    support_close(loglik(m, t), loglik(mvn, n), 1e-12, "rotated");
    static const double points[][4] = {{1, 2, 3, 4}, {NAN, 2, NAN, 4}, {NAN, NAN, NAN, NAN}};
    for (size_t i = 0; i < 3; i++) {
        double mine, its;
        ck_assert_int_eq(m->class->predict(m, t, points[i], NULL, &mine, &e), 0);
        ck_assert_int_eq(mvn->class->predict(mvn, n, points[i], NULL, &its, &e), 0);
        support_close(mine, its, 1e-12, "predict");
    }
    theta_free(t);
    theta_free(n);
    gsl_rng_free(random);
    model_free(m);
    model_free(mvn);
}
END_TEST

START_TEST(a_weight_is_a_repeated_row)
{
    static const char once[] = "a,b,c,w\n1,2,0,2\n0,3,1,3\n2,1,4,1\n2,4,0,1\n-1,0.5,2,1\n";
    static const char often[] = "a,b,c\n1,2,0\n1,2,0\n0,3,1\n0,3,1\n0,3,1\n2,1,4\n2,4,0\n"
                                "-1,0.5,2\n";
    struct model *weighted = take(once, names[_i], "m=1 weights=w");
    struct model *repeated = take(often, names[_i], "m=1");
    struct theta *a = start(weighted, "pca", NULL), *b = start(repeated, "pca", NULL);
    for (int i = 0; i < 3; i++) {
        support_close(blocks_distance(&a->b, &b->b), 0.0, 1e-12, "θ");
        struct latent *p = bound_posterior(weighted, a), *q = bound_posterior(repeated, b);
        iterate(weighted, &a);
        iterate(repeated, &b);
        struct terms s = bound_terms(weighted, p, a, NULL);
        struct terms t = bound_terms(repeated, q, b, NULL);
        for (int k = TERM_LOGLIK; k <= TERM_ENTROPY; k++)
            support_close(s.value[k], t.value[k], 1e-12, term_name(MODEL_EM, (enum term)k)->key);
        latent_free(p);
        latent_free(q);
    }
    theta_free(a);
    theta_free(b);
    model_free(weighted);
    model_free(repeated);
}
END_TEST

/* The same table 10⁸ away: 0.5 and 0.25 survive the shift, so all but mu agrees. */
START_TEST(far_from_the_origin)
{
    struct model *near = take("a,b,c\n1,2,0.5\n0,3,1\n2,1,4\n2,4,0\n-1,0.5,2\n0.25,1,1\n",
                              names[_i], "m=1");
    struct model *far = take("a,b,c\n100000001,2,0.5\n100000000,3,1\n100000002,1,4\n"
                             "100000002,4,0\n99999999,0.5,2\n100000000.25,1,1\n",
                             names[_i], "m=1");
    struct theta *a = start(near, "identity", NULL), *b = start(far, "identity", NULL);
    for (int i = 0; i < 5; i++) {
        iterate(near, &a);
        iterate(far, &b);
    }
    for (size_t i = 0; i < a->b.layout->size; i++)
        support_close(b->b.v[i] - (i == 0 ? 1e8 : 0.0), a->b.v[i], i == 0 ? 2e-8 : 1e-6, "θ");
    support_close(loglik(far, b), loglik(near, a), 1e-6, "loglik");
    theta_free(a);
    theta_free(b);
    model_free(near);
    model_free(far);
}
END_TEST

/* ---- the M-step's answer is the maximum over the blocks that move ---- */

static double elbo(const struct model *m, const struct latent *q, const struct theta *t)
{
    return bound_terms(m, q, t, NULL).value[TERM_ELBO];
}

static void check_maximum(const struct model *m, const struct latent *q, const struct theta *from,
                          unsigned blocks)
{
    struct theta *best = bound_answer(m, q, from, blocks, NULL);
    double top = elbo(m, q, best);
    ck_assert_double_gt(top, elbo(m, q, from));
    for (size_t k = 0; k < m->theta.nblock; k++) {
        const struct block *b = &m->theta.block[k];
        double *v = best->b.v + b->offset;
        if (!(blocks >> k & 1u))
            ck_assert_mem_eq(v, from->b.v + b->offset, b->size * sizeof *v);
        for (size_t i = 0; i < 2 * b->size && blocks >> k & 1u; i++) {
            double was = v[i / 2];
            v[i / 2] += i % 2 ? 1e-4 : -1e-4;
            ck_assert_double_lt(elbo(m, q, best), top);
            v[i / 2] = was;
        }
    }
    theta_free(best);
}

START_TEST(the_answer_is_the_maximum)
{
    struct error e = {0};
    struct model *m = take(four, names[_i], "m=2 weights=w");
    gsl_rng *random = random_new(11, &e);
    struct theta *from = start(m, "random", random), *other = start(m, "random", random);
    theta_block(other, "mu")[1] -= 0.9; /* so that the mean of q's means is not 0 */
    struct latent *q = bound_posterior(m, other);
    theta_block(from, "mu")[0] += 0.7;
    for (unsigned blocks = MU; blocks <= ALL; blocks++)
        check_maximum(m, q, from, blocks);
    latent_free(q);
    theta_free(from);
    theta_free(other);
    gsl_rng_free(random);
    model_free(m);
}
END_TEST

/* ---- refusals and starts ---- */

static void table_refused(const char *csv, const char *name, const char *options,
                          const char *words)
{
    struct error e = {0};
    struct model *m = bound_model(csv, name, options, &e);
    ck_assert_msg(!m, "taken: %s", options);
    ck_assert_msg(strstr(e.message, words) && e.hint[0], "'%s' lacks '%s'", e.message, words);
}

static void e_refused(const struct model *m, const struct theta *t, enum e_kind kind,
                      const char *words)
{
    struct error e = {0};
    struct e_how how = {.kind = kind, .sweeps = 1};
    struct latent *q = latent_new(&m->q, &e);
    ck_assert_int_eq(m->class->e_step(m, t, &how, q, &e), -1);
    ck_assert_msg(strstr(e.message, words) && e.hint[0], "%s", e.message);
    latent_free(q);
}

/* Iterates until the M-step is refused, which must leave θ as it was. */
static void m_refused(const char *csv, const char *name, const char *theta, const char *words)
{
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = ALL};
    struct model *m = take(csv, name, "m=1");
    struct theta *t = bound_theta(m, theta);
    for (int i = 0;; i++) {
        struct theta *before = theta_copy(t, &e);
        struct latent *q = bound_posterior(m, t);
        int refused = m->class->m_step(m, q, &how, NULL, t, &e);
        latent_free(q);
        if (refused)
            ck_assert_mem_eq(t->b.v, before->b.v, m->theta.size * sizeof(double));
        theta_free(before);
        if (refused)
            break;
        ck_assert_int_lt(i, 10000);
    }
    ck_assert_msg(strstr(e.message, words) && e.hint[0], "'%s' lacks '%s'", e.message, words);
    theta_free(t);
    model_free(m);
}

START_TEST(refusals)
{
    table_refused("a\n1\n2\n", "fa", "", "there is one column");
    table_refused("a,b\n1,2\n2,1\n", "ppca", "m=2", "m = 2 factors for 2 columns");
    table_refused("a,b\n1,NA\n2,1\n", "ppca", "m=1", "takes no missing entries");
    m_refused("a,b,c\n1,5,2\n2,5,1\n3,5,4\n0,5,0\n", "fa", "mu=0,0,0 W=1,1,1 Psi=1,1,1",
              "column 'b' does not vary");
    m_refused("a,b\n1,2\n2,4\n3,6\n0,0\n", "ppca", "mu=0,0 W=1,1 sigma2=1", "sigma2 runs to 0");
    m_refused("a,b\n1,2\n2,4\n3,6\n0,0\n", "fa", "mu=0,0 W=1,1 Psi=1,1", "Heywood case");
    struct model *m = take(four, "ppca", "m=2");
    struct theta *t = start(m, "identity", NULL);
    e_refused(m, t, E_HARD, "it has no density");
    e_refused(m, t, E_UNIFORM, "no uniform distribution");
    e_refused(m, t, E_SWEEPS, "its E-step is exact");
    e_refused(m, t, E_ROWS, "cov is the same for all");
    theta_block(t, "W")[0] = 1e300;
    *noise_of(t) = 1e-300;
    e_refused(m, t, E_EXACT, "have no posterior");
    theta_free(t);
    model_free(m);
    for (int i = 0; i < 2; i++)
        bound_starved(four, names[i], "m=2");
}
END_TEST

START_TEST(starts)
{
    struct error e = {0};
    struct model *m = take(four, names[_i], "m=2 columns=a,b,c,d");
    gsl_rng *random = random_new(3, &e);
    for (const struct init_method *i = m->class->inits; i->name; i++) {
        struct theta *t = start(m, i->name, random), *other = start(m, i->name, random);
        ck_assert((blocks_distance(&t->b, &other->b) == 0.0) == (strcmp(i->name, "random") != 0));
        theta_free(t);
        theta_free(other);
    }
    ck_assert_str_eq(m->about, _i == 0 ? "4-D, m = 2 factors"
                                       : "4-D, m = 2 factors: more parameters than a covariance "
                                         "has entries, so Psi is not unique");
    gsl_rng_free(random);
    model_free(m);
    m = take("a,b\n1,2\n2,4\n3,6\n0,0\n", names[_i], "");
    ck_assert_uint_eq(m->m, 1);
    struct theta *t = theta_new(&m->theta, &e);
    ck_assert_int_eq(m->class->init(m, "pca", NULL, t, &e), -1);
    ck_assert_msg(strstr(e.message, "no variance is left") && e.hint[0], "%s", e.message);
    theta_free(t);
    model_free(m);
}
END_TEST

START_TEST(constant_columns)
{
    struct error e = {0};
    struct model *m = take(_i == 0 ? "a,b\n1,2\n1,2\n1,2\n" : "a,b\n1,2\n1,3\n1,4\n", names[_i],
                           "");
    struct theta *t = theta_new(&m->theta, &e);
    ck_assert_int_eq(m->class->init(m, "identity", NULL, t, &e), -1);
    ck_assert_msg(strstr(e.message, "column 'a' does not vary") && e.hint[0], "%s", e.message);
    theta_free(t);
    model_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("factor");
    TCase *c = tcase_create("factor");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, closed_form);
    tcase_add_test(c, em_reaches_it);
    tcase_add_test(c, quadrature);
    tcase_add_loop_test(c, identities, 0, 2);
    tcase_add_loop_test(c, tempered, 0, 2);
    tcase_add_test(c, hardly_any_noise);
    tcase_add_loop_test(c, like_mvn, 0, 2);
    tcase_add_loop_test(c, a_weight_is_a_repeated_row, 0, 2);
    tcase_add_loop_test(c, far_from_the_origin, 0, 2);
    tcase_add_loop_test(c, the_answer_is_the_maximum, 0, 2);
    tcase_add_test(c, refusals);
    tcase_add_loop_test(c, starts, 0, 2);
    tcase_add_loop_test(c, constant_columns, 0, 2);
    suite_add_tcase(s, c);
    return support_run(s);
}
