/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot, replot, and the pictures after each half-step */
#include <string.h>

#include "base/memory.h"
#include "plot/picture.h"
#include "shell/command.h"
#include "shell/parse.h"
#include "shell/plotting.h"

enum { PANELS = 9 };

static const struct option_spec plot_options[] = {
    {"output", OPTION_FILE, "FILE", "into .png .svg .pdf .gif .txt .csv or .gp, by its ending"},
    {"theme", OPTION_CHOICE, "default|projector|print", "sizes and colours (set theme)"},
    {NULL},
};

/* One picture that is asked for, and its figure once it is drawn. */
struct panel {
    const struct picture *kind;
    struct span at;
    char *argument;           /* the word after its name, owned; NULL: none */
    struct span argument_at;
    struct figure *figure;
};

struct plot {
    struct panel panel[PANELS];
    size_t n;
};

static void panel_clear(struct panel *p)
{
    figure_free(p->figure);
    mem_free(p->argument);
}

static void plot_clear(struct plot *p)
{
    for (size_t i = 0; i < p->n; i++)
        panel_clear(&p->panel[i]);
    p->n = 0;
}

static void add_kinds(const struct plot *p, struct text *out)
{
    for (size_t i = 0; i < p->n; i++) {
        text_addf(out, "%s%s", i ? ", " : "", p->panel[i].kind->name);
        if (p->panel[i].argument) {
            text_add(out, " ");
            text_add_shown(out, p->panel[i].argument, 40);
        }
    }
}

/* ---- options ---------------------------------------------------------------------------- */

static size_t table_length(const struct option_spec *t)
{
    size_t n = 0;
    while (t && t[n].name)
        n++;
    return n;
}

/* The rows of `table` whose names are not among the n of all; several kinds may go along a line. */
static size_t add_rows(struct option_spec *all, size_t n, const struct option_spec *table)
{
    for (const struct option_spec *row = table; row && row->name; row++) {
        size_t same = 0;
        while (same < n && strcmp(all[same].name, row->name) != 0)
            same++;
        if (same == n)
            all[n++] = *row;
    }
    return n;
}

/* output=, theme= and the options of every kind there is to draw. */
static int check_options(const struct plot *p, const struct options *o, struct error *e)
{
    size_t room = table_length(plot_options) + 1, n = 0;
    for (size_t i = 0; i < p->n; i++)
        room += table_length(p->panel[i].kind->options);
    struct option_spec *all = NEW_ARRAY(room, struct option_spec);
    struct text owner = TEXT_INIT;
    if (!all)
        return error_no_memory(e);
    for (size_t i = 0; i < p->n; i++)
        n = add_rows(all, n, p->panel[i].kind->options);
    add_rows(all, n, plot_options);
    text_add(&owner, "plot ");
    add_kinds(p, &owner);
    int r = options_check(o, all, owner.s, e);
    text_clear(&owner);
    mem_free(all);
    return r;
}

/* ---- drawing ---------------------------------------------------------------------------- */

static struct render_how how_to_render(const struct session *s, enum theme theme)
{
    int lines = (int)s->set.plot_lines;
    return (struct render_how){
        .theme = theme,
        .terminal = s->set.plot,
        .colour = s->colour,
        .ascii = s->ascii,
        .columns = s->set.columns || !s->on_terminal ? (int)session_width(s) : 0,
        .lines = lines ? lines + 2 : s->on_terminal ? 0 : s->lines, /* 2 are left for the prompt */
        .on_terminal = s->on_terminal,
    };
}

static int need_plotter(struct session *s, struct error *e)
{
    if (!s->plotter)
        s->plotter = plotter_new(NULL, s->interrupt, e);
    return s->plotter ? 0 : -1;
}

static int render(struct session *s, const struct plot *p, const char *file, enum theme theme,
                  struct error *e)
{
    const struct figure *panel[PANELS];
    struct render_how how = how_to_render(s, theme);
    if (need_plotter(s, e) != 0)
        return -1;
    for (size_t i = 0; i < p->n; i++)
        panel[i] = p->panel[i].figure;
    if (!file && s->blind)
        return 0;
    if (!file)
        return plotter_show(s->plotter, panel, p->n, &how, &s->out, e);
    struct text path = TEXT_INIT;
    int r = file_to_write(s, file, (struct span){0, 0}, &path, e);
    if (r == 0)
        r = plotter_write(s->plotter, panel, p->n, &how, path.s, e);
    text_clear(&path);
    return r;
}

