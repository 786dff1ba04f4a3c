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

void player_say(struct player *p, const char *first, const char *markdown)
{
    struct typeset how = typeset_of(p->s);

    session_flush(p->s);
    p->aside = true;
    typeset_words(&how, first, markdown, &p->s->out);
    session_flush(p->s);
    p->aside = false;
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

void player_asks(struct player *p)
{
    session_flush(p->s);
    p->since = 0;
    p->elsewhere = false;
}

bool player_forgets(const struct player *p)
{
    return p->elsewhere || (p->paged && p->since + 1 > (size_t)p->s->lines);
}

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
    session_measure(p->s); /* the window may have changed meanwhile */
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
