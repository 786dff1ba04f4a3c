/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pictures of data and of what the model makes of them, held against the machine's own numbers:
 * pairs of columns, what is hidden, the entropy. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "data/table.h"
#include "figures.h"
#include "plot/render.h"
#include "support.h"

static struct machine *iris(void)
{
    struct machine *m = support_machine("iris", "gmm", "k=2 columns=1,2,3");
    support_theta(m, "pi=0.4,0.6 mu=5,3.4,1.5,6.2,2.9,4.9 "
                     "Sigma=0.2,0.1,0.02,0.1,0.2,0.01,0.02,0.01,0.05,"
                     "0.4,0.1,0.4,0.1,0.15,0.1,0.4,0.1,0.7");
    return m;
}

/* The panel at a place of the grid. */
static const struct figure *panel_at(const struct figure *f, size_t row, size_t column)
{
    for (; f; f = f->next)
        if (f->row == row && f->column == column)
            return f;
    return NULL;
}

static double component(const struct machine *m, size_t k, size_t j, double x)
{
    const struct theta *t = machine_here(m)->theta;
    return theta_block(t, "pi")[k] *
           gsl_ran_gaussian_pdf(x - theta_block(t, "mu")[3 * k + j],
                                sqrt(theta_block(t, "Sigma")[9 * k + 4 * j]));
}

/* ---- pairs ------------------------------------------------------------------------------ */

START_TEST(pairs_are_a_grid)
{
    struct machine *m = iris();
    struct figure *f = draw(m, "density", "");
    size_t n = 0;
    for (const struct figure *p = f; p; p = p->next)
        n++;
    ck_assert_uint_eq(n, 7); /* 3 columns, 3 pairs, the key */
    ck_assert(panel_at(f, 0, 2)->bare && !panel_at(f, 0, 1));
    ck_assert_str_eq(panel_at(f, 2, 1)->x.label, "Sepal.Width");
    ck_assert_str_eq(panel_at(f, 2, 1)->y.label, "Petal.Length");
    ck_assert_str_eq(panel_at(f, 2, 1)->name, "Sepal.Width × Petal.Length");
    ck_assert(says(f, "68 %") && says(panel_at(f, 0, 2), "component 2"));
    figure_free(f);
    machine_free(m);
}
END_TEST

/* On the diagonal π_k N(x; μ_kj, Σ_kjj), and their sum. */
START_TEST(marginals_are_the_models)
{
    struct machine *m = iris();
    struct figure *f = draw(m, "density", "");
    for (size_t j = 0; j < 3; j++) {
        const struct figure *p = panel_at(f, j, j);
        const struct series *one = series_of(p, "component1"), *two = series_of(p, "component2");
        const struct series *sum = series_of(p, "density");
        ck_assert(one && two && sum && one->n > 100);
        for (size_t i = 0; i < one->n; i++) {
            double a = component(m, 0, j, one->x[i]), b = component(m, 1, j, one->x[i]);
            support_close(one->y[i], a, 1e-14, "component 1");
            support_close(two->y[i], b, 1e-14, "component 2");
            support_close(sum->y[i], a + b, 1e-14, "the sum");
        }
    }
    figure_free(f);
    machine_free(m);
}
END_TEST

/* (x−μ)ᵀ Σ⁻¹ (x−μ) of the two columns is the χ²₂ quantile all around. */
static void ellipse_is_a_quantile(const struct machine *m, const struct series *s, size_t a,
                                  size_t b, double p)
{
    const struct theta *t = machine_here(m)->theta;
    const double *mu = theta_block(t, "mu"), *S = theta_block(t, "Sigma");
    double saa = S[4 * a], sbb = S[4 * b], sab = S[3 * a + b], det = saa * sbb - sab * sab;
    for (size_t i = 0; i < s->n; i++) {
        double u = s->x[i] - mu[a], v = s->y[i] - mu[b];
        support_close((sbb * u * u - 2 * sab * u * v + saa * v * v) / det,
                      gsl_cdf_chisq_Pinv(p, 2), 1e-9, "radius");
    }
}

