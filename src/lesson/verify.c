/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emstep verify NAME|FILE … */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "lesson/check.h"
#include "lesson/play.h"
#include "lesson/record.h"
#include "lesson/scratch.h"
#include "lesson/verb.h"
#include "shell/session.h"

enum { STATUS_FAILED = 3, STATUS_INTERRUPTED = 130 };

/* One that runs what is verified: as on a terminal of 80 × 24 without colours, so that what is
 * recorded is the same everywhere. */
static int open_session(struct session *s, const struct session *program, struct error *e)
{
    if (session_init(s, program->interrupt, e) != 0)
        return -1;
    s->json = program->json;
    s->ascii = program->ascii;
    s->colour_errors = program->colour_errors;
    s->on_terminal = false;
    s->columns = 80;
    s->lines = 24;
    s->set.threads = program->set.threads;
    return settings_set(&s->set, "plot", "text", e);
}

static void report(struct session *s, const char *path, const struct check_report *r)
{
    json_t *reply = session_reply(s, "verify");

    json_object_set_new(reply, "file", json_string(path));
    json_object_set_new(reply, "steps", json_integer((json_int_t)r->steps));
    json_object_set_new(reply, "checks", json_integer((json_int_t)r->checks));
    json_object_set_new(reply, "failed", json_integer((json_int_t)r->failed));
    json_object_set_new(reply, "updated", json_integer((json_int_t)r->recorded));
    if (!s->json) {
        text_add_shown(&s->out, path, 200);
        text_addf(&s->out, ": %zu steps, %zu checks", r->steps, r->checks);
        if (r->failed)
            text_addf(&s->out, ", %zu failed", r->failed);
        else
            text_add(&s->out, ", all hold");
        if (r->recorded)
            text_addf(&s->out, "; %zu outputs written anew", r->recorded);
        text_add(&s->out, "\n");
    }
    session_flush(s);
}

static void report_page(struct session *s, const char *path)
{
    static const char *const passed_over = "not a lesson, passed over";
    json_t *reply = session_reply(s, "verify");

    json_object_set_new(reply, "file", json_string(path));
    json_object_set_new(reply, "notes", json_pack("[s]", passed_over));
    if (!s->json) {
        text_add_shown(&s->out, path, 200);
        text_addf(&s->out, ": %s\n", passed_over);
    }
    session_flush(s);
}

static int update(struct session *s, const struct lesson *l, const struct record *record,
                  struct error *e)
{
    struct text text = TEXT_INIT;

    if (record->n == 0)
        return 0;
    if (!s->json) {
        record_diff(record, l, &s->out);
        session_flush(s);
    }
    record_apply(record, l, &text);
    int bad = text.failed ? error_no_memory(e) : file_write(l->path, text.s, text.length, e);
    text_clear(&text);
    return bad;
}

/* 0, or what to exit with. */
static int verify_lesson(struct session *s, const char *path, bool updating)
{
    struct check_report r = {0};
    struct record record = {0};
    struct error e = {0};
    char *source;
    long failures = mem_failures();
    struct lesson *l = lesson_read(path, &source, &e);

    if (!l) {
        session_complain(s, &e, source ? source : "", path, 1);
        mem_free(source);
        return STATUS_FAILED;
    }
    bool interrupted = check_lesson(s, l, updating ? &record : NULL, &r) != 0;
    if (mem_failures() != failures)
        error_no_memory(&e);
    if (!interrupted && (e.message[0] || update(s, l, &record, &e) != 0)) {
        session_complain(s, &e, "", path, 1);
        r.failed++;
    }
    report(s, path, &r);
    record_clear(&record);
    lesson_free(l);
    return interrupted ? STATUS_INTERRUPTED : r.failed ? STATUS_FAILED : 0;
}

/* A plain script: its commands run, its expects hold. */
static int verify_script(struct session *s, const char *path)
{
    struct capture capture = {.tells = true};
    struct check_report r = {.steps = 1, .checks = 1};
    struct error e = {0};

    s->capture = &capture;
    int failed = session_run_file(s, path, &e);
    session_flush(s);
    s->capture = NULL;
    int status = s->status;
    if (failed && e.message[0])
        session_complain(s, &e, "", path, 1);
    r.failed = failed || capture.error.message[0];
    report(s, path, &r);
    return status ? status : r.failed ? STATUS_FAILED : 0;
}

static int verify_path(struct session *s, const char *path, const struct arguments *a,
                       struct error *e)
{
    char *folder = play_folder(path), *scratch = folder ? scratch_make(e) : NULL;
    int status = -1;

    if (!folder)
        error_no_memory(e);
    else if (scratch && files_set(&s->files, !a->trust, scratch, folder, e) == 0)
        status = play_is_script(path) ? verify_script(s, path) : verify_lesson(s, path, a->update);
    mem_free(folder);
    scratch_remove(scratch);
    return status;
}

static int verify(const struct session *program, const char *name, const struct arguments *a)
{
    struct session s;
    struct error e = {0};
    int status = -1;

    if (open_session(&s, program, &e) == 0) {
        char *path = play_is_script(name) ? mem_copy_text(name) : lesson_find(name, &e);
        if (path)
            status = verify_path(&s, path, a, &e);
        mem_free(path);
    }
    session_clear(&s);
    if (status >= 0)
        return status;
    fprintf(stderr, "emstep: %s\n", e.message);
    if (e.hint[0])
        fprintf(stderr, "  %s\n", e.hint);
    return 1;
}

void verb_verify(struct session *s, const struct arguments *a, char **name, size_t n)
{
    if (n == 0) {
        fputs("emstep verify NAME|FILE …: which lessons or scripts?\n", stderr);
        s->status = STATUS_USAGE;
        return;
    }
    for (size_t i = 0; i < n && s->status != STATUS_INTERRUPTED; i++) {
        if (lesson_passed_over(name, n, i)) {
            report_page(s, name[i]);
            continue;
        }
        int status = verify(s, name[i], a);
        if (status > s->status || status == STATUS_INTERRUPTED)
            s->status = status;
    }
}
