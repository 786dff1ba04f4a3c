/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole files in and out.  Reading is bounded; writing goes to a temporary name in the same
 * folder, is flushed to the disk and renamed, so that a full disk or a kill leaves the old file.
 */
#ifndef EMSTEP_BASE_FILE_H
#define EMSTEP_BASE_FILE_H

#include <signal.h>

#include "base/error.h"
#include "base/text.h"

/* Appends the file's bytes to `out`.  A directory, a device without end or more than `limit` bytes
 * is an error that names the file. */
int file_read(const char *path, size_t limit, struct text *out, struct error *e);
/* The same, and ^C is an error: for files of any size.  interrupt NULL: there is none. */
int file_read_until(const char *path, size_t limit, struct text *out,
                    const volatile sig_atomic_t *interrupt, struct error *e);

/* Replaces the file by these bytes.  Until they are on the disk they have no name (where the file
 * system knows such files: else, and in the moment of renaming, .emstep-PID-N, which a later write
 * into that folder removes when a kill has left it there for an hour). */
int file_write(const char *path, const char *bytes, size_t count, struct error *e);
/* The same, for nobody but its owner: mode 0600. */
int file_write_private(const char *path, const char *bytes, size_t count, struct error *e);

/* The user's folder for what is to outlive a session, XDG_STATE_HOME/emstep/UNDER ("" : none under
 * it), made where it is missing.  The caller frees; NULL without a home to put it in. */
char *file_state_folder(const char *under);

/* The folder of a shipped kind of thing ("datasets", "lessons"): beside the build tree of this
 * executable, else where `make install` put it.  NULL when neither is there.  Good until the next
 * call. */
const char *file_shipped_folder(const char *kind);

/* The names in a folder that end so, in order, NULL-terminated; NULL when memory runs out.  What
 * cannot be read holds none.  Free with file_names_free. */
char **file_names(const char *folder, const char *ending);
void file_names_free(char **names);

#endif
