/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* O_TMPFILE */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How much of a file's name an error quotes, so that the reason still fits behind it. */
#define SHOWN_PATH "'%.400s'"

static int cannot_read(struct error *e, const char *path, int why)
{
    return error_set(e, "cannot read " SHOWN_PATH ": %s", path, strerror(why));
}

static int too_long(struct error *e, const char *path, size_t limit)
{
    return error_set(e, "cannot read " SHOWN_PATH ": it is longer than %zu bytes", path, limit);
}

/* Regular files and pipes (of a shell's <(…)) are read; O_NONBLOCK so that opening a pipe that
 * nobody writes to does not wait. */
static int open_to_read(const char *path, size_t limit, struct error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    const char *wrong = NULL;

    if (fd < 0)
        return cannot_read(e, path, errno);
    if (fstat(fd, &st) != 0 || fcntl(fd, F_SETFL, 0) != 0)
        cannot_read(e, path, errno);
    else if (S_ISDIR(st.st_mode))
        wrong = "it is a directory";
    else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
        wrong = "it is a device, not a file";
    else if (S_ISREG(st.st_mode) && st.st_size > 0 && (size_t)st.st_size > limit)
        too_long(e, path, limit);
    else
        return fd;
    if (wrong)
        error_set(e, "cannot read " SHOWN_PATH ": %s", path, wrong);
    close(fd);
    return -1;
}

/* As a read that a signal broke off, even where it came between two of them. */
static ssize_t read_chunk(int fd, char *chunk, size_t n, const volatile sig_atomic_t *interrupt)
{
    if (!interrupt || !*interrupt)
        return read(fd, chunk, n);
    errno = EINTR;
    return -1;
}

static int read_all(int fd, const char *path, size_t limit, struct text *out,
                    const volatile sig_atomic_t *interrupt, struct error *e)
{
    char chunk[16384];
    size_t start = out->length;

    for (;;) {
        ssize_t n = read_chunk(fd, chunk, sizeof chunk, interrupt);

        if (n == 0)
            return 0;
        if (n < 0) {
            int why = errno;

            cannot_read(e, path, why);
            if (why == EINTR)
                e->kind = ERROR_INTERRUPTED;
            return -1;
        }
        if ((size_t)n > limit - (out->length - start))
            return too_long(e, path, limit);
        text_add_bytes(out, chunk, (size_t)n);
        if (out->failed)
            return error_no_memory(e);
    }
}

int file_read(const char *path, size_t limit, struct text *out, struct error *e)
{
    return file_read_until(path, limit, out, NULL, e);
}

int file_read_until(const char *path, size_t limit, struct text *out,
                    const volatile sig_atomic_t *interrupt, struct error *e)
{
    size_t start = out->length;
    int status, fd;

    if (out->failed)
        return error_no_memory(e);
    fd = open_to_read(path, limit, e);
    if (fd < 0)
        return -1;
    status = read_all(fd, path, limit, out, interrupt, e);
    close(fd);
    if (status != 0) {
        out->failed = false;
        out->length = start;
        if (out->room > 0)
            out->s[start] = '\0';
    }
    return status;
}

static int cannot_write(struct error *e, const char *path, int why)
{
    error_set(e, "cannot write " SHOWN_PATH ": %s", path, strerror(why));
    if (why == ENOENT)
        error_hint(e, "its folder is not there: make it first");
    return -1;
}

/* A file that is there already: how it is to be replaced. */
struct target {
    char path[PATH_MAX]; /* with links followed, so that a link stays one */
    bool there;
    mode_t mode;
};

