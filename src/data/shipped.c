/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/shipped.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/suggest.h"
#include "data/table.h"

enum { ENDING = 4 /* .csv, .pbm */, README_AT_MOST = 1 << 20 };
enum { NAME_CELL = 0, ABOUT_CELL = 3 }; /* name | rows × columns | missing | what it is | … */

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* datasets/NAME.csv or .pbm, when there is one; NAME may have its ending. */
static bool find_shipped(const char *name, struct text *found)
{
    static const char *const endings[] = {".csv", ".pbm"};
    const char *folder = file_shipped_folder("datasets");
    size_t n = strlen(name);

    if (!folder || n == 0 || strchr(name, '/'))
        return false;
    for (size_t i = 0; i < 2; i++) {
        bool given = n > ENDING && strcmp(name + n - ENDING, endings[i]) == 0;
        text_addf(found, "%s/%.*s%s", folder, (int)(given ? n - ENDING : n), name, endings[i]);
        if (found->failed) /* stays so: the caller says why */
            return false;
        if (is_file(found->s))
            return true;
        text_reset(found);
    }
    return false;
}

static int refuse_unknown(const char *path, struct error *e)
{
    struct shipped_table *list;
    struct nearest near = {.typed = path};
    struct error ignored;
    size_t count;

    error_set(e, "no file '%s', and no data set of that name", path);
    if (table_shipped(&list, &count, &ignored) == 0) {
        for (size_t i = 0; i < count; i++)
            nearest_try(&near, list[i].name);
        suggest_nearest(e, &near);
        table_shipped_free(list, count);
    }
    return error_hint(e, "`datasets` lists the data sets that come with emstep");
}

int shipped_find(const char *path, struct text *found, struct error *e)
{
    struct stat st;

    if (!is_file(path) && find_shipped(path, found))
        return 0;
    if (!found->failed && stat(path, &st) != 0 && !strchr(path, '/'))
        return refuse_unknown(path, e);
    text_add(found, path);
    return found->failed ? error_no_memory(e) : 0;
}

/* Cell `at` (from 0) of a row of a Markdown table, blanks trimmed; "" when the row has none, NULL
 * without memory. */
static char *row_cell(const char *row, const char *end, size_t at)
{
    const char *s = row, *stop;

    for (size_t bars = 0; s && bars <= at; bars++) {
        s = memchr(s, '|', (size_t)(end - s));
        s = s ? s + 1 : NULL;
    }
    stop = s ? memchr(s, '|', (size_t)(end - s)) : NULL;
    if (!stop)
        return mem_copy_text("");
    while (s < stop && *s == ' ')
        s++;
    while (stop > s && stop[-1] == ' ')
        stop--;
    return mem_copy_bytes(s, (size_t)(stop - s));
}

struct listing {
    struct shipped_table *table;
    size_t count;
};

static int add_row(struct listing *l, const char *row, const char *end, struct error *e)
{
    struct shipped_table *wider = mem_resize(l->table, l->count + 1, sizeof *wider);

    if (!wider)
        return error_no_memory(e);
    l->table = wider;
    wider[l->count].name = row_cell(row, end, NAME_CELL);
    wider[l->count].about = row_cell(row, end, ABOUT_CELL);
    l->count++;
    return wider[l->count - 1].name && wider[l->count - 1].about ? 0 : error_no_memory(e);
}

/* The rows of the first table: the lines that begin with a bar, below its rule |---|. */
static int add_rows(struct listing *l, const char *s, const char *end, struct error *e)
{
    static const char rule[] = "|---";
    bool inside = false;

    while (s < end) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));

        stop = stop ? stop : end;
        if (inside && *s != '|')
            return 0;
        if (inside && add_row(l, s, stop, e))
            return -1;
        inside = inside || strncmp(s, rule, sizeof rule - 1) == 0;
        s = stop < end ? stop + 1 : end;
    }
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct shipped_table *)a)->name, ((const struct shipped_table *)b)->name);
}

static int read_listing(struct listing *l, struct error *e)
{
    const char *folder = file_shipped_folder("datasets");
    struct text path = TEXT_INIT, bytes = TEXT_INIT;
    int status = -1;

    if (!folder) {
        error_set(e, "the data sets that come with emstep are not where they were installed");
        return error_hint(e, "`make install` puts them there; a file of your own can be loaded");
    }
    text_addf(&path, "%s/README.md", folder);
    if (path.failed)
        error_no_memory(e);
    else if (file_read(path.s, README_AT_MOST, &bytes, e) == 0)
        status = add_rows(l, bytes.s, bytes.s + bytes.length, e);
    text_clear(&bytes);
    text_clear(&path);
    return status;
}

int table_shipped(struct shipped_table **list, size_t *count, struct error *e)
{
    struct listing l = {NULL, 0};

    if (read_listing(&l, e)) {
        table_shipped_free(l.table, l.count);
        return -1;
    }
    if (l.count > 1)
        qsort(l.table, l.count, sizeof *l.table, by_name);
    *list = l.table;
    *count = l.count;
    return 0;
}

void table_shipped_free(struct shipped_table *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mem_free(list[i].name);
        mem_free(list[i].about);
    }
    mem_free(list);
}
