/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A formula: written as symbols, numbers, LaTeX and arithmetic, and its value. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "em/formula.h"
#include "em/symbol.h"

static struct formulas a;

static void set_up(void)
{
    a = (struct formulas)FORMULAS_INIT;
}

static void tear_down(void)
{
    formulas_clear(&a);
}

static void unwrap(struct text *t)
{
    for (size_t i = 0; i < t->length; i++)
        if (t->s[i] >= FORMULA_BREAK && t->s[i] <= FORMULA_BREAK_DEEPEST)
            t->s[i] = ' ';
}

static void reads(formula f, const char *symbols, const char *numbers)
{
    struct text t = TEXT_INIT;
    ck_assert_ptr_nonnull(f);
    formula_text(f, FORMULA_SYMBOLS, 6, &t);
    unwrap(&t);
    ck_assert_str_eq(t.s, symbols);
    text_reset(&t);
    formula_text(f, FORMULA_NUMBERS, 6, &t);
    unwrap(&t);
    ck_assert_str_eq(t.s, numbers);
    text_clear(&t);
}

static void calculates(formula f, const char *arithmetic)
{
    struct text t = TEXT_INIT;
    formula_arithmetic(f, &t);
    ck_assert_str_eq(t.s, arithmetic);
    text_clear(&t);
}

static void typesets(formula f, const char *symbols, const char *numbers)
{
    struct text t = TEXT_INIT;
    formula_latex(f, FORMULA_SYMBOLS, 6, &t);
    unwrap(&t);
    ck_assert_str_eq(t.s, symbols);
    text_reset(&t);
    formula_latex(f, FORMULA_NUMBERS, 6, &t);
    unwrap(&t);
    ck_assert_str_eq(t.s, numbers);
    text_clear(&t);
}

/* log N(3.333|2,0.25) */
static formula log_normal(double x, double mu, double v)
{
    formula two = f_number(&a, 2.0), variance = f_symbol(&a, v, "\\Sigma_{1}");
    formula u = f_sub(&a, f_symbol(&a, x, "x_{3}"), f_symbol(&a, mu, "\\mu_{1}"));
    formula constant = f_log(&a, f_mul(&a, f_mul(&a, two, f_pi(&a)), variance));
    return f_sub(&a, f_neg(&a, f_mul(&a, f_half(&a), constant)),
                 f_div(&a, f_square(&a, u), f_mul(&a, two, variance)));
}

START_TEST(one_tree_is_written_four_ways)
{
    formula f = log_normal(3.333, 2, 0.25);
    reads(f, "−½ log(2πΣ₁) − (x₃ − μ₁)²/(2Σ₁)", "−½ log(2π·0.25) − (3.333 − 2)²/(2·0.25)");
    typesets(f, "-\\tfrac12 \\log \\left(2 \\pi \\Sigma_{1}\\right) - "
                "\\frac{\\left(x_{3} - \\mu_{1}\\right)^{2}}{2 \\Sigma_{1}}",
             "-\\tfrac12 \\log \\left(2\\pi \\cdot 0.25\\right) - "
             "\\frac{\\left(3.333 - 2\\right)^{2}}{2 \\cdot 0.25}");
    calculates(f, "-(1/2)*l(2*3.14159265358979323846*0.25)-(3.333-2)^2/(2*0.25)");
    ck_assert_double_eq_tol(formula_value(f), -0.5 * log(2 * M_PI * 0.25) -
                                                  1.333 * 1.333 / 0.5, 1e-15);
}
END_TEST

