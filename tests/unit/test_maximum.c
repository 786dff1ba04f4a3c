/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The maximum of functions of which only values are known, against what calculus says. */
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "numeric/maximum.h"

enum { N = 50 };

static double y[N], w[N], total;
static int calls, allowed;

static void make_data(void)
{
    total = 0.0;
    for (int i = 0; i < N; i++) {
        y[i] = 2.0 + 3.0 * sin(1.7 * i);
        w[i] = 0.5 + 0.4 * cos(i);
        total += w[i];
    }
}

static bool give_up(void)
{
    calls++;
    return allowed >= 0 && calls > allowed;
}

/* u = (μ, log σ) */
static int normal(void *unused, const double *u, double *f)
{
    double sd = exp(u[1]);
    long double sum = 0.0L;
    (void)unused;
    for (int i = 0; i < N; i++)
        sum += w[i] * (-0.5 * (y[i] - u[0]) * (y[i] - u[0]) / sd / sd - u[1]);
    *f = (double)sum;
    return give_up() ? -1 : 0;
}

/* u = (log λ, logit p) */
static int counts(void *unused, const double *u, double *f)
{
    (void)unused;
    *f = 100.0 * (0.7 * u[0] - exp(u[0])) + 30.0 * u[1] - 100.0 * log1p(exp(u[1]));
    return give_up() ? -1 : 0;
}

/* Not smooth: the weighted median, and log of the mean distance from it. */
static int laplace(void *unused, const double *u, double *f)
{
    (void)unused;
    *f = 0.0;
    for (int i = 0; i < N; i++)
        *f -= w[i] * (fabs(y[i] - u[0]) / exp(u[1]) + u[1]);
    return give_up() ? -1 : 0;
}

/* A wall: f = −log(b) where b ≥ the greatest y, else −∞. */
static int uniform(void *unused, const double *u, double *f)
{
    (void)unused;
    *f = -u[0] * total - u[1] * u[1];
    for (int i = 0; i < N; i++)
        if (y[i] > exp(u[0]))
            *f = -INFINITY;
    return give_up() ? -1 : 0;
}

static int saddle(void *unused, const double *u, double *f)
{
    (void)unused;
    *f = 0.5 * u[0] * u[0] - 0.25 * pow(u[0], 4) - u[1] * u[1];
    return give_up() ? -1 : 0;
}

/* u[1] is rounding and nothing else. */
static int no_second(void *unused, const double *u, double *f)
{
    (void)unused;
    *f = -100.0 * (u[0] - 1.0) * (u[0] - 1.0) + 100.0 * (log(exp(u[1])) - u[1]);
    return give_up() ? -1 : 0;
}

static int falls_for_ever(void *unused, const double *u, double *f)
{
    (void)unused;
    *f = -100.0 * exp(u[0]) - u[1] * u[1];
    return give_up() ? -1 : 0;
}

static int collapses(void *unused, const double *u, double *f)
{
    (void)unused;
    *f = -10.0 * u[1] - 0.5 * u[0] * u[0] * exp(-2.0 * u[1]);
    return give_up() ? -1 : 0;
}

static int never_a_number(void *unused, const double *u, double *f)
{
    (void)unused;
    (void)u;
    *f = NAN;
    return give_up() ? -1 : 0;
}

typedef int height(void *context, const double *u, double *f);

struct found {
    enum maximum result;
    double u[2];
    size_t which;
    bool upwards;
    int calls;
    struct error e;
};

static struct found find(height *f, double a, double b, bool folded, int calls_allowed)
{
    const bool fold[2] = {folded, true};
    struct found r = {.u = {a, b}};
    struct hill h = {f, NULL, 2, total, fold};
    calls = 0;
    allowed = calls_allowed;
    r.result = maximum_find(&h, r.u, &r.which, &r.upwards, &r.e);
    r.calls = calls;
    return r;
}

static void is_at(const struct found *r, double a, double b, double tol)
{
    ck_assert_int_eq(r->result, MAXIMUM_FOUND);
    support_close(r->u[0], a, tol, "u[0]");
    support_close(r->u[1], b, tol, "u[1]");
}

static void moments(double *mean, double *log_sd)
{
    double square = 0.0;
    *mean = 0.0;
    for (int i = 0; i < N; i++)
        *mean += w[i] * y[i] / total;
    for (int i = 0; i < N; i++)
        square += w[i] * (y[i] - *mean) * (y[i] - *mean);
    *log_sd = 0.5 * log(square / total);
}

static const double starts[][2] = {{0, 0}, {2, 0.7}, {1e4, -3}, {-5, 8}, {2, -6}, {1e-9, 1}};

START_TEST(normal_from_anywhere)
{
    double mean, log_sd;
    moments(&mean, &log_sd);
    struct found r = find(normal, starts[_i][0], starts[_i][1], false, -1);
    is_at(&r, mean, log_sd, 1e-10);
    ck_assert_int_lt(r.calls, 400);
}
END_TEST

START_TEST(counts_from_anywhere)
{
    struct found r = find(counts, starts[_i][1], -starts[_i][1], true, -1);
    is_at(&r, log(0.7), log(0.3 / 0.7), 1e-10);
}
END_TEST

