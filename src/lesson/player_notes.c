/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a learner takes home: notes.md, and the commands as a script. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "lesson/judge.h"
#include "lesson/player.h"
#include "lesson/quiz.h"
#include "lesson/typeset.h"

/* ---- the notes ---- */

struct marks {
    size_t questions, right_at_once, tasks, done, skipped, hints;
};

static struct marks count_marks(const struct player *p)
{
    struct marks m = {0};

    for (size_t i = 0; i < p->nstage; i++) {
        const struct stage_record *r = &p->progress.stage[i];
        if (!p->stage[i].ask)
            continue;
        bool quiz = p->stage[i].ask->kind == STEP_QUIZ, done = r->outcome == OUTCOME_DONE;
        m.questions += quiz;
        m.tasks += !quiz;
        m.right_at_once += quiz && done && r->wrong == 0 && !r->told;
        m.done += !quiz && done;
        m.skipped += r->outcome == OUTCOME_SKIPPED;
        m.hints += r->hints;
    }
    return m;
}

static void add_marks(const struct player *p, struct text *out)
{
    struct marks m = count_marks(p);

    text_addf(out, "Tasks done: %zu of %zu. Questions right at once: %zu of %zu. Skipped: %zu. "
                   "Hints: %zu.\n\n", m.done, m.tasks, m.right_at_once, m.questions, m.skipped,
              m.hints);
}

static void add_headings(const struct player *p, struct text *out)
{
    text_add(out, "## What it was about\n\n");
    for (size_t i = 0; i < p->nstage; i++) {
        struct text words = TEXT_INIT;
        if (stage_heading(p->l, &p->stage[i], &words) && (i > 0 || p->nstage == 1))
            text_addf(out, "* %s\n", words.s);
        text_clear(&words);
    }
    text_add(out, "\n");
}

/* Indented, so that nothing in it is taken for Markdown. */
static void add_typed(const char *line, const char *prompt, struct text *out)
{
    struct text shown = TEXT_INIT;

    text_add_shown(&shown, line, LESSON_LINE);
    text_addf(out, "    %s%s\n", prompt, shown.s);
    text_clear(&shown);
}

static void add_outcome(const struct stage_record *r, bool quiz, struct text *out)
{
    static const char *const words[] = {"Left open", "✓", "✗ Not as predicted", "Skipped"};

    text_addf(out, "%s%s", r->outcome == OUTCOME_DONE && quiz ? "✓ Right"
              : r->outcome == OUTCOME_DONE ? "✓ Done" : words[r->outcome],
              r->told ? ", the answer was shown" : "");
    if (r->wrong && r->outcome != OUTCOME_WRONG)
        text_addf(out, ", after %zu %s", r->wrong,
                  quiz ? r->wrong == 1 ? "wrong answer" : "wrong answers"
                       : r->wrong == 1 ? "state that was not it" : "states that were not it");
    if (r->hints)
        text_addf(out, ", %zu %s", r->hints, r->hints == 1 ? "hint" : "hints");
    text_add(out, ".\n\n");
}

/* What a task says is to be done: the end of the prose before it, as it stands in the lesson. */
static void add_task(const struct player *p, const struct stage *stage, struct text *out)
{
    const struct lesson_step *step = &p->l->step[stage->end - 1];

    while (step > &p->l->step[stage->first] && step->kind != STEP_TEXT)
        step--;
    if (step->kind == STEP_TEXT)
        typeset_last_source(step, out);
}

/* A value that went on in indented lines has their blanks; and no line break ends it here. */
static void add_words(const char *words, struct text *out)
{
    size_t n = strlen(words);
    while (n > 0 && words[n - 1] == '\n')
        n--;
    for (size_t i = 0; i < n; i++)
        if (words[i] != ' ' || i + 1 == n || words[i + 1] != ' ')
            text_add_bytes(out, words + i, 1);
}

static void add_question(const struct quiz *q, struct text *out)
{
    struct text answer = TEXT_INIT, words = TEXT_INIT;

    if (q->kind == QUIZ_PREDICT)
        quiz_add_terms(q, q->expected, &answer);
    else
        quiz_add_answer(q, &answer);
    quiz_add_question(q, &words);
    add_words(words.s, out);
    text_addf(out, "\n\nThe answer: %s\n\n", answer.s);
    if (q->why.text && q->why.text[0]) {
        add_words(q->why.text, out);
        text_add(out, "\n\n");
    }
    text_clear(&answer);
    text_clear(&words);
}

