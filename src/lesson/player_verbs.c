/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a learner's words do, at whatever prompt they are typed. */
#include "base/memory.h"
#include "lesson/judge.h"
#include "lesson/player.h"
#include "shell/line.h"
#include "shell/page.h"

/* ---- help ---- */

void player_answer(struct player *p, const struct player_help *h)
{
    player_record(p)->told = true;
    player_say(p, "  The answer: ", h->answer);
    player_keep(p);
}

void player_hint(struct player *p, const struct player_help *h)
{
    const struct lesson_hint *next = judge_hint(p->s, h->hint, h->nhint, p->hinted);

    if (!next) {
        player_answer(p, h);
        return;
    }
    player_record(p)->hints++;
    player_say(p, "  Hint: ", next->hint.text);
    player_keep(p);
}

bool player_may_skip(struct player *p)
{
    const struct lesson_header *h = &p->l->header;
    const struct stage_record *r = player_record(p);

    if (h->skip == SKIP_YES || (h->skip == SKIP_AFTER && (r->told || r->wrong >= h->skip_after)))
        return true;
    if (h->skip == SKIP_NO)
        player_say(p, "", "This lesson wants every step done. `hint` helps, `show answer` tells.");
    else
        player_sayf(p, "", "You may skip this after %zu attempts; that was %zu so far. `hint` "
                           "helps, `show answer` tells.", h->skip_after, r->wrong);
    return false;
}

static void add_policy(const struct lesson_header *h, struct text *out)
{
    if (h->skip == SKIP_AFTER)
        text_addf(out, "after %zu attempts, or when the answer was shown", h->skip_after);
    else
        text_add(out, h->skip == SKIP_YES ? "at any time" : "no");
}

static const struct { const char *verb, *what; } verbs[] = {
    {"Enter, next", "go on"},       {"hint", "one more, at last the answer"},
    {"previous", "one step back"},  {"show answer", "at once"},
    {"again", "this step anew"},    {"skip", "go on without"},
    {"play", "try what you like; next comes back to the lesson"},
    {"bye", "leave; the same lesson goes on here next time"},
};

enum { VERB_WIDTH = 14, WHAT_WIDTH = 18, TWO_BESIDE = 78, BESIDE = 6 };

/* The short ones side by side where there is room. */
static void add_verbs(struct player *p)
{
    struct page page = page_of(p->s);

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        bool pair = i < BESIDE && page.width >= TWO_BESIDE;
        if (!pair) {
            page_row(&page, verbs[i].verb, VERB_WIDTH, verbs[i].what);
            continue;
        }
        text_add(page.out, "  ");
        text_pad_right(page.out, verbs[i].verb, VERB_WIDTH);
        text_pad_right(page.out, verbs[i].what, WHAT_WIDTH);
        text_pad_right(page.out, verbs[i + 1].verb, VERB_WIDTH);
        text_addf(page.out, "%s\n", verbs[i + 1].what);
        i++;
    }
}

static void info(struct player *p)
{
    const struct lesson_header *h = &p->l->header;
    struct page page = page_of(p->s);
    struct text words = TEXT_INIT;

    text_add_shown(&words, h->title, 200);
    page_words(&page, words.s, 0, 0);
    text_reset(&words);
    text_addf(&words, "step %zu of %zu; the lesson takes ", p->progress.at + 1, p->nstage);
    text_add_shown(&words, h->time, 60);
    if (h->author) {
        text_add(&words, "; by ");
        text_add_shown(&words, h->author, 60);
    }
    text_add(page.out, "  ");
    page_words(&page, words.s, 2, 2);
    text_reset(&words);
    text_add(&words, "skipping: ");
    add_policy(h, &words);
    text_add(page.out, "  ");
    page_words(&page, words.s, 2, 2);
    text_clear(&words);
    text_add(page.out, "\n");
    add_verbs(p);
    session_flush(p->s);
}

/* ---- wandering ---- */

static enum move wander(struct player *p)
{
    struct text prompt = TEXT_INIT;
    enum player_verb verb;
    char *line;

    session_prompt(p->s, &prompt);
    enum move move = player_ask(p, prompt.s, true, &verb, &line);
    text_clear(&prompt);
    if (line)
        player_run_line(p, line, NULL);
    mem_free(line);
    if (p->s->quit)
        return MOVE_LEAVE;
    if (verb == VERB_INFO)
        info(p);
    else if (verb == VERB_NEXT || verb == VERB_AGAIN || verb == VERB_PREVIOUS)
        return verb == VERB_NEXT ? MOVE_ON : verb == VERB_AGAIN ? MOVE_AGAIN : MOVE_PREVIOUS;
    else if (verb != VERB_NONE && verb != VERB_BYE)
        player_say(p, "", "`next` goes back to the lesson first.");
    return move;
}

static enum move play(struct player *p)
{
    struct error e = {0};
    enum move move = MOVE_STAY;

    player_say(p, "", "Try what you like: nothing here counts. `next` goes back to the lesson.");
    while (move == MOVE_STAY)
        move = wander(p);
    if (move != MOVE_ON)
        return move;
    if (player_return(p, &e) != 0)
        return MOVE_LEAVE;
    player_sayf(p, "", "Back to step %zu: the state is what it was before.", p->progress.at + 1);
    p->elsewhere = true;
    return MOVE_STAY;
}

/* ---- verbs ---- */

/* Past a step that was done before; one that was not stays. */
static enum move next(struct player *p)
{
    struct error e = {0};

    if (p->progress.stage[p->progress.at].outcome == OUTCOME_OPEN) {
        player_say(p, "", "This step is still open. `hint` helps, `show answer` tells, `skip` goes "
                          "on without.");
        return MOVE_STAY;
    }
    return player_pass(p, &e) == 0 ? MOVE_ON : MOVE_LEAVE;
}

enum move player_common(struct player *p, enum player_verb verb)
{
    switch (verb) {
    case VERB_NEXT:
        return next(p);
    case VERB_PREVIOUS:
        if (p->progress.at > 0)
            return MOVE_PREVIOUS;
        player_say(p, "", "This is the first step.");
        return MOVE_STAY;
    case VERB_AGAIN:
        return MOVE_AGAIN;
    case VERB_PLAY:
        return play(p);
    case VERB_INFO:
        info(p);
        p->elsewhere = true;
        return MOVE_STAY;
    case VERB_BYE:
        return MOVE_LEAVE;
    default:
        return MOVE_STAY;
    }
}
