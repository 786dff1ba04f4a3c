/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/own_session.h"

#include <string.h>

#include "shell/session.h"

int own_session(struct session *s, const struct session *outer, const char *folder,
                struct error *e)
{
    if (session_init(s, outer->interrupt, e) != 0)
        return -1;
    s->ascii = outer->ascii;
    s->quiet = outer->quiet;
    s->colour = outer->colour;
    s->colour_errors = outer->colour_errors;
    s->interactive = outer->interactive;
    s->trust = outer->trust;
    memcpy(s->set.plot, outer->set.plot, sizeof s->set.plot);
    s->set.threads = outer->set.threads;
    s->set.theme = outer->set.theme;
    return files_set(&s->files, !outer->trust, outer->output_dir, folder, e);
}
