/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stranger's model. */
#include <stdlib.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct session *s = fuzz_session(300);
    struct text line = TEXT_INIT;
    fuzz_run(s, "load coins");
    text_addf(&line, "model %s columns=heads", fuzz_file("model.lua", data, size));
    if (session_run_text(s, line.s, "fuzz", 1) == 0 && s->status == 0)
        session_run_text(s, "init\ne\nm\nshow terms\nledger\n", "fuzz", 1);
    text_clear(&line);
    fuzz_session_end(s);
    return 0;
}
