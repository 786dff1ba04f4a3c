/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A task: commands at a live prompt, until the state is right. */
#include <string.h>

#include "base/memory.h"
#include "lesson/judge.h"
#include "lesson/player.h"
#include "shell/line.h"

/* What a command may have moved, as far as it shows. */
struct place {
    const void *data, *machine, *q;
    long here, states;
    unsigned frozen;
    bool prior;
};

static struct place place_of(const struct session *s)
{
    const struct machine *m = s->machine;

    return m ? (struct place){s->data, m, m->pending_q, m->here, m->nstate, m->frozen,
                              m->prior.given}
             : (struct place){.data = s->data};
}

static bool same_place(const struct place *a, const struct place *b)
{
    return a->data == b->data && a->machine == b->machine && a->q == b->q && a->here == b->here &&
           a->states == b->states && a->frozen == b->frozen && a->prior == b->prior;
}

static void add_answer(const struct lesson_try *t, struct text *out)
{
    for (size_t i = 0; i < t->nanswer; i++)
        text_addf(out, "    %s\n", t->answer[i].text);
}

/* Runs what was typed, and judges what came of it.  MOVE_ON: done. */
static enum move attempt(struct player *p, const struct lesson_try *t, const char *line)
{
    struct stage_record *r = player_record(p);
    struct place before = place_of(p->s);
    struct text full = TEXT_INIT;
    struct error why = {0};

    prompt_run_line(p->s, line, &full);
    if (full.length && !p->s->quit)
        stage_record_line(r, full.s, &why);
    text_clear(&full);
    if (p->s->quit)
        return MOVE_LEAVE;
    if (*p->s->interrupt)
        return MOVE_STAY;
    int done = judge_try(p->s, t, &why);
    struct place after = place_of(p->s);
    if (done == 0 && !same_place(&before, &after)) {
        r->wrong++;
        p->tried++;
        player_sayf(p, "✗ ", "Not yet: %s.%s", why.message,
                    p->tried >= 2 ? " (`hint` helps.)" : "");
    }
    player_keep(p);
    return done == 1 ? MOVE_ON : MOVE_STAY;
}

static void praise(struct player *p)
{
    static const char *const words[] = {"Well done.", "That is it.", "Done.", "Exactly so."};
    player_say(p, "✓ ", words[p->progress.at % (sizeof words / sizeof *words)]);
}

static enum move skip(struct player *p, const struct lesson_try *t)
{
    struct error e = {0};

    if (!player_may_skip(p))
        return MOVE_STAY;
    if (player_quietly(p, t->answer, t->nanswer, &e) != 0)
        return MOVE_LEAVE;
    player_settle(p, OUTCOME_SKIPPED);
    player_say(p, "", "Skipped; the answer was run for you.");
    return MOVE_ON;
}

static enum move follow(struct player *p, const struct lesson_try *t, enum player_verb verb)
{
    struct text answer = TEXT_INIT;
    enum move move = MOVE_STAY;

    add_answer(t, &answer);
    struct player_help help = {t->hint, t->nhint, answer.s};
    if (verb == VERB_HINT)
        player_hint(p, &help);
    else if (verb == VERB_ANSWER)
        player_answer(p, &help);
    else if (verb == VERB_SKIP)
        move = skip(p, t);
    else
        move = player_common(p, verb);
    text_clear(&answer);
    return move;
}

static enum move one_line(struct player *p, const struct lesson_try *t)
{
    struct text prompt = TEXT_INIT;
    enum player_verb verb;
    char *line;

    session_prompt(p->s, &prompt);
    enum move move = player_ask(p, prompt.s, true, &verb, &line);
    text_clear(&prompt);
    if (line && (move = attempt(p, t, line)) == MOVE_ON) {
        player_settle(p, OUTCOME_DONE);
        praise(p);
    } else if (verb != VERB_NONE && move == MOVE_STAY) {
        move = follow(p, t, verb);
    }
    mem_free(line);
    return move;
}

enum move player_task(struct player *p, const struct lesson_step *step)
{
    const struct stage_record *r = player_record(p);
    enum move move = MOVE_STAY;
    struct error e = {0};

    p->begun = true;
    if (player_begin_task(p, &e) != 0)
        return MOVE_LEAVE;
    player_sayf(p, "", "▸ **Your turn.**%s", p->progress.at < 3 || r->nline
                ? " (`hint`, `show answer`, `skip`, `again`, `info`)" : "");
    if (r->nline)
        player_say(p, "", "The state is as you left it: what you typed here was run again.");
    while (move == MOVE_STAY)
        move = one_line(p, step->try);
    return move;
}
