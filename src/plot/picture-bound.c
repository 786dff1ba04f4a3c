/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot bound: ℓ and ELBO along a line (MATH section 3), the touching point with both slopes, the
 * M-step's landing point, and the gap KL that opens there.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/line.h"
#include "plot/picture.h"

static const struct option_spec bound_options[] = {
    {"along", OPTION_WORDS, "em|PARAM", "the line: towards the M-step's answer, or mu[2]"},
    {"from", OPTION_REAL, "S", "where it begins"},
    {"to", OPTION_REAL, "S", "where it ends"},
    {"n", OPTION_COUNT, "201", "points of each curve"},
    {"base", OPTION_CHOICE, "touch|here", "the line goes through the touching point, or here"},
    {NULL},
};

enum { POINTS_MOST = 100001, POINTS = 201, POINTS_FEW = 61, ROWS_MANY = 20000, NAME = 24 };

/* Slopes are equal when they differ by less than this, relatively. */
static const double SLOPES = 1e-6;
/* … and are 0 but for rounding below this share of the picture's height over its width. */
static const double FLAT = 1e-5;
/* Of a curve's height, relatively to its values: below this it is noise. */
static const double ROUNDING = 1e-12;
/* Curves are followed down to this share of the heights that matter below the lowest of them, or to
 * so many nats. */
static const double BELOW_SHARE = 0.2, BELOW_NATS = 6;
/* A gap narrower than this share of the picture's height has no room for arrow heads. */
static const double NARROW = 0.05;

struct drawing {
    struct machine *m;
    const struct state *here;
    struct bound b;
    struct figure *f;
    double low, high;                 /* of y */
    char base[NAME], touch[NAME], peak[NAME]; /* "θ₀", "θ₁": where the line starts … */
    double s, bound, truth;           /* where the gap is drawn, and both curves there */
    bool at_here;                     /* … is the θ of here, neither touch nor peak */
    bool stuck;                       /* the bound has its peak where it touches */
};

static bool same_theta(const struct theta *a, const struct theta *b)
{
    return a && b && (a == b || memcmp(a->b.v, b->b.v, a->b.layout->size * sizeof *a->b.v) == 0);
}

static bool in_range(const struct bound *b, double s)
{
    return s >= b->s[0] && s <= b->s[b->n - 1];
}

/* ---- names ------------------------------------------------------------------------------ */

/* A θ of the path here has the number of M-steps before it. */
static void name_theta(const struct drawing *d, const struct theta *theta, char name[NAME])
{
    const struct state *s = d->here;

    while (s && !same_theta(s->theta, theta))
        s = s->parent == NO_STATE ? NULL : &d->m->state[s->parent];
    if (s)
        picture_subscripted(name, NAME, "θ", s->t);
    else
        snprintf(name, NAME, "θ_q");
}

static void name_peak(struct drawing *d)
{
    if (same_theta(d->here->theta, d->here->m_answer))
        picture_subscripted(d->peak, sizeof d->peak, "θ", d->here->t);
    else if (machine_m_is_due(d->m))
        picture_subscripted(d->peak, sizeof d->peak, "θ", d->here->t + 1);
    else
        snprintf(d->peak, sizeof d->peak, "θ_M");
}

static bool along_em(const struct drawing *d)
{
    return d->b.line.how.kind == LINE_EM;
}

/* "θ₀ = 0.1" of a model of one parameter, "θ₀: 2" of others; "θ₀" along em. */
static void add_place(const struct drawing *d, const char *name, double s, struct text *out)
{
    char number[NUMBER_TEXT];

    text_add(out, name);
    if (!along_em(d))
        text_addf(out, "%s %s", d->m->model->theta.size > 1 ? ":" : " =",
                  number_text(number, s, 4));
}

