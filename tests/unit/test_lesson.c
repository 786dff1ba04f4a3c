/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lessons: what is read, what is refused and where, how output is compared, how answers are graded,
 * and that the checker finds each fault that is put into a sound lesson. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

#include "base/memory.h"
#include "base/text.h"
#include "lesson/check.h"
#include "lesson/compare.h"
#include "lesson/judge.h"
#include "lesson/quiz.h"
#include "lesson/record.h"
#include "lesson/typeset.h"
#include "shell/session.h"

static volatile sig_atomic_t interrupted;

/* ---- helpers ---------------------------------------------------------------------------- */

#define HEAD "---\ntitle: T\norder: 1\ntime: 5 minutes\n---\n"

static struct lesson *parsed(const char *text)
{
    struct error e = {0};
    char *source;
    struct lesson *l = lesson_parse("a/b.md", text, strlen(text), &source, &e);
    ck_assert_msg(l != NULL, "%s\n%s", e.message, text);
    return l;
}

/* The line of a place in a text. */
static size_t line_of(const char *text, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset && text[i]; i++)
        line += text[i] == '\n';
    return line;
}

static void refused(const char *text, size_t bytes, size_t line, const char *said)
{
    struct error e = {0};
    char *source;
    struct lesson *l = lesson_parse("b.md", text, bytes, &source, &e);
    ck_assert_msg(l == NULL, "accepted: %.300s", text);
    ck_assert_msg(strstr(e.message, said), "'%s' does not say '%s'", e.message, said);
    ck_assert_msg(source && line_of(source, e.at.offset) == line, "%s: line %zu, not %zu",
                  e.message, line_of(source ? source : "", e.at.offset), line);
    mem_free(source);
}

/* ---- reading ---------------------------------------------------------------------------- */

static const char whole[] =
    "---\ntitle: One: two\norder: 7\ntime: 5 minutes\nneeds: a-b, c\nskip: after 2\nauthor: "
    "X\n---\n"
    "# Title\n\nProse *one*\nline two.\n\n"
    "```emstep\nem> load coins\ncoins: 5 rows ...\nem> repeat 2 {\n  print 1\n}\n1\n1\n\n"
    "em> m\nerror: m needs a model\n```\n"
    "More.\n\n```text\nem> not ours\n```\n\n"
    "```emstep try\nstart: let a=1\nexpect t == 1 \"not yet\"\nexpect kl > 0\n"
    "answer: e\nanswer: m\nhint: one\n  and on\nhint if a == 1: two\n```\n"
    "```quiz\nkind: number\nask: How many?\nanswer: 3\nwrong 4 ± 0.1: No.\nhint: h\nwhy: w\n```\n";

START_TEST(reads_steps)
{
    struct lesson *l = parsed(whole);
    ck_assert_str_eq(l->name, "b");
    ck_assert_str_eq(l->folder, "a");
    ck_assert_str_eq(l->header.title, "One: two");
    ck_assert_uint_eq(l->header.order, 7);
    ck_assert_uint_eq(l->header.nneeds, 2);
    ck_assert_str_eq(l->header.needs[1].text, "c");
    ck_assert(l->header.skip == SKIP_AFTER && l->header.skip_after == 2);
    ck_assert_uint_eq(l->nstep, 5);
    static const enum step_kind kinds[] = {STEP_TEXT, STEP_RUN, STEP_TEXT, STEP_TRY, STEP_QUIZ};
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(l->step[i].kind, kinds[i]);
    lesson_free(l);
}
END_TEST

START_TEST(reads_commands)
{
    struct lesson *l = parsed(whole);
    const struct lesson_step *run = &l->step[1];
    ck_assert_uint_eq(run->nrun, 3);
    ck_assert_str_eq(run->run[0].output.text, "coins: 5 rows ...\n");
    ck_assert_str_eq(run->run[1].command.text, "repeat 2 {\n  print 1\n}");
    ck_assert_str_eq(run->run[1].output.text, "1\n1\n");
    ck_assert(run->run[2].fails && !run->run[1].fails);
    /* Every passage is where it says it is. */
    for (size_t i = 0; i < run->nrun; i++) {
        const struct lesson_command *c = &run->run[i];
        ck_assert(strncmp(l->source + c->command.at.offset, c->command.text,
                          c->command.at.length) == 0);
        ck_assert(strncmp(l->source + c->output.at.offset, c->output.text,
                          c->output.at.length) == 0);
    }
    lesson_free(l);
}
END_TEST

