/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures over two axes: contours lie where the function has its level, and every number is the
 * machine's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "em/ascent.h"
#include "em/plane.h"
#include "em/starts.h"
#include "numeric/contour.h"
#include "numeric/peak.h"
#include "plot/picture.h"
#include "support.h"

/* ---- contours --------------------------------------------------------------------------- */

enum { SIDE = 61 };

static double axis[SIDE], heights[SIDE * SIDE];

/* f over [−2, 2]². */
static struct field field_of(double (*f)(double x, double y))
{
    for (size_t i = 0; i < SIDE; i++)
        axis[i] = -2 + 4 * (double)i / (SIDE - 1);
    for (size_t j = 0; j < SIDE; j++)
        for (size_t i = 0; i < SIDE; i++)
            heights[j * SIDE + i] = f(axis[i], axis[j]);
    return (struct field){SIDE, SIDE, axis, axis, heights};
}

static size_t pieces(const struct contour *c)
{
    size_t n = c->n > 0;
    for (size_t i = 0; i < c->n; i++)
        n += isnan(c->x[i]) ? 1 : 0;
    return n;
}

static double bowl(double x, double y) { return x * x + y * y; }
static double slope(double x, double y) { return x + 2 * y; }
static double saddle(double x, double y) { return x * y; }
static double two_hills(double x, double y)
{
    return fmax(1 - hypot(x - 1, y), 1 - hypot(x + 1, y));
}
static double holed(double x, double y) { return x > 0.3 && y > 0.3 ? NAN : x * x + y * y; }
static double cliff(double x, double y) { return x < -0.5 ? -INFINITY : -bowl(x, y); }

START_TEST(a_circle_is_one_closed_line)
{
    struct field f = field_of(bowl);
    struct contour c;
    ck_assert_int_eq(contour_trace(&f, 1.5, &c), 0);
    ck_assert_uint_eq(pieces(&c), 1);
    ck_assert_double_eq(c.x[0], c.x[c.n - 1]);
    ck_assert_double_eq(c.y[0], c.y[c.n - 1]);
    double around = 0;
    for (size_t i = 0; i < c.n; i++) { /* a chord errs by h²/8 of the second derivative, 2 */
        ck_assert_double_le(fabs(bowl(c.x[i], c.y[i]) - 1.5), 16.0 / 3600 / 4);
        around += i ? hypot(c.x[i] - c.x[i - 1], c.y[i] - c.y[i - 1]) : 0;
    }
    support_close(around, 2 * M_PI * sqrt(1.5), 1e-2, "its length");
    contour_clear(&c);
}
END_TEST

START_TEST(a_slope_is_one_straight_line)
{
    struct field f = field_of(slope);
    struct contour c;
    ck_assert_int_eq(contour_trace(&f, 0.7, &c), 0);
    ck_assert_uint_eq(pieces(&c), 1);
    for (size_t i = 0; i < c.n; i++)
        support_close(slope(c.x[i], c.y[i]), 0.7, 1e-12, "on the line");
    support_close(fabs(c.x[0] - c.x[c.n - 1]), 4, 1e-12, "from edge to edge");
    contour_clear(&c);
    ck_assert_int_eq(contour_trace(&f, 7, &c), 0);
    ck_assert_uint_eq(c.n, 0); /* no such height */
    contour_clear(&c);
}
END_TEST

