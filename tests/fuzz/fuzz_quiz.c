/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question, whose block is the input up to a line "====", and an answer typed to it,
 * the rest. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fuzz.h"
#include "lesson/lesson.h"
#include "lesson/quiz.h"

static void answer(struct lesson *l, const char *typed)
{
    struct session *s = fuzz_session(300);
    for (size_t i = 0; i < l->nstep; i++) {
        struct text out = TEXT_INIT;
        struct error e = {0};
        struct quiz *q = l->step[i].quiz;
        if (q && quiz_prepare(q, s, &e) == 0) {
            quiz_add_question(q, &out);
            quiz_grade(q, typed, &out);
            quiz_add_answer(q, &out);
        }
        text_clear(&out);
    }
    fuzz_session_end(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error e = {0};
    struct text page = TEXT_INIT;
    char *block = fuzz_text(data, size), *source = NULL;
    char *typed = block ? strstr(block, "\n====\n") : NULL;
    if (typed)
        *typed = '\0';
    text_addf(&page, "---\ntitle: t\norder: 1\ntime: 1 minute\n---\n\n# t\n\n```quiz\n%s\n```\n",
              block ? block : "");
    struct lesson *l = lesson_parse("fuzz.md", page.s, page.length, &source, &e);
    if (l)
        answer(l, typed ? typed + 6 : "1");
    lesson_free(l);
    mem_free(source);
    text_clear(&page);
    free(block);
    return 0;
}
