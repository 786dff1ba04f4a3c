/* SPDX-License-Identifier: GPL-3.0-or-later */
/* select: the same model with other numbers of components, by AIC, BIC and ICL. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/criteria.h"
#include "em/starts.h"
#include "shell/command.h"
#include "shell/grid.h"
#include "shell/modelling.h"

enum { STARTS_MOST = 10000, SIZES_MOST = 1000 };

static const struct option_spec select_options[] = {
    {"k", OPTION_WORD, "A:B", "numbers of components, from A to B"},
    {"m", OPTION_WORD, "A:B", "numbers of factors, of ppca and fa"},
    {"starts", OPTION_COUNT, "N", "starts for each of them; 5 when left out"},
    {"seed", OPTION_COUNT, "N", "of the first start; set seed when left out"},
    {"method", OPTION_WORD, "METHOD", "a start of the model; its default when left out"},
    {NULL},
};

struct candidate {
    size_t size;              /* k, or m */
    bool fitted;
    struct criteria by;
    size_t refused;           /* starts */
    char why[sizeof ((struct error *)0)->message]; /* it was not fitted */
};

struct selection {
    const char *option;       /* "k" or "m" */
    size_t first, last;
    struct starts_how how;
    struct candidate *list;   /* (n) */
    size_t n;
    bool interrupted;
};

/* ---- reading ----------------------------------------------------------------------------- */

static int read_range(const struct option *o, struct selection *l, struct error *e)
{
    const char *text = o->nvalue == 1 ? o->value[0] : "";
    const char *colon = strchr(text, ':');
    char *first = colon ? mem_copy_bytes(text, (size_t)(colon - text)) : mem_copy_text(text);
    if (!first)
        return error_no_memory(e);
    bool good = count_parse(first, &l->first) &&
                count_parse(colon ? colon + 1 : text, &l->last) && l->first >= 1 &&
                l->first <= l->last && l->last - l->first < SIZES_MOST;
    mem_free(first);
    if (good)
        return 0;
    error_set_at(e, o->at, "%s= takes a range A:B with 1 ≤ A ≤ B", o->name);
    return error_hint(e, "select %s=1:6", o->name);
}

static bool has_option(const struct model *m, const char *name)
{
    for (const struct option_spec *o = m->class->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0)
            return true;
    return false;
}

static int read_sizes(const struct session *s, const struct call *c, struct selection *l,
                      struct error *e)
{
    const struct option *k = options_find(&c->options, "k"), *m = options_find(&c->options, "m");
    if (!k == !m) {
        error_set(e, "select needs the numbers to try: %s", k ? "k= or m=, not both" : "k=");
        return error_hint(e, "select k=1:6");
    }
    const struct option *given = k ? k : m;
    l->option = k ? "k" : "m";
    if (!has_option(s->machine->model, l->option))
        return error_set_at(e, given->at, "%s has no %s to choose", s->machine->model->name,
                            l->option);
    return read_range(given, l, e);
}

static int read_select(const struct session *s, const struct call *c, struct selection *l,
                       struct error *e)
{
    size_t seed = s->set.seed;
    *l = (struct selection){.how = {
        .n = 5, .run = {.max = s->set.max, .tol = s->set.tol, .rule = (enum run_rule)s->set.rule,
                        .interrupt = s->interrupt}}};
    if (criteria_defined(s->machine->model, e) != 0)
        return -1;
    if (s->machine->prior.given) {
        error_set(e, "AIC, BIC and ICL are made at a maximum of ℓ, and there is a prior");
        return error_hint(e, "prior off, then select");
    }
    if (read_sizes(s, c, l, e) != 0 ||
        options_count(&c->options, "seed", 0, (size_t)1 << 32, &seed, e) != 0 ||
        options_count(&c->options, "starts", 1, STARTS_MOST, &l->how.n, e) != 0)
        return -1;
    l->how.seed = seed;
    const struct option *method = options_find(&c->options, "method");
    l->how.method = starts_method(s->machine->model, options_word(&c->options, "method", NULL), "",
                                  e);
    return l->how.method ? 0 : error_place(e, method->at);
}