/* xy = ±c are two branches that do not cross, whichever way the middle cell is cut. */
START_TEST(a_saddle_has_two_branches)
{
    struct field f = field_of(saddle);
    for (int sign = -1; sign <= 1; sign += 2) {
        struct contour c;
        ck_assert_int_eq(contour_trace(&f, sign * 0.01, &c), 0);
        ck_assert_uint_eq(pieces(&c), 2);
        for (size_t i = 0; i < c.n; i++)
            ck_assert(isnan(c.x[i]) || c.x[i] * c.y[i] * sign > 0);
        contour_clear(&c);
    }
    const double v[] = {1, 0, 0, 1}, at[] = {0, 1};
    struct field cell = {2, 2, at, at, v};
    struct contour c;
    ck_assert_int_eq(contour_trace(&cell, 0.4, &c), 0); /* the middle, 0.5, joins the ones */
    ck_assert_uint_eq(pieces(&c), 2);
    for (size_t i = 0; i + 1 < c.n; i++) /* each cuts off a corner of 0: (1,0) or (0,1) */
        ck_assert(isnan(c.x[i]) || isnan(c.x[i + 1]) ||
                  (c.x[i] - c.y[i]) * (c.x[i + 1] - c.y[i + 1]) > 0);
    contour_clear(&c);
}
END_TEST

START_TEST(islands_and_holes)
{
    struct contour c;
    struct field f = field_of(two_hills);
    ck_assert_int_eq(contour_trace(&f, 0.5, &c), 0);
    ck_assert_uint_eq(pieces(&c), 2);
    contour_clear(&c);
    f = field_of(holed);
    ck_assert_int_eq(contour_trace(&f, 1, &c), 0);
    ck_assert_uint_eq(pieces(&c), 1);
    for (size_t i = 0; i < c.n; i++)
        ck_assert(isfinite(c.x[i]) && !(c.x[i] > 0.37 && c.y[i] > 0.37));
    ck_assert(hypot(c.x[0] - c.x[c.n - 1], c.y[0] - c.y[c.n - 1]) > 0.5); /* it is open */
    contour_clear(&c);
    f = field_of(cliff);
    ck_assert_int_eq(contour_trace(&f, -1, &c), 0);
    for (size_t i = 0; i < c.n; i++)
        ck_assert(c.x[i] >= -0.5);
    contour_clear(&c);
}
END_TEST

START_TEST(contours_without_memory)
{
    struct field f = field_of(bowl);
    for (long n = 0; n < 3; n++) {
        struct contour c;
        mem_fail_after(n);
        int r = contour_trace(&f, 1, &c);
        mem_fail_after(-1);
        ck_assert_int_eq(r, -1);
        contour_clear(&c);
    }
}
END_TEST

START_TEST(levels_are_round)
{
    double v[8];
    ck_assert_uint_eq(contour_levels(-437.2, -401.3, 8, v), 7);
    ck_assert_double_eq(v[0], -435);
    ck_assert_double_eq(v[6], -405);
    ck_assert_uint_eq(contour_levels(0.1, 0.32, 3, v), 3);
    support_close(v[2], 0.3, 1e-15, "0.1, 0.2, 0.3");
    ck_assert_uint_eq(contour_levels(3, 3, 8, v), 0);
    ck_assert_uint_eq(contour_levels(-INFINITY, 3, 8, v), 0);
    ck_assert_uint_le(contour_levels(-1e-9, 1e9, 8, v), 8);
}
END_TEST

static double parabola(double x, void *top) { return -(x - *(double *)top) * (x - *(double *)top); }

START_TEST(a_peak_between_and_at_the_ends)
{
    double x[] = {0, 1, 2, 3}, tops[] = {1.3, 2.9, 0.1, 3, 7};
    for (size_t k = 0; k < 5; k++) {
        double y[4], at, value;
        for (size_t i = 0; i < 4; i++)
            y[i] = parabola(x[i], &tops[k]);
        ck_assert(peak_find(parabola, &tops[k], x, y, 4, &at, &value));
        support_close(at, fmin(tops[k], 3), 1e-7, "peak");
    }
    double none[] = {NAN, -INFINITY, NAN, NAN}, at, value;
    ck_assert(!peak_find(parabola, &tops[0], x, none, 4, &at, &value));
}
END_TEST

/* ---- blocks that move and mix ----------------------------------------------------------- */

