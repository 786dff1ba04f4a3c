/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a user's model: finding the file, running it, taking apart the table that it returns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/suggest.h"
#include "lua/reserved.h"
#include "lua/tables.h"
#include "models/lua.h"

struct reading {
    struct model *m;
    struct own *o;
    const char *text;
    size_t length;
};

/* ---- finding and running it -------------------------------------------------------------- */

static bool is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static int refuse_unknown(const char *name, const char *folder, struct error *e)
{
    char **shipped = file_names(folder, ".lua");
    error_set(e, "no file '%s', and no model of that name comes with emstep", name);
    if (shipped)
        suggest(e, name, (const char *const *)shipped);
    file_names_free(shipped);
    return error_hint(e, "help own-model tells how to write one, and names those that are there");
}

/* The file itself, or the shipped one of that name. */
static int read_file(const struct model *m, struct text *bytes, struct error *e)
{
    const char *name = m->file, *folder = file_shipped_folder(m->class->folder);
    struct text path = TEXT_INIT;
    int r;
    if (!is_there(name) && !strchr(name, '/') && folder)
        text_addf(&path, "%s/%s", folder, name);
    if (path.failed)
        r = error_no_memory(e);
    else if (path.length && !is_there(path.s))
        r = refuse_unknown(name, folder, e);
    else
        r = file_read(path.length ? path.s : name, OWN_BYTES, bytes, e);
    text_clear(&path);
    return r;
}

/* What a model file may use: the sandbox's library, less its random numbers, so that log_joint is a
 * function of its arguments. */
static void push_environment(lua_State *L)
{
    sandbox_push_library(L);
    lua_pushnil(L);
    lua_setfield(L, -2, "random");
    lua_getfield(L, -1, "math");
    lua_pushnil(L);
    lua_setfield(L, -2, "random");
    lua_pop(L, 1);
}

/* ---- what it says ------------------------------------------------------------------------ */

/* The field of the table at 1 is …: raises. */
__attribute__((format(printf, 2, 3)))
static _Noreturn void refuse(lua_State *L, const char *format, ...)
{
    struct own *o = (struct own *)sandbox_of(L);
    char message[400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(message, sizeof message, format, ap);
    va_end(ap);
    error_set(&o->box.error, "%s: %s", o->model->file, message);
    error_hint(&o->box.error, "a model file returns { name=, k=, params={…}, "
                              "log_joint=function(x, k, theta) … end }");
    sandbox_raise(&o->box, "");
}

/* Leaves the table that the file returns at 1. */
static void run_file(lua_State *L, const struct reading *r)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of byte order */
    size_t skip = r->length >= 3 && memcmp(r->text, mark, 3) == 0 ? 3 : 0;
    lua_settop(L, 0);
    if (r->length > 0 && r->text[0] == '\x1b')
        refuse(L, "this is compiled Lua; a model is its text");
    tables_open(L);
    lua_pushfstring(L, "@%s", r->m->file);
    if (luaL_loadbufferx(L, r->text + skip, r->length - skip, lua_tostring(L, 1), "t") != LUA_OK)
        lua_error(L);
    lua_remove(L, 1);
    push_environment(L);
    lua_setupvalue(L, 1, 1);
    lua_call(L, 0, 1);
}

static void check_fields(lua_State *L)
{
    static const char *const fields[] = {"name", "k", "params", "log_joint", "m_step", "init",
                                         "valid", NULL};
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        bool known = false;
        for (size_t i = 0; fields[i]; i++)
            known = known || strcmp(fields[i], key) == 0;
        if (!known) {
            struct error near = {0};
            suggest(&near, key, fields);
            refuse(L, "a model has no '%.40s'%s", key, near.message);
        }
    }
}

