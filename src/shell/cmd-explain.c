/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain */
#include <string.h>

#include "base/suggest.h"
#include "em/explain.h"
#include "shell/assign.h"
#include "shell/command.h"
#include "shell/dispatch.h"
#include "shell/explained.h"
#include "shell/session.h"

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

/* ---- the command ------------------------------------------------------------------------- */

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
        explained_json(s, &what, &x);
    else if (a.latex)
        explained_latex(s, &what, &x);
    else
        explained_text(s, &what, &x);
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
