/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Probabilistic principal components: factors with the same noise in every column, Ψ = σ²I (the
 * equations are in models/factor.h).  The maximum is known in closed form,
 *
 *     σ² = mean of the d−m smallest eigenvalues of the sample covariance,
 *     W = U_m (Λ_m − σ²I)^½ R   for any rotation R,
 *
 * which `init pca` gives and which EM finds without an eigenvalue.
 */
#include "models/factor.h"

static int ppca_bind(struct model *m, const struct options *o, struct error *e)
{
    return factor_bind(m, o, true, e);
}

const struct model_class ppca_model = {
    .name = "ppca",
    .summary = "probabilistic PCA: m factors and the same noise in every column",
    .source = "Tipping & Bishop 1999, JRSS-B 61:611",
    .kind = MODEL_EM,
    .options = factor_options,
    .inits = factor_inits,
    .takes_weights = true,
    .chained = "cov is the same for all of them",
    .bind = ppca_bind,
    .unbind = factor_unbind,
    .init = factor_init,
    .valid = factor_valid,
    .e_step = factor_e_step,
    .m_step = factor_m_step,
    .em_map = factor_map,
    .touching_terms = factor_touching_terms,
    .terms = factor_terms,
    .row_terms = factor_row_terms,
    .stats = factor_stats,
    .predict = factor_predict,
    .component_moments = factor_moments,
    .sample = factor_sample,
    .explain = &factor_explainer,
};
