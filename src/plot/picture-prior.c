/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot prior: the prior density of an entry of θ, and its conjugate posterior given q, which is
 * p(θ) exp E_q log p(X,Z|θ) normalised; the M-step's answers with the prior and without it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "plot/picture.h"

static const struct option_spec prior_argument = {
    "block", OPTION_WORD, "BLOCK", "a block of θ or an entry of it: mu, p[1]"};

enum { POINTS = 401, ENTRIES = 9, ACROSS = 3, DIGITS = 4 };

/* The prior may be far wider than the posterior: so many times its extent is shown. */
static const double WIDEST = 6;
/* A density with a pole, so many times as high there as at its median, leaves through the top; so
 * does a prior that is a spike beside the posterior. */
static const double POLE = 20, TALLEST = 2.5;

struct entry {
    size_t at;                  /* in its block */
    struct conjugate c;
    char name[80];              /* "mu[2]" */
    double map, mle;            /* NaN: there is none */
};

struct priors {
    struct machine *m;
    const struct state *here;
    const struct latent *q;     /* NULL: none yet */
    const struct block *block;
    struct theta *map, *mle;    /* of all θ; NULL: none */
    struct entry entry[ENTRIES];
    size_t n, left_out;
};

/* ---- which ------------------------------------------------------------------------------ */

static int prior_suits(const struct model *m, struct error *e)
{
    struct text which = TEXT_INIT;

    if (m->class->conjugate)
        return 0;
    for (const struct model_class *const *c = model_classes; *c; c++)
        if ((*c)->conjugate)
            text_addf(&which, "%s%s", which.length ? ", " : "", (*c)->name);
    error_set(e, "%s has no conjugate prior", m->name);
    error_hint(e, "these have: %s", which.s);
    text_clear(&which);
    return -1;
}

static int conjugate_of(const struct priors *p, const struct block *b, size_t at,
                        struct conjugate *c, struct error *e)
{
    const struct model *m = p->m->model;

    *c = (struct conjugate){.of = NULL};
    if (m->class->conjugate(m, &p->m->prior, p->q, p->here ? p->here->theta : NULL, b, at, c,
                            e) != 0)
        return -1;
    if (c->prior.family == MARGINAL_BETA && !(c->prior.b > 0))
        return error_set(e, "the weight of the only component is 1: it has no prior");
    return 0;
}

static void name_entry(const struct priors *p, struct entry *t)
{
    struct text name = TEXT_INIT;
    const char *index;

    block_entry_name(p->block, t->at, &name);
    index = strchr(name.s, '[');
    snprintf(t->name, sizeof t->name, "%s%s", t->c.of ? t->c.of : p->block->name,
             index ? index : "");
    text_clear(&name);
}

/* Entries of a run that have a density by themselves; when none has, the error of the first. */
static int add_entries(struct priors *p, size_t first, size_t count, struct error *e)
{
    struct error why = {0}, first_why = {0};

    for (size_t at = first; at < first + count; at++) {
        struct conjugate c;

        if (conjugate_of(p, p->block, at, &c, &why) != 0) {
            first_why = at == first ? why : first_why;
        } else if (p->n == ENTRIES) {
            p->left_out++;
        } else {
            p->entry[p->n] = (struct entry){.at = at, .c = c, .map = NAN, .mle = NAN};
            name_entry(p, &p->entry[p->n++]);
        }
    }
    if (p->n > 0)
        return 0;
    *e = first_why;
    return -1;
}

/* The first block whose prior is in force, where none is named. */
static int choose_block(struct priors *p, struct error *e)
{
    const struct layout *l = &p->m->model->theta;
    struct error why = {0};
    struct conjugate c;

    for (size_t i = 0; i < l->nblock; i++)
        if (conjugate_of(p, &l->block[i], 0, &c, i == 0 ? &why : &(struct error){0}) == 0) {
            p->block = &l->block[i];
            return add_entries(p, 0, p->block->size, e);
        }
    *e = why;
    return -1;
}

static int unknown_block(const struct model *m, const char *word, struct error *e)
{
    struct text all = TEXT_INIT;

    for (size_t i = 0; i < m->theta.nblock; i++)
        text_addf(&all, "%s%s", i ? ", " : "", m->theta.block[i].name);
    error_set(e, "θ of %s has no block '%.60s'", m->name, word);
    error_hint(e, "it has %s", all.s);
    text_clear(&all);
    return -1;
}

static int read_block(struct priors *p, const struct options *o, struct error *e)
{
    const struct option *word = options_find(o, prior_argument.name);
    size_t index[BLOCK_RANK], nindex, first, count;

    if (!word)
        return choose_block(p, e);
    p->block = block_named(&p->m->model->theta, word->value[0]);
    if (!p->block) {
        unknown_block(p->m->model, word->value[0], e);
        return error_place(e, word->at);
    }
    if (block_indices(word->value[0], index, &nindex, e) != 0 ||
        block_run(p->block, index, nindex, &first, &count, e) != 0 ||
        add_entries(p, first, count, e) != 0)
        return error_place(e, word->at);
    return 0;
}

