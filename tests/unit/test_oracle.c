/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every reference case under tests/oracle: one generic reader, whatever the model.
 *
 * After each half-step every term agrees to 1e-9·max(1,|b|), so do θ and the rows of q that the
 * case lists, its lines (`scan`) and new points (`predict`); what is under `final` agrees to 1e-6.
 * A step marked refused must be refused and leave the state as it was.
 */
#include "support.h"

#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/line.h"

/* The cases whose models are built; a case that is not read is a test that did not run. */
enum { CASES = 71 };

#ifndef ORACLE_FOLDER
#define ORACLE_FOLDER "tests/oracle"
#endif

static const double TERMS_AGREE = 1e-9, LIMITS_AGREE = 1e-6;

struct reference {
    json_t *json;
    struct machine *m;
    size_t next_q; /* of q_set */
    char where[120];
};

/* ---- reading ---------------------------------------------------------------------------- */

static double number(const json_t *j)
{
    double v = NAN;
    ck_assert(json_to_number(j, &v));
    return v;
}

static size_t flatten(const json_t *j, double *out, size_t room)
{
    if (!json_is_array(j)) {
        ck_assert(room > 0);
        *out = number(j);
        return 1;
    }
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(j); i++)
        n += flatten(json_array_get(j, i), out + n, room - n);
    return n;
}

static void fill(const struct block *b, double *v, const json_t *j, const char *what)
{
    ck_assert_msg(flatten(j, v, b->size) == b->size, "%s: %s", what, b->name);
}

/* In quotes, for names have blanks. */
static void add_list(struct text *t, const char *name, const json_t *list)
{
    text_addf(t, " %s=", name);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *value = json_array_get(list, i);
        text_add(t, i ? "," : "");
        if (json_is_string(value))
            text_addf(t, "'%s'", json_string_value(value));
        else
            text_addf(t, "%.17g", number(value));
    }
}

/* "k=2 cov=full columns=…": what `model` would be given. */
static void option_words(const struct reference *r, struct text *t)
{
    const json_t *options = json_object_get(r->json, "options"), *value;
    const json_t *data = json_object_get(r->json, "dataset");
    const char *key;
    json_object_foreach((json_t *)options, key, value)
    {
        if (json_is_integer(value))
            text_addf(t, " %s=%lld", key, (long long)json_integer_value(value));
        else if (json_is_real(value))
            text_addf(t, " %s=%.17g", key, json_real_value(value));
        else if (json_is_string(value))
            text_addf(t, " %s=%s", key, json_string_value(value));
        else if (json_is_array(value))
            add_list(t, key, value);
    }
    if (strcmp(json_string_value(json_object_get(r->json, "model")), "linkage") != 0)
        add_list(t, "columns", json_object_get(data, "columns"));
    if (json_object_get(data, "weights"))
        text_addf(t, " weights=%s", json_string_value(json_object_get(data, "weights")));
}

static void set_prior(struct reference *r, const json_t *prior)
{
    const json_t *value;
    const char *key;
    struct error e = {0};
    struct prior p = {.b = {.layout = &r->m->model->prior_layout}};
    double room[256] = {0};
    p.b.v = room;
    json_object_foreach((json_t *)prior, key, value)
    {
        const struct block *b = layout_find(p.b.layout, key);
        ck_assert_msg(b != NULL, "no prior %s", key);
        fill(b, room + b->offset, value, key);
        p.given |= 1u << layout_place(p.b.layout, b);
    }
    ck_assert_msg(machine_set_prior(r->m, &p, &e) == 0, "%s: %s", r->where, e.message);
}

static void start_q(struct reference *r, const json_t *q0)
{
    struct error e = {0};
    struct latent *q = latent_new(&r->m->model->q, &e);
    fill(&q->b.layout->block[0], q->b.v, q0, "q0");
    ck_assert_msg(machine_set_q(r->m, q, &e) == 0, "%s: %s", r->where, e.message);
    latent_free(q);
}