/* ---- fitting ----------------------------------------------------------------------------- */

static struct machine *bind(const struct session *s, const struct selection *l, size_t size,
                            struct error *e)
{
    const char *less[] = {l->option, NULL};
    char more[40];
    snprintf(more, sizeof more, "%s=%zu", l->option, size);
    char *words = model_words_with(s->model_words, less, more, e);
    struct machine *m = words ? model_bind_words(s->data, words, s->interrupt, e) : NULL;
    mem_free(words);
    if (m)
        machine_freeze(m, s->machine->frozen);
    return m;
}

/* A size that cannot be fitted is a row of the table, with its reason. */
static int fit(struct selection *l, const struct machine *m, struct candidate *c,
               struct error *e)
{
    struct starts found;
    if (starts_run(m, &l->how, &found, e) != 0)
        return -1;
    l->interrupted = found.interrupted;
    c->refused = found.nrefused;
    if (found.noptimum)
        c->fitted = criteria_make(m, found.optimum[0].theta, &c->by, e) == 0;
    else if (found.nrefused)
        snprintf(c->why, sizeof c->why, "%s", found.refused[0].why);
    int r = found.noptimum && !c->fitted ? -1 : 0;
    starts_clear(&found);
    return r;
}

static int try_all(const struct session *s, struct selection *l, struct error *e)
{
    l->list = NEW_ARRAY(l->last - l->first + 1, struct candidate);
    if (!l->list)
        return error_no_memory(e);
    int r = 0;
    for (size_t size = l->first; r == 0 && size <= l->last && !l->interrupted; size++) {
        struct candidate *c = &l->list[l->n];
        struct error refusal = {0};
        struct machine *m = bind(s, l, size, &refusal);
        c->size = size;
        if (m)
            r = fit(l, m, c, e);
        else
            snprintf(c->why, sizeof c->why, "%s", refusal.message);
        l->n += r == 0 && !l->interrupted;
        machine_free(m);
    }
    return r;
}

/* ---- report ------------------------------------------------------------------------------ */

enum { CRITERIA = 3 };
static const char *const criterion_name[CRITERIA] = {"AIC", "BIC", "ICL"};
static const char *const criterion_key[CRITERIA] = {"aic", "bic", "icl"};

static double criterion(const struct candidate *c, size_t which)
{
    const double v[CRITERIA] = {c->by.aic, c->by.bic, c->by.icl};
    return c->fitted ? v[which] : NAN;
}

/* The candidate with the smallest value; n when none has one. */
static size_t smallest(const struct selection *l, size_t which)
{
    size_t best = l->n;
    for (size_t i = 0; i < l->n; i++)
        if (!isnan(criterion(&l->list[i], which)) &&
            (best == l->n || criterion(&l->list[i], which) < criterion(&l->list[best], which)))
            best = i;
    return best;
}

static void best_by(const struct selection *l, size_t i, struct text *out)
{
    for (size_t which = 0; which < CRITERIA; which++)
        if (smallest(l, which) == i)
            text_add_listed(out, criterion_name[which]);
}

static void heads(struct grid *g, const struct selection *l)
{
    static const char *const head[] = {"ℓ", "p", "AIC", "BIC", "ICL", "refused"};
    grid_right(g, l->option);
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        grid_right(g, head[i]);
    grid_left(g, "best by");
    grid_row(g);
}

static void add_candidate(struct grid *g, const struct selection *l, size_t i)
{
    const struct candidate *c = &l->list[i];
    struct text best = TEXT_INIT;
    grid_count(g, c->size);
    grid_number(g, c->fitted ? c->by.loglik : NAN);
    if (c->fitted)
        grid_count(g, c->by.parameters);
    else
        grid_right(g, "n/a");
    for (size_t which = 0; which < CRITERIA; which++)
        grid_number(g, criterion(c, which));
    grid_count(g, c->refused);
    best_by(l, i, &best);
    grid_left(g, best.s);
    grid_row(g);
    text_clear(&best);
}