static void add_x_label(const struct drawing *d, struct text *out)
{
    const struct block *b = d->b.line.how.block;

    if (along_em(d))
        text_addf(out, "s   on the line %s + s (%s − %s)", d->base, d->peak, d->base);
    else if (b->rank == 0)
        text_addf(out, "%s   %s", d->b.line.name, b->help);
    else
        text_add(out, d->b.line.name);
}

/* ---- what is claimed -------------------------------------------------------------------- */

static void add_peak_claim(const struct drawing *d, struct text *out)
{
    if (d->stuck)
        text_add(out, along_em(d) || d->b.peak_is_m_step ? " and peaks there: M can gain nothing"
                                                         : " and peaks there along this line");
    else if (!d->b.peak_is_m_step)
        text_addf(out, "; its peak is the best along %s", d->b.line.name);
    else if (machine_m_is_due(d->m))
        text_add(out, "; its peak is where the next M goes");
    else if (d->at_here)
        text_add(out, "; here the gap is open, and its peak is not reached yet");
    else
        text_addf(out, "; its peak is %s; there the gap %s opens", d->peak,
                  picture_symbol(d->m, TERM_KL));
}

static void add_claim(const struct drawing *d, struct text *out)
{
    const char *truth = picture_symbol(d->m, TERM_LOGLIK);

    if (!d->b.has_loglik)
        text_addf(out, "%s alone: %s is intractable", picture_symbol(d->m, TERM_ELBO), truth);
    else if (!d->b.touches)
        text_addf(out, "the bound lies below %s: %s", truth, d->b.why_no_touch);
    else {
        text_addf(out, "the bound touches %s at %s", truth, d->touch);
        add_peak_claim(d, out);
    }
}

static void add_note(const struct drawing *d)
{
    struct text note = TEXT_INIT;

    if (!d->b.touches)
        return;
    if (!in_range(&d->b, d->b.touch.s))
        text_addf(&note, "the touching point, s = %.4g, lies outside the range", d->b.touch.s);
    else if (!d->b.has_here)
        text_add(&note, "this line misses the current θ; base=here does not");
    if (note.length)
        figure_note(d->f, note.s);
    d->f->failed |= note.failed;
    text_clear(&note);
}

/* ---- the range -------------------------------------------------------------------------- */

struct extent {
    double low, high;
};

static void stretch(struct extent *r, double v)
{
    if (!isfinite(v))
        return;
    r->low = fmin(r->low, v);
    r->high = fmax(r->high, v);
}

/* What the picture is about: the touch, the peak, the gap. */
static struct extent heights(const struct drawing *d)
{
    struct extent r = {INFINITY, -INFINITY};

    if (d->b.touches && in_range(&d->b, d->b.touch.s))
        stretch(&r, d->b.touch.value);
    if (in_range(&d->b, d->b.peak.s))
        stretch(&r, d->b.peak.value);
    if (in_range(&d->b, d->s)) {
        stretch(&r, d->bound);
        stretch(&r, d->truth);
    }
    return r;
}

/* From the highest point to a little below the lowest that matters: where a curve falls to −∞ it
 * leaves the picture. */
static void choose_range(struct drawing *d)
{
    struct extent all = {INFINITY, -INFINITY}, matter = heights(d);

    for (size_t i = 0; i < d->b.n; i++) {
        stretch(&all, d->b.elbo[i]);
        stretch(&all, d->b.loglik[i]);
    }
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

static void add_curve(struct drawing *d, enum ink ink, enum term t, const double *y,
                      const char *label)
{
    const char *name = term_name(d->m->model->class->kind, t)->key;
    struct series *s = figure_add(d->f, STYLE_LINE, ink, name, label, d->b.n);

    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = d->b.s[i];
        s->y[i] = y[i];
    }
}

