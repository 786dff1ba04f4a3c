/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a lesson: cmark parts the page into nodes, this file the nodes into steps. */
#include "lesson/lesson.h"

#include <cmark.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "lesson/quiz.h"
#include "lesson/reader.h"

/* The source, and where its lines begin. */
struct page {
    const char *source;
    size_t bytes, from;     /* the page proper begins at `from` */
    size_t *line, nline;    /* line[i]: offset of the line i + 1 of the page proper */
};

/* ---- bytes ---- */

/* Line ends become \n, a mark in front is dropped; what a terminal must not see is an error. */
static char *clean(const char *text, size_t n, size_t *bytes)
{
    char *out = mem_alloc(n + 1, 1);
    size_t at = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    for (*bytes = 0; out && at < n; at++)
        if (text[at] != '\r' || at + 1 == n || text[at + 1] != '\n')
            out[(*bytes)++] = text[at];
    return out;
}

static bool may_stand(int32_t c)
{
    return c == '\n' || c == '\t' || (c > 0 && utf8_shown(c) == c);
}

static int bad_character(struct error *e, struct span at, int32_t c)
{
    if (c < 0)
        return error_set_at(e, at, "this byte is not UTF-8");
    error_set_at(e, at, "a control character (U+%04X) has no place in a lesson", (unsigned)c);
    return error_hint(e, "a terminal would obey it: delete it");
}

static int check_bytes(const char *s, size_t n, struct error *e)
{
    size_t line = 0;

    for (size_t at = 0; at < n;) {
        int32_t c;
        size_t used = utf8_next(s + at, n - at, &c);
        if (!may_stand(c))
            return bad_character(e, (struct span){at, used}, c);
        at += used;
        line = c == '\n' ? at : line;
        if (at - line > LESSON_LINE)
            return error_set_at(e, (struct span){line, 1}, "this line is longer than %d bytes",
                                LESSON_LINE);
    }
    return 0;
}

/* ---- places ---- */

static int find_lines(struct page *p, struct error *e)
{
    struct reader r = {p->source, p->from, p->bytes};
    struct span line;

    for (size_t at = r.at; reader_line(&r, &line); at = r.at) {
        size_t *next = LIST_APPEND(p->line, p->nline, e);
        if (!next)
            return -1;
        *next = at;
    }
    return 0;
}

/* Lines are counted from 1, as cmark does. */
static size_t line_offset(const struct page *p, size_t line)
{
    return line <= p->nline && line > 0 ? p->line[line - 1] : p->bytes;
}

static struct span line_span(const struct page *p, size_t line)
{
    struct reader r = {p->source, line_offset(p, line), p->bytes};
    struct span s = {r.at, 0};
    reader_line(&r, &s);
    return s;
}

static struct span node_span(const struct page *p, cmark_node *node)
{
    int line = cmark_node_get_start_line(node);
    return line_span(p, line > 0 ? (size_t)line : 1);
}

/* ---- what may not stand in a page ---- */

static bool is_comment(cmark_node *node)
{
    const char *text = cmark_node_get_literal(node);
    return text && strncmp(text + strspn(text, " "), "<!--", 4) == 0;
}

static bool is_fence(const char *source, struct span line)
{
    struct span s = span_trim(source, line);
    return span_starts(source, s, "```") || span_starts(source, s, "~~~");
}

