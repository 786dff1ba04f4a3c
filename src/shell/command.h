/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A command is one file (cmd-x.c), opened by its `struct command`, and one row in commands.def.
 * Dispatch, prefix lookup, help, completion, the manual page and the README's list come from it.
 */
#ifndef EMSTEP_SHELL_COMMAND_H
#define EMSTEP_SHELL_COMMAND_H

#include "base/options.h"

struct session;

/* What must be there before a command is legal.  Each owns one message with its remedy, in
 * dispatch.c; completion and prefixes at the prompt consider only the commands that are legal. */
enum need {
    NEED_DATA = 1,  /* load */
    NEED_MODEL = 2,
    NEED_THETA = 4,
    NEED_Q = 8,
};

/* What may stand as a plain word, for completion and for checking nothing: words are checked by
 * the command. */
enum argument {
    ARG_NONE,
    ARG_DATASET,    /* a file or a shipped data set */
    ARG_FILE,
    ARG_MODEL,
    ARG_PARAMETER,  /* mu[2] */
    ARG_BLOCK,      /* mu */
    ARG_STATE,      /* 3M or a mark */
    ARG_COLUMN,
    ARG_PICTURE,
    ARG_SUBJECT,    /* what show shows */
    ARG_SETTING,
    ARG_TOPIC,      /* a command or a help topic */
    ARG_CHOICE,     /* one of command->choices */
    ARG_INIT,       /* a start of the model: init's methods */
    ARG_PRIOR,      /* a hyperparameter: NAME=v */
    ARG_EXPLAINED,  /* what explain explains */
    ARG_LESSON,     /* a lesson that comes with emstep, or a file */
    ARG_WORD,       /* anything: no completion */
    ARG_NUMBER,
};

struct word {
    char *text;
    struct span at;     /* in the statement */
};

/* One statement, parsed: the verb, its plain words, its options; or the raw rest of the line. */
struct call {
    const char *line;         /* the statement's text, for carets */
    struct span verb_at;
    struct word *word;        /* (nword) plain words after the verb */
    size_t nword;
    struct options options;
    char *raw;                /* everything after the verb; what print, let, expect read */
    struct span raw_at;
    const struct statement *body; /* repeat: the block's statements, NULL: there is no block */
    size_t nbody;
    bool has_block;
};

struct command {
    const char *name;
    const char *alias;                  /* NULL: none */
    const char *group;                  /* one of command_groups */
    const char *usage;                  /* "load FILE|NAME [columns=…] …" */
    const char *summary;                /* half a line, for `help` */
    const char *details;                /* the paragraphs of `help NAME`, at most 80 columns wide;
                                           examples indented by two; ends with a line break */
    unsigned needs;                     /* mask of enum need */
    const struct option_spec *options;  /* NULL: takes no options */
    bool open_options;                  /* option names are not from a table (blocks of θ, of a
                                           prior, options of a model): the command checks them */
    bool raw;                           /* takes the raw rest of the line */
    bool lets_q_be;                     /* it does without a stored q (machine_hold_q) */
    enum argument argument;
    const char *choices;                /* ARG_CHOICE: "terms|theta|…" */
    size_t min_words, max_words;
    bool silent_in_history;             /* not part of `record` (help, record itself) */
    int (*run)(struct session *s, const struct call *c, struct error *e);
};

extern const struct command *const commands[]; /* rows of commands.def, NULL-terminated */

/* The groups, in the order in which help shows them; NULL-terminated. */
extern const char *const command_groups[];

/* By exact name or alias. */
const struct command *command_find(const char *name);

#endif