START_TEST(two_weights_move_at_once)
{
    struct block row = {.name = "pi", .rank = 1, .dim = {4}, .constraint = CONSTRAINT_SIMPLEX};
    double v[] = {0.1, 0.2, 0.3, 0.4};
    block_move(&row, v, (size_t[]){0, 2}, (double[]){0.25, 0.45}, 2);
    const double want[] = {0.25, 0.1, 0.45, 0.2}; /* the others keep 1 : 2 */
    for (size_t i = 0; i < 4; i++)
        support_close(v[i], want[i], 1e-15, "weight");
    struct block rows = {.name = "A", .rank = 2, .dim = {2, 2}, .constraint = CONSTRAINT_SIMPLEX};
    double A[] = {0.5, 0.5, 0.5, 0.5};
    block_move(&rows, A, (size_t[]){0, 3}, (double[]){0.9, 0.7}, 2);
    const double both[] = {0.9, 0.1, 0.3, 0.7};
    for (size_t i = 0; i < 4; i++)
        support_close(A[i], both[i], 1e-15, "rows");
    struct block cov = {.name = "S", .rank = 2, .dim = {2, 2}, .constraint = CONSTRAINT_SPD};
    double S[] = {1, 0, 0, 2};
    block_move(&cov, S, (size_t[]){1, 3}, (double[]){0.5, 3}, 2);
    ck_assert(S[0] == 1 && S[1] == 0.5 && S[2] == 0.5 && S[3] == 3);
    ck_assert(block_free_of(&row, 0, 2) && !block_free_of(&row, 1, 1));
    ck_assert(!block_free_of(&rows, 0, 1) && block_free_of(&rows, 0, 3));
    ck_assert(!block_free_of(&cov, 1, 2) && block_free_of(&cov, 0, 3));
}
END_TEST

