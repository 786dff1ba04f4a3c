/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/player.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "lesson/own_session.h"
#include "lesson/quiz.h"
#include "lesson/shown.h"
#include "lesson/typeset.h"
#include "shell/line.h"

/* ---- progress ---- */

struct stage_record *player_record(struct player *p)
{
    struct stage_record *kept = &p->progress.stage[p->progress.at];
    return kept->outcome == OUTCOME_OPEN ? kept : &p->redo;
}

void player_keep(struct player *p)
{
    struct error e = {0};

    if (p->cannot_keep || (p->path && progress_write(&p->progress, p->path, &e) == 0))
        return;
    p->cannot_keep = true;
    fprintf(stderr, "your progress cannot be kept: %s\n",
            p->path ? e.message : "there is no home to keep it in");
}

void player_settle(struct player *p, enum outcome outcome)
{
    struct stage_record *kept = &p->progress.stage[p->progress.at];

    if (kept->outcome != OUTCOME_OPEN) {
        memcpy(p->redo.digest, kept->digest, STAGE_DIGEST);
        stage_record_clear(kept);
        *kept = p->redo;
        p->redo = (struct stage_record){0};
    }
    kept->outcome = outcome;
}

/* ---- a step ---- */

/* Paragraph by paragraph, a heading with what follows it. */
static enum move show_prose(struct player *p, const struct lesson_step *step)
{
    enum move move = MOVE_STAY;

    for (struct lesson_step rest = *step; rest.first && move == MOVE_STAY;) {
        struct text set = TEXT_INIT;
        struct typeset how = typeset_of(p->s);
        typeset_next(&how, &rest, &set);
        text_add(&set, "\n");
        move = player_show(p, set.s);
        text_clear(&set);
    }
    return move;
}

static enum move show_examples(struct player *p, const struct lesson_step *step)
{
    enum move move = MOVE_STAY;

    for (size_t i = 0; i < step->nrun && move == MOVE_STAY; i++) {
        struct shown shown;
        struct error e = {0};
        player_shown_begin(p, &shown);
        int failed = shown_command(p->s, &step->run[i], NULL, &e);
        p->command = i + 1;
        move = player_shown_end(p, &shown, i + 1 == step->nrun ? "\n" : "");
        if (failed && e.kind == ERROR_INTERRUPTED && *p->s->interrupt == SIGINT)
            *p->s->interrupt = 0;
        if (failed)
            session_complain(p->s, &e, p->l->source, p->l->path, 1);
    }
    return move;
}

static enum move ask(struct player *p, const struct lesson_step *step)
{
    size_t n = step->kind == STEP_TRY ? step->try->nhint : step->quiz->nhint;

    p->hinted = NEW_ARRAY(n + 1, bool);
    if (!p->hinted)
        return MOVE_LEAVE;
    enum move move = step->kind == STEP_TRY ? player_task(p, step) : player_quiz(p, step);
    mem_free(p->hinted);
    p->hinted = NULL;
    if (move == MOVE_ON) {
        text_add(&p->s->out, "\n");
        session_flush(p->s);
    }
    return move;
}

static enum move walk_step(struct player *p)
{
    const struct lesson_step *step = &p->l->step[p->step];

    p->command = 0;
    p->begun = false;
    switch (step->kind) {
    case STEP_TEXT:
        return show_prose(p, step);
    case STEP_RUN:
        return show_examples(p, step);
    default:
        return ask(p, step);
    }
}

static enum move walk_stage(struct player *p)
{
    const struct stage *here = &p->stage[p->progress.at];
    enum move move = MOVE_STAY;

    for (p->step = here->first; p->step < here->end && move == MOVE_STAY; p->step++) {
        move = walk_step(p);
        if (move != MOVE_STAY)
            break;
    }
    if (move == MOVE_STAY && !here->ask && p->progress.at + 1 < p->nstage)
        move = player_pause(p);
    if (move == MOVE_STAY && !here->ask)
        player_settle(p, OUTCOME_DONE);
    return move == MOVE_STAY ? MOVE_ON : move;
}

/* ---- the walk ---- */

static int turn(struct player *p, enum move move, struct error *e)
{
    struct stage_record *r;

    switch (move) {
    case MOVE_ON:
        stage_record_clear(&p->redo);
        p->progress.at++;
        p->progress.finished |= p->progress.at == p->nstage;
        p->tried = 0;
        return 0;
    case MOVE_PREVIOUS:
        return player_go(p, p->progress.at - 1, e);
    case MOVE_AGAIN:
        r = player_record(p);
        for (size_t i = 0; i < r->nline; i++)
            mem_free(r->line[i]);
        r->nline = 0;
        return player_go(p, p->progress.at, e);
    default:
        return 0;
    }
}

