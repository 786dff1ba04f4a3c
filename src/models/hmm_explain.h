/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of hmm's explainer share.  Places count from 0. */
#ifndef EMSTEP_MODELS_HMM_EXPLAIN_H
#define EMSTEP_MODELS_HMM_EXPLAIN_H

#include "models/hmm.h"

#define HMM_SAFE 50.0 /* |log| of a density that can be written as it is */

/* A_ij, π_k, γ_t(k) and ξ_t(i,j) of q, by name and number. */
formula hmm_transition(struct explanation *x, size_t i, size_t j);
formula hmm_start(struct explanation *x, size_t k);
formula hmm_gamma(struct explanation *x, size_t t, size_t k);
formula hmm_pair(struct explanation *x, size_t t, size_t i, size_t j);
/* log b_t(k), after hmm_prepare */
double hmm_log_density(const struct explanation *x, size_t t, size_t k);

int hmm_explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e);
/* Q; and S or H, a sum over the chain's conditional probabilities. */
void hmm_explain_expected(struct explanation *x);
int hmm_explain_chain(struct explanation *x, enum term t, struct error *e);

#endif
