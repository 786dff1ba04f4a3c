/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ℓ of a Gaussian mixture at many θ: blocks of rows × threads × the θ of a batch. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "models/pass/fused_parts.h"
#include "numeric/cholesky.h"

/* θ's of one pass: their W stay in the second-level cache beside the block. */
enum { BATCH = 64 };

struct batch {
    struct fused *f;
    const struct model *m;
    struct pass_many many;
    struct pass *at;          /* (BATCH) */
    double *room;             /* what θ of `at` points into */
    double *careful;          /* L and μ of a θ for which W will not do, and its constants (K) */
    unsigned char *moves;     /* (K) */
    struct chunks chunks;
};

static void batch_clear(struct batch *b)
{
    mem_free(b->at);
    mem_free(b->room);
    mem_free(b->careful);
    mem_free(b->moves);
    chunks_clear(&b->chunks);
}

static bool batch_init(struct batch *b, const struct model *m, struct fused *f, size_t most)
{
    const struct pass *p = &f->pass;
    size_t each = fused_theta_size(p);
    *b = (struct batch){.f = f, .m = m};
    b->at = NEW_ARRAY(most, struct pass);
    b->room = NEW_ARRAY(most * each, double);
    b->careful = NEW_ARRAY(p->k * (p->d * p->d + p->d + 1), double);
    b->moves = NEW_ARRAY(p->k, unsigned char);
    if (!b->at || !b->room || !b->careful || !b->moves ||
        !chunks_init(&b->chunks, p->n, (double)most * fused_operations(p), m->threads, most,
                     pass_scratch(p) + most * PASS_LOGLIK_ROOM))
        return false;
    for (size_t i = 0; i < most; i++) {
        b->at[i] = f->pass;
        fused_lay_theta(b->at + i, b->room + i * each);
    }
    return true;
}

static enum pass_move move_of(const struct batch *b, size_t k)
{
    const struct pass *p = b->at;
    size_t factor = pass_factor(p->d, p->diagonal);
    enum pass_move move = PASS_STAYS;
    for (size_t i = 1; i < b->many.m; i++) {
        const struct pass *q = b->at + i;
        if (memcmp(p->W + k * factor, q->W + k * factor, factor * sizeof(double)) != 0 ||
            memcmp(p->shift + k * p->d, q->shift + k * p->d, p->d * sizeof(double)) != 0)
            return PASS_FORM;
        if (p->constant[k] != q->constant[k])
            move = PASS_CONSTANT;
    }
    return move;
}

static bool interrupted(const struct model *m)
{
    return m->interrupt && *m->interrupt;
}

static void logliks_chunk(const void *context, size_t first, size_t last, double *scratch,
                          double *sums)
{
    const struct batch *b = context;
    if (!interrupted(b->m))
        pass_kernel(0)->logliks(&b->many, first, last, scratch, sums);
}

/* The θ's that are in at: their ℓ to where `out` says. */
static void run_batch(struct batch *b, double *const out[])
{
    if (b->many.m == 0)
        return;
    for (size_t k = 0; k < b->f->pass.k; k++)
        b->moves[k] = (unsigned char)move_of(b, k);
    b->many.at = b->at;
    b->many.moves = b->moves;
    const double *total = chunks_run(&b->chunks, logliks_chunk, b);
    for (size_t i = 0; i < b->many.m; i++)
        *out[i] = total[i];
    b->many.m = 0;
}

/* ℓ at a θ with a nearly singular Σ_k; NaN outside the domain. */
static double run_carefully(struct batch *b, const struct theta *theta)
{
    struct pass p = b->f->pass;
    struct batch one = *b;
    size_t d = p.d, k = p.k;
    const double *pi = theta_block(theta, "pi");
    double *mu = b->careful + k * d * d;
    memcpy(mu, theta_block(theta, "mu"), k * d * sizeof *mu);
    p.constant = mu + k * d;
    for (size_t c = 0; c < k; c++) {
        double *L = b->careful + c * d * d;
        gaussian_covariance(b->m, theta_block(theta, "Sigma"), c, L);
        if (!cholesky(d, L))
            return NAN;
        p.constant[c] = log(pi[c]) - 0.5 * ((double)d * log(2.0 * M_PI) + cholesky_logdet(d, L));
        if (!isfinite(p.constant[c]))
            return NAN;
    }
    one.many = (struct pass_many){.at = &p, .m = 1, .L = b->careful};
    return *chunks_run(&one.chunks, logliks_chunk, &one);
}

bool fused_logliks(const struct model *m, const struct theta *const *theta, size_t n,
                   double *loglik)
{
    struct fused *f = fused_of(m);
    struct batch b;
    double *out[BATCH];
    bool ok = f && batch_init(&b, m, f, n < BATCH ? n : BATCH);
    for (size_t i = 0; ok && i < n; i++) {
        if (fused_put_theta(m, f, theta[i], b.at + b.many.m))
            out[b.many.m++] = loglik + i;
        else
            loglik[i] = run_carefully(&b, theta[i]);
        if (b.many.m == BATCH || i + 1 == n)
            run_batch(&b, out);
        ok = !interrupted(m);
    }
    if (f)
        batch_clear(&b);
    return ok;
}
