/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show bound */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/line.h"
#include "shell/grid.h"
#include "shell/show.h"

enum { TEXT_POINTS = 13, JSON_POINTS = 101, MOST_POINTS = 100001 };

static const struct option_spec bound_options[] = {
    {"along", OPTION_WORDS, "PARAM|em", "the line; em when left out"},
    {"from", OPTION_REAL, "S", "where it begins"},
    {"to", OPTION_REAL, "S", "where it ends"},
    {"n", OPTION_COUNT, "N", "points"},
    {"at", OPTION_REALS, "S,…", "these points alone"},
    {"base", OPTION_CHOICE, "touch|here", "through the touching point, or the current θ"},
    {NULL},
};

/* along=mu[1,2] reaches us as the words "mu[1" and "2]": commas split the right side. */
static void joined(const struct option *o, char *out, size_t room)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; o && i < o->nvalue && used < room; i++)
        used += (size_t)snprintf(out + used, room - used, "%s%s", i ? "," : "", o->value[i]);
}

static int read_range(const struct options *o, struct line_how *how, struct error *e)
{
    how->from = how->to = NAN;
    if (options_real(o, "from", -INFINITY, INFINITY, &how->from, e) != 0 ||
        options_real(o, "to", -INFINITY, INFINITY, &how->to, e) != 0)
        return -1;
    const struct option *from = options_find(o, "from"), *to = options_find(o, "to");
    if (!from != !to)
        return error_set_at(e, (from ? from : to)->at, "from= and to= go together");
    if (from && !(how->from < how->to))
        return error_set_at(e, from->at, "from= must be less than to=");
    how->ranged = from != NULL;
    return 0;
}

static int read_points(const struct options *o, double *at, struct line_how *how,
                       struct error *e)
{
    const struct option *list = options_find(o, "at");
    for (size_t i = 0; list && i < list->nvalue; i++)
        if (option_real(list, i, &at[i], e) != 0)
            return -1;
    if (list && list->nvalue == 0)
        return error_set_at(e, list->at, "at= names the points, separated by commas");
    how->at = list ? at : NULL;
    how->nat = list ? list->nvalue : 0;
    return 0;
}

static int read_line(const struct session *s, const struct call *c, double *at,
                     struct line_how *how, struct error *e)
{
    char along[100];
    int base = 0;
    const struct option *given = options_find(&c->options, "along");
    joined(given, along, sizeof along);
    *how = (struct line_how){.kind = LINE_EM, .n = s->json ? JSON_POINTS : TEXT_POINTS};
    if (given && line_parse(s->machine->model, along, how, e) != 0)
        return error_place(e, given->at);
    if (options_count(&c->options, "n", 2, MOST_POINTS, &how->n, e) != 0 ||
        options_choice(&c->options, "base", "touch|here", &base, e) != 0 ||
        read_range(&c->options, how, e) != 0 || read_points(&c->options, at, how, e) != 0)
        return -1;
    how->here = base == 1;
    return 0;
}

static json_t *numbers(const double *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_number(v[i]));
    return list;
}

static void bound_json(const struct session *s, json_t *reply, const struct bound *b)
{
    enum model_kind kind = s->machine->model->class->kind;
    json_object_set_new(reply, "along", json_string(b->line.name));
    json_object_set_new(reply, "s", numbers(b->s, b->n));
    json_object_set_new(reply, term_name(kind, TERM_LOGLIK)->key,
                        b->has_loglik ? numbers(b->loglik, b->n) : json_null());
    json_object_set_new(reply, term_name(kind, TERM_ELBO)->key, numbers(b->elbo, b->n));
    json_t *touch = json_null();
    if (b->touches) {
        touch = json_object();
        json_object_set_new(touch, "s", json_number(b->touch.s));
        json_object_set_new(touch, "value", json_number(b->touch.value));
        json_object_set_new(touch, "slope_elbo", json_number(b->slope_elbo));
        json_object_set_new(touch, "slope_loglik", json_number(b->slope_loglik));
    }
    json_object_set_new(reply, "touch", touch);
    json_object_set_new(reply, "peak",
                        json_pack("{so so sb}", "s", json_number(b->peak.s), "value",
                                  json_number(b->peak.value), "m_step", b->peak_is_m_step));
}

