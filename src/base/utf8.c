/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

#include <utf8proc.h>

size_t utf8_next(const char *s, size_t n, int32_t *c)
{
    size_t most = n < 4 ? n : 4;
    utf8proc_ssize_t used =
        utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)most, c);

    if (used > 0)
        return (size_t)used;
    *c = -1;
    return 1;
}

static bool is_control(int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static bool is_direction_override(int32_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

int32_t utf8_shown(int32_t c)
{
    if (c < 0)
        return 0xfffd;
    if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029)
        return ' ';
    return is_control(c) || is_direction_override(c) ? '?' : c;
}
