/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/progress.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "lesson/reader.h"

enum { PROGRESS_BYTES = 8 << 20, PROGRESS_COUNT = 1000000 };

static const char format[] = "emstep lesson progress 1";
static const char *const outcomes[] = {"open", "done", "wrong", "skipped", NULL};

/* ---- records ---- */

void stage_record_clear(struct stage_record *r)
{
    for (size_t i = 0; i < r->nline; i++)
        mem_free(r->line[i]);
    mem_free(r->line);
    *r = (struct stage_record){0};
}

int stage_record_line(struct stage_record *r, const char *line, struct error *e)
{
    char **slot = LIST_APPEND(r->line, r->nline, e);

    if (!slot)
        return -1;
    *slot = mem_copy_text(line);
    if (*slot)
        return 0;
    r->nline--;
    return error_no_memory(e);
}

void progress_clear(struct progress *p)
{
    for (size_t i = 0; i < p->nstage; i++)
        stage_record_clear(&p->stage[i]);
    mem_free(p->stage);
    mem_free(p->title);
    *p = (struct progress){0};
}

int progress_begin(struct progress *p, const struct lesson *l, const struct stage *stage, size_t n,
                   struct error *e)
{
    *p = (struct progress){.title = mem_copy_text(l->header.title), .nstage = n};
    p->stage = NEW_ARRAY(n ? n : 1, struct stage_record);
    if (!p->title || !p->stage) {
        p->nstage = 0;
        progress_clear(p);
        return error_no_memory(e);
    }
    for (size_t i = 0; i < n; i++)
        memcpy(p->stage[i].digest, stage[i].digest, STAGE_DIGEST);
    return 0;
}

/* ---- the file's name ---- */

static bool is_shipped(const char *path)
{
    const char *folder = file_shipped_folder("lessons");
    char here[PATH_MAX], there[PATH_MAX];
    struct text shipped = TEXT_INIT;
    const char *slash = strrchr(path, '/');

    text_addf(&shipped, "%s/%s", folder ? folder : "", slash ? slash + 1 : path);
    bool same = folder && realpath(path, here) && realpath(shipped.s, there) &&
                strcmp(here, there) == 0;
    text_clear(&shipped);
    return same;
}

static unsigned path_hash(const char *path)
{
    char real[PATH_MAX];
    unsigned hash = 2166136261u;

    for (const char *c = realpath(path, real) ? real : path; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return hash;
}

char *progress_path(const char *lesson_path)
{
    char *folder = file_state_folder("lessons");
    char *name = folder ? lesson_name_of(lesson_path) : NULL;
    struct text path = TEXT_INIT;

    if (!name) {
        mem_free(folder);
        return NULL;
    }
    text_addf(&path, "%s/%.100s", folder, name);
    if (!is_shipped(lesson_path))
        text_addf(&path, "-%08x", path_hash(lesson_path));
    text_add(&path, ".json");
    mem_free(folder);
    mem_free(name);
    return text_take(&path);
}

/* ---- reading ---- */

static int not_whole(struct error *e, const char *path)
{
    return error_set(e, "'%.300s' is no progress that emstep wrote, or not all of it", path);
}

static bool read_count(const json_t *j, const char *key, size_t *v)
{
    const json_t *count = json_object_get(j, key);
    json_int_t value = json_integer_value(count);

    if (!json_is_integer(count) || value < 0 || value > PROGRESS_COUNT)
        return false;
    *v = (size_t)value;
    return true;
}

static bool read_outcome(const json_t *j, enum outcome *outcome)
{
    const char *word = json_string_value(json_object_get(j, "outcome"));

    for (int i = 0; word && outcomes[i]; i++)
        if (strcmp(outcomes[i], word) == 0) {
            *outcome = (enum outcome)i;
            return true;
        }
    return false;
}

static bool read_digest(const json_t *j, char digest[STAGE_DIGEST])
{
    const char *word = json_string_value(json_object_get(j, "text"));

    if (!word || strlen(word) != STAGE_DIGEST - 1 ||
        strspn(word, "0123456789abcdef") != STAGE_DIGEST - 1)
        return false;
    memcpy(digest, word, STAGE_DIGEST);
    return true;
}

/* False with e->message "": it is not of the form. */
static bool read_stage(const json_t *j, struct stage_record *r, struct error *e)
{
    const json_t *lines = json_object_get(j, "typed");

    if (!read_digest(j, r->digest) || !read_outcome(j, &r->outcome) ||
        !read_count(j, "wrong", &r->wrong) || !read_count(j, "hints", &r->hints) ||
        !json_is_boolean(json_object_get(j, "told")) || !json_is_array(lines))
        return false;
    r->told = json_is_true(json_object_get(j, "told"));
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *line = json_string_value(json_array_get(lines, i));
        if (!line || stage_record_line(r, line, e) != 0)
            return false;
    }
    return true;
}