START_TEST(signs_and_brackets_are_those_of_a_book)
{
    formula x = f_symbol(&a, -3, "x"), y = f_symbol(&a, 2, "y"), z = f_symbol(&a, -4, "z");
    reads(f_add(&a, y, x), "y + x", "2 − 3");
    reads(f_sub(&a, y, x), "y − x", "2 − (−3)");
    reads(f_add(&a, x, f_add(&a, y, z)), "x + y + z", "−3 + 2 − 4");
    reads(f_sub(&a, x, f_add(&a, y, z)), "x − (y + z)", "−3 − (2 − 4)");
    reads(f_mul(&a, x, z), "x z", "−3·(−4)");
    reads(f_mul(&a, f_add(&a, x, y), z), "(x + y) z", "(−3 + 2)·(−4)");
    reads(f_neg(&a, x), "−x", "−(−3)");
    reads(f_square(&a, x), "x²", "(−3)²");
    reads(f_div(&a, y, f_mul(&a, y, z)), "y/(y z)", "2/[2·(−4)]");
    reads(f_div(&a, f_div(&a, x, y), z), "(x/y)/z", "(−3/2)/(−4)");
    reads(f_mul(&a, f_log(&a, y), y), "(log y) y", "(log 2)·2");
    reads(f_log(&a, x), "log x", "log(−3)");
    reads(f_exp(&a, f_sub(&a, x, y)), "exp(x − y)", "exp(−3 − 2)");
    reads(f_sqrt(&a, f_add(&a, x, y)), "√(x + y)", "√(−3 + 2)");
    reads(f_abs(&a, x), "|x|", "|−3|");
    reads(f_log(&a, f_exp(&a, f_sub(&a, y, x))), "log exp(y − x)", "log exp[2 − (−3)]");
}
END_TEST

START_TEST(functions_that_bc_lacks_are_numbers_there)
{
    formula x = f_symbol(&a, 3, "x_{1}"), n = f_symbol(&a, 10, "n_{1}");
    reads(f_log_factorial(&a, x), "log x₁!", "log 3!");
    reads(f_log_choose(&a, n, x), "log C(n₁,x₁)", "log C(10,3)");
    reads(f_call(&a, 0.92278433509846714, "\\psi", 1, x), "ψ(x₁)", "ψ(3)");
    reads(f_log_gamma(&a, x), "log Γ(x₁)", "log Γ(3)");
    calculates(f_call(&a, 0.5, "\\psi", 1, x), "0.5");
    ck_assert_double_eq_tol(formula_value(f_log_choose(&a, n, x)), log(120), 1e-13);
    ck_assert_double_eq_tol(formula_value(f_log_factorial(&a, x)), log(6), 1e-14);
    calculates(f_tanh(&a, f_number(&a, 0.5)), "(1-2/(e(2*0.5)+1))");
    calculates(f_abs(&a, f_number(&a, -1)), "sqrt((-1)^2)");
}
END_TEST

START_TEST(nothing_times_the_log_of_nothing_is_nothing)
{
    formula zero = f_symbol(&a, 0, "x"), p = f_symbol(&a, 0, "p");
    reads(f_times_log(&a, zero, p), "x log p", "0");
    ck_assert_double_eq(formula_value(f_times_log(&a, zero, p)), 0.0);
}
END_TEST

START_TEST(bc_has_no_exponents)
{
    calculates(f_number(&a, 1.25e-7), "0.000000125");
    calculates(f_number(&a, -1.5e20), "-150000000000000000000");
    calculates(f_number(&a, 0.1), "0.1");
    calculates(f_number(&a, 1.0 / 3.0), "0.3333333333333333");
    calculates(f_log(&a, f_number(&a, INFINITY)), "");
    calculates(f_number(&a, NAN), "");
}
END_TEST

static struct formula *long_sum(size_t n)
{
    struct formula *sum = f_sum(&a, "\\sum_{i}", f_name(&a, "x_{i}"));
    for (size_t i = 1; i <= n; i++)
        f_sum_add(&a, sum, f_symbol(&a, (double)i, "x_{%zu}", i));
    return sum;
}

