/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export: the session so far as a page. */
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "shell/command.h"
#include "shell/handout.h"
#include "shell/plotting.h"

static const struct option_spec export_options[] = {
    {"title", OPTION_WORD, "TEXT", "of the page; else the data's name and the model"},
    {"date", OPTION_WORD, "today|TEXT", "under the title; else none"},
    {"theme", OPTION_CHOICE, "default|projector|print", "sizes and colours of the pictures"},
    {NULL},
};

/* The page while it is made. */
struct export {
    struct session *s;
    const struct word *file;
    bool html;
    enum theme theme;
    struct handout page;
    size_t npicture;
    struct text *svg, *name, *path; /* (npicture) of the pictures; names and paths of .md alone */
    struct text title, target;
};

static void export_clear(struct export *x)
{
    for (size_t i = 0; i < x->npicture && x->path; i++) {
        text_clear(&x->svg[i]);
        text_clear(&x->name[i]);
        text_clear(&x->path[i]);
    }
    mem_free(x->svg);
    mem_free(x->name);
    mem_free(x->path);
    text_clear(&x->title);
    text_clear(&x->target);
}

static int read_ending(struct export *x, struct error *e)
{
    const char *dot = strrchr(x->file->text, '.');

    x->html = dot && (strcmp(dot, ".html") == 0 || strcmp(dot, ".htm") == 0);
    if (x->html || (dot && strcmp(dot, ".md") == 0))
        return 0;
    error_set_at(e, x->file->at, "cannot tell from '%.300s' what page to make", x->file->text);
    return error_hint(e, "end it in .md or .html");
}

/* Up to here, less this command itself. */
static void read_transcript(struct export *x)
{
    const struct transcript *t = &x->s->transcript;
    size_t n = t->n;

    if (x->s->depth == 0 && n > 0 && t->entry[n - 1].kind == ENTRY_COMMAND)
        n--;
    x->page = (struct handout){
        .entry = t->entry, .n = n, .let_go = t->let_go, .failed = t->failed};
    for (size_t i = 0; i < n; i++)
        x->npicture += t->entry[i].kind == ENTRY_PICTURE;
}

static void read_title(struct export *x, const struct options *o)
{
    const struct session *s = x->s;
    const char *given = options_word(o, "title", NULL);

    if (given)
        text_add(&x->title, given);
    else if (s->machine)
        text_addf(&x->title, "%s: %s", s->machine->model->obs.data->name, s->model_words);
    else
        text_add(&x->title, s->data ? s->data->name : "A session with emstep");
    x->page.title = x->title.s;
}

static void read_date(struct export *x, const struct options *o, char *room, size_t size)
{
    time_t now = time(NULL);
    struct tm tm;

    x->page.date = options_word(o, "date", NULL);
    if (x->page.date && strcmp(x->page.date, "today") == 0 && localtime_r(&now, &tm)) {
        strftime(room, size, "%-d %B %Y", &tm);
        x->page.date = room;
    }
}

/* lecture.md has lecture-1.svg, lecture-2.svg beside it; its links name them without the folder. */
static int name_picture(struct export *x, size_t i, struct error *e)
{
    const char *file = x->file->text, *slash = strrchr(file, '/');
    struct text beside = TEXT_INIT;

    text_add_bytes(&beside, file, (size_t)(strrchr(file, '.') - file));
    text_addf(&beside, "-%zu.svg", i + 1);
    text_add(&x->name[i], beside.s + (slash ? slash + 1 - file : 0));
    int r = beside.failed || x->name[i].failed ? error_no_memory(e) : 0;
    if (r == 0)
        r = file_to_write(x->s, beside.s, x->file->at, &x->path[i], e);
    text_clear(&beside);
    return r;
}

static int make_room(struct export *x, struct error *e)
{
    size_t n = x->npicture;

    x->npicture = 0;
    x->svg = NEW_ARRAY(n + 1, struct text);
    x->name = NEW_ARRAY(n + 1, struct text);
    x->path = NEW_ARRAY(n + 1, struct text);
    if (!x->svg || !x->name || !x->path)
        return error_no_memory(e);
    for (; x->npicture < n; x->npicture++) {
        text_init(&x->svg[x->npicture]);
        text_init(&x->name[x->npicture]);
        text_init(&x->path[x->npicture]);
    }
    return 0;
}

