/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lesson: one Markdown file (docs/YOUR-LESSON.md), read into steps.
 *
 *     struct lesson *l = lesson_read("lessons/01-two-coins.md", &e);
 *     for (size_t i = 0; i < l->nstep; i++)
 *         switch (l->step[i].kind) …
 *     lesson_free(l);
 *
 * Everything belongs to the lesson and is const for its users, but for what quiz_prepare and
 * quiz_predict write into a quiz (quiz.h).  Every piece of text knows its place in `source`:
 *
 *     e.at = thing->at; session_complain(s, &e, l->source, l->path, 1);
 *
 * tells any error as file:line:column with a caret, as for any other script.
 *
 * Prose stays what cmark made of it, since how it is set depends on the window: typeset.h.
 *
 * Strangers write lessons: a file is at most LESSON_BYTES long and in UTF-8 without control
 * characters, its lines LESSON_LINE bytes, its blocks LESSON_STEPS in number and LESSON_DEPTH deep.
 * More is an error.
 */
#ifndef EMSTEP_LESSON_LESSON_H
#define EMSTEP_LESSON_LESSON_H

#include <stdbool.h>

#include "base/error.h"

enum {
    LESSON_BYTES = 1 << 19,
    LESSON_LINE = 20000,
    LESSON_STEPS = 500,
    LESSON_DEPTH = 16,
};

struct cmark_node;
struct quiz;

/* A stretch of the source, read: its text (continuation lines joined) and where it stands. */
struct passage {
    char *text;     /* NULL: not there */
    struct span at;
};

/* ---- the header ---- */

enum skip_policy { SKIP_NO, SKIP_AFTER, SKIP_YES };

struct lesson_header {
    char *title, *time;     /* never NULL in a lesson that was read */
    char *author;           /* NULL: not named */
    size_t order;
    struct passage *needs;  /* (nneeds) names of lessons */
    size_t nneeds;
    enum skip_policy skip;
    size_t skip_after;      /* SKIP_AFTER: this many attempts */
};

/* ---- steps ---- */

/* One command after an em>, and the output that stands under it. */
struct lesson_command {
    struct passage command; /* may hold line breaks: an open { or a \ goes on */
    struct passage output;  /* text NULL: none is written.  Its span is whole lines, line break and
                               all; length 0: where it would stand */
    bool fails;             /* the output is "error: MESSAGE": the command is meant to fail */
};

struct lesson_hint {
    struct passage condition; /* of "hint if EXPR: …"; text NULL: a plain one */
    struct passage hint;
};

/* ```emstep try */
struct lesson_try {
    struct passage *expect;   /* (nexpect ≥ 1) what stands after the word: EXPR ["message"] */
    size_t nexpect;
    struct passage *answer;   /* (nanswer ≥ 1) the model answer's commands */
    size_t nanswer;
    struct passage *start;    /* (nstart) run before, unseen */
    size_t nstart;
    struct lesson_hint *hint; /* (nhint) in their order */
    size_t nhint;
};

enum step_kind { STEP_TEXT, STEP_RUN, STEP_TRY, STEP_QUIZ };

struct lesson_step {
    enum step_kind kind;
    struct span at;             /* of a block: its opening fence, to the line's end */
    struct cmark_node *first;   /* STEP_TEXT: the nodes from here to `last`, siblings */
    struct cmark_node *last;
    struct lesson_command *run; /* STEP_RUN: (nrun ≥ 1) */
    size_t nrun;
    struct lesson_try *try;     /* STEP_TRY */
    struct quiz *quiz;          /* STEP_QUIZ */
};

struct lesson {
    char *name;                 /* "01-two-coins": the file's, without folder and .md */
    char *path;
    char *folder;               /* relative names in the lesson are read from here: "." or a path */
    char *source;               /* the file, line ends as \n */
    struct lesson_header header;
    struct lesson_step *step;   /* (nstep) */
    size_t nstep;
    struct cmark_node *document;
};

/* Reads and checks a lesson's form (what it says is lesson_check's to try).  NULL on an error; one
 * about the text is placed in it, and `source` then is the text, which the caller frees (NULL: the
 * file could not be read). */
struct lesson *lesson_read(const char *path, char **source, struct error *e);
struct lesson *lesson_parse(const char *path, const char *text, size_t bytes, char **source,
                            struct error *e);
void lesson_free(struct lesson *l);

/* A folder's README.md without a header is about its lessons, and is none. */
bool lesson_is_page(const char *path);
/* Of the files named together is this one such a page, among others that are none? */
bool lesson_passed_over(char *const *name, size_t n, size_t at);

/* The header alone, quickly: for lists. */
int lesson_read_header(const char *path, struct lesson_header *h, struct error *e);
void lesson_header_clear(struct lesson_header *h);

/* The path of a lesson given as a file ("my/lesson.md"), a name ("01-two-coins"), its number ("1",
 * "01") or a unique beginning of what follows the number ("two").  The caller frees; NULL on an
 * error, with near names. */
char *lesson_find(const char *name, struct error *e);
/* "01-two-coins" of its path.  The caller frees. */
char *lesson_name_of(const char *path);
/* The names of the lessons that come with emstep, by their order; NULL-terminated, free with
 * file_names_free. */
char **lesson_names(void);

#endif
