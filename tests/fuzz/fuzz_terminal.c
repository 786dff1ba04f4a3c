/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a terminal answers when it is asked what it can draw. */
#include <stdlib.h>

#include "fuzz.h"
#include "plot/screen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    screen_says_sixel(text);
    free(text);
    return 0;
}
