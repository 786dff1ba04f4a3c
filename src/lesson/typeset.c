/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/typeset.h"

#include <cmark.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "lesson/fill.h"
#include "lesson/lesson.h"
#include "shell/session.h"

enum { WIDEST = 80, NARROWEST = 20, CODE_INDENT = 4 };

/* The left margin of a block, on its first line and on those that follow; blocks nest. */
struct margin {
    const struct margin *outer;
    const char *first, *rest;
    bool *begun; /* the first line has been set */
};

struct sheet {
    const struct typeset *how;
    struct text *out;
};

static size_t width_of(const struct typeset *how)
{
    return how->width < NARROWEST ? NARROWEST : how->width;
}

/* ---- margins ---- */

static void add_margin(struct text *out, const struct margin *m)
{
    if (!m)
        return;
    add_margin(out, m->outer);
    text_add(out, *m->begun ? m->rest : m->first);
    *m->begun = true;
}

static size_t margin_width(const struct margin *m)
{
    return m ? margin_width(m->outer) + text_width(m->rest) : 0;
}

static void blank_line(const struct sheet *s, const struct margin *m)
{
    struct text line = TEXT_INIT;

    add_margin(&line, m);
    while (line.length > 0 && line.s[line.length - 1] == ' ')
        line.s[--line.length] = '\0';
    text_addf(s->out, "%s\n", line.s);
    text_clear(&line);
}

static void set_line(const struct sheet *s, const struct margin *m, const char *text)
{
    add_margin(s->out, m);
    text_addf(s->out, "%s\n", text);
}

/* ---- inlines ---- */

static void add_literal(cmark_node *node, struct text *out)
{
    const char *literal = cmark_node_get_literal(node);
    if (literal)
        text_add_shown(out, literal, LESSON_BYTES);
}

/* A run of blanks is one, as on a page: a long value's lines are joined with their indent. */
static void add_prose(cmark_node *node, struct text *out)
{
    struct text words = TEXT_INIT;
    const char *literal = cmark_node_get_literal(node);

    for (const char *c = literal ? literal : ""; *c; c++)
        if (*c != ' ' || c[1] != ' ')
            text_add_bytes(&words, c, 1);
    if (words.length > 0)
        text_add_shown(out, words.s, LESSON_BYTES);
    text_clear(&words);
}

/* Without colours, quotes tell a command from the words round it. */
static void add_inline(cmark_node *node, cmark_event_type event, bool colour, struct text *out)
{
    bool enter = event == CMARK_EVENT_ENTER;

    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
        add_prose(node, out);
        break;
    case CMARK_NODE_CODE:
        text_add(out, colour ? FILL_CODE : "'");
        add_literal(node, out);
        text_add(out, colour ? FILL_PLAIN : "'");
        break;
    case CMARK_NODE_SOFTBREAK:
        text_add(out, " ");
        break;
    case CMARK_NODE_LINEBREAK:
        text_add(out, "\n");
        break;
    case CMARK_NODE_EMPH:
        text_add(out, enter ? FILL_EMPHASIS : FILL_PLAIN);
        break;
    case CMARK_NODE_STRONG:
        text_add(out, enter ? FILL_STRONG : FILL_PLAIN);
        break;
    default:
        break;
    }
}

static void add_inlines(cmark_node *block, bool colour, struct text *out)
{
    cmark_iter *iter = cmark_iter_new(block);

    for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;)
        add_inline(cmark_iter_get_node(iter), event, colour, out);
    cmark_iter_free(iter);
}

/* ---- blocks ---- */

static void set_words(const struct sheet *s, const struct margin *m, const char *words)
{
    struct fill f;
    struct text line = TEXT_INIT;
    size_t margin = margin_width(m), width = width_of(s->how);

    fill_init(&f, words, width > margin + NARROWEST / 2 ? width - margin : NARROWEST / 2,
              s->how->colour);
    for (; fill_line(&f, &line); text_reset(&line))
        set_line(s, m, line.s);
    text_clear(&line);
}

