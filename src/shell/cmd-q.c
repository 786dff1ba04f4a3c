/* SPDX-License-Identifier: GPL-3.0-or-later */
/* q: set q by hand; any q is legal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "numeric/logspace.h"
#include "shell/command.h"
#include "shell/jsonfile.h"
#include "shell/report.h"
#include "shell/session.h"

enum { Q_FILE_LIMIT = 1 << 30 };

static const struct option_spec q_options[] = {
    {"labels", OPTION_COLUMN, "COLUMN", "all of each row's mass on the component that it names"},
    {"seed", OPTION_COUNT, "N", "for q random"},
    {NULL},
};

/* The q that is here, copied; an empty one when there is none. */
static struct latent *working_copy(const struct session *s, struct error *e)
{
    const struct state *here = machine_here(s->machine);
    if (here && here->q)
        return latent_copy(here->q, e);
    if (!here && s->machine->pending_q)
        return latent_copy(s->machine->pending_q, e);
    return latent_new(&s->machine->model->q, e);
}

static bool has_any_q(const struct session *s)
{
    const struct state *here = machine_here(s->machine);
    return here ? here->has_q : s->machine->pending_q != NULL;
}

static int not_by_rows(const struct session *s, struct error *e)
{
    const struct model *m = s->machine->model;
    const struct model_class *class = m->class;
    error_set(e, "the rows of %s's q cannot be set one by one%s%s", m->name,
              class->chained ? ": " : "", class->chained ? class->chained : "");
    return error_hint(e, "q load FILE sets all of q; q uniform and q random do too");
}

/* ---- by kind ---------------------------------------------------------------------------- */

static int q_of_kind(struct session *s, const struct call *c, enum e_kind kind, struct error *e)
{
    size_t seed = s->set.seed;
    const struct model *m = s->machine->model;
    if (options_count(&c->options, "seed", 0, (size_t)1 << 32, &seed, e) != 0)
        return -1;
    struct e_how how = {.kind = kind, .random = random_new(seed, e)};
    struct latent *q = how.random ? working_copy(s, e) : NULL;
    int r = q && m->class->e_step(m, NULL, &how, q, e) == 0 ? machine_set_q(s->machine, q, e) : -1;
    latent_free(q);
    if (how.random)
        gsl_rng_free(how.random);
    return r;
}

/* Each row's mass to its largest entry, ties to the first. */
static int q_hard(struct session *s, struct error *e)
{
    const struct block *b = &s->machine->model->q.block[0];
    if (!s->machine->model->class->rows || b->constraint != CONSTRAINT_SIMPLEX)
        return not_by_rows(s, e);
    if (!has_any_q(s)) {
        error_set(e, "there is no q to harden");
        return error_hint(e, "take an `e` first, or e hard");
    }
    struct latent *q = working_copy(s, e);
    if (!q)
        return -1;
    size_t k = b->dim[1];
    for (size_t i = 0; i < b->dim[0]; i++) {
        double *row = q->b.v + b->offset + i * k;
        size_t best = most_probable(k, row);
        for (size_t j = 0; j < k; j++)
            row[j] = j == best ? 1.0 : 0.0;
    }
    int r = machine_set_q(s->machine, q, e);
    latent_free(q);
    return r;
}

/* ---- a row ------------------------------------------------------------------------------ */

static int read_values(const struct call *c, size_t first, double *v, size_t n, struct error *e)
{
    if (c->nword - first != n) {
        error_set_at(e, c->word[c->nword - 1].at, "%zu value%s, where a row of q has %zu",
                     c->nword - first, c->nword - first == 1 ? "" : "s", n);
        return error_hint(e, "q set ROW v v …");
    }
    for (size_t i = 0; i < n; i++)
        if (!number_parse(c->word[first + i].text, &v[i]))
            return error_set_at(e, c->word[first + i].at, "'%s' is not a number",
                                c->word[first + i].text);
    return 0;
}

static int fill_row(const struct session *s, const struct call *c, struct latent *q,
                    struct error *e)
{
    const struct block *b = &q->b.layout->block[0];
    size_t row;
    if (b->rank == 0) /* a scalar has no rows: q set 0.05 */
        return read_values(c, 1, q->b.v + b->offset, 1, e);
    if (!s->machine->model->class->rows)
        return not_by_rows(s, e);
    if (c->nword < 2 || !count_parse(c->word[1].text, &row) || row < 1 || row > b->dim[0]) {
        error_set_at(e, c->word[c->nword > 1].at, "q set needs a row from 1 to %zu", b->dim[0]);
        return error_hint(e, "q set ROW v v …");
    }
    size_t width = b->size / b->dim[0];
    return read_values(c, 2, q->b.v + b->offset + (row - 1) * width, width, e);
}

static int q_set_row(struct session *s, const struct call *c, struct error *e)
{
    if (s->machine->model->q.block[0].rank > 0 && !has_any_q(s)) {
        error_set(e, "q set changes one row, and there is no q yet");
        return error_hint(e, "q uniform first, or an `e`");
    }
    struct latent *q = working_copy(s, e);
    int r = q ? fill_row(s, c, q, e) : -1;
    if (r == 0 && machine_set_q(s->machine, q, e) != 0)
        r = error_place(e, c->word[c->nword - 1].at);
    latent_free(q);
    return r;
}

