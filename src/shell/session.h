/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one run of emstep owns: the data, the machine, the settings, the streams.
 *
 * Commands write text into `out`; the driver prints it after each command (transliterated under
 * --ascii) and into the log.  With --json a command builds `reply`, which is printed on one line.
 */
#ifndef EMSTEP_SHELL_SESSION_H
#define EMSTEP_SHELL_SESSION_H

#include <jansson.h>
#include <signal.h>
#include <stdio.h>

#include "base/text.h"
#include "data/dataset.h"
#include "em/machine.h"
#include "expr/expr.h"
#include "plot/render.h"
#include "shell/settings.h"

struct session {
    struct dataset *data;       /* NULL before load */
    struct machine *machine;    /* NULL before model */
    struct expr *expr;
    struct plotter *plotter;    /* made at the first plot */
    struct settings set;        /* digits, tol, seed, theme, onerror, … */
    struct text out;
    json_t *reply;              /* --json: what this command answers; NULL otherwise */
    bool json, quiet, ascii, colour, interactive;
    bool on_terminal;           /* stdout is a terminal */
    int columns, lines;         /* of the terminal, 80 × 24 off one */
    FILE *record, *log;
    bool quit;
    int status;                 /* the exit status so far: 0, 1, 3 */
    int depth;                  /* of source and repeat */
    volatile sig_atomic_t *interrupt;
};

int session_init(struct session *s, volatile sig_atomic_t *interrupt, struct error *e);
void session_clear(struct session *s);

/* Prints what stands in `out` (or the reply) and empties it. */
void session_flush(struct session *s);
/* A notice: a line of text on stdout (nothing under --quiet), a member of "notes" in JSON. */
void session_note(struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "gmm 0E> " */
void session_prompt(const struct session *s, struct text *out);

/*
 * Running text.  `origin` says where it comes from, for errors: a file's name, "-c", or "" for the
 * prompt; `line` is the number of its first line.  Errors are printed to stderr, with the line and
 * a caret.  Returns 0, or -1 when a statement failed and the script must stop (set onerror stop,
 * never at the prompt); session->status has what to exit with.
 */
int session_run_text(struct session *s, const char *text, const char *origin, size_t line);
int session_run_file(struct session *s, const char *path, struct error *e); /* '-' : stdin */
/* Runs statements already parsed (the body of repeat). */
struct statement;
int session_run_body(struct session *s, const struct statement *body, size_t n, struct error *e);

#endif
