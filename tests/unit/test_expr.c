/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions: their values over a machine, their errors and places, and the sandbox's walls. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

#include "base/memory.h"
#include "expr/expr.h"

static const char start[] = "pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25";

static struct expr *expr;
static struct machine *machine;

static void set_up(void)
{
    struct error e = {0};
    expr = expr_new(NULL, &e);
    ck_assert_ptr_nonnull(expr);
}

/* Faithful's eruptions at 1M, from a start by hand. */
static void set_up_machine(void)
{
    set_up();
    machine = support_machine("faithful", "gmm", "k=2 columns=eruptions");
    support_theta(machine, start);
    support_e(machine);
    support_m(machine);
    expr_attach(expr, machine);
}

static void tear_down(void)
{
    expr_free(expr);
    machine_free(machine);
    machine = NULL;
}

static void check_shown(const char *text, const char *shown)
{
    struct expr_value v;
    struct error e = {0};
    ck_assert_msg(expr_eval(expr, text, 6, &v, &e) == 0, "%s: %s", text, e.message);
    ck_assert_msg(strcmp(v.shown.s, shown) == 0, "%s is %s, not %s", text, v.shown.s, shown);
    ck_assert_ptr_nonnull(v.json);
    expr_value_clear(&v);
}

static void check_error(const char *text, const char *message, size_t at, size_t length)
{
    struct expr_value v;
    struct error e = {0};
    ck_assert_msg(expr_eval(expr, text, 6, &v, &e) != 0, "%s went well", text);
    ck_assert_msg(strcmp(e.message, message) == 0, "%s: '%s', not '%s'", text, e.message, message);
    ck_assert_msg(e.at.offset == at && e.at.length == length, "%s: placed at %zu, %zu", text,
                  e.at.offset, e.at.length);
}

static const char *const shown[][2] = {
    {"1 + 1", "2"},
    {"7 // 2, 7 / 2", "3  3.5"},
    {"1 − 3", "−2"},
    {"1e−5", "1e−05"},
    {"−2", "−2"},
    {"\"−\"", "−"},
    {"log(exp(1)), sqrt(16), max(1,3,2), math.floor(2.5)", "1  4  3  2"},
    {"math.pi", "3.14159"},
    {"lgamma(0.5), lfactorial(5), math.lchoose(10, 3)", "0.572365  4.78749  4.78749"},
    {"log1p(-1e-300), math.log1p(-1), log1p(-2)", "−1e−300  -inf  n/a"},
    {"lfactorial(-1), lchoose(2, 3)", "inf  -inf"},
    {"1/0, -1/0, 0/0", "inf  -inf  n/a"},
    {"true and 1 == 1", "true"},
    {"nil", "nil"},
    {"'a' .. 'b'", "ab"},
    {"{1, {2, 3}}", "{1, {2, 3}}"},
    {"(#'abc')", "3"},
    {"approx(1, 1 + 1e-12)", "true"},
    {"approx(1, 1.1)", "false"},
    {"approx(100, 101, 0.01)", "true"},
    {"approx(1/0, 1/0)", "true"},
    {"approx(0/0, 0/0)", "false"},
    {"(function(a) return a * 2 end)(21)", "42"},
    {"(5)[1]", "5"},
    {"string.upper('x')", "X"},
};

START_TEST(values)
{
    check_shown(shown[_i][0], shown[_i][1]);
}
END_TEST

static const struct {
    const char *text, *message;
    size_t at, length;
} wrong[] = {
    {"", "an expression is missing", 0, 0},
    {"  ", "an expression is missing", 0, 0},
    {"1 +", "unexpected symbol at the end", 3, 1},
    {"1 + + 2", "unexpected symbol near '+'", 4, 1},
    {"2 3", "<eof> expected near '3'", 2, 1},
    {"1 != 2", "'!=' is no operator here", 2, 2},
    {"1 == 2 && 2 == 2", "'&&' is no operator here", 7, 2},
    {"1 = 2", "'=' is no operator here", 2, 1},
    {"m[1,2]", "an expression has one index in each bracket: write m[1][2]", 0, 6},
    {"1 + S[1][2, 3]", "an expression has one index in each bracket: write S[1][2][3]", 4, 10},
    {"foo + 1", "no name 'foo' here", 0, 3},
    {"1 + loglk", "no name 'loglk' here; did you mean 'loglik'?", 4, 5},
    {"\"loglk\" .. loglk", "no name 'loglk' here; did you mean 'loglik'?", 11, 5},
    {"nil + 1", "attempt to perform arithmetic on a nil value", 0, 7},
    {"(5)[2]", "index 2 is out of range: here stands one number", 0, 6},
    {"error('mine')", "mine", 0, 13},
    {"2 * kl", "kl needs a model: choose one, e.g. model gmm k=2", 4, 2},
    {"prev.kl", "prev needs a model: choose one, e.g. model gmm k=2", 0, 4},
    {"(function() x = 1 end)()", "an expression cannot set 'x'", 12, 1},
};