static void add_curves(struct drawing *d)
{
    char label[80], q[NAME];

    if (d->b.has_loglik) {
        snprintf(label, sizeof label, "%s(θ)", picture_symbol(d->m, TERM_LOGLIK));
        add_curve(d, INK_TRUTH, TERM_LOGLIK, d->b.loglik, label);
    }
    picture_subscripted(q, sizeof q, "q", d->here->q_count);
    if (d->m->model->class->kind == MODEL_MM)
        snprintf(label, sizeof label, "%s(θ | %s)", picture_symbol(d->m, TERM_ELBO), d->touch);
    else
        snprintf(label, sizeof label, "%s(%s, θ)", picture_symbol(d->m, TERM_ELBO), q);
    add_curve(d, INK_BOUND, TERM_ELBO, d->b.elbo, label);
}

static void add_point(struct drawing *d, enum ink ink, bool filled, const char *name,
                      const char *label, double x, double y)
{
    struct series *s = figure_add(d->f, STYLE_POINTS, ink, name, label, 1);

    s->x[0] = x;
    s->y[0] = y;
    s->filled = filled;
}

/* A dotted line from the point down to the axis, and the θ there. */
static void add_guide(struct drawing *d, const char *name, const char *theta, double x, double y)
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

/* "slopes 357.3 = 357.3", to the digits that numerical derivatives have; at a peak both are 0. */
static void add_slopes(const struct drawing *d, struct text *out)
{
    double a = d->b.slope_elbo, b = d->b.slope_loglik, largest = fmax(fabs(a), fabs(b));
    double flat = FLAT * (d->high - d->low) / (d->b.s[d->b.n - 1] - d->b.s[0]);
    bool equal = fabs(a - b) <= SLOPES * fmax(1, largest);
    char left[NUMBER_TEXT], right[NUMBER_TEXT];

    if (largest < flat) {
        text_addf(out, "slopes 0 = 0 to %s", number_text(left, largest, 1));
        return;
    }
    for (int digits = 4; digits >= 1; digits--) {
        number_text(left, a, digits);
        number_text(right, b, digits);
        if (equal && strcmp(left, right) == 0)
            break;
    }
    if (!equal)
        text_addf(out, "slopes %s and %s", number_text(left, a, 4), number_text(right, b, 4));
    else if (strcmp(left, right) == 0)
        text_addf(out, "slopes %s = %s", left, right);
    else
        text_addf(out, "slopes equal to %s", number_text(left, fabs(a - b), 1));
}

static void add_touch(struct drawing *d)
{
    struct text words = TEXT_INIT;
    char value[NUMBER_TEXT];
    double x = d->b.touch.s, y = d->b.touch.value;

    if (!d->b.touches || !in_range(&d->b, x))
        return;
    add_guide(d, "touch_guide", d->touch, x, y);
    add_point(d, INK_TOUCH, true, "touch", NULL, x, y);
    text_addf(&words, "touch: %s = %s = %s", picture_symbol(d->m, TERM_LOGLIK),
              picture_symbol(d->m, TERM_ELBO), number_text(value, y, 6));
    figure_text(d->f, x, y, INK_TOUCH, words.s);
    if (!isnan(d->b.slope_elbo) && !isnan(d->b.slope_loglik)) {
        text_reset(&words);
        add_slopes(d, &words);
        figure_text(d->f, x, y, INK_FAINT, words.s);
    }
    d->f->failed |= words.failed;
    text_clear(&words);
}

static void add_peak(struct drawing *d)
{
    char label[80];

    if (!in_range(&d->b, d->b.peak.s) || !isfinite(d->b.peak.value))
        return;
    if (!d->b.peak_is_m_step)
        snprintf(label, sizeof label, "best along this line");
    else if (machine_m_is_due(d->m) && d->stuck)
        snprintf(label, sizeof label, "the next M stays here");
    else if (machine_m_is_due(d->m))
        snprintf(label, sizeof label, "the next M: %s", d->peak);
    else
        snprintf(label, sizeof label, "M-step: %s", d->peak);
    if (!d->stuck)
        add_guide(d, "peak_guide", d->b.peak_is_m_step ? d->peak : "best", d->b.peak.s,
                  d->b.peak.value);
    add_point(d, INK_STEP, true, "peak", label, d->b.peak.s, d->b.peak.value);
}

