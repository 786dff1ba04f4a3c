/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is this a table's text at all? */
#ifndef EMSTEP_DATA_TEXTCHECK_H
#define EMSTEP_DATA_TEXTCHECK_H

#include <signal.h>
#include <stddef.h>

#include "base/error.h"

/* Zero bytes and bytes that are not UTF-8 are errors with their place; so is ^C (interrupt NULL:
 * never). */
int textcheck(const char *bytes, size_t count, const char *source,
              const volatile sig_atomic_t *interrupt, struct error *e);

/* How many bytes a byte order mark takes at the beginning: 0 or 3. */
size_t textcheck_mark(const char *bytes, size_t count);

#endif
