/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill */
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "em/block_json.h"
#include "em/symbol.h"
#include "numeric/random.h"
#include "shell/ask.h"
#include "shell/command.h"
#include "shell/drill.h"
#include "shell/page.h"
#include "shell/worked.h"

/* One drill, from the first case to bye. */
struct sitting {
    struct session *s;
    const struct drill_kind *kind;
    struct drill drill;
    gsl_rng *random;
    size_t at;               /* the case, from 0 */
    size_t asked;            /* questions that were answered, right or by `answer` */
    size_t right, first;     /* answered right; at the first try */
};

enum outcome { ON, STOP, STOP_INTERRUPTED };

static const char *const words[] = {"hint", "answer", "again", "bye", "help", NULL};

/* ---- saying ------------------------------------------------------------------------------ */

static void say(struct session *s, const char *mark, const char *what)
{
    struct page page = page_of(s);
    struct text t = TEXT_INIT;
    if (s->json)
        return;
    text_addf(&t, "%s%s%s", mark, mark[0] && what[0] ? " " : "", what);
    text_add(&s->out, "  ");
    page_words(&page, t.s, 2, 4);
    text_clear(&t);
}

static void symbol_of(const struct question *q, struct text *out)
{
    symbol_to_text(q->symbol, out);
}

static void show_case(struct sitting *t)
{
    struct session *s = t->s;
    if (s->json)
        return;
    text_addf(&s->out, "case %zu\n", t->at + 1);
    for (const char *line = t->drill.given.s; *line;) {
        size_t n = strcspn(line, "\n");
        text_add(&s->out, "  ");
        text_add_bytes(&s->out, line, n);
        text_add(&s->out, "\n");
        line += n + (line[n] == '\n');
    }
}

static void show_worked(struct sitting *t, const struct question *q)
{
    struct session *s = t->s;
    char number[NUMBER_TEXT];
    int digits = (int)s->set.digits;
    if (!s->json)
        worked_add(&s->out, session_width(s), digits, q->symbol, q->right,
                   number_text(number, drill_round(formula_value(q->right)), digits));
}

static void begin_json(struct sitting *t, const struct question *q)
{
    json_t *reply = session_reply(t->s, NULL);
    struct text symbol = TEXT_INIT;
    symbol_of(q, &symbol);
    json_object_set_new(reply, "drill", json_string(t->kind->name));
    json_object_set_new(reply, "case", json_integer((json_int_t)t->at + 1));
    json_object_set_new(reply, "question", json_string(symbol.s));
    text_clear(&symbol);
}

static void question_json(struct sitting *t, const struct question *q)
{
    if (!t->s->json)
        return;
    begin_json(t, q);
    json_object_set_new(session_reply(t->s, NULL), "given", json_string(t->drill.given.s));
}

/* What an answer was worth; the right one once it is known. */
static void grade_json(struct sitting *t, const struct question *q, const char *answer,
                       const char *grade, const char *why)
{
    if (!t->s->json)
        return;
    begin_json(t, q);
    json_t *reply = session_reply(t->s, NULL);
    json_object_set_new(reply, "answer", json_string(answer));
    json_object_set_new(reply, "grade", json_string(grade));
    if (why)
        json_object_set_new(reply, strcmp(grade, "mistake") == 0 ? "mistake" : "reason",
                            json_string(why));
    if (strcmp(grade, "right") == 0 || strcmp(grade, "shown") == 0) {
        struct text broken = TEXT_INIT, worked = TEXT_INIT;
        formula_text(q->right, FORMULA_NUMBERS, (int)t->s->set.digits, &broken);
        formula_wrap("", broken.s, 0, &worked);
        worked.s[strcspn(worked.s, "\n")] = '\0';
        json_object_set_new(reply, "value", json_number(drill_round(formula_value(q->right))));
        json_object_set_new(reply, "worked", json_string(worked.s));
        text_clear(&broken);
        text_clear(&worked);
    }
    session_flush(t->s);
}

static void finish(struct sitting *t)
{
    struct session *s = t->s;
    json_t *reply = session_reply(s, NULL);
    json_object_set_new(reply, "drill", json_string(t->kind->name));
    json_object_set_new(reply, "answered", json_integer((json_int_t)t->asked));
    json_object_set_new(reply, "right", json_integer((json_int_t)t->right));
    json_object_set_new(reply, "first_try", json_integer((json_int_t)t->first));
    if (!s->json && t->asked)
        text_addf(&s->out, "%zu question%s: %zu right, %zu of them at the first try\n", t->asked,
                  t->asked == 1 ? "" : "s", t->right, t->first);
}

/* ---- one answer -------------------------------------------------------------------------- */

/* What became of a line. */
enum talk { TALK_ON, TALK_SHOWN, TALK_NUMBER, TALK_WRONG, TALK_RIGHT };

static enum talk take_word(struct sitting *t, const struct question *q, const char *line)
{
    if (strcmp(line, "hint") == 0) {
        say(t->s, "", q->hint);
        grade_json(t, q, line, "hint", q->hint);
    } else if (strcmp(line, "again") == 0) {
        show_case(t);
        question_json(t, q);
    } else if (strcmp(line, "help") == 0 || strcmp(line, "?") == 0) {
        say(t->s, "", "a number, or how to get it, as 0.2*0.3/0.5 or log(2); hint; answer shows it "
                      "and goes on; again shows the case; bye ends");
    } else if (strcmp(line, "answer") == 0) {
        show_worked(t, q);
        grade_json(t, q, line, "shown", NULL);
        return TALK_SHOWN;
    } else if (line[0]) {
        return TALK_NUMBER;
    }
    return TALK_ON;
}

