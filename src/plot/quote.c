/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/quote.h"

#include <string.h>

#include "plot/render.h"

enum { LONGEST = 400 }; /* columns of one text */

static bool stands_for_itself(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr(".,_-+=()", c));
}

/* After a leading 0 gnuplot reads four digits, else three. */
void quote_bytes(const char *s, size_t n, struct text *out)
{
    text_add(out, "\"");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (stands_for_itself(c))
            text_add_bytes(out, &s[i], 1);
        else
            text_addf(out, c < 0100 ? "\\%04o" : "\\%03o", c);
    }
    text_add(out, "\"");
}

void gnuplot_quote(const char *s, struct text *out)
{
    struct text shown = TEXT_INIT;

    text_add_shown(&shown, s, LONGEST);
    quote_bytes(shown.s, shown.length, out);
    out->failed |= shown.failed;
    text_clear(&shown);
}

void quote_tick(const char *s, struct text *out)
{
    struct text doubled = TEXT_INIT;

    for (; *s; s++)
        text_add_bytes(&doubled, *s == '%' ? "%%" : s, *s == '%' ? 2 : 1);
    gnuplot_quote(doubled.s, out);
    out->failed |= doubled.failed;
    text_clear(&doubled);
}

/* How many bytes of s make a line: to the last blank within `columns`, or all. */
static size_t line_length(const char *s, size_t columns)
{
    size_t best = 0;

    if (text_width(s) <= columns)
        return strlen(s);
    for (size_t i = 0; s[i] && text_width_n(s, i) <= columns; i++)
        if (s[i] == ' ')
            best = i;
    return best > 0 ? best : strlen(s);
}

/* Lines of much the same length look better than a long one and a short one. */
static size_t even_columns(const char *s, size_t columns)
{
    size_t width = text_width(s), lines = (width + columns - 1) / columns;
    size_t even = lines > 0 ? width / lines + 6 : columns;

    return even < columns ? even : columns;
}

void words_wrap(const char *s, size_t columns, size_t lines, struct text *out)
{
    struct text shown = TEXT_INIT;
    const char *at;

    text_add_shown(&shown, s, LONGEST);
    for (at = shown.s; *at; lines--) {
        size_t n = lines > 1 ? line_length(at, even_columns(at, columns)) : strlen(at);

        if (at != shown.s)
            text_add(out, "\n");
        if (n == strlen(at))
            text_add_shown(out, at, columns);
        else
            text_add_bytes(out, at, n);
        at += n;
        at += strspn(at, " ");
    }
    out->failed |= shown.failed;
    text_clear(&shown);
}
