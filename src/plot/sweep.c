/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_MANY = 20000, POINTS = 201, POINTS_FEW = 61 };

/* Of a curve's height, relatively to its values: below this it is noise. */
static const double ROUNDING = 1e-12;
/* Curves are followed down to this share of the heights that matter below the lowest of them, or to
 * so many nats. */
static const double BELOW_SHARE = 0.2, BELOW_NATS = 6;
/* A gap narrower than this share of the picture's height has no room for arrow heads. */
static const double NARROW = 0.05;

bool sweep_shows(const struct sweep *d, double s)
{
    return s >= d->b.s[0] && s <= d->b.s[d->b.n - 1];
}

double sweep_width(const struct sweep *d)
{
    return d->b.s[d->b.n - 1] - d->b.s[0];
}

static void add_place(const struct sweep *d, const char *name, double s, struct text *out)
{
    char number[NUMBER_TEXT];

    text_add(out, name);
    if (d->b.line.how.kind == LINE_PARAMETER)
        text_addf(out, "%s %s", d->m->model->theta.size > 1 ? ":" : " =",
                  number_text(number, s, 4));
}

static void add_x_label(const struct sweep *d, struct text *out)
{
    const struct line *l = &d->b.line;

    if (l->how.kind == LINE_EM) {
        text_addf(out, "s   on the line %s + s (%s − %s)", d->base, d->peak, d->base);
    } else if (l->how.kind == LINE_GRADIENT) {
        text_addf(out, "s   from %s straight up ∇%s, in ", d->base,
                  d->b.has_loglik ? picture_symbol(d->m, TERM_LOGLIK) : "ELBO");
        line_coordinates(l, out);
    } else if (l->how.block->rank == 0) {
        text_addf(out, "%s   %s", l->name, l->how.block->help);
    } else {
        text_add(out, l->name);
    }
}

/* ---- made and cleared -------------------------------------------------------------------- */

/* Curves that differ from a constant by rounding alone have no peak and no slopes to show. */
static int check_height(const struct sweep *d, struct error *e)
{
    struct extent r = {INFINITY, -INFINITY};

    for (size_t i = 0; i < d->b.n; i++)
        stretch(&r, d->b.elbo[i]);
    if (d->b.line.how.kind == LINE_PARAMETER ||
        !(r.high - r.low <= ROUNDING * fmax(1, fabs(r.high))))
        return 0;
    struct text entry = TEXT_INIT;
    line_example(d->m->model, &entry);
    error_set(e, d->b.line.how.kind == LINE_EM
                     ? "the M-step moves θ by rounding only: the bound is level along em"
                     : "the bound is level along the gradient but for rounding");
    error_hint(e, "EM has converged; go along a parameter: along=%s", entry.s);
    text_clear(&entry);
    return -1;
}

static void choose_focus(struct sweep *d)
{
    const struct bound *b = &d->b;

    d->stuck = b->touches && fabs(b->peak.s - b->touch.s) <= 1e-6 * sweep_width(d);
    bool at_touch = b->touches && picture_same_theta(d->here->theta, d->here->touch);
    d->at_here = b->has_here && !at_touch &&
                 !(fabs(b->here.s - b->peak.s) <= 1e-9 * sweep_width(d));
    d->focus = d->at_here ? b->here.s : b->peak.s;
    if (d->at_here)
        picture_subscripted(d->at, sizeof d->at, "θ", d->here->t);
    else
        snprintf(d->at, sizeof d->at, "%s", b->peak_is_m_step ? d->peak : "best");
    if (d->at_here && strcmp(d->at, d->touch) == 0) /* a θ set by hand takes no M-step */
        snprintf(d->at, sizeof d->at, "here");
}

