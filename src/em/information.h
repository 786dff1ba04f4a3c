/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rates and errors at a maximum.
 *
 *     DM     the derivative of the EM map θ ↦ M(E(θ)); its eigenvalues do not depend on the
 *            coordinates.  The largest is the rate at which errors of θ shrink, and the largest
 *            fraction of missing information; increments of ℓ shrink by its square.
 *     I_obs  −∂/∂θ [∇_θ′ Q(θ′,θ) at θ′ = θ] (Oakes 1999), from which standard errors come.
 *
 * Both are taken by differences in the unconstrained coordinates of em/transform.h.
 */
#ifndef EMSTEP_EM_INFORMATION_H
#define EMSTEP_EM_INFORMATION_H

#include "em/machine.h"

enum { INFORMATION_MOST = 400 }; /* free parameters: more take too long by differences */

/* Free parameters of the model: frozen blocks not counted. */
size_t information_size(const struct machine *m);

/* The moduli of DM's eigenvalues at θ (n = information_size), largest first, into rate (n). */
int information_rates(const struct machine *m, const struct theta *theta, double *rate,
                      struct error *e);

/* Standard errors of every entry of θ (layout->size; 0 for frozen blocks), by the delta method from
 * I_obs⁻¹.  Refused where I_obs is not positive definite: θ is then no maximum. */
int information_errors(const struct machine *m, const struct theta *theta, double *se,
                       struct error *e);

#endif
