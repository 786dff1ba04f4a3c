/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures' numbers are the machine's; they say what is true; odd states give a picture too. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/table.h"
#include "em/line.h"
#include "figures.h"
#include "plot/render.h"
#include "support.h"

/* One of every kind of model, far from its maximum. */
static const struct sample {
    const char *data, *model, *options, *theta, *other, *along;
} samples[] = {
    {"faithful", "gmm", "k=2 columns=eruptions", "pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25",
     "pi=0.3,0.7 mu=2.2,4 Sigma=0.3,0.4", "mu[1]"},
    {"faithful", "gmm", "k=2", "pi=0.5,0.5 mu=2,54,4.4,80 Sigma=0.3,0,0,40,0.3,0,0,40",
     "pi=0.4,0.6 mu=2.2,55,4,79 Sigma=0.4,0.1,0.1,40,0.3,0,0,40", "Sigma[1,1,2]"},
    {"coins", "binomial", "k=2", "pi=0.5,0.5 p=0.6,0.5", "pi=0.4,0.6 p=0.7,0.3", "pi[1]"},
    {"deaths", "poisson", "k=2 columns=deaths weights=frequency", "pi=0.3,0.7 lambda=1,2.5",
     "pi=0.5,0.5 lambda=1.5,3", "lambda[2]"},
    {"linkage", "linkage", "columns=count", "p=0.1", "p=0.7", "p"},
    {"airquality", "mvn", "columns=Ozone,Wind", "mu=40,10 Sigma=900,-10,-10,12",
     "mu=42,9 Sigma=1000,-60,-60,13", "mu[1]"},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static struct machine *machine_of(const struct sample *s)
{
    struct machine *m = support_machine(s->data, s->model, s->options);
    support_theta(m, s->theta);
    return m;
}

static struct table table;

/* ---- bound ------------------------------------------------------------------------------ */

static void curves_are_the_machines(struct machine *m, const char *along, struct bound *b)
{
    struct error e = {0};
    struct line_how how = {.kind = LINE_EM, .n = 33};
    char words[80];
    snprintf(words, sizeof words, "along=%s n=33", along);
    ck_assert_int_eq(line_parse(m->model, along, &how, &e), 0);
    ck_assert_msg(bound_make(m, &how, b, &e) == 0, "%s", e.message);
    struct figure *f = draw(m, "bound", words);
    read_csv(f, "loglik", &table);
    ck_assert_uint_eq(table.n, b->n);
    for (size_t i = 0; i < b->n; i++) {
        same(table.v[i][0], b->s[i], "s");
        same(table.v[i][1], b->loglik[i], "ℓ");
    }
    read_csv(f, "elbo", &table);
    ck_assert_uint_eq(table.n, b->n);
    for (size_t i = 0; i < b->n; i++)
        same(table.v[i][1], b->elbo[i], "ELBO");
    figure_free(f);
}

/* The touch, the peak and the gap, and the words about them. */
static void marks_are_the_machines(struct machine *m, const char *along, const struct bound *b)
{
    char words[80], slope[NUMBER_TEXT], label[120];
    snprintf(words, sizeof words, "along=%s n=33", along);
    struct figure *f = draw(m, "bound", words);
    read_csv(f, "touch", &table);
    ck_assert_uint_eq(table.n, b->touches && b->touch.s >= b->s[0] && b->touch.s <= b->s[32]);
    if (table.n) {
        same(table.v[0][0], b->touch.s, "touch");
        same(table.v[0][1], b->touch.value, "touch");
        support_close(b->slope_elbo, b->slope_loglik, 1e-6, "slopes");
        number_text(slope, b->slope_elbo, 4);
        snprintf(label, sizeof label, "slopes %s = ", slope);
        ck_assert_msg(says(f, label) || fabs(b->slope_elbo) < 1e-3, "%s", label);
    } else {
        ck_assert(says(f, b->why_no_touch));
    }
    read_csv(f, "peak", &table);
    ck_assert_uint_eq(table.n, 1);
    same(table.v[0][0], b->peak.s, "peak");
    same(table.v[0][1], b->peak.value, "peak");
    figure_free(f);
}

static void bound_both_ways(struct machine *m, const struct sample *s)
{
    const char *along[] = {"em", s->along};
    for (size_t i = 0; i < 2; i++) {
        struct bound b;
        curves_are_the_machines(m, along[i], &b);
        marks_are_the_machines(m, along[i], &b);
        bound_clear(&b);
    }
}

START_TEST(bound_shows_the_machines_numbers)
{
    struct machine *m = machine_of(&samples[_i]);
    support_e(m);
    bound_both_ways(m, &samples[_i]);
    support_m(m);
    bound_both_ways(m, &samples[_i]);
    support_e(m);
    support_theta(m, samples[_i].other); /* q the posterior of another θ */
    bound_both_ways(m, &samples[_i]);
    machine_free(m);
}
END_TEST

START_TEST(bound_says_where_it_is)
{
    struct machine *m = machine_of(&samples[4]);
    support_e(m);
    struct figure *f = draw(m, "bound", "along=p from=0.03 to=0.93");
    ck_assert_str_eq(f->title, "linkage, 0E   the bound touches ℓ at θ₀; its peak is where the "
                               "next M goes");
    ck_assert(says(f, "slopes 357.3 = 357.3") && says(f, "θ₀ = 0.1"));
    ck_assert(says(f, "the next M: θ₁") && says(f, "ℓ(θ₁): then E lifts the bound to here"));
    figure_free(f);
    support_m(m);
    f = draw(m, "bound", "along=p from=0.03 to=0.93");
    ck_assert_str_eq(f->title, "linkage, 1M   the bound touches ℓ at θ₀; its peak is θ₁; there "
                               "the gap KL opens");
    ck_assert(says(f, "touch: ℓ = ELBO = −64.4822") && says(f, "KL = 12.69"));
    ck_assert(says(f, "θ₁ = 0.5125") && says(f, "ELBO(q₁, θ)"));
    ck_assert(says(f, "ℓ(θ₁): the next E lifts the bound to here"));
    ck_assert(f->y.ranged && f->y.low > -110 && f->y.high < 20);
    read_csv(f, "gap", &table);
    same(table.v[0][1], machine_here(m)->terms.value[TERM_ELBO], "foot of the gap");
    support_close(table.v[0][3] - table.v[0][1], machine_here(m)->terms.value[TERM_KL], 1e-9,
                  "gap");
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(bound_off_its_touch)
{
    struct machine *m = machine_of(&samples[0]);
    support_e(m);
    support_m(m);
    struct figure *f = draw(m, "bound", "along=mu[1]");
    ck_assert(says(f, "its peak is the best along mu[1]") && says(f, "misses the current θ"));
    ck_assert(!says(f, "lifts the bound")); /* no E goes there */
    read_csv(f, "gap", &table); /* too narrow for an arrow: a line */
    ck_assert_uint_eq(table.n, 2);
    support_close(table.v[1][1] - table.v[0][1], 0.1410, 5e-5, "a narrow gap");
    figure_free(f);
    f = draw(m, "bound", "along=mu[1] base=here");
    ck_assert(says(f, "the bound lies below ℓ: the touching point does not lie on the line"));
    read_csv(f, "gap", &table);
    support_close(table.v[0][3] - table.v[0][1], machine_here(m)->terms.value[TERM_KL], 1e-9,
                  "gap");
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(bound_between_touch_and_peak)
{
    struct machine *m = machine_of(&samples[0]);
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    bool made;
    support_e(m);
    ck_assert_int_eq(machine_m(m, &how, 0.4, &made, &e), 0);
    struct figure *f = draw(m, "bound", "");
    ck_assert(says(f, "its peak is not reached yet") && says(f, "M-step: θ_M"));
    read_csv(f, "here", &table);
    ck_assert_uint_eq(table.n, 1);
    support_close(table.v[0][0], 0.4, 1e-12, "s of a damped step");
    support_close(table.v[0][1], machine_here(m)->terms.value[TERM_ELBO], 1e-12, "here");
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(bound_when_converged)
{
    struct machine *m = machine_of(&samples[4]);
    for (int i = 0; i < 60; i++) {
        support_e(m);
        support_m(m);
    }
    support_e(m);
    refused(m, "bound", "", "there is no direction", "along=p");
    struct figure *f = draw(m, "bound", "along=p");
    ck_assert(says(f, "and peaks there: M can gain nothing") && says(f, "slopes 0 = 0 to "));
    ck_assert(!says(f, "KL = "));
    figure_free(f);
    machine_free(m);
}
END_TEST

/* All the way down to rounding the picture stays true: slopes that are equal, or no picture. */
START_TEST(bound_while_converging)
{
    struct machine *m = machine_of(&samples[0]);
    const struct options none = {0};
    struct error e = {0};
    const struct picture *p = picture_find("bound", &e);
    int drawn = 0, step = 0;
    for (; step < 60; step++) {
        struct figure *f;
        support_e(m);
        if (picture_draw(p, m, &none, &f, &e) != 0)
            break;
        ck_assert(says(f, "slopes ") && !says(f, " and −") && !says(f, " and 0"));
        drawn++;
        figure_free(f);
        support_m(m);
    }
    ck_assert_msg(strstr(e.hint, "EM has converged") != NULL, "%s", e.message);
    ck_assert_int_gt(drawn, 10);
    ck_assert_int_lt(step, 60);
    machine_free(m);
}
END_TEST

START_TEST(bound_refuses)
{
    struct machine *m = machine_of(&samples[1]);
    refused(m, "bound", "", "plot bound needs q", "take an `e` first");
    support_e(m);
    refused(m, "bound", "along=mmu[1]", "did you mean 'mu'", "along=em");
    refused(m, "bound", "along=mu[7]", "mu", "");
    refused(m, "bound", "from=1", "from= needs to=", "");
    refused(m, "bound", "from=2 to=1", "to= is not above from=", "");
    refused(m, "bound", "n=1", "at least 2", "");
    refused(m, "bound", "n=100002", "at most 100001", "");
    refused(m, "bound", "base=there", "base has no choice", "");
    machine_free(m);
}
END_TEST

/* ---- trace and terms -------------------------------------------------------------------- */

static struct machine *after_three_rounds(const struct sample *s)
{
    struct machine *m = machine_of(s);
    for (int i = 0; i < 3; i++) {
        support_e(m);
        support_m(m);
    }
    support_theta(m, s->other);
    return m;
}

START_TEST(trace_shows_the_machines_numbers)
{
    struct machine *m = after_three_rounds(&samples[_i]);
    struct figure *f = draw(m, "trace", "");
    static const struct {
        const char *name;
        enum term term;
    } line[] = {{"loglik", TERM_LOGLIK}, {"elbo", TERM_ELBO}};
    for (size_t k = 0; k < 2; k++) {
        read_csv(f, line[k].name, &table);
        ck_assert_uint_eq(table.n, (size_t)m->nstate);
        for (size_t i = 0; i < table.n; i++) {
            const struct terms *t = &m->state[i].terms;
            bool has = t->have >> line[k].term & 1u;
            same(table.v[i][0], (double)i, "x");
            same(table.v[i][1], has ? t->value[line[k].term] : NAN, line[k].name);
        }
    }
    ck_assert_uint_eq(f->x.ntick, (size_t)m->nstate);
    ck_assert_str_eq(f->x.tick_label[1], "0E");
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(trace_tells_a_fall)
{
    struct machine *m = machine_of(&samples[0]);
    support_e(m);
    support_m(m);
    struct figure *f = draw(m, "trace", "");
    ck_assert(says(f, "E lifts the bound to ℓ, M lifts both and opens the gap"));
    figure_free(f);
    support_theta(m, samples[0].theta);
    f = draw(m, "trace", "");
    ck_assert(says(f, "ℓ falls at 1theta: θ was set by hand there"));
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(trace_goes_on_ahead)
{
    struct machine *m = machine_of(&samples[0]);
    struct error e = {0};
    for (int i = 0; i < 40; i++) {
        support_e(m);
        support_m(m);
    }
    ck_assert_int_eq(machine_back(m, 70, &e), 0);
    struct figure *f = draw(m, "trace", "");
    read_csv(f, "loglik", &table);
    ck_assert_uint_eq(table.n, 11);
    read_csv(f, "ahead", &table);
    ck_assert_uint_eq(table.n, 71);
    same(table.v[70][1], m->state[80].terms.value[TERM_LOGLIK], "the last");
    ck_assert_uint_le(f->x.ntick, 12);
    for (size_t i = 0; i < f->nseries; i++)
        ck_assert_int_ne(f->series[i]->style, STYLE_LINE_POINTS); /* too many for markers */
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(terms_stack_up)
{
    struct machine *m = after_three_rounds(&samples[_i]);
    struct figure *f = draw(m, "terms", "last=5");
    size_t first = (size_t)m->nstate - 5;
    read_csv(f, "elbo", &table);
    ck_assert_uint_eq(table.n, 5);
    for (size_t i = 0; i < 5; i++) {
        same(table.v[i][0], (double)(first + i), "x");
        same(table.v[i][1], m->state[first + i].terms.value[TERM_ELBO], "ELBO");
        ck_assert_double_lt(table.v[i][3], table.v[i][1]); /* from the floor */
    }
    read_csv(f, "kl", &table);
    for (size_t i = 0; i < 5; i++) {
        const struct terms *t = &m->state[first + i].terms;
        same(table.v[i][1], t->value[TERM_LOGLIK], "ℓ");
        same(table.v[i][3], t->value[TERM_ELBO], "ELBO");
        support_close(table.v[i][1] - table.v[i][3], t->value[TERM_KL], terms_tolerance(t), "KL");
    }
    ck_assert(says(f, "ELBO + KL = ℓ at every half-step") && says(f, "the last 5 half-steps"));
    figure_free(f);
    refused(m, "terms", "last=0", "at least 1", "");
    machine_free(m);
}
END_TEST

/* ---- density ---------------------------------------------------------------------------- */

/* The parts of every bar add up to the share of the weight in it, all bars to 1. */
static void histogram_holds_the_weight(const struct machine *m, const struct figure *f)
{
    const struct observations *o = &m->model->obs;
    const struct series *low = series_of(f, "rows1"), *high = series_of(f, "rows2");
    double all = 0, first = 0, gamma = 0;
    ck_assert(low && high);
    for (size_t i = 0; i < high->n; i++) {
        double left = high->x[i] - high->width / 2, share = 0;
        for (size_t j = 0; j < o->n; j++)
            if (o->x[0][j] >= left && (o->x[0][j] < left + high->width || i + 1 == high->n))
                share += o->weight[j] / o->total_weight;
        support_close(high->y[i] * high->width, share, 1e-9, "a bar");
        same(high->y2[i], low->y[i], "stacked");
        all += high->y[i] * high->width;
        first += low->y[i] * low->width;
    }
    for (size_t j = 0; j < o->n; j++)
        gamma += o->weight[j] / o->total_weight * machine_here(m)->q->b.v[2 * j];
    support_close(all, 1, 1e-12, "all bars");
    support_close(first, gamma, 1e-12, "component 1's share");
}

static void curves_are_predictions(const struct machine *m, const struct figure *f)
{
    const struct series *sum = series_of(f, "density"), *one = series_of(f, "component1");
    struct error e = {0};
    for (size_t i = 0; i < sum->n; i++) {
        double part[2], log_density;
        ck_assert_int_eq(m->model->class->predict(m->model, machine_here(m)->theta, &sum->x[i],
                                                  part, &log_density, &e), 0);
        same(sum->y[i], exp(log_density), "density");
        same(one->y[i], sum->y[i] > 0 ? part[0] * exp(log_density) : 0, "component 1");
    }
}

START_TEST(density_of_a_line)
{
    struct machine *m = machine_of(&samples[_i ? 3 : 0]);
    support_e(m);
    struct figure *f = draw(m, "density", "");
    histogram_holds_the_weight(m, f);
    curves_are_predictions(m, f);
    ck_assert(says(f, "the colours are q₁, the posterior at θ₀"));
    figure_free(f);
    support_m(m);
    f = draw(m, "density", "bins=7");
    histogram_holds_the_weight(m, f);
    ck_assert(says(f, "M fitted each component to its colour's share of the rows"));
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(density_of_a_plane)
{
    struct machine *m = machine_of(&samples[1]);
    support_e(m);
    support_m(m);
    struct figure *f = draw(m, "density", "");
    const double *mu = theta_block(machine_here(m)->theta, "mu");
    const double *S = theta_block(machine_here(m)->theta, "Sigma");
    const struct series *e68 = series_of(f, "ellipse1_68"), *e95 = series_of(f, "ellipse1_95");
    double det = S[0] * S[3] - S[1] * S[2];
    ck_assert(e68 && e95 && !e68->dashed && e95->dashed);
    for (size_t i = 0; i < e68->n; i++) {
        double x = e68->x[i] - mu[0], y = e68->y[i] - mu[1];
        double d2 = (S[3] * x * x - 2 * S[1] * x * y + S[0] * y * y) / det;
        support_close(gsl_cdf_chisq_P(d2, 2), 0.68, 1e-9, "mass within the ellipse");
        support_close((e95->x[i] - mu[0]) / (x != 0 ? x : 1) * (x != 0),
                      sqrt(log(0.05) / log(0.32)) * (x != 0), 1e-9, "95 % over 68 %");
    }
    const struct series *centre = series_of(f, "mean");
    for (size_t k = 0; k < 2; k++) {
        same(centre->x[k], mu[2 * k], "mean");
        same(centre->y[k], mu[2 * k + 1], "mean");
    }
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(rows_have_the_colours_of_q)
{
    struct machine *m = machine_of(&samples[1]);
    struct figure *f = draw(m, "density", "");
    ck_assert(series_of(f, "rows") && !series_of(f, "rows1")); /* grey without q */
    ck_assert(says(f, "an e will colour the rows"));
    figure_free(f);
    support_e(m);
    f = draw(m, "density", "");
    const double *gamma = machine_here(m)->q->b.v;
    size_t seen = 0;
    for (size_t k = 0; k < 2; k++) {
        const struct series *s = series_of(f, k ? "rows2" : "rows1");
        for (size_t i = 0, j = 0; s && i < m->model->obs.n; i++) {
            if ((gamma[2 * i + 1] > gamma[2 * i]) != (k == 1))
                continue;
            same(s->x[j], m->model->obs.x[0][i], "x");
            ck_assert_uint_eq(s->colour[j++], figure_mixed_colour(gamma + 2 * i, 2));
            seen++;
        }
    }
    ck_assert_uint_eq(seen, m->model->obs.n);
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(missing_entries_stand_at_qs_mean)
{
    struct machine *m = machine_of(&samples[5]);
    struct figure *f = draw(m, "density", "");
    ck_assert(says(f, "an e will place them"));
    figure_free(f);
    support_e(m);
    f = draw(m, "density", "");
    const struct series *s = series_of(f, "missing");
    const double *mean = latent_block(machine_here(m)->q, "mean");
    size_t j = 0;
    ck_assert_ptr_nonnull(s);
    for (size_t i = 0; i < m->model->obs.n; i++)
        if (isnan(m->model->obs.x[0][i])) {
            same(s->x[j], mean[2 * i], "filled in");
            same(s->y[j++], m->model->obs.x[1][i], "observed");
        }
    ck_assert_uint_eq(j, s->n);
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(coins_on_their_scale)
{
    struct machine *m = machine_of(&samples[2]);
    support_e(m);
    struct figure *f = draw(m, "density", "");
    const struct series *p = series_of(f, "component1"), *p2 = series_of(f, "component2");
    ck_assert(p && p2 && says(f, "0.6"));
    same(p->x[0], 0.6, "p[1]");
    same(p2->x[1], 0.5, "p[2]");
    const struct series *rows = series_of(f, "rows1");
    for (size_t j = 0; j < rows->n; j++) {
        const double *x = observations_row(&m->model->obs, (size_t)rows->y[j] - 1);
        same(rows->x[j], x[0] / x[1], "share of heads");
    }
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(density_without_theta)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2 columns=eruptions");
    struct figure *f = draw(m, "density", "");
    ck_assert(says(f, "the data alone") && series_of(f, "rows") && !series_of(f, "density"));
    figure_free(f);
    refused(m, "trace", "", "plot trace needs θ", "init");
    machine_free(m);
}
END_TEST

START_TEST(density_chooses_columns)
{
    struct machine *m = support_machine("iris", "gmm", "k=3 columns=1,2,3,4");
    struct figure *f = draw(m, "density", "columns=Petal.Width,3");
    ck_assert_str_eq(f->x.label, "Petal.Width");
    ck_assert_str_eq(f->y.label, "Petal.Length");
    ck_assert(says(f, "2 of 4 columns"));
    figure_free(f);
    refused(m, "density", "columns=Petal.Wdth,3", "did you mean 'Petal.Width'", "");
    refused(m, "density", "columns=Species,3", "the model does not have column", "");
    refused(m, "density", "columns=3,3", "names one column twice", "");
    refused(m, "density", "columns=1,2,3,4,1,2", "takes 1 to 5 columns, not 6", "");
    machine_free(m);
}
END_TEST

START_TEST(linkage_has_no_density)
{
    struct machine *m = machine_of(&samples[4]);
    refused(m, "density", "", "plot density does not suit linkage", "gmm");
    machine_free(m);
}
END_TEST

/* ---- odd states ------------------------------------------------------------------------- */

static struct machine *machine_on(const char *csv, const char *model, const char *options)
{
    struct error e = {0};
    struct table_how how = {.header = -1};
    struct dataset *d = table_parse(csv, strlen(csv), "t.csv", &how, &e);
    ck_assert_msg(d != NULL, "%s", e.message);
    struct machine *m = support_machine_on(d, model, options);
    dataset_free(d);
    return m;
}

/* All figures of this state, as text that gnuplot would take. */
static void draws(struct machine *m, const char *along)
{
    static const char *const kinds[] = {"bound", "density", "trace", "terms"};
    const struct render_how how = {.theme = THEME_DEFAULT};
    for (size_t i = 0; i < 4; i++) {
        struct text gp = TEXT_INIT;
        struct figure *f = draw(m, kinds[i], i ? "" : along);
        figure_to_gp((const struct figure *const[]){f}, 1, &how, &gp);
        ck_assert(!gp.failed && gp.length > 100);
        text_clear(&gp);
        figure_free(f);
    }
}

START_TEST(infinite_terms)
{
    struct machine *m = machine_of(&samples[2]);
    support_e(m);
    support_theta(m, "pi=0.5,0.5 p=0,0"); /* no heads, and there are some: ℓ = −∞ */
    ck_assert(isinf(machine_here(m)->terms.value[TERM_LOGLIK]));
    draws(m, "along=p[1] base=here");
    struct figure *f = draw(m, "trace", "");
    read_csv(f, "elbo", &table);
    same(table.v[2][1], -INFINITY, "ELBO");
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(one_row)
{
    struct machine *m = machine_on("x\n3\n", "gmm", "k=1");
    support_theta(m, "pi=1 mu=2 Sigma=1");
    support_e(m);
    draws(m, "along=mu");
    machine_free(m);
}
END_TEST

START_TEST(a_constant_column)
{
    struct machine *m = machine_on("x\n7\n7\n7\n", "gmm", "k=2");
    support_theta(m, "pi=0.5,0.5 mu=6,9 Sigma=1,1");
    support_e(m);
    draws(m, "along=mu[1]");
    machine_free(m);
    m = machine_on("x,y\n7,1\n7,2\n7,4\n", "gmm", "k=1 cov=diag");
    support_theta(m, "pi=1 mu=6,2 Sigma=1,1");
    support_e(m);
    draws(m, "along=mu[1,1]");
    machine_free(m);
}
END_TEST

START_TEST(one_component)
{
    struct machine *m = support_machine("faithful", "gmm", "k=1 columns=waiting");
    support_theta(m, "pi=1 mu=60 Sigma=100");
    support_e(m);
    support_m(m);
    draws(m, "");
    struct figure *f = draw(m, "density", "");
    const struct series *s = series_of(f, "density");
    ck_assert(series_of(f, "rows") && !series_of(f, "component1") && s);
    ck_assert_str_eq(s->label, "p(x|θ)");
    figure_free(f);
    machine_free(m);
}
END_TEST

/* A component on the way to collapse leaves through the top; its peak is on the grid. */
START_TEST(a_narrow_component)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2 columns=eruptions");
    support_theta(m, "pi=0.1,0.9 mu=1.8,4 Sigma=1e-10,1");
    struct figure *f = draw(m, "density", "");
    const struct series *s = series_of(f, "component1");
    double top = 0;
    for (size_t i = 0; i < s->n; i++)
        top = fmax(top, s->y[i]);
    support_close(top, 0.1 / sqrt(2 * M_PI * 1e-10), 1e-6, "peak");
    ck_assert_double_lt(f->y.high, 5);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* Whichever allocation fails, the picture is refused or whole. */
START_TEST(no_memory)
{
    static const char *const kinds[] = {"bound", "density", "trace", "terms"};
    struct machine *m = machine_of(&samples[1]);
    support_e(m);
    const struct picture *p = NULL;
    const struct options none = {0};
    long n = 0, refusals = 0;
    for (int whole = 0; !whole; n++) {
        struct error e = {0};
        struct figure *f;
        p = picture_find(kinds[_i], &e);
        mem_fail_after(n);
        whole = picture_draw(p, m, &none, &f, &e) == 0;
        mem_fail_after(-1);
        ck_assert(whole || e.message[0]);
        refusals += !whole;
        figure_free(f);
    }
    ck_assert_int_gt(refusals, 5);
    machine_free(m);
}
END_TEST

START_TEST(unknown_pictures)
{
    struct error e = {0};
    ck_assert_ptr_null(picture_find("bond", &e));
    ck_assert_str_eq(e.message, "no picture 'bond'; did you mean 'bound'?");
    ck_assert_ptr_nonnull(strstr(e.hint, "bound, qh, bound2, density, "));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pictures");
    TCase *c = tcase_create("pictures");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, bound_shows_the_machines_numbers, 0, SAMPLES);
    tcase_add_test(c, bound_says_where_it_is);
    tcase_add_test(c, bound_off_its_touch);
    tcase_add_test(c, bound_between_touch_and_peak);
    tcase_add_test(c, bound_when_converged);
    tcase_add_test(c, bound_while_converging);
    tcase_add_test(c, bound_refuses);
    tcase_add_loop_test(c, trace_shows_the_machines_numbers, 0, SAMPLES);
    tcase_add_test(c, trace_tells_a_fall);
    tcase_add_test(c, trace_goes_on_ahead);
    tcase_add_loop_test(c, terms_stack_up, 0, SAMPLES);
    tcase_add_loop_test(c, density_of_a_line, 0, 2);
    tcase_add_test(c, density_of_a_plane);
    tcase_add_test(c, rows_have_the_colours_of_q);
    tcase_add_test(c, missing_entries_stand_at_qs_mean);
    tcase_add_test(c, coins_on_their_scale);
    tcase_add_test(c, density_without_theta);
    tcase_add_test(c, density_chooses_columns);
    tcase_add_test(c, linkage_has_no_density);
    tcase_add_test(c, infinite_terms);
    tcase_add_test(c, one_row);
    tcase_add_test(c, a_constant_column);
    tcase_add_test(c, one_component);
    tcase_add_test(c, a_narrow_component);
    tcase_add_loop_test(c, no_memory, 0, 4);
    tcase_add_test(c, unknown_pictures);
    suite_add_tcase(s, c);
    return support_run(s);
}
