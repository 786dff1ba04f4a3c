/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AIC, BIC and ICL against published numbers; many starts; labels; draws from a model against its
 * θ. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#include "base/memory.h"
#include "em/align.h"
#include "em/criteria.h"
#include "em/starts.h"

/* ---- helpers ---------------------------------------------------------------------------- */

/* A shipped data set, or three columns of zeros and ones. */
static struct machine *machine_of(const char *data, const char *model, const char *options)
{
    struct error e = {0};
    if (strcmp(data, "zeros and ones") != 0)
        return support_machine(data, model, options);
    struct dataset *d = dataset_new(data, 40, 3, &e);
    for (size_t i = 0; i < 40; i++)
        for (size_t j = 0; j < 3; j++)
            d->column[j].value[i] = (double)(i % (j + 2) == 0);
    struct machine *m = support_machine_on(d, model, options);
    dataset_free(d);
    return m;
}

static void run_to(struct machine *m, double tol)
{
    struct error e = {0};
    struct run_how how = {.max = 100000, .tol = tol};
    struct run_result r;
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
    ck_assert_int_eq(r.verdict, VERDICT_CONVERGED);
}

static struct criteria criteria_here(const struct machine *m)
{
    struct error e = {0};
    struct criteria c;
    ck_assert_msg(criteria_make(m, machine_here(m)->theta, &c, &e) == 0, "%s", e.message);
    return c;
}

static struct starts many(const struct machine *m, const char *method, size_t n,
                          unsigned long seed)
{
    struct error e = {0};
    struct starts s;
    struct starts_how how = {.n = n, .seed = seed, .method = method,
                             .run = {.max = 20000, .tol = 1e-10}};
    ck_assert_msg(starts_run(m, &how, &s, &e) == 0, "%s", e.message);
    return s;
}

/* The best of some starts. */
static struct criteria best_of(const char *data, const char *options, size_t n)
{
    struct error e = {0};
    struct machine *m = support_machine(data, "gmm", options);
    struct starts s = many(m, "kmeans", n, 1);
    struct criteria c;
    ck_assert(s.noptimum > 0);
    ck_assert_msg(starts_take(m, &s.optimum[0], &e) == 0, "%s", e.message);
    c = criteria_here(m);
    starts_clear(&s);
    machine_free(m);
    return c;
}

/* ---- criteria: PUBLISHED.md 4 and 7 (mclust has the other sign) --------------------------- */

static const struct {
    const char *data, *options;
    size_t parameters;
    double loglik, bic, tol;
} published[] = {
    {"faithful", "k=2", 11, -1130.26396018, 2322.19, 5e-6},
    {"faithful", "k=2 cov=tied", 8, -1140.18676, 2325.219937, 1e-8},
    {"iris", "k=2 columns=1,2,3,4", 29, -214.3547, 574.0178, 1e-7},
    {"iris", "k=3 columns=1,2,3,4", 44, -180.1854771, 580.8389, 1e-7},
};

START_TEST(bic_as_published)
{
    struct criteria c = best_of(published[_i].data, published[_i].options, 5);
    ck_assert_uint_eq(c.parameters, published[_i].parameters);
    support_close(c.loglik, published[_i].loglik, 5e-7, "ℓ");
    support_close(c.bic, published[_i].bic, published[_i].tol, "BIC");
    support_close(c.aic, -2.0 * c.loglik + 2.0 * (double)c.parameters, 1e-14, "AIC");
}
END_TEST

/* mclust stopped EEE,3 at ℓ = −1126.326236, 0.01 short of the limit: so far along the slow
 * direction ICL moves by 0.6. */
