/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/logliks.h"

#include <math.h>

/* θ's that are held at a time. */
enum { AT_ONCE = 64 };

/* The first n, and which places they are of. */
struct held {
    struct theta *theta[AT_ONCE];
    size_t of[AT_ONCE], n;
};

static int held_init(struct held *h, const struct model *m, size_t most, struct error *e)
{
    *h = (struct held){.n = 0};
    for (size_t i = 0; i < most && i < AT_ONCE; i++)
        if (!(h->theta[i] = theta_new(&m->theta, e)))
            return -1;
    return 0;
}

static void held_clear(struct held *h)
{
    for (size_t i = 0; i < AT_ONCE; i++)
        theta_free(h->theta[i]);
}

static int held_logliks(struct held *h, const struct model *m, double *loglik, struct error *e)
{
    double value[AT_ONCE];
    if (!model_logliks(m, (const struct theta *const *)h->theta, h->n, value))
        return model_interrupted(m, "all values of ℓ were there", e);
    for (size_t i = 0; i < h->n; i++)
        loglik[h->of[i]] = value[i];
    h->n = 0;
    return 0;
}

int logliks_at(const struct model *m, logliks_place *place, void *context, size_t n,
               double *loglik, struct error *e)
{
    struct held h;
    int r = held_init(&h, m, n, e);
    for (size_t i = 0; r == 0 && i < n; i++) {
        loglik[i] = NAN;
        h.of[h.n] = i;
        h.n += place(context, i, h.theta[h.n]);
        if (h.n == AT_ONCE || i + 1 == n)
            r = held_logliks(&h, m, loglik, e);
    }
    held_clear(&h);
    return r;
}
