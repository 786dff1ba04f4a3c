/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why an expectation failed: the two sides of the comparison that does not hold. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "expr/expr.h"
#include "expr/source.h"

enum { ALL_DIGITS = 17 };

static bool is(const struct tokens *t, const char *word)
{
    return t->end - t->start == strlen(word) &&
           strncmp(t->text + t->start, word, strlen(word)) == 0;
}

/* text[from, to) evaluated; false when it cannot be. */
static bool side(struct expr *x, const char *text, size_t from, size_t to, int digits,
                 struct expr_value *v)
{
    struct error unused = {0};
    char *part = mem_copy_bytes(text + from, to - from);
    bool good = part && expr_eval(x, part, digits, v, &unused) == 0;
    mem_free(part);
    return good;
}

static bool look_equal(const struct expr_value *a, const struct expr_value *b, int digits)
{
    if (a->is_number && b->is_number)
        return fabs(a->number - b->number) <= pow(10, 1 - digits) * fabs(b->number);
    return strcmp(a->shown.s, b->shown.s) == 0;
}

/* Shows both sides, with all digits where fewer would hide that they differ. */
static bool both_sides(struct expr *x, const char *text, const size_t cut[4], int digits,
                       struct expr_value *left, struct expr_value *right)
{
    *left = *right = (struct expr_value){.shown = TEXT_INIT};
    for (int tries = 0; tries < 2; tries++) {
        expr_value_clear(left);
        expr_value_clear(right);
        if (!side(x, text, cut[0], cut[1], digits, left) ||
            !side(x, text, cut[2], cut[3], digits, right))
            return false;
        if (!look_equal(left, right, digits))
            break;
        digits = ALL_DIGITS;
    }
    return true;
}

/* A comparison at the top of the text: the last, since Lua's associate to the left. */
static bool explain_comparison(struct expr *x, const char *text, int digits, struct text *out)
{
    struct tokens t = {.text = text};
    struct expr_value left, right;
    size_t start = 0, end = 0;

    for (enum token what; (what = tokens_next(&t)) != TOKEN_END;)
        if (what == TOKEN_COMPARE && t.depth == 0) {
            start = t.start;
            end = t.end;
        }
    if (end == 0)
        return false;
    if (both_sides(x, text, (size_t[]){0, start, end, strlen(text)}, digits, &left, &right))
        text_addf(out, "%s is not %.*s %s", left.shown.s, (int)(end - start), text + start,
                  right.shown.s);
    expr_value_clear(&left);
    expr_value_clear(&right);
    return true;
}

/* approx(a, b, …) and nothing else. */
static bool explain_approx(struct expr *x, const char *text, int digits, struct text *out)
{
    struct tokens t = {.text = text};
    struct expr_value left, right;
    size_t comma[2] = {0, 0}, close = 0, ncomma = 0;
    char number[NUMBER_TEXT];

    if (tokens_next(&t) != TOKEN_NAME || !is(&t, "approx"))
        return false;
    tokens_next(&t);
    size_t open = t.end;
    while (!close && tokens_next(&t) != TOKEN_END) {
        if (t.depth == 1 && text[t.start] == ',' && ncomma < 2)
            comma[ncomma++] = t.start;
        if (t.depth == 0)
            close = t.start;
    }
    if (!close || ncomma == 0 || tokens_next(&t) != TOKEN_END)
        return false;
    size_t cut[4] = {open, comma[0], comma[0] + 1, ncomma == 2 ? comma[1] : close};
    if (both_sides(x, text, cut, digits, &left, &right))
        text_addf(out, "%s and %s differ by %s", left.shown.s, right.shown.s,
                  number_text(number, fabs(left.number - right.number), 3));
    expr_value_clear(&left);
    expr_value_clear(&right);
    return true;
}

static void explain_part(struct expr *x, const char *text, int digits, struct text *out)
{
    if (!explain_comparison(x, text, digits, out))
        explain_approx(x, text, digits, out);
}

/* The first of the parts joined by `and` that is false, as a copy; NULL when there is an `or`. */
static char *failing_part(struct expr *x, const char *text)
{
    struct tokens t = {.text = text};
    size_t from = 0;
    char *found = NULL;
    enum token what;

    do {
        what = tokens_next(&t);
        bool top = what == TOKEN_NAME && t.depth == 0;
        if (top && is(&t, "or")) {
            mem_free(found);
            return NULL;
        }
        if (what != TOKEN_END && !(top && is(&t, "and")))
            continue;
        struct expr_value v = {.shown = TEXT_INIT};
        size_t to = what == TOKEN_END ? strlen(text) : t.start;
        if (!found && side(x, text, from, to, 6, &v) && !v.truth)
            found = mem_copy_bytes(text + from, to - from);
        expr_value_clear(&v);
        from = t.end;
    } while (what != TOKEN_END);
    return found;
}

static const char *trimmed(char *s)
{
    s += strspn(s, " \t");
    for (size_t n = strlen(s); n > 0 && strchr(" \t", s[n - 1]); n--)
        s[n - 1] = '\0';
    return s;
}

void expr_explain(struct expr *x, const char *text, int digits, struct text *out)
{
    char *part = failing_part(x, text);
    if (!part)
        return;
    const char *s = trimmed(part);
    if (strlen(s) < strlen(text))
        text_addf(out, "%s: ", s);
    explain_part(x, s, digits, out);
    mem_free(part);
}
