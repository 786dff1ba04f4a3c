/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Lua value as people and as programs read it. */
#ifndef EMSTEP_EXPR_VALUE_H
#define EMSTEP_EXPR_VALUE_H

#include <jansson.h>
#include <lua.h>

#include "base/text.h"

/* The value at `at` of the stack.  Tables nest no deeper than VALUE_DEPTH and show no more than
 * VALUE_ENTRIES entries a level; the rest is "…". */
enum { VALUE_DEPTH = 8, VALUE_ENTRIES = 1000 };
void value_show(lua_State *L, int at, int digits, struct text *out);
json_t *value_to_json(lua_State *L, int at); /* new reference */

#endif
