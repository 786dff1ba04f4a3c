/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the names in an expression mean: the machine's state as Lua values. */
#ifndef EMSTEP_EXPR_NAMES_H
#define EMSTEP_EXPR_NAMES_H

#include "expr/expr.h"
#include "lua/sandbox.h"

struct expr {
    struct sandbox box;            /* first: sandbox_of(L) is the expr too */
    struct machine *machine;       /* borrowed; NULL: none */
    size_t generation;             /* counts machines: values of an older one are void */
    struct latent *q;              /* of this evaluation, fetched once */
    const struct state *q_of;
};

/* Makes the metatables, the library and the environment; called inside sandbox_call. */
void names_open(lua_State *L);
/* Pushes the table that is _ENV. */
void names_push_environment(lua_State *L);
/* Pops a value and keeps it under `name`. */
void names_keep(lua_State *L, const char *name);

bool names_is_let(lua_State *L, const char *name);
/* Forgets what one evaluation fetched. */
void names_forget(struct expr *x);

/*
 * A part of a parameter block, of which an index selects less: mu, Sigma[2].  It holds its θ.
 */
struct view {
    size_t generation;
    struct theta *theta;
    const struct block *block;
    size_t index[BLOCK_RANK];
    size_t nindex;
};
/* The view at a place of the stack; NULL: none, or one of a model that is no longer there. */
struct view *names_view(lua_State *L, int at);
/* The entries that it selects. */
const double *view_entries(const struct view *v, size_t *count);

#endif
