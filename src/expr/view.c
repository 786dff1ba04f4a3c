/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameter blocks in Lua: mu[1] is a number, Sigma[1] a matrix, Sigma[1][2][2] a number. */
#include "expr/view.h"

#include <string.h>

#include "lua/tables.h"

static const char view_type[] = "emstep.view";

static size_t product_from(const struct block *b, size_t from)
{
    size_t n = 1;
    for (size_t i = from; i < (size_t)b->rank; i++)
        n *= b->dim[i];
    return n;
}

struct view *names_view(lua_State *L, int at)
{
    struct view *v = luaL_testudata(L, at, view_type);
    struct expr *x = (struct expr *)sandbox_of(L);

    return v && v->generation == x->generation ? v : NULL;
}

static struct view *view_or_raise(lua_State *L, int at)
{
    struct sandbox *b = sandbox_of(L);
    struct view *v = names_view(L, at);

    if (!v) {
        error_set(&b->error, "this value belongs to a model that is no longer there");
        sandbox_raise(b, "");
    }
    return v;
}

const double *view_entries(const struct view *v, size_t *count)
{
    struct error unused;
    size_t at = 0;

    if (block_run(v->block, v->index, v->nindex, &at, count, &unused) != 0)
        *count = 0;
    return v->theta->b.v + v->block->offset + at;
}

void view_push(lua_State *L, struct theta *theta, const struct block *b, const size_t *index,
               size_t nindex)
{
    struct expr *x = (struct expr *)sandbox_of(L);
    struct view v = {.generation = x->generation, .theta = theta, .block = b, .nindex = nindex};

    if (nindex > 0)
        memcpy(v.index, index, nindex * sizeof *index);
    if (product_from(b, nindex) == 1) {
        size_t count;
        lua_pushnumber(L, *view_entries(&v, &count));
        return;
    }
    struct view *made = lua_newuserdatauv(L, sizeof *made, 0);
    *made = v;
    made->theta = NULL;
    luaL_setmetatable(L, view_type);
    made->theta = theta_ref(theta);
}

/* The key as an index from 1; raises otherwise. */
static size_t read_index(lua_State *L, int at, const char *name)
{
    struct sandbox *b = sandbox_of(L);
    int whole = 0;
    lua_Integer i = lua_tointegerx(L, at, &whole);

    if (!whole || i < 1 || lua_type(L, at) != LUA_TNUMBER) {
        error_set(&b->error, "an index of %s is a whole number from 1", name);
        sandbox_raise(b, name);
    }
    return (size_t)i;
}

static int view_index(lua_State *L)
{
    struct sandbox *b = sandbox_of(L);
    struct view *v = view_or_raise(L, 1);
    size_t index[BLOCK_RANK], at, count;

    memcpy(index, v->index, sizeof index);
    index[v->nindex] = read_index(L, 2, v->block->name);
    if (block_run(v->block, index, v->nindex + 1, &at, &count, &b->error) != 0)
        sandbox_raise(b, v->block->name);
    view_push(L, v->theta, v->block, index, v->nindex + 1);
    return 1;
}

static int view_length(lua_State *L)
{
    struct view *v = view_or_raise(L, 1);
    lua_pushinteger(L, (lua_Integer)v->block->dim[v->nindex]);
    return 1;
}

static int view_gc(lua_State *L)
{
    struct view *v = luaL_testudata(L, 1, view_type);
    if (v) {
        theta_free(v->theta);
        v->theta = NULL;
    }
    return 0;
}

/* Arithmetic with a whole block: say what to write instead. */
static int view_arithmetic(lua_State *L)
{
    struct sandbox *b = sandbox_of(L);
    struct view *v = names_view(L, 1);
    if (!v)
        v = view_or_raise(L, 2);
    struct text shape = TEXT_INIT;
    block_shape(v->block, &shape);
    error_set(&b->error, "%s is a block, %s, not a number", v->block->name, shape.s);
    error_hint(&b->error, "name one entry, e.g. %s[1]", v->block->name);
    text_clear(&shape);
    sandbox_raise(b, v->block->name);
}

void view_open(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__index", view_index},    {"__len", view_length},     {"__gc", view_gc},
        {"__add", view_arithmetic}, {"__sub", view_arithmetic}, {"__mul", view_arithmetic},
        {"__div", view_arithmetic}, {"__unm", view_arithmetic}, {"__pow", view_arithmetic},
        {"__lt", view_arithmetic},  {"__le", view_arithmetic},  {"__mod", view_arithmetic},
        {NULL, NULL},
    };
    luaL_newmetatable(L, view_type);
    luaL_setfuncs(L, methods, 0);
    lua_pop(L, 1);
    tables_open(L);
}

void view_to_table(lua_State *L, int at)
{
    const struct view *v = names_view(L, at);
    size_t count;

    if (!v)
        return;
    at = lua_absindex(L, at);
    tables_push(L, v->block, view_entries(v, &count), v->nindex);
    lua_replace(L, at);
}
