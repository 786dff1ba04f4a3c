/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the factor models' explainer share.  Places count from 0. */
#ifndef EMSTEP_MODELS_FACTOR_EXPLAIN_H
#define EMSTEP_MODELS_FACTOR_EXPLAIN_H

#include "models/factor.h"

enum { FACTOR_DETERMINANTS = 2 }; /* so many factors are solved for by determinants */

/* w_{j,a}, μ_j, x_ij and q's mean m_ia, by name and number. */
formula factor_loading(struct explanation *x, const struct theta *theta, size_t j, size_t a);
formula factor_mean(struct explanation *x, const struct theta *theta, size_t j);
formula factor_datum(struct explanation *x, size_t i, size_t j);
formula factor_score_of(struct explanation *x, size_t i, size_t a);
/* Σ_j (x_ij − μ_j − w_jᵀm_i)²/ψ_j; psi NULL: 1 */
double factor_residual(const struct explanation *x, const struct theta *theta, size_t i,
                       const double *psi);

int factor_explain_m(struct explanation *x, const struct block *b, size_t entry, struct error *e);

#endif