START_TEST(of_a_long_sum_the_first_terms_are_shown_and_the_rest_is_told)
{
    reads(long_sum(4), "Σᵢ xᵢ", "1 + 2 + 3 + 4");
    reads(long_sum(10), "Σᵢ xᵢ", "1 + 2 + 3 + … (7 more: 49)");
    reads(f_div(&a, long_sum(2), f_number(&a, 2)), "Σᵢ xᵢ / 2", "(1 + 2)/2");
    double largest;
    ck_assert_uint_eq(formula_largest(long_sum(10), &largest), 9);
    ck_assert_double_eq(largest, 10.0);
    struct formula *peaked = long_sum(10);
    f_sum_peaked(peaked);
    reads(peaked, "Σᵢ xᵢ", "8 + 9 + 10 + … (7 more: 28)");
}
END_TEST

START_TEST(arithmetic_keeps_a_thousand_terms_and_one_for_the_rest)
{
    struct formula *sum = f_sum(&a, "\\sum_{i}", f_name(&a, "x"));
    for (size_t i = 0; i < FORMULA_TERMS_KEPT + 5; i++) {
        struct formulas_mark before = formulas_mark(&a);
        bool kept = f_sum_add(&a, sum, f_number(&a, 1.0));
        ck_assert_int_eq(kept, i < FORMULA_TERMS_KEPT);
        if (!kept)
            formulas_release(&a, before);
    }
    struct text t = TEXT_INIT;
    size_t signs = 0;
    formula_arithmetic(sum, &t);
    for (const char *p = t.s; *p; p++)
        signs += *p == '+';
    ck_assert_uint_eq(signs, FORMULA_TERMS_KEPT);
    ck_assert_str_eq(strrchr(t.s, '+'), "+5");
    ck_assert_double_eq(formula_value(sum), FORMULA_TERMS_KEPT + 5);
    text_clear(&t);
}
END_TEST

/* A term that is not kept has no names, and what comes after it has. */
START_TEST(names_are_left_out_within_a_term_that_is_not_kept)
{
    struct formula *sum = f_sum(&a, "\\sum_{i}", f_name(&a, "x_{i}"));
    for (size_t i = 0; i < FORMULA_TERMS_KEPT + 2; i++) {
        struct formulas_mark begun = f_term_begin(&a, sum);
        struct formula *inner = f_sum(&a, "\\sum_{k}", f_name(&a, "y_{k}"));
        struct formulas_mark within = f_term_begin(&a, inner);
        formula y = f_symbol(&a, 2.0, "y_{%zu}", i + 1);
        if (i == 0)
            reads(y, "y₁", "2");
        f_term_end(&a, inner, y, within);
        f_term_end(&a, sum, i == 1 ? NULL : f_mul(&a, inner, f_symbol(&a, 3.0, "x")), begun);
    }
    ck_assert_uint_eq(formula_terms(sum), FORMULA_TERMS_KEPT + 1);
    ck_assert_double_eq(formula_value(sum), 6.0 * (FORMULA_TERMS_KEPT + 1));
    reads(f_symbol(&a, 3.0, "z_{1}"), "z₁", "3");
}
END_TEST

START_TEST(lines_break_at_signs_outside_brackets_first)
{
    struct text t = TEXT_INIT, out = TEXT_INIT;
    struct formula *sum = f_sum(&a, "\\sum_{i}", f_name(&a, "x"));
    for (int i = 0; i < 3; i++)
        f_sum_add(&a, sum, f_mul(&a, f_number(&a, 2), f_add(&a, f_number(&a, 3), f_number(&a, 4))));
    formula_text(sum, FORMULA_NUMBERS, 6, &t);
    formula_wrap("  Q = ", t.s, 24, &out);
    ck_assert_str_eq(out.s, "  Q = 2·(3 + 4)\n      + 2·(3 + 4)\n      + 2·(3 + 4)\n");
    text_reset(&out);
    formula_wrap("  Q = ", t.s, 0, &out);
    ck_assert_str_eq(out.s, "  Q = 2·(3 + 4) + 2·(3 + 4) + 2·(3 + 4)\n");
    text_clear(&t);
    text_clear(&out);
}
END_TEST