/* ---- the M-step's answers --------------------------------------------------------------- */

/* Without the prior; an answer that does not exist is left out. */
static void find_mle(struct priors *p)
{
    const struct model *m = p->m->model;
    const struct m_how how = {.kind = M_EXACT, .blocks = machine_blocks(p->m)};
    struct error ignored = {0};

    p->mle = theta_copy(p->here->theta, &ignored);
    if (p->mle && m->class->m_step(m, p->q, &how, NULL, p->mle, &ignored) != 0) {
        theta_free(p->mle);
        p->mle = NULL;
    }
}

static void find_answers(struct priors *p)
{
    const struct theta *map = NULL;
    struct error ignored = {0};
    unsigned own = 1u << layout_place(&p->m->model->theta, p->block);

    if (!p->q || p->m->model->class->theta_in_q)
        return;
    find_mle(p);
    if (!(p->m->frozen & own) && machine_m_answer(p->m, &map, &ignored) == 0)
        p->map = theta_copy(map, &ignored);
    for (size_t i = 0; i < p->n; i++) {
        size_t at = p->block->offset + p->entry[i].at;

        p->entry[i].map = p->map ? p->map->b.v[at] : NAN;
        p->entry[i].mle = p->mle ? p->mle->b.v[at] : NAN;
    }
}

/* ---- one entry -------------------------------------------------------------------------- */

static bool has_posterior(const struct entry *t)
{
    return t->c.posterior.family != MARGINAL_NONE;
}

static void include(double v, double *low, double *high)
{
    if (isfinite(v)) {
        *low = fmin(*low, v);
        *high = fmax(*high, v);
    }
}

/* What is cut off at each end: more of a Student's long tails. */
static double tail_of(const struct marginal *m, double otherwise)
{
    return m->family == MARGINAL_STUDENT && m->a < 5 ? 0.03 : otherwise;
}

static void choose_range(const struct entry *t, double *low, double *high)
{
    const struct marginal *prior = &t->c.prior, *post = &t->c.posterior;

    double p = tail_of(prior, 0.005);

    *low = marginal_quantile(prior, p);
    *high = marginal_quantile(prior, 1 - p);
    if (has_posterior(t)) {
        p = tail_of(post, 0.001);
        double from = marginal_quantile(post, p), to = marginal_quantile(post, 1 - p);
        double reach = 0.5 * (WIDEST - 1) * (to - from);

        *low = fmax(*low, from - reach);
        *high = fmin(*high, to + reach);
        include(from, low, high);
        include(to, low, high);
    }
    include(t->map, low, high);
    include(t->mle, low, high);
    if (!(*high > *low)) {
        *low -= 1;
        *high += 1;
    }
}

/* Its greatest height between low and high; of one with a pole, some way up it. */
static double height(const struct marginal *m, double low, double high)
{
    double middle = marginal_density(m, marginal_quantile(m, 0.5)), most = 0;

    for (int i = 0; i < POINTS; i++)
        most = fmax(most, marginal_density(m, low + (high - low) * i / (POINTS - 1)));
    return most > POLE * middle ? TALLEST * middle : most;
}

static void add_curve(struct figure *f, const struct marginal *m, enum ink ink, const char *name,
                      const char *label, double low, double high)
{
    struct series *s = figure_add(f, STYLE_LINE, ink, name, label, POINTS);

    for (size_t i = 0; i < s->n; i++) {
        double v;

        s->x[i] = low + (high - low) * (double)i / (POINTS - 1);
        v = marginal_density(m, s->x[i]);
        s->y[i] = isfinite(v) ? v : NAN;
    }
}

static void add_mark(struct figure *f, const struct entry *t, double at, enum ink ink,
                     const char *name, const char *label)
{
    double y = marginal_density(&t->c.posterior, at);

    if (!isfinite(at))
        return;
    struct series *s = figure_add(f, STYLE_POINTS, ink, name, label, 1);
    s->x[0] = at;
    s->y[0] = isfinite(y) ? y : 0;
    s->filled = true;
}

static void draw_entry(const struct priors *p, const struct entry *t, struct figure *f)
{
    bool own = p->m->model->class->theta_in_q;
    double low, high, top;

    choose_range(t, &low, &high);
    top = height(&t->c.prior, low, high);
    add_curve(f, &t->c.prior, INK_BOUND, "prior", "prior", low, high);
    if (has_posterior(t)) {
        double most = height(&t->c.posterior, low, high);

        top = fmax(most, fmin(top, TALLEST * most));
        add_curve(f, &t->c.posterior, INK_TRUTH, "posterior",
                  own ? "its factor of q" : "posterior given q", low, high);
        add_mark(f, t, t->mle, INK_STEP, "mle", "MLE: M without it");
        add_mark(f, t, t->map, INK_TOUCH, "map", "MAP: M with it");
    }
    f->x.ranged = f->y.ranged = true;
    f->x.low = low - 0.02 * (high - low);
    f->x.high = high + 0.02 * (high - low);
    f->y.low = 0;
    f->y.high = 1.1 * top;
}

