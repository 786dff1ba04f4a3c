/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine over any model: labels, branches and marks, bounded memory, what is held and what is
 * maximised, refusals that change nothing, the verdicts of run, and memory that runs out anywhere.
 */
#include "bound.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "data/table.h"
#include "em/line.h"

static const char waiting_theta[] = "pi=0.5,0.5 mu=55,80 Sigma=25,25";

static struct machine *waiting(void)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2 columns=waiting");
    support_theta(m, waiting_theta);
    return m;
}

static const char *label(const struct machine *m)
{
    return machine_here(m)->label;
}

static void is_at(const struct machine *m, const char *expected)
{
    ck_assert_str_eq(label(m), expected);
}

static void take_e(struct machine *m, struct e_how how)
{
    struct error e = {0};
    bool made;
    ck_assert_msg(machine_e(m, &how, &made, &e) == 0, "%s", e.message);
    ck_assert(made);
}

static void damped(struct machine *m, double damp)
{
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    bool made;
    ck_assert_msg(machine_m(m, &how, damp, &made, &e) == 0 && made, "%s", e.message);
}

static void q_by_hand(struct machine *m, double first)
{
    struct error e = {0};
    struct latent *q = latent_new(&m->model->q, &e);
    for (size_t i = 0; i < m->model->obs.n; i++) {
        q->b.v[2 * i] = i % 2 ? first : 1.0 - first;
        q->b.v[2 * i + 1] = 1.0 - q->b.v[2 * i];
    }
    ck_assert_msg(machine_set_q(m, q, &e) == 0, "%s", e.message);
    latent_free(q);
}

static void go(struct machine *m, const char *where)
{
    struct error e = {0};
    long at;
    ck_assert_msg(machine_find(m, where, &at, &e) == 0, "%s", e.message);
    ck_assert_msg(machine_goto(m, at, &e) == 0, "%s", e.message);
}

static void back(struct machine *m, size_t n)
{
    struct error e = {0};
    ck_assert_msg(machine_back(m, n, &e) == 0, "%s", e.message);
}

static void forward(struct machine *m, size_t n)
{
    struct error e = {0};
    ck_assert_msg(machine_forward(m, n, &e) == 0, "%s", e.message);
}

static struct run_result run(struct machine *m, struct run_how how)
{
    struct run_result r;
    struct error e = {0};
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
    return r;
}

/* ---- labels, branches, marks -------------------------------------------------------------- */

START_TEST(labels_count_half_steps)
{
    struct machine *m = waiting();
    is_at(m, "0");
    support_e(m);
    is_at(m, "0E");
    support_m(m);
    is_at(m, "1M");
    support_e(m);
    is_at(m, "1E");
    take_e(m, (struct e_how){.kind = E_HARD});
    is_at(m, "1E.2");
    q_by_hand(m, 0.3);
    is_at(m, "1q");
    take_e(m, (struct e_how){.kind = E_TEMPERED, .beta = 0.5});
    is_at(m, "1E.3");
    support_m(m);
    is_at(m, "2M");
    support_theta(m, "pi=0.4,0.6 mu=55,81 Sigma=25,25");
    is_at(m, "2theta");
    support_theta(m, "pi=0.4,0.6 mu=55,82 Sigma=25,25");
    is_at(m, "2theta.2");
    ck_assert_uint_eq(machine_here(m)->t, 2);
    struct error e = {0};
    struct theta *t = support_make_theta(m, waiting_theta);
    ck_assert_int_eq(machine_start(m, t, &e), 0);
    theta_free(t);
    is_at(m, "0");
    ck_assert(machine_before(m) == NULL && !machine_here(m)->has_q);
    machine_free(m);
}
END_TEST

START_TEST(labels_are_found)
{
    static const char *const pairs[][2] = {{"0", "0"},   {"0E", "0E"}, {"1", "1M"},
                                           {"1M", "1M"}, {"2E", "2E"}, {"3", "3M"}};
    struct machine *m = waiting();
    run(m, (struct run_how){.max = 3, .rule = RULE_THETA});
    is_at(m, "3E");
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        go(m, pairs[i][0]);
        is_at(m, pairs[i][1]);
    }
    machine_free(m);
}
END_TEST

START_TEST(branches_stay)
{
    struct machine *m = waiting();
    struct error e = {0};
    support_e(m);
    support_m(m);
    support_e(m);
    ck_assert_int_eq(machine_mark(m, "whole", &e), 0);
    long first = m->here;
    go(m, "0E");
    damped(m, 0.5); /* a second 1M */
    long second = m->here;
    is_at(m, "1M");
    support_e(m);
    go(m, "1"); /* the nearest: on the path that we are on */
    ck_assert_int_eq(m->here, second);
    go(m, "0");
    forward(m, 3); /* along the branch that was visited last */
    is_at(m, "1E");
    ck_assert_int_ne(m->here, first);
    go(m, "whole");
    ck_assert_int_eq(m->here, first);
    back(m, 3);
    forward(m, 3);
    ck_assert_int_eq(m->here, first);
    support_m(m);
    ck_assert_int_eq(machine_mark(m, "whole", &e), 0); /* a mark moves */
    go(m, "0");
    go(m, "whole");
    is_at(m, "2M");
    ck_assert_uint_eq(m->nmark, 1);
    machine_free(m);
}
END_TEST

START_TEST(path_is_the_trace)
{
    static const char *const expected[] = {"0", "0E", "1M", "1E", "2M", "2E"};
    struct machine *m = waiting();
    struct error e = {0};
    long *at;
    size_t n, here;
    run(m, (struct run_how){.max = 2, .rule = RULE_THETA});
    back(m, 3);
    ck_assert_int_eq(machine_path(m, &at, &n, &here, &e), 0);
    ck_assert_uint_eq(n, 6);
    ck_assert_uint_eq(here, 2);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(m->state[at[i]].label, expected[i]);
    mem_free(at);
    machine_free(m);
}
END_TEST

