/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live prompt. */
#include <string.h>

#include "base/memory.h"
#include "shell/ascii.h"
#include "shell/ask.h"
#include "shell/line.h"
#include "shell/parse.h"

/* Bold where colours are; the marks tell Readline that these bytes take no room. */
static void add_prompt(const struct session *s, bool more, struct text *out)
{
    struct text plain = TEXT_INIT;

    session_prompt(s, &plain);
    if (more) {
        size_t width = text_width(plain.s);
        text_reset(&plain);
        text_pad_left(&plain, "... ", width);
    }
    text_add(out, s->colour ? "\001\033[1m\002" : "");
    if (s->ascii)
        ascii_add(out, plain.s);
    else
        text_add(out, plain.s);
    text_add(out, s->colour ? "\001\033[0m\002" : "");
    text_clear(&plain);
}

static enum line_answer read_more(struct session *s, struct text *typed)
{
    struct text prompt = TEXT_INIT;
    char *line = NULL;

    if (*s->interrupt == SIGINT)
        *s->interrupt = 0;
    add_prompt(s, typed->length > 0, &prompt);
    enum line_answer answer = line_read(s, prompt.s, &line);
    text_clear(&prompt);
    if (answer == LINE_TEXT) {
        text_add(typed, line);
        text_add(typed, "\n");
    }
    mem_free(line);
    return answer;
}

/* One whole line, which a paste may follow. */
static void run_typed(struct session *s, const char *text, size_t length)
{
    char *line = mem_copy_bytes(text, length);
    if (!line)
        return;
    text_reset(&s->echo);
    session_measure(s);
    session_run_text(s, line, "", 1);
    for (char *c = line; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    line_remember(s->echo.length && !s->echo.failed ? s->echo.s : line);
    text_reset(&s->echo);
    mem_free(line);
}

/* Runs the whole lines among what was typed; what is left of an open block stays. */
static void run_whole_lines(struct session *s, struct text *typed)
{
    struct scan c;
    size_t from = 0;

    struct ask_text rest_of_paste = {typed->s, typed->length, &c.at};
    struct ask_source source = {.take = ask_take_text, .context = &rest_of_paste};

    scan_init(&c);
    ask_from(s, &source);
    while (!s->quit && scan_line(&c, typed->s, typed->length)) {
        run_typed(s, typed->s + from, c.at - from);
        from = c.at;
        scan_restart(&c);
    }
    ask_done(s);
    char *rest = mem_copy_text(typed->s + from);
    text_reset(typed);
    if (rest)
        text_add(typed, rest);
    mem_free(rest);
}

static bool must_stop(const struct session *s)
{
    return s->quit || *s->interrupt == SIGTERM || *s->interrupt == SIGHUP;
}

void prompt_loop(struct session *s)
{
    struct text typed = TEXT_INIT;

    s->prompting = true;
    line_open(s);
    while (!must_stop(s)) {
        enum line_answer answer = read_more(s, &typed);
        if (answer == LINE_TEXT && !typed.failed)
            run_whole_lines(s, &typed);
        else if (answer == LINE_END && typed.length == 0)
            break;
        else
            text_reset(&typed);
    }
    line_close(s);
    text_clear(&typed);
}
