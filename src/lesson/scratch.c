/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* nftw */
#include "lesson/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

char *scratch_make(struct error *e)
{
    const char *place = getenv("TMPDIR");
    struct text path = TEXT_INIT;

    text_addf(&path, "%s/emstep-XXXXXX", place && place[0] == '/' ? place : "/tmp");
    char *out = text_take(&path);
    if (!out) {
        error_no_memory(e);
        return NULL;
    }
    if (mkdtemp(out))
        return out;
    error_set(e, "cannot make a folder to work in, '%s': %s", out, strerror(errno));
    mem_free(out);
    return NULL;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    remove(path);
    return 0;
}

void scratch_remove(char *path)
{
    enum { OPEN_FOLDERS = 16 };

    if (path)
        nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    mem_free(path);
}
