/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot rate: the errors of θ and ℓ by M-step, against what the theory says: near
 * the maximum ‖θ_t − θ*‖ shrinks by λ a step, ℓ* − ℓ_t by λ².
 *
 * θ* is the last θ of the path.  It is itself away from the limit by about Δ λ/(1 − λ), Δ its last
 * step; errors that are not far larger than that say nothing and are left out.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/information.h"
#include "plot/trail.h"

/* Errors count down to so many times that of θ*, of rounding in θ, … */
static const double ABOVE_LIMIT = 1000, ABOVE_ROUNDING = 1000 * DBL_EPSILON;
/* … and of rounding in ℓ, relatively. */
static const double ROUNDING_LOGLIK = 1e-12;
/* An observed rate is λ when its logarithm is, to this. */
static const double AGREES = 0.02;
/* So many errors make a rate; it is taken from the later ones. */
enum { ERRORS_LEAST = 3, ERRORS_TAIL = 8 };
/* More of them are drawn as a line. */
enum { POINTS_MOST = 60 };

/* Errors by M-step: log10, only those that count. */
struct errors {
    size_t n;
    double *t, *log10;
};

struct rate {
    struct trail trail;
    size_t first;               /* of the trail: the start, or the last θ by hand */
    const struct state *last;
    size_t nrate;
    double *rate;               /* (nrate) the eigenvalues of DM, largest first */
    double lambda;              /* that of them by which the errors shrink; NaN: not known, and */
    char why[200];              /* … why */
    double step, rest, floor;   /* the last step, how far θ* is from the limit, the least error */
    struct errors theta, loglik;
    struct figure *f;
};

/* ---- the errors ------------------------------------------------------------------------- */

/* A θ that M-steps lead on from: a start, one set by hand, or an M's. */
static bool is_place(const struct state *s)
{
    return s->step.phase == PHASE_INIT || s->step.phase == PHASE_THETA ||
           s->step.phase == PHASE_M;
}

static double height(const struct rate *r, size_t i)
{
    double prior = trail_term(&r->trail, i, TERM_LOGPRIOR);

    return trail_term(&r->trail, i, TERM_LOGLIK) + (isnan(prior) ? 0 : prior);
}

static void find_ends(struct rate *r)
{
    for (size_t i = 0; i < r->trail.n; i++) {
        const struct state *s = trail_state(&r->trail, i);

        if (s->step.phase == PHASE_INIT || s->step.phase == PHASE_THETA)
            r->first = i;
        if (s->theta)
            r->last = s;
    }
}

/* The length of the last M-step; ∞ when there is none. */
static double last_step(const struct rate *r)
{
    const struct theta *after = NULL;

    for (size_t i = r->trail.n; i-- > r->first;) {
        const struct state *s = trail_state(&r->trail, i);

        if (!is_place(s) || !s->theta)
            continue;
        if (after)
            return blocks_distance(&s->theta->b, &after->b);
        after = s->theta;
    }
    return INFINITY;
}

/* DM's eigenvalues at θ*, less those of rotations that no data can tell apart. */
static int find_rates(struct rate *r, struct error *e)
{
    const struct machine *m = r->trail.m;
    size_t n = information_size(m), skip = m->model->unidentified;
    struct error why = {0};

    r->lambda = NAN;
    r->rate = NEW_ARRAY(n + 1, double);
    if (!r->rate)
        return error_no_memory(e);
    if (information_rates(m, r->last->theta, r->rate, &why) != 0) {
        snprintf(r->why, sizeof r->why, "%.199s", why.message);
    } else if (skip < n) {
        r->nrate = n - skip;
        memmove(r->rate, r->rate + skip, r->nrate * sizeof *r->rate);
        r->lambda = r->rate[0];
    }
    return 0;
}

static void add_error(struct errors *errors, double t, double error, double floor)
{
    if (!(error > floor))
        return;
    errors->t[errors->n] = t;
    errors->log10[errors->n++] = log10(error);
}

static void measure(struct rate *r)
{
    double top = height(r, r->trail.n - 1), least = ROUNDING_LOGLIK * fmax(1, fabs(top));

    for (size_t i = r->first; i < r->trail.n; i++) {
        const struct state *s = trail_state(&r->trail, i);

        if (!is_place(s))
            continue;
        if (s->theta)
            add_error(&r->theta, (double)s->t,
                      blocks_distance(&s->theta->b, &r->last->theta->b), r->floor);
        add_error(&r->loglik, (double)s->t, top - height(r, i), least);
    }
}

