/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Coming back to a state: everything that led to it is run again, unseen. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lesson/judge.h"
#include "lesson/player.h"
#include "lesson/quiz.h"
#include "shell/parse.h"

/* ---- the script ---- */

/* A file that lies beside the lesson: its whole path, for a script that is run elsewhere. */
static bool find_beside(const struct player *p, const char *word, size_t n, char path[PATH_MAX])
{
    struct text name = TEXT_INIT;
    struct stat st;

    text_addf(&name, "%s/%.*s", p->l->folder, (int)n, word);
    bool there = n > 0 && word[0] != '/' && stat(name.s, &st) == 0 && S_ISREG(st.st_mode) &&
                 realpath(name.s, path);
    text_clear(&name);
    return there;
}

static void add_to_script(const struct player *p, const char *command)
{
    static const char between[] = " \t\n;{}'\"";
    char path[PATH_MAX];

    for (const char *at = command; *at;) {
        size_t n = strcspn(at, between), blanks = strspn(at + n, between);
        if (find_beside(p, at, n, path))
            text_addf(p->script, strcspn(path, between) == strlen(path) ? "%s" : "\"%s\"", path);
        else
            text_add_bytes(p->script, at, n);
        text_add_bytes(p->script, at + n, blanks);
        at += n + blanks;
    }
    text_add(p->script, "\n");
}

/* Runs one passage unseen.  A failure is no news: it failed so when it was typed; but ^C is. */
static int run_one(struct player *p, const struct passage *passage, bool *failed, struct error *e)
{
    struct error unused = {0};

    *failed = judge_run(p->s, passage, NULL, &unused) != 0;
    if (*failed && unused.kind == ERROR_INTERRUPTED) {
        *e = unused;
        return -1;
    }
    if (!*failed && p->script)
        add_to_script(p, passage->text);
    return 0;
}

/* ---- what was typed ---- */

/* To the first statement that fails, as it was when it was typed. */
static int run_line(struct player *p, const char *line, struct error *e)
{
    struct statement *list = NULL;
    size_t n = 0;
    struct error unused;
    bool failed = false;
    int stopped = 0;

    if (parse_script(line, &list, &n, &unused) != 0)
        return 0;
    for (size_t i = 0; i < n && !failed && !stopped; i++) {
        struct passage one = {list[i].text, {0, 0}};
        if (judge_moves(&list[i]))
            stopped = run_one(p, &one, &failed, e);
    }
    statements_free(list, n);
    return stopped;
}

static int run_typed(struct player *p, const struct stage_record *r, struct error *e)
{
    for (size_t i = 0; i < r->nline; i++)
        if (run_line(p, r->line[i], e) != 0)
            return -1;
    return 0;
}

/* ---- what the lesson runs ---- */

/* Unseen, whatever comes of them; -1: interrupted. */
static int quietly(struct player *p, const struct passage *list, size_t n, struct error *e)
{
    bool unused;

    for (size_t i = 0; i < n; i++)
        if (run_one(p, &list[i], &unused, e) != 0)
            return -1;
    return 0;
}

static int run_examples(struct player *p, const struct lesson_step *step, size_t n,
                        struct error *e)
{
    for (size_t i = 0; i < n; i++)
        if (quietly(p, &step->run[i].command, 1, e) != 0)
            return -1;
    return 0;
}

/* A task as it was left: where what was typed does not do today, the model answer does.  Of one
 * that was skipped nothing that was typed counts: the answer begins where the task does. */
static int run_task(struct player *p, const struct lesson_try *t, const struct stage_record *r,
                    struct error *e)
{
    struct error why = {0};

    if (quietly(p, t->start, t->nstart, e) != 0 ||
        (r->outcome != OUTCOME_SKIPPED && run_typed(p, r, e) != 0))
        return -1;
    int done = judge_try(p->s, t, &why);
    if (done >= 0)
        return done ? 0 : quietly(p, t->answer, t->nanswer, e);
    *e = why;
    return -1;
}

static int run_step(struct player *p, size_t stage, const struct lesson_step *step,
                    struct error *e)
{
    switch (step->kind) {
    case STEP_RUN:
        return run_examples(p, step, step->nrun, e);
    case STEP_TRY:
        return run_task(p, step->try, &p->progress.stage[stage], e);
    case STEP_QUIZ:
        return quietly(p, step->quiz->run, step->quiz->nrun, e);
    default:
        return 0;
    }
}

static void add_heading(struct player *p, size_t stage)
{
    struct text words = TEXT_INIT;

    if (p->script && stage > 0 && stage_heading(p->l, &p->stage[stage], &words))
        text_addf(p->script, "\n# %s\n", words.s);
    text_clear(&words);
}

/* All stages before `at`. */
static int run_stages(struct player *p, size_t at, struct error *e)
{
    if (session_restart(p->s, e) != 0)
        return -1;
    p->s->set = p->settings;
    for (size_t stage = 0; stage < at; stage++) {
        add_heading(p, stage);
        for (size_t i = p->stage[stage].first; i < p->stage[stage].end; i++)
            if (run_step(p, stage, &p->l->step[i], e) != 0)
                return -1;
    }
    return 0;
}

/* ---- calls ---- */

static bool take_nothing(void *context, struct text *line)
{
    (void)context;
    (void)line;
    return false;
}

static int run_again(struct player *p, int (*run)(struct player *, struct error *),
                     struct error *e)
{
    struct ask_source nobody = {.take = take_nothing, .alone = true};

    p->s->blind = true;
    ask_from(p->s, &nobody);
    int bad = run(p, e);
    ask_done(p->s);
    p->s->blind = false;
    return bad;
}

static int run_before(struct player *p, struct error *e)
{
    return run_stages(p, p->progress.at, e);
}

static int run_beginning(struct player *p, struct error *e)
{
    const struct lesson_try *t = p->l->step[p->step].try;

    if (quietly(p, t->start, t->nstart, e) != 0)
        return -1;
    return run_typed(p, player_record(p), e);
}

static int run_to_here(struct player *p, struct error *e)
{
    const struct stage *here = &p->stage[p->progress.at];

    if (run_stages(p, p->progress.at, e) != 0)
        return -1;
    for (size_t i = here->first; i < p->step; i++)
        if (run_step(p, p->progress.at, &p->l->step[i], e) != 0)
            return -1;
    if (p->step >= here->end)
        return 0;
    const struct lesson_step *step = &p->l->step[p->step];
    if (step->kind == STEP_RUN)
        return run_examples(p, step, p->command, e);
    return step->kind == STEP_TRY && p->begun ? run_beginning(p, e) : 0;
}

int player_go(struct player *p, size_t at, struct error *e)
{
    p->progress.at = at;
    stage_record_clear(&p->redo);
    p->step = p->stage[at].first;
    p->command = 0;
    p->begun = false;
    p->tried = 0;
    return run_again(p, run_before, e);
}

int player_return(struct player *p, struct error *e)
{
    return run_again(p, run_to_here, e);
}

int player_begin_task(struct player *p, struct error *e)
{
    return run_again(p, run_beginning, e);
}

static int run_through(struct player *p, struct error *e)
{
    return run_stages(p, p->progress.at + 1, e);
}

int player_pass(struct player *p, struct error *e)
{
    return run_again(p, run_through, e);
}

static int run_all(struct player *p, struct error *e)
{
    return run_stages(p, p->nstage, e);
}

int player_script(struct player *p, struct text *out, struct error *e)
{
    p->script = out;
    int bad = run_again(p, run_all, e);
    p->script = NULL;
    return bad;
}
