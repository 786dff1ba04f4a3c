/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/page.h"

#include <string.h>

#include "shell/session.h"

enum { FEWEST_COLUMNS = 50 }; /* narrower than that, the terminal may break the lines itself */

struct page page_of(struct session *s)
{
    size_t width = session_width(s);
    return (struct page){&s->out, width > FEWEST_COLUMNS ? width : FEWEST_COLUMNS};
}

void page_words(const struct page *p, const char *words, size_t at, size_t indent)
{
    for (bool first = true; *words; first = false) {
        size_t n = strcspn(words, " "), columns = text_width_n(words, n);
        bool breaks = !first && at + 1 + columns > p->width;
        if (breaks) {
            text_add(p->out, "\n");
            text_repeat(p->out, " ", indent);
            at = indent;
        } else if (!first) {
            text_add(p->out, " ");
            at++;
        }
        text_add_bytes(p->out, words, n);
        at += columns;
        words += n;
        words += strspn(words, " ");
    }
    text_add(p->out, "\n");
}

void page_row(const struct page *p, const char *name, size_t name_width, const char *what)
{
    size_t column = name_width + 2;

    text_add(p->out, "  ");
    text_pad_right(p->out, name, name_width);
    if (text_width(name) >= name_width) {
        text_add(p->out, "\n");
        text_repeat(p->out, " ", column);
    }
    page_words(p, what, column, column);
}
