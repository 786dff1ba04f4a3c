/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scanner: where statements, lines and blocks end. */
#include "shell/scan.h"

#include <string.h>

/* How much of "repeat N {" the statement has shown so far: only there does { open a block. */
enum expecting { VERB, VERB_MORE, COUNT, COUNT_MORE, BRACE, NO_BLOCK, BLOCK_CLOSED };

static const char repeat_verb[] = "repeat";

void scan_init(struct scan *c)
{
    memset(c, 0, sizeof *c);
    c->after_blank = true;
    c->expecting = VERB;
}

void scan_restart(struct scan *c)
{
    size_t at = c->at;
    scan_init(c);
    c->at = at;
}

bool scan_is_open(const struct scan *c)
{
    return c->continued || (c->depth > 0 && c->opener[c->depth - 1].block);
}

bool is_blank(const char *s)
{
    return *s == ' ' || *s == '\t' || *s == '\r' || *s == '\v' || *s == '\f';
}

static void begin_statement(struct scan *c)
{
    c->expecting = VERB;
    c->matched = 0;
}

/* A trailing \, its line break with it: how many bytes, 0 when there is none here. */
static size_t continuation(const char *s, size_t left)
{
    if (*s != '\\')
        return 0;
    if (left == 1)
        return 1;
    if (s[1] == '\n')
        return 2;
    if (s[1] == '\r' && (left == 2 || s[2] == '\n'))
        return left == 2 ? 2 : 3;
    return 0;
}

static void blank_out(char *clean, size_t from, size_t to)
{
    if (clean)
        memset(clean + from, ' ', to - from);
}

static bool in_statements(const struct scan *c)
{
    return c->depth == 0 || c->opener[c->depth - 1].block;
}

static enum scanned unclosed(const struct scan *c, struct error *e)
{
    const struct opener *o = &c->opener[c->depth - 1];
    error_set_at(e, (struct span){o->at, 1}, "'%c' is not closed", o->c);
    if (o->block)
        error_hint(e, "a block ends with }, on this line or a later one");
    else
        error_hint(e, "close it on the same line, or end the line with a \\ to go on");
    return SCANNED_ERROR;
}

static enum scanned unclosed_quote(const struct scan *c, struct error *e)
{
    error_set_at(e, (struct span){c->quote_at, 1}, "the quote %c is not closed", c->quote);
    error_hint(e, "a quote ends on its own line");
    return SCANNED_ERROR;
}

static enum scanned in_quote(struct scan *c, const char *text, size_t n, struct error *e)
{
    char ch = text[c->at];

    if (ch == '\n')
        return unclosed_quote(c, e);
    if (ch == '\\' && c->quote == '"' && c->at + 1 < n && text[c->at + 1] != '\n')
        c->at++;
    else if (ch == c->quote)
        c->quote = 0;
    c->at++;
    return SCANNED_ON;
}

static enum scanned opening(struct scan *c, char ch, struct error *e)
{
    bool block = ch == '{' && in_statements(c) &&
                 (c->expecting == COUNT || c->expecting == COUNT_MORE || c->expecting == BRACE);

    if (c->depth == PARSE_DEPTH) {
        error_set_at(e, (struct span){c->at, 1}, "brackets are nested deeper than %d", PARSE_DEPTH);
        return SCANNED_ERROR;
    }
    c->opener[c->depth++] = (struct opener){ch, block, c->at};
    if (block)
        begin_statement(c);
    else if (in_statements(c))
        c->expecting = NO_BLOCK;
    c->at++;
    return SCANNED_ON;
}

static enum scanned closing(struct scan *c, char ch, struct error *e)
{
    char opens = ch == ')' ? '(' : ch == ']' ? '[' : '{';

    if (c->depth == 0) {
        error_set_at(e, (struct span){c->at, 1}, "'%c' closes nothing", ch);
        return SCANNED_ERROR;
    }
    const struct opener *o = &c->opener[--c->depth];
    if (o->c != opens) {
        error_set_at(e, (struct span){o->at, 1}, "'%c' is closed by '%c'", o->c, ch);
        return SCANNED_ERROR;
    }
    if (o->block) {
        c->expecting = BLOCK_CLOSED;
        if (c->depth == 0) {
            c->block_from = o->at;
            c->block_to = c->at;
        }
    }
    c->at++;
    return SCANNED_ON;
}

