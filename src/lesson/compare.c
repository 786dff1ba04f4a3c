/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* A line is compared as tokens: numbers, runs of blanks, and all else byte by byte. */
enum token_kind { TOKEN_END, TOKEN_BYTE, TOKEN_BLANKS, TOKEN_NUMBER, TOKEN_ANYTHING };

struct token {
    enum token_kind kind;
    size_t length;
    char byte;
    double value, unit;  /* a number; one unit of its last digit */
    bool plain_zero;
};

struct line {
    const char *s;
    size_t n, at;
};

static bool is_blank_byte(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z') || (c & 0x80);
}

static size_t minus_length(const char *s, size_t n)
{
    if (n > 0 && (s[0] == '-' || s[0] == '+'))
        return 1;
    return n > 2 && memcmp(s, "\u2212", 3) == 0 ? 3 : 0;
}

/* A number does not begin inside a word or another number: θ2, x1, 1.2.3. */
static bool may_begin_number(const struct line *l)
{
    char before = l->at > 0 ? l->s[l->at - 1] : ' ';
    bool after_minus = l->at >= 3 && memcmp(l->s + l->at - 3, "\u2212", 3) == 0;
    return before != '.' && (!is_word(before) || after_minus);
}

static size_t digits_from(const struct line *l, size_t at)
{
    size_t n = 0;
    while (at + n < l->n && is_digit(l->s[at + n]))
        n++;
    return n;
}

/* e−07 after a number: its bytes, and its value. */
static size_t read_power(const struct line *l, size_t at, int *power)
{
    if (at + 1 >= l->n || (l->s[at] | 32) != 'e')
        return 0;
    size_t sign = minus_length(l->s + at + 1, l->n - at - 1);
    size_t digits = digits_from(l, at + 1 + sign);
    if (digits == 0 || digits > 4)
        return 0;
    *power = atoi(l->s + at + 1 + sign);
    if (sign > 0 && l->s[at + 1] != '+')
        *power = -*power;
    return 1 + sign + digits;
}

static bool convert(const char *s, size_t n, double *v)
{
    enum { LONGEST = 400 };
    char copy[LONGEST];

    if (n >= sizeof copy)
        return false;
    memcpy(copy, s, n);
    copy[n] = '\0';
    return number_parse(copy[0] == '+' ? copy + 1 : copy, v);
}

/* The length of the number at l->at; 0: none begins here. */
static bool read_number(const struct line *l, struct token *t)
{
    size_t sign = minus_length(l->s + l->at, l->n - l->at), decimals = 0;
    size_t whole = digits_from(l, l->at + sign), at = l->at + sign + whole;
    int power = 0;

    if (!may_begin_number(l))
        return false;
    if (at + 1 < l->n && l->s[at] == '.' && is_digit(l->s[at + 1])) {
        decimals = digits_from(l, at + 1);
        at += 1 + decimals;
    }
    if (whole + decimals == 0)
        return false;
    at += read_power(l, at, &power);
    if (!convert(l->s + l->at, at - l->at, &t->value))
        return false;
    t->kind = TOKEN_NUMBER;
    t->length = at - l->at;
    t->unit = pow(10.0, (double)power - (double)decimals);
    t->plain_zero = t->value == 0.0 && decimals == 0;
    return true;
}

static struct token next_token(const struct line *l, bool written)
{
    struct token t = {.kind = TOKEN_END};

    if (l->at == l->n)
        return t;
    while (l->at + t.length < l->n && is_blank_byte(l->s[l->at + t.length]))
        t.length++;
    const char *after = l->s + l->at + t.length;
    if (written && l->n - l->at - t.length >= 3 && memcmp(after, "...", 3) == 0)
        return (struct token){.kind = TOKEN_ANYTHING, .length = t.length + 3};
    if (t.length > 0)
        t.kind = TOKEN_BLANKS;
    else if (!read_number(l, &t))
        t = (struct token){.kind = TOKEN_BYTE, .length = 1, .byte = l->s[l->at]};
    return t;
}

/* Half a unit of the written one's last digit, and the rounding of the printed one. */
static bool same_number(const struct token *w, const struct token *p)
{
    if (!isfinite(w->value) || !isfinite(p->value))
        return w->value == p->value;
    if (w->plain_zero)
        return p->value == 0.0;
    return fabs(w->value - p->value) <= 0.5 * w->unit * (1.0 + 1e-9) + 1e-15 * fabs(w->value);
}

