/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/replay.h"

#include <string.h>

#include "base/memory.h"
#include "lesson/judge.h"
#include "lesson/quiz.h"
#include "lesson/typeset.h"
#include "shell/ask.h"
#include "shell/page.h"
#include "shell/parse.h"

/* ---- prose ---- */

static void show_prose(struct replay *r, const struct lesson_step *step)
{
    struct typeset how = typeset_of(&r->s);

    typeset_step(&how, step, &r->s.out);
    session_flush(&r->s);
}

static void flush_words(const struct page *page, struct text *words)
{
    if (words->length)
        page_words(page, words->s, 0, 0);
    text_reset(words);
}

/* Lines of a comment make a paragraph, but those that are set in. */
static void show_comment(struct replay *r, const char *comment)
{
    struct typeset how = typeset_of(&r->s);
    struct page page = {&r->s.out, how.width};
    struct text words = TEXT_INIT;

    for (const char *line = comment; *line;) {
        size_t n = strcspn(line, "\n");
        char *copy = mem_copy_bytes(line, n);
        const char *said = copy ? copy + strspn(copy, " \t") : "";
        said += *said == '#';
        bool set_in = strncmp(said, "  ", 2) == 0, empty = !said[strspn(said, " \t\r")];
        if (set_in || empty)
            flush_words(&page, &words);
        else
            text_add(&words, words.length ? " " : "");
        text_add_shown(set_in || empty ? &r->s.out : &words, said + (*said == ' '), LESSON_LINE);
        text_add(&r->s.out, set_in || empty ? "\n" : "");
        mem_free(copy);
        line += n + (line[n] == '\n');
    }
    flush_words(&page, &words);
    text_clear(&words);
    session_flush(&r->s);
}

/* ---- commands ---- */

/* Answers to what a script's command asks stand in its next lines. */
static bool take_answer(void *context, struct text *line)
{
    struct replay *r = context;
    struct ask_text rest = {r->play.source, strlen(r->play.source), &r->read_to};

    return !r->play.lesson && ask_take_text(&rest, line);
}

static int run_one(void *context, const struct passage *p, struct error *e)
{
    struct replay *r = context;
    return shown_passage(&r->s, p, r->hand, NULL, e);
}

/* Where the answers begin: behind the command's line. */
static void read_on(struct replay *r, const struct play_beat *b)
{
    size_t end = b->command.command.at.offset + b->command.command.at.length;

    if (!r->play.lesson && end > r->read_to)
        r->read_to = end + (r->play.source[end] == '\n');
}

static int show_command(struct replay *r, const struct play_beat *b, bool *quit, struct error *e)
{
    if (b->first && judge_run_all(&r->s, b->first->start, b->first->nstart, e) != 0)
        return -1;
    if (!r->play.lesson)
        return shown_passage(&r->s, &b->command.command, r->hand, quit, e);
    if (shown_command(&r->s, &b->command, r->hand, e) != 0)
        return -1;
    if (!b->last)
        return 0;
    int done = judge_try(&r->s, b->last, e);
    if (done == 0)
        e->kind = ERROR_EXPECT;
    return done == 1 ? 0 : -1;
}

/* ---- questions ---- */

static void show_question(struct replay *r, const struct quiz *q)
{
    struct text words = TEXT_INIT;

    memset(r->told, 0, sizeof r->told);
    quiz_add_question(q, &words);
    if (q->kind == QUIZ_PREDICT) {
        text_add(&words, "\n(");
        quiz_add_how(q, &words);
        text_add(&words, ")\n");
    }
    shown_words(&r->s, "? ", words.s);
    text_clear(&words);
}

static int check_prediction(const struct quiz *q, struct error *e)
{
    struct text changed = TEXT_INIT;

    if (q->kind != QUIZ_PREDICT || q->changed == q->expected)
        return 0;
    quiz_add_terms(q, q->changed, &changed);
    error_set_at(e, q->answer_at.at, "the machine says otherwise; what changes: %s", changed.s);
    text_clear(&changed);
    e->kind = ERROR_EXPECT;
    return -1;
}

static int show_answer(struct replay *r, struct quiz *q, struct error *e)
{
    struct text words = TEXT_INIT;

    if (quiz_prepare(q, &r->s, e) != 0)
        return -1;
    quiz_add_answer(q, &words);
    shown_words(&r->s, "→ ", words.s);
    text_clear(&words);
    if (q->why.text && q->why.text[0])
        shown_words(&r->s, "  ", q->why.text);
    return check_prediction(q, e);
}

/* ---- beats ---- */

static bool is_command(const struct play_beat *b)
{
    return b->kind == BEAT_COMMAND || b->kind == BEAT_PREDICT;
}