static enum scanned line_end(struct scan *c, struct error *e)
{
    if (!in_statements(c))
        return unclosed(c, e);
    begin_statement(c);
    c->after_blank = true;
    c->at++;
    return c->depth ? SCANNED_ON : SCANNED_LINE;
}

static enum scanned semicolon(struct scan *c)
{
    c->at++;
    if (!in_statements(c))
        return SCANNED_ON;
    begin_statement(c);
    return c->depth ? SCANNED_ON : SCANNED_STATEMENT;
}

static void blank(struct scan *c)
{
    c->after_blank = true;
    if (c->expecting == VERB_MORE)
        c->expecting = COUNT;
    else if (c->expecting == COUNT_MORE)
        c->expecting = BRACE;
    c->at++;
}

static enum scanned ordinary(struct scan *c, char ch, struct error *e)
{
    if (in_statements(c)) {
        switch (c->expecting) {
        case VERB:
        case VERB_MORE:
            c->expecting = ch != '\0' && ch == repeat_verb[c->matched] ? VERB_MORE : NO_BLOCK;
            c->matched++;
            break;
        case COUNT:
            c->expecting = COUNT_MORE;
            break;
        case BRACE:
            c->expecting = NO_BLOCK;
            break;
        case BLOCK_CLOSED:
            error_set_at(e, (struct span){c->at, 1}, "nothing may follow the } of a repeat");
            error_hint(e, "put a ; after it, or begin a new line");
            return SCANNED_ERROR;
        default:
            break;
        }
    }
    if (ch == '\'' || ch == '"') {
        c->quote = ch;
        c->quote_at = c->at;
    }
    c->at++;
    return SCANNED_ON;
}

static void comment(struct scan *c, const char *text, size_t n, char *clean)
{
    const char *end = memchr(text + c->at, '\n', n - c->at);
    size_t to = end ? (size_t)(end - text) : n;
    blank_out(clean, c->at, to);
    c->at = to;
}

enum scanned scan_step(struct scan *c, const char *text, size_t n, char *clean, struct error *e)
{
    if (c->at >= n)
        return SCANNED_END;
    size_t skip = continuation(text + c->at, n - c->at);
    c->continued = skip > 0;
    if (skip) {
        blank_out(clean, c->at, c->at + skip);
        c->at += skip - 1;
        blank(c);
        return SCANNED_ON;
    }
    if (c->quote)
        return in_quote(c, text, n, e);

    char ch = text[c->at];
    bool comment_may_begin = c->after_blank;
    if (is_blank(text + c->at)) {
        blank(c);
        return SCANNED_ON;
    }
    c->after_blank = false;
    if (ch == '#' && comment_may_begin) {
        comment(c, text, n, clean);
        return SCANNED_ON;
    }
    if (ch == '\n')
        return line_end(c, e);
    if (ch == ';')
        return semicolon(c);
    if (ch == '(' || ch == '[' || ch == '{')
        return opening(c, ch, e);
    if (ch == ')' || ch == ']' || ch == '}')
        return closing(c, ch, e);
    return ordinary(c, ch, e);
}

enum scanned scan_finish(const struct scan *c, struct error *e)
{
    if (c->quote)
        return unclosed_quote(c, e);
    return c->depth ? unclosed(c, e) : SCANNED_END;
}

bool scan_line(struct scan *c, const char *text, size_t length)
{
    struct error unused;
    for (;;) {
        switch (scan_step(c, text, length, NULL, &unused)) {
        case SCANNED_LINE:
            return true;
        case SCANNED_ERROR: {
            const char *end = memchr(text + c->at, '\n', length - c->at);
            c->at = end ? (size_t)(end - text) + 1 : length;
            return true;
        }
        case SCANNED_END:
            return false;
        default:
            break;
        }
    }
}
