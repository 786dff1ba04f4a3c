/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/render.h"
#include "support.h"

struct figure *draw(struct machine *m, const char *kind, const char *words)
{
    struct error e = {0};
    struct options o;
    struct figure *f = NULL;
    const struct picture *p = picture_find(kind, &e);
    ck_assert_msg(p != NULL, "%s", e.message);
    support_options(&o, words);
    ck_assert_msg(picture_draw(p, m, &o, &f, &e) == 0, "%s: %s", kind, e.message);
    options_clear(&o);
    return f;
}

void refused(struct machine *m, const char *kind, const char *words, const char *message,
             const char *hint)
{
    struct error e = {0};
    struct options o;
    struct figure *f;
    const struct picture *p = picture_find(kind, &e);
    support_options(&o, words);
    ck_assert_int_eq(picture_draw(p, m, &o, &f, &e), -1);
    ck_assert_ptr_null(f);
    ck_assert_msg(strstr(e.message, message) != NULL, "%s", e.message);
    ck_assert_msg(strstr(e.hint, hint) != NULL, "%s", e.hint);
    options_clear(&o);
}

bool says(const struct figure *f, const char *words)
{
    if ((f->title && strstr(f->title, words)) || (f->note && strstr(f->note, words)))
        return true;
    for (size_t i = 0; i < f->nseries; i++) {
        const struct series *s = f->series[i];
        if (s->label && strstr(s->label, words))
            return true;
        if (s->style == STYLE_TEXT && s->n && s->text && strstr(s->text[0], words))
            return true;
    }
    return false;
}

const struct series *series_of(const struct figure *f, const char *name)
{
    for (size_t i = 0; i < f->nseries; i++)
        if (f->series[i]->name && strcmp(f->series[i]->name, name) == 0)
            return f->series[i];
    return NULL;
}

/* ---- the .csv --------------------------------------------------------------------------- */

enum { CELLS = 8 };

static size_t split(char *line, char *cell[CELLS])
{
    size_t n = 0;
    for (char *p = line; p && n < CELLS; n++) {
        cell[n] = p;
        p = strchr(p, ',');
        if (p)
            *p++ = '\0';
    }
    return n;
}

static double cell_of(char *const cell[CELLS], size_t n, const int place)
{
    return place < 0 || (size_t)place >= n || !*cell[place] ? NAN : strtod(cell[place], NULL);
}

static int place_of(char *const cell[CELLS], size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(cell[i], name) == 0)
            return (int)i;
    return -1;
}

void read_csv(const struct figure *f, const char *series, struct table *t)
{
    static const char *const names[] = {"x", "y", "x2", "y2"};
    const struct figure *const panel[] = {f};
    struct text csv = TEXT_INIT;
    char *cell[CELLS], *save = NULL;
    int place[4];
    figure_to_csv(panel, 1, &csv);
    char *line = strtok_r(csv.s, "\n", &save);
    size_t n = split(line, cell);
    bool wide = strcmp(cell[0], "x") == 0;
    for (int i = 0; i < 4; i++)
        place[i] = place_of(cell, n, wide && i == 1 ? series : names[i]);
    t->n = 0;
    while ((line = strtok_r(NULL, "\n", &save))) {
        n = split(line, cell);
        if (!wide && strcmp(cell[0], series) != 0)
            continue;
        ck_assert_uint_lt(t->n, TABLE_ROWS);
        for (int i = 0; i < 4; i++)
            t->v[t->n][i] = cell_of(cell, n, place[i]);
        t->n++;
    }
    text_clear(&csv);
}

/* To the bit: 17 digits, and NaN is NaN. */
void same(double a, double b, const char *what)
{
    ck_assert_msg(a == b || (isnan(a) && isnan(b)), "%s: %.17g is not %.17g", what, a, b);
}
