/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fused EM map of gmm against the plain half-steps, over shapes, sizes, weights and priors; the
 * kernels against one another; threads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "models/ising.h"
#include "models/pass/pass.h"
#include "numeric/threads.h"
#include "support.h"

static double noise(unsigned *state)
{
    double sum = -6.0;
    for (int i = 0; i < 12; i++) {
        *state = *state * 1664525u + 1013904223u;
        sum += (double)(*state >> 8) / (double)(1u << 24);
    }
    return sum;
}

/* n rows of d columns in k camps, and a last column of weights 0, 1, 2, 3. */
static struct dataset *camps(size_t n, size_t d, size_t k, double offset)
{
    struct error e;
    unsigned state = (unsigned)(n + 31 * d + 7 * k);
    struct dataset *data = dataset_new("camps", n, d + 1, &e);
    ck_assert(data != NULL);
    for (size_t j = 0; j <= d; j++) {
        char name[16];
        snprintf(name, sizeof name, j < d ? "x%zu" : "w", j);
        mem_free(data->column[j].name);
        data->column[j].name = mem_copy_text(name);
        for (size_t i = 0; i < n; i++)
            data->column[j].value[i] = j == d ? (double)((i * 7) % 4)
                                       : offset + 3.0 * (double)((i + j * (i % k)) % k) +
                                             noise(&state) * (1.0 + 0.3 * (double)(i % k));
    }
    return data;
}

struct problem {
    size_t n, d, k;
    const char *cov;
    bool weighted, prior;
    double offset;
};

static const struct problem problems[] = {
    {272, 1, 2, "full", false, false, 0.0},     {272, 2, 2, "full", false, false, 0.0},
    {3, 1, 1, "full", false, false, 0.0},       {119, 1, 3, "full", true, false, 0.0},
    {120, 2, 3, "full", true, true, 0.0},       {121, 3, 2, "full", false, true, 0.0},
    {1000, 3, 4, "full", true, false, 1e8},     {500, 4, 2, "full", false, false, 0.0},
    {777, 5, 3, "full", true, false, 0.0},      {900, 6, 2, "full", false, true, 0.0},
    {640, 7, 3, "full", true, true, 0.0},       {2000, 8, 8, "full", false, false, 0.0},
    {2000, 8, 4, "full", true, false, -1e6},    {1500, 9, 2, "full", false, false, 0.0},
    {1500, 13, 3, "full", true, true, 0.0},     {2500, 32, 3, "full", false, false, 0.0},
    {4000, 33, 32, "full", false, true, 0.0},   {800, 1, 2, "diag", false, false, 0.0},
    {800, 5, 3, "diag", true, false, 0.0},      {2000, 8, 8, "diag", false, true, 0.0},
    {800, 1, 3, "spherical", false, false, 0.0},{800, 6, 3, "spherical", true, true, 0.0},
    {800, 1, 2, "tied", false, false, 0.0},     {900, 3, 3, "tied", true, true, 0.0},
    {900, 8, 4, "tied", false, false, 1e4},     {7000, 2, 70, "spherical", false, true, 0.0},
};
enum { PROBLEMS = sizeof problems / sizeof *problems };

static struct machine *bind(const struct problem *p)
{
    struct dataset *data = camps(p->n, p->d, p->k, p->offset);
    char options[4000];
    size_t at = (size_t)snprintf(options, sizeof options, "k=%zu cov=%s %s columns=x0", p->k,
                                 p->cov, p->weighted ? "weights=w" : "");
    for (size_t j = 1; j < p->d; j++)
        at += (size_t)snprintf(options + at, sizeof options - at, ",x%zu", j);
    struct machine *m = support_machine_on(data, "gmm", options);
    dataset_free(data);
    return m;
}

