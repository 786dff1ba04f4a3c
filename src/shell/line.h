/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Line editing: the one user of GNU Readline.  Four names hide it. */
#ifndef EMSTEP_SHELL_LINE_H
#define EMSTEP_SHELL_LINE_H

#include "shell/session.h"

/* Prepares Readline and reads the history (XDG state); signal handlers for ^C are the program's. */
void line_open(struct session *s);
enum line_answer { LINE_TEXT, LINE_END, LINE_INTERRUPTED };
/* Tab completes these alone, NULL-terminated, as the whole line; NULL: commands.  Borrowed. */
void line_words(const char *const *words);
/* One line typed at `prompt`, into *line (the caller frees with mem_free). */
enum line_answer line_read(struct session *s, const char *prompt, char **line);
/* Adds to the history and its file at once; the full verb, as SPEC wants it. */
void line_remember(const char *line);
/* Line i of the history, from 0; NULL after the last. */
const char *line_history(size_t i);
void line_close(struct session *s);

/* The live prompt: reads lines and runs them until quit, ^D, SIGTERM or SIGHUP. */
void prompt_loop(struct session *s);

#endif
