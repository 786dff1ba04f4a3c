/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blocks ```emstep and ```emstep try. */
#include <string.h>

#include "base/memory.h"
#include "lesson/reader.h"
#include "shell/parse.h"

/* ---- commands and their output ---- */

static const char prompt[] = "em>";
enum { PROMPT = sizeof prompt - 1 };

static bool is_command(const char *source, struct span line)
{
    return span_starts(source, line, prompt) &&
           (line.length == PROMPT || source[line.offset + PROMPT] == ' ');
}

/* From the line's command on, through the lines that it leaves open. */
static struct span whole_command(struct reader *r, struct span line)
{
    struct scan c;
    struct span first = span_after(r->source, line, PROMPT);
    const char *text = r->source + first.offset;

    scan_init(&c);
    while (!scan_line(&c, text, r->at - first.offset) && scan_is_open(&c))
        if (!reader_line(r, &line))
            break;
    return span_trim(r->source, (struct span){first.offset, r->at - first.offset});
}

/* The lines before the next command, those blank at the end left out. */
static struct span output_lines(struct reader *r)
{
    struct span line, all = {r->at, 0};

    for (size_t at = r->at; reader_line(r, &line); at = r->at) {
        if (is_command(r->source, line)) {
            r->at = at;
            break;
        }
        if (span_trim(r->source, line).length > 0)
            all.length = r->at - all.offset;
    }
    return all;
}

static int take_command(struct lesson_command *c, struct reader *r, struct span line,
                        struct error *e)
{
    struct span at = whole_command(r, line);

    if (at.length == 0)
        return error_set_at(e, line, "there is no command after em>");
    c->command = (struct passage){mem_copy_bytes(r->source + at.offset, at.length), at};
    if (!c->command.text)
        return error_no_memory(e);
    if (passage_check_commands(&c->command, e) != 0)
        return -1;
    c->output.at = output_lines(r);
    if (c->output.at.length == 0)
        return 0;
    c->output.text = mem_copy_bytes(r->source + c->output.at.offset, c->output.at.length);
    c->fails = span_starts(r->source, c->output.at, "error: ");
    return c->output.text ? 0 : error_no_memory(e);
}

int read_run(struct reader r, struct span fence, struct lesson_step *s, struct error *e)
{
    struct span line;

    s->kind = STEP_RUN;
    while (reader_line(&r, &line)) {
        if (span_trim(r.source, line).length == 0)
            continue;
        if (!is_command(r.source, line)) {
            error_set_at(e, line, "output before any command");
            return error_hint(e, "a command stands after 'em> ', at the line's start");
        }
        struct lesson_command *c = LIST_APPEND(s->run, s->nrun, e);
        if (!c || take_command(c, &r, line, e) != 0)
            return -1;
    }
    if (s->nrun > 0)
        return 0;
    error_set_at(e, fence, "this block has no command");
    return error_hint(e, "write commands after 'em> ', their output under them");
}

void runs_free(struct lesson_command *run, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mem_free(run[i].command.text);
        mem_free(run[i].output.text);
    }
    mem_free(run);
}

/* ---- tasks ---- */

static int take_line(struct lesson_try *t, const char *source, struct span entry, struct error *e)
{
    bool answer = span_starts(source, entry, "answer:");
    enum { EXPECT = sizeof "expect" - 1, ANSWER = sizeof "answer:" - 1, START = ANSWER - 1 };

    if (is_hint(source, entry))
        return read_hint(source, entry, &t->hint, &t->nhint, e);
    if (span_starts(source, entry, "expect ")) {
        struct span expr = span_after(source, entry, EXPECT);
        return passage_append(&t->expect, &t->nexpect, source, expr, e);
    }
    if (answer || span_starts(source, entry, "start:")) {
        struct span command = span_after(source, entry, answer ? ANSWER : START);
        if (command.length == 0)
            return error_set_at(e, entry, "there is no command here");
        if (passage_append(answer ? &t->answer : &t->start, answer ? &t->nanswer : &t->nstart,
                           source, command, e) != 0)
            return -1;
        return passage_check_commands(answer ? &t->answer[t->nanswer - 1]
                                             : &t->start[t->nstart - 1], e);
    }
    error_set_at(e, entry, "a task has no such line");
    return error_hint(e, "its lines begin with expect, answer:, hint:, hint if EXPR: or start:");
}

int read_try(struct reader r, struct span fence, struct lesson_step *s, struct error *e)
{
    struct span entry;

    s->kind = STEP_TRY;
    s->try = NEW(struct lesson_try);
    if (!s->try)
        return error_no_memory(e);
    while (reader_entry(&r, &entry))
        if (take_line(s->try, r.source, entry, e) != 0)
            return -1;
    if (s->try->nexpect == 0) {
        error_set_at(e, fence, "this task has no expect line");
        return error_hint(e, "expect EXPR says how to see that it is done");
    }
    if (s->try->nanswer > 0)
        return 0;
    error_set_at(e, fence, "this task has no answer");
    return error_hint(e, "answer: COMMAND is the model answer; it is tried by verify");
}

void try_free(struct lesson_try *t)
{
    if (!t)
        return;
    passages_free(t->expect, t->nexpect);
    passages_free(t->answer, t->nanswer);
    passages_free(t->start, t->nstart);
    hints_free(t->hint, t->nhint);
    mem_free(t);
}
