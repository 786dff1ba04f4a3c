/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot, replot, and the pictures after each half-step */
#include <string.h>

#include "base/memory.h"
#include "shell/command.h"
#include "shell/panels.h"
#include "shell/parse.h"
#include "shell/plotting.h"

static const struct option_spec plot_options[] = {
    {"output", OPTION_FILE, "FILE", "into .png .svg .pdf .gif .txt .csv or .gp, by its ending"},
    {"theme", OPTION_CHOICE, "default|projector|print", "sizes and colours (set theme)"},
    {NULL},
};

/* ---- drawing ---------------------------------------------------------------------------- */

struct render_how plot_how(const struct session *s, enum theme theme)
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

struct plotter *plot_plotter(struct session *s, struct error *e)
{
    if (!s->plotter)
        s->plotter = plotter_new(NULL, s->interrupt, e);
    return s->plotter;
}

static int show_drawing(struct session *s, const struct figure *const *panel, size_t n,
                        const struct render_how *how, struct error *e)
{
    struct text drawing = TEXT_INIT;
    int r = plotter_show(s->plotter, panel, n, how, &drawing, e);
    if (r == 0)
        session_show_drawing(s, &drawing);
    text_clear(&drawing);
    return r;
}

/* The picture's place in the transcript is under what has been said of it. */
static void keep_for_export(struct session *s, struct panels *p)
{
    struct figure *figure[PANELS];
    if ((s->capture && !s->capture->kept) || s->blind)
        return;
    if (!s->json)
        session_flush(s);
    for (size_t i = 0; i < p->n; i++)
        figure[i] = p->panel[i].figure;
    transcript_picture(&s->transcript, figure, p->n);
    for (size_t i = 0; i < p->n; i++)
        p->panel[i].figure = figure[i];
}

/* `said`: lines that stand above the picture, and are to be seen with it. */
static int render(struct session *s, const struct panels *p, const char *file, enum theme theme,
                  int said, struct error *e)
{
    const struct figure *panel[PANELS];
    struct render_how how = plot_how(s, theme);
    if (s->on_terminal && how.lines == 0 && s->lines > said)
        how.lines = s->lines - said;
    if (!plot_plotter(s, e))
        return -1;
    if (session_ran_short(s))
        return error_no_memory(e);
    for (size_t i = 0; i < p->n; i++)
        panel[i] = p->panel[i].figure;
    if (!file && s->blind)
        return 0;
    if (!file)
        return show_drawing(s, panel, p->n, &how, e);
    struct text path = TEXT_INIT;
    int r = file_to_write(s, file, (struct span){0, 0}, &path, e);
    if (r == 0)
        r = plotter_write(s->plotter, panel, p->n, &how, path.s, e);
    text_clear(&path);
    return r;
}

static void report_plot(struct session *s, const struct panels *p, const char *file)
{
    json_t *reply = session_reply(s, NULL);
    if (reply) {
        json_t *kinds = json_array();
        for (size_t i = 0; i < p->n; i++)
            json_array_append_new(kinds, json_string(p->panel[i].kind->name));
        json_object_set_new(reply, "kinds", kinds);
        json_object_set_new(reply, "output", file ? json_string(file) : json_null());
    } else if (file) {
        panels_name(p, &s->out);
        text_add(&s->out, " → ");
        text_add_shown(&s->out, file, 4096);
        text_add(&s->out, "\n");
    }
}

/* ---- plot ------------------------------------------------------------------------------- */

static int make_figures(struct session *s, const struct call *c, struct panels *p, struct error *e)
{
    for (size_t i = 0; i < p->n; i++)
        if (panel_draw(s->machine, &p->panel[i], &c->options, e) != 0)
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

/* Numbers and scripts are not seen. */
static bool is_data(const char *file)
{
    const char *dot = file ? strrchr(file, '.') : NULL;
    return dot && (strcmp(dot, ".csv") == 0 || strcmp(dot, ".gp") == 0);
}

/* The picture that a plot command asks for; `instead`:
 * output= and theme= that go before its own. */
static int plot(struct session *s, const struct call *c, const struct options *instead,
                struct error *e)
{
    struct panels p = {.n = 0};
    const char *file = NULL;
    int theme = s->set.theme;
    int r =
        panels_read(c, &p, e) != 0 || panels_check(&p, &c->options, "plot", plot_options, e) != 0 ||
        read_output(&c->options, &file, &theme, e) != 0 ||
        (instead && read_output(instead, &file, &theme, e) != 0) || make_figures(s, c, &p, e) != 0;
    if (!r && render(s, &p, file, (enum theme)theme, 0, e) != 0)
        r = file_error(&c->options, e);
    if (!r) {
        report_plot(s, &p, file);
        if (!is_data(file))
            keep_for_export(s, &p);
    }
    panels_clear(&p);
    return r ? -1 : 0;
}

static int run_plot(struct session *s, const struct call *c, struct error *e)
{
    char *again = mem_copy_text(c->line);
    if (!again)
        return error_no_memory(e);
    if (plot(s, c, NULL, e) != 0) {
        mem_free(again);
        return -1;
    }
    mem_free(s->plotted);
    s->plotted = again;
    return 0;
}

const struct command cmd_plot = {
    .lets_q_be = true,
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

static int find_autoplot(const struct session *s, struct panels *p, struct error *e)
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
static void draw_autoplot(struct session *s, struct panels *p)
{
    const struct options none = {0};
    size_t drawn = 0;
    for (size_t i = 0; i < p->n; i++) {
        struct error why = {0};
        struct panel *panel = &p->panel[i];
        if (panel_draw(s->machine, panel, &none, &why) == 0) {
            p->panel[drawn++] = *panel;
        } else {
            session_note(s, "no picture of %s: %s", panel->kind->name, why.message);
            panel_clear(panel);
        }
    }
    p->n = drawn;
}

/* What was said of the step stands above its pictures; of many steps, that of the last two. */
enum { SAID_MOST = 7 };

static int lines_said(const struct session *s)
{
    int n = 0;
    for (const char *at = s->out.s; (at = strchr(at, '\n')); at++)
        n++;
    return n < SAID_MOST ? n : SAID_MOST;
}

int plot_after_step(struct session *s, struct error *e)
{
    struct panels p = {.n = 0};
    if (s->json || !s->machine || !s->set.autoplot[0])
        return 0;
    int r = find_autoplot(s, &p, e);
    if (r == 0)
        draw_autoplot(s, &p);
    if (r == 0 && p.n)
        r = render(s, &p, NULL, (enum theme)s->set.theme, 1 + lines_said(s), e);
    if (r == 0 && p.n)
        keep_for_export(s, &p);
    panels_clear(&p);
    return r;
}
