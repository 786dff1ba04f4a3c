/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking the person one line: what drills and quizzes read their answers with.
 *
 *     static const char *const words[] = {"hint", "answer", "bye", NULL};
 *     char *line;
 *     switch (ask_line(s, "  γ₁ = ", words, &line)) {
 *     case ASK_TEXT: …; mem_free(line); break;
 *     case ASK_END:  …
 *
 * An answer is the next line of input.  Where a script runs, that is the line after the command
 * which asks; where a paste is being typed, the next line of it; then the next of whatever ran the
 * script, and at last what is typed: at the prompt with line editing, else standard input as it
 * comes.  So a session replays as it was typed.  What stands in a line after a # is no part of it.
 *
 * The prompt is shown where a person types.  An answer that was not typed here and now is shown
 * behind its prompt all the same, so that a transcript reads as the session did.  The log has both;
 * `record` keeps the answers, so that its file asks for nothing.
 */
#ifndef EMSTEP_SHELL_ASK_H
#define EMSTEP_SHELL_ASK_H

#include "shell/session.h"

/* Where answers come from before anybody is asked; innermost first. */
struct ask_source {
    /* The next line, without its end, added to an empty text; false: there is none left. */
    bool (*take)(void *context, struct text *line);
    void *context;
    bool alone;               /* when it has none left, nobody else is asked (a test of a lesson) */
    struct ask_source *outer; /* set by ask_from */
};
/* From here on answers come from src first; ask_done takes it away again. */
void ask_from(struct session *s, struct ask_source *src);
void ask_done(struct session *s);

/* The rest of a text whose lines are being run: context is a struct ask_text.  The scanner that
 * runs it goes on behind what was taken. */
struct ask_text {
    const char *text;
    size_t length;
    size_t *at;
};
bool ask_take_text(void *context, struct text *line);

/* Would a person at the terminal type the next line?  Not while a script or a paste has more. */
bool ask_is_typed(const struct session *s);

enum ask_answer {
    ASK_TEXT,        /* *line is the answer, trimmed; the caller frees it with mem_free */
    ASK_END,         /* ^D, or no line is left, or the answer was bye: stop asking */
    ASK_INTERRUPTED, /* ^C; or memory ran out.  session_interrupted says what a command does then */
};
/* Prints what the command has said so far, then asks.  `words`: what Tab completes,
 * NULL-terminated; NULL: nothing. */
enum ask_answer ask_line(struct session *s, const char *prompt, const char *const *words,
                         char **line);

/* The same for a line of commands, as it was typed: comments stay, Tab completes commands, bye is
 * none of our business, and it is no answer that record would keep. */
enum ask_answer ask_statement(struct session *s, const char *prompt, char **line);

/* An answer as a number: an expression of help expressions (0.2*0.3/0.5, 1/3, −2), or a percentage
 * (40%).  *v is finite.  The error says what people of other keyboards should type; it has no
 * place.
 */
int ask_number(struct session *s, const char *line, double *v, struct error *e);

#endif
