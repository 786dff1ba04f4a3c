/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show points: what each row adds to the terms. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/values.h"
#include "shell/grid.h"
#include "shell/ranked.h"
#include "shell/show.h"

enum { SHOWN = 10 };

static const struct option_spec points_options[] = {
    {"sort", OPTION_CHOICE, "gap|entropy|loglik|row",
     "the largest KL or entropy first, or the smallest ℓ; gap where there is one"},
    {"rows", OPTION_WORD, "A:B", "these rows"},
    {"n", OPTION_COUNT, "10", "how many"},
    {NULL},
};

enum sort { SORT_GAP, SORT_ENTROPY, SORT_LOGLIK, SORT_ROW };
static const char *const sort_name[] = {"gap", "entropy", "loglik", "row"};
static const char *const sort_words[] = {", the largest gap first", ", the largest entropy first",
                                         ", the least likely first", ""};

struct points {
    struct session *s;
    const struct model *m;
    const struct state *here;
    const double *gamma;      /* (n,k), or NULL */
    bool weighted;
    bool joint;               /* the model can say log p(x_i,z_i=k|θ) */
    double *v;                /* (n,TERM_COUNT) */
    double sum[TERM_COUNT];   /* Σ_i w_i of them */
    enum sort sort;
    struct ranked shown;
    struct values values;     /* of the row at hand */
};

