/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mathematical names in LaTeX and in plain text, one from the other: \mu_{1} ↔ μ₁.  What is known:
 * Greek letters, \ell \mid \cdot \le \ge \nabla \partial \infty, \mathcal X, \log \exp \det, \sum
 * \prod with limits, \bar \hat \tilde of one letter, _ and ^ with a sign or {…}, \text{…}, \top.
 */
#ifndef EMSTEP_EM_SYMBOL_H
#define EMSTEP_EM_SYMBOL_H

#include "base/text.h"

/* \gamma_{3,1} → γ₃₁, \gamma_{12,1} → γ₁₂,₁, x_{mis} → x_mis, \Sigma^{-1} → Σ⁻¹ */
void symbol_to_text(const char *latex, struct text *out);
/* "Q(q₁,θ₁) ≥ Q(q₁,θ₀)" → Q(q_{1},\theta_{1}) \ge Q(q_{1},\theta_{0}) */
void symbol_to_latex(const char *text, struct text *out);
/* A name as users type it: mu → \mu, lambda → \lambda, rate → \text{rate}, p → p */
void symbol_of_name(const char *name, struct text *latex);
/* A stranger's text (a label, a column) for the inside of \text{…}. */
void symbol_escape(const char *label, struct text *out);

#endif
