/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/pass/pass.h"

#include "em/model.h"

size_t pass_whole_tiles(size_t d)
{
    return (d + 3) / 4 * 4;
}

size_t pass_factor(size_t d, bool diagonal)
{
    size_t groups = d / 4, rest = d % 4;
    return diagonal ? d : 8 * groups * (groups + 1) + rest * d;
}

size_t pass_factor_at(size_t d, bool diagonal, size_t i, size_t j)
{
    size_t group = i / 4, rows = d - 4 * group < 4 ? d - 4 * group : 4;
    return diagonal ? i : 8 * group * (group + 1) + j * rows + i % 4;
}

size_t pass_tile_at(size_t i, size_t j)
{
    size_t a = i / 4, b = j / 4;
    return 16 * (a * (a + 1) / 2 + b) + j % 4 / 2 * 8 + i % 4 * 2 + j % 2;
}

size_t pass_component_sums(size_t d, bool diagonal)
{
    size_t tiles = pass_whole_tiles(d) / 4;
    return diagonal && d > 1 ? 1 + 2 * d : 1 + d + 8 * tiles * (tiles + 1);
}

size_t pass_sums(const struct pass *p)
{
    return p->k * pass_component_sums(p->d, p->diagonal) + 1;
}

size_t pass_scratch(const struct pass *p)
{
    return (pass_whole_tiles(p->d) + 1 + 2 * p->k + p->d + 4) * PASS_BLOCK +
           p->k * PASS_SMALL_SUMS * 8;
}

void pass_put_terms(const double *sums, unsigned which, struct terms *t)
{
    static const enum term place[] = {TERM_LOGLIK,  TERM_Q,    TERM_H,
                                      TERM_ENTROPY, TERM_ELBO, TERM_KL};
    for (int i = 0; i < PASS_TERMS; i++)
        if (which & TERM_BIT(place[i]))
            t->value[place[i]] = sums[i];
    t->have |= which & TERMS_EM;
}

const struct pass_kernel *pass_kernel(size_t skip)
{
    static const struct pass_kernel base = {pass_map_base, pass_terms_base,
                                            pass_logliks_base, pass_entropy_base};
    const struct pass_kernel *known[3];
    size_t n = 0;
#ifdef EMSTEP_KERNELS
    static const struct pass_kernel avx2 = {pass_map_avx2, pass_terms_avx2,
                                              pass_logliks_avx2, pass_entropy_avx2};
    static const struct pass_kernel avx512 = {pass_map_avx512, pass_terms_avx512,
                                              pass_logliks_avx512, pass_entropy_avx512};
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
        known[n++] = &avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        known[n++] = &avx2;
#endif
    known[n++] = &base;
    return skip < n ? known[skip] : NULL;
}
