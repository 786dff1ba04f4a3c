/* SPDX-License-Identifier: GPL-3.0-or-later */
/* animate: pictures over the history, from the start to here. */
#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "plot/film.h"
#include "shell/command.h"
#include "shell/panels.h"
#include "shell/plotting.h"

enum { FRAMES_MOST = 200, FRAMES_LIMIT = 2000 };
static const double DELAY = 0.5, DELAY_LEAST = 0.02, DELAY_MOST = 60;

static const struct option_spec animate_options[] = {
    {"output", OPTION_FILE, "FILE.gif", "the file"},
    {"delay", OPTION_REAL, "S", "seconds from one frame to the next, else 0.5"},
    {"every", OPTION_COUNT, "N", "a frame for each N-th state alone; the last always has one"},
    {"frames", OPTION_COUNT, "N", "so many frames at most, else 200"},
    {"theme", OPTION_CHOICE, "default|projector|print", "sizes and colours (set theme)"},
    {NULL},
};

struct animation {
    struct session *s;
    const struct call *call;
    struct panels panels;
    struct film *film;
    long *at;                /* (n) states on the way to here that get a frame */
    size_t n, every;
    bool thinned;            /* every was not asked for */
    size_t left_out;         /* states that cannot be drawn */
    struct error why;        /* the first of them */
    char first_left_out[LABEL];
    const struct figure *frame[PANELS];
    const char *file;
    double delay;
    enum theme theme;
};

/* ---- which states ----------------------------------------------------------------------- */

/* Every `every`-th, counted so that the last is among them, and the first as far as it can. */
static void thin(struct animation *a, size_t count, size_t most)
{
    size_t least = (count + most - 1) / most, n = 0;

    a->thinned = least > a->every;
    a->every = a->thinned ? least : a->every;
    for (size_t i = (count - 1) % a->every; i < count; i += a->every)
        a->at[n++] = a->at[i];
    a->n = n;
}

static int choose_states(struct animation *a, struct error *e)
{
    const struct options *o = &a->call->options;
    size_t most = FRAMES_MOST, n, here;

    a->every = 1;
    if (options_count(o, "frames", 1, FRAMES_LIMIT, &most, e) != 0 ||
        options_count(o, "every", 1, SIZE_MAX, &a->every, e) != 0 ||
        machine_path(a->s->machine, &a->at, &n, &here, e) != 0)
        return -1;
    thin(a, here + 1, most);
    return 0;
}

/* ---- one frame -------------------------------------------------------------------------- */

static int interrupted(struct error *e)
{
    error_set(e, "interrupted");
    e->kind = ERROR_INTERRUPTED;
    return -1;
}

static void forget_frame(struct animation *a)
{
    for (size_t i = 0; i < a->panels.n; i++) {
        figure_free(a->panels.panel[i].figure);
        a->panels.panel[i].figure = NULL;
    }
}

static int draw_panels(struct animation *a, struct error *e)
{
    for (size_t i = 0; i < a->panels.n; i++) {
        struct panel *p = &a->panels.panel[i];
        if (panel_draw(a->s->machine, p, &a->call->options, e) != 0)
            return error_place(e, p->at);
    }
    return 0;
}

static int draw_at(struct animation *a, long at, struct error *e)
{
    struct glance then;

    forget_frame(a);
    if (*a->s->interrupt)
        return interrupted(e);
    int r = machine_glance(a->s->machine, at, &then, e);
    if (r == 0)
        r = draw_panels(a, e);
    machine_glance_end(a->s->machine, &then);
    return r;
}

/* ---- all of them ------------------------------------------------------------------------ */

static void leave_out(struct animation *a, long at, const struct error *why)
{
    if (a->left_out++ > 0)
        return;
    a->why = *why;
    memcpy(a->first_left_out, a->s->machine->state[at].label, LABEL);
}

/* The first look: what all frames need to hold.  States that cannot be drawn leave the list; when
 * none is left, what the last of them lacks is the error. */
static int look_at_all(struct animation *a, struct error *e)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n; i++) {
        struct error why = {0};
        if (draw_at(a, a->at[i], &why) != 0) {
            if (why.kind != ERROR_COMMAND)
                {
                *e = why;
                return -1;
            }
            *e = why;
            leave_out(a, a->at[i], &why);
            continue;
        }
        a->at[n++] = a->at[i];
        for (size_t k = 0; k < a->panels.n; k++)
            if (film_look(a->film, k, a->panels.panel[k].figure, e) != 0)
                return -1;
    }
    a->n = n;
    if (n > 0)
        error_clear(e);
    return n > 0 ? 0 : -1;
}

static int draw_frame(void *context, size_t i, const struct figure *const **panel, size_t *npanel,
                      struct error *e)
{
    struct animation *a = context;

    if (draw_at(a, a->at[i], e) != 0)
        return -1;
    for (size_t k = 0; k < a->panels.n; k++) {
        if (film_hold(a->film, k, a->panels.panel[k].figure, e) != 0)
            return -1;
        a->frame[k] = a->panels.panel[k].figure;
    }
    *panel = a->frame;
    *npanel = a->panels.n;
    return 0;
}

