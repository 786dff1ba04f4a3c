/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions and their grading.  Grading reads what was typed and says what is thereof: it runs,
 * prints and changes nothing.
 *
 *     quiz_prepare(q, s, &e);               numbers that the state decides (answer: = EXPR)
 *     quiz_add_question(q, &out);           CommonMark: the question, what there is to choose from
 *     quiz_grade(q, "2, 3", &message);      RIGHT, WRONG or UNCLEAR, and what to say
 *     quiz_add_answer(q, &out);             the right answer, in words
 *
 * A prediction is typed first; then quiz_predict runs the commands and finds out what changed; only
 * then it can be graded.
 */
#ifndef EMSTEP_LESSON_QUIZ_H
#define EMSTEP_LESSON_QUIZ_H

#include "base/text.h"
#include "em/model.h"
#include "lesson/lesson.h"

struct session;

enum quiz_kind { QUIZ_CHOICE, QUIZ_NUMBER, QUIZ_TEXT, QUIZ_ORDER, QUIZ_PREDICT };

enum { QUIZ_ITEMS = 64 }; /* at most */

/* One line of a choice, or of an order (in the right order; right and message are not used). */
struct quiz_item {
    struct passage text;
    struct passage message;  /* after :: */
    bool right;
};

/* A number with its tolerance, or words that are as good as one another. */
struct quiz_value {
    struct passage text;     /* as written, before the colon of wrong */
    char *expr;              /* = EXPR; NULL: a plain number.  quiz_prepare gives it its value */
    double value, tolerance;
    char **words;            /* QUIZ_TEXT: NULL-terminated, as written */
    struct passage message;  /* of a wrong */
};

/* A set of terms, for predictions: TERM_BITs. */
typedef unsigned term_set;

struct quiz {
    enum quiz_kind kind;
    struct passage ask;
    struct quiz_item *item;  /* (nitem) choice, order */
    size_t nitem;
    size_t *shown;           /* order: (nitem) which item stands at place i of the question */
    struct quiz_value answer;   /* number, text */
    struct quiz_value *wrong;   /* (nwrong) number, text */
    size_t nwrong;
    term_set terms;          /* predict: those asked about */
    struct passage terms_at;    /*   as the author calls them */
    term_set expected;       /*   what the author says will change */
    term_set changed;        /*   what did; by quiz_predict */
    struct passage answer_at;   /* predict: the line */
    struct passage *run;     /*   (nrun) the commands */
    size_t nrun;
    struct lesson_hint *hint;   /* (nhint) */
    size_t nhint;
    struct passage why;      /* text NULL: none */
    struct passage check;    /* number: an expression that has the answer's value; for verify */
};

void quiz_free(struct quiz *q);

/* v->text is read as an answer of this kind: "0.25 ± 0.005", "= p[1] ± 0.005", "KL gap | KL". */
int read_quiz_value(enum quiz_kind kind, struct quiz_value *v, struct error *e);

/* Gives the numbers their values on the session's state.  An EXPR that has none is an error, placed
 * in the lesson. */
int quiz_prepare(struct quiz *q, struct session *s, struct error *e);

/* QUIZ_PREDICT: runs the commands, their output into `out` (NULL: unseen), and sets q->changed by
 * the machine's terms before and after.  Errors are placed in the lesson. */
int quiz_predict(struct quiz *q, struct session *s, struct text *out, struct error *e);

/* The same, each command run by `run` instead (−1: its error), which may show it. */
int quiz_predict_with(struct quiz *q, struct session *s,
                      int (*run)(void *context, const struct passage *p, struct error *e),
                      void *context, struct error *e);

/* UNCLEAR: not an answer to this kind of question; the message says what is.  It counts as no
 * attempt.  The message (CommonMark, may be empty) is appended. */
enum quiz_verdict { QUIZ_RIGHT, QUIZ_WRONG, QUIZ_UNCLEAR };
enum quiz_verdict quiz_grade(const struct quiz *q, const char *typed, struct text *message);

/* The question with its numbered choices; what is right, in a few words ("2: q", "0.25"); how to
 * answer ("a number", "numbers of all that are right, e.g. 1 3"). */
void quiz_add_question(const struct quiz *q, struct text *out);
void quiz_add_answer(const struct quiz *q, struct text *out);
void quiz_add_how(const struct quiz *q, struct text *out);

/* What a learner would type for the marked answer; for wrong[i]. */
void quiz_add_typed(const struct quiz *q, struct text *out);
void quiz_add_typed_wrong(const struct quiz *q, size_t i, struct text *out);

/* "ℓ, ELBO, KL", or what the question calls them: "f, g, gap"; "none". */
void quiz_add_terms(const struct quiz *q, term_set t, struct text *out);
/* Reads the same, or what else people write ("loglik", "LL", "nothing"; "all" is `all`); -1: there
 * is a word that is no term, *bad (its length in *bad_length). */
int quiz_read_terms(const char *text, term_set all, term_set *t, const char **bad,
                    size_t *bad_length);

#endif