static int draw_pictures(struct export *x, struct error *e)
{
    struct render_how how = plot_how(x->s, x->theme);
    size_t k = 0;

    if (make_room(x, e) != 0 || (x->npicture && !plot_plotter(x->s, e)))
        return -1;
    for (size_t i = 0; i < x->page.n; i++) {
        const struct transcript_entry *en = &x->page.entry[i];
        if (en->kind != ENTRY_PICTURE)
            continue;
        if ((!x->html && name_picture(x, k, e) != 0) ||
            plotter_draw(x->s->plotter, (const struct figure *const *)en->figure, en->nfigure,
                         &how, "svg", &x->svg[k], e) != 0)
            return -1;
        k++;
    }
    x->page.picture = x->html ? x->svg : x->name;
    return 0;
}

/* The page last: it never names a picture that is not there. */
static int write_all(const struct export *x, struct error *e)
{
    struct text page = TEXT_INIT;
    int r = 0;

    (x->html ? handout_html : handout_markdown)(&x->page, &page);
    if (page.failed || session_ran_short(x->s))
        r = error_no_memory(e);
    for (size_t i = 0; i < x->npicture && !x->html && r == 0; i++)
        r = file_write(x->path[i].s, x->svg[i].s, x->svg[i].length, e);
    if (r == 0)
        r = file_write(x->target.s, page.s, page.length, e);
    text_clear(&page);
    return r;
}

static size_t count_commands(const struct handout *page)
{
    size_t n = 0;

    for (size_t i = 0; i < page->n; i++)
        n += page->entry[i].kind == ENTRY_COMMAND;
    return n;
}

static void add_count(struct text *out, size_t n, const char *what)
{
    text_addf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

static void report_export(const struct export *x)
{
    struct session *s = x->s;
    size_t n = count_commands(&x->page);
    json_t *reply = session_reply(s, NULL);

    if (reply) {
        json_object_set_new(reply, "output", json_string(x->file->text));
        json_object_set_new(reply, "commands", json_integer((json_int_t)n));
        json_object_set_new(reply, "let_go", json_integer((json_int_t)x->page.let_go));
        json_t *names = json_array();
        for (size_t i = 0; i < x->npicture && !x->html; i++)
            json_array_append_new(names, json_string(x->name[i].s));
        json_object_set_new(reply, "pictures", names);
        return;
    }
    add_count(&s->out, n, "command");
    if (x->npicture) {
        text_add(&s->out, ", ");
        add_count(&s->out, x->npicture, "picture");
    }
    text_add(&s->out, " → ");
    text_add_shown(&s->out, x->file->text, 4096);
    if (x->npicture && !x->html)
        text_addf(&s->out, x->npicture > 2 ? ", %s … %s" : x->npicture > 1 ? ", %s, %s" : ", %s",
                  x->name[0].s, x->name[x->npicture - 1].s);
    text_add(&s->out, "\n");
    if (x->page.let_go)
        session_note(s, "the oldest %zu commands are not in it: a session keeps the last %d MB of "
                        "what it has shown", x->page.let_go, TRANSCRIPT_BYTES >> 20);
}

static int run(struct session *s, const struct call *c, struct error *e)
{
    struct export x = {.s = s, .file = &c->word[0]};
    int theme = THEME_DEFAULT;
    char today[64] = "";

    text_init(&x.title);
    text_init(&x.target);
    read_transcript(&x);
    read_title(&x, &c->options);
    read_date(&x, &c->options, today, sizeof today);
    int r = read_ending(&x, e) != 0 ||
            options_choice(&c->options, "theme", "default|projector|print", &theme, e) != 0;
    x.theme = (enum theme)theme;
    r = r || file_to_write(s, x.file->text, x.file->at, &x.target, e) != 0 ||
        draw_pictures(&x, e) != 0 || write_all(&x, e) != 0;
    if (!r)
        report_export(&x);
    else if (e->at.length == 0)
        error_place(e, x.file->at);
    export_clear(&x);
    return r ? -1 : 0;
}

const struct command cmd_export = {
    .name = "export",
    .group = "session",
    .usage = "export FILE.md|FILE.html [title=TEXT] [date=today|TEXT] [theme=…]",
    .summary = "the session so far as a page, with its pictures",
    .details = "Commands, what they said, errors, and each plot's picture at its place; comment\n"
               "lines of a script become the text between them. FILE.html is one file that\n"
               "opens and prints anywhere. FILE.md has its pictures beside it: FILE-1.svg …\n"
               "The last 32 MB of what was shown are kept; the page says what came before.\n"
               "\n"
               "  export lecture.html title=\"EM by half-steps\" date=today\n"
               "  export lecture.md\n",
    .options = export_options,
    .argument = ARG_FILE,
    .min_words = 1,
    .max_words = 1,
    .silent_in_history = true,
    .run = run,
};
