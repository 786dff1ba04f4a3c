/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "expr/view.h"
#include "lua/reserved.h"
#include "lua/tables.h"

static const char moment_type[] = "emstep.moment";
static const char environment_key[] = "emstep.environment";
static const char library_key[] = "emstep.library";
static const char let_key[] = "emstep.let";

static struct expr *expr_of(lua_State *L)
{
    return (struct expr *)sandbox_of(L);
}

/* ---- the terms of a state ---- */

static bool is_term_key(const char *name)
{
    static const enum model_kind kinds[] = {MODEL_EM, MODEL_MM, MODEL_VARIATIONAL};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int t = 0; t < TERM_COUNT; t++) {
            const struct term_name *n = term_name(kinds[k], (enum term)t);
            if (n && n->key && strcmp(n->key, name) == 0)
                return true;
        }
    return false;
}

/* The model's term of that key; -1: none. */
static int find_term(const struct model *m, const char *name)
{
    for (int t = 0; t < TERM_COUNT; t++) {
        const struct term_name *n = term_name(m->class->kind, (enum term)t);
        bool prior_only = t == TERM_LOGPRIOR || t == TERM_OBJECTIVE;
        bool has = prior_only || ((m->terms_defined | m->terms_intractable) & TERM_BIT(t));
        if (has && n && n->key && strcmp(n->key, name) == 0)
            return t;
    }
    return -1;
}

static _Noreturn void term_missing(struct expr *x, const struct state *st, int term,
                                   const char *name)
{
    const struct model *m = x->machine->model;
    struct error *e = &x->box.error;

    if (term < 0)
        error_set(e, "%s is not a term of %s", name, m->name);
    else if (m->terms_intractable & TERM_BIT(term))
        error_set(e, "%s is intractable for this model", name);
    else if (!st->has_q)
        error_set(e, "%s needs q: take an e first", name);
    else if (term == TERM_LOGPRIOR)
        error_set(e, "%s needs a prior: set one with prior", name);
    else
        error_set(e, "%s is not available at %s", name, st->label);
    sandbox_raise(&x->box, name);
}

/* After an exact E the gap is 0; what rounding leaves of it is not for `kl == 0` to trip over. */
static double settled(const struct state *st, int term)
{
    double v = st->terms.value[term];
    return term == TERM_KL && st->exact && fabs(v) <= terms_tolerance(&st->terms) ? 0 : v;
}

static void push_term(lua_State *L, const struct state *st, const char *name)
{
    struct expr *x = expr_of(L);
    int term = find_term(x->machine->model, name);

    if (term >= 0 && (st->terms.have & TERM_BIT(term)))
        lua_pushnumber(L, settled(st, term));
    else if (term == TERM_OBJECTIVE && st->has_q)
        lua_pushnumber(L, terms_objective(&st->terms)); /* no prior: J is the bound */
    else
        term_missing(x, st, term, name);
}

/* The model's own numbers and what follows from (q, θ): maxent's entropy, A, p and Ef. */
static bool is_own(const struct model *m, const char *name)
{
    for (const struct extra_term *x = m->class->extras; x && x->key; x++)
        if (strcmp(x->key, name) == 0)
            return true;
    return layout_find(&m->stats, name) != NULL;
}

static void push_extra(lua_State *L, const struct state *st, const char *name)
{
    struct expr *x = expr_of(L);
    const struct model *m = x->machine->model;
    double v[EXTRAS_MOST];
    size_t at = 0;
    while (strcmp(m->class->extras[at].key, name) != 0)
        at++;
    m->class->extra(m, st->q, st->theta, v);
    if (isnan(v[at]))
        term_missing(x, st, TERM_COUNT, name);
    lua_pushnumber(L, v[at]);
}

static void push_stat(lua_State *L, const struct state *st, const struct block *b)
{
    const struct model *m = expr_of(L)->machine->model;
    double *v = lua_newuserdatauv(L, m->stats.size * sizeof *v, 0);
    m->class->stats(m, st->q, st->theta, v);
    tables_push(L, b, v + b->offset, 0);
    lua_remove(L, -2);
}

static bool push_own(lua_State *L, const struct state *st, const char *name)
{
    const struct model *m = expr_of(L)->machine->model;
    const struct block *stat = layout_find(&m->stats, name);
    if (!st->theta || !is_own(m, name))
        return false;
    if (stat)
        push_stat(L, st, stat);
    else
        push_extra(L, st, name);
    return true;
}

/* ---- the parameters and counters of a state ---- */

static bool push_block(lua_State *L, const struct state *st, const char *name)
{
    struct expr *x = expr_of(L);
    const struct block *b = layout_find(&x->machine->model->theta, name);

    if (!b)
        return false;
    if (!st->theta) {
        error_set(&x->box.error, "the parameters of %s were let go of to save memory", st->label);
        error_hint(&x->box.error, "set history_limit keeps more");
        sandbox_raise(&x->box, name);
    }
    view_push(L, st->theta, b, NULL, 0);
    return true;
}

