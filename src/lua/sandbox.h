/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Lua state that strangers' text runs in: no way out to files, processes or other code, its
 * memory counted, its time limited, ^C looked at.  Lua calls that may raise stand inside
 * sandbox_call, so that nothing ever reaches Lua's panic.
 */
#ifndef EMSTEP_LUA_SANDBOX_H
#define EMSTEP_LUA_SANDBOX_H

#include <lauxlib.h>
#include <lua.h>
#include <signal.h>
#include <stdbool.h>

#include "base/error.h"

enum { SANDBOX_MEGABYTES = 64, SANDBOX_SECONDS = 10 };

struct sandbox {
    lua_State *L;
    const char *what;                 /* "the expression": what messages call the text */
    size_t used;                      /* bytes that Lua holds */
    bool full;                        /* a request went beyond the limit */
    bool running;
    double deadline;
    volatile sig_atomic_t *interrupt; /* may be NULL */
    struct error error;               /* set by our own functions before they raise */
    char place[80];                   /* where a request was far too large; or "" */
    char blame[64];                   /* the name that the error is about, or "" */
};

int sandbox_open(struct sandbox *b, const char *what, volatile sig_atomic_t *interrupt,
                 struct error *e);
void sandbox_close(struct sandbox *b);

/* Pushes a table of what may be used of Lua's libraries; math.f is also plain f, and math has
 * lgamma, lfactorial, lchoose and log1p besides. */
void sandbox_push_library(lua_State *L);

/* Calls f(L) with `argument` as a light userdata at index 1, protected, timed.  The stack is empty
 * before and after. */
int sandbox_call(struct sandbox *b, lua_CFunction f, void *argument, struct error *e);

/* The message of an error in a file begins with "FILE:LINE: "; one in an expression has no file.
 * Raises the error that b->error holds; `blame` is the name it is about.  Does not return. */
_Noreturn void sandbox_raise(struct sandbox *b, const char *blame);

double sandbox_now(void); /* seconds of a clock that only goes forward */

static inline struct sandbox *sandbox_of(lua_State *L)
{
    return *(struct sandbox **)lua_getextraspace(L);
}

#endif
