/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a terminal: where a long formula is broken. */
#include <string.h>

#include "em/formula.h"

enum { WRAP_INDENT = 6 };

/* Where the line that starts at s ends: the last break within `width` columns of those outside most
 * brackets, inside brackets only if that fills a good part of the line; where there is none, the
 * first break after.  `plain` is s with blanks for its breaks. */
static const char *line_end(const char *s, const char *plain, size_t width)
{
    const char *last[FORMULA_BREAK_DEEPEST + 1] = {NULL}, *p;
    if (text_width(plain) <= width)
        return s + strlen(s);
    for (p = s + 1; *p && (!formula_is_break(*p) || text_width_n(plain, (size_t)(p - s)) <= width);
         p++)
        if (formula_is_break(*p))
            last[(int)*p] = p;
    for (int i = FORMULA_BREAK; i <= FORMULA_BREAK_DEEPEST; i++)
        if (last[i] &&
            (i == FORMULA_BREAK || 3 * text_width_n(plain, (size_t)(last[i] - s)) >= width))
            return last[i];
    return p;
}

void formula_wrap(const char *lead, const char *text, size_t width, struct text *out)
{
    struct text plain = TEXT_INIT;
    text_add(&plain, text);
    for (size_t i = 0; i < plain.length; i++)
        plain.s[i] = formula_is_break(plain.s[i]) ? ' ' : plain.s[i];
    size_t indent = text_width(lead), used = indent;
    if (width && indent > width / 2)
        indent = WRAP_INDENT;
    text_add(out, lead);
    for (size_t at = 0; at < plain.length; used = indent) {
        bool inside = at > 0 && text[at - 1] > FORMULA_BREAK;
        if (at > 0)
            text_repeat(out, " ", indent + (inside ? 2 : 0));
        used += inside ? 2 : 0;
        size_t room = width > used ? width - used : 1;
        size_t n = width ? (size_t)(line_end(text + at, plain.s + at, room) - text) - at
                         : plain.length - at;
        text_add_bytes(out, plain.s + at, n);
        text_add(out, "\n");
        at += n + 1; /* past the break */
    }
    text_clear(&plain);
}
