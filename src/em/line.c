/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/line.h"

#include <ctype.h>
#include <gsl/gsl_deriv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "numeric/peak.h"

/* ---- θ(s) ------------------------------------------------------------------------------- */

bool line_at(const struct line *l, double s, struct theta *out)
{
    struct error ignored;
    memcpy(out->b.v, l->base->b.v, out->b.layout->size * sizeof(double));
    if (!isfinite(s))
        return false;
    if (l->how.kind == LINE_PARAMETER)
        block_move(l->how.block, out->b.v + l->how.block->offset, &l->how.entry, &s, 1);
    else
        blocks_mix(&l->base->b, &l->end->b, s, &out->b);
    return model_theta_valid(l->model, out, &ignored) == 0;
}

static double entry_of(const struct line *l, const struct theta *t)
{
    return t->b.v[l->how.block->offset + l->how.entry];
}

bool line_find(const struct line *l, const struct theta *theta, double *s)
{
    if (l->how.kind == LINE_PARAMETER) {
        *s = entry_of(l, theta);
    } else {
        double dot = 0.0, norm = 0.0;
        for (size_t i = 0; i < theta->b.layout->size; i++) {
            double direction = l->end->b.v[i] - l->base->b.v[i];
            dot += direction * (theta->b.v[i] - l->base->b.v[i]);
            norm += direction * direction;
        }
        *s = norm > 0.0 ? dot / norm : 0.0;
        if (fabs(*s - round(*s)) < 1e-12)
            *s = round(*s);
    }
    return line_at(l, *s, l->scratch) &&
           blocks_distance(&l->scratch->b, &theta->b) <= 1e-9 * fmax(1.0, blocks_norm(&theta->b));
}

int line_parse(const struct model *m, const char *along, struct line_how *how, struct error *e)
{
    if (strcmp(along, "em") == 0) {
        how->kind = LINE_EM;
        return 0;
    }
    char name[BLOCK_NAME] = "";
    size_t length = strcspn(along, "["), index[OPTION_INDICES], nindex = 0;
    snprintf(name, sizeof name, "%.*s", (int)(length < BLOCK_NAME ? length : BLOCK_NAME - 1),
             along);
    const struct block *b = layout_find(&m->theta, name);
    if (!b) {
        const char *names[LAYOUT_BLOCKS + 2] = {"em"};
        for (size_t i = 0; i < m->theta.nblock; i++)
            names[i + 1] = m->theta.block[i].name;
        error_set(e, "no line '%s' to go along", along);
        suggest(e, name, names);
        return error_hint(e, "along=em, or a parameter such as %s[1]", names[1]);
    }
    for (const char *p = along + length; *p && *p != ']'; nindex++) {
        char *end;
        unsigned long v = strtoul(p + 1, &end, 10);
        if (nindex == OPTION_INDICES || end == p + 1 || (*end != ',' && *end != ']'))
            return error_set(e, "'%s' is not a parameter: write %s[i,j]", along, name);
        index[nindex] = v;
        p = end;
    }
    how->kind = LINE_PARAMETER;
    how->block = b;
    return block_entry(b, index, nindex, &how->entry, e);
}

/* ---- terms along a line ----------------------------------------------------------------- */

struct along {
    const struct line *line;
    const struct latent *q;
};

static void terms_at(const struct along *a, double s, unsigned which, struct terms *t)
{
    t->have = 0;
    t->value[TERM_LOGLIK] = t->value[TERM_ELBO] = NAN;
    if (line_at(a->line, s, a->line->scratch))
        model_terms(a->line->model, NULL, a->q, a->line->scratch, which, t);
}

static double loglik_at(double s, void *context)
{
    struct terms t;
    terms_at(context, s, TERM_BIT(TERM_LOGLIK), &t);
    return t.value[TERM_LOGLIK];
}

static double elbo_at(double s, void *context)
{
    struct terms t;
    terms_at(context, s, TERM_BIT(TERM_ELBO), &t);
    return t.value[TERM_ELBO];
}

/* The derivative at s, with a step that stays inside the valid range; one-sided at its ends. */
static double slope(double (*f)(double, void *), struct along *a, double s, double step)
{
    gsl_function g = {f, a};
    double value = NAN, error;
    for (int tries = 0; tries < 40; tries++, step *= 0.5)
        if (isfinite(f(s - step, a)) && isfinite(f(s + step, a)))
            break;
    if (isfinite(f(s - step, a)) && isfinite(f(s + step, a)))
        gsl_deriv_central(&g, s, step, &value, &error);
    return value;
}

