/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/squarem.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/transform.h"

enum { GROWTH = 4 };

int squarem_init(struct squarem *a, const struct machine *m, struct error *e)
{
    *a = (struct squarem){.longest = GROWTH};
    a->blocks = machine_blocks(m) & ~m->frozen;
    a->n = transform_size(&m->model->theta, a->blocks);
    a->u0 = NEW_ARRAY(3 * a->n + 1, double);
    if (!a->u0)
        return error_no_memory(e);
    a->u1 = a->u0 + a->n;
    a->u2 = a->u1 + a->n;
    if (machine_here(m))
        squarem_note(a, m);
    return 0;
}

void squarem_clear(struct squarem *a)
{
    mem_free(a->u0);
    *a = (struct squarem){.n = 0};
}

/* A θ on its border has no coordinates: the cycle begins anew with the next one that has. */
void squarem_note(struct squarem *a, const struct machine *m)
{
    double *const place[] = {a->u0, a->u1, a->u2};
    size_t at = a->have < 3 ? a->have : 0;
    bool inside = transform_out(&machine_here(m)->theta->b, a->blocks, place[at]);
    a->have = inside ? at + 1 : 0;
}

/* u₀ ← u′; false when the two maps do not bend, or barely move. */
static bool extrapolate(struct squarem *a, double *alpha)
{
    double rr = 0.0, vv = 0.0;
    for (size_t i = 0; i < a->n; i++) {
        double r = a->u1[i] - a->u0[i], v = a->u2[i] - a->u1[i] - r;
        rr += r * r;
        vv += v * v;
    }
    *alpha = fmin(fmax(sqrt(rr / vv), 1.0), a->longest);
    if (!(vv > 0.0) || !isfinite(*alpha))
        return false;
    for (size_t i = 0; i < a->n; i++) {
        double r = a->u1[i] - a->u0[i], v = a->u2[i] - a->u1[i] - r;
        a->u0[i] += 2.0 * *alpha * r + *alpha * *alpha * v;
    }
    return true;
}

/* θ(u′), then E, M, E.  A refusal anywhere is told by -1. */
static int try_jump(struct squarem *a, struct machine *m, struct theta *t, struct error *e)
{
    struct e_how exact = {.kind = E_EXACT};
    struct m_how whole = {.kind = M_EXACT, .blocks = ~0u};
    bool made;
    transform_in(a->u0, a->blocks, &t->b);
    if (machine_set_theta(m, t, e) != 0 || machine_e(m, &exact, &made, e) != 0 ||
        machine_m(m, &whole, 1.0, &made, e) != 0)
        return -1;
    return machine_e(m, &exact, &made, e);
}

int squarem_jump(struct squarem *a, struct machine *m, size_t *maps, struct error *e)
{
    double alpha, before = terms_objective(&machine_here(m)->terms);
    long fallback = m->here;
    struct error refusal;
    *maps = 0;
    a->have = 0;
    if (extrapolate(a, &alpha)) {
        struct theta *t = theta_copy(machine_here(m)->theta, e);
        if (!t)
            return -1;
        *maps = 1;
        bool risen = try_jump(a, m, t, &refusal) == 0 &&
                     terms_objective(&machine_here(m)->terms) >= before;
        theta_free(t);
        if (risen && alpha == a->longest)
            a->longest *= GROWTH;
        if (!risen && machine_goto(m, fallback, e) != 0)
            return -1;
    }
    squarem_note(a, m);
    return 0;
}