/* The columns after γ, where there is a q. */
static const struct share {
    enum term term;
    const char *head;
    bool continuous; /* only where there is no log-joint by component to read it off */
    bool small;
} columns[] = {
    {TERM_Q, "Qᵢ", true, false},          {TERM_H, "Hᵢ", true, false},
    {TERM_LOGLIK, "ℓᵢ", false, false},    {TERM_ENTROPY, "Sᵢ", false, true},
    {TERM_KL, "KLᵢ", false, true},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static bool has_column(const struct points *p, const struct share *c)
{
    return (p->here->has_q || c->term == TERM_LOGLIK) && !(c->continuous && p->joint);
}

static double term_of(const struct points *p, size_t i, enum term t)
{
    return p->v[i * TERM_COUNT + t];
}

/* A KL of 0 up to rounding of what it is a difference of reads 0. */
static double shown_value(const double *v, enum term t)
{
    double scale = fmax(1.0, fmax(fabs(v[TERM_Q]), fabs(v[TERM_LOGLIK])));
    return t == TERM_KL && fabs(v[t]) <= 1e-14 * scale ? 0.0 : v[t];
}

/* ---- the rows' shares ------------------------------------------------------------------- */

static int no_rows(const struct model *m, struct error *e)
{
    struct text which = TEXT_INIT;
    if (values_in_rows(m) && m->class->chained)
        error_set(e, "the rows of %s are chained: its terms are no sums over rows", m->name);
    else
        error_set(e, "the terms of %s are no sums over rows", m->name);
    for (const struct model_class *const *c = model_classes; *c; c++)
        if ((*c)->row_terms)
            text_add_listed(&which, (*c)->name);
    error_hint(e, "show terms has the whole; rows have shares in %s", which.s);
    text_clear(&which);
    return -1;
}

static int take_terms(struct points *p, struct error *e)
{
    const struct model *m = p->m;
    unsigned which = p->here->has_q ? TERMS_EM : TERM_BIT(TERM_LOGLIK);
    p->v = NEW_ARRAY(m->obs.n * TERM_COUNT, double);
    if (!p->v)
        return error_no_memory(e);
    if (!m->class->row_terms(m, p->here->q, p->here->theta, which, p->v))
        return error_set(e, "θ is outside its domain: a density cannot be computed");
    for (size_t i = 0; i < m->obs.n; i++)
        for (int t = 0; t < TERM_COUNT; t++)
            if (m->obs.weight[i] != 0.0)
                p->sum[t] += m->obs.weight[i] * term_of(p, i, (enum term)t);
    return 0;
}

/* ---- which of them ---------------------------------------------------------------------- */

static bool has_gap(const struct points *p)
{
    bool gap = false;
    for (size_t i = 0; p->here->has_q && !p->here->exact && i < p->m->obs.n && !gap; i++)
        gap = shown_value(p->v + i * TERM_COUNT, TERM_KL) > 0.0;
    return gap;
}

static int choose_sort(struct points *p, const struct call *c, struct error *e)
{
    const struct option *given = options_find(&c->options, "sort");
    int sort = options_find(&c->options, "rows") || !has_gap(p) ? SORT_ROW : SORT_GAP;
    if (options_choice(&c->options, "sort", points_options[0].values, &sort, e) != 0)
        return -1;
    p->sort = (enum sort)sort;
    if (p->here->has_q || sort == SORT_ROW || sort == SORT_LOGLIK)
        return 0;
    error_set_at(e, given->at, "sort=%s needs q", sort_name[sort]);
    return error_hint(e, "take an `e` first, or set one with q");
}

static int rank(struct points *p, const struct call *c, struct error *e)
{
    static const enum term of[] = {TERM_KL, TERM_ENTROPY, TERM_LOGLIK};
    size_t n = p->m->obs.n;
    double *key = p->sort == SORT_ROW ? NULL : NEW_ARRAY(n, double);
    if (p->sort != SORT_ROW && !key)
        return error_no_memory(e);
    for (size_t i = 0; key && i < n; i++) {
        double v = shown_value(p->v + i * TERM_COUNT, of[p->sort]);
        key[i] = p->sort == SORT_LOGLIK ? -v : v;
    }
    int r = ranked_make(c, n, p->s->json ? n : SHOWN, key, &p->shown, e);
    mem_free(key);
    return r;
}

/* ---- text ------------------------------------------------------------------------------- */

static void heads(const struct points *p, struct grid *g)
{
    char head[64];
    grid_right(g, "row");
    if (p->weighted)
        grid_right(g, "weight");
    for (size_t k = 0; p->joint && k < p->m->k; k++) {
        snprintf(head, sizeof head, "log p(x,%zu)", k + 1);
        grid_right(g, head);
    }
    for (size_t k = 0; p->gamma && k < p->m->k; k++) {
        snprintf(head, sizeof head, "γ k=%zu", k + 1);
        grid_right(g, head);
    }
    for (int c = 0; c < COLUMNS; c++)
        if (has_column(p, &columns[c]))
            grid_right(g, columns[c].head);
    grid_row(g);
}

/* A digit fewer than elsewhere, two for what may be very small: two components then stand in 80
 * columns. */
static int fewer_digits(const struct points *p, int by)
{
    int digits = (int)p->s->set.digits - by;
    return digits > 1 ? digits : 1;
}

static void small_cell(const struct points *p, struct grid *g, double v)
{
    char shown[NUMBER_TEXT];
    grid_right(g, number_text(shown, v, fewer_digits(p, 2)));
}

static void row_line(const struct points *p, struct grid *g, size_t i)
{
    grid_count(g, i + 1);
    if (p->weighted)
        grid_number(g, p->m->obs.weight[i]);
    for (size_t k = 0; p->joint && k < p->m->k; k++)
        grid_number(g, p->values.joint[k]);
    for (size_t k = 0; p->gamma && k < p->m->k; k++)
        small_cell(p, g, p->gamma[i * p->m->k + k]);
    for (int c = 0; c < COLUMNS; c++) {
        double v = shown_value(p->v + i * TERM_COUNT, columns[c].term);
        if (has_column(p, &columns[c]) && columns[c].small)
            small_cell(p, g, v);
        else if (has_column(p, &columns[c]))
            grid_number(g, v);
    }
    grid_row(g);
}

/* KL after an exact E is 0 up to rounding. */
static double sum_of(const struct points *p, enum term t)
{
    bool rounding = t == TERM_KL && p->here->exact &&
                    fabs(p->sum[t]) <= terms_tolerance(&p->here->terms);
    return rounding ? 0.0 : p->sum[t];
}

/* Σ_i w_i γ_ik */
static double expected_count(const struct points *p, size_t k)
{
    double sum = 0.0;
    for (size_t i = 0; i < p->m->obs.n; i++)
        sum += p->m->obs.weight[i] * p->gamma[i * p->m->k + k];
    return sum;
}

static void sum_line(const struct points *p, struct grid *g)
{
    grid_right(g, p->weighted ? "Σ w" : "Σ");
    if (p->weighted)
        grid_number(g, p->m->obs.total_weight);
    for (size_t k = 0; p->joint && k < p->m->k; k++)
        grid_right(g, "");
    for (size_t k = 0; p->gamma && k < p->m->k; k++)
        grid_number(g, expected_count(p, k));
    for (int c = 0; c < COLUMNS; c++)
        if (has_column(p, &columns[c]))
            grid_number(g, sum_of(p, columns[c].term));
    grid_row(g);
}

static void say_which(const struct points *p)
{
    struct text *out = &p->s->out;
    size_t n = p->m->obs.n;
    if (p->shown.n < n)
        text_addf(out,
                  "  %zu of %zu rows%s; Σ is over all of them: show points sort= rows=A:B n=\n",
                  p->shown.n, n, sort_words[p->sort]);
    else if (p->sort != SORT_ROW)
        text_addf(out, "  all %zu rows%s\n", n, sort_words[p->sort]);
}

/* The joint of row i, for what is printed of it. */
static int take_row(struct points *p, size_t i, struct error *e)
{
    return p->joint ? values_again(p->m, NULL, p->here->theta, i, &p->values, e) : 0;
}

static int print_points(struct points *p, struct error *e)
{
    struct grid g;
    int r = 0;
    grid_init(&g, fewer_digits(p, 1));
    heads(p, &g);
    for (size_t i = 0; r == 0 && i < p->shown.n; i++) {
        r = take_row(p, p->shown.row[i], e);
        if (r == 0)
            row_line(p, &g, p->shown.row[i]);
    }
    sum_line(p, &g);
    if (r == 0) {
        grid_print(&g, &p->s->out, session_width(p->s));
        say_which(p);
    }
    grid_clear(&g);
    return r;
}

/* ---- JSON ------------------------------------------------------------------------------- */

static void add_terms(const struct points *p, const double *v, json_t *to)
{
    for (int t = 0; t < TERM_COUNT; t++)
        if ((p->here->has_q ? TERMS_EM : TERM_BIT(TERM_LOGLIK)) & TERM_BIT(t))
            json_object_set_new(to, term_name(p->m->class->kind, (enum term)t)->key,
                                json_number(v[t]));
}

static json_t *numbers(const double *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_number(v[i]));
    return list;
}