/* Pushes what `name` is at a state; false: no name of a state's. */
static bool push_of_state(lua_State *L, const struct state *st, const char *name)
{
    if (push_block(L, st, name) || push_own(L, st, name))
        return true;
    if (strcmp(name, "t") == 0)
        lua_pushinteger(L, (lua_Integer)st->t);
    else if (strcmp(name, "phase") == 0)
        lua_pushstring(L, phase_name(st->step.phase));
    else if (strcmp(name, "exact") == 0)
        lua_pushboolean(L, st->has_q && st->exact);
    else if (is_term_key(name))
        push_term(L, st, name);
    else
        return false;
    return true;
}

static bool is_of_state(const struct expr *x, const char *name)
{
    static const char *const counters[] = {"t", "phase", "exact"};
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        if (strcmp(name, counters[i]) == 0)
            return true;
    return is_term_key(name) || (x->machine && (layout_find(&x->machine->model->theta, name) ||
                                                is_own(x->machine->model, name)));
}

/* ---- other states: prev, at("3E") ---- */

struct moment {
    size_t generation;
    long at;
};

static void push_moment(lua_State *L, long at)
{
    struct moment *m = lua_newuserdatauv(L, sizeof *m, 0);
    *m = (struct moment){expr_of(L)->generation, at};
    luaL_setmetatable(L, moment_type);
}

static int moment_index(lua_State *L)
{
    struct expr *x = expr_of(L);
    const struct moment *m = luaL_testudata(L, 1, moment_type);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";

    if (!m || m->generation != x->generation || !x->machine || m->at >= x->machine->nstate) {
        error_set(&x->box.error, "this state belongs to a model that is no longer there");
        sandbox_raise(&x->box, "");
    }
    if (!push_of_state(L, &x->machine->state[m->at], name)) {
        error_set(&x->box.error, "a state has no '%.40s'", name);
        error_hint(&x->box.error, "a state has its terms, t, phase, exact and the parameters");
        sandbox_raise(&x->box, name);
    }
    return 1;
}

static _Noreturn void needs_machine(struct expr *x, const char *name)
{
    error_set(&x->box.error, "%s needs a model: choose one, e.g. model gmm k=2", name);
    sandbox_raise(&x->box, name);
}

static const struct state *state_or_raise(struct expr *x, const char *name)
{
    if (!x->machine)
        needs_machine(x, name);
    const struct state *here = machine_here(x->machine);
    if (!here) {
        error_set(&x->box.error, "%s needs θ: init makes a start, theta sets one by hand", name);
        sandbox_raise(&x->box, name);
    }
    return here;
}

static int push_previous(lua_State *L)
{
    struct expr *x = expr_of(L);
    const struct state *here = state_or_raise(x, "prev");

    if (here->parent == NO_STATE) {
        error_set(&x->box.error, "prev: no half-step leads to %s", here->label);
        error_hint(&x->box.error, "take an e or an m first");
        sandbox_raise(&x->box, "prev");
    }
    push_moment(L, here->parent);
    return 1;
}

static int call_at(lua_State *L)
{
    struct expr *x = expr_of(L);
    long at;

    if (!x->machine)
        needs_machine(x, "at");
    if (machine_find(x->machine, luaL_checkstring(L, 1), &at, &x->box.error) != 0)
        sandbox_raise(&x->box, "at");
    if (x->machine->state[at].theta && machine_settle(x->machine, at, &x->box.error) != 0)
        sandbox_raise(&x->box, "at");
    push_moment(L, at);
    return 1;
}

/* ---- q(i,k), x(i,j), approx(a,b,tol) ---- */

/* The arguments as indices into a block: the place in it; raises when they are none. */
static size_t read_entry(lua_State *L, const struct block *b, const char *name)
{
    struct expr *x = expr_of(L);
    size_t index[BLOCK_RANK + 1], at = 0;
    int n = lua_gettop(L);

    for (int i = 0; i < n && i <= BLOCK_RANK; i++) {
        lua_Integer given = luaL_checkinteger(L, i + 1);
        index[i] = given > 0 ? (size_t)given : 0;
    }
    if (block_entry(b, index, (size_t)(n <= BLOCK_RANK ? n : BLOCK_RANK + 1), &at,
                    &x->box.error) != 0)
        sandbox_raise(&x->box, name);
    return at;
}

static const struct latent *fetch_q(struct expr *x)
{
    if (!x->machine)
        needs_machine(x, "q");
    const struct state *here = machine_here(x->machine);
    if (!here || !here->has_q) {
        if (x->machine->pending_q)
            return x->machine->pending_q;
        error_set(&x->box.error, "q(i,k) needs q: take an e first");
        sandbox_raise(&x->box, "q");
    }
    if (x->q && x->q_of == here)
        return x->q;
    names_forget(x);
    x->q = machine_q(x->machine, here, &x->box.error);
    x->q_of = here;
    if (!x->q)
        sandbox_raise(&x->box, "q");
    return x->q;
}

