/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of states, for the machine's own files.  Others use em/machine.h. */
#ifndef EMSTEP_EM_STATE_H
#define EMSTEP_EM_STATE_H

#include "em/machine.h"

/* Give a state its θ or q; the state takes the caller's reference, the machine counts the bytes. */
void state_put_theta(struct machine *m, struct state *s, struct theta *theta);
void state_put_q(struct machine *m, struct state *s, struct latent *q);
void state_put_touch(struct machine *m, struct state *s, struct theta *touch);
void state_put_answer(struct machine *m, struct state *s, struct theta *answer);
void state_drop_answer(struct machine *m, struct state *s);
void state_clear(struct machine *m, struct state *s);

/* Room for one more state, so that the push that follows cannot fail. */
int state_room(struct machine *m, struct error *e);
/* Labels the state, hangs it under its parent, makes it here; lets go of what memory asks for. */
void state_push(struct machine *m, struct state s);

/* What every half-step begins and ends with.  The next state is a child of here; it may share
 * here's q (its touching point and M-answer too); settling it computes its terms and pushes it. */
struct state state_next(const struct machine *m, enum phase phase);
void state_share_q(struct state *s, const struct state *from);
int state_settle(struct machine *m, struct state *s, struct error *e);
/* q was made by an exact E at this very θ. */
bool state_touches(const struct state *s);

/* Whether a q that can be made again is better not stored: it is large, and the model has terms
 * without it. */
bool state_q_may_wait(const struct machine *m);

/* The error of a state whose θ is no longer there; returns -1. */
int state_gone(const struct state *s, struct error *e);

/* The E-step at `touch` gives this q again, bit for bit. */
bool state_q_can_be_made(const struct machine *m, const struct state *s);

#endif