START_TEST(icl_as_published)
{
    struct machine *m = support_machine("faithful", "gmm", "k=3 cov=tied");
    struct starts s = many(m, "kmeans", 20, 1);
    struct error e = {0};
    size_t at = 0;
    while (at < s.noptimum && fabs(s.optimum[at].value + 1126.31592782) > 1e-4)
        at++;
    ck_assert_msg(at < s.noptimum, "no start reached the published optimum");
    ck_assert_int_eq(starts_take(m, &s.optimum[at], &e), 0);
    struct criteria c = criteria_here(m);
    ck_assert_uint_eq(c.parameters, 11);
    support_close(c.bic, 2.0 * 1126.31592782 + 11.0 * log(272.0), 1e-7, "BIC at the limit");
    support_close(c.bic, 2314.316296, 1e-5, "BIC, mclust's");
    support_close(c.icl, 2357.824, 3e-4, "ICL, mclust's");
    starts_clear(&s);
    machine_free(m);
}
END_TEST

START_TEST(aic_as_published)
{
    struct criteria c = best_of("faithful", "k=2", 1);
    support_close(c.aic, 2282.528, 5e-7, "AIC");
}
END_TEST

START_TEST(one_component_is_certain)
{
    struct criteria c = best_of("faithful", "k=1", 1);
    ck_assert(c.icl == c.bic);
}
END_TEST

/* Weights are observations; the counts of linkage are; a rotation of W is no parameter; nor is a
 * frozen block. */
START_TEST(what_is_counted)
{
    struct machine *m = support_machine("deaths", "poisson",
                                        "k=2 columns=deaths weights=frequency");
    support_theta(m, "pi=0.4,0.6 lambda=1,3");
    struct criteria c = criteria_here(m);
    ck_assert(c.size == 1096.0 && c.parameters == 3);
    machine_freeze(m, 1u);
    ck_assert_uint_eq(criteria_here(m).parameters, 2);
    machine_free(m);

    m = support_machine("linkage", "linkage", "columns=count");
    support_theta(m, "p=0.6");
    c = criteria_here(m);
    ck_assert(c.size == 197.0 && c.parameters == 1 && isnan(c.icl));
    machine_free(m);

    m = support_machine("iris", "ppca", "m=2 columns=1,2,3,4");
    support_theta(m, "mu=6,3,4,1 W=1,0,0,1,1,1,0,1 sigma2=1");
    c = criteria_here(m);
    ck_assert(c.size == 150.0 && c.parameters == 4 + 8 + 1 - 1);
    machine_free(m);
}
END_TEST

START_TEST(no_likelihood_no_criteria)
{
    struct error e = {0};
    struct criteria c;
    struct machine *m = support_machine("sim_ising_6x8", "ising",
                                        "columns=x rows=6 cols=8 J=0.4 noise=gaussian");
    support_theta(m, "sigma2=1");
    ck_assert_int_eq(criteria_make(m, machine_here(m)->theta, &c, &e), -1);
    ck_assert_ptr_nonnull(strstr(e.message, "no log-likelihood"));
    machine_free(m);
}
END_TEST

/* ---- starts ----------------------------------------------------------------------------- */

START_TEST(galaxies_has_several_optima)
{
    struct machine *m = support_machine("galaxies", "gmm", "k=3");
    struct starts s = many(m, "random", 20, 1), again = many(m, "random", 20, 1);
    size_t total = s.nrefused;
    ck_assert_uint_ge(s.noptimum, 2);
    ck_assert_uint_eq(s.done, 20);
    ck_assert_uint_eq(s.noptimum, again.noptimum);
    for (size_t i = 0; i < s.noptimum; i++) {
        total += s.optimum[i].starts;
        ck_assert(i == 0 || s.optimum[i].value < s.optimum[i - 1].value);
        ck_assert(s.optimum[i].value == again.optimum[i].value);
        ck_assert_uint_le(s.optimum[i].fewest, s.optimum[i].most);
    }
    ck_assert_uint_eq(total, 20);
    ck_assert_ptr_null(machine_here(m)); /* the machine itself was left alone */
    starts_clear(&s);
    starts_clear(&again);
    machine_free(m);
}
END_TEST

