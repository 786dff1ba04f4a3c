/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/judge.h"
#include "lesson/quiz.h"
#include "shell/parse.h"

enum { STATUS_FAILED = 3, STATUS_INTERRUPTED = 130 };

const char *const replay_words[] = {"next", "previous", "again", "skip", "hint", "play", "info",
                                    "bye", NULL};

/* ---- what is for the lecturer alone ---- */

static void __attribute__((format(printf, 2, 3)))
say(struct replay *r, const char *format, ...)
{
    struct text words = TEXT_INIT;
    const struct witness *before = r->s.witness;
    va_list ap;

    va_start(ap, format);
    text_vaddf(&words, format, ap);
    va_end(ap);
    r->s.witness = NULL;
    shown_words(&r->s, "", words.s);
    r->s.witness = before;
    text_clear(&words);
}

void replay_fail(struct replay *r, const struct error *e)
{
    static const int status[] = {1, STATUS_FAILED, STATUS_INTERRUPTED};

    session_complain(&r->s, e, r->play.source ? r->play.source : "", r->play.path, 1);
    if (r->status == 0 || e->kind == ERROR_INTERRUPTED)
        r->status = status[e->kind];
}

void replay_greet(struct replay *r)
{
    say(r, "Replay, %zu steps. Enter goes on; at the prompt any command may be typed; `previous`, "
           "`again`, `skip`, `hint`, `info`; `bye` or ^D leaves.\n\n---", r->play.nstep);
}

static void info(struct replay *r)
{
    const struct play_beat *next = r->at < r->play.nbeat ? &r->play.beat[r->at] : NULL;

    if (!next)
        say(r, "This is the end: Enter leaves.");
    else if (next->kind == BEAT_COMMAND)
        say(r, "Step %zu of %zu; next comes `%s`.", next->step, r->play.nstep,
            next->command.command.text);
    else
        say(r, "Step %zu of %zu comes next.", next->step, r->play.nstep);
}

static void hint(struct replay *r)
{
    const struct play_beat *next = r->at < r->play.nbeat ? &r->play.beat[r->at] : NULL;
    const struct lesson_step *of = next ? next->of : NULL;
    const struct lesson_hint *list = NULL, *one = NULL;
    size_t n = 0;

    if (of && of->kind == STEP_TRY) {
        list = of->try->hint;
        n = of->try->nhint;
    } else if (of && of->kind == STEP_QUIZ && next->kind != BEAT_QUESTION) {
        list = of->quiz->hint;
        n = of->quiz->nhint;
    }
    if (n > 0 && n <= REPLAY_HINTS)
        one = judge_hint(&r->s, list, n, r->told);
    if (one)
        shown_words(&r->s, "  Hint: ", one->hint.text);
    else
        say(r, n ? "There are no more hints." : "There is nothing to hint at here.");
}

/* ---- coming back ---- */

/* The state is the play's again, at the beat `at`. */
static void come_back(struct replay *r, size_t at)
{
    struct error e = {0};

    r->wandered = r->changed = false;
    if (replay_go(r, at, &e) != 0 && e.kind == ERROR_INTERRUPTED && *r->s.interrupt == SIGINT)
        *r->s.interrupt = 0;
}

static void go_on(struct replay *r)
{
    bool changed = r->changed;

    if (r->at == r->play.nbeat)
        return;
    if (r->wandered)
        come_back(r, r->at);
    if (changed)
        say(r, "*The state is again what it was before your commands.*");
}

static void previous(struct replay *r)
{
    if (r->at == 0) {
        say(r, "This is the beginning.");
        return;
    }
    memset(r->told, 0, sizeof r->told);
    come_back(r, replay_shown_before(r));
    say(r, "*One step back: the state is as it was there. Enter shows it again.*");
}

static void skip(struct replay *r)
{
    size_t at = r->at, step = at < r->play.nbeat ? r->play.beat[at].step : 0;

    while (at < r->play.nbeat && r->play.beat[at].step == step)
        at++;
    come_back(r, at);
    say(r, "*What was left of step %zu has been run unseen.*", step);
}

