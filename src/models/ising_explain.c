/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain` of the Ising model: a pixel's mean-field value from its neighbours', and the terms as
 * sums over edges and pixels. */
#include <math.h>

#include "base/memory.h"
#include "models/explain_sum.h"
#include "models/ising.h"

enum { NEIGHBOURS = 4 };

static size_t ising_units(const struct model *m)
{
    return ising_of(m)->n;
}

static formula pixel_mean(struct explanation *x, const double *m, size_t i)
{
    size_t cols = ising_of(x->model)->cols;
    return f_symbol(&x->f, m[i], "m_{%zu,%zu}", i / cols + 1, i % cols + 1);
}

static formula datum(struct explanation *x, size_t i)
{
    size_t cols = ising_of(x->model)->cols;
    return f_symbol(&x->f, ising_of(x->model)->x[i], "x_{%zu,%zu}", i / cols + 1, i % cols + 1);
}

static formula noise_of(struct explanation *x)
{
    return f_symbol(&x->f, x->theta->b.v[0],
                    ising_of(x->model)->flip ? "\\varepsilon" : "\\sigma^{2}");
}

static formula coupling(struct explanation *x)
{
    return f_symbol(&x->f, ising_of(x->model)->J, "J");
}

/* h: x/σ², or x ½ log((1−ε)/ε) */
static formula field(struct explanation *x, formula datum_of)
{
    struct formulas *a = &x->f;
    formula noise = noise_of(x);
    if (!ising_of(x->model)->flip)
        return f_div(a, datum_of, noise);
    formula odds = f_log(a, f_div(a, f_sub(a, f_number(a, 1.0), noise), noise));
    return f_mul(a, datum_of, f_mul(a, f_half(a), odds));
}

static void pixel_text(const struct explanation *x, size_t i, struct text *out)
{
    const struct ising *s = ising_of(x->model);
    char number[NUMBER_TEXT];
    text_addf(out, "pixel %zu: row %zu, column %zu, x = %s", i + 1, i / s->cols + 1,
              i % s->cols + 1, number_text(number, s->x[i], x->digits));
}

static void say_largest_pixel(struct explanation *x, const struct formula *sum)
{
    double value;
    struct text pixel = TEXT_INIT;
    pixel_text(x, formula_largest(sum, &value), &pixel);
    explain_largest(x, sum, pixel.s);
    text_clear(&pixel);
}

/* ---- e I --------------------------------------------------------------------------------- */

/* Their places into `at` in the order of a sweep; how many. */
static size_t neighbours(const struct ising *s, size_t i, size_t at[NEIGHBOURS])
{
    size_t n = 0, row = i / s->cols, col = i % s->cols;
    if (row > 0)
        at[n++] = i - s->cols;
    if (col > 0)
        at[n++] = i - 1;
    if (col + 1 < s->cols)
        at[n++] = i + 1;
    if (row + 1 < s->rows)
        at[n++] = i + s->cols;
    return n;
}

/* tanh( J Σ_{j~i} m_j + h_i ) */
static formula visit(struct explanation *x, const double *m, size_t i)
{
    struct formulas *a = &x->f;
    size_t at[NEIGHBOURS], n = neighbours(ising_of(x->model), i, at);
    formula h = field(x, datum(x, i)), around = n ? pixel_mean(x, m, at[0]) : NULL;
    for (size_t j = 1; j < n; j++)
        around = f_add(a, around, pixel_mean(x, m, at[j]));
    return f_tanh(a, around ? f_add(a, f_mul(a, coupling(x), around), h) : h);
}

static void visit_item(struct explanation *x, const double *m, size_t i, double value,
                       const char *after)
{
    size_t cols = ising_of(x->model)->cols;
    explain_item(x, value, visit(x, m, i), "m_{%zu,%zu}", i / cols + 1, i % cols + 1);
    explain_after(x, "%s", after);
}

static int ising_explain_e(struct explanation *x, size_t i, struct error *e)
{
    const struct ising *s = ising_of(x->model);
    const double *settled = latent_block(x->r, "m"), *m = x->q ? latent_block(x->q, "m") : NULL;
    struct text pixel = TEXT_INIT;
    size_t row = i / s->cols, col = i % s->cols;
    (void)e;
    explain_title(x, "m_{i} = \\tanh(J \\sum_{j} m_{j} + h_{i}),\\quad h_{i} = %s",
                  s->flip ? "x_{i} \\tfrac12 \\log((1-\\varepsilon)/\\varepsilon)"
                          : "x_{i}/\\sigma^{2}");
    pixel_text(x, i, &pixel);
    explain_about(x, "%s", pixel.s);
    text_clear(&pixel);
    ising_field(s, x->theta->b.v[0]);
    if (m && fabs(m[i] - settled[i]) > 1e-12)
        visit_item(x, m, i, ising_visit(s, m, row, col, 1.0),
                   "one visit, with the neighbours of today");
    visit_item(x, settled, i, settled[i], "settled: its neighbours give the value back");
    explain_remark(x, "j are the neighbours of pixel i; the E-step visits every pixel in turn until"
                      " none moves");
    return 0;
}

/* ---- m ----------------------------------------------------------------------------------- */

/* x² − 2xm + 1, or (1 − xm)/2 */
static formula noise_of_pixel(struct explanation *x, formula datum_of, formula m)
{
    struct formulas *a = &x->f;
    formula one = f_number(a, 1.0), two = f_number(a, 2.0);
    if (ising_of(x->model)->flip)
        return f_div(a, f_sub(a, one, f_mul(a, datum_of, m)), two);
    formula cross = f_mul(a, f_mul(a, two, datum_of), m);
    return f_add(a, f_sub(a, f_square(a, datum_of), cross), one);
}

/* Σ_i of what `of_pixel` makes of x_i and m_i */
static struct formula *pixel_sum(struct explanation *x,
                                 formula (*of_pixel)(struct explanation *, formula, formula))
{
    struct formulas *a = &x->f;
    const double *m = latent_block(x->q, "m");
    struct formula *sum = f_sum(a, "\\sum_{i}",
                                of_pixel(x, f_name(a, "x_{i}"), f_name(a, "m_{i}")));
    for (size_t i = 0; i < ising_of(x->model)->n; i++) {
        struct formulas_mark mark = f_term_begin(a, sum);
        f_term_end(a, sum, of_pixel(x, datum(x, i), pixel_mean(x, m, i)), mark);
    }
    return sum;
}

static int ising_explain_m(struct explanation *x, const struct block *b, size_t entry,
                           struct error *e)
{
    const struct ising *s = ising_of(x->model);
    struct formula *sum = pixel_sum(x, noise_of_pixel);
    (void)b;
    (void)entry;
    (void)e;
    explain_item(x, x->answer->b.v[0],
                 f_div(&x->f, sum, f_symbol(&x->f, (double)s->n, "n")), "%s",
                 s->flip ? "\\varepsilon" : "\\sigma^{2}");
    say_largest_pixel(x, sum);
    return 0;
}

/* ---- the terms --------------------------------------------------------------------------- */

/* E_q log p(x|z) of one pixel */
static formula log_noise(struct explanation *x, formula datum_of, formula m)
{
    struct formulas *a = &x->f;
    formula noise = noise_of(x), one = f_number(a, 1.0), two = f_number(a, 2.0);
    if (ising_of(x->model)->flip) {
        formula xm = f_mul(a, datum_of, m);
        formula right = f_div(a, f_add(a, one, xm), two), wrong = f_div(a, f_sub(a, one, xm), two);
        return f_add(a, f_mul(a, right, f_log(a, f_sub(a, one, noise))),
                     f_mul(a, wrong, f_log(a, noise)));
    }
    formula constant = f_log(a, f_mul(a, f_mul(a, two, f_pi(a)), noise));
    return f_sub(a, f_neg(a, f_mul(a, f_half(a), constant)),
                 f_div(a, noise_of_pixel(x, datum_of, m), f_mul(a, two, noise)));
}

/* −(1+m)/2 log (1+m)/2 − (1−m)/2 log (1−m)/2 */
static formula spin_entropy(struct explanation *x, formula datum_of, formula m)
{
    struct formulas *a = &x->f;
    formula one = f_number(a, 1.0), two = f_number(a, 2.0);
    formula up = f_div(a, f_add(a, one, m), two), down = f_div(a, f_sub(a, one, m), two);
    (void)datum_of;
    return f_sub(a, f_neg(a, f_times_log(a, up, up)), f_times_log(a, down, down));
}

static formula pull_of_pixel(struct explanation *x, formula datum_of, formula m)
{
    return f_mul(&x->f, field(x, datum_of), m);
}

/* E_q Σ_{i~j} z_i z_j */
static formula edges_item(struct explanation *x)
{
    struct formulas *a = &x->f;
    const struct ising *s = ising_of(x->model);
    const double *m = latent_block(x->q, "m");
    struct formula *sum = f_sum(a, "\\sum_{ij}",
                                f_mul(a, f_name(a, "m_{i}"), f_name(a, "m_{j}")));
    for (size_t i = 0; i < s->n; i++) {
        const size_t next[] = {i + 1, i + s->cols};
        const bool there[] = {i % s->cols + 1 < s->cols, i + s->cols < s->n};
        for (size_t k = 0; k < 2; k++) {
            struct formulas_mark mark = f_term_begin(a, sum);
            f_term_end(a, sum, there[k] ? f_mul(a, pixel_mean(x, m, i), pixel_mean(x, m, next[k]))
                                        : NULL, mark);
        }
    }
    explain_remark(x, "Σᵢⱼ is over neighbours, each pair once");
    return explain_part(x, ising_edges(s, m), sum, "E_q[\\sum_{ij} z_{i} z_{j}]");
}

static double noise_sum(const struct explanation *x)
{
    const struct ising *s = ising_of(x->model);
    const double *m = latent_block(x->q, "m");
    double sum = 0.0;
    for (size_t i = 0; i < s->n; i++)
        sum += ising_log_noise(s, x->theta->b.v[0], s->x[i], m[i]);
    return sum;
}

/* J E_q Σ z z − log C + E_q log p(x|z) */
static void explain_expected(struct explanation *x)
{
    struct formulas *a = &x->f;
    const struct ising *s = ising_of(x->model);
    struct formula *pixels = pixel_sum(x, log_noise);
    formula clean = f_mul(a, coupling(x), edges_item(x));
    formula noisy = explain_part(x, noise_sum(x), pixels, "E_q[\\log p(x|z,\\theta)]");
    say_largest_pixel(x, pixels);
    if (s->exact)
        clean = f_sub(a, clean, f_symbol(a, s->log_C, "\\log C(J)"));
    else
        explain_remark(x, "less log C(J), which does not depend on q or θ and is out of reach");
    explain_term_item(x, TERM_Q, f_add(a, clean, noisy));
}

/* log Z = log Σ_z exp(J Σ z z + Σ h z), in the posterior's denominator */
static formula log_total_item(struct explanation *x)
{
    const struct ising *s = ising_of(x->model);
    ising_field(s, x->theta->b.v[0]);
    double v = ising_sum(s, s->field, NULL, NULL, NULL) + ising_field_size(s);
    explain_remark(x, "Z = Σ exp(J Σ zᵢzⱼ + Σ hᵢzᵢ) and C(J), the same without h, are sums "
                      "over all 2^%zu images: a transfer matrix takes them pixel by pixel", s->n);
    explain_item(x, v, NULL, "\\log Z");
    return f_symbol(&x->f, v, "\\log Z");
}

/* log Z + Σ_i log p(x_i|z_i) without its h_i z_i − log C */
static void explain_evidence(struct explanation *x)
{
    struct formulas *a = &x->f;
    const struct ising *s = ising_of(x->model);
    formula noise = noise_of(x), n = f_symbol(a, (double)s->n, "n"), constant;
    if (s->flip) {
        formula both = f_mul(a, noise, f_sub(a, f_number(a, 1.0), noise));
        constant = f_mul(a, f_div(a, n, f_number(a, 2.0)), f_log(a, both));
    } else {
        struct formula *squares = f_sum(a, "\\sum_{i}",
                                        f_add(a, f_square(a, f_name(a, "x_{i}")),
                                              f_number(a, 1.0)));
        formula circle = f_log(a, f_mul(a, f_mul(a, f_number(a, 2.0), f_pi(a)), noise));
        for (size_t i = 0; i < s->n; i++)
            f_sum_add(a, squares, f_add(a, f_square(a, datum(x, i)), f_number(a, 1.0)));
        constant = f_sub(a, f_neg(a, f_mul(a, f_div(a, n, f_number(a, 2.0)), circle)),
                         f_div(a, squares, f_mul(a, f_number(a, 2.0), noise)));
    }
    formula total = log_total_item(x);
    formula c = explain_part(x, ising_field_constant(s, x->theta->b.v[0]) - ising_field_size(s),
                             constant, "c");
    explain_term_item(x, TERM_LOGLIK,
                      f_add(a, f_sub(a, total, f_symbol(a, s->log_C, "\\log C(J)")), c));
    explain_remark(x, "c is what log p(x|z) has beside Σ hᵢzᵢ");
}

/* H = J E_q Σ z z + Σ h m − log Z */
static void explain_cross(struct explanation *x)
{
    struct formulas *a = &x->f;
    const struct ising *s = ising_of(x->model);
    const double *m = latent_block(x->q, "m");
    double pulls = 0.0;
    ising_field(s, x->theta->b.v[0]);
    for (size_t i = 0; i < s->n; i++)
        pulls += s->field[i] * m[i];
    formula clean = f_mul(a, coupling(x), edges_item(x));
    formula pull = explain_part(x, pulls, pixel_sum(x, pull_of_pixel), "\\sum_{i} h_{i} m_{i}");
    explain_term_item(x, TERM_H, f_sub(a, f_add(a, clean, pull), log_total_item(x)));
}

static int ising_explain_term(struct explanation *x, enum term t, struct error *e)
{
    (void)e;
    if (t == TERM_Q) {
        explain_expected(x);
    } else if (t == TERM_ENTROPY) {
        struct formula *sum = pixel_sum(x, spin_entropy);
        explain_term_item(x, t, sum);
        say_largest_pixel(x, sum);
    } else if (t == TERM_LOGLIK) {
        explain_evidence(x);
    } else if (t == TERM_H) {
        explain_cross(x);
    }
    return 0; /* ELBO and KL are their identities */
}

static int ising_explain_jensen(struct explanation *x, size_t i, struct error *e)
{
    const struct ising *s = ising_of(x->model);
    (void)i;
    if (!s->exact) {
        error_set(e, "the pixels are coupled, so Jensen's inequality is about the whole image, and "
                     "its left side, ℓ, is out of reach on a grid of %zu × %zu", s->rows, s->cols);
        return error_hint(e, "explain elbo has the right side; a shorter side of at most 12 pixels "
                             "has both");
    }
    explain_title(x, "\\log E_q[w] \\ge E_q[\\log w],\\quad w(z) = p(x,z|\\theta)/q(z)");
    explain_evidence(x);
    explain_term_item(x, TERM_ELBO, f_add(&x->f, explain_term_formula(x, TERM_Q),
                                          explain_term_formula(x, TERM_ENTROPY)));
    char gap[NUMBER_TEXT];
    explain_remark(x, "the pixels are coupled, so there is one w, of the whole image: log E_q[w] = "
                      "ℓ ≥ E_q[log w] = ELBO ✓ by %s, which is KL(q‖p(z|x,θ))",
                   number_text(gap, x->terms->value[TERM_KL], x->digits));
    return 0;
}

const struct explainer ising_explainer = {
    .units = ising_units,
    .unit = "pixel",
    .e = ising_explain_e,
    .m = ising_explain_m,
    .term = ising_explain_term,
    .jensen = ising_explain_jensen,
    .intractable = "it sums over all images, 2 to the power of their pixels; that is done exactly "
                   "(by a transfer matrix) where the shorter side has at most 12 pixels",
};
