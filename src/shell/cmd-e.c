/* SPDX-License-Identifier: GPL-3.0-or-later */
/* e, m, step: the half-steps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "shell/command.h"
#include "shell/dispatch.h"
#include "shell/report.h"
#include "shell/session.h"

static const struct option_spec e_options[] = {
    {"beta", OPTION_REAL, "B", "tempered: q ∝ p(z|x,θ)^B"},
    {"rows", OPTION_WORD, "A:B", "refresh these rows of q alone"},
    {"sweeps", OPTION_COUNT, "N", "that many mean-field sweeps"},
    {NULL},
};

/* rows=a:b */
static int read_rows(const struct options *o, struct e_how *how, struct error *e)
{
    const struct option *rows = options_find(o, "rows");
    char a[24], b[24], *colon;
    if (!rows)
        return 0;
    snprintf(a, sizeof a, "%s", rows->value[0]);
    colon = strchr(a, ':');
    snprintf(b, sizeof b, "%s", colon ? colon + 1 : a);
    if (colon)
        *colon = '\0';
    if (!count_parse(a, &how->first) || !count_parse(b, &how->last)) {
        error_set_at(e, rows->at, "'%s' is not a range of rows", rows->value[0]);
        return error_hint(e, "rows=1:100 are the rows 1 to 100");
    }
    how->kind = E_ROWS;
    return 0;
}

static int read_e(const struct call *c, struct e_how *how, struct error *e)
{
    *how = (struct e_how){.kind = E_EXACT};
    bool hard = c->nword && strcmp(c->word[0].text, "hard") == 0;
    if (c->nword && !hard) {
        error_set_at(e, c->word[0].at, "e takes hard, beta=, rows= or sweeps=, not '%s'",
                     c->word[0].text);
        return error_hint(e, "e alone is the exact E-step");
    }
    if (c->options.count + hard > 1)
        return error_set_at(e, c->options.item[0].at,
                            "an E-step is of one kind: hard, beta=, rows= or sweeps=");
    if (hard)
        how->kind = E_HARD;
    if (options_find(&c->options, "beta"))
        how->kind = E_TEMPERED;
    if (options_find(&c->options, "sweeps"))
        how->kind = E_SWEEPS;
    if (options_real(&c->options, "beta", 0.0, 1e6, &how->beta, e) != 0 ||
        options_count(&c->options, "sweeps", 1, 1000000, &how->sweeps, e) != 0)
        return -1;
    return read_rows(&c->options, how, e);
}

static const char *why_e_is_idle(const struct session *s, const struct e_how *how)
{
    if (s->machine->model->class->kind == MODEL_MM)
        return "the surrogate touches at this θ";
    return how->kind == E_EXACT && machine_here(s->machine)->exact
               ? "q is the posterior at this θ"
               : "q is the answer to this step";
}

static int run_e(struct session *s, const struct call *c, struct error *e)
{
    struct e_how how;
    bool made;
    size_t gone = s->machine->let_go;
    if (read_e(c, &how, e) != 0 || machine_e(s->machine, &how, &made, e) != 0)
        return -1;
    if (!made)
        session_note(s, "%s already: another E changes nothing. Take an m, or back.",
                     why_e_is_idle(s, &how));
    report_memory(s, gone);
    if (made || s->json)
        report_state(s);
    return 0;
}

const struct command cmd_e = {
    .lets_q_be = true,
    .name = "e",
    .group = "step",
    .usage = "e [hard] [beta=B] [rows=A:B] [sweeps=N]",
    .summary = "E-step: q becomes the posterior at θ, and the bound touches ℓ",
    .details = "The exact E-step sets q ← p(z|x,θ): KL closes, ELBO rises to ℓ, ℓ stays.\n"
               "Generalized E-steps keep less of the ascent proof (ledger says what):\n"
               "\n"
               "  e hard         all of each row's mass on its most probable component\n"
               "  e beta=0.5     tempered: q ∝ p(z|x,θ)^0.5\n"
               "  e rows=1:100   the exact posterior for these rows, the others as they are\n",
    .needs = NEED_MODEL | NEED_THETA,
    .options = e_options,
    .argument = ARG_CHOICE,
    .choices = "hard",
    .max_words = 1,
    .run = run_e,
};

/* ---- m ---------------------------------------------------------------------------------- */

static const struct option_spec m_options[] = {
    {"only", OPTION_BLOCKS, "BLOCK,…", "move these blocks of θ alone"},
    {"damp", OPTION_REAL, "D", "go this share of the way: θ + D(θ_M − θ), 0 < D ≤ 1"},
    {NULL},
};

static int read_only(const struct session *s, const struct options *o, struct m_how *how,
                     struct error *e)
{
    const struct option *only = options_find(o, "only");
    const struct layout *l = &s->machine->model->theta;
    if (!only)
        return 0;
    how->blocks = 0;
    for (size_t i = 0; i < only->nvalue; i++) {
        const struct block *b = layout_find(l, only->value[i]);
        if (!b) {
            struct nearest near = {.typed = only->value[i]};
            for (size_t j = 0; j < l->nblock; j++)
                nearest_try(&near, l->block[j].name);
            error_set_at(e, only->value_at[i], "θ has no block '%s'", only->value[i]);
            suggest_nearest(e, &near);
            return -1;
        }
        how->blocks |= 1u << layout_place(l, b);
    }
    if (only->nvalue == 0)
        return error_set_at(e, only->at, "only= names the blocks that may move");
    if (how->blocks & s->machine->frozen) {
        error_set_at(e, only->at, "only= names a block that is frozen");
        return error_hint(e, "unfreeze it first");
    }
    return 0;
}

