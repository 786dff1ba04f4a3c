/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/cholesky.h"

#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>

/* LAPACK is column-major: its upper triangle is our lower one. */
bool cholesky(size_t d, double *a)
{
    lapack_int n = (lapack_int)d;
    for (size_t i = 0; i < d * d; i++)
        if (!isfinite(a[i]))
            return false;
    if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', n, a, n) != 0)
        return false;
    for (size_t i = 0; i < d; i++)
        for (size_t j = i + 1; j < d; j++)
            a[i * d + j] = 0.0;
    return true;
}

double cholesky_logdet(size_t d, const double *l)
{
    double sum = 0.0;
    for (size_t j = 0; j < d; j++)
        sum += log(l[j * d + j]);
    return 2.0 * sum;
}

void cholesky_whiten(size_t d, const double *l, double *b)
{
    for (size_t i = 0; i < d; i++) {
        double v = b[i];
        for (size_t j = 0; j < i; j++)
            v -= l[i * d + j] * b[j];
        b[i] = v / l[i * d + i];
    }
}

void cholesky_solve(size_t d, size_t m, const double *l, double *b)
{
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)d, (int)m,
                1.0, l, (int)d, b, (int)m);
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, (int)d, (int)m,
                1.0, l, (int)d, b, (int)m);
}

bool cholesky_sound(size_t d, const double *l, const double *diagonal)
{
    for (size_t j = 0; j < d; j++) {
        double left = l[j * d + j] * l[j * d + j];
        if (!(left > 1e-13 * (double)d * diagonal[j] && left >= DBL_MIN))
            return false;
    }
    return true;
}
