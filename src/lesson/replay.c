/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "lesson/own_session.h"
#include "lesson/verb.h"

enum { STATUS_INTERRUPTED = 130, WAIT_MOST = 3600 };

/* ---- the walk ---- */

/* ^C stops what runs, and stays.  True: go on. */
static bool stay(struct replay *r, const struct error *e)
{
    struct error unused = {0};
    size_t at = r->at;

    if (!r->live || *r->s.interrupt != SIGINT) {
        replay_fail(r, e);
        return false;
    }
    *r->s.interrupt = 0;
    r->by_hand = true;
    replay_go(r, at, &unused);
    return true;
}

/* One beat.  True: go on. */
static bool walk_one(struct replay *r)
{
    const struct play_beat *b = &r->play.beat[r->at];
    struct error e = {0};
    bool quit = false;

    session_measure(&r->s);
    int failed = replay_show(r, b, &quit, &e);
    if (failed && e.kind == ERROR_INTERRUPTED)
        return stay(r, &e);
    r->at++;
    while (!r->play.lesson && r->at < r->play.nbeat &&
           r->play.beat[r->at].command.command.at.offset < r->read_to)
        r->at++;
    if (!quit && !failed)
        replay_pass_checks(r);
    if (!quit)
        replay_part(r, b);
    if (failed)
        replay_fail(r, &e);
    return !quit && !r->s.output_failed && (!failed || r->live || r->s.set.onerror == 1);
}

/* Between two beats: the prompt, or the pause.  True: go on. */
static bool wait(struct replay *r)
{
    if (r->by_hand) {
        enum replay_move move = replay_live(r);
        r->by_hand = r->wait < 0;
        r->left = move == REPLAY_LEAVE;
        return !r->left;
    }
    if (replay_pause(r, r->wait) == 0)
        return true;
    if (!r->live || *r->s.interrupt != SIGINT)
        return false;
    *r->s.interrupt = 0;
    r->by_hand = true;
    return wait(r);
}

/* At the end the prompt is there once more. */
static void walk(struct replay *r)
{
    bool on = true;

    if (r->at == 0 && r->play.nbeat > 0)
        on = walk_one(r);
    while (on && !prompt_is_over(&r->s) && r->at < r->play.nbeat)
        on = wait(r) && (r->at >= r->play.nbeat || walk_one(r));
    while (on && r->by_hand && !prompt_is_over(&r->s)) {
        on = wait(r) && r->at < r->play.nbeat;
        if (on)
            walk_one(r);
    }
    if (*r->s.interrupt && r->status == 0)
        r->status = STATUS_INTERRUPTED;
}

/* ---- what is asked for ---- */

static int read_wait(struct replay *r, const char *text)
{
    r->wait = r->live ? -1.0 : 0.0;
    if (!text)
        return 0;
    if (number_parse(text, &r->wait) && r->wait >= 0.0 && r->wait <= WAIT_MOST)
        return 0;
    fprintf(stderr, "emstep replay: --wait is a number of seconds up to %d, not '%s'\n", WAIT_MOST,
            text);
    return -1;
}

static int read_from(const char *text, size_t nstep, size_t *from)
{
    *from = 1;
    if (!text || (count_parse(text, from) && *from >= 1 && *from <= nstep))
        return 0;
    fprintf(stderr, "emstep replay: --from is a step, 1 to %zu here, not '%s'\n", nstep, text);
    return -1;
}

/* Early, before an hour is spoken in vain. */
static int check_cast(const char *path)
{
    char *folder = play_folder(path);
    int bad = !folder || access(folder, W_OK | X_OK) != 0 ||
              (access(path, F_OK) == 0 && access(path, W_OK) != 0);

    mem_free(folder);
    if (bad)
        fprintf(stderr, "emstep replay: '%s' cannot be written\n", path);
    return bad ? -1 : 0;
}

/* ---- one of them ---- */

static int open_session(struct replay *r, const struct session *program, const struct arguments *a,
                        struct error *e)
{
    char *folder = play_folder(r->play.path);
    int bad = folder ? own_session(&r->s, program, folder, e) : error_no_memory(e);

