/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bounds before this one along the same line, bound.earlier: with one free parameter the
 * staircase that EM, an MM algorithm, climbs.
 */
#ifndef EMSTEP_PLOT_STAIRCASE_H
#define EMSTEP_PLOT_STAIRCASE_H

#include "plot/sweep.h"

/* Do all bounds touch on this line, each where the M-step before it went? */
bool staircase_is(const struct sweep *d);
/* "… −64.48 → −9.801 → −7.6": ℓ at the touches and, if M has landed, where it is now. */
void staircase_claim(const struct sweep *d, struct text *out);
/* Which of them touch off the line, or why there are none; adds nothing where all is well. */
void staircase_note(const struct sweep *d, struct text *note);
/* Their touching points and landings. */
void staircase_stretch(const struct sweep *d, struct extent *y);
/* Curves, touches, landings and stairs, the oldest first, so that newer ones lie over them. */
void staircase_draw(struct sweep *d);

#endif
