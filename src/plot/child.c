/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "plot/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

extern char **environ;

enum { DATA_FD = 3, CHANNELS = 4 };

/* Both ends of the channels, by the number that the child knows them by. */
struct ends {
    int ours[CHANNELS], theirs[CHANNELS];
};

void child_init(struct child *c)
{
    *c = (struct child){.in = -1, .out = -1, .err = -1, .data = -1};
}

static void close_all(int fd[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (fd[i] >= 0)
            close(fd[i]);
        fd[i] = -1;
    }
}

/* Moves a descriptor out of the way of 0 … 3, which the child's ends are copied to. */
static int raise_fd(int fd)
{
    int up = fcntl(fd, F_DUPFD_CLOEXEC, 10), why = errno;

    close(fd);
    errno = why;
    return up;
}

static int take_pair(struct ends *ends, int i, int ours, int theirs)
{
    ends->ours[i] = raise_fd(ours);
    ends->theirs[i] = raise_fd(theirs);
    if (ends->ours[i] < 0 || ends->theirs[i] < 0)
        return -1;
    return fcntl(ends->ours[i], F_SETFL, O_NONBLOCK);
}

static int open_ends(struct ends *ends)
{
    int fd[2];

    for (int i = 0; i < CHANNELS; i++)
        ends->ours[i] = ends->theirs[i] = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0 ||
        take_pair(ends, STDIN_FILENO, fd[0], fd[1]) != 0)
        return -1;
    for (int i = STDOUT_FILENO; i <= STDERR_FILENO; i++)
        if (pipe2(fd, O_CLOEXEC) != 0 || take_pair(ends, i, fd[0], fd[1]) != 0)
            return -1;
    fd[0] = memfd_create("plot", MFD_CLOEXEC);
    if (fd[0] < 0)
        return -1;
    ends->ours[DATA_FD] = raise_fd(fd[0]);
    if (ends->ours[DATA_FD] < 0)
        return -1;
    ends->theirs[DATA_FD] = fcntl(ends->ours[DATA_FD], F_DUPFD_CLOEXEC, 10);
    return ends->theirs[DATA_FD] < 0 ? -1 : 0;
}

/* The environment without GNUTERM, which would choose a terminal before the first command. */
static char **clean_environment(void)
{
    size_t n = 0, m = 0;
    char **copy;

    while (environ && environ[n])
        n++;
    copy = NEW_ARRAY(n + 1, char *);
    for (size_t i = 0; copy && i < n; i++)
        if (strncmp(environ[i], "GNUTERM=", 8) != 0)
            copy[m++] = environ[i];
    return copy;
}

static int set_signals(posix_spawnattr_t *attr)
{
    static const int plain[] = {SIGINT,  SIGQUIT, SIGPIPE, SIGTERM, SIGHUP,  SIGTSTP,
                                SIGTTIN, SIGTTOU, SIGCHLD, SIGALRM, SIGXFSZ, SIGWINCH};
    sigset_t defaults, none;

    sigemptyset(&none);
    sigemptyset(&defaults);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        sigaddset(&defaults, plain[i]);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &defaults);
    posix_spawnattr_setpgroup(attr, 0);
    return posix_spawnattr_setflags(
        attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* Returns an errno. */
static int spawn(pid_t *pid, const char *path, const char *option, const struct ends *ends)
{
    char *argv[] = {(char *)(uintptr_t)path, (char *)(uintptr_t)option, NULL}; /* not written to */
    char **environment = clean_environment();
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int why = environment ? 0 : ENOMEM;

    if (why == 0)
        why = posix_spawn_file_actions_init(&actions);
    if (why != 0) {
        mem_free(environment);
        return why;
    }
    for (int i = 0; i < CHANNELS && why == 0; i++)
        why = posix_spawn_file_actions_adddup2(&actions, ends->theirs[i], i);
    if (why == 0)
        why = posix_spawnattr_init(&attr);
    if (why == 0) {
        why = set_signals(&attr);
        if (why == 0)
            why = posix_spawnp(pid, path, &actions, &attr, argv, environment);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&actions);
    mem_free(environment);
    return why;
}

int child_start(struct child *c, const char *path, const char *option, struct error *e)
{
    struct ends ends;
    pid_t pid = 0;
    int why = open_ends(&ends) == 0 ? 0 : errno;

    if (why == 0)
        why = spawn(&pid, path, option, &ends);
    close_all(ends.theirs, CHANNELS);
    if (why != 0) {
        close_all(ends.ours, CHANNELS);
        error_set(e, "cannot start %s: %s", path, strerror(why));
        errno = why;
        return -1;
    }
    *c = (struct child){pid, ends.ours[0], ends.ours[1], ends.ours[2], ends.ours[3]};
    return 0;
}

int child_put(const struct child *c, const char *bytes, size_t n, struct error *e)
{
    size_t done = 0;

    if (ftruncate(c->data, 0) != 0)
        return error_set(e, "cannot hand the numbers to gnuplot: %s", strerror(errno));
    while (done < n) {
        ssize_t k = pwrite(c->data, bytes + done, n - done, (off_t)done);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return error_set(e, "cannot hand the numbers to gnuplot: %s", strerror(errno));
        done += (size_t)k;
    }
    return 0;
}

static void forget(struct child *c)
{
    int fd[] = {c->in, c->out, c->err, c->data};

    close_all(fd, CHANNELS);
    child_init(c);
}

bool child_alive(struct child *c)
{
    if (c->pid == 0)
        return false;
    if (waitpid(c->pid, NULL, WNOHANG) == 0)
        return true;
    forget(c);
    return false;
}

void child_interrupt(const struct child *c)
{
    if (c->pid > 0)
        kill(-c->pid, SIGINT);
}

void child_kill(struct child *c)
{
    if (c->pid == 0)
        return;
    kill(-c->pid, SIGKILL);
    while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    forget(c);
}

void child_end(struct child *c)
{
    const struct timespec pause = {.tv_nsec = 5000000};

    if (c->in >= 0)
        close(c->in);
    c->in = -1;
    for (int i = 0; i < 100 && child_alive(c); i++)
        nanosleep(&pause, NULL);
    child_kill(c);
}