static void set_paragraph(const struct sheet *s, const struct margin *m, cmark_node *node)
{
    struct text words = TEXT_INIT;

    add_inlines(node, s->how->colour, &words);
    set_words(s, m, words.s);
    text_clear(&words);
}

static size_t widest_line(const char *lines)
{
    size_t widest = 0;

    for (const char *at = lines; *at; at += *at == '\n') {
        size_t n = strcspn(at, "\n"), width = text_width_n(at, n);
        widest = width > widest ? width : widest;
        at += n;
    }
    return widest;
}

/* A rule under it says heading where there are no colours. */
static void set_heading(const struct sheet *s, const struct margin *m, cmark_node *node)
{
    int level = cmark_node_get_heading_level(node);
    struct text words = TEXT_INIT, plain = TEXT_INIT, rule = TEXT_INIT;
    struct sheet bare = {&(struct typeset){s->how->width, false}, &plain};

    text_add(&words, FILL_STRONG);
    add_inlines(node, s->how->colour, &words);
    text_add(&words, FILL_PLAIN);
    set_words(s, m, words.s);
    set_words(&bare, NULL, words.s);
    text_repeat(&rule, level == 1 ? "═" : "─", level < 3 ? widest_line(plain.s) : 0);
    if (rule.length > 0)
        set_line(s, m, rule.s);
    text_clear(&words);
    text_clear(&plain);
    text_clear(&rule);
}

/* A line of code that is wider than the page goes on below, further in. */
static void set_code_line(const struct sheet *s, const struct margin *m, const char *code)
{
    size_t in = strspn(code, " "), room = width_of(s->how), margin = margin_width(m);
    size_t left = CODE_INDENT + in;
    struct text line = TEXT_INIT;
    struct fill f;

    room = room > margin + NARROWEST / 2 ? room - margin : NARROWEST / 2;
    if (left > room / 2)
        left = room / 2;
    fill_init(&f, code + in, room - left, false);
    for (bool first = true; fill_line(&f, &line); first = false, text_reset(&line)) {
        struct text whole = TEXT_INIT;
        text_repeat(&whole, " ", left);
        text_add(&whole, line.s);
        set_line(s, m, whole.s);
        text_clear(&whole);
        if (first && f.width > 2 * CODE_INDENT + NARROWEST / 2) {
            left += CODE_INDENT;
            f.width -= CODE_INDENT;
        }
    }
    text_clear(&line);
}

static void set_code(const struct sheet *s, const struct margin *m, const char *code)
{
    while (*code) {
        size_t n = strcspn(code, "\n");
        char *line = mem_copy_bytes(code, n);
        struct text shown = TEXT_INIT;
        for (char *c = line; c && *c; c++)
            *c = *c == '\t' ? ' ' : *c;
        if (line)
            text_add_shown(&shown, line, LESSON_LINE);
        if (shown.length > strspn(shown.s, " "))
            set_code_line(s, m, shown.s);
        else
            blank_line(s, m);
        mem_free(line);
        text_clear(&shown);
        code += n + (code[n] == '\n');
    }
}

static void set_block(const struct sheet *s, const struct margin *m, cmark_node *node);

static bool is_seen(cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    return type != CMARK_NODE_HTML_BLOCK && type != CMARK_NODE_NONE;
}

/* From node to last, a blank line between two unless the list is tight. */
static void set_blocks(const struct sheet *s, const struct margin *m, cmark_node *node,
                       cmark_node *last, bool tight)
{
    bool first = true;

    for (; node; node = node == last ? NULL : cmark_node_next(node)) {
        if (!is_seen(node))
            continue;
        if (!first && !tight)
            blank_line(s, m);
        set_block(s, m, node);
        first = false;
    }
}

static void set_item(const struct sheet *s, const struct margin *m, cmark_node *item,
                     const char *mark, bool tight)
{
    struct text rest = TEXT_INIT;
    bool begun = false;

    text_repeat(&rest, " ", text_width(mark));
    struct margin inner = {m, mark, rest.s, &begun};
    set_blocks(s, &inner, cmark_node_first_child(item), NULL, tight);
    if (!begun)
        blank_line(s, &inner);
    text_clear(&rest);
}