static const char *const names[][2] = {
    {"\\gamma_{3,1}", "γ₃₁"},
    {"\\gamma_{12,1}", "γ₁₂,₁"},
    {"\\gamma_{i,k}", "γᵢₖ"},
    {"\\mathcal N(x_{3}|\\mu_{1},\\Sigma_{1})", "N(x₃|μ₁,Σ₁)"},
    {"\\log p(x_{3},z_{3}{=}1|\\theta)", "log p(x₃,z₃=1|θ)"},
    {"\\Sigma^{-1}", "Σ⁻¹"},
    {"\\delta^2_{3,1}", "δ²₃₁"},
    {"I_c", "I_c"},
    {"\\text{rate}_{2}", "rate₂"},
    {"f(\\theta) \\ge g(\\theta)", "f(θ) ≥ g(θ)"},
    {"\\log E_q[w] \\ge E_q[\\log w]", "log E_q[w] ≥ E_q[log w]"},
    {"\\|\\theta_{2} - \\theta_{1}\\|", "‖θ₂ − θ₁‖"},
};

START_TEST(names_in_latex_read_well_as_text)
{
    struct text t = TEXT_INIT;
    symbol_to_text(names[_i][0], &t);
    ck_assert_str_eq(t.s, names[_i][1]);
    text_clear(&t);
}
END_TEST

START_TEST(text_becomes_latex_again)
{
    struct text t = TEXT_INIT;
    symbol_to_latex("Q(q₁,θ₁₂) ≥ −S", &t);
    ck_assert_str_eq(t.s, "Q(q_{1},\\theta_{12}) \\ge -S");
    text_reset(&t);
    symbol_to_latex("∇ELBO = ∇ℓ at the touch", &t);
    ck_assert_str_eq(t.s, "\\nabla \\text{ELBO }= \\nabla\\ell\\text{ at the touch}");
    text_reset(&t);
    symbol_to_latex("✓ the M-step", &t);
    ck_assert_str_eq(t.s, "\\checkmark\\text{ the M-step}");
    text_reset(&t);
    symbol_to_latex("50 % of a_b {x}", &t);
    ck_assert_ptr_null(strstr(t.s, " %"));
    text_reset(&t);
    symbol_escape("50% & \\input{x} $y_1$ #^~", &t);
    for (const char *p = t.s; *p; p++)
        if (strchr("%&$#_", *p))
            ck_assert_int_eq(p[-1], '\\');
    text_clear(&t);
}
END_TEST

/* Whatever allocation fails, a tree is NULL or whole, and the arena says so. */
START_TEST(memory_may_run_out_at_any_time)
{
    for (long n = 0; n < 40; n++) {
        mem_fail_after(n);
        formula f = log_normal(1, 2, 3);
        struct formula *sum = f_sum(&a, "\\sum_{i}", f);
        for (int i = 0; i < 300; i++)
            f_sum_add(&a, sum, log_normal(i, 2, 3));
        mem_fail_after(-1);
        ck_assert(a.failed || formula_terms(sum) == 300);
        formulas_clear(&a);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("formula");
    TCase *t = tcase_create("formula");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, one_tree_is_written_four_ways);
    tcase_add_test(t, signs_and_brackets_are_those_of_a_book);
    tcase_add_test(t, functions_that_bc_lacks_are_numbers_there);
    tcase_add_test(t, nothing_times_the_log_of_nothing_is_nothing);
    tcase_add_test(t, bc_has_no_exponents);
    tcase_add_test(t, of_a_long_sum_the_first_terms_are_shown_and_the_rest_is_told);
    tcase_add_test(t, arithmetic_keeps_a_thousand_terms_and_one_for_the_rest);
    tcase_add_test(t, names_are_left_out_within_a_term_that_is_not_kept);
    tcase_add_test(t, lines_break_at_signs_outside_brackets_first);
    tcase_add_loop_test(t, names_in_latex_read_well_as_text, 0,
                        (int)(sizeof names / sizeof *names));
    tcase_add_test(t, text_becomes_latex_again);
    tcase_add_test(t, memory_may_run_out_at_any_time);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