static const struct sample {
    const char *data, *model, *options;
} samples[] = {
    {"faithful", "gmm", "k=2 columns=eruptions"},
    {"coins", "binomial", "k=2"},
    {"linkage", "linkage", "columns=count"},
    {"airquality", "mvn", "columns=Ozone,Wind"},
    {"iris", "ppca", "columns=1,2,3,4 m=2"},
    {"iris", "fa", "columns=1,2,3,4 m=1"},
    {"sim_hmm_60", "hmm", "k=2 columns=x"},
    {"sim_ising_6x8", "ising", "columns=row,col,x J=0.4"},
    {"sim_mix1d_100", "denoise", "s2=1 columns=x"},
    {"citations", "bradley-terry", ""},
    {"faithful", "vbgmm", "k=2"},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static struct machine *machine_of(const struct sample *s)
{
    struct machine *m = support_machine(s->data, s->model, s->options);
    struct error e = {0};
    struct theta *t = theta_new(&m->model->theta, &e);
    gsl_rng *random = random_new(4, &e);
    const char *method = m->model->class->inits[0].name;
    ck_assert_msg(m->model->class->init(m->model, method, random, t, &e) == 0, "%s", e.message);
    ck_assert_msg(machine_start(m, t, &e) == 0, "%s", e.message);
    theta_free(t);
    gsl_rng_free(random);
    return m;
}

static struct machine *on_its_way(const struct sample *s)
{
    struct machine *m = machine_of(s);
    support_e(m);
    support_m(m);
    support_e(m);
    support_m(m);
    return m;
}

/* ---- bound2 ----------------------------------------------------------------------------- */

static int draw(struct machine *m, const char *kind, const char *words, struct figure **f,
                struct error *e)
{
    struct options o;
    const struct picture *p = picture_find(kind, e);
    ck_assert_ptr_nonnull(p);
    support_options(&o, words);
    int r = picture_draw(p, m, &o, f, e);
    options_clear(&o);
    return r;
}

static struct figure *drawn(struct machine *m, const char *kind, const char *words)
{
    struct error e = {0};
    struct figure *f;
    ck_assert_msg(draw(m, kind, words, &f, &e) == 0, "%s %s: %s", kind, words, e.message);
    return f;
}

static void refused(struct machine *m, const char *kind, const char *words, const char *message,
                    const char *hint)
{
    struct error e = {0};
    struct figure *f;
    ck_assert_int_eq(draw(m, kind, words, &f, &e), -1);
    ck_assert_msg(strstr(e.message, message) != NULL, "%s", e.message);
    ck_assert_msg(strstr(e.hint, hint) != NULL, "%s", e.hint);
}

static const struct series *series_of(const struct figure *f, const char *name)
{
    for (size_t i = 0; i < f->nseries; i++)
        if (f->series[i]->name && strcmp(f->series[i]->name, name) == 0)
            return f->series[i];
    return NULL;
}

/* Straight between the grid's corners: what a vertex, which lies on an edge, stands for. */
static double between_corners(const double *x, const double *y, const double *v, size_t n,
                              double at, double up)
{
    size_t i = 0, j = 0;
    while (i + 2 < n && x[i + 1] < at)
        i++;
    while (j + 2 < n && y[j + 1] < up)
        j++;
    double s = (at - x[i]) / (x[i + 1] - x[i]), t = (up - y[j]) / (y[j + 1] - y[j]);
    const double *c = v + j * n + i;
    return (1 - t) * ((1 - s) * c[0] + s * c[1]) + t * ((1 - s) * c[n] + s * c[n + 1]);
}

/* Every vertex of NAME_LEVEL has that level on the grid of values. */
static size_t check_levels(const struct figure *f, const char *name, const double *x,
                           const double *y, const double *v, size_t n)
{
    size_t levels = 0, length = strlen(name);
    for (size_t i = 0; i < f->nseries; i++) {
        const struct series *s = f->series[i];
        if (!s->name || strncmp(s->name, name, length) != 0 || s->name[length] != '_')
            continue;
        double level = strtod(s->name + length + 1, NULL);
        levels++;
        for (size_t k = 0; k < s->n; k++)
            if (!isnan(s->x[k]))
                support_close(between_corners(x, y, v, n, s->x[k], s->y[k]), level, 1e-6,
                              s->name);
    }
    return levels;
}

/* The grid's values are the terms at θ with the two entries set by hand. */
static void values_are_the_machines(const struct machine *m, const struct plane *p)
{
    struct error e = {0};
    const struct line_how *a = &p->axis[0].how, *b = &p->axis[1].how;
    const struct state *here = machine_here(m);
    struct theta *t = theta_copy(here->touch ? here->touch : here->theta, &e);
    for (size_t k = 0; k < p->n * p->n; k += 7) {
        struct terms terms;
        t->b.v[a->block->offset + a->entry] = p->x[k % p->n];
        t->b.v[b->block->offset + b->entry] = p->y[k / p->n];
        if (model_theta_valid(m->model, t, &e) != 0)
            continue;
        model_terms(m->model, NULL, here->q, t, ~0u, &terms);
        if (!isnan(terms.value[TERM_ELBO]))
            support_close(p->elbo[k], terms.value[TERM_ELBO], 1e-12, "ELBO");
        if (!p->has_loglik)
            continue;
        support_close(p->loglik[k], terms.value[TERM_LOGLIK], 1e-12, "ℓ");
        ck_assert(!(p->elbo[k] > p->loglik[k] + terms_tolerance(&terms)));
    }
    theta_free(t);
}

static void marks_are_the_machines(struct machine *m, const struct plane *p,
                                   const struct figure *f)
{
    struct error e = {0};
    const struct theta *answer;
    const struct state *here = machine_here(m);
    size_t x = p->axis[0].how.block->offset + p->axis[0].how.entry;
    size_t y = p->axis[1].how.block->offset + p->axis[1].how.entry;
    const struct series *s = series_of(f, "answer"), *path = series_of(f, "path");
    ck_assert_int_eq(machine_m_answer(m, &answer, &e), 0);
    ck_assert(s && s->x[0] == answer->b.v[x] && s->y[0] == answer->b.v[y]);
    ck_assert(path && path->x[0] == m->state[0].theta->b.v[x]);
    ck_assert(path->x[path->n - 1] == here->theta->b.v[x]);
    ck_assert(path->y[path->n - 1] == here->theta->b.v[y]);
    s = series_of(f, "touch");
    ck_assert((s != NULL) == (model_touches(m->model) && p->has_loglik));
    if (s) {
        ck_assert(s->x[0] == here->touch->b.v[x] && s->y[0] == here->touch->b.v[y]);
        support_close(p->touch, m->state[here->parent].terms.value[TERM_LOGLIK], 1e-9, "touch");
    }
}

START_TEST(bound2_shows_the_machines_numbers)
{
    struct machine *m = on_its_way(&samples[_i]);
    struct error e = {0};
    struct plane_how how = {.n = 17};
    struct plane p;
    if (m->model->theta.size == 1) {
        refused(m, "bound2", "", "fewer than two parameters", "plot ascent");
        machine_free(m);
        return;
    }
    ck_assert_msg(plane_usual(m, &how, &e) == 0, "%s", e.message);
    ck_assert_msg(plane_make(m, &how, &p, &e) == 0, "%s", e.message);
    bool mm = m->model->class->kind == MODEL_MM;
    struct figure *f = drawn(m, "bound2", "n=17");
    values_are_the_machines(m, &p);
    marks_are_the_machines(m, &p, f);
    size_t levels = check_levels(f, mm ? "surrogate" : "elbo", p.x, p.y, p.elbo, p.n);
    if (p.has_loglik)
        levels = check_levels(f, mm ? "objective" : "loglik", p.x, p.y, p.loglik, p.n);
    ck_assert_uint_ge(levels, 2);
    ck_assert((strstr(f->title, "touch") != NULL) == (model_touches(m->model) && p.has_loglik));
    figure_free(f);
    plane_clear(&p);
    machine_free(m);
}
END_TEST

START_TEST(bound2_chooses_and_refuses)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2");
    support_theta(m, "pi=0.5,0.5 mu=2,54,4.4,80 Sigma=0.3,0,0,40,0.3,0,0,40");
    refused(m, "bound2", "", "plot bound2 needs q", "take an `e` first");
    support_e(m);
    struct figure *f = drawn(m, "bound2", "n=9");
    ck_assert_str_eq(f->x.label, "mu[1,1]");
    ck_assert_str_eq(f->y.label, "mu[2,1]");
    figure_free(f);
    f = drawn(m, "bound2", "n=9 along=Sigma[1,1,2],pi[1]");
    ck_assert_str_eq(f->x.label, "Sigma[1,1,2]");
    ck_assert_str_eq(f->y.label, "pi[1]");
    ck_assert(f->y.low >= 0 && f->y.high <= 1);
    figure_free(f);
    refused(m, "bound2", "along=mu[1,1]", "along= takes two parameters", "plot bound");
    refused(m, "bound2", "along=pi[1],pi[2]", "are one free parameter", "plot bound along=pi[1]");
    refused(m, "bound2", "along=Sigma[1,1,2],Sigma[1,2,1]", "are one free parameter", "");
    refused(m, "bound2", "along=em,mu[1,1]", "em is a line", "along=");
    refused(m, "bound2", "along=mu[1,1],nu[1]", "no line 'nu[1]'", "");
    refused(m, "bound2", "n=2", "at least 3", "");
    machine_free(m);
}
END_TEST

