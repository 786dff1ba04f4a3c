/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/fill.h"

#include <string.h>

#include "base/utf8.h"

static bool is_mark(char c)
{
    return c >= FILL_STRONG[0] && c <= FILL_PLAIN[0];
}

static const char *escape_of(char style)
{
    return style == FILL_STRONG[0] ? "\033[1m" : style == FILL_EMPHASIS[0] ? "\033[3m" : "\033[36m";
}

void fill_init(struct fill *f, const char *words, size_t width, bool colour)
{
    *f = (struct fill){.at = words, .width = width, .colour = colour};
}

/* One character with the marks before it. */
struct piece {
    size_t marks, bytes;
    size_t width;
    bool blank, wide, stop; /* stop: a line break, or the end */
};

static struct piece next_piece(const char *s)
{
    struct piece p = {0};

    while (is_mark(s[p.marks]))
        p.marks++;
    s += p.marks;
    p.stop = *s == '\0' || *s == '\n';
    if (p.stop)
        return p;
    int32_t c;
    p.bytes = utf8_next(s, strlen(s) < 4 ? strlen(s) : 4, &c);
    p.width = text_width_n(s, p.bytes);
    p.blank = c == ' ';
    p.wide = p.width == 2;
    return p;
}

/* How much of the text is the next line: to its last place to break, at least one character. */
static size_t line_length(const struct fill *f)
{
    size_t at = 0, column = 0, fits = 0;
    bool before_wide = false;

    for (;;) {
        struct piece p = next_piece(f->at + at);
        if (p.stop)
            return at + p.marks;
        if (at > 0 && (p.blank || p.wide || before_wide))
            fits = p.blank ? at + p.marks : at; /* a mark before the blank ends the word */
        if (column + p.width > f->width && !(p.blank && column <= f->width))
            return fits ? fits : at ? at : p.marks + p.bytes;
        at += p.marks + p.bytes;
        column += p.width;
        before_wide = p.wide;
    }
}

static void turn(struct fill *f, char mark, struct text *line)
{
    if (mark != FILL_PLAIN[0] && f->nested < FILL_NESTED)
        f->style[f->nested++] = mark;
    else if (mark == FILL_PLAIN[0] && f->nested > 0)
        f->nested--;
    if (!f->colour)
        return;
    text_add(line, "\033[0m");
    for (size_t i = 0; i < f->nested; i++)
        text_add(line, escape_of(f->style[i]));
}

static void add_line(struct fill *f, size_t n, struct text *line)
{
    bool styled = f->colour && f->nested > 0;

    for (size_t i = 0; styled && i < f->nested; i++)
        text_add(line, escape_of(f->style[i]));
    for (size_t i = 0; i < n; i++) {
        if (is_mark(f->at[i]))
            turn(f, f->at[i], line);
        else
            text_add_bytes(line, f->at + i, 1);
    }
    if (f->colour && f->nested > 0)
        text_add(line, "\033[0m");
}

bool fill_line(struct fill *f, struct text *line)
{
    if (f->begun)
        f->at += strspn(f->at, " ");
    if (*f->at == '\0')
        return false;
    f->begun = true;
    size_t n = line_length(f);
    add_line(f, n, line);
    f->at += n;
    if (*f->at == '\n')
        f->at++;
    return true;
}
