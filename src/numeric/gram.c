/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/gram.h"

#include <lapacke.h>
#include <math.h>

enum { PANEL = 32 }; /* LAPACK's block of columns */

size_t gram_work(size_t d)
{
    return (1 + PANEL) * d;
}

bool gram_triangle(size_t d, size_t n, double *A, double *work, double *L)
{
    lapack_int rows = (lapack_int)n, columns = (lapack_int)d;
    if (d == 0)
        return true;
    for (size_t i = 0; i < d * n; i++)
        if (!isfinite(A[i]))
            return false;
    /* Our rows are LAPACK's columns: Aᵀ = QR, so A Aᵀ = RᵀR and L is Rᵀ but for signs. */
    if (LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, rows, columns, A, rows, work, work + d,
                            PANEL * columns) != 0)
        return false;
    for (size_t j = 0; j < d; j++) {
        double pivot = A[j * n + j], sign = pivot < 0.0 ? -1.0 : 1.0;
        if (!isfinite(pivot))
            return false;
        for (size_t i = 0; i < d; i++)
            L[i * d + j] = i < j ? 0.0 : sign * A[i * n + j];
    }
    return true;
}

bool gram_factor(size_t d, size_t n, double *A, double *work, double *L)
{
    if (!gram_triangle(d, n, A, work, L))
        return false;
    for (size_t j = 0; j < d; j++)
        if (!(L[j * d + j] > 0.0))
            return false;
    return true;
}
