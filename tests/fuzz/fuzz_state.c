/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saved sessions: open of any bytes, then steps from whatever was taken. */
#include <stdlib.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct session *s = fuzz_session(300);
    struct text line = TEXT_INIT;
    text_addf(&line, "open %s", fuzz_file("state.json", data, size));
    if (session_run_text(s, line.s, "fuzz", 1) == 0 && s->status == 0)
        session_run_text(s, "e\nm\nshow terms\nback\nledger\n", "fuzz", 1);
    text_clear(&line);
    fuzz_session_end(s);
    return 0;
}
