/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels of pass/chain.h, compiled for each kind of processor: CHAIN_BACKWARD, CHAIN_FORWARD,
 * CHAIN_EMIT and CHAIN_MOMENTS are the names of what they make. */
#include <math.h>

#include "models/pass/chain.h"
#include "models/pass/soft.h"

enum { STEPS = 64, CHAIN_VECTORS = CHAIN_MOST / LANES };

/* Below it a product is lost; what is missing may reach `lost_most` before it could matter, beside
 * a g·A of `most` at most. */
#define CHAIN_LOST 1e-290
#define CHAIN_LOST_MOST 1e-200
#define CHAIN_MOST_FLOW 1e150
#define CHAIN_LEAST 1e-200

INLINE void store(double *to, vec v)
{
    memcpy(to, &v, sizeof v);
}

/* out ← Σ_j x_j M_j, M (k,kp) */
INLINE void combine(const int V, size_t k, size_t kp, const double *x, const double *M, vec *out)
{
    vec odd[CHAIN_VECTORS];
    size_t j = 0;
    for (int v = 0; v < V; v++)
        out[v] = odd[v] = vec_all(0.0);
    for (; j + 2 <= k; j += 2)
        for (int v = 0; v < V; v++) {
            out[v] += x[j] * vec_load(M + j * kp + (size_t)v * LANES);
            odd[v] += x[j + 1] * vec_load(M + (j + 1) * kp + (size_t)v * LANES);
        }
    for (int v = 0; v < V; v++) {
        if (j < k)
            out[v] += x[j] * vec_load(M + j * kp + (size_t)v * LANES);
        out[v] += odd[v];
    }
}

INLINE double sum_all(const int V, const vec *a)
{
    vec s = a[0];
    for (int v = 1; v < V; v++)
        s += a[v];
    return vec_sum(s);
}

/* The k numbers of a row, and `beyond` in the lanes beyond them. */
INLINE void load_row(const int V, size_t k, const double *from, double beyond, vec *out)
{
    double padded[CHAIN_MOST];
    if (k == (size_t)V * LANES) {
        for (int v = 0; v < V; v++)
            out[v] = vec_load(from + (size_t)v * LANES);
        return;
    }
    for (size_t j = 0; j < (size_t)V * LANES; j++)
        padded[j] = j < k ? from[j] : beyond;
    for (int v = 0; v < V; v++)
        out[v] = vec_load(padded + (size_t)v * LANES);
}

/* b ← exp(log_b − its maximum), which is returned */
INLINE double lift(const int V, size_t k, const double *log_b, vec *b)
{
    load_row(V, k, log_b, -INFINITY, b);
    vec top = b[0];
    for (int v = 1; v < V; v++)
        top = vec_max(top, b[v]);
    double most = top[0];
    for (int i = 1; i < LANES; i++)
        most = top[i] > most ? top[i] : most;
    for (int v = 0; v < V; v++)
        b[v] = vec_exp(b[v] - most);
    return most;
}

INLINE bool any(ivec mask)
{
    long long bits = 0;
    for (int i = 0; i < LANES; i++)
        bits |= mask[i];
    return bits != 0;
}

/* Σ w log x over w > 0; −∞ where such an x is 0 */
INLINE double weighted_logs(const int V, const vec *w, const vec *x)
{
    vec sum = vec_all(0.0);
    ivec dead = {0};
    for (int v = 0; v < V; v++) {
        ivec some = w[v] > 0.0, gone = some & (x[v] <= 0.0), usable = some & ~gone;
        vec one = vec_all(1.0), safe = (vec)((usable & (ivec)x[v]) | (~usable & (ivec)one));
        sum += (vec)(usable & (ivec)(w[v] * vec_log(safe)));
        dead |= gone;
    }
    return any(dead) ? -INFINITY : vec_sum(sum);
}

/* Some f may be lost: dead lanes become 0, in beta and f, and `missing` (k) bounds what they are
 * short of.  False where that could matter. */
static bool mend(const struct chain_pass *c, const double *b, double scale, double *beta,
                 double *f, double *missing, bool *lossy)
{
    double flow[CHAIN_MOST] = {0.0};
    for (size_t j = 0; *lossy && j < c->k; j++)
        for (size_t i = 0; i < c->k; i++)
            flow[i] += c->At[j * c->kp + i] * missing[j];
    *lossy = false;
    for (size_t i = 0; i < c->k; i++) {
        missing[i] = 0.0;
        if (!(flow[i] <= 1e-20 * beta[i]) || beta[i] < CHAIN_LOST) {
            missing[i] = (beta[i] + flow[i] + CHAIN_LOST) * b[i] / scale;
            beta[i] = f[i] = 0.0;
        } else if (b[i] * beta[i] < CHAIN_LOST) {
            missing[i] = CHAIN_LOST / scale;
            f[i] = 0.0;
        }
        *lossy = *lossy || missing[i] > 0.0;
        if (!(missing[i] < CHAIN_LOST_MOST))
            return false;
    }
    return true;
}

