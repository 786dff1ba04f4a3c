/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show gradient */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/gradient.h"
#include "em/transform.h"
#include "shell/grid.h"
#include "shell/page.h"
#include "shell/report.h"
#include "shell/show.h"

/* A column: a slope along each coordinate, by differences unless `score`. */
struct slope {
    enum term what;
    bool score;
    double *g;           /* (n) */
};

enum { SLOPES = 5, COORDINATES_SHOWN = 60 };
struct slopes {
    size_t n;
    struct slope column[SLOPES];
    int count;
    double *room;
};

/* Fisher's identity is held to this, relative to the largest slope: differences have no more. */
static const double identity_tolerance = 1e-6;

static bool has(const struct state *st, enum term t)
{
    return st->terms.have & TERM_BIT(t);
}

static const double *slopes_of(const struct slopes *s, enum term what, bool score)
{
    for (int i = 0; i < s->count; i++)
        if (s->column[i].what == what && s->column[i].score == score)
            return s->column[i].g;
    return NULL;
}

/* ---- making them ------------------------------------------------------------------------- */

static int add_differences(const struct session *s, struct slopes *all, enum term what,
                           struct error *e)
{
    const struct machine *m = s->machine;
    const struct state *here = machine_here(m);
    const struct prior *prior = what == TERM_LOGPRIOR ? &m->prior : NULL;
    struct landscape l = {m->model, prior, here->q, machine_blocks(m), what};
    struct slope *c = &all->column[all->count];
    *c = (struct slope){what, false, all->room + (size_t)all->count * all->n};
    if (gradient_at(&l, here->theta, c->g, e) != 0)
        return -1;
    all->count++;
    return 0;
}

static void add_score(const struct session *s, struct slopes *all)
{
    const struct machine *m = s->machine;
    const struct state *here = machine_here(m);
    struct slope *c = &all->column[all->count];
    *c = (struct slope){TERM_Q, true, all->room + (size_t)all->count * all->n};
    if (gradient_score(m->model, here->q, here->theta, machine_blocks(m), c->g))
        all->count++;
}

/* ℓ, Q, Q by its own formula, the bound, the prior: those that there are. */
static int make_slopes(const struct session *s, struct slopes *all, struct error *e)
{
    const struct state *here = machine_here(s->machine);
    static const enum term order[] = {TERM_LOGLIK, TERM_Q, TERM_ELBO, TERM_LOGPRIOR};
    *all = (struct slopes){.n = transform_size(&s->machine->model->theta, ~0u)};
    all->room = NEW_ARRAY(SLOPES * (all->n + 1), double);
    if (!all->room)
        return error_no_memory(e);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (!has(here, order[i]))
            continue;
        if (add_differences(s, all, order[i], e) != 0)
            return -1;
        if (order[i] == TERM_Q)
            add_score(s, all);
    }
    return 0;
}

/* ---- what they say ----------------------------------------------------------------------- */

static double largest(const double *a, const double *b, size_t n)
{
    double most = 0.0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(a[i] - (b ? b[i] : 0.0)));
    return most;
}

/* Two gradients held against each other. */
struct identity {
    bool there;            /* both are known */
    double residual, tolerance;
};

static struct identity compare(const struct slopes *all, const double *a, const double *b)
{
    if (!a || !b)
        return (struct identity){.there = false};
    double scale = fmax(1.0, fmax(largest(a, NULL, all->n), largest(b, NULL, all->n)));
    return (struct identity){true, largest(a, b, all->n), identity_tolerance * scale};
}

static bool holds(struct identity i)
{
    return i.there && i.residual <= i.tolerance;
}

/* What Fisher's identity has beside ∇ℓ: ∇Q, or the slope of an MM model's surrogate. */
static struct identity fisher(const struct slopes *all)
{
    const double *l = slopes_of(all, TERM_LOGLIK, false), *q = slopes_of(all, TERM_Q, false);
    return compare(all, l, q ? q : slopes_of(all, TERM_ELBO, false));
}

static const char *symbol(const struct session *s, enum term t)
{
    return term_name(s->machine->model->class->kind, t)->symbol;
}

static void say(struct session *s, struct text *t)
{
    struct page page = page_of(s);
    text_add(&s->out, "  ");
    page_words(&page, t->s, 2, 4);
    text_reset(t);
}

/* Why ∇ℓ and ∇Q differ here, or cannot be compared. */
static const char *why_not(const struct session *s, const struct state *here)
{
    const struct model *m = s->machine->model;
    if (!here->has_q)
        return "there is no q here yet: take an e";
    if (m->class->theta_in_q)
        return "θ is a factor of q here, so there is no ℓ(θ)";
    if (m->terms_intractable & TERM_BIT(TERM_LOGLIK))
        return "ℓ is out of reach here";
    if (m->class->kind == MODEL_MM)
        return "the surrogate was built at another θ: it touches, and has f's slope, only there";
    if (!model_touches(m))
        return "the posterior is not in q's family, so the bound does not touch ℓ";
    return "q is not the posterior at this θ: ∇ℓ − ∇Q is −∇H, and H is flat only where the bound "
           "touches";
}

