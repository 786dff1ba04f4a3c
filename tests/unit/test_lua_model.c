/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models of the user's own: the shipped ones against published numbers and against the models in C,
 * and every way in which a file can be wrong. */
#include "bound.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/table.h"
#include "lua/sandbox.h"

static char folder[200], path[220];

/* ---- a model from a text ----------------------------------------------------------------- */

static void write_model(const char *text, size_t length)
{
    struct error e = {0};
    ck_assert_msg(file_write(path, text, length, &e) == 0, "%s", e.message);
}

static struct model *open_text(const char *csv, const char *text, struct error *e)
{
    write_model(text, strlen(text));
    return bound_model(csv, path, "", e);
}

static struct machine *machine_of(const char *csv, const char *text)
{
    struct error e = {0};
    struct model *m = open_text(csv, text, &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    return machine_new(m, &e);
}

static double term(const struct machine *m, enum term t)
{
    return machine_here(m)->terms.value[t];
}

static const double *block(const struct machine *m, const char *name)
{
    return theta_block(machine_here(m)->theta, name);
}

static void m_of(struct machine *m, unsigned blocks)
{
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = blocks};
    bool made;
    ck_assert_msg(machine_m(m, &how, 1.0, &made, &e) == 0, "%s", e.message);
}

static void to_digits(double a, double published, int decimals)
{
    ck_assert_msg(fabs(a - published) <= 0.5000001 * pow(10.0, -decimals), "%.12g, published %.*f",
                  a, decimals, published);
}

/* ---- published numbers ------------------------------------------------------------------- */

static char *text_of_shipped(const char *name)
{
    struct error e = {0};
    struct text t = TEXT_INIT, at = TEXT_INIT;
    text_addf(&at, "%s/%s", file_shipped_folder("lessons/models"), name);
    ck_assert_msg(file_read(at.s, 1 << 20, &t, &e) == 0, "%s", e.message);
    text_clear(&at);
    return text_take(&t);
}

/* The shipped file, or what is left of it without its M-step. */
static struct machine *abo(bool by_numbers)
{
    static const char words[] = "columns=phenotype weights=count";
    if (!by_numbers)
        return support_machine("abo", "abo.lua", words);
    char *text = text_of_shipped("abo.lua"), *m_step = strstr(text, "  m_step");
    ck_assert_ptr_nonnull(m_step);
    strcpy(m_step, "}\n");
    write_model(text, strlen(text));
    mem_free(text);
    return support_machine("abo", path, words);
}

/* PUBLISHED 12: Lange's gene counting */
START_TEST(gene_counting)
{
    static const double allele[][3] = {{.2321718589, .0550223928, .7128057483},
                                       {.2159781396, .0502995511, .7337223093},
                                       {.2138802759, .0501529345, .7359667895}};
    static const double loglik[] = {-650.64063446, -512.84596991, -511.58787662, -511.57170478};
    struct machine *m = abo(_i);
    support_theta(m, "allele=0.3,0.2,0.5");
    for (size_t t = 0; t < 50; t++) {
        if (t < 4)
            to_digits(term(m, TERM_LOGLIK), loglik[t], 8);
        support_e(m);
        support_m(m);
        for (size_t j = 0; t < 3 && j < 3; j++)
            to_digits(block(m, "allele")[j], allele[t][j], 10);
        if (t == 3)
            to_digits(block(m, "allele")[0], .2136256606, 10);
    }
    to_digits(block(m, "allele")[0], .2135909391, 10);
    to_digits(block(m, "allele")[1], .0501453289, 10);
    to_digits(block(m, "allele")[2], .7362637320, 10);
    to_digits(term(m, TERM_LOGLIK), -511.57146972, 8);
    machine_free(m);
}
END_TEST

/* PUBLISHED 13: Thisted's widows, from the M-step by numbers */
START_TEST(widows)
{
    static const double published[][2] = {
        {.6141789, 1.0354778}, {.6143782, 1.0360131}, {.6145324, 1.0364274}};
    struct machine *m =
        support_machine("widows", "inflated.lua", "columns=children weights=families");
    support_theta(m, "xi=0.75 lambda=0.4");
    for (size_t t = 0; t < 120; t++) {
        support_e(m);
        support_m(m);
        if (t < 3) {
            to_digits(*block(m, "xi"), published[t][0], 7);
            to_digits(*block(m, "lambda"), published[t][1], 7);
        }
    }
    to_digits(*block(m, "xi"), .61505669757, 9);
    to_digits(*block(m, "lambda"), 1.03783907899, 9);
    to_digits(term(m, TERM_LOGLIK), -3351.652020149, 9);
    machine_free(m);
}
END_TEST

