/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/script.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "plot/child.h"
#include "plot/quote.h"

void script_init(struct script *s, struct text *out, struct text *data)
{
    *s = (struct script){.out = out, .data = data};
    text_init(&s->clauses);
}

void script_clear(struct script *s)
{
    s->out->failed |= s->clauses.failed || (s->data && s->data->failed);
    text_clear(&s->clauses);
}

/* Tables.  Rows are numbers only, so that no row can be the END of its block. */

void script_table_begin(struct script *s)
{
    s->nrow = 0;
    s->start = s->data ? s->data->length : s->out->length;
    if (!s->data)
        text_addf(s->out, "$table%zu << END\n", s->ntable + 1);
}

void script_row(struct script *s, const double *v, size_t n)
{
    s->nrow++;
    if (s->data) {
        text_add_bytes(s->data, (const char *)v, n * sizeof *v);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (isnan(v[i]))
            text_add(s->out, i > 0 ? " NaN" : "NaN");
        else
            text_addf(s->out, "%s%.17g", i > 0 ? " " : "", v[i]);
    }
    text_add(s->out, "\n");
}

static void start_clause(struct script *s)
{
    text_add(&s->clauses, s->nclause++ > 0 ? ", \\\n     " : "plot ");
}

bool script_table_end(struct script *s, size_t n)
{
    if (s->nrow == 0) {
        if (!s->data)
            s->out->s[s->out->length = s->start] = '\0';
        return false;
    }
    s->ntable++;
    start_clause(s);
    if (s->data) {
        text_addf(&s->clauses, "'" CHILD_DATA "' binary record=(%zu) skip=%zu format='", s->nrow,
                  s->start);
        text_repeat(&s->clauses, "%double", n);
        text_add(&s->clauses, "' ");
    } else {
        text_add(s->out, "END\n");
        text_addf(&s->clauses, "$table%zu ", s->ntable);
    }
    return true;
}

void script_no_table(struct script *s)
{
    start_clause(s);
    text_add(&s->clauses, "NaN ");
}

void script_clause(struct script *s, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    text_vaddf(&s->clauses, format, ap);
    va_end(ap);
}

void script_plot(struct script *s)
{
    if (s->nclause == 0)
        text_add(&s->clauses, "plot NaN notitle");
    text_add_bytes(s->out, s->clauses.s, s->clauses.length);
    text_add(s->out, "\n");
    s->out->failed |= s->clauses.failed;
    text_reset(&s->clauses);
    s->nclause = 0;
}

/* Axes */

/* Digits that tell the ticks of [low, high] apart; gnuplot's own six fail near convergence, where ℓ
 * moves in its tenth. */
static int tick_digits(double low, double high)
{
    double ratio = fmax(fabs(low), fabs(high)) / (high - low);
    int digits = ratio > 1 ? (int)ceil(log10(ratio)) + 2 : 2;

    return digits < 6 ? 6 : digits > 16 ? 16 : digits;
}

static void add_ticks(struct script *s, char name, const struct axis *a, size_t room)
{
    size_t stride = layout_tick_stride(a, room, name == 'y');
    bool some = false;

    text_addf(s->out, "set %ctics noenhanced (", name);
    for (size_t i = 0; i < a->ntick; i += stride) {
        if (!view_drawable(a->tick[i]))
            continue;
        text_add(s->out, some ? ", " : "");
        some = true;
        quote_tick(a->tick_label[i] ? a->tick_label[i] : "", s->out);
        text_addf(s->out, " %.17g", a->tick[i]);
    }
    text_add(s->out, ")\n");
}

void script_axis(struct script *s, char name, const struct axis *a, double low, double high,
                 size_t room)
{
    int digits = tick_digits(low, high);

    text_addf(s->out, "set %crange [%.17g:%.17g]\n", name, low, high);
    if (digits > 6)
        text_addf(s->out, "set format %c \"%%.%dg\"\n", name, digits);
    if (a->ntick > 0)
        add_ticks(s, name, a, room);
}

void script_step(struct script *s, char name, double low, double high, double most)
{
    static const double nice[] = {1, 2, 5, 10};
    double least = (high - low) / fmax(most, 1), unit = pow(10, floor(log10(least)));

    if (!(unit > 0) || !isfinite(unit))
        return;
    for (size_t i = 0; i < sizeof nice / sizeof *nice; i++)
        if (nice[i] * unit >= least) {
            text_addf(s->out, "set %ctics %.17g\n", name, nice[i] * unit);
            return;
        }
}
