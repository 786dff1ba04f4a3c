/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/check.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/suggest.h"
#include "lesson/check_parts.h"
#include "lesson/compare.h"
#include "lesson/judge.h"
#include "lesson/reader.h"
#include "lesson/record.h"
#include "shell/parse.h"
#include "shell/session.h"

void check_tell(struct check *c, const struct error *e)
{
    if (e->kind == ERROR_INTERRUPTED)
        c->interrupted = true;
    c->r->failed++;
    session_complain(c->s, e, c->l->source, c->l->path, 1);
}

void check_tell_at(struct check *c, struct span at, const char *hint, const char *format, ...)
{
    struct error e = {0};
    struct text message = TEXT_INIT;
    va_list ap;

    va_start(ap, format);
    text_vaddf(&message, format, ap);
    va_end(ap);
    error_set_at(&e, at, "%s", message.s);
    if (hint[0])
        error_hint(&e, "%s", hint);
    check_tell(c, &e);
    text_clear(&message);
}

/* ---- commands and their output ---- */

static bool draws(const struct statement *st)
{
    static const char *const verbs[] = {"plot", "animate", "replot", NULL};
    struct span at = parse_verb(st);

    for (const char *const *v = verbs; *v; v++)
        if (strlen(*v) == at.length && strncmp(st->text + at.offset, *v, at.length) == 0)
            return true;
    for (size_t i = 0; i < st->nbody; i++)
        if (draws(&st->body[i]))
            return true;
    return strstr(st->text, "set autoplot ") == st->text;
}

void check_count_pictures(struct check *c, const char *command)
{
    struct statement *list = NULL;
    size_t n = 0;
    struct error unused;

    if (parse_script(command, &list, &n, &unused) != 0)
        return;
    for (size_t i = 0; i < n; i++)
        c->pictures += draws(&list[i]);
    statements_free(list, n);
}

/* The line of the written output at which it parts from the printed one. */
static struct span written_line(const struct lesson_command *command, size_t line)
{
    struct reader r = {command->output.text, 0, strlen(command->output.text)};
    struct span at = {0, 0};

    for (size_t i = 0; i <= line && reader_line(&r, &at);)
        i++;
    return (struct span){command->output.at.offset + at.offset, at.length ? at.length : 1};
}

/* A line below a command that was to be one itself: its `em> ` is missing, or another prompt. */
static bool is_command(const char *line, size_t length)
{
    char *copy = mem_copy_bytes(line, length);
    struct statement *list = NULL;
    size_t n = 0;
    struct error unused;
    const char *prompt = copy ? strstr(copy, "> ") : NULL;

    bool is = copy && parse_script(prompt ? prompt + 2 : copy, &list, &n, &unused) == 0 && n > 0 &&
              judge_command(&list[0]);
    statements_free(list, n);
    mem_free(copy);
    return is;
}

static void tell_difference(struct check *c, const struct lesson_command *command,
                            const struct difference *d)
{
    struct text printed = TEXT_INIT;
    char *line = d->printed ? mem_copy_bytes(d->printed, d->printed_length) : NULL;
    struct span at = written_line(command, d->line);
    struct parting part = {0, 0};

    if (line)
        text_add(&printed, "printed: ");
    text_add_shown(&printed, line ? line : "nothing more was printed", 240);
    if (d->written && !line && is_command(d->written, d->written_length))
        text_add(&printed, "; a command stands after `em> `");
    else if (d->written && line &&
             !compare_line(d->written, d->written_length, line, strlen(line), &part))
        at = (struct span){at.offset + part.at, part.length};
    if (d->written)
        check_tell_at(c, at, printed.s, "this is not what is printed");
    else
        check_tell_at(c, command->command.at, printed.s, "more is printed than is written");
    mem_free(line);
    text_clear(&printed);
}

static bool is_to_be_recorded(const struct lesson_command *command)
{
    struct span s = span_trim(command->output.text, (struct span){0, strlen(command->output.text)});
    return s.length == 1 && command->output.text[s.offset] == '?';
}

static void check_output(struct check *c, const struct lesson_command *command,
                         const char *printed)
{
    struct difference d;
    struct error e = {0};
    bool open = is_to_be_recorded(command);

    c->r->checks++;
    if (!open && compare_output(command->output.text, printed, &d))
        return;
    bool recording = c->record && !c->derailed;
    if (recording && record_output(c->record, command, printed, &e) == 0)
        c->r->recorded++;
    else if (recording)
        check_tell(c, &e);
    else if (open)
        check_tell_at(c, command->output.at, "emstep verify --update writes it",
                      "no output is recorded");
    else
        tell_difference(c, command, &d);
}

/* "error: MESSAGE" under a command that is meant to fail. */
static int check_failure(struct check *c, const struct lesson_command *command, int failed,
                         const struct error *e)
{
    struct text printed = TEXT_INIT;

    if (!failed) {
        c->r->checks++;
        check_tell_at(c, command->output.at, "", "this command was to fail, and did not");
        return -1;
    }
    text_addf(&printed, "error: %s\n", e->message);
    check_output(c, command, printed.s);
    text_clear(&printed);
    return 0;
}

static int check_command(struct check *c, const struct lesson_command *command)
{
    struct text printed = TEXT_INIT;
    struct error e = {0};
    int failed = judge_run(c->s, &command->command, &printed, &e);

    check_count_pictures(c, command->command.text);
    if (command->fails && e.kind != ERROR_INTERRUPTED) {
        failed = check_failure(c, command, failed, &e);
    } else if (failed) {
        c->r->checks++;
        check_tell(c, &e);
    } else if (command->output.text) {
        check_output(c, command, printed.s);
    } else {
        c->r->checks++;
    }
    text_clear(&printed);
    return failed;
}

