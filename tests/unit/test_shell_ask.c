/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers: where they come from, and what they are as numbers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#include "base/memory.h"
#include "shell/ask.h"

static volatile sig_atomic_t interrupted;
static struct session session;

static void set_up(void)
{
    struct error e = {0};
    interrupted = 0;
    ck_assert(session_init(&session, &interrupted, &e) == 0);
    session.json = true; /* answers are not shown */
}

static void tear_down(void)
{
    session_clear(&session);
}

/* ---- sources ----------------------------------------------------------------------------- */

struct given {
    struct ask_text rest;
    struct ask_source source;
    size_t at;
};

static void give(struct given *g, const char *text, bool alone)
{
    *g = (struct given){.rest = {text, strlen(text), &g->at},
                        .source = {.take = ask_take_text, .alone = alone}};
    g->source.context = &g->rest;
    ask_from(&session, &g->source);
}

static void check_answer(enum ask_answer wanted, const char *text)
{
    char *line;
    ck_assert_int_eq(ask_line(&session, "? ", NULL, &line), wanted);
    if (text)
        ck_assert_str_eq(line, text);
    else
        ck_assert_ptr_null(line);
    mem_free(line);
}

START_TEST(line_by_line)
{
    struct given g;
    give(&g, " 0.5 \n\n# nothing\n1/3 # a third\n#mu\nlast", true);
    check_answer(ASK_TEXT, "0.5");
    check_answer(ASK_TEXT, "");
    check_answer(ASK_TEXT, "");
    check_answer(ASK_TEXT, "1/3");
    check_answer(ASK_TEXT, "");
    check_answer(ASK_TEXT, "last");
    check_answer(ASK_END, NULL);
    ask_done(&session);
    ck_assert_ptr_null(session.answers);
}
END_TEST

START_TEST(inner_lines_first)
{
    struct given outer, inner;
    give(&outer, "of the outer\nbye\nmore\n", true);
    give(&inner, "of the inner\n", false);
    check_answer(ASK_TEXT, "of the inner");
    check_answer(ASK_TEXT, "of the outer");
    check_answer(ASK_END, NULL); /* bye */
    check_answer(ASK_TEXT, "more");
    check_answer(ASK_END, NULL);
    ask_done(&session);
    ask_done(&session);
}
END_TEST

START_TEST(interrupts)
{
    struct given g;
    give(&g, "1\n2\n", true);
    check_answer(ASK_TEXT, "1");
    interrupted = SIGINT;
    check_answer(ASK_INTERRUPTED, NULL);
    interrupted = 0;
    check_answer(ASK_TEXT, "2");
    ask_done(&session);
}
END_TEST

/* ---- numbers ----------------------------------------------------------------------------- */

static const struct {
    const char *line;
    double value;
} numbers[] = {
    {"0.5", 0.5},      {"-2", -2.0},        {"−2", -2.0},  {"1/3", 1.0 / 3.0},
    {"40%", 0.4},      {"0.2*0.3/0.5", 0.12}, {"log(2)", 0.69314718055994531},
    {"2^10", 1024.0},  {"1e-3", 1e-3},      {"(1 + 2)/4", 0.75},
};

START_TEST(a_number)
{
    struct error e = {0};
    double v = NAN;
    ck_assert_msg(ask_number(&session, numbers[_i].line, &v, &e) == 0, "%s: %s", numbers[_i].line,
                  e.message);
    support_close(v, numbers[_i].value, 1e-15, numbers[_i].line);
}
END_TEST

static const char *const refused[][2] = {
    {"0,5", "'0,5' has a comma"},
    {"1/0", "'1/0' is not finite"},
    {"0/0", "'0/0' is not finite"},
    {"true", "'true' is no number"},
    {"", "an expression is missing"},
    {"%", "unexpected symbol"},
};

START_TEST(no_number)
{
    struct error e = {0};
    double v = 7.0;
    ck_assert_int_eq(ask_number(&session, refused[_i][0], &v, &e), -1);
    ck_assert_msg(strstr(e.message, refused[_i][1]), "%s: %s", refused[_i][0], e.message);
    ck_assert(e.at.length == 0);
    ck_assert(v == 7.0);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(void)
{
    Suite *s = suite_create("ask");
    TCase *lines = tcase_create("lines"), *values = tcase_create("numbers");
    tcase_add_checked_fixture(lines, set_up, tear_down);
    tcase_add_test(lines, line_by_line);
    tcase_add_test(lines, inner_lines_first);
    tcase_add_test(lines, interrupts);
    tcase_add_checked_fixture(values, set_up, tear_down);
    tcase_add_loop_test(values, a_number, 0, COUNT(numbers));
    tcase_add_loop_test(values, no_number, 0, COUNT(refused));
    suite_add_tcase(s, lines);
    suite_add_tcase(s, values);
    return support_run(s);
}