/* The seed of a row, by hand. */
START_TEST(a_row_can_be_had_again)
{
    struct error e = {0};
    struct machine *m = support_machine("galaxies", "gmm", "k=3");
    struct starts s = many(m, "random", 20, 1);
    for (size_t i = 0; i < s.noptimum; i++) {
        gsl_rng *random = random_new(s.optimum[i].seed, &e);
        struct theta *t = theta_new(&m->model->theta, &e);
        ck_assert_int_eq(m->model->class->init(m->model, "random", random, t, &e), 0);
        ck_assert_int_eq(machine_start(m, t, &e), 0);
        run_to(m, 1e-10);
        ck_assert(machine_here(m)->terms.value[TERM_ELBO] == s.optimum[i].value);
        theta_free(t);
        gsl_rng_free(random);
    }
    starts_clear(&s);
    machine_free(m);
}
END_TEST

/* ℓ does not know labels: renumbered θ has the ℓ that its optimum had, and near optima have near
 * components under the same number. */
START_TEST(optima_are_renumbered)
{
    struct machine *m = support_machine("galaxies", "gmm", "k=3");
    struct starts s = many(m, "random", 20, 1);
    size_t k = m->model->k, match[3];
    double gain[9];
    struct error e = {0};
    struct latent *best = align_posterior(m->model, s.optimum[0].theta, &e);
    for (size_t i = 1; i < s.noptimum; i++) {
        struct terms t;
        model_terms(m->model, NULL, NULL, s.optimum[i].theta, TERM_BIT(TERM_LOGLIK), &t);
        support_close(t.value[TERM_LOGLIK], s.optimum[i].value, 1e-12, "ℓ after renumbering");
        struct latent *q = align_posterior(m->model, s.optimum[i].theta, &e);
        align_overlap(m->model, best, q, gain);
        ck_assert_int_eq(align_best(k, gain, match, &e), 0);
        for (size_t j = 0; j < k; j++)
            ck_assert_uint_eq(match[j], j);
        latent_free(q);
    }
    latent_free(best);
    starts_clear(&s);
    machine_free(m);
}
END_TEST

START_TEST(degenerate_starts_are_told)
{
    struct machine *m = support_machine("galaxies", "gmm", "k=12");
    struct starts s = many(m, "random", 10, 1);
    ck_assert_uint_gt(s.nrefused, 0);
    for (size_t i = 0; i < s.nrefused; i++)
        ck_assert_msg(strstr(s.refused[i].why, "component"), "%s", s.refused[i].why);
    starts_clear(&s);
    machine_free(m);
}
END_TEST

START_TEST(interrupted_between_starts)
{
    struct error e = {0};
    struct starts s;
    volatile sig_atomic_t flag = 1;
    struct machine *m = support_machine("galaxies", "gmm", "k=3");
    struct starts_how how = {.n = 5, .seed = 1, .method = "random",
                             .run = {.max = 10, .tol = 1e-8, .interrupt = &flag}};
    ck_assert_int_eq(starts_run(m, &how, &s, &e), 0);
    ck_assert(s.interrupted && s.done == 0 && s.noptimum == 0);
    starts_clear(&s);
    machine_free(m);
}
END_TEST

/* The n-th allocation fails: an error or a result, nothing else. */
START_TEST(starts_without_memory)
{
    struct machine *m = support_machine("coins", "binomial", "k=2");
    struct starts_how how = {.n = 3, .seed = 1, .method = "random",
                             .run = {.max = 3, .tol = 1e-8}};
    for (long n = 0; n < 400; n++) {
        struct error e = {0};
        struct starts s;
        mem_fail_after(n);
        int r = starts_run(m, &how, &s, &e);
        mem_fail_after(-1);
        if (r == 0)
            starts_clear(&s);
        else
            ck_assert_str_ne(e.message, "");
    }
    machine_free(m);
}
END_TEST

/* ---- labels ----------------------------------------------------------------------------- */

