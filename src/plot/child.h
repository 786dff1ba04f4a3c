/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program kept at the other end of three channels, and a block of memory that it can read as the
 * file CHILD_DATA.  It has a process group of its own, so that ^C at the terminal does not reach
 * it, and signals as a shell would give them.
 */
#ifndef EMSTEP_PLOT_CHILD_H
#define EMSTEP_PLOT_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

#define CHILD_DATA "/dev/fd/3"

struct child {
    pid_t pid;        /* 0: none */
    int in, out, err; /* our ends, non-blocking; `in` takes send(), so that a death is no SIGPIPE */
    int data;         /* the memory behind CHILD_DATA */
};

void child_init(struct child *c);

/* `path` is looked up on PATH when it has no slash.  errno tells the reason of a failure too. */
int child_start(struct child *c, const char *path, const char *option, struct error *e);

/* Replaces the memory's content. */
int child_put(const struct child *c, const char *bytes, size_t n, struct error *e);

bool child_alive(struct child *c); /* false, and all closed, when it has ended */
void child_interrupt(const struct child *c);
void child_kill(struct child *c);
/* Closes its input, gives it half a second to end by itself, then kills it. */
void child_end(struct child *c);

#endif
