/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree: its arena, its nodes, its value.  How it is written is in formula_write.c. */
#include "em/formula.h"

#include <math.h>
#include <stdalign.h>
#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "em/formula_node.h"

/* ---- the arena --------------------------------------------------------------------------- */

enum { PAGE = 32 * 1024 };
struct arena_page {
    struct arena_page *next;
    size_t used, room;
    alignas(max_align_t) char bytes[];
};

static void *take(struct formulas *a, size_t size)
{
    size_t step = alignof(max_align_t);
    size = (size + step - 1) / step * step;
    if (!a->page || a->page->room - a->page->used < size) {
        size_t room = size > PAGE ? size : PAGE;
        struct arena_page *page = mem_alloc(1, sizeof *page + room);
        if (!page) {
            a->failed = true;
            return NULL;
        }
        page->room = room;
        page->next = a->page;
        a->page = page;
    }
    void *p = a->page->bytes + a->page->used;
    a->page->used += size;
    return p;
}

struct formulas_mark formulas_mark(const struct formulas *a)
{
    return (struct formulas_mark){a->page, a->page ? a->page->used : 0, a->nameless};
}

void formulas_release(struct formulas *a, struct formulas_mark m)
{
    while (a->page != m.page) {
        struct arena_page *next = a->page->next;
        mem_free(a->page);
        a->page = next;
    }
    if (a->page)
        a->page->used = m.used;
}

void formulas_clear(struct formulas *a)
{
    formulas_release(a, (struct formulas_mark){NULL, 0, false});
    a->failed = a->nameless = false;
}

static struct formula *node(struct formulas *a, enum node_kind kind)
{
    struct formula *f = take(a, sizeof *f);
    if (f)
        *f = (struct formula){.kind = kind};
    return f;
}

static const char *keep(struct formulas *a, const char *s)
{
    if (a->nameless)
        return "";
    size_t n = strlen(s) + 1;
    char *copy = take(a, n);
    return copy ? memcpy(copy, s, n) : NULL;
}

/* ---- leaves ------------------------------------------------------------------------------ */

formula f_number(struct formulas *a, double v)
{
    struct formula *f = node(a, NODE_NUMBER);
    if (f)
        f->value = v;
    return f;
}

formula f_half(struct formulas *a)
{
    struct formula *f = node(a, NODE_HALF);
    if (f)
        f->value = 0.5;
    return f;
}

formula f_pi(struct formulas *a)
{
    struct formula *f = node(a, NODE_PI);
    if (f)
        f->value = M_PI;
    return f;
}

static formula named(struct formulas *a, enum node_kind kind, double v, const char *latex,
                     va_list ap)
{
    struct text name = TEXT_INIT;
    if (!a->nameless)
        text_vaddf(&name, latex, ap);
    struct formula *f = name.failed ? NULL : node(a, kind);
    if (name.failed)
        a->failed = true;
    if (f) {
        f->value = v;
        f->latex = keep(a, name.s);
    }
    text_clear(&name);
    return f && f->latex ? f : NULL;
}

formula f_symbol(struct formulas *a, double v, const char *latex, ...)
{
    va_list ap;
    va_start(ap, latex);
    formula f = named(a, NODE_SYMBOL, v, latex, ap);
    va_end(ap);
    return f;
}

formula f_name(struct formulas *a, const char *latex, ...)
{
    va_list ap;
    va_start(ap, latex);
    formula f = named(a, NODE_SYMBOL, NAN, latex, ap);
    va_end(ap);
    return f;
}

/* ---- operations -------------------------------------------------------------------------- */

static formula operation(struct formulas *a, enum node_kind kind, formula x, formula y)
{
    if (!x || !y)
        return NULL;
    struct formula *f = node(a, kind);
    if (f) {
        f->x = x;
        f->y = y;
    }
    return f;
}

static formula function(struct formulas *a, enum node_kind kind, formula x)
{
    return operation(a, kind, x, x);
}

formula f_add(struct formulas *a, formula x, formula y)
{
    return operation(a, NODE_ADD, x, y);
}

formula f_sub(struct formulas *a, formula x, formula y)
{
    return operation(a, NODE_SUB, x, y);
}

formula f_mul(struct formulas *a, formula x, formula y)
{
    return operation(a, NODE_MUL, x, y);
}

formula f_div(struct formulas *a, formula x, formula y)
{
    return operation(a, NODE_DIV, x, y);
}

formula f_as(struct formulas *a, formula x, formula y)
{
    return operation(a, NODE_AS, x, y);
}

formula f_neg(struct formulas *a, formula x)
{
    return function(a, NODE_NEG, x);
}

formula f_pow(struct formulas *a, formula x, int n)
{
    return operation(a, NODE_POW, x, f_number(a, n));
}

formula f_square(struct formulas *a, formula x)
{
    return f_pow(a, x, 2);
}

formula f_sqrt(struct formulas *a, formula x)
{
    return function(a, NODE_SQRT, x);
}

formula f_log(struct formulas *a, formula x)
{
    return function(a, NODE_LOG, x);
}

formula f_exp(struct formulas *a, formula x)
{
    return function(a, NODE_EXP, x);
}

formula f_tanh(struct formulas *a, formula x)
{
    return function(a, NODE_TANH, x);
}

