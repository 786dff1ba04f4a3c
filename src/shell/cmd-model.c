/* SPDX-License-Identifier: GPL-3.0-or-later */
/* models, model, init */
#include <string.h>

#include "base/memory.h"
#include "em/starts.h"
#include "shell/command.h"
#include "shell/modelling.h"
#include "shell/page.h"
#include "shell/report.h"
#include "shell/session.h"

/* The column of the names: the widest, and a gap. */
static size_t names_width(void)
{
    size_t widest = 0;
    for (const struct model_class *const *m = model_classes; *m; m++)
        if (text_width((*m)->name) > widest)
            widest = text_width((*m)->name);
    return widest + 2;
}

static int run_models(struct session *s, const struct call *c, struct error *e)
{
    json_t *reply = session_reply(s, NULL), *all = json_array();
    struct page page = page_of(s);
    (void)c;
    (void)e;
    for (const struct model_class *const *m = model_classes; *m; m++) {
        json_array_append_new(all, json_pack("{ss ss ss}", "name", (*m)->name, "summary",
                                             (*m)->summary, "source", (*m)->source));
        if (!reply)
            page_row(&page, (*m)->name, names_width(), (*m)->summary);
    }
    json_object_set(reply, "models", all);
    json_decref(all);
    return 0;
}

const struct command cmd_models = {
    .name = "models",
    .group = "model",
    .usage = "models",
    .summary = "list the models",
    .details = "help gmm tells the options and the starts of gmm; so with each.\n",
    .run = run_models,
};

/* In one line if it fits; else what it needs begins one, and so does what goes beyond the width. */
static void say_model(struct session *s, const char *shapes)
{
    static const char needs[] = "needs a start: init, or theta";
    const struct model *m = s->machine->model;
    struct page page = page_of(s);
    struct text line = TEXT_INIT;

    text_addf(&line, "%s: %s; θ has %s", m->name, m->about, shapes);
    bool starts = machine_here(s->machine) != NULL;
    bool fits = text_width(line.s) + 2 + strlen(needs) <= page.width;
    if (!starts && fits)
        text_addf(&line, "; %s", needs);
    page_words(&page, line.s, 0, 5);
    if (!starts && !fits)
        text_addf(&s->out, "     %s\n", needs);
    text_clear(&line);
}

static void report_model(struct session *s)
{
    const struct model *m = s->machine->model;
    struct text shapes = TEXT_INIT;
    for (size_t i = 0; i < m->theta.nblock; i++) {
        text_add(&shapes, i ? " " : "");
        block_shape(&m->theta.block[i], &shapes);
    }
    json_t *reply = session_reply(s, NULL);
    if (reply) {
        json_object_set_new(reply, "model", json_string(m->name));
        json_object_set_new(reply, "about", json_string(m->about));
        json_object_set_new(reply, "shapes", json_string(shapes.s));
        json_object_set_new(reply, "rows", json_integer((json_int_t)m->obs.n));
    } else if (!s->quiet) {
        say_model(s, shapes.s);
    }
    text_clear(&shapes);
}

struct machine *model_bind(struct dataset *data, const struct call *c,
                           volatile sig_atomic_t *interrupt, struct error *e)
{
    const char *name = c->word[0].text;
    const struct model_class *class = model_class_find(name, e);
    struct model *m = class ? model_open(name, data, &c->options, interrupt, e) : NULL;
    if (!m && (!class || class->ending))
        error_place(e, c->word[0].at);
    return m ? machine_new(m, e) : NULL;
}

void model_take(struct session *s, struct machine *m, char *words)
{
    m->history_limit = s->set.history_limit << 20;
    m->model->threads = s->set.threads;
    session_set_machine(s, m);
    mem_free(s->model_words);
    s->model_words = words;
}

/* What stood after `model`, a file's name as the path that it leads to. */
static char *words_of_model(struct session *s, const struct call *c, struct error *e)
{
    const char *name = c->word[0].text;
    size_t after = c->word[0].at.offset + c->word[0].at.length;
    struct text path = TEXT_INIT, words = TEXT_INIT;
    int r = file_to_read(s, name, &path, e);

    bool led = strchr(name, '.') && strcmp(path.s, name) != 0 && !strchr(path.s, '\'');
    if (r == 0 && led)
        text_addf(&words, "'%s'%s", path.s, c->line + after);
    else if (r == 0)
        text_add(&words, c->raw);
    text_clear(&path);
    char *out = r == 0 ? text_take(&words) : NULL;
    if (!out && r == 0)
        error_no_memory(e);
    return out;
}

