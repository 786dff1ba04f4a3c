/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/tables.h"

#include <lauxlib.h>

#include "lua/sandbox.h"

static size_t product_from(const struct block *b, size_t from)
{
    size_t n = 1;
    for (size_t i = from; i < (size_t)b->rank; i++)
        n *= b->dim[i];
    return n;
}

static int number_index(lua_State *L)
{
    struct sandbox *b = sandbox_of(L);
    int whole = 0;

    if (lua_type(L, 2) == LUA_TNUMBER && lua_tointegerx(L, 2, &whole) == 1 && whole) {
        lua_settop(L, 1);
        return 1;
    }
    if (lua_type(L, 2) == LUA_TNUMBER)
        error_set(&b->error, "index %s is out of range: here stands one number",
                  luaL_tolstring(L, 2, NULL));
    else
        error_set(&b->error, "a number has no field '%.40s'", luaL_tolstring(L, 2, NULL));
    sandbox_raise(b, "");
}

void tables_open(lua_State *L)
{
    lua_pushnumber(L, 0);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, number_index);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2); /* of every number */
    lua_pop(L, 1);
}

void tables_push(lua_State *L, const struct block *b, const double *entry, size_t level)
{
    if (level == (size_t)b->rank) {
        lua_pushnumber(L, *entry);
        return;
    }
    size_t n = b->dim[level], step = product_from(b, level + 1);
    luaL_checkstack(L, 4, NULL);
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        if (step == 1)
            lua_pushnumber(L, entry[i]);
        else
            tables_push(L, b, entry + i * step, level + 1);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* ---- back -------------------------------------------------------------------------------- */

struct reading {
    const struct block *b;
    const double *start;
    const char *from;
};

static _Noreturn void refuse(lua_State *L, const struct reading *r, const double *entry,
                             size_t level)
{
    struct sandbox *box = sandbox_of(L);
    struct block outer = *r->b;
    struct text name = TEXT_INIT;
    outer.rank = (int)level;
    block_entry_name(&outer, (size_t)(entry - r->start) / product_from(r->b, level), &name);
    bool missing = lua_isnil(L, -1);
    error_set(&box->error, "%s: %s is %s%s, not a %s", r->from, name.s,
              missing ? "missing" : "a ", missing ? "" : luaL_typename(L, -1),
              level < (size_t)r->b->rank ? "table" : "number");
    text_clear(&name);
    sandbox_raise(box, "");
}

static _Noreturn void refuse_length(lua_State *L, const struct reading *r, size_t n)
{
    struct sandbox *box = sandbox_of(L);
    struct text shape = TEXT_INIT;
    block_shape(r->b, &shape);
    error_set(&box->error, "%s: %s has more than %zu entries; its shape is %s", r->from,
              r->b->name, n, shape.s);
    text_clear(&shape);
    sandbox_raise(box, "");
}

/* The value at the top; leaves it there. */
static void read_value(lua_State *L, const struct reading *r, double *entry, size_t level)
{
    size_t step = product_from(r->b, level);
    if (lua_type(L, -1) == LUA_TNUMBER && step == 1) {
        *entry = lua_tonumber(L, -1);
        return;
    }
    if (!lua_istable(L, -1) || level == (size_t)r->b->rank)
        refuse(L, r, entry, level);
    size_t n = r->b->dim[level];
    if (lua_rawlen(L, -1) > n)
        refuse_length(L, r, n);
    luaL_checkstack(L, 4, NULL);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        read_value(L, r, entry + i * (step / n), level + 1);
        lua_pop(L, 1);
    }
}

void tables_read(lua_State *L, const struct block *b, double *v, const char *from)
{
    struct reading r = {b, v, from};
    read_value(L, &r, v, 0);
    lua_pop(L, 1);
}
