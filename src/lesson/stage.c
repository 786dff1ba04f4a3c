/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/stage.h"

#include <cmark.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "lesson/reader.h"
#include "lesson/typeset.h"

static bool is_heading(const struct lesson_step *s)
{
    return s->kind == STEP_TEXT && cmark_node_get_type(s->first) == CMARK_NODE_HEADING;
}

static bool asks(const struct lesson_step *s)
{
    return s->kind == STEP_TRY || s->kind == STEP_QUIZ;
}

/* A heading below a heading, with nothing between, belongs to it. */
static size_t find_end(const struct lesson *l, size_t first)
{
    size_t i = first;

    while (i < l->nstep && is_heading(&l->step[i]) && l->step[i].first == l->step[i].last)
        i++;
    for (i += i < l->nstep; i < l->nstep; i++)
        if (asks(&l->step[i - 1]) || is_heading(&l->step[i]))
            break;
    return i;
}

/* FNV-1a, in 64 bits. */
static void digest(const char *bytes, size_t n, char out[STAGE_DIGEST])
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    snprintf(out, STAGE_DIGEST, "%016llx", (unsigned long long)hash);
}

static void digest_stage(const struct lesson *l, struct stage *stage)
{
    size_t from = l->step[stage->first].at.offset;
    size_t to = stage->end < l->nstep ? l->step[stage->end].at.offset : strlen(l->source);

    while (to > from && strchr(" \n", l->source[to - 1]))
        to--;
    digest(l->source + from, to - from, stage->digest);
}

struct stage *lesson_stages(const struct lesson *l, size_t *n, struct error *e)
{
    struct stage *stages = NEW_ARRAY(l->nstep + 1, struct stage);

    *n = 0;
    if (!stages) {
        error_no_memory(e);
        return NULL;
    }
    for (size_t first = 0; first < l->nstep; first = stages[(*n)++].end) {
        struct stage *stage = &stages[*n];
        *stage = (struct stage){.first = first, .end = find_end(l, first)};
        if (asks(&l->step[stage->end - 1]))
            stage->ask = &l->step[stage->end - 1];
        digest_stage(l, stage);
    }
    return stages;
}

bool stage_heading(const struct lesson *l, const struct stage *stage, struct text *out)
{
    const struct lesson_step *first = &l->step[stage->first];
    struct text set = TEXT_INIT;

    if (!is_heading(first))
        return false;
    struct lesson_step heading = {.kind = STEP_TEXT, .first = first->first, .last = first->first};
    typeset_step(&(struct typeset){.width = 1000}, &heading, &set);
    text_add_bytes(out, set.s, strcspn(set.s, "\n"));
    text_clear(&set);
    return true;
}