/* ---- bounded memory ----------------------------------------------------------------------- */

/* The bytes of θ's and q's that the states hold, each counted once. */
static size_t bytes_held(const struct machine *m)
{
    enum { MOST = 4096 };
    static const void *seen[MOST];
    size_t count = 0, bytes = 0;
    for (long i = 0; i < m->nstate; i++) {
        const struct state *s = &m->state[i];
        const void *part[] = {s->theta, s->touch, s->m_answer, s->q};
        for (size_t p = 0; p < 4; p++) {
            size_t j = 0;
            while (j < count && seen[j] != part[p])
                j++;
            if (!part[p] || j < count)
                continue;
            ck_assert_uint_lt(count, MOST);
            seen[count++] = part[p];
            bytes += (p == 3 ? m->model->q.size : m->model->theta.size) * sizeof(double);
        }
    }
    return bytes;
}

static size_t one_q(const struct machine *m)
{
    return m->model->q.size * sizeof(double);
}

static size_t one_theta(const struct machine *m)
{
    return m->model->theta.size * sizeof(double);
}

/* Every kind of half-step, and answers asked for on the way: the account is exact. */
START_TEST(bytes_are_counted)
{
    struct machine *m = waiting();
    const struct theta *answer;
    struct error e = {0};
    for (int round = 0; round < 3; round++) {
        support_e(m);
        ck_assert_int_eq(machine_m_answer(m, &answer, &e), 0);
        ck_assert_uint_eq(m->history_bytes, bytes_held(m));
        damped(m, 0.5);
        ck_assert_int_eq(machine_m_answer(m, &answer, &e), 0);
        ck_assert_uint_eq(m->history_bytes, bytes_held(m));
        q_by_hand(m, 0.4);
        ck_assert_int_eq(machine_m_answer(m, &answer, &e), 0);
        machine_freeze(m, round % 2 ? 1u : 0u);
        support_m(m);
        ck_assert_uint_eq(m->history_bytes, bytes_held(m));
    }
    m->history_limit = m->history_bytes / 2;
    support_e(m);
    ck_assert_uint_eq(m->history_bytes, bytes_held(m));
    ck_assert_uint_le(m->history_bytes, m->history_limit);
    machine_free(m);
}
END_TEST

static void is_whole(const struct machine *m)
{
    const struct state *s = machine_here(m);
    struct error e = {0};
    ck_assert(s->theta && (!s->has_q || s->q) && model_theta_valid(m->model, s->theta, &e) == 0);
    struct terms t;
    model_terms(m->model, &m->prior, s->q, s->theta, ~0u, &t);
    for (int i = 0; i < TERM_COUNT; i++)
        if (t.have & TERM_BIT(i))
            ck_assert_mem_eq(&t.value[i], &s->terms.value[i], sizeof(double));
}

START_TEST(history_is_bounded)
{
    struct machine *m = waiting();
    struct error e = {0};
    ck_assert_int_eq(machine_mark(m, "start", &e), 0);
    m->history_limit = one_q(m) + 40 * one_theta(m);
    for (int i = 0; i < 200; i++) {
        run(m, (struct run_how){.max = 1, .rule = RULE_THETA, .tol = 0.0});
        ck_assert_uint_le(m->history_bytes, m->history_limit);
        is_whole(m);
    }
    ck_assert_uint_eq(m->history_bytes, bytes_held(m));
    size_t gone = 0, n, here;
    long *at;
    ck_assert_int_eq(machine_path(m, &at, &n, &here, &e), 0);
    ck_assert_int_eq((long)n, m->nstate);
    for (size_t i = 0; i < n; i++) {
        gone += m->state[at[i]].theta == NULL;
        ck_assert(isfinite(m->state[at[i]].terms.value[TERM_LOGLIK]));
    }
    mem_free(at);
    ck_assert_msg(gone > 0 && gone == m->let_go, "%zu gone, %zu let go", gone, m->let_go);
    long before = m->here;
    ck_assert_int_eq(machine_find(m, "2M", &before, &e), 0);
    long stood = m->here;
    ck_assert_int_eq(machine_goto(m, before, &e), -1);
    ck_assert(strstr(e.message, "2M") && strstr(e.hint, "history_limit") && m->here == stood);
    go(m, "start"); /* what is marked is kept */
    is_whole(m);
    machine_free(m);
}
END_TEST

/* Going back makes q's again; they do not pile up. */
START_TEST(travel_is_bounded)
{
    struct machine *m = waiting();
    enum { STEPS = 40 };
    m->history_limit = 3 * one_q(m) + 4 * STEPS * one_theta(m);
    run(m, (struct run_how){.max = STEPS, .rule = RULE_THETA, .tol = 0.0});
    ck_assert_uint_eq(m->let_go, 0);
    for (int i = 0; i < 2 * STEPS; i++) {
        back(m, 1);
        is_whole(m);
        ck_assert_msg(m->history_bytes <= m->history_limit, "back %d: %zu of %zu bytes", i + 1,
                      m->history_bytes, m->history_limit);
    }
    for (int i = 0; i < 2 * STEPS; i++) {
        forward(m, 1);
        is_whole(m);
        ck_assert_uint_le(m->history_bytes, m->history_limit);
    }
    ck_assert_uint_eq(m->history_bytes, bytes_held(m));
    machine_free(m);
}
END_TEST

/* A limit that nothing fits into: the current state is whole all the same. */
START_TEST(nothing_fits)
{
    struct machine *m = waiting();
    m->history_limit = 1;
    run(m, (struct run_how){.max = 20, .rule = RULE_THETA, .tol = 0.0});
    is_at(m, "20E");
    is_whole(m);
    ck_assert_uint_le(bytes_held(m), one_q(m) + 2 * one_theta(m));
    ck_assert_uint_eq(m->history_bytes, bytes_held(m));
    machine_free(m);
}
END_TEST

