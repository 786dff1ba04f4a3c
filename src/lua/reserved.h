/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names that mean something in every expression: no value of `let` and no parameter of a user's
 * own model may bear one. */
#ifndef EMSTEP_LUA_RESERVED_H
#define EMSTEP_LUA_RESERVED_H

#include <stdbool.h>

enum { RESERVED_NAMES = 57 };
extern const char *const reserved_names[RESERVED_NAMES + 1]; /* NULL-terminated */
bool is_reserved_name(const char *name);

/* Is it a word of Lua itself? */
bool is_lua_keyword(const char *name);
/* Letters, digits and _, not beginning with a digit. */
bool is_identifier(const char *name);

#endif
