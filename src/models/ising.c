/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Image denoising by a variational E-step.  Clean spins z_i ∈ {−1,+1} on a grid, each
 * coupled to its four neighbours i~j; x_i is z_i with normal noise, or z_i flipped.
 *
 *     p(Z|J) = exp(J Σ_{i~j} z_i z_j)/C(J),   x_i = z_i + N(0,σ²)   or   x_i = −z_i with prob. ε
 *     E   q = Π_i Bernoulli with m_i = E_q z_i, since the posterior is out of reach; mean field:
 *         m_i = tanh( J Σ_{j~i} m_j + h_i ),   h_i = x_i/σ²   or   x_i ½ log((1−ε)/ε)
 *         pixel by pixel, row by row, each new m used at once;   tempered: tanh( β(…) )
 *     M   σ² = (1/n) Σ (x_i² − 2 x_i m_i + 1),   ε = (1/n) Σ (1 − x_i m_i)/2;   J is given
 *
 * For large J mean field has several fixed points: the E-step starts from the q that is there, and
 * from m = 0 when there is none.  ℓ, H and KL are exact on a narrow grid (ising_sum.c); on a wide
 * one they are intractable, and Q and the ELBO lack the constant −log C(J).
 */
#include "models/ising.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/pass/sweep.h"
#include "numeric/logspace.h"

static const double SETTLED = 1e-13;     /* no m moves by more (askew_sweep) */
static const double NO_NOISE = 1e-10;    /* σ² or ε: spins are −1 and 1, so this is absolute */
static const size_t VISITS_AT_MOST = 500000000, SWEEPS_AT_LEAST = 100; /* to settle */

static const struct option_spec ising_options[] = {
    {"rows", OPTION_COUNT, "N", "rows of the image (when not given: as the table says)"},
    {"cols", OPTION_COUNT, "N", "columns of the image"},
    {"J", OPTION_REAL, "J", "coupling of neighbours, given and not estimated (0.5)"},
    {"noise", OPTION_CHOICE, "gaussian|flip", "of the data (flip when all are \u22121 or 1)"},
    {NULL},
};

static void add_layouts(struct model *m)
{
    const struct ising *s = ising_of(m);
    if (s->flip)
        layout_add(&m->theta, (struct block){.name = "eps", .constraint = CONSTRAINT_BOUNDS,
                                             .lower = 0.0, .upper = 1.0,
                                             .help = "probability that a pixel is flipped"});
    else
        layout_add(&m->theta, (struct block){.name = "sigma2", .constraint = CONSTRAINT_POSITIVE,
                                             .help = "variance of the noise"});
    layout_add(&m->q, (struct block){.name = "m", .rank = 2, .dim = {s->rows, s->cols},
                                     .constraint = CONSTRAINT_BOUNDS, .lower = -1.0, .upper = 1.0,
                                     .help = "mean of the clean pixel under q"});
}

static void describe(struct model *m)
{
    const struct ising *s = ising_of(m);
    const unsigned always = TERM_BIT(TERM_Q) | TERM_BIT(TERM_ELBO) | TERM_BIT(TERM_ENTROPY);
    m->terms_defined = s->exact ? TERMS_EM : always;
    m->terms_intractable = TERMS_EM & ~m->terms_defined;
    m->posterior_in_family = s->J == 0.0;
    char J[NUMBER_TEXT];
    snprintf(m->about, sizeof m->about, "%zu × %zu pixels, %s noise, J = %s%s", s->rows, s->cols,
             s->flip ? "flip" : "normal", number_text(J, s->J, 6),
             s->exact ? "" : "; too large for ℓ, H and KL, and Q and ELBO are less log C(J)");
}

static int ising_bind(struct model *m, const struct options *o, struct error *e)
{
    struct ising *s = NEW(struct ising);
    if (!s)
        return error_no_memory(e);
    m->self = s;
    if (ising_read(m, o, e) != 0 || ising_prepare_sums(s, e) != 0)
        return -1;
    add_layouts(m);
    describe(m);
    return 0;
}

static void ising_unbind(struct model *m)
{
    struct ising *s = m->self;
    mem_free(s->x);
    mem_free(s->field);
    mem_free(s->log_weight);
    mem_free(s->mass);
    mem_free(s);
}

static const struct init_method ising_inits[] = {
    {"moment", "sigma2 = mean x² \u2212 1, at least 0.1; eps = 0.2"},
    {"random", "sigma2 uniform between 0.1 and 2; eps uniform between 0 and 0.5"},
    {NULL},
};