static int call_q(lua_State *L)
{
    const struct latent *q = fetch_q(expr_of(L));
    const struct block *b = &q->b.layout->block[0];
    lua_pushnumber(L, q->b.v[b->offset + read_entry(L, b, "q")]);
    return 1;
}

static int call_x(lua_State *L)
{
    struct expr *x = expr_of(L);
    if (!x->machine)
        needs_machine(x, "x");
    const struct observations *o = &x->machine->model->obs;
    struct block b = {.name = "x", .rank = 2, .dim = {o->n, o->d}, .size = o->n * o->d};
    size_t at = read_entry(L, &b, "x");
    lua_pushnumber(L, o->x[at % o->d][at / o->d]);
    return 1;
}

static int call_approx(lua_State *L)
{
    double a = luaL_checknumber(L, 1), b = luaL_checknumber(L, 2);
    double tolerance = luaL_optnumber(L, 3, 1e-9);
    lua_pushboolean(L, a == b || fabs(a - b) <= tolerance * fmax(1, fabs(b)));
    return 1;
}

/* ---- the environment ---- */

const char *const *expr_reserved(void)
{
    return reserved_names;
}

static bool push_function(lua_State *L, const char *name)
{
    static const luaL_Reg functions[] = {
        {"q", call_q}, {"x", call_x}, {"at", call_at}, {"approx", call_approx}};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(name, functions[i].name) == 0) {
            lua_pushcfunction(L, functions[i].func);
            return true;
        }
    return false;
}

static bool push_count(lua_State *L, const char *name)
{
    struct expr *x = expr_of(L);
    bool is_n = strcmp(name, "n") == 0;

    if (!is_n && strcmp(name, "k") != 0)
        return false;
    if (!x->machine)
        needs_machine(x, name);
    const struct model *m = x->machine->model;
    if (is_n && m->obs.weighted) {
        lua_pushnumber(L, m->obs.total_weight);
    } else if (is_n || m->k > 0) {
        lua_pushinteger(L, (lua_Integer)(is_n ? m->obs.n : m->k));
    } else {
        error_set(&x->box.error, "k: %s has no finite latent variable", m->name);
        sandbox_raise(&x->box, name);
    }
    return true;
}

static bool push_from(lua_State *L, const char *key, const char *name)
{
    lua_getfield(L, LUA_REGISTRYINDEX, key);
    lua_pushstring(L, name);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    if (!lua_isnil(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

/* What is near an unknown name: reserved names and the model's blocks. */
static void suggest_names(struct expr *x, const char *name)
{
    enum { MOST = RESERVED_NAMES + LAYOUT_BLOCKS + 1 };
    const char *names[MOST];
    size_t n = 0;

    for (; n < RESERVED_NAMES; n++)
        names[n] = reserved_names[n];
    for (size_t b = 0; x->machine && b < x->machine->model->theta.nblock; b++)
        names[n++] = x->machine->model->theta.block[b].name;
    names[n] = NULL;
    suggest(&x->box.error, name, names);
}

static _Noreturn void unknown_name(struct expr *x, const char *name)
{
    error_set(&x->box.error, "no name '%.60s' here", name);
    suggest_names(x, name);
    if (strcmp(name, "pi") == 0)
        error_hint(&x->box.error, "the number is math.pi");
    sandbox_raise(&x->box, name);
}

/* _ENV's __index: what a free name means. */
static int environment_index(lua_State *L)
{
    struct expr *x = expr_of(L);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";

    if (strcmp(name, "prev") == 0)
        return push_previous(L);
    if (push_function(L, name) || push_count(L, name))
        return 1;
    if (is_of_state(x, name)) {
        push_of_state(L, state_or_raise(x, name), name);
        return 1;
    }
    if (push_from(L, let_key, name) || push_from(L, library_key, name))
        return 1;
    unknown_name(x, name);
}

static int environment_set(lua_State *L)
{
    struct sandbox *b = sandbox_of(L);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";

    error_set(&b->error, "an expression cannot set '%.60s'", name);
    error_hint(&b->error, "let NAME=EXPR names a value");
    sandbox_raise(b, name);
}

void names_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__index", environment_index}, {"__newindex", environment_set}, {NULL, NULL}};

    view_open(L);
    luaL_newmetatable(L, moment_type);
    lua_pushcfunction(L, moment_index);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);

    sandbox_push_library(L);
    lua_setfield(L, LUA_REGISTRYINDEX, library_key);
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, let_key);

    lua_newtable(L);
    luaL_newlib(L, methods);
    lua_setmetatable(L, -2);
    lua_setfield(L, LUA_REGISTRYINDEX, environment_key);
}

void names_push_environment(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, environment_key);
}

void names_keep(lua_State *L, const char *name)
{
    view_to_table(L, -1);
    lua_getfield(L, LUA_REGISTRYINDEX, let_key);
    lua_insert(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

void names_forget(struct expr *x)
{
    latent_free(x->q);
    x->q = NULL;
    x->q_of = NULL;
}

bool names_is_let(lua_State *L, const char *name)
{
    bool found = push_from(L, let_key, name);
    if (found)
        lua_pop(L, 1);
    return found;
}
