/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking a lesson: prose a screenful at a time, examples that run, tasks judged by the state,
 * questions graded.
 *
 *     lesson_play(s, "two-coins", &e);
 *
 * A lesson is a session of its own; that of the caller, which lends the terminal and the lines that
 * are still to be read, stays as it is.  Everything that leads to a step is run again, quietly, to
 * come back to it: when the lesson is resumed, after `play`, `again` and `previous`.
 *
 * player.c opens and walks; player_page.c shows, a screenful at a time; player_screen.c asks;
 * player_verbs.c does what a learner's words say; player_state.c comes back to a state;
 * player_task.c and player_quiz.c are the two things that ask; player_notes.c is the end.
 * Only they include this whole file.
 */
#ifndef EMSTEP_LESSON_PLAYER_H
#define EMSTEP_LESSON_PLAYER_H

#include "lesson/progress.h"
#include "shell/ask.h"
#include "shell/session.h"

/* -1: it could not begin.  Interrupted, ended by bye or finished: 0. */
int lesson_play(struct session *s, const char *name, struct error *e);

/* ---- between the files of the player ---- */

/* Words that a learner may type at every prompt. */
enum player_verb {
    VERB_NONE, VERB_NEXT, VERB_PREVIOUS, VERB_HINT, VERB_SKIP, VERB_ANSWER, VERB_AGAIN, VERB_PLAY,
    VERB_INFO, VERB_BYE,
};

/* What is to be done after one thing has been. */
enum move { MOVE_STAY, MOVE_ON, MOVE_PREVIOUS, MOVE_AGAIN, MOVE_LEAVE };

struct player {
    struct session *s;             /* the lesson's own */
    struct session *outer;         /* the caller's */
    struct lesson *l;
    const char *name;              /* what it is called by */
    struct stage *stage;           /* (nstage) */
    size_t nstage;
    struct progress progress;
    char *path;                    /* of the progress; NULL: it cannot be kept */
    bool cannot_keep;              /* and that has been said */
    struct settings settings;      /* those that the lesson begins with */
    struct text pasted;            /* lines that were typed at once and not read yet */
    size_t pasted_at;
    struct ask_source paste;
    bool paged;                    /* a person is at the terminal: wait when the screen is full */
    struct pager pager;            /* all that the lesson's session prints goes this way */
    struct text *collected;        /* it waits in here; NULL: it is shown */
    bool aside;                    /* a line or two: nobody is to wait for them */
    bool own;                      /* it is said by a command that the learner typed */
    bool enough;                   /* the rest of it is not wanted */
    enum move moved;               /* what was chosen while it waited */
    struct witness witness;        /* counts, into */
    size_t used;                   /* the rows of the screen that are filled since it waited */
    size_t since;                  /* from where what is asked was shown */
    bool elsewhere;                /* the learner has looked at something else meanwhile */
    /* where in the stage: */
    struct stage_record redo;      /* what is typed at a stage that was done before */
    size_t step, command;          /* the lesson's step; commands of it that were run */
    bool begun;                    /* its task or question has begun */
    bool *hinted;                  /* (hints of the task or question) */
    size_t tried;                  /* wrong answers since it began */
    bool *held;                    /* (expect lines of the task) those that held at last */
    size_t lines;                  /* typed at it since something was said of it */
    const char *missed;            /* the expect line that was said last; NULL: none */
    struct text *script;           /* takes what is run again and succeeds; NULL: nothing does */
};

/* The record of the stage that is walked. */
struct stage_record *player_record(struct player *p);
/* Keeps the progress; a failure is said once. */
void player_keep(struct player *p);

/* The witness that counts the rows of the screen; the session's pager. */
void player_sees(void *context, const char *text);
void player_pages(void *context, const char *text);
void player_asked(void *context);
/* Shows text, a screenful at a time.  MOVE_STAY, or what the learner chose while it waited. */
enum move player_show(struct player *p, const char *text);
/* What the session prints between these two is shown so, then `more`.  Its prompt is the ordinary
 * one meanwhile: whose turn it is, the lesson's name before it says. */
struct shown {
    struct text text;
    const char *lesson;
};
void player_shown_begin(struct player *p, struct shown *shown);
enum move player_shown_end(struct player *p, struct shown *shown, const char *more);
/* A line that the learner typed: its commands run, `full` (NULL: not wanted) as prompt_run_line. */
void player_run_line(struct player *p, const char *line, struct text *full);
/* A line or a few of CommonMark. */
void player_say(struct player *p, const char *first, const char *markdown);
void player_sayf(struct player *p, const char *first, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What is asked is shown now; is it to be shown again, before the next line is typed? */
void player_asks(struct player *p);
bool player_forgets(const struct player *p);
/* Waits for Enter. */
enum move player_pause(struct player *p);

/* Asks for a line: at a question, or (statement) for commands until they are whole.  MOVE_STAY with
 * a verb or with *line, which the caller frees; NULL: nothing was typed. */
enum move player_ask(struct player *p, const char *prompt, bool statement, enum player_verb *verb,
                     char **line);
/* previous, again, play, info, bye: what they do everywhere. */
enum move player_common(struct player *p, enum player_verb verb);
extern const char *const player_words[], *const player_verbs[];


/* The state of the stage `at` where it begins; of where the learner stands, with what was typed. */
int player_go(struct player *p, size_t at, struct error *e);
int player_return(struct player *p, struct error *e);
/* What a task runs before, and what was typed at it already. */
int player_begin_task(struct player *p, struct error *e);
/* The state behind the stage of here, which was done before, or is to be skipped. */
int player_pass(struct player *p, struct error *e);
/* Everything that leads to the end, as commands that succeed, one a line. */
int player_script(struct player *p, struct text *out, struct error *e);
/* notes.md and the script, under names that nothing has; says so. */
void player_notes(struct player *p);

enum move player_task(struct player *p, const struct lesson_step *step);
enum move player_quiz(struct player *p, const struct lesson_step *step);

/* hint and skip, as both tell them. */
struct player_help {
    const struct lesson_hint *hint;
    size_t nhint;
    const char *answer;   /* CommonMark */
};
void player_hint(struct player *p, const struct player_help *h);
void player_answer(struct player *p, const struct player_help *h);
bool player_may_skip(struct player *p);
/* The stage has come to this; what was typed a second time takes the place of the first. */
void player_settle(struct player *p, enum outcome outcome);

#endif
