/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a learner sees and types. */
#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "lesson/player.h"
#include "lesson/typeset.h"
#include "shell/parse.h"

const char *const player_words[] = {"next", "previous", "hint", "skip", "show answer", "again",
                                    "play", "info", "bye", NULL};

/* Those that Tab knows among the commands; "show answer" is two words. */
const char *const player_verbs[] = {"next", "previous", "hint",  "skip", "answer",
                                    "again", "play",    "info", "bye",  NULL};

/* ---- showing ---- */

/* Lines of the screen that text takes; escape sequences have no width. */
static size_t count_lines(const struct session *s, const char *text)
{
    size_t lines = 0, columns = s->columns > 0 ? (size_t)s->columns : 80;

    for (const char *at = text; *at; lines++) {
        size_t n = strcspn(at, "\n"), width = memchr(at, '\033', n) ? 1 : text_width_n(at, n);
        lines += width > columns ? (width - 1) / columns : 0;
        at += n + (at[n] == '\n');
    }
    return lines;
}

void player_sees(void *context, const char *text)
{
    struct player *p = context;
    p->used += count_lines(p->s, text);
}

static void print(struct player *p, const char *text, size_t n)
{
    text_add_bytes(&p->s->out, text, n);
    session_flush(p->s);
}

/* Off a terminal as many as there are. */
static size_t screen(struct player *p)
{
    session_measure(p->s);
    return p->s->lines > 6 ? (size_t)p->s->lines - 2 : 4;
}

static size_t first_lines(const char *text, size_t lines)
{
    size_t n = 0;

    for (; lines > 0 && text[n]; lines--)
        n += strcspn(text + n, "\n") + (text[n + strcspn(text + n, "\n")] == '\n');
    return n;
}

static enum move pause_here(struct player *p, bool screen_is_full);

enum move player_show(struct player *p, const char *text)
{
    while (*text) {
        size_t room = screen(p), lines = count_lines(p->s, text);
        if (!p->paged || p->used + lines <= room) {
            print(p, text, strlen(text));
            break;
        }
        if (p->used == 0) {
            size_t n = first_lines(text, room);
            print(p, text, n);
            text += n;
        }
        enum move move = pause_here(p, true);
        if (move != MOVE_STAY)
            return move;
    }
    return p->s->quit ? MOVE_LEAVE : MOVE_STAY;
}

void player_shown_begin(struct player *p, struct shown *shown)
{
    *shown = (struct shown){.text = TEXT_INIT, .lesson = p->s->lesson};
    session_flush(p->s);
    shown->capture.out = &shown->text;
    shown->capture.origin = p->l->path;
    p->s->capture = &shown->capture;
    p->s->lesson = NULL;
}

enum move player_shown_end(struct player *p, struct shown *shown, const char *more)
{
    session_flush(p->s);
    p->s->capture = NULL;
    p->s->lesson = shown->lesson;
    text_add(&shown->text, more);
    enum move move = player_show(p, shown->text.s);
    text_clear(&shown->text);
    return move;
}

void player_say(struct player *p, const char *first, const char *markdown)
{
    struct typeset how = typeset_of(p->s);

    typeset_words(&how, first, markdown, &p->s->out);
    session_flush(p->s);
}

void player_sayf(struct player *p, const char *first, const char *format, ...)
{
    struct text words = TEXT_INIT;
    va_list ap;

    va_start(ap, format);
    text_vaddf(&words, format, ap);
    va_end(ap);
    player_say(p, first, words.s);
    text_clear(&words);
}

/* ---- asking ---- */

static enum player_verb find_verb(const char *line)
{
    static const struct { const char *word; enum player_verb verb; } verbs[] = {
        {"next", VERB_NEXT},     {"previous", VERB_PREVIOUS}, {"prev", VERB_PREVIOUS},
        {"hint", VERB_HINT},     {"skip", VERB_SKIP},         {"show answer", VERB_ANSWER},
        {"answer", VERB_ANSWER}, {"again", VERB_AGAIN},       {"play", VERB_PLAY},
        {"info", VERB_INFO},     {"bye", VERB_BYE},           {"quit", VERB_BYE},
        {"exit", VERB_BYE},
    };
    line += strspn(line, " \t\n");
    size_t n = strlen(line);
    while (n > 0 && strchr(" \t\n;", line[n - 1]))
        n--;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strlen(verbs[i].word) == n && strncmp(verbs[i].word, line, n) == 0)
            return verbs[i].verb;
    return VERB_NONE;
}