/* The best permutation by trying them all. */
static double best_by_trying(size_t k, const double *gain, size_t i, unsigned used)
{
    double best = i == k ? 0.0 : -INFINITY;
    for (size_t j = 0; i < k && j < k; j++)
        if (!(used >> j & 1u))
            best = fmax(best, gain[i * k + j] + best_by_trying(k, gain, i + 1, used | 1u << j));
    return best;
}

START_TEST(the_best_permutation)
{
    struct error e = {0};
    gsl_rng *random = random_new((unsigned long)_i, &e);
    size_t k = 1 + (size_t)_i % 7, match[7];
    double gain[49], sum = 0.0;
    unsigned used = 0;
    for (size_t i = 0; i < k * k; i++) /* with ties */
        gain[i] = _i % 2 ? gsl_rng_uniform(random) : floor(4.0 * gsl_rng_uniform(random));
    ck_assert_int_eq(align_best(k, gain, match, &e), 0);
    for (size_t i = 0; i < k; i++) {
        sum += gain[i * k + match[i]];
        used |= 1u << match[i];
    }
    ck_assert_uint_eq(used, (1u << k) - 1u);
    support_close(sum, best_by_trying(k, gain, 0, 0), 1e-12, "gain");
    gsl_rng_free(random);
}
END_TEST

/* Every index that is a value of z is renumbered, and no other: ℓ stays. */
static const struct {
    const char *data, *model, *options, *init;
} renumbered[] = {
    {"faithful", "gmm", "k=3", "kmeans"},
    {"faithful", "gmm", "k=2", "kmeans"}, /* k = d: an index of a column is none of z */
    {"faithful", "gmm", "k=2 cov=tied", "kmeans"},
    {"faithful", "gmm", "k=2 cov=diag", "kmeans"},
    {"faithful", "gmm", "k=2 cov=spherical", "kmeans"},
    {"coins", "binomial", "k=3", "random"},
    {"deaths", "poisson", "k=2 columns=deaths weights=frequency", "kmeans"},
    {"sim_exp_200", "exponential", "k=3 columns=x", "kmeans"},
    {"zeros and ones", "bernoulli", "k=3", "kmeans"},
    {"geyser", "hmm", "k=3 columns=duration", "kmeans"},
    {"sim_hmm_60", "hmm", "k=3 emission=categorical columns=symbol symbols=4", "kmeans"},
};
enum { RENUMBERED = sizeof renumbered / sizeof *renumbered };

static struct machine *started(const char *data, const char *model, const char *options,
                               const char *method)
{
    struct error e = {0};
    struct machine *m = machine_of(data, model, options);
    gsl_rng *random = random_new(5, &e);
    struct theta *t = theta_new(&m->model->theta, &e);
    ck_assert_msg(m->model->class->init(m->model, method, random, t, &e) == 0, "%s", e.message);
    ck_assert_msg(machine_start(m, t, &e) == 0, "%s", e.message);
    support_e(m);
    support_m(m);
    support_e(m);
    support_m(m);
    theta_free(t);
    gsl_rng_free(random);
    return m;
}

START_TEST(renumbering_leaves_the_likelihood)
{
    struct error e = {0};
    struct machine *m = started(renumbered[_i].data, renumbered[_i].model, renumbered[_i].options,
                                renumbered[_i].init);
    const struct theta *theta = machine_here(m)->theta;
    const size_t turn[3] = {1, m->model->k > 2 ? 2u : 0u, 0};
    struct theta *other = theta_copy(theta, &e);
    struct terms was, is;
    align_relabel(&theta->b, turn, &other->b);
    ck_assert(other->b.v[0] == theta->b.v[1]);
    ck_assert(blocks_distance(&theta->b, &other->b) > 1e-6);
    model_terms(m->model, NULL, NULL, theta, TERM_BIT(TERM_LOGLIK), &was);
    model_terms(m->model, NULL, NULL, other, TERM_BIT(TERM_LOGLIK), &is);
    support_close(is.value[TERM_LOGLIK], was.value[TERM_LOGLIK], 1e-12, "ℓ");
    theta_free(other);
    machine_free(m);
}
END_TEST

