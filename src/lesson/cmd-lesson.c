/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lessons, lesson */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/file.h"
#include "lesson/player.h"
#include "lesson/verb.h"
#include "shell/command.h"
#include "shell/line.h"
#include "shell/page.h"

/* ---- the list ---- */

struct entry {
    char *name, *path;
    struct lesson_header header;
    struct progress progress;
    int begun;              /* 1: there is progress; -1: it cannot be read */
};

static void entry_clear(struct entry *x)
{
    mem_free(x->name);
    mem_free(x->path);
    lesson_header_clear(&x->header);
    progress_clear(&x->progress);
}

static int read_entry(struct entry *x, const char *name, struct error *e)
{
    *x = (struct entry){.path = lesson_find(name, e)};
    x->name = x->path ? lesson_name_of(x->path) : NULL;
    if (!x->name || !x->path || lesson_read_header(x->path, &x->header, e) != 0)
        return -1;
    struct error unused = {0};
    char *path = progress_path(x->path);
    if (path)
        x->begun = progress_read(&x->progress, path, &unused);
    mem_free(path);
    return 0;
}

static bool is_done(const struct entry *x)
{
    return x->begun == 1 && x->progress.finished;
}

static void add_progress(const struct entry *x, struct text *out)
{
    const struct progress *p = &x->progress;

    if (x->begun == 1 && p->at < p->nstage && (p->at > 0 || !p->finished))
        text_addf(out, "step %zu of %zu%s", p->at + 1, p->nstage, p->finished ? " ✓" : "");
    else if (is_done(x))
        text_add(out, "done ✓");
    else if (x->begun < 0)
        text_add(out, "unreadable");
}

static json_t *entry_to_json(const struct entry *x)
{
    json_t *j = json_pack("{ss ss ss sI sb}", "name", x->name, "title", x->header.title, "time",
                          x->header.time, "order", (json_int_t)x->header.order, "done",
                          (int)is_done(x));
    if (j && x->begun == 1) {
        json_object_set_new(j, "step", json_integer((json_int_t)x->progress.at + 1));
        json_object_set_new(j, "steps", json_integer((json_int_t)x->progress.nstage));
    }
    return j;
}

static void add_entry(struct session *s, const struct entry *x, size_t name_width,
                      size_t title_width)
{
    struct text title = TEXT_INIT, cell = TEXT_INIT;

    text_add_shown(&title, x->header.title, title_width);
    text_add(&s->out, "  ");
    text_pad_right(&s->out, x->name, name_width + 2);
    text_pad_right(&s->out, title.s, title_width + 2);
    text_add_shown(&cell, x->header.time, 10);
    text_pad_right(&s->out, cell.s, 12);
    add_progress(x, &s->out);
    while (s->out.length && s->out.s[s->out.length - 1] == ' ')
        s->out.s[--s->out.length] = '\0';
    text_add(&s->out, "\n");
    text_clear(&title);
    text_clear(&cell);
}

static int by_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->header.order != y->header.order)
        return x->header.order < y->header.order ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void show_list(struct session *s, const struct entry *x, size_t n)
{
    json_t *reply = session_reply(s, NULL), *list = json_array();
    size_t widest = 0, title = 0, width = session_width(s);

    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, entry_to_json(&x[i]));
        widest = text_width(x[i].name) > widest ? text_width(x[i].name) : widest;
        title = text_width(x[i].header.title) > title ? text_width(x[i].header.title) : title;
    }
    json_object_set_new(reply, "lessons", list);
    size_t left = width > widest + 50 ? width - widest - 33 : 16;
    for (size_t i = 0; i < n && !s->json; i++)
        add_entry(s, &x[i], widest, title < left ? title : left);
    if (!s->json && !s->quiet && n)
        text_addf(&s->out, "lesson NAME begins one, or goes on with it.\n");
}

/* A lesson that cannot be read is told, and the others are shown all the same. */
static int list_lessons(struct session *s, struct error *e)
{
    char **names = lesson_names();
    size_t n = 0, all = 0;

    for (char **name = names; name && *name; name++)
        all++;
    struct entry *x = names ? NEW_ARRAY(all + 1, struct entry) : NULL;
    if (!x) {
        file_names_free(names);
        return error_no_memory(e);
    }
    for (size_t i = 0; i < all; i++) {
        struct error bad = {0};
        if (read_entry(&x[n], names[i], &bad) == 0) {
            n++;
            continue;
        }
        entry_clear(&x[n]);
        session_note(s, "%s: %s", names[i], bad.message);
    }
    if (n == 0)
        session_note(s, "there are no lessons where emstep looks for them");
    qsort(x, n, sizeof *x, by_order);
    show_list(s, x, n);
    for (size_t i = 0; i < n; i++)
        entry_clear(&x[i]);
    mem_free(x);
    file_names_free(names);
    return 0;
}

static int run_lessons(struct session *s, const struct call *c, struct error *e)
{
    (void)c;
    return list_lessons(s, e);
}

const struct command cmd_lessons = {
    .name = "lessons",
    .group = "lesson",
    .usage = "lessons",
    .summary = "the lessons, and how far you have come",
    .details = "Each with its title, the time it takes, and your progress.\n",
    .argument = ARG_NONE,
    .silent_in_history = true,
    .run = run_lessons,
};

/* ---- one ---- */

static size_t count_done(const struct progress *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->nstage; i++)
        n += p->stage[i].outcome == OUTCOME_DONE;
    return n;
}