static int find_target(const char *path, struct target *t, struct error *e)
{
    struct stat st;

    if (strlen(path) >= sizeof t->path)
        return cannot_write(e, path, ENAMETOOLONG);
    t->there = stat(path, &st) == 0;
    if (!t->there) {
        strcpy(t->path, path);
        return 0;
    }
    if (S_ISDIR(st.st_mode))
        return cannot_write(e, path, EISDIR);
    if (!S_ISREG(st.st_mode))
        return error_set(e, "cannot write " SHOWN_PATH ": it is a device, not a file", path);
    if (access(path, W_OK) != 0 || !realpath(path, t->path))
        return cannot_write(e, path, errno);
    t->mode = st.st_mode & 07777;
    return 0;
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* The n-th name in the folder of `path` for what is to become it.  It does not depend on the
 * file's, which may be as long as names can be. */
static int temporary_name(const char *path, int n, char name[PATH_MAX])
{
    int length = snprintf(name, PATH_MAX, "%.*s.emstep-%d-%d", (int)folder_length(path), path,
                          getpid(), n);

    if (length > 0 && length < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

/* A new file under such a name. */
static int open_named(const char *path, char name[PATH_MAX])
{

    for (int i = 0; i < 1000; i++) {
        int fd;

        if (temporary_name(path, i, name) != 0)
            return -1;
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* A new file without a name, of which a kill leaves nothing; -1: not on this file system. */
static int open_unnamed(const char *path)
{
    char folder[PATH_MAX];

    snprintf(folder, sizeof folder, "%.*s", (int)folder_length(path), path);
    return open(folder[0] ? folder : ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
}

/* Gives it one, for the moment until it is renamed.  0 or errno. */
static int name_it(int fd, const char *path, char name[PATH_MAX])
{
    char link[40];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    for (int i = 0; i < 1000; i++) {
        if (temporary_name(path, i, name) != 0)
            return errno;
        if (linkat(AT_FDCWD, link, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    name[0] = '\0';
    return errno;
}

/* ".emstep-123-0" of a process that was killed in that moment, an hour ago or more. */
static bool is_stale(int folder, const char *name)
{
    int pid, end = 0;
    struct stat st;

    return sscanf(name, ".emstep-%9d-%*9d%n", &pid, &end) == 1 && end > 0 && !name[end] &&
           pid > 0 && kill(pid, 0) != 0 && errno == ESRCH &&
           fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           time(NULL) - st.st_mtime > 3600;
}

static void remove_stale(const char *path)
{
    char name[PATH_MAX];

    snprintf(name, sizeof name, "%.*s", (int)folder_length(path), path);
    DIR *folder = opendir(name[0] ? name : ".");
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (is_stale(dirfd(folder), entry->d_name))
            unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
}

/* 0 or errno. */
static int write_all(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t n = write(fd, bytes, count);

        if (n < 0 && errno != EINTR)
            return errno;
        if (n > 0) {
            bytes += n;
            count -= (size_t)n;
        }
    }
    return fsync(fd) != 0 && errno != EINVAL ? errno : 0;
}

/* The rename is on the disk only when its folder is; a folder that cannot be flushed is no failure,
 * the file is whole either way. */
static void flush_folder(const char *path)
{
    char folder[PATH_MAX];
    int fd;

    snprintf(folder, sizeof folder, "%.*s", (int)folder_length(path), path);
    fd = open(folder[0] ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

/* mode 0: as it is, or as the umask leaves a new one. */
static int replace(const char *path, mode_t mode, const char *bytes, size_t count,
                   struct error *e)
{
    struct target target;
    char name[PATH_MAX] = "";
    int fd, why;

    if (find_target(path, &target, e) != 0)
        return -1;
    if (mode == 0 && target.there)
        mode = target.mode;
    remove_stale(target.path);
    fd = access("/proc/self/fd", X_OK) == 0 ? open_unnamed(target.path) : -1;
    if (fd < 0)
        fd = open_named(target.path, name);
    if (fd < 0)
        return cannot_write(e, path, errno);
    why = mode != 0 && fchmod(fd, mode) != 0 ? errno : 0;
    if (why == 0)
        why = write_all(fd, bytes, count);
    if (why == 0 && !name[0])
        why = name_it(fd, target.path, name);
    if (close(fd) != 0 && why == 0)
        why = errno;
    if (why == 0 && rename(name, target.path) != 0)
        why = errno;
    if (why != 0) {
        if (name[0])
            unlink(name);
        return cannot_write(e, path, why);
    }
    flush_folder(target.path);
    return 0;
}

int file_write(const char *path, const char *bytes, size_t count, struct error *e)
{
    return replace(path, 0, bytes, count, e);
}

int file_write_private(const char *path, const char *bytes, size_t count, struct error *e)
{
    return replace(path, 0600, bytes, count, e);
}
