/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's own options, as typed. */
#ifndef EMSTEP_SHELL_ARGUMENTS_H
#define EMSTEP_SHELL_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { STATUS_USAGE = 2 };
enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct arguments {
    const char **commands; /* of -c (ncommands); the array is the caller's to free */
    size_t ncommands;
    char **files;          /* (nfiles) */
    size_t nfiles;
    bool stay, quiet, json, ascii, no_rc;
    bool update;            /* verify: write recorded output anew */
    bool type;              /* replay: commands are typed out */
    const char *wait, *from, *record; /* replay; NULL: not given */
    bool trust;             /* lessons may write anywhere */
    const char *output_dir; /* where lessons write; NULL: the working directory */
    enum colour colour;
    const char *seed, *plot, *threads; /* NULL: not given */
};

/* One row per option, from which getopt's table, --help and the manual page come. */
struct program_option {
    int code;             /* the letter, or a number above all letters; 0 ends the table */
    const char *name;     /* the long name; NULL: none */
    const char *argument; /* NULL: takes none */
    const char *help;
};
extern const struct program_option program_options[];
/* "  -q, --quiet" */
void program_option_spell(const struct program_option *o, struct text *out);

/* False when there is nothing to run (--help, a wrong option): *status is what to exit with. */
bool arguments_take(struct arguments *a, int argc, char **argv, int *status);

#endif
