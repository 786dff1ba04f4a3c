/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks of parameters as Lua tables, and back: mu[2], Sigma[1][2][2].  Trailing indices of extent
 * 1 may be left out, and kept: a number answers to [1] with itself.
 */
#ifndef EMSTEP_LUA_TABLES_H
#define EMSTEP_LUA_TABLES_H

#include <lua.h>

#include "em/block.h"

/* Teaches numbers to answer to [1]; called once for a Lua state, inside sandbox_call. */
void tables_open(lua_State *L);

/* Pushes what stands from `entry` on, `level` indices of block b being given. */
void tables_push(lua_State *L, const struct block *b, const double *entry, size_t level);

/* Reads the value at the stack's top as the whole of block b into v, and pops it.  Raises "NAME is
 * …" for what is missing, too much or no number; `from` says who made the value. */
void tables_read(lua_State *L, const struct block *b, double *v, const char *from);

#endif
