/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Completion, apart from Readline: what may stand at a place of a line.
 *
 * Verbs that are legal now; then, by the command's row, its words, the names of its options, and
 * behind NAME= the option's values.
 */
#ifndef EMSTEP_SHELL_COMPLETE_H
#define EMSTEP_SHELL_COMPLETE_H

#include "shell/session.h"

struct completion {
    char **item;      /* (count), each a whole replacement of the word */
    size_t count;
    bool files;       /* names of files may stand here too */
    bool open_ended;  /* more may follow directly: no blank after it */
    bool failed;      /* out of memory: the list is not whole */
};

/* `word` begins at `from` of the line: what could it become?  Clear the result. */
void complete_word(const struct session *s, const char *line, size_t from, const char *word,
                   struct completion *out);
void completion_clear(struct completion *c);

/* The characters that end a word at this place: operators too where an expression stands. */
const char *complete_breaks(const struct session *s, const char *line, size_t point);

#endif
