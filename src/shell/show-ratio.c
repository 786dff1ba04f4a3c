/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show ratio: w(z) = p(x,z|θ)/q(z), which varies over z until an exact E makes it p(x|θ). */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/values.h"
#include "shell/grid.h"
#include "shell/ranked.h"
#include "shell/show.h"

enum { SHOWN = 10 };

static const struct option_spec ratio_options[] = {
    {"rows", OPTION_WORD, "A:B", "these rows; the most uneven first when left out"},
    {"n", OPTION_COUNT, "10", "how many"},
    {NULL},
};

struct ratios {
    struct session *s;
    const struct model *m;
    const struct state *here;
    struct values v;          /* of the unit at hand */
    struct ranked shown;      /* rows; or, where the data share one Z, its values */
    double most;              /* of max/min over all rows, in logarithms */
    size_t worst;             /* the row that has it */
    bool by_spread;
};

static int take(struct ratios *r, size_t i, struct error *e)
{
    return values_again(r->m, r->here->q, r->here->theta, i, &r->v, e);
}

/* log max/min of w where q has mass: 0 up to the rounding of its logarithms. */
static double spread(const struct values *v)
{
    struct jensen j = values_jensen(v);
    double range = j.high - j.low;
    return range > 1e-13 * fmax(1.0, fabs(v->loglik)) ? range : 0.0;
}

/* ---- which rows ------------------------------------------------------------------------- */

static int rank_rows(struct ratios *r, const struct call *c, struct error *e)
{
    size_t n = values_units(r->m);
    double *key = NEW_ARRAY(n, double);
    int failed = key ? 0 : error_no_memory(e);
    for (size_t i = 0; failed == 0 && i < n; i++) {
        failed = take(r, i, e);
        key[i] = failed == 0 ? spread(&r->v) : 0.0;
        if (key[i] > r->most) {
            r->most = key[i];
            r->worst = i;
        }
    }
    r->by_spread = r->most > 0.0 && !options_find(&c->options, "rows");
    if (failed == 0)
        failed = ranked_make(c, n, r->s->json ? n : SHOWN, r->by_spread ? key : NULL, &r->shown, e);
    mem_free(key);
    return failed;
}

/* The likeliest values under q. */
static int rank_values(struct ratios *r, const struct call *c, struct error *e)
{
    const struct option *rows = options_find(&c->options, "rows");
    if (rows) {
        error_set_at(e, rows->at, "%s has one latent number for all its rows", r->m->name);
        return error_hint(e, "show ratio n=20 shows more of its values");
    }
    r->most = spread(&r->v);
    return ranked_make(c, r->v.n, r->s->json ? r->v.n : SHOWN, r->v.q, &r->shown, e);
}

/* ---- text ------------------------------------------------------------------------------- */

static void ratio_cell(struct grid *g, const struct values *v, size_t j)
{
    double log_w = values_log_ratio(v, j);
    if (isnan(log_w))
        grid_right(g, "–");
    else
        grid_number(g, exp(log_w));
}

static int row_lines(struct ratios *r, struct grid *g, struct error *e)
{
    char head[40];
    grid_right(g, "row");
    for (size_t k = 0; k < r->v.n; k++) {
        snprintf(head, sizeof head, "w k=%zu", k + 1);
        grid_right(g, head);
    }
    grid_right(g, "max/min");
    grid_right(g, "p(x|θ)");
    grid_row(g);
    for (size_t i = 0; i < r->shown.n; i++) {
        if (take(r, r->shown.row[i], e) != 0)
            return -1;
        grid_count(g, r->shown.row[i] + 1);
        for (size_t k = 0; k < r->v.n; k++)
            ratio_cell(g, &r->v, k);
        grid_number(g, exp(spread(&r->v)));
        grid_number(g, exp(r->v.loglik));
        grid_row(g);
    }
    return 0;
}

static void value_lines(const struct ratios *r, struct grid *g)
{
    grid_right(g, "Z");
    grid_right(g, "q(Z)");
    grid_right(g, "p(X,Z|θ)");
    grid_right(g, "w(Z)");
    grid_row(g);
    for (size_t i = 0; i < r->shown.n; i++) {
        size_t j = r->shown.row[i];
        grid_count(g, j + r->v.first);
        grid_number(g, exp(r->v.q[j]));
        grid_number(g, exp(r->v.joint[j]));
        ratio_cell(g, &r->v, j);
        grid_row(g);
    }
}