static int take_function(lua_State *L, const char *field, bool needed)
{
    lua_getfield(L, 1, field);
    if (lua_isnil(L, -1) && !needed) {
        lua_pop(L, 1);
        return LUA_NOREF;
    }
    if (!lua_isfunction(L, -1))
        refuse(L, "%s is %s%s, not a function", field, lua_isnil(L, -1) ? "" : "a ",
               luaL_typename(L, -1));
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

static void take_name(lua_State *L, struct own *o)
{
    lua_getfield(L, 1, "name");
    if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING)
        refuse(L, "name is a %s, not a text", luaL_typename(L, -1));
    const char *file = strrchr(o->model->file, '/') ? strrchr(o->model->file, '/') + 1
                                                    : o->model->file;
    const char *given = lua_isnil(L, -1) ? file : lua_tostring(L, -1);
    size_t n = lua_isnil(L, -1) ? strlen(file) - strlen(".lua") : strlen(given);
    enum { NAME_MOST = 40 };
    if (n == 0 || n > NAME_MOST || !text_is_utf8(given, n))
        refuse(L, "name has 1 to %d characters", NAME_MOST);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)given[i] < ' ' || given[i] == 127)
            refuse(L, "name holds a control character");
    o->name = mem_copy_bytes(given, n);
    if (!o->name)
        luaL_error(L, "out of memory");
    lua_pop(L, 1);
}

static size_t take_count(lua_State *L, const char *what, size_t most)
{
    int whole = 0;
    lua_Integer n = lua_tointegerx(L, -1, &whole);
    if (lua_type(L, -1) != LUA_TNUMBER || !whole || n < 1 || (size_t)n > most)
        refuse(L, "%s is %s; it is a whole number from 1 to %zu", what,
               lua_isnil(L, -1) ? "missing" : luaL_tolstring(L, -1, NULL), most);
    lua_pop(L, 1);
    return (size_t)n;
}

/* ---- parameters -------------------------------------------------------------------------- */

static double take_limit(lua_State *L, const struct block *b, const char *field, double otherwise)
{
    lua_getfield(L, -1, field);
    double v = lua_isnil(L, -1) ? otherwise : lua_tonumber(L, -1);
    if (!lua_isnil(L, -1) && (lua_type(L, -1) != LUA_TNUMBER || !isfinite(v)))
        refuse(L, "params.%s: %s is not a finite number", b->name, field);
    lua_pop(L, 1);
    return v;
}

static bool take_flag(lua_State *L, const struct block *b, const char *field)
{
    lua_getfield(L, -1, field);
    if (!lua_isnil(L, -1) && !lua_isboolean(L, -1))
        refuse(L, "params.%s: %s is true or false", b->name, field);
    bool set = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return set;
}

/* Of the table at the top. */
static void take_constraint(lua_State *L, struct block *b)
{
    bool simplex = take_flag(L, b, "simplex"), positive = take_flag(L, b, "positive");
    b->lower = take_limit(L, b, "lower", -INFINITY);
    b->upper = take_limit(L, b, "upper", INFINITY);
    bool bounds = isfinite(b->lower) || isfinite(b->upper);
    if (simplex + positive + bounds > 1)
        refuse(L, "params.%s has two constraints: simplex, positive, or lower and upper", b->name);
    if (!(b->lower < b->upper))
        refuse(L, "params.%s: lower is not below upper", b->name);
    if (simplex && b->rank == 0)
        refuse(L, "params.%s: a simplex has a length, as in {2, simplex=true}", b->name);
    b->constraint = simplex    ? CONSTRAINT_SIMPLEX
                    : positive ? CONSTRAINT_POSITIVE
                    : bounds   ? CONSTRAINT_BOUNDS
                               : CONSTRAINT_FREE;
}

static void check_block_fields(lua_State *L, const struct block *b)
{
    static const char *const fields[] = {"simplex", "positive", "lower", "upper", NULL};
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        bool known = lua_type(L, -2) == LUA_TNUMBER;
        for (size_t i = 0; key && fields[i]; i++)
            known = known || strcmp(fields[i], key) == 0;
        if (!known) {
            struct error near = {0};
            suggest(&near, key ? key : "", fields);
            refuse(L, "params.%s has no '%.40s'%s", b->name, key ? key : luaL_typename(L, -2),
                   near.message);
        }
    }
}

/* The shape: {}, {2}, {2, 3}, {2, 3, 3}. */
static void take_shape(lua_State *L, struct block *b)
{
    char what[BLOCK_NAME + 40];
    size_t rank = lua_rawlen(L, -1);
    if (rank > BLOCK_RANK)
        refuse(L, "params.%s has %zu indices; it may have %d", b->name, rank, BLOCK_RANK);
    b->rank = (int)rank;
    for (size_t r = 0; r < rank; r++) {
        snprintf(what, sizeof what, "params.%s, extent %zu,", b->name, r + 1);
        lua_rawgeti(L, -1, (lua_Integer)r + 1);
        b->dim[r] = take_count(L, what, OWN_ENTRIES);
    }
}

