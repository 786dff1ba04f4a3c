/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * emstep replay: a lesson or a script before an audience.
 *
 * replay.c opens what is to be played and walks through its beats; replay_beat.c shows one, or runs
 * it unseen; replay_live.c is the lecturer's prompt between two; replay_pace.c is the time that
 * passes.
 *
 * Time is that of the presentation: with --wait, and wherever nobody sits at a terminal, the sum of
 * the pauses, whether they are slept through or not.  So a recording is the same each time.
 */
#ifndef EMSTEP_LESSON_REPLAY_H
#define EMSTEP_LESSON_REPLAY_H

#include <time.h>

#include "lesson/cast.h"
#include "lesson/play.h"
#include "lesson/shown.h"
#include "shell/line.h"
#include "shell/session.h"

enum { REPLAY_HINTS = 64 };

struct replay {
    struct session s;          /* that of the play */
    struct settings settings;  /* those that it begins with */
    struct play play;
    size_t at;                 /* the beat that is next */
    bool parted;               /* something else stands behind what was shown last */
    size_t read_to;            /* a script's bytes that drills have taken as answers */
    int status;                /* of all that was played */
    /* the lecturer: */
    bool live;                 /* somebody is at the terminal */
    bool by_hand;              /* and Enter goes on; else it goes on by itself */
    bool wandered;             /* what was typed may have changed the state */
    bool left;                 /* it was left before its end: nothing more is to be played */
    bool changed;              /* and did, as far as one can see */
    struct prompt prompt;
    bool told[REPLAY_HINTS];   /* hints of this question */
    /* time: */
    double wait;               /* seconds between two beats */
    double clock;              /* seconds of pauses so far */
    bool sleeps;               /* they are slept through */
    bool real;                 /* the time is that of the clock on the wall */
    struct timespec began;
    unsigned jitter;
    const struct hand *hand;   /* NULL: commands are not typed out */
    struct hand typing;
    struct witness witness;
    struct cast cast;
};

/* ---- replay_beat.c ---- */

/* Shows a beat.  −1: the error is placed in the play's source, not told. */
int replay_show(struct replay *r, const struct play_beat *b, bool *quit, struct error *e);
/* A blank line between the one that was shown last and the one that is next, where there is to be
 * one: the prompt stands below it. */
void replay_part(struct replay *r, const struct play_beat *last);
/* Behind what a script expects, as far as it holds: that is no sight for a room. */
void replay_pass_checks(struct replay *r);
/* The beat before r->at that was shown. */
size_t replay_shown_before(const struct replay *r);
/* The state before the beat `at`: all that leads to it is run again, unseen; then r->at is there,
 * or behind the checks that begin there. */
int replay_go(struct replay *r, size_t at, struct error *e);

/* ---- replay_live.c ---- */

enum replay_move { REPLAY_ON, REPLAY_AGAIN, REPLAY_LEAVE };
/* The prompt, until the lecturer goes on (r->at is next) or leaves. */
enum replay_move replay_live(struct replay *r);
/* What a lecturer is told at the beginning. */
void replay_greet(struct replay *r);
extern const char *const replay_words[];
/* Tells an error and takes it into the exit status. */
void replay_fail(struct replay *r, const struct error *e);

/* ---- replay_pace.c ---- */

/* With what stands on the command line; the cast begins where one is to be recorded. */
void replay_begin_time(struct replay *r, bool type);
/* −1: interrupted. */
int replay_pause(struct replay *r, double seconds);
/* Between two beats nobody's keys are echoed into the play. */
void replay_echo(const struct replay *r, bool on);

#endif
