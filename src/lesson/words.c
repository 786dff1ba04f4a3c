/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/words.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text.h"
#include "base/utf8.h"

static bool counts(int32_t c)
{
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

static void add_counting(struct text *out, const char *s)
{
    size_t n = strlen(s);

    for (size_t at = 0; at < n;) {
        int32_t c;
        size_t used = utf8_next(s + at, n - at, &c);
        if (c >= 0 && counts(c))
            text_add_bytes(out, s + at, used);
        at += used;
    }
}

char *words_fold(const char *s)
{
    struct text out = TEXT_INIT;
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_option_t how = UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                            UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK;

    if (utf8proc_map((const utf8proc_uint8_t *)s, 0, &mapped, how) >= 0)
        add_counting(&out, (const char *)mapped);
    else
        add_counting(&out, s); /* not UTF-8, or no memory: as it stands */
    free(mapped);
    return text_take(&out);
}

const char *words_next(const char **s, size_t *length)
{
    static const char between[] = " \t,;\n";
    const char *word = *s + strspn(*s, between);

    *length = strcspn(word, between);
    *s = word + *length;
    return *length ? word : NULL;
}
