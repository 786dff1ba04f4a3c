/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that no plot command asks for. */
#ifndef EMSTEP_SHELL_PLOTTING_H
#define EMSTEP_SHELL_PLOTTING_H

#include "shell/session.h"

/* After a half-step: the pictures of `set autoplot`, as panels of one.  Those that make no sense
 * for the model, or need a q that is not there yet, are left out; one that cannot be drawn at this
 * state is a notice.  Under --json nothing is drawn.  -1 when the drawing itself failed. */
int plot_after_step(struct session *s, struct error *e);

/* The session's plotter, made at its first use; NULL without memory. */
struct plotter *plot_plotter(struct session *s, struct error *e);
struct render_how plot_how(const struct session *s, enum theme theme);

#endif
