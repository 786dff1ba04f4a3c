/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of an expression: compiling it, and finding places in it. */
#ifndef EMSTEP_EXPR_SOURCE_H
#define EMSTEP_EXPR_SOURCE_H

#include <lua.h>

#include "base/error.h"

/* Pushes the compiled expression, or Lua's message, and returns Lua's status.  *read: how many
 * bytes of the text the compiler had looked at.  U+2212 stands for '-'. */
int source_load(lua_State *L, const char *text, size_t *read);

/* Gives Lua's syntax error its place and, for the slips that people make, better words. */
int source_syntax_error(const char *text, size_t read, struct error *e);
/* Places a run-time error on the name that it is about ("" : found in the message, else the whole
 * text). */
int source_place_error(const char *text, const char *blame, struct error *e);

/* A stretch of text outside strings and brackets. */
enum token { TOKEN_END, TOKEN_NAME, TOKEN_COMPARE, TOKEN_OTHER };
struct tokens {
    const char *text;
    size_t at;      /* where the next token is looked for */
    size_t start, end; /* of the token that was found */
    int depth;      /* of brackets and functions */
};
enum token tokens_next(struct tokens *t);

#endif
