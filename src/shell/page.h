/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prose for people: words broken at the width of the output, lists of names and what they are. */
#ifndef EMSTEP_SHELL_PAGE_H
#define EMSTEP_SHELL_PAGE_H

#include "base/text.h"

struct session;

struct page {
    struct text *out;
    size_t width;
};

/* A page that goes into the session's output, as wide as that. */
struct page page_of(struct session *s);

/* Words from column `at` on, where the page stands; lines that follow begin at column `indent`. */
void page_words(const struct page *p, const char *words, size_t at, size_t indent);

/* "  name        what it is": the name in `name_width` columns, the rest in a column of its own. */
void page_row(const struct page *p, const char *name, size_t name_width, const char *what);

#endif
