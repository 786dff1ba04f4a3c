/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mvn against print, against quadrature, against itself, and at its edges. */
#include <gsl/gsl_integration.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "bound.h"
#include "support.h"

enum { MU = 1u, SIGMA = 2u, BOTH = 3u };

/* Every pattern of three columns, a row with nothing observed, and weights. */
static const char mixed[] = "a,b,c,w\n1.2,2.0,-0.5,1\n0.3,NA,1.5,2\nNA,NA,0.7,1\n2.2,1.1,NA,3\n"
                            "NA,NA,NA,2\n-0.4,0.6,NA,1\n1.9,NA,NA,1\nNA,2.5,1.0,1\n"
                            "0.1,-1.0,0.4,2\nNA,0.2,NA,1\n";

static struct model *take(const char *csv, const char *options)
{
    struct error e = {0};
    struct model *m = bound_model(csv, "mvn", options, &e);
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

/* One E and M in place. */
static void iterate(const struct model *m, struct theta **t)
{
    struct latent *q = bound_posterior(m, *t);
    struct theta *next = bound_answer(m, q, *t, BOTH, NULL);
    latent_free(q);
    theta_free(*t);
    *t = next;
}

static double loglik(const struct model *m, const struct theta *t)
{
    return bound_terms(m, NULL, t, NULL).value[TERM_LOGLIK];
}

/* ---- print ---- */

START_TEST(cholesterol)
{
    static const double path[] = {-392.441163, -379.176049, -377.484008, -377.028805};
    static const double limit[] = {253.928571429, 230.642857143, 222.237170222,
                                   2194.994897959, 1454.617346939, 835.397937370,
                                   1454.617346939, 2127.158163265, 1515.467236526,
                                   835.397937370,  1515.467236526, 1952.232578101};
    struct model *m = bound_shipped("cholesterol", "mvn", "");
    struct theta *t = start(m, "available", NULL);
    for (int i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(loglik(m, t), path[i], 6e-7);
        iterate(m, &t);
        if (i == 0) {
            ck_assert_double_eq_tol(theta_block(t, "Sigma")[2], 522.812030075, 1e-9);
            ck_assert_double_eq_tol(theta_block(t, "Sigma")[5], 867.157894737, 1e-9);
        }
    }
    for (int i = 0; i < 80; i++)
        iterate(m, &t);
    for (int i = 0; i < 12; i++)
        ck_assert_double_eq_tol(t->b.v[i], limit[i], 1e-8);
    ck_assert_double_eq_tol(loglik(m, t), -376.915465323, 1e-9);
    theta_free(t);
    model_free(m);
}
END_TEST

START_TEST(apples)
{
    static const double mu2[] = {45.0, 46.65631356, 47.68941837};
    static const double s12[] = {-52.0, -67.1010146, -76.2099725};
    static const double slope = -78.0 / 77.0, s11 = 89.533950617; /* of y on x in closed form */
    static const double limit[] = {14.722222222, 49.333333333, s11, slope * s11, slope * s11,
                                   114.694955117};
    struct model *m = bound_shipped("apples", "mvn", "");
    struct theta *t = start(m, "available", NULL);
    for (int i = 0; i < 3; i++) {
        iterate(m, &t);
        ck_assert_double_eq_tol(theta_block(t, "mu")[1], mu2[i], 1e-8);
        ck_assert_double_eq_tol(theta_block(t, "Sigma")[1], s12[i], 1e-7);
    }
    for (int i = 0; i < 100; i++)
        iterate(m, &t);
    for (int i = 0; i < 6; i++)
        ck_assert_double_eq_tol(t->b.v[i], limit[i], 1e-8);
    theta_free(t);
    model_free(m);
}
END_TEST

/* Two maxima and a saddle between them: which is reached is the sign of the start's covariance. */
START_TEST(murray)
{
    static const double var[] = {1.0, 2.0001, 2.333485167, 2.444624014, 2.481684553};
    static const double cov[] = {0.01, 0.026666667, 0.035553778, 0.040630245, 0.044320648};
    static const double ll[] = {-34.703216561, -30.248094005, -30.052724506, -30.035263955,
                                -30.033435442};
    struct model *m = bound_shipped("murray", "mvn", "");
    struct theta *t = bound_theta(m, "mu=0,0 Sigma=1,0.01,0.01,1");
    for (int i = 0; i < 5; i++) {
        ck_assert_double_eq_tol(theta_block(t, "Sigma")[0], var[i], 1e-9);
        ck_assert_double_eq_tol(theta_block(t, "Sigma")[1], cov[i], 1e-9);
        ck_assert_double_eq_tol(loglik(m, t), ll[i], 1e-9);
        iterate(m, &t);
    }
    for (int i = 0; i < 300; i++)
        iterate(m, &t);
    ck_assert_double_eq_tol(theta_block(t, "Sigma")[0], 8.0 / 3.0, 1e-9);
    ck_assert_double_eq_tol(theta_block(t, "Sigma")[1], 4.0 / 3.0, 1e-9);
    ck_assert_double_eq_tol(loglik(m, t), -29.974286410465, 1e-11);
    theta_free(t);
    t = bound_theta(m, "mu=0,0 Sigma=1,0,0,1");
    for (int i = 0; i < 40; i++)
        iterate(m, &t);
    ck_assert_double_eq_tol(theta_block(t, "Sigma")[0], 2.5, 1e-12);
    ck_assert_double_eq(theta_block(t, "Sigma")[1], 0.0);
    ck_assert_double_eq_tol(loglik(m, t), -30.033342386268, 1e-11);
    theta_free(t);
    model_free(m);
}
END_TEST

/* ---- quadrature: one row (x, ·), its terms as integrals over the missing entry ---- */

enum { X_SEEN = 2 };

struct row {
    enum term term;
    double mean, var, logp; /* of q; log p(x) once it is known */
};

static double log_normal(double x, double mean, double var)
{
    return -0.5 * (log(2.0 * M_PI * var) + (x - mean) * (x - mean) / var);
}

/* log p(x = 2, z) for mu = (1,−1), Sigma = (1.5, 0.6; 0.6, 0.8) */
static double log_joint(double z)
{
    double a = X_SEEN - 1.0, b = z + 1.0, det = 1.5 * 0.8 - 0.36;
    return -log(2.0 * M_PI) - 0.5 * log(det) -
           0.5 * (0.8 * a * a - 1.2 * a * b + 1.5 * b * b) / det;
}

static double integrand(double z, void *context)
{
    const struct row *r = context;
    double log_q = log_normal(z, r->mean, r->var), log_p = log_joint(z);
    switch (r->term) {
    case TERM_LOGLIK:
        return exp(log_p);
    case TERM_Q:
        return exp(log_q) * log_p;
    case TERM_H:
        return exp(log_q) * (log_p - r->logp);
    case TERM_ENTROPY:
        return -exp(log_q) * log_q;
    case TERM_ELBO:
        return exp(log_q) * (log_p - log_q);
    default:
        return exp(log_q) * (log_q - log_p + r->logp);
    }
}

/* Within 12 of the middle the integrands are all there is. */
static double integral(struct row *r, enum term term)
{
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(500);
    gsl_function f = {integrand, r};
    double value, error;
    r->term = term;
    gsl_integration_qag(&f, r->mean - 12.0, r->mean + 12.0, 1e-13, 1e-12, 500, GSL_INTEG_GAUSS31,
                        w, &value, &error);
    gsl_integration_workspace_free(w);
    return value;
}

START_TEST(quadrature)
{
    static const double q_cases[][2] = {{-0.6, 0.56}, {0.5, 0.2}, {-2.0, 1.3}};
    struct model *m = take("x,y\n2,NA\n2,1\n", "");
    struct theta *t = bound_theta(m, "mu=1,-1 Sigma=1.5,0.6,0.6,0.8");
    struct latent *q = bound_posterior(m, t);
    ck_assert_double_eq_tol(latent_block(q, "mean")[1], -0.6, 1e-14);
    ck_assert_double_eq_tol(latent_block(q, "cov")[3], 0.56, 1e-14);
    for (size_t c = 0; c < 3; c++) {
        struct row r = {.mean = q_cases[c][0], .var = q_cases[c][1]};
        latent_block(q, "mean")[1] = r.mean;
        latent_block(q, "cov")[3] = r.var;
        struct terms terms = bound_terms(m, q, t, NULL);
        r.logp = log(integral(&r, TERM_LOGLIK));
        for (int i = TERM_LOGLIK; i <= TERM_ENTROPY; i++) {
            double want = i == TERM_LOGLIK ? r.logp : integral(&r, (enum term)i);
            /* the second row is seen whole: its density is a share of ℓ, ELBO and Q */
            if (i == TERM_LOGLIK || i == TERM_ELBO || i == TERM_Q)
                want += log_joint(1.0);
            support_close(terms.value[i], want, 1e-9, term_name(MODEL_EM, (enum term)i)->key);
        }
    }
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* ---- identities ---- */

static void check_identities(const char *options)
{
    struct error e = {0};
    struct model *m = take(mixed, options);
    gsl_rng *random = random_new(7, &e);
    for (int i = 0; i < 20; i++) {
        struct theta *here = start(m, "random", random), *there = start(m, "random", random);
        struct latent *q = bound_posterior(m, there);
        struct e_how how = {.kind = i % 2 ? E_RANDOM : E_TEMPERED, .beta = 0.3, .random = random};
        struct terms t = bound_terms(m, q, here, NULL);
        bound_identities(&t, "the posterior of another θ");
        ck_assert_double_gt(t.value[TERM_KL], 1e-3);
        ck_assert_int_eq(m->class->e_step(m, here, &how, q, &e), 0);
        ck_assert_int_eq(m->class->q_valid(m, q, &e), 0);
        t = bound_terms(m, q, here, NULL);
        bound_identities(&t, "tempered or random");
        ck_assert_double_gt(t.value[TERM_KL], 1e-3);
        latent_free(q);
        q = bound_posterior(m, here);
        t = bound_terms(m, q, here, NULL);
        ck_assert_double_eq_tol(t.value[TERM_KL], 0.0, 1e-11);
        latent_free(q);
        theta_free(here);
        theta_free(there);
    }
    gsl_rng_free(random);
    model_free(m);
}

/* Four columns: two observed and two missing is the least where a slope taken for its transpose
 * shows. */
START_TEST(identities)
{
    check_identities("weights=w");
    check_identities("columns=a,b,c,w");
}
END_TEST

START_TEST(a_weight_is_a_repeated_row)
{
    struct model *weighted = take("a,b,w\n1,2,2\n0,NA,3\nNA,1,1\n2,4,1\n-1,0.5,1\n", "weights=w");
    struct model *repeated =
        take("a,b\n1,2\n1,2\n0,NA\n0,NA\n0,NA\nNA,1\n2,4\n-1,0.5\n", "");
    struct theta *a = start(weighted, "available", NULL);
    struct theta *b = start(repeated, "available", NULL);
    for (int i = 0; i < 3; i++) {
        for (size_t j = 0; j < a->b.layout->size; j++)
            support_close(a->b.v[j], b->b.v[j], 1e-13, "θ");
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

/* ---- the M-step's answer is the maximum over the blocks that move ---- */

static double objective(const struct model *m, const struct latent *q, const struct theta *t,
                        const struct prior *prior)
{
    struct terms terms = bound_terms(m, q, t, prior);
    return terms_objective(&terms);
}

/* Moves entry i (and its mirror image) of block b by s. */
static struct theta *moved(const struct theta *t, const struct block *b, size_t i, double s)
{
    struct error e = {0};
    struct theta *to = theta_copy(t, &e);
    double *v = to->b.v + b->offset;
    size_t d = b->dim[0], mirror = b->rank == 2 ? i % d * d + i / d : i;
    v[i] += s;
    if (mirror != i)
        v[mirror] += s;
    return to;
}

static void check_maximum(const struct model *m, const struct latent *q, const struct theta *from,
                          unsigned blocks, const struct prior *prior)
{
    struct theta *best = bound_answer(m, q, from, blocks, prior);
    double top = objective(m, q, best, prior);
    ck_assert_double_gt(top, objective(m, q, from, prior));
    for (size_t k = 0; k < m->theta.nblock; k++) {
        const struct block *b = &m->theta.block[k];
        if (!(blocks >> k & 1u)) {
            ck_assert_mem_eq(best->b.v + b->offset, from->b.v + b->offset,
                             b->size * sizeof(double));
            continue;
        }
        for (size_t i = 0; i < 2 * b->size; i++) {
            struct theta *to = moved(best, b, i / 2, i % 2 ? 1e-4 : -1e-4);
            ck_assert_double_lt(objective(m, q, to, prior), top);
            theta_free(to);
        }
    }
    theta_free(best);
}

START_TEST(the_answer_is_the_maximum)
{
    double v[20];
    struct model *m = take(mixed, "weights=w");
    struct prior prior =
        bound_prior(m, v, "m0=1,0,2 kappa0=3 S0=2,0.5,0,0.5,1,0,0,0,4 nu0=6");
    struct theta *from = bound_theta(m, "mu=0,1,0.5 Sigma=2,0.3,0,0.3,1,0.2,0,0.2,1.5");
    struct latent *q = bound_posterior(m, from);
    theta_block(from, "mu")[0] = 0.7;
    for (unsigned blocks = MU; blocks <= BOTH; blocks++) {
        check_maximum(m, q, from, blocks, NULL);
        check_maximum(m, q, from, blocks, &prior);
    }
    latent_free(q);
    theta_free(from);
    model_free(m);
}
END_TEST

/* ---- E ---- */

START_TEST(rows_alone)
{
    struct error e = {0};
    struct model *m = take(mixed, "columns=a,b,c");
    struct theta *here = bound_theta(m, "mu=0,1,0.5 Sigma=2,0.3,0,0.3,1,0.2,0,0.2,1.5");
    struct theta *there = bound_theta(m, "mu=1,0,2 Sigma=1,0.5,0,0.5,1,0,0,0,1");
    struct latent *old = bound_posterior(m, there), *new = bound_posterior(m, here);
    struct latent *q = latent_copy(old, &e);
    struct e_how how = {.kind = E_ROWS, .first = 2, .last = 3};
    ck_assert_int_eq(m->class->e_step(m, here, &how, q, &e), 0);
    for (size_t i = 0; i < m->obs.n; i++) {
        const struct latent *from = i == 1 || i == 2 ? new : old;
        ck_assert_mem_eq(latent_block(q, "mean") + 3 * i, latent_block(from, "mean") + 3 * i,
                         3 * sizeof(double));
        ck_assert_mem_eq(latent_block(q, "cov") + 9 * i, latent_block(from, "cov") + 9 * i,
                         9 * sizeof(double));
    }
    how = (struct e_how){.kind = E_TEMPERED, .beta = 4.0};
    ck_assert_int_eq(m->class->e_step(m, here, &how, q, &e), 0);
    ck_assert_double_eq_tol(latent_block(q, "cov")[9 + 4], latent_block(new, "cov")[9 + 4] / 4.0,
                            1e-15);
    latent_free(old);
    latent_free(new);
    latent_free(q);
    theta_free(here);
    theta_free(there);
    model_free(m);
}
END_TEST

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

START_TEST(no_density)
{
    struct model *m = take(mixed, "columns=a,b,c");
    struct theta *t = start(m, "available", NULL);
    e_refused(m, t, E_HARD, "it has no density");
    e_refused(m, t, E_UNIFORM, "no uniform distribution");
    e_refused(m, t, E_SWEEPS, "its E-step is exact");
    theta_block(t, "Sigma")[1] = theta_block(t, "Sigma")[3] = 100.0;
    e_refused(m, t, E_EXACT, "Sigma is not positive definite");
    ck_assert_double_nan(loglik(m, t));
    theta_free(t);
    model_free(m);
}
END_TEST

/* Sets one entry of q, which must then be refused. */
static void q_refused(const struct model *m, const struct latent *from, const char *block,
                      size_t at, double v, const char *words)
{
    struct error e = {0};
    struct latent *q = latent_copy(from, &e);
    latent_block(q, block)[at] = v;
    ck_assert_int_eq(m->class->q_valid(m, q, &e), -1);
    ck_assert_msg(strstr(e.message, words) && e.hint[0], "'%s' lacks '%s'", e.message, words);
    latent_free(q);
}

START_TEST(q_by_hand)
{
    struct error e = {0};
    struct model *m = take(mixed, "columns=a,b,c");
    struct theta *t = start(m, "available", NULL);
    struct latent *q = bound_posterior(m, t);
    ck_assert_int_eq(m->class->q_valid(m, q, &e), 0);
    q_refused(m, q, "mean", 3, 5.0, "mean[2,1] is 5, but 'a' of row 2 was observed: it is 0.3");
    q_refused(m, q, "cov", 9, 1.0, "cov[2,1,1] must be 0");
    q_refused(m, q, "cov", 9 + 1, 1.0, "cov[2,1,2] must be 0");
    q_refused(m, q, "cov", 9 + 4, 0.0, "cov[2] over the missing entries of row 2");
    q_refused(m, q, "cov", 18 + 1, 0.1, "not symmetric and positive definite");
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* ---- data and starts ---- */

static void table_refused(const char *csv, const char *words)
{
    struct error e = {0};
    struct model *m = bound_model(csv, "mvn", "", &e);
    ck_assert_msg(!m, "taken: %s", csv);
    ck_assert_msg(strstr(e.message, words) && e.hint[0], "'%s' lacks '%s'", e.message, words);
}

static void m_refused(const char *csv, const char *words)
{
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = BOTH};
    struct model *m = take(csv, "");
    struct theta *t = start(m, "identity", NULL), *before = theta_copy(t, &e);
    struct latent *q = bound_posterior(m, t);
    ck_assert_int_eq(m->class->m_step(m, q, &how, NULL, t, &e), -1);
    ck_assert_msg(strstr(e.message, words) && e.hint[0], "'%s' lacks '%s'", e.message, words);
    ck_assert_mem_eq(t->b.v, before->b.v, m->theta.size * sizeof(double));
    theta_free(t);
    theta_free(before);
    latent_free(q);
    model_free(m);
}

START_TEST(data_refused)
{
    struct error e = {0};
    table_refused("a,b\n1,NA\n2,NA\n", "column 'b' has no observed entry");
    m_refused("a,b\n1,3\n1,4\n1,6\n", "column 'a' does not vary");
    m_refused("a,b,c\n1,3,4\n2,5,5\n4,9,2\n5,11,3\n", "column 'b' is a linear combination");
    m_refused("a,b,c\n1,3,4\n2,4,5\n", "(2 rows, 3 columns)");
    struct model *m = take("a,b\n1,3\n1,4\n1,NA\n", "");
    struct theta *t = theta_new(&m->theta, &e);
    ck_assert_int_eq(m->class->init(m, "available", NULL, t, &e), -1);
    ck_assert_msg(strstr(e.message, "column 'a' does not vary") && e.hint[0], "%s", e.message);
    theta_free(t);
    model_free(m);
    bound_starved(mixed, "mvn", "weights=w");
}
END_TEST

/* A prior makes the maximum exist where the data alone do not. */
START_TEST(a_prior_mends_it)
{
    double v[16];
    struct model *m = take("a,b\n1,3\n1,4\n1,NA\n", "");
    struct prior prior = bound_prior(m, v, "m0=0,0 kappa0=1 S0=1,0,0,1 nu0=4");
    struct theta *t = start(m, "identity", NULL);
    struct latent *q = bound_posterior(m, t);
    check_maximum(m, q, t, BOTH, &prior);
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

START_TEST(starts)
{
    struct error e = {0};
    struct model *m = take(mixed, "columns=a,b,c");
    gsl_rng *random = random_new(3, &e);
    ck_assert_str_eq(m->about, "3-D, 13 of 30 entries missing, 8 patterns; 1 row has nothing "
                               "observed");
    for (const struct init_method *i = m->class->inits; i->name; i++) {
        struct theta *t = start(m, i->name, random), *other = start(m, i->name, random);
        bool same = blocks_distance(&t->b, &other->b) == 0.0;
        ck_assert(same == (strcmp(i->name, "random") != 0));
        theta_free(t);
        theta_free(other);
    }
    gsl_rng_free(random);
    model_free(m);
}
END_TEST

/* A new point's density is what the same row adds to ℓ. */
/* The published regression of Y3 on Y1 and Y2, at the limit of EM. */
START_TEST(a_missing_entry_by_regression)
{
    struct error e = {0};
    struct model *m = bound_shipped("cholesterol", "mvn", "");
    struct theta *t = start(m, "available", NULL);
    double x[] = {270.0, 218.0, NAN}, mean[3], sd[3];
    for (int i = 0; i < 200; i++)
        iterate(m, &t);
    ck_assert_int_eq(m->class->complete(m, t, x, mean, sd, &e), 0);
    ck_assert(mean[0] == 270.0 && mean[1] == 218.0 && sd[0] == 0.0 && sd[1] == 0.0);
    support_close(mean[2], 74.023633692 - 0.167398995 * 270.0 + 0.826910170 * 218.0, 1e-8,
                  "the conditional mean");
    support_close(sd[2] * sd[2], 838.922082912, 1e-8, "the residual variance");
    theta_free(t);
    model_free(m);
}
END_TEST

START_TEST(prediction)
{
    struct error e = {0};
    struct model *with = take("a,b\n1,2\n0,1\n3,NA\n", ""), *without = take("a,b\n1,2\n0,1\n", "");
    struct theta *t = bound_theta(with, "mu=1,0 Sigma=2,0.7,0.7,1");
    struct theta *same = bound_theta(without, "mu=1,0 Sigma=2,0.7,0.7,1");
    double x[] = {3.0, NAN}, log_density;
    ck_assert_int_eq(with->class->predict(with, t, x, NULL, &log_density, &e), 0);
    support_close(log_density, loglik(with, t) - loglik(without, same), 1e-12, "(3, NA)");
    x[0] = NAN;
    ck_assert_int_eq(with->class->predict(with, t, x, NULL, &log_density, &e), 0);
    ck_assert_double_eq(log_density, 0.0);
    theta_free(t);
    theta_free(same);
    model_free(with);
    model_free(without);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mvn");
    TCase *c = tcase_create("mvn");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, cholesterol);
    tcase_add_test(c, apples);
    tcase_add_test(c, murray);
    tcase_add_test(c, quadrature);
    tcase_add_test(c, identities);
    tcase_add_test(c, a_weight_is_a_repeated_row);
    tcase_add_test(c, the_answer_is_the_maximum);
    tcase_add_test(c, rows_alone);
    tcase_add_test(c, no_density);
    tcase_add_test(c, q_by_hand);
    tcase_add_test(c, data_refused);
    tcase_add_test(c, a_prior_mends_it);
    tcase_add_test(c, starts);
    tcase_add_test(c, a_missing_entry_by_regression);
    tcase_add_test(c, prediction);
    suite_add_tcase(s, c);
    return support_run(s);
}
