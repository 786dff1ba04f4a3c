/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/plane.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/logliks.h"

enum { SIDE = 49, SIDE_LEAST = 13 };
/* Rows × components × points of the grid that take about a second, one by one and several in a
 * pass. */
static const double WORK = 4e7, WORK_AT_ONCE = 4e8;
/* The window reaches to where the bound has fallen by so many nats, and beyond the path. */
static const double DROP = 9, MARGIN = 0.5;

size_t plane_side(const struct model *m, size_t usual)
{
    double rows = (double)(m->obs.n * (m->k ? m->k : 1));
    double side = floor(sqrt((m->class->logliks ? WORK_AT_ONCE : WORK) / fmax(rows, 1)));

    return side >= (double)usual ? usual : side > SIDE_LEAST ? (size_t)side : SIDE_LEAST;
}

/* ---- the pair ---------------------------------------------------------------------------- */

static bool is_frozen(const struct machine *m, const struct block *b)
{
    return m->frozen >> layout_place(&m->model->theta, b) & 1u;
}

/* How telling the block's first two components are: a mean says more than a scale, and that more
 * than a probability whose row is tied. */
static int appeal(const struct machine *m, const struct block *b)
{
    if (is_frozen(m, b) || !(b->of_z & 1u) || b->rank == 0 || b->dim[0] < 2)
        return 0;
    if (b->constraint == CONSTRAINT_FREE)
        return 3;
    return block_free_of(b, 0, b->size / b->dim[0]) ? 2 - (b->constraint == CONSTRAINT_SIMPLEX) : 0;
}

static bool component_pair(const struct machine *m, struct plane_how *how)
{
    const struct layout *l = &m->model->theta;
    const struct block *best = NULL;

    for (size_t i = 0; i < l->nblock; i++)
        if (appeal(m, &l->block[i]) > (best ? appeal(m, best) : 0))
            best = &l->block[i];
    if (!best)
        return false;
    how->axis[0] = (struct line_how){.kind = LINE_PARAMETER, .block = best, .entry = 0};
    how->axis[1] = how->axis[0];
    how->axis[1].entry = best->size / best->dim[0];
    return true;
}

/* Two loadings of the first factor: EM learns a matrix of free numbers from step to step, while the
 * mean beside it is right from the first one on. */
static bool loading_pair(const struct machine *m, struct plane_how *how)
{
    const struct layout *l = &m->model->theta;

    for (size_t i = 0; i < l->nblock; i++) {
        const struct block *b = &l->block[i];

        if (b->constraint != CONSTRAINT_FREE || b->rank != 2 || b->dim[0] < 2 || b->of_z ||
            is_frozen(m, b))
            continue;
        how->axis[0] = (struct line_how){.kind = LINE_PARAMETER, .block = b, .entry = 0};
        how->axis[1] = how->axis[0];
        how->axis[1].entry = b->dim[1];
        return true;
    }
    return false;
}

/* Whether the entry can move at all, and while the others in `how` stand. */
static bool is_new(const struct block *b, size_t at, const struct plane_how *how, size_t have)
{
    return block_moves(b) &&
           (have == 0 || how->axis[0].block != b || block_free_of(b, how->axis[0].entry, at));
}

static size_t first_pair(const struct machine *m, struct plane_how *how)
{
    const struct layout *l = &m->model->theta;
    size_t have = 0;

    for (size_t i = 0; i < l->nblock; i++)
        for (size_t at = 0; at < l->block[i].size && have < 2; at++)
            if (!is_frozen(m, &l->block[i]) && is_new(&l->block[i], at, how, have))
                how->axis[have++] = (struct line_how){.kind = LINE_PARAMETER,
                                                      .block = &l->block[i], .entry = at};
    return have;
}

