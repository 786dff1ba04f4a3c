/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/sketch_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "plot/quote.h"

enum { PLAIN = -1 };         /* no colour of its own */
enum { WIDEST = 4096 };      /* characters of one line */
enum { TITLE_LINES = 3 };

/* A character of the drawing: its bytes, and its colour of the 256. */
struct glyph {
    char s[5];
    int colour;
};

/* The drawing: rows of glyphs, and where its axes meet. */
struct canvas {
    struct glyph *glyph;      /* (rows, columns) */
    size_t columns, rows;
    size_t left, foot, top;   /* column of the y axis; rows of the x axis and of the top */
};

static size_t less(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

static struct glyph *at(const struct canvas *c, size_t row, size_t column)
{
    return row < c->rows && column < c->columns ? &c->glyph[row * c->columns + column] : NULL;
}

static bool is(const struct glyph *g, const char *s)
{
    return g && strcmp(g->s, s) == 0;
}

/* Lines around the drawing */

void sketch_title(const struct sketch *k, struct text *out)
{
    struct text words = TEXT_INIT;
    char *line, *rest;

    if (k->untitled)
        return;
    if (k->figure->title)
        words_wrap(k->figure->title, k->columns, TITLE_LINES, &words);
    if (k->figure->note && k->figure->note[0]) {
        text_add(&words, "\n");
        words_wrap(k->figure->note, k->columns, 1, &words);
    }
    for (line = words.length > 0 ? words.s : NULL; line; line = rest) {
        rest = strchr(line, '\n');
        if (rest)
            *rest++ = '\0';
        text_repeat(out, " ", less(k->columns, text_width(line)) / 2);
        text_addf(out, "%s\n", line);
    }
    out->failed |= words.failed;
    text_clear(&words);
}

static void add_y_label(const struct sketch *k, struct text *out)
{
    if (!k->figure->y.label)
        return;
    text_add(out, " ");
    text_add_shown(out, k->figure->y.label, k->columns - 1);
    text_add(out, "\n");
}

/* The 256 colours' cube, 6×6×6 from 16 on. */
static int cube(unsigned rgb)
{
    int level[3];

    for (int c = 0; c < 3; c++) {
        unsigned v = rgb >> (16 - 8 * c) & 0xff;

        level[c] = v < 48 ? 0 : v < 115 ? 1 : (int)(v - 35) / 40;
    }
    return 16 + 36 * level[0] + 6 * level[1] + level[2];
}

static void add_colour(const struct sketch *k, int colour, struct text *out)
{
    if (!k->colour)
        return;
    if (colour == PLAIN)
        text_add(out, "\033[39m");
    else
        text_addf(out, "\033[38;5;%dm", colour);
}

/* "●●● " and how wide it is. */
static size_t add_sample(const struct sketch *k, const struct series *s, struct text *out)
{
    struct pen pen = theme_pen(k->theme, s, k->ascii);
    bool point = s->style == STYLE_POINTS;
    bool area = s->style == STYLE_BAND || s->style == STYLE_BARS;

    add_colour(k, pen.plain ? PLAIN : cube(pen.rgb), out);
    if (s->style == STYLE_ARROW)
        text_add(out, k->ascii ? (s->two_headed ? "<->" : "-->") : s->two_headed ? "◀─▶" : "──▶");
    else if (s->style == STYLE_LINE_POINTS)
        text_addf(out, "%s%s%s", pen.line, pen.point, pen.line);
    else
        text_repeat(out, area ? pen.area : point ? pen.point : pen.line, point ? 1 : 3);
    add_colour(k, PLAIN, out);
    text_add(out, " ");
    return point ? 2 : 4;
}

/* The key, several entries to a line.  Returns the number of lines. */
static size_t add_key(const struct sketch *k, struct text *out)
{
    size_t lines = 0, used = 0;

    for (size_t i = 0; i < k->figure->nseries && k->figure->key != KEY_NONE; i++) {
        const struct series *s = k->figure->series[i];
        struct text entry = TEXT_INIT;
        size_t width;

        if (!s->label || s->style == STYLE_TEXT)
            continue;
        width = add_sample(k, s, &entry);
        text_add_shown(&entry, s->label, less(k->columns, width + 2));
        width += text_width(s->label);
        if (lines == 0 || used + 3 + width > k->columns) {
            text_add(out, lines++ > 0 ? "\n" : "");
            used = 0;
        }
        text_add(out, used > 0 ? "   " : "  ");
        used += width + (used > 0 ? 3 : 2);
        text_add_bytes(out, entry.s, entry.length);
        out->failed |= entry.failed;
        text_clear(&entry);
    }
    text_add(out, lines > 0 ? "\n" : "");
    return lines;
}

size_t sketch_drawing_lines(const struct sketch *k)
{
    struct text around = TEXT_INIT;
    size_t n = 0, all = k->lines + 1; /* gnuplot's row of ticks is taken out again */
    size_t least = k->least ? k->least : SKETCH_LINES;

    sketch_title(k, &around);
    add_y_label(k, &around);
    add_key(k, &around);
    for (const char *s = around.s; (s = strchr(s, '\n')); s++)
        n++;
    text_clear(&around);
    return all > n + least ? all - n : least;
}

void sketch_key(const struct sketch *k, struct text *out)
{
    add_key(k, out);
}

/* Reading gnuplot's drawing */

/* "\033[38;5;208m" and its kind: the colour.  Returns the bytes of the sequence, 0 when it is
 * none. */
static size_t read_colour(const char *s, const char *end, int *colour)
{
    const char *p = s + 2;

    if (end - s < 3 || s[0] != '\033' || s[1] != '[')
        return 0;
    while (p < end && (*p == ';' || (*p >= '0' && *p <= '9')))
        p++;
    if (p == end || *p != 'm')
        return 0;
    *colour = strncmp(s + 2, "38;5;", 5) == 0 ? atoi(s + 7) & 0xff : PLAIN;
    return (size_t)(p - s) + 1;
}

/* One line into one row, or, without a row, its number of characters. */
static size_t read_line(const char *s, const char *end, struct glyph *row, int *colour)
{
    size_t n = 0;

    while (s < end && n < WIDEST) {
        size_t skip = read_colour(s, end, colour);
        int32_t c = 0;

        if (skip == 0)
            skip = utf8_next(s, (size_t)(end - s), &c);
        if (c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0)) {
            if (row) {
                memcpy(row[n].s, s, skip);
                row[n].colour = *colour;
            }
            n++;
        }
        s += skip;
    }
    return n;
}