START_TEST(errors)
{
    check_error(wrong[_i].text, wrong[_i].message, wrong[_i].at, wrong[_i].length);
}
END_TEST

/* No way out: what is not there is a name like any other. */
static const char *const absent[] = {
    "io", "os", "debug", "load", "loadstring", "loadfile", "dofile", "require", "package", "pcall",
    "xpcall", "coroutine", "setmetatable", "getmetatable", "rawset", "rawget", "rawequal",
    "collectgarbage", "_G", "_ENV.io", "print", "utf8",
};

START_TEST(walls)
{
    struct expr_value v;
    struct error e = {0};
    ck_assert_msg(expr_eval(expr, absent[_i], 6, &v, &e) != 0, "%s is there", absent[_i]);
    ck_assert(strncmp(e.message, "no name", 7) == 0);
}
END_TEST

static const char *const stripped[] = {
    "string.rep", "string.find", "string.match", "string.gmatch", "string.gsub", "string.dump",
    "('x').rep", "table.move", "table.insert", "table.remove", "math.randomseed",
};

START_TEST(walls_of_libraries)
{
    check_shown(stripped[_i], "nil");
}
END_TEST

START_TEST(bytecode_is_no_text)
{
    struct expr_value v;
    struct error e = {0};
    ck_assert(expr_eval(expr, "\x1bLua", 6, &v, &e) != 0);
}
END_TEST

START_TEST(memory_is_bounded)
{
    const char *text = "(function() local t = {} for i = 1, 1e9 do t[i] = i end end)()";
    check_error(text, "the expression needs more than 64 MB", 0, strlen(text));
    check_shown("1 + 1", "2");
}
END_TEST

START_TEST(recursion_is_bounded)
{
    struct expr_value v;
    struct error e = {0};
    const char *text = "(function() local function f() return 1 + f() end return f() end)()";
    ck_assert(expr_eval(expr, text, 6, &v, &e) != 0);
    ck_assert_str_eq(e.message, "the expression needs more than 64 MB");
    check_shown("1 + 1", "2");
}
END_TEST

START_TEST(interrupts_are_heeded)
{
    volatile sig_atomic_t flag = SIGINT;
    struct error e = {0};
    struct expr_value v;
    struct expr *x = expr_new(&flag, &e);

    ck_assert_ptr_nonnull(x);
    ck_assert(expr_eval(x, "(function() while true do end end)()", 6, &v, &e) != 0);
    ck_assert_int_eq(e.kind, ERROR_INTERRUPTED);
    expr_free(x);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    bool failed = true;
    for (long after = 0; failed; after++) {
        struct error e = {0};
        struct expr_value v;
        mem_fail_after(after);
        struct expr *x = expr_new(NULL, &e);
        failed = !x || expr_eval(x, "{'a' .. 1, function() return {} end}", 6, &v, &e) != 0;
        mem_fail_after(-1);
        if (failed)
            ck_assert_str_eq(e.message, "out of memory");
        else
            expr_value_clear(&v);
        expr_free(x);
    }
}
END_TEST

/* ---- let ---- */

static void let(const char *name, const char *text)
{
    struct expr_value v;
    struct error e = {0};
    ck_assert_msg(expr_let(expr, name, text, 6, &v, &e) == 0, "%s", e.message);
    expr_value_clear(&v);
}