START_TEST(pairs_have_every_row_and_their_ellipses)
{
    struct machine *m = iris();
    support_e(m);
    struct figure *f = draw(m, "density", "");
    for (size_t row = 1; row < 3; row++)
        for (size_t column = 0; column < row; column++) {
            const struct figure *p = panel_at(f, row, column);
            ck_assert_uint_eq(series_of(p, "rows1")->n + series_of(p, "rows2")->n, 150);
            ellipse_is_a_quantile(m, series_of(p, "ellipse1_68"), column, row, 0.68);
            ellipse_is_a_quantile(m, series_of(p, "ellipse1_95"), column, row, 0.95);
        }
    figure_free(f);
    machine_free(m);
}
END_TEST

/* A machine at the start that the model's own init makes. */
static struct machine *started(const char *data, const char *model, const char *options)
{
    struct machine *m = support_machine(data, model, options);
    struct error e = {0};
    struct theta *theta = theta_new(&m->model->theta, &e);
    gsl_rng *random = random_new(7, &e);
    const char *method = m->model->class->inits[0].name;
    ck_assert_msg(m->model->class->init(m->model, method, random, theta, &e) == 0, "%s",
                  e.message);
    ck_assert_msg(machine_start(m, theta, &e) == 0, "%s", e.message);
    gsl_rng_free(random);
    theta_free(theta);
    return m;
}

/* Nearly all of the mass lies in the window, and no more than all of it. */
static const struct {
    const char *data, *model, *options, *columns;
} windows[] = {
    {"sim_hmm_60", "hmm", "k=2 columns=x", "columns=x"},
    {"faithful", "vbgmm", "k=2", "columns=waiting"},
    {"crabs", "ppca", "m=2 columns=FL,RW,CL", "columns=RW"},
    {"airquality", "mvn", "columns=Ozone,Wind,Temp", "columns=Wind"},
};
enum { WINDOWS = sizeof windows / sizeof *windows };