/* ---- the picture ------------------------------------------------------------------------ */

/* "Beta(2, 3.5)" */
static void add_marginal(const struct marginal *m, struct text *out)
{
    const double v[] = {m->a, m->b, m->c};
    char number[NUMBER_TEXT];

    text_addf(out, "%s(", marginal_name(m));
    for (int i = 0; i < marginal_parameters(m); i++)
        text_addf(out, "%s%s", i ? ", " : "", number_text(number, v[i], DIGITS));
    text_add(out, ")");
}

static void add_claim(const struct priors *p, struct text *out)
{
    const struct entry *t = &p->entry[0];
    char q[24];

    picture_subscripted(q, sizeof q, "q", p->here ? p->here->q_count : 0);
    if (p->n > 1) {
        text_addf(out, "the prior of %s", t->c.of ? t->c.of : p->block->name);
        if (has_posterior(t) && p->m->model->class->theta_in_q)
            text_add(out, ", and its factor of q");
        else if (has_posterior(t))
            text_addf(out, ", and its posterior given %s", q);
        return;
    }
    text_addf(out, "%s ~ ", t->name);
    add_marginal(&t->c.prior, out);
    if (has_posterior(t)) {
        text_addf(out, "; given %s: ", p->m->model->class->theta_in_q ? "the data" : q);
        add_marginal(&t->c.posterior, out);
    }
}

static void add_note(const struct priors *p, struct figure *f)
{
    char note[120];

    if (p->left_out)
        snprintf(note, sizeof note, "the first %zu of %zu entries", p->n, p->n + p->left_out);
    else if (!has_posterior(&p->entry[0]))
        snprintf(note, sizeof note, "an e gives the posterior");
    else if (p->m->model->class->theta_in_q)
        snprintf(note, sizeof note, "the factor as θ has it here");
    else
        snprintf(note, sizeof note, "posterior ∝ p(θ) exp E_q log p(X,Z|θ), by itself");
    figure_note(f, note);
}

/* In the cell after the last entry's. */
static void add_key(const struct priors *p, struct figure *f)
{
    struct figure *key = figure_new(NULL, NULL, NULL);

    figure_panel(f, key, p->n / ACROSS, p->n % ACROSS, "key");
    if (!key)
        return;
    key->bare = true;
    for (size_t i = 0; i < f->nseries; i++) {
        const struct series *s = f->series[i];
        struct series *own = figure_add(key, s->style, s->ink, "key", s->label, 0);
        own->filled = s->filled;
    }
}

static void add_panels(const struct priors *p, struct figure *f)
{
    f->key = KEY_NONE;
    add_key(p, f);
    f->name = mem_copy_text(p->entry[0].name);
    for (size_t i = 1; i < p->n; i++) {
        struct figure *panel = figure_new(NULL, p->entry[i].name, "density");

        figure_panel(f, panel, i / ACROSS, i % ACROSS, p->entry[i].name);
        if (!panel)
            return;
        panel->key = KEY_NONE;
        draw_entry(p, &p->entry[i], panel);
    }
}

static int make(struct priors *p, const struct options *o, struct figure **f, struct error *e)
{
    struct text title = TEXT_INIT;

    if (read_block(p, o, e) != 0)
        return -1;
    find_answers(p);
    picture_title(p->m, &title);
    add_claim(p, &title);
    *f = figure_new(title.s, p->entry[0].name, "density");
    text_clear(&title);
    if (!*f)
        return error_no_memory(e);
    (*f)->key = KEY_TOP_RIGHT;
    draw_entry(p, &p->entry[0], *f);
    add_note(p, *f);
    if (p->n > 1)
        add_panels(p, *f);
    return 0;
}

static int draw_prior(struct machine *m, const struct options *o, struct figure **f,
                      struct error *e)
{
    struct priors p = {.m = m, .here = machine_here(m)};
    struct latent *q = NULL;

    if (p.here && p.here->has_q && !(q = machine_q(m, p.here, e)))
        return -1;
    p.q = q;
    int r = make(&p, o, f, e);
    theta_free(p.map);
    theta_free(p.mle);
    latent_free(q);
    return r;
}

const struct picture prior_picture = {
    .name = "prior",
    .summary = "the prior of an entry of θ, and its conjugate posterior given q",
    .argument = &prior_argument,
    .suits = prior_suits,
    .draw = draw_prior,
};
