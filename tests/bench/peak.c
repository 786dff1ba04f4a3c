/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-peak: the multiply-and-add operations that one core does at most, in GFLOP/s, in registers
 * of LANES doubles: what the kernels' figures are a share of. */
#include <stdio.h>
#include <time.h>

typedef double vec __attribute__((vector_size(LANES * 8)));
enum { CHAINS = 12, ROUNDS = 4000000, TRIES = 15 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void)
{
    double best = 0.0;
    for (int r = 0; r < TRIES; r++) {
        vec a[CHAINS], x = (vec){0} + 0.999, y = (vec){0} + 1e-3;
        for (int c = 0; c < CHAINS; c++)
            a[c] = (vec){0} + 1e-9 * c; /* no two alike, or the compiler would do one for both */
        double from = now();
        for (long i = 0; i < ROUNDS; i++)
            for (int c = 0; c < CHAINS; c++)
                a[c] = a[c] * x + y;
        double rate = 2.0 * CHAINS * LANES * ROUNDS / (now() - from) * 1e-9;
        volatile double keep = 0.0;
        for (int c = 0; c < CHAINS; c++)
            keep += a[c][0];
        (void)keep;
        best = rate > best ? rate : best;
    }
    printf("%.1f\n", best);
    return 0;
}