/* Far from 0 the digits are fewer: as many as f has. */
START_TEST(shifted)
{
    double mean, log_sd;
    moments(&mean, &log_sd);
    for (int i = 0; i < N; i++)
        y[i] += 1e8;
    struct found r = find(normal, 1e8 + 5.0, 3.0, false, -1);
    make_data();
    ck_assert_int_eq(r.result, MAXIMUM_FOUND);
    ck_assert(fabs(r.u[0] - 1e8 - mean) < 1e-6 && fabs(r.u[1] - log_sd) < 1e-6);
}
END_TEST

START_TEST(again_is_the_same)
{
    static height *const smooth[] = {normal, counts, laplace, no_second, saddle};
    struct found first = find(smooth[_i], 0.5, 0.4, false, -1);
    struct found second = find(smooth[_i], first.u[0], first.u[1], false, -1);
    ck_assert_int_eq(second.result, MAXIMUM_FOUND);
    ck_assert_mem_eq(first.u, second.u, sizeof first.u);
}
END_TEST

START_TEST(kinks)
{
    struct found r = find(laplace, 0.0, 0.0, false, -1);
    double best;
    ck_assert_int_eq(r.result, MAXIMUM_FOUND);
    laplace(NULL, r.u, &best);
    for (int i = 0; i < N; i++) { /* the median is one of the y */
        double mean = 0.0, f, at[2] = {y[i], 0.0};
        for (int j = 0; j < N; j++)
            mean += w[j] * fabs(y[j] - y[i]) / total;
        at[1] = log(mean);
        laplace(NULL, at, &f);
        ck_assert_msg(f <= best + 1e-7, "%.15g at %g, found %.15g", f, y[i], best);
    }
}
END_TEST

START_TEST(walls)
{
    double top = -DBL_MAX;
    for (int i = 0; i < N; i++)
        top = fmax(top, y[i]);
    struct found r = find(uniform, 5.0, 0.3, true, -1);
    ck_assert_int_eq(r.result, MAXIMUM_FOUND);
    ck_assert_msg(r.u[0] >= log(top) && r.u[0] < log(top) + 1e-6, "%g", r.u[0] - log(top));
}
END_TEST

START_TEST(saddles_are_left)
{
    struct found r = find(saddle, 1e-3, 0.5, false, -1);
    is_at(&r, 1.0, 0.0, 1e-9);
}
END_TEST

START_TEST(flat_coordinates_stay)
{
    struct found r = find(no_second, 7.0, 0.3, false, -1);
    ck_assert_int_eq(r.result, MAXIMUM_FOUND);
    ck_assert(fabs(r.u[0] - 1.0) < 1e-10 && r.u[1] == 0.3);
}
END_TEST

START_TEST(no_maximum)
{
    struct found r = find(falls_for_ever, 0.0, 0.5, true, -1);
    ck_assert_int_eq(r.result, MAXIMUM_RUNS);
    ck_assert(r.which == 0 && !r.upwards && r.u[0] == 0.0 && r.u[1] == 0.5);
    r = find(collapses, 1.0, 0.0, false, -1);
    ck_assert_int_eq(r.result, MAXIMUM_RUNS);
    ck_assert(r.which == 1 && !r.upwards);
}
END_TEST

START_TEST(never_finite)
{
    struct found r = find(never_a_number, 1.0, 2.0, false, -1);
    ck_assert_int_eq(r.result, MAXIMUM_FOUND);
    ck_assert(r.u[0] == 1.0 && r.u[1] == 2.0);
}
END_TEST

/* Whenever height gives up, so does the search, at once and with the start unchanged. */
START_TEST(giving_up)
{
    static height *const all[] = {normal, laplace, falls_for_ever};
    for (size_t i = 0; i < 3; i++) {
        int whole = find(all[i], 0.2, 0.1, true, -1).calls;
        for (int n = 0; n < whole; n += 1 + whole / 200) {
            struct found r = find(all[i], 0.2, 0.1, true, n);
            ck_assert_int_eq(r.result, MAXIMUM_FAILED);
            ck_assert(r.u[0] == 0.2 && r.u[1] == 0.1 && r.calls == n + 1);
        }
    }
}
END_TEST

START_TEST(no_memory)
{
    mem_fail_after(0);
    struct found r = find(normal, 0.0, 0.0, false, -1);
    mem_fail_after(-1);
    ck_assert_int_eq(r.result, MAXIMUM_FAILED);
    ck_assert_str_eq(r.e.message, "out of memory");
}
END_TEST

int main(void)
{
    make_data();
    Suite *s = suite_create("maximum");
    TCase *t = tcase_create("maximum");
    tcase_add_loop_test(t, normal_from_anywhere, 0, sizeof starts / sizeof *starts);
    tcase_add_loop_test(t, counts_from_anywhere, 0, sizeof starts / sizeof *starts);
    tcase_add_test(t, shifted);
    tcase_add_loop_test(t, again_is_the_same, 0, 5);
    tcase_add_test(t, kinks);
    tcase_add_test(t, walls);
    tcase_add_test(t, saddles_are_left);
    tcase_add_test(t, flat_coordinates_stay);
    tcase_add_test(t, no_maximum);
    tcase_add_test(t, never_finite);
    tcase_add_test(t, giving_up);
    tcase_add_test(t, no_memory);
    suite_add_tcase(s, t);
    return support_run(s);
}