static enum talk refuse_line(struct sitting *t, const struct question *q, const char *line,
                             const struct error *e)
{
    struct text why = TEXT_INIT;
    text_addf(&why, "%s%s%s", e->message, e->hint[0] ? "; " : "", e->hint);
    say(t->s, "", why.s);
    grade_json(t, q, line, "unread", why.s);
    text_clear(&why);
    return TALK_ON;
}

static enum talk take_number(struct sitting *t, const struct question *q, const char *line)
{
    struct error e = {0};
    double value;
    if (ask_number(t->s, line, &value, &e) != 0)
        return refuse_line(t, q, line, &e);
    struct grade g = drill_grade(q, value, line);
    if (g.right) {
        say(t->s, "✓", "");
        show_worked(t, q);
        grade_json(t, q, line, "right", NULL);
        return TALK_RIGHT;
    }
    say(t->s, "✗", g.mistake ? g.mistake : "no; hint, answer, or try again");
    grade_json(t, q, line, g.mistake ? "mistake" : "wrong", g.mistake);
    return TALK_WRONG;
}

/* ---- questions --------------------------------------------------------------------------- */

static void count(struct sitting *t, enum talk talk, size_t wrong)
{
    t->asked++;
    t->right += talk == TALK_RIGHT;
    t->first += talk == TALK_RIGHT && wrong == 0;
}

/* Until it is answered, right or by `answer`. */
static enum outcome ask_until(struct sitting *t, const struct question *q, const char *prompt)
{
    enum talk talk = TALK_ON;
    for (size_t wrong = 0; talk != TALK_SHOWN && talk != TALK_RIGHT; wrong += talk == TALK_WRONG) {
        char *line;
        enum ask_answer answer = ask_line(t->s, prompt, words, &line);
        if (answer != ASK_TEXT)
            return answer == ASK_END ? STOP : STOP_INTERRUPTED;
        talk = take_word(t, q, line);
        if (talk == TALK_NUMBER)
            talk = take_number(t, q, line);
        if (talk == TALK_SHOWN || talk == TALK_RIGHT)
            count(t, talk, wrong);
        mem_free(line);
    }
    return ON;
}

static enum outcome ask_question(struct sitting *t, const struct question *q)
{
    struct text prompt = TEXT_INIT;
    text_add(&prompt, "  ");
    symbol_of(q, &prompt);
    text_add(&prompt, " = ");
    question_json(t, q);
    enum outcome outcome = ask_until(t, q, prompt.s);
    text_clear(&prompt);
    return outcome;
}

static enum outcome ask_case(struct sitting *t)
{
    enum outcome outcome = ON;
    show_case(t);
    for (size_t i = 0; outcome == ON && i < t->drill.nquestion; i++)
        outcome = ask_question(t, &t->drill.question[i]);
    return outcome;
}

static int sit(struct sitting *t, struct error *e)
{
    enum outcome outcome = ON;
    for (; outcome == ON; t->at++) {
        if (drill_deal(&t->drill, t->kind, t->at, t->random, e) != 0)
            return -1;
        outcome = ask_case(t);
        drill_clear(&t->drill);
    }
    finish(t);
    return outcome == STOP_INTERRUPTED ? session_interrupted(t->s, e) : 0;
}

/* ---- the command ------------------------------------------------------------------------- */

static const struct drill_kind *find_kind(const struct word *w, struct error *e)
{
    struct nearest near = {.typed = w->text};
    for (const struct drill_kind *k = drill_kinds; k->name; k++) {
        if (strcmp(k->name, w->text) == 0)
            return k;
        nearest_try(&near, k->name);
    }
    error_set_at(e, w->at, "there is no drill '%s'", w->text);
    suggest_nearest(e, &near);
    error_hint(e, "drill e, drill m, drill elbo or drill kl");
    return NULL;
}

static int run_drill(struct session *s, const struct call *c, struct error *e)
{
    size_t seed = s->set.seed + s->drills;
    struct sitting t = {.s = s, .kind = find_kind(&c->word[0], e),
                        .drill = {.f = FORMULAS_INIT, .given = TEXT_INIT}};
    if (!t.kind || options_count(&c->options, "seed", 0, UINT32_MAX, &seed, e) != 0)
        return -1;
    if (!(t.random = random_new(seed, e)))
        return -1;
    s->drills++;
    if (!s->json && !s->quiet)
        text_addf(&s->out, "drill %s seed=%zu: %s\nhint, answer, again; bye ends\n", t.kind->name,
                  seed, t.kind->summary);
    int r = sit(&t, e);
    drill_clear(&t.drill);
    gsl_rng_free(t.random);
    return r;
}

static const struct option_spec drill_options[] = {
    {"seed", OPTION_COUNT, "N", "the same cases again; else a drill more has others"},
    {NULL},
};

const struct command cmd_drill = {
    .name = "drill",
    .group = "lesson",
    .usage = "drill e|m|elbo|kl [seed=N]",
    .summary = "small random cases to work by hand, graded; mistakes are named",
    .details = "One question after the other; an answer is a number, to two or three digits, or\n"
               "how to get it: 0.2*0.3/0.5, log(2), exp(-0.5)/sqrt(2*math.pi).  What stands\n"
               "behind a question may also be\n"
               "\n"
               "  hint      what the number is\n"
               "  answer    the worked answer, and on to the next question\n"
               "  again     the case once more\n"
               "  bye       ends the drill, as ^C and ^D do\n"
               "\n"
               "In a script the answers are the lines that follow.\n",
    .options = drill_options,
    .argument = ARG_CHOICE,
    .choices = "e|m|elbo|kl",
    .min_words = 1,
    .max_words = 1,
    .run = run_drill,
};
