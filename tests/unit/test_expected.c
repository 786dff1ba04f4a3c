/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terms at many θ by the fast ways (struct sufficient, logliks) against the plain terms. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/expected.h"
#include "em/gradient.h"
#include "em/line.h"
#include "em/logliks.h"
#include "em/transform.h"
#include "support.h"

struct problem {
    const char *data, *model, *options;
};

static const struct problem problems[] = {
    {"faithful", "gmm", "k=3"},
    {"faithful", "gmm", "k=2 cov=tied"},
    {"faithful", "gmm", "k=3 cov=diag"},
    {"faithful", "gmm", "k=3 cov=spherical"},
    {"iris", "gmm", "k=3 columns=1,2,3,4"},
    {"faithful", "gmm", "k=1 columns=1"},
    {"faithful", "gmm", "k=2 columns=2 weights=1"},
};
enum { PROBLEMS = sizeof problems / sizeof *problems };

/* At the posterior of a start, then M: q is the posterior of another θ. */
static struct machine *begin(const struct problem *p)
{
    struct machine *m = support_machine(p->data, p->model, p->options);
    struct error e = {0};
    struct theta *t = theta_new(&m->model->theta, &e);
    gsl_rng *random = random_new(7, &e);
    ck_assert_msg(m->model->class->init(m->model, "random", random, t, &e) == 0, "%s", e.message);
    ck_assert_msg(machine_start(m, t, &e) == 0, "%s", e.message);
    gsl_rng_free(random);
    theta_free(t);
    support_e(m);
    support_m(m);
    return m;
}

static const unsigned without_a_pass = TERM_BIT(TERM_Q) | TERM_BIT(TERM_ELBO) |
                                       TERM_BIT(TERM_ENTROPY) | TERM_BIT(TERM_LOGLIK);

/* Q, ELBO and S from the statistics of a stored q are the plain terms at every θ of a line. */
static void same_terms(struct machine *m, const struct expected *x, const char *along)
{
    struct line_how how = {.n = 9};
    struct error e = {0};
    struct line l;
    ck_assert_int_eq(line_parse(m->model, along, &how, &e), 0);
    ck_assert_msg(line_make(m, &how, &l, &e) == 0, "%s", e.message);
    double base, s[9], loglik[9];
    ck_assert(line_find(&l, l.base, &base));
    for (int i = 0; i < 9; i++)
        s[i] = base + 0.05 * (i - 4) * fmax(1.0, fabs(base));
    ck_assert_int_eq(line_logliks(&l, s, 9, loglik, &e), 0);
    for (int i = 0; i < 9; i++) {
        struct terms plain, fast;
        ck_assert_int_eq(isnan(loglik[i]), !line_at(&l, s[i], l.scratch));
        if (isnan(loglik[i]))
            continue;
        model_terms(m->model, NULL, machine_here(m)->q, l.scratch, without_a_pass, &plain);
        expected_terms(x, l.scratch, without_a_pass, &fast);
        ck_assert_uint_eq(fast.have, plain.have);
        for (int t = 0; t < TERM_COUNT; t++)
            if (plain.have & TERM_BIT(t))
                support_close(fast.value[t] / fmax(1.0, fabs(plain.value[TERM_Q])),
                              plain.value[t] / fmax(1.0, fabs(plain.value[TERM_Q])), 1e-12,
                              along);
        support_close(loglik[i], plain.value[TERM_LOGLIK], 1e-12, along);
    }
    line_clear(&l);
}

START_TEST(statistics_have_the_terms)
{
    struct machine *m = begin(&problems[_i]);
    struct error e = {0};
    struct expected x;
    ck_assert_int_eq(expected_of(m, machine_here(m), &x, &e), 0);
    ck_assert_ptr_nonnull(x.v);
    static const char *const along[] = {"em", "gradient", "mu[1,1]", "pi[1]", "Sigma"};
    for (size_t k = 0; k < sizeof along / sizeof *along; k++) {
        const struct block *b = m->model->theta.block + 2;
        bool one = strcmp(along[k], "pi[1]") == 0 && m->model->k < 2;
        struct text name = TEXT_INIT;
        block_entry_name(b, 0, &name);
        if (!one)
            same_terms(m, &x, strcmp(along[k], "Sigma") == 0 ? name.s : along[k]);
        text_clear(&name);
    }
    expected_clear(&x);
    machine_free(m);
}
END_TEST

/* In one pass from the touching θ, without a q: the same statistics. */
START_TEST(a_pass_from_the_touch_has_them_too)
{
    struct machine *m = begin(&problems[_i]);
    const struct sufficient *known = m->model->class->sufficient;
    const struct state *here = machine_here(m);
    double *v = NEW_ARRAY(2 * known->size(m->model), double), *w = v + known->size(m->model);
    ck_assert(known->take(m->model, here->q, v));
    ck_assert(known->take_touching(m->model, here->touch, w));
    support_close(known->Q(m->model, w, here->theta), known->Q(m->model, v, here->theta), 1e-12,
                  "Q");
    support_close(known->Q(m->model, w, here->touch), known->Q(m->model, v, here->touch), 1e-12,
                  "Q at the touch");
    mem_free(v);
    machine_free(m);
}
END_TEST

/* ∇ℓ by Fisher's identity against differences of ℓ. */
START_TEST(slope_of_loglik)
{
    struct machine *m = begin(&problems[_i]);
    struct error e = {0};
    const struct landscape l = {m->model, NULL, NULL, ~0u, TERM_LOGLIK};
    const struct theta *theta = machine_here(m)->theta;
    size_t n = transform_size(&m->model->theta, ~0u);
    double *a = NEW_ARRAY(2 * n, double), *b = a + n, largest = 1.0;
    ck_assert_msg(gradient_at(&l, theta, a, &e) == 0, "%s", e.message);
    ck_assert(gradient_of_loglik(m->model, theta, ~0u, b));
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(a[i]));
    for (size_t i = 0; i < n; i++)
        support_close(b[i] / largest, a[i] / largest, 1e-7, "a slope");
    mem_free(a);
    machine_free(m);
}
END_TEST

static volatile sig_atomic_t hit;

START_TEST(stops_at_an_interrupt)
{
    struct machine *m = begin(&problems[0]);
    struct error e = {0};
    struct line_how how = {.kind = LINE_EM, .n = 9};
    struct bound b;
    m->model->interrupt = &hit;
    hit = 1;
    ck_assert_int_eq(bound_make(m, &how, &b, &e), -1);
    ck_assert_int_eq(e.kind, ERROR_INTERRUPTED);
    hit = 0;
    ck_assert_int_eq(bound_make(m, &how, &b, &e), 0);
    bound_clear(&b);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("expected");
    TCase *c = tcase_create("expected");
    tcase_add_loop_test(c, statistics_have_the_terms, 0, PROBLEMS);
    tcase_add_loop_test(c, a_pass_from_the_touch_has_them_too, 0, PROBLEMS);
    tcase_add_loop_test(c, slope_of_loglik, 0, PROBLEMS);
    tcase_add_test(c, stops_at_an_interrupt);
    suite_add_tcase(s, c);
    return support_run(s);
}
