/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nonnegative least squares against enumeration: the best of the least-squares solutions over every
 * set of columns that are nonnegative. */
#include "support.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "numeric/nnls.h"
#include "numeric/random.h"

enum { ROWS = 3, COLUMNS = 6 };

/* ‖A_S p − b‖ at the unconstrained minimum over the columns in `set`;
 * INFINITY when p is not ≥ 0. */
static double residual_of(const double *A, const double *b, unsigned set)
{
    size_t at[COLUMNS], k = 0;
    for (size_t j = 0; j < COLUMNS; j++)
        if (set >> j & 1u)
            at[k++] = j;
    double square = 0.0;
    if (k == 0) {
        for (size_t i = 0; i < ROWS; i++)
            square += b[i] * b[i];
        return sqrt(square);
    }
    if (k > ROWS)
        return INFINITY;
    gsl_matrix *M = gsl_matrix_alloc(ROWS, k);
    gsl_vector *tau = gsl_vector_alloc(k), *x = gsl_vector_alloc(k), *r = gsl_vector_alloc(ROWS);
    gsl_vector_const_view right = gsl_vector_const_view_array(b, ROWS);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < k; j++)
            gsl_matrix_set(M, i, j, A[at[j] * ROWS + i]);
    gsl_linalg_QR_decomp(M, tau);
    gsl_linalg_QR_lssolve(M, tau, &right.vector, x, r);
    square = INFINITY;
    if (gsl_vector_min(x) >= 0.0) {
        square = 0.0;
        for (size_t i = 0; i < ROWS; i++)
            square += gsl_vector_get(r, i) * gsl_vector_get(r, i);
    }
    gsl_matrix_free(M);
    gsl_vector_free(tau);
    gsl_vector_free(x);
    gsl_vector_free(r);
    return sqrt(square);
}

START_TEST(agrees_with_enumeration)
{
    struct error e = {0};
    gsl_rng *random = random_new(11, &e);
    int inside_seen = 0, outside_seen = 0;
    for (int trial = 0; trial < 3000; trial++) {
        double A[ROWS * COLUMNS], b[ROWS], p[COLUMNS], r[ROWS], best = INFINITY, length = 0.0;
        bool inside;
        for (size_t i = 0; i < ROWS * COLUMNS; i++)
            A[i] = gsl_rng_uniform(random) * 4.0 - (trial % 3);
        for (size_t i = 0; i < ROWS; i++)
            b[i] = gsl_rng_uniform(random) * 2.0 - 1.0;
        for (unsigned set = 0; set < 1u << COLUMNS; set++)
            best = fmin(best, residual_of(A, b, set));
        ck_assert_int_eq(nnls(ROWS, COLUMNS, A, b, p, r, &inside, &e), 0);
        for (size_t i = 0; i < ROWS; i++) {
            double sum = b[i];
            for (size_t j = 0; j < COLUMNS; j++)
                sum -= A[j * ROWS + i] * p[j];
            support_close(r[i], sum, 1e-12, "r = b − A p");
            length += r[i] * r[i];
        }
        ck_assert_msg(fabs(sqrt(length) - best) <= 1e-9, "trial %d: %.12g, the least is %.12g",
                      trial, sqrt(length), best);
        for (size_t j = 0; j < COLUMNS; j++) {
            double lean = 0.0;
            for (size_t i = 0; i < ROWS; i++)
                lean += A[j * ROWS + i] * r[i];
            ck_assert(p[j] >= 0.0 && lean <= 1e-9 && (p[j] == 0.0 || fabs(lean) <= 1e-9));
        }
        ck_assert(inside == (best < 1e-9));
        inside ? inside_seen++ : outside_seen++;
    }
    ck_assert(inside_seen > 300 && outside_seen > 300);
    gsl_rng_free(random);
}
END_TEST

/* Columns that are multiples of one another, and columns of zeros, end the search as well. */
START_TEST(dependent_columns)
{
    static const double A[] = {1, 2, 0, 2, 4, 0, 0, 0, 0, -1, -2, 0, 1, 2, 1e-14};
    static const double b[] = {3, 6, 0}, off[] = {3, 6, 1};
    double p[5], r[3];
    bool inside;
    struct error e = {0};
    ck_assert_int_eq(nnls(3, 5, A, b, p, r, &inside, &e), 0);
    ck_assert(inside);
    support_close(p[0] + 2 * p[1] - p[3] + p[4], 3.0, 1e-12, "p");
    ck_assert_int_eq(nnls(3, 5, A, off, p, r, &inside, &e), 0);
    ck_assert(!inside && fabs(r[2] - 1.0) < 1e-9);
}
END_TEST

START_TEST(memory_runs_out)
{
    static const double A[] = {1, 0, 0, 1}, b[] = {1, 2};
    double p[2], r[2];
    bool inside;
    int failed = -1;
    for (long n = 0; failed != 0; n++) {
        struct error e = {0};
        mem_fail_after(n);
        failed = nnls(2, 2, A, b, p, r, &inside, &e);
        mem_fail_after(-1);
        ck_assert(failed == 0 || strstr(e.message, "memory"));
        ck_assert_int_lt(n, 20);
    }
    ck_assert(inside);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nnls");
    TCase *t = tcase_create("nnls");
    tcase_add_test(t, agrees_with_enumeration);
    tcase_add_test(t, dependent_columns);
    tcase_add_test(t, memory_runs_out);
    suite_add_tcase(s, t);
    return support_run(s);
}
