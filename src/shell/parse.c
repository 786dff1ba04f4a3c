/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/parse.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "shell/scan.h"

/* ---- a script: statements ---- */

struct list {
    struct statement *item;
    size_t count, room;
};

void statements_free(struct statement *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mem_free(list[i].text);
        statements_free(list[i].body, list[i].nbody);
    }
    mem_free(list);
}

static struct statement *list_add(struct list *l)
{
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 4;
        struct statement *item = mem_resize(l->item, room, sizeof *item);
        if (!item)
            return NULL;
        l->item = item;
        l->room = room;
    }
    l->item[l->count] = (struct statement){0};
    return &l->item[l->count++];
}

static bool is_space(const char *s)
{
    return is_blank(s) || *s == '\n';
}

static int parse_body(struct statement *st, size_t from, size_t to, struct error *e)
{
    char *inside = mem_copy_bytes(st->text + from + 1, to - from - 1);
    if (!inside)
        return error_no_memory(e);
    st->block = from;
    int failed = parse_script(inside, &st->body, &st->nbody, e);
    mem_free(inside);
    for (size_t i = 0; i < st->nbody; i++)
        st->body[i].offset += from + 1;
    if (failed)
        e->at.offset += from + 1;
    return failed;
}

/* The statement in clean[from, to), if there is one. */
static int add_statement(struct list *l, const char *clean, size_t from, size_t to,
                         const struct scan *c, struct error *e)
{
    while (from < to && is_space(clean + from))
        from++;
    while (to > from && is_space(clean + to - 1))
        to--;
    if (from == to)
        return 0;

    struct statement *st = list_add(l);
    if (!st || !(st->text = mem_copy_bytes(clean + from, to - from)))
        return error_no_memory(e);
    st->offset = from;
    if (c->block_from <= from)
        return 0;
    if (parse_body(st, c->block_from - from, c->block_to - from, e) == 0)
        return 0;
    e->at.offset += from;
    return -1;
}

static int split(const char *text, char *clean, struct list *l, struct error *e)
{
    struct scan c;
    size_t n = strlen(text), from = 0;
    enum scanned what;

    scan_init(&c);
    do {
        what = scan_step(&c, text, n, clean, e);
        if (what == SCANNED_END)
            what = scan_finish(&c, e);
        if (what == SCANNED_ON)
            continue;
        if (what == SCANNED_ERROR)
            return -1;
        size_t to = what == SCANNED_END ? c.at : c.at - 1;
        if (add_statement(l, clean, from, to, &c, e) != 0)
            return -1;
        from = c.at;
    } while (what != SCANNED_END);
    return 0;
}

int parse_script(const char *text, struct statement **list, size_t *count, struct error *e)
{
    struct list l = {0};
    char *clean = mem_copy_text(text);

    if (!clean)
        return error_no_memory(e);
    int failed = split(text, clean, &l, e);
    mem_free(clean);
    if (failed) {
        statements_free(l.item, l.count);
        l = (struct list){0};
    }
    *list = l.item;
    *count = l.count;
    return failed;
}

/* ---- a statement: words and options ---- */

/* Walks over one byte of quoted or plain text.  True: it is a byte of the content, at *c. */
struct unquoter {
    const char *s;
    size_t at, end;
    char quote;
};

enum piece { PIECE_PLAIN, PIECE_QUOTED, PIECE_MARK };

static enum piece unquote_step(struct unquoter *u, char *c)
{
    char ch = u->s[u->at++];
    *c = ch;
    if (!u->quote) {
        if (ch != '\'' && ch != '"')
            return PIECE_PLAIN;
        u->quote = ch;
        return PIECE_MARK;
    }
    if (ch == u->quote) {
        u->quote = 0;
        return PIECE_MARK;
    }
    if (u->quote == '"' && ch == '\\' && u->at < u->end &&
        (u->s[u->at] == '"' || u->s[u->at] == '\\'))
        *c = u->s[u->at++];
    return PIECE_QUOTED;
}

/* Where the stretch that begins at `at` ends: at the first plain blank, or plain comma if asked. */
static size_t stretch_end(const char *s, size_t at, size_t end, bool at_comma)
{
    struct unquoter u = {s, at, end, 0};
    while (u.at < end) {
        size_t here = u.at;
        char c;
        if (unquote_step(&u, &c) == PIECE_PLAIN && (is_space(s + here) || (at_comma && c == ',')))
            return here;
    }
    return end;
}

static char *unquoted(const char *s, size_t from, size_t to)
{
    char *out = mem_copy_bytes(s + from, to - from);
    if (!out)
        return NULL;
    struct unquoter u = {s, from, to, 0};
    size_t n = 0;
    while (u.at < to) {
        char c;
        if (unquote_step(&u, &c) != PIECE_MARK)
            out[n++] = c;
    }
    out[n] = '\0';
    return out;
}

