/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plotted numbers as a table (RFC 4180, lines ending in \n).  Curves over the same x make one
 * wide table x,name,name…; anything else is long: series,x,y and what else there is.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/decimal.h"
#include "plot/render.h"

/* What a long table has beside series,x,y. */
struct columns {
    bool panel, x2, y2, text;
};

static void add_field(struct text *out, const char *s)
{
    if (!strpbrk(s, ",\"\r\n")) {
        text_add(out, s);
        return;
    }
    text_add(out, "\"");
    for (; *s; s++)
        text_add_bytes(out, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
    text_add(out, "\"");
}

/* The 15 digits that are enough for most, else 17: reads back as the same number. */
static void add_number(struct text *out, double v)
{
    char s[32];

    if (!isfinite(v)) {
        text_add(out, isnan(v) ? "nan" : v > 0 ? "inf" : "-inf");
        return;
    }
    snprintf(s, sizeof s, "%.15g", v);
    if (strtod(s, NULL) != v)
        snprintf(s, sizeof s, "%.17g", v);
    text_add(out, s);
}

static void add_name(struct text *out, const struct series *s, size_t number)
{
    if (s->name || s->label)
        add_field(out, s->name ? s->name : s->label);
    else
        text_addf(out, "series%zu", number + 1);
}

/* Wide tables */

static bool same_x(const struct series *a, const struct series *b)
{
    return a->n == b->n && memcmp(a->x, b->x, a->n * sizeof *a->x) == 0;
}

/* Words are left out of a wide table, and stand in nobody's way. */
static bool is_wide(const struct figure *f)
{
    const struct series *first = NULL;

    for (size_t i = 0; i < f->nseries; i++) {
        const struct series *s = f->series[i];

        if (s->style == STYLE_TEXT)
            continue;
        if (s->x2 || s->y2 || (first && !same_x(first, s)))
            return false;
        first = first ? first : s;
    }
    return first != NULL;
}

static void wide_table(const struct figure *f, struct text *out)
{
    const struct series *first = NULL;

    text_add(out, "x");
    for (size_t i = 0; i < f->nseries; i++) {
        if (f->series[i]->style == STYLE_TEXT)
            continue;
        first = f->series[i];
        text_add(out, ",");
        add_name(out, first, i);
    }
    for (size_t row = 0; row < first->n; row++) {
        text_add(out, "\n");
        add_number(out, first->x[row]);
        for (size_t i = 0; i < f->nseries; i++) {
            if (f->series[i]->style == STYLE_TEXT)
                continue;
            text_add(out, ",");
            add_number(out, f->series[i]->y[row]);
        }
    }
    text_add(out, "\n");
}

/* Long tables */

static void add_columns(const struct figure *f, struct columns *c)
{
    for (size_t i = 0; i < f->nseries; i++) {
        const struct series *s = f->series[i];

        c->x2 |= s->x2 != NULL;
        c->y2 |= s->y2 != NULL;
        c->text |= s->text != NULL;
    }
}

static struct columns columns_of(const struct figure *const *picture, size_t n)
{
    struct columns c = {.panel = n > 1 || picture[0]->next};

    for (size_t p = 0; p < n; p++)
        for (const struct figure *f = picture[p]; f; f = f->next)
            add_columns(f, &c);
    return c;
}

static void add_second(struct text *out, bool column, const double *v, size_t i)
{
    if (!column)
        return;
    text_add(out, ",");
    if (v)
        add_number(out, v[i]);
}

static void long_row(const struct series *s, size_t i, struct columns c, struct text *out)
{
    add_number(out, s->x[i]);
    text_add(out, ",");
    add_number(out, s->y[i]);
    add_second(out, c.x2, s->x2, i);
    add_second(out, c.y2, s->y2, i);
    if (c.text)
        text_add(out, ",");
    if (c.text && s->text && s->text[i])
        add_field(out, s->text[i]);
    text_add(out, "\n");
}

/* The rows of one panel, the number-th. */
static void add_panel(const struct figure *f, size_t number, struct columns c, struct text *out)
{
    for (size_t k = 0; k < f->nseries; k++) {
        const struct series *s = f->series[k];

        for (size_t i = 0; i < s->n; i++) {
            if (c.panel && f->name)
                add_field(out, f->name);
            else if (c.panel)
                text_addf(out, "%zu", number);
            text_add(out, c.panel ? "," : "");
            add_name(out, s, k);
            text_add(out, ",");
            long_row(s, i, c, out);
        }
    }
}

static void long_table(const struct figure *const *picture, size_t n, struct text *out)
{
    struct columns c = columns_of(picture, n);
    size_t number = 0;

    text_addf(out, "%sseries,x,y%s%s%s\n", c.panel ? "panel," : "", c.x2 ? ",x2" : "",
              c.y2 ? ",y2" : "", c.text ? ",text" : "");
    for (size_t p = 0; p < n; p++)
        for (const struct figure *f = picture[p]; f; f = f->next)
            add_panel(f, ++number, c, out);
}

void figure_to_csv(const struct figure *const *picture, size_t n, struct text *out)
{
    struct decimal d;

    if (!decimal_begin(&d)) {
        out->failed = true;
        return;
    }
    if (n == 1 && !picture[0]->next && is_wide(picture[0]))
        wide_table(picture[0], out);
    else
        long_table(picture, n, out);
    decimal_end(&d);
}