/* Dirichlet 1.5, and the normal–inverse-Wishart about the first row. */
static void put_prior(struct machine *m)
{
    struct prior *p = &m->prior;
    p->given = (1u << m->model->prior_layout.nblock) - 1u;
    for (size_t b = 0; b < m->model->prior_layout.nblock; b++) {
        const struct block *block = &m->model->prior_layout.block[b];
        double *v = p->b.v + block->offset;
        for (size_t i = 0; i < block->size; i++)
            v[i] = strcmp(block->name, "dirichlet") == 0 ? 1.5
                   : strcmp(block->name, "m0") == 0      ? m->model->obs.x[0][i]
                   : strcmp(block->name, "kappa0") == 0  ? 0.1
                   : strcmp(block->name, "nu0") == 0     ? (double)m->model->obs.d + 4.0
                   : block->rank < 2 || i % (block->dim[0] + 1) == 0 ? 2.0
                                                                     : 0.0;
    }
}

static struct theta *begin(struct machine *m)
{
    struct error e = {0};
    struct theta *t = theta_new(&m->model->theta, &e);
    gsl_rng *random = random_new(3, &e);
    ck_assert_msg(m->model->class->init(m->model, "random", random, t, &e) == 0, "%s", e.message);
    gsl_rng_free(random);
    return t;
}

/* The half-steps from θ: ℓ, and θ' in `to`. */
static double plain_map(struct machine *m, const struct theta *from, unsigned blocks,
                        struct theta *to)
{
    struct error e = {0};
    struct e_how exact = {.kind = E_EXACT};
    struct m_how how = {.kind = M_EXACT, .blocks = blocks};
    struct latent *q = latent_new(&m->model->q, &e);
    struct terms t;
    const struct prior *prior = m->prior.given ? &m->prior : NULL;
    ck_assert_msg(m->model->class->e_step(m->model, from, &exact, q, &e) == 0, "%s", e.message);
    ck_assert_msg(m->model->class->m_step(m->model, q, &how, prior, to, &e) == 0, "%s", e.message);
    model_terms(m->model, prior, NULL, from, TERM_BIT(TERM_LOGLIK), &t);
    latent_free(q);
    return t.value[TERM_LOGLIK];
}

/* Means are compared in units of their component's spread, since an offset of 1e8 leaves them no
 * more; the rest relative to its size. */
static void compare(const struct machine *m, const struct theta *a, const struct theta *b,
                    const char *what)
{
    const struct layout *l = &m->model->theta;
    for (size_t i = 0; i < l->size; i++) {
        bool mean = i >= l->block[1].offset && i < l->block[1].offset + l->block[1].size;
        double scale = mean ? fmax(1.0, fabs(b->b.v[i])) : 1.0;
        ck_assert_msg(fabs(a->b.v[i] - b->b.v[i]) <= 1e-12 * fmax(scale, fabs(b->b.v[i])),
                      "%s entry %zu: %.17g against %.17g", what, i, a->b.v[i], b->b.v[i]);
    }
}

/* Terms at (posterior at touch, θ) against those of a q that is there. */
static void check_terms(struct machine *m, const struct theta *touch, const struct theta *theta,
                        const char *what)
{
    struct error e = {0};
    struct e_how exact = {.kind = E_EXACT};
    struct latent *q = latent_new(&m->model->q, &e);
    struct terms fast = {.have = 0}, plain;
    ck_assert(m->model->class->e_step(m->model, touch, &exact, q, &e) == 0);
    model_terms(m->model, NULL, q, theta, ~0u, &plain);
    ck_assert_msg(m->model->class->touching_terms(m->model, touch, theta, TERMS_EM, &fast),
                  "%s: no terms", what);
    ck_assert_uint_eq(fast.have, plain.have);
    for (int t = 0; t <= TERM_ENTROPY; t++) /* sums of nK numbers, in another order */
        ck_assert_msg(fabs(fast.value[t] - plain.value[t]) <= 1e-12 * fabs(plain.value[TERM_Q]),
                      "%s term %d: %.17g against %.17g", what, t, fast.value[t], plain.value[t]);
    latent_free(q);
}