START_TEST(reads_task_and_question)
{
    struct lesson *l = parsed(whole);
    const struct lesson_try *t = l->step[3].try;
    ck_assert(t->nexpect == 2 && t->nanswer == 2 && t->nstart == 1 && t->nhint == 2);
    ck_assert_str_eq(t->expect[0].text, "t == 1 \"not yet\"");
    ck_assert_str_eq(t->hint[0].hint.text, "one   and on");
    ck_assert_ptr_null(t->hint[0].condition.text);
    ck_assert_str_eq(t->hint[1].condition.text, "a == 1");
    const struct quiz *q = l->step[4].quiz;
    ck_assert(q->answer.value == 3.0 && q->answer.tolerance == 0.5);
    ck_assert(q->wrong[0].value == 4.0 && q->wrong[0].tolerance == 0.1);
    ck_assert_str_eq(q->why.text, "w");
    lesson_free(l);
}
END_TEST

/* What other systems write: \r\n, a mark in front. */
START_TEST(reads_windows_files)
{
    struct lesson *l =
        parsed("\xef\xbb\xbf---\r\ntitle: T\r\norder: 1\r\ntime: x\r\n---\r\nProse\r\n"
               "```emstep\r\nem> print 1\r\n1\r\n```\r\n");
    ck_assert_str_eq(l->step[1].run[0].output.text, "1\n");
    lesson_free(l);
}
END_TEST

#define TRY(lines) HEAD "```emstep try\n" lines "```\n"
#define QUIZ(lines) HEAD "```quiz\n" lines "```\n"

static const struct {
    const char *text;
    size_t line;
    const char *said;
} wrong[] = {
    {"# no header\n", 1, "begins with its header"},
    {"", 1, "begins with its header"},
    {"---\ntitle: T\n", 1, "not closed"},
    {"---\ntitle: T\norder: 1\n---\n", 4, "lacks time"},
    {"---\ntitle: T\ntitel: T\n---\n", 3, "did you mean 'title'"},
    {"---\ntitle: T\ntitle: U\n---\n", 3, "already"},
    {"---\ntitle: T\norder: one\n---\n", 3, "whole number"},
    {"---\ntitle: T\nskip: maybe\n---\n", 3, "skip is"},
    {"---\ntitle:\n---\n", 2, "no value"},
    {HEAD "a\n\n```emstep\nem> e\n", 8, "not closed"},
    {HEAD "```text\nabc\n", 6, "not closed"},
    {HEAD "```emstep\nem> e\n```quiz\n", 6, "not closed"},
    {HEAD "```emstep\nem> e\n```quiz\n```\n", 8, "opens inside"},
    {HEAD "```emstep tyr\nem> e\n```\n", 6, "no block of this kind"},
    {HEAD "* a\n\n  ```emstep\n  em> e\n  ```\n", 8, "indented"},
    {HEAD "```emstep\n```\n", 6, "no command"},
    {HEAD "```emstep\nwhat\n```\n", 7, "output before"},
    {HEAD "```emstep\nem> print (1\n```\n", 7, "not closed"},
    {HEAD "<b>x</b>\n", 6, "HTML"},
    {HEAD "a\n\n![x](y.png)\n", 8, "no images"},
    {TRY("answer: e\n"), 6, "no expect"},
    {TRY("expect 1\n"), 6, "no answer"},
    {TRY("expct 1\n"), 7, "no such line"},
    {TRY("hint if x\n"), 7, "hint if EXPR"},
    {QUIZ("ask: x\n"), 6, "no kind"},
    {QUIZ("kind: x\n"), 7, "no such kind"},
    {QUIZ("kind: text\nanswer: a\n"), 6, "asks nothing"},
    {QUIZ("kind: text\nask: q\n"), 6, "no answer"},
    {QUIZ("kind: text\nask: q\nanswer: a | !\n"), 9, "letter or a digit"},
    {QUIZ("kind: number\nask: q\nanswer: about 3\n"), 9, "a number is needed"},
    {QUIZ("kind: number\nask: q\nanswer: = p[1]\n"), 9, "a number is needed"},
    {QUIZ("kind: number\nask: q\nanswer: 3\nwrong 4\n"), 10, "wrong ANSWER"},
    {QUIZ("kind: choice\nask: q\n- [x] a\n"), 6, "two answers"},
    {QUIZ("kind: choice\nask: q\n- [ ] a\n- [ ] b\n"), 6, "none of these"},
    {QUIZ("kind: order\nask: q\n1. a\n"), 6, "two lines"},
    {QUIZ("kind: choice\nask: q\nanswer: 1\n- [x] a\n- [ ] b\n"), 9, "no answer: line"},
    {QUIZ("kind: text\nask: q\nanswer: a\nrun: e\n"), 10, "only a prediction"},
    {QUIZ("kind: predict\nterms: ELBO\nanswer: none\n"), 6, "needs terms"},
    {QUIZ("kind: predict\nterms: ELBO foo\nrun: e\nanswer: none\n"), 8, "no term"},
    {QUIZ("kind: predict\nterms: ELBO\nrun: e\nanswer: KL\n"), 10, "not asked about"},
    {HEAD "a \033[2J b\n", 6, "U+001B"},
    {HEAD "ok\na \xff b\n", 7, "not UTF-8"},
    {HEAD "a \xe2\x80\xae b\n", 6, "U+202E"},
};