/* ---- draws ------------------------------------------------------------------------------ */

enum { DRAWS = 20000 };

struct drawn {
    double *x, *z;
};

static struct drawn draw(const struct machine *m, unsigned long seed)
{
    struct error e = {0};
    const struct model *model = m->model;
    gsl_rng *random = random_new(seed, &e);
    struct drawn s = {NEW_ARRAY(DRAWS * model->obs.d, double), NEW_ARRAY(DRAWS, double)};
    ck_assert_msg(model->class->sample(model, machine_here(m)->theta, random, DRAWS, s.x,
                                       model->k ? s.z : NULL, &e) == 0, "%s", e.message);
    gsl_rng_free(random);
    return s;
}

static void drawn_clear(struct drawn *s)
{
    mem_free(s->x);
    mem_free(s->z);
}

/* Mean of column j where z = k (0: everywhere); how many rows in *n, their variance in *var. */
static double mean_of(const struct drawn *s, size_t d, size_t j, double k, double *n, double *var)
{
    double sum = 0.0, square = 0.0, count = 0.0;
    for (size_t i = 0; i < DRAWS; i++)
        if (k == 0.0 || s->z[i] == k) {
            sum += s->x[i * d + j];
            square += s->x[i * d + j] * s->x[i * d + j];
            count += 1.0;
        }
    *n = count;
    *var = square / count - sum / count * (sum / count);
    return sum / count;
}

/* A mean of n draws of this variance lies within five of its standard deviations. */
static void check_mean(double is, double wanted, double variance, double n, const char *what)
{
    ck_assert_msg(fabs(is - wanted) <= 5.0 * sqrt(variance / n), "%s: %g, expected %g", what, is,
                  wanted);
}

static const struct {
    const char *data, *model, *options, *theta;
    double pi[2];
    double mean[2], variance[2]; /* of the first column, where z = 1 and 2 */
} mixtures[] = {
    {"faithful", "gmm", "k=2 cov=full",
     "pi=0.3,0.7 mu=1,2,5,6 Sigma=2,1,1,3,4,-1,-1,1", {0.3, 0.7}, {1, 5}, {2, 4}},
    {"faithful", "gmm", "k=2 cov=spherical", "pi=0.5,0.5 mu=1,2,5,6 Sigma=2,9", {0.5, 0.5},
     {1, 5}, {2, 9}},
    {"coins", "binomial", "k=2", "pi=0.25,0.75 p=0.8,0.3", {0.25, 0.75}, {8, 3}, {1.6, 2.1}},
    {"deaths", "poisson", "k=2 columns=deaths", "pi=0.9,0.1 lambda=1.5,7", {0.9, 0.1},
     {1.5, 7}, {1.5, 7}},
    {"sim_exp_200", "exponential", "k=2 columns=x", "pi=0.4,0.6 rate=2,0.1", {0.4, 0.6}, {0.5, 10},
     {0.25, 100}},
    {"geyser", "hmm", "k=2 columns=duration", "pi=1,0 A=0.5,0.5,0.25,0.75 mu=1,9 Sigma=1,4",
     {1.0 / 3, 2.0 / 3}, {1, 9}, {1, 4}},
};
enum { MIXTURES = sizeof mixtures / sizeof *mixtures };

START_TEST(moments_of_a_mixture)
{
    struct machine *m = support_machine(mixtures[_i].data, mixtures[_i].model,
                                        mixtures[_i].options);
    support_theta(m, mixtures[_i].theta);
    struct drawn s = draw(m, 7);
    for (size_t k = 0; k < 2; k++) {
        double n, var, pi = mixtures[_i].pi[k];
        double mean = mean_of(&s, m->model->obs.d, 0, (double)k + 1, &n, &var);
        /* a chain's visits vary more than independent ones do */
        check_mean(n / DRAWS, pi, 4.0 * pi * (1.0 - pi), DRAWS, "share of a component");
        check_mean(mean, mixtures[_i].mean[k], mixtures[_i].variance[k], n, "mean");
        support_close(var, mixtures[_i].variance[k], 0.15, "variance");
    }
    drawn_clear(&s);
    machine_free(m);
}
END_TEST