static int errors_make(struct errors *errors, size_t n, struct error *e)
{
    errors->t = NEW_ARRAY(2 * n + 1, double);
    errors->log10 = errors->t ? errors->t + n : NULL;
    return errors->t ? 0 : error_no_memory(e);
}

/* What a step makes of the errors, by least squares over the later half; NaN of too few. */
static double observed(const struct errors *errors)
{
    size_t n = errors->n, tail = n / 2 > ERRORS_TAIL ? ERRORS_TAIL : n / 2;
    double mean_t = 0, mean = 0, cross = 0, square = 0;

    if (n < ERRORS_LEAST)
        return NAN;
    tail = tail < ERRORS_LEAST ? ERRORS_LEAST : tail;
    for (size_t i = n - tail; i < n; i++) {
        mean_t += errors->t[i] / (double)tail;
        mean += errors->log10[i] / (double)tail;
    }
    for (size_t i = n - tail; i < n; i++) {
        cross += (errors->t[i] - mean_t) * (errors->log10[i] - mean);
        square += (errors->t[i] - mean_t) * (errors->t[i] - mean_t);
    }
    return pow(10, cross / square);
}

static bool agrees(double seen, double rate)
{
    return fabs(log(seen) / log(rate) - 1) < AGREES;
}

/* A start can lie where the error has no part in DM's first direction (μ = x̄ of ppca stays so):
 * the next eigenvalue is then what is seen. */
static void choose_lambda(struct rate *r)
{
    double seen = observed(&r->theta);

    for (size_t i = 0; i < r->nrate; i++)
        if (agrees(seen, r->rate[i])) {
            r->lambda = r->rate[i];
            return;
        }
}

/* ---- refusals --------------------------------------------------------------------------- */

static int refuse(const struct rate *r, struct error *e)
{
    double size = fmax(1, blocks_norm(&r->last->theta->b));
    char number[NUMBER_TEXT];

    if (isinf(r->step)) {
        error_set(e, "plot rate needs M-steps: the history has none since θ was set");
        return error_hint(e, "run rule=theta tol=1e-12, then plot rate");
    }
    if (r->step > 1e-9 * size) {
        error_set(e, "plot rate needs a history that has converged: its last M-step still moved θ "
                     "by %s", number_text(number, r->step, 2));
        return error_hint(e, "run rule=theta tol=1e-12, then plot rate");
    }
    error_set(e, "θ came to its limit in %zu M-step%s: too few errors to see a rate",
              r->theta.n, r->theta.n == 1 ? "" : "s");
    return error_hint(e, isnan(r->lambda) ? "start farther from the maximum"
                                          : "start farther from the maximum; show rate tells λ");
}

static int prepare(struct rate *r, struct error *e)
{
    double size;

    find_ends(r);
    if (!r->last)
        return error_set(e, "the states of this path were let go of (set history_limit)");
    if (errors_make(&r->theta, r->trail.n, e) != 0 || errors_make(&r->loglik, r->trail.n, e) != 0 ||
        find_rates(r, e) != 0)
        return -1;
    size = fmax(1, blocks_norm(&r->last->theta->b));
    r->step = last_step(r);
    r->rest = isnan(r->lambda) || !(r->lambda < 1) ? r->step
                                                   : r->step * r->lambda / (1 - r->lambda);
    r->floor = fmax(ABOVE_LIMIT * r->rest, ABOVE_ROUNDING * size);
    measure(r);
    if (r->theta.n < ERRORS_LEAST)
        return refuse(r, e);
    choose_lambda(r);
    return 0;
}

/* ---- words ------------------------------------------------------------------------------ */

/* "0.1328 a step (λ = 0.1328)" */
static void add_rate(struct text *out, double seen, const char *unit, const char *symbol,
                     double rate)
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT];

    text_addf(out, "%s%s", number_text(a, seen, 4), unit);
    if (!isnan(rate))
        text_addf(out, " (%s = %s)", symbol, number_text(b, rate, 4));
}

static void add_claim(const struct rate *r, struct text *out)
{
    text_add(out, "errors of θ shrink by ");
    add_rate(out, observed(&r->theta), " a step", "λ", r->lambda);
    if (r->loglik.n < ERRORS_LEAST)
        return;
    text_addf(out, ", those of %s by ", picture_symbol(r->trail.m, TERM_LOGLIK));
    add_rate(out, observed(&r->loglik), "", "λ²", r->lambda * r->lambda);
}