START_TEST(marginals_hold_their_mass)
{
    struct machine *m = started(windows[_i].data, windows[_i].model, windows[_i].options);
    struct figure *f = draw(m, "density", windows[_i].columns);
    const struct series *sum = series_of(f, "density");
    double mass = 0;
    for (size_t i = 1; i < sum->n; i++)
        mass += 0.5 * (sum->y[i] + sum->y[i - 1]) * (sum->x[i] - sum->x[i - 1]);
    ck_assert_msg(mass > 0.95 && mass < 1.0001, "%g", mass);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* ∫ p(x,y) dy of the predictive density, by the trapezoidal rule, which a smooth density that
 * vanishes at both ends makes exact to rounding; the tails of a Student with so many degrees of
 * freedom do, to 1e-8. */
START_TEST(a_marginal_is_the_integral)
{
    struct machine *m = started("faithful", "vbgmm", "k=2");
    struct figure *f = draw(m, "density", "columns=eruptions");
    const struct series *sum = series_of(f, "density");
    for (size_t i = 0; i < sum->n; i += 50) {
        double part[2], log_density, x[2] = {sum->x[i], 0}, mass = 0;
        struct error e;
        for (x[1] = -200; x[1] < 350; x[1] += 0.25) {
            ck_assert_int_eq(m->model->class->predict(m->model, machine_here(m)->theta, x, part,
                                                      &log_density, &e), 0);
            mass += 0.25 * exp(log_density);
        }
        support_close(sum->y[i], mass, 1e-8, "marginal");
    }
    figure_free(f);
    machine_free(m);
}
END_TEST

/* The symbols' probabilities, weighted by how often each state is visited. */
START_TEST(symbols_of_a_chain)
{
    struct machine *m = support_machine("sim_hmm_60", "hmm",
                                        "k=2 columns=symbol emission=categorical");
    support_theta(m, "pi=1,0 A=0.5,0.5,0.5,0.5 B=0.7,0.2,0.1,0.1,0.2,0.7");
    struct figure *f = draw(m, "density", "");
    const struct series *one = series_of(f, "component1"), *two = series_of(f, "component2");
    double visits = (1 + 59 * 0.5) / 60;
    for (size_t i = 0; i < one->n; i++)
        if (one->x[i] == 3) {
            support_close(one->y[i], visits * 0.1, 1e-14, "state 1");
            support_close(two->y[i], (1 - visits) * 0.7, 1e-14, "state 2");
        }
    ck_assert_str_eq(f->y.label, "share of the rows");
    figure_free(f);
    machine_free(m);
}
END_TEST

static struct machine *crowd(size_t n, const char *model, const char *options)
{
    struct error e = {0};
    struct dataset *d = dataset_new("crowd", n, 2, &e);
    ck_assert_ptr_nonnull(d);
    for (size_t j = 0; j < 2; j++) {
        mem_free(d->column[j].name);
        d->column[j].name = mem_copy_text(j ? "b" : "a");
        for (size_t i = 0; i < n; i++)
            d->column[j].value[i] = sin((double)(i * (j + 1)));
    }
    struct machine *m = support_machine_on(d, model, options);
    dataset_free(d);
    return m;
}

START_TEST(a_crowd_is_thinned_and_says_so)
{
    struct machine *m = crowd(200000, "gmm", "k=1");
    struct figure *f = draw(m, "density", "");
    const struct series *rows = series_of(f, "rows");
    char words[60];
    ck_assert(rows->n > 19000 && rows->n < 21000);
    snprintf(words, sizeof words, "%zu of 200000 rows are drawn", rows->n);
    ck_assert_msg(says(f, words), "%s", f->note);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* ---- a grid in every form --------------------------------------------------------------- */

static size_t count(const char *s, const char *what)
{
    size_t n = 0;
    for (; (s = strstr(s, what)); s++)
        n++;
    return n;
}

START_TEST(a_grid_as_csv_and_script)
{
    struct machine *m = iris();
    struct figure *f = draw(m, "density", "");
    const struct figure *const picture[] = {f, f};
    struct render_how how = {.theme = THEME_DEFAULT};
    struct text out = TEXT_INIT;
    figure_to_csv(picture, 1, &out);
    ck_assert_ptr_eq(strstr(out.s, "panel,series,x,y"), out.s);
    ck_assert_uint_eq(count(out.s, "\nSepal.Length × Petal.Length,rows,"), 150);
    text_reset(&out);
    figure_to_gp(picture, 1, &how, &out);
    ck_assert_uint_eq(count(out.s, "\nset multiplot\n"), 1);
    ck_assert_uint_eq(count(out.s, "set origin"), 7);
    ck_assert_uint_eq(count(out.s, "ellipses"), 1);
    text_reset(&out);
    figure_to_gp(picture, 2, &how, &out);
    ck_assert_uint_eq(count(out.s, "set origin"), 14);
    text_clear(&out);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* As text: side by side where there is room, one after another where there is not; one title. */
START_TEST(a_grid_as_text)
{
    struct machine *m = iris();
    struct figure *f = draw(m, "density", "");
    const struct figure *const picture[] = {f};
    struct error e = {0};
    struct plotter *p = plotter_new(NULL, NULL, &e);
    for (int columns = 60; columns <= 180; columns += 60) {
        struct render_how how = {.terminal = "text", .columns = columns, .lines = 50};
        struct text out = TEXT_INIT;
        ck_assert_msg(plotter_show(p, picture, 1, &how, &out, &e) == 0, "%s", e.message);
        ck_assert_uint_eq(count(out.s, "gmm, 0"), 1);
        ck_assert_uint_eq(count(out.s, "component 2"), 1);
        ck_assert_uint_eq(count(out.s, "density"), 4); /* the title says it too */
        char *save = NULL;
        for (char *line = strtok_r(out.s, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
            ck_assert_msg(text_width(line) < (size_t)columns, "%s", line);
        text_clear(&out);
    }
    plotter_free(p);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* ---- entropy ---------------------------------------------------------------------------- */

/* Jaynes' die at its maximum: the numbers are from elsewhere. */
START_TEST(jaynes_die)
{
    static const double p[] = {0.05435, 0.07877, 0.11416, 0.16545, 0.23977, 0.34749};
    struct machine *m = support_machine("jaynes_die", "maxent", "targets=4.5");
    support_theta(m, "lambda=0.37105");
    struct figure *f = draw(m, "entropy", "");
    const struct series *bars = series_of(f, "p");
    double entropy = 0, mean = 0;
    char words[NUMBER_TEXT];
    ck_assert_uint_eq(bars->n, 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_double_eq_tol(bars->y[i], p[i], 1e-5);
        entropy -= bars->y[i] * log(bars->y[i]);
        mean += bars->x[i] * bars->y[i];
    }
    ck_assert_msg(says(f, number_text(words, entropy, 5)), "%s", f->title);
    ck_assert_double_eq(series_of(f, "uniform")->y[1], 1.0 / 6);
    ck_assert_double_eq(series_of(f, "target")->x[0], 4.5);
    support_close(series_of(f, "mean")->x[0], mean, 1e-14, "mean");
    ck_assert_ptr_null(series_of(f, "before"));
    figure_free(f);
    machine_free(m);
}
END_TEST

/* After an M the points are the bars of before it; shares of the data are its weights. */
START_TEST(entropy_before_and_after)
{
    struct machine *m = support_machine("wolf_die", "maxent", "columns=f1,f2 weights=count");
    support_theta(m, "lambda=0,0");
    support_e(m);
    struct figure *before = draw(m, "entropy", "");
    support_m(m);
    struct figure *after = draw(m, "entropy", "");
    const struct series *old = series_of(after, "before"), *data = series_of(after, "data");
    for (size_t i = 0; i < 6; i++) {
        ck_assert_double_eq(old->y[i], series_of(before, "p")->y[i]);
        support_close(data->y[i], m->model->obs.weight[i] / m->model->obs.total_weight, 1e-15,
                      "share");
    }
    ck_assert(series_of(after, "p")->y[5] > old->y[5]);
    ck_assert(says(after, "mean of f1: ") && says(after, "f2: ") && says(after, "(before M "));
    figure_free(before);
    figure_free(after);
    machine_free(m);
}
END_TEST

START_TEST(entropy_of_others)
{
    struct machine *m = iris();
    refused(m, "entropy", "", "gmm has no distribution whose entropy is maximised", "maxent");
    machine_free(m);
}
END_TEST

/* ---- hidden ----------------------------------------------------------------------------- */

/* The path by trying all of 2⁸, and the states that q holds most likely. */
static size_t best_path(const struct machine *m, double *log_p)
{
    const struct theta *t = machine_here(m)->theta;
    const double *pi = theta_block(t, "pi"), *A = theta_block(t, "A"), *B = theta_block(t, "B");
    size_t n = m->model->obs.n, best = 0;
    *log_p = -INFINITY;
    for (size_t path = 0; path < (size_t)1 << n; path++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            size_t now = path >> i & 1, past = i ? path >> (i - 1) & 1 : 0;
            sum += log(i ? A[2 * past + now] : pi[now]);
            sum += log(B[3 * now + (size_t)m->model->obs.x[0][i] - 1]);
        }
        if (sum > *log_p) {
            *log_p = sum;
            best = path;
        }
    }
    return best;
}

START_TEST(the_path_of_a_chain)
{
    static const char csv[] = "s,z\n1,a\n1,a\n3,b\n2,b\n3,a\n1,a\n2,b\n1,b\n";
    struct error e = {0};
    struct table_how how = {.header = -1};
    struct dataset *d = table_parse(csv, strlen(csv), "t.csv", &how, &e);
    struct machine *m = support_machine_on(d, "hmm", "k=2 columns=s emission=categorical");
    double log_p;
    dataset_free(d);
    support_theta(m, "pi=0.4,0.6 A=0.5,0.5,0.8,0.2 B=0.5,0.4,0.1,0.1,0.3,0.6");
    support_e(m);
    struct figure *f = draw(m, "hidden", "labels=z");
    const struct figure *states = panel_at(f, 1, 0), *labels = panel_at(f, 2, 0);
    const struct series *path = series_of(states, "path"), *z = series_of(labels, "labels");
    size_t best = best_path(m, &log_p);
    const double *gamma = latent_block(machine_here(m)->q, "gamma");
    for (size_t i = 0; i < 8; i++) {
        ck_assert_double_eq(path->x[i], (double)(i + 1));
        ck_assert_double_eq(path->y[i], (double)(best >> i & 1) + 1);
        ck_assert_double_eq(z->y[i], d->column[1].value[i]);
    }
    ck_assert(best != 0 && best != 255);
    ck_assert(says(f, "they differ in 1 row")); /* so that the one is not taken for the other */
    ck_assert_str_eq(labels->y.tick_label[1], "b");
    for (size_t k = 0; k < 2; k++) {
        const struct series *rows = series_of(f, k ? "rows2" : "rows1");
        for (size_t j = 0; rows && j < rows->n; j++) {
            size_t i = (size_t)rows->x[j] - 1;
            ck_assert(gamma[2 * i + k] >= 0.5);
            ck_assert_double_eq(rows->y[j], m->model->obs.x[0][i]);
            ck_assert_uint_eq(rows->colour[j], figure_mixed_colour(gamma + 2 * i, 2));
        }
    }
    figure_free(f);
    f = draw(m, "hidden", "first=3 last=5");
    ck_assert_uint_eq(series_of(panel_at(f, 1, 0), "path")->n, 3);
    ck_assert_double_eq(series_of(f, "series")->x[0], 3);
    figure_free(f);
    refused(m, "hidden", "first=5 last=3", "last= is before first=", "");
    machine_free(m);
}
END_TEST

/* q's means, and its ellipse: zᵀ V⁻¹ z is the quantile all around. */
START_TEST(scores_of_factors)
{
    struct machine *m = started("iris", "ppca", "m=2");
    support_e(m);
    struct figure *f = draw(m, "hidden", "labels=Species");
    const double *mean = latent_block(machine_here(m)->q, "mean");
    const double *v = latent_block(machine_here(m)->q, "cov");
    const struct series *middle = series_of(f, "scores2"), *q = series_of(f, "posterior");
    const struct series *prior = series_of(f, "prior");
    double det = v[0] * v[3] - v[1] * v[1];
    ck_assert_uint_eq(middle->n, 50);
    ck_assert_str_eq(middle->label, "versicolor");
    for (size_t i = 0; i < 50; i++) {
        ck_assert_double_eq(middle->x[i], mean[2 * (50 + i)]);
        ck_assert_double_eq(middle->y[i], mean[2 * (50 + i) + 1]);
    }
    for (size_t i = 0; i < q->n; i++) {
        double a = q->x[i], b = q->y[i];
        support_close((v[3] * a * a - 2 * v[1] * a * b + v[0] * b * b) / det,
                      gsl_cdf_chisq_Pinv(0.68, 2), 1e-9, "q");
        support_close(prior->x[i] * prior->x[i] + prior->y[i] * prior->y[i],
                      gsl_cdf_chisq_Pinv(0.68, 2), 1e-9, "prior");
    }
    figure_free(f);
    refused(m, "hidden", "columns=1", "scores are of all columns", "");
    refused(m, "hidden", "labels=Sepal.Length", "more than 8 different labels", "");
    machine_free(m);
}
END_TEST

/* Each value before its noise: the mean that q gives it, ± 1 sd. */
START_TEST(scores_of_noisy_values)
{
    struct machine *m = started("noisy_five", "denoise", "");
    support_e(m);
    struct figure *f = draw(m, "hidden", "");
    const struct series *s = series_of(f, "scores"), *sd = series_of(f, "sd");
    const double *mean = latent_block(machine_here(m)->q, "mean");
    const double *var = latent_block(machine_here(m)->q, "var");
    ck_assert_uint_eq(s->n, m->model->obs.n);
    for (size_t i = 0; i < s->n; i++) {
        ck_assert_double_eq(s->x[i], mean[i]);
        support_close(sd->x[3 * i + 1] - sd->x[3 * i], 2 * sqrt(var[i]), 1e-12, "2 sd");
        ck_assert_double_eq(series_of(f, "data")->x[i], m->model->obs.x[0][i]);
    }
    figure_free(f);
    machine_free(m);
}
END_TEST

/* Against the regression on the other entries of the row, which complete() gives. */
START_TEST(missing_entries_are_filled_in)
{
    struct machine *m = started("airquality", "mvn", "columns=Ozone,Solar.R,Wind");
    support_e(m);
    struct figure *f = draw(m, "hidden", "");
    size_t seen = 0;
    for (size_t j = 0; j < 2; j++) {
        const struct figure *p = panel_at(f, j, 0);
        const struct series *filled = series_of(p, "filled_in"), *sd = series_of(p, "sd");
        for (size_t i = 0; i < filled->n; i++, seen++) {
            const double *x = observations_row(&m->model->obs, (size_t)filled->x[i] - 1);
            double mean[3], wide[3];
            struct error e;
            ck_assert(isnan(x[j]));
            ck_assert_int_eq(m->model->class->complete(m->model, machine_here(m)->theta, x, mean,
                                                       wide, &e), 0);
            support_close(filled->y[i], mean[j], 1e-10, "mean");
            support_close(sd->y[3 * i + 1] - sd->y[3 * i], 2 * wide[j], 1e-10, "2 sd");
        }
        ck_assert_uint_eq(filled->n + series_of(p, "observed")->n, m->model->obs.n);
    }
    ck_assert_uint_eq(seen, m->model->obs.nmissing);
    ck_assert(says(f, "fills in 44 missing entries"));
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(nothing_hidden)
{
    struct machine *m = iris();
    refused(m, "hidden", "", "gmm has no path, scores or missing entries", "plot density");
    machine_free(m);
    m = started("faithful", "mvn", "");
    refused(m, "hidden", "", "no entry of these columns is missing", "columns=");
    machine_free(m);
    m = started("sim_hmm_60", "hmm", "k=2 columns=x");
    refused(m, "hidden", "", "plot hidden needs q", "e");
    machine_free(m);
}
END_TEST

/* ---- without memory --------------------------------------------------------------------- */

static const struct {
    const char *picture, *data, *model, *options;
} poor[] = {
    {"density", "iris", "gmm", "k=2 columns=1,2,3"},
    {"hidden", "sim_hmm_60", "hmm", "k=2 columns=x"},
    {"hidden", "iris", "ppca", "m=2"},
    {"hidden", "noisy_five", "denoise", ""},
    {"hidden", "airquality", "mvn", "columns=Ozone,Solar.R"},
    {"entropy", "jaynes_die", "maxent", "targets=4.5"},
    {"prior", "faithful", "vbgmm", "k=2"},
};
enum { POOR = sizeof poor / sizeof *poor };

START_TEST(no_memory)
{
    struct machine *m = started(poor[_i].data, poor[_i].model, poor[_i].options);
    struct error e = {0};
    const struct picture *p = picture_find(poor[_i].picture, &e);
    const struct options none = {0};
    long n = 0;
    bool whole = false;
    support_e(m);
    for (; !whole; n++) {
        struct figure *f;
        error_clear(&e);
        mem_fail_after(n);
        whole = picture_draw(p, m, &none, &f, &e) == 0;
        mem_fail_after(-1);
        ck_assert(whole ? f != NULL : f == NULL && e.message[0]);
        figure_free(f);
    }
    ck_assert_int_gt(n, 5);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pictures_data");
    TCase *c = tcase_create("density");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, pairs_are_a_grid);
    tcase_add_test(c, marginals_are_the_models);
    tcase_add_test(c, pairs_have_every_row_and_their_ellipses);
    tcase_add_loop_test(c, marginals_hold_their_mass, 0, WINDOWS);
    tcase_add_test(c, a_marginal_is_the_integral);
    tcase_add_test(c, symbols_of_a_chain);
    tcase_add_test(c, a_crowd_is_thinned_and_says_so);
    tcase_add_test(c, a_grid_as_csv_and_script);
    tcase_add_test(c, a_grid_as_text);
    suite_add_tcase(s, c);
    c = tcase_create("hidden");
    tcase_add_test(c, the_path_of_a_chain);
    tcase_add_test(c, scores_of_factors);
    tcase_add_test(c, scores_of_noisy_values);
    tcase_add_test(c, missing_entries_are_filled_in);
    tcase_add_test(c, nothing_hidden);
    suite_add_tcase(s, c);
    c = tcase_create("entropy");
    tcase_add_test(c, jaynes_die);
    tcase_add_test(c, entropy_before_and_after);
    tcase_add_test(c, entropy_of_others);
    suite_add_tcase(s, c);
    c = tcase_create("memory");
    tcase_add_loop_test(c, no_memory, 0, POOR);
    suite_add_tcase(s, c);
    return support_run(s);
}