START_TEST(refuses_with_the_line)
{
    refused(wrong[_i].text, strlen(wrong[_i].text), wrong[_i].line, wrong[_i].said);
}
END_TEST

START_TEST(refuses_what_is_too_much)
{
    struct text t = TEXT_INIT;

    text_add(&t, HEAD);
    text_repeat(&t, "x", 100000);
    refused(t.s, t.length, 6, "longer than");
    text_reset(&t);
    text_add(&t, HEAD);
    text_repeat(&t, "a\n\n```emstep\nem> e\n```\n", 1000);
    refused(t.s, t.length, 6 + 250 * 5, "at most 500 steps");
    text_reset(&t);
    text_add(&t, HEAD);
    text_repeat(&t, "> ", 5000);
    text_add(&t, "deep\n");
    refused(t.s, t.length, 6, "deeper than");
    refused(HEAD "a\0b\n", sizeof HEAD "a\0b", 6, "U+0000");
    text_clear(&t);
}
END_TEST

/* No part of the text makes the reader stumble over memory. */
START_TEST(survives_cuts_and_no_memory)
{
    for (size_t n = 0; n < sizeof whole; n++) {
        struct error e = {0};
        char *source;
        lesson_free(lesson_parse("b.md", whole, n, &source, &e));
        mem_free(source);
    }
    for (long n = 0; n < 400; n++) {
        struct error e = {0};
        char *source;
        mem_fail_after(n);
        struct lesson *l = lesson_parse("b.md", whole, strlen(whole), &source, &e);
        mem_fail_after(-1);
        ck_assert(l || e.message[0]);
        lesson_free(l);
        mem_free(source);
    }
}
END_TEST

/* ---- output ----------------------------------------------------------------------------- */

static const struct {
    const char *written, *printed;
    bool agree;
} outputs[] = {
    {"ℓ −11.32", "ℓ −11.3206", true},
    {"ℓ −11.320", "ℓ −11.3206", false},
    {"ℓ −11.321", "ℓ −11.3206", true},
    {"ℓ -11.32", "ℓ −11.3206", true},
    {"x 0.25", "x 0.250000", true},
    {"x 0.250000", "x 0.25", true},
    {"x 0.2", "x 0.25", true}, /* a half either way */
    {"x 0.3", "x 0.25", true},
    {"x 0.24", "x 0.25", false},
    {"2.0e−03", "0.00196", true},
    {"2.0e−03", "0.00194", false},
    {"1e5", "99999.7", true},
    {"272 rows", "272 rows", true},
    {"272 rows", "273 rows", false},
    {"KL 0", "KL 0", true},
    {"KL 0", "KL 0.3", false},
    {"KL 0.0", "KL 0.03", true},
    {"+44.7", "44.6740", true},
    {"-44.7", "44.6740", false},
    {"inf", "inf", true},
    {"θ2 x1", "θ2 x1", true},
    {"θ2", "θ3", false},
    {"x1.5", "x1.4", false},
    {"a  b", "a b", true},
    {"  a b ", "a    b", true},
    {"ab", "a b", false},
    {"A", "a", false},
    {"a ... c", "a b b c", true},
    {"a ...", "a", true},
    {"...c", "abc", true},
    {"a ... c", "a b", false},
    {"a...a...b", "a a c a b", true},
    {"KL ... S 3.1", "KL 0 Q 1 S 4 S 3.059", true},
    {"a\nb\n", "a\nb", true},
    {"a\nb\n\n\n", "a\nb", true},
    {"a\n", "a\nb\n", false},
    {"a\nb\n", "a\n", false},
    {"a\n...\nd\n", "a\nb\nc\nd\n", true},
    {"a\n...\nd\n", "a\nd\n", true},
    {"a\n...\n", "a\n", true},
    {"...\nb\n", "a\nc\n", false},
    {"...\nb\n...\nb\n", "b\nx\nb\n", true},
    {"...\n", "", true},
    {"\n", "", true},
    {"1", "1.2.3", false},
    {"12345678901234567890", "12345678901234567890", true},
};

