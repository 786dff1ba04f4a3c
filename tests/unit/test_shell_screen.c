/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command shows at a terminal of 80 × 24 is seen at once, or paged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "support.h"
#include "terminal.h"

static char folder[80];
static struct terminal t;

enum { ROWS = 24, COLUMNS = 80 };

static void say(const char *line)
{
    char typed[300];

    snprintf(typed, sizeof typed, "%s\r", line);
    terminal_type(&t, typed);
    ck_assert_msg(terminal_wait(&t), "it ends at '%s'", line);
}

static size_t rows_said(void)
{
    size_t n = 0;

    for (const char *s = terminal_said(&t); (s = strchr(s, '\n')); s++)
        n++;
    return n;
}

static void begin(void)
{
    char *argv[] = {program_path(), (char *)"-q", (char *)"--no-rc", (char *)"--plot=text", NULL};

    terminal_open(&t, ROWS, COLUMNS, folder, argv);
    ck_assert_msg(terminal_wait(&t), "no prompt: %s", t.seen.s);
}

static void end(void)
{
    say("set autoplot off");
    terminal_type(&t, "quit\r");
    ck_assert(terminal_ends(&t));
    ck_assert_str_eq(t.wide, "");
    terminal_close(&t);
}

/* The step that was typed, its rows of terms and its pictures, above the next prompt. */
START_TEST(a_step_is_seen_with_its_pictures)
{
    static const char *const kinds[] = {"bound", "density", "bound,trace"};
    static const char *const priors[] = {"prior off", "prior dirichlet=2"};

    begin();
    say("load faithful; model gmm k=2; init kmeans++ seed=1");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < 2; i++) {
            char line[80];

            say("set autoplot off; goto 0");
            say(priors[i]);
            snprintf(line, sizeof line, "set autoplot %s; e", kinds[k]);
            say(line);
            say("m");
            ck_assert_msg(strstr(terminal_said(&t), "1M "), "%s", terminal_said(&t));
            ck_assert_msg(strstr(terminal_said(&t), "└"), "%s", terminal_said(&t));
            ck_assert_msg(rows_said() < ROWS, "%zu rows:\n%s", rows_said(), terminal_said(&t));
        }
    end();
}
END_TEST

static void set_up(void)
{
    const char *under = getenv("TMPDIR");

    snprintf(folder, sizeof folder, "%.60s/screen-XXXXXX", under ? under : "/tmp");
    ck_assert(mkdtemp(folder) && chdir(folder) == 0);
    setenv("XDG_STATE_HOME", folder, 1);
}

int main(void)
{
    Suite *s = suite_create("screen");
    TCase *c = tcase_create("screen");

    tcase_add_unchecked_fixture(c, set_up, NULL);
    tcase_set_timeout(c, 300);
    tcase_add_test(c, a_step_is_seen_with_its_pictures);
    suite_add_tcase(s, c);
    return support_run(s);
}