/* A q that was let go of is the posterior made again; of a state that is gone it is an error. */
START_TEST(q_of_a_state)
{
    struct machine *m = waiting();
    struct error e = {0};
    support_e(m);
    long first = m->here;
    struct latent *before = latent_copy(machine_here(m)->q, &e);
    m->history_limit = one_q(m) + 9 * one_theta(m);
    run(m, (struct run_how){.max = 2, .rule = RULE_THETA, .tol = 0.0});
    ck_assert(m->state[first].theta && !m->state[first].q);
    struct latent *again = machine_q(m, &m->state[first], &e);
    ck_assert_ptr_nonnull(again);
    ck_assert_mem_eq(before->b.v, again->b.v, one_q(m));
    latent_free(again);
    latent_free(before);
    m->history_limit = 1;
    support_m(m);
    ck_assert(machine_q(m, &m->state[first], &e) == NULL && e.message[0] && e.hint[0]);
    machine_free(m);
}
END_TEST

/* ---- q before θ --------------------------------------------------------------------------- */

START_TEST(q_waits_for_theta)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2 columns=waiting");
    struct error e = {0};
    bool made;
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    ck_assert(!machine_m_is_due(m));
    q_by_hand(m, 0.9);
    ck_assert(machine_here(m) == NULL && machine_m_is_due(m));
    how.blocks = 2u; /* the other blocks have no value yet */
    ck_assert_int_eq(machine_m(m, &how, 1.0, &made, &e), -1);
    ck_assert(e.hint[0] && !machine_here(m));
    how.blocks = ~0u;
    error_clear(&e);
    ck_assert_int_eq(machine_m(m, &how, 0.5, &made, &e), -1);
    ck_assert(strstr(e.message, "damp") && !machine_here(m));
    machine_freeze(m, 1u);
    error_clear(&e);
    ck_assert_int_eq(machine_m(m, &how, 1.0, &made, &e), -1);
    ck_assert_msg(e.hint[0], "%s", e.message);
    machine_freeze(m, 0);
    support_m(m);
    is_at(m, "1M");
    is_whole(m);
    ck_assert(machine_before(m) == NULL && m->pending_q == NULL);
    machine_free(m);
}
END_TEST

START_TEST(theta_takes_the_waiting_q)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2 columns=waiting");
    q_by_hand(m, 0.9);
    q_by_hand(m, 0.8);
    support_theta(m, waiting_theta);
    is_at(m, "0");
    ck_assert(machine_here(m)->has_q && machine_here(m)->q->b.v[2] == 0.8);
    is_whole(m);
    ck_assert_uint_eq(m->history_bytes, bytes_held(m));
    machine_free(m);
}
END_TEST

/* ---- what is held, what is maximised -------------------------------------------------------- */

static void put_prior(struct machine *m, const char *words)
{
    double room[32];
    struct error e = {0};
    struct prior p = bound_prior(m->model, room, words);
    ck_assert_msg(machine_set_prior(m, &p, &e) == 0, "%s", e.message);
}

START_TEST(objective_follows_the_prior)
{
    struct machine *m = waiting();
    struct error e = {0};
    run(m, (struct run_how){.max = 2, .rule = RULE_THETA});
    put_prior(m, "dirichlet=3,5");
    for (long i = 0; i < m->nstate; i++) {
        const struct state *s = &m->state[i];
        double log_prior = m->model->class->log_prior(m->model, &m->prior, s->theta);
        ck_assert(s->terms.value[TERM_LOGPRIOR] == log_prior);
        if (s->has_q)
            ck_assert(terms_objective(&s->terms) == s->terms.value[TERM_ELBO] + log_prior);
    }
    double before = terms_objective(&machine_here(m)->terms);
    support_m(m);
    ck_assert(terms_objective(&machine_here(m)->terms) > before);
    ck_assert(machine_set_prior(m, &(struct prior){.b = m->prior.b}, &e) == 0);
    for (long i = 0; i < m->nstate; i++)
        ck_assert(!(m->state[i].terms.have & TERM_BIT(TERM_LOGPRIOR)));
    machine_free(m);
}
END_TEST

/* J of a state whose θ is gone cannot be known under another prior. */
START_TEST(objective_of_what_is_gone)
{
    struct machine *m = waiting();
    m->history_limit = 1;
    run(m, (struct run_how){.max = 3, .rule = RULE_THETA});
    put_prior(m, "dirichlet=3,5");
    for (long i = 0; i < m->nstate; i++)
        if (m->state[i].has_q)
            ck_assert(isnan(terms_objective(&m->state[i].terms)) == !m->state[i].theta);
    machine_free(m);
}
END_TEST

START_TEST(freezing_midway)
{
    struct machine *m = waiting();
    struct error e = {0};
    const struct theta *answer;
    support_e(m);
    ck_assert_int_eq(machine_m_answer(m, &answer, &e), 0);
    double pi = theta_block(answer, "pi")[0];
    machine_freeze(m, 1u);
    ck_assert_int_eq(machine_m_answer(m, &answer, &e), 0);
    ck_assert(pi != 0.5 && theta_block(answer, "pi")[0] == 0.5);
    support_m(m);
    ck_assert(theta_block(machine_here(m)->theta, "pi")[0] == 0.5);
    long states = m->nstate;
    machine_freeze(m, 0); /* a second m from the same q now moves π */
    support_m(m);
    ck_assert_int_eq(m->nstate, states + 1);
    ck_assert(theta_block(machine_here(m)->theta, "pi")[0] == pi);
    machine_free(m);
}
END_TEST

/* ---- refusals ------------------------------------------------------------------------------ */

/* The whole of the state, to be compared bit for bit. */
struct still {
    long here, nstate;
    size_t bytes;
    struct terms terms;
    struct theta *theta;
    struct latent *q;
};

