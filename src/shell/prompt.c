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

void prompt_clear(struct prompt *p)
{
    text_clear(&p->typed);
    p->at = 0;
}

bool prompt_is_over(const struct session *s)
{
    return s->quit || *s->interrupt == SIGTERM || *s->interrupt == SIGHUP;
}

/* What has been taken goes; what is left of an open block stays. */
static bool drop_taken(struct prompt *p)
{
    char *rest = mem_copy_text(p->typed.s + p->at);

    p->at = 0;
    text_reset(&p->typed);
    text_add(&p->typed, rest ? rest : "");
    mem_free(rest);
    return rest && !p->typed.failed;
}

enum line_answer prompt_next(struct prompt *p, struct session *s, struct text *line)
{
    struct scan c;

    text_reset(line);
    if (!drop_taken(p))
        prompt_clear(p);
    scan_init(&c);
    while (!scan_line(&c, p->typed.s, p->typed.length)) {
        enum line_answer answer = prompt_is_over(s) ? LINE_END : read_more(s, &p->typed);
        bool open = p->typed.length > 0;
        if (answer == LINE_TEXT && !p->typed.failed)
            continue;
        prompt_clear(p);
        return answer == LINE_END && (!open || prompt_is_over(s)) ? LINE_END : LINE_INTERRUPTED;
    }
    p->at = c.at;
    text_add_bytes(line, p->typed.s, c.at);
    return line->failed ? LINE_INTERRUPTED : LINE_TEXT;
}

void prompt_run_line(struct session *s, const char *text, struct text *full)
{
    char *line = mem_copy_text(text);

    if (!line)
        return;
    text_reset(&s->echo);
    s->stopped = false;
    session_measure(s);
    session_run_text(s, line, "", 1);
    if (*s->interrupt == SIGINT) /* it was for this line */
        *s->interrupt = 0;
    for (char *c = line; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    const char *whole = s->echo.length && !s->echo.failed ? s->echo.s : line;
    line_remember(whole);
    if (full)
        text_add(full, whole);
    text_reset(&s->echo);
    mem_free(line);
}

void prompt_run(struct prompt *p, struct session *s, const char *text, struct text *full)
{
    struct ask_text rest_of_paste = {p->typed.s, p->typed.length, &p->at};
    struct ask_source source = {.take = ask_take_text, .context = &rest_of_paste};

    ask_from(s, &source);
    prompt_run_line(s, text, full);
    ask_done(s);
}

void prompt_loop(struct session *s)
{
    struct prompt p = PROMPT_INIT;
    struct text line = TEXT_INIT;
    enum line_answer answer = LINE_TEXT;

    s->prompting = true;
    line_open(s);
    while (!prompt_is_over(s) && answer != LINE_END) {
        answer = prompt_next(&p, s, &line);
        if (answer == LINE_TEXT)
            prompt_run(&p, s, line.s, NULL);
    }
    line_close(s);
    prompt_clear(&p);
    text_clear(&line);
}
