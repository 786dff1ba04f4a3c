/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ^C, ^Z and signals at a real terminal, at every stage of a long run: the state stays whole, the
 * session goes on where it may, and the terminal is left as it was.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "support.h"
#include "terminal.h"

static char folder[80];
static struct terminal t;

/* The fused pass, the plain one, and a model whose steps are Lua. */
static const char *const models[] = {
    "load faithful; model gmm k=2; init",
    "load geyser; model hmm k=3 columns=duration; init",
    "load faithful; model own.lua columns=eruptions; init",
};
static const char own[] =
    "return { name='own', k=2, params={pi={2, simplex=true}, mu={2}},\n"
    "log_joint=function(x,k,theta) return math.log(theta.pi[k]) - 0.5*(x[1]-theta.mu[k])^2 end,\n"
    "init=function(x, rng) return {pi={0.5,0.5}, mu={2,4}} end }\n";
static const char *const endless[] = {
    "repeat 10000 { init random; run max=1000000000 tol=0 rule=theta }",
    "repeat 10000 { step 10000 }",
    "restarts 10000",
};

/* An example that takes some seconds, and a step of the learner's. */
static const char lesson[] =
    "---\ntitle: Long\norder: 1\ntime: 1 min\n---\n\n# Long\n\n"
    "```emstep\nem> load faithful\nem> model gmm k=2\nem> init\nem> run\n```\n\n"
    "```emstep\nem> restarts 300\n```\n\n"
    "```emstep try\nexpect t == 3\nanswer: goto 3E\nhint: 3E\n```\n";

/* The milliseconds after which a signal comes: FAULTS=all, every one of the first hundred. */
static const long few[] = {0, 1, 3, 8, 21, 55, 144, 377, -1};

static long next_moment(long ms)
{
    size_t i = 0;

    if (getenv("FAULTS"))
        return ms < 100 ? ms + 1 : ms < 1000 ? ms + 25 : -1;
    while (few[i] >= 0 && few[i] <= ms)
        i++;
    return few[i];
}

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Its last lines. */
static const char *seen(void)
{
    return t.seen.s + (t.seen.length > 1500 ? t.seen.length - 1500 : 0);
}

static void begin(void)
{
    char *argv[] = {program_path(), (char *)"-q", (char *)"--no-rc", NULL};

    terminal_open(&t, 24, 80, folder, argv);
    ck_assert_msg(terminal_wait(&t), "no prompt: %s", seen());
}

static const char *say(const char *line)
{
    char typed[300];

    snprintf(typed, sizeof typed, "%s\r", line);
    terminal_type(&t, typed);
    ck_assert_msg(terminal_wait(&t), "it ends at '%s': %s", line, seen());
    return terminal_said(&t);
}

static void check_says(const char *line, const char *answer)
{
    ck_assert_msg(strstr(say(line), answer) != NULL, "'%s' is answered with: %s", line, seen());
}

/* The terms of whatever state it is in agree, each computed by its own definition. */
static void check_whole(void)
{
    check_says("print \"whole\", phase == \"init\" or approx(elbo + kl, loglik, 1e-6)",
               "whole  true");
}

static void start_endless(const char *model, const char *command)
{
    char typed[300];

    say(model);
    snprintf(typed, sizeof typed, "%s\r", command);
    terminal_type(&t, typed);
}

START_TEST(control_c_at_any_moment)
{
    long tries = 0;

    begin();
    for (size_t c = 0; c < sizeof endless / sizeof *endless; c++)
        for (long ms = 0; ms >= 0; ms = next_moment(ms), tries++) {
            start_endless(models[_i], endless[c]);
            wait_ms(ms);
            ck_assert_msg(terminal_interrupt(&t), "^C ends it: %s", seen());
            check_whole();
        }
    terminal_type(&t, "quit\r");
    ck_assert(terminal_ends(&t) && WEXITSTATUS(t.status) == 0);
    ck_assert(terminal_is_restored(&t));
    terminal_close(&t);
    printf("| ^C in `%s` | %ld | nothing |\n", models[_i], tries);
}
END_TEST

/* Wherever it comes, the learner stays in the lesson or at the prompt, and the next time the lesson
 * goes on. */
