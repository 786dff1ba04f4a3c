/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of θ and of q; the first byte chooses the model. */
#include <stdlib.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const models[] = {
        "load coins; model binomial k=2 columns=heads,tosses; theta pi=.5,.5 p=.6,.5; e",
        "load linkage; model linkage; theta p=0.3; e",
        "load noisy_five; model denoise; theta mu=0 tau2=1; e",
        "load faithful; model gmm k=2 columns=eruptions; init quantile; e",
    };
    if (size < 2)
        return 0;
    struct session *s = fuzz_session(300);
    struct text line = TEXT_INIT;
    fuzz_run(s, models[data[0] & 3]);
    const char *path = fuzz_file("blocks.json", data + 1, size - 1);
    text_addf(&line, data[0] & 4 ? "q load %s" : "theta load %s", path);
    if (session_run_text(s, line.s, "fuzz", 1) == 0 && s->status == 0)
        session_run_text(s, "show terms\nm\ne\nshow points\n", "fuzz", 1);
    text_clear(&line);
    fuzz_session_end(s);
    return 0;
}
