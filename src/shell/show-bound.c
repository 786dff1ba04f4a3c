/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show bound */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/line.h"
#include "shell/grid.h"
#include "shell/show.h"

enum { TEXT_POINTS = 13, JSON_POINTS = 101 };

static const struct option_spec bound_options[] = {
    LINE_OPTIONS("13"),
    {"at", OPTION_REALS, "S,…", "these points alone"},
    {"history", OPTION_COUNT, "0", "the bounds of so many E-steps before, too"},
    {NULL},
};

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
    *how = (struct line_how){.n = s->json ? JSON_POINTS : TEXT_POINTS};
    const struct options *o = &c->options;
    if (line_from_options(s->machine->model, o, how, e) != 0 ||
        options_count(o, "history", 0, LINE_HISTORY_MOST, &how->history, e) != 0)
        return -1;
    return read_points(o, at, how, e);
}

static json_t *numbers(const double *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_number(v[i]));
    return list;
}

static json_t *point_json(bool there, struct point p)
{
    return there ? json_pack("{so so}", "s", json_number(p.s), "value", json_number(p.value))
                 : json_null();
}

static json_t *earlier_json(const struct bound *b, const char *key)
{
    json_t *all = json_array();
    for (size_t i = 0; i < b->nearlier; i++) {
        const struct earlier *one = &b->earlier[i];
        json_array_append_new(all, json_pack("{sI so so so}", "t", (json_int_t)one->t, key,
                                             numbers(one->elbo, b->n), "touch",
                                             point_json(one->touches, one->touch), "landing",
                                             point_json(one->lands, one->landing)));
    }
    return all;
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
    if (b->line.how.history)
        json_object_set_new(reply, "history", earlier_json(b, term_name(kind, TERM_ELBO)->key));
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

static void say_line(struct session *s, const struct bound *b)
{
    char steepness[NUMBER_TEXT];
    text_addf(&s->out, "  along %s", b->line.name);
    if (b->line.how.kind == LINE_GRADIENT) {
        text_addf(&s->out, ": straight up ∇%s, of length %s; s is the distance\n  in ",
                  b->has_loglik ? term_name(s->machine->model->class->kind, TERM_LOGLIK)->symbol
                                : "ELBO",
                  number_text(steepness, b->line.steepness, (int)s->set.digits));
        line_coordinates(&b->line, &s->out);
    }
    text_add(&s->out, "\n");
}

/* "ELBO at θ₁": the bounds before this one, by where they were made. */
static void earlier_heads(struct grid *g, const struct bound *b, const char *symbol)
{
    for (size_t i = 0; i < b->nearlier; i++) {
        struct text head = TEXT_INIT;
        text_addf(&head, "%s at θ", symbol);
        text_subscript(&head, (long)b->earlier[i].t);
        grid_right(g, head.s ? head.s : "");
        text_clear(&head);
    }
}

static void say_earlier(struct session *s, const struct bound *b)
{
    char at[NUMBER_TEXT], value[NUMBER_TEXT];
    int digits = (int)s->set.digits;
    for (size_t i = 0; i < b->nearlier; i++) {
        const struct earlier *one = &b->earlier[i];
        text_add(&s->out, "  the bound at θ");
        text_subscript(&s->out, (long)one->t);
        if (one->touches)
            text_addf(&s->out, ": touch at s = %s, %s\n", number_text(at, one->touch.s, digits),
                      number_text(value, one->touch.value, digits));
        else
            text_add(&s->out, " touches off this line\n");
    }
    if (b->let_go)
        text_add(&s->out, "  older bounds were let go of (set history_limit)\n");
}

static void bound_text(struct session *s, const struct bound *b)
{
    struct grid g;
    enum model_kind kind = s->machine->model->class->kind;
    say_line(s, b);
    grid_init(&g, (int)s->set.digits);
    grid_right(&g, "s");
    if (b->has_loglik)
        grid_right(&g, term_name(kind, TERM_LOGLIK)->symbol);
    grid_right(&g, term_name(kind, TERM_ELBO)->symbol);
    if (b->has_loglik)
        grid_right(&g, "gap");
    earlier_heads(&g, b, term_name(kind, TERM_ELBO)->symbol);
    grid_row(&g);
    for (size_t i = 0; i < b->n; i++) {
        double gap = b->loglik[i] - b->elbo[i];
        grid_number(&g, b->s[i]);
        if (b->has_loglik)
            grid_number(&g, b->loglik[i]);
        grid_number(&g, b->elbo[i]);
        if (b->has_loglik)
            grid_number(&g, fabs(gap) < 1e-12 * fmax(1.0, fabs(b->elbo[i])) ? 0.0 : gap);
        for (size_t k = 0; k < b->nearlier; k++)
            grid_number(&g, b->earlier[k].elbo[i]);
        grid_row(&g);
    }
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    say_places(s, b);
    say_earlier(s, b);
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
    .lets_q_be = true,
    .run = run_bound,
};
