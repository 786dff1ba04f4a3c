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
    ck_assert(says(f, "earlier bounds touch off this line, at θ₀"));
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

/* ---- memory ----------------------------------------------------------------------------- */

/* Whichever allocation fails, the picture is refused or whole. */
START_TEST(no_memory)
{
    static const struct {
        const char *kind, *words;
    } one[] = {{"bound", "along=gradient"}, {"bound", "along=mu[1,1] history=2"}};
    struct machine *m = faithful();
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
    tcase_add_test(c, history_is_what_was);
    tcase_add_test(c, the_staircase);
    tcase_add_test(c, history_off_the_line);
    tcase_add_test(c, history_of_a_hand);
    tcase_add_test(c, history_let_go);
    tcase_add_loop_test(c, no_memory, 0, 2);
    suite_add_tcase(s, c);
    return support_run(s);
}