static void start(struct reference *r)
{
    struct error e = {0};
    struct theta *t = theta_new(&r->m->model->theta, &e);
    const json_t *theta0 = json_object_get(r->json, "theta0");
    for (size_t i = 0; i < r->m->model->theta.nblock; i++) {
        const struct block *b = &r->m->model->theta.block[i];
        fill(b, t->b.v + b->offset, json_object_get(theta0, b->name), "theta0");
    }
    ck_assert_msg(machine_start(r->m, t, &e) == 0, "%s: %s", r->where, e.message);
    theta_free(t);
    if (json_object_get(r->json, "q0"))
        start_q(r, json_object_get(r->json, "q0"));
}

/* The case's rows of the data set, and its numbers made 0 and 1 where it says so: a new one. */
static struct dataset *prepare_data(const char *file, const json_t *how)
{
    struct error e = {0};
    struct dataset *all = support_data(file);
    const json_t *rows = json_object_get(how, "rows"), *cut = json_object_get(how, "binarize_at");
    size_t first = rows ? (size_t)json_integer_value(json_array_get(rows, 0)) - 1 : 0;
    size_t last = rows ? (size_t)json_integer_value(json_array_get(rows, 1)) : all->nrow;
    if (!rows && !cut)
        return all;
    struct dataset *d = dataset_new(file, last - first, all->ncol, &e);
    for (size_t j = 0; j < d->ncol; j++) {
        mem_free(d->column[j].name);
        d->column[j].name = mem_copy_text(all->column[j].name);
        for (size_t i = 0; i < d->nrow; i++) {
            double x = all->column[j].value[first + i];
            d->column[j].value[i] = !cut ? x : x >= number(cut) ? 1.0 : 0.0;
        }
    }
    dataset_free(all);
    return d;
}

static void open_case(struct reference *r, const char *path)
{
    json_error_t why;
    r->json = json_load_file(path, 0, &why);
    ck_assert_msg(r->json != NULL, "%s: %s", path, why.text);
    struct text words = TEXT_INIT;
    option_words(r, &words);
    const json_t *options = json_object_get(r->json, "options");
    const json_t *data = json_object_get(r->json, "dataset");
    char file[60];
    snprintf(file, sizeof file, "%s", json_string_value(json_object_get(data, "file")));
    *strrchr(file, '.') = '\0';
    snprintf(r->where, sizeof r->where, "%s",
             json_string_value(json_object_get(r->json, "name")));
    struct dataset *d = prepare_data(file, data);
    r->m = support_machine_on(d, json_string_value(json_object_get(r->json, "model")), words.s);
    dataset_free(d);
    text_clear(&words);
    if (json_is_true(json_object_get(options, "weights_fixed")))
        machine_freeze(r->m, 1u);
    if (json_object_get(options, "prior"))
        set_prior(r, json_object_get(options, "prior"));
    start(r);
}

static void close_case(struct reference *r)
{
    machine_free(r->m);
    json_decref(r->json);
}

/* ---- steps ------------------------------------------------------------------------------ */

static int set_q(struct reference *r, struct error *e)
{
    const json_t *value = json_array_get(json_object_get(r->json, "q_set"), r->next_q++);
    struct latent *q = latent_new(&r->m->model->q, e);
    const struct block *b = &q->b.layout->block[0];
    fill(b, q->b.v, json_is_object(value) ? json_object_get(value, b->name) : value, "q_set");
    int failed = machine_set_q(r->m, q, e);
    latent_free(q);
    return failed;
}

static int e_step(struct reference *r, const char *how, struct error *e)
{
    struct e_how h = {.kind = E_EXACT};
    bool made;
    if (strcmp(how, ":set") == 0)
        return set_q(r, e);
    if (strcmp(how, ":hard") == 0)
        h.kind = E_HARD;
    else if (strcmp(how, ":uniform") == 0)
        h.kind = E_UNIFORM;
    else if (sscanf(how, ":tempered:%lf", &h.beta) == 1)
        h.kind = E_TEMPERED;
    else if (sscanf(how, ":rows:%zu:%zu", &h.first, &h.last) == 2)
        h.kind = E_ROWS;
    else if (sscanf(how, ":sweep:%zu", &h.sweeps) == 1)
        h.kind = E_SWEEPS;
    else
        ck_assert_msg(*how == '\0', "unknown step E%s", how);
    return machine_e(r->m, &h, &made, e);
}