static int ising_init(const struct model *m, const char *method, gsl_rng *random,
                      struct theta *theta, struct error *e)
{
    const struct ising *s = ising_of(m);
    double *noise = theta->b.v, square = 0.0;
    (void)e;
    if (strcmp(method, "random") == 0) {
        double u = gsl_rng_uniform_pos(random);
        *noise = s->flip ? 0.5 * u : 0.1 + 1.9 * u;
        return 0;
    }
    for (size_t i = 0; i < s->n; i++)
        square += s->x[i] * s->x[i] / (double)s->n;
    *noise = s->flip ? 0.2 : fmax(square - 1.0, 0.1);
    return 0;
}

/* The field x_i/σ² is added and subtracted: Σ of it must be a number. */
static int variance_valid(const struct ising *s, double v, struct error *e)
{
    double sum = 0.0;
    for (size_t i = 0; i < s->n; i++)
        sum += (fabs(s->x[i]) + 1.0) / v;
    if (isfinite(2.0 * sum))
        return 0;
    error_set(e, "sigma2 is %g: so little noise that x/σ² is beyond the range of numbers", v);
    return error_hint(e, "start from more noise (theta sigma2=1)");
}

static int ising_valid(const struct model *m, const struct theta *theta, struct error *e)
{
    double v = theta->b.v[0];
    if (!ising_of(m)->flip)
        return variance_valid(ising_of(m), v, e);
    if (v > 0.0 && v < 1.0)
        return 0;
    error_set(e, "eps is %g; it must lie strictly between 0 and 1", v);
    return error_hint(e, "at 0 or 1 the clean image is known and there is nothing to infer");
}

void ising_field(const struct ising *s, double noise)
{
    double strength = s->flip ? 0.5 * (log1p(-noise) - log(noise)) : 1.0 / noise;
    for (size_t i = 0; i < s->n; i++)
        s->field[i] = strength * s->x[i];
}

/* ---- E ---------------------------------------------------------------------------------- */

/* atanh m_i as the neighbours and the data have it */
static double pull(const struct ising *s, const double *m, size_t row, size_t col, double beta)
{
    size_t i = row * s->cols + col;
    double sum = 0.0;
    if (row > 0)
        sum += m[i - s->cols];
    if (col > 0)
        sum += m[i - 1];
    if (col + 1 < s->cols)
        sum += m[i + 1];
    if (row + 1 < s->rows)
        sum += m[i + s->cols];
    return beta * (s->J * sum + s->field[i]);
}

double ising_visit(const struct ising *s, const double *m, size_t row, size_t col, double beta)
{
    return tanh(pull(s, m, row, col, beta));
}

/* The image while it is swept: many rows at once where there are many. */
struct sweeps {
    const struct ising *s;
    double *m, beta;
    bool askew;
    struct askew a;
};
static const size_t MANY = 16; /* rows and columns */

static void sweeps_begin(struct sweeps *w, const struct ising *s, double *m, double beta)
{
    *w = (struct sweeps){.s = s, .m = m, .beta = beta};
    w->askew = s->rows >= MANY && s->cols >= MANY &&
               askew_init(&w->a, s->rows, s->cols, m, s->field);
}

static void sweeps_end(struct sweeps *w)
{
    if (!w->askew)
        return;
    askew_read(&w->a, w->m);
    askew_clear(&w->a);
}

/* Visits every pixel, and each new value is used at once; `keeps`: m stays as it is.  The largest
 * move, as askew_sweep has it. */
static double sweep(struct sweeps *w, bool keeps)
{
    const struct ising *s = w->s;
    double largest = 0.0;
    if (w->askew)
        return askew_sweep(&w->a, s->J, w->beta, keeps);
    for (size_t row = 0; row < s->rows; row++)
        for (size_t col = 0; col < s->cols; col++) {
            double a = pull(s, w->m, row, col, w->beta), v = tanh(a);
            double size = fmin(fmax(1.0, fabs(a)), DBL_MAX); /* 0·∞ is no move */
            double move = fabs(v - w->m[row * s->cols + col]) * size;
            largest = move > largest ? move : largest;
            if (!keeps)
                w->m[row * s->cols + col] = v;
        }
    return largest;
}

/* ^C between two sweeps: a large image takes seconds to settle. */
static bool interrupted(const struct model *model, struct error *e)
{
    if (!model->interrupt || !*model->interrupt)
        return false;
    error_set(e, "interrupted between two sweeps; q is as it was");
    e->kind = ERROR_INTERRUPTED;
    return true;
}

