/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/memory.h"

/* Looks at the counter so often before it sleeps: an iteration that follows at once finds the
 * others awake (some 20 µs). */
enum { PATIENCE = 20000, WORKERS_MOST = 1024 };

struct worker {
    struct threads *all;
    size_t number;
    pthread_t thread;
};

struct threads {
    size_t count; /* the caller is worker 0 */
    struct worker *worker;
    pthread_mutex_t lock;
    pthread_cond_t wake, rest;
    atomic_size_t round;   /* one more for each call of threads_run */
    atomic_size_t next;    /* the task that is taken next */
    atomic_size_t working; /* helpers that have not finished the round */
    atomic_bool stop;
    size_t tasks;
    threads_task *task;
    void *context;
};

size_t threads_count(const struct threads *t)
{
    return t->count;
}

static void pause_briefly(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#endif
}

static void take_tasks(struct threads *t, size_t worker)
{
    for (;;) {
        size_t i = atomic_fetch_add(&t->next, 1);
        if (i >= t->tasks)
            return;
        t->task(t->context, i, worker);
    }
}

/* Waits for a round after `seen`; returns it. */
static size_t wait_for_round(struct threads *t, size_t seen)
{
    for (int i = 0; i < PATIENCE && atomic_load(&t->round) == seen; i++)
        pause_briefly();
    if (atomic_load(&t->round) == seen) {
        pthread_mutex_lock(&t->lock);
        while (atomic_load(&t->round) == seen)
            pthread_cond_wait(&t->wake, &t->lock);
        pthread_mutex_unlock(&t->lock);
    }
    return atomic_load(&t->round);
}

static void *live(void *argument)
{
    struct worker *w = argument;
    struct threads *t = w->all;
    size_t seen = 0;
    for (;;) {
        seen = wait_for_round(t, seen);
        if (atomic_load(&t->stop))
            return NULL;
        take_tasks(t, w->number);
        if (atomic_fetch_sub(&t->working, 1) == 1) {
            pthread_mutex_lock(&t->lock);
            pthread_cond_signal(&t->rest);
            pthread_mutex_unlock(&t->lock);
        }
    }
}

static void new_round(struct threads *t)
{
    pthread_mutex_lock(&t->lock);
    atomic_fetch_add(&t->round, 1);
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->lock);
}

static void wait_for_helpers(struct threads *t)
{
    for (int i = 0; i < PATIENCE && atomic_load(&t->working) > 0; i++)
        pause_briefly();
    pthread_mutex_lock(&t->lock);
    while (atomic_load(&t->working) > 0)
        pthread_cond_wait(&t->rest, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

void threads_run(struct threads *t, size_t tasks, threads_task *task, void *context)
{
    t->tasks = tasks;
    t->task = task;
    t->context = context;
    atomic_store(&t->next, 0);
    if (t->count == 1) {
        take_tasks(t, 0);
        return;
    }
    atomic_store(&t->working, t->count - 1);
    new_round(t);
    take_tasks(t, 0);
    wait_for_helpers(t);
}

/* Signals are the main thread's: the helpers are born with all of them blocked. */
static void start_helpers(struct threads *t, size_t workers)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    for (; t->count < workers; t->count++) {
        struct worker *w = &t->worker[t->count];
        *w = (struct worker){.all = t, .number = t->count};
        if (pthread_create(&w->thread, NULL, live, w) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct threads *threads_new(size_t workers)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (workers == 0)
        workers = processors > 0 ? (size_t)processors : 1;
    if (workers > WORKERS_MOST)
        workers = WORKERS_MOST;
    struct threads *t = NEW(struct threads);
    if (t)
        t->worker = NEW_ARRAY(workers, struct worker);
    if (!t || !t->worker) {
        mem_free(t);
        return NULL;
    }
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->wake, NULL);
    pthread_cond_init(&t->rest, NULL);
    t->count = 1;
    start_helpers(t, workers);
    return t;
}

void threads_free(struct threads *t)
{
    if (!t)
        return;
    atomic_store(&t->stop, true);
    new_round(t);
    for (size_t i = 1; i < t->count; i++)
        pthread_join(t->worker[i].thread, NULL);
    pthread_cond_destroy(&t->rest);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    mem_free(t->worker);
    mem_free(t);
}