static int run_model(struct session *s, const struct call *c, struct error *e)
{
    if (c->nword == 0) {
        if (!s->machine) {
            error_set(e, "no model has been chosen");
            return error_hint(e, "models lists them: model NAME k=2");
        }
        report_model(s);
        return 0;
    }
    if (!s->data) {
        error_set(e, "model needs data");
        return error_hint(e, "load a table first, e.g. load faithful");
    }
    char *words = words_of_model(s, c, e);
    bool same = words && strcmp(words, c->raw) == 0; /* then errors have their place */
    struct machine *m = !words ? NULL
                        : same ? model_bind(s->data, c, s->interrupt, e)
                               : model_bind_words(s->data, words, s->interrupt, e);
    if (!m) {
        mem_free(words);
        return -1;
    }
    model_take(s, m, words);
    report_model(s);
    return 0;
}

const struct command cmd_model = {
    .name = "model",
    .group = "model",
    .usage = "model [NAME] [k=K] [columns=A,B] [weights=COLUMN] [cov=…] …",
    .summary = "choose a model for the data; without a name: say which is chosen",
    .details = "columns= names the data columns, by name or by number from 1 (a name wins); all\n"
               "numeric ones when it is left out. weights= names a column of row frequencies.\n"
               "\n"
               "  model gmm k=2 columns=eruptions          one dimension, two components\n"
               "  model gmm k=3 cov=tied                   full, tied, diag or spherical\n"
               "  model binomial k=2                       columns heads, tosses\n"
               "  model poisson k=2 columns=deaths weights=frequency\n"
               "  model linkage columns=count              Dempster, Laird & Rubin 1977\n"
               "  model mvn columns=Ozone,Wind,Temp        normal with missing entries\n"
               "  model vbgmm k=6 columns=eruptions        the weights, means … in q too\n"
               "  model bradley-terry                      columns winner, loser, wins\n"
               "  model maxent columns=face targets=4.5    or moments=1,2, or weights=COLUMN\n"
               "\n"
               "θ needs a start then: init, or theta NAME=v,…\n",
    .open_options = true,
    .argument = ARG_MODEL,
    .max_words = 1,
    .run = run_model,
};

/* ---- init ------------------------------------------------------------------------------- */

static const struct option_spec init_options[] = {
    {"seed", OPTION_COUNT, "N", "of the random numbers; set seed when left out"},
    {NULL},
};

static const char *init_method(const struct session *s, const struct call *c, struct error *e)
{
    const char *asked = c->nword ? c->word[0].text : NULL;
    const char *method = starts_method(s->machine->model, asked, "", e);
    if (!method)
        error_place(e, c->word[0].at);
    return method;
}

static int run_init(struct session *s, const struct call *c, struct error *e)
{
    size_t seed = s->set.seed;
    const struct model *m = s->machine->model;
    const char *method = init_method(s, c, e);
    if (!method || options_count(&c->options, "seed", 0, (size_t)1 << 32, &seed, e) != 0)
        return -1;
    gsl_rng *random = random_new(seed, e);
    struct theta *t = random ? theta_new(&m->theta, e) : NULL;
    int r = -1;
    if (t && m->class->init(m, method, random, t, e) == 0)
        r = machine_start(s->machine, t, e);
    theta_free(t);
    if (random)
        gsl_rng_free(random);
    if (r != 0)
        return -1;
    if (s->json)
        report_terms_json(s, session_reply(s, NULL));
    if (s->json || !s->quiet)
        report_theta_brief(s);
    return 0;
}

const struct command cmd_init = {
    .name = "init",
    .group = "model",
    .usage = "init [METHOD] [seed=N]",
    .summary = "make a start θ₀ from the data",
    .details = "The methods are the model's own, the first its default: help gmm lists those of\n"
               "gmm. A new init starts again from t = 0; the states before it can still be gone\n"
               "to. The same seed gives the same start.\n"
               "\n"
               "  init\n"
               "  init random seed=7\n",
    .needs = NEED_MODEL,
    .options = init_options,
    .argument = ARG_INIT,
    .max_words = 1,
    .run = run_init,
};
