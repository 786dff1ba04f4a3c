/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/shown.h"

#include <string.h>

#include "base/memory.h"
#include "lesson/judge.h"
#include "lesson/typeset.h"
#include "shell/page.h"
#include "shell/session.h"

void shown_text(struct session *s, const char *text)
{
    text_add(&s->out, text);
    session_flush(s);
}

void shown_words(struct session *s, const char *first, const char *markdown)
{
    struct typeset how = typeset_of(s);
    typeset_words(&how, first, markdown, &s->out);
    session_flush(s);
}

/* ---- the command, as if it were typed ---- */

static size_t add_prompt(struct session *s)
{
    struct text prompt = TEXT_INIT;

    session_prompt(s, &prompt);
    size_t width = text_width(prompt.s);
    text_addf(&s->out, "%s%s%s", s->colour ? "\033[1m" : "", prompt.s, s->colour ? "\033[0m" : "");
    text_clear(&prompt);
    session_flush(s);
    return width;
}

static int type_line(struct session *s, const char *command, size_t n, const struct hand *hand)
{
    struct text line = TEXT_INIT;
    char *copy = mem_copy_bytes(command, n);
    int stopped = 0;

    text_add_shown(&line, copy ? copy : "", LESSON_LINE);
    mem_free(copy);
    if (hand)
        stopped = hand->types(hand->context, line.s);
    else
        shown_text(s, line.s);
    text_clear(&line);
    shown_text(s, "\n");
    return stopped;
}

/* The lines of a block stand behind the prompt of the shell for more. */
static int type_command(struct session *s, const char *command, const struct hand *hand)
{
    size_t width = add_prompt(s);

    for (bool first = true; first || *command; first = false) {
        size_t n = strcspn(command, "\n");
        if (!first) {
            text_pad_left(&s->out, "... ", width);
            session_flush(s);
        }
        if (type_line(s, command, n, hand) != 0)
            return -1;
        command += n + (command[n] == '\n');
    }
    return 0;
}

/* In the transcript it is a command like those of the prompt. */
static void keep_command(struct session *s, const char *command)
{
    struct text prompt = TEXT_INIT;

    session_prompt(s, &prompt);
    transcript_command(&s->transcript, prompt.s, command);
    text_clear(&prompt);
}

/* ---- running ---- */

static int interrupted(const struct passage *p, struct error *e)
{
    error_set_at(e, p->at, "interrupted");
    e->kind = ERROR_INTERRUPTED;
    return -1;
}

int shown_passage(struct session *s, const struct passage *p, const struct hand *hand, bool *quit,
                  struct error *e)
{
    struct text printed = TEXT_INIT;

    keep_command(s, p->text);
    s->transcript.held = true;
    int stopped = type_command(s, p->text, hand);
    s->transcript.held = false;
    if (stopped)
        return interrupted(p, e);
    int failed = judge_run_shown(s, p, &printed, quit, e);
    s->transcript.held = true;
    shown_text(s, printed.s);
    s->transcript.held = false;
    text_clear(&printed);
    return failed;
}

int shown_command(struct session *s, const struct lesson_command *c, const struct hand *hand,
                  struct error *e)
{
    struct page page = page_of(s);
    int failed = shown_passage(s, &c->command, hand, NULL, e);

    if (!c->fails || (failed && e->kind == ERROR_INTERRUPTED))
        return failed;
    if (!failed) {
        error_set_at(e, c->output.at, "this command was to fail, and did not");
        e->kind = ERROR_EXPECT;
        return -1;
    }
    text_add(&s->out, "error: ");
    page_words(&page, e->message, strlen("error: "), strlen("error: "));
    session_flush(s);
    error_clear(e);
    return 0;
}