/* True: to the end. */
static bool walk(struct player *p)
{
    struct error e = {0};
    enum move move = MOVE_ON;

    while (p->progress.at < p->nstage && move != MOVE_LEAVE) {
        move = walk_stage(p);
        if (turn(p, move, &e) != 0)
            move = MOVE_LEAVE;
        player_keep(p);
    }
    return p->progress.at == p->nstage;
}

static const char *short_name(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    return digits && name[digits] == '-' ? name + digits + 1 : name;
}

static void greet(struct player *p, bool resumed, bool changed)
{
    if (changed)
        player_say(p, "", resumed ? "The lesson has changed since; it goes on at the nearest step."
                                  : "The lesson has changed since, and begins anew.");
    if (resumed)
        player_sayf(p, "", "Step %zu of %zu, where you left. (`lesson reset %s` forgets all.)",
                    p->progress.at + 1, p->nstage, p->name);
    else if (p->paged)
        player_sayf(p, "",
                    "%zu steps, %s. Enter goes on; `info` tells what else does; `bye` leaves.",
                    p->nstage, p->l->header.time);
    text_add(&p->s->out, "\n");
    session_flush(p->s);
}

static void finish(struct player *p)
{
    player_say(p, "", "**That was the last step.**");
    player_notes(p);
}

static void leave(struct player *p, bool finished)
{
    if (!finished)
        player_sayf(p, "",
                    p->cannot_keep ? "Until next time."
                                   : "Until next time: `lesson %s` goes on at step %zu of %zu.",
                    p->name, p->progress.at + 1, p->nstage);
    else
        finish(p);
}

/* ---- opening ---- */

static bool take_pasted(void *context, struct text *line)
{
    struct player *p = context;
    struct ask_text rest = {p->pasted.s, p->pasted.length, &p->pasted_at};
    return ask_take_text(&rest, line);
}

/* -1: neither it nor a new one. */
static int open_progress(struct player *p, bool *resumed, bool *changed, struct error *e)
{
    struct error broken = {0};
    int there = 0;

    p->path = progress_path(p->l->path);
    *changed = false;
    if (p->path)
        there = progress_read(&p->progress, p->path, &broken);
    if (there < 0)
        fprintf(stderr, "%s: the lesson begins anew\n", broken.message);
    if (there <= 0)
        return progress_begin(&p->progress, p->l, p->stage, p->nstage, e);
    if (progress_fit(&p->progress, p->l, p->stage, p->nstage, changed, e) != 0)
        return -1;
    if (p->progress.at == p->nstage)
        p->progress.at = 0;
    *resumed = p->progress.at > 0;
    return 0;
}

static int open_session(struct session *s, struct session *outer, const struct lesson *l,
                        struct error *e)
{
    if (own_session(s, outer, l->folder, e) != 0)
        return -1;
    s->answers = outer->answers;
    s->prompting = true;
    s->lesson = short_name(l->name);
    s->also = player_verbs;
    return 0;
}

static int play_lesson(struct player *p, struct error *e)
{
    bool resumed = false, changed = false;

    if (open_progress(p, &resumed, &changed, e) != 0)
        return -1;
    p->settings = p->s->set;
    greet(p, resumed, changed);
    if (player_go(p, p->progress.at, e) != 0)
        return -1;
    leave(p, walk(p));
    return 0;
}

static int open_and_play(struct player *p, struct error *e)
{
    struct session s, *served;
    int bad = -1;

    p->stage = lesson_stages(p->l, &p->nstage, e);
    p->s = &s;
    if (!p->stage || p->nstage == 0)
        return p->stage ? error_set(e, "there is nothing in this lesson") : -1;
    if (open_session(&s, p->outer, p->l, e) == 0) {
        served = line_serve(&s);
        p->paged = ask_is_typed(&s);
        p->paste = (struct ask_source){.take = take_pasted, .context = p};
        p->witness = (struct witness){player_sees, p};
        s.witness = &p->witness;
        p->pager = (struct pager){player_pages, player_asked, p};
        s.pager = &p->pager;
        ask_from(&s, &p->paste);
        bad = play_lesson(p, e);
        ask_done(&s);
        line_serve(served);
    }
    session_clear(&s);
    return bad;
}

int lesson_play(struct session *s, const char *name, struct error *e)
{
    struct player p = {.outer = s, .pasted = TEXT_INIT};
    char *source = NULL, *path = lesson_find(name, e);
    int bad = -1;

    p.l = path ? lesson_read(path, &source, e) : NULL;
    p.name = p.l && strcmp(path, name) != 0 ? p.l->name : name;
    if (p.l)
        bad = open_and_play(&p, e);
    if (source) {
        session_complain(s, e, source, path, 1);
        error_clear(e);
    }
    mem_free(source);
    mem_free(path);
    progress_clear(&p.progress);
    stage_record_clear(&p.redo);
    text_clear(&p.pasted);
    mem_free(p.stage);
    mem_free(p.path);
    lesson_free(p.l);
    return bad;
}
