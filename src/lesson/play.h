/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lesson or a script as a play: what is shown one after the other, with a pause between.
 *
 * A lesson's task becomes its model answer, a question itself and then its answer.  A script's
 * comments are its prose.
 */
#ifndef EMSTEP_LESSON_PLAY_H
#define EMSTEP_LESSON_PLAY_H

#include "lesson/lesson.h"

struct play_beat {
    enum beat_kind {
        BEAT_PROSE,     /* of a lesson */
        BEAT_COMMENT,   /* of a script */
        BEAT_COMMAND,
        BEAT_QUESTION,
        BEAT_PREDICT,   /* what a prediction is about is run */
        BEAT_ANSWER,
    } kind;
    size_t step;                    /* of which it is part, from 1: a block of the lesson; of a
                                       script each beat is one */
    const struct lesson_step *of;   /* NULL: of a script */
    struct lesson_command command;  /* BEAT_COMMAND; its text is borrowed of what was read.
                                       BEAT_COMMENT: command.command is the comment, #s and all */
    const struct lesson_try *first, *last; /* BEAT_COMMAND: it begins, it ends this task's answer */
};

struct play {
    char *path, *title, *source;
    struct lesson *lesson;          /* NULL: a script */
    struct passage *passage;        /* (npassage) a script's, to which the beats point */
    size_t npassage;
    struct play_beat *beat;         /* (nbeat) */
    size_t nbeat, nstep;
};

/* A file that ends in .em, or what lesson_find finds.  -1: an error about the text is placed in
 * p->source; source NULL: it could not be read.  Clear it in any case. */
int play_open(struct play *p, const char *name, struct error *e);
void play_clear(struct play *p);
bool play_is_script(const char *name);
/* The folder whose relative names are read; the caller frees, NULL when memory runs out. */
char *play_folder(const char *path);

/* Makes the script's passages; play_open's helper. */
int play_read_script(struct play *p, struct error *e);

#endif