/* The θ of here where it is neither touch nor peak: after a damped M, or a θ set by hand. */
static void add_here(struct drawing *d)
{
    char theta[NAME];

    if (!d->at_here || !in_range(&d->b, d->s))
        return;
    picture_subscripted(theta, sizeof theta, "θ", d->here->t);
    add_guide(d, "here_guide", theta, d->s, d->bound);
    add_point(d, INK_STEP, false, "here", "here", d->s, d->bound);
}

static void add_gap_mark(struct drawing *d, bool heads)
{
    struct series *s = figure_add(d->f, heads ? STYLE_ARROW : STYLE_LINE, INK_GAP, "gap", NULL,
                                  heads ? 1 : 2);

    s->two_headed = heads;
    s->x[0] = d->s;
    s->y[0] = d->bound;
    if (heads) {
        series_second(d->f, s, true)[0] = d->s;
        series_second(d->f, s, false)[0] = d->truth;
    } else {
        s->x[1] = d->s;
        s->y[1] = d->truth;
    }
}

static void add_gap(struct drawing *d)
{
    double gap = d->truth - d->bound;
    char words[80], number[NUMBER_TEXT];

    if (!d->b.has_loglik || !isfinite(gap) || !in_range(&d->b, d->s))
        return;
    add_gap_mark(d, gap > NARROW * (d->high - d->low));
    snprintf(words, sizeof words, "%s = %s", picture_symbol(d->m, TERM_KL),
             number_text(number, gap, 4));
    figure_text(d->f, d->s, 0.5 * (d->bound + d->truth), INK_GAP, words);
}

/* Where a step of the algorithm leads; the best of some other line is a place that none goes to. */
static void add_lift(struct drawing *d)
{
    char label[120], theta[NAME];

    if (!d->b.has_loglik || !isfinite(d->truth) || !in_range(&d->b, d->s) ||
        !(d->at_here || d->b.peak_is_m_step))
        return;
    picture_subscripted(theta, sizeof theta, "θ", d->here->t);
    snprintf(label, sizeof label, "%s(%s): %s E lifts the bound to here",
             picture_symbol(d->m, TERM_LOGLIK),
             d->at_here ? theta : d->peak,
             machine_m_is_due(d->m) && !d->at_here ? "then" : "the next");
    add_point(d, INK_TRUTH, false, "lift", label, d->s, d->truth);
}

/* ---- the picture ------------------------------------------------------------------------ */

/* The gap is shown at the θ of here when an M or a hand has moved it off the touching point, else
 * at the peak, where the next M will open it. */
static void choose_focus(struct drawing *d)
{
    double width = d->b.s[d->b.n - 1] - d->b.s[0];

    d->stuck = d->b.touches && fabs(d->b.peak.s - d->b.touch.s) <= 1e-6 * width;
    d->at_here = d->b.has_here && !(d->b.touches && same_theta(d->here->theta, d->here->touch)) &&
                 !(fabs(d->b.here.s - d->b.peak.s) <= 1e-9 * width);
    d->s = d->at_here ? d->b.here.s : d->b.peak.s;
    d->bound = d->at_here ? d->b.here.value : d->b.peak.value;
    d->truth = d->at_here ? d->here->terms.value[TERM_LOGLIK] : d->b.peak_loglik;
}

static void start_figure(struct drawing *d)
{
    struct text title = TEXT_INIT, x = TEXT_INIT;

    picture_title(d->m, &title);
    add_claim(d, &title);
    add_x_label(d, &x);
    d->f = figure_new(title.s, x.s, NULL);
    if (d->f)
        d->f->failed |= title.failed || x.failed;
    text_clear(&title);
    text_clear(&x);
}