/* The first line of what was typed; what was pasted with it waits. */
static void keep_paste(struct player *p, char *line)
{
    char *end = strchr(line, '\n');

    if (!end)
        return;
    *end = '\0';
    if (!end[1])
        return;
    struct text rest = TEXT_INIT;
    text_addf(&rest, "%s\n%s", end + 1, p->pasted.s + p->pasted_at);
    text_clear(&p->pasted);
    p->pasted = rest;
    p->pasted_at = 0;
}

static enum ask_answer ask_one(struct player *p, const char *prompt, bool statement, char **line)
{
    if (*p->s->interrupt == SIGINT)
        *p->s->interrupt = 0;
    enum ask_answer answer = statement ? ask_statement(p->s, prompt, line)
                                       : ask_line(p->s, prompt, player_words, line);
    if (answer == ASK_TEXT)
        keep_paste(p, *line);
    return answer;
}

/* A line of commands, and what an open { or a \ goes on with. */
static enum ask_answer ask_whole(struct player *p, const char *prompt, struct text *typed)
{
    enum ask_answer answer;
    struct scan c;
    bool whole;

    scan_init(&c);
    do {
        struct text more = TEXT_INIT;
        char *line = NULL;
        text_pad_left(&more, "... ", text_width(prompt));
        answer = ask_one(p, typed->length ? more.s : prompt, true, &line);
        text_clear(&more);
        if (answer == ASK_TEXT)
            text_addf(typed, "%s\n", line);
        mem_free(line);
        whole = answer == ASK_TEXT && (find_verb(typed->s) != VERB_NONE ||
                                       scan_line(&c, typed->s, typed->length));
    } while (answer == ASK_TEXT && !whole && !typed->failed);
    return answer;
}

static enum ask_answer ask_any(struct player *p, const char *prompt, bool statement, char **line)
{
    struct text typed = TEXT_INIT;

    if (!statement)
        return ask_one(p, prompt, false, line);
    enum ask_answer answer = ask_whole(p, prompt, &typed);
    if (answer == ASK_TEXT && !(*line = text_take(&typed)))
        answer = ASK_INTERRUPTED;
    text_clear(&typed);
    return answer;
}

enum move player_ask(struct player *p, const char *prompt, bool statement, enum player_verb *verb,
                     char **line)
{
    char *typed = NULL;

    *verb = VERB_NONE;
    *line = NULL;
    session_measure(p->s);
    enum ask_answer answer = ask_any(p, prompt, statement, &typed);
    p->used = 0;
    if (answer == ASK_END || *p->s->interrupt == SIGTERM || *p->s->interrupt == SIGHUP)
        *verb = VERB_BYE;
    if (answer != ASK_TEXT) {
        mem_free(typed);
        return *verb == VERB_BYE ? MOVE_LEAVE : MOVE_STAY;
    }
    *verb = find_verb(typed);
    if (!statement && (strcmp(typed, "help") == 0 || strcmp(typed, "?") == 0))
        *verb = VERB_INFO;
    if (*verb != VERB_NONE || !typed[strspn(typed, " \t\n")]) {
        mem_free(typed);
        return *verb == VERB_BYE ? MOVE_LEAVE : MOVE_STAY;
    }
    *line = typed;
    return MOVE_STAY;
}

/* The line that waited goes, so that the text reads on. */
static void erase_prompt(struct player *p)
{
    if (p->paged && p->s->colour)
        text_add(&p->s->out, "\033[1A\033[2K");
    session_flush(p->s);
}

/* The end of a stage, or of a screen. */
static void add_pause(const struct player *p, bool screen_is_full, struct text *out)
{
    if (screen_is_full)
        text_add(out, p->s->ascii ? "-- more -- " : "— more — ");
    else
        text_addf(out, "[%zu/%zu] Enter> ", p->progress.at + 1, p->nstage);
}

/* MOVE_ON: Enter, or a word that says as much. */
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

static enum move pause_here(struct player *p, bool screen_is_full)
{
    struct text prompt = TEXT_INIT;
    bool more = p->pasted_at < p->pasted.length;
    enum move move = p->paged && !more ? MOVE_STAY : MOVE_ON;

    add_pause(p, screen_is_full, &prompt);
    while (move == MOVE_STAY)
        move = wait(p, prompt.s);
    text_clear(&prompt);
    if (move != MOVE_ON)
        return move;
    erase_prompt(p);
    p->used = 0;
    return MOVE_STAY;
}

enum move player_pause(struct player *p)
{
    return pause_here(p, false);
}
