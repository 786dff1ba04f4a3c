/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question: answers, until one is right. */
#include <string.h>

#include "base/memory.h"
#include "lesson/judge.h"
#include "lesson/player.h"
#include "lesson/quiz.h"
#include "lesson/shown.h"
#include "lesson/typeset.h"
#include "shell/parse.h"

static enum move ask(struct player *p, const struct quiz *q)
{
    struct typeset how = typeset_of(p->s);
    struct text words = TEXT_INIT, set = TEXT_INIT;

    quiz_add_question(q, &words);
    typeset_words(&how, "? ", words.s, &set);
    text_reset(&words);
    text_add(&words, "(");
    quiz_add_how(q, &words);
    text_add(&words, ")");
    typeset_words(&how, "  ", words.s, &set);
    player_asks(p);
    enum move move = player_show(p, set.s);
    text_clear(&words);
    text_clear(&set);
    return move;
}

static void say_why(struct player *p, const struct quiz *q)
{
    if (q->why.text && q->why.text[0])
        player_say(p, "  ", q->why.text);
}

static int run_one(void *context, const struct passage *p, struct error *e)
{
    return shown_passage(context, p, NULL, NULL, e);
}

/* The commands of a prediction, for all to see. */
static enum move run_shown(struct player *p, struct quiz *q, struct error *e)
{
    struct shown shown;

    player_shown_begin(p, &shown);
    int bad = quiz_predict_with(q, p->s, run_one, p->s, e);
    enum move move = player_shown_end(p, &shown, "");
    return bad ? MOVE_LEAVE : move;
}

static enum move fail(struct player *p, const struct error *e)
{
    if (e->message[0] && e->kind != ERROR_INTERRUPTED)
        session_complain(p->s, e, p->l->source, p->l->path, 1);
    return MOVE_LEAVE;
}

/* A prediction is answered by the machine, so there is one answer to it and no other. */
static enum move predict(struct player *p, struct quiz *q, const char *typed)
{
    struct text message = TEXT_INIT;
    struct error e = {0};
    enum move move = run_shown(p, q, &e);

    if (move != MOVE_STAY) {
        fail(p, &e);
        return move;
    }
    bool right = quiz_grade(q, typed, &message) == QUIZ_RIGHT;
    player_say(p, right ? "✓ " : "✗ ", message.length ? message.s : right ? "Right." : "Not so.");
    player_record(p)->wrong += !right;
    player_settle(p, right ? OUTCOME_DONE : OUTCOME_WRONG);
    say_why(p, q);
    text_clear(&message);
    return MOVE_ON;
}

/* A command, in full or shortened, where an answer should be. */
static bool is_command(const char *typed)
{
    struct statement *list = NULL;
    struct error unused = {0};
    size_t n = 0;
    bool is = parse_script(typed, &list, &n, &unused) == 0 && n > 0 && judge_command(&list[0]);

    statements_free(list, n);
    return is;
}

static enum move answered(struct player *p, struct quiz *q, const char *typed)
{
    struct text message = TEXT_INIT;
    struct stage_record *r = player_record(p);
    struct error e = {0};
    enum quiz_verdict verdict = quiz_grade(q, typed, &message);
    enum move move = MOVE_STAY;

    bool graded = q->kind != QUIZ_PREDICT;
    if ((verdict == QUIZ_UNCLEAR || (graded && verdict == QUIZ_WRONG)) && is_command(typed))
        text_add(&message, " (To try commands: `play`; `next` comes back to the question.)");
    if (verdict == QUIZ_UNCLEAR) {
        player_say(p, "", message.s);
    } else if (stage_record_line(r, typed, &e) == 0 && q->kind == QUIZ_PREDICT) {
        move = predict(p, q, typed);
    } else if (verdict == QUIZ_RIGHT) {
        player_settle(p, OUTCOME_DONE);
        player_say(p, "✓ ", message.length ? message.s : "Right.");
        say_why(p, q);
        move = MOVE_ON;
    } else {
        r->wrong++;
        p->tried++;
        text_add(&message, message.length ? "" : "Not so.");
        player_sayf(p, "✗ ", "%s%s", message.s, p->tried >= 2 ? " (`hint` helps.)" : "");
        player_keep(p);
    }
    text_clear(&message);
    return move;
}

static enum move skip(struct player *p, struct quiz *q)
{
    struct text answer = TEXT_INIT;
    struct error e = {0};
    enum move move = MOVE_STAY;

    if (!player_may_skip(p))
        return MOVE_STAY;
    if (q->kind == QUIZ_PREDICT && (move = run_shown(p, q, &e)) != MOVE_STAY) {
        fail(p, &e);
        return move;
    }
    text_add(&answer, "The answer: ");
    quiz_add_answer(q, &answer);
    player_say(p, "  ", answer.s);
    say_why(p, q);
    player_settle(p, OUTCOME_SKIPPED);
    text_clear(&answer);
    return MOVE_ON;
}

static enum move follow(struct player *p, struct quiz *q, enum player_verb verb)
{
    struct text answer = TEXT_INIT;
    enum move move = MOVE_STAY;

    if (q->kind == QUIZ_PREDICT)
        quiz_add_typed(q, &answer);
    else
        quiz_add_answer(q, &answer);
    struct player_help help = {q->hint, q->nhint, answer.s};
    if (verb == VERB_HINT)
        player_hint(p, &help);
    else if (verb == VERB_ANSWER)
        player_answer(p, &help);
    else if (verb == VERB_SKIP)
        move = skip(p, q);
    else
        move = player_common(p, verb);
    text_clear(&answer);
    return move;
}

static enum move one_answer(struct player *p, struct quiz *q)
{
    enum player_verb verb;
    char *line;

    if (player_forgets(p)) {
        text_add(&p->s->out, "\n");
        p->aside = true; /* its end is what is to be seen */
        ask(p, q);
        p->aside = false;
    }
    enum move move = player_ask(p, "answer> ", false, &verb, &line);

    if (line)
        move = answered(p, q, line);
    else if (verb != VERB_NONE && move == MOVE_STAY)
        move = follow(p, q, verb);
    mem_free(line);
    return move;
}

enum move player_quiz(struct player *p, const struct lesson_step *step)
{
    struct quiz *q = step->quiz;
    struct error e = {0};

    p->begun = true;
    if (quiz_prepare(q, p->s, &e) != 0)
        return fail(p, &e);
    enum move move = ask(p, q);
    while (move == MOVE_STAY)
        move = one_answer(p, q);
    return move;
}
