/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a formula is written.  A node is written into a text of its own and joined with its
 * neighbours there, where the sign that it begins with is known: x + (−3) reads x − 3.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "em/formula_node.h"
#include "em/formula_parts.h"
#include "em/symbol.h"

formula formula_resolve(const struct pen *p, formula f)
{
    while (f->kind == NODE_AS)
        f = p->style == FORMULA_SYMBOLS ? f->x : f->y;
    if (f->kind == NODE_SUM && p->style != FORMULA_SYMBOLS && f->nterms == 1 && f->first)
        return formula_resolve(p, f->first->term);
    return f;
}

/* ---- brackets ---------------------------------------------------------------------------- */

enum level formula_level(const struct pen *p, formula f)
{
    switch (f->kind) {
    case NODE_ADD:
    case NODE_SUB:
    case NODE_NEG:
        return SUMS;
    case NODE_SUM:
        return p->style == FORMULA_SYMBOLS ? PRODUCTS : SUMS;
    case NODE_MUL:
        return PRODUCTS;
    case NODE_DIV:
        return p->medium == LATEX ? POWERS : PRODUCTS;
    case NODE_LOG:
    case NODE_FACTORIAL:
        return p->medium == BC ? ATOMS : FUNCTIONS;
    case NODE_CHOOSE:
        return FUNCTIONS;
    case NODE_POW:
        return POWERS;
    default:
        return ATOMS;
    }
}

void formula_at(struct pen *p, formula f, enum level level, bool may_lead, struct text *out)
{
    struct text t = TEXT_INIT;
    f = formula_resolve(p, f);
    formula_node(p, f, &t);
    if (formula_level(p, f) < level || (!may_lead && pen_minus_leads(p, &t)))
        pen_bracket(p, &t, out);
    else
        text_add(out, t.s);
    text_clear(&t);
}

/* ---- sums and products ------------------------------------------------------------------- */

static void join(const struct pen *p, bool subtract, struct text *out)
{
    if (p->medium == BC)
        text_add(out, subtract ? "-" : "+");
    else
        text_addf(out, "%c%s ", FORMULA_BREAK, subtract ? pen_minus(p) : "+");
}

/* … + term, or − what comes after the term's minus. */
static void add_next(const struct pen *p, const struct text *term, struct text *out)
{
    bool negative = pen_minus_leads(p, term);
    join(p, negative, out);
    text_add(out, term->s + (negative ? strlen(pen_minus(p)) : 0));
}

static void write_add(struct pen *p, formula f, struct text *out)
{
    struct text right = TEXT_INIT;
    formula y = formula_resolve(p, f->y);
    formula_at(p, f->x, SUMS, true, out);
    if (f->kind == NODE_SUB) {
        join(p, true, out);
        formula_at(p, y, PRODUCTS, false, &right);
        text_add(out, right.s);
    } else {
        formula_at(p, y, SUMS, true, &right);
        add_next(p, &right, out);
    }
    text_clear(&right);
}

static const char *product_sign(const struct pen *p, const struct text *left,
                                const struct text *right)
{
    if (p->medium == BC)
        return "*";
    const char *sign = p->medium == TEXT ? "·" : " \\cdot ";
    const char *r = right->s;
    char last = left->length ? left->s[left->length - 1] : ' ';
    bool after_half = strcmp(left->s, "½") == 0 || strcmp(left->s, "\\tfrac12") == 0;
    bool after_pi = left->length >= 2 && strcmp(left->s + left->length - 2, "π") == 0;
    bool pi = strncmp(r, "π", strlen("π")) == 0 || strncmp(r, "\\pi", 3) == 0;
    bool digit = *r >= '0' && *r <= '9', open = *r == '(' || *r == '[';
    if (digit || strncmp(r, "½", strlen("½")) == 0)
        return sign;
    if (p->style != FORMULA_SYMBOLS)
        return pi && last >= '0' && last <= '9' ? "" : !after_half ? sign : open ? "" : " ";
    bool bare = (last >= '0' && last <= '9') || after_half || after_pi;
    bool word = (r[0] >= 'a' && r[0] <= 'z') && (r[1] >= 'a' && r[1] <= 'z');
    if (p->medium == LATEX)
        return " ";
    return (bare && !word) || (open && !bare && (last == ')' || last == ']')) ? "" : " ";
}