/* PUBLISHED 1: two coins with equal weights; pi frozen, so that the M-step is by numbers. */
START_TEST(two_coins)
{
    static const double published[][2] = {{0.713012235, 0.581339308}, {0.745292036, 0.569255750},
                                          {0.768098834, 0.549535914}, {0.783164584, 0.534617454},
                                          {0.791055246, 0.526281167}};
    struct machine *m = support_machine("coins", "coins.lua", "");
    support_theta(m, "pi=0.5,0.5 p=0.6,0.5");
    machine_freeze(m, 1u);
    for (size_t t = 0; t < 40; t++) {
        support_e(m);
        support_m(m);
        for (size_t k = 0; t < 5 && k < 2; k++)
            to_digits(block(m, "p")[k], published[t][k], 9);
        ck_assert(block(m, "pi")[0] == 0.5 && block(m, "pi")[1] == 0.5);
    }
    to_digits(block(m, "p")[0], 0.796789066923, 10);
    to_digits(block(m, "p")[1], 0.519583120145, 10);
    to_digits(term(m, TERM_LOGLIK), -9.796924292222, 9);
    machine_free(m);
}
END_TEST

/* ---- against the models in C ------------------------------------------------------------- */

static const struct twin {
    const char *data, *columns, *own, *model, *theta;
} twins[] = {
    {"faithful", "columns=eruptions", "gauss.lua", "gmm",
     "pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25"},
    {"faithful", "columns=waiting", "gauss.lua", "gmm", "pi=0.3,0.7 mu=60,75 Sigma=36,60"},
    {"galaxies", "columns=velocity", "gauss.lua", "gmm",
     "pi=0.2,0.8 mu=10000,21000 Sigma=4e6,4e6"},
    {"coins", "columns=heads,tosses", "coins.lua", "binomial", "pi=0.5,0.5 p=0.6,0.5"},
};

static void same_state(const struct machine *a, const struct machine *b)
{
    for (size_t i = 0; i < a->model->theta.size; i++)
        support_close(machine_here(a)->theta->b.v[i], machine_here(b)->theta->b.v[i], 1e-9, "θ");
    for (size_t i = 0; i < a->model->q.size; i++)
        support_close(machine_here(a)->q->b.v[i], machine_here(b)->q->b.v[i], 1e-9, "q");
    for (int t = 0; t <= TERM_ENTROPY; t++)
        support_close(term(a, (enum term)t), term(b, (enum term)t), 1e-9,
                      term_name(MODEL_EM, (enum term)t)->key);
}

START_TEST(agrees_at_every_half_step)
{
    const struct twin *t = &twins[_i];
    char words[80];
    snprintf(words, sizeof words, "%s k=2", t->columns);
    struct machine *own = support_machine(t->data, t->own, t->columns);
    struct machine *m = support_machine(t->data, t->model, words);
    support_theta(own, t->theta);
    support_theta(m, t->theta);
    for (int half = 0; half < 60; half++) {
        half % 2 ? support_m(own) : support_e(own);
        half % 2 ? support_m(m) : support_e(m);
        same_state(own, m);
    }
    machine_free(own);
    machine_free(m);
}
END_TEST

/* Blocks one by one, which the file's own M-step does not do. */
START_TEST(blocks_agree)
{
    struct machine *own = support_machine("faithful", "gauss.lua", "columns=eruptions");
    struct machine *m = support_machine("faithful", "gmm", "columns=eruptions k=2");
    support_theta(own, twins[0].theta);
    support_theta(m, twins[0].theta);
    for (int round = 0; round < 12; round++) {
        support_e(own);
        support_e(m);
        m_of(own, 1u << round % 3);
        m_of(m, 1u << round % 3);
        same_state(own, m);
    }
    machine_free(own);
    machine_free(m);
}
END_TEST

/* p_k = N_k/(N_k + Σ γ x), to nearly all digits. */
START_TEST(geometric_in_closed_form)
{
    struct machine *m = support_machine("deaths", "geometric.lua",
                                        "columns=deaths weights=frequency");
    support_theta(m, "pi=0.4,0.6 p=0.2,0.6");
    for (int t = 0; t < 5; t++) {
        support_e(m);
        const double *gamma = machine_here(m)->q->b.v, *x = m->model->obs.x[0];
        double n[2] = {0}, s[2] = {0};
        for (size_t i = 0; i < m->model->obs.n; i++)
            for (size_t k = 0; k < 2; k++) {
                n[k] += m->model->obs.weight[i] * gamma[2 * i + k];
                s[k] += m->model->obs.weight[i] * gamma[2 * i + k] * x[i];
            }
        support_m(m);
        for (size_t k = 0; k < 2; k++) {
            support_close(block(m, "p")[k], n[k] / (n[k] + s[k]), 1e-11, "p");
            support_close(block(m, "pi")[k], n[k] / (n[0] + n[1]), 1e-11, "pi");
        }
    }
    machine_free(m);
}
END_TEST

/* ---- what a file may say ----------------------------------------------------------------- */

#define EXPONENTIALS                                                                               \
    "log_joint=function(x, k, theta) return log(theta.r[k]) - theta.r[k] * x[1] end"
static const char rows[] = "x\n1\n2\n5\n0.5\n";