START_TEST(let_names_values)
{
    let("a", "{3, 4}");
    let("b", "a[1] + a[2]");
    check_shown("a, b", "{3, 4}  7");
    let("b", "b + 1");
    check_shown("b", "8");
    ck_assert(expr_knows(expr, "b") && !expr_knows(expr, "c") && expr_knows(expr, "kl"));
}
END_TEST

static const char *const refused[][2] = {
    {"loglik", "loglik is a reserved name; choose another"},
    {"q", "q is a reserved name; choose another"},
    {"exp", "exp is a reserved name; choose another"},
    {"end", "'end' is a word of the expression language"},
    {"2a", "'2a' is not a name: letters, digits and _"},
    {"a.b", "'a.b' is not a name: letters, digits and _"},
    {"", "'' is not a name: letters, digits and _"},
};

START_TEST(let_refuses)
{
    struct expr_value v;
    struct error e = {0};
    ck_assert(expr_let(expr, refused[_i][0], "1", 6, &v, &e) != 0);
    ck_assert_str_eq(e.message, refused[_i][1]);
}
END_TEST

/* ---- expect's words ---- */

static const char *const reasons[][2] = {
    {"1 == 2", "1 is not == 2"},
    {"1 + 1 < 2", "2 is not < 2"},
    {"1 < 2 and 4 < 3", "4 < 3: 4 is not < 3"},
    {"(1 == 2)", ""},
    {"1 == 2 or 2 == 3", ""},
    {"false", ""},
    {"0.1 + 0.2 == 0.3", "0.30000000000000004 is not == 0.29999999999999999"},
    {"approx(1, 2)", "1 and 2 differ by 1"},
    {"approx(1, 2, 0.1)", "1 and 2 differ by 1"},
    {"'a<b' == 'c'", "a<b is not == c"},
    {"(function(a, b) return a < b end)(2, 1)", ""},
};

START_TEST(explains)
{
    struct text out = TEXT_INIT;
    expr_explain(expr, reasons[_i][0], 6, &out);
    ck_assert_str_eq(out.s, reasons[_i][1]);
    text_clear(&out);
}
END_TEST

START_TEST(compiles)
{
    ck_assert(expr_compiles(expr, "1 == 1"));
    ck_assert(expr_compiles(expr, "no_such_name"));
    ck_assert(!expr_compiles(expr, "1 =="));
    ck_assert(!expr_compiles(expr, "'a' 'b'"));
    ck_assert(!expr_compiles(expr, " "));
}
END_TEST

/* ---- over a machine: the numbers of a first session ---- */

static const char *const at_1m[][2] = {
    {"loglik", "−282.920"},
    {"elbo", "−289.012"},
    {"kl", "6.09274"},
    {"Q", "−294.992"},
    {"H", "−12.0729"},
    {"entropy", "5.98011"},
    {"objective == elbo", "true"},
    {"t, phase, exact, n, k", "1  M  false  272  2"},
    {"prev.loglik, prev.kl, prev.exact", "−333.686  0  true"},
    {"prev.mu[1], prev.phase, prev.t", "2  E  0"},
    {"at('0').mu[2], at('0E').elbo", "4.5  −333.686"},
    {"mu[1] == mu[1][1], Sigma[1] == Sigma[1][1][1]", "true  true"},
    {"#mu, #pi", "2  2"},
    {"pi[1] + pi[2]", "1"},
    {"abs(loglik - (Q - H)) < 1e-9", "true"},
    {"approx(loglik, elbo + kl)", "true"},
    {"q(1,1) + q(1,2)", "1"},
    {"x(1,1), x(1)", "3.6  3.6"},
};

START_TEST(terms)
{
    check_shown(at_1m[_i][0], at_1m[_i][1]);
}
END_TEST

static const struct {
    const char *text, *message;
    size_t at, length;
} wrong_at_1m[] = {
    {"mu[1,2]", "an expression has one index in each bracket: write mu[1][2]", 0, 7},
    {"1 + mu[3]", "no mu[3]: an index is out of range", 4, 2},
    {"mu[0]", "an index of mu is a whole number from 1", 0, 2},
    {"mu['a']", "an index of mu is a whole number from 1", 0, 2},
    {"mu + 1", "mu is a block, mu[2], not a number", 0, 2},
    {"q(1,3)", "no gamma[1,3]: an index is out of range", 0, 1},
    {"q(0,1)", "no gamma[0,1]: an index is out of range", 0, 1},
    {"x(273)", "no x[273]: an index is out of range", 0, 1},
    {"at('9M')", "", 0, 2},
    {"prev.foo", "a state has no 'foo'", 5, 3},
    {"logprior", "logprior needs a prior: set one with prior", 0, 8},
    {"surrogate", "surrogate is not a term of gmm", 0, 9},
    {"at('0').kl", "kl needs q: take an e first", 8, 2},
};