static void say(const struct ratios *r)
{
    struct text *out = &r->s->out;
    bool shared = r->m->shared > 0;
    char number[NUMBER_TEXT], row[40];
    snprintf(row, sizeof row, " in row %zu", r->worst + 1);
    if (r->shown.n < (shared ? r->v.n : values_units(r->m)))
        text_addf(out, "  %zu of %zu %s%s: show ratio %sn=\n", r->shown.n,
                  shared ? r->v.n : values_units(r->m), shared ? "values" : "rows",
                  shared         ? ", the likeliest under q first"
                  : r->by_spread ? ", the most uneven first"
                                 : "",
                  shared ? "" : "rows=A:B ");
    if (shared)
        text_addf(out, "  p(X|θ) = %s\n",
                  number_text(number, exp(r->v.loglik), (int)r->s->set.digits));
    if (r->here->exact)
        text_addf(out, "  q is the posterior: w is p(%s|θ), whatever z\n", shared ? "X" : "x");
    else if (r->most > 0.0)
        text_addf(out, "  w varies by a factor of %s%s; an e makes it p(%s|θ), whatever z\n",
                  number_text(number, exp(r->most), 4), shared ? "" : row,
                  shared ? "X" : "x");
    else
        text_add(out, "  w is constant where q has mass, which need not be everywhere\n");
}

static int print_ratios(struct ratios *r, struct error *e)
{
    struct grid g;
    int failed = 0;
    grid_init(&g, (int)r->s->set.digits);
    if (r->m->shared)
        value_lines(r, &g);
    else
        failed = row_lines(r, &g, e);
    if (failed == 0) {
        grid_print(&g, &r->s->out, session_width(r->s));
        say(r);
    }
    grid_clear(&g);
    return failed;
}

/* ---- JSON ------------------------------------------------------------------------------- */

/* w, or its logarithm; null where q has no mass. */
static json_t *ratio_json(const struct values *v, size_t j, bool logarithm)
{
    double log_w = values_log_ratio(v, j);
    return isnan(log_w) ? json_null() : json_number(logarithm ? log_w : exp(log_w));
}

static json_t *row_json(const struct ratios *r, size_t i)
{
    json_t *one = json_object(), *w = json_array(), *log_w = json_array();
    for (size_t j = 0; j < r->v.n; j++) {
        json_array_append_new(w, ratio_json(&r->v, j, false));
        json_array_append_new(log_w, ratio_json(&r->v, j, true));
    }
    json_object_set_new(one, "row", json_integer((json_int_t)i + 1));
    json_object_set_new(one, "w", w);
    json_object_set_new(one, "log_w", log_w);
    json_object_set_new(one, "max_over_min", json_number(exp(spread(&r->v))));
    json_object_set_new(one, "loglik", json_number(r->v.loglik));
    return one;
}

static json_t *value_json(const struct ratios *r, size_t j)
{
    json_t *one = json_object();
    json_object_set_new(one, "z", json_integer((json_int_t)(j + r->v.first)));
    json_object_set_new(one, "q", json_number(exp(r->v.q[j])));
    json_object_set_new(one, "w", ratio_json(&r->v, j, false));
    json_object_set_new(one, "log_w", ratio_json(&r->v, j, true));
    return one;
}

static int reply_ratios(struct ratios *r, json_t *reply, struct error *e)
{
    json_t *all = json_array();
    int failed = 0;
    for (size_t i = 0; i < r->shown.n && failed == 0; i++) {
        size_t at = r->shown.row[i];
        failed = r->m->shared ? 0 : take(r, at, e);
        if (failed == 0)
            json_array_append_new(all, r->m->shared ? value_json(r, at) : row_json(r, at));
    }
    if (failed == 0) {
        json_object_set(reply, "ratio", all);
        json_object_set_new(reply, "max_over_min", json_number(exp(r->most)));
    }
    json_decref(all);
    return failed;
}

static int run_ratio(struct session *s, const struct call *c, struct error *e)
{
    const struct state *here = machine_here(s->machine);
    struct ratios r = {.s = s, .m = s->machine->model, .here = here};
    if (values_suit(r.m, e) != 0 || values_make(r.m, here->q, here->theta, 0, &r.v, e) != 0)
        return -1;
    int failed = r.m->shared ? rank_values(&r, c, e) : rank_rows(&r, c, e);
    json_t *reply = failed == 0 ? session_reply(s, NULL) : NULL;
    if (failed == 0)
        failed = reply ? reply_ratios(&r, reply, e) : print_ratios(&r, e);
    values_clear(&r.v);
    ranked_clear(&r.shown);
    return failed;
}

const struct subject show_ratio = {
    .name = "ratio",
    .summary = "w = p(x,z|θ)/q(z), which an exact E makes the same for every z",
    .needs = NEED_MODEL | NEED_THETA | NEED_Q,
    .options = ratio_options,
    .run = run_ratio,
};