START_TEST(correlations_of_a_mixture)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2");
    support_theta(m, "pi=0.3,0.7 mu=1,2,5,6 Sigma=2,1,1,3,4,-1,-1,1");
    struct drawn s = draw(m, 11);
    double cross[2] = {0, 0}, n[2] = {0, 0};
    for (size_t i = 0; i < DRAWS; i++) {
        size_t k = (size_t)s.z[i] - 1;
        cross[k] += (s.x[2 * i] - (k ? 5.0 : 1.0)) * (s.x[2 * i + 1] - (k ? 6.0 : 2.0));
        n[k] += 1.0;
    }
    support_close(cross[0] / n[0], 1.0, 0.15, "covariance of component 1");
    support_close(cross[1] / n[1], -1.0, 0.15, "covariance of component 2");
    drawn_clear(&s);
    machine_free(m);
}
END_TEST

/* Models of normal rows: mean and covariance of all of them are component_moments'. */
static const struct {
    const char *data, *model, *options, *theta;
} normals[] = {
    {"faithful", "mvn", "", "mu=1,-2 Sigma=2,1.5,1.5,3"},
    {"faithful", "ppca", "m=1", "mu=1,-2 W=1,2 sigma2=0.5"},
    {"faithful", "fa", "m=1", "mu=1,-2 W=1,2 Psi=0.5,2"},
};
enum { NORMALS = sizeof normals / sizeof *normals };

START_TEST(moments_of_normal_rows)
{
    struct machine *m = support_machine(normals[_i].data, normals[_i].model, normals[_i].options);
    double mean[2], cov[4], cross = 0.0, n, var;
    support_theta(m, normals[_i].theta);
    m->model->class->component_moments(m->model, machine_here(m)->theta, 0, mean, cov);
    struct drawn s = draw(m, 3);
    for (size_t j = 0; j < 2; j++) {
        check_mean(mean_of(&s, 2, j, 0.0, &n, &var), mean[j], cov[3 * j], DRAWS, "mean");
        support_close(var, cov[3 * j], 0.05, "variance");
    }
    for (size_t i = 0; i < DRAWS; i++)
        cross += (s.x[2 * i] - mean[0]) * (s.x[2 * i + 1] - mean[1]) / DRAWS;
    support_close(cross, cov[1], 0.05, "covariance");
    drawn_clear(&s);
    machine_free(m);
}
END_TEST

START_TEST(the_chain_moves_by_A)
{
    struct machine *m = support_machine("sim_hmm_60", "hmm",
                                        "k=2 emission=categorical columns=symbol symbols=4");
    double from[2] = {0, 0}, stay[2] = {0, 0}, symbol[4] = {0};
    support_theta(m, "pi=0,1 A=0.9,0.1,0.3,0.7 B=0.2,0.3,0.5,0,1,0,0,0");
    struct drawn s = draw(m, 2);
    ck_assert(s.z[0] == 2.0);
    for (size_t i = 0; i < DRAWS; i++) {
        size_t k = (size_t)s.z[i] - 1;
        if (i + 1 < DRAWS) {
            from[k] += 1.0;
            stay[k] += s.z[i + 1] == s.z[i];
        }
        ck_assert(k == 0 || s.x[i] == 1.0);
        if (k == 0)
            symbol[(size_t)s.x[i] - 1] += 1.0;
    }
    check_mean(stay[0] / from[0], 0.9, 0.09, from[0], "A[1,1]");
    check_mean(stay[1] / from[1], 0.7, 0.21, from[1], "A[2,2]");
    check_mean(symbol[2] / from[0], 0.5, 0.25, from[0], "B[1,3]");
    drawn_clear(&s);
    machine_free(m);
}
END_TEST

