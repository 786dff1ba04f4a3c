/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/judge.h"

#include <string.h>

#include "base/memory.h"
#include "shell/command.h"
#include "shell/parse.h"
#include "shell/session.h"

static const char origin[] = "lesson";

/* An error in `text`, as one in the lesson: `shift` bytes stand before the passage in the text. */
static int place(const struct error *inner, const struct passage *p, size_t shift, struct error *e)
{
    *e = *inner;
    size_t at = e->at.offset > shift ? e->at.offset - shift : 0;
    if (e->at.length == 0 || at + e->at.length > p->at.length)
        e->at = p->at;
    else
        e->at = (struct span){p->at.offset + at, e->at.length};
    return -1;
}

/* Nothing that runs here is the user's to keep: depth holds it back from log, record, history. */
static int run_text(struct session *s, const char *text, const struct passage *p, size_t shift,
                    struct capture capture, bool *quit, struct error *e)
{
    struct capture *before = s->capture;
    bool json = s->json, quiet = s->quiet;
    int status = s->status;

    session_flush(s);
    capture.origin = origin;
    capture.since = time(NULL);
    s->capture = &capture;
    s->json = s->quiet = false;
    s->depth++;
    session_run_text(s, text, origin, 1);
    session_flush(s);
    s->depth--;
    s->json = json;
    s->quiet = quiet;
    s->capture = before;
    s->status = status;
    *quit = s->quit;
    s->quit = false;
    return capture.error.message[0] ? place(&capture.error, p, shift, e) : 0;
}

static int quits(const struct passage *p, struct error *e)
{
    return error_set_at(e, p->at, "quit has no place in a lesson");
}

/* In a lesson, quit is an error. */
static int run_passage(struct session *s, const char *text, const struct passage *p, size_t shift,
                       struct text *out, struct error *e)
{
    bool quit;
    int failed = run_text(s, text, p, shift, (struct capture){.out = out}, &quit, e);

    return quit ? quits(p, e) : failed;
}

int judge_run_script(struct session *s, const struct passage *p, struct text *out, bool *quit,
                     struct error *e)
{
    return run_text(s, p->text, p, 0, (struct capture){.out = out}, quit, e);
}

int judge_run_shown(struct session *s, const struct passage *p, struct text *out, bool *quit,
                    struct error *e)
{
    bool quitted;
    int failed = run_text(s, p->text, p, 0, (struct capture){.out = out, .kept = true}, &quitted,
                          e);

    if (quit)
        *quit = quitted;
    return quitted && !quit ? quits(p, e) : failed;
}

int judge_run(struct session *s, const struct passage *p, struct text *out, struct error *e)
{
    return run_passage(s, p->text, p, 0, out, e);
}

int judge_run_all(struct session *s, const struct passage *p, size_t n, struct error *e)
{
    for (size_t i = 0; i < n; i++)
        if (judge_run(s, &p[i], NULL, e) != 0)
            return -1;
    return 0;
}

static int judge_expect(struct session *s, const struct passage *p, struct error *e)
{
    static const char verb[] = "expect ";
    struct text text = TEXT_INIT;

    text_addf(&text, "%s%s", verb, p->text);
    int failed = text.failed ? error_no_memory(e)
                             : run_passage(s, text.s, p, sizeof verb - 1, NULL, e);
    text_clear(&text);
    return failed;
}

int judge_try(struct session *s, const struct lesson_try *t, struct error *why)
{
    for (size_t i = 0; i < t->nexpect; i++)
        if (judge_expect(s, &t->expect[i], why) != 0)
            return why->kind == ERROR_INTERRUPTED ? -1 : 0;
    return 1;
}

int judge_each(struct session *s, const struct lesson_try *t, bool *holds, struct error *why)
{
    struct error one = {0};
    int done = 1;

    for (size_t i = 0; i < t->nexpect; i++) {
        holds[i] = judge_expect(s, &t->expect[i], &one) == 0;
        if (holds[i])
            continue;
        if (done)
            *why = one;
        if (one.kind == ERROR_INTERRUPTED)
            return -1;
        done = 0;
    }
    return done;
}

void judge_cut(const struct lesson_try *t, struct error *why)
{
    for (size_t i = 0; i < t->nexpect; i++) {
        const char *text = t->expect[i].text, *end = text + strlen(text) - 1, *open = end;
        if (*end != '"')
            continue;
        do
            open--;
        while (open > text && *open != '"');
        size_t n = (size_t)(end - open - 1);
        if (n > 0 && strncmp(why->message, open + 1, n) == 0 && why->message[n] == ':') {
            why->message[n] = '\0';
            return;
        }
    }
}

static bool is_among(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

static bool moves(const char *verb)
{
    static const char *const looking[] = {"look", "plot", "lesson", NULL};
    static const char *const still[] = {"print", "expect", "predict", "compare", "datasets",
                                        "models", NULL};
    static const char *const session[] = {"set", "open", "source", NULL};
    const struct command *c = command_find(verb);

    if (!c || is_among(c->group, looking) || is_among(c->name, still))
        return false;
    return strcmp(c->group, "session") != 0 || is_among(c->name, session);
}

static bool is_command(const char *verb)
{
    return command_find(verb) != NULL;
}

static bool verb_is(const struct statement *st, bool (*what)(const char *verb))
{
    struct span at = parse_verb(st);
    char *verb = mem_copy_bytes(st->text + at.offset, at.length);
    bool is = verb && what(verb);

    mem_free(verb);
    return is;
}

bool judge_moves(const struct statement *st)
{
    return verb_is(st, moves);
}

bool judge_line_moves(const char *line)
{
    struct statement *list = NULL;
    size_t n = 0;
    struct error unused;
    bool does = false;

    if (parse_script(line, &list, &n, &unused) != 0)
        return false;
    for (size_t i = 0; i < n; i++)
        does = does || judge_moves(&list[i]);
    statements_free(list, n);
    return does;
}

bool judge_command(const struct statement *st)
{
    return verb_is(st, is_command);
}

static bool holds(struct session *s, const struct passage *condition)
{
    struct expr_value v;
    struct error unused = {0};

    if (expr_eval(s->expr, condition->text, (int)s->set.digits, &v, &unused) != 0)
        return false;
    bool truth = v.truth;
    expr_value_clear(&v);
    return truth;
}

const struct lesson_hint *judge_hint(struct session *s, const struct lesson_hint *hint, size_t n,
                                     bool *told)
{
    size_t next = n;

    for (size_t i = 0; i < n && next == n; i++)
        if (!told[i] && hint[i].condition.text && holds(s, &hint[i].condition))
            next = i;
    for (size_t i = 0; i < n && next == n; i++)
        if (!told[i] && !hint[i].condition.text)
            next = i;
    if (next == n)
        return NULL;
    told[next] = true;
    return &hint[next];
}