static void take_still(const struct machine *m, struct still *p)
{
    struct error e = {0};
    const struct state *s = machine_here(m);
    *p = (struct still){.here = m->here, .nstate = m->nstate, .bytes = m->history_bytes};
    if (!s)
        return;
    p->terms = s->terms;
    p->theta = theta_copy(s->theta, &e);
    p->q = s->q ? latent_copy(s->q, &e) : NULL;
}

static void is_still(const struct machine *m, struct still *p, const char *what)
{
    const struct state *s = machine_here(m);
    ck_assert_msg(m->here == p->here && m->nstate == p->nstate && m->history_bytes == p->bytes,
                  "%s: the machine moved", what);
    if (s) {
        ck_assert_mem_eq(&s->terms, &p->terms, sizeof p->terms);
        ck_assert_mem_eq(s->theta->b.v, p->theta->b.v, one_theta(m));
        ck_assert((s->q != NULL) == (p->q != NULL));
        if (p->q)
            ck_assert_mem_eq(s->q->b.v, p->q->b.v, one_q(m));
    }
    theta_free(p->theta);
    latent_free(p->q);
}

/* One line, no full stop, and what to do about it. */
static void is_helpful(const struct error *e, const char *expected)
{
    size_t n = strlen(e->message);
    ck_assert_msg(strstr(e->message, expected), "'%s' does not say '%s'", e->message, expected);
    ck_assert_msg(!strchr(e->message, '\n') && e->message[n - 1] != '.', "%s", e->message);
    ck_assert_msg(e->hint[0] || strstr(e->message, "must") || strstr(e->message, "the rows are"),
                  "no remedy: %s", e->message);
}

static const struct outside {
    const char *data, *model, *options, *theta, *bad, *says;
} outside[] = {
    {"faithful", "gmm", "k=2 columns=waiting", waiting_theta,
     "pi=0.5,0.4 mu=55,80 Sigma=25,25", "pi sums to 0.9"},
    {"faithful", "gmm", "k=2 columns=waiting", waiting_theta,
     "pi=1.5,-0.5 mu=55,80 Sigma=25,25", "pi[2] is −0.5"},
    {"faithful", "gmm", "k=2 columns=waiting", waiting_theta,
     "pi=0.5,0.5 mu=55,80 Sigma=25,0", "Sigma[2] is 0"},
    {"faithful", "gmm", "k=2 columns=waiting", waiting_theta,
     "pi=0.5,0.5 mu=55,80 Sigma=-25,25", "Sigma[1] is −25"},
    {"faithful", "gmm", "k=1 columns=eruptions,waiting", "pi=1 mu=3,70 Sigma=1,0,0,100",
     "pi=1 mu=3,70 Sigma=1,2,2,1", "Sigma is not positive definite"},
    {"faithful", "gmm", "k=1 columns=eruptions,waiting", "pi=1 mu=3,70 Sigma=1,0,0,100",
     "pi=1 mu=3,70 Sigma=1,0.5,0.4,1", "symmetric"},
    {"faithful", "gmm", "k=1 columns=eruptions,waiting cov=diag", "pi=1 mu=3,70 Sigma=1,100",
     "pi=1 mu=3,70 Sigma=1,0", "above 0"},
    {"coins", "binomial", "k=2 columns=heads,tosses", "pi=0.5,0.5 p=0.6,0.5",
     "pi=0.5,0.5 p=1.5,0.5", "p[1] is 1.5"},
    {"coins", "binomial", "k=2 columns=heads,tosses", "pi=0.5,0.5 p=0.6,0.5",
     "pi=0.5,0.5 p=0.5,-0.1", "p[2] is −0.1"},
    {"deaths", "poisson", "k=2 columns=deaths weights=frequency", "pi=0.5,0.5 lambda=1,3",
     "pi=0.5,0.5 lambda=0,3", "lambda[1] is 0"},
    {"linkage", "linkage", "columns=count", "p=0.5", "p=2", "p is 2"},
    {"cholesterol", "mvn", "", "mu=250,230,220 Sigma=2000,0,0,0,2000,0,0,0,2000",
     "mu=250,230,220 Sigma=1,1,0,1,1,0,0,0,1", "not positive definite"},
};

START_TEST(theta_outside_its_domain)
{
    const struct outside *o = &outside[_i];
    struct machine *m = support_machine(o->data, o->model, o->options);
    struct still before;
    struct error e = {0};
    support_theta(m, o->theta);
    support_e(m);
    take_still(m, &before);
    struct theta *bad = support_make_theta(m, o->bad);
    ck_assert_int_eq(machine_set_theta(m, bad, &e), -1);
    is_helpful(&e, o->says);
    ck_assert_int_eq(machine_start(m, bad, &e), -1);
    theta_free(bad);
    is_still(m, &before, o->bad);
    machine_free(m);
}
END_TEST

static int mu_is(struct machine *m, double v, struct error *e)
{
    struct theta *t = theta_copy(machine_here(m)->theta, e);
    theta_block(t, "mu")[1] = v;
    int failed = machine_set_theta(m, t, e);
    theta_free(t);
    return failed;
}

/* Called with a machine after an E; provokes one refusal. */
typedef int provoke_function(struct machine *m, struct error *e);

static int set_first_rows(struct machine *m, const double *values, size_t n, struct error *e)
{
    struct latent *q = latent_copy(machine_here(m)->q, e);
    memcpy(q->b.v, values, n * sizeof *values);
    int failed = machine_set_q(m, q, e);
    latent_free(q);
    return failed;
}

static int q_row_sums_to_less(struct machine *m, struct error *e)
{
    return set_first_rows(m, (const double[]){0.5, 0.4}, 2, e);
}

static int q_row_is_negative(struct machine *m, struct error *e)
{
    return set_first_rows(m, (const double[]){1.5, -0.5}, 2, e);
}

