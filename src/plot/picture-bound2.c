/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot bound2: ℓ and the ELBO of the present q over two parameters as contours of the same levels,
 * the touching point, and the way that EM has gone.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/plane.h"
#include "plot/hills.h"
#include "plot/trail.h"

static const struct option_spec bound2_options[] = {
    {"along", OPTION_WORDS, "PARAM,PARAM", "the two parameters, such as mu[1],mu[2]"},
    {"n", OPTION_COUNT, "49", "points of the grid along each"},
    {NULL},
};

enum { SIDE_MOST = 501, NAMED = 8, LEVELS = 6 };
static const double APART = 0.06;

struct drawing {
    struct machine *m;
    struct plane p;
    struct figure *f;
    struct trail trail;
    char base[PICTURE_NAME], answer[PICTURE_NAME];
    bool off;                /* something is shown that does not lie on the plane */
};

/* ---- words ------------------------------------------------------------------------------ */

static void add_claim(const struct drawing *d, struct text *out)
{
    const char *truth = picture_symbol(d->m, TERM_LOGLIK);
    const char *bound = picture_symbol(d->m, TERM_ELBO), *why = bound_untouched(d->m);

    if (!d->p.has_loglik)
        text_addf(out, "%s over two parameters; %s is intractable", bound, truth);
    else if (why)
        text_addf(out, "at each height %s's ring lies inside %s's", bound, truth);
    else
        text_addf(out, "at each height %s's ring lies inside %s's; they touch at %s", bound, truth,
                  d->base);
}

static void add_note(const struct drawing *d)
{
    struct text note = TEXT_INIT;
    const char *why = bound_untouched(d->m);

    if (d->p.has_loglik && why)
        text_add(&note, why);
    if (d->off)
        text_addf(&note, "%sall else as at %s, other states projected",
                  note.length ? "; " : "", d->base);
    if (d->p.coarse)
        text_addf(&note, "%smany rows: a coarse grid, n=%zu",
                  note.length ? "; " : "", d->p.n);
    if (note.length)
        figure_note(d->f, note.s);
    d->f->failed |= note.failed;
    text_clear(&note);
}

/* ---- contours --------------------------------------------------------------------------- */

static void add_hill(struct hills *h, const struct drawing *d, enum term t, const double *v,
                     const char *label)
{
    const char *name = term_name(d->m->model->class->kind, t)->key;
    struct field field = {d->p.n, d->p.n, d->p.x, d->p.y, v};

    hills_add(h, &field, t == TERM_LOGLIK ? INK_TRUTH_HEIGHT : INK_BOUND_HEIGHT, name, label);
}

static void add_hills(const struct drawing *d, struct hills *h)
{
    char label[80], q[PICTURE_NAME];
    size_t n = d->p.n * d->p.n;

    hills_init(h, d->f, d->p.has_loglik ? d->p.loglik : d->p.elbo,
               d->p.has_loglik ? d->p.elbo : NULL, n, LEVELS);
    if (d->p.has_loglik) {
        snprintf(label, sizeof label, "%s(θ)", picture_symbol(d->m, TERM_LOGLIK));
        add_hill(h, d, TERM_LOGLIK, d->p.loglik, label);
    }
    picture_subscripted(q, sizeof q, "q", machine_here(d->m)->q_count);
    if (d->m->model->class->kind == MODEL_MM)
        snprintf(label, sizeof label, "%s(θ | %s)", picture_symbol(d->m, TERM_ELBO), d->base);
    else
        snprintf(label, sizeof label, "%s(%s, θ)", picture_symbol(d->m, TERM_ELBO), q);
    add_hill(h, d, TERM_ELBO, d->p.elbo, label);
}

/* ---- marks ------------------------------------------------------------------------------ */

static int name_states(struct drawing *d, const struct series *s, const size_t *t, struct error *e)
{
    bool *named = NEW_ARRAY(s->n > 0 ? s->n : 1, bool);

    if (!named)
        return error_no_memory(e);
    hills_choose(d->f, s->x, s->y, s->n, s->n - 1, APART, NAMED, named);
    for (size_t i = 0; i < s->n; i++) {
        char name[PICTURE_NAME];

        picture_subscripted(name, sizeof name, "θ", t[i]);
        if (named[i])
            figure_text(d->f, s->x[i], s->y[i], INK_TOUCH, name);
    }
    mem_free(named);
    return 0;
}

/* The θ of the states up to here, each once; t: how many M-steps came before it. */
static size_t path(struct drawing *d, struct series *s, size_t *t)
{
    const struct theta *last = NULL;
    size_t n = 0;

    for (size_t i = 0; i <= d->trail.here; i++) {
        const struct state *at = trail_state(&d->trail, i);

        if (!at->theta || picture_same_theta(last, at->theta))
            continue;
        last = at->theta;
        struct place place = plane_place(&d->p, last);
        if (s && n < s->n) {
            s->x[n] = place.x;
            s->y[n] = place.y;
            t[n] = at->t;
            d->off |= !place.on;
        }
        n++;
    }
    return n;
}

static int add_path(struct drawing *d, struct error *e)
{
    size_t n = path(d, NULL, NULL), *t = NEW_ARRAY(n > 0 ? n : 1, size_t);

    if (!t)
        return error_no_memory(e);
    struct series *s = figure_add(d->f, n > 1 ? STYLE_LINE_POINTS : STYLE_POINTS, INK_PATH, "path",
                                  n > 1 ? "the way here" : NULL, n);
    s->filled = true;
    path(d, s, t);
    int r = name_states(d, s, t, e);
    mem_free(t);
    return r;
}