/* The words of m, and what each takes. */
static const struct {
    const char *word;
    enum m_kind kind;
} m_words[] = {{"gradient", M_GRADIENT}, {"gis", M_GIS}, {"newton", M_NEWTON}};

static int read_kind(const struct call *c, struct m_how *how, struct error *e)
{
    for (size_t i = 0; c->nword && i < sizeof m_words / sizeof *m_words; i++)
        if (strcmp(c->word[0].text, m_words[i].word) == 0) {
            how->kind = m_words[i].kind;
            return 0;
        }
    if (c->nword == 0)
        return 0;
    error_set_at(e, c->word[0].at, "m takes gradient, gis, newton, only= or damp=, not '%s'",
                 c->word[0].text);
    return error_hint(e, "m alone is the exact M-step");
}

/* gis and newton build their own surrogate; the others start from the q that is there. */
static int needs_q(const struct session *s, const struct m_how *how, struct error *e)
{
    static const struct command m = {.name = "m", .needs = NEED_Q};
    return how->kind == M_GIS || how->kind == M_NEWTON ? 0 : dispatch_needs(s, &m, e);
}

static void report_m(struct session *s, const struct m_how *how, bool made)
{
    const struct state *here = machine_here(s->machine);
    const char *q = s->machine->model->class->kind == MODEL_MM ? "surrogate" : "q";

    if (!made && (how->kind == M_GIS || how->kind == M_NEWTON))
        session_note(s, "λ stays where it is: this step changes nothing any more.");
    else if (!made && here->step.phase == PHASE_M)
        session_note(s, "%s is the answer to this %s already: the second M changes nothing. "
                        "Take an e, or back.", here->label, q);
    else if (!made)
        session_note(s, "θ is the answer to this %s already: this M changes nothing. "
                        "Take an e, or back.", q);
    if (made || s->json)
        report_state(s);
}

static int run_m(struct session *s, const struct call *c, struct error *e)
{
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    double damp = 1.0;
    bool made;
    size_t gone = s->machine->let_go;
    if (read_kind(c, &how, e) != 0 || needs_q(s, &how, e) != 0 ||
        read_only(s, &c->options, &how, e) != 0 ||
        options_real(&c->options, "damp", 0.0, 1.0, &damp, e) != 0 ||
        machine_m(s->machine, &how, damp, &made, e) != 0)
        return -1;
    report_memory(s, gone);
    report_m(s, &how, made);
    return 0;
}

const struct command cmd_m = {
    .lets_q_be = true,
    .name = "m",
    .group = "step",
    .usage = "m [gradient|gis|newton] [only=BLOCK,…] [damp=D]",
    .summary = "M-step: θ becomes the maximiser of Q for this q",
    .details = "θ ← argmax Q(q,θ) (+ log p(θ) with a prior). Q and ELBO do not fall; after an\n"
               "exact E, ℓ does not fall either and KL opens from 0.\n"
               "\n"
               "  m              all blocks that are not frozen\n"
               "  m only=mu      the means alone, the rest as it is\n"
               "  m damp=0.5     half of the way\n"
               "  m gradient     one step up the gradient of J, with back-tracking, in\n"
               "                 unconstrained coordinates (log, softmax, Cholesky)\n"
               "  m gis          maxent: the surrogate anew at this λ, and its maximum\n"
               "  m newton       maxent: an undamped Newton step; there is no surrogate after it\n",
    .needs = NEED_MODEL,
    .options = m_options,
    .argument = ARG_CHOICE,
    .choices = "gradient|gis|newton",
    .max_words = 1,
    .run = run_m,
};

/* ---- step ------------------------------------------------------------------------------- */

static int half_step(struct session *s, bool *made, struct error *e)
{
    struct e_how exact = {.kind = E_EXACT};
    struct m_how whole = {.kind = M_EXACT, .blocks = ~0u};
    return machine_m_is_due(s->machine) ? machine_m(s->machine, &whole, 1.0, made, e)
                                        : machine_e(s->machine, &exact, made, e);
}

static int run_step(struct session *s, const struct call *c, struct error *e)
{
    size_t n = 1, gone = s->machine->let_go;
    if (c->nword && (!count_parse(c->word[0].text, &n) || n < 1 || n > 10000)) {
        error_set_at(e, c->word[0].at, "'%s' is not a number of steps from 1 to 10000",
                     c->word[0].text);
        return error_hint(e, "step 3 takes three E and three M");
    }
    if (!machine_here(s->machine) && !s->machine->pending_q) {
        error_set(e, "step needs θ");
        return error_hint(e, "init makes a start, theta sets one by hand");
    }
    for (size_t i = 0; i < 2 * n; i++) {
        bool made;
        if (*s->interrupt) {
            session_note(s, "interrupted after %zu half-steps; q and θ are whole", i);
            break;
        }
        if (half_step(s, &made, e) != 0)
            return -1;
        if (!s->json) { /* each as soon as it is taken */
            report_state(s);
            session_flush(s);
        }
        if (!made) {
            session_note(s, "nothing moves any more: this is a fixed point");
            break;
        }
    }
    report_memory(s, gone);
    if (s->json)
        report_state(s);
    return 0;
}

const struct command cmd_step = {
    .lets_q_be = true,
    .name = "step",
    .group = "step",
    .usage = "step [N]",
    .summary = "the next two half-steps: the one that is due, then the other",
    .details = "step N takes 2N half-steps, beginning with the one that is due: an M after an E\n"
               "or after a q set by hand, else an E.\n",
    .needs = NEED_MODEL,
    .argument = ARG_NUMBER,
    .max_words = 1,
    .run = run_step,
};
