/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameter blocks as Lua values. */
#ifndef EMSTEP_EXPR_VIEW_H
#define EMSTEP_EXPR_VIEW_H

#include "expr/names.h"

void view_open(lua_State *L);

/* Pushes what block[index…] selects in θ: a number, or a view that holds θ. */
void view_push(lua_State *L, struct theta *theta, const struct block *b, const size_t *index,
               size_t nindex);

/* Replaces a view on the stack by nested tables of its numbers, which outlive the model. */
void view_to_table(lua_State *L, int at);

#endif
