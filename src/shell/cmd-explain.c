/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "em/block_json.h"
#include "em/explain.h"
#include "em/symbol.h"
#include "shell/assign.h"
#include "shell/command.h"
#include "shell/dispatch.h"
#include "shell/report.h"
#include "shell/session.h"
#include "shell/worked.h"

enum { MARGIN = 2, LATEX_LINE = 100 };

/* ---- what is asked ------------------------------------------------------------------------ */

/* explain has the words before `latex`. */
struct asked {
    const struct word *word;
    size_t nword;
    bool latex;
};

static int no_subject(const struct session *s, const struct word *w, struct error *e)
{
    static const char *const others[] = {"e", "m", "jensen", "ledger", "rate"};
    struct nearest near = {.typed = w->text};
    struct text all = TEXT_INIT;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        nearest_try(&near, others[i]);
        text_add_listed(&all, others[i]);
    }
    for (int t = 0; t < TERM_COUNT; t++) {
        const char *key = explain_term_key(s->machine->model, (enum term)t);
        if (key) {
            nearest_try(&near, key);
            text_add_listed(&all, key);
        }
    }
    error_set_at(e, w->at, "%s has no '%s' to explain", s->machine->model->name, w->text);
    suggest_nearest(e, &near);
    error_hint(e, "explain one of %s", all.s);
    text_clear(&all);
    return -1;
}

/* The I of e and jensen; it may be left out where there is one alone. */
static int read_unit(const struct model *m, const struct asked *a, struct explain_what *what,
                     struct error *e)
{
    const char *name;
    size_t n = explain_units(m, &name), i = 1;
    if (a->nword < 2 && n == 1)
        return 0;
    if (a->nword < 2) {
        error_set_at(e, a->word[0].at, "explain %s needs the number of a %s, 1 to %zu",
                     a->word[0].text, name, n);
        return error_hint(e, "explain %s 1", a->word[0].text);
    }
    if (!count_parse(a->word[1].text, &i) || i < 1 || i > n)
        return error_set_at(e, a->word[1].at, "'%s' is not a %s from 1 to %zu", a->word[1].text,
                            name, n);
    what->unit = i - 1;
    return 0;
}

static int read_block(const struct model *m, const struct asked *a, struct explain_what *what,
                      struct error *e)
{
    size_t index[BLOCK_RANK], nindex;
    if (a->nword < 2) {
        error_set_at(e, a->word[0].at, "explain m needs a block or an entry of it");
        return error_hint(e, "explain m %s", m->theta.block[m->theta.nblock - 1].name);
    }
    const struct word *w = &a->word[1];
    what->block = block_named(&m->theta, w->text);
    if (!what->block) {
        struct option as_option = {.name = w->text, .at = w->at};
        return assign_no_block(&m->theta, &as_option, "θ", e);
    }
    if (block_indices(w->text, index, &nindex, e) != 0 ||
        block_run(what->block, index, nindex, &what->first, &what->count, e) != 0)
        return error_place(e, w->at);
    return 0;
}

static bool read_term(const struct model *m, const char *name, enum term *t)
{
    for (int i = 0; i < TERM_COUNT; i++) {
        const char *key = explain_term_key(m, (enum term)i);
        if (key && strcmp(key, name) == 0) {
            *t = (enum term)i;
            return true;
        }
    }
    return false;
}

static int read_what(const struct session *s, const struct asked *a, struct explain_what *what,
                     struct error *e)
{
    const struct model *m = s->machine->model;
    const char *name = a->word[0].text;
    size_t takes = 1;
    int r = 0;
    if (strcmp(name, "e") == 0 || strcmp(name, "jensen") == 0) {
        what->kind = *name == 'e' ? EXPLAIN_E : EXPLAIN_JENSEN;
        r = read_unit(m, a, what, e);
        takes = 2;
    } else if (strcmp(name, "m") == 0) {
        what->kind = EXPLAIN_M;
        r = read_block(m, a, what, e);
        takes = 2;
    } else if (strcmp(name, "ledger") == 0) {
        what->kind = EXPLAIN_LEDGER;
    } else if (strcmp(name, "rate") == 0) {
        what->kind = EXPLAIN_RATE;
    } else if (read_term(m, name, &what->term)) {
        what->kind = EXPLAIN_TERM;
    } else {
        return no_subject(s, &a->word[0], e);
    }
    if (r == 0 && a->nword > takes)
        return error_set_at(e, a->word[takes].at, "'%s' is one word too many", a->word[takes].text);
    return r;
}

static unsigned needs_of(const struct session *s, const struct explain_what *what)
{
    bool of_theta = what->kind == EXPLAIN_E || what->kind == EXPLAIN_RATE ||
                    what->kind == EXPLAIN_LEDGER || /* says so itself */
                    (what->kind == EXPLAIN_TERM &&
                     (what->term == TERM_LOGLIK || what->term == TERM_LOGPRIOR ||
                      !term_name(s->machine->model->class->kind, what->term)->key));
    return of_theta ? 0 : NEED_Q;
}

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

static void print_text(struct session *s, const struct explain_what *what,
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
static void print_latex(struct session *s, const struct explain_what *what,
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

static void print_json(struct session *s, const struct explain_what *what,
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

static int run_explain(struct session *s, const struct call *c, struct error *e)
{
    struct asked a = {c->word, c->nword, false};
    struct explain_what what = {.unit = 0};
    struct explanation x;
    if (a.nword > 1 && strcmp(a.word[a.nword - 1].text, "latex") == 0) {
        a.latex = true;
        a.nword--;
    }
    if (read_what(s, &a, &what, e) != 0)
        return -1;
    struct command needs = {.name = "explain", .needs = needs_of(s, &what)};
    if (dispatch_needs(s, &needs, e) != 0 ||
        explain_make(s->machine, &what, (int)s->set.digits, &x, e) != 0)
        return -1;
    if (s->json)
        print_json(s, &what, &x);
    else if (a.latex)
        print_latex(s, &what, &x);
    else
        print_text(s, &what, &x);
    explanation_clear(&x);
    return 0;
}

const struct command cmd_explain = {
    .name = "explain",
    .group = "look",
    .usage = "explain e I|m BLOCK|TERM|jensen I|ledger|rate [latex]",
    .summary = "a formula, today's numbers put into it, and its value",
    .details = "e I is the E-step of row I; m BLOCK, m mu[2] the M-step's answer to this q; a\n"
               "term (Q, H, elbo, kl, loglik, entropy; with a prior logprior, objective) is its\n"
               "own sum; jensen I is Jensen's inequality of row I; ledger each claim of the\n"
               "ascent proof; rate how fast EM converges here.  Of a long sum the first terms\n"
               "are shown, the total of the rest, and which row contributes most.\n"
               "\n"
               "latex prints the same for slides (amsmath).  With --json nothing is left out,\n"
               "and \"arithmetic\" is the line of numbers as bc -l reads it (scale=50).\n"
               "\n"
               "  explain e 3\n"
               "  explain m mu[2]\n"
               "  explain elbo latex\n",
    .needs = NEED_MODEL | NEED_THETA,
    .argument = ARG_EXPLAINED,
    .min_words = 1,
    .max_words = 3,
    .run = run_explain,
};
