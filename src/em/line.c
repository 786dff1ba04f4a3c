/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "em/gradient.h"
#include "em/transform.h"

/* ---- θ(s) ------------------------------------------------------------------------------- */

static void move_up(const struct line *l, struct theta *out, double s)
{
    for (size_t i = 0; i < l->nu; i++)
        l->moved[i] = l->u[i] + s * l->direction[i];
    transform_in(l->moved, l->blocks, &out->b);
}

bool line_at(const struct line *l, double s, struct theta *out)
{
    struct error ignored;
    memcpy(out->b.v, l->base->b.v, out->b.layout->size * sizeof(double));
    if (!isfinite(s))
        return false;
    if (l->how.kind == LINE_PARAMETER)
        block_move(l->how.block, out->b.v + l->how.block->offset, &l->how.entry, &s, 1);
    else if (l->how.kind == LINE_EM)
        blocks_mix(&l->base->b, &l->end->b, s, &out->b);
    else
        move_up(l, out, s);
    return model_theta_valid(l->model, out, &ignored) == 0;
}

static double entry_of(const struct line *l, const struct theta *t)
{
    return t->b.v[l->how.block->offset + l->how.entry];
}

/* The s of the place on the line that is nearest to θ; false where θ has no coordinates. */
static bool project(const struct line *l, const struct theta *theta, double *s)
{
    double dot = 0.0, norm = 0.0;
    if (l->how.kind == LINE_PARAMETER) {
        *s = entry_of(l, theta);
        return true;
    }
    if (l->how.kind == LINE_GRADIENT) {
        if (!transform_out(&theta->b, l->blocks, l->moved))
            return false;
        for (size_t i = 0; i < l->nu; i++)
            dot += l->direction[i] * (l->moved[i] - l->u[i]);
        *s = dot;
        return true;
    }
    for (size_t i = 0; i < theta->b.layout->size; i++) {
        double direction = l->end->b.v[i] - l->base->b.v[i];
        dot += direction * (theta->b.v[i] - l->base->b.v[i]);
        norm += direction * direction;
    }
    *s = norm > 0.0 ? dot / norm : 0.0;
    if (fabs(*s - round(*s)) < 1e-12)
        *s = round(*s);
    return true;
}

bool line_find(const struct line *l, const struct theta *theta, double *s)
{
    return project(l, theta, s) && line_at(l, *s, l->scratch) &&
           blocks_distance(&l->scratch->b, &theta->b) <= 1e-9 * fmax(1.0, blocks_norm(&theta->b));
}

/* ---- as it is asked for ------------------------------------------------------------------ */

void line_example(const struct model *m, struct text *out)
{
    size_t b = 0;
    while (b + 1 < m->theta.nblock && !block_moves(&m->theta.block[b]))
        b++;
    block_entry_name(&m->theta.block[b], 0, out);
}

static int no_line(const struct model *m, const char *along, const char *name, struct error *e)
{
    struct nearest near = {.typed = name};
    struct text entry = TEXT_INIT;
    nearest_try(&near, "em");
    nearest_try(&near, "gradient");
    for (size_t i = 0; i < m->theta.nblock; i++)
        nearest_try(&near, m->theta.block[i].name);
    line_example(m, &entry);
    error_set(e, "no line '%s' to go along", along);
    suggest_nearest(e, &near);
    error_hint(e, "along=em, gradient, or a parameter such as %s", entry.s);
    text_clear(&entry);
    return -1;
}