static bool same_token(const struct token *w, const struct token *p)
{
    if (w->kind != p->kind)
        return false;
    if (w->kind == TOKEN_NUMBER)
        return same_number(w, p);
    return w->kind != TOKEN_BYTE || w->byte == p->byte;
}

static struct line trimmed(const char *s, size_t n)
{
    while (n > 0 && is_blank_byte(*s)) {
        s++;
        n--;
    }
    while (n > 0 && is_blank_byte(s[n - 1]))
        n--;
    return (struct line){s, n, 0};
}

/* The word or number at t, kept when none further on has failed. */
static void part_at(struct parting *part, const struct line *l, const struct token *t)
{
    size_t from = l->at, to = l->at + t->length;

    while (from < l->n && is_blank_byte(l->s[from]))
        from++;
    if (t->kind != TOKEN_NUMBER) {
        while (from > 0 && from < l->n && !is_blank_byte(l->s[from - 1]))
            from--;
        for (to = from; to < l->n && !is_blank_byte(l->s[to]);)
            to++;
    }
    if (part && (part->length == 0 || from >= part->at))
        *part = (struct parting){from, to > from ? to - from : 1};
}

/* Tokens agree one by one, but that an elision takes as many as it needs: the usual search, which
 * goes back to the last elision alone. */
bool compare_line(const char *written, size_t n, const char *printed, size_t m,
                  struct parting *part)
{
    struct line w = trimmed(written, n), p = trimmed(printed, m), w_last = {0}, p_last = {0};
    bool elided = false;

    for (;;) {
        struct token a = next_token(&w, true), b = next_token(&p, false);
        if (a.kind == TOKEN_ANYTHING) {
            w.at += a.length;
            if (w.at == w.n)
                return true;
            elided = true;
            w_last = w;
            p_last = p;
        } else if (same_token(&a, &b)) {
            if (a.kind == TOKEN_END)
                return true;
            w.at += a.length;
            p.at += b.length;
        } else {
            part_at(part, &w, &a);
            struct token skipped = elided ? next_token(&p_last, false) : b;
            if (!elided || skipped.kind == TOKEN_END) {
                if (part)
                    part->at += (size_t)(w.s - written);
                return false;
            }
            p_last.at += skipped.length;
            p = p_last;
            w = w_last;
        }
    }
}

/* ---- lines ---- */

struct lines {
    const char *at; /* NULL: there are no more */
    const char *line;
    size_t length, number;
};

static void next_line(struct lines *l)
{
    l->line = l->at;
    if (!l->at)
        return;
    l->length = strcspn(l->at, "\n");
    l->at = l->at[l->length] ? l->at + l->length + 1 : NULL;
    l->number++;
}

/* Blank lines at the end count as none. */
static struct lines lines_of(const char *s)
{
    struct lines l = {.at = s[strspn(s, " \t\r\n")] ? s : NULL};
    next_line(&l);
    return l;
}

static bool is_at_end(const struct lines *l)
{
    return !l->line || l->line[strspn(l->line, " \t\r\n")] == '\0';
}

static bool is_elision(const struct lines *l)
{
    struct line t = trimmed(l->line, l->length);
    return t.n == 3 && memcmp(t.s, "...", 3) == 0;
}

static bool parted(struct difference *d, const struct lines *w, const struct lines *p)
{
    bool w_end = is_at_end(w), p_end = is_at_end(p);
    *d = (struct difference){
        .line = w->number - 1,
        .written = w_end ? NULL : w->line,
        .written_length = w_end ? 0 : w->length,
        .printed = p_end ? NULL : p->line,
        .printed_length = p_end ? 0 : p->length,
    };
    return false;
}

bool compare_output(const char *written, const char *printed, struct difference *d)
{
    struct lines w = lines_of(written), p = lines_of(printed), w_last = {0}, p_last = {0};
    bool elided = false;

    for (;;) {
        bool w_end = is_at_end(&w), p_end = is_at_end(&p);
        if (!w_end && is_elision(&w)) {
            next_line(&w);
            elided = true;
            w_last = w;
            p_last = p;
            if (is_at_end(&w))
                return true;
        } else if (w_end && p_end) {
            return true;
        } else if (!w_end && !p_end && compare_line(w.line, w.length, p.line, p.length, NULL)) {
            next_line(&w);
            next_line(&p);
        } else if (elided && !is_at_end(&p_last)) {
            next_line(&p_last);
            p = p_last;
            w = w_last;
        } else {
            return parted(d, &w, &p);
        }
    }
}
