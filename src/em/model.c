/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/model.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"

static const struct option_spec common_options[] = {
    {"columns", OPTION_COLUMNS, "NAME,…", "the data columns, by name or number from 1"},
    {"weights", OPTION_COLUMN, "NAME", "the column of row frequencies"},
    {NULL},
};

static size_t table_length(const struct option_spec *t)
{
    size_t n = 0;
    while (t && t[n].name)
        n++;
    return n;
}

struct option_spec *model_option_table(const struct model_class *class, struct error *e)
{
    size_t own = table_length(class->options);
    struct option_spec *t = NEW_ARRAY(own + 3, struct option_spec);
    if (!t) {
        error_no_memory(e);
        return NULL;
    }
    size_t n = 0;
    for (size_t i = 0; i < own; i++)
        t[n++] = class->options[i];
    t[n++] = common_options[0];
    if (class->takes_weights)
        t[n++] = common_options[1];
    return t;
}

static bool is_called(const struct model_class *c, const char *name)
{
    size_t n = strlen(name), ending = c->ending ? strlen(c->ending) : 0;
    return strcmp(c->name, name) == 0 ||
           (ending && n > ending && strcmp(name + n - ending, c->ending) == 0);
}

const struct model_class *model_class_find(const char *name, struct error *e)
{
    struct nearest near = {.typed = name};
    for (const struct model_class *const *c = model_classes; *c; c++) {
        if (is_called(*c, name))
            return *c;
        nearest_try(&near, (*c)->name);
    }
    error_set(e, "no model '%s'", name);
    suggest_nearest(e, &near);
    error_hint(e, "models lists them");
    return NULL;
}

static int check_options(const struct model_class *class, const struct options *o,
                         struct error *e)
{
    struct option_spec *table = model_option_table(class, e);
    if (!table)
        return -1;
    int r = options_check(o, table, class->name, e);
    mem_free(table);
    return r;
}

static int take(struct model *m, struct dataset *data, const struct options *o, struct error *e)
{
    const struct model_class *class = m->class;
    if ((class->take ? class->take : observations_select)(&m->obs, data, o, e) != 0)
        return -1;
    const char *called = m->file ? m->file : m->name;
    if (!class->takes_missing && observations_complete(&m->obs, called, e) != 0)
        return -1;
    return class->bind(m, o, e);
}

static struct model *bind(const struct model_class *class, const char *name, struct dataset *data,
                          const struct options *o, volatile sig_atomic_t *interrupt,
                          struct error *e)
{
    gsl_set_error_handler_off(); /* its return codes are read; the default aborts */
    if (check_options(class, o, e) != 0)
        return NULL;
    struct model *m = NEW(struct model);
    if (!m) {
        error_no_memory(e);
        return NULL;
    }
    m->class = class;
    m->name = class->name;
    m->interrupt = interrupt;
    m->file = class->ending ? mem_copy_text(name) : NULL;
    int r = class->ending && !m->file ? error_no_memory(e) : take(m, data, o, e);
    if (r == 0)
        return m;
    model_free(m);
    return NULL;
}

struct model *model_open(const char *name, struct dataset *data, const struct options *o,
                         volatile sig_atomic_t *interrupt, struct error *e)
{
    const struct model_class *class = model_class_find(name, e);
    return class ? bind(class, name, data, o, interrupt, e) : NULL;
}

void model_free(struct model *m)
{
    if (!m)
        return;
    if (m->self && m->class->unbind)
        m->class->unbind(m);
    observations_clear(&m->obs);
    mem_free(m->prior);
    mem_free(m->file);
    mem_free(m);
}

int model_interrupted(const struct model *m, const char *before, struct error *e)
{
    if (!m->interrupt || !*m->interrupt)
        return 0;
    error_set(e, "interrupted before %s", before);
    e->kind = ERROR_INTERRUPTED;
    return -1;
}

bool model_touches(const struct model *m)
{
    return m->class->kind != MODEL_VARIATIONAL || m->posterior_in_family;
}

int model_theta_valid(const struct model *m, const struct theta *t, struct error *e)
{
    if (blocks_valid(&t->b, e) != 0)
        return -1;
    return m->class->valid ? m->class->valid(m, t, e) : 0;
}

static bool with_prior(const struct model *m, const struct prior *prior)
{
    return prior && prior->given && m->class->log_prior;
}

