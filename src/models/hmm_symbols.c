/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Categorical emissions of a hidden Markov model.
 *
 *     log f(v|B_k) = log B_kv          M  B_kv = Σ_t γ_t(k) [x_t = v] / N_k
 */
#include <math.h>
#include <string.h>

#include "models/hmm.h"

enum { SYMBOLS = 1000 };

static size_t symbols_of(const struct model *m)
{
    return hmm_of(m)->symbols;
}

static int refuse_symbol(const struct model *m, size_t i, size_t symbols, struct error *e)
{
    char shown[NUMBER_TEXT];
    error_set(e, "row %zu of column '%s' is %s; symbols are numbered 1 to %zu", i + 1,
              observations_name(&m->obs, 0), number_text(shown, m->obs.x[0][i], 6), symbols);
    return error_hint(e, "columns=NAME chooses another column, symbols=V a larger alphabet (at "
                         "most %d)", SYMBOLS);
}

int symbols_read(const struct model *m, const struct options *o, size_t *symbols, struct error *e)
{
    double largest = 1.0;
    if (m->obs.d != 1) {
        error_set(e, "categorical emissions are one column of symbols 1, 2 …; here are %zu",
                  m->obs.d);
        return error_hint(e, "columns=NAME chooses one");
    }
    for (size_t i = 0; i < m->obs.n; i++)
        largest = fmax(largest, m->obs.x[0][i]);
    *symbols = largest < SYMBOLS ? (size_t)largest : SYMBOLS;
    if (options_count(o, "symbols", 1, SYMBOLS, symbols, e) != 0)
        return -1;
    for (size_t i = 0; i < m->obs.n; i++) {
        double v = m->obs.x[0][i];
        if (!(v >= 1.0 && v <= (double)*symbols && v == floor(v)))
            return refuse_symbol(m, i, *symbols, e);
    }
    return 0;
}

void symbols_layout(struct model *m, size_t symbols)
{
    layout_add(&m->theta, (struct block){.name = "B", .rank = 2, .dim = {m->k, symbols},
                                         .constraint = CONSTRAINT_SIMPLEX, .of_z = 1,
                                         .help = "probability of symbol v in state k"});
}

static size_t symbols_work(const struct model *m)
{
    return m->k * symbols_of(m);
}

static bool symbols_prepare(const struct model *m, const struct theta *theta, double *work)
{
    const double *B = theta_block(theta, "B");
    for (size_t i = 0; i < m->k * symbols_of(m); i++)
        work[i] = log(B[i]);
    return true;
}

static void symbols_log_density(const struct model *m, const double *work, const double *x,
                                size_t rows, double *out)
{
    size_t V = symbols_of(m);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < m->k; k++)
            out[i * m->k + k] = work[k * V + (size_t)x[i] - 1];
}

static int symbols_fit(const struct fit *f, struct theta *theta, struct error *e)
{
    const struct model *m = f->model;
    size_t V = symbols_of(m);
    double *B = theta_block(theta, "B");
    (void)e;
    memset(B, 0, m->k * V * sizeof *B);
    for (size_t i = 0; i < m->obs.n; i++)
        for (size_t k = 0; k < m->k; k++)
            B[k * V + (size_t)m->obs.x[0][i] - 1] += f->gamma[i * m->k + k];
    for (size_t k = 0; k < m->k; k++)
        for (size_t v = 0; v < V; v++)
            B[k * V + v] /= f->nk[k];
    return 0;
}

/* ∂/∂B_kv = Σ_{x_t = v} γ_tk / B_kv */
static bool symbols_score(const struct fit *f, const struct theta *theta, double *out)
{
    const struct model *m = f->model;
    size_t V = symbols_of(m);
    const double *B = theta_block(theta, "B");
    double *slope = out + (B - theta->b.v);
    memset(slope, 0, m->k * V * sizeof *slope);
    for (size_t i = 0; i < m->obs.n; i++)
        for (size_t k = 0; k < m->k; k++)
            slope[k * V + (size_t)m->obs.x[0][i] - 1] += f->gamma[i * m->k + k];
    for (size_t i = 0; i < m->k * V; i++)
        slope[i] /= B[i];
    return true;
}

static size_t symbols_nfeature(const struct model *m)
{
    return symbols_of(m);
}

/* Half a row's own symbol, a quarter each of its neighbours': states are told apart by what goes
 * together, even where there are more states than symbols. */
static void symbols_features(const struct model *m, size_t first, size_t count, double *out)
{
    const double *x = m->obs.x[0];
    size_t V = symbols_of(m), last = m->obs.n - 1;
    memset(out, 0, count * V * sizeof *out);
    for (size_t t = first; t < first + count; t++, out += V) {
        out[(size_t)x[t] - 1] += 0.5;
        out[(size_t)x[t > 0 ? t - 1 : t] - 1] += 0.25;
        out[(size_t)x[t < last ? t + 1 : t] - 1] += 0.25;
    }
}

/* Each centre, mixed with a tenth of the uniform distribution: a B of 0 would stay there. */
static void symbols_seed(const struct model *m, const double *centre, double within,
                         struct theta *theta)
{
    size_t V = symbols_of(m);
    double *B = theta_block(theta, "B");
    (void)within;
    for (size_t k = 0; k < m->k; k++) {
        double sum = 0.0;
        for (size_t v = 0; v < V; v++) {
            B[k * V + v] = 0.9 * fmax(centre[k * V + v], 0.0) + 0.1 / (double)V;
            sum += B[k * V + v];
        }
        for (size_t v = 0; v < V; v++)
            B[k * V + v] /= sum;
    }
}

static void symbols_draw(const struct model *m, const struct theta *theta, size_t k, size_t i,
                         gsl_rng *random, double *x)
{
    (void)i;
    x[0] = (double)mixture_draw_label(random, symbols_of(m),
                                      theta_block(theta, "B") + k * symbols_of(m));
}

static void symbols_stats_layout(struct model *m)
{
    layout_add(&m->stats, (struct block){.name = "emitted", .rank = 2,
                                         .dim = {m->k, layout_find(&m->theta, "B")->dim[1]},
                                         .help = "Σ γ over the times at which symbol v was seen"});
}

static void symbols_stats(const struct fit *f, const struct theta *theta, double *v)
{
    const struct model *m = f->model;
    size_t V = symbols_of(m);
    (void)theta;
    memset(v, 0, m->k * V * sizeof *v);
    for (size_t t = 0; t < m->obs.n; t++)
        for (size_t k = 0; k < m->k; k++)
            v[k * V + (size_t)m->obs.x[0][t] - 1] += f->gamma[t * m->k + k];
}

const struct family symbols_family = {
    .draw = symbols_draw,
    .work = symbols_work,
    .prepare = symbols_prepare,
    .log_density = symbols_log_density,
    .fit = symbols_fit,
    .score = symbols_score,
    .nfeature = symbols_nfeature,
    .features = symbols_features,
    .seed = symbols_seed,
    .stats_layout = symbols_stats_layout,
    .stats = symbols_stats,
};
