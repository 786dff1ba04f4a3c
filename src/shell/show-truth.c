/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show truth: what sample drew from, beside what EM makes of it. */
#include "shell/truth.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "em/align.h"
#include "em/block_json.h"
#include "numeric/logspace.h"
#include "shell/grid.h"
#include "shell/modelling.h"
#include "shell/show.h"

/* ---- the truth --------------------------------------------------------------------------- */

struct truth *truth_new(const struct model *m, const struct theta *theta, struct dataset *data,
                        const char *words, struct error *e)
{
    struct truth *t = NEW(struct truth);
    if (t) {
        t->data = dataset_ref(data);
        t->words = mem_copy_text(words);
        t->layout = m->theta;
        for (size_t i = 0; i < t->layout.nblock; i++) /* these live with the model */
            t->layout.block[i].label = NULL;
        t->labelled = data->ncol > m->obs.d;
        t->k = m->k;
        t->theta = theta_new(&t->layout, e);
    }
    if (!t || !t->words || !t->theta) {
        truth_free(t);
        error_no_memory(e);
        return NULL;
    }
    memcpy(t->theta->b.v, theta->b.v, t->layout.size * sizeof *theta->b.v);
    return t;
}

void truth_free(struct truth *t)
{
    if (!t)
        return;
    theta_free(t->theta);
    dataset_free(t->data);
    mem_free(t->words);
    mem_free(t);
}

static bool labels_are_whole(const struct truth *t)
{
    const struct column *z = &t->data->column[t->data->ncol - 1];
    for (size_t i = 0; i < t->data->nrow; i++) {
        double v = z->value[i];
        if (!(v >= 1.0 && v <= (double)t->k && v == floor(v)))
            return false;
    }
    return true;
}

json_t *truth_to_json(const struct truth *t)
{
    return json_pack("{ss so}", "model", t->words, "theta", blocks_to_json(&t->theta->b));
}

struct truth *truth_from_json(const json_t *j, struct dataset *data,
                              volatile sig_atomic_t *interrupt, struct error *e)
{
    const char *words = json_string_value(json_object_get(j, "model"));
    struct truth *t = NULL;
    if (!words) {
        error_set(e, "the file's truth names no model");
        return NULL;
    }
    struct machine *m = model_bind_words(data, words, interrupt, e);
    struct theta *theta = m ? theta_new(&m->model->theta, e) : NULL;
    if (theta && blocks_from_json(&theta->b, json_object_get(j, "theta"), e) == 0)
        t = truth_new(m->model, theta, data, words, e);
    theta_free(theta);
    machine_free(m);
    if (t && t->labelled && !labels_are_whole(t)) {
        error_set(e, "the file's truth has labels that are none of 1 … %zu", t->k);
        truth_free(t);
        t = NULL;
    }
    return t;
}

const struct truth *truth_of(const struct session *s)
{
    return s->truth && s->truth->data == s->data ? s->truth : NULL;
}

/* ---- beside the estimate ----------------------------------------------------------------- */

struct comparison {
    const struct truth *truth;
    const struct model *model;   /* NULL: there is no θ to compare */
    struct theta *here;          /* θ of here, its components called as the truth's; NULL: it has
                                    another shape */
    size_t *match;               /* (k) truth's component j is match[j] here; NULL: no labels */
    double share;                /* of rows whose most probable component is the true one */
    double loglik, at_truth;     /* ℓ here, and at the truth; NaN */
};

static void comparison_clear(struct comparison *c)
{
    theta_free(c->here);
    mem_free(c->match);
}

static bool same_shape(const struct layout *a, const struct layout *b)
{
    bool same = a->nblock == b->nblock && a->size == b->size;
    for (size_t i = 0; same && i < a->nblock; i++)
        same = strcmp(a->block[i].name, b->block[i].name) == 0 &&
               a->block[i].rank == b->block[i].rank &&
               memcmp(a->block[i].dim, b->block[i].dim, sizeof a->block[i].dim) == 0;
    return same;
}

/* count (size,size) ← rows of true component j whose most probable one here is l; where one side
 * has fewer components, the rest are empty. */
static void tabulate(const struct comparison *c, const struct latent *q, size_t size,
                     double *count)
{
    const double *z = c->truth->data->column[c->truth->data->ncol - 1].value;
    size_t k = c->model->k;
    for (size_t i = 0; i < c->model->obs.n; i++)
        count[((size_t)z[i] - 1) * size + most_probable(k, q->b.v + i * k)] += 1.0;
}

static int match_labels(struct comparison *c, const struct theta *theta, struct error *e)
{
    size_t size = c->truth->k > c->model->k ? c->truth->k : c->model->k;
    struct latent *q = align_posterior(c->model, theta, e);
    double *count = NEW_ARRAY(size * size, double);
    c->match = NEW_ARRAY(size, size_t);
    int r = count && c->match ? 0 : error_no_memory(e);
    if (r == 0 && q) {
        tabulate(c, q, size, count);
        r = align_best(size, count, c->match, e);
    } else {
        r = -1;
    }
    double agree = 0.0;
    for (size_t j = 0; r == 0 && j < size; j++)
        agree += count[j * size + c->match[j]];
    c->share = agree / (double)c->model->obs.n;
    latent_free(q);
    mem_free(count);
    return r;
}

