/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls into the user's file.  Everything that may raise stands in functions that sandbox_call
 * calls; a job is what one of them is given. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "lua/tables.h"
#include "models/lua.h"

struct job {
    const struct model *m;
    const double *theta;   /* values under m->theta */
    const double *gamma;   /* (n,K) */
    const double *x;       /* one row */
    bool strict;
    double *out;
    struct theta *answer;
};

static struct own *own_in(lua_State *L)
{
    return (struct own *)sandbox_of(L);
}

/* "FILE:LINE: log_joint", for what is wrong with the function that stands at 1 of the stack. */
struct place {
    char s[140];
};

static struct place place_of(lua_State *L, const char *function)
{
    struct place p;
    lua_Debug ar;
    lua_pushvalue(L, 1);
    lua_getinfo(L, ">S", &ar);
    snprintf(p.s, sizeof p.s, "%s:%d: %s", ar.short_src, ar.linedefined, function);
    return p;
}

__attribute__((format(printf, 3, 4)))
static _Noreturn void blame(lua_State *L, const char *function, const char *format, ...)
{
    struct sandbox *b = sandbox_of(L);
    char message[400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    error_set(&b->error, "%s %s", place_of(L, function).s, message);
    sandbox_raise(b, "");
}

/* ---- arguments --------------------------------------------------------------------------- */

static void push_theta(lua_State *L, const struct job *j)
{
    const struct layout *l = &j->m->theta;
    lua_createtable(L, 0, (int)l->nblock);
    for (size_t i = 0; i < l->nblock; i++) {
        tables_push(L, &l->block[i], j->theta + l->block[i].offset, 0);
        lua_setfield(L, -2, l->block[i].name);
    }
}

/* Fills the table at the stack's top with a row; words are strings. */
static void fill_row(lua_State *L, const struct model *m, const double *x)
{
    for (size_t c = 0; c < m->obs.d; c++) {
        if (observations_is_text(&m->obs, c))
            lua_pushstring(L, observations_word(&m->obs, c, x[c]));
        else
            lua_pushnumber(L, x[c]);
        lua_rawseti(L, -2, (lua_Integer)c + 1);
    }
}

static void push_rows(lua_State *L, const struct model *m)
{
    lua_createtable(L, (int)m->obs.n, 0);
    for (size_t i = 0; i < m->obs.n; i++) {
        lua_createtable(L, (int)m->obs.d, 0);
        fill_row(L, m, observations_row(&m->obs, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* Expected counts: w_i γ_ik, all of q that an M-step can feel. */
static void push_counts(lua_State *L, const struct job *j)
{
    const struct model *m = j->m;
    lua_createtable(L, (int)m->obs.n, 0);
    for (size_t i = 0; i < m->obs.n; i++) {
        lua_createtable(L, (int)m->k, 0);
        for (size_t k = 0; k < m->k; k++) {
            lua_pushnumber(L, m->obs.weight[i] * j->gamma[i * m->k + k]);
            lua_rawseti(L, -2, (lua_Integer)k + 1);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* ---- log_joint --------------------------------------------------------------------------- */

enum { JOINT = 1, ROW, THETA }; /* where they stand on the stack */

static const struct job *begin_joint(lua_State *L)
{
    const struct job *j = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, own_in(L)->log_joint);
    lua_createtable(L, (int)j->m->obs.d, 0);
    push_theta(L, j);
    return j;
}

static void begin_row(lua_State *L, const struct job *j, const double *x)
{
    lua_pushvalue(L, ROW);
    fill_row(L, j->m, x);
    lua_pop(L, 1);
}

/* row = 0: one that is not of the data. */
static double value_of(lua_State *L, size_t row, size_t k)
{
    char where[60] = "";
    lua_pushvalue(L, JOINT);
    lua_pushvalue(L, ROW);
    lua_pushinteger(L, (lua_Integer)k + 1);
    lua_pushvalue(L, THETA);
    lua_call(L, 3, 1);
    if (lua_type(L, -1) != LUA_TNUMBER) {
        if (row)
            snprintf(where, sizeof where, "row %zu, ", row);
        blame(L, "log_joint", "gave %s%s for %sk = %zu, not a number",
              lua_isnil(L, -1) ? "" : "a ", luaL_typename(L, -1), where, k + 1);
    }
    double v = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return v;
}

static _Noreturn void refuse_value(lua_State *L, double v, size_t row, size_t k)
{
    struct sandbox *b = sandbox_of(L);
    error_set(&b->error, "%s gave %s for row %zu, k = %zu", place_of(L, "log_joint").s,
              isnan(v) ? "nan" : "inf", row, k + 1);
    error_hint(&b->error, "a log-probability is a number or -math.huge; the log of a negative "
                          "number, 0/0 and inf − inf give nan");
    sandbox_raise(b, "");
}

static int fill_table(lua_State *L)
{
    const struct job *j = begin_joint(L);
    const struct model *m = j->m;
    struct own *o = own_in(L);
    o->sound = true;
    for (size_t i = 0; i < m->obs.n; i++) {
        begin_row(L, j, observations_row(&m->obs, i));
        for (size_t k = 0; k < m->k; k++) {
            double v = value_of(L, i + 1, k);
            bool sound = v < INFINITY; /* false of NaN */
            if (!sound && j->strict)
                refuse_value(L, v, i + 1, k);
            o->sound = o->sound && sound;
            j->out[i * m->k + k] = v;
        }
    }
    return 0;
}

const double *own_table(const struct model *m, const struct theta *t, bool strict,
                        struct error *e)
{
    struct own *o = own_of(m);
    size_t bytes = m->theta.size * sizeof *t->b.v;
    if (o->known && memcmp(o->at, t->b.v, bytes) == 0 && (o->sound || !strict))
        return o->table;
    o->known = false;
    struct job j = {.m = m, .theta = t->b.v, .strict = strict, .out = o->table};
    if (sandbox_call(&o->box, fill_table, &j, e) != 0)
        return NULL;
    memcpy(o->at, t->b.v, bytes);
    o->known = true;
    return o->table;
}

static int fill_row_table(lua_State *L)
{
    const struct job *j = begin_joint(L);
    begin_row(L, j, j->x);
    for (size_t k = 0; k < j->m->k; k++)
        j->out[k] = value_of(L, 0, k);
    return 0;
}

int own_row(const struct model *m, const struct theta *t, const double *x, double *out,
            struct error *e)
{
    struct job j = {.m = m, .theta = t->b.v, .x = x, .out = out};
    return sandbox_call(&own_of(m)->box, fill_row_table, &j, e);
}

static int sum_expected(lua_State *L)
{
    const struct job *j = begin_joint(L);
    const struct model *m = j->m;
    long double sum = 0.0L; /* its rounding is what slopes by differences suffer from */
    for (size_t i = 0; i < m->obs.n; i++) {
        const double *gamma = j->gamma + i * m->k;
        double w = m->obs.weight[i];
        begin_row(L, j, observations_row(&m->obs, i));
        for (size_t k = 0; k < m->k; k++)
            if (w * gamma[k] != 0.0)
                sum += (long double)(w * gamma[k]) * value_of(L, i + 1, k);
    }
    *j->out = (double)sum;
    return 0;
}

int own_expected(const struct model *m, const struct theta *t, const double *gamma, double *value,
                 struct error *e)
{
    struct job j = {.m = m, .theta = t->b.v, .gamma = gamma, .out = value};
    return sandbox_call(&own_of(m)->box, sum_expected, &j, e);
}

/* ---- m_step, init, valid ----------------------------------------------------------------- */

/* Checks that every key of the table at the top is a block's name. */
static void check_keys(lua_State *L, const struct model *m, const char *from)
{
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        if (!key || !layout_find(&m->theta, key))
            blame(L, from, "returned '%.40s', which is none of the model's params",
                  key ? key : luaL_typename(L, -2));
    }
}

/* θ ← the table at the top, made by the function at 1; blocks that it lacks stay when `some`. */
static void take_theta(lua_State *L, const struct job *j, const char *from, bool some)
{
    const struct layout *l = &j->m->theta;
    struct place place = place_of(L, from);
    struct error e = {0};
    if (!lua_istable(L, -1))
        blame(L, from, "returned %s%s, not a table of params", lua_isnil(L, -1) ? "" : "a ",
              luaL_typename(L, -1));
    check_keys(L, j->m, from);
    for (size_t i = 0; i < l->nblock; i++) {
        lua_getfield(L, -1, l->block[i].name);
        if (lua_isnil(L, -1) && some)
            lua_pop(L, 1);
        else if (lua_isnil(L, -1))
            blame(L, from, "returned no '%s'", l->block[i].name);
        else
            tables_read(L, &l->block[i], j->answer->b.v + l->block[i].offset, place.s);
    }
    if (blocks_valid(&j->answer->b, &e) != 0)
        blame(L, from, "returned a θ that cannot be: %s", e.message);
}

static int call_m_step(lua_State *L)
{
    const struct job *j = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, own_in(L)->m_step);
    lua_pushvalue(L, 1);
    push_counts(L, j);
    push_rows(L, j->m);
    push_theta(L, j);
    lua_call(L, 3, 1);
    take_theta(L, j, "m_step", true);
    return 0;
}

int own_maximise(const struct model *m, const double *gamma, struct theta *t, struct error *e)
{
    struct job j = {.m = m, .theta = t->b.v, .gamma = gamma, .answer = t};
    return sandbox_call(&own_of(m)->box, call_m_step, &j, e);
}

/* rng() in [0,1), rng(n) of 1 … n, rng(a,b) of a … b: as Lua's math.random is called. */
static int call_random(lua_State *L)
{
    gsl_rng *r = own_in(L)->random;
    if (!r)
        return luaL_error(L, "rng is for init, while it runs");
    if (lua_gettop(L) == 0) {
        lua_pushnumber(L, gsl_rng_uniform(r));
        return 1;
    }
    lua_Integer low = lua_gettop(L) > 1 ? luaL_checkinteger(L, 1) : 1;
    lua_Integer high = luaL_checkinteger(L, lua_gettop(L) > 1 ? 2 : 1);
    luaL_argcheck(L, low <= high && high / 2 - low / 2 < 1 << 30, 1, "no such range");
    unsigned long width = (unsigned long)(high - low) + 1;
    lua_pushinteger(L, low + (lua_Integer)gsl_rng_uniform_int(r, width));
    return 1;
}

static int call_init(lua_State *L)
{
    const struct job *j = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, own_in(L)->init);
    lua_pushvalue(L, 1);
    push_rows(L, j->m);
    lua_pushcfunction(L, call_random);
    lua_call(L, 2, 1);
    take_theta(L, j, "init", false);
    return 0;
}

int own_start(const struct model *m, gsl_rng *random, struct theta *t, struct error *e)
{
    struct own *o = own_of(m);
    struct job j = {.m = m, .answer = t};
    o->random = random;
    int r = sandbox_call(&o->box, call_init, &j, e);
    o->random = NULL;
    return r;
}

static int call_valid(lua_State *L)
{
    const struct job *j = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, own_in(L)->valid);
    lua_pushvalue(L, 1);
    push_theta(L, j);
    lua_call(L, 1, 2);
    if (!lua_toboolean(L, -2)) {
        const char *why = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
        blame(L, "valid", "refuses this θ%s%.200s", why ? ": " : "", why ? why : "");
    }
    return 0;
}

int own_valid(const struct model *m, const struct theta *t, struct error *e)
{
    struct own *o = own_of(m);
    struct job j = {.m = m, .theta = t->b.v};
    return o->valid == LUA_NOREF ? 0 : sandbox_call(&o->box, call_valid, &j, e);
}
