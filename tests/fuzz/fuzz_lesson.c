/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stranger's lesson: its form, and its prose on a narrow terminal. */
#include <stdlib.h>

#include "fuzz.h"
#include "lesson/lesson.h"
#include "base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error e = {0};
    char *source = NULL;
    struct lesson *l = lesson_parse("fuzz.md", (const char *)data, size, &source, &e);
    lesson_free(l);
    mem_free(source);
    return 0;
}
