/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EMSTEP_LESSON_OWN_SESSION_H
#define EMSTEP_LESSON_OWN_SESSION_H

#include "base/error.h"

struct session;

/* A lesson's or a replay's own session, which speaks as `outer` does, to the same terminal, and is
 * confined as outer says (--trust, --output-dir), reading from the folder.
 * Clear it in any case. */
int own_session(struct session *s, const struct session *outer, const char *folder,
                struct error *e);

#endif
