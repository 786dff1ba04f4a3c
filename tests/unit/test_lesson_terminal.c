/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The player at a terminal of 24 lines: where its pages break, what is asked is always to be seen,
 * and what a signal in the middle of a command, or of keeping the progress, leaves behind.
 */
#define _GNU_SOURCE /* nftw */
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "support.h"
#include "terminal.h"

#include "base/memory.h"
#include "lesson/progress.h"

static const char lesson[] =
    "---\ntitle: Small\norder: 1\ntime: 1 minute\nskip: yes\n---\n\n# Small\n\n"
    "One paragraph, of one line.\n\n"
    "```emstep\nem> load faithful\nem> model gmm k=3\nem> init kmeans seed=1\nem> e\n```\n\n"
    "```text\nfirst\n2\n3\n4\n5\n6\n7\n8\n9\n10\nlast\n```\n\n"
    "Take an M and then **another E**.\n\n"
    "```emstep try\nexpect t == 7 \"not there\"\nanswer: m; e; m; e; m; e; m; e; m; e; m; e; m\n"
    "hint: Go on.\n```\n\n"
    "```quiz\nkind: choice\nask: Which way up?\n- [x] up\n- [ ] down\nhint: Not down.\n```\n";

static char folder[60], progress[PATH_MAX];

static void sit_down(struct terminal *t)
{
    char *argv[] = {program_path(), (char *)"lesson", (char *)"./small.md", NULL};

    terminal_open(t, 24, 80, folder, argv);
    ck_assert(terminal_wait(t));
}

static bool is_at(const struct terminal *t, const char *prompt)
{
    return t->prompt && strstr(t->prompt, prompt);
}

static void enter(struct terminal *t, const char *line)
{
    terminal_type(t, line);
    terminal_type(t, "\r");
    ck_assert(terminal_wait(t));
}

static void go_on(struct terminal *t)
{
    while (is_at(t, "more —") || is_at(t, "Enter>"))
        enter(t, "");
}

static void leave(struct terminal *t)
{
    terminal_type(t, "\004");
    while (terminal_wait(t))
        terminal_type(t, "\004");
    ck_assert(terminal_is_restored(t));
    terminal_close(t);
    ck_assert_int_eq(t->status, 0);
}

#define SAYS(t, what) \
    ck_assert_msg(strstr(terminal_said(t), what) != NULL, "no '%s' in:\n%s", what, \
                  terminal_said(t))

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static void find_progress(void)
{
    char path[PATH_MAX + 20];

    snprintf(path, sizeof path, "%s/small.md", folder);
    char *found = progress_path(path);
    ck_assert_ptr_nonnull(found);
    snprintf(progress, sizeof progress, "%s", found);
    mem_free(found);
}

static void begin(void)
{
    const char *under = getenv("TMPDIR");
    char path[PATH_MAX];

    snprintf(folder, sizeof folder, "%.30s/small-XXXXXX", under ? under : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(setenv("HOME", folder, 1), 0);
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CONFIG_HOME");
    snprintf(path, sizeof path, "%s/small.md", folder);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(lesson, f), 0);
    ck_assert_int_eq(fclose(f), 0);
    find_progress();
}

