/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The transfer matrix, site by site (ising.h).
 *
 * Bit c of a state is the spin in place c of the moving row: 0 is −1, 1 is +1.  A new pixel takes
 * the bit of the one above it, which is summed out.  Everything stays in the log domain.
 */
#include <math.h>

#include "base/memory.h"
#include "models/ising.h"
#include "numeric/logspace.h"

enum { WIDTH_AT_MOST = 12 };
/* Visits to a state that one sum may take: a very long strip would stall the session. */
static const size_t VISITS_AT_MOST = (size_t)1 << 27;

/* One sum on its way. */
struct sum {
    const struct ising *s;
    const double *field, *m; /* either may be NULL */
    double H, KL;
};

static size_t pixel(const struct ising *s, size_t along, size_t across)
{
    if (s->width == 1) /* also a grid without couplings, which is one long row */
        return along;
    return s->width == s->cols ? along * s->cols + across : across * s->cols + along;
}

/* Two states that differ in one spin, which is summed out: a[] are their log weights.  Returns
 * log Σ exp a; q (−, +) is the spin's distribution and `mass` what q gives to the rest. */
static double sum_out(struct sum *u, const double a[2], const double q[2], double mass)
{
    double gap = fabs(a[1] - a[0]), rest = log1p(exp(-gap));
    size_t likely = a[1] > a[0];
    if (u->m) {
        double log_r[2];
        log_r[likely] = -rest;
        log_r[1 - likely] = -gap - rest;
        for (int o = 0; o < 2; o++) {
            u->H += mass * times_log(q[o], log_r[o]);
            u->KL += mass * (x_log(q[o], q[o]) - times_log(q[o], log_r[o]));
        }
    }
    return a[likely] + rest;
}

/* q(z = −1), q(z = +1) of a pixel; without q all mass is left at 1. */
static void spin(const struct sum *u, size_t at, double q[2])
{
    double m = u->m ? u->m[at] : 0.0;
    q[0] = 0.5 * (1.0 - m);
    q[1] = 0.5 * (1.0 + m);
}

/* What a new pixel z adds: h z − |h| by the data, 0 or −2|h| without rounding, and J z z′ by its
 * neighbour in place c − 1. */
static double pull(const struct sum *u, size_t at, size_t c, size_t state, bool z)
{
    double left = c == 0 ? 0.0 : state >> (c - 1) & 1u ? 1.0 : -1.0;
    double h = u->field ? u->field[at] : 0.0, J = u->s->J * left;
    return (z ? h - fabs(h) : -h - fabs(h)) + (z ? J : -J);
}

/* The first row: nothing above, the states double. */
static void begin(struct sum *u, size_t c)
{
    const struct ising *s = u->s;
    size_t at = pixel(s, 0, c), bit = (size_t)1 << c;
    double q[2];
    spin(u, at, q);
    for (size_t state = 0; state < bit; state++) {
        double weight = s->log_weight[state], mass = s->mass[state];
        for (size_t z = 0; z < 2; z++) {
            s->log_weight[state | z << c] = weight + pull(u, at, c, state, z);
            s->mass[state | z << c] = mass * q[z];
        }
    }
}

/* A pixel with one above it, which goes. */
static void advance(struct sum *u, size_t along, size_t c)
{
    const struct ising *s = u->s;
    size_t at = pixel(s, along, c), bit = (size_t)1 << c, states = (size_t)1 << s->width;
    double above[2], q[2];
    spin(u, pixel(s, along - 1, c), above);
    spin(u, at, q);
    for (size_t state = 0; state < states; state = (state + 1 + bit) & ~bit) {
        double low = s->log_weight[state], high = s->log_weight[state | bit];
        double others = s->mass[state] + s->mass[state | bit];
        for (size_t z = 0; z < 2; z++) {
            double J = z ? s->J : -s->J, a[2] = {low - J, high + J};
            size_t next = state | z << c;
            s->log_weight[next] = sum_out(u, a, above, others * q[z]) + pull(u, at, c, state, z);
            s->mass[next] = others * q[z];
        }
    }
}

/* The last row goes, place by place. */
static void finish(struct sum *u, size_t c)
{
    const struct ising *s = u->s;
    size_t bit = (size_t)1 << c, states = (size_t)1 << s->width;
    double q[2];
    spin(u, pixel(s, s->length - 1, c), q);
    for (size_t state = 0; state < states; state += 2 * bit) {
        double a[2] = {s->log_weight[state], s->log_weight[state | bit]};
        double others = s->mass[state] + s->mass[state | bit];
        s->log_weight[state] = sum_out(u, a, q, others);
        s->mass[state] = others;
    }
}

double ising_sum(const struct ising *s, const double *field, const double *m, double *H,
                 double *KL)
{
    struct sum u = {.s = s, .field = field, .m = m};
    s->log_weight[0] = 0.0;
    s->mass[0] = 1.0;
    for (size_t c = 0; c < s->width; c++)
        begin(&u, c);
    for (size_t along = 1; along < s->length; along++)
        for (size_t c = 0; c < s->width; c++)
            advance(&u, along, c);
    for (size_t c = 0; c < s->width; c++)
        finish(&u, c);
    if (m) {
        *H = u.H;
        *KL = u.KL;
    }
    return s->log_weight[0];
}

int ising_prepare_sums(struct ising *s, struct error *e)
{
    bool coupled = s->J != 0.0;
    s->width = !coupled ? 1 : s->rows < s->cols ? s->rows : s->cols;
    s->length = s->n / s->width;
    s->exact = s->width <= WIDTH_AT_MOST && s->n <= VISITS_AT_MOST >> s->width;
    if (!s->exact)
        return 0;
    s->log_weight = NEW_ARRAY((size_t)1 << s->width, double);
    s->mass = NEW_ARRAY((size_t)1 << s->width, double);
    if (!s->log_weight || !s->mass)
        return error_no_memory(e);
    s->log_C = ising_sum(s, NULL, NULL, NULL, NULL);
    return 0;
}
