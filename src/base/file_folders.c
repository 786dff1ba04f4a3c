/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things live: the user's state, what is shipped, the names in a folder. */
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

char *file_state_folder(const char *under)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct text t = TEXT_INIT;

    if (state && state[0] == '/')
        text_add(&t, state);
    else if (home && home[0] == '/' && access(home, W_OK | X_OK) == 0)
        text_addf(&t, "%s/.local/state", home);
    else
        return NULL; /* a home that is not there is not ours to make */
    text_addf(&t, "/emstep%s%s", under[0] ? "/" : "", under);
    char *path = text_take(&t);
    if (path)
        make_folders(path);
    return path;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Cuts the last component off; false when there is none. */
static bool cut_last(char *path)
{
    char *slash = strrchr(path, '/');

    if (!slash || slash == path)
        return false;
    *slash = '\0';
    return true;
}

/* The last component of exe's path named "build": what stands beside it is the source tree. */
static char *find_build(char *exe)
{
    char *found = NULL;

    for (char *p = exe; (p = strstr(p, "/build/")); p++)
        found = p;
    return found;
}

/* out and folders are PATH_MAX long. */
static bool try_folder(char *out, const char *base, const char *under, const char *kind)
{
    int n = snprintf(out, PATH_MAX, "%s%s/%s", base, under, kind);

    return n > 0 && n < PATH_MAX && is_folder(out);
}

const char *file_shipped_folder(const char *kind)
{
    static char out[PATH_MAX];
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

    if (n > 0) {
        char *build;

        exe[n] = '\0';
        build = find_build(exe);
        if (build) {
            *build = '\0';
            if (try_folder(out, exe, "", kind))
                return out;
            *build = '/';
        }
        if (cut_last(exe) && cut_last(exe) && try_folder(out, exe, "/share/emstep", kind))
            return out;
    }
    return try_folder(out, EMSTEP_DATADIR, "", kind) ? out : NULL;
}

void file_names_free(char **names)
{
    for (char **name = names; name && *name; name++)
        mem_free(*name);
    mem_free(names);
}

static bool ends_with(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);

    return n > m && strcmp(name + n - m, ending) == 0;
}

/* Adds a name to a list of n; NULL, and the list gone, without memory. */
static char **add_name(char **names, size_t n, const char *name)
{
    char **wider = mem_resize(names, n + 2, sizeof *wider);
    char *copy = wider ? mem_copy_text(name) : NULL;

    if (!copy) {
        file_names_free(wider ? wider : names);
        return NULL;
    }
    wider[n] = copy;
    wider[n + 1] = NULL;
    return wider;
}

static int by_spelling(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **file_names(const char *folder, const char *ending)
{
    char **names = NEW_ARRAY(1, char *);
    DIR *d = folder ? opendir(folder) : NULL;
    size_t n = 0;

    for (struct dirent *entry; d && names && (entry = readdir(d));)
        if (ends_with(entry->d_name, ending))
            names = add_name(names, n++, entry->d_name);
    if (d)
        closedir(d);
    if (names && n > 1)
        qsort(names, n, sizeof *names, by_spelling);
    return names;
}