/* Blocks in the order in which they are written, of every shape and constraint. */
START_TEST(shapes)
{
    struct machine *m = machine_of(
        rows, "return { k=3, params={ z={}, pi={3, simplex=true}, a={2, 3, positive=true},\n"
              "  low={lower=-1}, high={1, upper=2}, p={2, 1, lower=0, upper=1} },\n"
              "log_joint=function(x, k, theta)\n"
              "  return theta.z + theta.pi[k] + theta.a[2][3] + theta.low + theta.high[1]"
              " + theta.p[2][1] + theta.p[2] - x[1]\n"
              "end }");
    static const char *const names[] = {"z", "pi", "a", "low", "high", "p"};
    static const enum constraint kinds[] = {CONSTRAINT_FREE,   CONSTRAINT_SIMPLEX,
                                            CONSTRAINT_POSITIVE, CONSTRAINT_BOUNDS,
                                            CONSTRAINT_BOUNDS, CONSTRAINT_BOUNDS};
    ck_assert_str_eq(m->model->name, "model"); /* the file's */
    ck_assert_uint_eq(m->model->theta.nblock, 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_str_eq(m->model->theta.block[i].name, names[i]);
        ck_assert_int_eq(m->model->theta.block[i].constraint, kinds[i]);
    }
    support_theta(m, "z=7 pi=0.2,0.3,0.5 a=1,2,3,4,5,6 low=0 high=1 p=0.25,0.75");
    double out[3];
    struct error e = {0};
    ck_assert_int_eq(m->model->class->row_log_joint(m->model, machine_here(m)->theta, 1, out, &e),
                     0);
    support_close(out[2], 7 + 0.5 + 6 + 0 + 1 + 0.75 + 0.75 - 2, 1e-14, "log_joint");
    machine_free(m);
}
END_TEST

START_TEST(words_come_as_words)
{
    struct machine *m = machine_of(
        "colour,n\nred,2\nblue,3\nred,5\n",
        "return { k=1, params={ p={positive=true} }, log_joint=function(x, k, theta)\n"
        "  if x[1] == 'red' then return log(theta.p) - theta.p end return -1 end }");
    machine_free(m);
    struct error e = {0};
    struct model *words = bound_model("colour,n\nred,2\nblue,3\nred,5\n", path,
                                      "columns=colour weights=n", &e);
    ck_assert_msg(words != NULL, "%s", e.message);
    m = machine_new(words, &e);
    support_theta(m, "p=2");
    support_close(term(m, TERM_LOGLIK), 7 * (log(2.0) - 2.0) - 3.0, 1e-14, "ℓ");
    support_e(m);
    support_m(m);
    support_close(*block(m, "p"), 1.0, 1e-10, "p");
    machine_free(m);
    ck_assert(!bound_model("colour,n\nred,2\n,3\nred,5\n", path, "columns=colour", &e));
    ck_assert(strstr(e.message, "model.lua takes no missing entries"));
}
END_TEST

/* The M-step's q is w γ, so that a file need not know of weights. */
START_TEST(counts_carry_weights)
{
    static const char text[] =
        "return { k=2, params={r={2, positive=true}}, " EXPONENTIALS ",\n"
        "m_step=function(q, x, theta) local r = {}\n"
        "  for k = 1, 2 do local n, s = 0, 0\n"
        "    for i = 1, #x do n = n + q[i][k]; s = s + q[i][k] * x[i][1] end\n"
        "    r[k] = n / s end\n"
        "  return {r=r} end }";
    struct error e = {0};
    write_model(text, sizeof text - 1);
    struct model *weighted = bound_model("x,w\n1,2\n4,1\n9,3\n", path, "columns=x weights=w", &e);
    struct machine *a = machine_new(weighted, &e), *b = machine_of("x\n1\n1\n4\n9\n9\n9\n", text);
    support_theta(a, "r=1,0.1");
    support_theta(b, "r=1,0.1");
    for (int t = 0; t < 5; t++) {
        support_e(a);
        support_e(b);
        support_m(a);
        support_m(b);
        for (size_t k = 0; k < 2; k++)
            support_close(block(a, "r")[k], block(b, "r")[k], 1e-13, "r");
    }
    machine_free(a);
    machine_free(b);
}
END_TEST

/* ---- starts ------------------------------------------------------------------------------ */

static int start(struct machine *m, const char *method, unsigned long seed, struct error *e)
{
    gsl_rng *r = random_new(seed, e);
    struct theta *t = theta_new(&m->model->theta, e);
    int result = m->model->class->init(m->model, method, r, t, e);
    if (result == 0)
        result = machine_start(m, t, e);
    theta_free(t);
    gsl_rng_free(r);
    return result;
}

START_TEST(random_starts_are_good_starts)
{
    struct machine *m = support_machine("faithful", "gauss.lua", "columns=waiting");
    struct error e = {0};
    int reached = 0;
    for (unsigned long seed = 1; seed <= 10; seed++) {
        struct run_how how = {.max = 500, .tol = 1e-10};
        struct run_result result;
        ck_assert_msg(start(m, "own", seed, &e) == 0, "%s", e.message);
        ck_assert(block(m, "mu")[0] != block(m, "mu")[1]);
        ck_assert_msg(machine_run(m, &how, &result, &e) == 0, "%s", e.message);
        reached += fabs(term(m, TERM_LOGLIK) + 1034.00175) < 1e-3;
    }
    ck_assert_int_ge(reached, 9);
    machine_free(m);
}
END_TEST

