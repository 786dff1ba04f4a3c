/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The grammar (SPEC section 2): text to statements, a statement to a call.
 *
 *     script    = line*                 a trailing \ continues a line; # begins a comment
 *     line      = statement (';' statement)*
 *     statement = VERB word* | 'repeat' N '{' script '}'
 *     word      = plain or quoted text, or an option NAME[i,j]=value,value
 *
 * Splitting knows quotes and ( [ { } ] ); an unbalanced opener is an error with its caret.
 */
#ifndef EMSTEP_SHELL_PARSE_H
#define EMSTEP_SHELL_PARSE_H

#include "shell/command.h"

struct statement {
    char *text;           /* trimmed, continuation lines joined by a blank, comments gone */
    char *line;           /* the source line(s) it stands in, for the caret */
    size_t line_number;   /* of its first character, from 1 */
    size_t column;        /* byte column of its first character in `line`, from 0 */
    struct statement *body; /* repeat N { … } */
    size_t nbody;
};

/* Splits a script.  An error's span is an offset into `text`; *line gives its line. */
int parse_script(const char *text, size_t first_line, struct statement **list, size_t *count,
                 struct error *e);
void statements_free(struct statement *list, size_t count);

/* Is the text complete, or does it need another line (a trailing \, an open repeat block)? */
bool parse_needs_more(const char *text);

/* A statement's words and options.  Spans are offsets into statement->text. */
int parse_call(const struct statement *st, bool raw, struct call *c, struct error *e);
void call_clear(struct call *c);

#endif