static void draw(struct drawing *d)
{
    d->f->x.ranged = d->b.s[d->b.n - 1] > d->b.s[0];
    d->f->x.low = d->b.s[0];
    d->f->x.high = d->b.s[d->b.n - 1];
    choose_range(d);
    add_curves(d);
    add_touch(d);
    add_peak(d);
    add_here(d);
    if (!d->stuck || d->at_here) {
        add_gap(d);
        add_lift(d);
    }
    add_note(d);
}

/* along= as one word again: Sigma[1,1,2] was split at its commas. */
static int read_along(const struct model *m, const struct options *o, struct line_how *how,
                      struct error *e)
{
    const struct option *along = options_find(o, "along");
    struct text word = TEXT_INIT;

    how->kind = LINE_EM;
    if (!along)
        return 0;
    for (size_t i = 0; i < along->nvalue; i++)
        text_addf(&word, "%s%s", i ? "," : "", along->value[i]);
    int r = word.failed ? error_no_memory(e) : line_parse(m, word.s, how, e);
    text_clear(&word);
    return r == 0 ? 0 : error_place(e, along->at);
}

static int read_range(const struct options *o, struct line_how *how, struct error *e)
{
    const struct option *from = options_find(o, "from"), *to = options_find(o, "to");

    if (options_real(o, "from", -HUGE_VAL, HUGE_VAL, &how->from, e) != 0 ||
        options_real(o, "to", -HUGE_VAL, HUGE_VAL, &how->to, e) != 0)
        return -1;
    how->ranged = from && to;
    if (!from != !to)
        return error_set_at(e, (from ? from : to)->at, "%s= needs %s= beside it",
                            from ? "from" : "to", from ? "to" : "from");
    if (how->ranged && !(how->to > how->from))
        return error_set_at(e, to->at, "to= is not above from=");
    return 0;
}

static int read_how(const struct model *m, const struct options *o, struct line_how *how,
                    struct error *e)
{
    int base = 0;

    *how = (struct line_how){.n = m->obs.n > ROWS_MANY ? POINTS_FEW : POINTS};
    if (read_along(m, o, how, e) != 0 || read_range(o, how, e) != 0 ||
        options_count(o, "n", 2, POINTS_MOST, &how->n, e) != 0 ||
        options_choice(o, "base", "touch|here", &base, e) != 0)
        return -1;
    how->here = base == 1;
    return 0;
}

/* Curves that differ from a constant by rounding alone have no peak and no slopes to show. */
static int check_height(const struct drawing *d, struct error *e)
{
    struct extent r = {INFINITY, -INFINITY};

    for (size_t i = 0; i < d->b.n; i++)
        stretch(&r, d->b.elbo[i]);
    if (!along_em(d) || !(r.high - r.low <= ROUNDING * fmax(1, fabs(r.high))))
        return 0;
    struct text entry = TEXT_INIT;
    block_entry_name(&d->m->model->theta.block[0], 0, &entry);
    error_set(e, "the M-step moves θ by rounding only: the bound is level along em");
    error_hint(e, "EM has converged; go along a parameter: along=%s", entry.s);
    text_clear(&entry);
    return -1;
}

static int draw_bound(struct machine *m, const struct options *o, struct figure **f,
                      struct error *e)
{
    struct drawing d = {.m = m};
    struct line_how how;

    if (read_how(m->model, o, &how, e) != 0 || bound_make(m, &how, &d.b, e) != 0)
        return -1;
    if (check_height(&d, e) != 0) {
        bound_clear(&d.b);
        return -1;
    }
    d.here = machine_here(m);
    name_theta(&d, d.b.line.base, d.base);
    name_theta(&d, d.here->touch, d.touch);
    name_peak(&d);
    choose_focus(&d);
    start_figure(&d);
    if (d.f)
        draw(&d);
    *f = d.f;
    bound_clear(&d.b);
    return 0;
}

const struct picture bound_picture = {
    .name = "bound",
    .summary = "ℓ and ELBO along a line: the touch, the M-step's landing point, the gap",
    .options = bound_options,
    .needs_theta = true,
    .needs_q = true,
    .draw = draw_bound,
};
