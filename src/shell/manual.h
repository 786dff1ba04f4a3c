/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The manual page, emstep(1), in roff: from the same tables as `help`. */
#ifndef EMSTEP_SHELL_MANUAL_H
#define EMSTEP_SHELL_MANUAL_H

#include "base/text.h"

struct session;

/* All of it in ASCII, other characters as \[uXXXX].  Does not look at the session. */
void manual_write(const struct session *s, struct text *out);

#endif
