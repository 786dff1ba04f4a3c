/* SPDX-License-Identifier: GPL-3.0-or-later */
/* predict: posterior and density of new points. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "data/table.h"
#include "em/block_json.h"
#include "shell/command.h"
#include "shell/grid.h"
#include "shell/session.h"

/* What one call needs: a point and its answer. */
struct prediction {
    double *x;       /* (d) */
    double *mean;    /* (d) of the missing entries given the others; x itself elsewhere */
    double *sd;      /* (d) */
    double *post;    /* (max(k,1)) */
    double density;
};

static int allocate(const struct model *m, struct prediction *p, struct error *e)
{
    p->x = NEW_ARRAY(3 * m->obs.d + 1, double);
    p->post = NEW_ARRAY(m->k + 1, double);
    if (!p->x || !p->post)
        return error_no_memory(e);
    p->mean = p->x + m->obs.d;
    p->sd = p->mean + m->obs.d;
    return 0;
}

static void release(struct prediction *p)
{
    mem_free(p->x);
    mem_free(p->post);
}

static int evaluate(const struct session *s, struct prediction *p, struct error *e)
{
    const struct model *m = s->machine->model;
    const struct theta *theta = machine_here(s->machine)->theta;
    if (m->class->complete && m->class->complete(m, theta, p->x, p->mean, p->sd, e) != 0)
        return -1;
    return m->class->predict(m, theta, p->x, p->post, &p->density, e);
}

/* An entry of column j that is a word; NULL: it is a number. */
static const char *word_of(const struct model *m, size_t j, double v)
{
    return observations_is_text(&m->obs, j) ? observations_word(&m->obs, j, v) : NULL;
}

static json_t *entry_json(const struct model *m, size_t j, double v)
{
    const char *word = word_of(m, j, v);
    return isnan(v) ? json_null() : word ? json_string(word) : json_number(v);
}

static void predict_json(struct session *s, const struct prediction *p)
{
    const struct model *m = s->machine->model;
    json_t *reply = session_reply(s, "predict"), *x = json_array(), *post = json_array();
    for (size_t j = 0; j < m->obs.d; j++)
        json_array_append_new(x, entry_json(m, j, p->x[j]));
    for (size_t k = 0; k < m->k; k++)
        json_array_append_new(post, json_number(p->post[k]));
    if (m->class->complete) {
        json_t *mean = json_array(), *sd = json_array();
        for (size_t j = 0; j < m->obs.d; j++) {
            json_array_append_new(mean, json_number(p->mean[j]));
            json_array_append_new(sd, json_number(p->sd[j]));
        }
        json_object_set_new(reply, "mean", mean);
        json_object_set_new(reply, "sd", sd);
    }
    json_object_set_new(reply, "x", x);
    json_object_set_new(reply, "posterior", post);
    json_object_set_new(reply, "log_density", json_number(p->density));
}

static void heads(struct session *s, struct grid *g)
{
    const struct model *m = s->machine->model;
    char head[32];
    for (size_t j = 0; j < m->obs.d; j++)
        grid_right(g, observations_name(&m->obs, j));
    for (size_t k = 0; k < m->k; k++) {
        snprintf(head, sizeof head, "p(z=%zu|x)", k + 1);
        grid_right(g, head);
    }
    grid_right(g, "log density");
    grid_row(g);
}

/* "≈ 184.847 ± 89.9": a missing entry by its conditional mean and standard deviation. */
static void add_completed(const struct session *s, struct grid *g, double mean, double sd)
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT], cell[100];
    snprintf(cell, sizeof cell, "≈ %s ± %s", number_text(a, mean, (int)s->set.digits),
             number_text(b, sd, 3));
    grid_right(g, cell);
}

static void add_row(struct session *s, struct grid *g, const struct prediction *p)
{
    const struct model *m = s->machine->model;
    for (size_t j = 0; j < m->obs.d; j++)
        if (isnan(p->x[j]) && m->class->complete)
            add_completed(s, g, p->mean[j], p->sd[j]);
        else if (isnan(p->x[j]))
            grid_right(g, "NA");
        else if (word_of(m, j, p->x[j]))
            grid_right(g, word_of(m, j, p->x[j]));
        else
            grid_number(g, p->x[j]);
    for (size_t k = 0; k < m->k; k++)
        grid_number(g, p->post[k]);
    grid_number(g, p->density);
    grid_row(g);
}

static int answer(struct session *s, struct grid *g, struct prediction *p, struct error *e)
{
    if (evaluate(s, p, e) != 0)
        return -1;
    if (s->json)
        predict_json(s, p);
    else
        add_row(s, g, p);
    return 0;
}

/* ---- points on the command line ---------------------------------------------------------- */

static bool read_value(const struct model *m, size_t j, const char *text, double *v)
{
    if (observations_read(&m->obs, j, text, v))
        return true;
    *v = NAN;
    return m->class->takes_missing && strcmp(text, "NA") == 0;
}

static int read_point(const struct model *m, const struct call *c, double *x, struct error *e)
{
    struct text names = TEXT_INIT;
    for (size_t j = 0; j < m->obs.d; j++)
        text_addf(&names, "%s%s", j ? " " : "", observations_name(&m->obs, j));
    int r = 0;
    if (c->nword != m->obs.d) {
        error_set_at(e, c->word[c->nword - 1].at, "%zu value%s, where a point has %zu", c->nword,
                     c->nword == 1 ? "" : "s", m->obs.d);
        r = error_hint(e, "predict %s, or predict FILE", names.s);
    }
    for (size_t j = 0; r == 0 && j < m->obs.d; j++)
        if (!read_value(m, j, c->word[j].text, &x[j]))
            r = error_set_at(e, c->word[j].at, observations_is_text(&m->obs, j)
                                                   ? "'%s' is no word of its column"
                                                   : "'%s' is not a number", c->word[j].text);
    text_clear(&names);
    return r;
}