static void check_map(struct machine *m, unsigned blocks, const char *what)
{
    struct error e = {0};
    struct theta *from = begin(m);
    for (int step = 0; step < 4; step++) {
        struct theta *fast = theta_copy(from, &e), *slow = theta_copy(from, &e);
        const struct prior *prior = m->prior.given ? &m->prior : NULL;
        double loglik = NAN, l = plain_map(m, from, blocks, slow);
        ck_assert_msg(m->model->class->em_map(m->model, from, blocks, prior, fast, &loglik) == 0,
                      "%s: not mapped", what);
        support_close(loglik, l, 1e-12, what);
        compare(m, fast, slow, what);
        check_terms(m, from, from, what);
        check_terms(m, from, slow, what);
        theta_free(from);
        theta_free(fast);
        from = slow;
    }
    theta_free(from);
}

START_TEST(test_same_as_half_steps)
{
    const struct problem *p = &problems[_i];
    struct machine *m = bind(p);
    char what[80];
    snprintf(what, sizeof what, "n=%zu d=%zu k=%zu %s%s%s", p->n, p->d, p->k, p->cov,
             p->weighted ? " weighted" : "", p->prior ? " prior" : "");
    if (p->prior)
        put_prior(m);
    check_map(m, ~0u, what);
    check_map(m, 1u, "pi alone");
    check_map(m, 2u, "mu alone");
    check_map(m, 4u, "Sigma alone");
    machine_free(m);
}
END_TEST

/* Models of other families, whose maps are held to their half-steps in the same way. */
struct other {
    const char *model, *options;
    size_t n;
    bool prior;
};
static const struct other others[] = {
    {"poisson", "k=3 columns=count", 1000, false},
    {"poisson", "k=2 columns=count weights=w", 119, true},
    {"exponential", "k=2 columns=wait", 2000, false},
    {"exponential", "k=3 columns=wait weights=w", 121, true},
    {"binomial", "k=2 columns=heads,tosses", 960, false},
    {"binomial", "k=3 columns=heads,tosses weights=w", 500, true},
    {"bernoulli", "k=3 columns=b0,b1,b2,b3,b4,b5,b6", 1500, false},
    {"bernoulli", "k=2 columns=b0,b1,b2 weights=w", 240, true},
    {"ppca", "m=2 columns=x0,x1,x2,x3,x4", 700, false},
    {"ppca", "m=1 columns=x0,x1,x2 weights=w", 120, false},
    {"fa", "m=1 columns=x0,x1,x2,x3,x4", 1000, false},
    {"fa", "m=1 columns=x0,x1,x2 weights=w", 333, false},
    {"mvn", "columns=gap0,gap1,gap2", 1000, false},
    {"mvn", "columns=gap0,gap1,gap2,gap3,gap4 weights=w", 120, false},
    {"mvn", "columns=gap0,gap1,gap2,gap3,gap4 weights=w", 700, true},
    {"mvn", "columns=x0,x1,x2", 300, true},
    {"mvn", "columns=far0,far1,far2 weights=w", 400, false},
    {"hmm", "k=2 columns=x1", 300, false},
    {"hmm", "k=3 columns=x2", 1000, true},
    {"hmm", "k=8 columns=x2", 700, false},
    {"hmm", "k=5 columns=x1,x2,x3", 600, true},
    {"hmm", "k=11 columns=x1", 500, false},
    {"hmm", "k=3 emission=categorical columns=tosses symbols=16", 900, false},
};
enum { OTHERS = sizeof others / sizeof *others };

static double other_value(const char *name, size_t i, unsigned *state)
{
    double z = noise(state), tosses = (double)(5 + i * 5 % 11);
    size_t camp = i * i % 3;
    if (name[0] == 'x')
        return 2.0 * z + (double)(name[1] - '0') * noise(state) + 5.0;
    if (name[0] == 'g') /* with holes: some patterns have many rows, some one */
        return i > 4 && noise(state) < -0.5 ? NAN : 2.0 * z + cos(0.1 * (double)i) + 5.0;
    if (name[0] == 'f')
        return i > 4 && noise(state) < -0.5 ? NAN : 1e5 + z + cos(0.1 * (double)i);
    if (name[0] == 'b')
        return z < (double)camp - 0.3 * (double)(name[1] - '0') ? 1.0 : 0.0;
    if (strcmp(name, "count") == 0)
        return floor(exp(1.0 + 0.4 * z + (double)camp));
    if (strcmp(name, "wait") == 0)
        return exp(z - (double)camp);
    if (strcmp(name, "tosses") == 0)
        return tosses;
    if (strcmp(name, "heads") == 0)
        return floor(tosses * (0.5 + 0.5 * tanh((double)camp - 1.0 + 0.5 * z)));
    return (double)(i * 7 % 4);
}