static const char *line_end(const char *s, const char *end)
{
    const char *e = memchr(s, '\n', (size_t)(end - s));

    return e ? e : end;
}

static void measure(struct canvas *c, const char *s, const char *end)
{
    int colour = PLAIN;

    for (const char *e; s < end; s = e + 1) {
        size_t n;

        e = line_end(s, end);
        n = read_line(s, e, NULL, &colour);
        c->columns = n > c->columns ? n : c->columns;
        c->rows++;
    }
}

bool sketch_measured(struct sketch *k, const struct text *answer)
{
    const char *box = strstr(answer->s, "\nBOX ");
    size_t lines = sketch_drawing_lines(k);

    if (!box || sscanf(box, "\nBOX %zu %zu %zu %zu", &k->left, &k->right, &k->foot, &k->top) != 4)
        return false;
    return k->left < k->right && k->right < k->columns && k->foot < k->top && k->top < lines;
}

static int read_canvas(struct canvas *c, const struct sketch *k, const struct text *answer)
{
    const char *s = answer->s, *end = answer->s + answer->length;
    int colour = PLAIN;

    measure(c, s, end);
    c->glyph = NEW_ARRAY(c->columns * c->rows + 1, struct glyph);
    if (!c->glyph)
        return -1;
    for (size_t row = 0; s < end; row++) {
        const char *e = line_end(s, end);

        read_line(s, e, &c->glyph[row * c->columns], &colour);
        s = e + 1;
    }
    c->left = k->left;
    c->foot = less(sketch_drawing_lines(k), 1 + k->foot);
    c->top = less(sketch_drawing_lines(k), 1 + k->top);
    return 0;
}

/* Polish: gnuplot's "+-|" and "--+--" become a drawn frame with its ticks on it. */

static void put(struct glyph *g, const char *s)
{
    if (g)
        strcpy(g->s, s);
}

/* The ticks are in the axis now: the labels may stand next to it. */
static void move_label(const struct canvas *c, size_t row)
{
    for (size_t column = c->left; column-- > 2;)
        *at(c, row, column) = *at(c, row, column - 2);
    for (size_t column = 0; column < 2 && column < c->left; column++)
        put(at(c, row, column), " ");
}