int plane_usual(const struct machine *m, struct plane_how *how, struct error *e)
{
    if (component_pair(m, how) || loading_pair(m, how) || first_pair(m, how) == 2)
        return 0;
    error_set(e, "%s has fewer than two parameters that move here: there is no plane",
              m->model->name);
    return error_hint(e, "plot bound shows one parameter, plot ascent θ and q together");
}

static int same_parameter(const char *const along[2], struct error *e)
{
    error_set(e, "%s and %s are one free parameter: when one moves, so does the other", along[0],
              along[1]);
    return error_hint(e, "take two that move by themselves, or plot bound along=%s", along[0]);
}

int plane_parse(const struct machine *m, const char *const along[2], struct plane_how *how,
                struct error *e)
{
    for (int k = 0; k < 2; k++) {
        struct line_how *axis = &how->axis[k];

        *axis = (struct line_how){.kind = LINE_EM};
        if (line_parse(m->model, along[k], axis, e) != 0)
            return -1;
        if (axis->kind == LINE_EM) {
            error_set(e, "em is a line, and no parameter");
            return error_hint(e, "two parameters, such as along=mu[1],mu[2]");
        }
    }
    return is_new(how->axis[0].block, how->axis[0].entry, how, 0) &&
                   is_new(how->axis[1].block, how->axis[1].entry, how, 1)
               ? 0
               : same_parameter(along, e);
}

/* ---- θ(x, y) ----------------------------------------------------------------------------- */

bool plane_at(const struct plane *p, double x, double y, struct theta *out)
{
    const struct line_how *a = &p->axis[0].how, *b = &p->axis[1].how;
    const size_t at[] = {a->entry, b->entry};
    const double s[] = {x, y};
    struct error ignored;

    memcpy(out->b.v, p->axis[0].base->b.v, out->b.layout->size * sizeof *out->b.v);
    if (a->block == b->block) {
        block_move(a->block, out->b.v + a->block->offset, at, s, 2);
    } else {
        block_move(a->block, out->b.v + a->block->offset, &at[0], &s[0], 1);
        block_move(b->block, out->b.v + b->block->offset, &at[1], &s[1], 1);
    }
    return isfinite(x) && isfinite(y) && model_theta_valid(p->axis[0].model, out, &ignored) == 0;
}

struct place plane_place(const struct plane *p, const struct theta *theta)
{
    struct theta *at = p->axis[0].scratch;
    struct place place;

    line_find(&p->axis[0], theta, &place.x);
    line_find(&p->axis[1], theta, &place.y);
    place.on = plane_at(p, place.x, place.y, at) &&
               blocks_distance(&at->b, &theta->b) <= 1e-9 * fmax(1.0, blocks_norm(&theta->b));
    return place;
}

/* ---- the window -------------------------------------------------------------------------- */

struct reach {
    double low, high;
};

static void stretch(struct reach *r, double v)
{
    r->low = fmin(r->low, v);
    r->high = fmax(r->high, v);
}

static double coordinate(struct place place, int k)
{
    return k ? place.y : place.x;
}

/* The states that led here. */
static void stretch_by_path(const struct machine *m, const struct plane *p, int k, struct reach *r)
{
    for (const struct state *s = machine_here(m); s;
         s = s->parent == NO_STATE ? NULL : &m->state[s->parent])
        if (s->theta)
            stretch(r, coordinate(plane_place(p, s->theta), k));
}

static int window(const struct machine *m, struct plane *p, int k, struct reach *r,
                  struct error *e)
{
    const struct line *l = &p->axis[k];
    double base = coordinate(p->base, k), scale = fabs(base) > 0 ? fabs(base) : 1;

    *r = (struct reach){base, base};
    stretch_by_path(m, p, k, r);
    if (p->has_answer)
        stretch(r, coordinate(p->answer, k));
    double width = line_telling_width(l, &p->q, base, scale, DROP);
    double margin = fmax(MARGIN * (r->high - r->low), width - 0.5 * (r->high - r->low));
    r->low -= margin;
    r->high += margin;
    if (line_clip(l, base, &r->low, &r->high) && r->high > r->low)
        return 0;
    return error_set(e, "%s cannot move here: there is no plane", l->name);
}