/* ---- the prompt ---- */

/* False: no word of ours, or not now. */
static bool is_word(const char *line, const char *word)
{
    line += strspn(line, " \t\n");
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 && !line[n + strspn(line + n, " \t\n;")];
}

/* What one sees of a state. */
struct sight {
    const struct machine *machine;
    const struct dataset *data;
    const char *words;
    long here, states;
    unsigned frozen;
};

static struct sight look(const struct session *s)
{
    const struct machine *m = s->machine;

    return (struct sight){m, s->data, s->model_words, m ? m->here : NO_STATE, m ? m->nstate : 0,
                          m ? m->frozen : 0};
}

static bool same(const struct sight *a, const struct sight *b)
{
    return a->machine == b->machine && a->data == b->data && a->words == b->words &&
           a->here == b->here && a->states == b->states && a->frozen == b->frozen;
}

/* What these set cannot be seen. */
static bool names(const char *line, const char *verb)
{
    return strncmp(line, verb, strlen(verb)) == 0;
}

static void run(struct replay *r, const char *line)
{
    struct session *s = &r->s;
    struct settings set = s->set;
    struct sight before = look(s);
    struct text full = TEXT_INIT;

    s->prompting = true;
    prompt_run(&r->prompt, s, line, &full);
    s->prompting = false;
    struct sight after = look(s);
    bool moves = judge_line_moves(full.s);
    r->wandered = r->wandered || moves;
    r->changed = r->changed || !same(&before, &after) || memcmp(&set, &s->set, sizeof set) != 0 ||
                 (moves && (names(full.s, "let ") || names(full.s, "prior ")));
    r->wandered = r->wandered || r->changed;
    text_clear(&full);
}

/* The prompt's line that was left with Enter alone goes, so that the text reads on. */
static void erase_prompt(const struct replay *r)
{
    const char *term = getenv("TERM");

    if (r->live && term && strcmp(term, "dumb") != 0)
        fputs("\033[1A\r\033[2K", stdout);
}

static enum line_answer read_line(struct replay *r, struct text *line)
{
    bool pasted = r->prompt.at < r->prompt.typed.length;

    replay_echo(r, true);
    enum line_answer answer = prompt_next(&r->prompt, &r->s, line);
    replay_echo(r, false);
    if (answer == LINE_TEXT && !pasted && is_word(line->s, ""))
        erase_prompt(r);
    return answer;
}

/* True: it was ours. */
static bool take_word(struct replay *r, const char *line)
{
    if (is_word(line, "previous") || is_word(line, "prev"))
        previous(r);
    else if (is_word(line, "skip"))
        skip(r);
    else if (is_word(line, "hint"))
        hint(r);
    else if (is_word(line, "info"))
        info(r);
    else if (is_word(line, "play"))
        say(r, "Try what you like; Enter goes on with the replay where it was.");
    else
        return false;
    return true;
}

static enum replay_move read_move(struct replay *r, struct text *line)
{
    for (;;) {
        enum line_answer answer = read_line(r, line);
        if (answer == LINE_END || prompt_is_over(&r->s) || is_word(line->s, "bye"))
            return REPLAY_LEAVE;
        r->parted = r->parted || answer != LINE_TEXT || !is_word(line->s, "");
        if (answer != LINE_TEXT || take_word(r, line->s))
            continue;
        if (is_word(line->s, "again") && r->at > 0)
            return REPLAY_AGAIN;
        if (is_word(line->s, "") || is_word(line->s, "next") || is_word(line->s, "show answer"))
            return REPLAY_ON;
        run(r, line->s);
        if (prompt_is_over(&r->s))
            return REPLAY_LEAVE;
    }
}

enum replay_move replay_live(struct replay *r)
{
    struct text line = TEXT_INIT;

    enum replay_move move = read_move(r, &line);
    text_clear(&line);
    if (move == REPLAY_AGAIN)
        come_back(r, replay_shown_before(r));
    else if (move == REPLAY_ON)
        go_on(r);
    return move == REPLAY_AGAIN ? REPLAY_ON : move;
}