static void add_prior(const struct model *m, const struct prior *prior, const struct theta *theta,
                      struct terms *t)
{
    t->value[TERM_LOGPRIOR] = m->class->log_prior(m, prior, theta);
    t->have |= TERM_BIT(TERM_LOGPRIOR);
    if (t->have & TERM_BIT(TERM_ELBO)) {
        t->value[TERM_OBJECTIVE] = t->value[TERM_ELBO] + t->value[TERM_LOGPRIOR];
        t->have |= TERM_BIT(TERM_OBJECTIVE);
    }
}

static void no_terms(struct terms *t, unsigned have)
{
    t->have = have;
    for (int i = 0; i < TERM_COUNT; i++)
        t->value[i] = NAN;
}

void model_terms(const struct model *m, const struct prior *prior, const struct latent *q,
                 const struct theta *theta, unsigned which, struct terms *t)
{
    unsigned want = which;
    if (with_prior(m, prior) && (which & TERM_BIT(TERM_OBJECTIVE)))
        want |= TERM_BIT(TERM_ELBO);
    want &= m->terms_defined;
    if (!q)
        want &= TERM_BIT(TERM_LOGLIK);
    no_terms(t, want);
    if (want)
        m->class->terms(m, q, theta, want, t);
    if (with_prior(m, prior) && (which & (TERM_BIT(TERM_LOGPRIOR) | TERM_BIT(TERM_OBJECTIVE))))
        add_prior(m, prior, theta, t);
}

bool model_touching_terms(const struct model *m, const struct prior *prior,
                          const struct theta *touch, const struct theta *theta, struct terms *t)
{
    no_terms(t, 0);
    if (!m->class->touching_terms ||
        !m->class->touching_terms(m, touch, theta, m->terms_defined, t))
        return false;
    if (with_prior(m, prior))
        add_prior(m, prior, theta, t);
    return true;
}

bool model_logliks(const struct model *m, const struct theta *const *theta, size_t n,
                   double *loglik)
{
    bool together = m->class->logliks && m->class->logliks(m, theta, n, loglik);
    for (size_t i = 0; i < n; i++) {
        if (m->interrupt && *m->interrupt)
            return false;
        struct terms t;
        if (together && !isnan(loglik[i]))
            continue;
        model_terms(m, NULL, NULL, theta[i], TERM_BIT(TERM_LOGLIK), &t);
        loglik[i] = t.value[TERM_LOGLIK];
    }
    return true;
}

double terms_objective(const struct terms *t)
{
    return t->have & TERM_BIT(TERM_OBJECTIVE) ? t->value[TERM_OBJECTIVE] : t->value[TERM_ELBO];
}

static const struct term_name em_names[TERM_COUNT] = {
    [TERM_LOGLIK] = {"loglik", "ℓ", "log-likelihood"},
    [TERM_ELBO] = {"elbo", "ELBO", "Q + S"},
    [TERM_KL] = {"kl", "KL", "−S − H"},
    [TERM_Q] = {"Q", "Q", "E_q log p(x,z|θ)"},
    [TERM_H] = {"H", "H", "E_q log p(z|x,θ)"},
    [TERM_ENTROPY] = {"entropy", "S", "entropy of q"},
    [TERM_LOGPRIOR] = {"logprior", "log p(θ)", "log-prior"},
    [TERM_OBJECTIVE] = {"objective", "J", "ELBO + log p(θ)"},
};

static const struct term_name mm_names[TERM_COUNT] = {
    [TERM_LOGLIK] = {"objective", "f", "objective"},
    [TERM_ELBO] = {"surrogate", "g", "surrogate"},
    [TERM_KL] = {"gap", "f − g", "gap"},
};

const struct term_name *term_name(enum model_kind kind, enum term t)
{
    return kind == MODEL_MM ? &mm_names[t] : &em_names[t];
}

void term_symbol(enum model_kind kind, enum term t, size_t q, size_t theta, struct text *out)
{
    struct text of_q = TEXT_INIT, of_theta = TEXT_INIT;
    text_subscript(&of_q, (long)q);
    text_subscript(&of_theta, (long)theta);
    const char *symbol = term_name(kind, t)->symbol;
    switch (t) {
    case TERM_LOGLIK:
        text_addf(out, "%s(θ%s)", symbol, of_theta.s);
        break;
    case TERM_ENTROPY:
        text_addf(out, "%s(q%s)", symbol, of_q.s);
        break;
    case TERM_LOGPRIOR:
        text_addf(out, "log p(θ%s)", of_theta.s);
        break;
    case TERM_KL:
        text_addf(out, kind == MODEL_MM ? "%s" : "%s(q%s‖p)", symbol, of_q.s);
        break;
    default:
        text_addf(out, "%s(q%s,θ%s)", symbol, of_q.s, of_theta.s);
        break;
    }
    text_clear(&of_q);
    text_clear(&of_theta);
}