static bool all_full(const struct rate *r)
{
    for (size_t i = r->first + 1; i < r->trail.n; i++) {
        const struct state *s = trail_state(&r->trail, i);
        const struct step *step = &s->step;

        if ((step->phase == PHASE_M && (step->partial || step->m.kind != M_EXACT)) ||
            step->phase == PHASE_Q || (step->phase == PHASE_E && step->e.kind != E_EXACT))
            return false;
    }
    return true;
}

static void add_note(const struct rate *r)
{
    struct text note = TEXT_INIT;
    char number[NUMBER_TEXT];

    if (isnan(r->lambda))
        text_addf(&note, "no λ: %s", r->why);
    else if (!all_full(r))
        text_add(&note, "λ is that of full E- and M-steps; some here were not");
    else if (!agrees(observed(&r->theta), r->lambda))
        text_add(&note, "λ, DM's largest eigenvalue, is the rate in the end: not reached yet");
    else if (r->lambda < r->rate[0])
        text_addf(&note, "DM's largest eigenvalue, %s, is of a direction that this start lacks",
                  number_text(number, r->rate[0], 4));
    else
        text_addf(&note, "θ* is the last θ: errors below %s are not shown",
                  number_text(number, r->floor, 1));
    figure_note(r->f, note.s);
    r->f->failed |= note.failed;
    text_clear(&note);
}

/* ---- marks ------------------------------------------------------------------------------ */

static void add_errors(struct rate *r, const struct errors *errors, enum ink ink, const char *name,
                       const char *label)
{
    struct series *s = figure_add(r->f, errors->n > POINTS_MOST ? STYLE_LINE : STYLE_POINTS, ink,
                                  name, label, errors->n);

    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = errors->t[i];
        s->y[i] = errors->log10[i];
    }
    s->filled = ink == INK_TOUCH; /* the other open: told apart in grey-scale */
}

/* Through the last error, with the slope of the theory. */
static void add_theory(struct rate *r, const struct errors *errors, const char *name,
                       const char *label, double rate)
{
    struct series *s = figure_add(r->f, STYLE_LINE, INK_BOUND, name, label, 2);
    size_t last = errors->n - 1;

    s->x[0] = errors->t[0];
    s->x[1] = errors->t[last];
    s->y[0] = errors->log10[last] + (errors->t[0] - errors->t[last]) * log10(rate);
    s->y[1] = errors->log10[last];
}

static void draw(struct rate *r)
{
    bool has_lambda = r->lambda > 0 && r->lambda < 1, has_loglik = r->loglik.n >= ERRORS_LEAST;
    const char *truth = picture_symbol(r->trail.m, TERM_LOGLIK);
    char label[80];

    add_errors(r, &r->theta, INK_TOUCH, "log10_error_theta", "‖θₜ − θ*‖");
    snprintf(label, sizeof label, "%s* − %sₜ", truth, truth);
    if (has_loglik)
        add_errors(r, &r->loglik, INK_TRUTH, "log10_error_loglik", label);
    if (has_lambda)
        add_theory(r, &r->theta, "theory_theta",
                   has_loglik ? "slopes log λ and 2 log λ" : "slope log λ", r->lambda);
    if (has_lambda && has_loglik)
        add_theory(r, &r->loglik, "theory_loglik", NULL, r->lambda * r->lambda);
    r->f->key = KEY_BOTTOM_LEFT;
    add_note(r);
}

static void rate_clear(struct rate *r)
{
    mem_free(r->rate);
    mem_free(r->theta.t);
    mem_free(r->loglik.t);
    trail_clear(&r->trail);
}

static int draw_rate(struct machine *m, const struct options *o, struct figure **f,
                     struct error *e)
{
    struct rate r = {.first = 0};
    struct text title = TEXT_INIT;

    (void)o;
    if (trail_make(m, &r.trail, e) != 0)
        return -1;
    if (prepare(&r, e) != 0) {
        rate_clear(&r);
        return -1;
    }
    picture_title(m, &title);
    add_claim(&r, &title);
    r.f = figure_new(title.s, "M-steps t", "log₁₀ of the error");
    if (r.f) {
        r.f->failed |= title.failed;
        draw(&r);
    }
    *f = r.f;
    text_clear(&title);
    rate_clear(&r);
    return 0;
}

const struct picture rate_picture = {
    .name = "rate",
    .summary = "log₁₀ errors of θ and ℓ by M-step, with the slopes log λ and 2 log λ",
    .needs_theta = true,
    .still = true,
    .draw = draw_rate,
};
