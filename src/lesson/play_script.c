/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A script cut into comments and commands, each with its place. */
#define _GNU_SOURCE /* memrchr */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "lesson/play.h"
#include "lesson/reader.h"
#include "shell/parse.h"

enum { SCRIPT_BYTES = 1 << 20 };

/* One more passage, as it stands. */
static int add(struct play *p, struct span at, struct error *e)
{
    struct passage *new;

    if (p->npassage == 4 * LESSON_STEPS) {
        error_set_at(e, at, "a script to replay has at most %d commands", 4 * LESSON_STEPS);
        return error_hint(e, "emstep FILE runs one of any length");
    }
    new = LIST_APPEND(p->passage, p->npassage, e);
    if (!new)
        return -1;
    *new = (struct passage){mem_copy_bytes(p->source + at.offset, at.length), at};
    return new->text ? 0 : error_no_memory(e);
}

/* A comment goes on in the next line when that is one, too. */
static int add_comment(struct play *p, struct span line, struct error *e)
{
    struct passage *last = p->npassage ? &p->passage[p->npassage - 1] : NULL;
    size_t end = last ? last->at.offset + last->at.length : 0;

    if (strncmp(p->source + line.offset, "#!", 2) == 0 && line.offset == 0)
        return 0;
    if (!last || last->text[0] != '#' ||
        strspn(p->source + end, "\r\n \t") != line.offset - end ||
        memchr(p->source + end, '\n', line.offset - end) !=
            memrchr(p->source + end, '\n', line.offset - end))
        return add(p, line, e);
    mem_free(last->text);
    last->at.length = line.offset + line.length - last->at.offset;
    last->text = mem_copy_bytes(p->source + last->at.offset, last->at.length);
    return last->text ? 0 : error_no_memory(e);
}

static int add_line(struct play *p, size_t from, size_t to, struct error *e)
{
    struct span line = span_trim(p->source, (struct span){from, to - from});

    if (line.length == 0)
        return 0;
    return p->source[line.offset] == '#' ? add_comment(p, line, e) : add(p, line, e);
}

static int check_bytes(const struct text *bytes, const char *path, struct error *e)
{
    if (memchr(bytes->s, '\0', bytes->length))
        return error_set(e, "'%.200s' is not a text file: it has a NUL byte", path);
    return bytes->failed ? error_no_memory(e) : 0;
}

int play_read_script(struct play *p, struct error *e)
{
    struct text bytes = TEXT_INIT;
    struct scan c;

    if (file_read(p->path, SCRIPT_BYTES, &bytes, e) != 0 ||
        check_bytes(&bytes, p->path, e) != 0) {
        text_clear(&bytes);
        return -1;
    }
    size_t n = bytes.length, from = strncmp(bytes.s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    p->source = n ? text_take(&bytes) : mem_copy_text("");
    text_clear(&bytes);
    if (!p->source)
        return error_no_memory(e);
    scan_init(&c);
    for (c.at = from; from < n; from = c.at) {
        scan_line(&c, p->source, n);
        if (c.at <= from)
            c.at = n;
        if (add_line(p, from, c.at, e) != 0)
            return -1;
        scan_restart(&c);
    }
    return 0;
}
