/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why: every model, every kind of step, every term has a sentence that was written for it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#include "shell/report.h"
#include "shell/why.h"

static volatile sig_atomic_t interrupted;
static struct session session;

static void set_up(void)
{
    struct error e = {0};
    ck_assert(session_init(&session, &interrupted, &e) == 0);
}

static void tear_down(void)
{
    session_clear(&session);
}

/* Runs commands; the steps that a model refuses make no state, and are passed over. */
static void quietly(const char *text)
{
    FILE *null = fopen("/dev/null", "w"), *out = stdout, *err = stderr;
    ck_assert_ptr_nonnull(null);
    stdout = stderr = null;
    session.set.onerror = 1;
    session_run_text(&session, text, "-c", 1);
    stdout = out;
    stderr = err;
    fclose(null);
}

static const struct reason *reason_of(const struct reasons *r, enum term t)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->reason[i].term == t)
            return &r->reason[i];
    return NULL;
}

/* ---- every model ------------------------------------------------------------------------- */

static const char *const models[] = {
    "load faithful; model gmm k=2 columns=eruptions; init",
    "load faithful; model gmm k=2; init; prior dirichlet=2,2",
    "load faithful; model gmm k=2 columns=eruptions; q random seed=2; m",
    "load coins; model binomial k=2; init; freeze pi",
    "load linkage; model linkage; init",
    "load survey; model mvn; init",
    "load iris; model ppca m=1 columns=1,2,3,4; init",
    "load sim_hmm_60; model hmm k=2; init",
    "load letters_flip10; model ising J=0.5 noise=flip; init",
    "load sim_ising_6x8; model ising rows=6 cols=8 J=0.4 columns=x; init",
    "load noisy_five; model denoise s2=1; init",
    "load galaxies; model vbgmm k=2; init",
    "load citations; model bradley-terry; init",
    "load jaynes_die; model maxent moments=1,2 targets=4,18.5; init",
    "load geyser; model geometric.lua columns=1; init",
};

static const char *const steps[] = {
    "init seed=3",      "e",             "m",            "e",
    "m damp=0.5",       "e rows=1:3",    "m",            "e hard",
    "m",                "e beta=0.5",    "m gradient",   "q uniform",
    "m",                "q random seed=5", "e sweeps=1", "m",
    "e",                "m gis",         "m newton",     "e",
    "m",                "e",             "run max=3000", "m",
    "e",
};

static void check_reasons(const char *model, const char *step)
{
    struct reasons r;
    const struct state *here = machine_here(session.machine);
    why_make(&session, &r);
    ck_assert_msg(r.opening[0], "%s: %s: nothing is said of the step", model, step);
    for (int t = 0; t < TERM_COUNT; t++)
        if (here->terms.have & TERM_BIT(t))
            ck_assert_msg(reason_of(&r, (enum term)t), "%s: %s: term %d", model, step, t);
    for (size_t i = 0; i < r.count; i++) {
        const char *said = r.reason[i].sentence;
        ck_assert_msg(said[0] && !strpbrk(said, "{}") && strlen(said) < sizeof r.opening - 1,
                      "%s: %s at %s: '%s'", model, step, here->label, said);
        ck_assert_msg(!strstr(said, "no step here promises"), "%s: %s at %s: %s", model, step,
                      here->label, said);
        ck_assert_msg(text_is_utf8(said, strlen(said)), "%s: %s: '%s'", model, step, said);
    }
}

START_TEST(every_term_has_its_sentence)
{
    quietly(models[_i]);
    ck_assert_msg(session.machine && machine_here(session.machine), "%s", models[_i]);
    check_reasons(models[_i], "init");
    size_t made = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        long before = session.machine->nstate;
        quietly(steps[i]);
        made += session.machine->nstate > before;
        check_reasons(models[_i], steps[i]);
    }
    ck_assert_msg(made >= 8, "%s: only %zu steps went well", models[_i], made);
}
END_TEST

/* ---- what it says ------------------------------------------------------------------------ */

static const struct {
    const char *commands;
    enum term term;
    const char *says;
} said[] = {
    {"e", TERM_LOGLIK, "it depends on θ alone"},
    {"e", TERM_KL, "KL is 0: q₁ is p(Z|X,θ₀) itself."},
    {"e; m; e", TERM_ELBO, "exactly the old KL"},
    {"e; m; e", TERM_H, "= −S"},
    {"e; m", TERM_LOGLIK, "the bound touched it at θ₀"},
    {"e; m", TERM_ENTROPY, "depends on q alone, and M leaves q alone"},
    {"e; m", TERM_KL, "opened from 0"},
    {"e; q uniform; m", TERM_LOGLIK, "fell by"},
    {"e; q uniform; m", TERM_LOGLIK, "q was not the posterior at the θ that M started from"},
    {"e; m; e hard; m", TERM_LOGLIK, "which was not promised"},
    {"e; e hard; e", TERM_Q, "E maximises Q + S over q, not Q alone"},
    {"e; m; e beta=0.5", TERM_ELBO, "maximises Q + S/β"},
    {"e; m damp=0.25", TERM_Q, "0.25 of the way"},
    {"e; m only=mu,pi", TERM_Q, "over pi and mu, the rest of θ held"},
    {"freeze pi; e; m", TERM_Q, "over mu and Sigma, the rest of θ held"},
    {"e; m gradient", TERM_Q, "a step up the slope of the bound"},
    {"e; theta mu=2,4", TERM_ENTROPY, "it depends on q alone"},
    {"e; theta mu=2,4", TERM_LOGLIK, "θ was set by hand"},
    {"prior dirichlet=2,2; e; m", TERM_LOGLIK, "with a prior ℓ + log p(θ) does not fall"},
    {"prior dirichlet=2,2; e; m", TERM_OBJECTIVE, "M maximises Q + log p(θ)"},
    {"prior dirichlet=2,2; e; m; e", TERM_LOGPRIOR, "it depends on θ alone"},
};

START_TEST(the_reason)
{
    struct reasons r;
    quietly("load faithful; model gmm k=2 columns=eruptions; "
            "theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25");
    quietly(said[_i].commands);
    why_make(&session, &r);
    const struct reason *reason = reason_of(&r, said[_i].term);
    ck_assert(reason != NULL);
    ck_assert_msg(strstr(reason->sentence, said[_i].says), "%s: %s", said[_i].commands,
                  reason->sentence);
}
END_TEST

/* A claim about numbers is a claim about these numbers: the change that is told is the state's. */
START_TEST(the_changes)
{
    struct reasons r;
    quietly("load faithful; model gmm k=2 columns=eruptions; init; e; m");
    const struct state *now = machine_here(session.machine), *was = machine_before(session.machine);
    why_make(&session, &r);
    ck_assert(r.count == 6);
    for (size_t i = 0; i < r.count; i++)
        ck_assert(r.reason[i].change == report_change(now, was, r.reason[i].term));
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(void)
{
    Suite *s = suite_create("why");
    TCase *c = tcase_create("sentences");
    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, every_term_has_its_sentence, 0, COUNT(models));
    tcase_add_loop_test(c, the_reason, 0, COUNT(said));
    tcase_add_test(c, the_changes);
    suite_add_tcase(s, c);
    return support_run(s);
}
