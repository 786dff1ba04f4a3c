/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drills: right answers held against the models themselves, mistakes told from one another. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bound.h"

#include "base/memory.h"
#include "numeric/random.h"
#include "shell/drill.h"

enum { SEEDS = 40 };

static struct drill drill;

static void deal(const char *name, unsigned long seed, size_t n)
{
    struct error e = {0};
    const struct drill_kind *kind = drill_kinds;
    gsl_rng *random = random_new(seed, &e);
    while (strcmp(kind->name, name) != 0)
        kind++;
    for (size_t i = 0; i <= n; i++) {
        drill_clear(&drill);
        ck_assert_msg(drill_deal(&drill, kind, i, random, &e) == 0, "%s", e.message);
    }
    gsl_rng_free(random);
}

static void set_up(void)
{
    drill = (struct drill){.f = FORMULAS_INIT, .given = TEXT_INIT};
}

static void tear_down(void)
{
    drill_clear(&drill);
}

static double right(size_t i)
{
    return formula_value(drill.question[i].right);
}

/* ---- the models' own numbers -------------------------------------------------------------- */

/* A case of drill e: γ₁₁, γ₂₁, γ₃₂ and ℓ are those of the model, bound to the same rows. */
static void check_e(const char *csv, const char *model, const char *theta)
{
    struct error e = {0};
    struct model *m = bound_model(csv, model, "k=2", &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    struct theta *t = bound_theta(m, theta);
    struct latent *r = bound_posterior(m, t);
    struct terms terms = bound_terms(m, r, t, NULL);
    support_close(right(0), r->b.v[0], 1e-12, "γ₁₁");
    support_close(right(1), r->b.v[2], 1e-12, "γ₂₁");
    support_close(right(2), r->b.v[5], 1e-12, "γ₃₂");
    support_close(right(3), terms.value[TERM_LOGLIK], 1e-12, "ℓ");
    latent_free(r);
    theta_free(t);
    model_free(m);
}

START_TEST(coins_are_a_binomial_mixture)
{
    double pi[2], p[2];
    int n, h[3];
    char csv[120], theta[120];
    deal("e", (unsigned long)_i + 1, 0);
    ck_assert_int_eq(sscanf(strstr(drill.given.s, "coin 1:"),
                            "coin 1: π₁ = %lf p₁ = %lf coin 2: π₂ = %lf p₂ = %lf Three times a "
                            "coin was drawn and tossed %d times; heads: %d, %d, %d",
                            &pi[0], &p[0], &pi[1], &p[1], &n, &h[0], &h[1], &h[2]),
                     8);
    snprintf(csv, sizeof csv, "heads,tosses\n%d,%d\n%d,%d\n%d,%d\n", h[0], n, h[1], n, h[2], n);
    snprintf(theta, sizeof theta, "pi=%g,%g p=%g,%g", pi[0], pi[1], p[0], p[1]);
    check_e(csv, "binomial", theta);
}
END_TEST

START_TEST(normals_are_a_gaussian_mixture)
{
    double pi[2], mu[2], Sigma[2];
    int x[3];
    char csv[120], theta[120];
    deal("e", (unsigned long)_i + 1, 1);
    ck_assert_int_eq(sscanf(strstr(drill.given.s, "component 1:"),
                            "component 1: π₁ = %lf μ₁ = %lf Σ₁ = %lf component 2: π₂ = %lf μ₂ = "
                            "%lf Σ₂ = %lf Three points: x₁ = %d, x₂ = %d, x₃ = %d",
                            &pi[0], &mu[0], &Sigma[0], &pi[1], &mu[1], &Sigma[1], &x[0], &x[1],
                            &x[2]),
                     9);
    snprintf(csv, sizeof csv, "x\n%d\n%d\n%d\n", x[0], x[1], x[2]);
    snprintf(theta, sizeof theta, "pi=%g,%g mu=%g,%g Sigma=%g,%g", pi[0], pi[1], mu[0], mu[1],
             Sigma[0], Sigma[1]);
    check_e(csv, "gmm", theta);
}
END_TEST

/* A case of drill m: N₁, π₁ and the rest are the model's own M-step from this q. */
static void check_m(const char *csv, const char *model, const char *theta, const double *gamma,
                    const char *const *blocks)
{
    struct error e = {0};
    struct model *m = bound_model(csv, model, "k=2", &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    struct theta *t = bound_theta(m, theta);
    struct latent *q = latent_new(&m->q, &e);
    for (size_t i = 0; i < 3; i++) {
        q->b.v[2 * i] = gamma[i];
        q->b.v[2 * i + 1] = 1.0 - gamma[i];
    }
    struct theta *answer = bound_answer(m, q, t, ~0u, NULL);
    support_close(right(0), gamma[0] + gamma[1] + gamma[2], 1e-12, "N₁");
    for (size_t i = 0; blocks[i]; i++)
        support_close(right(i + 1), *theta_block(answer, blocks[i]), 1e-9, blocks[i]);
    theta_free(answer);
    latent_free(q);
    theta_free(t);
    model_free(m);
}

START_TEST(moments_are_an_m_step)
{
    static const char *const blocks[] = {"pi", "mu", "Sigma", NULL};
    int x[3];
    double gamma[3];
    char csv[120];
    deal("m", (unsigned long)_i + 1, 0);
    ck_assert_int_eq(sscanf(strstr(drill.given.s, "\n  x"),
                            " x %d %d %d γᵢ₁ %lf %lf %lf", &x[0], &x[1], &x[2], &gamma[0],
                            &gamma[1], &gamma[2]),
                     6);
    snprintf(csv, sizeof csv, "x\n%d\n%d\n%d\n", x[0], x[1], x[2]);
    check_m(csv, "gmm", "pi=0.5,0.5 mu=1,2 Sigma=1,1", gamma, blocks);
}
END_TEST

START_TEST(tosses_are_an_m_step)
{
    static const char *const blocks[] = {"pi", "p", NULL};
    int h[3], n[3];
    double gamma[3];
    char csv[120];
    deal("m", (unsigned long)_i + 1, 1);
    ck_assert_int_eq(sscanf(strstr(drill.given.s, "\n  heads"),
                            " heads %d %d %d tosses %d %d %d γᵢ₁ %lf %lf %lf", &h[0], &h[1], &h[2],
                            &n[0], &n[1], &n[2], &gamma[0], &gamma[1], &gamma[2]),
                     9);
    snprintf(csv, sizeof csv, "heads,tosses\n%d,%d\n%d,%d\n%d,%d\n", h[0], n[0], h[1], n[1], h[2],
             n[2]);
    check_m(csv, "binomial", "pi=0.5,0.5 p=0.4,0.6", gamma, blocks);
}
END_TEST

/* π, f, q of a case of drill elbo or kl. */
static void read_terms(double *pi, double *f, double *q)
{
    ck_assert_int_eq(sscanf(strstr(drill.given.s, "z = 1:"),
                            "z = 1: π₁ = %lf f₁ = %lf q₁ = %lf z = 2: π₂ = %lf f₂ = %lf q₂ = %lf",
                            &pi[0], &f[0], &q[0], &pi[1], &f[1], &q[1]),
                     6);
}

START_TEST(the_terms)
{
    double pi[2], f[2], q[2];
    deal("elbo", (unsigned long)_i + 1, 0);
    read_terms(pi, f, q);
    double a = pi[0] * f[0], b = pi[1] * f[1];
    support_close(right(0), q[0] * log(a) + q[1] * log(b), 1e-12, "Q");
    support_close(right(1), -q[0] * log(q[0]) - q[1] * log(q[1]), 1e-12, "S");
    support_close(right(2), q[0] * log(a / q[0]) + q[1] * log(b / q[1]), 1e-12, "ELBO");
    support_close(right(3), log(a + b), 1e-12, "ℓ");
    ck_assert(right(2) <= right(3));
    deal("kl", (unsigned long)_i + 1, 0);
    read_terms(pi, f, q);
    a = pi[0] * f[0] / (pi[0] * f[0] + pi[1] * f[1]);
    b = 1.0 - a;
    support_close(right(0), a, 1e-12, "r₁");
    support_close(right(1), q[0] * log(a) + q[1] * log(b), 1e-12, "H");
    support_close(right(2), q[0] * log(q[0] / a) + q[1] * log(q[1] / b), 1e-12, "KL");
    ck_assert(right(2) > 0.0);
}
END_TEST

/* ---- grading ------------------------------------------------------------------------------ */

/* Typed to three digits, the right answer is right and each mistake is its own. */
static void check_grades(const struct question *q)
{
    char typed[40];
    double v;
    snprintf(typed, sizeof typed, "%.3g", formula_value(q->right));
    sscanf(typed, "%lf", &v);
    ck_assert_msg(drill_grade(q, v, typed).right, "%s: %s", q->symbol, typed);
    ck_assert_msg(q->nmistake >= 3, "%s has %zu mistakes", q->symbol, q->nmistake);
    for (size_t i = 0; i < q->nmistake; i++) {
        struct grade g = drill_grade(q, formula_value(q->mistake[i].wrong), "");
        ck_assert_msg(!g.right && g.mistake == q->mistake[i].what, "%s: '%s' is graded '%s'",
                      q->symbol, q->mistake[i].what,
                      g.right ? "right" : g.mistake ? g.mistake : "");
    }
}

START_TEST(every_mistake_is_named)
{
    for (const struct drill_kind *kind = drill_kinds; kind->name; kind++)
        for (size_t n = 0; n < 2; n++) {
            deal(kind->name, (unsigned long)_i + 1, n);
            ck_assert(drill.nquestion >= 3);
            for (size_t i = 0; i < drill.nquestion; i++)
                check_grades(&drill.question[i]);
            for (const char *line = drill.given.s; *line; line += strcspn(line, "\n") + 1)
                ck_assert_msg(text_width_n(line, strcspn(line, "\n")) <= 76, "%s", line);
        }
}
END_TEST

START_TEST(the_same_seed)
{
    struct text first = TEXT_INIT;
    deal("e", 5, 2);
    text_add(&first, drill.given.s);
    deal("e", 5, 2);
    ck_assert_str_eq(drill.given.s, first.s);
    deal("e", 6, 2);
    ck_assert_str_ne(drill.given.s, first.s);
    text_clear(&first);
}
END_TEST

/* 1/3 = 0.333…, and a mistake at 0.5 */
static const struct {
    const char *typed;
    double value;
    bool right, mistaken;
} graded[] = {
    {"0.333", 0.333, true, false},
    {"0.33", 0.33, true, false},
    {"0.3333333", 0.3333333, true, false},
    {"1/3", 1.0 / 3.0, true, false},
    {"0.3", 0.3, false, false},
    {"0.34", 0.34, false, false},
    {"0.35", 0.35, false, false},
    {"0.5", 0.5, false, true},
    {"0.502", 0.502, false, true},
    {"0.51", 0.51, false, false},
    {"-0.333", -0.333, false, false},
};

START_TEST(how_near_is_right)
{
    struct question *q =
        drill_ask(&drill, "x", "",
                  f_div(&drill.f, f_number(&drill.f, 1.0), f_number(&drill.f, 3.0)));
    drill_mistake(q, "half", f_number(&drill.f, 0.5));
    struct grade g = drill_grade(q, graded[_i].value, graded[_i].typed);
    ck_assert_msg(g.right == graded[_i].right && (g.mistake != NULL) == graded[_i].mistaken, "%s",
                  graded[_i].typed);
}
END_TEST

/* What is not finite is no mistake that could be typed. */
START_TEST(infinite_mistakes)
{
    struct formulas *f = &drill.f;
    struct question *q = drill_ask(&drill, "x", "", f_number(f, 1.0));
    drill_mistake(q, "log 0", f_log(f, f_number(f, 0.0)));
    ck_assert(q->nmistake == 0);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

int main(void)
{
    Suite *s = suite_create("drill");
    TCase *c = tcase_create("cases");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, coins_are_a_binomial_mixture, 0, SEEDS);
    tcase_add_loop_test(c, normals_are_a_gaussian_mixture, 0, SEEDS);
    tcase_add_loop_test(c, moments_are_an_m_step, 0, SEEDS);
    tcase_add_loop_test(c, tosses_are_an_m_step, 0, SEEDS);
    tcase_add_loop_test(c, the_terms, 0, SEEDS);
    tcase_add_loop_test(c, every_mistake_is_named, 0, SEEDS);
    tcase_add_loop_test(c, how_near_is_right, 0, COUNT(graded));
    tcase_add_test(c, the_same_seed);
    tcase_add_test(c, infinite_mistakes);
    suite_add_tcase(s, c);
    return support_run(s);
}