static void add_point(struct drawing *d, enum ink ink, const char *name, const char *label,
                      double x, double y)
{
    struct series *s = figure_add(d->f, STYLE_POINTS, ink, name, label, 1);

    s->x[0] = x;
    s->y[0] = y;
    s->filled = true;
}

static void add_touch(struct drawing *d)
{
    char label[80], value[NUMBER_TEXT];

    if (!d->p.touches || !d->p.has_loglik || !isfinite(d->p.touch))
        return;
    snprintf(label, sizeof label, "touch: %s", number_text(value, d->p.touch, 6));
    add_point(d, INK_TOUCH, "touch", label, d->p.base.x, d->p.base.y);
}

static void add_answer(struct drawing *d)
{
    char label[80];

    if (!d->p.has_answer)
        return;
    snprintf(label, sizeof label, "%s%s", machine_m_is_due(d->m) ? "the next M: " : "M-step: ",
             d->answer);
    add_point(d, INK_STEP, "answer", label, d->p.answer.x, d->p.answer.y);
    d->off |= !d->p.answer.on;
}

/* ---- the picture ------------------------------------------------------------------------ */

static void set_window(struct drawing *d)
{
    size_t last = d->p.n - 1;

    d->f->x.ranged = d->f->y.ranged = true;
    d->f->x.low = d->p.x[0];
    d->f->x.high = d->p.x[last];
    d->f->y.low = d->p.y[0];
    d->f->y.high = d->p.y[last];
    d->f->key = KEY_BELOW;
}

static int draw(struct drawing *d, struct error *e)
{
    struct hills hills;

    set_window(d);
    add_hills(d, &hills);
    if (hills.n == 0) {
        error_set(e, "%s is level here: it has no contours",
                  picture_symbol(d->m, d->p.has_loglik ? TERM_LOGLIK : TERM_ELBO));
        return error_hint(e, "take other parameters: along=PARAM,PARAM");
    }
    if (add_path(d, e) != 0)
        return -1;
    add_answer(d);
    add_touch(d);
    hills_number(&hills, INK_TRUTH_HEIGHT);
    hills_number(&hills, INK_BOUND_HEIGHT);
    add_note(d);
    return 0;
}

static int start(struct drawing *d, struct error *e)
{
    struct text title = TEXT_INIT;

    picture_theta(d->m, d->p.axis[0].base, d->base);
    picture_m_answer(d->m, d->answer);
    picture_title(d->m, &title);
    add_claim(d, &title);
    d->f = figure_new(title.s, d->p.axis[0].name, d->p.axis[1].name);
    if (d->f)
        d->f->failed |= title.failed;
    text_clear(&title);
    if (!d->f)
        return error_no_memory(e);
    return trail_make(d->m, &d->trail, e) != 0 ? -1 : draw(d, e);
}

/* "mu[1,1],mu[2,1]" was split at its commas: those inside brackets belong to a name. */
static int read_along(const struct machine *m, const struct option *o, struct plane_how *how,
                      struct error *e)
{
    struct text word[2] = {TEXT_INIT, TEXT_INIT};
    const char *along[2];
    size_t n = 0;
    bool open = false;

    for (size_t i = 0; i < o->nvalue; i++) {
        struct text *t = &word[n < 2 ? n : 1];

        text_addf(t, "%s%s", open ? "," : "", o->value[i]);
        open = strchr(o->value[i], '[') ? !strchr(o->value[i], ']')
                                        : open && !strchr(o->value[i], ']');
        n += !open;
    }
    along[0] = word[0].s;
    along[1] = word[1].s;
    int r = word[0].failed || word[1].failed ? error_no_memory(e) : 0;
    if (r == 0 && (n != 2 || open)) {
        error_set(e, "along= takes two parameters here");
        r = error_hint(e, "along=mu[1],mu[2] for example; plot bound goes along one");
    } else if (r == 0) {
        r = plane_parse(m, along, how, e);
    }
    text_clear(&word[0]);
    text_clear(&word[1]);
    return r == 0 ? 0 : error_place(e, o->at);
}

static int read_how(const struct machine *m, const struct options *o, struct plane_how *how,
                    struct error *e)
{
    const struct option *along = options_find(o, "along");

    *how = (struct plane_how){.n = 0};
    if ((along ? read_along(m, along, how, e) : plane_usual(m, how, e)) != 0)
        return -1;
    return options_count(o, "n", 3, SIDE_MOST, &how->n, e);
}

static int draw_bound2(struct machine *m, const struct options *o, struct figure **f,
                       struct error *e)
{
    struct drawing d = {.m = m};
    struct plane_how how;

    if (read_how(m, o, &how, e) != 0 || plane_make(m, &how, &d.p, e) != 0)
        return -1;
    int r = start(&d, e);
    *f = d.f;
    trail_clear(&d.trail);
    plane_clear(&d.p);
    return r;
}

const struct picture bound2_picture = {
    .name = "bound2",
    .summary = "contours of ℓ and ELBO over two parameters, the touch, the way of EM",
    .options = bound2_options,
    .needs_theta = true,
    .needs_q = true,
    .lets_q_be = true,
    .draw = draw_bound2,
};