/* A q that is settled already is left as it is, so that a second E changes nothing. */
static int settle_sweeps(const struct model *model, struct sweeps *w, struct error *e)
{
    size_t most = VISITS_AT_MOST / w->s->n, n = 0;
    double move = 0.0;
    most = most < SWEEPS_AT_LEAST ? SWEEPS_AT_LEAST : most;
    while (move > SETTLED || sweep(w, true) > SETTLED) {
        if (n++ == most) {
            error_set(e, "mean field has not settled after %zu sweeps: an m still moves by %.1g",
                      most, move);
            return error_hint(e, "e sweeps=100 takes a hundred at a time; a smaller J settles "
                                 "sooner");
        }
        if (interrupted(model, e))
            return -1;
        move = sweep(w, false);
    }
    return 0;
}

static int settle(const struct model *model, double *m, double beta, struct error *e)
{
    struct sweeps w;
    sweeps_begin(&w, ising_of(model), m, beta);
    int result = settle_sweeps(model, &w, e);
    sweeps_end(&w);
    return result;
}

static int sweep_times(const struct model *model, double *m, size_t times, struct error *e)
{
    struct sweeps w;
    int result = 0;
    sweeps_begin(&w, ising_of(model), m, 1.0);
    for (size_t i = 0; i < times && result == 0; i++) {
        result = interrupted(model, e) ? -1 : 0;
        if (result == 0)
            sweep(&w, false);
    }
    sweeps_end(&w);
    return result;
}

static int refuse_hard(struct error *e)
{
    error_set(e, "a hard q is the most probable image alone, which mean field does not find");
    return error_hint(e, "e beta=100 comes near an image that no single pixel improves");
}

static int ising_e_step(const struct model *model, const struct theta *theta,
                        const struct e_how *how, struct latent *q, struct error *e)
{
    const struct ising *s = ising_of(model);
    double *m = latent_block(q, "m");
    if (theta) /* uniform and random need none */
        ising_field(s, theta->b.v[0]);
    switch (how->kind) {
    case E_EXACT:
        return settle(model, m, 1.0, e);
    case E_TEMPERED:
        return settle(model, m, how->beta, e);
    case E_SWEEPS:
        return sweep_times(model, m, how->sweeps, e);
    case E_UNIFORM:
        memset(m, 0, s->n * sizeof *m);
        return 0;
    case E_RANDOM:
        for (size_t i = 0; i < s->n; i++)
            m[i] = 2.0 * gsl_rng_uniform_pos(how->random) - 1.0;
        return 0;
    case E_HARD:
        return refuse_hard(e);
    case E_ROWS: /* the machine knows: rows is false */
        break;
    }
    return error_set(e, "ising: %s", model->class->chained);
}

/* ---- M ---------------------------------------------------------------------------------- */

static int refuse_noise(const struct ising *s, double noise, struct error *e)
{
    if (s->flip)
        error_set(e, "the M-step's eps runs to %d: q is the image%s itself, m = %sx, and leaves no "
                     "noise", noise > 0.5, noise > 0.5 ? "'s negative" : "",
                  noise > 0.5 ? "\u2212" : "");
    else
        error_set(e, "the M-step's sigma2 runs to 0: q is the image itself, m = x, and leaves no "
                     "noise");
    return error_hint(e, "a larger J smooths more; or start from more noise (theta %s)",
                      s->flip ? "eps=0.2" : "sigma2=1");
}

static int ising_m_step(const struct model *model, const struct latent *q,
                        const struct m_how *how, const struct prior *prior, struct theta *theta,
                        struct error *e)
{
    const struct ising *s = ising_of(model);
    const double *m = latent_block(q, "m");
    double sum = 0.0;
    (void)prior;
    if (!how->blocks)
        return 0;
    for (size_t i = 0; i < s->n; i++) {
        double x = s->x[i]; /* with x² = 1: (1 − xm)/2 = |x − m|/2 keeps its digits near 0 */
        sum += s->flip ? 0.5 * fabs(x - m[i]) : (x - m[i]) * (x - m[i]) + (1 - m[i]) * (1 + m[i]);
    }
    double noise = sum / (double)s->n;
    if (!(noise > NO_NOISE) || (s->flip && !(noise < 1.0 - NO_NOISE)))
        return refuse_noise(s, noise, e);
    theta->b.v[0] = noise;
    return 0;
}

