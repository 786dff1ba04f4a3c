/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The block ```quiz. */
#include <string.h>

#include "base/memory.h"
#include "lesson/quiz.h"
#include "lesson/reader.h"

static const char *const kinds[] = {"choice", "number", "text", "order", "predict", NULL};

/* A quiz block as it is read: its lines in their order. */
struct reading {
    const char *source;
    struct span fence;
    struct quiz *q;
    struct passage answer, terms; /* read when the kind is known */
    bool has_kind;
    struct error *e;
};

static int at_fence(struct reading *r, const char *what, const char *hint)
{
    error_set_at(r->e, r->fence, "%s", what);
    return error_hint(r->e, "%s", hint);
}

/* ---- lines ---- */

static int take_kind(struct reading *r, struct span value)
{
    for (int i = 0; kinds[i]; i++)
        if (value.length == strlen(kinds[i]) && span_starts(r->source, value, kinds[i])) {
            r->q->kind = (enum quiz_kind)i;
            r->has_kind = true;
            return 0;
        }
    error_set_at(r->e, value, "there is no such kind of question");
    return error_hint(r->e, "kind: is choice, number, text, order or predict");
}

static int take_once(struct reading *r, struct passage *p, struct span entry, struct span value)
{
    if (p->text)
        return error_set_at(r->e, entry, "this is there already");
    return passage_take(p, r->source, value, r->e);
}

static int take_run(struct reading *r, struct span value)
{
    struct quiz *q = r->q;
    if (passage_append(&q->run, &q->nrun, r->source, value, r->e) != 0)
        return -1;
    return passage_check_commands(&q->run[q->nrun - 1], r->e);
}

static int take_key(struct reading *r, struct span entry, size_t colon)
{
    struct span value = span_after(r->source, entry, colon + 1);
    struct quiz *q = r->q;

    if (value.length == 0)
        return error_set_at(r->e, entry, "nothing stands after the colon");
    if (span_starts(r->source, entry, "kind:"))
        return take_kind(r, value);
    if (span_starts(r->source, entry, "ask:"))
        return take_once(r, &q->ask, entry, value);
    if (span_starts(r->source, entry, "check:"))
        return take_once(r, &q->check, entry, value);
    if (span_starts(r->source, entry, "why:"))
        return take_once(r, &q->why, entry, value);
    if (span_starts(r->source, entry, "answer:"))
        return take_once(r, &r->answer, entry, value);
    if (span_starts(r->source, entry, "terms:"))
        return take_once(r, &r->terms, entry, value);
    if (span_starts(r->source, entry, "run:"))
        return take_run(r, value);
    error_set_at(r->e, (struct span){entry.offset, colon}, "a question has no such line");
    return error_hint(r->e, "kind: ask: answer: wrong …: terms: run: hint: why: check: - [x] 1.");
}

static int take_wrong(struct reading *r, struct span entry)
{
    enum { WRONG = sizeof "wrong" - 1 };
    size_t colon = span_colon(r->source, entry);
    struct span message = span_after(r->source, entry, colon + 1);

    if (colon <= WRONG || message.length == 0) {
        error_set_at(r->e, entry, "a wrong answer is 'wrong ANSWER: MESSAGE'");
        return error_hint(r->e, "for example wrong 0.8 ± 0.005: That is the other coin.");
    }
    struct span value = {entry.offset + WRONG, colon - WRONG};
    struct quiz_value *v = LIST_APPEND(r->q->wrong, r->q->nwrong, r->e);
    if (!v || passage_take(&v->text, r->source, span_trim(r->source, value), r->e) != 0)
        return -1;
    return passage_take(&v->message, r->source, message, r->e);
}

/* "- [x] TEXT :: MESSAGE", "1. TEXT": `from` bytes are its mark. */
static int take_item(struct reading *r, struct span entry, size_t from, bool right)
{
    struct span text = span_after(r->source, entry, from), message = {0, 0};

    if (r->q->nitem == QUIZ_ITEMS) {
        error_set_at(r->e, entry, "a question has %d lines to choose from at most", QUIZ_ITEMS);
        return error_hint(r->e, "ask about fewer things at a time");
    }
    struct quiz_item *item = LIST_APPEND(r->q->item, r->q->nitem, r->e);
    if (!item)
        return -1;
    item->right = right;
    for (size_t i = 0; i + 1 < text.length; i++)
        if (strncmp(r->source + text.offset + i, "::", 2) == 0) {
            message = span_after(r->source, text, i + 2);
            text = span_trim(r->source, (struct span){text.offset, i});
        }
    if (text.length == 0)
        return error_set_at(r->e, entry, "there is nothing to choose here");
    if (passage_take(&item->text, r->source, text, r->e) != 0)
        return -1;
    return message.length ? passage_take(&item->message, r->source, message, r->e) : 0;
}

static int take_entry(struct reading *r, struct span entry)
{
    enum { BOX = sizeof "- [x]" - 1 };
    const char *text = r->source + entry.offset;
    size_t digits = strspn(text, "0123456789");
    bool right = span_starts(r->source, entry, "- [x]") || span_starts(r->source, entry, "- [X]");

    if (right || span_starts(r->source, entry, "- [ ]"))
        return take_item(r, entry, BOX, right);
    if (digits > 0 && digits < entry.length && text[digits] == '.')
        return take_item(r, entry, digits + 1, true);
    if (is_hint(r->source, entry))
        return read_hint(r->source, entry, &r->q->hint, &r->q->nhint, r->e);
    if (span_starts(r->source, entry, "wrong "))
        return take_wrong(r, entry);
    size_t colon = span_colon(r->source, entry);
    if (colon < entry.length)
        return take_key(r, entry, colon);
    error_set_at(r->e, entry, "this line is no part of a question");
    return error_hint(r->e, "a long value goes on in lines that are indented by two blanks");
}

/* ---- the whole, by its kind ---- */

static int finish_choice(struct reading *r)
{
    size_t right = 0;

    for (size_t i = 0; i < r->q->nitem; i++)
        right += r->q->item[i].right;
    if (r->q->nitem < 2)
        return at_fence(r, "a choice needs two answers or more", "- [x] right :: praise");
    return right > 0 ? 0
                     : at_fence(r, "none of these answers is right", "- [x] marks those that are");
}

static int finish_value(struct reading *r)
{
    struct quiz *q = r->q;

    if (!r->answer.text)
        return at_fence(r, "this question has no answer", "answer: says what is right");
    q->answer.text = r->answer;
    r->answer.text = NULL;
    int bad = read_quiz_value(q->kind, &q->answer, r->e);
    for (size_t i = 0; i < q->nwrong && !bad; i++)
        bad = read_quiz_value(q->kind, &q->wrong[i], r->e);
    return bad;
}

/* A shuffle that depends on the text alone, and is never the order itself. */
static int finish_order(struct reading *r)
{
    struct quiz *q = r->q;
    unsigned seed = 2166136261u;

    if (q->nitem < 2)
        return at_fence(r, "an order needs two lines or more", "1. first, 2. second …");
    q->shown = NEW_ARRAY(q->nitem, size_t);
    if (!q->shown)
        return error_no_memory(r->e);
    for (const char *c = q->item[0].text.text; *c; c++)
        seed = (seed ^ (unsigned char)*c) * 16777619u;
    for (size_t i = 0; i < q->nitem; i++) {
        seed = seed * 1664525u + 1013904223u;
        size_t j = (seed >> 16) % (i + 1);
        q->shown[i] = q->shown[j];
        q->shown[j] = i;
    }
    bool same = true;
    for (size_t i = 0; i < q->nitem; i++)
        same = same && q->shown[i] == i;
    if (same) {
        q->shown[0] = q->nitem - 1;
        q->shown[q->nitem - 1] = 0;
    }
    return 0;
}

static int take_terms(struct reading *r, const struct passage *p, term_set all, term_set *t)
{
    const char *bad;
    size_t n;

    if (quiz_read_terms(p->text, all, t, &bad, &n) == 0)
        return 0;
    struct span at = {p->at.offset + (size_t)(bad - p->text), n};
    error_set_at(r->e, at, "this is no term");
    return error_hint(r->e, "terms are ℓ ELBO KL Q H S");
}

static int finish_predict(struct reading *r)
{
    struct quiz *q = r->q;

    if (!r->terms.text || !r->answer.text || q->nrun == 0)
        return at_fence(r, "a prediction needs terms:, run: and answer:",
                        "terms: ℓ ELBO KL Q, then run: m, then answer: ELBO, KL, Q");
    if (take_terms(r, &r->terms, 0, &q->terms) != 0 ||
        take_terms(r, &r->answer, q->terms, &q->expected) != 0)
        return -1;
    q->answer_at = r->answer;
    q->terms_at = r->terms;
    r->answer.text = r->terms.text = NULL;
    if (q->terms == 0)
        return error_set_at(r->e, q->terms_at.at, "there is no term to predict");
    if (q->expected & ~q->terms)
        return error_set_at(r->e, q->answer_at.at,
                            "the answer names a term that is not asked about");
    if (!q->ask.text)
        q->ask.text = mem_copy_text("Which of these will change?");
    return q->ask.text ? 0 : error_no_memory(r->e);
}

/* What belongs to another kind is a slip that would go unseen. */
static int check_kind(struct reading *r)
{
    const struct quiz *q = r->q;
    bool items = q->kind == QUIZ_CHOICE || q->kind == QUIZ_ORDER;
    bool value = q->kind == QUIZ_NUMBER || q->kind == QUIZ_TEXT;
    const char *kind = kinds[q->kind];

    if (q->nitem > 0 && !items)
        return error_set_at(r->e, q->item[0].text.at, "a question of kind %s has no choices", kind);
    if (q->nwrong > 0 && !value)
        return error_set_at(r->e, q->wrong[0].text.at, "kind %s has no 'wrong'", kind);
    if (q->check.text && q->kind != QUIZ_NUMBER)
        return error_set_at(r->e, q->check.at, "check: holds the answer of a number");
    if (r->answer.text && items)
        return error_set_at(r->e, r->answer.at, "kind %s has no answer: line", kind);
    if ((r->terms.text || q->nrun > 0) && q->kind != QUIZ_PREDICT)
        return error_set_at(r->e, r->terms.text ? r->terms.at : q->run[0].at,
                            "only a prediction has terms: and run:");
    if (!q->ask.text && q->kind != QUIZ_PREDICT)
        return at_fence(r, "this question asks nothing", "ask: is the question");
    return 0;
}

static int finish(struct reading *r)
{
    if (!r->has_kind)
        return at_fence(r, "this question has no kind",
                        "kind: is choice, number, text, order or predict");
    if (check_kind(r) != 0)
        return -1;
    switch (r->q->kind) {
    case QUIZ_CHOICE:
        return finish_choice(r);
    case QUIZ_ORDER:
        return finish_order(r);
    case QUIZ_PREDICT:
        return finish_predict(r);
    default:
        return finish_value(r);
    }
}

int read_quiz(struct reader lines, struct span fence, struct lesson_step *s, struct error *e)
{
    struct reading r = {.source = lines.source, .fence = fence, .q = NEW(struct quiz), .e = e};
    struct span entry;
    int bad = 0;

    s->kind = STEP_QUIZ;
    s->quiz = r.q;
    if (!r.q)
        return error_no_memory(e);
    while (!bad && reader_entry(&lines, &entry))
        bad = take_entry(&r, entry);
    if (!bad)
        bad = finish(&r);
    mem_free(r.answer.text);
    mem_free(r.terms.text);
    return bad;
}

static void value_clear(struct quiz_value *v)
{
    mem_free(v->text.text);
    mem_free(v->message.text);
    mem_free(v->expr);
    for (char **word = v->words; word && *word; word++)
        mem_free(*word);
    mem_free(v->words);
}

void quiz_free(struct quiz *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->nitem; i++) {
        mem_free(q->item[i].text.text);
        mem_free(q->item[i].message.text);
    }
    for (size_t i = 0; i < q->nwrong; i++)
        value_clear(&q->wrong[i]);
    value_clear(&q->answer);
    mem_free(q->item);
    mem_free(q->shown);
    mem_free(q->wrong);
    mem_free(q->ask.text);
    mem_free(q->why.text);
    mem_free(q->check.text);
    mem_free(q->answer_at.text);
    mem_free(q->terms_at.text);
    passages_free(q->run, q->nrun);
    hints_free(q->hint, q->nhint);
    mem_free(q);
}
