/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The grammar: text to statements, a statement to a call.
 *
 *     script    = line*                 a trailing \ continues a line; # begins a comment
 *     line      = statement (';' statement)*
 *     statement = VERB word* | 'repeat' N '{' script '}'
 *     word      = plain or quoted text, or an option NAME[i,j]=value,value
 *
 * Splitting knows quotes and ( [ { } ] ); an unbalanced opener is an error with its caret.
 * Every offset is in bytes of the text that was given: comments and continuations become blanks of
 * the same length, so that a place in a statement is a place in its source.
 */
#ifndef EMSTEP_SHELL_PARSE_H
#define EMSTEP_SHELL_PARSE_H

#include "shell/command.h"

struct statement {
    char *text;             /* from its first byte to its last */
    size_t offset;          /* of text in the text that was split (of a body: in its repeat's) */
    size_t block;           /* repeat N { … }: offset of the '{' in text; 0: no block */
    struct statement *body; /* (nbody) what stands in the block */
    size_t nbody;
};

/* Splits whole lines.  An error's span is an offset into `text`. */
int parse_script(const char *text, struct statement **list, size_t *count, struct error *e);
void statements_free(struct statement *list, size_t count);

/* The verb's place in a statement. */
struct span parse_verb(const struct statement *st);

/* A statement's words and options, or its raw rest.  Spans are offsets into statement->text. */
int parse_call(const struct statement *st, bool raw, struct call *c, struct error *e);
void call_clear(struct call *c);

/* The values of an option as one text again, commas and all: an expression in until=.  The caller
 * frees; NULL when memory runs out. */
char *parse_joined(const struct option *o);

/*
 * Reading lines until a command is whole.  Feed `text`, which may have grown at its end since the
 * last call; no byte is looked at twice.
 */
enum { PARSE_DEPTH = 64 };

struct scan {
    size_t at;              /* the next byte */
    char quote;             /* the open quote, or 0 */
    size_t quote_at;
    struct opener {
        char c;
        bool block;
        size_t at;
    } opener[PARSE_DEPTH];
    size_t depth;
    bool after_blank;       /* here a # begins a comment */
    bool continued;         /* the last byte was a trailing \ */
    int expecting;          /* where in "repeat N {" the statement is */
    size_t matched;
    size_t block_from, block_to; /* the last block closed at depth 0: its { and its } */
};
void scan_init(struct scan *c);
void scan_restart(struct scan *c); /* at the same place, as if a line began here */

/* True: a whole line of script (its blocks and continuations with it) ends at c->at, or an error
 * does, which parse_script will name.  False: the text ended first; more lines belong to it when
 * scan_is_open says so. */
bool scan_line(struct scan *c, const char *text, size_t length);
bool scan_is_open(const struct scan *c);

#endif
