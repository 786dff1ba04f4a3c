/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/cast.h"

#include <jansson.h>
#include <string.h>

#include "base/file.h"
#include "base/utf8.h"

/* UTF-8 is all that JSON can hold. */
static void add_utf8(struct text *out, const char *s)
{
    for (size_t n = strlen(s), at = 0; at < n;) {
        int32_t c;
        size_t bytes = utf8_next(s + at, n - at, &c);
        if (c < 0)
            text_add(out, "\xef\xbf\xbd");
        else
            text_add_bytes(out, s + at, bytes);
        at += bytes;
    }
}

static void add_json(struct text *out, json_t *value)
{
    json_free_t release;
    char *line = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    if (line)
        text_add(out, line);
    else
        out->failed = true;
    json_get_alloc_funcs(NULL, &release);
    release(line);
    json_decref(value);
}

static void add_event(struct cast *c, double seconds, const char *kind, const char *text)
{
    struct text whole = TEXT_INIT;

    add_utf8(&whole, text);
    text_addf(&c->lines, "[%.6f,\"%s\",", seconds, kind);
    add_json(&c->lines, json_string(whole.s));
    text_add(&c->lines, "]\n");
    c->lines.failed |= whole.failed;
    text_clear(&whole);
}

void cast_begin(struct cast *c, size_t columns, size_t rows, const char *title)
{
    struct text whole = TEXT_INIT;

    *c = (struct cast){TEXT_INIT, columns, rows};
    text_addf(&c->lines, "{\"version\":2,\"width\":%zu,\"height\":%zu,\"title\":", columns, rows);
    add_utf8(&whole, title);
    add_json(&c->lines, json_string(whole.s));
    text_add(&c->lines, "}\n");
    text_clear(&whole);
}

void cast_output(struct cast *c, double seconds, const char *text)
{
    struct text raw = TEXT_INIT;

    for (const char *p = text; *p; p += strspn(p, "\n")) {
        size_t n = strcspn(p, "\n"), breaks = strspn(p + n, "\n");
        text_add_bytes(&raw, p, n);
        text_repeat(&raw, "\r\n", breaks);
        p += n;
    }
    c->lines.failed |= raw.failed;
    if (raw.length > 0)
        add_event(c, seconds, "o", raw.s);
    text_clear(&raw);
}

void cast_resize(struct cast *c, double seconds, size_t columns, size_t rows)
{
    char size[64];

    if (c->columns == columns && c->rows == rows)
        return;
    c->columns = columns;
    c->rows = rows;
    snprintf(size, sizeof size, "%zux%zu", columns, rows);
    add_event(c, seconds, "r", size);
}

int cast_write(const struct cast *c, const char *path, struct error *e)
{
    return c->lines.failed ? error_no_memory(e) : file_write(path, c->lines.s, c->lines.length, e);
}

void cast_clear(struct cast *c)
{
    text_clear(&c->lines);
}
