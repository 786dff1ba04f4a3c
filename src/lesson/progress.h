/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far a learner has come in a lesson: one JSON file, readable by its owner alone, below
 * XDG_STATE_HOME/emstep/lessons.  It holds no state of the machine but what was typed at each step:
 * run again, it gives the same state, whatever version wrote the file.
 *
 * A file that is not whole, or of another kind, is an error, never trusted in part.
 */
#ifndef EMSTEP_LESSON_PROGRESS_H
#define EMSTEP_LESSON_PROGRESS_H

#include "lesson/stage.h"

enum outcome { OUTCOME_OPEN, OUTCOME_DONE, OUTCOME_WRONG, OUTCOME_SKIPPED };

struct stage_record {
    char digest[STAGE_DIGEST];
    enum outcome outcome;  /* WRONG: a prediction that was not right; one has it once */
    size_t wrong, hints;
    bool told;             /* the answer was shown */
    char **line;           /* (nline) at a task the commands, at a question the answers */
    size_t nline;
};

struct progress {
    char *title;
    size_t at;                    /* the stage that is next; nstage: behind the last */
    bool finished;                /* it was taken to its end, once */
    struct stage_record *stage;   /* (nstage) */
    size_t nstage;
};

void stage_record_clear(struct stage_record *r);
/* One more line. */
int stage_record_line(struct stage_record *r, const char *line, struct error *e);

/* A lesson's progress as it is before the first step. */
int progress_begin(struct progress *p, const struct lesson *l, const struct stage *stage, size_t n,
                   struct error *e);
void progress_clear(struct progress *p);

/* Where it is kept: by the lesson's name, one that does not come with emstep by its path, too.  The
 * caller frees; NULL: there is no home for it, or no memory. */
char *progress_path(const char *lesson_path);

/* 1: read.  0: there is none.  -1: what is there cannot be read. */
int progress_read(struct progress *p, const char *path, struct error *e);
int progress_write(const struct progress *p, const char *path, struct error *e);

/* Onto the lesson as it is today.  True: it has changed; `at` then is the stage that best agrees,
 * and what was typed at stages that are no longer there is gone.  -1: no memory. */
int progress_fit(struct progress *p, const struct lesson *l, const struct stage *stage, size_t n,
                 bool *changed, struct error *e);

#endif