int line_parse(const struct model *m, const char *along, struct line_how *how, struct error *e)
{
    bool up = strcmp(along, "gradient") == 0;
    if (up || strcmp(along, "em") == 0) {
        how->kind = up ? LINE_GRADIENT : LINE_EM;
        return 0;
    }
    size_t index[BLOCK_RANK], nindex;
    if (!block_named(&m->theta, along)) {
        char name[BLOCK_NAME];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(along, "["), along);
        return no_line(m, along, name, e);
    }
    how->kind = LINE_PARAMETER;
    how->block = block_named(&m->theta, along);
    if (!block_moves(how->block)) {
        struct text entry = TEXT_INIT;
        line_example(m, &entry);
        error_set(e, "%s cannot move: its one entry is 1", how->block->name);
        error_hint(e, "go along another parameter: along=%s", entry.s);
        text_clear(&entry);
        return -1;
    }
    if (block_indices(along, index, &nindex, e) != 0)
        return -1;
    return block_entry(how->block, index, nindex, &how->entry, e);
}

/* along= as one word again: Sigma[1,1,2] was split at its commas. */
static int read_along(const struct model *m, const struct options *o, struct line_how *how,
                      struct error *e)
{
    const struct option *along = options_find(o, "along");
    struct text word = TEXT_INIT;
    how->kind = LINE_EM;
    if (!along)
        return 0;
    for (size_t i = 0; i < along->nvalue; i++)
        text_addf(&word, "%s%s", i ? "," : "", along->value[i]);
    int r = word.failed ? error_no_memory(e) : line_parse(m, word.s ? word.s : "", how, e);
    text_clear(&word);
    return r == 0 ? 0 : error_place(e, along->at);
}

static int read_range(const struct options *o, struct line_how *how, struct error *e)
{
    const struct option *from = options_find(o, "from"), *to = options_find(o, "to");
    if (options_real(o, "from", -HUGE_VAL, HUGE_VAL, &how->from, e) != 0 ||
        options_real(o, "to", -HUGE_VAL, HUGE_VAL, &how->to, e) != 0)
        return -1;
    how->ranged = from && to;
    if (!from != !to)
        return error_set_at(e, (from ? from : to)->at, "%s= needs %s= beside it",
                            from ? "from" : "to", from ? "to" : "from");
    if (how->ranged && !(how->to > how->from))
        return error_set_at(e, to->at, "to= is not above from=");
    return 0;
}

int line_from_options(const struct model *m, const struct options *o, struct line_how *how,
              struct error *e)
{
    int base = 0;
    if (read_along(m, o, how, e) != 0 || read_range(o, how, e) != 0 ||
        options_count(o, "n", 2, LINE_POINTS_MOST, &how->n, e) != 0 ||
        options_choice(o, "base", "touch|here", &base, e) != 0)
        return -1;
    how->here = base == 1;
    return 0;
}

/* ---- through the states that are there --------------------------------------------------- */

/* A slope that rounding alone could have made has no direction: of ℓ, relatively. */
static const double LEVEL = 1e-9;

static int no_direction(const struct machine *m, const char *what, struct error *e)
{
    struct text entry = TEXT_INIT;
    line_example(m->model, &entry);
    error_set(e, "%s: there is no direction", what);
    error_hint(e, "%sgo along a parameter: along=%s",
               machine_here(m)->exact ? "EM has converged; " : "", entry.s);
    text_clear(&entry);
    return -1;
}

static int towards_the_answer(struct machine *m, struct line *l, struct error *e)
{
    const struct theta *answer;
    if (machine_m_answer(m, &answer, e) != 0)
        return -1;
    l->end = theta_copy(answer, e);
    if (!l->end)
        return -1;
    if (blocks_distance(&l->end->b, &l->base->b) > 0.0)
        return 0;
    return no_direction(m, "the M-step's answer is the θ that the line starts from", e);
}

/* ∇ℓ by the model's formula where it has one, else by differences; of ELBO where there is no ℓ. */
static int slopes(struct machine *m, enum term what, struct line *l, struct error *e)
{
    struct landscape land = {m->model, NULL, NULL, l->blocks, what};
    if (what == TERM_LOGLIK && transform_out(&l->base->b, l->blocks, l->u) &&
        gradient_of_loglik(m->model, l->base, l->blocks, l->direction))
        return 0;
    if (what != TERM_LOGLIK && machine_hold_q(m, e) != 0)
        return -1;
    land.q = machine_here(m)->q;
    return gradient_at(&land, l->base, l->direction, e);
}

