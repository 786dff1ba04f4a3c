/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/files.h"

#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "shell/session.h"

void files_clear(struct files *f)
{
    for (size_t i = 0; i < f->nwritten; i++)
        mem_free(f->written[i]);
    mem_free(f->written);
    mem_free(f->folder);
    mem_free(f->reading);
    *f = (struct files){0};
}

int files_set(struct files *f, bool confined, const char *folder, const char *reading,
              struct error *e)
{
    files_clear(f);
    f->confined = confined;
    f->folder = mem_copy_text(folder);
    f->reading = mem_copy_text(reading);
    return (folder && !f->folder) || (reading && !f->reading) ? error_no_memory(e) : 0;
}

static int add_path(const char *folder, const char *name, struct text *path, struct error *e)
{
    if (folder && name[0] != '/')
        text_addf(path, "%s/%s", folder, name);
    else
        text_add(path, name);
    return path->failed ? error_no_memory(e) : 0;
}

static bool is_written(const struct files *f, const char *path)
{
    for (size_t i = 0; i < f->nwritten; i++)
        if (strcmp(f->written[i], path) == 0)
            return true;
    return false;
}

static int remember(struct files *f, const char *path, struct error *e)
{
    char **wider = mem_resize(f->written, f->nwritten + 1, sizeof *wider);
    if (!wider)
        return error_no_memory(e);
    f->written = wider;
    f->written[f->nwritten] = mem_copy_text(path);
    if (!f->written[f->nwritten])
        return error_no_memory(e);
    f->nwritten++;
    return 0;
}

static int refuse(struct error *e, struct span at, const char *name, const char *why)
{
    error_set_at(e, at, "a lesson does not write '%.200s': %s", name, why);
    return error_hint(e, "a plain new name will do; --trust lets a lesson write anywhere");
}

static bool is_parent(const char *part, size_t n)
{
    return n == 2 && part[0] == '.' && part[1] == '.';
}

/* Each folder on the way, and the file, is looked at without following links. */
static int check_way(struct files *f, const char *name, struct span at, struct text *path,
                     struct error *e)
{
    size_t before = path->length - strlen(name);
    struct stat st;

    for (const char *part = name; *part;) {
        size_t n = strcspn(part, "/"), end = before + (size_t)(part - name) + n;
        if (is_parent(part, n))
            return refuse(e, at, name, "it leads out of the folder");
        char cut = path->s[end];
        path->s[end] = '\0';
        bool there = lstat(path->s, &st) == 0, link = there && S_ISLNK(st.st_mode);
        path->s[end] = cut;
        if (link)
            return refuse(e, at, name, "a link is on the way");
        if (there && part[n] == '\0' && !is_written(f, path->s))
            return refuse(e, at, name, "it is there already, and not this session's");
        part += n + (part[n] == '/');
    }
    return 0;
}

int file_to_write(struct session *s, const char *name, struct span at, struct text *path,
                  struct error *e)
{
    struct files *f = &s->files;

    if (f->confined && name[0] == '/')
        return refuse(e, at, name, "an absolute path");
    if (add_path(f->folder, name, path, e) != 0)
        return -1;
    if (!f->confined)
        return 0;
    if (check_way(f, name, at, path, e) != 0)
        return -1;
    return is_written(f, path->s) ? 0 : remember(f, path->s, e);
}

/* Into `path` when it is there. */
static bool is_at(const char *folder, const char *name, struct text *path, struct error *e)
{
    struct stat st;

    if (add_path(folder, name, path, e) == 0 && stat(path->s, &st) == 0 && !S_ISDIR(st.st_mode))
        return true;
    text_reset(path);
    return false;
}

int file_to_read(struct session *s, const char *name, struct text *path, struct error *e)
{
    const struct files *f = &s->files;

    if (name[0] != '/') {
        if (f->folder && is_at(f->folder, name, path, e))
            return 0;
        if (f->reading && is_at(f->reading, name, path, e))
            return 0;
    }
    return add_path(NULL, name, path, e);
}