static int m_step(struct reference *r, const char *how, struct error *e)
{
    struct m_how h = {.kind = M_EXACT, .blocks = ~0u};
    double damp = 1.0;
    bool made;
    if (strcmp(how, ":gis") == 0) {
        h.kind = M_GIS;
    } else if (strcmp(how, ":newton") == 0) {
        h.kind = M_NEWTON;
    } else if (*how && sscanf(how, ":damp:%lf", &damp) != 1) {
        const struct block *b = layout_find(&r->m->model->theta, how + 1);
        ck_assert_msg(b != NULL, "unknown step M%s", how);
        h.blocks = 1u << layout_place(&r->m->model->theta, b);
    }
    return machine_m(r->m, &h, damp, &made, e);
}

static int take(struct reference *r, const char *step, struct error *e)
{
    return step[0] == 'E' ? e_step(r, step + 1, e) : m_step(r, step + 1, e);
}

/* ---- comparing -------------------------------------------------------------------------- */

static void compare_block(const struct block *b, const double *v, const json_t *expected,
                          double tol, const char *where)
{
    double *want = NEW_ARRAY(b->size, double);
    fill(b, want, expected, where);
    for (size_t i = 0; i < b->size; i++) {
        char what[200];
        snprintf(what, sizeof what, "%s %s entry %zu", where, b->name, i + 1);
        support_close(v[i], want[i], tol, what);
    }
    mem_free(want);
}

/* What follows from (q, θ), where the record has it. */
static void compare_stats(const struct reference *r, const json_t *record, double tol)
{
    const struct model *m = r->m->model;
    const struct state *s = machine_here(r->m);
    double *v = NEW_ARRAY(m->stats.size, double);
    if (m->class->stats)
        m->class->stats(m, s->q, s->theta, v);
    for (size_t i = 0; i < m->stats.nblock; i++) {
        const struct block *b = &m->stats.block[i];
        if (json_object_get(record, b->name))
            compare_block(b, v + b->offset, json_object_get(record, b->name), tol, r->where);
    }
    mem_free(v);
}

static void compare_extras(const struct reference *r, const json_t *record, double tol)
{
    const struct model_class *c = r->m->model->class;
    const struct state *s = machine_here(r->m);
    double value[16];
    if (!c->extras)
        return;
    c->extra(r->m->model, s->q, s->theta, value);
    const json_t *parts = json_object_get(record, "parts");
    for (size_t i = 0; c->extras[i].key; i++)
        support_close(value[i], number(json_object_get(parts ? parts : record, c->extras[i].key)),
                      tol, r->where);
}

static void compare_terms(const struct reference *r, const json_t *record, double tol)
{
    const struct state *s = machine_here(r->m);
    unsigned compared = 0;
    for (int t = 0; t < TERM_COUNT; t++) {
        const char *key = term_name(r->m->model->class->kind, (enum term)t)->key;
        const json_t *value = key ? json_object_get(record, key) : NULL;
        char what[200];
        if (json_is_null(value))
            ck_assert(r->m->model->terms_intractable & TERM_BIT(t));
        if (!value || json_is_null(value))
            continue;
        snprintf(what, sizeof what, "%s %s", r->where, key);
        ck_assert_msg(s->terms.have & TERM_BIT(t), "%s is missing", what);
        support_close(s->terms.value[t], number(value), tol, what);
        compared |= TERM_BIT(t);
    }
    /* The limit of an MM model lists f alone. */
    ck_assert_msg(compared == s->terms.have || (compared == TERM_BIT(TERM_LOGLIK) && tol > 1e-9),
                  "%s: %x of %x compared", r->where, compared, s->terms.have);
    compare_extras(r, record, tol);
    compare_stats(r, record, tol);
    const json_t *tempered = json_object_get(record, "tempered_objective");
    if (tempered)
        support_close(s->terms.value[TERM_Q] + s->terms.value[TERM_ENTROPY] / s->step.e.beta,
                      number(tempered), tol, r->where);
}