static const struct {
    const char *written, *printed, *word;
} partings[] = {
    {"pi 0.5 0.52", "pi 0.5 0.6", "0.52"},
    {"  a 1  b 22 c", "a 1 b 23 c", "22"},
    {"0E ... S 3.1 end", "0E KL 0 S 3.2 end", "3.1"},
    {"two words", "two wards", "words"},
    {"a b", "a", "b"},
};

START_TEST(compares_output)
{
    struct difference d;
    bool agree = compare_output(outputs[_i].written, outputs[_i].printed, &d);
    ck_assert_msg(agree == outputs[_i].agree, "'%s' against '%s'", outputs[_i].written,
                  outputs[_i].printed);
}
END_TEST

START_TEST(says_where_output_parts)
{
    struct difference d;
    ck_assert(!compare_output("a\n...\nc 1\n", "a\nb\nd 2\n", &d));
    ck_assert(d.written && strncmp(d.written, "c 1", d.written_length) == 0);
    ck_assert_uint_eq(d.line, 2);
    ck_assert(!compare_output("a\nb\n", "a\nx 2\nc\n", &d));
    ck_assert(d.line == 1 && strncmp(d.printed, "x 2", d.printed_length) == 0);
    ck_assert(!compare_output("a\n", "a\nmore\n", &d));
    ck_assert(!d.written && strncmp(d.printed, "more", d.printed_length) == 0);
    ck_assert(!compare_output("a\nb\n", "a\n", &d));
    ck_assert(d.written && !d.printed);
}
END_TEST

/* The word or number itself, behind what agrees, elisions with it. */
START_TEST(says_at_which_word_a_line_parts)
{
    struct parting p = {0, 0};
    const char *w = partings[_i].written, *printed = partings[_i].printed;

    ck_assert(!compare_line(w, strlen(w), printed, strlen(printed), &p));
    ck_assert_uint_eq(p.length, strlen(partings[_i].word));
    ck_assert(strncmp(w + p.at, partings[_i].word, p.length) == 0);
}
END_TEST

/* ---- grading ---------------------------------------------------------------------------- */

static const char choice[] =
    QUIZ("kind: choice\nask: q\n- [ ] Jensen :: no J\n- [x] Gibbs :: yes G\n"
         "- [x] Bayes\n");
static const char number[] = QUIZ("kind: number\nask: q\nanswer: 0.2 ± 0.005\n"
                                  "wrong 0.8 ± 0.005: other coin\n");
static const char words[] = QUIZ("kind: text\nask: q\nanswer: Kullback–Leibler divergence | KL\n"
                                 "wrong entropy | S: of q alone\n");
static const char order[] = QUIZ("kind: order\nask: q\n1. a\n2. b\n3. c\n");
static const char predict[] = QUIZ("kind: predict\nterms: ℓ ELBO KL Q\nrun: m\nanswer: ELBO, Q\n");
static const char called[] = QUIZ("kind: predict\nterms: f g gap\nrun: m\nanswer: g\n");