static double level(struct machine *m, enum term what, const struct theta *theta)
{
    struct terms t;
    if (what == TERM_LOGLIK)
        model_logliks(m->model, &theta, 1, &t.value[what]);
    else
        model_terms(m->model, NULL, machine_here(m)->q, theta, TERM_BIT(what), &t);
    return LEVEL * fmax(1.0, fabs(t.value[what]));
}

static int up_the_gradient(struct machine *m, struct line *l, struct error *e)
{
    bool has_loglik = m->model->terms_defined >> TERM_LOGLIK & 1u;
    enum term what = has_loglik ? TERM_LOGLIK : TERM_ELBO;
    double squares = 0.0;
    l->blocks = machine_blocks(m) & ~m->frozen;
    l->nu = transform_size(&m->model->theta, l->blocks);
    l->u = NEW_ARRAY(3 * l->nu + 1, double);
    if (!l->u)
        return error_no_memory(e);
    l->direction = l->u + l->nu;
    l->moved = l->direction + l->nu;
    if (slopes(m, what, l, e) != 0)
        return -1;
    transform_out(&l->base->b, l->blocks, l->u);
    for (size_t i = 0; i < l->nu; i++)
        squares += l->direction[i] * l->direction[i];
    l->steepness = sqrt(squares);
    if (!(l->steepness > level(m, what, l->base)))
        return no_direction(m, has_loglik ? "∇ℓ is 0 but for rounding"
                                          : "∇ELBO is 0 but for rounding", e);
    for (size_t i = 0; i < l->nu; i++)
        l->direction[i] /= l->steepness;
    return 0;
}

int line_make(struct machine *m, const struct line_how *how, struct line *l, struct error *e)
{
    const struct state *here = machine_here(m);
    const struct theta *base = how->here || !here->touch ? here->theta : here->touch;
    *l = (struct line){.model = m->model, .how = *how};
    l->base = theta_copy(base, e);
    l->scratch = theta_new(&m->model->theta, e);
    if (!l->base || !l->scratch)
        return -1;
    if (how->kind == LINE_PARAMETER) {
        struct text name = TEXT_INIT;
        block_entry_name(how->block, how->entry, &name);
        snprintf(l->name, sizeof l->name, "%s", name.s ? name.s : "");
        text_clear(&name);
        return 0;
    }
    snprintf(l->name, sizeof l->name, "%s", how->kind == LINE_EM ? "em" : "gradient");
    return how->kind == LINE_EM ? towards_the_answer(m, l, e) : up_the_gradient(m, l, e);
}

int line_between(const struct model *m, const struct theta *from, const struct theta *to,
                 struct line *l, struct error *e)
{
    *l = (struct line){.model = m, .how = {.kind = LINE_EM}};
    l->base = theta_copy(from, e);
    l->end = theta_copy(to, e);
    l->scratch = theta_new(&m->theta, e);
    return l->base && l->end && l->scratch ? 0 : -1;
}

void line_clear(struct line *l)
{
    theta_free(l->base);
    theta_free(l->end);
    theta_free(l->scratch);
    mem_free(l->u);
    *l = (struct line){.model = NULL};
}

void line_coordinates(const struct line *l, struct text *out)
{
    const struct layout *layout = &l->model->theta;
    bool first = true;
    if (l->nu == 1) {
        transform_name(layout, l->blocks, 0, out);
        return;
    }
    for (size_t i = 0; i < layout->nblock; i++)
        if (l->blocks >> i & 1u) {
            text_addf(out, "%s%s", first ? "" : ", ", layout->block[i].name);
            first = false;
        }
    text_add(out, ", unconstrained (log, softmax, Cholesky)");
}