START_TEST(own_starts)
{
    struct machine *m = machine_of(
        rows, "return { k=2, params={r={2, positive=true}}, " EXPONENTIALS ",\n"
              "init=function(x, rng) kept = rng\n"
              "  local i = rng(#x) assert(i >= 1 and i <= #x and rng(5, 5) == 5)\n"
              "  return {r={1 / x[i][1], rng()}} end,\n"
              "valid=function(theta) if kept and theta.r[1] > 50 then kept() end\n"
              "  return theta.r[1] > theta.r[2], 'r falls' end }");
    struct error e = {0};
    int good = 0;
    for (unsigned long seed = 1; seed <= 20; seed++) {
        if (start(m, "own", seed, &e) != 0) {
            ck_assert_msg(strstr(e.message, "model.lua:5: valid refuses this θ: r falls"), "%s",
                          e.message);
            continue;
        }
        good++;
        double at = 1.0 / block(m, "r")[0];
        ck_assert(at == 1.0 || at == 2.0 || at == 5.0 || at == 0.5);
    }
    ck_assert(good > 0 && good < 20);
    struct theta *t = support_make_theta(m, "r=60,1");
    ck_assert_int_eq(machine_set_theta(m, t, &e), -1);
    ck_assert_msg(strstr(e.message, "rng is for init"), "%s", e.message);
    theta_free(t);
    ck_assert_int_eq(start(m, "random", 3, &e), 0);
    machine_free(m);
}
END_TEST

/* An M-step from a q without a θ, and one from a θ where Q is −∞: from starts of our own. */
START_TEST(m_makes_its_own_start)
{
    struct machine *m = support_machine("faithful", "gauss.lua", "columns=eruptions");
    struct error e = {0};
    struct latent *q = latent_new(&m->model->q, &e);
    for (size_t i = 0; i < m->model->obs.n; i++) {
        q->b.v[2 * i] = m->model->obs.x[0][i] < 3.0;
        q->b.v[2 * i + 1] = 1.0 - q->b.v[2 * i];
    }
    ck_assert_int_eq(machine_set_q(m, q, &e), 0);
    support_m(m);
    struct theta *made = theta_copy(machine_here(m)->theta, &e);
    ck_assert(fabs(theta_block(made, "mu")[0] - 2.04) < 0.02);
    support_theta(m, "pi=1,0 mu=2,4 Sigma=1,1");
    m_of(m, ~0u);
    for (size_t i = 0; i < m->model->theta.size; i++)
        support_close(machine_here(m)->theta->b.v[i], made->b.v[i], 1e-9, "θ");
    theta_free(made);
    latent_free(q);
    machine_free(m);
}
END_TEST

/* Q is −∞ at the θ that is there: each of the data is possible only where r > 5. */
START_TEST(m_leaves_the_impossible)
{
    struct machine *m = machine_of(
        rows, "return {k=1, params={r={positive=true}}, log_joint=function(x, k, theta)\n"
              "  return x[1] <= theta.r and -log(theta.r) or -math.huge end }");
    struct error e = {0};
    struct latent *q = latent_new(&m->model->q, &e);
    for (size_t i = 0; i < m->model->obs.n; i++)
        q->b.v[i] = 1.0;
    support_theta(m, "r=4");
    ck_assert_int_eq(machine_set_q(m, q, &e), 0);
    ck_assert(term(m, TERM_Q) == -INFINITY);
    support_m(m);
    ck_assert(*block(m, "r") >= 5.0 && *block(m, "r") < 5.0 + 1e-6);
    latent_free(q);
    machine_free(m);
}
END_TEST

/* ---- refusals ---------------------------------------------------------------------------- */