static void write_mul(struct pen *p, formula f, struct text *out)
{
    struct text left = TEXT_INIT, right = TEXT_INIT;
    formula x = formula_resolve(p, f->x);
    bool loose = formula_level(p, x) == FUNCTIONS && p->medium != BC; /* log a·b reads log(a·b) */
    formula_at(p, x, loose ? ATOMS : PRODUCTS, true, &left);
    formula_at(p, f->y, PRODUCTS, false, &right);
    text_addf(out, "%s%s%s", left.s, product_sign(p, &left, &right), right.s);
    text_clear(&left);
    text_clear(&right);
}

/* Is there a blank, or a place to break, outside all brackets? */
static bool has_blank(const struct text *t)
{
    int depth = 0;
    for (const char *s = t->s; *s; s++) {
        depth += strchr("([", *s) ? 1 : strchr(")]", *s) ? -1 : 0;
        if (depth == 0 && (*s == ' ' || *s == FORMULA_BREAK))
            return true;
    }
    return false;
}

static void write_div(struct pen *p, formula f, struct text *out)
{
    struct text over = TEXT_INIT, under = TEXT_INIT;
    bool latex = p->medium == LATEX;
    bool nested = formula_resolve(p, f->x)->kind == NODE_DIV;
    formula_at(p, f->x, latex ? LOOSE : nested ? POWERS : PRODUCTS, true, &over);
    bool sum = formula_resolve(p, f->y)->kind == NODE_SUM && p->style == FORMULA_SYMBOLS;
    formula_at(p, f->y, latex ? LOOSE : sum ? PRODUCTS : POWERS, latex, &under);
    if (latex && pen_is_long(over.s)) {
        pen_latex_bracket(strchr(over.s, '(') != NULL, over.s, out);
        text_add(out, " / ");
        bool loose = formula_level(p, formula_resolve(p, f->y)) < POWERS;
        if (loose)
            pen_latex_bracket(strchr(under.s, '(') != NULL, under.s, out);
        else
            text_add(out, under.s);
    } else if (latex) {
        text_add(out, "\\frac{");
        pen_unbroken(out, over.s);
        text_add(out, "}{");
        pen_unbroken(out, under.s);
        text_add(out, "}");
    } else {
        bool wide = p->medium == TEXT && (has_blank(&over) || has_blank(&under));
        text_addf(out, "%s%s%s", over.s, wide ? " / " : "/", under.s);
    }
    text_clear(&over);
    text_clear(&under);
}

static void write_pow(struct pen *p, formula f, struct text *out)
{
    char power[16];
    formula_at(p, f->x, ATOMS, false, out);
    snprintf(power, sizeof power, p->medium == BC ? "^%.0f" : "^{%.0f}", f->y->value);
    if (p->medium == TEXT)
        symbol_to_text(power, out);
    else
        text_add(out, power);
}

/* ---- long sums --------------------------------------------------------------------------- */

static void write_rest(struct pen *p, formula f, size_t shown, double rest, struct text *out)
{
    join(p, false, out);
    if (p->medium == BC || p->style == FORMULA_ALL) {
        struct text number = TEXT_INIT;
        pen_number(p, rest, &number);
        text_addf(out, pen_minus_leads(p, &number) ? "(%s)" : "%s", number.s);
        text_clear(&number);
        return;
    }
    bool latex = p->medium == LATEX;
    text_addf(out, latex ? "\\cdots\\;(\\text{%zu more: }" : "… (%zu more: ", f->nterms - shown);
    pen_number(p, rest, out);
    text_add(out, ")");
}