static void end(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- pages ---- */

START_TEST(a_page_breaks_between_blocks)
{
    struct terminal t;

    sit_down(&t);
    ck_assert(is_at(&t, "— more —"));
    go_on(&t);
    const char *table = strstr(t.seen.s, "    first\n"), *below = strstr(table, "    last\n");
    ck_assert_msg(below && below - table < 100, "the table is broken:\n%s", t.seen.s);
    ck_assert_msg(strstr(t.seen.s, "> e\n0E ") != NULL, "e is not with what it says:\n%s",
                  t.seen.s);
    leave(&t);
}
END_TEST

START_TEST(long_output_of_ones_own_waits_too)
{
    struct terminal t;

    sit_down(&t);
    go_on(&t);
    enter(&t, "show q rows=1:60");
    ck_assert(is_at(&t, "more (q ends)"));
    SAYS(&t, "gamma");
    enter(&t, "");
    ck_assert(is_at(&t, "more (q ends)"));
    enter(&t, "q");
    ck_assert(is_at(&t, "gmm 0E> "));
    ck_assert(!strstr(t.seen.s, "\n   60 "));
    enter(&t, "show q rows=1:60");
    enter(&t, "print 6*7");
    SAYS(&t, "> print 6*7\n42\n");
    leave(&t);
}
END_TEST

/* Whoever answers has seen what was there. */
START_TEST(a_drill_does_not_wait_between_its_questions)
{
    struct terminal t;

    sit_down(&t);
    go_on(&t);
    enter(&t, "play");
    terminal_type(&t, "drill e seed=1\r");
    for (int i = 0; i < 20; i++) {
        poll(NULL, 0, 50);
        terminal_type(&t, "hint\r");
    }
    terminal_type(&t, "bye\r");
    do
        ck_assert(terminal_wait(&t));
    while (!is_at(&t, "gmm 0E> ") && (terminal_type(&t, "bye\r"), true));
    ck_assert_msg(!strstr(t.seen.s, "(q ends)"), "%s", t.seen.s);
    leave(&t);
}
END_TEST

/* ---- what is asked ---- */

START_TEST(what_is_asked_is_asked_again)
{
    struct terminal t;

    sit_down(&t);
    go_on(&t);
    enter(&t, "info");
    SAYS(&t, "step 1 of 2");
    SAYS(&t, "▸ Your turn.\nTake an M and then another E.\nsmall gmm 0E> ");
    enter(&t, "hint");
    ck_assert(!strstr(terminal_said(&t), "another E"));
    enter(&t, "show q rows=1:30");
    enter(&t, "");
    SAYS(&t, "Take an M and then another E.\nsmall gmm 0E> ");
    enter(&t, "play");
    enter(&t, "next");
    SAYS(&t, "Take an M and then another E.\nsmall gmm 0E> ");
    enter(&t, "skip");
    enter(&t, "info");
    SAYS(&t, "? Which way up?\n");
    enter(&t, "hint");
    ck_assert(!strstr(terminal_said(&t), "Which way up?"));
    for (int i = 0; i < 24 && !strstr(terminal_said(&t), "Which way up?"); i++)
        enter(&t, "nonsense");
    SAYS(&t, "? Which way up?\n");
    leave(&t);
}
END_TEST

/* ---- signals ---- */

static void begin_something_long(struct terminal *t)
{
    sit_down(t);
    go_on(t);
    enter(t, "m");
    terminal_type(t, "restarts 100000 seed=1\r");
    poll(NULL, 0, 300);
}

/* What was whole is there, and so is the state behind it. */
static void come_back(void)
{
    struct terminal t;

    sit_down(&t);
    go_on(&t);
    ck_assert_msg(is_at(&t, "small gmm 1M> "), "%s", t.seen.s);
    ck_assert(strstr(t.seen.s, "what you typed here was run again") != NULL);
    leave(&t);
}

START_TEST(a_signal_ends_it_in_the_middle_of_a_command)
{
    static const int signals[] = {SIGTERM, SIGHUP};
    struct terminal t;

    begin_something_long(&t);
    ck_assert_int_eq(kill(t.pid, signals[_i]), 0);
    ck_assert_msg(!terminal_wait(&t), "it goes on:\n%s", terminal_said(&t));
    SAYS(&t, "Until next time");
    ck_assert(terminal_is_restored(&t));
    terminal_close(&t);
    ck_assert(WIFEXITED(t.status));
    ck_assert_int_eq(WEXITSTATUS(t.status), 128 + signals[_i]);
    come_back();
}
END_TEST

START_TEST(a_kill_ends_it_in_the_middle_of_a_command)
{
    struct terminal t;

    begin_something_long(&t);
    terminal_kill(&t);
    terminal_close(&t);
    come_back();
}
END_TEST

START_TEST(a_closed_window_ends_it_in_the_middle_of_a_command)
{
    struct terminal t;

    begin_something_long(&t);
    terminal_hang_up(&t);
    terminal_close(&t);
    come_back();
}
END_TEST

/* What ^C broke off is not run again when the lesson goes on. */
START_TEST(a_command_that_is_stopped_does_not_count)
{
    struct terminal t;

    begin_something_long(&t);
    ck_assert(terminal_interrupt(&t));
    while (is_at(&t, "more (q ends)"))
        enter(&t, "q");
    ck_assert_msg(strstr(t.seen.s, "Stopped: the state is what it was before this line.") != NULL,
                  "%s", t.seen.s);
    ck_assert_msg(is_at(&t, "small gmm 1M> "), "%s", t.seen.s);
    leave(&t);
    come_back();
}
END_TEST

/* Killed again and again while lines come in and each is kept. */
START_TEST(progress_is_whole_whenever_it_is_killed)
{
    enum { LINES = 12 };
    size_t most = 0;

    for (int round = 0; round < 20; round++) {
        struct terminal t;
        struct progress p = {0};
        struct error e = {0};
        unlink(progress);
        sit_down(&t);
        go_on(&t);
        for (int i = 0; i < LINES; i++)
            terminal_type(&t, "let a=1\r");
        poll(NULL, 0, 2 * round);
        terminal_kill(&t);
        terminal_close(&t);
        int there = progress_read(&p, progress, &e);
        ck_assert_msg(there >= 0, "%s", e.message);
        if (there && p.stage[0].nline > most)
            most = p.stage[0].nline;
        progress_clear(&p);
    }
    ck_assert_uint_gt(most, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lesson_terminal");
    TCase *c = tcase_create("player");

    tcase_set_timeout(c, 300);
    tcase_add_checked_fixture(c, begin, end);
    tcase_add_test(c, a_page_breaks_between_blocks);
    tcase_add_test(c, long_output_of_ones_own_waits_too);
    tcase_add_test(c, a_drill_does_not_wait_between_its_questions);
    tcase_add_test(c, what_is_asked_is_asked_again);
    tcase_add_loop_test(c, a_signal_ends_it_in_the_middle_of_a_command, 0, 2);
    tcase_add_test(c, a_kill_ends_it_in_the_middle_of_a_command);
    tcase_add_test(c, a_closed_window_ends_it_in_the_middle_of_a_command);
    tcase_add_test(c, a_command_that_is_stopped_does_not_count);
    tcase_add_test(c, progress_is_whole_whenever_it_is_killed);
    suite_add_tcase(suite, c);
    return support_run(suite);
}
