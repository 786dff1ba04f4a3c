/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the functions of a formula are written. */
#include <string.h>

#include "em/formula_node.h"
#include "em/formula_parts.h"

/* name x of an atom, name(x) of anything else; `always`: in brackets in any case. */
static void write_applied(struct pen *p, const char *name, formula x, bool always,
                          struct text *out)
{
    struct text inside = TEXT_INIT;
    x = formula_resolve(p, x);
    formula_node(p, x, &inside);
    bool bare = !always && formula_level(p, x) == ATOMS && !pen_minus_leads(p, &inside);
    text_add(out, name);
    if (bare && p->medium == TEXT)
        text_add(out, " ");
    if (bare)
        text_addf(out, "%s", inside.s);
    else
        pen_bracket(p, &inside, out);
    text_clear(&inside);
}

static void write_sqrt(struct pen *p, formula f, struct text *out)
{
    if (p->medium == LATEX) {
        struct text inside = TEXT_INIT;
        formula_at(p, f->x, LOOSE, true, &inside);
        text_add(out, "\\sqrt{");
        pen_unbroken(out, inside.s);
        text_add(out, "}");
        text_clear(&inside);
    } else if (p->medium == BC) {
        write_applied(p, "sqrt", f->x, true, out);
    } else {
        text_add(out, "√");
        formula_at(p, f->x, ATOMS, false, out);
    }
}

static void write_abs(struct pen *p, formula f, struct text *out)
{
    if (p->medium == BC) {
        text_add(out, "sqrt(");
        formula_at(p, f->x, ATOMS, false, out);
        text_add(out, "^2)");
        return;
    }
    struct text inside = TEXT_INIT;
    formula_at(p, f->x, LOOSE, true, &inside);
    text_add(out, p->medium == LATEX ? "\\left|" : "|");
    pen_unbroken(out, inside.s);
    text_clear(&inside);
    text_add(out, p->medium == LATEX ? "\\right|" : "|");
}

/* tanh x = 1 − 2/(e^2x + 1) */
static void write_tanh(struct pen *p, formula f, struct text *out)
{
    if (p->medium != BC) {
        write_applied(p, p->medium == LATEX ? "\\tanh " : "tanh", f->x, true, out);
        return;
    }
    text_add(out, "(1-2/(e(2*");
    formula_at(p, f->x, ATOMS, false, out);
    text_add(out, ")+1))");
}

static void write_call(struct pen *p, formula f, struct text *out)
{
    if (p->medium == BC) {
        pen_number(p, f->value, out);
        return;
    }
    struct text inside = TEXT_INIT;
    for (int i = 0; i < f->narguments; i++) {
        if (i > 0)
            text_add(&inside, f->kind == NODE_CHOOSE && p->medium == LATEX ? "}{" : ",");
        formula_at(p, f->argument[i], f->kind == NODE_FACTORIAL ? ATOMS : LOOSE, true, &inside);
    }
    pen_symbol(p, f->latex, out);
    if (f->kind == NODE_FACTORIAL)
        text_addf(out, "%s!", inside.s);
    else if (f->kind == NODE_CHOOSE && p->medium == LATEX)
        text_addf(out, "\\binom{%s}", inside.s);
    else {
        text_add(out, f->kind == NODE_CHOOSE ? "C" : "");
        pen_bracket(p, &inside, out);
    }
    text_clear(&inside);
}

void formula_function(struct pen *p, formula f, struct text *out)
{
    static const char *const log_of[] = {"log", "\\log ", "l"};
    static const char *const exp_of[] = {"exp", "\\exp", "e"};

    switch (f->kind) {
    case NODE_SQRT:
        write_sqrt(p, f, out);
        break;
    case NODE_LOG:
        write_applied(p, log_of[p->medium], f->x, p->medium == BC, out);
        break;
    case NODE_EXP:
        write_applied(p, exp_of[p->medium], f->x, true, out);
        break;
    case NODE_TANH:
        write_tanh(p, f, out);
        break;
    case NODE_ABS:
        write_abs(p, f, out);
        break;
    default: /* a call, x!, C(n, k) */
        write_call(p, f, out);
        break;
    }
}