/* Slopes are differences of ℓ's: digits below what ℓ's rounding leaves say nothing. */
static double meaningful(double slope, double value)
{
    double grain = 1e-9 * fmax(1.0, fabs(value));
    return round(slope / grain) * grain;
}

static void say_places(struct session *s, const struct bound *b)
{
    char at[NUMBER_TEXT], value[NUMBER_TEXT], slope[NUMBER_TEXT], other[NUMBER_TEXT];
    int digits = (int)s->set.digits;
    enum model_kind kind = s->machine->model->class->kind;
    const char *truth = term_name(kind, TERM_LOGLIK)->symbol;
    const char *bound = term_name(kind, TERM_ELBO)->symbol;
    if (b->touches)
        text_addf(&s->out, "  touch at s = %s: %s = %s = %s; slopes %s = %s\n",
                  number_text(at, b->touch.s, digits), truth, bound,
                  number_text(value, b->touch.value, digits),
                  number_text(slope, meaningful(b->slope_elbo, b->touch.value), digits),
                  number_text(other, meaningful(b->slope_loglik, b->touch.value),
                              digits));
    else
        text_addf(&s->out, "  no touching point: %s\n", b->why_no_touch);
    if (isfinite(b->peak.s))
        text_addf(&s->out, "  %s at s = %s: %s = %s\n",
                  b->peak_is_m_step ? "the M-step's answer" : "best along this line",
                  number_text(at, b->peak.s, digits), bound,
                  number_text(value, b->peak.value, digits));
}

static void bound_text(struct session *s, const struct bound *b)
{
    struct grid g;
    enum model_kind kind = s->machine->model->class->kind;
    text_addf(&s->out, "  along %s\n", b->line.name);
    grid_init(&g, (int)s->set.digits);
    grid_right(&g, "s");
    if (b->has_loglik)
        grid_right(&g, term_name(kind, TERM_LOGLIK)->symbol);
    grid_right(&g, term_name(kind, TERM_ELBO)->symbol);
    if (b->has_loglik)
        grid_right(&g, "gap");
    grid_row(&g);
    for (size_t i = 0; i < b->n; i++) {
        double gap = b->loglik[i] - b->elbo[i];
        grid_number(&g, b->s[i]);
        if (b->has_loglik)
            grid_number(&g, b->loglik[i]);
        grid_number(&g, b->elbo[i]);
        if (b->has_loglik)
            grid_number(&g, fabs(gap) < 1e-12 * fmax(1.0, fabs(b->elbo[i])) ? 0.0 : gap);
        grid_row(&g);
    }
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    say_places(s, b);
}

static int run_bound(struct session *s, const struct call *c, struct error *e)
{
    const struct option *list = options_find(&c->options, "at");
    double *at = NEW_ARRAY(list ? list->nvalue + 1 : 1, double);
    struct line_how how;
    struct bound b;
    if (!at)
        return error_no_memory(e);
    int r = read_line(s, c, at, &how, e) == 0 ? bound_make(s->machine, &how, &b, e) : -1;
    mem_free(at);
    if (r != 0)
        return -1;
    if (s->json)
        bound_json(s, session_reply(s, NULL), &b);
    else
        bound_text(s, &b);
    bound_clear(&b);
    return 0;
}

const struct subject show_bound = {
    .name = "bound",
    .summary = "ℓ and ELBO along a line through the touching point",
    .needs = NEED_MODEL | NEED_THETA | NEED_Q,
    .options = bound_options,
    .run = run_bound,
};
