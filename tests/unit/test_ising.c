/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ising against the enumeration of all 2^n images, against a naive mean field, and at its edges. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "bound.h"

enum { PIXELS = 12 };

/* A grid of rows·cols pixels from the first numbers of x or of s, in one column. */
static const double x_values[PIXELS] = {0.7, -1.3, 0.2, 1.8, -0.4, -0.9, 1.1, 0.3, -2.1, 0.6, 1.4,
                                        -0.1};
static const double s_values[PIXELS] = {1, -1, -1, 1, 1, 1, -1, 1, -1, -1, 1, 1};

static struct model *grid(size_t rows, size_t cols, bool flip, double J)
{
    struct error e = {0};
    struct text csv = TEXT_INIT;
    char options[100];
    text_add(&csv, "x\n");
    for (size_t i = 0; i < rows * cols; i++)
        text_addf(&csv, "%.17g\n", flip ? s_values[i % PIXELS] : x_values[i % PIXELS]);
    snprintf(options, sizeof options, "rows=%zu cols=%zu J=%.17g noise=%s", rows, cols, J,
             flip ? "flip" : "gaussian");
    struct model *m = bound_model(csv.s, "ising", options, &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    text_clear(&csv);
    return m;
}

/* A q that is nobody's posterior. */
static struct latent *some_q(const struct model *m)
{
    struct error e = {0};
    struct latent *q = latent_new(&m->q, &e);
    for (size_t i = 0; i < m->obs.n; i++)
        q->b.v[i] = sin(3.0 * (double)i + 1.0) * 0.95;
    return q;
}

static double log_C(const struct model *m)
{
    double value;
    m->class->extra(m, NULL, NULL, &value);
    return value;
}

/* ---- enumeration ---- */

static double spin(size_t image, size_t i)
{
    return image >> i & 1u ? 1.0 : -1.0;
}

/* J Σ_{i~j} z_i z_j: each pair is looked at both ways, and counts half. */
static double coupling(const struct model *m, size_t image, double J)
{
    size_t rows = m->q.block[0].dim[0], cols = m->q.block[0].dim[1];
    double sum = 0.0;
    for (size_t a = 0; a < rows * cols; a++)
        for (size_t b = 0; b < rows * cols; b++) {
            long down = (long)(a / cols) - (long)(b / cols);
            long right = (long)(a % cols) - (long)(b % cols);
            if (labs(down) + labs(right) == 1)
                sum += 0.5 * spin(image, a) * spin(image, b);
        }
    return J * sum;
}

/* log p(x|z) of one pixel, written out. */
static double log_noise(double x, double z, double noise, bool flip)
{
    if (flip)
        return log(x == z ? 1.0 - noise : noise);
    return -0.5 * log(2.0 * M_PI * noise) - (x - z) * (x - z) / (2.0 * noise);
}

struct sums {
    double log_C, loglik;
    double *joint, *log_q; /* (2^n) */
};

static struct sums enumerate(const struct model *m, const double *q, double noise, bool flip,
                             double J)
{
    size_t n = m->obs.n, images = (size_t)1 << n;
    struct sums s = {.joint = NEW_ARRAY(images, double), .log_q = NEW_ARRAY(images, double)};
    double C = 0.0, p = 0.0;
    for (size_t z = 0; z < images; z++)
        C += exp(coupling(m, z, J));
    s.log_C = log(C);
    for (size_t z = 0; z < images; z++) {
        s.joint[z] = coupling(m, z, J) - s.log_C;
        for (size_t i = 0; i < n; i++) {
            s.joint[z] += log_noise(m->obs.x[0][i], spin(z, i), noise, flip);
            s.log_q[z] += log(0.5 * (1.0 + q[i] * spin(z, i)));
        }
        p += exp(s.joint[z]);
    }
    s.loglik = log(p);
    return s;
}

static void check_terms(const struct model *m, const struct latent *q, const struct theta *t,
                        bool flip, double J)
{
    struct sums s = enumerate(m, q->b.v, t->b.v[0], flip, J);
    double want[TERM_COUNT] = {[TERM_LOGLIK] = s.loglik};
    for (size_t z = 0; z < (size_t)1 << m->obs.n; z++) {
        double p = exp(s.log_q[z]), posterior = s.joint[z] - s.loglik;
        if (p == 0.0)
            continue;
        want[TERM_Q] += p * s.joint[z];
        want[TERM_H] += p * posterior;
        want[TERM_ENTROPY] -= p * s.log_q[z];
        want[TERM_ELBO] += p * (s.joint[z] - s.log_q[z]);
        want[TERM_KL] += p * (s.log_q[z] - posterior);
    }
    struct terms terms = bound_terms(m, q, t, NULL);
    support_close(log_C(m), s.log_C, 1e-12, "log C(J)");
    for (int k = TERM_LOGLIK; k <= TERM_ENTROPY; k++)
        support_close(terms.value[k], want[k], 1e-11, term_name(MODEL_EM, (enum term)k)->key);
    bound_identities(&terms, m->about);
    mem_free(s.joint);
    mem_free(s.log_q);
}

static const struct {
    size_t rows, cols;
} shapes[] = {{3, 3}, {1, 1}, {1, 7}, {7, 1}, {2, 5}, {5, 2}, {3, 4}, {4, 3}, {1, 2}};

START_TEST(enumeration)
{
    static const double couplings[] = {0.4, -0.7, 0.0, 2.5};
    size_t rows = shapes[_i].rows, cols = shapes[_i].cols;
    for (size_t j = 0; j < 8; j++) {
        bool flip = j % 2;
        double J = couplings[j / 2];
        struct model *m = grid(rows, cols, flip, J);
        struct theta *t = bound_theta(m, flip ? "eps=0.15" : "sigma2=0.6");
        struct latent *q = some_q(m), *mean_field = bound_posterior(m, t);
        check_terms(m, q, t, flip, J);
        check_terms(m, mean_field, t, flip, J);
        q->b.v[0] = 1.0; /* a spin that q is sure of */
        q->b.v[m->obs.n - 1] = -1.0;
        check_terms(m, q, t, flip, J);
        latent_free(q);
        latent_free(mean_field);
        theta_free(t);
        model_free(m);
    }
}
END_TEST

/* Weights far below the least double stay in the sums, and H stays finite. */
START_TEST(next_to_no_noise)
{
    struct model *m = grid(3, 4, false, 0.4);
    struct theta *t = bound_theta(m, "sigma2=0.0005");
    struct latent *q = some_q(m);
    struct terms terms = bound_terms(m, q, t, NULL);
    ck_assert(isfinite(terms.value[TERM_H]) && terms.value[TERM_H] < -1000.0);
    bound_identities(&terms, "σ² = 0.0005");
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* The transfer matrix's longest side is no matter which: a grid and its transpose. */
START_TEST(transposed)
{
    struct error e = {0};
    struct model *tall = bound_model("row,col,x\n1,1,0.3\n1,2,-1\n2,1,2\n2,2,0.1\n3,1,-0.7\n"
                                     "3,2,1.5\n4,1,-2\n4,2,0.4\n", "ising", "J=0.6", &e);
    struct model *wide = bound_model("col,row,x\n1,1,0.3\n2,1,-1\n1,2,2\n2,2,0.1\n1,3,-0.7\n"
                                     "2,3,1.5\n1,4,-2\n2,4,0.4\n", "ising", "J=0.6", &e);
    struct theta *a = bound_theta(tall, "sigma2=0.8"), *b = bound_theta(wide, "sigma2=0.8");
    struct latent *p = bound_posterior(tall, a), *q = latent_copy(p, &e);
    ck_assert(wide->q.block[0].dim[0] == 2 && wide->q.block[0].dim[1] == 4);
    latent_free(q);
    q = latent_new(&wide->q, &e);
    for (size_t i = 0; i < 8; i++)
        q->b.v[i % 2 * 4 + i / 2] = p->b.v[i];
    struct terms s = bound_terms(tall, p, a, NULL), t = bound_terms(wide, q, b, NULL);
    for (int k = TERM_LOGLIK; k <= TERM_ENTROPY; k++)
        support_close(s.value[k], t.value[k], 1e-13, term_name(MODEL_EM, (enum term)k)->key);
    latent_free(p);
    latent_free(q);
    theta_free(a);
    theta_free(b);
    model_free(tall);
    model_free(wide);
}
END_TEST

/* ---- E ---- */

static struct latent *after(const struct model *m, const struct theta *t,
                            const struct latent *from, struct e_how how)
{
    struct error e = {0};
    struct latent *q = from ? latent_copy(from, &e) : latent_new(&m->q, &e);
    ck_assert_msg(m->class->e_step(m, t, &how, q, &e) == 0, "%s", e.message);
    return q;
}

/* m = tanh(β(J Σ neighbours + h)) at every pixel of a 2 × 2 grid, whose neighbours are 1 and 2
 * of 0 and of 3. */
static void check_fixed_point(const double *m, double beta, double J, double noise)
{
    for (size_t i = 0; i < 4; i++) {
        double around = i == 0 || i == 3 ? m[1] + m[2] : m[0] + m[3];
        support_close(m[i], tanh(beta * (J * around + x_values[i] / noise)), 1e-12, "settled");
    }
}

START_TEST(sweeps)
{
    struct model *m = grid(2, 2, false, 0.5);
    struct theta *t = bound_theta(m, "sigma2=0.8");
    struct latent *one = after(m, t, NULL, (struct e_how){.kind = E_SWEEPS, .sweeps = 1});
    double h[4], want[4];
    for (size_t i = 0; i < 4; i++)
        h[i] = x_values[i] / 0.8;
    want[0] = tanh(h[0]); /* from m = 0; each new m is used at once */
    want[1] = tanh(h[1] + 0.5 * want[0]);
    want[2] = tanh(h[2] + 0.5 * want[0]);
    want[3] = tanh(h[3] + 0.5 * (want[1] + want[2]));
    for (size_t i = 0; i < 4; i++)
        support_close(one->b.v[i], want[i], 1e-15, "one sweep");
    struct latent *two = after(m, t, one, (struct e_how){.kind = E_SWEEPS, .sweeps = 1});
    struct latent *both = after(m, t, NULL, (struct e_how){.kind = E_SWEEPS, .sweeps = 2});
    ck_assert_mem_eq(two->b.v, both->b.v, 4 * sizeof(double));
    struct latent *settled = after(m, t, NULL, (struct e_how){.kind = E_EXACT});
    struct latent *cold = after(m, t, NULL, (struct e_how){.kind = E_TEMPERED, .beta = 3.0});
    check_fixed_point(settled->b.v, 1.0, 0.5, 0.8);
    check_fixed_point(cold->b.v, 3.0, 0.5, 0.8);
    struct latent *again = after(m, t, settled, (struct e_how){.kind = E_EXACT});
    ck_assert_mem_eq(again->b.v, settled->b.v, 4 * sizeof(double));
    struct latent *all[] = {one, two, both, settled, cold, again};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        latent_free(all[i]);
    theta_free(t);
    model_free(m);
}
END_TEST

/* Large J: the start decides which of two images q becomes. */
START_TEST(the_start_is_part_of_the_answer)
{
    struct error e = {0};
    struct model *m = grid(3, 3, false, 3.0);
    struct theta *t = bound_theta(m, "sigma2=50");
    for (int sign = -1; sign <= 1; sign += 2) {
        struct latent *from = latent_new(&m->q, &e);
        for (size_t i = 0; i < 9; i++)
            from->b.v[i] = 0.9 * sign;
        struct latent *q = after(m, t, from, (struct e_how){.kind = E_EXACT});
        for (size_t i = 0; i < 9; i++)
            ck_assert_double_gt(q->b.v[i] * sign, 0.99);
        latent_free(from);
        latent_free(q);
    }
    theta_free(t);
    model_free(m);
}
END_TEST

/* The ELBO rises with every sweep, Q + S/β with every tempered one, whatever the q. */
START_TEST(every_sweep_ascends)
{
    struct model *m = grid(3, 4, true, 0.8);
    struct theta *t = bound_theta(m, "eps=0.3");
    struct latent *q = some_q(m);
    double before = bound_terms(m, q, t, NULL).value[TERM_ELBO];
    for (int i = 0; i < 10; i++) {
        struct latent *next = after(m, t, q, (struct e_how){.kind = E_SWEEPS, .sweeps = 1});
        double now = bound_terms(m, next, t, NULL).value[TERM_ELBO];
        ck_assert_double_ge(now, before - 1e-12);
        ck_assert(i > 0 || now > before + 0.1);
        before = now;
        latent_free(q);
        q = next;
    }
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* Without couplings the posterior factorises, at any size, and the machine knows it. */
START_TEST(no_coupling)
{
    struct model *m = grid(20, 30, false, 0.0);
    ck_assert(m->posterior_in_family && m->terms_intractable == 0);
    support_close(log_C(m), 600.0 * log(2.0), 1e-13, "log C(0)");
    struct theta *t = bound_theta(m, "sigma2=0.8");
    struct latent *q = bound_posterior(m, t);
    struct terms terms = bound_terms(m, q, t, NULL);
    ck_assert_double_eq_tol(terms.value[TERM_KL], 0.0, 1e-11);
    latent_free(q);
    theta_free(t);
    model_free(m);
    m = grid(3, 3, false, 0.1);
    ck_assert(!m->posterior_in_family);
    model_free(m);
}
END_TEST

/* Up to 12 pixels on the shorter side; beyond, only what needs no sum over images. */
START_TEST(too_wide)
{
    const unsigned kept = TERM_BIT(TERM_Q) | TERM_BIT(TERM_ELBO) | TERM_BIT(TERM_ENTROPY);
    struct model *m = grid(12, 14, true, 0.4);
    ck_assert_uint_eq(m->terms_intractable, 0);
    struct theta *t = bound_theta(m, "eps=0.2");
    struct latent *q = bound_posterior(m, t);
    struct terms terms = bound_terms(m, q, t, NULL);
    bound_identities(&terms, "12 × 14");
    ck_assert_double_gt(terms.value[TERM_KL], 0.1);
    latent_free(q);
    theta_free(t);
    model_free(m);
    m = grid(14, 13, true, 0.4);
    ck_assert_uint_eq(m->terms_intractable, TERMS_EM & ~kept);
    ck_assert(isnan(log_C(m)) && strstr(m->about, "less log C(J)"));
    t = bound_theta(m, "eps=0.2");
    q = bound_posterior(m, t);
    terms = bound_terms(m, q, t, NULL);
    ck_assert_uint_eq(terms.have, kept);
    support_close(terms.value[TERM_ELBO], terms.value[TERM_Q] + terms.value[TERM_ENTROPY], 1e-12,
                  "ELBO = Q + S");
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* ---- M ---- */

START_TEST(the_answer_is_the_maximum)
{
    for (int flip = 0; flip < 2; flip++) {
        struct model *m = grid(3, 3, flip, 0.4);
        struct theta *t = bound_theta(m, flip ? "eps=0.3" : "sigma2=2");
        struct latent *q = bound_posterior(m, t);
        struct theta *best = bound_answer(m, q, t, 1u, NULL);
        double top = bound_terms(m, q, best, NULL).value[TERM_ELBO], at = best->b.v[0], want = 0.0;
        for (size_t i = 0; i < 9; i++) {
            double x = m->obs.x[0][i], mean = q->b.v[i];
            want += (flip ? 0.5 * (1.0 - x * mean) : x * x - 2.0 * x * mean + 1.0) / 9.0;
        }
        support_close(at, want, 1e-14, "the average over pixels");
        for (int side = -1; side <= 1; side += 2) {
            best->b.v[0] = at * (1.0 + 1e-3 * side);
            ck_assert_double_lt(bound_terms(m, q, best, NULL).value[TERM_ELBO], top);
        }
        struct theta *held = bound_answer(m, q, t, 0u, NULL);
        ck_assert_double_eq(held->b.v[0], t->b.v[0]);
        latent_free(q);
        theta_free(t);
        theta_free(best);
        theta_free(held);
        model_free(m);
    }
}
END_TEST

/* With q the image itself no noise is left; with its negative, nothing but noise. */
static void no_noise(bool flip, double sign, const char *words)
{
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = 1u};
    const char *options = flip ? "rows=2 cols=2 noise=flip" : "rows=2 cols=2 noise=gaussian";
    struct model *m = bound_model("x\n1\n-1\n-1\n1\n", "ising", options, &e);
    struct theta *t = bound_theta(m, flip ? "eps=0.3" : "sigma2=2");
    struct latent *q = latent_new(&m->q, &e);
    for (size_t i = 0; i < 4; i++)
        q->b.v[i] = sign * m->obs.x[0][i];
    ck_assert_int_eq(m->class->m_step(m, q, &how, NULL, t, &e), -1);
    ck_assert_msg(strstr(e.message, words) && e.hint[0], "'%s' lacks '%s'", e.message, words);
    ck_assert_double_eq(t->b.v[0], flip ? 0.3 : 2.0);
    latent_free(q);
    theta_free(t);
    model_free(m);
}

START_TEST(noise_runs_out)
{
    no_noise(true, 1.0, "eps runs to 0: q is the image itself, m = x");
    no_noise(true, -1.0, "eps runs to 1: q is the image's negative itself, m = \u2212x");
    no_noise(false, 1.0, "sigma2 runs to 0");
}
END_TEST

/* ---- the machine ---- */

static void step(struct machine *m, struct e_how how, bool makes)
{
    struct error e = {0};
    bool made;
    ck_assert_msg(machine_e(m, &how, &made, &e) == 0, "%s", e.message);
    ck_assert(made == makes);
}

START_TEST(in_the_machine)
{
    struct machine *m = support_machine("sim_ising_6x8", "ising", "columns=row,col,x J=0.4");
    support_theta(m, "sigma2=1");
    step(m, (struct e_how){.kind = E_EXACT}, true);
    ck_assert(!machine_here(m)->exact); /* settled is not the posterior */
    step(m, (struct e_how){.kind = E_EXACT}, false);
    support_m(m);
    ck_assert(!machine_here(m)->step.from_exact);
    step(m, (struct e_how){.kind = E_SWEEPS, .sweeps = 1}, true);
    step(m, (struct e_how){.kind = E_SWEEPS, .sweeps = 3}, true);
    machine_free(m);
    m = support_machine("sim_ising_6x8", "ising", "columns=row,col,x J=0");
    support_theta(m, "sigma2=1");
    step(m, (struct e_how){.kind = E_EXACT}, true);
    ck_assert(machine_here(m)->exact);
    support_m(m);
    ck_assert(machine_here(m)->step.from_exact);
    machine_free(m);
}
END_TEST

/* ^C is seen between two sweeps. */
START_TEST(interrupted)
{
    static const struct e_how ways[] = {{.kind = E_EXACT}, {.kind = E_TEMPERED, .beta = 2.0},
                                        {.kind = E_SWEEPS, .sweeps = 1000000}};
    volatile sig_atomic_t flag = 1;
    struct error e = {0};
    struct model *m = grid(3, 3, false, 0.4);
    struct theta *t = bound_theta(m, "sigma2=1");
    struct latent *q = latent_new(&m->q, &e);
    m->interrupt = &flag;
    for (size_t i = 0; i < 3; i++) {
        e = (struct error){0};
        ck_assert_int_eq(m->class->e_step(m, t, &ways[i], q, &e), -1);
        ck_assert(e.kind == ERROR_INTERRUPTED && strstr(e.message, "interrupted"));
    }
    latent_free(q);
    theta_free(t);
    model_free(m);
}
END_TEST

/* ---- data and options ---- */

static void refused(const char *csv, const char *options, const char *words)
{
    struct error e = {0};
    struct model *m = bound_model(csv, "ising", options, &e);
    ck_assert_msg(!m, "taken: %s %s", csv, options);
    ck_assert_msg(strstr(e.message, words) && e.hint[0], "'%s' lacks '%s'", e.message, words);
}

START_TEST(data_refused)
{
    refused("row,col\n1,1\n1,2\n", "", "here are 2");
    refused("x\n1\n-1\n", "", "does not say how wide");
    refused("x\n1\n-1\n1\n", "rows=2 cols=1", "2 × 1 pixels has not 3 values");
    refused("r,c,x\n1,1,1\n1,3,1\n", "", "column 'c' is 3; a place in an image of 2 pixels");
    refused("r,c,x\n1,1,1\n0,2,1\n", "", "column 'r' is 0");
    refused("r,c,x\n1,1,1\n1.5,2,1\n", "", "column 'r' is 1.5");
    refused("r,c,x\n1,1,1\n1,2,1\n2,1,0\n", "", "2 × 2 pixels has not 3 values");
    refused("r,c,x\n1,1,1\n1,2,1\n1,2,0\n2,2,0\n", "", "pixel (1, 2) is there a second time");
    refused("r,c,x\n1,1,1\n1,2,1\n2,1,0\n2,2,0\n", "rows=1", "goes up to 2, and rows=1");
    refused("x\n1\n0\n", "rows=2 cols=1 noise=flip", "pixel (2, 1) is 0");
    refused("x\n1\nNA\n", "rows=2 cols=1", "takes no missing entries");
    bound_starved("x\n1\n-1\n0.5\n2\n", "ising", "rows=2 cols=2");
}
END_TEST

/* Rows in any order; ±1 alone are taken as flips. */
START_TEST(data_taken)
{
    struct error e = {0};
    struct model *m = bound_model("r,c,x\n2,1,-1\n1,2,1\n2,2,1\n1,1,-1\n", "ising", "", &e);
    size_t rows, cols;
    ck_assert_msg(m != NULL, "%s", e.message);
    ck_assert_str_eq(m->about, "2 × 2 pixels, flip noise, J = 0.5");
    const double *x = m->class->image(m, &rows, &cols);
    ck_assert(x[0] == -1 && x[1] == 1 && x[2] == -1 && x[3] == 1);
    model_free(m);
    m = bound_model("x\n1\n-1\n0.5\n2\n", "ising", "rows=2 cols=2 J=1", &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    ck_assert_str_eq(m->about, "2 × 2 pixels, normal noise, J = 1");
    model_free(m);
}
END_TEST

START_TEST(theta_and_starts)
{
    struct error e = {0};
    gsl_rng *random = random_new(3, &e);
    for (int flip = 0; flip < 2; flip++) {
        struct model *m = grid(3, 3, flip, 0.4);
        struct theta *t = theta_new(&m->theta, &e);
        for (const struct init_method *i = m->class->inits; i->name; i++) {
            ck_assert_int_eq(m->class->init(m, i->name, random, t, &e), 0);
            ck_assert_msg(model_theta_valid(m, t, &e) == 0, "%s", e.message);
        }
        t->b.v[0] = 0.0;
        ck_assert_int_eq(model_theta_valid(m, t, &e), -1);
        if (flip)
            ck_assert_msg(strstr(e.message, "strictly between 0 and 1"), "%s", e.message);
        theta_free(t);
        model_free(m);
    }
    gsl_rng_free(random);
}
END_TEST

START_TEST(steps_refused)
{
    static const struct {
        struct e_how how;
        const char *words;
    } odd[] = {{{.kind = E_HARD}, "most probable image"},
               {{.kind = E_ROWS, .first = 1, .last = 2}, "a sweep visits them all"}};
    struct error e = {0};
    struct machine *m = support_machine("sim_ising_6x8", "ising", "columns=row,col,x J=0.4");
    support_theta(m, "sigma2=1");
    support_e(m);
    for (size_t i = 0; i < 2; i++) {
        bool made;
        ck_assert_int_eq(machine_e(m, &odd[i].how, &made, &e), -1);
        ck_assert_msg(strstr(e.message, odd[i].words) && e.hint[0], "%s", e.message);
    }
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ising");
    TCase *c = tcase_create("ising");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, enumeration, 0, (int)(sizeof shapes / sizeof *shapes));
    tcase_add_test(c, next_to_no_noise);
    tcase_add_test(c, transposed);
    tcase_add_test(c, sweeps);
    tcase_add_test(c, the_start_is_part_of_the_answer);
    tcase_add_test(c, every_sweep_ascends);
    tcase_add_test(c, no_coupling);
    tcase_add_test(c, too_wide);
    tcase_add_test(c, the_answer_is_the_maximum);
    tcase_add_test(c, noise_runs_out);
    tcase_add_test(c, in_the_machine);
    tcase_add_test(c, interrupted);
    tcase_add_test(c, data_refused);
    tcase_add_test(c, data_taken);
    tcase_add_test(c, theta_and_starts);
    tcase_add_test(c, steps_refused);
    suite_add_tcase(s, c);
    return support_run(s);
}
