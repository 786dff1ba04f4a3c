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

/* What is to be drawn, and the figures once they are. */
struct plot {
    const struct picture *kind[PANELS];
    struct figure *figure[PANELS];
    size_t n;
};

static void plot_clear(struct plot *p)
{
    for (size_t i = 0; i < p->n; i++)
        figure_free(p->figure[i]);
    p->n = 0;
}

static void add_kinds(const struct plot *p, struct text *out)
{
    for (size_t i = 0; i < p->n; i++)
        text_addf(out, "%s%s", i ? ", " : "", p->kind[i]->name);
}

/* ---- options ---------------------------------------------------------------------------- */

static size_t table_length(const struct option_spec *t)
{
    size_t n = 0;
    while (t && t[n].name)
        n++;
    return n;
}

/* output=, theme= and the options of every kind there is to draw. */
static int check_options(const struct plot *p, const struct options *o, struct error *e)
{
    size_t room = table_length(plot_options) + 1, n = 0;
    for (size_t i = 0; i < p->n; i++)
        room += table_length(p->kind[i]->options);
    struct option_spec *all = NEW_ARRAY(room, struct option_spec);
    struct text owner = TEXT_INIT;
    if (!all)
        return error_no_memory(e);
    for (size_t i = 0; i < p->n; i++)
        for (const struct option_spec *row = p->kind[i]->options; row && row->name; row++)
            all[n++] = *row;
    for (const struct option_spec *row = plot_options; row->name; row++)
        all[n++] = *row;
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
        panel[i] = p->figure[i];
    return file ? plotter_write(s->plotter, panel, p->n, &how, file, e)
                : plotter_show(s->plotter, panel, p->n, &how, &s->out, e);
}

static void report_plot(struct session *s, const struct plot *p, const char *file)
{
    json_t *reply = session_reply(s, NULL);
    if (reply) {
        json_t *kinds = json_array();
        for (size_t i = 0; i < p->n; i++)
            json_array_append_new(kinds, json_string(p->kind[i]->name));
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

static int read_kinds(const struct call *c, struct plot *p, struct error *e)
{
    for (size_t i = 0; i < c->nword; i++) {
        p->kind[i] = picture_find(c->word[i].text, e);
        if (!p->kind[i])
            return error_place(e, c->word[i].at);
        p->n++;
    }
    return 0;
}

static int make_figures(struct session *s, const struct call *c, struct plot *p, struct error *e)
{
    for (size_t i = 0; i < p->n; i++)
        if (picture_draw(p->kind[i], s->machine, &c->options, &p->figure[i], e) != 0)
            return error_place(e, c->word[i].at);
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
               "\n"
               "  plot bound\n"
               "  plot bound along=mu[1] output=b.svg\n"
               "  plot density bound trace theme=projector\n",
    .needs = NEED_MODEL,
    .options = plot_options,
    .open_options = true,
    .argument = ARG_PICTURE,
    .min_words = 1,
    .max_words = PANELS,
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
        char *name = mem_copy_bytes(list, length);
        if (!name)
            return error_no_memory(e);
        const struct picture *kind = picture_find(name, e);
        mem_free(name);
        if (!kind)
            return -1;
        struct error not_now;
        if (picture_ready(kind, s->machine, &not_now) == 0)
            p->kind[p->n++] = kind;
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
        struct figure *f;
        if (picture_draw(p->kind[i], s->machine, &none, &f, &why) != 0) {
            session_note(s, "no picture of %s: %s", p->kind[i]->name, why.message);
            continue;
        }
        p->kind[drawn] = p->kind[i];
        p->figure[drawn++] = f;
    }
    p->n = drawn;
}

int plot_after_step(struct session *s, struct error *e)
{
    struct plot p = {.n = 0};
    if (s->json || !s->machine || !s->set.autoplot[0])
        return 0;
    if (find_autoplot(s, &p, e) != 0)
        return -1;
    draw_autoplot(s, &p);
    int r = p.n ? render(s, &p, NULL, (enum theme)s->set.theme, e) : 0;
    plot_clear(&p);
    return r;
}
