/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/explained.h"

#include <math.h>
#include <string.h>

#include "em/block_json.h"
#include "em/symbol.h"
#include "shell/report.h"
#include "shell/worked.h"

enum { MARGIN = 2, LATEX_LINE = 100 };

/* ---- text ---------------------------------------------------------------------------------- */

/* The value, as the rows of the terms show it: a KL of rounding is 0. */
static double shown_value(const struct session *s, const struct explain_what *what, double v)
{
    const struct state *here = machine_here(s->machine);
    return what->kind == EXPLAIN_TERM && what->term == TERM_KL && v == here->terms.value[TERM_KL]
               ? report_value(here, TERM_KL)
               : v;
}

/* the claim / its two numbers / by how much it holds */
static void claim_text(struct session *s, const struct explained *it)
{
    int digits = (int)s->set.digits;
    char number[NUMBER_TEXT];
    struct text claim = TEXT_INIT, sides = TEXT_INIT;
    symbol_to_text(it->symbol, &claim);
    formula_text(it->left, FORMULA_NUMBERS, digits, &sides);
    text_addf(&sides, " %s ", it->relation);
    formula_text(it->right, FORMULA_NUMBERS, digits, &sides);
    bool equal = strcmp(it->relation, "=") == 0;
    text_addf(&s->out, "  %s\n      %s\n      %s %s  %s\n", claim.s, sides.s, equal ? "to" : "by",
              number_text(number, fabs(it->value), equal ? 1 : digits), it->after);
    text_clear(&claim);
    text_clear(&sides);
}

static void item_text(struct session *s, const struct explain_what *what,
                      const struct explained *it)
{
    int digits = (int)s->set.digits;
    char number[NUMBER_TEXT];
    struct text value = TEXT_INIT;
    double v = shown_value(s, what, it->value);
    text_add(&value, isnan(v) && !it->is ? "intractable" : number_text(number, v, digits));
    if (it->after)
        text_addf(&value, " %s", it->after);
    worked_add(&s->out, session_width(s), digits, it->symbol, it->is, value.s);
    text_clear(&value);
}

/* Sentences wrap at blanks. */
static void note_text(struct session *s, const char *remark)
{
    struct text t = TEXT_INIT;
    text_add(&t, remark);
    for (size_t i = 0; i < t.length; i++)
        t.s[i] = t.s[i] == ' ' ? FORMULA_BREAK : t.s[i];
    formula_wrap("  ", t.s, session_width(s), &s->out);
    text_clear(&t);
}

static void print_title(struct session *s, const struct explanation *x)
{
    struct text title = TEXT_INIT;
    if (x->title)
        symbol_to_text(x->title, &title);
    size_t used = MARGIN + text_width(title.s), about = x->about ? text_width(x->about) : 0;
    if (x->title)
        text_addf(&s->out, "  %s", title.s);
    if (x->title && x->about && used + 3 + about <= session_width(s))
        text_repeat(&s->out, " ", session_width(s) - used - about);
    else if (x->about)
        text_add(&s->out, x->title ? "\n  " : "  ");
    if (x->about)
        text_add(&s->out, x->about);
    if (x->title || x->about)
        text_add(&s->out, "\n\n");
    text_clear(&title);
}

void explained_text(struct session *s, const struct explain_what *what,
                    const struct explanation *x)
{
    print_title(s, x);
    for (size_t i = 0; i < x->nitem; i++) {
        if (i > 0)
            text_add(&s->out, "\n");
        if (x->item[i].relation)
            claim_text(s, &x->item[i]);
        else
            item_text(s, what, &x->item[i]);
        if (x->item[i].note)
            note_text(s, x->item[i].note);
    }
    if (x->nremark && x->nitem)
        text_add(&s->out, "\n");
    for (size_t i = 0; i < x->nremark; i++)
        note_text(s, x->remark[i]);
}

/* ---- LaTeX --------------------------------------------------------------------------------- */

/* A long line is broken at its signs. */
static void latex_lines(const char *line, struct text *out)
{
    size_t used = 0;
    for (const char *p = line; *p; p++, used++) {
        size_t next = 1;
        while (formula_is_break(*p) && p[next] && !formula_is_break(p[next]))
            next++;
        if (formula_is_break(*p) && used + next > LATEX_LINE) {
            text_add(out, " \\\\\n  &\\quad ");
            used = 0;
        } else {
            text_add_bytes(out, formula_is_break(*p) ? " " : p, 1);
        }
    }
}

static void latex_value(const struct session *s, const struct explain_what *what,
                        const struct explained *it, struct text *out)
{
    struct formulas a = FORMULAS_INIT;
    double v = shown_value(s, what, it->value);
    if (isnan(v) && !it->is)
        text_add(out, "\\text{intractable}");
    else
        formula_latex(f_number(&a, v), FORMULA_NUMBERS, (int)s->set.digits, out);
    if (it->after) {
        struct text words = TEXT_INIT;
        symbol_to_latex(it->after, &words);
        text_addf(out, " \\quad %s", words.s);
        text_clear(&words);
    }
    formulas_clear(&a);
}