static size_t line_count(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* The first word of a code block's language; "" for none. */
static bool is_ours(cmark_node *node)
{
    const char *info = cmark_node_get_fence_info(node);
    size_t n = info ? strcspn(info, " \t") : 0;
    return (n == 6 && strncmp(info, "emstep", n) == 0) || (n == 4 && strncmp(info, "quiz", n) == 0);
}

static int check_code(const struct page *p, cmark_node *node, size_t depth, struct error *e)
{
    size_t from = (size_t)cmark_node_get_start_line(node);
    size_t to = from + 1 + line_count(cmark_node_get_literal(node));
    struct span fence = line_span(p, from);

    if (is_ours(node) && (depth > 1 || cmark_node_get_start_column(node) != 1)) {
        error_set_at(e, fence, "this block is indented, or in a list or a quote");
        return error_hint(e, "blocks that run stand by themselves, at the left margin");
    }
    if (depth > 1 || !is_fence(p->source, fence) || is_fence(p->source, line_span(p, to)))
        return 0;
    error_set_at(e, fence, "this block is not closed");
    return error_hint(e, "a line ``` closes it");
}

static int check_node(const struct page *p, cmark_node *node, size_t depth, struct error *e)
{
    static const char *const no_html = "HTML has no place in a lesson";

    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_CODE_BLOCK:
        return check_code(p, node, depth, e);
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_HTML_INLINE:
        if (is_comment(node))
            return 0;
        error_set_at(e, node_span(p, node), "%s", no_html);
        return error_hint(e, "a terminal shows none; \\< is a plain <");
    case CMARK_NODE_IMAGE:
        error_set_at(e, node_span(p, node), "a lesson has no images");
        return error_hint(e, "it draws its own: em> plot bound");
    default:
        return 0;
    }
}

static size_t depth_of(cmark_node *node)
{
    size_t depth = 0;
    while ((node = cmark_node_parent(node)) && depth <= LESSON_DEPTH)
        depth++;
    return depth;
}

static int check_nodes(const struct page *p, cmark_node *document, struct error *e)
{
    cmark_iter *iter = cmark_iter_new(document);
    int bad = 0;

    for (cmark_event_type event; !bad && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
        cmark_node *node = cmark_iter_get_node(iter);
        size_t depth = depth_of(node);
        if (event == CMARK_EVENT_ENTER)
            bad = check_node(p, node, depth, e);
        if (!bad && depth > LESSON_DEPTH)
            bad = error_set_at(e, node_span(p, node), "nested deeper than %d", LESSON_DEPTH);
    }
    cmark_iter_free(iter);
    return bad;
}

/* ---- steps ---- */

static struct lesson_step *add_step(struct lesson *l, const struct page *p, cmark_node *node,
                                    struct error *e)
{
    if (l->nstep == LESSON_STEPS) {
        error_set_at(e, node_span(p, node), "a lesson has at most %d steps", LESSON_STEPS);
        error_hint(e, "make two lessons of it");
        return NULL;
    }
    struct lesson_step *s = LIST_APPEND(l->step, l->nstep, e);
    if (s)
        s->at = node_span(p, node);
    return s;
}

/* Prose goes on in the step that is open; a heading opens one. */
static int add_prose(struct lesson *l, const struct page *p, cmark_node *node, struct error *e)
{
    struct lesson_step *s = l->nstep ? &l->step[l->nstep - 1] : NULL;

    bool heading = cmark_node_get_type(node) == CMARK_NODE_HEADING;
    if (!s || s->kind != STEP_TEXT || heading || s->last != cmark_node_previous(node)) {
        s = add_step(l, p, node, e);
        if (!s)
            return -1;
        s->first = node;
    }
    s->last = node;
    return 0;
}

/* A fence inside our block is one that opens, for no command begins so: the one before is open. */
static int check_inside(struct reader r, struct error *e)
{
    struct span line;

    while (reader_line(&r, &line))
        if (is_fence(r.source, line) && line.length > 3) {
            error_set_at(e, line, "a block opens inside the one before");
            return error_hint(e, "a line ``` closes a block");
        }
    return 0;
}

static int add_block(struct lesson *l, const struct page *p, cmark_node *node, struct error *e)
{
    const char *info = cmark_node_get_fence_info(node);
    size_t from = (size_t)cmark_node_get_start_line(node) + 1;
    size_t to = from + line_count(cmark_node_get_literal(node));
    struct reader r = {p->source, line_offset(p, from), line_offset(p, to)};
    struct lesson_step *s = add_step(l, p, node, e);

    if (!s || check_inside(r, e) != 0)
        return -1;
    struct span fence = s->at;
    if (strcmp(info, "emstep") == 0)
        return read_run(r, fence, s, e);
    if (strcmp(info, "emstep try") == 0)
        return read_try(r, fence, s, e);
    if (strcmp(info, "quiz") == 0)
        return read_quiz(r, fence, s, e);
    error_set_at(e, fence, "there is no block of this kind");
    return error_hint(e, "blocks that run are ```emstep, ```emstep try and ```quiz");
}