static int grid(const struct machine *m, struct plane *p, size_t n, struct error *e)
{
    p->n = n;
    p->x = NEW_ARRAY(n, double);
    p->y = NEW_ARRAY(n, double);
    p->loglik = NEW_ARRAY(n * n, double);
    p->elbo = NEW_ARRAY(n * n, double);
    if (!p->x || !p->y || !p->loglik || !p->elbo)
        return error_no_memory(e);
    for (int k = 0; k < 2; k++) {
        struct reach r;

        if (window(m, p, k, &r, e) != 0)
            return -1;
        for (size_t i = 0; i < n; i++)
            (k ? p->y : p->x)[i] = r.low + (r.high - r.low) * (double)i / (double)(n - 1);
    }
    return 0;
}

/* ---- over the plane ---------------------------------------------------------------------- */

static double bound_at(const struct plane *p, double x, double y)
{
    struct theta *at = p->axis[1].scratch;

    return plane_at(p, x, y, at) ? expected_bound(&p->q, at) : NAN;
}

/* A row of the grid: its points differ in one parameter. */
struct row {
    const struct plane *p;
    double y;
};

static bool place_in(void *context, size_t i, struct theta *out)
{
    const struct row *r = context;

    return plane_at(r->p, r->p->x[i], r->y, out);
}

static int sweep(const struct machine *m, struct plane *p, struct error *e)
{
    for (size_t j = 0; j < p->n; j++) {
        struct row row = {p, p->y[j]};

        if (logliks_at(m->model, place_in, &row, p->n, p->loglik + j * p->n, e) != 0)
            return -1;
        for (size_t i = 0; i < p->n; i++) {
            if (model_interrupted(m->model, "the grid was filled", e) != 0)
                return -1;
            p->elbo[j * p->n + i] = bound_at(p, p->x[i], p->y[j]);
        }
    }
    return 0;
}

static void find_places(struct machine *m, struct plane *p)
{
    const struct theta *answer;
    struct error ignored;

    p->base = plane_place(p, p->axis[0].base);
    p->here = plane_place(p, machine_here(m)->theta);
    p->has_answer = machine_m_answer(m, &answer, &ignored) == 0;
    if (p->has_answer)
        p->answer = plane_place(p, answer);
    p->has_loglik = m->model->terms_defined >> TERM_LOGLIK & 1u;
    p->touches = bound_untouched(m) == NULL;
    p->touch = bound_at(p, p->base.x, p->base.y);
}

static int fill(struct machine *m, const struct plane_how *how, struct plane *p, struct error *e)
{
    size_t usual = plane_side(m->model, SIDE);

    if (line_make(m, &how->axis[0], &p->axis[0], e) != 0 ||
        line_make(m, &how->axis[1], &p->axis[1], e) != 0 ||
        expected_of(m, machine_here(m), &p->q, e) != 0)
        return -1;
    p->coarse = how->n == 0 && usual < SIDE;
    find_places(m, p);
    return grid(m, p, how->n ? how->n : usual, e) != 0 ? -1 : sweep(m, p, e);
}

int plane_make(struct machine *m, const struct plane_how *how, struct plane *p, struct error *e)
{
    const struct state *here = machine_here(m);

    *p = (struct plane){.n = 0};
    if (!here || !here->has_q) {
        error_set(e, "the bound needs q");
        return error_hint(e, "take an `e` first");
    }
    if (fill(m, how, p, e) == 0)
        return 0;
    plane_clear(p);
    return -1;
}

void plane_clear(struct plane *p)
{
    line_clear(&p->axis[0]);
    line_clear(&p->axis[1]);
    expected_clear(&p->q);
    mem_free(p->x);
    mem_free(p->y);
    mem_free(p->loglik);
    mem_free(p->elbo);
    *p = (struct plane){.n = 0};
}