static void say_fisher(struct session *s, const struct slopes *all)
{
    const struct state *here = machine_here(s->machine);
    bool mm = s->machine->model->class->kind == MODEL_MM;
    struct identity i = fisher(all);
    struct text t = TEXT_INIT;
    char number[NUMBER_TEXT];
    const char *truth = symbol(s, TERM_LOGLIK), *other = mm ? symbol(s, TERM_ELBO) : "Q";
    text_addf(&t, "%s: ∇%s = ∇%s", mm ? "the touch" : "Fisher's identity", truth, other);
    number_text(number, i.residual, 2);
    if (holds(i))
        text_addf(&t, ", to %s%s", number,
                  here->exact ? " ✓" : ", although q is not the posterior");
    else if (here->exact)
        text_addf(&t, " ✗: off by up to %s", number);
    else if (i.there)
        text_addf(&t, " ✗: off by up to %s, as it may be: %s", number, why_not(s, here));
    else
        text_addf(&t, " cannot be asked: %s", why_not(s, here));
    say(s, &t);
    text_clear(&t);
}

static void say_match(struct session *s, const struct slopes *all, const double *a,
                      const double *b, const char *what)
{
    struct identity i = compare(all, a, b);
    struct text t = TEXT_INIT;
    char number[NUMBER_TEXT];
    if (i.there) {
        text_addf(&t, "%s, to %s %s", what, number_text(number, i.residual, 2),
                  holds(i) ? "✓" : "✗");
        say(s, &t);
    }
    text_clear(&t);
}

/* ---- output ------------------------------------------------------------------------------ */

static void print_heads(struct session *s, struct grid *g, const struct slopes *all)
{
    grid_left(g, "along");
    for (int c = 0; c < all->count; c++) {
        char head[64];
        snprintf(head, sizeof head, "∂%s%s", symbol(s, all->column[c].what),
                 all->column[c].score ? " formula" : "");
        grid_right(g, head);
    }
    grid_row(g);
}

static void print_slopes(struct session *s, const struct slopes *all)
{
    struct grid g;
    double scale = 0.0;
    for (int c = 0; c < all->count; c++)
        scale = fmax(scale, largest(all->column[c].g, NULL, all->n));
    grid_init(&g, (int)s->set.digits);
    print_heads(s, &g, all);
    for (size_t i = 0; i < all->n && i < COORDINATES_SHOWN; i++) {
        struct text name = TEXT_INIT;
        transform_name(&s->machine->model->theta, ~0u, i, &name);
        grid_left(&g, name.s);
        for (int c = 0; c < all->count; c++) {
            double v = all->column[c].g[i];
            grid_number(&g, fabs(v) <= 1e-10 * fmax(1.0, scale) ? 0.0 : v);
        }
        grid_row(&g);
        text_clear(&name);
    }
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    if (all->n > COORDINATES_SHOWN)
        text_addf(&s->out, "  … %zu coordinates more: --json has them all\n",
                  all->n - COORDINATES_SHOWN);
}

static void print(struct session *s, const struct slopes *all)
{
    bool in_q = s->machine->model->class->theta_in_q;
    struct text t = TEXT_INIT;
    print_slopes(s, all);
    text_add(&t,
             "by differences, in unconstrained coordinates: logs, logits, log-ratios of weights "
             "to the last one, Cholesky factors of covariances");
    say(s, &t);
    text_clear(&t);
    say_match(s, all, slopes_of(all, TERM_Q, false), slopes_of(all, TERM_Q, true),
              "∂Q by differences is ∂Q by its formula");
    if (!in_q)
        say_match(s, all, slopes_of(all, TERM_Q, false), slopes_of(all, TERM_ELBO, false),
                  "∇ELBO = ∇Q: S does not depend on θ");
    say_fisher(s, all);
}

static json_t *list_json(const double *g, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; g && i < n; i++)
        json_array_append_new(list, json_number(g[i]));
    return list;
}

static void reply_json(struct session *s, const struct slopes *all)
{
    const struct state *here = machine_here(s->machine);
    json_t *reply = session_reply(s, NULL), *along = json_array();
    for (size_t i = 0; i < all->n; i++) {
        struct text name = TEXT_INIT;
        transform_name(&s->machine->model->theta, ~0u, i, &name);
        json_array_append_new(along, json_string(name.s));
        text_clear(&name);
    }
    json_object_set_new(reply, "along", along);
    for (int c = 0; c < all->count; c++) {
        const struct slope *column = &all->column[c];
        const char *key = term_name(s->machine->model->class->kind, column->what)->key;
        json_object_set_new(reply, column->score ? "Q_formula" : key,
                            list_json(column->g, all->n));
    }
    struct identity i = fisher(all);
    json_object_set_new(reply, "exact", json_boolean(here->exact));
    json_object_set_new(reply, "fisher_residual", i.there ? json_number(i.residual) : json_null());
    json_object_set_new(reply, "fisher_holds", i.there ? json_boolean(holds(i)) : json_null());
    if (!here->exact && !holds(i))
        json_object_set_new(reply, "why_not", json_string(why_not(s, here)));
}

static int run_gradient(struct session *s, const struct call *c, struct error *e)
{
    struct slopes all;
    int r = make_slopes(s, &all, e);
    (void)c;
    if (r == 0 && s->json)
        reply_json(s, &all);
    else if (r == 0)
        print(s, &all);
    mem_free(all.room);
    return r;
}

const struct subject show_gradient = {
    .name = "gradient",
    .summary = "slopes of ℓ, Q and the ELBO at this θ, and Fisher's identity",
    .needs = NEED_MODEL | NEED_THETA,
    .run = run_gradient,
};
