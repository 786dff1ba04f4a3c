/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Line editing: the one user of GNU Readline.  Four names hide it. */
#ifndef EMSTEP_SHELL_LINE_H
#define EMSTEP_SHELL_LINE_H

#include "shell/session.h"

/* Prepares Readline and reads the history (XDG state); signal handlers for ^C are the program's. */
void line_open(struct session *s);
enum line_answer { LINE_TEXT, LINE_END, LINE_INTERRUPTED };
bool line_is_open(void); /* and a terminal's */
/* From here on the open line serves this session (a lesson's own, then the other one again);
 * returns the one that it served.  NULL: no line is open, and none is opened. */
struct session *line_serve(struct session *s);
/* Tab completes these alone, NULL-terminated, as the whole line; NULL: commands.  Borrowed. */
void line_words(const char *const *words);
/* One line typed at `prompt`, into *line (the caller frees with mem_free). */
enum line_answer line_read(struct session *s, const char *prompt, char **line);
/* Adds to the history and its file at once; the full verb. */
void line_remember(const char *line);
/* Line i of the history, from 0; NULL after the last. */
const char *line_history(size_t i);
void line_close(struct session *s);

/*
 * The live prompt, a command at a time, between line_open and line_close:
 *
 *     struct prompt p = PROMPT_INIT;
 *     struct text line = TEXT_INIT;
 *     while (prompt_next(&p, s, &line) == LINE_TEXT)
 *         prompt_run(&p, s, line.s, NULL);
 *
 * A paste gives its lines one after the other; what is open (repeat N {) is asked for to its end.
 */
struct prompt {
    struct text typed; /* what of it has not been taken yet */
    size_t at;
};
#define PROMPT_INIT {TEXT_INIT, 0}
void prompt_clear(struct prompt *p);
/* The next whole line of script, in place of what `line` holds.  LINE_END: ^D on an empty line; or
 * SIGTERM, SIGHUP.  ^C drops what was typed, LINE_INTERRUPTED. */
enum line_answer prompt_next(struct prompt *p, struct session *s, struct text *line);
/* Runs it as typed, and keeps it in the history.  The rest of a paste answers what it asks.  As the
 * history has it, in full, it is added to `full` (NULL: not wanted). */
void prompt_run(struct prompt *p, struct session *s, const char *line, struct text *full);
/* The same without a paste. */
void prompt_run_line(struct session *s, const char *text, struct text *full);
/* True when quit, SIGTERM or SIGHUP ends it. */
bool prompt_is_over(const struct session *s);

/* Reads lines and runs them until then, or ^D. */
void prompt_loop(struct session *s);

#endif
