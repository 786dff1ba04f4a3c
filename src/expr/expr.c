/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/expr.h"

#include <string.h>

#include "base/memory.h"
#include "expr/names.h"
#include "expr/source.h"
#include "expr/value.h"
#include "lua/reserved.h"

static int open_state(lua_State *L)
{
    names_open(L);
    return 0;
}

struct expr *expr_new(volatile sig_atomic_t *interrupt, struct error *e)
{
    struct expr *x = NEW(struct expr);

    if (!x) {
        error_no_memory(e);
        return NULL;
    }
    if (sandbox_open(&x->box, "the expression", interrupt, e) != 0 ||
        sandbox_call(&x->box, open_state, NULL, e) != 0) {
        expr_free(x);
        return NULL;
    }
    return x;
}

void expr_free(struct expr *x)
{
    if (!x)
        return;
    names_forget(x);
    sandbox_close(&x->box);
    mem_free(x);
}

void expr_attach(struct expr *x, struct machine *m)
{
    names_forget(x);
    if (m != x->machine)
        x->generation++;
    x->machine = m;
}

void expr_value_clear(struct expr_value *v)
{
    text_clear(&v->shown);
    json_decref(v->json);
    *v = (struct expr_value){.shown = TEXT_INIT};
}

/* ---- one evaluation ---- */

struct job {
    const char *text;
    const char *keep;   /* let: the name */
    int digits;
    struct expr_value *v;
    bool compiled;      /* else the error is one of syntax */
    size_t read;
};

static void take_value(lua_State *L, int at, struct job *j)
{
    struct expr_value *v = j->v;

    if (at == 1) {
        v->is_boolean = lua_isboolean(L, at);
        v->is_number = lua_type(L, at) == LUA_TNUMBER;
        v->number = v->is_number ? lua_tonumber(L, at) : 0;
        v->truth = lua_toboolean(L, at);
        v->json = value_to_json(L, at);
    } else {
        if (at == 2) {
            json_t *first = v->json;
            v->json = json_array();
            json_array_append_new(v->json, first);
        }
        json_array_append_new(v->json, value_to_json(L, at));
        text_add(&v->shown, "  ");
    }
    value_show(L, at, j->digits, &v->shown);
}

static int load_job(lua_State *L)
{
    struct job *j = lua_touserdata(L, 1);

    lua_settop(L, 0);
    if (source_load(L, j->text, &j->read) != LUA_OK)
        return lua_error(L);
    j->compiled = true;
    names_push_environment(L);
    lua_setupvalue(L, 1, 1);
    return 1;
}

static int run_job(lua_State *L)
{
    struct job *j = lua_touserdata(L, 1);

    load_job(L);
    lua_call(L, 0, LUA_MULTRET);
    int n = lua_gettop(L);
    if (n == 0)
        return luaL_error(L, "there is no value here");
    for (int at = 1; at <= n; at++)
        take_value(L, at, j);
    if (j->keep) {
        lua_settop(L, 1);
        names_keep(L, j->keep);
    }
    return 0;
}

static int evaluate(struct expr *x, struct job *j, struct error *e)
{
    size_t blank = strspn(j->text, " \t\r\n");

    *j->v = (struct expr_value){.shown = TEXT_INIT};
    if (!j->text[blank])
        return error_set(e, "an expression is missing");
    int failed = sandbox_call(&x->box, run_job, j, e);
    names_forget(x);
    if (!failed && j->v->shown.failed)
        failed = error_no_memory(e);
    if (!failed)
        return 0;
    expr_value_clear(j->v);
    return j->compiled ? source_place_error(j->text, x->box.blame, e)
                       : source_syntax_error(j->text, j->read, e);
}

int expr_eval(struct expr *x, const char *text, int digits, struct expr_value *v, struct error *e)
{
    struct job j = {.text = text, .digits = digits, .v = v};
    return evaluate(x, &j, e);
}

bool expr_compiles(struct expr *x, const char *text)
{
    struct job j = {.text = text};
    struct error unused;
    return text[strspn(text, " \t\r\n")] && sandbox_call(&x->box, load_job, &j, &unused) == 0;
}

/* ---- let ---- */

bool expr_is_block(const struct expr *x, const char *name)
{
    return x->machine && layout_find(&x->machine->model->theta, name);
}

static int check_let_name(const struct expr *x, const char *name, struct error *e)
{
    if (!is_identifier(name))
        return error_set(e, "'%.60s' is not a name: letters, digits and _", name);
    if (is_lua_keyword(name))
        return error_set(e, "'%s' is a word of the expression language", name);
    if (is_reserved_name(name))
        return error_set(e, "%s is a reserved name; choose another", name);
    if (expr_is_block(x, name)) {
        error_set(e, "%s is a parameter of the model", name);
        return error_hint(e, "theta %s=… sets it", name);
    }
    return 0;
}

int expr_let(struct expr *x, const char *name, const char *text, int digits,
             struct expr_value *v, struct error *e)
{
    struct job j = {.text = text, .keep = name, .digits = digits, .v = v};

    *v = (struct expr_value){.shown = TEXT_INIT};
    return check_let_name(x, name, e) != 0 ? -1 : evaluate(x, &j, e);
}

/* ---- what is known ---- */

struct question {
    const char *name;
    bool yes;
};

static int ask_let(lua_State *L)
{
    struct question *q = lua_touserdata(L, 1);
    lua_settop(L, 0);
    q->yes = names_is_let(L, q->name);
    return 0;
}

bool expr_knows(struct expr *x, const char *name)
{
    struct question q = {name, false};
    struct error unused;

    if (is_reserved_name(name) || expr_is_block(x, name))
        return true;
    return sandbox_call(&x->box, ask_let, &q, &unused) == 0 && q.yes;
}