START_TEST(errors_at_1m)
{
    struct expr_value v;
    struct error e = {0};
    ck_assert(expr_eval(expr, wrong_at_1m[_i].text, 6, &v, &e) != 0);
    if (wrong_at_1m[_i].message[0])
        ck_assert_str_eq(e.message, wrong_at_1m[_i].message);
    ck_assert_uint_eq(e.at.offset, wrong_at_1m[_i].at);
    ck_assert_uint_eq(e.at.length, wrong_at_1m[_i].length);
}
END_TEST

START_TEST(needs_are_named)
{
    struct machine *m = support_machine("faithful", "gmm", "k=2 columns=eruptions");
    expr_attach(expr, m);
    check_error("loglik", "loglik needs θ: init makes a start, theta sets one by hand", 0, 6);
    support_theta(m, start);
    check_error("kl", "kl needs q: take an e first", 0, 2);
    check_error("q(1,1)", "q(i,k) needs q: take an e first", 0, 1);
    check_error("prev.t", "prev: no half-step leads to 0", 0, 4);
    check_shown("loglik, t, exact", "−333.686  0  false");
    expr_attach(expr, NULL);
    machine_free(m);
}
END_TEST

/* A name given to a block keeps the numbers; a view of a model that is gone says so. */
START_TEST(values_outlive_the_model)
{
    let("a", "mu");
    let("b", "{mu}");
    let("s", "prev");
    check_shown("a[1] == mu[1], #a", "true  2");
    expr_attach(expr, NULL);
    machine_free(machine);
    machine = NULL;
    check_shown("a[2] > a[1]", "true");
    check_error("b[1][1]", "this value belongs to a model that is no longer there", 0, 7);
    check_error("s.kl", "this state belongs to a model that is no longer there", 0, 4);
    check_shown("b", "{a state of the machine}");
}
END_TEST

START_TEST(let_refuses_parameters)
{
    struct expr_value v;
    struct error e = {0};
    ck_assert(expr_let(expr, "mu", "1", 6, &v, &e) != 0);
    ck_assert_str_eq(e.message, "mu is a parameter of the model");
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static TCase *plain_case(void)
{
    TCase *t = tcase_create("plain");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, values, 0, COUNT(shown));
    tcase_add_loop_test(t, errors, 0, COUNT(wrong));
    tcase_add_loop_test(t, walls, 0, COUNT(absent));
    tcase_add_loop_test(t, walls_of_libraries, 0, COUNT(stripped));
    tcase_add_test(t, bytecode_is_no_text);
    tcase_add_test(t, memory_is_bounded);
    tcase_add_test(t, recursion_is_bounded);
    tcase_add_test(t, interrupts_are_heeded);
    tcase_add_test(t, every_allocation_may_fail);
    tcase_add_test(t, let_names_values);
    tcase_add_loop_test(t, let_refuses, 0, COUNT(refused));
    tcase_add_loop_test(t, explains, 0, COUNT(reasons));
    tcase_add_test(t, compiles);
    tcase_add_test(t, needs_are_named);
    return t;
}

static TCase *machine_case(void)
{
    TCase *t = tcase_create("machine");
    tcase_add_checked_fixture(t, set_up_machine, tear_down);
    tcase_add_loop_test(t, terms, 0, COUNT(at_1m));
    tcase_add_loop_test(t, errors_at_1m, 0, COUNT(wrong_at_1m));
    tcase_add_test(t, values_outlive_the_model);
    tcase_add_test(t, let_refuses_parameters);
    return t;
}

int main(void)
{
    Suite *s = suite_create("expr");
    suite_add_tcase(s, plain_case());
    suite_add_tcase(s, machine_case());
    return support_run(s);
}