START_TEST(loadings_say_more_than_a_mean)
{
    struct machine *m = support_machine("iris", "ppca",
                                        "columns=Sepal.Length,Petal.Length,Petal.Width m=1");
    struct plane_how how = {.n = 0};
    struct error e = {0};
    support_theta(m, "mu=5.8,3.8,1.2 W=0.5,1,0.4 sigma2=0.3");
    support_e(m);
    ck_assert_int_eq(plane_usual(m, &how, &e), 0);
    ck_assert_str_eq(how.axis[0].block->name, "W");
    ck_assert_uint_eq(how.axis[0].entry, 0);
    ck_assert_uint_eq(how.axis[1].entry, 1);
    machine_freeze(m, 1u << layout_place(&m->model->theta, how.axis[0].block));
    ck_assert_int_eq(plane_usual(m, &how, &e), 0);
    ck_assert_str_eq(how.axis[0].block->name, "mu");
    machine_free(m);
}
END_TEST

START_TEST(many_rows_take_a_coarser_grid)
{
    struct machine *m = machine_of(&samples[0]);
    size_t rows = m->model->obs.n;
    ck_assert_uint_eq(plane_side(m->model, 49), 49);
    m->model->obs.n = 100000;
    size_t side = plane_side(m->model, 49);
    ck_assert(side < 49 && side >= 13);
    m->model->obs.n = rows;
    volatile sig_atomic_t stop = 1;
    support_e(m);
    m->model->interrupt = &stop;
    refused(m, "bound2", "", "interrupted", "");
    refused(m, "ascent", "", "interrupted", "");
    m->model->interrupt = NULL;
    machine_free(m);
}
END_TEST