static int q_row_is_nan(struct machine *m, struct error *e)
{
    return set_first_rows(m, (const double[]){NAN, 0.5}, 2, e);
}

static int exact_m(struct machine *m, unsigned blocks, double damp, struct error *e)
{
    struct m_how how = {.kind = M_EXACT, .blocks = blocks};
    bool made;
    return machine_m(m, &how, damp, &made, e);
}

static int theta_is_nan(struct machine *m, struct error *e)
{
    return mu_is(m, NAN, e);
}

static int theta_is_infinite(struct machine *m, struct error *e)
{
    return mu_is(m, INFINITY, e);
}

static int damp_of_nothing(struct machine *m, struct error *e)
{
    return exact_m(m, ~0u, 0.0, e);
}

static int damp_beyond(struct machine *m, struct error *e)
{
    return exact_m(m, ~0u, 1.5, e);
}

static int damp_nan(struct machine *m, struct error *e)
{
    return exact_m(m, ~0u, NAN, e);
}

static int try_e(struct machine *m, struct e_how how, struct error *e)
{
    bool made;
    return machine_e(m, &how, &made, e);
}

static int rows_from_nothing(struct machine *m, struct error *e)
{
    return try_e(m, (struct e_how){.kind = E_ROWS, .first = 0, .last = 5}, e);
}

static int rows_beyond(struct machine *m, struct error *e)
{
    return try_e(m, (struct e_how){.kind = E_ROWS, .first = 1, .last = 273}, e);
}

static int beta_of_nothing(struct machine *m, struct error *e)
{
    return try_e(m, (struct e_how){.kind = E_TEMPERED, .beta = 0.0}, e);
}

static int sweeps(struct machine *m, struct error *e)
{
    return try_e(m, (struct e_how){.kind = E_SWEEPS, .sweeps = 3}, e);
}

static int back_too_far(struct machine *m, struct error *e)
{
    return machine_back(m, 2, e);
}

static int forward_too_far(struct machine *m, struct error *e)
{
    return machine_forward(m, 1, e);
}

static int find_nothing(struct machine *m, struct error *e)
{
    long at;
    return machine_find(m, "9M", &at, e);
}

static int half_a_prior(struct machine *m, struct error *e)
{
    double room[32];
    struct prior p = bound_prior(m->model, room, "m0=70 kappa0=1");
    return machine_set_prior(m, &p, e);
}

static int prior_below_zero(struct machine *m, struct error *e)
{
    double room[32];
    struct prior p = bound_prior(m->model, room, "dirichlet=1,-1");
    return machine_set_prior(m, &p, e);
}

static const struct refusal {
    provoke_function *provoke;
    const char *says;
} refusals[] = {
    {q_row_sums_to_less, "gamma[1] sums to 0.9"},
    {q_row_is_negative, "gamma[1,2] is −0.5"},
    {q_row_is_nan, "gamma[1,1] is nan"},
    {theta_is_nan, "mu[2] is nan"},
    {theta_is_infinite, "mu[2] is inf"},
    {damp_of_nothing, "damp"},
    {damp_beyond, "damp"},
    {damp_nan, "damp"},
    {rows_from_nothing, "rows=0:5"},
    {rows_beyond, "rows=1:273"},
    {beta_of_nothing, "beta"},
    {sweeps, "sweeps="},
    {back_too_far, "start"},
    {forward_too_far, "last state"},
    {find_nothing, "9M"},
    {half_a_prior, "needs S0"},
    {prior_below_zero, "dirichlet"},
};

START_TEST(refusal_changes_nothing)
{
    struct machine *m = waiting();
    struct still before;
    struct error e = {0};
    support_e(m);
    take_still(m, &before);
    ck_assert_int_eq(refusals[_i].provoke(m, &e), -1);
    is_helpful(&e, refusals[_i].says);
    is_still(m, &before, refusals[_i].says);
    machine_free(m);
}
END_TEST

/* From a hard q that gives component 2 the rows first … last. */
static void refuses_m(const char *data, const char *options, const char *theta, size_t first,
                      size_t last, const char *says)
{
    struct machine *m = support_machine(data, "gmm", options);
    struct still before;
    struct error e = {0};
    support_theta(m, theta);
    struct latent *q = latent_new(&m->model->q, &e);
    for (size_t i = 0; i < m->model->obs.n; i++)
        q->b.v[2 * i + (i + 1 >= first && i + 1 <= last)] = 1.0;
    ck_assert_int_eq(machine_set_q(m, q, &e), 0);
    latent_free(q);
    take_still(m, &before);
    ck_assert_int_eq(exact_m(m, ~0u, 1.0, &e), -1);
    is_helpful(&e, says);
    ck_assert(e.hint[0]);
    is_still(m, &before, says);
    machine_free(m);
}

START_TEST(degenerate_components)
{
    refuses_m("faithful", "k=2 columns=waiting", waiting_theta, 1, 0, "component 2 has N_k = 0");
    refuses_m("faithful", "k=2 columns=waiting", waiting_theta, 5, 5,
              "component 2 holds one point");
    refuses_m("faithful", "k=2 columns=eruptions,waiting",
              "pi=0.5,0.5 mu=2,55,4,80 Sigma=1,0,0,100,1,0,0,100", 5, 6,
              "the covariance of component 2 is not positive definite");
}
END_TEST

static void e_has_no_posterior(const char *data, const char *model, const char *options,
                               const char *theta, const char *bad, const char *says)
{
    struct machine *m = support_machine(data, model, options);
    struct still before;
    struct error e = {0};
    support_theta(m, theta);
    support_e(m);
    support_theta(m, bad);
    take_still(m, &before);
    ck_assert_int_eq(try_e(m, (struct e_how){.kind = E_EXACT}, &e), -1);
    is_helpful(&e, says);
    ck_assert(machine_here(m)->terms.value[TERM_LOGLIK] == -INFINITY);
    is_still(m, &before, says);
    machine_free(m);
}

