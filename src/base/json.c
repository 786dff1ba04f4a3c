/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <stdio.h>

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
