/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What parse.c asks of scan.c: one step of the scanner. */
#ifndef EMSTEP_SHELL_SCAN_H
#define EMSTEP_SHELL_SCAN_H

#include "shell/parse.h"

enum scanned {
    SCANNED_ON,        /* inside a statement */
    SCANNED_STATEMENT, /* a ; at depth 0 was passed */
    SCANNED_LINE,      /* a line break at depth 0 was passed */
    SCANNED_END,       /* the text is at its end */
    SCANNED_ERROR,
};

/* Passes one thing of the text.  Comments and continuations are made blanks in `clean`, a copy of
 * the text (NULL: not wanted).  At an error c->at stands at or before the place of it. */
enum scanned scan_step(struct scan *c, const char *text, size_t n, char *clean, struct error *e);
/* What is still open at the end of everything, as an error; else SCANNED_END. */
enum scanned scan_finish(const struct scan *c, struct error *e);

bool is_blank(const char *s);

#endif
