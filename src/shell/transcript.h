/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a session has shown so far, for export: each command with its prompt, the output and the
 * errors under it, the pictures at their places, and the comments of scripts.
 *
 * Memory is bounded: beyond TRANSCRIPT_BYTES the oldest commands go, and are counted.  To keep a
 * transcript is never worth an error: what memory did not hold is missing, and `failed` says so.
 */
#ifndef EMSTEP_SHELL_TRANSCRIPT_H
#define EMSTEP_SHELL_TRANSCRIPT_H

#include "base/text.h"
#include "plot/figure.h"

enum {
    TRANSCRIPT_BYTES = 32 << 20,
    TRANSCRIPT_OUTPUT = 1 << 20, /* of one command; the rest of a longer one is left out */
};

enum entry_kind { ENTRY_COMMAND, ENTRY_COMMENT, ENTRY_OUTPUT, ENTRY_ERROR, ENTRY_PICTURE };

struct transcript_entry {
    enum entry_kind kind;
    struct text prompt;       /* ENTRY_COMMAND: "gmm 0E> " */
    struct text text;         /* lines, with the colours of the terminal */
    bool cut;                 /* the output was longer */
    struct figure **figure;   /* ENTRY_PICTURE: (nfigure) side by side, owned */
    size_t nfigure;
    size_t bytes;
};

struct transcript {
    struct transcript_entry *entry;      /* (n), in order */
    size_t n, room;
    size_t bytes;
    size_t let_go;            /* commands that are no longer here */
    bool held;                /* what is shown now is not kept: a drawing in characters */
    bool failed;              /* memory ran out: something is missing */
};

void transcript_clear(struct transcript *t);

void transcript_command(struct transcript *t, const char *prompt, const char *text);
void transcript_comment(struct transcript *t, const char *line, size_t n);
void transcript_output(struct transcript *t, const char *text);
void transcript_error(struct transcript *t, const char *text);
/* Takes the figures over, and leaves NULL in their places. */
void transcript_picture(struct transcript *t, struct figure **figure, size_t n);

#endif
