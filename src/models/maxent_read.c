/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features and targets of a maximum-entropy model: the columns, or powers of one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "models/maxent.h"

enum { HIGHEST_MOMENT = 20 };

/* A slack this small, relative to C, is rounding. */
static const double NO_SLACK = 1e-13;

int maxent_take(struct observations *o, struct dataset *data, const struct options *options,
                struct error *e)
{
    const struct option *columns = options_find(options, "columns");
    bool none = columns && columns->nvalue == 0;
    return (none ? observations_rows : observations_select)(o, data, options, e);
}

static int allocate(struct maxent *s, struct error *e)
{
    size_t n = s->n, d = s->d;
    s->name = NEW_ARRAY(d, char *);
    s->label = NEW_ARRAY(d, const char *);
    s->f = NEW_ARRAY(n * d, double);
    s->low = NEW_ARRAY(d, double);
    s->range = NEW_ARRAY(d, double);
    s->target = NEW_ARRAY(d, double);
    s->slack = NEW_ARRAY(n, double);
    s->eta = NEW_ARRAY(n, double);
    s->p = NEW_ARRAY(n, double);
    s->mean = NEW_ARRAY(d, double);
    s->step = NEW_ARRAY(d + 1, double);
    s->tangent = NEW_ARRAY(d, double);
    s->square = NEW_ARRAY(d * d, double);
    bool all = s->name && s->label && s->f && s->low && s->range && s->target && s->slack &&
               s->eta && s->p && s->mean && s->step && s->tangent && s->square;
    return all ? 0 : error_no_memory(e);
}

void maxent_clear(struct maxent *s)
{
    for (size_t j = 0; s->name && j < s->d; j++)
        mem_free(s->name[j]);
    mem_free(s->name);
    mem_free(s->label);
    mem_free(s->f);
    mem_free(s->low);
    mem_free(s->range);
    mem_free(s->target);
    mem_free(s->slack);
    mem_free(s->eta);
    mem_free(s->p);
    mem_free(s->mean);
    mem_free(s->step);
    mem_free(s->tangent);
    mem_free(s->square);
}

/* ---- features --------------------------------------------------------------------------- */

static int check_moments(const struct model *m, const struct option *moments, struct error *e)
{
    if (m->obs.d != 1) {
        error_set_at(e, moments->at, "moments= are powers of one column, and here are %zu",
                     m->obs.d);
        return error_hint(e, "columns=NAME says which");
    }
    for (size_t j = 0; j < moments->nvalue; j++) {
        double v;
        if (option_real(moments, j, &v, e) != 0)
            return -1;
        if (v >= 1.0 && v <= HIGHEST_MOMENT && v == floor(v))
            continue;
        error_set_at(e, moments->value_at[j], "a moment is a whole number from 1 to %d",
                     HIGHEST_MOMENT);
        return error_hint(e, "moments=1,2 fixes the mean and the mean square");
    }
    return 0;
}

static int name_feature(const struct model *m, size_t j, int power, struct error *e)
{
    struct maxent *s = m->self;
    struct text t = TEXT_INIT;
    text_add(&t, observations_name(&m->obs, power ? 0 : j));
    if (power > 1)
        text_addf(&t, "^%d", power);
    s->label[j] = s->name[j] = t.failed ? NULL : mem_copy_text(t.s);
    text_clear(&t);
    return s->name[j] ? 0 : error_no_memory(e);
}

static int refuse_power(const struct model *m, size_t i, int power, struct error *e)
{
    error_set(e, "row %zu of column '%s' to the power %d is out of the range of numbers", i + 1,
              observations_name(&m->obs, 0), power);
    return error_hint(e, "take lower moments, or a smaller unit");
}

static int fill_features(const struct model *m, const struct option *moments, struct error *e)
{
    struct maxent *s = m->self;
    for (size_t j = 0; j < s->d; j++) {
        double power = 0.0;
        if (moments && option_real(moments, j, &power, e) != 0)
            return -1;
        if (name_feature(m, j, (int)power, e) != 0)
            return -1;
        for (size_t i = 0; i < s->n; i++) {
            double v = moments ? pow(m->obs.x[0][i], power) : m->obs.x[j][i];
            if (!isfinite(v))
                return refuse_power(m, i, (int)power, e);
            s->f[i * s->d + j] = v;
        }
    }
    return 0;
}

/* ---- targets ---------------------------------------------------------------------------- */

/* The means of the features in the data, where weights= makes those an empirical distribution. */
static void empirical_targets(const struct model *m, struct maxent *s)
{
    for (size_t j = 0; j < s->d; j++) {
        double first = s->f[j], sum = 0.0;
        for (size_t i = 0; i < s->n; i++)
            sum += m->obs.weight[i] * (s->f[i * s->d + j] - first);
        s->target[j] = first + sum / m->obs.total_weight;
    }
}

static int read_targets(const struct model *m, const struct option *targets, struct error *e)
{
    struct maxent *s = m->self;
    if (targets && m->obs.weighted) {
        error_set_at(e, targets->at, "targets= and weights= both say what the means must be");
        return error_hint(e, "targets=V,… gives them; weights=COLUMN takes those of the data");
    }
    if (!targets && s->d > 0 && !m->obs.weighted) {
        error_set(e, "maxent needs the means that the features must have");
        return error_hint(e, "targets=V,… gives them; weights=COLUMN takes those of the data");
    }
    if (targets && targets->nvalue != s->d) {
        error_set_at(e, targets->at, "%zu target%s for %zu feature%s", targets->nvalue,
                     targets->nvalue == 1 ? "" : "s", s->d, s->d == 1 ? "" : "s");
        return error_hint(e, "one for each of columns=, or of moments=");
    }
    if (m->obs.weighted)
        empirical_targets(m, s);
    for (size_t j = 0; targets && j < s->d; j++)
        if (option_real(targets, j, &s->target[j], e) != 0)
            return -1;
    return 0;
}

/* ---- f′, Δ′, C and the slack ------------------------------------------------------------ */

static void shift(struct maxent *s)
{
    for (size_t j = 0; j < s->d; j++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < s->n; i++) {
            low = fmin(low, s->f[i * s->d + j]);
            high = fmax(high, s->f[i * s->d + j]);
        }
        s->low[j] = low;
        s->range[j] = high - low;
        s->target[j] -= low;
        for (size_t i = 0; i < s->n; i++)
            s->f[i * s->d + j] -= low;
    }
}

static double sum_of(size_t d, const double *v)
{
    double sum = 0.0;
    for (size_t j = 0; j < d; j++)
        sum += v[j];
    return sum;
}

static void make_slack(struct maxent *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->C = fmax(s->C, sum_of(s->d, s->f + i * s->d));
    for (size_t i = 0; i < s->n; i++) {
        s->slack[i] = s->C - sum_of(s->d, s->f + i * s->d);
        s->has_slack = s->has_slack || s->slack[i] > NO_SLACK * s->C;
    }
    s->slack_target = s->C - sum_of(s->d, s->target);
}

int maxent_read(struct model *m, const struct options *o, struct error *e)
{
    struct maxent *s = m->self;
    const struct option *moments = options_find(o, "moments");
    if (moments && check_moments(m, moments, e) != 0)
        return -1;
    s->n = m->obs.n;
    s->d = moments ? moments->nvalue : m->obs.d;
    if (allocate(s, e) != 0 || fill_features(m, moments, e) != 0 ||
        read_targets(m, options_find(o, "targets"), e) != 0)
        return -1;
    shift(s);
    make_slack(s);
    return 0;
}