static const struct refusal {
    const char *text, *message, *hint;
} unread[] = {
    {"return {\n  k = 2\n  params = {} }", "model.lua:3: '}' expected (to close '{' at line 1) "
     "near 'params'", ""},
    {"local i = {}\nx = i.a.b", "model.lua:2: attempt to index a nil value (field 'a')", ""},
    {"local f = io.open('/etc/passwd')", "model.lua:1: attempt to index a nil value (global 'io')",
     "no io"},
    {"os.exit(1)", "model.lua:1: attempt to index a nil value (global 'os')", "no os"},
    {"require 'x'", "model.lua:1: attempt to call a nil value (global 'require')", "no require"},
    {"load('x = 1')()", "model.lua:1: attempt to call a nil value (global 'load')", "no load"},
    {"debug.sethook()", "model.lua:1: attempt to index a nil value (global 'debug')", "no debug"},
    {"getmetatable('').__index = nil", "attempt to call a nil value (global 'getmetatable')", ""},
    {"x = math.random()", "model.lua:1: attempt to call a nil value (field 'random')", ""},
    {"x = random()", "model.lua:1: attempt to call a nil value (global 'random')", ""},
    {"error('my own')", "model.lua:1: my own", ""},
    {"error({})", "the model raised an error", ""},
    {"", "model.lua: the file returns nil, not a table", "log_joint"},
    {"return 3", "model.lua: the file returns a number, not a table", "log_joint"},
    {"\x1bLua", "model.lua: this is compiled Lua", ""},
    {"return {}", "model.lua: k is missing", ""},
    {"return {k=2.5}", "model.lua: k is 2.5; it is a whole number from 1 to 1000", ""},
    {"return {k='2'}", "model.lua: k is 2; it is a whole number", ""},
    {"return {k=0}", "model.lua: k is 0;", ""},
    {"return {k=1001}", "model.lua: k is 1001;", ""},
    {"return {logjoint=1}", "model.lua: a model has no 'logjoint'; did you mean 'log_joint'?", ""},
    {"return {[1]=1}", "model.lua: a model has no ''", ""},
    {"return {name=3}", "model.lua: name is a number, not a text", ""},
    {"return {name=''}", "model.lua: name has 1 to 40 characters", ""},
    {"return {name='\\255'}", "model.lua: name has 1 to 40 characters", ""},
    {"return {name='a\\nb'}", "model.lua: name holds a control character", ""},
    {"return {k=1}", "model.lua: params is nil, not a table", ""},
    {"return {k=1, params={}}", "model.lua: params is empty", ""},
    {"return {k=1, params={{2}}}", "model.lua: params names its blocks", ""},
    {"return {k=1, params={q={2}}}", "model.lua: params: 'q' means something", ""},
    {"return {k=1, params={['a b']={2}}}", "model.lua: params: 'a b' is no name", ""},
    {"return {k=1, params={a=2}}", "model.lua: params.a is a number, not a table", ""},
    {"return {k=1, params={a={0}}}", "params.a, extent 1, is 0; it is a whole number", ""},
    {"return {k=1, params={a={1e9}}}", "params.a, extent 1, is 1000000000", ""},
    {"return {k=1, params={a={1,1,1,1}}}", "params.a has 4 indices; it may have 3", ""},
    {"return {k=1, params={a={1000,1000}}}", "params has more than 100000 entries", ""},
    {"return {k=1, params={a={100000,100000,100000}}}", "params has more than 100000 entries", ""},
    {"return {k=1, params={a={2, positiv=true}}}", "params.a has no 'positiv'; did you mean "
     "'positive'?", ""},
    {"return {k=1, params={a={2, positive=1}}}", "params.a: positive is true or false", ""},
    {"return {k=1, params={a={2, lower='x'}}}", "params.a: lower is not a finite number", ""},
    {"return {k=1, params={a={2, upper=0/0}}}", "params.a: upper is not a finite number", ""},
    {"return {k=1, params={a={2, lower=1, upper=1}}}", "params.a: lower is not below upper", ""},
    {"return {k=1, params={a={2, positive=true, simplex=true}}}", "params.a has two constraints",
     ""},
    {"return {k=1, params={a={simplex=true}}}", "params.a: a simplex has a length", ""},
    {"return {k=1, params={a={},b={},c={},d={},e={},f={},g={},h={},i={}}}",
     "params has more than 8 blocks", ""},
    {"return {k=1, params={a={}}}", "model.lua: log_joint is nil, not a function", ""},
    {"return {k=1, params={a={}}, log_joint=3}", "model.lua: log_joint is a number", ""},
    {"return {k=1, params={a={}}, log_joint=error, m_step={}}", "m_step is a table, not a function",
     ""},
};

START_TEST(files_that_are_no_models)
{
    const struct refusal *r = &unread[_i];
    struct error e = {0};
    ck_assert_ptr_null(open_text(rows, r->text, &e));
    ck_assert_msg(strstr(e.message, r->message), "%s\nnot: %s", e.message, r->message);
    ck_assert_msg(strstr(e.hint, r->hint), "hint: %s", e.hint);
    ck_assert_int_eq(e.kind, ERROR_COMMAND);
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
    struct error e = {0};
    ck_assert_ptr_null(bound_model(rows, "no/such.lua", "", &e));
    ck_assert_msg(strstr(e.message, "no/such.lua"), "%s", e.message);
    ck_assert_ptr_null(bound_model(rows, "geometrik.lua", "", &e));
    ck_assert_msg(strstr(e.message, "'geometrik.lua'"), "%s", e.message);
    ck_assert_msg(strstr(e.message, "'geometric.lua'"), "%s", e.message);
    ck_assert_ptr_null(bound_model(rows, "geometric.lua", "k=3", &e));
    ck_assert_msg(strstr(e.message, "no option 'k'"), "%s", e.message);
    write_model("return {}\0", 10);
    ck_assert_ptr_null(bound_model(rows, path, "", &e));
    ck_assert_msg(strstr(e.message, "model.lua:1:"), "%s", e.message);
}
END_TEST

