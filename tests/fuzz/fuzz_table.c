/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and images from a stranger: the first byte chooses how they are read. */
#include "data/table.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[] = {0, ',', '\t', ';', ' ', '|', 0, 0};
    static const char *const na[] = {"?", "none", NULL};
    struct error e = {0};
    if (size < 1)
        return 0;
    struct table_how how = {.separator = separators[data[0] & 7],
                            .header = (data[0] >> 3 & 3) - 1,
                            .na = data[0] & 32 ? na : NULL,
                            .name = "fuzz"};
    if (how.header > 1)
        how.header = -1;
    dataset_free(table_parse((const char *)data + 1, size - 1, "fuzz", &how, &e));
    return 0;
}
