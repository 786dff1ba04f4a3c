/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question from both sides: the marked answer is right, every other one is not. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "lesson/check_parts.h"
#include "lesson/quiz.h"

static void check_right(struct check *c, const struct quiz *q, struct span at)
{
    struct text typed = TEXT_INIT, message = TEXT_INIT;

    c->r->checks++;
    quiz_add_typed(q, &typed);
    if (quiz_grade(q, typed.s, &message) != QUIZ_RIGHT)
        check_tell_at(c, at, "", "the marked answer, '%s', is not graded as right", typed.s);
    text_clear(&typed);
    text_clear(&message);
}

static void check_wrong(struct check *c, const struct quiz *q, size_t i)
{
    struct text typed = TEXT_INIT, message = TEXT_INIT;
    const struct quiz_value *w = &q->wrong[i];

    c->r->checks++;
    quiz_add_typed_wrong(q, i, &typed);
    enum quiz_verdict verdict = quiz_grade(q, typed.s, &message);
    if (verdict != QUIZ_WRONG)
        check_tell_at(c, w->text.at,
                      "it lies within the answer's tolerance, or is one of its words",
                      "'%s' is graded as right", typed.s);
    else if (strcmp(message.s, w->message.text) != 0)
        check_tell_at(c, w->text.at, "another 'wrong' before it takes it: make their values differ",
                      "'%s' gets another message: %s", typed.s, message.s);
    text_clear(&typed);
    text_clear(&message);
}

static void check_choices(struct check *c, const struct quiz *q)
{
    for (size_t i = 0; i < q->nitem; i++) {
        struct text typed = TEXT_INIT, message = TEXT_INIT;
        if (q->item[i].right)
            continue;
        c->r->checks++;
        text_addf(&typed, "%zu", i + 1);
        if (quiz_grade(q, typed.s, &message) != QUIZ_WRONG)
            check_tell_at(c, q->item[i].text.at, "", "this choice is graded as right");
        text_clear(&typed);
        text_clear(&message);
    }
}

static void check_prediction(struct check *c, struct quiz *q)
{
    struct text changed = TEXT_INIT;
    struct error e = {0};

    c->predictions++;
    c->r->checks++;
    for (size_t i = 0; i < q->nrun; i++)
        check_count_pictures(c, q->run[i].text);
    if (quiz_predict(q, c->s, NULL, &e) != 0) {
        check_tell(c, &e);
    } else if (q->changed != q->expected) {
        quiz_add_terms(q, q->changed, &changed);
        check_tell_at(c, q->answer_at.at, "", "the machine says otherwise; what changes: %s",
                      changed.s);
    } else {
        check_right(c, q, q->answer_at.at);
    }
    text_clear(&changed);
}

/* A number that is written out has to come from somewhere: check: says whence. */
static void check_number(struct check *c, const struct quiz *q)
{
    const struct quiz_value *answer = &q->answer;
    struct expr_value v;
    struct error e = {0};

    if (answer->expr)
        return;
    if (!q->check.text) {
        check_tell_at(c, answer->text.at,
                      "check: EXPR says where the number comes from, for example check: p[1], or "
                      "check: 0.1/(0.1 + 0.4)", "nothing holds this answer");
        return;
    }
    if (expr_eval(c->s->expr, q->check.text, 17, &v, &e) != 0)
        check_tell_at(c, q->check.at, e.hint, "%s", e.message);
    else if (!v.is_number || !(fabs(v.number - answer->value) <=
                               answer->tolerance + 1e-12 * fabs(answer->value)))
        check_tell_at(c, answer->text.at, "", "the answer's check: is %s", v.shown.s);
    expr_value_clear(&v);
}

void check_quiz(struct check *c, const struct lesson_step *step)
{
    struct quiz *q = step->quiz;
    struct error e = {0}, *failed = NEW_ARRAY(q->nhint + 1, struct error);

    if (!failed)
        error_no_memory(&e);
    else
        check_try_hints(c, q->hint, q->nhint, failed);
    if (failed && q->kind == QUIZ_PREDICT) {
        check_prediction(c, q);
    } else if (failed && quiz_prepare(q, c->s, &e) == 0) {
        check_right(c, q, q->answer.text.text ? q->answer.text.at : step->at);
        if (q->kind == QUIZ_NUMBER)
            check_number(c, q);
        if (q->kind == QUIZ_CHOICE)
            check_choices(c, q);
        for (size_t i = 0; i < q->nwrong; i++)
            check_wrong(c, q, i);
    }
    if (e.message[0])
        check_tell(c, &e);
    if (failed)
        check_tell_hints(c, q->hint, q->nhint, failed);
    mem_free(failed);
}
