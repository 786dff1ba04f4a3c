/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/verb.h"

#include <string.h>

static const struct verb verbs[] = {
    {"lesson", verb_lesson},
    {"lessons", verb_lessons},
    {"replay", verb_replay},
    {"verify", verb_verify},
};

const struct verb *verb_find(const char *word)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, word) == 0)
            return &verbs[i];
    return NULL;
}
