/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command lines in a session with data and a model, without its pictures (fuzz_table and the tests
 * of the plots have those). */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size < 2000 ? size : 2000);
    struct session *s = fuzz_session(300);
    fuzz_run(s,
             "load coins; model binomial k=2 columns=heads,tosses; theta pi=.5,.5 p=.6,.5; e; m");
    if (text && !strstr(text, "plot") && !strstr(text, "animate") && !strstr(text, "select"))
        session_run_text(s, text, "fuzz", 1);
    free(text);
    fuzz_session_end(s);
    return 0;
}
