/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A transcript as a page to read: HTML in one file, or Markdown with its pictures beside it.
 *
 * All that stands in it is text, whoever wrote it: no tag, fence, link or control character of a
 * name, a title or an output has an effect in the page.
 */
#ifndef EMSTEP_SHELL_HANDOUT_H
#define EMSTEP_SHELL_HANDOUT_H

#include "shell/transcript.h"

struct handout {
    const struct transcript_entry *entry; /* (n), borrowed */
    size_t n, let_go;
    bool failed;               /* of the transcript */
    const char *title;
    const char *date;          /* NULL: none */
    /* Of each ENTRY_PICTURE in its turn: the SVG for HTML, a file's name for Markdown. */
    const struct text *picture;
};

void handout_html(const struct handout *h, struct text *out);
void handout_markdown(const struct handout *h, struct text *out);

/* What the pages share: lines without colours and controls, and without a line break at the end; */
void handout_plain(const char *s, struct text *out);
/* what a picture shows, in words; */
void handout_caption(const struct transcript_entry *en, struct text *out);
/* and what is missing at the beginning, "" when nothing is. */
void handout_missing(const struct handout *h, struct text *out);

#endif
