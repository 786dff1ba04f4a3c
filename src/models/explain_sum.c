/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/explain_sum.h"

#include <math.h>

void row_sum_begin(struct explanation *x, struct row_sum *s, const char *over, formula body)
{
    struct formulas *a = &x->f;
    *s = (struct row_sum){.x = x};
    if (x->model->obs.weighted)
        body = f_mul(a, f_name(a, "w_{i}"), body);
    s->sum = f_sum(a, over, body);
}

struct formulas_mark row_sum_mark(const struct row_sum *s)
{
    return f_term_begin(&s->x->f, s->sum);
}

void row_sum_add(struct row_sum *s, size_t i, formula term, struct formulas_mark mark)
{
    struct formulas *a = &s->x->f;
    const struct observations *o = &s->x->model->obs;
    if (term && o->weighted)
        term = f_mul(a, f_symbol(a, o->weight[i], "w_{%zu}", i + 1), term);
    double v = formula_value(term);
    if (term && (formula_terms(s->sum) == 0 || fabs(v) > fabs(s->value))) {
        s->largest = i;
        s->value = v;
    }
    f_term_end(a, s->sum, term, mark);
}

static void say_largest(struct explanation *x, const char *what, double value)
{
    char number[NUMBER_TEXT];
    explain_note(x, "%s, contributes most: %s", what, number_text(number, value, x->digits));
}

void explain_largest(struct explanation *x, const struct formula *sum, const char *what)
{
    double value;
    formula_largest(sum, &value);
    if (formula_terms(sum) > 1)
        say_largest(x, what, value);
}

void row_sum_say_largest(const struct row_sum *s)
{
    struct text row = TEXT_INIT;
    if (formula_terms(s->sum) < 2)
        return;
    explain_row(s->x, s->largest, &row);
    say_largest(s->x, row.s, s->value);
    text_clear(&row);
}

formula weight_total(struct explanation *x)
{
    return f_symbol(&x->f, x->model->obs.total_weight,
                    x->model->obs.weighted ? "\\sum_{i} w_{i}" : "n");
}

formula explain_part(struct explanation *x, double value, formula is, const char *latex)
{
    explain_item(x, value, is, "%s", latex);
    return f_symbol(&x->f, value, "%s", latex);
}