static void compare_theta(const struct reference *r, const json_t *theta, double tol)
{
    const struct theta *t = machine_here(r->m)->theta;
    ck_assert_uint_eq(json_object_size(theta), t->b.layout->nblock);
    for (size_t i = 0; i < t->b.layout->nblock; i++) {
        const struct block *b = &t->b.layout->block[i];
        compare_block(b, t->b.v + b->offset, json_object_get(theta, b->name), tol, r->where);
    }
}

/* mvn: the missing columns of a row, by name. */
static void compare_missing(const struct reference *r, size_t row, const json_t *names,
                            const json_t *mean, const json_t *cov)
{
    const struct observations *o = &r->m->model->obs;
    const struct latent *q = machine_here(r->m)->q;
    size_t at[64], count = json_array_size(names);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < o->d; j++)
            if (strcmp(observations_name(o, j), json_string_value(json_array_get(names, i))) == 0)
                at[i] = j;
    for (size_t i = 0; i < count; i++) {
        support_close(latent_block(q, "mean")[row * o->d + at[i]],
                      number(json_array_get(mean, i)), TERMS_AGREE, r->where);
        for (size_t j = 0; j < count; j++)
            support_close(latent_block(q, "cov")[(row * o->d + at[i]) * o->d + at[j]],
                          number(json_array_get(json_array_get(cov, i), j)), TERMS_AGREE,
                          r->where);
    }
}

/* ppca, fa: a row's mean; the covariance is the same for all rows. */
static void compare_scores(const struct reference *r, size_t row, const json_t *mean,
                           const json_t *cov)
{
    const struct latent *q = machine_here(r->m)->q;
    size_t m = r->m->model->m;
    ck_assert_uint_eq(json_array_size(mean), m);
    for (size_t a = 0; a < m; a++)
        support_close(latent_block(q, "mean")[row * m + a], number(json_array_get(mean, a)),
                      TERMS_AGREE, r->where);
    compare_block(layout_find(q->b.layout, "cov"), latent_block(q, "cov"), cov, TERMS_AGREE,
                  r->where);
}

/* hmm: the pairs (z_t, z_{t+1}) at the times that the case lists. */
static void compare_pairs(const struct reference *r, const json_t *expected)
{
    const json_t *from = json_object_get(expected, "xi_from");
    const json_t *pairs = json_object_get(expected, "xi");
    size_t cell = r->m->model->k * r->m->model->k;
    double want[64];
    for (size_t i = 0; i < json_array_size(from); i++) {
        size_t t = (size_t)json_integer_value(json_array_get(from, i)) - 1;
        ck_assert_uint_eq(flatten(json_array_get(pairs, i), want, 64), cell);
        for (size_t j = 0; j < cell; j++)
            support_close(latent_block(machine_here(r->m)->q, "xi")[t * cell + j], want[j],
                          TERMS_AGREE, r->where);
    }
}

static void compare_q(const struct reference *r, const json_t *expected)
{
    const struct latent *q = machine_here(r->m)->q;
    const json_t *rows = json_object_get(expected, "rows");
    const json_t *missing = json_object_get(expected, "missing");
    if (!rows) { /* whole blocks */
        const struct block *b = &q->b.layout->block[0];
        compare_block(b, q->b.v, json_object_get(expected, b->name), TERMS_AGREE, r->where);
        return;
    }
    compare_pairs(r, expected);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        size_t row = (size_t)json_integer_value(json_array_get(rows, i)) - 1;
        const json_t *gamma = json_object_get(expected, "gamma");
        for (size_t k = 0; gamma && k < r->m->model->k; k++)
            support_close(latent_block(q, "gamma")[row * r->m->model->k + k],
                          number(json_array_get(json_array_get(gamma, i), k)), TERMS_AGREE,
                          r->where);
        if (missing)
            compare_missing(r, row, json_array_get(missing, i),
                            json_array_get(json_object_get(expected, "mean"), i),
                            json_array_get(json_object_get(expected, "cov"), i));
        else if (!gamma)
            compare_scores(r, row, json_array_get(json_object_get(expected, "mean"), i),
                           json_object_get(expected, "cov"));
    }
}

