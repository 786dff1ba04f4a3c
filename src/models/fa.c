/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Factor analysis: factors with a noise variance of its own in each column, Ψ = diag(Ψ_1 … Ψ_d)
 * (the equations are in models/factor.h).  Ψ_j may run to 0, a Heywood case, which EM approaches
 * like 1/t and never reaches.
 */
#include "models/factor.h"

static int fa_bind(struct model *m, const struct options *o, struct error *e)
{
    return factor_bind(m, o, false, e);
}

const struct model_class fa_model = {
    .name = "fa",
    .summary = "factor analysis: m factors and each column's own noise",
    .source = "Rubin & Thayer 1982, Psychometrika 47:69",
    .kind = MODEL_EM,
    .options = factor_options,
    .inits = factor_inits,
    .takes_weights = true,
    .chained = "cov is the same for all of them",
    .bind = fa_bind,
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