static void check_block_name(lua_State *L, const char *name)
{
    if (!is_identifier(name) || strlen(name) >= BLOCK_NAME || is_lua_keyword(name))
        refuse(L, "params: '%.40s' is no name for a parameter: letters, digits and _, at most %d",
               name, BLOCK_NAME - 1);
    if (is_reserved_name(name))
        refuse(L, "params: '%s' means something in every expression; choose another name", name);
}

static void take_block(lua_State *L, struct layout *l, const char *name)
{
    struct block b = {.help = "a parameter of the file's"};
    snprintf(b.name, sizeof b.name, "%s", name);
    lua_getfield(L, -1, name);
    if (!lua_istable(L, -1))
        refuse(L, "params.%s is a %s, not a table such as {2, positive=true}", name,
               luaL_typename(L, -1));
    check_block_fields(L, &b);
    take_shape(L, &b);
    take_constraint(L, &b);
    layout_add(l, b);
    lua_pop(L, 1);
}

struct named {
    const char *name;
    size_t at;
};

/* Where the file writes `name =` after the word params: a Lua table has no order, its text has. */
static size_t written_at(const struct reading *r, const char *name)
{
    const char *s = strstr(r->text, "params");
    size_t n = strlen(name);
    while (s && (s = strstr(s + 1, name))) {
        const char *after = s + n + strspn(s + n, " \t\n");
        if (strchr("{, \t\n", s[-1]) && after[0] == '=' && after[1] != '=')
            return (size_t)(s - r->text);
    }
    return SIZE_MAX;
}

static int by_place(const void *a, const void *b)
{
    const struct named *p = a, *q = b;
    return p->at != q->at ? (p->at < q->at ? -1 : 1) : strcmp(p->name, q->name);
}

static void take_params(lua_State *L, const struct reading *r)
{
    struct model *m = r->m;
    struct named block[LAYOUT_BLOCKS];
    size_t n = 0;
    lua_getfield(L, 1, "params");
    if (!lua_istable(L, -1))
        refuse(L, "params is %s%s, not a table", lua_isnil(L, -1) ? "" : "a ",
               luaL_typename(L, -1));
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            refuse(L, "params names its blocks: params={lambda={2, positive=true}}");
        check_block_name(L, lua_tostring(L, -2));
        if (n == LAYOUT_BLOCKS)
            refuse(L, "params has more than %d blocks", LAYOUT_BLOCKS);
        const char *name = lua_tostring(L, -2); /* stays good: the table holds it */
        block[n++] = (struct named){name, written_at(r, name)};
    }
    if (n == 0)
        refuse(L, "params is empty: a model without a parameter has nothing to learn");
    qsort(block, n, sizeof *block, by_place);
    for (size_t i = 0; i < n; i++)
        take_block(L, &m->theta, block[i].name);
    if (m->theta.size > OWN_ENTRIES)
        refuse(L, "params has more than %d entries", OWN_ENTRIES);
    lua_pop(L, 1);
}

static int read_model(lua_State *L)
{
    const struct reading *r = lua_touserdata(L, 1);
    run_file(L, r);
    if (!lua_istable(L, 1))
        refuse(L, "the file returns %s%s, not a table", lua_isnil(L, 1) ? "" : "a ",
               luaL_typename(L, 1));
    check_fields(L);
    take_name(L, r->o);
    lua_getfield(L, 1, "k");
    r->m->k = take_count(L, "k", OWN_LATENT);
    take_params(L, r);
    r->o->log_joint = take_function(L, "log_joint", true);
    r->o->m_step = take_function(L, "m_step", false);
    r->o->init = take_function(L, "init", false);
    r->o->valid = take_function(L, "valid", false);
    return 0;
}

int own_read(struct model *m, struct own *o, struct error *e)
{
    struct text bytes = TEXT_INIT;
    int r = read_file(m, &bytes, e);
    if (r == 0) {
        struct reading reading = {m, o, bytes.s, bytes.length};
        r = sandbox_call(&o->box, read_model, &reading, e);
    }
    text_clear(&bytes);
    return r;
}