static void report_plot(struct session *s, const struct plot *p, const char *file)
{
    json_t *reply = session_reply(s, NULL);
    if (reply) {
        json_t *kinds = json_array();
        for (size_t i = 0; i < p->n; i++)
            json_array_append_new(kinds, json_string(p->panel[i].kind->name));
        json_object_set_new(reply, "kinds", kinds);
        json_object_set_new(reply, "output", file ? json_string(file) : json_null());
    } else if (file) {
        add_kinds(p, &s->out);
        text_add(&s->out, " → ");
        text_add_shown(&s->out, file, 4096);
        text_add(&s->out, "\n");
    }
}

/* ---- plot ------------------------------------------------------------------------------- */

static bool is_picture(const char *word)
{
    for (const struct picture *const *p = pictures; *p; p++)
        if (strcmp((*p)->name, word) == 0)
            return true;
    return false;
}

/* The word after a kind that takes one is its argument, unless it is a kind itself. */
static int read_argument(const struct call *c, size_t *i, struct panel *p, struct error *e)
{
    const struct word *next = *i + 1 < c->nword ? &c->word[*i + 1] : NULL;
    if (!p->kind->argument || !next || is_picture(next->text))
        return 0;
    if (picture_takes(p->kind, next->text, next->at, e) != 0)
        return -1;
    p->argument = mem_copy_text(next->text);
    p->argument_at = next->at;
    ++*i;
    return p->argument ? 0 : error_no_memory(e);
}

static int read_kinds(const struct call *c, struct plot *p, struct error *e)
{
    for (size_t i = 0; i < c->nword; i++) {
        struct panel *panel = &p->panel[p->n];
        if (p->n == PANELS)
            return error_set_at(e, c->word[i].at, "plot takes at most %d kinds", PANELS);
        *panel = (struct panel){.kind = picture_find(c->word[i].text, e), .at = c->word[i].at};
        if (!panel->kind)
            return error_place(e, c->word[i].at);
        p->n++;
        if (read_argument(c, &i, panel, e) != 0)
            return -1;
    }
    return 0;
}

/* The argument goes to the picture among its options. */
static int draw_panel(struct session *s, struct panel *p, const struct options *o, struct error *e)
{
    struct options own = {NEW_ARRAY(o->count + 1, struct option), o->count};
    if (!own.item)
        return error_no_memory(e);
    if (o->count > 0)
        memcpy(own.item, o->item, o->count * sizeof *o->item);
    if (p->argument)
        own.item[own.count++] = (struct option){.name = (char *)p->kind->argument->name,
                                                .value = &p->argument, .nvalue = 1,
                                                .at = p->argument_at};
    int r = picture_draw(p->kind, s->machine, &own, &p->figure, e);
    mem_free(own.item);
    return r;
}

static int make_figures(struct session *s, const struct call *c, struct plot *p, struct error *e)
{
    for (size_t i = 0; i < p->n; i++)
        if (draw_panel(s, &p->panel[i], &c->options, e) != 0)
            return error_place(e, p->panel[i].at);
    return 0;
}

static int read_output(const struct options *o, const char **file, int *theme, struct error *e)
{
    *file = options_word(o, "output", *file);
    return options_choice(o, "theme", "default|projector|print", theme, e);
}

/* What went wrong with a file is said of its name. */
static int file_error(const struct options *o, struct error *e)
{
    const struct option *output = options_find(o, "output");
    return output ? error_place(e, output->at) : -1;
}

/* The picture that a plot command asks for; `instead`: output= and theme= that go before its own. */
static int plot(struct session *s, const struct call *c, const struct options *instead,
                struct error *e)
{
    struct plot p = {.n = 0};
    const char *file = NULL;
    int theme = s->set.theme;
    int r = read_kinds(c, &p, e) != 0 || check_options(&p, &c->options, e) != 0 ||
            read_output(&c->options, &file, &theme, e) != 0 ||
            (instead && read_output(instead, &file, &theme, e) != 0) ||
            make_figures(s, c, &p, e) != 0;
    if (!r && render(s, &p, file, (enum theme)theme, e) != 0)
        r = file_error(&c->options, e);
    if (!r)
        report_plot(s, &p, file);
    plot_clear(&p);
    return r ? -1 : 0;
}

