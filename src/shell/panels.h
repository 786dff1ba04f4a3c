/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures that a command is asked for: the kinds among its words, each with its argument, and
 * their figures once they are drawn. */
#ifndef EMSTEP_SHELL_PANELS_H
#define EMSTEP_SHELL_PANELS_H

#include "plot/picture.h"
#include "shell/command.h"

enum { PANELS = 9 };

/* One picture that is asked for, and its figure once it is drawn. */
struct panel {
    const struct picture *kind;
    struct span at;
    char *argument;           /* the word after its name, owned; NULL: none */
    struct span argument_at;
    struct figure *figure;
};

struct panels {
    struct panel panel[PANELS];
    size_t n;
};

void panel_clear(struct panel *p);
void panels_clear(struct panels *p);

/* The words of the call: every kind may have its argument after it. */
int panels_read(const struct call *c, struct panels *p, struct error *e);
/* The options are the command's own (a table) or of one of the kinds. */
int panels_check(const struct panels *p, const struct options *o, const char *command,
                 const struct option_spec *own, struct error *e);
/* Makes its figure; the argument goes to the picture among its options. */
int panel_draw(struct machine *m, struct panel *p, const struct options *o, struct error *e);
/* "bound, e 3" */
void panels_name(const struct panels *p, struct text *out);

#endif