START_TEST(density_of_zero)
{
    e_has_no_posterior("faithful", "gmm", "k=2 columns=waiting", waiting_theta,
                       "pi=0.5,0.5 mu=1e200,-1e200 Sigma=25,25", "row 1 has density 0");
    e_has_no_posterior("coins", "binomial", "k=2 columns=heads,tosses", "pi=0.5,0.5 p=0.5,0.6",
                       "pi=0.5,0.5 p=0,0", "row 1 has density 0");
    e_has_no_posterior("linkage", "linkage", "columns=count", "p=0.5", "p=1", "probability 0");
}
END_TEST

START_TEST(steps_before_their_needs)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2 columns=waiting");
    struct error e = {0};
    struct run_result r;
    struct line_how along = {.kind = LINE_EM, .n = 5};
    struct bound b;
    ck_assert_int_eq(try_e(m, (struct e_how){.kind = E_EXACT}, &e), -1);
    is_helpful(&e, "needs θ");
    ck_assert_int_eq(exact_m(m, ~0u, 1.0, &e), -1);
    is_helpful(&e, "needs q");
    ck_assert_int_eq(machine_run(m, &(struct run_how){.max = 3}, &r, &e), -1);
    is_helpful(&e, "needs θ");
    ck_assert_int_eq(machine_back(m, 1, &e), -1);
    is_helpful(&e, "no θ");
    ck_assert_int_eq(machine_forward(m, 1, &e), -1);
    ck_assert_int_eq(machine_mark(m, "here", &e), -1);
    ck_assert_int_eq(bound_make(m, &along, &b, &e), -1);
    is_helpful(&e, "needs q");
    ck_assert(machine_here(m) == NULL && m->nstate == 0);
    support_theta(m, waiting_theta);
    error_clear(&e);
    ck_assert_int_eq(exact_m(m, ~0u, 1.0, &e), -1);
    is_helpful(&e, "needs q");
    ck_assert_int_eq(try_e(m, (struct e_how){.kind = E_ROWS, .first = 1, .last = 2}, &e), -1);
    is_helpful(&e, "no q yet");
    is_at(m, "0");
    machine_free(m);
}
END_TEST

START_TEST(too_little_data)
{
    struct error e = {0};
    ck_assert(bound_model("x\n1\n2\n3\n", "gmm", "k=4", &e) == NULL);
    is_helpful(&e, "4 components, but only 3 rows");
    ck_assert(bound_model("x\n1.5\n", "gmm", "k=2", &e) == NULL);
    is_helpful(&e, "only 1 row");
    struct model *model = bound_model("x\n1.5\n", "gmm", "k=1", &e);
    ck_assert_msg(model != NULL, "%s", e.message);
    struct machine *m = machine_new(model, &e);
    struct still before;
    support_theta(m, "pi=1 mu=0 Sigma=1");
    support_e(m);
    take_still(m, &before);
    ck_assert_int_eq(exact_m(m, ~0u, 1.0, &e), -1);
    is_helpful(&e, "component 1");
    is_still(m, &before, "one row");
    machine_free(m);
}
END_TEST

/* ---- run ------------------------------------------------------------------------------------ */

START_TEST(run_converges)
{
    struct machine *m = waiting();
    struct run_result r = run(m, (struct run_how){.max = 1000, .tol = 1e-10, .rule = RULE_ELBO});
    ck_assert_str_eq(verdict_name(r.verdict), "converged");
    ck_assert(r.rule == RULE_ELBO && r.last_change <= r.tol && r.tol == 1e-10 && r.iterations > 3);
    ck_assert(machine_here(m)->step.phase == PHASE_E && machine_here(m)->exact);
    ck_assert_uint_eq(machine_here(m)->t, r.iterations);
    ck_assert_int_eq(m->nstate, 2 + 2 * (long)r.iterations);
    ck_assert(fabs(r.aitken - machine_here(m)->terms.value[TERM_ELBO]) < 1e-6);
    r = run(m, (struct run_how){.max = 1000, .tol = 1e-10, .rule = RULE_ELBO});
    ck_assert_uint_eq(r.iterations, 1); /* already there */
    machine_free(m);
}
END_TEST

START_TEST(run_reaches_its_limit)
{
    struct machine *m = waiting();
    struct run_result r = run(m, (struct run_how){.max = 3, .tol = 0.0, .rule = RULE_THETA});
    ck_assert_str_eq(verdict_name(r.verdict), "limit");
    ck_assert_uint_eq(r.iterations, 3);
    is_at(m, "3E");
    r = run(m, (struct run_how){.max = 0, .tol = 1e-8});
    ck_assert(r.verdict == VERDICT_LIMIT && r.iterations == 0);
    machine_free(m);
}
END_TEST

/* tol=0 on θ ends where rounding does, not at the limit. */
START_TEST(run_stops_at_rounding)
{
    struct machine *m = waiting();
    struct run_result r = run(m, (struct run_how){.max = 5000, .tol = 0.0, .rule = RULE_THETA});
    ck_assert(r.verdict == VERDICT_CONVERGED && r.tol > 0.0 && r.tol < 1e-12);
    machine_free(m);
}
END_TEST

/* One parameter x with J = −x², and an M-step that goes the wrong way. */
static int wrong_e(const struct model *m, const struct theta *theta, const struct e_how *how,
                   struct latent *q, struct error *e)
{
    (void)m, (void)how, (void)e;
    *q->b.v = *theta->b.v;
    return 0;
}

static int wrong_m(const struct model *m, const struct latent *q, const struct m_how *how,
                   const struct prior *prior, struct theta *theta, struct error *e)
{
    (void)m, (void)q, (void)how, (void)prior, (void)e;
    *theta->b.v += 1.0;
    return 0;
}

