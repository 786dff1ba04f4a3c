/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/information.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "em/gradient.h"
#include "em/transform.h"
#include "numeric/cholesky.h"
#include "numeric/difference.h"

static unsigned free_blocks(const struct machine *m)
{
    return machine_blocks(m) & ~m->frozen;
}

size_t information_size(const struct machine *m)
{
    return transform_size(&m->model->theta, free_blocks(m));
}

/* A map of coordinates u (n) to values v (size): the EM map, the gradient of Q, or θ itself. */
struct map {
    const struct machine *m;
    size_t n, size;
    struct theta *theta;
    struct latent *q;
    int (*at)(struct map *map, const double *u, double *v, struct error *e);
};

static void map_clear(struct map *map)
{
    theta_free(map->theta);
    latent_free(map->q);
}

static int map_make(struct map *map, const struct machine *m, const struct theta *theta,
                    struct error *e)
{
    *map = (struct map){.m = m, .n = information_size(m), .size = information_size(m)};
    if (map->n == 0) {
        error_set(e, "%s has no parameter that is free to move", m->model->name);
        return error_hint(e, "unfreeze a block, or ask something of the model");
    }
    if (map->n > INFORMATION_MOST) {
        error_set(e, "%zu free parameters are too many for differences (%d at most)", map->n,
                  INFORMATION_MOST);
        return error_hint(e, "freeze some blocks");
    }
    map->theta = theta_copy(theta, e);
    map->q = latent_new(&m->model->q, e);
    return map->theta && map->q ? 0 : -1;
}

static int e_step(struct map *map, struct error *e)
{
    struct e_how exact = {.kind = E_EXACT};
    const struct model *model = map->m->model;
    return model->class->e_step(model, map->theta, &exact, map->q, e);
}

static const struct prior *prior_of(const struct machine *m)
{
    return m->prior.given ? &m->prior : NULL;
}

/* u ↦ the coordinates of M(E(θ(u))) */
static int em_map(struct map *map, const double *u, double *v, struct error *e)
{
    unsigned blocks = free_blocks(map->m);
    struct m_how exact = {.kind = M_EXACT, .blocks = blocks};
    const struct model *model = map->m->model;
    transform_in(u, blocks, &map->theta->b);
    if (e_step(map, e) != 0 ||
        model->class->m_step(model, map->q, &exact, prior_of(map->m), map->theta, e) != 0)
        return -1;
    if (transform_out(&map->theta->b, blocks, v))
        return 0;
    return error_set(e, "the EM map leads to the border of θ's domain");
}

/* u ↦ ∇_u′ [Q(u′, q) + log p] at u′ = u, with q the posterior at u: Fisher's score */
static int score(struct map *map, const double *u, double *v, struct error *e)
{
    transform_in(u, free_blocks(map->m), &map->theta->b);
    struct landscape l = {map->m->model, prior_of(map->m), map->q, free_blocks(map->m),
                          TERM_ELBO};
    return e_step(map, e) != 0 ? -1 : gradient_at(&l, map->theta, v, e);
}

/* u ↦ θ */
static int natural(struct map *map, const double *u, double *v, struct error *e)
{
    (void)e;
    transform_in(u, free_blocks(map->m), &map->theta->b);
    memcpy(v, map->theta->b.v, map->size * sizeof *v);
    return 0;
}

/* J (size,n) ← ∂v/∂u at u, by the five-point rule. */
static int jacobian(struct map *map, double *u, double step, double *J, struct error *e)
{
    double *v = NEW_ARRAY(map->size, double);
    int r = v ? 0 : error_no_memory(e);
    memset(J, 0, map->size * map->n * sizeof *J);
    for (size_t j = 0; r == 0 && j < map->n; j++) {
        double kept = u[j], h = step * fmax(1.0, fabs(kept));
        for (size_t k = 0; r == 0 && k < DIFFERENCE_POINTS; k++) {
            u[j] = kept + difference_place[k] * h;
            r = map->at(map, u, v, e);
            for (size_t i = 0; r == 0 && i < map->size; i++)
                J[i * map->n + j] += difference_weight[k] * v[i] / (12.0 * h);
        }
        u[j] = kept;
    }
    mem_free(v);
    return r;
}