static int read_steps(struct lesson *l, struct page *p, struct error *e)
{
    if (find_lines(p, e) != 0)
        return -1;
    l->document = cmark_parse_document(p->source + p->from, p->bytes - p->from,
                                       CMARK_OPT_VALIDATE_UTF8);
    if (!l->document)
        return error_no_memory(e);
    if (check_nodes(p, l->document, e) != 0)
        return -1;
    for (cmark_node *node = cmark_node_first_child(l->document); node;
         node = cmark_node_next(node)) {
        bool block = cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK && is_ours(node);
        if ((block ? add_block(l, p, node, e) : add_prose(l, p, node, e)) != 0)
            return -1;
    }
    return 0;
}

/* ---- the whole ---- */

char *lesson_name_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    size_t n = strlen(file);

    return mem_copy_bytes(file, n > 3 && strcmp(file + n - 3, ".md") == 0 ? n - 3 : n);
}

static int set_names(struct lesson *l, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) : 0;

    l->path = mem_copy_text(path);
    l->name = lesson_name_of(path);
    l->folder = !slash ? mem_copy_text(".") : mem_copy_bytes(path, folder ? folder : 1);
    return l->path && l->name && l->folder ? 0 : -1;
}

static bool is_page(const char *path, const char *source, size_t bytes)
{
    const char *slash = strrchr(path, '/');

    return strcmp(slash ? slash + 1 : path, "README.md") == 0 && !has_header(source, bytes);
}

bool lesson_is_page(const char *path)
{
    struct text bytes = TEXT_INIT;
    struct error unused = {0};
    size_t n = 0;
    char *source = NULL;

    if (is_page(path, "", 0) && file_read(path, LESSON_BYTES, &bytes, &unused) == 0)
        source = clean(bytes.s, bytes.length, &n);
    bool page = source && is_page(path, source, n);
    mem_free(source);
    text_clear(&bytes);
    return page;
}

static int parse(struct lesson *l, const char *text, size_t bytes, struct error *e)
{
    struct page p = {0};

    l->source = clean(text, bytes, &p.bytes);
    p.source = l->source;
    if (!p.source)
        return error_no_memory(e);
    struct reader top = {p.source, 0, p.bytes};
    struct span first = {0, 1};
    if (is_page(l->path, p.source, p.bytes)) {
        reader_line(&top, &first);
        error_set_at(e, first, "this is the folder's page, not a lesson");
        return error_hint(e, "a lesson begins with its header; lessons lists those of emstep");
    }
    int bad = check_bytes(p.source, p.bytes, e) != 0 ||
              read_header(p.source, p.bytes, &l->header, &p.from, e) != 0 ||
              read_steps(l, &p, e) != 0;
    mem_free(p.line);
    return bad ? -1 : 0;
}

struct lesson *lesson_parse(const char *path, const char *text, size_t bytes, char **source,
                            struct error *e)
{
    struct lesson *l = NEW(struct lesson);

    *source = NULL;
    if (!l || set_names(l, path) != 0) {
        lesson_free(l);
        error_no_memory(e);
        return NULL;
    }
    if (parse(l, text, bytes, e) == 0)
        return l;
    *source = l->source;
    l->source = NULL;
    lesson_free(l);
    return NULL;
}

struct lesson *lesson_read(const char *path, char **source, struct error *e)
{
    struct text bytes = TEXT_INIT;
    struct lesson *l = NULL;

    *source = NULL;
    if (file_read(path, LESSON_BYTES, &bytes, e) == 0)
        l = lesson_parse(path, bytes.s, bytes.length, source, e);
    text_clear(&bytes);
    return l;
}

static void step_clear(struct lesson_step *s)
{
    runs_free(s->run, s->nrun);
    try_free(s->try);
    quiz_free(s->quiz);
}

void lesson_free(struct lesson *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->nstep; i++)
        step_clear(&l->step[i]);
    mem_free(l->step);
    lesson_header_clear(&l->header);
    if (l->document)
        cmark_node_free(l->document);
    mem_free(l->source);
    mem_free(l->name);
    mem_free(l->path);
    mem_free(l->folder);
    mem_free(l);
}
