/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample: data drawn from the model, whose truth is known. */
#include <string.h>

#include "base/memory.h"
#include "shell/command.h"
#include "shell/modelling.h"
#include "shell/truth.h"

enum { ROWS_MOST = 10000000 };

static const struct option_spec sample_options[] = {
    {"seed", OPTION_COUNT, "N", "of the random numbers; set seed when left out"},
    {NULL},
};

static int read_size(const struct call *c, size_t *n, struct error *e)
{
    if (count_parse(c->word[0].text, n) && *n >= 1 && *n <= ROWS_MOST)
        return 0;
    error_set_at(e, c->word[0].at, "'%s' is not a number of rows from 1 to %d", c->word[0].text,
                 ROWS_MOST);
    return error_hint(e, "sample 200");
}

/* ---- the rows ---------------------------------------------------------------------------- */

/* The labels' column is called z, or as the model's columns leave room for. */
static char *label_name(const struct model *m)
{
    struct text name = TEXT_INIT;
    text_add(&name, "z");
    for (size_t j = 0; j < m->obs.d; j++)
        if (strcmp(observations_name(&m->obs, j), name.s) == 0) {
            text_add(&name, "_");
            j = (size_t)-1; /* from the first again */
        }
    return text_take(&name);
}

static int name_columns(struct dataset *d, const struct model *m, struct error *e)
{
    for (size_t j = 0; j < d->ncol; j++) {
        char *name = j < m->obs.d ? mem_copy_text(observations_name(&m->obs, j)) : label_name(m);
        if (!name)
            return error_no_memory(e);
        mem_free(d->column[j].name);
        d->column[j].name = name;
    }
    return 0;
}

static int fill(struct dataset *data, const struct model *m, const struct theta *theta, size_t n,
                gsl_rng *random, struct error *e)
{
    size_t d = m->obs.d;
    double *x = NEW_ARRAY(data->nrow * d, double);
    double *z = data->ncol > d ? data->column[d].value : NULL;
    int r = x ? m->class->sample(m, theta, random, n, x, z, e) : error_no_memory(e);
    for (size_t j = 0; r == 0 && j < d; j++)
        for (size_t i = 0; i < data->nrow; i++)
            data->column[j].value[i] = x[i * d + j];
    mem_free(x);
    return r;
}

static struct dataset *draw(const struct model *m, const struct theta *theta, size_t n,
                            unsigned long seed, struct error *e)
{
    size_t rows = m->class->table ? m->class->table : n;
    gsl_rng *random = random_new(seed, e);
    struct dataset *data = random ? dataset_new("sample", rows, m->obs.d + (m->k > 0), e) : NULL;
    if (data && (name_columns(data, m, e) != 0 || fill(data, m, theta, n, random, e) != 0)) {
        dataset_free(data);
        data = NULL;
    }
    if (random)
        gsl_rng_free(random);
    return data;
}

/* ---- the model on them ------------------------------------------------------------------- */

/* Columns by their names, for they are numbered anew, and every row counts once. */
static char *words_for(const struct session *s, struct error *e)
{
    static const char *const less[] = {"columns", "weights", NULL};
    const struct model *m = s->machine->model;
    struct text more = TEXT_INIT;
    for (size_t j = 0; j < m->obs.d; j++) {
        text_add(&more, j ? "," : "columns=");
        model_quote(&more, observations_name(&m->obs, j));
    }
    char *words = more.failed ? NULL : model_words_with(s->model_words, less, more.s, e);
    if (more.failed)
        error_no_memory(e);
    text_clear(&more);
    return words;
}

/* A symbol that was not drawn would be missing from the model's θ. */
static int check_shape(const struct model *was, const struct model *is, struct error *e)
{
    if (was->theta.size == is->theta.size)
        return 0;
    error_set(e, "the rows that were drawn do not show the model's whole alphabet");
    return error_hint(e, "draw more of them, or name its size: model hmm … symbols=V");
}

/* Prior and held blocks go along. */
static int carry(const struct machine *from, struct machine *to, struct error *e)
{
    struct prior prior = {.b = {&to->model->prior_layout, from->prior.b.v},
                          .given = from->prior.given};
    machine_freeze(to, from->frozen);
    return prior.given ? machine_set_prior(to, &prior, e) : 0;
}

static void report(struct session *s, size_t n)
{
    const struct model *m = s->machine->model;
    json_t *reply = session_reply(s, NULL), *columns = json_array();
    for (size_t j = 0; j < s->data->ncol; j++)
        json_array_append_new(columns, json_string(s->data->column[j].name));
    json_object_set_new(reply, "model", json_string(m->name));
    json_object_set_new(reply, "rows", json_integer((json_int_t)s->data->nrow));
    json_object_set_new(reply, "drawn", json_integer((json_int_t)n));
    json_object_set(reply, "columns", columns);
    json_decref(columns);
    if (reply || s->quiet)
        return;
    text_addf(&s->out, "sample: %zu draw%s from %s at the θ that was here%s", n, n == 1 ? "" : "s",
              m->name, s->truth->labelled ? "; column " : "");
    if (s->truth->labelled)
        text_addf(&s->out, "%s has the labels", s->data->column[m->obs.d].name);
    text_add(&s->out, "\n        needs a start: init, or theta; show truth compares\n");
}

static int take(struct session *s, struct dataset *data, struct error *e)
{
    char *words = words_for(s, e);
    struct machine *m = words ? model_bind_words(data, words, s->interrupt, e) : NULL;
    struct truth *truth = NULL;
    if (m && check_shape(s->machine->model, m->model, e) == 0 && carry(s->machine, m, e) == 0)
        truth = truth_new(s->machine->model, machine_here(s->machine)->theta, data, words, e);
    if (!truth) {
        machine_free(m);
        mem_free(words);
        return -1;
    }
    model_take(s, m, words);
    dataset_free(s->data);
    s->data = dataset_ref(data);
    truth_free(s->truth);
    s->truth = truth;
    return 0;
}

static int run_sample(struct session *s, const struct call *c, struct error *e)
{
    const struct model *m = s->machine->model;
    size_t n, seed = s->set.seed;
    if (!m->class->sample) {
        error_set(e, "%s cannot be drawn from", m->name);
        return error_hint(e, "the mixtures, mvn, ppca, fa, hmm and linkage can");
    }
    if (read_size(c, &n, e) != 0 ||
        options_count(&c->options, "seed", 0, (size_t)1 << 32, &seed, e) != 0)
        return -1;
    struct dataset *data = draw(m, machine_here(s->machine)->theta, n, seed, e);
    int r = data ? take(s, data, e) : -1;
    dataset_free(data);
    if (r == 0)
        report(s, n);
    return r;
}

const struct command cmd_sample = {
    .name = "sample",
    .group = "data",
    .usage = "sample N [seed=N]",
    .summary = "draw N rows from the model at θ: they become the data",
    .details = "The new data have the model's columns and, where the rows have labels, those in\n"
               "a column z. The same model is chosen for them, with its prior; it needs a start.\n"
               "The θ that was here is kept as the truth: show truth sets the estimate beside\n"
               "it. The same seed gives the same rows.\n"
               "\n"
               "  sample 200 seed=1\n"
               "  q labels=z                the labels known: the complete-data case\n"
               "  show truth\n"
               "\n"
               "binomial takes its tosses from the rows of the data in turn; linkage counts N\n"
               "individuals into its four cells.\n",
    .needs = NEED_MODEL | NEED_THETA,
    .options = sample_options,
    .argument = ARG_NUMBER,
    .min_words = 1,
    .max_words = 1,
    .run = run_sample,
};
