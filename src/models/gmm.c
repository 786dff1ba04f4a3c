/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gaussian mixture in d ≥ 1 dimensions: a mixture whose family is models/gaussian.h. */
#include <stdio.h>
#include <string.h>

#include "models/pass/fused.h"
#include "models/gaussian.h"
#include "models/mixture_explain.h"

static const struct option_spec gmm_options[] = {
    MIXTURE_OPTIONS,
    {"cov", OPTION_CHOICE, "full|tied|diag|spherical", "shape of the covariances"},
    {NULL},
};

static int gmm_bind(struct model *m, const struct options *o, struct error *e)
{
    static const char *const words[] = {"full covariance", "one covariance for all (tied)",
                                        "diagonal covariance", "spherical covariance"};
    int cov = COV_FULL;
    if (options_choice(o, "cov", "full|tied|diag|spherical", &cov, e) != 0 ||
        mixture_layout(m, o, e) != 0)
        return -1;
    gaussian_layout(m, (enum covariance)cov);
    snprintf(m->about, sizeof m->about, "%zu-D, K = %zu, %s", m->obs.d, m->k, words[cov]);
    if (mixture_bind_plain(m, &gaussian_family, e) != 0)
        return -1;
    return gaussian_bind(m, (enum covariance)cov, e);
}

const struct model_class gmm_model = {
    .name = "gmm",
    .summary = "Gaussian mixture, any dimension; full, tied, diag or spherical covariance",
    .source = "Bishop, PRML 9.2",
    .kind = MODEL_EM,
    .options = gmm_options,
    .bind = gmm_bind,
    MIXTURE_SLOTS,
    .em_map = fused_map,
    .touching_terms = fused_terms,
    .logliks = fused_logliks,
    .explain = &gaussian_explainer,
    .prior_valid = gaussian_prior_valid,
    .component_moments = gaussian_moments,
};
