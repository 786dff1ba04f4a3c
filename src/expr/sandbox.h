/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Lua state that strangers' text runs in: no way out to files, processes or other code, its
 * memory counted, its time limited, ^C looked at.  Lua calls that may raise stand inside
 * sandbox_call, so that nothing ever reaches Lua's panic.
 */
#ifndef EMSTEP_EXPR_SANDBOX_H
#define EMSTEP_EXPR_SANDBOX_H

#include <lauxlib.h>
#include <lua.h>
#include <signal.h>
#include <stdbool.h>

#include "base/error.h"

enum { SANDBOX_MEGABYTES = 64, SANDBOX_SECONDS = 10 };

struct sandbox {
    lua_State *L;
    size_t used;                      /* bytes that Lua holds */
    bool full;                        /* a request went beyond the limit */
    double deadline;
    volatile sig_atomic_t *interrupt; /* may be NULL */
    struct error error;               /* set by our own functions before they raise */
    char blame[64];                   /* the name that the error is about, or "" */
};

int sandbox_open(struct sandbox *b, volatile sig_atomic_t *interrupt, struct error *e);
void sandbox_close(struct sandbox *b);

/* Pushes a table of what expressions may use of Lua's libraries. */
void sandbox_push_library(lua_State *L);

/* Calls f(L) with `argument` as a light userdata at index 1, protected, timed.  The stack is empty
 * before and after. */
int sandbox_call(struct sandbox *b, lua_CFunction f, void *argument, struct error *e);

/* Raises the error that b->error holds; `blame` is the name it is about.  Does not return. */
_Noreturn void sandbox_raise(struct sandbox *b, const char *blame);

static inline struct sandbox *sandbox_of(lua_State *L)
{
    return *(struct sandbox **)lua_getextraspace(L);
}

#endif
