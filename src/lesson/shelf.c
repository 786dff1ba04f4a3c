/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lessons that come with emstep: their names, and how one is found. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/suggest.h"
#include "base/text.h"
#include "lesson/lesson.h"
#include "lesson/reader.h"

int lesson_read_header(const char *path, struct lesson_header *h, struct error *e)
{
    struct text bytes = TEXT_INIT;
    size_t end;

    *h = (struct lesson_header){0};
    int bad = file_read(path, LESSON_BYTES, &bytes, e) != 0 ||
              read_header(bytes.s, bytes.length, h, &end, e) != 0;
    text_clear(&bytes);
    if (bad)
        lesson_header_clear(h);
    return bad ? -1 : 0;
}

static const char *after_number(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    return digits > 0 && name[digits] == '-' ? name + digits + 1 : name;
}

static bool is_shipped_page(const char *name)
{
    struct text path = TEXT_INIT;

    text_addf(&path, "%s/%s", file_shipped_folder("lessons"), name);
    bool page = !path.failed && lesson_is_page(path.s);
    text_clear(&path);
    return page;
}

char **lesson_names(void)
{
    char **names = file_names(file_shipped_folder("lessons"), ".md");
    size_t kept = 0;

    for (char **name = names; name && *name; name++) {
        if (is_shipped_page(*name)) {
            mem_free(*name);
            continue;
        }
        (*name)[strlen(*name) - strlen(".md")] = '\0';
        names[kept++] = *name;
    }
    if (names)
        names[kept] = NULL;
    return names;
}

/* 2: it is the name; 1: its number, or it begins so after the number; 0: no. */
static int matches(const char *name, const char *typed)
{
    if (strcmp(name, typed) == 0 || strcmp(after_number(name), typed) == 0)
        return 2;
    size_t digits = strspn(typed, "0123456789");
    if (digits > 0 && typed[digits] == '\0')
        return strspn(name, "0123456789") > 0 && atol(name) == atol(typed);
    return strncmp(after_number(name), typed, strlen(typed)) == 0;
}

static const char *find_name(char **names, const char *typed, size_t *near)
{
    const char *found = NULL;

    *near = 0;
    for (char **name = names; *name; name++) {
        int match = matches(*name, typed);
        if (match == 2) {
            *near = 1;
            return *name;
        }
        *near += match == 1;
        found = match == 1 ? *name : found;
    }
    return found;
}

static int not_found(const char *typed, size_t near, char **names, struct error *e)
{
    if (near > 1) {
        error_set(e, "several lessons begin with '%.80s'", typed);
        return error_hint(e, "give the whole name: lessons lists them");
    }
    error_set(e, "there is no lesson '%.200s'", typed);
    suggest(e, typed, (const char *const *)names);
    return error_hint(e,
                      "lessons lists those that come with emstep; a file of your own will do, too");
}

static char *shipped_path(const char *typed, struct error *e)
{
    char **names = lesson_names();
    struct text path = TEXT_INIT;
    size_t near = 0;
    const char *name = names && typed[0] ? find_name(names, typed, &near) : NULL;

    if (!names)
        error_no_memory(e);
    else if (!name || near != 1)
        not_found(typed, near, names, e);
    else
        text_addf(&path, "%s/%s.md", file_shipped_folder("lessons"), name);
    file_names_free(names);
    char *out = path.length ? text_take(&path) : NULL;
    text_clear(&path);
    return out;
}

static bool is_file_name(const char *typed)
{
    size_t n = strlen(typed);
    return strchr(typed, '/') || (n > 3 && strcmp(typed + n - 3, ".md") == 0);
}

bool lesson_passed_over(char *const *name, size_t n, size_t at)
{
    bool page = lesson_is_page(name[at]), other = false;

    for (size_t i = 0; page && !other && i < n; i++)
        other = !lesson_is_page(name[i]);
    return page && other;
}

char *lesson_find(const char *typed, struct error *e)
{
    if (!is_file_name(typed))
        return shipped_path(typed, e);
    char *path = mem_copy_text(typed);
    if (!path)
        error_no_memory(e);
    return path;
}