static void add_asked(const struct player *p, size_t i, struct text *out)
{
    const struct stage_record *r = &p->progress.stage[i];
    const struct lesson_step *ask = p->stage[i].ask;
    bool quiz = ask->kind == STEP_QUIZ;

    text_addf(out, "### Step %zu: %s\n\n", i + 1, quiz ? "a question" : "a task");
    if (quiz)
        add_question(ask->quiz, out);
    else
        add_task(p, &p->stage[i], out);
    if (r->nline)
        text_add(out, quiz ? "You answered:\n\n" : "You typed:\n\n");
    for (size_t k = 0; k < r->nline; k++)
        add_typed(r->line[k], quiz ? "" : "em> ", out);
    text_add(out, r->nline ? "\n" : "");
    if (!quiz && r->outcome == OUTCOME_SKIPPED) {
        text_add(out, "The answer:\n\n");
        for (size_t k = 0; k < ask->try->nanswer; k++)
            add_typed(ask->try->answer[k].text, "em> ", out);
        text_add(out, "\n");
    }
    add_outcome(r, quiz, out);
}

/* What a command prints here. */
static void add_printed(struct player *p, const char *command, struct text *out)
{
    struct text printed = TEXT_INIT;
    struct error unused = {0};
    char *copy = mem_copy_text(command);
    struct passage passage = {copy, {0, 0}};

    if (copy && judge_run(p->s, &passage, &printed, &unused) == 0 && printed.length)
        text_addf(out, "    em> %s\n", command);
    for (const char *line = printed.s; *line;) {
        size_t n = strcspn(line, "\n");
        text_add(out, n ? "    " : "");
        text_add_bytes(out, line, n + (line[n] == '\n'));
        line += n + (line[n] == '\n');
    }
    text_clear(&printed);
    mem_free(copy);
}

static void add_end(struct player *p, struct text *out)
{
    if (!p->s->machine || !machine_here(p->s->machine))
        return;
    text_add(out, "## Where it ended\n\n");
    add_printed(p, "theta", out);
    add_printed(p, "show terms", out);
    text_add(out, "\n");
}

static void add_notes(struct player *p, struct text *out)
{
    text_add(out, "# ");
    text_add_shown(out, p->l->header.title, 200);
    text_add(out, "\n\n");
    add_marks(p, out);
    add_headings(p, out);
    text_add(out, "## What you did\n\n");
    for (size_t i = 0; i < p->nstage; i++)
        if (p->stage[i].ask)
            add_asked(p, i, out);
    add_end(p, out);
}

/* ---- files ---- */

enum { NAMES_MOST = 1000 };

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/* notes.md, notes-2.md …: the first name that nothing has. */
static int find_name(struct player *p, const char *stem, const char *ending, struct text *name,
                     struct text *path, struct error *e)
{
    for (int i = 1; i < NAMES_MOST; i++) {
        text_reset(name);
        text_reset(path);
        text_add(name, stem);
        if (i > 1)
            text_addf(name, "-%d", i);
        text_add(name, ending);
        const char *folder = p->s->files.folder;
        text_addf(path, "%s%s%s", folder ? folder : "", folder ? "/" : "", name->s);
        bool free_name = !is_there(path->s);
        text_reset(path);
        if (free_name)
            return file_to_write(p->s, name->s, (struct span){0, 0}, path, e);
    }
    return error_set(e, "%s%s and all names like it are taken", stem, ending);
}

static void write_file(struct player *p, const char *stem, const char *ending,
                       const struct text *content, struct text *said)
{
    struct text name = TEXT_INIT, path = TEXT_INIT;
    struct error e = {0};
    int bad = find_name(p, stem, ending, &name, &path, &e);

    if (!bad)
        bad = content->failed || session_ran_short(p->s) ? error_no_memory(&e)
                              : file_write(path.s, content->s, content->length, &e);
    if (bad)
        fprintf(stderr, "%s\n", e.message);
    else
        text_addf(said, "%s`%s`", said->length ? " and " : "", name.s);
    text_clear(&name);
    text_clear(&path);
}

static void add_script(const struct player *p, const struct text *commands, struct text *out)
{
    text_add(out, "# ");
    text_add_shown(out, p->l->header.title, 200);
    text_addf(out, "\n# The commands of the lesson, and yours.  "
              "To run them again: emstep %s.em\n%s", p->l->name, commands->s);
}

void player_notes(struct player *p)
{
    struct text commands = TEXT_INIT, script = TEXT_INIT, notes = TEXT_INIT, said = TEXT_INIT;
    struct error e = {0};

    if (player_script(p, &commands, &e) == 0) {
        add_script(p, &commands, &script);
        add_notes(p, &notes);
        write_file(p, "notes", ".md", &notes, &said);
        write_file(p, p->l->name, ".em", &script, &said);
    }
    if (said.length)
        player_sayf(p, "", "Your notes, and the commands to run again: %s.", said.s);
    text_clear(&commands);
    text_clear(&script);
    text_clear(&notes);
    text_clear(&said);
}