static void wrong_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                        unsigned which, struct terms *t)
{
    (void)m, (void)q, (void)which;
    double j = -*theta->b.v * *theta->b.v;
    t->value[TERM_LOGLIK] = t->value[TERM_ELBO] = t->value[TERM_Q] = j;
    t->value[TERM_KL] = t->value[TERM_H] = t->value[TERM_ENTROPY] = 0.0;
}

static const struct model_class wrong_class = {
    .name = "wrong", .kind = MODEL_EM, .e_step = wrong_e, .m_step = wrong_m, .terms = wrong_terms,
};

START_TEST(run_sees_a_decrease)
{
    struct error e = {0};
    struct model *model = NEW(struct model);
    model->class = &wrong_class;
    model->terms_defined = TERMS_EM;
    layout_add(&model->theta, (struct block){.name = "x"});
    layout_add(&model->q, (struct block){.name = "z"});
    struct machine *m = machine_new(model, &e);
    support_theta(m, "x=1");
    struct run_result r = run(m, (struct run_how){.max = 50, .tol = 1e9, .rule = RULE_THETA});
    ck_assert_str_eq(verdict_name(r.verdict), "decreased");
    ck_assert_uint_eq(r.iterations, 1);
    machine_free(m);
}
END_TEST

struct bell {
    volatile sig_atomic_t rung;
    size_t calls, at;
};

static int ring(void *context, struct error *e)
{
    struct bell *b = context;
    (void)e;
    b->rung = ++b->calls > b->at;
    return 0;
}

START_TEST(run_is_interrupted)
{
    struct machine *m = waiting();
    struct bell b = {.at = 3};
    struct run_result r = run(m, (struct run_how){.max = 100, .rule = RULE_THETA, .until = ring,
                                                  .context = &b, .interrupt = &b.rung});
    ck_assert_str_eq(verdict_name(r.verdict), "interrupted");
    is_whole(m);
    ck_assert_uint_eq(r.iterations, machine_here(m)->t);
    size_t t = machine_here(m)->t;
    ck_assert(t == 3 || t == 4);
    r = run(m, (struct run_how){.max = 100, .interrupt = &b.rung});
    ck_assert(r.verdict == VERDICT_INTERRUPTED && r.iterations == 0);
    b.rung = 0;
    r = run(m, (struct run_how){.max = 2, .rule = RULE_THETA, .interrupt = &b.rung});
    ck_assert(r.verdict == VERDICT_LIMIT && machine_here(m)->t == t + 2);
    machine_free(m);
}
END_TEST

static int enough(void *context, struct error *e)
{
    const struct machine *m = context;
    (void)e;
    return machine_here(m)->terms.value[TERM_LOGLIK] > -1035.0;
}

static int broken(void *context, struct error *e)
{
    const struct machine *m = context;
    return machine_here(m)->t < 2 ? 0 : error_set(e, "until= cannot be computed");
}

START_TEST(run_until)
{
    struct machine *m = waiting();
    struct error e = {0};
    struct run_result r =
        run(m, (struct run_how){.max = 100, .rule = RULE_THETA, .until = enough, .context = m});
    ck_assert_str_eq(verdict_name(r.verdict), "until");
    ck_assert_uint_eq(r.iterations, 1);
    go(m, "0");
    struct run_how how = {.max = 100, .rule = RULE_THETA, .until = broken, .context = m};
    ck_assert_int_eq(machine_run(m, &how, &r, &e), -1);
    ck_assert(strstr(e.message, "until=") && r.iterations == 2);
    is_at(m, "2E");
    is_whole(m);
    machine_free(m);
}
END_TEST

/* ---- memory that runs out -------------------------------------------------------------------- */

struct script {
    const char *data, *model, *options, *theta;
};
static const struct script scripts[] = {
    {"coins", "binomial", "k=2 columns=heads,tosses", "pi=0.5,0.5 p=0.6,0.5"},
    {"murray", "mvn", "columns=x,y", "mu=0,0 Sigma=2,0.1,0.1,1"},
    {"linkage", "linkage", "columns=count", "p=0.5"},
    {"apples", "mvn", "columns=x,y", "mu=10,40 Sigma=90,0,0,100"},
};

/* What a session has; parts that do not exist are NULL. */
struct session {
    struct dataset *data;
    struct options options;
    struct machine *m;
    struct theta *theta; /* made beforehand */
};

static int load(struct session *s, const struct script *script, struct error *e)
{
    struct table_how how = {.header = -1};
    s->data = table_read(script->data, &how, e);
    return s->data ? 0 : -1;
}

static int bind(struct session *s, const struct script *script, struct error *e)
{
    struct model *model = model_open(script->model, s->data, &s->options, NULL, e);
    s->m = model ? machine_new(model, e) : NULL;
    return s->m ? 0 : -1;
}

static int start(struct session *s, const struct script *script, struct error *e)
{
    (void)script;
    struct theta t = {.refs = 1, .b = {&s->m->model->theta, s->theta->b.v}};
    return machine_start(s->m, &t, e);
}

static int step_e(struct session *s, const struct script *script, struct error *e)
{
    (void)script;
    return try_e(s->m, (struct e_how){.kind = E_EXACT}, e);
}

static int step_m(struct session *s, const struct script *script, struct error *e)
{
    (void)script;
    return exact_m(s->m, ~0u, 1.0, e);
}

static int step_damped(struct session *s, const struct script *script, struct error *e)
{
    (void)script;
    return exact_m(s->m, ~0u, 0.5, e);
}

static int run_three(struct session *s, const struct script *script, struct error *e)
{
    struct run_result r;
    (void)script;
    return machine_run(s->m, &(struct run_how){.max = 3, .rule = RULE_THETA}, &r, e);
}

static int mark_here(struct session *s, const struct script *script, struct error *e)
{
    (void)script;
    return machine_mark(s->m, "here", e);
}