/* ---- points in a file -------------------------------------------------------------------- */

/* The file's columns by the model's names; a file of d unnamed columns by their order. */
static int find_columns(const struct model *m, const struct dataset *d, size_t *at,
                        struct error *e)
{
    for (size_t j = 0; j < m->obs.d; j++) {
        struct error ignored = {0};
        at[j] = j;
        if (dataset_find_column(d, observations_name(&m->obs, j), &at[j], &ignored) != 0 &&
            d->ncol != m->obs.d) {
            error_set(e, "%s has no column '%s'", d->name, observations_name(&m->obs, j));
            return error_hint(e, "the file needs the model's %zu column%s", m->obs.d,
                              m->obs.d == 1 ? "" : "s");
        }
        bool words = observations_is_text(&m->obs, j);
        if ((d->column[at[j]].kind == COLUMN_TEXT) != words)
            return error_set(e, "column '%s' of %s is not %s", d->column[at[j]].name, d->name,
                             words ? "text" : "numeric");
    }
    return 0;
}

/* Words have other numbers in another table. */
static int take_entry(const struct model *m, size_t j, const struct column *c, size_t i, double *v,
                      struct error *e)
{
    *v = c->value[i];
    if (c->kind == COLUMN_NUMBER || isnan(*v))
        return 0;
    const char *word = c->level[(size_t)*v - 1];
    if (observations_read(&m->obs, j, word, v))
        return 0;
    return error_set(e, "row %zu: '%s' is no word of the model's column '%s'", i + 1, word,
                     observations_name(&m->obs, j));
}

static int predict_rows(struct session *s, const struct dataset *d, const size_t *at,
                        struct prediction *p, struct error *e)
{
    const struct model *m = s->machine->model;
    struct grid g;
    int r = 0;
    grid_init(&g, (int)s->set.digits);
    heads(s, &g);
    for (size_t i = 0; r == 0 && i < d->nrow; i++) {
        for (size_t j = 0; j < m->obs.d; j++) {
            if (r == 0)
                r = take_entry(m, j, &d->column[at[j]], i, &p->x[j], e);
            if (r == 0 && isnan(p->x[j]) && !m->class->takes_missing)
                r = error_set(e, "row %zu of %s has a missing entry, which %s cannot take", i + 1,
                              d->name, m->name);
        }
        if (r == 0)
            r = answer(s, &g, p, e);
        if (r == 0 && s->json && i + 1 < d->nrow)
            session_flush(s); /* one object a row */
    }
    if (r == 0 && !s->json)
        grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    return r;
}

static int predict_file(struct session *s, const struct word *file, struct prediction *p,
                        struct error *e)
{
    struct table_how how = {.header = -1, .interrupt = s->interrupt};
    struct text path = TEXT_INIT;
    struct dataset *d = NULL;
    if (file_to_read(s, file->text, &path, e) == 0)
        d = table_read(path.s, &how, e);
    text_clear(&path);
    size_t *at = d ? NEW_ARRAY(s->machine->model->obs.d + 1, size_t) : NULL;
    int r = -1;
    if (at && find_columns(s->machine->model, d, at, e) == 0)
        r = predict_rows(s, d, at, p, e);
    mem_free(at);
    if (!d && strchr(file->text, ','))
        error_hint(e, "the values of a point stand apart by blanks, not commas: predict 3.5 70");
    dataset_free(d);
    return r == 0 ? 0 : error_place(e, file->at);
}

static int predict_point(struct session *s, const struct call *c, struct prediction *p,
                         struct error *e)
{
    struct grid g;
    if (read_point(s->machine->model, c, p->x, e) != 0)
        return -1;
    grid_init(&g, (int)s->set.digits);
    heads(s, &g);
    int r = answer(s, &g, p, e);
    if (r == 0 && !s->json)
        grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    return r;
}

static const char *why_no_points(const struct model_class *class)
{
    if (class->image)
        return "its data are one image; show q says what q thinks of each pixel";
    if (class->chained)
        return "its rows are one sequence, in which each depends on the others";
    return "its data are one table of counts";
}

static int run_predict(struct session *s, const struct call *c, struct error *e)
{
    const struct model *m = s->machine->model;
    struct prediction p = {.density = NAN};
    double ignored;
    if (!m->class->predict) {
        error_set(e, "%s has no new points to predict", m->name);
        return error_hint(e, "%s", why_no_points(m->class));
    }
    bool file = c->nword == 1 && !read_value(m, 0, c->word[0].text, &ignored);
    int r = allocate(m, &p, e);
    if (r == 0)
        r = file ? predict_file(s, &c->word[0], &p, e) : predict_point(s, c, &p, e);
    release(&p);
    return r;
}

const struct command cmd_predict = {
    .name = "predict",
    .group = "use",
    .usage = "predict VALUE… | FILE",
    .summary = "posterior and density of new points, at the current θ",
    .details = "  predict 3.5            one point of a 1-D model\n"
               "  predict 3.5 70         of a 2-D one, in the order of the model's columns\n"
               "  predict new.csv        every row of a table\n"
               "  predict 41 NA 7 67     mvn: a missing entry by its conditional mean ± its sd\n",
    .needs = NEED_MODEL | NEED_THETA,
    .argument = ARG_FILE,
    .min_words = 1,
    .max_words = 10000,
    .run = run_predict,
};
