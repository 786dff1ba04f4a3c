/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the file names that commands take lead.  Every command that writes a file
 * asks file_to_write, every one that reads one asks file_to_read, and uses the path that it gets.
 *
 * A session that plays a stranger's lesson is confined: it writes only below its folder, never
 * through .., an absolute path or a link, and never over a file that it has not written itself.
 */
#ifndef EMSTEP_SHELL_FILES_H
#define EMSTEP_SHELL_FILES_H

#include "base/error.h"
#include "base/text.h"

struct session;

struct files {
    bool confined;
    char *folder;      /* relative names are written here; NULL: the working directory */
    char *reading;     /* relative names that are there are read from here; NULL: nowhere else */
    char **written;    /* (nwritten) paths, while confined */
    size_t nwritten;
};

void files_clear(struct files *f);
/* Copies the names (NULL: none). */
int files_set(struct files *f, bool confined, const char *folder, const char *reading,
              struct error *e);

/* The path to write to for a name that stands at `at`, into `path`. */
int file_to_write(struct session *s, const char *name, struct span at, struct text *path,
                  struct error *e);
/* The path to read: what this session wrote, else the file in files.reading, else the name. */
int file_to_read(struct session *s, const char *name, struct text *path, struct error *e);

#endif