static void set_list(const struct sheet *s, const struct margin *m, cmark_node *list)
{
    bool ordered = cmark_node_get_list_type(list) == CMARK_ORDERED_LIST;
    bool tight = cmark_node_get_list_tight(list);
    int number = cmark_node_get_list_start(list);

    for (cmark_node *item = cmark_node_first_child(list); item; item = cmark_node_next(item)) {
        char mark[24] = "• ";
        if (ordered)
            snprintf(mark, sizeof mark, "%d. ", number++);
        set_item(s, m, item, mark, tight);
        if (!tight && cmark_node_next(item))
            blank_line(s, m);
    }
}

static void set_quote(const struct sheet *s, const struct margin *m, cmark_node *quote)
{
    bool begun = false;
    struct margin inner = {m, "│ ", "│ ", &begun};

    set_blocks(s, &inner, cmark_node_first_child(quote), NULL, false);
}

static void set_block(const struct sheet *s, const struct margin *m, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_PARAGRAPH:
        set_paragraph(s, m, node);
        break;
    case CMARK_NODE_HEADING:
        set_heading(s, m, node);
        break;
    case CMARK_NODE_CODE_BLOCK:
        set_code(s, m, cmark_node_get_literal(node));
        break;
    case CMARK_NODE_LIST:
        set_list(s, m, node);
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        set_quote(s, m, node);
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        set_line(s, m, "───");
        break;
    default:
        break;
    }
}

/* ---- calls ---- */

struct typeset typeset_of(const struct session *s)
{
    size_t width = session_width(s);
    return (struct typeset){width < WIDEST ? width : WIDEST, s->colour};
}

void typeset_step(const struct typeset *how, const struct lesson_step *step, struct text *out)
{
    struct sheet s = {how, out};
    set_blocks(&s, NULL, step->first, step->last, false);
}

void typeset_next(const struct typeset *how, struct lesson_step *step, struct text *out)
{
    struct lesson_step part = {.kind = STEP_TEXT, .first = step->first, .last = step->first};

    while (part.last != step->last &&
           (cmark_node_get_type(part.last) == CMARK_NODE_HEADING || !is_seen(part.last)))
        part.last = cmark_node_next(part.last);
    typeset_step(how, &part, out);
    step->first = part.last == step->last ? NULL : cmark_node_next(part.last);
}

static struct lesson_step last_part(const struct lesson_step *step)
{
    struct lesson_step part = {.kind = STEP_TEXT, .first = step->last, .last = step->last};

    while (part.first != step->first && cmark_node_get_type(part.first) != CMARK_NODE_PARAGRAPH)
        part.first = cmark_node_previous(part.first);
    return part;
}

void typeset_last(const struct typeset *how, const struct lesson_step *step, struct text *out)
{
    struct lesson_step part = last_part(step);
    typeset_step(how, &part, out);
}

void typeset_last_source(const struct lesson_step *step, struct text *out)
{
    struct lesson_step part = last_part(step);

    for (cmark_node *node = part.first; node; node = cmark_node_next(node)) {
        char *source = cmark_render_commonmark(node, CMARK_OPT_DEFAULT, 0);
        text_addf(out, "%s\n", source);
        cmark_get_default_mem_allocator()->free(source);
        if (node == part.last)
            break;
    }
}

void typeset_words(const struct typeset *how, const char *first, const char *markdown,
                   struct text *out)
{
    struct sheet s = {how, out};
    struct text rest = TEXT_INIT;
    bool begun = false;
    cmark_node *document = cmark_parse_document(markdown, strlen(markdown),
                                                CMARK_OPT_VALIDATE_UTF8);

    text_repeat(&rest, " ", text_width(first));
    struct margin m = {NULL, first, rest.s, &begun};
    if (document)
        set_blocks(&s, &m, cmark_node_first_child(document), NULL, false);
    else
        out->failed = true;
    if (!begun)
        set_line(&s, &m, "");
    cmark_node_free(document);
    text_clear(&rest);
}