START_TEST(bernoulli_columns)
{
    struct machine *m = machine_of("zeros and ones", "bernoulli", "k=2 columns=2,3");
    support_theta(m, "pi=0.5,0.5 p=0.1,0.9,0,1");
    struct drawn s = draw(m, 4);
    double n, var, first = mean_of(&s, 2, 0, 1.0, &n, &var);
    check_mean(first, 0.1, 0.09, n, "p[1,1]");
    check_mean(mean_of(&s, 2, 1, 1.0, &n, &var), 0.9, 0.09, DRAWS / 2.0, "p[1,2]");
    ck_assert(mean_of(&s, 2, 0, 2.0, &n, &var) == 0.0 && mean_of(&s, 2, 1, 2.0, &n, &var) == 1.0);
    drawn_clear(&s);
    machine_free(m);
}
END_TEST

START_TEST(cells_of_linkage)
{
    struct error e = {0};
    struct machine *m = support_machine("linkage", "linkage", "columns=count");
    gsl_rng *random = random_new(1, &e);
    double x[4], p = 0.4, cell[4] = {0.5 + p / 4, (1 - p) / 4, (1 - p) / 4, p / 4};
    support_theta(m, "p=0.4");
    ck_assert_uint_eq(m->model->class->table, 4);
    ck_assert_int_eq(m->model->class->sample(m->model, machine_here(m)->theta, random, DRAWS, x,
                                             NULL, &e), 0);
    ck_assert(x[0] + x[1] + x[2] + x[3] == DRAWS);
    for (size_t i = 0; i < 4; i++)
        check_mean(x[i] / DRAWS, cell[i], cell[i] * (1 - cell[i]), DRAWS, "cell");
    gsl_rng_free(random);
    machine_free(m);
}
END_TEST

START_TEST(the_same_seed_draws_the_same)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2");
    support_theta(m, "pi=0.3,0.7 mu=1,2,5,6 Sigma=2,1,1,3,4,-1,-1,1");
    struct drawn a = draw(m, 5), b = draw(m, 5), c = draw(m, 6);
    ck_assert(memcmp(a.x, b.x, 2 * DRAWS * sizeof *a.x) == 0);
    ck_assert(memcmp(a.z, b.z, DRAWS * sizeof *a.z) == 0);
    ck_assert(memcmp(a.x, c.x, 2 * DRAWS * sizeof *a.x) != 0);
    drawn_clear(&a);
    drawn_clear(&b);
    drawn_clear(&c);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("criteria");
    TCase *c = tcase_create("all");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, bic_as_published, 0, sizeof published / sizeof *published);
    tcase_add_test(c, icl_as_published);
    tcase_add_test(c, aic_as_published);
    tcase_add_test(c, one_component_is_certain);
    tcase_add_test(c, what_is_counted);
    tcase_add_test(c, no_likelihood_no_criteria);
    tcase_add_test(c, galaxies_has_several_optima);
    tcase_add_test(c, a_row_can_be_had_again);
    tcase_add_test(c, optima_are_renumbered);
    tcase_add_test(c, degenerate_starts_are_told);
    tcase_add_test(c, interrupted_between_starts);
    tcase_add_test(c, starts_without_memory);
    tcase_add_loop_test(c, the_best_permutation, 0, 60);
    tcase_add_loop_test(c, renumbering_leaves_the_likelihood, 0, RENUMBERED);
    tcase_add_loop_test(c, moments_of_a_mixture, 0, MIXTURES);
    tcase_add_test(c, correlations_of_a_mixture);
    tcase_add_loop_test(c, moments_of_normal_rows, 0, NORMALS);
    tcase_add_test(c, the_chain_moves_by_A);
    tcase_add_test(c, bernoulli_columns);
    tcase_add_test(c, cells_of_linkage);
    tcase_add_test(c, the_same_seed_draws_the_same);
    suite_add_tcase(s, c);
    return support_run(s);
}
