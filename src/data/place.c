/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *place_after_break(const char *s, const char *end)
{
    if (*s == '\r' && s + 1 < end && s[1] == '\n')
        return s + 2;
    return s + 1;
}

struct place place_end(const struct place *from, const char *at)
{
    struct place p = *from;

    for (const char *s = from->at; s < at;) {
        if (*s != '\n' && *s != '\r') {
            s++;
            continue;
        }
        s = place_after_break(s, at);
        p.line++;
        p.line_start = s;
    }
    p.at = at;
    return p;
}

struct place place_find(const char *source, const char *bytes, const char *at)
{
    struct place start = {source, 1, bytes, bytes};

    return place_end(&start, at);
}

static size_t column_of(const struct place *p)
{
    size_t column = 1;

    for (const char *s = p->line_start; s < p->at; s++)
        column += ((unsigned char)*s & 0xc0) != 0x80;
    return column;
}

int place_error(struct error *e, const struct place *p, const char *format, ...)
{
    char what[sizeof e->message];
    va_list ap;

    va_start(ap, format);
    vsnprintf(what, sizeof what, format, ap);
    va_end(ap);
    return error_set(e, "%.300s:%zu:%zu: %s", p->source, p->line, column_of(p), what);
}
