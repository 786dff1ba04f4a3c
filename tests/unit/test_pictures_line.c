/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures along a line and along time: up the gradient, the bounds before this one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/gradient.h"
#include "em/line.h"
#include "em/transform.h"
#include "figures.h"
#include "numeric/random.h"
#include "plot/view.h"

static struct machine *linkage(double p)
{
    char words[40];
    struct machine *m = support_machine("linkage", "linkage", "columns=count");
    snprintf(words, sizeof words, "p=%.17g", p);
    support_theta(m, words);
    return m;
}

static struct machine *faithful(void)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2");
    support_theta(m, "pi=0.5,0.5 mu=2,54,4.4,80 Sigma=0.3,0,0,40,0.3,0,0,40");
    return m;
}

/* E and M, that many times. */
static void rounds(struct machine *m, int n)
{
    for (int i = 0; i < n; i++) {
        support_e(m);
        support_m(m);
    }
}

static struct table table;

/* ---- up the gradient -------------------------------------------------------------------- */

static struct bound bound_up(struct machine *m, bool here)
{
    struct error e = {0};
    struct line_how how = {.kind = LINE_GRADIENT, .here = here, .n = 41};
    struct bound b;
    ck_assert_msg(bound_make(m, &how, &b, &e) == 0, "%s", e.message);
    return b;
}

/* ℓ′(p) p(1 − p), ℓ = 125 log(2 + p) + 38 log(1 − p) + 34 log p: the slope in logit p. */
START_TEST(gradient_of_linkage)
{
    struct machine *m = linkage(0.1);
    support_e(m);
    struct bound b = bound_up(m, false);
    double slope = (125 / 2.1 - 38 / 0.9 + 34 / 0.1) * 0.1 * 0.9;
    support_close(b.line.steepness, slope, 1e-8, "‖∇ℓ‖");
    support_close(b.slope_elbo, slope, 1e-8, "slope of the ELBO");
    support_close(b.slope_loglik, slope, 1e-8, "slope of ℓ");
    ck_assert(b.touches && b.peak_is_m_step && b.has_here);
    same(b.touch.s, 0, "touch");
    struct theta *t = theta_copy(b.line.base, &(struct error){0});
    ck_assert(line_at(&b.line, 1.5, t)); /* logit p + 1.5 */
    support_close(t->b.v[0], 1 / (1 + 9 * exp(-1.5)), 1e-14, "p at s = 1.5");
    theta_free(t);
    bound_clear(&b);
    struct figure *f = draw(m, "bound", "along=gradient");
    ck_assert(says(f, "the bound touches ℓ at θ₀") && says(f, "slopes 32.16 = 32.16"));
    ck_assert_str_eq(f->x.label, "s   from θ₀ straight up ∇ℓ, in logit p");
    figure_free(f);
    machine_free(m);
}
END_TEST

/* u(θ(s)) − u(θ_q) = s·∇ℓ/‖∇ℓ‖, and the bound touches where the line begins. */
START_TEST(gradient_of_a_mixture)
{
    struct machine *m = faithful();
    struct error e = {0};
    rounds(m, 1);
    struct bound b = bound_up(m, false);
    size_t n = transform_size(&m->model->theta, ~0u);
    double g[32], from[32], to[32], norm = 0;
    const struct landscape l = {m->model, NULL, NULL, ~0u, TERM_LOGLIK};
    const struct theta *touch = machine_here(m)->touch;
    struct theta *t = theta_copy(touch, &e);
    ck_assert_uint_le(n, 32);
    ck_assert_int_eq(gradient_at(&l, touch, g, &e), 0);
    for (size_t i = 0; i < n; i++)
        norm += g[i] * g[i];
    support_close(b.slope_elbo, sqrt(norm), 1e-6, "slope of the ELBO");
    support_close(b.slope_loglik, sqrt(norm), 1e-6, "slope of ℓ");
    ck_assert(line_at(&b.line, 0.25, t));
    ck_assert(transform_out(&touch->b, ~0u, from) && transform_out(&t->b, ~0u, to));
    for (size_t i = 0; i < n; i++)
        support_close(to[i] - from[i], 0.25 * g[i] / sqrt(norm), 1e-9, "u(0.25)");
    for (size_t i = 0; i < b.n; i++)
        ck_assert(b.elbo[i] <= b.loglik[i] + 1e-9 * fabs(b.loglik[i]));
    double s;
    ck_assert(line_find(&b.line, t, &s));
    support_close(s, 0.25, 1e-12, "found again");
    ck_assert(!line_find(&b.line, machine_here(m)->theta, &s)); /* M goes elsewhere */
    ck_assert(!b.has_here && !b.peak_is_m_step);
    theta_free(t);
    bound_clear(&b);
    machine_free(m);
}
END_TEST