static int write_file(struct animation *a, struct error *e)
{
    struct frames frames = {.n = a->n, .draw = draw_frame, .context = a, .delay = a->delay};
    struct plotter *plotter = plot_plotter(a->s, e);
    struct text path = TEXT_INIT, bytes = TEXT_INIT;
    int r = plotter ? file_to_write(a->s, a->file, (struct span){0, 0}, &path, e) : -1;

    if (r == 0)
        r = plotter_animate(plotter, &frames, a->theme, &bytes, e);
    if (r == 0 && session_ran_short(a->s))
        r = error_no_memory(e);
    if (r == 0)
        r = file_write(path.s, bytes.s, bytes.length, e);
    text_clear(&bytes);
    text_clear(&path);
    const struct option *output = options_find(&a->call->options, "output");
    return r == 0 || e->at.length ? r : error_place(e, output->at);
}

/* ---- the command ------------------------------------------------------------------------ */

/* A picture of the whole history, or of none of it, is the same in each frame. */
static int check_kinds(const struct animation *a, struct error *e)
{
    for (size_t i = 0; i < a->panels.n; i++) {
        const struct panel *p = &a->panels.panel[i];
        struct error now;
        if (p->kind->still) {
            error_set_at(e, p->at, "plot %s does not change from state to state", p->kind->name);
            return error_hint(e, "plot %s draws it", p->kind->name);
        }
        if (p->kind->suits && p->kind->suits(a->s->machine->model, &now) != 0) {
            *e = now;
            return error_place(e, p->at);
        }
    }
    return 0;
}

static int read_output(struct animation *a, struct error *e)
{
    const struct options *o = &a->call->options;
    const char *dot;

    a->file = options_word(o, "output", NULL);
    if (!a->file) {
        error_set_at(e, a->call->verb_at, "animate needs a file");
        return error_hint(e, "animate %s output=FILE.gif", a->panels.panel[0].kind->name);
    }
    dot = strrchr(a->file, '.');
    if (dot && strcmp(dot, ".gif") == 0)
        return 0;
    error_set_at(e, options_find(o, "output")->at, "'%.300s' is no .gif", a->file);
    return error_hint(e, "animations are GIFs: output=FILE.gif; plot draws one picture");
}

static int read_look(struct animation *a, struct error *e)
{
    const struct options *o = &a->call->options;
    int theme = a->s->set.theme;

    a->delay = DELAY;
    if (options_real(o, "delay", DELAY_LEAST, DELAY_MOST, &a->delay, e) != 0 ||
        options_choice(o, "theme", "default|projector|print", &theme, e) != 0)
        return -1;
    a->theme = (enum theme)theme;
    return 0;
}

static void report_animation(const struct animation *a)
{
    struct session *s = a->s;
    const char *first = s->machine->state[a->at[0]].label;
    const char *last = s->machine->state[a->at[a->n - 1]].label;
    json_t *reply = session_reply(s, NULL);

    if (reply) {
        json_t *kinds = json_array();
        for (size_t i = 0; i < a->panels.n; i++)
            json_array_append_new(kinds, json_string(a->panels.panel[i].kind->name));
        json_object_set_new(reply, "kinds", kinds);
        json_object_set_new(reply, "output", json_string(a->file));
        json_object_set_new(reply, "frames", json_integer((json_int_t)a->n));
        json_object_set_new(reply, "first", json_string(first));
        json_object_set_new(reply, "last", json_string(last));
        json_object_set_new(reply, "every", json_integer((json_int_t)a->every));
    } else {
        panels_name(&a->panels, &s->out);
        text_addf(&s->out, ", %s to %s, %zu frame%s → ", first, last, a->n, a->n == 1 ? "" : "s");
        text_add_shown(&s->out, a->file, 4096);
        text_add(&s->out, "\n");
    }
    if (a->thinned)
        session_note(s, "one frame for %zu half-steps: frames= takes more of them", a->every);
    if (a->left_out)
        session_note(s, "%s%s left out: %s", a->first_left_out,
                     a->left_out > 1 ? " and others are" : " is", a->why.message);
}

static int animate(struct animation *a, struct error *e)
{
    if (panels_read(a->call, &a->panels, e) != 0 ||
        panels_check(&a->panels, &a->call->options, "animate", animate_options, e) != 0 ||
        check_kinds(a, e) != 0 || read_output(a, e) != 0 || read_look(a, e) != 0 ||
        choose_states(a, e) != 0)
        return -1;
    a->film = film_new(a->panels.n);
    if (!a->film)
        return error_no_memory(e);
    return look_at_all(a, e) != 0 ? -1 : write_file(a, e);
}

static int run(struct session *s, const struct call *c, struct error *e)
{
    struct animation a = {.s = s, .call = c};
    int r = animate(&a, e);

    if (r == 0)
        report_animation(&a);
    panels_clear(&a.panels);
    film_free(a.film);
    mem_free(a.at);
    return r;
}

const struct command cmd_animate = {
    .name = "animate",
    .group = "plot",
    .usage = "animate KIND … output=FILE.gif [delay=S] [every=N] [frames=N] [options of the KIND]",
    .summary = "a picture for each half-step from the start to here, as a GIF",
    .details = "Every frame is the picture as it was then, all on the same axes. Kinds and their\n"
               "options are those of plot. A long history is thinned to 200 frames; every= and\n"
               "frames= choose otherwise. The state stays as it is.\n"
               "\n"
               "  animate density output=em.gif\n"
               "  animate bound along=mu[1] from=2 to=5 output=stairs.gif delay=1\n"
               "  animate density trace every=4 output=both.gif\n",
    .needs = NEED_MODEL | NEED_THETA,
    .options = animate_options,
    .open_options = true,
    .argument = ARG_PICTURE,
    .min_words = 1,
    .max_words = 2 * PANELS,
    .run = run,
};
