/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bound.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "data/table.h"

static struct model *bind(struct dataset *d, const char *model, const char *options,
                          struct error *e)
{
    struct options o;
    support_options(&o, options);
    struct model *m = model_open(model, d, &o, NULL, e);
    options_clear(&o);
    return m;
}

static struct dataset *table(const char *csv)
{
    struct error e = {0};
    struct table_how how = {.header = -1, .name = "here"};
    struct dataset *d = table_parse(csv, strlen(csv), "here", &how, &e);
    ck_assert_msg(d != NULL, "%s", e.message);
    return d;
}

struct model *bound_model(const char *csv, const char *model, const char *options,
                          struct error *e)
{
    struct dataset *d = table(csv);
    struct model *m = bind(d, model, options, e);
    dataset_free(d);
    return m;
}

struct model *bound_shipped(const char *data, const char *model, const char *options)
{
    struct error e = {0};
    struct dataset *d = support_data(data);
    struct model *m = bind(d, model, options, &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    dataset_free(d);
    return m;
}

/* Writes the blocks that the words name; returns their mask. */
static unsigned read_blocks(const struct layout *l, double *v, const char *words)
{
    struct options o;
    unsigned given = 0;
    support_options(&o, words);
    for (size_t i = 0; i < o.count; i++) {
        const struct block *b = layout_find(l, o.item[i].name);
        ck_assert_msg(b && b->size == o.item[i].nvalue, "block %s", o.item[i].name);
        for (size_t j = 0; j < b->size; j++)
            ck_assert(number_parse(o.item[i].value[j], v + b->offset + j));
        given |= 1u << layout_place(l, b);
    }
    options_clear(&o);
    return given;
}

struct theta *bound_theta(const struct model *m, const char *words)
{
    struct error e = {0};
    struct theta *t = theta_new(&m->theta, &e);
    ck_assert_ptr_nonnull(t);
    ck_assert_uint_eq(read_blocks(&m->theta, t->b.v, words), (1u << m->theta.nblock) - 1u);
    return t;
}

struct prior bound_prior(const struct model *m, double *v, const char *words)
{
    memset(v, 0, m->prior_layout.size * sizeof *v);
    unsigned given = read_blocks(&m->prior_layout, v, words);
    return (struct prior){.b = {&m->prior_layout, v}, .given = given};
}

struct latent *bound_posterior(const struct model *m, const struct theta *theta)
{
    struct error e = {0};
    struct e_how how = {.kind = E_EXACT};
    struct latent *q = latent_new(&m->q, &e);
    ck_assert_ptr_nonnull(q);
    ck_assert_msg(m->class->e_step(m, theta, &how, q, &e) == 0, "%s", e.message);
    return q;
}

struct theta *bound_answer(const struct model *m, const struct latent *q,
                           const struct theta *theta, unsigned blocks, const struct prior *prior)
{
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = blocks};
    struct theta *t = theta_copy(theta, &e);
    ck_assert_ptr_nonnull(t);
    ck_assert_msg(m->class->m_step(m, q, &how, prior, t, &e) == 0, "%s", e.message);
    return t;
}

struct terms bound_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                         const struct prior *prior)
{
    struct terms t;
    model_terms(m, prior, q, theta, ~0u, &t);
    return t;
}

void bound_identities(const struct terms *t, const char *what)
{
    const double *v = t->value;
    double tolerance = terms_tolerance(t);
    ck_assert_msg(fabs(v[TERM_LOGLIK] - (v[TERM_Q] - v[TERM_H])) <= tolerance,
                  "%s: ℓ = %.15g, Q − H = %.15g", what, v[TERM_LOGLIK], v[TERM_Q] - v[TERM_H]);
    ck_assert_msg(fabs(v[TERM_LOGLIK] - (v[TERM_ELBO] + v[TERM_KL])) <= tolerance,
                  "%s: ℓ = %.15g, ELBO + KL = %.15g", what, v[TERM_LOGLIK],
                  v[TERM_ELBO] + v[TERM_KL]);
    ck_assert_msg(fabs(v[TERM_ELBO] - (v[TERM_Q] + v[TERM_ENTROPY])) <= tolerance,
                  "%s: ELBO = %.15g, Q + S = %.15g", what, v[TERM_ELBO],
                  v[TERM_Q] + v[TERM_ENTROPY]);
}

void bound_starved(const char *csv, const char *model, const char *options)
{
    struct dataset *d = table(csv);
    struct options o;
    struct error e = {0};
    struct model *m = NULL;
    long n = 0;
    support_options(&o, options);
    for (; !m; n++) {
        error_clear(&e);
        mem_fail_after(n);
        m = model_open(model, d, &o, NULL, &e);
        mem_fail_after(-1);
        ck_assert_msg(m || strstr(e.message, "memory"), "after %ld: %s", n, e.message);
        ck_assert_int_lt(n, 1000);
    }
    ck_assert_int_gt(n, 3);
    model_free(m);
    options_clear(&o);
    dataset_free(d);
}
