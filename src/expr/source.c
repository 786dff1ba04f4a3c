/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/source.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char minus_sign[] = "−"; /* U+2212 */
static const char keyword[] = "return ";

/* ---- compiling ---- */

struct reader {
    const char *text;
    size_t at, length;
    char quote;   /* of the string that the byte stands in, or 0 */
    bool begun;
};

static void follow_quotes(struct reader *r)
{
    char c = r->text[r->at];
    bool escaped = r->at > 0 && r->text[r->at - 1] == '\\';

    if (!r->quote && (c == '"' || c == '\''))
        r->quote = c;
    else if (c == r->quote && !escaped)
        r->quote = 0;
}

/* A byte at a time, so that `at` tells how far the compiler has come. */
static const char *read_byte(lua_State *L, void *reader, size_t *size)
{
    struct reader *r = reader;
    (void)L;

    *size = 0;
    if (!r->begun) {
        r->begun = true;
        *size = strlen(keyword);
        return keyword;
    }
    if (r->at >= r->length)
        return NULL;
    *size = 1;
    if (!r->quote && strncmp(r->text + r->at, minus_sign, strlen(minus_sign)) == 0) {
        r->at += strlen(minus_sign);
        return "-";
    }
    follow_quotes(r);
    return r->text + r->at++;
}

int source_load(lua_State *L, const char *text, size_t *read)
{
    struct reader r = {.text = text, .length = strlen(text)};
    int status = lua_load(L, read_byte, &r, "=expr", "t");
    *read = r.at;
    return status;
}

/* ---- walking over the text ---- */

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t string_end(const char *s, size_t at)
{
    char quote = s[at++];
    while (s[at] && s[at] != quote)
        at += s[at] == '\\' && s[at + 1] ? 2 : 1;
    return s[at] ? at + 1 : at;
}

static size_t name_end(const char *s, size_t at)
{
    while (is_name_start(s[at]) || is_digit(s[at]))
        at++;
    return at;
}

static size_t number_end(const char *s, size_t at)
{
    while (is_name_start(s[at]) || is_digit(s[at]) || s[at] == '.' ||
           ((s[at] == '-' || s[at] == '+') && (s[at - 1] == 'e' || s[at - 1] == 'E')))
        at++;
    return at;
}

static size_t compare_length(const char *s)
{
    static const char *const operators[] = {"==", "~=", "<=", ">=", "<", ">"};
    if (strncmp(s, "<<", 2) == 0 || strncmp(s, ">>", 2) == 0)
        return 0;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strncmp(s, operators[i], strlen(operators[i])) == 0)
            return strlen(operators[i]);
    return 0;
}

static bool is_word(const struct tokens *t, const char *word)
{
    return t->end - t->start == strlen(word) &&
           strncmp(t->text + t->start, word, strlen(word)) == 0;
}

enum token tokens_next(struct tokens *t)
{
    const char *s = t->text;

    while (s[t->at] == ' ' || s[t->at] == '\t')
        t->at++;
    t->start = t->at;
    char c = s[t->start];
    if (!c)
        return TOKEN_END;
    size_t compare = compare_length(s + t->start);
    if (is_name_start(c))
        t->end = name_end(s, t->start);
    else if (is_digit(c))
        t->end = number_end(s, t->start + 1);
    else if (c == '"' || c == '\'')
        t->end = string_end(s, t->start);
    else
        t->end = t->start + (compare                            ? compare
                             : strncmp(s + t->start, "<<", 2) == 0 ? 2
                             : strncmp(s + t->start, ">>", 2) == 0 ? 2
                                                                   : 1);
    t->at = t->end;
    if (c == '(' || c == '[' || c == '{')
        t->depth++;
    else if (c == ')' || c == ']' || c == '}')
        t->depth--;
    if (is_name_start(c)) {
        t->depth += is_word(t, "function") || is_word(t, "if") || is_word(t, "do");
        t->depth -= is_word(t, "end");
        return TOKEN_NAME;
    }
    return compare ? TOKEN_COMPARE : TOKEN_OTHER;
}

/* ---- errors ---- */

