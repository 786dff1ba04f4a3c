/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show rate, show se */
#include <math.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/information.h"
#include "shell/grid.h"
#include "shell/show.h"

enum { RATES_SHOWN = 6 };

/* ---- rate -------------------------------------------------------------------------------- */

/* ‖θ_t − θ_{t−1}‖ / ‖θ_{t−1} − θ_{t−2}‖ over the last M-steps of the path; NaN before the third. */
static double observed_rate(const struct machine *m)
{
    const struct theta *last[3] = {NULL};
    size_t n = 0;
    for (long at = m->here; at != NO_STATE && n < 3; at = m->state[at].parent) {
        const struct theta *t = m->state[at].theta;
        if (t && (n == 0 || blocks_distance(&t->b, &last[n - 1]->b) > 0.0))
            last[n++] = t;
    }
    return n < 3 ? NAN
                 : blocks_distance(&last[0]->b, &last[1]->b) /
                       blocks_distance(&last[1]->b, &last[2]->b);
}

/* How many more iterations bring the error of θ from its last step down to tol:
 * Δ λ^n/(1−λ) ≤ tol. */
static double iterations_left(const struct machine *m, double rate, double tol)
{
    const struct state *here = machine_here(m);
    for (long at = here->parent; at != NO_STATE; at = m->state[at].parent) {
        const struct theta *t = m->state[at].theta;
        double step = t ? blocks_distance(&here->theta->b, &t->b) : 0.0;
        if (step > 0.0)
            return fmax(0.0, ceil(log(tol * (1.0 - rate) / step) / log(rate)));
    }
    return NAN;
}

static void rate_json(struct session *s, const double *rate, size_t n, double observed,
                      double left)
{
    json_t *reply = session_reply(s, NULL), *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_number(rate[i]));
    json_object_set_new(reply, "eigenvalues", list);
    json_object_set_new(reply, "rate", json_number(n ? rate[0] : 0.0));
    json_object_set_new(reply, "fraction_missing", json_number(n ? rate[0] : 0.0));
    json_object_set_new(reply, "observed", json_number(observed));
    json_object_set_new(reply, "iterations_left", json_number(left));
}

static void rate_text(struct session *s, const double *rate, size_t n, double observed,
                      double left)
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    int digits = (int)s->set.digits;
    text_addf(&s->out, "  λ = %s   the EM map's largest eigenvalue: errors of θ shrink by it\n",
              number_text(a, rate[0], digits));
    text_addf(&s->out, "  λ² = %s   increments of ℓ shrink by it\n",
              number_text(a, rate[0] * rate[0], digits));
    if (s->machine->model->class->kind == MODEL_EM)
        text_addf(&s->out, "  λ is also the largest fraction of missing information: %s %%\n",
                  number_text(a, 100.0 * rate[0], digits));
    if (rate[0] > 1.0 - 1e-9)
        text_add(&s->out, "  λ = 1: along some direction θ does not matter to ℓ\n");
    text_add(&s->out, "  all of them:");
    for (size_t i = 0; i < n && i < RATES_SHOWN; i++)
        text_addf(&s->out, " %s", number_text(a, rate[i] < 1e-9 ? 0.0 : rate[i], digits));
    text_addf(&s->out, "%s\n", n > RATES_SHOWN ? " …" : "");
    if (isfinite(observed))
        text_addf(&s->out, "  observed over the last M-steps: %s\n",
                  number_text(a, observed, digits));
    if (isfinite(left) && rate[0] < 1.0)
        text_addf(&s->out, "  by λ, θ is within %s of its limit after %s more iteration%s\n",
                  number_text(b, s->set.tol, 3), number_text(a, left, digits),
                  left == 1.0 ? "" : "s");
}

static int run_rate(struct session *s, const struct call *c, struct error *e)
{
    const struct theta *theta = machine_here(s->machine)->theta;
    size_t n = information_size(s->machine);
    double *rate = NEW_ARRAY(n + 1, double);
    (void)c;
    if (!rate)
        return error_no_memory(e);
    int r = information_rates(s->machine, theta, rate, e);
    if (r == 0) {
        double observed = observed_rate(s->machine);
        double left = iterations_left(s->machine, rate[0], s->set.tol);
        (s->json ? rate_json : rate_text)(s, rate, n, observed, left);
    }
    mem_free(rate);
    return r;
}

const struct subject show_rate = {
    .name = "rate",
    .summary = "how fast EM converges here: the fraction of missing information",
    .needs = NEED_MODEL | NEED_THETA,
    .run = run_rate,
};

/* ---- standard errors --------------------------------------------------------------------- */

static void add_error(struct session *s, struct grid *g, json_t *all, const struct block *b,
                      size_t at, const double *se)
{
    struct text name = TEXT_INIT;
    double v = machine_here(s->machine)->theta->b.v[b->offset + at];
    block_entry_name(b, at, &name);
    grid_left(g, name.s);
    grid_number(g, v);
    grid_number(g, se[b->offset + at]);
    grid_row(g);
    json_t *one = json_object();
    json_object_set_new(one, "estimate", json_number(v));
    json_object_set_new(one, "se", json_number(se[b->offset + at]));
    json_object_set_new(all, name.s, one);
    text_clear(&name);
}

static void report_errors(struct session *s, const double *se)
{
    const struct layout *l = &s->machine->model->theta;
    json_t *reply = session_reply(s, NULL), *all = json_object();
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    grid_left(&g, "");
    grid_right(&g, "estimate");
    grid_right(&g, "standard error");
    grid_row(&g);
    for (size_t i = 0; i < l->nblock; i++)
        for (size_t j = 0; j < l->block[i].size && !(s->machine->frozen >> i & 1u); j++)
            add_error(s, &g, all, &l->block[i], j, se);
    if (reply)
        json_object_set(reply, "errors", all);
    else
        grid_print(&g, &s->out, session_width(s));
    json_decref(all);
    grid_clear(&g);
}

static int run_se(struct session *s, const struct call *c, struct error *e)
{
    const struct theta *theta = machine_here(s->machine)->theta;
    double *se = NEW_ARRAY(theta->b.layout->size + 1, double);
    (void)c;
    if (!se)
        return error_no_memory(e);
    int r = information_errors(s->machine, theta, se, e);
    if (r == 0)
        report_errors(s, se);
    mem_free(se);
    return r;
}

const struct subject show_se = {
    .name = "se",
    .summary = "standard errors from the observed information (Oakes 1999)",
    .needs = NEED_MODEL | NEED_THETA,
    .run = run_se,
};
