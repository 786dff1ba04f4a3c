/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A student takes every lesson at a real terminal, from its start to its end.
 *
 * Once at 80×24 with all that a student does on the way: wrong commands and answers, every hint,
 * skip, show answer, again, play, previous, info, ^C, ^D, a kill, a terminal that is closed,
 * another size.  Once at 120×40 straight through, each task by its model answer.  STUDENT=all: both
 * ways at both sizes, each way of leaving at every task and question.
 */
#define _GNU_SOURCE /* nftw */
#include <ctype.h>
#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "support.h"
#include "terminal.h"

#include "base/memory.h"
#include "lesson/lesson.h"
#include "lesson/quiz.h"
#include "lesson/stage.h"

struct student {
    struct terminal t;
    struct lesson *l;
    struct stage *stage;
    size_t nstage;
    unsigned short rows, columns;
    bool thorough, all;      /* the two ways to take it; each way of leaving everywhere */
    size_t tasks, questions; /* that were met */
    char folder[60], lesson[PATH_MAX];
};


#define HOLDS(s, what, ...) \
    do { \
        if (!(what)) { \
            fprintf(stderr, "%s, %u×%u: ", (s)->l->name, (s)->columns, (s)->rows); \
            fprintf(stderr, __VA_ARGS__); \
            fprintf(stderr, "\n---- the terminal ----\n%s\n----\n", last_of(&(s)->t)); \
            ck_abort_msg("%s", #what); \
        } \
    } while (0)

static const char *last_of(const struct terminal *t)
{
    size_t n = t->seen.length;
    return t->seen.s + (n > 3000 ? n - 3000 : 0);
}

/* ---- at the terminal ---- */

static void sit_down(struct student *s)
{
    char *argv[] = {program_path(), (char *)"lesson", s->lesson, NULL};

    terminal_open(&s->t, s->rows, s->columns, s->folder, argv);
}

/* All that it says, to the next prompt. */
static const char *type(struct student *s, const char *keys)
{
    terminal_type(&s->t, keys);
    size_t since = s->t.since;
    HOLDS(s, terminal_wait(&s->t), "it ends when '%s' is typed", keys);
    while (strstr(s->t.prompt, "more (q ends) ")) {
        terminal_type(&s->t, "\r");
        HOLDS(s, terminal_wait(&s->t), "it ends where the page is turned");
    }
    s->t.since = since;
    return terminal_said(&s->t);
}

/* A line, or lines, each behind its prompt. */
static const char *say(struct student *s, const char *lines)
{
    const char *said = "";

    while (*lines) {
        size_t n = strcspn(lines, "\n");
        char *line = mem_copy_bytes(lines, n + 1);
        line[n] = '\r';
        said = type(s, line);
        mem_free(line);
        lines += n + (lines[n] == '\n');
    }
    return said;
}

/* Blanks and line breaks count as one. */
static bool has_words(const char *said, const char *words)
{
    struct text flat = TEXT_INIT;
    bool blank = false;

    for (; *said; said++) {
        bool is_blank = isspace((unsigned char)*said) != 0;
        if (!is_blank || !blank)
            text_add_bytes(&flat, is_blank ? " " : said, 1);
        blank = is_blank;
    }
    bool has = strstr(flat.s, words) != NULL;
    text_clear(&flat);
    return has;
}

static void says(struct student *s, const char *line, const char *words)
{
    HOLDS(s, has_words(say(s, line), words), "'%s' is not answered with '%s'", line, words);
}

static bool waits(const struct student *s)
{
    return strstr(s->t.prompt, "Enter> ") || strstr(s->t.prompt, "more ");
}

/* Enter, until something is asked; false: the lesson has ended. */
static bool go_on(struct student *s)
{
    while (terminal_wait(&s->t) && waits(s))
        terminal_type(&s->t, "\r");
    return s->t.prompt != NULL;
}

static bool at_question(const struct student *s)
{
    return strstr(s->t.prompt, "answer> ") != NULL;
}

static size_t where(struct student *s)
{
    size_t step = 0;
    const char *at = strstr(say(s, "info"), "\n  step ");

    HOLDS(s, at && sscanf(at + 3, "step %zu of", &step) == 1 && step > 0 && step <= s->nstage,
          "info tells no step");
    return step - 1;
}

/* ---- leaving and coming back ---- */

/* What the machine says of its state. */
static char *state(struct student *s)
{
    struct text all = TEXT_INIT;

    says(s, "play", "nothing here counts");
    text_add(&all, say(s, "theta"));
    text_add(&all, say(s, "show terms"));
    says(s, "next", "Back to step");
    return text_take(&all);
}

enum leaving { LEAVE_END, LEAVE_KILL, LEAVE_HANG_UP, LEAVINGS };

static void leave(struct student *s, enum leaving how)
{
    HOLDS(s, !s->t.wide[0], "wider than the terminal:\n%s", s->t.wide);
    if (how == LEAVE_END) {
        terminal_type(&s->t, "\004");
        HOLDS(s, !terminal_wait(&s->t), "^D does not leave");
        HOLDS(s, has_words(s->t.seen.s, "Until next time"), "^D leaves without a word");
        HOLDS(s, terminal_is_restored(&s->t), "^D leaves the terminal changed");
    } else if (how == LEAVE_KILL) {
        terminal_kill(&s->t);
    } else {
        terminal_hang_up(&s->t);
    }
    terminal_close(&s->t);
}

static void come_back(struct student *s, enum leaving how)
{
    size_t at = where(s);
    char *before = state(s);

    leave(s, how);
    sit_down(s);
    HOLDS(s, go_on(s), "it does not begin again");
    HOLDS(s, at == 0 || has_words(s->t.seen.s, "where you left"), "it begins anew");
    HOLDS(s, where(s) == at, "another step, not %zu", at + 1);
    char *after = state(s);
    HOLDS(s, strcmp(before, after) == 0, "another state, before:\n%s\nnow:\n%s", before, after);
    mem_free(before);
    mem_free(after);
}

/* ---- what a student does besides ---- */

static void wander(struct student *s)
{
    char *before = state(s);

    says(s, "play", "nothing here counts");
    say(s, "load faithful");
    says(s, "model gmm k=2", "gmm");
    says(s, "skip", "next goes back");
    says(s, "next", "the state is what it was before");
    char *after = state(s);
    HOLDS(s, strcmp(before, after) == 0, "play changes the state:\n%s\nnow:\n%s", before, after);
    mem_free(before);
    mem_free(after);
}

static void step_back(struct student *s, size_t at)
{
    terminal_type(&s->t, "previous\r");
    HOLDS(s, terminal_wait(&s->t), "previous ends it");
    if (at == 0) {
        HOLDS(s, has_words(terminal_said(&s->t), "This is the first step"), "there is one before");
        return;
    }
    while (!waits(s) && where(s) < at)
        terminal_type(&s->t, "next\r"), terminal_wait(&s->t);
    HOLDS(s, go_on(s), "it does not come back");
    while (where(s) < at) {
        terminal_type(&s->t, "next\r");
        HOLDS(s, go_on(s), "it does not come back");
    }
}

static void again(struct student *s, size_t at)
{
    terminal_type(&s->t, "again\r");
    HOLDS(s, go_on(s) && where(s) == at, "again goes elsewhere");
}

static void resize(struct student *s)
{
    terminal_resize(&s->t, 30, 70);
    says(s, "info", "step");
    HOLDS(s, terminal_interrupt(&s->t), "^C ends it");
    terminal_resize(&s->t, s->rows, s->columns);
    says(s, "info", "step");
}

/* Once at a task and once at a question. */
static void fidget(struct student *s, size_t at)
{
    terminal_type(&s->t, "no such");
    HOLDS(s, terminal_interrupt(&s->t), "^C ends it");
    HOLDS(s, where(s) == at, "^C leaves the step");
    wander(s);
    resize(s);
    step_back(s, at);
    again(s, at);
    for (enum leaving how = 0; how < LEAVINGS; how++)
        come_back(s, how);
}

/* Every hint, then the answer. */
static void ask_for_help(struct student *s, const struct lesson_hint *hint, size_t n)
{
    size_t plain = 0;

    for (size_t i = 0; i < n; i++)
        plain += !hint[i].condition.text;
    for (size_t i = 0; i <= n; i++) {
        const char *said = say(s, "hint");
        bool told = has_words(said, "The answer:");
        HOLDS(s, told || has_words(said, "Hint:"), "no hint");
        HOLDS(s, !told || i >= plain, "the answer is told before the hints are");
    }
    says(s, "show answer", "The answer:");
}

/* ---- tasks and questions ---- */

/* True: it was skipped, and the lesson has gone on. */
static bool skip(struct student *s)
{
    terminal_type(&s->t, "skip\r");
    bool more = terminal_wait(&s->t);
    HOLDS(s, !has_words(terminal_said(&s->t), "You may skip"), "skip is refused after the answer");
    return more;
}

/* Until it asks again, or says that this was right. */
static bool give(struct student *s, const char *lines)
{
    size_t since = s->t.seen.length;

    while (*lines) {
        size_t n = strcspn(lines, "\n");
        char *line = mem_copy_bytes(lines, n + 1);
        line[n] = '\r';
        terminal_type(&s->t, line);
        mem_free(line);
        lines += n + (lines[n] == '\n');
        if (!terminal_wait(&s->t))
            break;
    }
    while (!strstr(s->t.seen.s + since, "\n✓ ") && s->t.prompt && waits(s)) {
        terminal_type(&s->t, "\r");
        terminal_wait(&s->t);
    }
    return strstr(s->t.seen.s + since, "\n✓ ") != NULL;
}

static void take_task(struct student *s, size_t at)
{
    const struct lesson_try *t = s->stage[at].ask->try;

    s->tasks++;
    if (s->thorough) {
        says(s, "frobnicate", "frobnicate");
        if (s->tasks == 1)
            fidget(s, at);
        for (enum leaving how = 0; how < LEAVINGS && s->all && s->tasks > 1; how++)
            come_back(s, how);
        ask_for_help(s, t->hint, t->nhint);
        if (s->tasks == 2) {
            skip(s);
            return;
        }
        again(s, at);
    }
    bool done = false;
    for (size_t i = 0; i < t->nanswer && !done; i++)
        done = give(s, t->answer[i].text);
    HOLDS(s, done, "the model answer is not accepted");
}

/* What stands behind "The answer:". */
static char *shown_answer(struct student *s)
{
    const char *at = strstr(say(s, "show answer"), "The answer:");

    HOLDS(s, at, "no answer is shown");
    at += strlen("The answer: ");
    return mem_copy_bytes(at, strcspn(at, "\n"));
}

static char *value_of(struct student *s, const char *expr)
{
    struct text command = TEXT_INIT;

    says(s, "play", "nothing here counts");
    says(s, "set digits 12", "");
    text_addf(&command, "print %s", expr);
    const char *said = say(s, command.s);
    text_clear(&command);
    said += strcspn(said, "\n");
    said += *said == '\n';
    char *value = mem_copy_bytes(said, strcspn(said, "\n"));
    says(s, "next", "Back to step");
    return value;
}

static void answer_wrongly(struct student *s, const struct quiz *q)
{
    struct text words = TEXT_INIT;

    for (size_t i = 0; i < q->nitem && q->kind == QUIZ_CHOICE; i++)
        if (!q->item[i].right) {
            text_reset(&words);
            text_addf(&words, "%zu", i + 1);
            says(s, words.s, "✗ ");
        }
    for (size_t i = 0; i < q->nwrong; i++) {
        text_reset(&words);
        char *value = q->wrong[i].expr ? value_of(s, q->wrong[i].expr) : NULL;
        if (value)
            text_add(&words, value);
        else
            quiz_add_typed_wrong(q, i, &words);
        says(s, words.s, "✗ ");
        mem_free(value);
    }
    if (q->kind != QUIZ_PREDICT)
        says(s, "e; m", "play");
    text_clear(&words);
}

static void answer_rightly(struct student *s, struct quiz *q)
{
    struct text words = TEXT_INIT;
    char *shown = NULL;

    if (q->kind == QUIZ_NUMBER)
        shown = shown_answer(s);
    if (shown)
        text_add(&words, shown);
    else
        quiz_add_typed(q, &words);
    HOLDS(s, give(s, words.s), "'%s' is not right", words.s);
    text_clear(&words);
    mem_free(shown);
}

static void take_question(struct student *s, size_t at)
{
    struct quiz *q = s->stage[at].ask->quiz;

    s->questions++;
    if (s->thorough) {
        answer_wrongly(s, q);
        if (s->questions == 1)
            fidget(s, at);
        for (enum leaving how = 0; how < LEAVINGS && s->all && s->questions > 1; how++)
            come_back(s, how);
        ask_for_help(s, q->hint, q->nhint);
        if (s->questions == 2) {
            skip(s);
            return;
        }
    }
    answer_rightly(s, q);
}

/* ---- a lesson ---- */

/* FILE:LINE:COLUMN: at the beginning of a line. */
static const char *find_error(const char *seen)
{
    for (const char *line = seen; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t name = strcspn(line, ": \n"), n;
        int row, column, length = 0;
        if (line[name] == ':' && name > 0 &&
            sscanf(line + name, ":%d:%d: %n", &row, &column, &length) == 2 && length > 0)
            return line;
        n = strlen("expect:");
        if (strncmp(line, "Assertion", 9) == 0 || strncmp(line, "expect:", n) == 0)
            return line;
    }
    return NULL;
}

static bool is_there(const struct student *s, const char *name, const char *ending)
{
    struct text path = TEXT_INIT;

    text_addf(&path, "%s/%s%s", s->folder, name, ending);
    bool there = access(path.s, R_OK) == 0;
    text_clear(&path);
    return there;
}

static void run_script(const struct student *s)
{
    struct text command = TEXT_INIT;

    text_addf(&command, "cd %s && TERM=dumb %s %s.em >script.out 2>&1", s->folder, program_path(),
              s->l->name);
    int status = system(command.s);
    if (status != 0) {
        text_reset(&command);
        text_addf(&command, "tail -n 20 %s/script.out >&2", s->folder);
        if (system(command.s) != 0)
            fputs("no output\n", stderr);
    }
    HOLDS(s, status == 0, "the script ends with %d", WEXITSTATUS(status));
    text_clear(&command);
}

static void check_end(struct student *s)
{
    const char *line = s->thorough ? NULL : find_error(s->t.seen.s);

    HOLDS(s, !s->t.wide[0], "wider than the terminal:\n%s", s->t.wide);
    HOLDS(s, !line, "an error where none should be:\n%.300s", line);
    HOLDS(s, has_words(s->t.seen.s, "That was the last step"), "it ends before its end");
    HOLDS(s, terminal_is_restored(&s->t), "it leaves the terminal changed");
    terminal_close(&s->t);
    ck_assert_int_eq(s->t.status, 0);
    ck_assert(is_there(s, "notes", ".md") && is_there(s, s->l->name, ".em"));
    run_script(s);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static void open_lesson(struct student *s, const char *path)
{
    struct error e = {0};
    char *source = NULL;
    const char *under = getenv("TMPDIR");

    ck_assert_ptr_nonnull(realpath(path, s->lesson));
    s->l = lesson_read(s->lesson, &source, &e);
    ck_assert_msg(s->l != NULL, "%s: %s", path, e.message);
    s->stage = lesson_stages(s->l, &s->nstage, &e);
    ck_assert_ptr_nonnull(s->stage);
    snprintf(s->folder, sizeof s->folder, "%.30s/student-XXXXXX", under ? under : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(s->folder));
    ck_assert_int_eq(setenv("HOME", s->folder, 1), 0);
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CONFIG_HOME");
}

static void take_lesson(const char *path, unsigned short rows, unsigned short columns,
                        bool thorough, bool all)
{
    struct student s = {.rows = rows, .columns = columns, .thorough = thorough, .all = all};

    open_lesson(&s, path);
    sit_down(&s);
    while (go_on(&s)) {
        size_t at = where(&s);
        HOLDS(&s, s.stage[at].ask, "step %zu asks nothing", at + 1);
        HOLDS(&s, at_question(&s) == (s.stage[at].ask->kind == STEP_QUIZ), "the wrong prompt");
        if (at_question(&s))
            take_question(&s, at);
        else
            take_task(&s, at);
        HOLDS(&s, !s.t.prompt || waits(&s) || where(&s) > at, "step %zu does not end", at + 1);
    }
    check_end(&s);
    nftw(s.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    mem_free(s.stage);
    lesson_free(s.l);
}

static struct dirent **names;
static int count;

static int is_lesson(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    const char *only = getenv("STUDENT_LESSON");
    return isdigit((unsigned char)d->d_name[0]) && n > 3 && strcmp(d->d_name + n - 3, ".md") == 0 &&
           (!only || strncmp(d->d_name, only, strlen(only)) == 0);
}

static void take_one(int i, unsigned short rows, unsigned short columns, bool thorough)
{
    const char *all = getenv("STUDENT");
    char path[PATH_MAX];

    snprintf(path, sizeof path, "lessons/%s", names[i]->d_name);
    take_lesson(path, rows, columns, thorough, all && strcmp(all, "all") == 0);
}

START_TEST(a_lesson_is_taken_with_all_that_a_student_does)
{
    take_one(_i, 24, 80, true);
}
END_TEST

START_TEST(a_lesson_is_taken_straight_through)
{
    take_one(_i, 40, 120, false);
}
END_TEST

START_TEST(thoroughly_in_the_wide)
{
    take_one(_i, 40, 120, true);
}
END_TEST

START_TEST(straight_in_the_narrow)
{
    take_one(_i, 24, 80, false);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lesson_student");
    TCase *c = tcase_create("taking");
    const char *all = getenv("STUDENT");

    count = scandir("lessons", &names, is_lesson, alphasort);
    tcase_set_timeout(c, 600);
    tcase_add_loop_test(c, a_lesson_is_taken_with_all_that_a_student_does, 0, count);
    tcase_add_loop_test(c, a_lesson_is_taken_straight_through, 0, count);
    if (all && strcmp(all, "all") == 0) {
        tcase_add_loop_test(c, thoroughly_in_the_wide, 0, count);
        tcase_add_loop_test(c, straight_in_the_narrow, 0, count);
    }
    suite_add_tcase(suite, c);
    int bad = support_run(suite);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return bad;
}