/* ---- labels ----------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The different values of a column, in ascending order, into distinct (nrow); how many. */
static size_t distinct_values(const struct column *c, size_t n, double *distinct)
{
    memcpy(distinct, c->value, n * sizeof *distinct);
    qsort(distinct, n, sizeof *distinct, by_value);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (count == 0 || distinct[i] != distinct[count - 1])
            distinct[count++] = distinct[i];
    return count;
}

static int fill_labels(const struct session *s, const struct column *c, const struct option *o,
                       struct latent *q, double *distinct, struct error *e)
{
    size_t n = s->machine->model->obs.n, k = s->machine->model->k;
    size_t count = distinct_values(c, n, distinct);
    if (count > k)
        return error_set_at(e, o->at, "%s has %zu different labels, and the model %zu components",
                            c->name, count, k);
    memset(q->b.v, 0, q->b.layout->size * sizeof *q->b.v);
    for (size_t i = 0; i < n; i++) {
        double *at = bsearch(&c->value[i], distinct, count, sizeof *distinct, by_value);
        q->b.v[i * k + (size_t)(at - distinct)] = 1.0;
    }
    if (s->machine->model->class->label)
        s->machine->model->class->label(s->machine->model, q);
    return 0;
}

static int q_labels(struct session *s, const struct option *o, struct error *e)
{
    const struct model *m = s->machine->model;
    const struct block *b = &m->q.block[0];
    size_t at;
    if (!(m->class->rows || m->class->label) || b->constraint != CONSTRAINT_SIMPLEX)
        return not_by_rows(s, e);
    if (o->nvalue != 1)
        return error_set_at(e, o->at, "labels= names one column");
    if (dataset_find_column(m->obs.data, o->value[0], &at, e) != 0)
        return error_place(e, o->value_at[0]);
    const struct column *c = &m->obs.data->column[at];
    if (c->nmissing)
        return error_set_at(e, o->value_at[0], "%s has %zu missing label%s", c->name, c->nmissing,
                            c->nmissing == 1 ? "" : "s");
    struct latent *q = latent_new(&m->q, e);
    double *distinct = NEW_ARRAY(m->obs.n, double);
    int r = q && distinct ? fill_labels(s, c, o, q, distinct, e) : error_no_memory(e);
    if (r == 0)
        r = machine_set_q(s->machine, q, e);
    mem_free(distinct);
    latent_free(q);
    return r;
}

/* ---- a file ----------------------------------------------------------------------------- */

/* {"gamma": [[…]]}, or the bare value when q is one block. */
static int q_load(struct session *s, const struct word *file, struct error *e)
{
    struct latent *q = latent_new(&s->machine->model->q, e);
    json_t *j = q ? json_from_file(s, file->text, Q_FILE_LIMIT, e) : NULL;
    if (j && !json_is_object(j) && q->b.layout->nblock == 1)
        j = json_pack("{so}", q->b.layout->block[0].name, j);
    int r = j && blocks_from_json(&q->b, j, e) == 0 ? machine_set_q(s->machine, q, e) : -1;
    json_decref(j);
    latent_free(q);
    return r == 0 ? 0 : error_place(e, file->at);
}

static int set_q(struct session *s, const struct call *c, struct error *e)
{
    const char *how = c->nword ? c->word[0].text : "";
    const struct option *labels = options_find(&c->options, "labels");
    if (c->nword == 0 && labels)
        return q_labels(s, labels, e);
    if (strcmp(how, "set") == 0 && c->nword > 1)
        return q_set_row(s, c, e);
    if (strcmp(how, "load") == 0 && c->nword == 2)
        return q_load(s, &c->word[1], e);
    if (c->nword == 1 && strcmp(how, "uniform") == 0)
        return q_of_kind(s, c, E_UNIFORM, e);
    if (c->nword == 1 && strcmp(how, "random") == 0)
        return q_of_kind(s, c, E_RANDOM, e);
    if (c->nword == 1 && strcmp(how, "hard") == 0)
        return q_hard(s, e);
    error_set(e, "q: what is it to be set to?");
    return error_hint(e, "q uniform, random, hard, set ROW v…, labels=COLUMN or load FILE; "
                         "show q prints it");
}

static int run_q(struct session *s, const struct call *c, struct error *e)
{
    size_t gone = s->machine->let_go;
    if (set_q(s, c, e) != 0)
        return -1;
    report_memory(s, gone);
    if (!machine_here(s->machine))
        session_note(s, "q is set; there is no θ yet: m makes the first one from this q");
    report_state(s);
    return 0;
}

const struct command cmd_q = {
    .name = "q",
    .group = "step",
    .usage = "q uniform|random|hard|set ROW v…|labels=COLUMN|load FILE",
    .summary = "set q by hand: any q is legal, that is the point",
    .details = "q is a first-class object, not something derived from θ. A q set by hand has a\n"
               "gap KL > 0 above it, and the next M-step may lower ℓ.\n"
               "\n"
               "  q uniform           1/K everywhere\n"
               "  q random seed=3     random rows\n"
               "  q hard              each row's mass to its largest entry\n"
               "  q set 5 0.2 0.8     row 5; of a model whose q is one number: q set 0.05\n"
               "  q labels=z          the complete-data case: the labels are known\n"
               "  q load q.json       {\"gamma\": [[…], …]}\n",
    .needs = NEED_MODEL,
    .options = q_options,
    .argument = ARG_CHOICE,
    .choices = "uniform|random|hard|set|load",
    .max_words = 10002,
    .run = run_q,
};
