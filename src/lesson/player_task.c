/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A task: commands at a live prompt, until the state is right. */
#include <signal.h>
#include <string.h>

#include "base/memory.h"
#include "lesson/judge.h"
#include "lesson/player.h"
#include "lesson/typeset.h"
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

/* Whoever is on the way is left alone.  A word is said when the task takes no more lines than were
 * typed, or when one of them undid what held already; and not the same word at every line. */
static bool is_time_to_tell(struct player *p, const struct lesson_try *t, const bool *holds)
{
    const char *missed = NULL;
    bool lost = false, gained = false;

    for (size_t i = t->nexpect; i-- > 0;) {
        lost |= p->held[i] && !holds[i];
        gained |= !p->held[i] && holds[i];
        missed = holds[i] ? missed : t->expect[i].text;
        p->held[i] = holds[i];
    }
    p->lines = gained ? 0 : p->lines + 1;
    size_t wait = missed == p->missed ? 3 * t->nanswer : t->nanswer;
    if (!(lost && !gained) && p->lines < wait)
        return false;
    p->lines = 0;
    p->missed = missed;
    return true;
}

static void tell(struct player *p, const struct lesson_try *t, const char *first, struct error *why)
{
    judge_cut(t, why);
    player_sayf(p, "· ", "%s: %s.%s", first, why->message, p->tried >= 2 ? " (`hint` helps.)" : "");
}

/* Enter alone asks. */
static enum move tell_what_is_missing(struct player *p, const struct lesson_try *t)
{
    struct error why = {0};

    if (judge_try(p->s, t, &why) == 0)
        tell(p, t, "Still to come", &why);
    return MOVE_STAY;
}

/* What came of a line.  MOVE_ON: done. */
static enum move judge(struct player *p, const struct lesson_try *t, bool moved)
{
    struct error why = {0};
    bool *holds = NEW_ARRAY(t->nexpect, bool);
    int done = holds ? judge_each(p->s, t, holds, &why) : -1;

    if (done == 0 && moved && is_time_to_tell(p, t, holds)) {
        player_record(p)->wrong++;
        p->tried++;
        tell(p, t, "Not yet", &why);
    }
    mem_free(holds);
    player_keep(p);
    return done == 1 ? MOVE_ON : MOVE_STAY;
}

/* Half a command cannot be run again: nothing of it counts. */
static enum move take_back(struct player *p)
{
    struct error e = {0};

    if (*p->s->interrupt == SIGINT)
        *p->s->interrupt = 0;
    if (*p->s->interrupt || player_return(p, &e) != 0)
        return MOVE_LEAVE;
    player_say(p, "", "Stopped: the state is what it was before this line.");
    return MOVE_STAY;
}

/* Runs what was typed, and judges what came of it.  MOVE_ON: done. */
static enum move attempt(struct player *p, const struct lesson_try *t, const char *line)
{
    struct stage_record *r = player_record(p);
    struct place before = place_of(p->s);
    struct text full = TEXT_INIT;
    struct error why = {0};

    player_run_line(p, line, &full);
    if (full.length && !p->s->quit && !p->s->stopped)
        stage_record_line(r, full.s, &why);
    text_clear(&full);
    if (p->s->quit)
        return MOVE_LEAVE;
    if (p->s->stopped)
        return take_back(p);
    if (*p->s->interrupt)
        return MOVE_STAY;
    struct place after = place_of(p->s);
    return judge(p, t, !same_place(&before, &after));
}

static void praise(struct player *p)
{
    static const char *const words[] = {"Well done.", "That is it.", "Done.", "Exactly so."};
    player_say(p, "✓ ", words[p->progress.at % (sizeof words / sizeof *words)]);
}

static enum move skip(struct player *p)
{
    struct error e = {0};

    if (!player_may_skip(p))
        return MOVE_STAY;
    player_settle(p, OUTCOME_SKIPPED);
    if (player_pass(p, &e) != 0)
        return MOVE_LEAVE;
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
        move = skip(p);
    else
        move = player_common(p, verb);
    text_clear(&answer);
    return move;
}

/* The end of the prose before it says what to do. */
static void remind(struct player *p)
{
    struct typeset how = typeset_of(p->s);
    size_t i = p->step;

    text_add(&p->s->out, "\n");
    player_asks(p);
    player_say(p, "", "▸ **Your turn.**");
    while (i > p->stage[p->progress.at].first && p->l->step[i].kind != STEP_TEXT)
        i--;
    if (p->l->step[i].kind == STEP_TEXT)
        typeset_last(&how, &p->l->step[i], &p->s->out);
    p->aside = true;
    session_flush(p->s);
    p->aside = false;
}

static enum move one_line(struct player *p, const struct lesson_try *t)
{
    struct text prompt = TEXT_INIT;
    enum player_verb verb;
    char *line;

    if (player_forgets(p))
        remind(p);
    session_prompt(p->s, &prompt);
    enum move move = player_ask(p, prompt.s, true, &verb, &line);
    text_clear(&prompt);
    if (line && (move = attempt(p, t, line)) == MOVE_ON) {
        player_settle(p, OUTCOME_DONE);
        praise(p);
    } else if (verb != VERB_NONE && move == MOVE_STAY) {
        move = follow(p, t, verb);
    }
    if (!line && verb == VERB_NONE && move == MOVE_STAY && !*p->s->interrupt)
        move = tell_what_is_missing(p, t);
    mem_free(line);
    return move;
}

static bool has_moved(const struct stage_record *r)
{
    bool has = false;

    for (size_t i = 0; i < r->nline; i++)
        has = has || judge_line_moves(r->line[i]);
    return has;
}

enum move player_task(struct player *p, const struct lesson_step *step)
{
    const struct stage_record *r = player_record(p);
    enum move move = MOVE_STAY;
    struct error e = {0};

    p->begun = true;
    if (player_begin_task(p, &e) != 0)
        return MOVE_LEAVE;
    player_asks(p);
    player_sayf(p, "", "▸ **Your turn.**%s", p->progress.at < 3 || r->nline
                ? " (`hint`, `show answer`, `skip`, `again`, `info`)" : "");
    if (has_moved(r))
        player_say(p, "", "The state is as you left it: what you typed here was run again.");
    p->held = NEW_ARRAY(step->try->nexpect, bool);
    p->lines = 0;
    p->missed = NULL;
    if (!p->held || judge_each(p->s, step->try, p->held, &e) < 0)
        move = *p->s->interrupt == SIGINT ? MOVE_STAY : MOVE_LEAVE;
    while (move == MOVE_STAY)
        move = one_line(p, step->try);
    mem_free(p->held);
    p->held = NULL;
    return move;
}