static const struct {
    const char *question, *typed;
    enum quiz_verdict verdict;
    const char *said;
} answers[] = {
    {choice, "2 3", QUIZ_RIGHT, "yes G"},
    {choice, "3,2", QUIZ_RIGHT, "yes G"},
    {choice, "b c", QUIZ_RIGHT, ""},
    {choice, "2", QUIZ_WRONG, "not all"},
    {choice, "2 2", QUIZ_WRONG, "not all"},
    {choice, "gibbs", QUIZ_WRONG, "not all"},
    {choice, "1 2 3", QUIZ_WRONG, "no J"},
    {choice, "4", QUIZ_UNCLEAR, "1 to 3"},
    {choice, "0", QUIZ_UNCLEAR, ""},
    {choice, "", QUIZ_UNCLEAR, ""},
    {choice, "-1", QUIZ_UNCLEAR, ""},
    {choice, "99999999999999999999", QUIZ_UNCLEAR, ""},
    {number, "0.2", QUIZ_RIGHT, ""},
    {number, " 0.205 ", QUIZ_RIGHT, ""},
    {number, "1/5", QUIZ_RIGHT, ""},
    {number, "20%", QUIZ_RIGHT, ""},
    {number, "0.206", QUIZ_WRONG, ""},
    {number, "0.8", QUIZ_WRONG, "other coin"},
    {number, "−0.2", QUIZ_WRONG, "sign"},
    {number, "20", QUIZ_WRONG, "percent"},
    {number, "0,2", QUIZ_UNCLEAR, "a number"},
    {number, "1/0", QUIZ_UNCLEAR, ""},
    {number, "nan", QUIZ_UNCLEAR, ""},
    {number, "inf", QUIZ_UNCLEAR, ""},
    {number, "two", QUIZ_UNCLEAR, "a number"},
    {words, "kl", QUIZ_RIGHT, ""},
    {words, "the KL", QUIZ_RIGHT, ""},
    {words, " kullback leibler DIVERGENCE.", QUIZ_RIGHT, ""},
    {words, "Entropy!", QUIZ_WRONG, "of q alone"},
    {words, "an entropy", QUIZ_WRONG, "of q alone"},
    {words, "gap", QUIZ_WRONG, ""},
    {words, "?!", QUIZ_UNCLEAR, "word"},
    {words, "", QUIZ_UNCLEAR, ""},
    {order, "1 1 2", QUIZ_UNCLEAR, "all 3"},
    {order, "1 2", QUIZ_UNCLEAR, ""},
    {order, "1 2 3", QUIZ_WRONG, ""}, /* never shown in its order */
    {order, "a b c d", QUIZ_UNCLEAR, ""},
    {predict, "ELBO Q", QUIZ_RIGHT, ""},
    {predict, "q, elbo", QUIZ_RIGHT, ""},
    {predict, "bound and Q", QUIZ_RIGHT, ""},
    {predict, "ELBO", QUIZ_WRONG, "Q changes."},
    {predict, "ELBO Q KL", QUIZ_WRONG, "KL does not change."},
    {predict, "all", QUIZ_WRONG, "ℓ, KL do not change."},
    {predict, "none", QUIZ_WRONG, "ELBO, Q change."},
    {predict, "KL Q", QUIZ_WRONG, "ELBO changes; KL does not."},
    {predict, "S", QUIZ_UNCLEAR, "or none"},
    {predict, "theta", QUIZ_UNCLEAR, ""},
    {predict, "", QUIZ_UNCLEAR, ""},
    {called, "f", QUIZ_WRONG, "g changes; f does not"},
    {called, "?", QUIZ_UNCLEAR, "of f, g, gap, or none"},
};

START_TEST(grades)
{
    struct lesson *l = parsed(answers[_i].question);
    struct text message = TEXT_INIT;
    struct quiz *q = l->step[0].quiz;
    q->changed = (TERM_BIT(TERM_ELBO) | TERM_BIT(TERM_Q)) & q->terms;
    enum quiz_verdict verdict = quiz_grade(q, answers[_i].typed, &message);
    ck_assert_msg(verdict == answers[_i].verdict, "'%s': %d (%s)", answers[_i].typed, verdict,
                  message.s);
    ck_assert_msg(strstr(message.s, answers[_i].said), "'%s': '%s' lacks '%s'", answers[_i].typed,
                  message.s, answers[_i].said);
    text_clear(&message);
    lesson_free(l);
}
END_TEST

/* The right order is the one that puts the shown lines as they were written. */
START_TEST(grades_order_as_shown)
{
    struct lesson *l = parsed(order);
    struct text shown = TEXT_INIT, typed = TEXT_INIT, message = TEXT_INIT;
    const struct quiz *q = l->step[0].quiz;
    quiz_add_question(q, &shown);
    for (const char *item = "abc"; *item; item++) {
        char line[8];
        snprintf(line, sizeof line, ". %c\n", *item);
        const char *at = strstr(shown.s, line);
        ck_assert_ptr_nonnull(at);
        text_addf(&typed, "%c ", at[-1]);
    }
    ck_assert_int_eq(quiz_grade(q, typed.s, &message), QUIZ_RIGHT);
    text_clear(&shown);
    text_clear(&typed);
    text_clear(&message);
    lesson_free(l);
}
END_TEST

/* ---- the checker ------------------------------------------------------------------------ */

