/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded under the program, it lets the disk fail.  Of the calls that make, write, flush, name
 * or rename a file, the FAULT_AT-th (from 1; 0: none) meets FAULT:
 *
 *     kill     the process is gone before it
 *     full     ENOSPC, from here on
 *     short    every read and write of the process takes at most three bytes
 *
 * The programs that it starts meet none.  FAULT_COUNT is a file that gets the number of calls, one byte each.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { SHORT = 3 };
static int calls, inside;

static int is(const char *kind)
{
    const char *fault = getenv("FAULT");
    return fault && strcmp(fault, kind) == 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void count(void)
{
    const char *file = getenv("FAULT_COUNT");
    int fd = file ? REAL(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

    calls++;
    if (fd < 0)
        return;
    (void)!REAL(write)(fd, ".", 1);
    close(fd);
}

/* −1 with errno set: this call is to fail. */
static int meet(void)
{
    const char *at = getenv("FAULT_AT");
    int n = at ? atoi(at) : 0;

    if (inside || strcmp(program_invocation_short_name, "emstep") != 0)
        return 0;
    inside = 1;
    count();
    inside = 0;
    if (n > 0 && calls == n && is("kill"))
        raise(SIGKILL);
    if (n > 0 && calls >= n && is("full")) {
        errno = ENOSPC;
        return -1;
    }
    return 0;
}

static int is_file(int fd)
{
    struct stat st;
    return fd > 2 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    if (is_file(fd) && meet() != 0)
        return -1;
    return REAL(write)(fd, bytes, is("short") && n > SHORT ? SHORT : n);
}

ssize_t read(int fd, void *bytes, size_t n)
{
    return REAL(read)(fd, bytes, is("short") && n > SHORT ? SHORT : n);
}

int fsync(int fd)
{
    return is_file(fd) && meet() != 0 ? -1 : REAL(fsync)(fd);
}

int rename(const char *from, const char *to)
{
    return meet() != 0 ? -1 : REAL(rename)(from, to);
}

int linkat(int from, const char *old, int to, const char *name, int flags)
{
    return meet() != 0 ? -1 : REAL(linkat)(from, old, to, name, flags);
}

int open(const char *path, int flags, ...)
{
    va_list ap;

    va_start(ap, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    if ((flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) && meet() != 0)
        return -1;
    return REAL(open)(path, flags, mode);
}