    mem_free(folder);
    if (bad)
        return -1;
    r->s.also = replay_words;
    r->s.timeless = a->record || !r->live;
    r->s.witness = a->record ? &r->witness : NULL;
    if (!r->s.on_terminal) {
        r->s.columns = 80;
        r->s.lines = 24;
    }
    if (a->record && !a->plot)
        settings_set(&r->s.set, "plot", "text", e);
    r->settings = r->s.set;
    return 0;
}

/* With a session and a play: from the step that is asked for. */
static void play(struct replay *r, size_t from)
{
    struct error e = {0};
    size_t at = 0;

    while (at < r->play.nbeat && r->play.beat[at].step < from)
        at++;
    r->by_hand = r->wait < 0;
    if (r->live)
        line_open(&r->s);
    replay_echo(r, false);
    if (r->by_hand)
        replay_greet(r);
    if (at > 0 && replay_go(r, at, &e) != 0)
        replay_fail(r, &e);
    if (at == 0 || !e.message[0] || r->live)
        walk(r);
    replay_echo(r, true);
    if (r->live)
        line_close(&r->s);
}

static int replay(struct replay *r, const struct session *program, const char *name,
                  const struct arguments *a, bool first)
{
    struct error e = {0};
    size_t from = 1;

    r->at = r->read_to = 0;
    r->wandered = r->changed = r->parted = false;
    if (play_open(&r->play, name, &e) != 0) {
        if (r->play.source)
            session_complain((struct session *)program, &e, r->play.source, r->play.path, 1);
        else
            fprintf(stderr, "emstep replay: %s\n%s%s%s", e.message, e.hint[0] ? "  " : "", e.hint,
                    e.hint[0] ? "\n" : "");
        return 1;
    }
    if (first && read_from(a->from, r->play.nstep, &from) != 0)
        return STATUS_USAGE;
    if (open_session(r, program, a, &e) != 0) {
        fprintf(stderr, "emstep replay: %s\n", e.message);
        return 1;
    }
    if (first && a->record)
        cast_begin(&r->cast, (size_t)r->s.columns, (size_t)r->s.lines, r->play.title);
    else if (!first)
        shown_text(&r->s, "\n");
    play(r, from);
    return 0;
}

static void replay_all(struct replay *r, struct session *program, const struct arguments *a,
                       char **name, size_t n)
{
    bool over = false, first = true;

    for (size_t i = 0; i < n && !over; i++) {
        if (lesson_passed_over(name, n, i))
            continue;
        int bad = replay(r, program, name[i], a, first);
        first = false;
        over = bad || r->left || r->s.quit || *program->interrupt || (r->status && !r->live);
        if (bad)
            r->status = bad;
        session_clear(&r->s);
        play_clear(&r->play);
    }
}

static void write_cast(struct replay *r, const char *path)
{
    struct error e = {0};

    if (r->cast.lines.length == 0)
        return;
    if (cast_write(&r->cast, path, &e) != 0) {
        fprintf(stderr, "emstep replay: %s\n", e.message);
        r->status = r->status ? r->status : 1;
    }
    cast_clear(&r->cast);
}

void verb_replay(struct session *s, const struct arguments *a, char **name, size_t n)
{
    struct replay r = {.prompt = PROMPT_INIT, .live = isatty(0) && s->on_terminal};

    s->status = STATUS_USAGE;
    if (n == 0)
        fputs("emstep replay NAME|FILE …: which lessons or scripts?\n", stderr);
    else if (s->json)
        fputs("emstep replay: a replay is for people; emstep --json verify reports\n", stderr);
    if (n == 0 || s->json || read_wait(&r, a->wait) != 0 || (a->record && check_cast(a->record)))
        return;
    r.sleeps = s->on_terminal && r.wait != 0.0;
    r.real = r.wait < 0.0;
    replay_begin_time(&r, a->type);
    replay_all(&r, s, a, name, n);
    if (a->record)
        write_cast(&r, a->record);
    prompt_clear(&r.prompt);
    s->status = r.status;
}