static void compare_line(const struct reference *r, const json_t *line)
{
    struct error e = {0};
    double s[64];
    size_t index[OPTION_INDICES], nindex;
    const char *name = json_string_value(json_object_get(line, "line"));
    struct line_how how = {.kind = LINE_EM, .here = true, .at = s};
    how.nat = flatten(json_object_get(line, "s"), s, 64);
    if (strcmp(name, "M") != 0) {
        how.kind = LINE_PARAMETER;
        how.block = layout_find(&r->m->model->theta, name);
        double as_number[OPTION_INDICES];
        nindex = flatten(json_object_get(line, "index"), as_number, OPTION_INDICES);
        for (size_t i = 0; i < nindex; i++)
            index[i] = (size_t)as_number[i];
        ck_assert(block_entry(how.block, index, nindex, &how.entry, &e) == 0);
    }
    struct bound b;
    ck_assert_msg(bound_make(r->m, &how, &b, &e) == 0, "%s: %s", r->where, e.message);
    for (size_t i = 0; i < b.n; i++) {
        support_close(b.loglik[i],
                      number(json_array_get(json_object_get(line, "loglik"), i)), TERMS_AGREE,
                      r->where);
        support_close(b.elbo[i], number(json_array_get(json_object_get(line, "elbo"), i)),
                      TERMS_AGREE, r->where);
    }
    bound_clear(&b);
}

static void compare_predictions(const struct reference *r, const json_t *predict)
{
    const json_t *points = json_object_get(predict, "points");
    for (size_t i = 0; i < json_array_size(points); i++) {
        double x[64], out[64], density;
        struct error e = {0};
        flatten(json_array_get(points, i), x, 64);
        ck_assert(r->m->model->class->predict(r->m->model, machine_here(r->m)->theta, x, out,
                                              &density, &e) == 0);
        support_close(density,
                      number(json_array_get(json_object_get(predict, "log_density"), i)),
                      TERMS_AGREE, r->where);
        for (size_t k = 0; k < r->m->model->k; k++)
            support_close(out[k],
                          number(json_array_get(
                              json_array_get(json_object_get(predict, "gamma"), i), k)),
                          TERMS_AGREE, r->where);
    }
}

/* ---- one case --------------------------------------------------------------------------- */

static void refused(struct reference *r, const char *step)
{
    struct error e = {0};
    struct terms before = machine_here(r->m)->terms;
    long here = r->m->here;
    ck_assert_msg(take(r, step, &e) == -1, "%s was not refused", r->where);
    ck_assert(e.message[0] && e.hint[0]);
    ck_assert(r->m->here == here);
    ck_assert(memcmp(&before, &machine_here(r->m)->terms, sizeof before) == 0);
}

static void one_step(struct reference *r, const char *step, const json_t *record)
{
    struct error e = {0};
    if (json_is_true(json_object_get(record, "refused"))) {
        refused(r, step);
        return;
    }
    ck_assert_msg(take(r, step, &e) == 0, "%s: %s", r->where, e.message);
    compare_terms(r, record, TERMS_AGREE);
    if (json_object_get(record, "theta"))
        compare_theta(r, json_object_get(record, "theta"), TERMS_AGREE);
    if (json_object_get(record, "q"))
        compare_q(r, json_object_get(record, "q"));
}