static int read_stages(struct progress *p, const json_t *j, const char *path, struct error *e)
{
    const json_t *list = json_object_get(j, "steps");
    const char *written = json_string_value(json_object_get(j, "format"));
    const char *title = json_string_value(json_object_get(j, "title"));
    size_t n = json_array_size(list);

    if (!written || strcmp(written, format) != 0 || !title || n == 0 || n > LESSON_STEPS ||
        !read_count(j, "at", &p->at) || p->at > n ||
        !json_is_boolean(json_object_get(j, "finished")))
        return not_whole(e, path);
    p->finished = json_is_true(json_object_get(j, "finished"));
    p->title = mem_copy_text(title);
    p->stage = NEW_ARRAY(n, struct stage_record);
    if (!p->title || !p->stage)
        return error_no_memory(e);
    for (p->nstage = 0; p->nstage < n; p->nstage++) {
        struct stage_record *r = &p->stage[p->nstage];
        if (!read_stage(json_array_get(list, p->nstage), r, e)) {
            stage_record_clear(r);
            return e->message[0] ? -1 : not_whole(e, path);
        }
    }
    return 0;
}

int progress_read(struct progress *p, const char *path, struct error *e)
{
    struct text bytes = TEXT_INIT;
    json_error_t unused;

    *p = (struct progress){0};
    error_clear(e);
    if (access(path, F_OK) != 0)
        return 0;
    if (file_read(path, PROGRESS_BYTES, &bytes, e) != 0) {
        text_clear(&bytes);
        return -1;
    }
    json_t *j = json_read(bytes.s, bytes.length, &unused);
    text_clear(&bytes);
    int bad = j ? read_stages(p, j, path, e) : not_whole(e, path);
    json_decref(j);
    if (bad)
        progress_clear(p);
    return bad ? -1 : 1;
}

/* ---- writing ---- */

static json_t *stage_to_json(const struct stage_record *r)
{
    json_t *lines = json_array();

    for (size_t i = 0; i < r->nline; i++)
        json_array_append_new(lines, json_string(r->line[i]));
    return json_pack("{ss ss sI sI sb so}", "text", r->digest, "outcome", outcomes[r->outcome],
                     "wrong", (json_int_t)r->wrong, "hints", (json_int_t)r->hints, "told",
                     (int)r->told, "typed", lines);
}

int progress_write(const struct progress *p, const char *path, struct error *e)
{
    long failures = mem_failures();
    json_t *list = json_array();

    for (size_t i = 0; i < p->nstage; i++)
        json_array_append_new(list, stage_to_json(&p->stage[i]));
    json_t *j = json_pack("{ss ss sI sb so}", "format", format, "title", p->title, "at",
                          (json_int_t)p->at, "finished", (int)p->finished, "steps", list);
    char *text = j ? json_dumps(j, JSON_INDENT(1)) : NULL;
    int bad = text && mem_failures() == failures
                  ? file_write_private(path, text, strlen(text), e)
                  : error_no_memory(e);
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    release(text);
    json_decref(j);
    return bad;
}

/* ---- a lesson that has changed ---- */

static bool agrees(const struct progress *p, const struct stage *stage, size_t n)
{
    if (p->nstage != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(p->stage[i].digest, stage[i].digest) != 0)
            return false;
    return true;
}

static size_t find_stage(const struct stage *stage, size_t n, const char *digest)
{
    size_t i = 0;
    while (i < n && strcmp(stage[i].digest, digest) != 0)
        i++;
    return i;
}

/* The stage where it stood; else the one behind the last that is done and still there. */
static size_t nearest(const struct progress *p, const struct stage *stage, size_t n)
{
    size_t found = p->at < p->nstage ? find_stage(stage, n, p->stage[p->at].digest) : n;

    if (found < n)
        return found;
    for (size_t i = p->at; i-- > 0;) {
        found = find_stage(stage, n, p->stage[i].digest);
        if (found < n)
            return found + 1;
    }
    return 0;
}

int progress_fit(struct progress *p, const struct lesson *l, const struct stage *stage, size_t n,
                 bool *changed, struct error *e)
{
    struct progress now;

    *changed = !agrees(p, stage, n);
    if (!*changed)
        return 0;
    if (progress_begin(&now, l, stage, n, e) != 0)
        return -1;
    now.at = nearest(p, stage, n);
    now.finished = p->finished;
    for (size_t i = 0; i < p->nstage; i++) {
        size_t to = find_stage(stage, n, p->stage[i].digest);
        if (to == n || to > now.at)
            continue;
        stage_record_clear(&now.stage[to]);
        now.stage[to] = p->stage[i];
        p->stage[i] = (struct stage_record){0};
    }
    progress_clear(p);
    *p = now;
    return 0;
}