START_TEST(gradient_from_here)
{
    struct machine *m = faithful();
    rounds(m, 1);
    struct bound b = bound_up(m, true);
    ck_assert(!b.touches && b.has_here);
    same(b.here.s, 0, "here");
    support_close(b.here.value, machine_here(m)->terms.value[TERM_ELBO], 1e-12, "ELBO here");
    bound_clear(&b);
    struct figure *f = draw(m, "bound", "along=gradient base=here");
    ck_assert(says(f, "does not lie on the line through the current θ"));
    figure_free(f);
    machine_free(m);
}
END_TEST

/* What is frozen stays where it is. */
START_TEST(gradient_of_what_is_free)
{
    struct machine *m = faithful();
    struct error e = {0};
    machine_freeze(m, 5u); /* pi and Sigma */
    support_e(m);
    struct bound b = bound_up(m, false);
    struct theta *t = theta_copy(b.line.base, &e);
    ck_assert_uint_eq(b.line.nu, 4);
    ck_assert(line_at(&b.line, 0.5, t));
    ck_assert_mem_eq(theta_block(t, "pi"), theta_block(b.line.base, "pi"), 2 * sizeof(double));
    ck_assert_mem_eq(theta_block(t, "Sigma"), theta_block(b.line.base, "Sigma"),
                     8 * sizeof(double));
    ck_assert(theta_block(t, "mu")[1] != theta_block(b.line.base, "mu")[1]);
    theta_free(t);
    bound_clear(&b);
    machine_free(m);
}
END_TEST

START_TEST(gradient_refuses)
{
    struct machine *m = linkage(0.1);
    rounds(m, 60);
    support_e(m);
    refused(m, "bound", "along=gradient", "there is no direction", "along=p");
    support_theta(m, "p=0");
    refused(m, "bound", "along=gradient base=here", "on the border", "");
    machine_free(m);
}
END_TEST

/* The weight of a single component is 1 and stays 1. */
START_TEST(a_lone_weight_refuses)
{
    struct machine *m = support_machine("faithful", "gmm", "k=1 columns=waiting");
    support_theta(m, "pi=1 mu=60 Sigma=100");
    support_e(m);
    refused(m, "bound", "along=pi", "pi cannot move: its one entry is 1", "along=mu");
    machine_free(m);
}
END_TEST

/* ---- the bounds before this one ---------------------------------------------------------- */

/* Every curve is the one that was there when that bound was the newest. */
START_TEST(history_is_what_was)
{
    struct machine *m = linkage(0.1);
    struct error e = {0};
    rounds(m, 3);
    const char *words = "along=p history=5 from=0.05 to=0.9 n=33";
    struct figure *f = draw(m, "bound", words);
    for (size_t k = 1; k <= 2; k++) {
        char name[20], label[20];
        long at;
        snprintf(name, sizeof name, "earlier_q%zu", k);
        snprintf(label, sizeof label, "%zuE", k - 1);
        const struct series *s = series_of(f, name);
        ck_assert_ptr_nonnull(s);
        ck_assert_int_eq(machine_find(m, label, &at, &e), 0);
        ck_assert_int_eq(machine_goto(m, at, &e), 0);
        struct figure *was = draw(m, "bound", "along=p from=0.05 to=0.9 n=33");
        const struct series *then = series_of(was, "elbo");
        ck_assert_uint_eq(s->n, 33);
        for (size_t i = 0; i < 33; i++)
            same(s->y[i], then->y[i], "an earlier bound");
        figure_free(was);
        ck_assert_int_eq(machine_find(m, "3M", &at, &e), 0);
        ck_assert_int_eq(machine_goto(m, at, &e), 0);
    }
    ck_assert(!series_of(f, "earlier_q3")); /* that is the bound of here */
    figure_free(f);
    machine_free(m);
}
END_TEST

