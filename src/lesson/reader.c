/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/reader.h"

#include <string.h>

#include "base/memory.h"
#include "shell/parse.h"

bool reader_line(struct reader *r, struct span *line)
{
    if (r->at >= r->end)
        return false;
    const char *from = r->source + r->at, *stop = memchr(from, '\n', r->end - r->at);
    *line = (struct span){r->at, stop ? (size_t)(stop - from) : r->end - r->at};
    r->at += line->length + (stop != NULL);
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

struct span span_trim(const char *source, struct span s)
{
    while (s.length > 0 && is_space(source[s.offset])) {
        s.offset++;
        s.length--;
    }
    while (s.length > 0 && is_space(source[s.offset + s.length - 1]))
        s.length--;
    return s;
}

struct span span_after(const char *source, struct span s, size_t from)
{
    if (from > s.length)
        from = s.length;
    return span_trim(source, (struct span){s.offset + from, s.length - from});
}

bool span_starts(const char *source, struct span s, const char *word)
{
    size_t n = strlen(word);
    return s.length >= n && strncmp(source + s.offset, word, n) == 0;
}

size_t span_colon(const char *source, struct span s)
{
    const char *text = source + s.offset;
    char quote = 0;

    for (size_t i = 0; i < s.length; i++) {
        if (quote)
            quote = text[i] == quote ? 0 : quote;
        else if (text[i] == '"')
            quote = '"';
        else if (text[i] == ':' && (i + 1 == s.length || is_space(text[i + 1])))
            return i;
    }
    return s.length;
}

static bool goes_on(const struct reader *r)
{
    const char *at = r->source + r->at;
    return r->end - r->at >= 2 && (at[0] == '\t' || (at[0] == ' ' && at[1] == ' '));
}

bool reader_entry(struct reader *r, struct span *entry)
{
    struct span line, more;

    do {
        if (!reader_line(r, &line))
            return false;
        *entry = span_trim(r->source, line);
    } while (entry->length == 0);
    while (goes_on(r) && reader_line(r, &more))
        line.length = more.offset + more.length - line.offset;
    *entry = span_trim(r->source, line);
    return true;
}

int passage_take(struct passage *p, const char *source, struct span s, struct error *e)
{
    char *text = mem_copy_bytes(source + s.offset, s.length);
    if (!text)
        return error_no_memory(e);
    for (char *c = text; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    mem_free(p->text);
    *p = (struct passage){text, s};
    return 0;
}

void passages_free(struct passage *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mem_free(p[i].text);
    mem_free(p);
}

/* `items` points to the array's pointer.  Room grows by doubling: at every power of two. */
void *list_append(void *items, size_t *n, size_t size, struct error *e)
{
    void **array = items;

    if ((*n & (*n - 1)) == 0) {
        void *wider = mem_resize(*array, *n ? 2 * *n : 1, size);
        if (!wider) {
            error_no_memory(e);
            return NULL;
        }
        *array = wider;
    }
    void *item = (char *)*array + *n * size;
    memset(item, 0, size);
    ++*n;
    return item;
}

int passage_append(struct passage **list, size_t *n, const char *source, struct span s,
                   struct error *e)
{
    struct passage *p = LIST_APPEND(*list, *n, e);
    return p ? passage_take(p, source, s, e) : -1;
}

int passage_check_commands(const struct passage *p, struct error *e)
{
    struct statement *list = NULL;
    size_t n = 0;

    if (parse_script(p->text, &list, &n, e) != 0) {
        e->at.offset += p->at.offset;
        return -1;
    }
    statements_free(list, n);
    return n > 0 ? 0 : error_set_at(e, p->at, "there is no command here");
}

/* ---- hints ---- */

bool is_hint(const char *source, struct span entry)
{
    return span_starts(source, entry, "hint:") || span_starts(source, entry, "hint if ");
}

int read_hint(const char *source, struct span entry, struct lesson_hint **hint, size_t *n,
              struct error *e)
{
    enum { KEY = sizeof "hint" - 1, IF = sizeof "hint if" - 1 };
    size_t colon = span_colon(source, entry);
    struct span text = span_after(source, entry, colon + 1);
    struct span condition = {entry.offset + KEY, 0};

    if (span_starts(source, entry, "hint if ")) {
        condition = (struct span){entry.offset + IF, colon < IF ? 0 : colon - IF};
        condition = span_trim(source, condition);
        if (colon == entry.length || condition.length == 0) {
            error_set_at(e, entry, "a hint with a condition is 'hint if EXPR: TEXT'");
            return error_hint(e, "for example: hint if phase == \"M\": It is E's turn.");
        }
    }
    if (text.length == 0)
        return error_set_at(e, entry, "this hint says nothing");
    struct lesson_hint *h = LIST_APPEND(*hint, *n, e);
    if (!h || passage_take(&h->hint, source, text, e) != 0)
        return -1;
    return condition.length ? passage_take(&h->condition, source, condition, e) : 0;
}

void hints_free(struct lesson_hint *hint, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mem_free(hint[i].condition.text);
        mem_free(hint[i].hint.text);
    }
    mem_free(hint);
}