/* ---- ascent ----------------------------------------------------------------------------- */

START_TEST(the_mix_of_two_qs_is_a_q)
{
    struct machine *m = on_its_way(&samples[_i]);
    struct error e = {0};
    const struct state *here = machine_here(m);
    const struct state *before = &m->state[m->state[here->parent].parent];
    struct latent *old = machine_q(m, before, &e), *mix = latent_new(&m->model->q, &e);
    for (double a = 0.25; a < 1; a += 0.25) {
        struct terms t;
        blocks_mix(&old->b, &here->q->b, a, &mix->b);
        ck_assert_msg(blocks_valid(&mix->b, &e) == 0, "%s", e.message);
        ck_assert_msg(!m->model->class->q_valid ||
                      m->model->class->q_valid(m->model, mix, &e) == 0, "%s", e.message);
        model_terms(m->model, NULL, mix, here->theta, ~0u, &t);
        ck_assert(isfinite(t.value[TERM_ELBO]));
        if (m->model->terms_defined & TERM_BIT(TERM_LOGLIK)) {
            support_close(t.value[TERM_ELBO] + t.value[TERM_KL], t.value[TERM_LOGLIK], 1e-9,
                          "ℓ = ELBO + KL");
            ck_assert_double_gt(t.value[TERM_KL], -1e-9);
        }
    }
    latent_free(old);
    latent_free(mix);
    machine_free(m);
}
END_TEST

START_TEST(stairs_are_the_half_steps)
{
    struct machine *m = on_its_way(&samples[_i]);
    struct error e = {0};
    struct ascent c;
    ck_assert_msg(ascent_make(m, 15, &c, &e) == 0, "%s", e.message);
    ck_assert_uint_eq(c.ncorner, c.numbers ? 4 : 3);
    double last = -INFINITY;
    for (size_t i = 0; i < c.ncorner; i++) {
        const struct corner *k = &c.corner[i];
        double height = ascent_height(&c, k->a, k->s);
        ck_assert(k->taken);
        support_close(height, terms_objective(&m->state[k->state].terms), 1e-9, "J of a state");
        ck_assert_double_ge(height, last - 1e-9 * fabs(height));
        if (i > 0) /* one coordinate alone */
            ck_assert(k->by_e ? k->s == k[-1].s : k->a == k[-1].a);
        last = height;
    }
    bool mm = m->model->class->kind == MODEL_MM;
    struct figure *f = drawn(m, "ascent", "n=15");
    ck_assert_uint_ge(check_levels(f, mm ? "surrogate" : "elbo", c.a, c.s, c.value, c.n), 2);
    const struct series *stairs = series_of(f, "stairs");
    ck_assert_uint_eq(stairs->n, c.ncorner);
    ck_assert(stairs->y[stairs->n - 1] == c.corner[c.ncorner - 1].s);
    figure_free(f);
    ascent_clear(&c);
    machine_free(m);
}
END_TEST