/* The coordinates of θ; refused on the border. */
static int coordinates(const struct machine *m, const struct theta *theta, double *u,
                       struct error *e)
{
    if (transform_out(&theta->b, free_blocks(m), u))
        return 0;
    error_set(e, "θ lies on the border of its domain: differences cannot be taken there");
    return error_hint(e, "freeze the block that is on its border");
}

static int descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* rate (n) ← |eigenvalues| of A (n,n), which is destroyed. */
static int eigenvalues(size_t n, double *A, double *rate, struct error *e)
{
    double *wi = NEW_ARRAY(n, double);
    lapack_int size = (lapack_int)n;
    if (!wi)
        return error_no_memory(e);
    int failed = LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'N', size, A, size, rate, wi, NULL, size,
                               NULL, size) != 0;
    for (size_t i = 0; i < n; i++)
        rate[i] = hypot(rate[i], wi[i]);
    qsort(rate, n, sizeof *rate, descending);
    mem_free(wi);
    return failed ? error_set(e, "the eigenvalues of the EM map could not be found") : 0;
}

int information_rates(const struct machine *m, const struct theta *theta, double *rate,
                      struct error *e)
{
    struct map map;
    int r = map_make(&map, m, theta, e);
    double *u = r == 0 ? NEW_ARRAY(map.n * (map.n + 1), double) : NULL;
    map.at = em_map;
    if (r == 0 && !u)
        r = error_no_memory(e);
    if (r == 0)
        r = coordinates(m, theta, u, e);
    if (r == 0)
        r = jacobian(&map, u, 1e-3, u + map.n, e);
    if (r == 0)
        r = eigenvalues(map.n, u + map.n, rate, e);
    mem_free(u);
    map_clear(&map);
    return r;
}

/* ---- standard errors --------------------------------------------------------------------- */

/* info ← the symmetric part of −J, as a Cholesky factor. */
static int information(struct map *map, double *u, double *info, struct error *e)
{
    size_t n = map->n;
    map->at = score;
    if (jacobian(map, u, 4e-3, info, e) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            info[i * n + j] = info[j * n + i] = -0.5 * (info[i * n + j] + info[j * n + i]);
    if (cholesky(n, info))
        return 0;
    error_set(e, "the observed information is not positive definite: this θ is no maximum");
    return error_hint(e, "run first (rule=theta goes on longest), or freeze what is not "
                         "identified");
}

/* se_i = |L⁻¹ ∂θ_i/∂u|, with I = L Lᵀ */
static void delta(const struct map *map, const double *L, double *J, double *se)
{
    for (size_t i = 0; i < map->size; i++) {
        double *row = J + i * map->n, sum = 0.0;
        cholesky_whiten(map->n, L, row);
        for (size_t j = 0; j < map->n; j++)
            sum += row[j] * row[j];
        se[i] = sqrt(sum);
    }
}

/* θ must be a parameter, with an ℓ (or an f) of its own. */
static int has_errors(const struct machine *m, struct error *e)
{
    if (m->model->terms_defined >> TERM_LOGLIK & 1u)
        return 0;
    error_set(e, "standard errors are of the maximum of ℓ, which %s has not within reach",
              m->model->name);
    return error_hint(e, m->model->class->theta_in_q ? "show theta has the spread that q gives"
                                                     : "show rate needs no ℓ");
}

int information_errors(const struct machine *m, const struct theta *theta, double *se,
                       struct error *e)
{
    struct map map = {.n = 0};
    int r = has_errors(m, e);
    if (r == 0)
        r = map_make(&map, m, theta, e);
    size_t n = map.n, size = theta->b.layout->size;
    double *u = r == 0 ? NEW_ARRAY(n + n * n + size * n, double) : NULL;
    if (r == 0 && !u)
        r = error_no_memory(e);
    if (r == 0)
        r = coordinates(m, theta, u, e);
    if (r == 0)
        r = information(&map, u, u + n, e);
    if (r == 0) {
        map.at = natural;
        map.size = size;
        r = jacobian(&map, u, 1e-3, u + n + n * n, e);
    }
    if (r == 0)
        delta(&map, u + n, u + n + n * n, se);
    mem_free(u);
    map_clear(&map);
    return r;
}
