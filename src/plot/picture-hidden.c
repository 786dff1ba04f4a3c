/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot hidden: what the model says of what was not seen.  A chain has a path, factors have scores,
 * missing entries have values that q fills in; a component for each row is what density shows.
 */
#include "plot/hidden.h"

#include <math.h>
#include <stdio.h>

static const struct option_spec hidden_options[] = {
    {"columns", OPTION_COLUMNS, "A,…", "a chain: the one that is shown; missing entries: up to 4"},
    {"labels", OPTION_COLUMN, "COLUMN", "the truth, or groups: a column of the data"},
    {"first", OPTION_COUNT, "N", "the first row that is shown"},
    {"last", OPTION_COUNT, "N", "the last one"},
    {NULL},
};

/* ---- what the parts share --------------------------------------------------------------- */

size_t hidden_group(const struct hidden *h, size_t i)
{
    size_t g = 0;

    while (g < h->ngroup && (h->group[g] < h->labels->value[i] ||
                             h->group[g] > h->labels->value[i]))
        g++;
    return isnan(h->labels->value[i]) ? h->ngroup : g;
}

const char *hidden_group_name(const struct hidden *h, size_t group, char *out, size_t room)
{
    char number[NUMBER_TEXT];
    const struct column *c = h->labels;

    snprintf(out, room, "%s", c->kind == COLUMN_TEXT ? c->level[(size_t)h->group[group] - 1]
                                                     : number_text(number, h->group[group], 6));
    return out;
}

int hidden_begin(struct hidden *h, const char *xlabel, const char *ylabel, struct error *e)
{
    h->f = figure_new(h->claim->s, xlabel, ylabel);
    if (!h->f)
        return error_no_memory(e);
    h->f->failed |= h->claim->failed;
    return 0;
}

void hidden_row_axis(const struct hidden *h, struct axis *a)
{
    double n = (double)(h->last - h->first), air = fmax(0.5, 0.02 * n);

    a->ranged = true;
    a->low = (double)h->first + 1 - air;
    a->high = (double)h->last + air;
}

void hidden_add_sd(struct figure *f, enum ink ink, const char *label, const struct series *points,
                   const double *sd, bool level)
{
    struct series *s = figure_add(f, STYLE_LINE, ink, "sd", label, 3 * points->n);

    for (size_t i = 0; i < s->n; i++) {
        double way = i % 3 == 2 ? NAN : (i % 3 == 0 ? -1 : 1) * sd[i / 3];

        s->x[i] = points->x[i / 3] + (level ? way : 0);
        s->y[i] = points->y[i / 3] + (level ? 0 : way);
    }
}

/* ---- which models ----------------------------------------------------------------------- */

static const struct part {
    bool (*suits)(const struct model *m);
    int (*draw)(struct hidden *h, struct error *e);
    size_t columns;             /* that columns= may choose */
} parts[] = {
    {hidden_has_chain, hidden_chain, 1},
    {hidden_has_scores, hidden_scores, 0},
    {hidden_has_missing, hidden_missing, HIDDEN_COLUMNS},
};
enum { PARTS = sizeof parts / sizeof *parts };

static const struct part *part_of(const struct model *m)
{
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].suits(m))
            return &parts[i];
    return NULL;
}

static int hidden_suits(const struct model *m, struct error *e)
{
    if (part_of(m))
        return 0;
    if (m->class->takes_missing) {
        error_set(e, "nothing is hidden: no entry of these columns is missing");
        return error_hint(e, "columns=… of the model chooses others; plot density shows the data");
    }
    error_set(e, "%s has no path, scores or missing entries to plot", m->name);
    return error_hint(e, "hmm has a path, ppca, fa and denoise have scores, mvn missing entries;"
                         " plot density colours rows by q");
}

/* ---- options ---------------------------------------------------------------------------- */

static int read_columns(struct hidden *h, const struct part *part, const struct options *o,
                        struct error *e)
{
    const struct option *columns = options_find(o, "columns");

    if (!columns)
        return 0;
    if (part->columns == 0)
        return error_set_at(e, columns->at, "scores are of all columns: columns= is not for them");
    if (columns->nvalue < 1 || columns->nvalue > part->columns)
        return error_set_at(e, columns->at, "columns= takes %s%zu here",
                            part->columns > 1 ? "1 to " : "", part->columns);
    h->ncolumn = columns->nvalue;
    for (size_t i = 0; i < h->ncolumn; i++)
        if (picture_column(h->model, columns, i, &h->column[i], e) != 0)
            return -1;
    return 0;
}

static void insert_group(struct hidden *h, double v)
{
    size_t at = h->ngroup++;

    for (; at > 0 && h->group[at - 1] > v; at--)
        h->group[at] = h->group[at - 1];
    h->group[at] = v;
}

static int read_labels(struct hidden *h, const struct options *o, struct error *e)
{
    const struct option *labels = options_find(o, "labels");
    const struct dataset *data = h->model->obs.data;
    size_t at;

    if (!labels)
        return 0;
    if (labels->nvalue != 1)
        return error_set_at(e, labels->at, "labels= takes one column");
    if (dataset_find_column(data, labels->value[0], &at, e) != 0)
        return error_place(e, labels->at);
    h->labels = &data->column[at];
    for (size_t i = 0; i < h->model->obs.n; i++) {
        if (isnan(h->labels->value[i]) || hidden_group(h, i) < h->ngroup)
            continue;
        if (h->ngroup == HIDDEN_GROUPS)
            return error_set_at(e, labels->at, "%s has more than %d different labels",
                                h->labels->name, HIDDEN_GROUPS);
        insert_group(h, h->labels->value[i]);
    }
    return 0;
}

static int read_rows(struct hidden *h, const struct options *o, struct error *e)
{
    const struct option *last = options_find(o, "last");
    size_t n = h->model->obs.n, first = 1;

    h->last = n;
    if (options_count(o, "first", 1, n, &first, e) != 0 ||
        options_count(o, "last", 1, n, &h->last, e) != 0)
        return -1;
    if (h->last < first)
        return error_set_at(e, last ? last->at : options_find(o, "first")->at,
                            "last= is before first=");
    h->first = first - 1;
    return 0;
}

/* ---- the picture ------------------------------------------------------------------------ */

static int draw(struct hidden *h, const struct machine *m, const struct options *o,
                struct error *e)
{
    const struct part *part = part_of(h->model);

    picture_subscripted(h->q_name, sizeof h->q_name, "q", h->here->q_count);
    picture_subscripted(h->theta_name, sizeof h->theta_name, "θ", h->here->t);
    if (read_columns(h, part, o, e) != 0 || read_labels(h, o, e) != 0 || read_rows(h, o, e) != 0)
        return -1;
    picture_title(m, h->claim);
    return part->draw(h, e);
}

static int draw_hidden(struct machine *m, const struct options *o, struct figure **f,
                       struct error *e)
{
    struct text claim = TEXT_INIT;
    struct hidden h = {.model = m->model, .here = machine_here(m), .claim = &claim};
    struct latent *q = machine_q(m, h.here, e);
    int r;

    if (!q)
        return -1;
    h.q = q;
    r = draw(&h, m, o, e);
    *f = h.f;
    text_clear(&claim);
    latent_free(q);
    return r;
}

const struct picture hidden_picture = {
    .name = "hidden",
    .summary = "what was not seen: a chain's path, the scores of factors, missing entries",
    .options = hidden_options,
    .needs_theta = true,
    .needs_q = true,
    .suits = hidden_suits,
    .draw = draw_hidden,
};