/* A θ that the file cannot answer for is refused, and the state before it stands. */
static const struct fault {
    const char *body, *message;
} faults[] = {
    {"if x[1] > 4 and k == 2 and theta.r[1] > 1 then\nreturn 0/0 end",
     "model.lua:1: log_joint gave nan for row 3, k = 2"},
    {"if theta.r[1] > 1 then return math.huge end", "log_joint gave inf for row 1, k = 1"},
    {"if theta.r[1] > 1 then return nil end", "log_joint gave nil for row 1, k = 1, not a number"},
    {"if theta.r[1] > 1 then return '1' end", "log_joint gave a string for row 1, k = 1"},
    {"\n\nif theta.r[1] > 1 then return x[2] + 1 end",
     "model.lua:3: attempt to perform arithmetic on a nil value"},
    {"\nif theta.r[1] > 1 then local s = 'x' while true do\ns = s .. s\nend end",
     "model.lua:3: the model needs more than 64 MB"},
    {"\nif theta.r[1] > 1 then local t = {} while true do\nt[#t + 1] = {}\nend end",
     "model.lua:3: the model needs more than 64 MB"},
    {"\nif theta.r[1] > 1 then local t = {} while true do\nt = {t}\nend end",
     "model.lua:3: the model needs more than 64 MB"},
    {"\nif theta.r[1] > 1 then local s = 'xxxxxxxxxxxxxxxx' while true do\n"
     "s = s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s\nend end",
     "model.lua:3: the model needs more than 64 MB"},
    {"if theta.r[1] > 1 then local function f() return 1 + f() end return f() end",
     "model.lua:1: "}, /* its stack, or its memory, whichever ends first */
    {"if theta.r[1] > 1 then\nwhile true do end end",
     "model.lua:2: the model took longer than 10 s and was stopped"},
};

START_TEST(faults_leave_the_state)
{
    struct text t = TEXT_INIT;
    struct error e = {0};
    text_addf(&t, "return {k=2, params={r={2, positive=true}}, log_joint=function(x, k, theta) %s\n"
                  "return log(theta.r[k]) - theta.r[k] * x[1] end }", faults[_i].body);
    struct machine *m = machine_of(rows, t.s);
    support_theta(m, "r=0.5,0.7");
    support_e(m);
    struct terms before = machine_here(m)->terms;
    long here = m->here, states = m->nstate;
    struct theta *bad = support_make_theta(m, "r=2,3");
    ck_assert_int_eq(machine_set_theta(m, bad, &e), -1);
    ck_assert_msg(strstr(e.message, faults[_i].message), "%s", e.message);
    ck_assert(m->here == here && m->nstate == states);
    ck_assert_mem_eq(&before, &machine_here(m)->terms, sizeof before);
    support_m(m);
    support_e(m);
    theta_free(bad);
    machine_free(m);
    text_clear(&t);
}
END_TEST

/* Where errors have nowhere to go, a file that loops is not waited for again and again. */
START_TEST(loops_are_waited_for_once)
{
    struct machine *m = machine_of(
        rows, "return {k=1, params={r={positive=true}}, log_joint=function(x, k, theta)\n"
              "  while theta.r > 1 do end return -theta.r end }");
    struct theta *bad = support_make_theta(m, "r=2"), *good = support_make_theta(m, "r=0.5");
    struct terms t;
    time_t begin = time(NULL);
    for (int i = 0; i < 5; i++) {
        model_terms(m->model, NULL, NULL, bad, ~0u, &t);
        ck_assert(isnan(t.value[TERM_LOGLIK]));
    }
    ck_assert(time(NULL) - begin < 2 * SANDBOX_SECONDS);
    support_theta(m, "r=0.7");
    model_terms(m->model, NULL, NULL, good, ~0u, &t);
    ck_assert(t.value[TERM_LOGLIK] == -2.0);
    theta_free(bad);
    theta_free(good);
    machine_free(m);
}
END_TEST

static const struct refusal m_faults[] = {
    {"return {r={1}}", "model.lua:2: m_step: r[2] is missing, not a number", ""},
    {"return {r={1, 2, 3}}", "m_step: r has more than 2 entries; its shape is r[2]", ""},
    {"return {r={1, 'a'}}", "m_step: r[2] is a string, not a number", ""},
    {"return {r=1}", "m_step: r is a number, not a table", ""},
    {"return {r={0, 1}}", "m_step returned a θ that cannot be: r[1] is 0; it must be above 0", ""},
    {"return {r={0/0, 1}}", "m_step returned a θ that cannot be: r[1] is nan", ""},
    {"return {s={1, 1}}", "m_step returned 's', which is none of the model's params", ""},
    {"return {1}", "m_step returned 'number', which is none", ""},
    {"return 1", "m_step returned a number, not a table of params", ""},
    {"", "m_step returned nil, not a table of params", ""},
    {"return x.y.z", "model.lua:2: attempt to index a nil value (field 'y')", ""},
};