/* What follows a command that failed, in its block, would only fail in its turn. */
static void check_run(struct check *c, const struct lesson_step *step)
{
    for (size_t i = 0; i < step->nrun; i++)
        if (check_command(c, &step->run[i]) != 0) {
            c->derailed = true;
            return;
        }
}

/* ---- hints ---- */

void check_try_hints(struct check *c, const struct lesson_hint *hint, size_t n,
                      struct error *failed)
{
    for (size_t i = 0; i < n; i++) {
        struct expr_value v;
        struct error e = {0};
        if (!hint[i].condition.text)
            continue;
        if (expr_eval(c->s->expr, hint[i].condition.text, 6, &v, &e) == 0) {
            expr_value_clear(&v);
            failed[i] = (struct error){.message = "good"};
        } else if (!failed[i].message[0]) {
            e.at.offset += hint[i].condition.at.offset;
            failed[i] = e;
        }
    }
}

void check_tell_hints(struct check *c, const struct lesson_hint *hint, size_t n,
                       const struct error *failed)
{
    for (size_t i = 0; i < n; i++) {
        c->r->checks += hint[i].condition.text != NULL;
        if (hint[i].condition.text && strcmp(failed[i].message, "good") != 0)
            check_tell(c, &failed[i]);
    }
}

/* ---- tasks ---- */

static void check_untouched(struct check *c, const struct lesson_step *step)
{
    struct error why = {0};

    c->r->checks++;
    int done = judge_try(c->s, step->try, &why);
    if (done < 0)
        check_tell(c, &why);
    else if (done)
        check_tell_at(c, step->at, "an expect line must fail on the state that the learner finds",
                "this task is done before anything is typed");
}

/* Each by itself, so that all that fail are told. */
static void check_answered(struct check *c, const struct lesson_try *t)
{
    for (size_t i = 0; i < t->nexpect && !c->interrupted; i++) {
        struct lesson_try one = {.expect = &t->expect[i], .nexpect = 1};
        struct error why = {0};
        c->r->checks++;
        if (judge_try(c->s, &one, &why) == 1)
            continue;
        if (!why.hint[0] && why.kind != ERROR_INTERRUPTED)
            error_hint(&why, "this is the state after the model answer");
        check_tell(c, &why);
    }
}

static void check_try(struct check *c, const struct lesson_step *step)
{
    const struct lesson_try *t = step->try;
    struct error e = {0}, *failed = NEW_ARRAY(t->nhint + 1, struct error);

    c->tasks++;
    for (size_t i = 0; i < t->nanswer; i++)
        check_count_pictures(c, t->answer[i].text);
    if (!failed) {
        error_no_memory(&e);
    } else if (judge_run_all(c->s, t->start, t->nstart, &e) == 0) {
        check_untouched(c, step);
        check_try_hints(c, t->hint, t->nhint, failed);
        if (judge_run_all(c->s, t->answer, t->nanswer, &e) == 0)
            check_answered(c, t);
        check_try_hints(c, t->hint, t->nhint, failed);
        check_tell_hints(c, t->hint, t->nhint, failed);
    }
    if (e.message[0]) {
        c->derailed = true;
        check_tell(c, &e);
    }
    mem_free(failed);
}

/* ---- the whole ---- */

static void check_step(struct check *c, const struct lesson_step *step)
{
    switch (step->kind) {
    case STEP_RUN:
        check_run(c, step);
        break;
    case STEP_TRY:
        check_try(c, step);
        break;
    case STEP_QUIZ:
        check_quiz(c, step);
        break;
    case STEP_TEXT:
        break;
    }
}

static bool is_name(char **names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool is_beside(const struct lesson *l, const char *name)
{
    struct text path = TEXT_INIT;
    text_addf(&path, "%s/%s.md", l->folder, name);
    bool there = access(path.s, R_OK) == 0;
    text_clear(&path);
    return there;
}

static void check_needs(struct check *c)
{
    char **names = lesson_names();

    for (size_t i = 0; i < c->l->header.nneeds; i++) {
        const struct passage *need = &c->l->header.needs[i];
        struct error e = {0};
        c->r->checks++;
        if (is_name(names, need->text) || is_beside(c->l, need->text))
            continue;
        error_set_at(&e, need->at, "there is no lesson '%s'", need->text);
        if (names)
            suggest(&e, need->text, (const char *const *)names);
        check_tell(c, &e);
    }
    file_names_free(names);
}

static void check_whole(struct check *c)
{
    static const struct span top = {0, 3};

    c->r->checks += 3;
    if (c->pictures == 0)
        check_tell_at(c, top, "em> plot bound", "this lesson has no picture");
    if (c->predictions == 0)
        check_tell_at(c, top, "a ```quiz with kind: predict", "this lesson has nothing to predict");
    if (c->tasks == 0)
        check_tell_at(c, top, "a block ```emstep try", "this lesson has no task");
    check_needs(c);
}

int check_lesson(struct session *s, struct lesson *l, struct record *record,
                 struct check_report *r)
{
    struct check c = {.s = s, .l = l, .record = record, .r = r};

    for (size_t i = 0; i < l->nstep && !c.interrupted; i++) {
        check_step(&c, &l->step[i]);
        r->steps++;
    }
    if (!c.interrupted)
        check_whole(&c);
    return c.interrupted ? -1 : 0;
}