static const char sound[] =
    HEAD
    "Prose.\n\n"
    "```emstep\nem> load coins\nem> model binomial k=2\nem> freeze pi\n"
    "em> theta pi=0.5,0.5 p=0.6,0.5\nem> e\n0E   ℓ −11.32  ...\n...\nem> plot bound\n"
    "em> foo\nerror: no command ...\n```\n"
    "```quiz\nkind: predict\nterms: ℓ ELBO KL S\nrun: m\nanswer: ℓ, ELBO, KL\n```\n"
    "```emstep try\nstart: let before=p[1]\nexpect kl < 1e-9 \"open\"\nexpect p[1] == before\n"
    "answer: e\nhint if phase == \"M\": E now\n```\n"
    "```quiz\nkind: number\nask: p?\nanswer: = p[1] ± 0.005\nwrong 0.581 ± 0.005: other\n```\n"
    "```quiz\nkind: text\nask: q?\nanswer: E | e-step\nwrong M: no\n```\n";

/* Runs the checker; what it told first goes into *e, its line into *line (0: nothing). */
static struct check_report check_text(const char *text, struct record *record, struct error *e,
                                      size_t *line)
{
    struct session s;
    struct error failed = {0};
    struct check_report r = {0};
    struct capture told = {.origin = "a/b.md"};
    struct lesson *l = parsed(text);
    ck_assert_int_eq(session_init(&s, &interrupted, &failed), 0);
    ck_assert_int_eq(settings_set(&s.set, "plot", "text", &failed), 0);
    told.origin = l->path;
    s.capture = &told;
    ck_assert_int_eq(check_lesson(&s, l, record, &r), 0);
    s.capture = NULL;
    *e = told.error;
    *line = told.error.message[0] ? line_of(l->source, told.error.at.offset) : 0;
    session_clear(&s);
    lesson_free(l);
    return r;
}

START_TEST(a_sound_lesson_holds)
{
    struct error e;
    size_t line;
    struct check_report r = check_text(sound, NULL, &e, &line);
    ck_assert_msg(r.failed == 0, "line %zu: %s", line, e.message);
    ck_assert_uint_gt(r.checks, 15);
}
END_TEST

/* One thing of the sound lesson put wrong, and what the checker says of it, where. */
static const struct {
    const char *from, *to;
    size_t line;
    const char *said;
} faults[] = {
    {"ℓ −11.32 ", "ℓ −11.42 ", 14, "not what is printed"},
    {"em> e\n0E", "em> nonsense\n0E", 13, "no command 'nonsense'"},
    {"error: no", "error: yes", 18, "not what is printed"},
    {"em> foo", "em> print 1", 18, "was to fail"},
    {"em> plot bound\n", "", 1, "no picture"},
    {"answer: ℓ, ELBO, KL\n", "answer: ℓ, ELBO\n", 24, "the machine says otherwise"},
    {"run: m\n", "run: e\n", 24, "the machine says otherwise"},
    {"run: m\n", "run: q load no.json\n", 23, "no.json"},
    {"expect kl < 1e-9 \"open\"\n", "expect kl < 9\n", 26, "done before anything is typed"},
    {"expect p[1] == before\n", "expect p[1] < 0\n", 29, "p[1] < 0"},
    {"expect p[1] == before\n", "expect p[1] == befor\n", 29, "befor"},
    {"answer: e\n", "answer: step 1\n", 28, "open"},
    {"answer: e\nhint", "answer: theta p=7\nhint", 30, "p"},
    {"hint if phase ==", "hint if phas ==", 31, "phas"},
    {"wrong 0.581", "wrong 0.713", 37, "graded as right"},
    {"wrong 0.581 ± 0.005: other\n", "wrong 0.58 ± 0.01: a\nwrong 0.581 ± 0.005: other\n", 38,
     "another message"},
    {"= p[1]", "= p[9]", 36, "p[9]"},
    {"= p[1]", "= 1/0", 36, "not a finite number"},
    {"wrong M: no", "wrong e: no", 43, "graded as right"},
    {"time: 5 minutes\n", "time: 5 minutes\nneeds: 01-tow-coins\n", 5, "01-tow-coins"},
};

START_TEST(each_fault_is_told_with_its_line)
{
    struct text text = TEXT_INIT;
    struct error e;
    size_t line;
    const char *at = strstr(sound, faults[_i].from);
    ck_assert_msg(at != NULL, "%s", faults[_i].from);
    text_add_bytes(&text, sound, (size_t)(at - sound));
    text_add(&text, faults[_i].to);
    text_add(&text, at + strlen(faults[_i].from));
    struct check_report r = check_text(text.s, NULL, &e, &line);
    ck_assert_msg(r.failed > 0, "not found: %s", faults[_i].to);
    ck_assert_msg(strstr(e.message, faults[_i].said), "'%s' lacks '%s'", e.message,
                  faults[_i].said);
    ck_assert_msg(line == faults[_i].line, "%s: line %zu, not %zu", e.message, line,
                  faults[_i].line);
    text_clear(&text);
}
END_TEST