/* ---- terms ------------------------------------------------------------------------------ */

double ising_edges(const struct ising *s, const double *m)
{
    double sum = 0.0;
    for (size_t row = 0; row < s->rows; row++)
        for (size_t col = 0; col < s->cols; col++) {
            size_t i = row * s->cols + col;
            if (col + 1 < s->cols)
                sum += m[i] * m[i + 1];
            if (row + 1 < s->rows)
                sum += m[i] * m[i + s->cols];
        }
    return sum;
}

double ising_log_noise(const struct ising *s, double noise, double x, double m)
{
    if (s->flip)
        return x_log(0.5 * (1.0 + x * m), 1.0 - noise) + x_log(0.5 * (1.0 - x * m), noise);
    return -0.5 * log(2.0 * M_PI * noise) -
           0.5 * ((x - m) * (x - m) + (1.0 - m) * (1.0 + m)) / noise;
}

static double spin_entropy(double m)
{
    double up = 0.5 * (1.0 + m), down = 0.5 * (1.0 - m);
    return -x_log(up, up) - x_log(down, down);
}

double ising_field_constant(const struct ising *s, double noise)
{
    double sum = 0.0;
    if (s->flip)
        return (double)s->n * (noise < 0.5 ? log1p(-noise) : log(noise));
    for (size_t i = 0; i < s->n; i++) {
        double off = fabs(s->x[i]) - 1.0;
        sum -= 0.5 * (log(2.0 * M_PI * noise) + off * off / noise);
    }
    return sum;
}

double ising_field_size(const struct ising *s)
{
    double sum = 0.0;
    for (size_t i = 0; i < s->n; i++)
        sum += fabs(s->field[i]);
    return sum;
}

static void ising_terms(const struct model *model, const struct latent *q,
                        const struct theta *theta, unsigned which, struct terms *t)
{
    const struct ising *s = ising_of(model);
    double noise = theta->b.v[0], *value = t->value;
    const unsigned summed = TERM_BIT(TERM_LOGLIK) | TERM_BIT(TERM_H) | TERM_BIT(TERM_KL);
    const double *m = q && which & ~TERM_BIT(TERM_LOGLIK) ? latent_block(q, "m") : NULL;
    if (which & summed) {
        ising_field(s, noise);
        value[TERM_LOGLIK] = ising_sum(s, s->field, m, &value[TERM_H], &value[TERM_KL]) -
                             s->log_C + ising_field_constant(s, noise);
    }
    if (!m)
        return;
    double clean = s->J * ising_edges(s, m) - s->log_C, data = 0.0, entropy = 0.0, both = clean;
    for (size_t i = 0; i < s->n; i++) {
        double noisy = ising_log_noise(s, noise, s->x[i], m[i]), spread = spin_entropy(m[i]);
        data += noisy;
        entropy += spread;
        both += noisy + spread;
    }
    value[TERM_Q] = clean + data;
    value[TERM_ENTROPY] = entropy;
    value[TERM_ELBO] = both;
}

static const struct extra_term ising_extras[] = {
    {"logC", "log C(J)", "log Σ_z exp(J Σ z_i z_j)"},
    {NULL},
};

static void ising_extra(const struct model *m, const struct latent *q, const struct theta *theta,
                        double *out)
{
    const struct ising *s = ising_of(m);
    (void)q;
    (void)theta;
    out[0] = s->exact ? s->log_C : NAN;
}

static const double *ising_image(const struct model *m, size_t *rows, size_t *cols)
{
    const struct ising *s = ising_of(m);
    *rows = s->rows;
    *cols = s->cols;
    return s->x;
}

const struct model_class ising_model = {
    .name = "ising",
    .summary = "image denoising: Ising prior, mean-field E-step",
    .source = "Bishop, PRML 8.3.3; Zhang 1992, IEEE Trans. Signal Process. 40:2570",
    .kind = MODEL_VARIATIONAL,
    .chained = "each pixel's m depends on its neighbours', and a sweep visits them all",
    .options = ising_options,
    .inits = ising_inits,
    .bind = ising_bind,
    .unbind = ising_unbind,
    .init = ising_init,
    .valid = ising_valid,
    .e_step = ising_e_step,
    .m_step = ising_m_step,
    .terms = ising_terms,
    .image = ising_image,
    .extras = ising_extras,
    .extra = ising_extra,
    .explain = &ising_explainer,
};