/* In sentences: where it stands, and what to type. */
static void show_one(struct session *s, const struct entry *x, const char *name)
{
    const struct progress *p = &x->progress;
    struct page page = page_of(s);
    struct text words = TEXT_INIT;
    bool under_way = x->begun == 1 && p->at < p->nstage && (p->at > 0 || !p->finished);

    text_addf(&words, "%s: ", x->name);
    text_add_shown(&words, x->header.title, 200);
    text_add(&words, " (");
    text_add_shown(&words, x->header.time, 60);
    text_add(&words, ")");
    page_words(&page, words.s, 0, 2);
    text_reset(&words);
    if (x->begun < 0)
        text_addf(&words, "Its progress cannot be read; lesson %s begins anew.", name);
    else if (x->begun == 0)
        text_addf(&words, "Not begun. lesson %s begins it.", name);
    else if (under_way)
        text_addf(&words, "Step %zu of %zu, %zu done%s. lesson %s goes on there, lesson reset %s "
                          "forgets all.", p->at + 1, p->nstage, count_done(p),
                  p->finished ? ", and taken to its end before ✓" : "", name, name);
    else
        text_addf(&words, "Done ✓: %zu of %zu steps without a skip or a wrong prediction. lesson "
                          "%s takes it again.", count_done(p), p->nstage, name);
    text_add(page.out, "  ");
    page_words(&page, words.s, 2, 2);
    text_clear(&words);
}

static int status(struct session *s, const char *name, struct error *e)
{
    struct entry x;
    int bad = read_entry(&x, name, e);

    if (!bad && s->json)
        show_list(s, &x, 1);
    else if (!bad)
        show_one(s, &x, name);
    entry_clear(&x);
    return bad;
}

static int reset(struct session *s, const char *name, struct error *e)
{
    char *lesson = lesson_find(name, e), *path = lesson ? progress_path(lesson) : NULL;

    if (!lesson)
        return -1;
    bool there = path && unlink(path) == 0;
    json_object_set_new(session_reply(s, NULL), "reset", json_boolean(there));
    if (!s->json && !s->quiet)
        text_addf(&s->out, there ? "%s begins anew\n" : "%s has not been begun\n", name);
    mem_free(lesson);
    mem_free(path);
    return 0;
}

static int begin(struct session *s, const char *name, struct error *e)
{
    if (s->lesson)
        return error_set(e, "you are in a lesson already: bye leaves it");
    if (s->capture || s->blind)
        return error_set(e, "a lesson needs somebody to take it");
    if (s->json) {
        error_set(e, "a lesson talks with a person, and speaks no JSON");
        return error_hint(e, "emstep --json verify checks one; lesson status tells the progress");
    }
    return lesson_play(s, name, e);
}

static int run_lesson(struct session *s, const struct call *c, struct error *e)
{
    const char *first = c->nword ? c->word[0].text : "",
               *second = c->nword > 1 ? c->word[1].text : "";
    bool is_status = strcmp(first, "status") == 0, is_reset = strcmp(first, "reset") == 0;

    if (c->nword == 0 || (is_status && c->nword == 1))
        return list_lessons(s, e);
    if (is_reset && c->nword == 1) {
        error_set_at(e, c->word[0].at, "which lesson?");
        return error_hint(e, "lesson reset NAME; lessons lists them");
    }
    if (!is_status && !is_reset && c->nword > 1)
        return error_set_at(e, c->word[1].at, "one lesson at a time");
    int bad = is_status ? status(s, second, e) : is_reset ? reset(s, second, e)
                                                          : begin(s, first, e);
    return bad && e->message[0] ? error_place(e, c->word[c->nword - 1].at) : bad;
}

const struct command cmd_lesson = {
    .name = "lesson",
    .group = "lesson",
    .usage = "lesson NAME|FILE.md | lesson status|reset NAME",
    .summary = "take a lesson: prose, tasks, questions",
    .details = "A lesson is a session of its own: what is loaded here stays as it is. Its\n"
               "tasks are judged by the state that you reach, whatever way you take.\n"
               "\n"
               "  lesson two-coins     begins it, or goes on where you left\n"
               "  lesson my.md         one of your own\n"
               "\n"
               "At every prompt of a lesson:\n"
               "\n"
               "  next         go on (so does Enter)   again        this step anew\n"
               "  previous     one step back           play         wander; next comes back\n"
               "  hint         one more hint           info         where you are\n"
               "  show answer  the answer              bye          leave, progress is kept\n"
               "  skip         go on without\n"
               "\n"
               "lesson status NAME tells how far you are; lesson reset NAME forgets it.\n",
    .argument = ARG_LESSON,
    .choices = "status|reset",
    .max_words = 2,
    .silent_in_history = true,
    .run = run_lesson,
};

/* ---- emstep lesson ---- */

/* As the command of that name. */
static void run_verb(struct session *s, const char *command, char **name, size_t n)
{
    struct text line = TEXT_INIT;

    text_add(&line, command);
    for (size_t i = 0; i < n; i++) {
        bool plain = strcspn(name[i], " \t;'\"#={}\\") == strlen(name[i]);
        const char *quote = plain ? "" : strchr(name[i], '"') ? "'" : "\"";
        text_addf(&line, " %s%s%s", quote, name[i], quote);
    }
    line_open(s);
    session_run_text(s, line.s, "emstep", 1);
    line_close(s);
    text_clear(&line);
}

void verb_lesson(struct session *s, const struct arguments *a, char **name, size_t n)
{
    (void)a;
    run_verb(s, "lesson", name, n);
}

void verb_lessons(struct session *s, const struct arguments *a, char **name, size_t n)
{
    (void)a;
    run_verb(s, "lessons", name, n);
}
