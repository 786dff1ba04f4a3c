/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

/* Stands before every piece that jansson has, so that a reading that is given up can be freed. */
struct piece {
    struct piece *before, *next;    /* pieces of the reading that goes on; NULL: of none */
    max_align_t content[];
};

static struct piece pieces;         /* a ring, of those of the reading that goes on */

static struct {
    jmp_buf give_up;
    bool on;
} reading;

static void *allocate(size_t n)
{
    struct piece *p = n <= PTRDIFF_MAX ? mem_alloc(sizeof *p + n, 1) : NULL;

    if (!p && reading.on)
        longjmp(reading.give_up, 1);
    if (!p)
        return NULL;
    if (reading.on) {
        p->before = pieces.before;
        p->next = &pieces;
        p->before->next = p->next->before = p;
    }
    return p->content;
}

static void unlink_piece(struct piece *p)
{
    if (!p->next)
        return;
    p->before->next = p->next;
    p->next->before = p->before;
    p->before = p->next = NULL;
}

static void release(void *content)
{
    if (!content)
        return;
    struct piece *p = (struct piece *)((char *)content - offsetof(struct piece, content));
    unlink_piece(p);
    mem_free(p);
}

void json_begin(void)
{
    json_set_alloc_funcs(allocate, release);
}

static void end_reading(bool keep)
{
    reading.on = false;
    while (pieces.next != &pieces) {
        struct piece *p = pieces.next;

        unlink_piece(p);
        if (!keep)
            mem_free(p);
    }
}

json_t *json_read(const char *bytes, size_t n, json_error_t *why)
{
    json_t *volatile j = NULL;

    pieces.before = pieces.next = &pieces;
    reading.on = true;
    if (setjmp(reading.give_up) != 0) {
        end_reading(false);
        *why = (json_error_t){.line = 1, .column = 1};
        snprintf(why->text, sizeof why->text, "out of memory");
        return NULL;
    }
    j = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, why);
    end_reading(true);
    return j;
}

/* U+0080 … U+009F are two bytes in UTF-8: c2, and their number. */
static size_t control_length(const char *s)
{
    unsigned char second = (unsigned char)s[1];

    if (*s == '\x7f')
        return 1;
    return *s == '\xc2' && second >= 0x80 && second <= 0x9f ? 2 : 0;
}

void json_add_line(struct text *out, const json_t *j, size_t flags)
{
    char *line = json_dumps(j, JSON_COMPACT | flags);

    if (!line)
        out->failed = true;
    for (const char *s = line, *end; s && *s; s = end) {
        size_t n = control_length(s);
        end = s + n;
        if (n > 0) {
            text_addf(out, "\\u%04x", (unsigned char)end[-1]);
            continue;
        }
        for (end = s + 1; *end && control_length(end) == 0;)
            end++;
        text_add_bytes(out, s, (size_t)(end - s));
    }
    text_add(out, "\n");
    json_free_t free_it; /* whether json_begin has been called or not */
    json_get_alloc_funcs(NULL, &free_it);
    free_it(line);
}