/* ---- the range -------------------------------------------------------------------------- */

static bool valid_at(const struct line *l, double s)
{
    return line_at(l, s, l->scratch);
}

/* The farthest valid s from `inside` towards `outside`, which is not valid. */
static double last_valid(const struct line *l, double inside, double outside)
{
    for (int i = 0; i < 100; i++) {
        double middle = 0.5 * (inside + outside);
        if (valid_at(l, middle))
            inside = middle;
        else
            outside = middle;
    }
    return inside;
}

double line_telling_width(const struct line *l, const struct latent *q, double s, double scale,
                          double drop)
{
    struct along a = {l, q};
    double h = 1e-3 * scale;
    double bend = 2.0 * elbo_at(s, &a) - elbo_at(s - h, &a) - elbo_at(s + h, &a);
    if (!(bend > 0.0) || !isfinite(bend))
        return 0.5 * scale;
    return h * sqrt(2.0 * drop / bend);
}

struct places { /* where the line meets the states that the picture is about */
    double base, answer, here;
    bool has_answer, has_here;
};

static void default_range(struct along *a, struct places p, double *from, double *to)
{
    if (a->line->how.kind == LINE_EM) {
        *from = -0.5;
        *to = 1.75;
        return;
    }
    double low = p.base, high = p.base;
    if (p.has_answer) {
        low = fmin(low, p.answer);
        high = fmax(high, p.answer);
    }
    if (p.has_here) {
        low = fmin(low, p.here);
        high = fmax(high, p.here);
    }
    double scale = fabs(p.base) > 0.0 ? fabs(p.base) : 1.0;
    double margin = fmax(0.6 * (high - low),
                         line_telling_width(a->line, a->q, p.base, scale, 4.0));
    *from = low - margin;
    *to = high + margin;
}

bool line_clip(const struct line *l, double inside, double *from, double *to)
{
    enum { PROBES = 201 };
    bool ok = inside >= *from && inside <= *to && valid_at(l, inside);
    for (int i = 0; !ok && i < PROBES; i++) {
        inside = *from + (*to - *from) * i / (PROBES - 1);
        ok = valid_at(l, inside);
    }
    if (!ok)
        return false;
    if (!valid_at(l, *from))
        *from = last_valid(l, inside, *from);
    if (!valid_at(l, *to))
        *to = last_valid(l, inside, *to);
    return true;
}

/* ---- the bound -------------------------------------------------------------------------- */

int line_make(struct machine *m, const struct line_how *how, struct line *l, struct error *e)
{
    const struct state *here = machine_here(m);
    *l = (struct line){0};
    const struct theta *base = how->here || !here->touch ? here->theta : here->touch;
    l->model = m->model;
    l->how = *how;
    l->base = theta_copy(base, e);
    l->scratch = theta_new(&m->model->theta, e);
    if (!l->base || !l->scratch)
        return -1;
    if (how->kind == LINE_PARAMETER) {
        struct text name = TEXT_INIT;
        block_entry_name(how->block, how->entry, &name);
        snprintf(l->name, sizeof l->name, "%s", name.s);
        text_clear(&name);
        return 0;
    }
    const struct theta *answer;
    if (machine_m_answer(m, &answer, e) != 0)
        return -1;
    snprintf(l->name, sizeof l->name, "em");
    l->end = theta_copy(answer, e);
    if (!l->end)
        return -1;
    if (blocks_distance(&l->end->b, &l->base->b) > 0.0)
        return 0;
    struct text entry = TEXT_INIT;
    block_entry_name(&m->model->theta.block[0], 0, &entry);
    error_set(e, "the M-step's answer is the θ that the line starts from: there is no direction");
    error_hint(e, "%sgo along a parameter: along=%s",
               machine_here(m)->exact ? "EM has converged; " : "", entry.s);
    text_clear(&entry);
    return -1;
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
    *l = (struct line){0};
}

static void find_places(struct machine *m, struct bound *b, struct places *p)
{
    const struct state *here = machine_here(m);
    const struct theta *answer;
    struct error ignored;
    line_find(&b->line, b->line.base, &p->base);
    p->has_here = line_find(&b->line, here->theta, &p->here);
    p->has_answer = machine_m_answer(m, &answer, &ignored) == 0 &&
                    line_find(&b->line, answer, &p->answer);
}

