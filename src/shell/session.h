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
#include <time.h>

#include "base/text.h"
#include "data/dataset.h"
#include "em/machine.h"
#include "expr/expr.h"
#include "plot/render.h"
#include "shell/files.h"
#include "shell/settings.h"
#include "shell/transcript.h"

enum { SESSION_DEPTH = 40 }; /* of source and repeat inside one another */

struct ask_source;
struct command;
struct truth;

enum { CAPTURE_BYTES = 4 << 20, CAPTURE_SECONDS = 120 };

/* While a session has one of these, what it prints goes in here, and is neither shown nor logged;
 * the first error told is kept, instead of told. */
struct capture {
    struct text *out;      /* NULL: dropped */
    const char *origin;    /* what runs: the error's place is in its text.  Of another origin (a
                              script that it runs in turn) the place is put into the message */
    bool tells;            /* errors are told all the same */
    size_t printed;        /* bytes so far; more than CAPTURE_BYTES, or a script that takes longer
                              than CAPTURE_SECONDS, is stopped before its next command */
    bool kept;             /* it is shown later: the transcript takes it now, with its pictures */
    time_t since;          /* when it began; 0: time does not matter */
    struct error error;    /* message "": none */
};

/* A file that grows while the session goes on. */
struct growing {
    bool on;
    int fd;
};

/* Somebody who sees all that people see, as the log does: output, errors, what was typed.  Whole
 * lines, or whole characters at the least. */
struct witness {
    void (*sees)(void *context, const char *text);
    void *context;
};

/* Somebody through whose hands all output goes that is shown: show prints it with session_print,
 * all at once or not. */
struct pager {
    void (*show)(void *context, const char *text);
    void (*asked)(void *context);  /* a person has just typed a line, and so seen what is there */
    void *context;
};

struct session {
    struct dataset *data;       /* NULL before load */
    struct machine *machine;    /* NULL before model */
    char *model_words;          /* what stood after `model`: "gmm k=2 columns=eruptions" */
    struct truth *truth;        /* what sample drew the data from; NULL: it did not */
    struct expr *expr;
    struct plotter *plotter;    /* made at the first plot */
    char *plotted;              /* the last plot command, for replot; NULL: none yet */
    struct settings set;        /* digits, tol, seed, theme, onerror, … */
    struct text out;
    struct capture *capture;    /* NULL: output goes to stdout, errors to stderr */
    json_t *reply, *notes;      /* --json: what this command answers; NULL: nothing yet */
    const struct command *running; /* the command that answers */
    struct ask_source *answers; /* where the answers to questions come from: shell/ask.h */
    struct text answered;       /* the answers of this command, for record */
    struct text echo;           /* the statements of this line, verbs in full: for the history */
    bool json, quiet, ascii, colour, interactive;
    bool prefixes;              /* verbs may be shortened: this line was typed at the prompt */
    bool prompting;             /* the prompt is live: errors do not set the exit status */
    bool timer;                 /* say how long each command took */
    bool on_terminal;           /* stdout is a terminal */
    bool output_failed;         /* stdout is full or closed */
    bool colour_errors;         /* stderr is a terminal and colours are on */
    int columns, lines;         /* of the terminal, 80 × 24 off one */
    bool blind;                 /* commands are run again: pictures are not shown a second time */
    bool timeless;              /* what is printed is to be the same each time: no wall-clock */
    const char *lesson;         /* the lesson that leads: its name stands before the prompt */
    const char *const *also;    /* words of the lesson that leads; they stand where commands do */
    bool trust;                 /* --trust, --output-dir: of the lessons that are begun here */
    const char *output_dir;
    struct growing record, log;
    const struct witness *witness; /* borrowed; NULL: nobody */
    const struct pager *pager;  /* borrowed; NULL: nobody */
    struct transcript transcript; /* what was shown, for export */
    struct files files;         /* where file names lead */
    long failures;              /* mem_failures() when the running command began */
    bool stopped;               /* ^C, or a signal that ends us, broke off the line that ran last */
    bool quit;
    int status;                 /* the exit status so far: 0, 1, 3 */
    size_t drills;              /* begun in this session: each has other cases */
    int depth;                  /* of source and repeat */
    volatile sig_atomic_t *interrupt;
};

int session_init(struct session *s, volatile sig_atomic_t *interrupt, struct error *e);
void session_clear(struct session *s);
/* Forgets data, model, names and settings, as if nothing had run; streams and files stay. */
int session_restart(struct session *s, struct error *e);

/* Takes the machine over (NULL: none) in place of the one that is there; expressions follow. */
void session_set_machine(struct session *s, struct machine *m);

/* Prints what stands in `out` (or the reply) and empties it. */
void session_flush(struct session *s);
/* Onto stdout, into the log, before the witness: what a pager is given. */
void session_print(struct session *s, const char *text);
/* A picture drawn in characters, or for the terminal to show: export has the figures themselves. */
void session_show_drawing(struct session *s, const struct text *drawing);
/* The answer of the command that runs, as the JSON object that flush prints on one line; made at
 * the first call, with "command" (NULL: the command's name; the first call decides).  NULL when the
 * session speaks text, or memory ran out: json_object_set_new takes a NULL calmly. */
json_t *session_reply(struct session *s, const char *command);
/* Into record or log, at one go, so that a kill leaves whole lines; one that cannot be written ends
 * there, and that is told. */
void session_write_along(struct session *s, struct growing *file, const char *what,
                         const char *text);
/* Into the log, and before the witness. */
void session_keep(struct session *s, const char *text);
/* Columns that output may take: set columns, else the terminal's. */
size_t session_width(const struct session *s);
/* Asks the terminal for its size again. */
void session_measure(struct session *s);
/* Prints an error about text[at]: its file, line and column, the line with a caret, the hint. */
void session_complain(struct session *s, const struct error *e, const char *text,
                      const char *origin, size_t first_line);

/* A notice: a line of text on stdout (nothing under --quiet), a member of "notes" in JSON. */
void session_note(struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* ^C stopped a command that has told what it reached: at the prompt it is done (0), and what the
 * line had to follow it is not begun; a script ends as ^C ends every command. */
int session_interrupted(struct session *s, struct error *e);
/* Memory has run out in the command that runs: what it has built may lack pieces. */
bool session_ran_short(const struct session *s);
/* "gmm 0E> " */
void session_prompt(const struct session *s, struct text *out);

/*
 * Running text.  `origin` says where it comes from, for errors: a file's name, "-c", or "" for the
 * prompt; `line` is the number of its first line.  Errors are printed to stderr, with the line and
 * a caret.  Returns 0, or -1 when a statement failed and the script must stop (set onerror stop,
 * never at the prompt); session->status has what to exit with.
 */
int session_run_text(struct session *s, const char *text, const char *origin, size_t line);
/* -1 with an empty message: a statement failed, and its error has been printed already. */
int session_run_file(struct session *s, const char *path, struct error *e); /* '-' : stdin */
/* Runs statements already parsed (the body of repeat).
 * An error's place is in the repeat's text. */
struct statement;
int session_run_body(struct session *s, const struct statement *body, size_t n, struct error *e);

#endif
