/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/sandbox.h"

#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"

enum { HOOK_EVERY = 1000, LIMIT = SANDBOX_MEGABYTES << 20 };

double sandbox_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void look_around(lua_State *L, lua_Debug *ar);

/* "FILE:LINE: " of the innermost function of a file; "" in an expression. */
static void find_place(struct sandbox *b)
{
    lua_Debug ar;

    b->place[0] = '\0';
    for (int level = 0; lua_getstack(b->L, level, &ar); level++) {
        lua_getinfo(b->L, "Sl", &ar);
        if (ar.currentline < 0)
            continue;
        if (ar.source[0] == '@')
            snprintf(b->place, sizeof b->place, "%s:%d: ", ar.short_src, ar.currentline);
        return;
    }
}

/* Lua's own failure does not say where.  A little beyond the limit the next instruction raises ours
 * instead; far beyond it the place is looked up here, which Lua allows while nothing of its own
 * moves: its stack is never so large. */
static bool may_hold(struct sandbox *b, size_t more)
{
    size_t bytes = b->used + more;

    if (bytes <= LIMIT)
        return true;
    b->full = true;
    if (b->running && bytes <= 2 * (size_t)LIMIT) {
        lua_sethook(b->L, look_around, LUA_MASKCOUNT, 1);
        return true;
    }
    b->place[0] = '\0';
    if (b->running && more > LIMIT / 2)
        find_place(b);
    return false;
}

static void *allocate(void *sandbox, void *p, size_t old, size_t size)
{
    struct sandbox *b = sandbox;

    if (!p)
        old = 0; /* it held the kind of object */
    if (size == 0) {
        mem_free(p);
        b->used -= old;
        return NULL;
    }
    if (size > old && !may_hold(b, size - old))
        return NULL;
    void *grown = mem_resize(p, size, 1);
    if (!grown) {
        if (size > old)
            return NULL;
        grown = p; /* a block that shrinks may stay as long as it was */
    }
    b->used += size - old;
    return grown;
}

/* Puts the place before the error of our own. */
static void add_place(struct sandbox *b)
{
    struct error e = b->error;

    find_place(b);
    error_set(&b->error, "%s%s", b->place, e.message);
    b->error.kind = e.kind;
    memcpy(b->error.hint, e.hint, sizeof e.hint);
}

static void look_around(lua_State *L, lua_Debug *unused)
{
    struct sandbox *b = sandbox_of(L);
    (void)unused;

    if (b->interrupt && *b->interrupt) {
        error_set(&b->error, "interrupted");
        b->error.kind = ERROR_INTERRUPTED;
        sandbox_raise(b, "");
    }
    if (sandbox_now() > b->deadline) {
        error_set(&b->error, "%s took longer than %d s and was stopped", b->what, SANDBOX_SECONDS);
        sandbox_raise(b, "");
    }
    if (!b->full)
        return;
    b->full = false;
    lua_gc(L, LUA_GCCOLLECT);
    if (b->used > LIMIT) {
        error_set(&b->error, "%s needs more than %d MB", b->what, SANDBOX_MEGABYTES);
        sandbox_raise(b, "");
    }
    lua_sethook(L, look_around, LUA_MASKCOUNT, HOOK_EVERY);
}

_Noreturn void sandbox_raise(struct sandbox *b, const char *blame)
{
    snprintf(b->blame, sizeof b->blame, "%s", blame);
    if (b->error.kind != ERROR_INTERRUPTED)
        add_place(b);
    lua_pushnil(b->L);
    lua_error(b->L);
    abort();
}

/* A library's functions, less those that a hook cannot stop while they run for ever. */
static void copy_library(lua_State *L, lua_CFunction open, const char *name,
                         const char *const *without)
{
    luaL_requiref(L, name, open, 0);
    for (; *without; without++) {
        lua_pushnil(L);
        lua_setfield(L, -2, *without);
    }
    lua_setfield(L, -2, name);
}

static void copy_base(lua_State *L)
{
    static const char *const kept[] = {"assert", "error", "ipairs", "next", "pairs", "select",
                                       "tonumber", "tostring", "type", NULL};
    luaL_requiref(L, "_G", luaopen_base, 0);
    for (const char *const *name = kept; *name; name++) {
        lua_getfield(L, -1, *name);
        lua_setfield(L, -3, *name);
    }
    lua_pop(L, 1);
}

/* math.f as plain f; but not math.pi, for pi is a parameter's name. */
static void copy_math(lua_State *L)
{
    lua_getfield(L, -1, "math");
    for (lua_pushnil(L); lua_next(L, -2);) {
        lua_pushvalue(L, -2);
        if (lua_isfunction(L, -2) && strcmp(lua_tostring(L, -1), "type") != 0) {
            lua_insert(L, -2);
            lua_settable(L, -5);
        } else {
            lua_pop(L, 2);
        }
    }
    lua_pop(L, 1);
}