formula f_abs(struct formulas *a, formula x)
{
    return function(a, NODE_ABS, x);
}

formula f_times_log(struct formulas *a, formula x, formula y)
{
    formula product = f_mul(a, x, f_log(a, y));
    return formula_value(x) == 0.0 ? f_as(a, product, f_number(a, 0.0)) : product;
}

static formula call(struct formulas *a, enum node_kind kind, double v, const char *latex, int n,
                    formula const *argument)
{
    struct formula *f = node(a, kind);
    if (!f)
        return NULL;
    f->value = v;
    f->latex = keep(a, latex);
    for (int i = 0; i < n && i < ARGUMENTS; i++) {
        if (!argument[i])
            return NULL;
        f->argument[f->narguments++] = argument[i];
    }
    return f->latex ? f : NULL;
}

formula f_call(struct formulas *a, double v, const char *latex, int n, ...)
{
    formula argument[ARGUMENTS] = {NULL};
    va_list ap;
    va_start(ap, n);
    for (int i = 0; i < n && i < ARGUMENTS; i++)
        argument[i] = va_arg(ap, formula);
    va_end(ap);
    return call(a, NODE_CALL, v, latex, n, argument);
}

formula f_log_gamma(struct formulas *a, formula x)
{
    return call(a, NODE_CALL, x ? lgamma(formula_value(x)) : NAN, "\\log\\Gamma", 1, &x);
}

formula f_log_factorial(struct formulas *a, formula x)
{
    return call(a, NODE_FACTORIAL, x ? lgamma(formula_value(x) + 1.0) : NAN, "\\log ", 1, &x);
}

formula f_log_choose(struct formulas *a, formula n, formula x)
{
    if (!n || !x)
        return NULL;
    double big = formula_value(n), small = formula_value(x);
    double v = lgamma(big + 1.0) - lgamma(small + 1.0) - lgamma(big - small + 1.0);
    formula argument[] = {n, x};
    return call(a, NODE_CHOOSE, v, "\\log ", 2, argument);
}

/* ---- sums -------------------------------------------------------------------------------- */

struct formula *f_sum(struct formulas *a, const char *over, formula body)
{
    if (!body)
        return NULL;
    struct formula *f = node(a, NODE_SUM);
    if (!f)
        return NULL;
    f->x = body;
    f->latex = keep(a, over);
    f->largest_value = 0.0;
    return f->latex ? f : NULL;
}

static void count_term(struct formula *sum, double v)
{
    if (sum->nterms == 0 || fabs(v) > fabs(sum->largest_value)) {
        sum->largest = sum->nterms;
        sum->largest_value = v;
    }
    sum->value += v;
    if (sum->nterms++ >= FORMULA_TERMS_KEPT)
        sum->rest += v;
}

void f_sum_add_value(struct formula *sum, double v)
{
    if (sum)
        count_term(sum, v);
}

bool f_sum_add(struct formulas *a, struct formula *sum, formula term)
{
    if (!sum || !term)
        return false;
    count_term(sum, formula_value(term));
    if (sum->nterms > FORMULA_TERMS_KEPT)
        return false;
    struct term_link *link = take(a, sizeof *link);
    if (!link)
        return false;
    *link = (struct term_link){term, NULL};
    if (sum->last)
        sum->last->next = link;
    else
        sum->first = link;
    sum->last = link;
    return true;
}

struct formulas_mark f_term_begin(struct formulas *a, const struct formula *sum)
{
    struct formulas_mark begun = formulas_mark(a);
    a->nameless = a->nameless || formula_terms(sum) >= FORMULA_TERMS_KEPT;
    return begun;
}

void f_term_end(struct formulas *a, struct formula *sum, formula term, struct formulas_mark begun)
{
    a->nameless = begun.nameless;
    if (!f_sum_add(a, sum, term))
        formulas_release(a, begun);
}

void f_sum_peaked(struct formula *sum)
{
    if (sum)
        sum->peaked = true;
}

size_t formula_terms(const struct formula *sum)
{
    return sum ? sum->nterms : 0;
}

size_t formula_largest(const struct formula *sum, double *value)
{
    *value = sum ? sum->largest_value : NAN;
    return sum ? sum->largest : 0;
}

/* ---- value ------------------------------------------------------------------------------- */

double formula_value(formula f)
{
    if (!f)
        return NAN;
    switch (f->kind) {
    case NODE_ADD:
        return formula_value(f->x) + formula_value(f->y);
    case NODE_SUB:
        return formula_value(f->x) - formula_value(f->y);
    case NODE_MUL:
        return formula_value(f->x) * formula_value(f->y);
    case NODE_DIV:
        return formula_value(f->x) / formula_value(f->y);
    case NODE_POW:
        return pow(formula_value(f->x), formula_value(f->y));
    case NODE_NEG:
        return -formula_value(f->x);
    case NODE_SQRT:
        return sqrt(formula_value(f->x));
    case NODE_LOG:
        return log(formula_value(f->x));
    case NODE_EXP:
        return exp(formula_value(f->x));
    case NODE_TANH:
        return tanh(formula_value(f->x));
    case NODE_ABS:
        return fabs(formula_value(f->x));
    case NODE_AS:
        return formula_value(f->y);
    default:
        return f->value;
    }
}
