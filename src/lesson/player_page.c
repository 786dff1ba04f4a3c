/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screenful at a time, broken where the text has a break. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "lesson/player.h"
#include "shell/line.h"

/* Rows that stand with what follows: a command that was typed, and one that goes on. */
enum { TYPED_ROWS = 2, SMALLEST_SCREEN = 5, SMALLEST_PART = 4 };

/* ---- how much room it takes ---- */

/* Bytes of the escape sequence that stands here, 0: none does. */
static size_t escape_length(const char *s, bool *picture)
{
    size_t n = 2;

    if (s[0] != '\033' || !s[1])
        return s[0] == '\033';
    if (s[1] == 'P' || s[1] == '_') { /* a picture of pixels: to its ESC \ */
        const char *end = strstr(s, "\033\\");
        *picture = true;
        return end ? (size_t)(end - s) + 2 : strlen(s);
    }
    if (s[1] != '[')
        return n;
    while (s[n] && (s[n] < '@' || s[n] > '~'))
        n++;
    return n + (s[n] != '\0');
}

/* Without what has no room: the last row on which it can break is all that is there below. */
static size_t room_of(struct player *p)
{
    session_measure(p->s);
    return p->s->lines > SMALLEST_SCREEN ? (size_t)p->s->lines - 1 : SMALLEST_SCREEN;
}

/* Rows of the first line of text; its bytes, with the line break, go into *bytes. */
static size_t line_rows(struct player *p, const char *text, size_t *bytes)
{
    size_t columns = p->s->columns > 0 ? (size_t)p->s->columns : 80, width = 0, at = 0;
    bool picture = false;

    while (text[at] && text[at] != '\n') {
        size_t n = strcspn(text + at, "\033\n");
        width += text_width_n(text + at, n);
        at += n;
        at += escape_length(text + at, &picture);
    }
    *bytes = at + (text[at] == '\n');
    return picture ? room_of(p) - TYPED_ROWS : width > columns ? (width - 1) / columns + 1 : 1;
}

static size_t rows_of(struct player *p, const char *text, size_t length)
{
    size_t rows = 0, n;

    for (size_t at = 0; at < length && text[at]; at += n)
        rows += line_rows(p, text + at, &n);
    return rows;
}

void player_sees(void *context, const char *text)
{
    struct player *p = context;
    size_t rows = rows_of(p, text, strlen(text));

    p->used += rows;
    p->since += rows;
}

/* ---- where it breaks ---- */

static size_t without_blank_end(const char *text)
{
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    return n;
}

/* Whole lines for so many rows, one at least; and in *part what of them ends with a blank line. */
static size_t lines_for(struct player *p, const char *text, size_t rows, size_t *part)
{
    size_t at = 0, used = 0, n, least = rows / 2 < SMALLEST_PART ? rows / 2 : SMALLEST_PART;

    *part = 0;
    while (text[at]) {
        size_t more = line_rows(p, text + at, &n);
        bool blank = n == 1 && text[at] == '\n';
        if (used + more > rows && at > 0 && !blank)
            break;
        at += n;
        used += more;
        if (blank && used > least)
            *part = at;
        if (used > rows)
            break;
    }
    return at;
}

/* Bytes of text that are to be shown before the learner is waited for; 0: none.  A part that fits a
 * screen is not broken. */
static size_t screenful(struct player *p, const char *text)
{
    size_t room = room_of(p), part, whole = rows_of(p, text, without_blank_end(text));
    bool fresh = p->used <= TYPED_ROWS;
    size_t left = fresh ? room : p->used < room ? room - p->used : 0;

    if (whole <= left)
        return strlen(text);
    if (!fresh && (whole <= room || left < SMALLEST_PART))
        return 0;
    size_t lines = lines_for(p, text, left, &part);
    return part || !fresh ? part : lines;
}

/* ---- waiting ---- */

/* The line that waited goes, so that the text reads on. */
static void erase_line(const struct player *p)
{
    if (p->paged && p->s->colour)
        fputs("\033[1A\033[2K", stdout);
    fflush(stdout);
}

static enum move wait(struct player *p, const char *prompt)
{
    enum player_verb verb;
    char *line;
    enum move move = player_ask(p, prompt, false, &verb, &line);
    bool typed = line != NULL;

