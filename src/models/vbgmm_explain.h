/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of vbgmm's explainer share.  Places count from 0. */
#ifndef EMSTEP_MODELS_VBGMM_EXPLAIN_H
#define EMSTEP_MODELS_VBGMM_EXPLAIN_H

#include "models/vbgmm.h"

/* Entry k of a block (K), a hyperparameter, and d, by name and number; 2π. */
formula vbgmm_symbol(struct explanation *x, const char *block, const char *latex, size_t k);
formula vbgmm_hyper(struct explanation *x, const char *block, const char *latex);
formula vbgmm_dimension(struct explanation *x);
formula vbgmm_two_pi(struct formulas *a);
/* log|W_k|; E log π_k and E log|Λ_k| by name and number */
double vbgmm_logdet(const struct explanation *x, size_t k);
formula vbgmm_log_weight(struct explanation *x, size_t k);
formula vbgmm_mean_log_precision(struct explanation *x, size_t k);
/* x_ij − m_kj */
formula vbgmm_deviation(struct explanation *x, const struct theta *theta, size_t i, size_t k,
                        size_t j);
/* Entry (p,r) of W₀⁻¹ */
double vbgmm_prior_scatter(const struct explanation *x, size_t p, size_t r);

int vbgmm_explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e);
int vbgmm_explain_term(struct explanation *x, enum term t, struct error *e);

#endif