int sweep_make(struct machine *m, const struct options *o, struct line_how *how, struct sweep *d,
               struct error *e)
{
    *d = (struct sweep){.m = m, .here = machine_here(m)};
    how->n = m->model->obs.n > ROWS_MANY ? POINTS_FEW : POINTS;
    if (line_from_options(m->model, o, how, e) != 0 || bound_make(m, how, &d->b, e) != 0)
        return -1;
    if (check_height(d, e) != 0) {
        sweep_clear(d);
        return -1;
    }
    d->here = machine_here(m);
    picture_theta(d->m, d->b.line.base, d->base);
    picture_theta(d->m, d->here->touch, d->touch);
    picture_m_answer(d->m, d->peak);
    choose_focus(d);
    return 0;
}

void sweep_clear(struct sweep *d)
{
    bound_clear(&d->b);
}

void sweep_start(struct sweep *d, const char *title, const char *ylabel)
{
    struct text x = TEXT_INIT;

    add_x_label(d, &x);
    d->f = figure_new(title, x.s, ylabel);
    if (d->f) {
        d->f->failed |= x.failed;
        d->f->x.ranged = sweep_width(d) > 0;
        d->f->x.low = d->b.s[0];
        d->f->x.high = d->b.s[d->b.n - 1];
    }
    text_clear(&x);
}

/* ---- the range -------------------------------------------------------------------------- */

void stretch(struct extent *r, double v)
{
    if (!isfinite(v))
        return;
    r->low = fmin(r->low, v);
    r->high = fmax(r->high, v);
}

void sweep_range(struct sweep *d, struct extent matter, struct extent all)
{
    stretch(&all, matter.low);
    stretch(&all, matter.high);
    if (!(matter.low <= matter.high))
        matter = all;
    double below = fmax(BELOW_SHARE * (all.high - matter.low), BELOW_NATS);
    double low = fmax(all.low, matter.low - below), height = all.high - low;
    if (!(height > 0) || !isfinite(height)) {
        d->low = all.low - 1;
        d->high = all.low + 1;
        return;
    }
    d->low = low - 0.2 * height; /* room for the words under the touch, and for θ₀ */
    d->high = all.high + 0.12 * height;
    d->f->y.ranged = true;
    d->f->y.low = d->low;
    d->f->y.high = d->high;
}

/* ---- marks ------------------------------------------------------------------------------ */

struct series *sweep_curve(struct sweep *d, enum ink ink, const char *name, const char *label,
                           const double *y)
{
    struct series *s = figure_add(d->f, STYLE_LINE, ink, name, label, d->b.n);

    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = d->b.s[i];
        s->y[i] = y[i];
    }
    return s;
}

void sweep_point(struct sweep *d, enum ink ink, bool filled, const char *name, const char *label,
                 double x, double y)
{
    struct series *s = figure_add(d->f, STYLE_POINTS, ink, name, label, 1);

    s->x[0] = x;
    s->y[0] = y;
    s->filled = filled;
}

void sweep_guide(struct sweep *d, const char *name, const char *theta, double x, double y)
{
    struct text words = TEXT_INIT;
    struct series *s = figure_add(d->f, STYLE_LINE, INK_FAINT, name, NULL, 2);

    s->x[0] = s->x[1] = x;
    s->y[0] = fmin(y, d->high);
    s->y[1] = d->low;
    add_place(d, theta, x, &words);
    figure_text(d->f, x, d->low + 0.03 * (d->high - d->low), INK_TOUCH, words.s);
    d->f->failed |= words.failed;
    text_clear(&words);
}

void sweep_riser(struct sweep *d, enum ink ink, const char *name, bool two_headed, double s,
                 double low, double high)
{
    bool heads = fabs(high - low) > NARROW * (d->high - d->low);
    struct series *r = figure_add(d->f, heads ? STYLE_ARROW : STYLE_LINE, ink, name, NULL,
                                  heads ? 1 : 2);

    r->two_headed = heads && two_headed;
    r->x[0] = s;
    r->y[0] = low;
    if (heads) {
        series_second(d->f, r, true)[0] = s;
        series_second(d->f, r, false)[0] = high;
    } else {
        r->x[1] = s;
        r->y[1] = high;
    }
}
