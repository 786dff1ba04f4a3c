/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a question says: itself, how to answer it, what is right. */
#include <math.h>
#include <stdio.h>

#include "lesson/quiz.h"

static size_t item_at(const struct quiz *q, size_t place)
{
    return q->shown ? q->shown[place] : place;
}

/* Where item i of an order stands in the question, from 1. */
static size_t place_of(const struct quiz *q, size_t i)
{
    size_t place = 0;
    while (place + 1 < q->nitem && q->shown[place] != i)
        place++;
    return place + 1;
}

void quiz_add_question(const struct quiz *q, struct text *out)
{
    text_addf(out, "%s\n", q->ask.text);
    if (q->nitem > 0)
        text_add(out, "\n");
    for (size_t i = 0; i < q->nitem; i++)
        text_addf(out, "%zu. %s\n", i + 1, q->item[item_at(q, i)].text.text);
}

void quiz_add_how(const struct quiz *q, struct text *out)
{
    size_t right = 0;

    switch (q->kind) {
    case QUIZ_CHOICE:
        for (size_t i = 0; i < q->nitem; i++)
            right += q->item[i].right;
        text_addf(out, right > 1 ? "the numbers of all that are right, 1 to %zu"
                                 : "a number from 1 to %zu", q->nitem);
        break;
    case QUIZ_NUMBER:
        text_add(out, "a number, like 0.25 or 1/4");
        break;
    case QUIZ_TEXT:
        text_add(out, "a word or a few");
        break;
    case QUIZ_ORDER:
        text_addf(out, "all %zu numbers in the right order, blanks between", q->nitem);
        break;
    default:
        text_add(out, "those that will change of ");
        quiz_add_terms(q, q->terms, out);
        text_add(out, ", or none");
    }
}

/* A number to the digits that its tolerance leaves. */
static void add_number(const struct quiz_value *v, struct text *out)
{
    char number[NUMBER_TEXT];
    double most = fabs(v->value) > 1e-300 ? fabs(v->value) : 1.0;
    double digits = v->tolerance > 0.0 ? ceil(log10(most / v->tolerance)) + 1.0 : 6.0;

    digits = digits < 2.0 ? 2.0 : digits > 17.0 ? 17.0 : digits;
    text_add(out, number_text(number, v->value, (int)digits));
}

void quiz_add_answer(const struct quiz *q, struct text *out)
{
    const char *between = "";

    switch (q->kind) {
    case QUIZ_NUMBER:
        add_number(&q->answer, out);
        return;
    case QUIZ_TEXT:
        text_add(out, q->answer.words[0]);
        return;
    case QUIZ_PREDICT:
        quiz_add_terms(q, q->changed, out);
        return;
    case QUIZ_CHOICE:
        for (size_t i = 0; i < q->nitem; i++)
            if (q->item[i].right) {
                text_addf(out, "%s%zu: %s", between, i + 1, q->item[i].text.text);
                between = "; ";
            }
        return;
    default:
        quiz_add_typed(q, out);
    }
}

static void add_exactly(double v, struct text *out)
{
    char number[NUMBER_TEXT];
    snprintf(number, sizeof number, "%.17g", v);
    text_add(out, number);
}

void quiz_add_typed(const struct quiz *q, struct text *out)
{
    const char *between = "";

    switch (q->kind) {
    case QUIZ_NUMBER:
        add_exactly(q->answer.value, out);
        return;
    case QUIZ_TEXT:
        text_add(out, q->answer.words[0]);
        return;
    case QUIZ_PREDICT:
        quiz_add_terms(q, q->expected, out);
        return;
    default:
        for (size_t i = 0; i < q->nitem; i++)
            if (q->item[i].right) {
                text_addf(out, "%s%zu", between, q->shown ? place_of(q, i) : i + 1);
                between = " ";
            }
    }
}

void quiz_add_typed_wrong(const struct quiz *q, size_t i, struct text *out)
{
    if (q->kind == QUIZ_NUMBER)
        add_exactly(q->wrong[i].value, out);
    else
        text_add(out, q->wrong[i].words[0]);
}