START_TEST(control_c_in_a_lesson)
{
    long tries = 0;

    begin();
    terminal_resize(&t, 1000, 80); /* no page ends */
    for (long ms = 0; ms >= 0; ms = next_moment(ms), tries++) {
        terminal_type(&t, "lesson ./long.md\r");
        wait_ms(ms);
        ck_assert_msg(terminal_interrupt(&t), "^C ends it: %s", seen());
        check_says("print \"here\", 6*7", "here  42");
        say("bye");
        ck_assert_msg(strncmp(t.prompt, "long", 4) != 0, "it stays in the lesson: %s", seen());
    }
    say("lesson reset ./long.md");
    say("lesson ./long.md");
    say("goto 3E");
    ck_assert_msg(strstr(t.seen.s, "That was the last step"), "the lesson does not end: %s",
                  seen());
    terminal_type(&t, "quit\r");
    ck_assert(terminal_ends(&t) && WEXITSTATUS(t.status) == 0);
    ck_assert(terminal_is_restored(&t));
    terminal_close(&t);
    printf("| ^C in a lesson | %ld | nothing |\n", tries);
}
END_TEST

/* At the prompt, while a line is typed, and in a run. */
START_TEST(a_signal_ends_it_and_the_terminal_is_as_it_was)
{
    static const int signals[] = {SIGTERM, SIGHUP};
    int sent = signals[_i % 2];

    begin();
    if (_i / 2 == 1)
        terminal_type(&t, "print 1+");
    else if (_i / 2 == 2)
        start_endless(models[0], endless[0]);
    wait_ms(100);
    kill(t.pid, sent);
    ck_assert_msg(terminal_ends(&t) && WEXITSTATUS(t.status) == 128 + sent, "status %x: %s",
                  (unsigned)t.status, seen());
    ck_assert(terminal_is_restored(&t));
    terminal_close(&t);
}
END_TEST

/* ^Z in a run and at the prompt of a shell's job, then fg: it goes on with what it had. */
START_TEST(control_z_and_back)
{
    char *argv[] = {(char *)"/bin/bash", (char *)"--norc", (char *)"--noprofile", (char *)"-i",
                    NULL};
    char command[PATH_MAX + 40];

    if (access(argv[0], X_OK) != 0)
        return;
    setenv("PS1", "shell> ", 1);
    terminal_open(&t, 24, 80, folder, argv);
    ck_assert_msg(terminal_wait(&t), "no shell: %s", seen());
    snprintf(command, sizeof command, "%s -q --no-rc", program_path());
    say(command);
    ck_assert(strncmp(t.prompt, "emstep> ", 8) == 0);
    say("load faithful; model gmm k=2; init; e");
    for (int i = 0; i < 3; i++) {
        if (i == 2) { /* and in the middle of a run */
            terminal_type(&t, "set digits 6; repeat 10000 { init random; run tol=0 rule=theta }\r");
            wait_ms(200);
        }
        terminal_type(&t, "\x1a");
        ck_assert_msg(terminal_wait(&t), "^Z ends the shell: %s", seen());
        ck_assert_msg(strncmp(t.prompt, "shell> ", 7) == 0, "^Z does not stop it: %s", seen());
        terminal_type(&t, "fg\r");
        ck_assert(i < 2 ? terminal_wait(&t) : (wait_ms(300), terminal_interrupt(&t)));
        check_whole();
    }
    say("quit");
    ck_assert(strncmp(t.prompt, "shell> ", 7) == 0);
    terminal_type(&t, "exit\r");
    ck_assert(terminal_ends(&t));
    terminal_close(&t);
}
END_TEST

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    ck_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void set_up(void)
{
    const char *under = getenv("TMPDIR");

    snprintf(folder, sizeof folder, "%.60s/signals-XXXXXX", under ? under : "/tmp");
    ck_assert(mkdtemp(folder) && chdir(folder) == 0);
    setenv("XDG_STATE_HOME", folder, 1);
    write_file("own.lua", own);
    write_file("long.md", lesson);
}

int main(void)
{
    Suite *s = suite_create("signals");
    TCase *c = tcase_create("signals");

    tcase_add_unchecked_fixture(c, set_up, NULL);
    tcase_set_timeout(c, getenv("FAULTS") ? 3000 : 300);
    tcase_add_loop_test(c, control_c_at_any_moment, 0, (int)(sizeof models / sizeof *models));
    tcase_add_loop_test(c, a_signal_ends_it_and_the_terminal_is_as_it_was, 0, 6);
    tcase_add_test(c, control_z_and_back);
    suite_add_tcase(s, c);
    c = tcase_create("lesson");
    tcase_add_unchecked_fixture(c, set_up, NULL);
    tcase_set_timeout(c, getenv("FAULTS") ? 3000 : 300);
    tcase_add_test(c, control_c_in_a_lesson);
    suite_add_tcase(s, c);
    return support_run(s);
}
