/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log p(θ) in numbers, whatever the model: the slot log_prior of an explainer. */
#ifndef EMSTEP_MODELS_PRIOR_EXPLAIN_H
#define EMSTEP_MODELS_PRIOR_EXPLAIN_H

#include "em/explain.h"

/* Of the hyperparameters that are given: dirichlet of the block pi, beta and gamma of every entry
 * of the first block that is not pi; a normal-inverse-Wishart is one number. */
formula prior_explain(struct explanation *x);

#endif
