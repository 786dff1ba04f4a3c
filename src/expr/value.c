/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/value.h"

#include <stdio.h>
#include <string.h>

#include "em/block_json.h"
#include "expr/names.h"

enum { STRING_COLUMNS = 4000 };

static void show_number(lua_State *L, int at, int digits, struct text *out)
{
    char number[NUMBER_TEXT];
    if (!lua_isinteger(L, at)) {
        text_add(out, number_text(number, lua_tonumber(L, at), digits));
        return;
    }
    lua_Integer i = lua_tointeger(L, at);
    snprintf(number, sizeof number, "%lld", (long long)i);
    text_addf(out, "%s%s", i < 0 ? "−" : "", number + (i < 0));
}

static void show_entries(const struct view *v, const double *entry, size_t level, int digits,
                         struct text *out)
{
    char number[NUMBER_TEXT];
    size_t step = 1, n = v->block->dim[level];

    for (size_t i = level + 1; i < (size_t)v->block->rank; i++)
        step *= v->block->dim[i];
    text_add(out, "{");
    for (size_t i = 0; i < n && i < VALUE_ENTRIES; i++) {
        text_add(out, i ? ", " : "");
        if (step == 1)
            text_add(out, number_text(number, entry[i], digits));
        else
            show_entries(v, entry + i * step, level + 1, digits, out);
    }
    text_add(out, n > VALUE_ENTRIES ? ", …}" : "}");
}

static void show(lua_State *L, int at, int digits, int depth, struct text *out);

static void show_table(lua_State *L, int at, int digits, int depth, struct text *out)
{
    size_t n = lua_rawlen(L, at), shown = n < VALUE_ENTRIES ? n : VALUE_ENTRIES;

    if (depth == VALUE_DEPTH || !lua_checkstack(L, 4)) {
        text_add(out, "{…}");
        return;
    }
    text_add(out, "{");
    for (size_t i = 1; i <= shown; i++) {
        text_add(out, i > 1 ? ", " : "");
        lua_rawgeti(L, at, (lua_Integer)i);
        show(L, lua_gettop(L), digits, depth + 1, out);
        lua_pop(L, 1);
    }
    text_add(out, shown < n ? ", …}" : "}");
}

static void show(lua_State *L, int at, int digits, int depth, struct text *out)
{
    const struct view *v;
    size_t count;

    switch (lua_type(L, at)) {
    case LUA_TNUMBER:
        show_number(L, at, digits, out);
        break;
    case LUA_TSTRING:
        text_add_shown(out, lua_tostring(L, at), STRING_COLUMNS);
        break;
    case LUA_TBOOLEAN:
        text_add(out, lua_toboolean(L, at) ? "true" : "false");
        break;
    case LUA_TTABLE:
        show_table(L, at, digits, depth, out);
        break;
    case LUA_TUSERDATA:
        v = names_view(L, at);
        if (v)
            show_entries(v, view_entries(v, &count), v->nindex, digits, out);
        else
            text_add(out, "a state of the machine");
        break;
    case LUA_TFUNCTION:
        text_add(out, "a function: give it what it takes, as x(1,1), sqrt(2)");
        break;
    default:
        text_add(out, "nil");
    }
}

void value_show(lua_State *L, int at, int digits, struct text *out)
{
    show(L, lua_absindex(L, at), digits, 0, out);
}

static json_t *view_json(const struct view *v)
{
    struct block b = *v->block;
    size_t count;
    const double *entry = view_entries(v, &count);

    b.rank -= (int)v->nindex;
    memmove(b.dim, b.dim + v->nindex, (size_t)b.rank * sizeof *b.dim);
    b.size = count;
    return block_to_json(&b, entry);
}

static json_t *to_json(lua_State *L, int at, int depth);

static json_t *table_json(lua_State *L, int at, int depth)
{
    json_t *list = json_array();
    size_t n = lua_rawlen(L, at);

    if (depth == VALUE_DEPTH || !lua_checkstack(L, 4))
        return list;
    for (size_t i = 1; i <= n && i <= VALUE_ENTRIES; i++) {
        lua_rawgeti(L, at, (lua_Integer)i);
        json_array_append_new(list, to_json(L, lua_gettop(L), depth + 1));
        lua_pop(L, 1);
    }
    return list;
}

static json_t *shown_json(lua_State *L, int at)
{
    struct text t = TEXT_INIT;
    show(L, at, 17, 0, &t);
    json_t *j = json_string(t.s);
    text_clear(&t);
    return j;
}

static json_t *to_json(lua_State *L, int at, int depth)
{
    const struct view *v;

    switch (lua_type(L, at)) {
    case LUA_TNUMBER:
        return lua_isinteger(L, at) ? json_integer(lua_tointeger(L, at))
                                    : json_number(lua_tonumber(L, at));
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(L, at));
    case LUA_TTABLE:
        return table_json(L, at, depth);
    case LUA_TUSERDATA:
        v = names_view(L, at);
        return v ? view_json(v) : shown_json(L, at);
    case LUA_TNIL:
        return json_null();
    default:
        return shown_json(L, at);
    }
}

json_t *value_to_json(lua_State *L, int at)
{
    return to_json(L, lua_absindex(L, at), 0);
}