/* Up the bound to its peak, then up to ℓ: landing k is touch k + 1, and the heights are ℓ's. */
START_TEST(the_staircase)
{
    struct machine *m = linkage(0.1);
    struct error e = {0};
    struct line_how how = {.history = 9, .n = 21};
    struct bound b;
    rounds(m, 3);
    ck_assert_int_eq(line_parse(m->model, "p", &how, &e), 0);
    ck_assert_int_eq(bound_make(m, &how, &b, &e), 0);
    ck_assert_uint_eq(b.nearlier, 2);
    double s = b.touch.s;
    for (size_t i = 0; i < 2; i++) {
        ck_assert(b.earlier[i].touches && b.earlier[i].lands);
        ck_assert_uint_eq(b.earlier[i].t, 1 - i);
        same(b.earlier[i].landing.s, s, "landing");
        s = b.earlier[i].touch.s;
    }
    same(s, 0.1, "θ₀");
    support_close(b.earlier[1].touch.value, m->state[1].terms.value[TERM_LOGLIK], 1e-13, "touch");
    support_close(b.earlier[1].landing.value, m->state[2].terms.value[TERM_ELBO], 1e-13, "peak");
    bound_clear(&b);
    struct figure *f = draw(m, "bound", "along=p history=9");
    ck_assert_str_eq(f->title, "linkage, 3M   the MM staircase: M goes to each bound's peak, E up "
                               "to ℓ: −64.48 → −9.801 → −7.600 → −7.550");
    ck_assert(says(f, "bound at θ₀") && says(f, "bound at θ₁") && says(f, "θ₀ = 0.1"));
    read_csv(f, "stair", &table);
    same(table.v[0][0], machine_here(m)->parent == NO_STATE ? NAN : m->state[2].theta->b.v[0],
         "the first stair");
    support_close(table.v[0][3] - table.v[0][1], m->state[2].terms.value[TERM_KL], 1e-9,
                  "its height is the gap");
    figure_free(f);
    f = draw(m, "bound", "history=1");
    ck_assert(says(f, "−9.801 → −7.600 → −7.550") && f->x.low < -1); /* em, with θ₁ on it */
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(history_off_the_line)
{
    struct machine *m = faithful();
    rounds(m, 3);
    support_e(m);
    struct figure *f = draw(m, "bound", "along=mu[1,1] history=2");
    ck_assert(says(f, "earlier bounds touch off this line, at θ₁, θ₂"));
    ck_assert(says(f, "bound at θ₁") && !series_of(f, "earlier_touch"));
    figure_free(f);
    machine_free(m);
    m = linkage(0.3);
    support_e(m);
    f = draw(m, "bound", "history=2");
    ck_assert(says(f, "there is no bound before this one"));
    figure_free(f);
    machine_free(m);
}
END_TEST

/* A q set by hand is a bound, too, though it touches nowhere. */
START_TEST(history_of_a_hand)
{
    struct machine *m = linkage(0.3);
    struct error e = {0};
    struct latent *q = latent_new(&m->model->q, &e);
    q->b.v[0] = 0.4;
    ck_assert_int_eq(machine_set_q(m, q, &e), 0);
    latent_free(q);
    support_m(m);
    support_e(m);
    struct figure *f = draw(m, "bound", "along=p history=1");
    ck_assert(says(f, "q₁ set by hand: its bound touches nowhere"));
    ck_assert(says(f, "bound of q₁, set by hand"));
    ck_assert(!says(f, "touch off this line"));
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(history_let_go)
{
    struct machine *m = linkage(0.1);
    m->history_limit = 1;
    rounds(m, 5);
    ck_assert_uint_gt(m->let_go, 2);
    struct figure *f = draw(m, "bound", "along=p history=3");
    ck_assert(says(f, "let go of (set history_limit)"));
    figure_free(f);
    machine_free(m);
}
END_TEST

/* Without a touch the place that M starts from is in the picture. */
START_TEST(no_touch_but_a_start)
{
    struct machine *m = support_machine("faithful", "vbgmm", "k=2");
    struct error e = {0};
    gsl_rng *random = random_new(1, &e);
    struct theta *start = theta_new(&m->model->theta, &e);
    ck_assert_int_eq(m->model->class->init(m->model, "random", random, start, &e), 0);
    ck_assert_int_eq(machine_start(m, start, &e), 0);
    theta_free(start);
    gsl_rng_free(random);
    rounds(m, 1);
    struct figure *f = draw(m, "bound", "");
    double was = m->state[1].terms.value[TERM_ELBO], now = m->state[2].terms.value[TERM_ELBO];
    char words[80], rise[NUMBER_TEXT];
    snprintf(words, sizeof words, "M lifted the ELBO by %s; ℓ is intractable",
             number_text(rise, now - was, 4));
    ck_assert_msg(says(f, words), "%s", f->title);
    read_csv(f, "start", &table);
    same(table.v[0][0], 0, "s = 0");
    support_close(table.v[0][1], was, 1e-12, "the ELBO there");
    ck_assert(f->y.low < was && now < f->y.high);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* ---- Q and −H ---------------------------------------------------------------------------- */

static double term(const struct machine *m, long at, enum term t)
{
    return m->state[at].terms.value[t];
}

/* From the touch the curves are Q, −H and ℓ of the machine less what they were there, and at the
 * M-step's answer they are what its half-step says. */
START_TEST(qh_is_the_machines)
{
    struct machine *m = faithful();
    struct error e = {0};
    struct terms t;
    support_e(m);
    support_m(m);
    struct figure *f = draw(m, "qh", "n=31 from=-0.5 to=1");
    struct line_how how = {.kind = LINE_EM, .n = 31};
    struct line l;
    ck_assert_int_eq(line_make(m, &how, &l, &e), 0);
    static const struct {
        const char *name;
        enum term term;
        double sign;
    } one[] = {{"Q_risen", TERM_Q, 1},
               {"minus_H_risen", TERM_H, -1},
               {"loglik_risen", TERM_LOGLIK, 1}};
    for (size_t k = 0; k < 3; k++) {
        const struct series *s = series_of(f, one[k].name);
        double touch = one[k].sign * term(m, 1, one[k].term), size = fabs(touch);
        ck_assert(s && s->n == 31);
        for (size_t i = 0; i < 31; i++) {
            ck_assert(line_at(&l, s->x[i], l.scratch));
            model_terms(m->model, NULL, machine_here(m)->q, l.scratch, ~0u, &t);
            support_close(s->y[i], one[k].sign * t.value[one[k].term] - touch, 1e-11 * size,
                          one[k].name);
        }
        support_close(s->y[30], one[k].sign * term(m, 2, one[k].term) - touch, 1e-11 * size,
                      "at the M-step's answer");
    }
    const struct series *h = series_of(f, "minus_H_risen");
    for (size_t i = 0; i < 31; i++)
        ck_assert_double_ge(h->y[i], -1e-9); /* Gibbs */
    line_clear(&l);
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(qh_says_how_much)
{
    struct machine *m = linkage(0.1);
    support_e(m);
    struct figure *f = draw(m, "qh", "along=p");
    ck_assert_str_eq(f->title, "linkage, 0E   from θ₀ to θ₁, where the next M goes, Q rises by "
                               "41.99, −H rises by 12.69: ℓ rises by 54.68");
    figure_free(f);
    support_m(m);
    f = draw(m, "qh", "along=p");
    ck_assert(says(f, "Q +41.99") && says(f, "−H +12.69"));
    ck_assert(says(f, "ℓ(θ) = Q − H, from −64.4822 at θ₀"));
    read_csv(f, "Q_part", &table);
    same(table.v[0][1], 0, "Q starts at the touch");
    support_close(table.v[0][3], term(m, 2, TERM_Q) - term(m, 1, TERM_Q), 1e-12, "Q");
    read_csv(f, "minus_H_part", &table);
    support_close(table.v[0][3], term(m, 2, TERM_LOGLIK) - term(m, 1, TERM_LOGLIK), 1e-12, "ℓ");
    figure_free(f);
    support_theta(m, "p=0.01");
    f = draw(m, "qh", "along=p");
    ck_assert_msg(says(f, "from θ₀ to θ₁ Q falls by") && says(f, "−H rises by"), "%s", f->title);
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(qh_without_a_touch)
{
    struct machine *m = faithful();
    rounds(m, 1);
    struct figure *f = draw(m, "qh", "along=mu[1,1] base=here");
    ck_assert(says(f, "does not lie on the line") && series_of(f, "start"));
    figure_free(f);
    machine_free(m);
    m = linkage(0.1);
    rounds(m, 60);
    support_e(m);
    f = draw(m, "qh", "along=p");
    ck_assert(says(f, "Q is highest and −H lowest: M can gain nothing"));
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(qh_suits)
{
    struct machine *m = support_machine("baseball", "bradley-terry", "columns=winner,loser,wins");
    refused(m, "qh", "", "there is no latent variable", "plot bound");
    machine_free(m);
    m = support_machine("faithful", "vbgmm", "k=2");
    refused(m, "qh", "", "out of reach", "ELBO");
    machine_free(m);
}
END_TEST

/* ---- the rate ---------------------------------------------------------------------------- */

static void converge(struct machine *m)
{
    struct run_how how = {.max = 20000, .tol = 1e-12, .rule = RULE_THETA};
    struct run_result r;
    struct error e = {0};
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
    ck_assert_int_eq(r.verdict, VERDICT_CONVERGED);
}

static double steepness(const struct series *s)
{
    return (s->y[1] - s->y[0]) / (s->x[1] - s->x[0]);
}

/* θ* = (15 + √53809)/394; λ = .132779, as Dempster, Laird and Rubin have it (table 1). */
START_TEST(rate_of_linkage)
{
    struct machine *m = linkage(0.1);
    const double limit = (15 + sqrt(53809)) / 394;
    converge(m);
    struct figure *f = draw(m, "rate", "");
    ck_assert(says(f, "errors of θ shrink by 0.1328 a step (λ\u00a0=\u00a00.1328), those of ℓ by"));
    ck_assert(says(f, "(λ²\u00a0=\u00a00.01763)"));
    const struct series *error = series_of(f, "log10_error_theta");
    size_t errors = error->n;
    ck_assert_uint_ge(errors, 8);
    for (size_t i = 0; i < error->n; i++) {
        same(error->x[i], (double)i, "t");
        double p = m->state[2 * i].theta->b.v[0];
        support_close(error->y[i], log10(fabs(p - limit)), 1e-3, "log10 ‖θ_t − θ*‖");
    }
    support_close(steepness(series_of(f, "theory_theta")), log10(0.132779), 1e-5, "log λ");
    support_close(steepness(series_of(f, "theory_loglik")), 2 * log10(0.132779), 1e-5, "2 log λ");
    const struct series *below = series_of(f, "log10_error_loglik");
    double top = term(m, m->here, TERM_LOGLIK);
    for (size_t i = 0; i < below->n; i++)
        same(below->y[i], log10(top - term(m, 2 * (long)i, TERM_LOGLIK)), "log10 ℓ* − ℓ_t");
    figure_free(f);
    struct error e = {0};
    ck_assert_int_eq(machine_back(m, 12, &e), 0);
    f = draw(m, "rate", ""); /* the path, wherever the cursor is */
    ck_assert_uint_eq(series_of(f, "log10_error_theta")->n, errors);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* Started at μ = x̄, ppca never errs in μ, where DM's largest eigenvalue is. */
START_TEST(rate_of_another_direction)
{
    struct machine *m = support_machine("iris", "ppca", "m=2 columns=1,2,3,4");
    struct error e = {0};
    gsl_rng *random = random_new(1, &e);
    struct theta *start = theta_new(&m->model->theta, &e);
    ck_assert_int_eq(m->model->class->init(m->model, m->model->class->inits[0].name, random, start,
                                           &e), 0);
    ck_assert_int_eq(machine_start(m, start, &e), 0);
    theta_free(start);
    gsl_rng_free(random);
    converge(m);
    struct figure *f = draw(m, "rate", "");
    ck_assert_msg(says(f, "is of a direction that this start lacks"), "%s", f->note);
    figure_free(f);
    machine_free(m);
}
END_TEST

START_TEST(rate_refuses)
{
    struct machine *m = linkage(0.1);
    refused(m, "rate", "", "the history has none", "run rule=theta tol=1e-12");
    rounds(m, 2);
    refused(m, "rate", "", "still moved θ by 0.098", "run rule=theta tol=1e-12");
    machine_free(m);
    m = support_machine("faithful", "gmm", "k=1 columns=waiting");
    support_theta(m, "pi=1 mu=60 Sigma=100");
    rounds(m, 3);
    refused(m, "rate", "", "came to its limit in 1 M-step: too few errors", "show rate tells λ");
    machine_free(m);
}
END_TEST

START_TEST(rate_of_half_measures)
{
    struct machine *m = linkage(0.1);
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    for (int i = 0; i < 120; i++) {
        bool made;
        support_e(m);
        ck_assert_int_eq(machine_m(m, &how, 0.5, &made, &e), 0);
    }
    struct figure *f = draw(m, "rate", "");
    ck_assert_msg(says(f, "some here were not"), "%s", f->note); /* (1 + λ)/2 a step */
    ck_assert_msg(says(f, "errors of θ shrink by 0.5664 a step"), "%s", f->title);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* ---- runs over one another ---------------------------------------------------------------- */

START_TEST(runs_over_one_another)
{
    struct machine *m = linkage(0.1);
    struct error e = {0};
    rounds(m, 3);
    ck_assert_int_eq(machine_mark(m, "A", &e), 0);
    ck_assert_int_eq(machine_goto(m, 1, &e), 0); /* 0E */
    support_theta(m, "p=0.9");
    rounds(m, 1);
    ck_assert_int_eq(machine_mark(m, "B", &e), 0);
    struct figure *f = draw(m, "trace", "runs=A,B");
    ck_assert_msg(says(f, "A ends highest, at ℓ = −7.54") && says(f, "they are one up to 0E"),
                  "%s", f->title);
    for (int k = 0; k < 2; k++) {
        const struct series *s = series_of(f, k ? "run2" : "run1");
        long at;
        ck_assert_int_eq(machine_find(m, k ? "B" : "A", &at, &e), 0);
        for (size_t i = s->n; i-- > 0; at = m->state[at].parent) {
            same(s->x[i], (double)i, "half-step");
            same(s->y[i], term(m, at, TERM_LOGLIK), "ℓ");
        }
        ck_assert_int_eq(at, NO_STATE);
    }
    figure_free(f);
    refused(m, "trace", "runs=A,C", "'C'", "");
    refused(m, "trace", "runs=", "one to 9 marks", "");
    machine_free(m);
}
END_TEST

/* Ticks of a long history are M-steps, a round number apart. */
START_TEST(long_history)
{
    struct machine *m = linkage(0.1);
    rounds(m, 1000);
    struct figure *f = draw(m, "trace", "");
    ck_assert_uint_eq(f->x.ntick, 11);
    for (size_t i = 0; i < f->x.ntick; i++)
        ck_assert_double_eq(f->x.tick[i], 200.0 * (double)i);
    figure_free(f);
    machine_free(m);
}
END_TEST

/* ---- curves that leave the picture -------------------------------------------------------- */

struct visits {
    const struct view *v;
    size_t n;
};

static void note_visit(void *context, enum part part, size_t i, double column, double row)
{
    struct visits *seen = context;
    long c = lround(column), r = lround(row);
    (void)part;
    (void)i;
    ck_assert_msg(c >= 0 && r >= 0 && c <= (long)seen->v->columns && r <= (long)seen->v->rows,
                  "%g,%g is no place of %zu×%zu", column, row, seen->v->columns, seen->v->rows);
    seen->n++;
}

/* Through the top, the bottom and both sides, and along them half a step outside. */
START_TEST(curves_that_leave)
{
    static const double line[][4] = {{5, 2, 6, 90},   {5, 2, 6, -90},  {5, 2, 90, 3},
                                     {5, 2, -90, 3},  {0, 8.5, 9, 8.5}, {10.5, 0, 10.5, 8},
                                     {-0.5, 0, -0.5, 8}, {-7, -9, 31, 40}};
    const struct view v = {0, 10, 0, 8, 10, 8};
    for (size_t k = 0; k < sizeof line / sizeof *line; k++) {
        struct figure *f = figure_new("t", NULL, NULL);
        struct series *s = figure_add(f, STYLE_LINE, INK_TRUTH, "y", NULL, 2);
        struct visits seen = {&v, 0};
        s->x[0] = line[k][0], s->y[0] = line[k][1];
        s->x[1] = line[k][2], s->y[1] = line[k][3];
        view_trace(&v, s, note_visit, &seen);
        ck_assert(k > 3 || seen.n >= 5);
        figure_free(f);
    }
}
END_TEST

/* ---- memory ----------------------------------------------------------------------------- */

/* Whichever allocation fails, the picture is refused or whole. */
START_TEST(no_memory)
{
    static const struct {
        const char *kind, *words;
    } one[] = {{"bound", "along=gradient"}, {"bound", "along=mu[1,1] history=2"},
             {"qh", "along=em"}, {"rate", ""}, {"trace", "runs=0,1M"}};
    struct machine *m = faithful();
    if (_i == 3)
        converge(m);
    else
        rounds(m, 2);
    const struct picture *p = picture_find(one[_i].kind, &(struct error){0});
    struct options o;
    long refusals = 0;
    int whole = 0;
    support_options(&o, one[_i].words);
    for (long n = 0; !whole; n++) {
        struct error e = {0};
        struct figure *f;
        mem_fail_after(n);
        whole = picture_draw(p, m, &o, &f, &e) == 0;
        mem_fail_after(-1);
        ck_assert(whole || e.message[0]);
        refusals += !whole;
        figure_free(f);
    }
    ck_assert_int_gt(refusals, 5);
    options_clear(&o);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pictures along a line");
    TCase *c = tcase_create("line");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, gradient_of_linkage);
    tcase_add_test(c, gradient_of_a_mixture);
    tcase_add_test(c, gradient_from_here);
    tcase_add_test(c, gradient_of_what_is_free);
    tcase_add_test(c, gradient_refuses);
    tcase_add_test(c, a_lone_weight_refuses);
    tcase_add_test(c, history_is_what_was);
    tcase_add_test(c, the_staircase);
    tcase_add_test(c, history_off_the_line);
    tcase_add_test(c, history_of_a_hand);
    tcase_add_test(c, history_let_go);
    tcase_add_test(c, no_touch_but_a_start);
    tcase_add_test(c, qh_is_the_machines);
    tcase_add_test(c, qh_says_how_much);
    tcase_add_test(c, qh_without_a_touch);
    tcase_add_test(c, qh_suits);
    tcase_add_test(c, rate_of_linkage);
    tcase_add_test(c, rate_of_another_direction);
    tcase_add_test(c, rate_refuses);
    tcase_add_test(c, rate_of_half_measures);
    tcase_add_test(c, runs_over_one_another);
    tcase_add_test(c, long_history);
    tcase_add_test(c, curves_that_leave);
    tcase_add_loop_test(c, no_memory, 0, 5);
    suite_add_tcase(s, c);
    return support_run(s);
}