START_TEST(whole_parts_must_be_there)
{
    struct error e;
    size_t line;
    struct check_report r = check_text(HEAD "Nothing.\n", NULL, &e, &line);
    ck_assert_uint_eq(r.failed, 3);
    ck_assert_uint_eq(line, 1);
}
END_TEST

START_TEST(endless_work_ends)
{
    struct error e;
    size_t line;
    check_text(HEAD "```emstep\nem> print (function() while true do end end)()\n```\n", NULL, &e,
               &line);
    ck_assert_uint_eq(line, 7);
    check_text(HEAD "```emstep\nem> repeat 10000 { repeat 10000 { print 1 } }\n```\n", NULL, &e,
               &line);
    ck_assert_msg(line == 7 && strstr(e.message, "more than 4 MB"), "%s", e.message);
    check_text(HEAD "```emstep\nem> quit\n```\n", NULL, &e, &line);
    ck_assert_msg(strstr(e.message, "quit"), "%s", e.message);
}
END_TEST

/* ---- recording -------------------------------------------------------------------------- */

START_TEST(records_what_differs)
{
    static const char text[] = HEAD "```emstep\nem> print 1.23456\n1.23\nem> print 2\n?\n"
                                    "em> repeat 4 { print 7 }\n8\n...\n7\n```\n";
    struct record record = {0};
    struct text out = TEXT_INIT, diff = TEXT_INIT;
    struct error e;
    size_t line;
    struct check_report r = check_text(text, &record, &e, &line);
    struct lesson *l = parsed(text);
    record_apply(&record, l, &out);
    ck_assert_str_eq(out.s, HEAD "```emstep\nem> print 1.23456\n1.23\nem> print 2\n2\n"
                                 "em> repeat 4 { print 7 }\n7\n...\n7\n```\n");
    ck_assert_uint_eq(r.recorded, 2);
    record_diff(&record, l, &diff);
    ck_assert_msg(strstr(diff.s, "@@ -7,5 +7,5 @@\n") != NULL, "%s", diff.s);
    ck_assert(strstr(diff.s, "\n-?\n+2\n") && strstr(diff.s, "\n-8\n"));
    text_clear(&out);
    text_clear(&diff);
    record_clear(&record);
    lesson_free(l);
}
END_TEST

/* ---- prose ------------------------------------------------------------------------------ */

/* Every line fits, and no byte steers the terminal. */
START_TEST(prose_fits)
{
    struct lesson *l =
        parsed(HEAD "# A heading that is long *enough* to be broken\n\n"
                    "Words `code` 中文字符也可以在这里换行因为每个字符后面都可以断开 and a "
                    "verylongwordverylongwordverylongwordverylongword.\n\n"
                    "* one\n  1. two two two two two two two two\n\n> quote quote quote\n\n"
                    "```lua\n    return log(1 - theta.xi) + x[1] * log(theta.lambda) - theta.lambda\n"
                    "```\n\n> * a\n>\n>       code_without_a_blank_that_is_long code code code\n");
    for (size_t width = 20; width < 90; width += 7) {
        struct typeset how = {width, false};
        struct text out = TEXT_INIT;
        typeset_step(&how, &l->step[0], &out);
        for (const char *at = out.s; *at; at += strcspn(at, "\n") + 1)
            ck_assert_uint_le(text_width_n(at, strcspn(at, "\n")), width);
        ck_assert_ptr_null(strchr(out.s, '\033'));
        text_clear(&out);
    }
    lesson_free(l);
}
END_TEST

/* Nothing of it is lost; what does not fit stands further in. */
START_TEST(wide_code_goes_on_below)
{
    struct lesson *l = parsed(HEAD "```lua\nshort\n  return one + two + three + four + five\n\nend\n```\n");
    struct typeset how = {30, false};
    struct text out = TEXT_INIT;
    typeset_step(&how, &l->step[0], &out);
    ck_assert_str_eq(out.s, "    short\n      return one + two + three\n          + four + five\n\n"
                            "    end\n");
    text_clear(&out);
    lesson_free(l);
}
END_TEST