/* On a ridge nothing near along its axis is higher; M's ridge passes through its answers. */
START_TEST(ridges_are_the_best)
{
    struct machine *m = on_its_way(&samples[_i]);
    struct error e = {0};
    struct ascent c;
    ck_assert_int_eq(ascent_make(m, 15, &c, &e), 0);
    size_t seen = 0;
    for (size_t i = 0; i < c.n; i++) {
        double h = 1e-3 * (c.a[c.n - 1] - c.a[0]), v = 1e-3 * (c.s[c.n - 1] - c.s[0]);
        double a = c.best_a[i], s = c.best_s[i];
        double e_top = isnan(a) ? NAN : ascent_height(&c, a, c.s[i]);
        double m_top = isnan(s) ? NAN : ascent_height(&c, c.a[i], s);
        ck_assert(isnan(a) || a <= c.a[0] + h || ascent_height(&c, a - h, c.s[i]) <= e_top);
        ck_assert(isnan(a) || a >= c.a[c.n - 1] - h || ascent_height(&c, a + h, c.s[i]) <= e_top);
        ck_assert(isnan(s) || !(ascent_height(&c, c.a[i], s - v) > m_top));
        ck_assert(isnan(s) || !(ascent_height(&c, c.a[i], s + v) > m_top));
        seen += !isnan(a) && !isnan(s);
        if (!c.numbers && c.a[i] == 1 && !isnan(s) && m->model->class->kind == MODEL_EM)
            support_close(s, 1, 1e-6, "the M-step's answer");
    }
    ck_assert_uint_gt(seen, 0);
    ascent_clear(&c);
    machine_free(m);
}
END_TEST

