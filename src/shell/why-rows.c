/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sentences of `why`.  The first row that fits speaks: exceptions stand before what they are
 * exceptions of. */
#include "shell/why.h"

#define L TERM_BIT(TERM_LOGLIK)
#define ELBO TERM_BIT(TERM_ELBO)
#define KL TERM_BIT(TERM_KL)
#define Q TERM_BIT(TERM_Q)
#define H TERM_BIT(TERM_H)
#define S TERM_BIT(TERM_ENTROPY)
#define PRIOR TERM_BIT(TERM_LOGPRIOR)
#define J TERM_BIT(TERM_OBJECTIVE)
#define EVERY (L | ELBO | KL | Q | H | S | PRIOR | J)
#define OPENING 0u

const struct why_row why_rows[] = {
    /* ---- the step itself ---- */
    {OPENING, WHY_START, FACT_HAS_Q, 0, 0,
     "This is a start: {θ} was chosen, and q was set before it; no half-step has been taken yet."},
    {OPENING, WHY_START, 0, 0, 0,
     "This is a start: {θ} was chosen, and no half-step has been taken yet."},
    {OPENING, WHY_ANY_E, FACT_MM, 0, 0,
     "E built the surrogate that touches {l} at {θ}; {θ} stayed."},
    {OPENING, WHY_E, FACT_THETA_IN_Q, 0, 0,
     "E made the factor q(Z) as good as it can be while the other factor of q, over the "
     "parameters, stayed."},
    {OPENING, WHY_E, FACT_TOUCHES | FACT_HAD_Q, 0, 0,
     "E replaced {q-} by {q}, the posterior p(Z|X,{θ}), and left {θ} alone."},
    {OPENING, WHY_E, FACT_TOUCHES, 0, 0,
     "E made {q}, the posterior p(Z|X,{θ}), and left {θ} alone."},
    {OPENING, WHY_E, 0, 0, 0,
     "E made {q}, as near to the posterior at {θ} as its family allows, and left {θ} alone."},
    {OPENING, WHY_HARD, 0, 0, 0,
     "A hard E: {q} has all its mass on the most probable Z; {θ} stayed."},
    {OPENING, WHY_TEMPERED, 0, 0, 0,
     "A tempered E: {q} is the posterior at {θ} to the power {beta}, made to sum to 1; {θ} "
     "stayed."},
    {OPENING, WHY_ROWS, 0, 0, 0,
     "E of rows {rows} alone: {q} has the posterior there, and {q-} elsewhere; {θ} stayed."},
    {OPENING, WHY_SWEEPS, 0, 0, 0,
     "E of {sweeps}: {q} is nearer to the best of its family, and {θ} stayed."},
    {OPENING, WHY_GIS, 0, 0, 0,
     "gis built the surrogate that touches {l} at {θ-}, and went to its top, {θ}."},
    {OPENING, WHY_NEWTON, 0, 0, 0,
     "newton fitted a parabola to {l} at {θ-}, and went to its top, {θ}."},
    {OPENING, WHY_M, FACT_THETA_IN_Q, 0, 0,
     "M made the factor of q over the parameters as good as it can be while q(Z) stayed."},
    {OPENING, WHY_M, FACT_MM, FACT_PARTIAL, 0,
     "M moved {θ-} to {θ}, the top of the surrogate, which stayed."},
    {OPENING, WHY_M, FACT_HAD_Q, 0, 0, "M moved {θ-} to {θ}: {way}; {q} stayed."},
    {OPENING, WHY_M, 0, 0, 0, "M made the first θ out of a q that was set by hand."},
    {OPENING, WHY_Q, FACT_MM, 0, 0, "The surrogate was built by hand, at a θ that was named."},
    {OPENING, WHY_Q, 0, 0, 0, "q was set by hand: {q}; {θ} stayed. It is no step of an ascent."},
    {OPENING, WHY_THETA, 0, 0, 0, "θ was set by hand; q stayed. It is no step of an ascent."},

    /* ---- what is not there ---- */
    {EVERY, WHY_ANY, 0, 0, MOVE_OUT,
     "{it} is out of reach here: no computer can go through all that is hidden."},
    {EVERY, WHY_NEWTON, 0, 0, MOVE_GONE,
     "{it} is gone: newton's parabola is no minoriser, so no surrogate is left until the next E."},
    {EVERY, WHY_ANY, 0, 0, MOVE_GONE, "{it} is gone: there is no q here."},
    {EVERY, WHY_ANY, 0, 0, MOVE_UNDEFINED,
     "{it} is not defined here: some row has probability 0 at {θ}, or a side of the difference is "
     "infinite."},
    {L, WHY_ANY, 0, 0, MOVE_INFINITE, "{it} is infinite: some row has probability 0 at {θ}."},
    {EVERY, WHY_ANY, 0, 0, MOVE_INFINITE,
     "{it} is infinite: {q} puts mass on values of Z that {θ} gives probability 0."},
    {EVERY, WHY_ANY, 0, 0, MOVE_FINITE,
     "{it} is finite again, {now}: {q} and {θ} allow each other."},

    /* ---- E, and q by hand: ℓ ---- */
    {L, WHY_START, 0, 0, MOVE_THERE, "{it} is {now} to begin with; it depends on θ alone."},
    {L, WHY_ANY_E | WHY_Q, FACT_MM, 0, MOVE_SAME,
     "{it} stayed at {now}: it depends on θ alone, and E moves the surrogate alone."},
    {L, WHY_ANY_E, 0, 0, MOVE_SAME,
     "{it} stayed at {now}: it depends on θ alone, and E changes q alone."},
    {L, WHY_Q, 0, 0, MOVE_SAME,
     "{it} stayed at {now}: it depends on θ alone, and q alone was set."},

    /* ---- the bound ---- */
    {ELBO, WHY_START, 0, 0, MOVE_THERE,
     "{it} is {now}: {KL.now} below {l}, for q was not made from this θ."},
    {ELBO, WHY_ANY_E, FACT_MM, 0, MOVE_UP,
     "{it} rose by {by}, exactly the gap there was ({KL.was}): the new surrogate touches {l} at "
     "{θ}."},
    {ELBO, WHY_ANY_E, FACT_MM, 0, MOVE_NEW,
     "{it} is {now}, as {l} is: a surrogate touches where it is built."},
    {ELBO, WHY_Q, FACT_MM, 0, MOVE_BOTH | MOVE_SAME | MOVE_NEW,
     "{it} is {now} here: the surrogate was built elsewhere by hand, and lies {KL.now} below {l} "
     "at {θ}."},
    {ELBO, WHY_E, FACT_THETA_IN_Q, 0, MOVE_UP,
     "{it} rose by {by}: each half-step makes one factor of q the best while the other stays, so "
     "the bound climbs at every one."},
    {ELBO, WHY_E, FACT_TOUCHES, 0, MOVE_UP,
     "{it} rose by {by}, exactly the old KL ({KL.was}): {q} is the posterior now, so the bound "
     "touches {l} at {θ}."},
    {ELBO, WHY_E, FACT_TOUCHES, 0, MOVE_NEW,
     "{it} is {now}, as {l} is: {q} is the posterior, so the bound touches {l} at {θ}."},
    {ELBO, WHY_E, FACT_TOUCHES, 0, MOVE_SAME,
     "{it} stayed at {now}: q was the posterior at {θ} before, or as good as that."},
    {ELBO, WHY_E, 0, 0, MOVE_UP,
     "{it} rose by {by}, as high as a q of this family gets at {θ}; the posterior is none of the "
     "family, and a gap of {KL.now} to {l} stays."},
    {ELBO, WHY_E, 0, 0, MOVE_UP,
     "{it} rose by {by}, as high as a q of this family gets from where it started."},
    {ELBO, WHY_HARD, 0, 0, MOVE_DOWN,
     "{it} fell by {by}, as it may: {why} (Q {Q.change}, S {S.change})."},
    {ELBO, WHY_HARD, 0, 0, MOVE_UP,
     "{it} rose by {by}, which a hard E does not promise: it raises Q alone, and here Q "
     "({Q.change}) outweighs S ({S.change})."},
    {ELBO, WHY_TEMPERED, 0, 0, MOVE_BOTH,
     "{it} {moved} by {by}, without a promise: {why} (Q {Q.change}, S {S.change})."},
    {ELBO, WHY_ROWS, 0, 0, MOVE_UP,
     "{it} rose by {by}: it is a sum over rows, and rows {rows} now reach the most that they can "
     "at {θ}."},
    {ELBO, WHY_SWEEPS, 0, 0, MOVE_UP,
     "{it} rose by {by}: each part of q in turn was made the best for the others as they stand."},
    {ELBO, WHY_ANY_E, 0, 0, MOVE_SAME,
     "{it} stayed at {now}: q was as good before as this step can make it at {θ}."},
    {ELBO, WHY_HARD | WHY_TEMPERED, 0, 0, MOVE_NEW,
     "{it} is {now}, {KL.now} below {l}: {q} is not the posterior, so the bound does not touch."},
    {ELBO, WHY_Q, FACT_CLOSED, FACT_TOUCHES, MOVE_THERE,
     "{it} is {now}: any q is legal and gives a bound; this one reaches {l}."},
    {ELBO, WHY_Q, 0, FACT_TOUCHES, MOVE_BOTH,
     "{it} {moved} by {by}: any q is legal and gives a bound; this one lies {KL.now} below {l}."},
    {ELBO, WHY_Q, 0, 0, MOVE_THERE,
     "{it} is {now}: any q is legal and gives a bound; this one lies {KL.now} below {l}."},
    {ELBO, WHY_Q, 0, 0, MOVE_BOTH, "{it} {moved} by {by}: any q is legal and gives a bound."},

    /* ---- the gap ---- */
    {KL, WHY_START, 0, 0, MOVE_THERE, "{it} is {now}: {q} is not the posterior at {θ}."},
    {KL, WHY_ANY_E, FACT_MM, 0, MOVE_DOWN,
     "{it} closed from {was} to {now}: surrogate and {l} agree where it is built."},
    {KL, WHY_ANY_E, FACT_MM, 0, MOVE_SAME | MOVE_NEW,
     "{it} is {now}: surrogate and {l} agree where it is built."},
    {KL, WHY_Q, FACT_CLOSED, FACT_TOUCHES | FACT_MM, MOVE_THERE,
     "{it} is {now}: by its numbers {q} is the posterior at {θ}; an e makes the touch known."},
    {KL, WHY_Q, FACT_MM, 0, MOVE_THERE,
     "{it} is {now}: a surrogate touches only where it is built."},
    {KL, WHY_E, FACT_TOUCHES, 0, MOVE_DOWN,
     "{it} fell from {was} to 0: {q} is p(Z|X,{θ}) itself."},
    {KL, WHY_E, FACT_TOUCHES, 0, MOVE_SAME | MOVE_NEW, "{it} is 0: {q} is p(Z|X,{θ}) itself."},
    {KL, WHY_E, 0, 0, MOVE_DOWN,
     "{it} fell by {by}, as much as {elbo} rose, since {l} = {elbo} + {kl} stayed; it is not 0, "
     "for the posterior is not in q's family."},
    {KL, WHY_ROWS, 0, 0, MOVE_DOWN,
     "{it} fell by {by}, what rows {rows} had of it; the {now} that is left belongs to the others, "
     "so the next M may lower {l}."},
    {KL, WHY_HARD | WHY_TEMPERED | WHY_SWEEPS, FACT_GIVEN_UP, 0, MOVE_BOTH,
     "{it} {moved} by {by} to {now}, against {elbo}, for their sum {l} stayed; {why}."},
    {KL, WHY_HARD | WHY_TEMPERED | WHY_SWEEPS | WHY_ROWS, FACT_GIVEN_UP, 0, MOVE_SAME | MOVE_NEW,
     "{it} is {now}, not 0; {why}."},
    {KL, WHY_ANY_E, 0, 0, MOVE_THERE, "{it} is {now}: {l} − {elbo}, and {l} stayed."},
    {KL, WHY_Q, 0, 0, MOVE_BOTH,
     "{it} {moved} by {by} to {now}, against {elbo}: it tells how far {q} is from the posterior at "
     "{θ}."},
    {KL, WHY_Q, 0, 0, MOVE_SAME | MOVE_NEW,
     "{it} is {now}: it tells how far {q} is from the posterior at {θ}."},

    /* ---- Q, H and S under a new q ---- */
    {Q | S, WHY_E, FACT_THETA_IN_Q, 0, MOVE_BOTH | MOVE_SAME,
     "{it} changed by {change}: Q and S are parts of {elbo}, and only their sum is promised to "
     "rise."},
    {Q | H | S, WHY_START, 0, 0, MOVE_THERE, "{it} is {now} to begin with."},
    {Q, WHY_E, 0, 0, MOVE_BOTH,
     "{it} {moved} by {by}: E maximises Q + S over q, not Q alone, and S changed by {S.change}."},
    {Q, WHY_HARD, 0, 0, MOVE_UP,
     "{it} rose by {by}: with all the mass on the most probable Z it is as large as {θ} allows."},
    {Q, WHY_TEMPERED, 0, 0, MOVE_BOTH,
     "{it} {moved} by {by}: a tempered E maximises Q + S/β, β = {beta}, and S changed by "
     "{S.change}."},
    {Q, WHY_ANY_E | WHY_Q, 0, 0, MOVE_BOTH,
     "{it} {moved} by {by}: it is the mean of log p(X,Z|{θ}) under q, and q is another one."},
    {Q, WHY_ANY_E | WHY_Q, 0, 0, MOVE_SAME,
     "{it} stayed at {now}: the new q gives log p(X,Z|{θ}) the same mean."},
    {Q, WHY_ANY_E | WHY_Q, 0, 0, MOVE_NEW, "{it} is {now}: the mean of log p(X,Z|{θ}) under {q}."},
    {H, WHY_ANY_E | WHY_Q, FACT_TOUCHES, 0, MOVE_THERE,
     "{it} is {now} = −S: {q} is the posterior, so E_q log p(Z|X,{θ}) is E_q log q."},
    {H, WHY_ANY_E | WHY_Q, 0, 0, MOVE_BOTH,
     "{it} {moved} by {by}, just as Q did: {l} = Q − H stayed."},
    {H, WHY_ANY_E | WHY_Q, 0, 0, MOVE_SAME, "{it} stayed, as Q did: {l} = Q − H stayed."},
    {H, WHY_ANY_E | WHY_Q, 0, 0, MOVE_NEW,
     "{it} is {now}: the mean of log p(Z|X,{θ}) under {q}, Q less {l}."},
    {S, WHY_HARD, 0, 0, MOVE_DOWN, "{it} fell by {by} to {now}: a hard q leaves no doubt."},
    {S, WHY_HARD, 0, 0, MOVE_SAME | MOVE_NEW, "{it} is {now}: a hard q leaves no doubt."},
    {S, WHY_ANY_E | WHY_Q, 0, 0, MOVE_UP,
     "{it} rose by {by}: it depends on q alone, and {q} spreads its mass more than {q-}."},
    {S, WHY_ANY_E | WHY_Q, 0, 0, MOVE_DOWN,
     "{it} fell by {by}: it depends on q alone, and {q} spreads its mass less than {q-}."},
    {S, WHY_ANY_E | WHY_Q, 0, 0, MOVE_SAME, "{it} stayed: {q} is as spread out as {q-}."},
    {S, WHY_ANY_E | WHY_Q, 0, 0, MOVE_NEW,
     "{it} is {now}, the entropy of {q}: it depends on q alone."},

    /* ---- the prior under a new q ---- */
    {PRIOR, WHY_START, 0, 0, MOVE_THERE, "{it} is {now} at the start."},
    {J, WHY_START, 0, 0, MOVE_THERE, "{it} is {now} at the start: ELBO + log p(θ)."},
    {PRIOR, WHY_ANY_E | WHY_Q, 0, 0, MOVE_THERE, "{it} stayed at {now}: it depends on θ alone."},
    {J, WHY_ANY_E | WHY_Q, 0, 0, MOVE_BOTH,
     "{it} {moved} by {by}, just as {elbo} did: J = {elbo} + log p(θ), and log p(θ) stayed."},
    {J, WHY_ANY_E | WHY_Q, 0, 0, MOVE_SAME, "{it} stayed, as {elbo} and log p(θ) did."},
    {J, WHY_ANY_E | WHY_Q, 0, 0, MOVE_NEW, "{it} is {now} = {elbo} + log p(θ)."},

    /* ---- M: ℓ ---- */
    {L, WHY_NEWTON, FACT_GIVEN_UP, 0, MOVE_BOTH | MOVE_SAME,
     "{it} changed by {change}; nothing was promised. {why}."},
    {L, WHY_GIS, 0, 0, MOVE_UP,
     "{it} rose by {by}: the surrogate touched it at {θ-} and lies under it at {θ}, where its top "
     "is {ELBO.now}."},
    {L, WHY_M, FACT_MM | FACT_GIVEN_UP, 0, MOVE_DOWN,
     "{it} fell by {by}, as it may: {why}, so {elbo} could rise by {ELBO.by} in the gap that there "
     "was ({KL.was})."},
    {L, WHY_M, FACT_GIVEN_UP | FACT_PRIOR, 0, MOVE_BOTH,
     "{it} {moved} by {by}; nothing was promised: {why}, and under a prior {l} + log p(θ) is what "
     "would not fall."},
    {L, WHY_M, FACT_GIVEN_UP, 0, MOVE_DOWN,
     "{it} fell by {by}, as it may: {why}, so the bound lay {KL.was} below {l}; it could rise by "
     "{ELBO.by} and still leave {l} lower."},
    {L, WHY_M, FACT_GIVEN_UP, 0, MOVE_UP,
     "{it} rose by {by}, which was not promised: {why}; {elbo} changed by {ELBO.change} and the "
     "gap "
     "by {KL.change}."},
    {L, WHY_M, FACT_GIVEN_UP, 0, MOVE_BOTH, "{it} {moved} by {by}; nothing was promised: {why}."},
    {L, WHY_M, FACT_PRIOR, 0, MOVE_BOTH,
     "{it} {moved} by {by}: with a prior {l} + log p(θ) does not fall ({LP.change}); {l} alone "
     "may."},
    {L, WHY_M, FACT_MM, 0, MOVE_UP,
     "{it} rose by {by} = {ELBO.by} + {KL.by}: the surrogate touched it at {θ-} and rose by "
     "{ELBO.by}, and {l} lies above the surrogate by the gap that opened."},
    {L, WHY_M, 0, 0, MOVE_UP,
     "{it} rose by {by} = {ELBO.by} + {KL.by}: the bound touched it at {θ-} and rose by {ELBO.by}, "
     "and {l} lies above the bound by the gap that opened."},
    {L, WHY_ANY_M, 0, 0, MOVE_SAME,
     "{it} stayed at {now}: {θ} is as good as {θ-}, to all the digits that count."},
    {L, WHY_ANY_M, 0, 0, MOVE_NEW, "{it} is {now}: this is the first θ there is."},

    /* ---- M: the bound, Q and S ---- */
    {ELBO, WHY_GIS, 0, 0, MOVE_THERE,
     "{it} is {now} at {θ}: the new surrogate was as high as {l} at {θ-}, {L.was}, and this is its "
     "top."},
    {ELBO, WHY_M, FACT_THETA_IN_Q, 0, MOVE_UP,
     "{it} rose by {by}: the factor over the parameters is the best for this q(Z)."},
    {ELBO, WHY_M, FACT_MM, 0, MOVE_UP, "{it} rose by {by}: {way}."},
    {ELBO, WHY_M, FACT_PRIOR, 0, MOVE_BOTH,
     "{it} {moved} by {by}, as Q did, since S stayed; under a prior J rises, and {elbo} alone may "
     "fall."},
    {ELBO, WHY_M, 0, FACT_MM | FACT_THETA_IN_Q, MOVE_UP,
     "{it} rose by {by}, just as Q did: S does not depend on θ, so to raise Q is to raise the "
     "bound."},
    {ELBO, WHY_M, 0, 0, MOVE_SAME, "{it} stayed at {now}: {θ-} was the best for this q already."},
    {ELBO, WHY_M, FACT_PARTIAL, 0, MOVE_DOWN,
     "{it} fell by {by}: {way}, and on the way there it need not rise."},
    {ELBO, WHY_ANY_M, 0, 0, MOVE_NEW, "{it} is {now}, {KL.now} below {l}."},
    {Q, WHY_M, FACT_THETA_IN_Q, 0, MOVE_BOTH,
     "{it} {moved} by {by}: Q and S both depend on the factor over the parameters, and only their "
     "sum {elbo} is promised to rise."},
    {S, WHY_M, FACT_THETA_IN_Q, 0, MOVE_BOTH,
     "{it} {moved} by {by}: here M moves a factor of q too, so q's entropy moves with it."},
    {Q, WHY_M, FACT_PRIOR, 0, MOVE_BOTH,
     "{it} {moved} by {by}: {way}; log p(θ) changed by {P.change}."},
    {Q, WHY_M, 0, 0, MOVE_UP, "{it} rose by {by}: {way}."},
    {Q, WHY_M, FACT_PARTIAL, 0, MOVE_DOWN,
     "{it} fell by {by}: {way}, and on the way there Q need not rise."},
    {Q, WHY_M, 0, 0, MOVE_SAME, "{it} stayed at {now}: {θ-} was the best for this q already."},
    {Q, WHY_ANY_M, 0, 0, MOVE_NEW, "{it} is {now}: {θ} is where Q is largest for this q."},
    {S, WHY_ANY_M, 0, 0, MOVE_SAME,
     "{it} stayed at {now}: it depends on q alone, and M leaves q alone."},
    {S, WHY_ANY_M, 0, 0, MOVE_NEW, "{it} is {now}: it depends on q alone."},

    /* ---- M: H and the gap ---- */
    {H, WHY_M, FACT_GIVEN_UP, 0, MOVE_BOTH,
     "{it} {moved} by {by}; it may do either: {why}, and only from there does Gibbs say that H "
     "cannot rise."},
    {H, WHY_M, 0, 0, MOVE_DOWN,
     "{it} fell by {by}: {q} was the posterior at {θ-}, so H({q},·) was at its largest there "
     "(Gibbs)."},
    {H, WHY_ANY_M, 0, 0, MOVE_SAME, "{it} stayed at {now}: the posterior did not move."},
    {H, WHY_ANY_M, 0, 0, MOVE_NEW, "{it} is {now}: the mean of log p(Z|X,{θ}) under {q}."},
    {KL, WHY_GIS, 0, 0, MOVE_THERE,
     "{it} is {now}: the surrogate touches at {θ-}, where it was built, and not at {θ}."},
    {KL, WHY_M, FACT_MM, 0, MOVE_BOTH,
     "{it} went from {was} to {now}: {θ} is not where the surrogate was built."},
    {KL, WHY_M, FACT_FROM_OTHER, 0, MOVE_DOWN,
     "{it} shrank by {by}: {q} is nearer to the posterior "
     "at {θ} than it was to the one at {θ-}."},
    {KL, WHY_M, FACT_FROM_OTHER, 0, MOVE_UP,
     "{it} grew by {by}: {q} is farther from the posterior "
     "at {θ} than it was from the one at {θ-}."},
    {KL, WHY_M, 0, 0, MOVE_UP,
     "{it} opened from 0 to {now}, just what H lost: the posterior moved with θ, and {q} stayed "
     "behind."},
    {KL, WHY_ANY_M, 0, 0, MOVE_SAME, "{it} stayed at {now}: the posterior did not move."},
    {KL, WHY_ANY_M, 0, 0, MOVE_NEW,
     "{it} is {now}: {q} was set by hand, and is not the posterior at {θ}."},

    /* ---- M: the prior ---- */
    {PRIOR, WHY_ANY_M, 0, 0, MOVE_UP,
     "{it} rose by {by}: {θ} lies where the prior is denser than at {θ-}."},
    {PRIOR, WHY_ANY_M, 0, 0, MOVE_DOWN,
     "{it} fell by {by}: the data drew θ to where the prior is thinner; Q gained more than that."},
    {PRIOR, WHY_ANY_M, 0, 0, MOVE_SAME | MOVE_NEW,
     "{it} is {now}: the prior's log density at {θ}."},
    {J, WHY_M, FACT_PARTIAL, 0, MOVE_UP, "{it} rose by {by}: {way}, and S stayed."},
    {J, WHY_ANY_M, 0, 0, MOVE_UP,
     "{it} rose by {by}: M maximises Q + log p(θ), and J is that plus S, which stayed."},
    {J, WHY_ANY_M, 0, 0, MOVE_SAME, "{it} stayed at {now}: {θ-} was the best for this q already."},
    {J, WHY_ANY_M, 0, 0, MOVE_NEW, "{it} is {now} = {elbo} + log p(θ)."},

    /* ---- θ by hand ---- */
    {L, WHY_THETA, 0, 0, MOVE_BOTH | MOVE_SAME | MOVE_NEW,
     "{it} changed by {change} to {now}: θ was set by hand, so nothing was promised."},
    {ELBO, WHY_THETA, 0, 0, MOVE_BOTH | MOVE_SAME,
     "{it} changed by {change}: the bound of the same q, read at the new θ; it lies {KL.now} below "
     "{l}."},
    {KL, WHY_THETA, FACT_MM, 0, MOVE_BOTH | MOVE_SAME,
     "{it} is {now}: the surrogate was built at another θ."},
    {KL, WHY_THETA, 0, 0, MOVE_UP,
     "{it} grew by {by} to {now}: the posterior moved with θ, and q stayed."},
    {KL, WHY_THETA, 0, 0, MOVE_DOWN,
     "{it} shrank by {by} to {now}: the posterior moved nearer to q, which stayed."},
    {KL, WHY_THETA, 0, 0, MOVE_SAME, "{it} stayed at {now}: the posterior is the same at both θ."},
    {S, WHY_THETA, FACT_THETA_IN_Q, 0, MOVE_BOTH,
     "{it} {moved} by {by}: θ is a factor of q here, and it was set by hand."},
    {S, WHY_THETA, 0, 0, MOVE_SAME, "{it} stayed at {now}: it depends on q alone."},
    {Q, WHY_THETA, 0, 0, MOVE_BOTH | MOVE_SAME,
     "{it} changed by {change}: the mean of log p(X,Z|θ) under the same q, at the new θ."},
    {H, WHY_THETA, 0, 0, MOVE_BOTH | MOVE_SAME,
     "{it} changed by {change}: the mean of log p(Z|X,θ) under the same q, at the new θ."},
    {PRIOR | J, WHY_THETA, 0, 0, MOVE_BOTH | MOVE_SAME,
     "{it} changed by {change} to {now}: θ was set by hand."},

    /* ---- what no row above foresaw ---- */
    {EVERY, WHY_ANY, 0, 0, MOVE_BOTH,
     "{it} {moved} by {by}, from {was} to {now}: no step here promises that; see ledger."},
    {EVERY, WHY_ANY, 0, 0, MOVE_SAME, "{it} stayed at {now}."},
    {EVERY, WHY_ANY, 0, 0, MOVE_NEW, "{it} is {now}."},
    {0, 0, 0, 0, 0, NULL},
};