static struct machine *bind_other(const struct other *o)
{
    static const char *const names[] = {"count", "wait", "heads", "tosses", "b0", "b1", "b2",
                                        "b3",    "b4",   "b5",    "b6",     "x0", "x1", "x2",
                                        "x3",    "x4",   "gap0",  "gap1",  "gap2", "gap3", "gap4",
                                        "far0",  "far1", "far2",  "w"};
    enum { NAMES = sizeof names / sizeof *names };
    struct error e;
    unsigned state = (unsigned)o->n;
    struct dataset *data = dataset_new("others", o->n, NAMES, &e);
    ck_assert(data != NULL);
    for (size_t j = 0; j < NAMES; j++) {
        mem_free(data->column[j].name);
        data->column[j].name = mem_copy_text(names[j]);
        for (size_t i = 0; i < o->n; i++)
            data->column[j].value[i] = other_value(names[j], i, &state);
    }
    struct machine *m = support_machine_on(data, o->model, o->options);
    dataset_free(data);
    if (o->prior)
        put_prior(m);
    return m;
}

START_TEST(test_others_same_as_half_steps)
{
    const struct other *o = &others[_i];
    struct machine *m = bind_other(o);
    char what[80];
    snprintf(what, sizeof what, "%s %s n=%zu", o->model, o->options, o->n);
    check_map(m, ~0u, what);
    for (unsigned b = 0; b < m->model->theta.nblock; b++)
        check_map(m, 1u << b, what);
    machine_free(m);
}
END_TEST

START_TEST(test_threads_change_no_others)
{
    struct other o = others[_i];
    struct error e = {0};
    o.n = 60000;
    struct machine *m = bind_other(&o);
    struct theta *from = begin(m), *first = theta_copy(from, &e), *other = theta_copy(from, &e);
    struct terms t1 = {.have = 0}, t2 = {.have = 0};
    double l1 = 0.0, l2 = 0.0;
    m->model->threads = 1;
    ck_assert(m->model->class->em_map(m->model, from, ~0u, NULL, first, &l1) == 0);
    ck_assert(m->model->class->touching_terms(m->model, from, first, TERMS_EM, &t1));
    m->model->threads = 3;
    ck_assert(m->model->class->em_map(m->model, from, ~0u, NULL, other, &l2) == 0);
    ck_assert(m->model->class->touching_terms(m->model, from, first, TERMS_EM, &t2));
    ck_assert(l1 == l2 && blocks_same(&first->b, &other->b));
    ck_assert(memcmp(t1.value, t2.value, (TERM_ENTROPY + 1) * sizeof(double)) == 0);
    theta_free(from);
    theta_free(first);
    theta_free(other);
    machine_free(m);
}
END_TEST

/* A class in which a column has no ones: its p is 0, and the rows that have a one are not its. */
START_TEST(test_a_density_of_0)
{
    static const struct other o = {"bernoulli", "k=2 columns=b0,b1,b2", 600, false};
    struct error e = {0};
    struct machine *m = bind_other(&o);
    struct theta *t = support_make_theta(m, "pi=0.5,0.5 p=0,0.2,0.4,0.6,0.5,0.9");
    struct theta *fast = theta_copy(t, &e), *slow = theta_copy(t, &e);
    double l, plain = plain_map(m, t, ~0u, slow);
    ck_assert(m->model->class->em_map(m->model, t, ~0u, NULL, fast, &l) == 0);
    support_close(l, plain, 1e-12, "loglik");
    compare(m, fast, slow, "p of 0");
    ck_assert(theta_block(fast, "p")[0] == 0.0);
    check_terms(m, t, t, "p of 0");
    theta_block(t, "p")[3] = 0.0; /* and now a row with a one in b0 is nobody's */
    ck_assert(m->model->class->em_map(m->model, t, ~0u, NULL, fast, &l) == -1);
    theta_free(t);
    theta_free(fast);
    theta_free(slow);
    machine_free(m);
}
END_TEST