static json_t *row_json(const struct points *p, size_t i)
{
    json_t *one = json_object();
    json_object_set_new(one, "row", json_integer((json_int_t)i + 1));
    if (p->weighted)
        json_object_set_new(one, "weight", json_number(p->m->obs.weight[i]));
    if (p->joint)
        json_object_set_new(one, "log_joint", numbers(p->values.joint, p->m->k));
    if (p->gamma)
        json_object_set_new(one, "gamma", numbers(p->gamma + i * p->m->k, p->m->k));
    add_terms(p, p->v + i * TERM_COUNT, one);
    return one;
}

static json_t *sum_json(const struct points *p)
{
    json_t *sum = json_object(), *count = json_array();
    for (size_t k = 0; p->gamma && k < p->m->k; k++)
        json_array_append_new(count, json_number(expected_count(p, k)));
    json_object_set_new(sum, "weight", json_number(p->m->obs.total_weight));
    json_object_set_new(sum, "gamma", count);
    add_terms(p, p->sum, sum);
    return sum;
}

static int reply_points(struct points *p, json_t *reply, struct error *e)
{
    json_t *all = json_array();
    int r = 0;
    for (size_t i = 0; r == 0 && i < p->shown.n; i++) {
        r = take_row(p, p->shown.row[i], e);
        if (r == 0)
            json_array_append_new(all, row_json(p, p->shown.row[i]));
    }
    if (r == 0) {
        json_object_set_new(reply, "sort", json_string(sort_name[p->sort]));
        json_object_set(reply, "points", all);
        json_object_set_new(reply, "sum", sum_json(p));
    }
    json_decref(all);
    return r;
}

/* ---- show points ------------------------------------------------------------------------ */

static int make_points(struct points *p, const struct call *c, struct error *e)
{
    if (take_terms(p, e) != 0 || choose_sort(p, c, e) != 0 || rank(p, c, e) != 0)
        return -1;
    return p->joint ? values_make(p->m, NULL, p->here->theta, 0, &p->values, e) : 0;
}

static int run_points(struct session *s, const struct call *c, struct error *e)
{
    const struct state *here = machine_here(s->machine);
    const struct model *m = s->machine->model;
    struct points p = {.s = s, .m = m, .here = here, .weighted = m->obs.weighted};
    if (!m->class->row_terms)
        return no_rows(m, e);
    p.joint = m->class->row_log_joint != NULL;
    p.gamma = here->has_q ? values_gamma(m, here->q) : NULL;
    int r = make_points(&p, c, e);
    json_t *reply = r == 0 ? session_reply(s, NULL) : NULL;
    if (r == 0)
        r = reply ? reply_points(&p, reply, e) : print_points(&p, e);
    values_clear(&p.values);
    ranked_clear(&p.shown);
    mem_free(p.v);
    return r;
}

const struct subject show_points = {
    .name = "points",
    .summary = "what each row adds: log-joint, γ, ℓ, entropy, KL; the largest gap first",
    .needs = NEED_MODEL | NEED_THETA,
    .options = points_options,
    .run = run_points,
};