/* log Π of STEPS numbers or fewer, none of which is 0 */
INLINE double log_product(const double *x, size_t count)
{
    double product = 1.0;
    long exponents = 0;
    for (size_t i = 0; i < count; i++) {
        int exponent;
        product = frexp(product * x[i], &exponent);
        exponents += exponent;
    }
    return log(product) + M_LN2 * (double)exponents;
}

INLINE bool backward(const int V, const struct chain_pass *c, const double *gamma,
                     struct chain_sums *s)
{
    double scales[STEPS], missing[CHAIN_MOST] = {0.0}, here[CHAIN_MOST], was[CHAIN_MOST];
    double lifted[CHAIN_MOST];
    long double scale = 0.0, log_f = 0.0, log_beta = 0.0;
    size_t k = c->k, kp = c->kp, count = 0;
    bool lossy = false;
    double *f = here, *beta = was;
    const double *next = here;
    vec beyond[CHAIN_VECTORS]; /* 1 in the lanes that are no states */
    if (V < 1)
        return false;
    for (int i = 0; i < V * LANES; i++)
        beyond[i / LANES][i % LANES] = (size_t)i < k ? 0.0 : 1.0;
    for (size_t t = c->n; t-- > 0; next = f) {
        vec b[CHAIN_VECTORS], now[CHAIN_VECTORS], raw[CHAIN_VECTORS], g[CHAIN_VECTORS];
        double top = lift(V, k, c->log_b + t * k, b);
        ivec low = {0};
        if (!gamma) {
            f = c->f + t * kp;
            beta = c->beta + t * kp;
        }
        if (t + 1 < c->n)
            combine(V, k, kp, next, c->At, now);
        else
            for (int v = 0; v < V; v++)
                now[v] = vec_all(1.0);
        for (int v = 0; v < V; v++)
            raw[v] = b[v] * now[v];
        double sum = sum_all(V, raw), inverse = 1.0 / sum;
        if (!(sum > CHAIN_LEAST) || !isfinite(top))
            return false;
        for (int v = 0; v < V; v++) {
            store(beta + v * LANES, now[v]);
            store(f + v * LANES, raw[v] * inverse);
            low |= raw[v] + beyond[v] < CHAIN_LOST;
        }
        if (__builtin_expect(lossy || any(low), 0)) {
            for (int v = 0; v < V; v++)
                store(lifted + v * LANES, b[v]);
            if (!mend(c, lifted, sum, beta, f, missing, &lossy))
                return false;
        }
        scale += top;
        scales[count++] = sum;
        if (count == STEPS || t == 0) {
            scale += log_product(scales, count);
            count = 0;
        }
        if (!gamma)
            continue;
        load_row(V, k, gamma + t * k, 0.0, g);
        for (int v = 0; v < V; v++) {
            now[v] = vec_load(beta + v * LANES);
            raw[v] = vec_load(f + v * LANES);
        }
        log_f += t > 0 ? weighted_logs(V, g, raw) : 0.0;
        log_beta += t + 1 < c->n ? weighted_logs(V, g, now) : 0.0;
    }
    memcpy(s->first, f, k * sizeof *f);
    s->scale = (double)scale;
    if (gamma) {
        s->log_f = (double)log_f;
        s->log_beta = (double)log_beta;
    }
    return true;
}

/* Adds the sums of some steps to those of all, so that many small numbers do not meet a large. */
INLINE void flush(const int V, const struct chain_pass *c, vec *N, vec *pairs,
                  struct chain_sums *s)
{
    for (size_t i = 0; i < c->k; i++)
        for (int v = 0; v < V; v++) {
            double *to = s->pairs + i * c->kp + v * LANES;
            store(to, vec_load(to) + pairs[i * (size_t)V + (size_t)v]);
            pairs[i * (size_t)V + (size_t)v] = vec_all(0.0);
        }
    for (int v = 0; v < V; v++) {
        store(s->N + v * LANES, vec_load(s->N + v * LANES) + N[v]);
        N[v] = vec_all(0.0);
    }
}