/* States so far apart that emissions underflow: the scaled recursions mend it where any state may
 * follow any other, and are right or give up where a state is never left. */
START_TEST(test_underflow_in_a_chain)
{
    static const struct other o = {"hmm", "k=2 columns=x1", 300, false};
    static const char *const thetas[] = {
        "pi=0.5,0.5 A=0.9,0.1,0.2,0.8 mu=2,9 Sigma=0.001,0.001",
        "pi=0.5,0.5 A=0.9,0.1,0.2,0.8 mu=-20,30 Sigma=0.5,0.5",
        "pi=1,0 A=0.9,0.1,0,1 mu=2,9 Sigma=0.001,0.001",
        "pi=1,0 A=0.99,0.01,0,1 mu=4,6 Sigma=0.01,0.01",
        "pi=0.5,0.5 A=1,0,0,1 mu=4,6 Sigma=0.001,0.001",
        "pi=0.5,0.5 A=1,0,1e-300,1 mu=6,4 Sigma=0.002,0.001",
    };
    struct error e = {0};
    struct machine *m = bind_other(&o);
    struct theta *t = support_make_theta(m, thetas[_i]);
    struct theta *fast = theta_copy(t, &e), *slow = theta_copy(t, &e);
    double l = NAN, plain;
    const unsigned A = 2u; /* a state may have nothing to be fitted from: the pairs are looked at */
    int mapped = m->model->class->em_map(m->model, t, A, NULL, fast, &l);
    ck_assert(_i > 1 || mapped == 0);
    if (mapped == 0) {
        plain = plain_map(m, t, A, slow);
        support_close(l, plain, 1e-12, thetas[_i]);
        compare(m, fast, slow, thetas[_i]);
        check_terms(m, t, t, thetas[_i]);
    }
    theta_free(t);
    theta_free(fast);
    theta_free(slow);
    machine_free(m);
}
END_TEST

/* What the last rows take from a state the first ones give back: it had underflowed in between. */
START_TEST(test_a_state_comes_back)
{
    struct error e = {0};
    struct dataset *data = dataset_new("two", 100, 1, &e);
    ck_assert(data != NULL);
    for (size_t i = 0; i < 100; i++)
        data->column[0].value[i] = i < 70 ? 0.0 : 1.0;
    mem_free(data->column[0].name);
    data->column[0].name = mem_copy_text("x");
    struct machine *m = support_machine_on(data, "hmm", "k=2");
    dataset_free(data);
    struct theta *t = support_make_theta(m, "pi=0.5,0.5 A=1,0,0,1 mu=0,1 Sigma=0.01,0.01");
    struct theta *fast = theta_copy(t, &e), *slow = theta_copy(t, &e);
    double l = NAN, plain = plain_map(m, t, 1u, slow);
    if (m->model->class->em_map(m->model, t, 1u, NULL, fast, &l) == 0) {
        support_close(l, plain, 1e-12, "loglik");
        compare(m, fast, slow, "a state comes back");
    }
    ck_assert(theta_block(slow, "pi")[0] == 1.0);
    theta_free(t);
    theta_free(fast);
    theta_free(slow);
    machine_free(m);
}
END_TEST

