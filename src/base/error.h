/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors for people: what happened and why (message), what to do next (hint), and which part of
 * the typed text it is about (the caret).
 *
 * A function that can fail takes a `struct error *` last and returns 0 or -1.  The message is
 * written once, where the fact is known, and printed once, by the shell.  A function that returns
 * 0 leaves the error untouched; one that returns -1 has filled it in and changed nothing else.
 */
#ifndef EMSTEP_BASE_ERROR_H
#define EMSTEP_BASE_ERROR_H

#include <stddef.h>

/* A stretch of the text of the current statement, in bytes.  length 0: no place is known. */
struct span {
    size_t offset;
    size_t length;
};

enum error_kind {
    ERROR_COMMAND,     /* a command failed: exit status 1 */
    ERROR_EXPECT,      /* a check failed: exit status 3 */
    ERROR_INTERRUPTED, /* ^C: exit status 130 */
};

struct error {
    enum error_kind kind;
    char message[600]; /* one line of UTF-8, no control characters, no full stop */
    char hint[300];    /* what to do next; may be empty */
    struct span at;
};

/* Each is -1, so that `return error_set(e, …)` is the whole of a failure; and not only people but
 * compilers and analyzers see that it is. */
#define error_set(e, ...) (error_write(e, (struct span){0, 0}, __VA_ARGS__), error_minus_one())
#define error_set_at(e, at, ...) (error_write(e, at, __VA_ARGS__), error_minus_one())
/* The remedy of an error that is set already. */
#define error_hint(e, ...) (error_write_hint(e, __VA_ARGS__), error_minus_one())

void error_write(struct error *e, struct span at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void error_write_hint(struct error *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void error_write_no_memory(struct error *e);

static inline int error_minus_one(void)
{
    return -1;
}

/* Gives the place to an error that has none yet. */
static inline int error_place(struct error *e, struct span at)
{
    if (e->at.length == 0)
        e->at = at;
    return -1;
}

static inline int error_no_memory(struct error *e)
{
    error_write_no_memory(e);
    return -1;
}

void error_clear(struct error *e);

#endif