static double loglik(const struct model *m, const struct theta *theta)
{
    struct terms t;
    model_terms(m, NULL, NULL, theta, TERM_BIT(TERM_LOGLIK), &t);
    return t.value[TERM_LOGLIK];
}

static int compare(struct comparison *c, const struct theta *theta, struct error *e)
{
    const struct model *m = c->model;
    if (c->truth->labelled && align_has_rows(m) && match_labels(c, theta, e) != 0)
        return -1;
    if (!same_shape(&m->theta, &c->truth->layout))
        return 0;
    c->here = theta_copy(theta, e);
    struct theta *truth = theta_new(&m->theta, e);
    if (c->here && truth) {
        memcpy(truth->b.v, c->truth->theta->b.v, m->theta.size * sizeof *truth->b.v);
        c->loglik = loglik(m, theta);
        c->at_truth = loglik(m, truth);
        if (c->match)
            align_relabel(&theta->b, c->match, &c->here->b);
    }
    int r = c->here && truth ? 0 : -1;
    theta_free(truth);
    return r;
}

/* ---- report ------------------------------------------------------------------------------ */

static bool renumbered(const struct comparison *c)
{
    for (size_t j = 0; c->match && j < c->truth->k; j++)
        if (c->match[j] != j)
            return true;
    return false;
}

static void table(struct session *s, const struct comparison *c)
{
    const struct layout *l = &c->truth->layout;
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    grid_left(&g, "");
    grid_right(&g, "truth");
    if (c->here)
        grid_right(&g, "here");
    grid_row(&g);
    for (size_t i = 0; i < l->nblock; i++)
        for (size_t j = 0; j < l->block[i].size; j++) {
            struct text name = TEXT_INIT;
            block_entry_name(&l->block[i], j, &name);
            grid_left(&g, name.s);
            grid_number(&g, c->truth->theta->b.v[l->block[i].offset + j]);
            if (c->here)
                grid_number(&g, c->here->b.v[l->block[i].offset + j]);
            grid_row(&g);
            text_clear(&name);
        }
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
}

static void say(struct session *s, const struct comparison *c)
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    int digits = (int)s->set.digits;
    table(s, c);
    if (isfinite(c->loglik))
        text_addf(&s->out, "  ℓ is %s at the truth, %s here\n",
                  number_text(a, c->at_truth, digits), number_text(b, c->loglik, digits));
    if (renumbered(c) && c->here)
        for (size_t j = 0; j < c->truth->k; j++)
            text_addf(&s->out, "%s%zu is %zu here%s", j ? ", " : "  components: ", j + 1,
                      c->match[j] + 1, j + 1 < c->truth->k ? "" : "\n");
    if (c->match)
        text_addf(&s->out, "  the most probable component is the true one in %s %% of the rows\n",
                  number_text(a, 100.0 * c->share, 4));
    if (!c->model)
        text_add(&s->out, "  there is no θ yet to compare: init, then run\n");
    else if (!c->here)
        text_addf(&s->out, "  the truth was: model %s\n", c->truth->words);
}

static void reply_json(struct session *s, const struct comparison *c)
{
    json_t *reply = session_reply(s, NULL);
    json_object_set_new(reply, "model", json_string(c->truth->words));
    json_object_set_new(reply, "truth", blocks_to_json(&c->truth->theta->b));
    if (c->here) {
        json_object_set_new(reply, "theta", blocks_to_json(&c->here->b));
        json_object_set_new(reply, "loglik_truth", json_number(c->at_truth));
        json_object_set_new(reply, "loglik", json_number(c->loglik));
    }
    if (!c->match)
        return;
    json_t *match = json_array();
    for (size_t j = 0; j < c->truth->k; j++)
        json_array_append_new(match, json_integer((json_int_t)c->match[j] + 1));
    json_object_set_new(reply, "match", match);
    json_object_set_new(reply, "share", json_number(c->share));
}

static int run_truth(struct session *s, const struct call *call, struct error *e)
{
    struct comparison c = {.truth = truth_of(s), .loglik = NAN, .at_truth = NAN};
    const struct state *here = s->machine ? machine_here(s->machine) : NULL;
    (void)call;
    if (!c.truth) {
        error_set(e, "nobody knows the truth of these data: they were not drawn by sample");
        return error_hint(e, "sample 200 draws data from the model at its θ");
    }
    c.model = here ? s->machine->model : NULL;
    int r = here ? compare(&c, here->theta, e) : 0;
    if (r == 0)
        (s->json ? reply_json : say)(s, &c);
    comparison_clear(&c);
    return r;
}

const struct subject show_truth = {
    .lets_q_be = true,
    .name = "truth",
    .summary = "after sample: the θ that the data came from, beside the θ of here",
    .needs = NEED_DATA,
    .run = run_truth,
};