INLINE bool forward(const int V, const struct chain_pass *c, bool logs, double *whole,
                    struct chain_sums *s)
{
    vec now[CHAIN_VECTORS], N[CHAIN_VECTORS], pairs[CHAIN_MOST * CHAIN_VECTORS];
    vec most = vec_all(0.0), beta[CHAIN_VECTORS], f[CHAIN_VECTORS];
    double flow[CHAIN_MOST];
    long double log_f = 0.0, log_beta = 0.0;
    size_t k = c->k, kp = c->kp;
    if (V < 1)
        return false;
    memset(s->N, 0, sizeof s->N);
    memset(s->pairs, 0, sizeof s->pairs);
    memset(pairs, 0, k * (size_t)V * sizeof *pairs);
    for (int v = 0; v < V; v++)
        N[v] = vec_all(0.0);
    load_row(V, k, c->pi, 0.0, now);
    for (int v = 0; v < V; v++)
        now[v] *= vec_load(c->f + v * LANES);
    *whole = sum_all(V, now);
    if (!(*whole > CHAIN_LEAST))
        return false;
    for (int v = 0; v < V; v++)
        now[v] /= vec_all(*whole);
    for (size_t t = 0;; t++) {
        for (int v = 0; v < V; v++) {
            N[v] += now[v];
            beta[v] = vec_load(c->beta + t * kp + v * LANES);
        }
        if (t + 1 == c->n)
            break;
        for (int v = 0; v < V; v++) {
            ivec some = beta[v] > 0.0;
            vec one = vec_all(1.0), safe = (vec)((some & (ivec)beta[v]) | (~some & (ivec)one));
            store(flow + v * LANES, (vec)(some & (ivec)(now[v] / safe)));
            f[v] = vec_load(c->f + (t + 1) * kp + v * LANES);
        }
        if (logs)
            log_beta += weighted_logs(V, now, beta);
        for (int v = 0; v < V; v++) /* γ_t over f_t, of which nothing is needed any more */
            store(c->f + t * k + v * LANES, now[v]);
        combine(V, k, kp, flow, c->A, now);
        for (size_t i = 0; i < k; i++)
            for (int v = 0; v < V; v++)
                pairs[i * (size_t)V + (size_t)v] += flow[i] * f[v];
        for (int v = 0; v < V; v++) {
            most = vec_max(most, now[v]);
            now[v] *= f[v];
        }
        vec inverse = vec_all(1.0 / sum_all(V, now));
        for (int v = 0; v < V; v++)
            now[v] *= inverse;
        if (logs)
            log_f += weighted_logs(V, now, f);
        if (t % STEPS == STEPS - 1)
            flush(V, c, N, pairs, s);
    }
    for (int v = 0; v < V; v++)
        store(c->f + (c->n - 1) * k + v * LANES, now[v]);
    flush(V, c, N, pairs, s);
    s->log_f = (double)log_f;
    s->log_beta = (double)log_beta;
    bool sound = isfinite(sum_all(V, now));
    for (int i = 0; i < LANES; i++)
        sound = sound && most[i] < CHAIN_MOST_FLOW;
    return sound;
}

static size_t chain_vectors(const struct chain_pass *c)
{
    return (c->k + LANES - 1) / LANES;
}

bool CHAIN_BACKWARD(const struct chain_pass *c, const double *gamma, struct chain_sums *s)
{
    switch (chain_vectors(c)) {
    case 1:
        return backward(1, c, gamma, s);
    case 2:
        return backward(2, c, gamma, s);
    default:
        return backward((int)chain_vectors(c), c, gamma, s);
    }
}

bool CHAIN_FORWARD(const struct chain_pass *c, bool logs, double *whole, struct chain_sums *s)
{
    switch (chain_vectors(c)) {
    case 1:
        return forward(1, c, logs, whole, s);
    case 2:
        return forward(2, c, logs, whole, s);
    default:
        return forward((int)chain_vectors(c), c, logs, whole, s);
    }
}

void CHAIN_EMIT(const double *x, const double *emit, size_t k, size_t kp, size_t first,
                size_t last, double *log_b)
{
    double row[CHAIN_MOST];
    for (size_t t = first; t < last; t++) {
        for (size_t v = 0; v < k; v += LANES) {
            vec y = (x[t] - vec_load(emit + kp + v)) * vec_load(emit + 2 * kp + v);
            store(row + v, vec_load(emit + v) - 0.5 * y * y);
        }
        memcpy(log_b + t * k, row, k * sizeof *row);
    }
}

void CHAIN_MOMENTS(const double *const *column, const double *mu, const double *gamma, size_t d,
                   size_t k, size_t kp, size_t first, size_t last, double *sums)
{
    memset(sums, 0, (d + d * (d + 1) / 2) * kp * sizeof *sums);
    for (size_t t = first; t < last; t++)
        for (size_t v = 0; v < k; v += LANES) {
            double *square = sums + d * kp + v;
            vec g;
            if (v + LANES <= k) {
                g = vec_load(gamma + t * k + v);
            } else {
                double padded[LANES] = {0.0};
                memcpy(padded, gamma + t * k + v, (k - v) * sizeof *padded);
                g = vec_load(padded);
            }
            for (size_t a = 0; a < d; a++) {
                vec ga = g * (column[a][t] - vec_load(mu + a * kp + v));
                store(sums + a * kp + v, vec_load(sums + a * kp + v) + ga);
                for (size_t b = 0; b <= a; b++, square += kp)
                    store(square, vec_load(square) +
                                      ga * (column[b][t] - vec_load(mu + b * kp + v)));
            }
        }
}
