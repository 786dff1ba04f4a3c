/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/jsonfile.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "shell/session.h"

json_t *json_from_file(struct session *s, const char *name, size_t limit, struct error *e)
{
    struct text bytes = TEXT_INIT, path = TEXT_INIT;
    json_error_t why;
    json_t *j = NULL;
    if (file_to_read(s, name, &path, e) == 0 && file_read(path.s, limit, &bytes, e) == 0) {
        j = json_read(bytes.s, bytes.length, &why);
        if (!j) {
            struct text shown = TEXT_INIT;
            text_add_shown(&shown, why.text, 200);
            error_set(e, "%s:%d:%d: %s", name, why.line, why.column, shown.s);
            error_hint(e, "the file must be JSON, as theta save and --json write it");
            text_clear(&shown);
        }
    }
    text_clear(&bytes);
    text_clear(&path);
    return j;
}

static int add_piece(const char *bytes, size_t n, void *text)
{
    text_add_bytes(text, bytes, n);
    return 0;
}

int json_to_file(struct session *s, const struct word *file, const json_t *j, struct error *e)
{
    struct text t = TEXT_INIT, path = TEXT_INIT;
    if (file_to_write(s, file->text, file->at, &path, e) != 0) {
        text_clear(&path);
        return -1;
    }
    json_dump_callback(j, add_piece, &t, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    text_add(&t, "\n");
    int r = t.failed || session_ran_short(s) ? error_no_memory(e)
                                             : file_write(path.s, t.s, t.length, e);
    text_clear(&t);
    text_clear(&path);
    return r;
}