/* The same numbers in every session. */
static void seed_random(lua_State *L)
{
    luaL_requiref(L, "math", luaopen_math, 0);
    lua_getfield(L, -1, "randomseed");
    lua_pushinteger(L, 1);
    lua_call(L, 1, 0);
    lua_pop(L, 1);
}

/* log |Γ(v)|, ∞ at the poles 0, −1, −2 … */
static double log_gamma(double v)
{
    int sign;
    return lgamma_r(v, &sign);
}

static int call_lgamma(lua_State *L)
{
    lua_pushnumber(L, log_gamma(luaL_checknumber(L, 1)));
    return 1;
}

static int call_lfactorial(lua_State *L)
{
    lua_pushnumber(L, log_gamma(luaL_checknumber(L, 1) + 1.0));
    return 1;
}

static int call_lchoose(lua_State *L)
{
    double n = luaL_checknumber(L, 1), k = luaL_checknumber(L, 2);
    lua_pushnumber(L, log_gamma(n + 1.0) - log_gamma(k + 1.0) - log_gamma(n - k + 1.0));
    return 1;
}

/* log(1 + v) with the digits of a small v: a probability near 0 is lost in 1 − p. */
static int call_log1p(lua_State *L)
{
    lua_pushnumber(L, log1p(luaL_checknumber(L, 1)));
    return 1;
}

/* What densities of counts need, by their names in R. */
static void add_counting(lua_State *L)
{
    static const luaL_Reg functions[] = {{"lgamma", call_lgamma},
                                         {"lfactorial", call_lfactorial},
                                         {"lchoose", call_lchoose},
                                         {"log1p", call_log1p},
                                         {NULL, NULL}};
    luaL_requiref(L, "math", luaopen_math, 0);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}

void sandbox_push_library(lua_State *L)
{
    static const char *const string_without[] = {"dump", "find", "gmatch", "gsub", "match", "rep",
                                                 NULL};
    static const char *const table_without[] = {"insert", "move", "remove", NULL};
    static const char *const math_without[] = {"randomseed", NULL};

    lua_newtable(L);
    seed_random(L);
    add_counting(L);
    copy_base(L);
    copy_library(L, luaopen_string, "string", string_without);
    copy_library(L, luaopen_table, "table", table_without);
    copy_library(L, luaopen_math, "math", math_without);
    copy_math(L);
}

int sandbox_open(struct sandbox *b, const char *what, volatile sig_atomic_t *interrupt,
                 struct error *e)
{
    *b = (struct sandbox){.what = what, .interrupt = interrupt};
    b->L = lua_newstate(allocate, b);
    if (!b->L)
        return error_no_memory(e);
    *(struct sandbox **)lua_getextraspace(b->L) = b;
    return 0;
}

void sandbox_close(struct sandbox *b)
{
    if (b->L)
        lua_close(b->L);
    b->L = NULL;
}

/* Lua's own message, without the chunk's name that stands before it when that is no file. */
static void take_message(struct sandbox *b, struct error *e)
{
    const char *message = lua_isstring(b->L, -1) ? lua_tostring(b->L, -1) : NULL;
    const char *start = message && strncmp(message, "expr:", 5) == 0 ? strstr(message, ": ") : NULL;

    if (message)
        error_set(e, "%s", start ? start + 2 : message);
    else
        error_set(e, "%s raised an error", b->what);
}

static void take_error(struct sandbox *b, int status, struct error *e)
{
    if (b->error.message[0])
        *e = b->error;
    else if (status == LUA_ERRMEM && b->full)
        error_set(e, "%s%s needs more than %d MB", b->place, b->what, SANDBOX_MEGABYTES);
    else if (status == LUA_ERRMEM)
        error_no_memory(e);
    else
        take_message(b, e);
}

int sandbox_call(struct sandbox *b, lua_CFunction f, void *argument, struct error *e)
{
    lua_State *L = b->L;

    error_clear(&b->error);
    b->blame[0] = b->place[0] = '\0';
    b->full = false;
    b->running = true;
    b->deadline = sandbox_now() + SANDBOX_SECONDS;
    lua_sethook(L, look_around, LUA_MASKCOUNT, HOOK_EVERY);
    lua_pushcfunction(L, f);
    lua_pushlightuserdata(L, argument);
    int status = lua_pcall(L, 1, 0, 0);
    lua_sethook(L, NULL, 0, 0);
    b->running = false;
    if (status == LUA_OK)
        return 0;
    take_error(b, status, e);
    lua_settop(L, 0);
    lua_gc(L, LUA_GCCOLLECT);
    return -1;
}
