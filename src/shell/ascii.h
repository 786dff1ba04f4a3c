/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output for terminals without UTF-8 (--ascii). */
#ifndef EMSTEP_SHELL_ASCII_H
#define EMSTEP_SHELL_ASCII_H

#include "base/text.h"

/* Appends s with every character spelt in ASCII: θ₁ → theta1.  Where a spelling is longer, blanks
 * that follow in the line are taken back, so that columns stay aligned where they can. */
void ascii_add(struct text *out, const char *s);

#endif
