/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/play.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "lesson/quiz.h"
#include "lesson/reader.h"

bool play_is_script(const char *name)
{
    size_t n = strlen(name);
    return n > 3 && strcmp(name + n - 3, ".em") == 0;
}

char *play_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? mem_copy_bytes(path, slash > path ? (size_t)(slash - path) : 1)
                 : mem_copy_text(".");
}

static struct play_beat *add_beat(struct play *p, enum beat_kind kind, struct error *e)
{
    struct play_beat *b = LIST_APPEND(p->beat, p->nbeat, e);

    if (b) {
        b->kind = kind;
        b->step = p->nstep;
    }
    return b;
}

/* ---- of a lesson ---- */

static int add_plain(struct play *p, enum beat_kind kind, const struct lesson_step *step,
                     struct error *e)
{
    struct play_beat *b = add_beat(p, kind, e);

    if (b)
        b->of = step;
    return b ? 0 : -1;
}

static int add_run(struct play *p, const struct lesson_step *step, struct error *e)
{
    for (size_t i = 0; i < step->nrun; i++) {
        if (add_plain(p, BEAT_COMMAND, step, e) != 0)
            return -1;
        p->beat[p->nbeat - 1].command = step->run[i];
    }
    return 0;
}

static int add_try(struct play *p, const struct lesson_step *step, struct error *e)
{
    const struct lesson_try *t = step->try;

    for (size_t i = 0; i < t->nanswer; i++) {
        if (add_plain(p, BEAT_COMMAND, step, e) != 0)
            return -1;
        struct play_beat *b = &p->beat[p->nbeat - 1];
        b->command.command = t->answer[i];
        b->first = i == 0 ? t : NULL;
        b->last = i + 1 == t->nanswer ? t : NULL;
    }
    return 0;
}

static int add_quiz(struct play *p, const struct lesson_step *step, struct error *e)
{
    bool predicts = step->quiz->kind == QUIZ_PREDICT;

    return add_plain(p, BEAT_QUESTION, step, e) != 0 ||
           (predicts && add_plain(p, BEAT_PREDICT, step, e) != 0)
               ? -1
               : add_plain(p, BEAT_ANSWER, step, e);
}

static int add_step(struct play *p, const struct lesson_step *step, struct error *e)
{
    switch (step->kind) {
    case STEP_RUN:
        return add_run(p, step, e);
    case STEP_TRY:
        return add_try(p, step, e);
    case STEP_QUIZ:
        return add_quiz(p, step, e);
    default:
        return add_plain(p, BEAT_PROSE, step, e);
    }
}

static int open_lesson(struct play *p, const char *name, struct error *e)
{
    p->path = lesson_find(name, e);
    p->lesson = p->path ? lesson_read(p->path, &p->source, e) : NULL;
    if (!p->lesson)
        return -1;
    p->title = mem_copy_text(p->lesson->header.title);
    p->source = mem_copy_text(p->lesson->source);
    if (!p->title || !p->source)
        return error_no_memory(e);
    for (size_t i = 0; i < p->lesson->nstep; i++) {
        p->nstep++;
        if (add_step(p, &p->lesson->step[i], e) != 0)
            return -1;
    }
    return 0;
}

/* ---- of a script ---- */

static int open_script(struct play *p, const char *name, struct error *e)
{
    p->path = mem_copy_text(name);
    p->title = mem_copy_text(name);
    if (!p->path || !p->title)
        return error_no_memory(e);
    if (play_read_script(p, e) != 0)
        return -1;
    for (size_t i = 0; i < p->npassage; i++) {
        bool comment = p->passage[i].text[0] == '#';
        p->nstep++;
        struct play_beat *b = add_beat(p, comment ? BEAT_COMMENT : BEAT_COMMAND, e);
        if (!b)
            return -1;
        b->command.command = p->passage[i];
    }
    return 0;
}

int play_open(struct play *p, const char *name, struct error *e)
{
    *p = (struct play){0};
    return play_is_script(name) ? open_script(p, name, e) : open_lesson(p, name, e);
}

void play_clear(struct play *p)
{
    lesson_free(p->lesson);
    passages_free(p->passage, p->npassage);
    mem_free(p->beat);
    mem_free(p->source);
    mem_free(p->title);
    mem_free(p->path);
    *p = (struct play){0};
}