START_TEST(test_threads_change_nothing)
{
    static const struct problem p = {60000, 3, 3, "full", true, false, 0.0};
    struct error e = {0};
    struct machine *m = bind(&p);
    struct theta *from = begin(m), *first = theta_copy(from, &e), *other = theta_copy(from, &e);
    double l1 = 0.0, l2 = 0.0;
    m->model->threads = 1;
    ck_assert(m->model->class->em_map(m->model, from, ~0u, NULL, first, &l1) == 0);
    for (size_t threads = 2; threads <= 7; threads++) {
        m->model->threads = threads;
        ck_assert(m->model->class->em_map(m->model, from, ~0u, NULL, other, &l2) == 0);
        ck_assert_msg(l1 == l2 && blocks_same(&first->b, &other->b), "%zu threads", threads);
    }
    theta_free(from);
    theta_free(first);
    theta_free(other);
    machine_free(m);
}
END_TEST

/* A long run on many rows leaves terms due; a state that is gone to has them all, and they are
 * those of the half-steps. */
START_TEST(test_terms_are_made_when_asked_for)
{
    static const struct problem p = {60000, 3, 3, "full", false, false, 0.0};
    struct error e = {0};
    struct machine *m = bind(&p);
    struct theta *from = begin(m);
    const struct run_how how = {.max = 60, .rule = RULE_ELBO, .tol = 0.0};
    struct run_result result;
    long at;
    ck_assert(machine_start(m, from, &e) == 0 && machine_run(m, &how, &result, &e) == 0);
    ck_assert_uint_eq(result.iterations, 60);
    ck_assert(!machine_here(m)->terms_due && !machine_before(m)->terms_due);
    ck_assert(machine_find(m, "5M", &at, &e) == 0 && m->state[at].terms_due);
    double known = m->state[at].terms.value[TERM_LOGLIK];
    ck_assert(machine_goto(m, at, &e) == 0 && !machine_here(m)->terms_due);
    const struct terms *t = &machine_here(m)->terms;
    support_close(t->value[TERM_LOGLIK], known, 1e-12, "the map's loglik");
    support_close(t->value[TERM_ELBO] + t->value[TERM_KL], known, 1e-10, "ELBO + KL");
    ck_assert(t->value[TERM_KL] > 0.0);
    theta_free(from);
    machine_free(m);
}
END_TEST

/* What the half-steps would refuse is left to them. */
START_TEST(test_refusals_are_left_to_the_half_steps)
{
    struct error e = {0};
    struct machine *m = support_machine("faithful", "gmm", "k=2 columns=eruptions");
    struct theta *t = support_make_theta(m, "pi=0.5,0.5 mu=2,4.5 Sigma=1e-9,0.25");
    struct theta *to = theta_copy(t, &e);
    double l;
    for (int i = 0; i < 50 && m->model->class->em_map(m->model, t, ~0u, NULL, to, &l) == 0; i++)
        memcpy(t->b.v, to->b.v, m->model->theta.size * sizeof(double));
    theta_block(t, "pi")[0] = 0.0;
    theta_block(t, "pi")[1] = 1.0;
    ck_assert(m->model->class->em_map(m->model, t, ~0u, NULL, to, &l) == -1);
    theta_free(t);
    theta_free(to);
    machine_free(m);
}
END_TEST