/* Linkage: the ridges are the E-step's and the M-step's own formulas. */
START_TEST(ridges_of_linkage)
{
    struct machine *m = support_machine("linkage", "linkage", "columns=count");
    struct error e = {0};
    struct ascent c;
    support_theta(m, "p=0.1");
    support_e(m);
    support_m(m);
    support_e(m);
    ck_assert_int_eq(ascent_make(m, 31, &c, &e), 0);
    ck_assert(c.numbers);
    for (size_t i = 0; i < c.n; i++) {
        double psi = c.s[i] / (2 + c.s[i]), z = 125 * c.a[i], p = (z + 34) / (z + 18 + 20 + 34);
        if (psi > c.a[1] && psi < c.a[c.n - 2])
            support_close(c.best_a[i], psi, 1e-6, "E");
        if (p > c.s[1] && p < c.s[c.n - 2])
            support_close(c.best_s[i], p, 1e-6, "M");
    }
    ascent_clear(&c);
    double beta[] = {20, 5}; /* J now: log p(θ) is climbed, too */
    struct prior prior = {{&m->model->prior_layout, beta}, 1};
    ck_assert_int_eq(machine_set_prior(m, &prior, &e), 0);
    ck_assert_int_eq(ascent_make(m, 31, &c, &e), 0);
    double z = 125 * c.a[10], p = (z + 34 + 19) / (z + 72 + 23);
    support_close(c.best_s[10], p, 1e-6, "M under the prior");
    ascent_clear(&c);
    struct figure *f = drawn(m, "ascent", "");
    ck_assert(strstr(f->title, "both climb J"));
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(ascent_looks_ahead)
{
    struct machine *m = machine_of(&samples[0]);
    refused(m, "ascent", "", "plot ascent needs q", "take an `e` first");
    support_e(m);
    struct figure *f = drawn(m, "ascent", "n=15");
    const struct series *next = series_of(f, "ahead");
    ck_assert(next && next->n == 3); /* M, and E at its answer */
    ck_assert(next->x[1] == 0 && next->y[1] == 1 && next->x[2] == 1 && next->y[2] == 1);
    figure_free(f);
    struct error e = {0};
    struct ascent c;
    ck_assert_int_eq(ascent_make(m, 15, &c, &e), 0);
    double foreseen = ascent_height(&c, 1, 1);
    ascent_clear(&c);
    support_m(m);
    support_e(m);
    support_close(terms_objective(&machine_here(m)->terms), foreseen, 1e-9, "as foreseen");
    for (int i = 0; i < 400; i++) {
        support_m(m);
        support_e(m);
    }
    refused(m, "ascent", "", "", "EM has converged");
    machine_free(m);
}
END_TEST

/* ---- optima ----------------------------------------------------------------------------- */

static struct starts *run_starts(const struct machine *m, size_t n)
{
    struct error e = {0};
    struct starts *s = NEW(struct starts);
    const struct starts_how how = {.n = n, .seed = 1, .method = "random",
                                   .run = {.max = 300, .tol = 1e-9}};
    ck_assert_msg(starts_run(m, &how, s, &e) == 0, "%s", e.message);
    return s;
}

START_TEST(optima_are_the_ends_of_the_starts)
{
    struct machine *m = support_machine("galaxies", "gmm", "k=3");
    refused(m, "optima", "", "needs the ends of many starts", "restarts 20");
    starts_keep(m, run_starts(m, 12));
    struct figure *f = drawn(m, "optima", "");
    size_t dots = 0, found = 0;
    static const char *const names[] = {"best", "other", "unsettled"};
    for (size_t k = 0; k < 3; k++) {
        const struct series *s = series_of(f, names[k]);
        for (size_t i = 0; s && i < s->n; i++, dots++) {
            size_t at = (size_t)s->x[i] - 1;
            ck_assert_double_eq(s->y[i], m->starts->ending[at].value);
            ck_assert(at == 0 || m->starts->ending[at - 1].value >= s->y[i]);
            ck_assert(k != 0 || m->starts->optimum[0].value - s->y[i] < 1e-6 * fabs(s->y[i]));
        }
    }
    for (size_t i = 0; i < m->starts->noptimum; i++)
        found += m->starts->optimum[i].starts;
    ck_assert_uint_eq(dots, found);
    ck_assert_uint_eq(dots + m->starts->nrefused, 12);
    figure_free(f);
    machine_freeze(m, 1); /* what was found then is no optimum now */
    refused(m, "optima", "", "needs the ends of many starts", "restarts 20");
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pictures over a plane");
    TCase *c = tcase_create("contours");
    tcase_add_test(c, a_circle_is_one_closed_line);
    tcase_add_test(c, a_slope_is_one_straight_line);
    tcase_add_test(c, a_saddle_has_two_branches);
    tcase_add_test(c, islands_and_holes);
    tcase_add_test(c, contours_without_memory);
    tcase_add_test(c, levels_are_round);
    tcase_add_test(c, a_peak_between_and_at_the_ends);
    suite_add_tcase(s, c);
    c = tcase_create("pictures");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, two_weights_move_at_once);
    tcase_add_loop_test(c, bound2_shows_the_machines_numbers, 0, SAMPLES);
    tcase_add_test(c, bound2_chooses_and_refuses);
    tcase_add_test(c, loadings_say_more_than_a_mean);
    tcase_add_test(c, many_rows_take_a_coarser_grid);
    tcase_add_loop_test(c, the_mix_of_two_qs_is_a_q, 0, SAMPLES);
    tcase_add_loop_test(c, stairs_are_the_half_steps, 0, SAMPLES);
    tcase_add_loop_test(c, ridges_are_the_best, 0, SAMPLES);
    tcase_add_test(c, ridges_of_linkage);
    tcase_add_test(c, ascent_looks_ahead);
    tcase_add_test(c, optima_are_the_ends_of_the_starts);
    suite_add_tcase(s, c);
    return support_run(s);
}