static void say(struct session *s, const struct selection *l)
{
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    heads(&g, l);
    for (size_t i = 0; i < l->n; i++)
        add_candidate(&g, l, i);
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    for (size_t i = 0; i < l->n; i++)
        if (!l->list[i].fitted)
            text_addf(&s->out, "  %s = %zu: %s\n", l->option, l->list[i].size, l->list[i].why);
    text_addf(&s->out, "  small is good; each is the best of %zu start%s (%s); θ is as it was\n",
              l->how.n, l->how.n == 1 ? "" : "s", l->how.method);
    if (l->interrupted)
        text_addf(&s->out, "  interrupted at %s = %zu\n", l->option, l->first + l->n);
}

static json_t *candidate_json(const struct selection *l, const struct candidate *c)
{
    json_t *j = json_object();
    json_object_set_new(j, l->option, json_integer((json_int_t)c->size));
    json_object_set_new(j, "refused", json_integer((json_int_t)c->refused));
    if (!c->fitted) {
        json_object_set_new(j, "reason", json_string(c->why));
        return j;
    }
    json_object_set_new(j, "loglik", json_number(c->by.loglik));
    json_object_set_new(j, "parameters", json_integer((json_int_t)c->by.parameters));
    for (size_t which = 0; which < CRITERIA; which++)
        json_object_set_new(j, criterion_key[which], json_number(criterion(c, which)));
    return j;
}

static void reply_json(struct session *s, const struct selection *l)
{
    json_t *reply = session_reply(s, NULL), *table = json_array(), *best = json_object();
    for (size_t i = 0; i < l->n; i++)
        json_array_append_new(table, candidate_json(l, &l->list[i]));
    for (size_t which = 0; which < CRITERIA; which++)
        if (smallest(l, which) < l->n)
            json_object_set_new(best, criterion_key[which],
                                json_integer((json_int_t)l->list[smallest(l, which)].size));
    json_object_set_new(reply, "table", table);
    json_object_set_new(reply, "best", best);
    json_object_set_new(reply, "starts", json_integer((json_int_t)l->how.n));
    json_object_set_new(reply, "method", json_string(l->how.method));
    json_object_set_new(reply, "interrupted", json_boolean(l->interrupted));
}

static int run_select(struct session *s, const struct call *c, struct error *e)
{
    struct selection l;
    if (read_select(s, c, &l, e) != 0)
        return -1;
    int r = try_all(s, &l, e);
    if (r == 0)
        (s->json ? reply_json : say)(s, &l);
    mem_free(l.list);
    if (r == 0 && l.interrupted)
        r = session_interrupted(s, e);
    return r;
}

const struct command cmd_select = {
    .name = "select",
    .group = "step",
    .usage = "select k=A:B [starts=N] [seed=N] [method=METHOD]",
    .summary = "how many components? AIC, BIC and ICL for each number of them",
    .details = "For each k the best of some starts. With p free parameters and n observations\n"
               "(the sum of the weights)\n"
               "\n"
               "    AIC = −2ℓ + 2p\n"
               "    BIC = −2ℓ + p log n\n"
               "    ICL = BIC − 2 Σ w log max_k p(z=k|x)\n"
               "\n"
               "so small is good in all three (some programs have the other sign). The model and\n"
               "θ stay as they are; blocks that are frozen are no parameters. m= does the same\n"
               "for the factors of ppca and fa.\n"
               "\n"
               "  select k=1:6\n"
               "  select k=2:4 starts=20 method=random\n",
    .needs = NEED_MODEL,
    .options = select_options,
    .max_words = 0,
    .run = run_select,
};
