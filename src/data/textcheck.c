/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/textcheck.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "data/place.h"
#include "data/stretch.h"

static int refuse_zero(const struct place *p, struct error *e)
{
    place_error(e, p, "a zero byte: this file is no text");
    return error_hint(e, "save the table as CSV in UTF-8; a spreadsheet's own format is not read");
}

static int refuse_encoding(const struct place *p, struct error *e)
{
    place_error(e, p, "bytes that are not UTF-8");
    return error_hint(e, "save the file in UTF-8 (iconv -f LATIN1 -t UTF-8 OLD >NEW)");
}

static bool is_ascii(const char *eight_bytes)
{
    uint64_t word;

    memcpy(&word, eight_bytes, sizeof word);
    return (word & 0x8080808080808080) == 0;
}

int textcheck(const char *bytes, size_t count, const char *source,
              const volatile sig_atomic_t *interrupt, struct error *e)
{
    const char *end = bytes + count, *zero = count ? memchr(bytes, '\0', count) : NULL;
    struct place p;

    if (zero) {
        p = place_find(source, bytes, zero);
        return refuse_zero(&p, e);
    }
    for (const char *s = bytes, *stop = s; s < end;) {
        int32_t c = 0;
        if (s >= stop && interrupted(interrupt))
            return interrupted_error(e);
        if (s >= stop)
            stop = stretch_end(s, end);

        if (end - s >= (ptrdiff_t)sizeof(uint64_t) && is_ascii(s)) {
            s += sizeof(uint64_t);
            continue;
        }
        size_t used = utf8_next(s, (size_t)(end - s), &c);

        if (c < 0) {
            p = place_find(source, bytes, s);
            return refuse_encoding(&p, e);
        }
        s += used;
    }
    return 0;
}

size_t textcheck_mark(const char *bytes, size_t count)
{
    static const char mark[] = "\ufeff";
    size_t n = sizeof mark - 1;

    return count >= n && memcmp(bytes, mark, n) == 0 ? n : 0;
}
