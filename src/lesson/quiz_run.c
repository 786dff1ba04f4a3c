/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a question asks of the session: numbers of its state, and what a prediction is about. */
#include <math.h>

#include "lesson/judge.h"
#include "lesson/quiz.h"
#include "shell/report.h"

static int evaluate(struct quiz_value *v, struct session *s, struct error *e)
{
    struct expr_value value;
    struct error inner = {0};

    if (!v->expr)
        return 0;
    if (expr_eval(s->expr, v->expr, (int)s->set.digits, &value, &inner) != 0) {
        error_set_at(e, v->text.at, "%s", inner.message);
        e->kind = inner.kind;
        return error_hint(e, "%s", inner.hint);
    }
    bool number = value.is_number && isfinite(value.number);
    v->value = number ? value.number : 0.0;
    expr_value_clear(&value);
    return number ? 0 : error_set_at(e, v->text.at, "this is not a finite number here");
}

int quiz_prepare(struct quiz *q, struct session *s, struct error *e)
{
    if (q->kind != QUIZ_NUMBER)
        return 0;
    if (evaluate(&q->answer, s, e) != 0)
        return -1;
    for (size_t i = 0; i < q->nwrong; i++)
        if (evaluate(&q->wrong[i], s, e) != 0)
            return -1;
    return 0;
}

/* The terms of here, as far as they have a value. */
static struct state terms_here(const struct session *s)
{
    const struct state *here = s->machine ? machine_here(s->machine) : NULL;
    return here ? (struct state){.terms = here->terms, .exact = here->exact} : (struct state){0};
}

static int lacking(const struct quiz *q, const struct state *st, const char *when, struct error *e)
{
    term_set lacks = 0;

    for (int t = 0; t < TERM_COUNT; t++)
        if ((q->terms & TERM_BIT(t)) &&
            (!(st->terms.have & TERM_BIT(t)) || isnan(st->terms.value[t])))
            lacks |= TERM_BIT(t);
    if (!lacks)
        return 0;
    struct text names = TEXT_INIT;
    quiz_add_terms(q, lacks, &names);
    error_set_at(e, q->run[0].at, "%s the prediction there is no %s", when, names.s);
    text_clear(&names);
    return error_hint(e, "terms need a model, θ and q: take an e first");
}

int quiz_predict_with(struct quiz *q, struct session *s,
                      int (*run)(void *context, const struct passage *p, struct error *e),
                      void *context, struct error *e)
{
    struct state was = terms_here(s);

    if (lacking(q, &was, "before", e) != 0)
        return -1;
    for (size_t i = 0; i < q->nrun; i++)
        if (run(context, &q->run[i], e) != 0)
            return -1;
    struct state now = terms_here(s);
    if (lacking(q, &now, "after", e) != 0)
        return -1;
    q->changed = 0;
    for (int t = 0; t < TERM_COUNT; t++)
        if ((q->terms & TERM_BIT(t)) && report_change(&now, &was, (enum term)t) != 0.0)
            q->changed |= TERM_BIT(t);
    return 0;
}

struct unseen {
    struct session *s;
    struct text *out;
};

static int run_unseen(void *context, const struct passage *p, struct error *e)
{
    const struct unseen *u = context;
    return judge_run(u->s, p, u->out, e);
}

int quiz_predict(struct quiz *q, struct session *s, struct text *out, struct error *e)
{
    struct unseen u = {s, out};
    return quiz_predict_with(q, s, run_unseen, &u, e);
}
