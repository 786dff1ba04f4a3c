/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A few threads that work through numbered tasks, and wait in between.
 *
 * Which thread takes which task is chance; a task writes into a place of its own, and the caller
 * adds the places up in order, so that results do not depend on the number of threads.
 */
#ifndef EMSTEP_NUMERIC_THREADS_H
#define EMSTEP_NUMERIC_THREADS_H

#include <stddef.h>

struct threads;

/* `task` of 0 … tasks − 1, done by `worker` of 0 … threads_count − 1. */
typedef void threads_task(void *context, size_t task, size_t worker);

/* So many workers, the caller among them; 0: one a processor.  Where threads cannot be had there
 * are fewer of them, at least the caller.  NULL: no memory. */
struct threads *threads_new(size_t workers);
void threads_free(struct threads *t);
size_t threads_count(const struct threads *t);

/* Returns when all tasks are done.  One call at a time. */
void threads_run(struct threads *t, size_t tasks, threads_task *task, void *context);

#endif