static int grid(struct bound *b, const struct line_how *how, double from, double to,
                struct error *e)
{
    b->n = how->at ? how->nat : how->n;
    b->s = NEW_ARRAY(b->n, double);
    b->loglik = NEW_ARRAY(b->n, double);
    b->elbo = NEW_ARRAY(b->n, double);
    if (!b->s || !b->loglik || !b->elbo)
        return error_no_memory(e);
    for (size_t i = 0; i < b->n; i++)
        b->s[i] = how->at ? how->at[i]
                          : from + (to - from) * (double)i / (double)(b->n - 1);
    if (!how->at)
        b->s[b->n - 1] = to;
    return 0;
}

static void sweep(struct along *a, struct bound *b)
{
    unsigned which = TERM_BIT(TERM_ELBO) | TERM_BIT(TERM_LOGLIK);
    for (size_t i = 0; i < b->n; i++) {
        struct terms t;
        terms_at(a, b->s[i], which, &t);
        b->loglik[i] = t.value[TERM_LOGLIK];
        b->elbo[i] = t.value[TERM_ELBO];
    }
}

const char *bound_untouched(const struct machine *m)
{
    if (!model_touches(m->model))
        return "q is a mean-field or variational factor: the gap stays open";
    if (!machine_here(m)->touch)
        return "q is not the posterior at any θ that is known: there is no touching point";
    return NULL;
}

static void find_touch(struct machine *m, struct along *a, struct bound *b, double base,
                       double step)
{
    const char *why = bound_untouched(m);
    double s = base;
    if (!why && !line_find(&b->line, machine_here(m)->touch, &s))
        why = "the touching point does not lie on the line through the current θ";
    if (why) {
        snprintf(b->why_no_touch, sizeof b->why_no_touch, "%s", why);
        return;
    }
    b->touches = true;
    b->touch = (struct point){s, elbo_at(s, a)};
    b->slope_elbo = slope(elbo_at, a, s, step);
    b->slope_loglik = slope(loglik_at, a, s, step);
}

static void mark_places(struct along *a, struct bound *b, const struct places *p)
{
    if (!peak_find(elbo_at, a, b->s, b->elbo, b->n, &b->peak.s, &b->peak.value))
        b->peak = (struct point){NAN, NAN};
    if (p->has_answer) {
        b->peak_is_m_step = true;
        b->peak = (struct point){p->answer, elbo_at(p->answer, a)};
    }
    b->peak_loglik = isfinite(b->peak.s) ? loglik_at(b->peak.s, a) : NAN;
    b->has_here = p->has_here;
    if (p->has_here)
        b->here = (struct point){p->here, elbo_at(p->here, a)};
}

static int bound_fill(struct machine *m, const struct line_how *how, struct bound *b,
                      struct error *e)
{
    const struct state *here = machine_here(m);
    if (line_make(m, how, &b->line, e) != 0)
        return -1;
    struct along a = {&b->line, here->q};
    struct places p = {0};
    find_places(m, b, &p);
    double from = how->from, to = how->to;
    if (!how->ranged)
        default_range(&a, p, &from, &to);
    if (!how->at && !line_clip(&b->line, p.base, &from, &to)) {
        error_set(e, "θ(s) is valid nowhere from s = %g to %g along %s", from, to, b->line.name);
        return error_hint(e, "leave from= and to= away to see where it is");
    }
    if (grid(b, how, from, to, e) != 0)
        return -1;
    b->has_loglik = m->model->terms_defined >> TERM_LOGLIK & 1u;
    sweep(&a, b);
    double width = how->at ? fmax(1.0, fabs(p.base)) : to - from;
    find_touch(m, &a, b, p.base, 1e-3 * width);
    mark_places(&a, b, &p);
    return 0;
}

int bound_make(struct machine *m, const struct line_how *how, struct bound *b, struct error *e)
{
    const struct state *here = machine_here(m);
    *b = (struct bound){.n = 0};
    if (!here || !here->has_q) {
        error_set(e, "the bound needs q");
        return error_hint(e, "take an `e` first");
    }
    if (bound_fill(m, how, b, e) == 0)
        return 0;
    bound_clear(b);
    return -1;
}

void bound_clear(struct bound *b)
{
    line_clear(&b->line);
    mem_free(b->s);
    mem_free(b->loglik);
    mem_free(b->elbo);
    *b = (struct bound){.n = 0};
}