    mem_free(line);
    if (move == MOVE_LEAVE || *p->s->interrupt)
        return move;
    if (typed) {
        player_say(p, "", "Enter goes on. To try commands here: `play`.");
        return MOVE_STAY;
    }
    if (verb == VERB_NONE || verb == VERB_NEXT || verb == VERB_SKIP)
        return MOVE_ON;
    if (verb != VERB_HINT && verb != VERB_ANSWER)
        return player_common(p, verb);
    player_say(p, "", "There is nothing to answer here. Enter goes on.");
    return MOVE_STAY;
}

static bool is_paged(const struct player *p)
{
    return p->paged && p->pasted_at >= p->pasted.length;
}

/* That a reader turned the page is nothing to export. */
static enum move pause_with(struct player *p, const char *prompt)
{
    enum move move = is_paged(p) ? MOVE_STAY : MOVE_ON;

    p->s->transcript.held = true;
    while (move == MOVE_STAY)
        move = wait(p, prompt);
    p->s->transcript.held = false;
    if (move != MOVE_ON)
        return move;
    erase_line(p);
    p->used = 0;
    return MOVE_STAY;
}

enum move player_pause(struct player *p)
{
    struct text prompt = TEXT_INIT;

    text_addf(&prompt, "[%zu/%zu] Enter> ", p->progress.at + 1, p->nstage);
    enum move move = pause_with(p, prompt.s);
    text_clear(&prompt);
    return move;
}

/* In the middle of what a learner's own command says.  It is no answer to that command; what else
 * is typed here comes next. */
static bool has_enough(struct player *p)
{
    static const char *const words[] = {"q", NULL};
    char *line = NULL;

    line_words(words);
    enum line_answer answer =
        line_read(p->s, p->s->ascii ? "-- more (q ends) -- " : "— more (q ends) — ", &line);
    line_words(NULL);
    bool enough = answer != LINE_TEXT || line[strspn(line, " \t")];
    if (enough && answer == LINE_TEXT && strcmp(line, "q") != 0)
        text_addf(&p->pasted, "%s\n", line);
    mem_free(line);
    erase_line(p);
    p->used = 0;
    return enough;
}

static void turn_page(struct player *p)
{
    if (p->own) {
        p->enough = has_enough(p);
        return;
    }
    p->moved = pause_with(p, p->s->ascii ? "-- more -- " : "— more — ");
    p->enough = p->moved != MOVE_STAY;
}

/* ---- showing ---- */

static void print(struct player *p, const char *text, size_t n)
{
    struct text part = TEXT_INIT;

    text_add_bytes(&part, text, n);
    session_print(p->s, part.s);
    text_clear(&part);
}

static void show_pages(struct player *p, const char *text)
{
    while (*text && !p->enough) {
        bool waits = is_paged(p) && !p->aside && !*p->s->interrupt;
        size_t n = waits ? screenful(p, text) : strlen(text);
        print(p, text, n);
        text += n;
        if (*text)
            turn_page(p);
    }
}

void player_pages(void *context, const char *text)
{
    struct player *p = context;

    if (p->collected)
        text_add(p->collected, text);
    else
        show_pages(p, text);
}

void player_asked(void *context)
{
    struct player *p = context;
    p->used = 0;
}

static void begin_to_show(struct player *p)
{
    session_flush(p->s);
    p->enough = false;
    p->moved = MOVE_STAY;
}

static enum move end_to_show(struct player *p)
{
    p->enough = false;
    return p->s->quit ? MOVE_LEAVE : p->moved;
}

enum move player_show(struct player *p, const char *text)
{
    begin_to_show(p);
    text_add(&p->s->out, text);
    session_flush(p->s);
    return end_to_show(p);
}

void player_shown_begin(struct player *p, struct shown *shown)
{
    *shown = (struct shown){.text = TEXT_INIT, .lesson = p->s->lesson};
    session_flush(p->s);
    p->collected = &shown->text;
    p->s->lesson = NULL;
}

enum move player_shown_end(struct player *p, struct shown *shown, const char *more)
{
    session_flush(p->s);
    p->collected = NULL;
    p->s->lesson = shown->lesson;
    text_add(&shown->text, more);
    transcript_output(&p->s->transcript, more);
    begin_to_show(p);
    show_pages(p, shown->text.s);
    text_clear(&shown->text);
    return end_to_show(p);
}

void player_run_line(struct player *p, const char *line, struct text *full)
{
    begin_to_show(p);
    p->own = true;
    prompt_run_line(p->s, line, full);
    p->own = false;
    p->enough = false;
}