/* The size that a term must have to be shown: of a peaked sum only the largest are. */
static double smallest_shown(formula f)
{
    double top[FORMULA_TERMS] = {0.0};
    for (const struct term_link *t = f->first; t && f->peaked; t = t->next) {
        double v = fabs(formula_value(t->term));
        for (int i = 0; i < FORMULA_TERMS; i++)
            if (v > top[i]) {
                double smaller = top[i];
                top[i] = v;
                v = smaller;
            }
    }
    return top[FORMULA_TERMS - 1];
}

static void write_terms(struct pen *p, formula f, struct text *out)
{
    bool all = p->medium == BC || p->style == FORMULA_ALL || f->nterms <= FORMULA_TERMS + 1;
    size_t most = all ? FORMULA_TERMS_KEPT : FORMULA_TERMS, n = 0;
    double rest = f->value, least = all ? 0.0 : smallest_shown(f);
    for (const struct term_link *t = f->first; t && n < most; t = t->next) {
        double v = formula_value(t->term);
        struct text term = TEXT_INIT;
        if (fabs(v) < least)
            continue;
        formula_at(p, t->term, PRODUCTS, true, &term);
        if (n++ == 0)
            text_add(out, term.s);
        else
            add_next(p, &term, out);
        text_clear(&term);
        rest -= v;
    }
    if (n < f->nterms)
        write_rest(p, f, n, n == FORMULA_TERMS_KEPT ? f->rest : rest, out);
}

static void write_sum(struct pen *p, formula f, struct text *out)
{
    if (p->style == FORMULA_SYMBOLS) {
        struct text over = TEXT_INIT;
        pen_symbol(p, f->latex, &over);
        text_addf(out, "%s ", over.s);
        text_clear(&over);
        formula_at(p, f->x, PRODUCTS, true, out);
    } else if (f->first) {
        write_terms(p, f, out);
    } else {
        text_add(out, "0");
    }
}

static void write_leaf(struct pen *p, formula f, struct text *out)
{
    static const char *const half[] = {"½", "\\tfrac12", "(1/2)"};
    static const char *const pi[] = {"π", "\\pi", "3.14159265358979323846"};

    if (f->kind == NODE_HALF)
        text_add(out, half[p->medium]);
    else if (f->kind == NODE_PI)
        text_add(out, pi[p->medium]);
    else if (f->kind == NODE_SYMBOL && p->style == FORMULA_SYMBOLS)
        pen_symbol(p, f->latex, out);
    else
        pen_number(p, f->value, out);
}

void formula_node(struct pen *p, formula f, struct text *out)
{
    switch (f->kind) {
    case NODE_NUMBER:
    case NODE_SYMBOL:
    case NODE_HALF:
    case NODE_PI:
        write_leaf(p, f, out);
        break;
    case NODE_ADD:
    case NODE_SUB:
        write_add(p, f, out);
        break;
    case NODE_NEG:
        text_add(out, pen_minus(p));
        formula_at(p, f->x, PRODUCTS, false, out);
        break;
    case NODE_MUL:
        write_mul(p, f, out);
        break;
    case NODE_DIV:
        write_div(p, f, out);
        break;
    case NODE_POW:
        write_pow(p, f, out);
        break;
    case NODE_SUM:
        write_sum(p, f, out);
        break;
    case NODE_AS:
        formula_node(p, formula_resolve(p, f), out);
        break;
    default:
        formula_function(p, f, out);
        break;
    }
}

void formula_text(formula f, enum formula_style style, int digits, struct text *out)
{
    struct pen p = {TEXT, style, digits, false};
    if (f)
        formula_node(&p, formula_resolve(&p, f), out);
}

void formula_latex(formula f, enum formula_style style, int digits, struct text *out)
{
    struct pen p = {LATEX, style, digits, false};
    if (f)
        formula_node(&p, formula_resolve(&p, f), out);
}

void formula_arithmetic(formula f, struct text *out)
{
    struct pen p = {BC, FORMULA_ALL, 17, false};
    struct text t = TEXT_INIT;
    if (f)
        formula_node(&p, formula_resolve(&p, f), &t);
    if (!p.not_finite)
        text_add(out, t.s);
    out->failed = out->failed || t.failed;
    text_clear(&t);
}
