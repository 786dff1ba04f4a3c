/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A person at a terminal: the program runs in one, and what it shows is read as it would be seen.
 *
 *     struct terminal t;
 *     terminal_open(&t, 24, 80, folder, argv);     argv[0] is the program to run, in this folder
 *     terminal_wait(&t);                           until it asks; t.prompt is the line that asks
 *     terminal_type(&t, "e\r");
 *     terminal_close(&t);
 *
 * A program asks when Readline has switched bracketed paste on and its line ends with "> ", "... "
 * or "— ".  What it prints in between may not be wider than the terminal: t.wide is the first such
 * line.
 */
#ifndef EMSTEP_TESTS_TERMINAL_H
#define EMSTEP_TESTS_TERMINAL_H

#include <sys/types.h>
#include <termios.h>

#include "base/text.h"

struct terminal {
    int fd;
    pid_t pid;
    size_t columns;
    struct termios before;   /* of the terminal, when the program began */
    struct text seen;        /* all that was shown, escape sequences taken out; a line that was
                                written over (\r) stands there as it was last */
    size_t line;             /* where in it the line of the cursor begins */
    size_t since;            /* and what was shown since the last terminal_type */
    const char *prompt;      /* in seen; NULL: the program has ended */
    struct text raw;         /* an escape sequence that is not whole */
    bool asking, asked;      /* now; since something was typed */
    char wide[400];          /* empty: none */
    int status;              /* of waitpid, when it has ended */
};

void terminal_open(struct terminal *t, unsigned short rows, unsigned short columns,
                   const char *folder, char *const argv[]);
/* True: it asks.  False: it has ended.  Aborts the test when neither comes for a minute. */
bool terminal_wait(struct terminal *t);
void terminal_type(struct terminal *t, const char *bytes);
/* ^C, then as terminal_wait.  A prompt from before it may still be on its way: that ^C has been dealt
 * with shows a key typed behind it, which is seen at a prompt and then rubbed out. */
bool terminal_interrupt(struct terminal *t);
void terminal_resize(struct terminal *t, unsigned short rows, unsigned short columns);
/* What was shown since something was typed. */
const char *terminal_said(const struct terminal *t);
/* Is it as it was before the program? */
bool terminal_is_restored(const struct terminal *t);
/* Waits for its end, whatever it still shows.  True: it has exited, with t->status; false: a
 * signal. */
bool terminal_ends(struct terminal *t);
/* The window is closed: the program gets SIGHUP. */
void terminal_hang_up(struct terminal *t);
/* kill −9 */
void terminal_kill(struct terminal *t);
/* After the end, by itself or by one of these. */
void terminal_close(struct terminal *t);

#endif