static void polish_side(const struct canvas *c, bool ascii)
{
    for (size_t row = c->top; row <= c->foot; row++) {
        struct glyph *axis = at(c, row, c->left);
        bool tick = c->left >= 2 && is(at(c, row, c->left - 1), "-") &&
                    is(at(c, row, c->left - 2), "+");

        if (tick) {
            put(at(c, row, c->left - 1), " ");
            put(at(c, row, c->left - 2), " ");
            move_label(c, row);
        }
        if (!is(axis, "|") && !is(axis, "+"))
            continue;
        if (row == c->foot)
            put(axis, ascii ? "+" : "└");
        else if (ascii)
            put(axis, tick ? "+" : "|");
        else
            put(axis, tick ? "┤" : "│");
    }
}

/* The row of ticks under the x axis goes into the axis.  Returns whether it may be left out. */
static bool polish_foot(const struct canvas *c, bool ascii)
{
    bool spare = true;

    for (size_t column = 0; column < c->columns; column++) {
        struct glyph *axis = at(c, c->foot, column), *below = at(c, c->foot + 1, column);
        bool tick = is(below, "+");

        if (column > c->left && (is(axis, "-") || is(axis, "+")))
            put(axis, ascii ? (tick ? "+" : "-") : tick ? "┬" : "─");
        if (below && !tick && below->s[0] != ' ' && below->s[0] != '\0')
            spare = false;
    }
    return spare;
}

/* Without the blanks at its end, and with a colour said once. */
static void print_row(const struct sketch *k, const struct canvas *c, size_t row, struct text *out)
{
    const struct glyph *g = &c->glyph[row * c->columns];
    size_t n = c->columns;
    int colour = PLAIN;

    while (n > 0 && (g[n - 1].s[0] == ' ' || g[n - 1].s[0] == '\0'))
        n--;
    for (size_t i = 0; i < n; i++) {
        if (g[i].s[0] != ' ' && g[i].colour != colour)
            add_colour(k, colour = g[i].colour, out);
        text_add(out, g[i].s);
    }
    if (colour != PLAIN)
        add_colour(k, PLAIN, out);
    text_add(out, "\n");
}

static bool blank(const struct canvas *c, size_t row)
{
    for (size_t i = 0; i < c->columns; i++)
        if (at(c, row, i)->s[0] != ' ' && at(c, row, i)->s[0] != '\0')
            return false;
    return true;
}

void sketch_finish(const struct sketch *k, const struct text *answer, struct text *out)
{
    struct canvas c = {0};
    size_t skip = (size_t)-1, end;

    if (read_canvas(&c, k, answer) != 0) {
        out->failed = true;
        return;
    }
    polish_side(&c, k->ascii);
    if (polish_foot(&c, k->ascii))
        skip = c.foot + 1;
    for (end = c.rows; end > 0 && blank(&c, end - 1); end--)
        ;
    sketch_title(k, out);
    add_y_label(k, out);
    for (size_t row = 0; row < end; row++)
        if (row != skip)
            print_row(k, &c, row, out);
    add_key(k, out);
    mem_free(c.glyph);
}

/* Side by side */

/* The next line of a finished one, padded to `columns`; *s goes to the line after it. */
static void add_piece(const char **s, const char *end, size_t columns, struct text *out)
{
    const char *e = line_end(*s, end);
    int colour = PLAIN;

    text_add_bytes(out, *s, (size_t)(e - *s));
    text_repeat(out, " ", less(columns, read_line(*s, e, NULL, &colour)));
    *s = e < end ? e + 1 : end;
}

static void trim_blanks(struct text *out)
{
    while (out->length > 0 && out->s[out->length - 1] == ' ')
        out->s[--out->length] = '\0';
}

void sketch_beside(const struct text *part, size_t n, size_t columns, struct text *out)
{
    const char **at = NEW_ARRAY(n, const char *);

    if (!at) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        at[i] = part[i].s;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < n; i++)
            more |= at[i] < part[i].s + part[i].length;
        for (size_t i = 0; more && i < n; i++)
            add_piece(&at[i], part[i].s + part[i].length, columns, out);
        trim_blanks(out);
        text_add(out, more ? "\n" : "");
    }
    for (size_t i = 0; i < n; i++)
        out->failed |= part[i].failed;
    mem_free(at);
}