static int run_plot(struct session *s, const struct call *c, struct error *e)
{
    if (plot(s, c, NULL, e) != 0)
        return -1;
    char *again = mem_copy_text(c->line);
    if (!again)
        return error_no_memory(e);
    mem_free(s->plotted);
    s->plotted = again;
    return 0;
}

const struct command cmd_plot = {
    .name = "plot",
    .group = "plot",
    .usage = "plot KIND … [output=FILE] [theme=default|projector|print] [options of the KIND]",
    .summary = "a picture of the theory at work; several kinds are panels of one",
    .details = "In a window where there is a display, else in the terminal. output= draws into a\n"
               "file instead: .png .svg .pdf .gif .txt; .csv are the plotted numbers, .gp is a\n"
               "gnuplot script that runs by itself. help plot KIND tells the options of a kind.\n"
               "After some kinds a word may stand: plot e 3 is about row 3.\n"
               "\n"
               "  plot bound\n"
               "  plot bound along=mu[1] output=b.svg\n"
               "  plot density bound trace theme=projector\n",
    .needs = NEED_MODEL,
    .options = plot_options,
    .open_options = true,
    .argument = ARG_PICTURE,
    .min_words = 1,
    .max_words = 2 * PANELS, /* each may have its argument */
    .run = run_plot,
};

/* ---- replot ----------------------------------------------------------------------------- */

static int run_replot(struct session *s, const struct call *c, struct error *e)
{
    struct statement *list = NULL;
    size_t n = 0;
    struct call again = {0};
    if (!s->plotted) {
        error_set(e, "there is no plot to draw again");
        return error_hint(e, "plot bound, for example");
    }
    int r = parse_script(s->plotted, &list, &n, e);
    if (r == 0 && n == 1) {
        r = parse_call(&list[0], false, &again, e);
        if (r == 0)
            r = plot(s, &again, &c->options, e);
        call_clear(&again);
    }
    statements_free(list, n);
    if (r != 0)
        e->at = c->verb_at; /* its own place is in the command of then */
    return r;
}

const struct command cmd_replot = {
    .name = "replot",
    .group = "plot",
    .usage = "replot [output=FILE] [theme=default|projector|print]",
    .summary = "the last plot again, of the state as it is now",
    .details = "The kinds and options are those of the last plot; output= and theme= may be\n"
               "given anew.\n"
               "\n"
               "  plot bound\n"
               "  m; replot\n"
               "  replot output=b.svg\n",
    .needs = NEED_MODEL,
    .options = plot_options,
    .run = run_replot,
};

/* ---- after each half-step --------------------------------------------------------------- */

static int find_autoplot(const struct session *s, struct plot *p, struct error *e)
{
    const char *list = s->set.autoplot;
    while (*list && p->n < PANELS) {
        size_t length = strcspn(list, ",");
        struct panel *panel = &p->panel[p->n];
        struct error not_now;
        *panel = (struct panel){0};
        panel->kind = picture_parse(list, length, &panel->argument, e);
        if (!panel->kind)
            return -1;
        if (picture_ready(panel->kind, s->machine, &not_now) == 0)
            p->n++;
        else
            panel_clear(panel);
        list += length + (list[length] == ',');
    }
    return 0;
}

/* Draws what can be drawn; the rest leaves the list. */
static void draw_autoplot(struct session *s, struct plot *p)
{
    const struct options none = {0};
    size_t drawn = 0;
    for (size_t i = 0; i < p->n; i++) {
        struct error why = {0};
        struct panel *panel = &p->panel[i];
        if (draw_panel(s, panel, &none, &why) == 0) {
            p->panel[drawn++] = *panel;
        } else {
            session_note(s, "no picture of %s: %s", panel->kind->name, why.message);
            panel_clear(panel);
        }
    }
    p->n = drawn;
}

int plot_after_step(struct session *s, struct error *e)
{
    struct plot p = {.n = 0};
    if (s->json || !s->machine || !s->set.autoplot[0])
        return 0;
    int r = find_autoplot(s, &p, e);
    if (r == 0)
        draw_autoplot(s, &p);
    if (r == 0 && p.n)
        r = render(s, &p, NULL, (enum theme)s->set.theme, e);
    plot_clear(&p);
    return r;
}