START_TEST(m_steps_that_fail)
{
    struct text t = TEXT_INIT;
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    bool made;
    text_addf(&t, "return {k=2, params={r={2, positive=true}}, " EXPONENTIALS ",\n"
                  "m_step=function(q, x, theta) %s end }", m_faults[_i].text);
    struct machine *m = machine_of(rows, t.s);
    support_theta(m, "r=0.5,0.7");
    support_e(m);
    long here = m->here, states = m->nstate;
    ck_assert_int_eq(machine_m(m, &how, 1.0, &made, &e), -1);
    ck_assert_msg(strstr(e.message, m_faults[_i].message), "%s", e.message);
    ck_assert(m->here == here && m->nstate == states);
    machine_free(m);
    text_clear(&t);
}
END_TEST

/* Nobody is left to a component, or one row alone: by numbers there is no answer. */
START_TEST(borders_are_refused)
{
    struct machine *m = support_machine("faithful", "gauss.lua", "columns=eruptions");
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    struct latent *q = latent_new(&m->model->q, &e);
    bool made;
    support_theta(m, twins[0].theta);
    for (size_t i = 0; i < m->model->obs.n; i++)
        q->b.v[2 * i] = 1.0;
    ck_assert_int_eq(machine_set_q(m, q, &e), 0);
    ck_assert_int_eq(machine_m(m, &how, 1.0, &made, &e), -1);
    ck_assert_msg(strstr(e.message, "as log-ratio pi[1] goes to ∞"), "%s", e.message);
    q->b.v[0] = 0.0;
    q->b.v[1] = 1.0; /* one row alone: its variance collapses */
    ck_assert_int_eq(machine_set_q(m, q, &e), 0);
    ck_assert_int_eq(machine_m(m, &how, 1.0, &made, &e), -1);
    ck_assert_msg(strstr(e.message, "as log Sigma[2] goes to −∞"), "%s", e.message);
    latent_free(q);
    machine_free(m);
}
END_TEST

START_TEST(impossible_rows)
{
    struct machine *m = machine_of(
        rows, "return {k=2, params={r={positive=true}}, log_joint=function(x, k, theta)\n"
              "  return x[1] < theta.r and -x[1] or -math.huge end }");
    struct error e = {0};
    struct e_how how = {.kind = E_EXACT};
    bool made;
    support_theta(m, "r=4");
    ck_assert(term(m, TERM_LOGLIK) == -INFINITY);
    ck_assert_int_eq(machine_e(m, &how, &made, &e), -1);
    ck_assert_msg(strstr(e.message, "row 3 is impossible here") && e.hint[0], "%s", e.message);
    support_theta(m, "r=6");
    support_e(m);
    machine_free(m);
}
END_TEST

/* q uniform says of every family with children that it may be one that can have none. */
START_TEST(impossible_q)
{
    struct machine *m =
        support_machine("widows", "inflated.lua", "columns=children weights=families");
    struct error e = {0};
    struct e_how e_how = {.kind = E_UNIFORM};
    struct m_how m_how = {.kind = M_EXACT, .blocks = ~0u};
    bool made;
    support_theta(m, "xi=0.5 lambda=1");
    ck_assert_int_eq(machine_e(m, &e_how, &made, &e), 0);
    ck_assert_int_eq(machine_m(m, &m_how, 1.0, &made, &e), -1);
    ck_assert_msg(strstr(e.message, "q gives weight to a z that log_joint calls impossible") &&
                      e.hint[0], "%s", e.message);
    machine_free(m);
}
END_TEST

START_TEST(impossible_data)
{
    struct machine *m = machine_of(
        rows, "return {k=2, params={r={positive=true}}, log_joint=function() return -1/0 end }");
    struct error e = {0};
    ck_assert_int_eq(start(m, "own", 1, &e), -1);
    ck_assert_msg(strstr(e.message, "model.lua: the data are impossible at each of 32 random"),
                  "%s", e.message);
    machine_free(m);
}
END_TEST

START_TEST(interrupts_are_heeded)
{
    static volatile sig_atomic_t flag;
    struct error e = {0};
    struct options none = {NULL, 0};
    struct dataset *d = support_data("faithful");
    static const char loop[] = "while true do end";
    write_model(loop, sizeof loop - 1);
    flag = SIGINT;
    ck_assert_ptr_null(model_open(path, d, &none, &flag, &e));
    ck_assert_int_eq(e.kind, ERROR_INTERRUPTED);
    flag = 0;
    struct model *model = model_open("gauss.lua", d, &none, &flag, &e);
    ck_assert_str_eq(model->file, "gauss.lua");
    ck_assert_str_eq(model->name, "gauss");
    struct machine *m = machine_new(model, &e);
    support_theta(m, "pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25");
    support_e(m);
    flag = SIGINT;
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    bool made;
    ck_assert_int_eq(machine_m(m, &how, 1.0, &made, &e), -1);
    ck_assert_int_eq(e.kind, ERROR_INTERRUPTED);
    flag = 0;
    support_m(m);
    machine_free(m);
    dataset_free(d);
}
END_TEST