START_TEST(colours_are_closed)
{
    struct typeset how = {30, true};
    struct text out = TEXT_INIT;
    typeset_words(&how, "  ", "**strong words that go on and on over several lines** plain", &out);
    for (const char *at = out.s; *at; at += strcspn(at, "\n") + 1) {
        size_t n = strcspn(at, "\n");
        char *line = mem_copy_bytes(at, n), *last = NULL;
        for (char *esc = line; (esc = strchr(esc, '\033')); esc++)
            last = esc;
        ck_assert_msg(!last || strncmp(last, "\033[0m", 4) == 0, "%s", line);
        mem_free(line);
    }
    ck_assert_ptr_nonnull(strstr(out.s, "\033[1m"));
    text_clear(&out);
}
END_TEST

/* Emphasis that ends where a line does takes no blank along to the next one. */
START_TEST(no_line_begins_with_a_blank)
{
    struct typeset how = {20, false};
    struct text out = TEXT_INIT;
    typeset_words(&how, "", "one two three *four* five **six seven** eight", &out);
    ck_assert_str_eq(out.s, "one two three four\nfive six seven eight\n");
    text_clear(&out);
}
END_TEST

/* ---- files ------------------------------------------------------------------------------ */

static const char *const forbidden[] = {"/tmp/x", "../x", "a/../../x", "link", "linked/x", "there"};

START_TEST(confined_files)
{
    char folder[] = "/tmp/emstep-test-XXXXXX", name[80];
    struct session s;
    struct error e = {0};
    struct text path = TEXT_INIT;
    struct span at = {0, 1};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(session_init(&s, &interrupted, &e), 0);
    ck_assert_int_eq(files_set(&s.files, true, folder, NULL, &e), 0);
    snprintf(name, sizeof name, "%s/link", folder);
    ck_assert_int_eq(symlink("/etc/passwd", name), 0);
    snprintf(name, sizeof name, "%s/linked", folder);
    ck_assert_int_eq(symlink("/tmp", name), 0);
    snprintf(name, sizeof name, "%s/there", folder);
    fclose(fopen(name, "w"));
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        text_reset(&path);
        ck_assert_msg(file_to_write(&s, forbidden[i], at, &path, &e) == -1, "%s", forbidden[i]);
        ck_assert_ptr_nonnull(strstr(e.hint, "--trust"));
    }
    for (int again = 0; again < 2; again++) { /* over its own file */
        text_reset(&path);
        ck_assert_msg(file_to_write(&s, "new", at, &path, &e) == 0, "%s", e.message);
        fclose(fopen(path.s, "w"));
    }
    text_reset(&path);
    ck_assert_int_eq(file_to_read(&s, "new", &path, &e), 0);
    ck_assert(strncmp(path.s, folder, strlen(folder)) == 0);
    s.files.confined = false; /* --trust */
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        ck_assert_int_eq(file_to_write(&s, forbidden[i], at, &path, &e), 0);
    static const char *const made[] = {"link", "linked", "there", "new"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        snprintf(name, sizeof name, "%s/%s", folder, made[i]);
        unlink(name);
    }
    rmdir(folder);
    text_clear(&path);
    session_clear(&s);
}
END_TEST

/* ------------------------------------------------------------------------------------------ */

#define COUNT(list) (int)(sizeof (list) / sizeof *(list))

int main(void)
{
    Suite *s = suite_create("lesson");
    TCase *t = tcase_create("lesson");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, reads_steps);
    tcase_add_test(t, reads_commands);
    tcase_add_test(t, reads_task_and_question);
    tcase_add_test(t, reads_windows_files);
    tcase_add_loop_test(t, refuses_with_the_line, 0, COUNT(wrong));
    tcase_add_test(t, refuses_what_is_too_much);
    tcase_add_test(t, survives_cuts_and_no_memory);
    tcase_add_loop_test(t, compares_output, 0, COUNT(outputs));
    tcase_add_test(t, says_where_output_parts);
    tcase_add_loop_test(t, says_at_which_word_a_line_parts, 0, COUNT(partings));
    tcase_add_loop_test(t, grades, 0, COUNT(answers));
    tcase_add_test(t, grades_order_as_shown);
    tcase_add_test(t, a_sound_lesson_holds);
    tcase_add_loop_test(t, each_fault_is_told_with_its_line, 0, COUNT(faults));
    tcase_add_test(t, whole_parts_must_be_there);
    tcase_add_test(t, endless_work_ends);
    tcase_add_test(t, records_what_differs);
    tcase_add_test(t, prose_fits);
    tcase_add_test(t, wide_code_goes_on_below);
    tcase_add_test(t, colours_are_closed);
    tcase_add_test(t, no_line_begins_with_a_blank);
    tcase_add_test(t, confined_files);
    suite_add_tcase(s, t);
    return support_run(s);
}
