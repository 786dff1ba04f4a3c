/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of `help` that are not about one command. */
#ifndef EMSTEP_SHELL_TOPICS_H
#define EMSTEP_SHELL_TOPICS_H

#include "base/text.h"

struct session;

struct topic {
    const char *name;
    const char *summary;
    const char *text; /* or, NULL: */
    void (*write)(const struct session *s, struct text *out);
};
extern const struct topic topics[]; /* ended by a NULL name */

#endif