/* Every kernel that this processor has gives the sums of the plainest one. */
START_TEST(test_kernels_agree)
{
    static const size_t dims[] = {1, 2, 3, 4, 5, 6, 7, 8, 11, 32};
    for (size_t at = 0; at < sizeof dims / sizeof *dims; at++)
        for (int diagonal = 0; diagonal < 2; diagonal++) {
            size_t d = dims[at], k = 3, n = 500;
            struct dataset *data = camps(n, d, k, 0.0);
            const double *column[32];
            double centre[32] = {0}, shift[96], mean[96], constant[3] = {-1.0, -2.0, -1.5};
            double *W = NEW_ARRAY(k * pass_factor(d, diagonal), double);
            for (size_t j = 0; j < d; j++)
                column[j] = data->column[j].value;
            for (size_t i = 0; i < k * pass_factor(d, diagonal); i++)
                W[i] = 0.1 + 0.05 * (double)(i % 5);
            for (size_t i = 0; i < k * d; i++)
                shift[i] = -(mean[i] = 0.3 * (double)(i % 4));
            struct pass p = {n, d, k, column, centre, NULL, diagonal, W, shift, mean, constant};
            double *sums[3], *scratch = aligned_alloc(64, pass_scratch(&p) * 8 / 64 * 64 + 64);
            size_t kernels = 0;
            for (; pass_kernel(kernels); kernels++) {
                sums[kernels] = aligned_alloc(64, pass_sums(&p) * 8 / 64 * 64 + 64);
                memset(scratch, 0, pass_scratch(&p) * 8);
                pass_kernel(kernels)->map(&p, 0, n, scratch, sums[kernels]);
            }
            double most = 1.0; /* a sum that cancels has the rounding of its parts, n · 2⁻⁵³ */
            for (size_t i = 0; i < pass_sums(&p); i++)
                most = fmax(most, fabs(sums[kernels - 1][i]));
            for (size_t c = 0; c < kernels; c++) {
                for (size_t i = 0; i < pass_sums(&p); i++)
                    support_close(sums[c][i] / most, sums[kernels - 1][i] / most, 1e-13, "a sum");
                if (c + 1 < kernels)
                    free(sums[c]);
            }
            free(sums[kernels - 1]);
            free(scratch);
            mem_free(W);
            dataset_free(data);
        }
}
END_TEST

/* θ's about t, in batches of all kinds: one entry of one mean moves, all means, two weights, and at
 * last a Σ_1 that is nearly singular. */
enum { KINDS = 4, EACH = 23, MANY = KINDS * EACH };
static void spread_out(const struct machine *m, const struct theta *t, struct theta **out)
{
    const struct block *mu = m->model->theta.block + 1, *Sigma = m->model->theta.block + 2;
    struct error e;
    for (size_t i = 0; i < MANY; i++) {
        out[i] = theta_copy(t, &e);
        ck_assert(out[i] != NULL);
        double *v = out[i]->b.v, by = 0.1 * (double)(i % EACH);
        if (i / EACH == 0)
            v[mu->offset] += by;
        for (size_t j = 0; i / EACH == 1 && j < mu->size; j++)
            v[mu->offset + j] += by * (j % 2 ? -1.0 : 1.0);
        if (i / EACH == 2 && m->model->k > 1) {
            double moved = 0.04 * by * v[0];
            v[0] -= moved;
            v[1] += moved;
        }
        if (i / EACH == 3)
            v[Sigma->offset] *= i + 1 == MANY && m->model->obs.d == 1 ? 1e-14 : 1.0 + by;
    }
}

static void logliks(const struct model *m, struct theta *const *t, double *out)
{
    ck_assert(m->class->logliks(m, (const struct theta *const *)t, MANY, out));
}

START_TEST(test_logliks_are_the_plain_ones)
{
    struct machine *m = bind(&problems[_i]);
    struct theta *from = begin(m), *t[MANY];
    double fast[MANY], again[MANY];
    struct terms plain;
    spread_out(m, from, t);
    logliks(m->model, t, fast);
    for (size_t i = 0; i < MANY; i++) {
        model_terms(m->model, NULL, NULL, t[i], TERM_BIT(TERM_LOGLIK), &plain);
        if (!isnan(fast[i]))
            support_close(fast[i], plain.value[TERM_LOGLIK], 1e-12, "ℓ");
        ck_assert(!isnan(fast[i]) || isnan(plain.value[TERM_LOGLIK]));
    }
    m->model->threads = 3;
    logliks(m->model, t, again);
    ck_assert_mem_eq(fast, again, sizeof fast);
    for (size_t i = 0; i < MANY; i++)
        theta_free(t[i]);
    theta_free(from);
    machine_free(m);
}
END_TEST

START_TEST(test_logliks_do_not_know_the_threads)
{
    struct problem big = {40000, 8, 4, "full", false, false, 0.0};
    struct machine *m = bind(&big);
    struct theta *from = begin(m), *t[MANY];
    double one[MANY], more[MANY];
    spread_out(m, from, t);
    m->model->threads = 1;
    logliks(m->model, t, one);
    for (size_t threads = 2; threads < 5; threads++) {
        m->model->threads = threads;
        logliks(m->model, t, more);
        ck_assert_mem_eq(one, more, sizeof one);
    }
    for (size_t i = 0; i < MANY; i++)
        theta_free(t[i]);
    theta_free(from);
    machine_free(m);
}
END_TEST