/* NAME[i,j] in the text: a slip that has an answer of its own. */
static bool comma_index(const char *text, struct span *at)
{
    struct tokens t = {.text = text};
    size_t name = 0;
    bool after_name = false;

    for (enum token what; (what = tokens_next(&t)) != TOKEN_END;) {
        if (text[t.start] != '[' || !after_name) {
            if (what == TOKEN_NAME)
                name = t.start;
            after_name = what == TOKEN_NAME || text[t.start] == ']';
            continue;
        }
        int inside = t.depth;
        bool comma = false;
        while (t.depth >= inside && tokens_next(&t) != TOKEN_END)
            comma = comma || (t.depth == inside && text[t.start] == ',');
        if (comma && text[t.start] == ']') {
            *at = (struct span){name, t.end - name};
            return true;
        }
    }
    return false;
}

static int comma_error(const char *text, struct span at, struct error *e)
{
    struct text better = TEXT_INIT;

    for (size_t i = 0; i < at.length; i++) {
        char c = text[at.offset + i];
        if (c == ',')
            text_add(&better, "][");
        else if (c != ' ')
            text_add_bytes(&better, &c, 1);
    }
    error_set_at(e, at, "an expression has one index in each bracket: write %s", better.s);
    text_clear(&better);
    return -1;
}

/* Operators of other languages, and what Lua writes. */
static bool foreign_operator(const char *text, struct error *e)
{
    static const char *const foreign[][2] = {
        {"!=", "~="}, {"&&", "and"}, {"||", "or"}, {"**", "^"}, {"!", "not"}, {"=", "=="}};
    struct tokens t = {.text = text};

    while (tokens_next(&t) != TOKEN_END) {
        for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
            size_t n = strlen(foreign[i][0]);
            if (t.end - t.start != 1 || strncmp(text + t.start, foreign[i][0], n) != 0)
                continue;
            error_set_at(e, (struct span){t.start, n}, "'%s' is no operator here", foreign[i][0]);
            error_hint(e, "expressions are Lua's: write %s", foreign[i][1]);
            return true;
        }
    }
    return false;
}

/* The last place before `read` where the token stands that Lua complains of. */
static struct span near_place(const char *text, const char *message, size_t read)
{
    size_t n = strlen(text);
    const char *near = strstr(message, " near '");

    if (!near)
        return (struct span){n, 1};
    near += strlen(" near '");
    const char *close = strrchr(near, '\'');
    size_t length = close ? (size_t)(close - near) : 0;
    for (size_t at = read < n ? read : n; length > 0; at--) {
        if (at + length <= n && strncmp(text + at, near, length) == 0)
            return (struct span){at, length};
        if (at == 0)
            break;
    }
    return (struct span){0, n};
}

int source_syntax_error(const char *text, size_t read, struct error *e)
{
    struct span at;

    if (comma_index(text, &at))
        return comma_error(text, at, e);
    if (foreign_operator(text, e))
        return -1;
    at = near_place(text, e->message, read);
    char *end = strstr(e->message, " near <eof>");
    if (end)
        snprintf(end, sizeof " near <eof>", "%s", " at the end");
    return error_place(e, at);
}

/* The name in Lua's "(global 'mu')", "(field 'x')", "(local 'a')". */
static void name_in_message(const char *message, char *name, size_t room)
{
    const char *open = strrchr(message, '(');
    const char *quote = open ? strchr(open, '\'') : NULL;
    size_t length = quote ? strcspn(quote + 1, "'") : 0;

    snprintf(name, room, "%.*s", (int)(length < room ? length : 0), quote ? quote + 1 : "");
}

int source_place_error(const char *text, const char *blame, struct error *e)
{
    struct tokens t = {.text = text};
    char name[64];

    if (!blame[0]) {
        name_in_message(e->message, name, sizeof name);
        blame = name;
    }
    for (enum token what; blame[0] && (what = tokens_next(&t)) != TOKEN_END;)
        if (what == TOKEN_NAME && is_word(&t, blame))
            return error_place(e, (struct span){t.start, t.end - t.start});
    return error_place(e, (struct span){0, strlen(text)});
}
