/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* Messages quote file names, columns and typed words.  In place, and so without growing: what may
 * not be shown, U+FFFD included, becomes as many '?' as it has bytes. */
static void make_safe(char *s)
{
    size_t n = strlen(s);

    for (size_t i = 0; i < n;) {
        int32_t c;
        size_t used = utf8_next(s + i, n - i, &c);
        int32_t shown = utf8_shown(c);

        if (shown != c)
            memset(s + i, shown == ' ' ? ' ' : '?', used);
        i += used;
    }
}

/* Ends a text that did not fit in `size` bytes with an ellipsis, at the end of a character. */
static void cut_short(char *s, size_t size)
{
    static const char ellipsis[] = "…";
    size_t end = size - sizeof ellipsis;

    while (end > 0 && ((unsigned char)s[end] & 0xc0) == 0x80)
        end--;
    memcpy(s + end, ellipsis, sizeof ellipsis);
}

/* The arguments may point into the error itself (a message that is put into a longer one): so the
 * text is made elsewhere first.  size ≤ sizeof message. */
static void format_safe(char *to, size_t size, const char *format, va_list ap)
{
    char made[sizeof((struct error *)0)->message];
    int n = vsnprintf(made, size, format, ap);

    if (n < 0)
        snprintf(made, size, "%s", format);
    else if ((size_t)n >= size)
        cut_short(made, size);
    make_safe(made);
    strcpy(to, made);
}

void error_write(struct error *e, struct span at, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    format_safe(e->message, sizeof e->message, format, ap);
    va_end(ap);
    e->kind = ERROR_COMMAND;
    e->hint[0] = '\0';
    e->at = at;
}

void error_write_hint(struct error *e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    format_safe(e->hint, sizeof e->hint, format, ap);
    va_end(ap);
}

void error_write_no_memory(struct error *e)
{
    error_set(e, "out of memory");
    error_hint(e, "nothing was changed; use fewer rows, points or components");
}

void error_clear(struct error *e)
{
    *e = (struct error){0};
}