/* ---- resources --------------------------------------------------------------------------- */

START_TEST(starved)
{
    bound_starved("a,b\n1,2\n3,4\n5,1\n", "gauss.lua", "columns=a");
    bound_starved("heads,tosses\n5,10\n9,10\n", "coins.lua", "");
}
END_TEST

/* Any allocation of a half-step may fail: the state stays, and the next try goes well. */
START_TEST(starved_steps)
{
    struct machine *m = support_machine("coins", _i ? "coins.lua" : "geometric.lua",
                                        "columns=heads");
    struct error e = {0};
    if (_i) {
        machine_free(m);
        m = support_machine("coins", "coins.lua", "");
    }
    support_theta(m, "pi=0.5,0.5 p=0.3,0.15");
    for (int half = 0; half < 2; half++) {
        int r = -1;
        for (long n = 0; r != 0; n++) {
            long states = m->nstate;
            bool made;
            struct e_how e_how = {.kind = E_EXACT};
            struct m_how m_how = {.kind = M_EXACT, .blocks = ~0u};
            ck_assert_int_lt(n, 100000);
            mem_fail_after(n);
            r = half ? machine_m(m, &m_how, 1.0, &made, &e) : machine_e(m, &e_how, &made, &e);
            mem_fail_after(-1);
            ck_assert_msg(r == 0 || (strstr(e.message, "memory") && m->nstate == states), "%s",
                          e.message);
        }
    }
    machine_free(m);
}
END_TEST

/* 1000 rows and 3 values: a few milliseconds; the test allows a slow machine and a sanitizer. */
START_TEST(quick)
{
    struct text t = TEXT_INIT;
    text_add(&t, "x\n");
    for (int i = 0; i < 1000; i++)
        text_addf(&t, "%.6f\n", 5.0 * sin(i * 1.7) + 0.01 * i);
    struct machine *m = machine_of(
        t.s, "return {k=3, params={pi={3, simplex=true}, mu={3}, v={3, positive=true}},\n"
             "log_joint=function(x, k, theta)\n"
             "  local r, v = x[1] - theta.mu[k], theta.v[k]\n"
             "  return log(theta.pi[k]) - 0.5 * (log(2 * math.pi * v) + r * r / v) end}");
    support_theta(m, "pi=0.3,0.3,0.4 mu=0,5,10 v=1,2,3");
    clock_t before = clock();
    for (int i = 0; i < 10; i++) {
        char words[80];
        snprintf(words, sizeof words, "pi=0.3,0.3,0.4 mu=0,5,%d v=1,2,3", 10 + i);
        support_theta(m, words);
        support_e(m);
    }
    double each = (double)(clock() - before) / CLOCKS_PER_SEC / 10.0;
    ck_assert_msg(each < 0.1, "%g s", each);
    machine_free(m);
    text_clear(&t);
}
END_TEST

int main(void)
{
    const char *scratch = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.150s/emstep-lua-XXXXXX", scratch ? scratch : "/tmp");
    if (!mkdtemp(folder))
        return EXIT_FAILURE;
    snprintf(path, sizeof path, "%s/model.lua", folder);
    Suite *s = suite_create("lua model");
    TCase *t = tcase_create("lua model");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, gene_counting, 0, 2);
    tcase_add_test(t, widows);
    tcase_add_test(t, two_coins);
    tcase_add_loop_test(t, agrees_at_every_half_step, 0, sizeof twins / sizeof *twins);
    tcase_add_test(t, blocks_agree);
    tcase_add_test(t, geometric_in_closed_form);
    tcase_add_test(t, shapes);
    tcase_add_test(t, words_come_as_words);
    tcase_add_test(t, counts_carry_weights);
    tcase_add_test(t, random_starts_are_good_starts);
    tcase_add_test(t, own_starts);
    tcase_add_test(t, m_makes_its_own_start);
    tcase_add_test(t, m_leaves_the_impossible);
    tcase_add_loop_test(t, files_that_are_no_models, 0, sizeof unread / sizeof *unread);
    tcase_add_test(t, files_that_cannot_be_read);
    tcase_add_loop_test(t, faults_leave_the_state, 0, sizeof faults / sizeof *faults);
    tcase_add_test(t, loops_are_waited_for_once);
    tcase_add_loop_test(t, m_steps_that_fail, 0, sizeof m_faults / sizeof *m_faults);
    tcase_add_test(t, borders_are_refused);
    tcase_add_test(t, impossible_rows);
    tcase_add_test(t, impossible_q);
    tcase_add_test(t, impossible_data);
    tcase_add_test(t, interrupts_are_heeded);
    tcase_add_test(t, starved);
    tcase_add_loop_test(t, starved_steps, 0, 2);
    tcase_add_test(t, quick);
    suite_add_tcase(s, t);
    int status = support_run(s);
    unlink(path);
    rmdir(folder);
    return status;
}
