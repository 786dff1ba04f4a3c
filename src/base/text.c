/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/memory.h"
#include "base/utf8.h"

char text_empty[1] = "";

void text_init(struct text *t)
{
    *t = (struct text)TEXT_INIT;
}

void text_clear(struct text *t)
{
    if (t->room > 0)
        mem_free(t->s);
    text_init(t);
}

void text_reset(struct text *t)
{
    t->length = 0;
    t->failed = false;
    if (t->room > 0)
        t->s[0] = '\0';
}

char *text_take(struct text *t)
{
    char *s = t->s;

    if (t->failed) {
        text_clear(t);
        return NULL;
    }
    if (t->room == 0)
        s = mem_copy_text("");
    text_init(t);
    return s;
}

/* Room for n more bytes and the NUL. */
static bool make_room(struct text *t, size_t n)
{
    size_t need, room = t->room > 0 ? t->room : 64;
    char *s;

    if (__builtin_add_overflow(t->length, n, &need) || need > SIZE_MAX / 4) {
        t->failed = true;
        return false;
    }
    if (need < t->room)
        return true;
    while (room <= need)
        room *= 2;
    s = mem_resize(t->room > 0 ? t->s : NULL, room, 1);
    if (!s) {
        t->failed = true;
        return false;
    }
    t->s = s;
    t->room = room;
    t->s[t->length] = '\0';
    return true;
}

void text_add_bytes(struct text *t, const char *s, size_t n)
{
    if (n == 0 || !make_room(t, n))
        return;
    memcpy(t->s + t->length, s, n);
    t->length += n;
    t->s[t->length] = '\0';
}

void text_add(struct text *t, const char *s)
{
    text_add_bytes(t, s, strlen(s));
}

void text_vaddf(struct text *t, const char *format, va_list ap)
{
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0) {
        t->failed = true;
        return;
    }
    if (!make_room(t, (size_t)n))
        return;
    vsnprintf(t->s + t->length, (size_t)n + 1, format, ap);
    t->length += (size_t)n;
}

void text_addf(struct text *t, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    text_vaddf(t, format, ap);
    va_end(ap);
}

void text_add_listed(struct text *t, const char *name)
{
    text_addf(t, "%s%s", t->length ? ", " : "", name);
}

void text_repeat(struct text *t, const char *s, size_t times)
{
    size_t n = strlen(s), all;

    if (__builtin_mul_overflow(n, times, &all) || !make_room(t, all)) {
        t->failed = true;
        return;
    }
    while (times-- > 0)
        text_add_bytes(t, s, n);
}

static size_t blanks(const char *s, size_t width)
{
    size_t w = text_width(s);

    return w < width ? width - w : 0;
}

void text_pad_right(struct text *t, const char *s, size_t width)
{
    text_add(t, s);
    text_repeat(t, " ", blanks(s, width));
}

void text_pad_left(struct text *t, const char *s, size_t width)
{
    text_repeat(t, " ", blanks(s, width));
    text_add(t, s);
}

static size_t char_width(int32_t c)
{
    int w = utf8proc_charwidth(c);

    return w > 0 ? (size_t)w : 0;
}

size_t text_width_n(const char *s, size_t bytes)
{
    size_t width = 0;

    for (size_t i = 0; i < bytes;) {
        int32_t c;

        i += utf8_next(s + i, bytes - i, &c);
        width += c < 0 ? 1 : char_width(c);
    }
    return width;
}

size_t text_width(const char *s)
{
    return text_width_n(s, strlen(s));
}

static void add_char(struct text *t, int32_t c)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t n = utf8proc_encode_char(c, bytes);

    if (n > 0)
        text_add_bytes(t, (const char *)bytes, (size_t)n);
}

/* A cell of the terminal holds this many marks without a width of their own; a longer pile of them
 * is thinned, so that the output is as bounded as its width. */
enum { MARKS_A_CELL = 4 };

/* One pass: `limit` columns are written, and *fits tells whether that was all.  Returns the length
 * of t when `keep` columns stood there: where an ellipsis would go. */
static size_t add_shown(struct text *t, const char *s, size_t limit, size_t keep, bool *fits)
{
    size_t n = strlen(s), width = 0, kept = t->length, marks = 0;

    for (size_t i = 0; i < n;) {
        int32_t c;
        size_t w;

        if (s[i] == '\r' && s[i + 1] == '\n')
            i++;
        i += utf8_next(s + i, n - i, &c);
        c = utf8_shown(c);
        w = char_width(c);
        marks = w > 0 ? 0 : marks + 1;
        if (marks > MARKS_A_CELL)
            continue;
        if (width + w > limit) {
            *fits = false;
            return kept;
        }
        add_char(t, c);
        width += w;
        if (width <= keep)
            kept = t->length;
    }
    *fits = true;
    return kept;
}

void text_add_shown(struct text *t, const char *s, size_t columns)
{
    bool fits;
    size_t kept = add_shown(t, s, columns, columns > 0 ? columns - 1 : 0, &fits);

    if (fits)
        return;
    t->length = kept;
    if (t->room > 0)
        t->s[kept] = '\0';
    if (columns > 0)
        text_add(t, "…");
}

bool text_is_utf8(const char *s, size_t bytes)
{
    for (size_t i = 0; i < bytes;) {
        int32_t c;

        i += utf8_next(s + i, bytes - i, &c);
        if (c < 0)
            return false;
    }
    return true;
}

void text_subscript(struct text *t, long n)
{
    static const char *const digit[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};
    char s[32];

    snprintf(s, sizeof s, "%ld", n);
    for (const char *c = s; *c; c++)
        text_add(t, *c == '-' ? "₋" : digit[*c - '0']);
}
