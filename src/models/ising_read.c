/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An image for the Ising model, from a table of row, col, x or from one column of values. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "models/ising.h"

static const char remedy[] = "columns=row,col,x, or one column of values with rows= and cols=";

/* rows·cols pixels are as many as there are rows of data. */
static int check_size(const struct model *m, size_t rows, size_t cols, struct error *e)
{
    size_t n;
    if (!__builtin_mul_overflow(rows, cols, &n) && n == m->obs.n) {
        struct ising *s = ising_of(m);
        s->rows = rows;
        s->cols = cols;
        s->n = n;
        return 0;
    }
    error_set(e, "an image of %zu × %zu pixels has not %zu values", rows, cols, m->obs.n);
    return error_hint(e, "each pixel is one row of the data: %s", remedy);
}

/* Column j of data row i as a place, from 1. */
static int read_place(const struct model *m, size_t i, size_t j, size_t *place, struct error *e)
{
    double v = m->obs.x[j][i];
    if (v >= 1.0 && v <= (double)m->obs.n && v == floor(v)) {
        *place = (size_t)v;
        return 0;
    }
    char shown[NUMBER_TEXT];
    error_set(e, "row %zu of column '%s' is %s; a place in an image of %zu pixels is a whole "
                 "number from 1 to %zu", i + 1, observations_name(&m->obs, j),
              number_text(shown, v, 6), m->obs.n, m->obs.n);
    return error_hint(e, "%s", remedy);
}

/* The largest row and column number, where they were not given. */
static int find_size(const struct model *m, size_t *rows, size_t *cols, struct error *e)
{
    size_t *size[2] = {rows, cols};
    for (size_t j = 0; j < 2; j++) {
        size_t largest = 0, place;
        for (size_t i = 0; i < m->obs.n; i++) {
            if (read_place(m, i, j, &place, e) != 0)
                return -1;
            largest = place > largest ? place : largest;
        }
        if (*size[j] == 0)
            *size[j] = largest;
        if (largest <= *size[j])
            continue;
        error_set(e, "column '%s' goes up to %zu, and %s=%zu", observations_name(&m->obs, j),
                  largest, j ? "cols" : "rows", *size[j]);
        return error_hint(e, "leave rows= and cols= away: the table says it");
    }
    return 0;
}

/* NaN marks the pixels that were not met yet. */
static int place_pixels(const struct model *m, struct error *e)
{
    const struct ising *s = ising_of(m);
    for (size_t i = 0; i < s->n; i++)
        s->x[i] = NAN;
    for (size_t i = 0; i < s->n; i++) {
        size_t row, col;
        if (read_place(m, i, 0, &row, e) != 0 || read_place(m, i, 1, &col, e) != 0)
            return -1;
        double *x = &s->x[(row - 1) * s->cols + col - 1];
        if (!isnan(*x)) {
            error_set(e, "row %zu: pixel (%zu, %zu) is there a second time", i + 1, row, col);
            return error_hint(e, "each pixel is one row of the data: %s", remedy);
        }
        *x = m->obs.x[2][i];
    }
    return 0;
}

static int read_image(struct model *m, const struct options *o, struct error *e)
{
    struct ising *s = ising_of(m);
    size_t rows = 0, cols = 0, d = m->obs.d;
    if (options_count(o, "rows", 1, m->obs.n, &rows, e) != 0 ||
        options_count(o, "cols", 1, m->obs.n, &cols, e) != 0)
        return -1;
    if (d != 3 && d != 1) {
        error_set(e, "ising takes three columns, the pixel's row, its column and its value; here "
                     "are %zu", d);
        return error_hint(e, "%s", remedy);
    }
    if (d == 1 && !(rows && cols)) {
        error_set(e, "one column of values does not say how wide the image is");
        return error_hint(e, "rows= and cols= say it; or %s", remedy);
    }
    if (d == 3 && find_size(m, &rows, &cols, e) != 0)
        return -1;
    if (check_size(m, rows, cols, e) != 0)
        return -1;
    s->x = NEW_ARRAY(s->n, double);
    s->field = NEW_ARRAY(s->n, double);
    if (!s->x || !s->field)
        return error_no_memory(e);
    if (d == 3)
        return place_pixels(m, e);
    memcpy(s->x, m->obs.x[0], s->n * sizeof *s->x);
    return 0;
}

/* The first pixel that is no spin, n when all are −1 or 1. */
static size_t first_no_spin(const struct ising *s)
{
    size_t i = 0;
    while (i < s->n && fabs(s->x[i]) == 1.0)
        i++;
    return i;
}

static int read_noise(const struct options *o, struct ising *s, struct error *e)
{
    size_t at = first_no_spin(s);
    int noise = at == s->n; /* flips, when the data can be */
    if (options_choice(o, "noise", "gaussian|flip", &noise, e) != 0)
        return -1;
    s->flip = noise == 1;
    if (!s->flip || at == s->n)
        return 0;
    char shown[NUMBER_TEXT];
    error_set_at(e, options_find(o, "noise")->at, "pixel (%zu, %zu) is %s; with noise=flip every "
                 "pixel is \u22121 or 1", at / s->cols + 1, at % s->cols + 1,
                 number_text(shown, s->x[at], 6));
    return error_hint(e, "noise=gaussian takes any number");
}

int ising_read(struct model *m, const struct options *o, struct error *e)
{
    struct ising *s = ising_of(m);
    s->J = 0.5;
    if (options_real(o, "J", -100.0, 100.0, &s->J, e) != 0 || read_image(m, o, e) != 0)
        return -1;
    return read_noise(o, s, e);
}
