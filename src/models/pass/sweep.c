/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/pass/sweep.h"

#include "base/memory.h"
#include "models/pass/pass.h"

/* Where row r (−1 … SWEEP_ROWS) of a band has column c, or would have it. */
static size_t place(const struct askew *a, size_t band, size_t r_from_1, size_t c)
{
    return (band * a->steps + c + r_from_1) * SWEEP_STEP + r_from_1;
}

bool askew_init(struct askew *a, size_t rows, size_t cols, const double *m, const double *field)
{
    *a = (struct askew){.rows = rows, .cols = cols, .steps = cols + SWEEP_ROWS + 1,
                        .bands = (rows + SWEEP_ROWS - 1) / SWEEP_ROWS};
    size_t size = a->bands * a->steps * SWEEP_STEP;
    a->m = NEW_ARRAY(2 * size, double);
    if (!a->m)
        return false;
    a->field = a->m + size;
    for (size_t row = 0; row < rows; row++)
        for (size_t c = 0; c < cols; c++) {
            size_t at = place(a, row / SWEEP_ROWS, row % SWEEP_ROWS + 1, c);
            a->m[at] = m[row * cols + c];
            a->field[at] = field[row * cols + c];
        }
    return true;
}

void askew_clear(struct askew *a)
{
    mem_free(a->m);
}

void askew_read(const struct askew *a, double *m)
{
    for (size_t row = 0; row < a->rows; row++)
        for (size_t c = 0; c < a->cols; c++)
            m[row * a->cols + c] = a->m[place(a, row / SWEEP_ROWS, row % SWEEP_ROWS + 1, c)];
}

/* The last row of the band before, and the first of the one after, into the band's own margins. */
static void put_margins(const struct askew *a, size_t band)
{
    for (size_t c = 0; c < a->cols; c++) {
        if (band > 0)
            a->m[place(a, band, 0, c)] = a->m[place(a, band - 1, SWEEP_ROWS, c)];
        if (band + 1 < a->bands)
            a->m[place(a, band, SWEEP_ROWS + 1, c)] = a->m[place(a, band + 1, 1, c)];
    }
}

double askew_sweep(const struct askew *a, double J, double beta, bool keeps)
{
    double largest = 0.0;
    for (size_t band = 0; band < a->bands; band++) {
        put_margins(a, band);
        double move = PASS_PICK(sweep)(a, band, J, beta, keeps);
        largest = move > largest ? move : largest;
    }
    return largest;
}