/* Many rows of an image at once against pixel after pixel, each new value used at once. */
START_TEST(test_sweeps_keep_their_order)
{
    static const size_t sizes[][2] = {{16, 16}, {33, 20}, {70, 45}, {32, 100}, {64, 17}, {15, 40}};
    size_t rows = sizes[_i][0], cols = sizes[_i][1], n = rows * cols;
    struct error e = {0};
    unsigned state = (unsigned)n;
    struct dataset *data = dataset_new("image", n, 1, &e);
    char options[80];
    for (size_t i = 0; i < n; i++)
        data->column[0].value[i] = (i % cols < cols / 2 ? 1.0 : -1.0) + noise(&state);
    mem_free(data->column[0].name);
    data->column[0].name = mem_copy_text("x");
    snprintf(options, sizeof options, "rows=%zu cols=%zu J=0.4", rows, cols);
    struct machine *m = support_machine_on(data, "ising", options);
    dataset_free(data);
    const struct ising *s = ising_of(m->model);
    struct theta *t = begin(m);
    struct latent *q = latent_new(&m->model->q, &e);
    struct e_how how = {.kind = E_SWEEPS, .sweeps = 3};
    double *plain = NEW_ARRAY(n, double), *v = latent_block(q, "m");
    ising_field(s, t->b.v[0]);
    for (size_t i = 0; i < 3 * n; i++)
        plain[i % n] = ising_visit(s, plain, i % n / cols, i % cols, 1.0);
    ck_assert(m->model->class->e_step(m->model, t, &how, q, &e) == 0);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(fabs(v[i] - plain[i]) <= 1e-14, "pixel %zu: %.17g against %.17g", i, v[i],
                      plain[i]);
    how.kind = E_EXACT; /* settled is settled, pixel by pixel too */
    ck_assert(m->model->class->e_step(m->model, t, &how, q, &e) == 0);
    for (size_t i = 0; i < n; i++)
        ck_assert(fabs(ising_visit(s, v, i / cols, i % cols, 1.0) - v[i]) <= 1.01e-13);
    mem_free(plain);
    latent_free(q);
    theta_free(t);
    machine_free(m);
}
END_TEST

static void count_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    ((int *)context)[task]++;
}

START_TEST(test_every_task_once)
{
    struct threads *t = threads_new(5);
    int done[97] = {0};
    for (int round = 1; round <= 300; round++) {
        threads_run(t, 97, count_task, done);
        for (int i = 0; i < 97; i++)
            ck_assert_int_eq(done[i], round);
    }
    threads_run(t, 0, count_task, done);
    threads_free(t);
    threads_free(NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fused");
    TCase *c = tcase_create("fused");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, test_same_as_half_steps, 0, PROBLEMS);
    tcase_add_loop_test(c, test_others_same_as_half_steps, 0, OTHERS);
    tcase_add_loop_test(c, test_threads_change_no_others, 0, OTHERS);
    tcase_add_test(c, test_a_density_of_0);
    tcase_add_loop_test(c, test_underflow_in_a_chain, 0, 6);
    tcase_add_test(c, test_a_state_comes_back);
    tcase_add_test(c, test_threads_change_nothing);
    tcase_add_loop_test(c, test_logliks_are_the_plain_ones, 0, PROBLEMS);
    tcase_add_test(c, test_logliks_do_not_know_the_threads);
    tcase_add_test(c, test_terms_are_made_when_asked_for);
    tcase_add_test(c, test_refusals_are_left_to_the_half_steps);
    tcase_add_loop_test(c, test_sweeps_keep_their_order, 0, 6);
    tcase_add_test(c, test_kernels_agree);
    tcase_add_test(c, test_every_task_once);
    suite_add_tcase(s, c);
    return support_run(s);
}