/* Commands of one block follow each other directly. */
void replay_part(struct replay *r, const struct play_beat *last)
{
    const struct play_beat *b = &r->play.beat[r->at];

    if (r->at < r->play.nbeat && !(is_command(last) && is_command(b) &&
                                   (last->step == b->step || !r->play.lesson)))
        shown_text(&r->s, "\n");
}

static int show(struct replay *r, const struct play_beat *b, bool *quit, struct error *e)
{
    switch (b->kind) {
    case BEAT_PROSE:
        show_prose(r, b->of);
        return 0;
    case BEAT_COMMENT:
        show_comment(r, b->command.command.text);
        return 0;
    case BEAT_COMMAND:
        return show_command(r, b, quit, e);
    case BEAT_QUESTION:
        show_question(r, b->of->quiz);
        return 0;
    case BEAT_PREDICT:
        return quiz_predict_with(b->of->quiz, &r->s, run_one, r, e);
    default:
        return show_answer(r, b->of->quiz, e);
    }
}

/* Whatever runs for the play asks nobody. */
static void begin_answers(struct replay *r, struct ask_source *source)
{
    *source = (struct ask_source){.take = take_answer, .context = r, .alone = true};
    ask_from(&r->s, source);
}

int replay_show(struct replay *r, const struct play_beat *b, bool *quit, struct error *e)
{
    struct ask_source source;

    if (r->parted && !is_command(b))
        shown_text(&r->s, "\n");
    r->parted = false;
    read_on(r, b);
    begin_answers(r, &source);
    int failed = show(r, b, quit, e);
    ask_done(&r->s);
    return failed;
}

/* ---- unseen ---- */

/* A line of a script that is an `expect` and no more. */
static bool is_check(const struct replay *r, const struct play_beat *b)
{
    static const char verb[] = "expect";
    struct statement *list = NULL;
    size_t n = 0;
    struct error unused;

    if (r->play.lesson || b->kind != BEAT_COMMAND ||
        parse_script(b->command.command.text, &list, &n, &unused) != 0)
        return false;
    struct span at = n == 1 ? parse_verb(&list[0]) : (struct span){0, 0};
    bool is = at.length == strlen(verb) && strncmp(list[0].text + at.offset, verb, at.length) == 0;
    statements_free(list, n);
    return is;
}

void replay_pass_checks(struct replay *r)
{
    struct error unused = {0};

    while (r->at < r->play.nbeat && is_check(r, &r->play.beat[r->at]) &&
           judge_run(&r->s, &r->play.beat[r->at].command.command, NULL, &unused) == 0)
        r->at++;
}

size_t replay_shown_before(const struct replay *r)
{
    size_t at = r->at - 1;

    while (at > 0 && is_check(r, &r->play.beat[at]))
        at--;
    return at;
}

static int run_unseen(struct replay *r, const struct play_beat *b, struct error *e)
{
    bool quit = false;

    if (b->kind == BEAT_PREDICT)
        return quiz_predict(b->of->quiz, &r->s, NULL, e);
    if (b->kind != BEAT_COMMAND)
        return 0;
    if (b->first && judge_run_all(&r->s, b->first->start, b->first->nstart, e) != 0)
        return -1;
    read_on(r, b);
    int failed = judge_run_script(&r->s, &b->command.command, NULL, &quit, e);
    return failed && !b->command.fails ? -1 : 0;
}

/* What the lecturer set for the eyes stays. */
static int restart(struct replay *r, struct error *e)
{
    struct settings seen = r->s.set;

    if (session_restart(&r->s, e) != 0)
        return -1;
    r->s.set = r->settings;
    r->s.set.theme = seen.theme;
    r->s.set.plot_lines = seen.plot_lines;
    r->s.set.columns = seen.columns;
    memcpy(r->s.set.plot, seen.plot, sizeof seen.plot);
    r->s.drills = 0;
    r->read_to = 0;
    return 0;
}

int replay_go(struct replay *r, size_t at, struct error *e)
{
    struct ask_source source;
    int bad = restart(r, e);

    if (bad)
        return -1;
    begin_answers(r, &source);
    r->s.blind = true;
    for (r->at = 0; r->at < at; r->at++) {
        const struct play_beat *b = &r->play.beat[r->at];
        struct error one = {0};
        bool taken = !r->play.lesson && b->command.command.at.offset < r->read_to;
        if (taken || run_unseen(r, b, &one) == 0)
            continue;
        if (!bad || one.kind == ERROR_INTERRUPTED)
            *e = one;
        bad = -1;
        if (one.kind == ERROR_INTERRUPTED)
            break;
    }
    r->s.blind = false;
    ask_done(&r->s);
    r->at = at;
    if (!bad)
        replay_pass_checks(r);
    return bad;
}