static int look_along(struct session *s, const struct script *script, struct error *e)
{
    struct bound b;
    (void)script;
    int failed = bound_make(s->m, &(struct line_how){.kind = LINE_EM, .n = 5}, &b, e);
    if (!failed)
        bound_clear(&b);
    return failed;
}

static int look_back(struct session *s, const struct script *script, struct error *e)
{
    long *at;
    size_t n, here;
    (void)script;
    int failed = machine_path(s->m, &at, &n, &here, e);
    if (!failed)
        mem_free(at);
    return failed;
}

static int two_back(struct session *s, const struct script *script, struct error *e)
{
    (void)script;
    return machine_back(s->m, 2, e);
}

static int go_to_mark(struct session *s, const struct script *script, struct error *e)
{
    long at;
    (void)script;
    return machine_find(s->m, "here", &at, e) != 0 ? -1 : machine_goto(s->m, at, e);
}

/* History so small that q's must be made again. */
static int go_to_first_e(struct session *s, const struct script *script, struct error *e)
{
    long at;
    (void)script;
    return machine_find(s->m, "0E", &at, e) != 0 ? -1 : machine_goto(s->m, at, e);
}

static int (*const acts[])(struct session *, const struct script *, struct error *) = {
    load,      bind,      start,    step_e,     step_m,        step_e,      look_along, mark_here,
    run_three, look_back, two_back, go_to_mark, go_to_first_e, step_damped, step_e,
};
enum { ACTS = sizeof acts / sizeof *acts };

static void session_clear(struct session *s)
{
    machine_free(s->m);
    dataset_free(s->data);
    s->m = NULL;
    s->data = NULL;
}

/* A state that stands agrees with the same state of a session in which nothing failed. */
static void agrees(const struct machine *m, const struct machine *whole)
{
    if (!m || m->here == NO_STATE)
        return;
    ck_assert_int_le(m->here, whole->nstate);
    const struct state *s = machine_here(m), *w = &whole->state[m->here];
    ck_assert_str_eq(s->label, w->label);
    ck_assert_mem_eq(s->theta->b.v, w->theta->b.v, one_theta(m));
    /* Some may still be due; where the pass that stores no q had no memory the plain one has done
     * it, in another order. */
    ck_assert(s->terms_due || s->terms.have == w->terms.have);
    for (int i = 0; i < TERM_COUNT; i++)
        if (s->terms.have & TERM_BIT(i))
            support_close(s->terms.value[i], w->terms.value[i], 1e-12, "a term");
    is_whole(m);
    ck_assert_uint_eq(m->history_bytes, bytes_held(m));
}

/* Lets n allocations succeed; true when that was enough for the whole session.  After the failure
 * memory is back, and the act that failed goes well. */
static bool survives(struct session *s, const struct script *script, long n,
                     const struct machine *whole)
{
    struct error e = {0};
    size_t done = 0;
    mem_fail_after(n);
    while (done < ACTS && acts[done](s, script, &e) == 0) {
        done++;
        if (s->m)
            s->m->history_limit = 16 * one_theta(s->m) + 2 * one_q(s->m);
    }
    mem_fail_after(-1);
    if (done == ACTS)
        return true;
    /* A θ(s) that cannot be checked for want of memory counts as invalid along a line. */
    ck_assert_msg(strstr(e.message, "memory") || acts[done] == look_along, "after %ld, act %zu: %s",
                  n, done, e.message);
    if (whole)
        agrees(s->m, whole);
    error_clear(&e);
    ck_assert_msg(acts[done](s, script, &e) == 0, "after %ld, act %zu again: %s", n, done,
                  e.message);
    return false;
}

START_TEST(memory_runs_out)
{
    const struct script *script = &scripts[_i];
    struct session whole = {NULL}, s = {NULL};
    support_options(&whole.options, script->options);
    s.options = whole.options;
    struct machine *m = support_machine(script->data, script->model, script->options);
    whole.theta = s.theta = support_make_theta(m, script->theta);
    ck_assert(survives(&whole, script, -1, NULL));
    long n = 0;
    for (; !survives(&s, script, n, whole.m); n++) {
        session_clear(&s);
        ck_assert_int_lt(n, 20000);
    }
    ck_assert_int_gt(n, 50);
    session_clear(&s);
    session_clear(&whole);
    theta_free(s.theta);
    machine_free(m);
    options_clear(&s.options);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("machine");
    TCase *t = tcase_create("machine");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, labels_count_half_steps);
    tcase_add_test(t, labels_are_found);
    tcase_add_test(t, branches_stay);
    tcase_add_test(t, path_is_the_trace);
    tcase_add_test(t, bytes_are_counted);
    tcase_add_test(t, history_is_bounded);
    tcase_add_test(t, travel_is_bounded);
    tcase_add_test(t, nothing_fits);
    tcase_add_test(t, q_of_a_state);
    tcase_add_test(t, q_waits_for_theta);
    tcase_add_test(t, theta_takes_the_waiting_q);
    tcase_add_test(t, objective_follows_the_prior);
    tcase_add_test(t, objective_of_what_is_gone);
    tcase_add_test(t, freezing_midway);
    tcase_add_loop_test(t, theta_outside_its_domain, 0, sizeof outside / sizeof *outside);
    tcase_add_loop_test(t, refusal_changes_nothing, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(t, degenerate_components);
    tcase_add_test(t, density_of_zero);
    tcase_add_test(t, steps_before_their_needs);
    tcase_add_test(t, too_little_data);
    tcase_add_test(t, run_converges);
    tcase_add_test(t, run_reaches_its_limit);
    tcase_add_test(t, run_stops_at_rounding);
    tcase_add_test(t, run_sees_a_decrease);
    tcase_add_test(t, run_is_interrupted);
    tcase_add_test(t, run_until);
    tcase_add_loop_test(t, memory_runs_out, 0, sizeof scripts / sizeof *scripts);
    suite_add_tcase(s, t);
    return support_run(s);
}