/* ?plot is the command ? with a word, as in R. */
struct span parse_verb(const struct statement *st)
{
    if (st->text[0] == '?')
        return (struct span){0, strspn(st->text, "?")};
    return (struct span){0, strcspn(st->text, " \t\r\v\f\n({\"'")};
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The length of NAME at s, 0 when none begins here. */
static size_t name_length(const char *s)
{
    size_t n = 0;
    while (is_letter(s[n]) || (n > 0 && s[n] >= '0' && s[n] <= '9'))
        n++;
    return n;
}

/* [i,j] or [i][j] at s: its length, 0 when it is no bracket, and whether an = follows it. */
static size_t brackets_length(const char *s)
{
    size_t n = 0;
    while (s[n] == '[') {
        size_t inside = strcspn(s + n, "] \t\n");
        if (s[n + inside] != ']')
            return 0;
        n += inside + 1;
    }
    return n;
}

static int read_indices(struct option *o, const char *text, size_t from, size_t to,
                        struct error *e)
{
    size_t at = from;
    while (at < to) {
        size_t length = strcspn(text + at + 1, ",[]");
        char *digits = mem_copy_bytes(text + at + 1, length);
        size_t index = 0;
        if (!digits)
            return error_no_memory(e);
        bool good = count_parse(digits, &index) && index > 0;
        mem_free(digits);
        if (!good)
            return error_set_at(e, (struct span){at + 1, length ? length : 1},
                                "an index of %s is a whole number from 1", o->name);
        if (o->nindex == OPTION_INDICES)
            return error_set_at(e, (struct span){at + 1, length}, "%s has more than %d indices",
                                o->name, OPTION_INDICES);
        o->index[o->nindex++] = index;
        at += 1 + length;
        if (text[at] == ']')
            at++;
    }
    return 0;
}

static int add_value(struct option *o, const char *text, size_t from, size_t to, struct error *e)
{
    char **value = mem_resize(o->value, o->nvalue + 1, sizeof *value);
    if (!value)
        return error_no_memory(e);
    o->value = value;
    struct span *at = mem_resize(o->value_at, o->nvalue + 1, sizeof *at);
    if (!at)
        return error_no_memory(e);
    o->value_at = at;
    at[o->nvalue] = (struct span){from, to > from ? to - from : 1};
    value[o->nvalue] = unquoted(text, from, to);
    if (!value[o->nvalue])
        return error_no_memory(e);
    o->nvalue++;
    return 0;
}

static int read_values(struct option *o, const char *text, size_t from, size_t to, struct error *e)
{
    if (from == to)
        return 0;
    for (;;) {
        size_t end = stretch_end(text, from, to, true);
        if (add_value(o, text, from, end, e) != 0)
            return -1;
        if (end == to)
            return 0;
        from = end + 1;
    }
}

static int add_option(struct call *c, const char *text, size_t from, size_t name, size_t brackets,
                      size_t to, struct error *e)
{
    struct option *item = mem_resize(c->options.item, c->options.count + 1, sizeof *item);
    if (!item)
        return error_no_memory(e);
    c->options.item = item;
    struct option *o = &item[c->options.count];
    *o = (struct option){.name = mem_copy_bytes(text + from, name), .at = {from, to - from}};
    if (!o->name)
        return error_no_memory(e);
    c->options.count++;
    if (read_indices(o, text, from + name, from + name + brackets, e) != 0)
        return -1;
    return read_values(o, text, from + name + brackets + 1, to, e);
}

static int add_word(struct call *c, const char *text, size_t from, size_t to, struct error *e)
{
    struct word *word = mem_resize(c->word, c->nword + 1, sizeof *word);
    if (!word)
        return error_no_memory(e);
    c->word = word;
    word[c->nword] = (struct word){unquoted(text, from, to), {from, to - from}};
    if (!word[c->nword].text)
        return error_no_memory(e);
    c->nword++;
    return 0;
}

static int read_word(struct call *c, const char *text, size_t from, size_t to, struct error *e)
{
    size_t name = name_length(text + from);
    size_t brackets = name ? brackets_length(text + from + name) : 0;

    if (name && text[from + name + brackets] == '=')
        return add_option(c, text, from, name, brackets, to, e);
    if (text[from] == '=') {
        error_set_at(e, (struct span){from, 1}, "'=' stands apart from its name");
        return error_hint(e, "write name=value with no blanks round the =");
    }
    return add_word(c, text, from, to, e);
}

static int read_words(struct call *c, const char *text, size_t at, size_t end, struct error *e)
{
    while (at < end) {
        if (is_space(text + at)) {
            at++;
            continue;
        }
        size_t to = stretch_end(text, at, end, false);
        if (read_word(c, text, at, to, e) != 0)
            return -1;
        at = to;
    }
    return 0;
}

static int read_raw(struct call *c, const char *text, size_t at, struct error *e)
{
    while (text[at] && is_space(text + at))
        at++;
    c->raw_at = (struct span){at, strlen(text + at)};
    c->raw = mem_copy_text(text + at);
    return c->raw ? 0 : error_no_memory(e);
}

int parse_call(const struct statement *st, bool raw, struct call *c, struct error *e)
{
    *c = (struct call){.line = st->text, .body = st->body, .nbody = st->nbody,
                        .has_block = st->block > 0};
    c->verb_at = parse_verb(st);
    size_t end = st->block ? st->block : strlen(st->text);
    int failed = read_raw(c, st->text, c->verb_at.length, e);
    if (!failed && !raw)
        failed = read_words(c, st->text, c->verb_at.length, end, e);
    if (failed)
        call_clear(c);
    return failed;
}

void call_clear(struct call *c)
{
    for (size_t i = 0; i < c->nword; i++)
        mem_free(c->word[i].text);
    mem_free(c->word);
    options_clear(&c->options);
    mem_free(c->raw);
    *c = (struct call){0};
}

char *parse_joined(const struct option *o)
{
    struct text t = TEXT_INIT;
    for (size_t i = 0; i < o->nvalue; i++)
        text_addf(&t, "%s%s", i ? "," : "", o->value[i]);
    return text_take(&t);
}