static void item_latex(struct session *s, const struct explain_what *what,
                       const struct explained *it)
{
    int digits = (int)s->set.digits;
    struct text line[3] = {TEXT_INIT, TEXT_INIT, TEXT_INIT};
    size_t n = 0;
    formula_latex(it->is, FORMULA_SYMBOLS, digits, &line[0]);
    formula_latex(it->is, FORMULA_NUMBERS, digits, &line[1]);
    latex_value(s, what, it, &line[2]);
    text_addf(&s->out, "\\begin{align*}\n  %s", it->symbol);
    for (size_t i = it->is ? 0 : 2; i < 3; i++) {
        if (i == 1 && (strcmp(line[0].s, line[1].s) == 0 || strcmp(line[1].s, line[2].s) == 0))
            continue;
        text_add(&s->out, n++ ? " \\\\\n  &= " : " &= ");
        latex_lines(line[i].s, &s->out);
    }
    text_add(&s->out, "\n\\end{align*}\n");
    for (size_t i = 0; i < 3; i++)
        text_clear(&line[i]);
}

static void claim_latex(struct session *s, const struct explained *it)
{
    int digits = (int)s->set.digits;
    struct text sides = TEXT_INIT, after = TEXT_INIT;
    formula_latex(it->left, FORMULA_NUMBERS, digits, &sides);
    text_add(&sides, " ");
    symbol_to_latex(it->relation, &sides);
    text_add(&sides, " ");
    formula_latex(it->right, FORMULA_NUMBERS, digits, &sides);
    symbol_to_latex(it->after, &after);
    text_addf(&s->out, "\\begin{align*}\n  & %s \\\\\n  & %s \\quad %s\n\\end{align*}\n",
              it->symbol, sides.s, after.s);
    text_clear(&sides);
    text_clear(&after);
}

/* Remarks are comments: they may hold any character. */
void explained_latex(struct session *s, const struct explain_what *what,
                     const struct explanation *x)
{
    text_add(&s->out, "% \\usepackage{amsmath,amssymb}\n");
    if (x->about)
        text_addf(&s->out, "%% %s\n", x->about);
    if (x->title)
        text_addf(&s->out, "\\[ %s \\]\n", x->title);
    for (size_t i = 0; i < x->nitem; i++)
        if (x->item[i].relation)
            claim_latex(s, &x->item[i]);
        else
            item_latex(s, what, &x->item[i]);
    for (size_t i = 0; i < x->nitem; i++)
        if (x->item[i].note)
            text_addf(&s->out, "%% %s\n", x->item[i].note);
    for (size_t i = 0; i < x->nremark; i++)
        text_addf(&s->out, "%% %s\n", x->remark[i]);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static json_t *text_json(const char *s)
{
    struct text t = TEXT_INIT;
    formula_wrap("", s, 0, &t);
    if (t.length)
        t.s[--t.length] = '\0'; /* its line break */
    json_t *j = json_string(t.s);
    text_clear(&t);
    return j;
}

static void set_text(json_t *o, const char *key, formula f, enum formula_style style,
                     void (*write)(formula, enum formula_style, int, struct text *))
{
    struct text t = TEXT_INIT;
    write(f, style, 17, &t);
    json_object_set_new(o, key, text_json(t.s));
    text_clear(&t);
}

static json_t *item_json(const struct explained *it)
{
    json_t *o = json_object();
    struct text t = TEXT_INIT;
    symbol_to_text(it->symbol, &t);
    json_object_set_new(o, "symbol", json_string(t.s));
    text_reset(&t);
    if (it->is) {
        set_text(o, "formula", it->is, FORMULA_SYMBOLS, formula_text);
        set_text(o, "numbers", it->is, FORMULA_ALL, formula_text);
        set_text(o, "latex", it->is, FORMULA_SYMBOLS, formula_latex);
        formula_arithmetic(it->is, &t);
        json_object_set_new(o, "arithmetic", t.length ? json_string(t.s) : json_null());
    }
    json_object_set_new(o, "value", isnan(it->value) && !it->is ? json_null()
                                                                : json_number(it->value));
    if (it->after)
        json_object_set_new(o, "says", json_string(it->after));
    if (it->note)
        json_object_set_new(o, "note", json_string(it->note));
    text_clear(&t);
    return o;
}

void explained_json(struct session *s, const struct explain_what *what,
                    const struct explanation *x)
{
    json_t *reply = session_reply(s, NULL), *items = json_array(), *remarks = json_array();
    struct text title = TEXT_INIT;
    if (x->title)
        symbol_to_text(x->title, &title);
    for (size_t i = 0; i < x->nitem; i++)
        json_array_append_new(items, item_json(&x->item[i]));
    for (size_t i = 0; i < x->nremark; i++)
        json_array_append_new(remarks, json_string(x->remark[i]));
    json_object_set_new(reply, "title", x->title ? json_string(title.s) : json_null());
    json_object_set_new(reply, "about", x->about ? json_string(x->about) : json_null());
    json_object_set_new(reply, "items", items);
    json_object_set_new(reply, "remarks", remarks);
    if (what->kind == EXPLAIN_TERM && s->machine->model->terms_intractable >> what->term & 1u)
        json_object_set_new(reply, "intractable",
                            json_pack("[s]", term_name(s->machine->model->class->kind,
                                                       what->term)->key));
    text_clear(&title);
}