/* The limit's W is one of many: W Wᵀ (+ Ψ) is what all of them share. */
static void compare_factors(const struct reference *r, const json_t *product, bool with_noise)
{
    const struct theta *t = machine_here(r->m)->theta;
    const double *W = theta_block(t, "W");
    const double *psi = with_noise ? theta_block(t, "Psi") : NULL;
    size_t d = r->m->model->obs.d, m = r->m->model->m;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            double v = psi && i == j ? psi[i] : 0.0;
            for (size_t a = 0; a < m; a++)
                v += W[i * m + a] * W[j * m + a];
            support_close(v, number(json_array_get(json_array_get(product, i), j)), LIMITS_AGREE,
                          r->where);
        }
}

static void compare_limit(const struct reference *r, const json_t *expected)
{
    const json_t *WWt = json_object_get(expected, "WWt");
    const json_t *covariance = json_object_get(expected, "implied_covariance");
    const json_t *sum = json_object_get(expected, "m_sum");
    const struct state *here = machine_here(r->m);
    json_t *theta = json_copy(json_object_get(expected, "theta"));
    if (!theta) { /* known up to a factor: compared among the stats */
        ck_assert(json_object_get(expected, "normalised"));
        return;
    }
    ck_assert_uint_eq(json_object_size(theta), here->theta->b.layout->nblock);
    if (WWt || covariance) {
        compare_factors(r, WWt ? WWt : covariance, covariance != NULL);
        json_object_del(theta, "W");
    }
    const char *name;
    const json_t *value;
    json_object_foreach(theta, name, value)
        compare_block(layout_find(here->theta->b.layout, name), theta_block(here->theta, name),
                      value, LIMITS_AGREE, r->where);
    json_decref(theta);
    double total = 0.0;
    for (size_t i = 0; sum && i < here->q->b.layout->size; i++)
        total += here->q->b.v[i];
    if (sum)
        support_close(total, number(sum), LIMITS_AGREE, r->where);
}

static void final(struct reference *r, const json_t *expected)
{
    struct error e = {0};
    struct run_result result;
    struct run_how how = {.max = 200000, .tol = 1e-12, .rule = RULE_THETA};
    start(r);
    if (json_object_get(r->json, "q0"))
        support_e(r->m); /* after a q set by hand M would be due */
    snprintf(r->where, sizeof r->where, "%s final",
             json_string_value(json_object_get(r->json, "name")));
    ck_assert_msg(machine_run(r->m, &how, &result, &e) == 0, "%s: %s", r->where, e.message);
    ck_assert_int_eq(result.verdict, VERDICT_CONVERGED);
    compare_terms(r, expected, LIMITS_AGREE);
    compare_limit(r, expected);
}

static void run_case(const char *path)
{
    struct reference r = {0};
    open_case(&r, path);
    const json_t *steps = json_object_get(r.json, "steps"),
                 *after = json_object_get(r.json, "after");
    ck_assert_uint_eq(json_array_size(steps), json_array_size(after));
    const char *name = json_string_value(json_object_get(r.json, "name"));
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const char *step = json_string_value(json_array_get(steps, i));
        snprintf(r.where, sizeof r.where, "%s step %zu (%s)", name, i + 1, step);
        one_step(&r, step, json_array_get(after, i));
    }
    const json_t *lines = json_object_get(json_object_get(r.json, "scan"), "lines");
    for (size_t i = 0; i < json_array_size(lines); i++)
        compare_line(&r, json_array_get(lines, i));
    if (json_object_get(r.json, "predict"))
        compare_predictions(&r, json_object_get(r.json, "predict"));
    if (json_object_get(r.json, "final"))
        final(&r, json_object_get(r.json, "final"));
    close_case(&r);
}

static glob_t cases;

START_TEST(agrees)
{
    run_case(cases.gl_pathv[_i]);
}
END_TEST

START_TEST(all_are_there)
{
    ck_assert_uint_eq(cases.gl_pathc, CASES);
}
END_TEST

int main(void)
{
    glob(ORACLE_FOLDER "/*.json", 0, NULL, &cases);
    Suite *s = suite_create("oracle");
    TCase *t = tcase_create("cases");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, all_are_there);
    tcase_add_loop_test(t, agrees, 0, (int)cases.gl_pathc);
    suite_add_tcase(s, t);
    int status = support_run(s);
    globfree(&cases);
    return status;
}
