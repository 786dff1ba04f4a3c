/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/report.h"

#include <math.h>
#include <string.h>

#include "em/block_json.h"
#include "em/ledger.h"

/* The terms of the two rows: what is raised, then what it is made of. */
static const enum term order[] = {TERM_LOGLIK, TERM_ELBO, TERM_KL, TERM_Q, TERM_H, TERM_ENTROPY,
                                  TERM_LOGPRIOR, TERM_OBJECTIVE};
enum { TERMS_SHOWN = sizeof order / sizeof *order, FIRST_LINE = 6 };

static enum model_kind kind_of(const struct session *s)
{
    return s->machine->model->class->kind;
}

static bool has(const struct state *st, enum term t)
{
    return st && (st->terms.have & TERM_BIT(t));
}

double report_value(const struct state *st, enum term t)
{
    double v = st->terms.value[t];
    double rounding = terms_tolerance(&st->terms) * (st->exact ? 1.0 : 1e-6);
    return t == TERM_KL && fabs(v) <= rounding ? 0.0 : v;
}

double report_change(const struct state *now, const struct state *was, enum term t)
{
    double change = report_value(now, t) - report_value(was, t);
    double rounding = terms_tolerance(&now->terms) * 1e-4;
    return fabs(change) <= rounding ? 0.0 : change;
}

/* How wide a term's cell is when its number has the usual digits: blank, symbol, blank, sign, point
 * and a gap.  S, the last, is rarely negative: six cells and a mark fit into 80 columns. */
static size_t cell_width(enum term t, const char *symbol, int digits)
{
    return text_width(symbol) + (size_t)digits + (t == TERM_ENTROPY ? 4 : 5);
}

static void trim_end(struct text *t)
{
    while (t->length && t->s[t->length - 1] == ' ')
        t->s[--t->length] = '\0';
}

/* One line of terms: the values with their symbols, the changes below them, the columns. */
struct term_line {
    size_t n;
    enum term term[TERMS_SHOWN];
    struct text cell[TERMS_SHOWN], change[TERMS_SHOWN];
    size_t column[TERMS_SHOWN];
};

enum { LABEL_WIDTH = 4, FEWEST_DIGITS = 3 };
enum { MARK_WIDTH = 2, MARK_WIDTH_ASCII = 3 }; /* " ✓", " ok" */

static size_t label_width(const struct state *now)
{
    size_t width = text_width(now->label);
    return width > LABEL_WIDTH ? width : LABEL_WIDTH;
}

static void make_cells(const struct session *s, const struct state *now, size_t first,
                       size_t last, struct term_line *l)
{
    char buf[NUMBER_TEXT];
    for (size_t i = first; i < last; i++) {
        if (!has(now, order[i]))
            continue;
        double v = report_value(now, order[i]);
        text_addf(&l->cell[l->n], " %s %s", term_name(kind_of(s), order[i])->symbol,
                  number_text(buf, v, (int)s->set.digits));
        l->term[l->n++] = order[i];
    }
}

/* Is there a state before that this one's terms are told against?  A first E has none. */
static bool has_changes(const struct state *now, const struct state *was)
{
    return has(was, TERM_ELBO) || (was && now->step.phase == PHASE_M);
}

/* The changes to so many digits, and the narrowest columns that hold them. */
static void make_changes(const struct state *now, const struct state *was, int digits,
                           struct term_line *l)
{
    for (size_t i = 0; i < l->n; i++) {
        char buf[NUMBER_TEXT];
        enum term t = l->term[i];
        text_reset(&l->change[i]);
        if (has_changes(now, was) && has(was, t))
            text_add(&l->change[i], number_change(buf, report_change(now, was, t), digits));
        size_t value = text_width(l->cell[i].s), change = text_width(l->change[i].s) + 1;
        l->column[i] = value > change ? value : change;
    }
}

static size_t mark_width(const struct session *s)
{
    return s->ascii ? MARK_WIDTH_ASCII : MARK_WIDTH;
}

/* The line with its mark, which stands in the row of changes: where the last change is shorter than
 * its value the mark goes before the end of that. */
static size_t line_width(const struct session *s, const struct state *now,
                         const struct term_line *l)
{
    size_t before = label_width(now), last = l->n ? l->n - 1 : 0;
    for (size_t i = 0; i < last; i++)
        before += l->column[i];
    if (l->n == 0)
        return before;
    size_t values = l->column[last];
    size_t changes = text_width(l->change[last].s) + 1 + mark_width(s);
    return before + (values > changes ? values : changes);
}

/* Changes give up digits until the line fits; what room is left makes the usual columns, so that
 * the terms of all steps stand under one another.  After a label or a number that is longer than
 * usual, the next column that can is at its place again.  Returns whether it fits at all. */
static bool make_columns(const struct session *s, const struct state *now,
                         const struct state *was, struct term_line *l)
{
    int digits = (int)s->set.digits;
    size_t width = session_width(s), start = label_width(now), stop = LABEL_WIDTH;
    make_changes(now, was, digits, l);
    while (line_width(s, now, l) > width && digits > FEWEST_DIGITS)
        make_changes(now, was, --digits, l);
    for (size_t i = 0; i < l->n; i++) {
        const char *symbol = term_name(kind_of(s), l->term[i])->symbol;
        stop += cell_width(l->term[i], symbol, (int)s->set.digits);
        while (start + l->column[i] < stop && line_width(s, now, l) < width)
            l->column[i]++;
        start += l->column[i];
    }
    return line_width(s, now, l) <= width;
}

static void print_row(struct session *s, const char *label, size_t width,
                      const struct term_line *l, bool changes, const char *mark)
{
    struct text row = TEXT_INIT;
    text_pad_right(&row, label, width);
    size_t room = session_width(s) - (*mark ? mark_width(s) : 0);
    for (size_t i = 0; i < l->n; i++) {
        size_t value = text_width(l->cell[i].s), change = text_width(l->change[i].s) + 1;
        size_t used = changes && change > value ? change : value, start = text_width(row.s);
        if (changes && i + 1 == l->n && start + used > room) /* the mark needs the place */
            used = room > start + change ? room - start : change;
        if (changes) /* under the end of its value */
            text_pad_left(&row, l->change[i].s, used);
        else
            text_add(&row, l->cell[i].s);
        if (i + 1 < l->n || start + l->column[i] <= room)
            text_repeat(&row, " ", l->column[i] > used ? l->column[i] - used : 0);
    }
    text_addf(&row, "%s%s", *mark ? " " : "", mark);
    trim_end(&row);
    text_addf(&s->out, "%s\n", row.s);
    text_clear(&row);
}

static void print_rows(struct session *s, const struct state *now, const struct state *was,
                       size_t first, const struct term_line *l, const char *mark)
{
    print_row(s, first == 0 ? now->label : "", label_width(now), l, false, "");
    if (has_changes(now, was))
        print_row(s, "", label_width(now), l, true, mark);
}

enum { FEWEST_TERMS = 3 };

/* The terms order[first…last], their values and, below, their changes and the step's mark; in two
 * lines of terms where one is too narrow. */
static void term_rows(struct session *s, const struct state *now, const struct state *was,
                      size_t first, size_t last, const char *mark)
{
    struct term_line l = {.n = 0};
    for (size_t i = 0; i < TERMS_SHOWN; i++) {
        text_init(&l.cell[i]);
        text_init(&l.change[i]);
    }
    make_cells(s, now, first, last, &l);
    bool fits = make_columns(s, now, was, &l) || last - first <= FEWEST_TERMS;
    if (fits)
        print_rows(s, now, was, first, &l, mark);
    for (size_t i = 0; i < TERMS_SHOWN; i++) {
        text_clear(&l.cell[i]);
        text_clear(&l.change[i]);
    }
    if (!fits) {
        term_rows(s, now, was, first, first + FEWEST_TERMS, "");
        term_rows(s, now, was, first + FEWEST_TERMS, last, mark);
    }
}

/* What the ledger says of this step, in one mark. */
static const char *verdict(const struct ledger *l)
{
    for (size_t i = 0; i < l->nclaim; i++)
        if (!l->claim[i].holds)
            return "✗";
    return l->nclaim ? "✓" : "";
}

static void say_touch(struct session *s, const struct state *now)
{
    struct text theta = TEXT_INIT;
    text_subscript(&theta, (long)now->t);
    text_addf(&s->out, "     the %s touches %s at θ%s ✓\n",
              kind_of(s) == MODEL_MM ? "surrogate" : "bound",
              term_name(kind_of(s), TERM_LOGLIK)->symbol, theta.s);
    text_clear(&theta);
}

static const char *why_given_up(const struct ledger *l, enum term t)
{
    for (size_t i = 0; i < l->ngiven_up; i++)
        if (l->given_up[i].term == t)
            return l->given_up[i].why;
    return NULL;
}

/* A term fell although the step did what it promised: say that this is allowed, and why. */
static void say_allowed_fall(struct session *s, const struct state *now, const struct state *was,
                             const struct ledger *l)
{
    static const enum term which[] = {TERM_LOGLIK, TERM_ELBO};
    for (size_t i = 0; i < 2; i++) {
        enum term t = which[i];
        const char *why = why_given_up(l, t);
        if (!has(now, t) || !has(was, t) ||
            !(now->terms.value[t] < was->terms.value[t] - terms_tolerance(&now->terms)))
            continue;
        if (!why && has(now, TERM_OBJECTIVE) && now->step.phase == PHASE_M)
            why = "under a prior it is J = ELBO + log p(θ) that rises";
        if (why)
            text_addf(&s->out, "     %s fell, as it may: %s\n", term_name(kind_of(s), t)->symbol,
                      why);
    }
}

static void state_text(struct session *s)
{
    const struct state *now = machine_here(s->machine), *was = machine_before(s->machine);
    struct ledger l = {.nclaim = 0};
    struct error ignored;
    bool checked = ledger_make(s->machine, &l, false, &ignored) == 0;
    bool by_step = now->step.phase == PHASE_E || now->step.phase == PHASE_M;
    const char *mark = checked && by_step ? verdict(&l) : "";
    term_rows(s, now, was, 0, FIRST_LINE, mark);
    if (has(now, TERM_LOGPRIOR))
        term_rows(s, now, was, FIRST_LINE, TERMS_SHOWN, "");
    if (now->exact && now->step.phase == PHASE_E)
        say_touch(s, now);
    else if (checked && by_step && was)
        say_allowed_fall(s, now, was, &l);
    if (strcmp(mark, "✗") == 0)
        text_add(&s->out, "     a claim does not hold: see ledger\n");
}

void report_state(struct session *s)
{
    if (!machine_here(s->machine))
        return;
    if (s->json)
        report_terms_json(s, session_reply(s, NULL));
    else
        state_text(s);
}

static void add_residuals(const struct session *s, json_t *reply)
{
    const struct terms *t = &machine_here(s->machine)->terms;
    if ((t->have & TERMS_EM) != TERMS_EM)
        return;
    const double *v = t->value;
    json_object_set_new(reply, "residual_qh",
                        json_number(fabs(v[TERM_LOGLIK] - (v[TERM_Q] - v[TERM_H]))));
    json_object_set_new(reply, "residual_elbo_kl",
                        json_number(fabs(v[TERM_LOGLIK] - (v[TERM_ELBO] + v[TERM_KL]))));
}

int report_extras(const struct session *s, const struct state *st, double *v)
{
    const struct model *m = s->machine->model;
    int n = 0;
    while (m->class->extras && m->class->extras[n].key)
        n++;
    if (n == 0 || !st->theta)
        return 0;
    m->class->extra(m, st->q, st->theta, v);
    return n;
}

static void add_extras(const struct session *s, json_t *reply)
{
    double v[EXTRAS_MOST];
    int n = report_extras(s, machine_here(s->machine), v);
    for (int i = 0; i < n; i++)
        if (!isnan(v[i]))
            json_object_set_new(reply, s->machine->model->class->extras[i].key, json_number(v[i]));
}

static void add_intractable(const struct session *s, json_t *reply)
{
    unsigned out_of_reach = s->machine->model->terms_intractable;
    if (!out_of_reach)
        return;
    json_t *names = json_array();
    for (int t = 0; t < TERM_COUNT; t++)
        if (out_of_reach & TERM_BIT(t)) {
            const char *key = term_name(kind_of(s), (enum term)t)->key;
            json_object_set_new(reply, key, json_null());
            json_array_append_new(names, json_string(key));
        }
    json_object_set_new(reply, "intractable", names);
}

void report_terms_json(struct session *s, json_t *reply)
{
    const struct state *st = machine_here(s->machine);
    json_object_set_new(reply, "t", json_integer((json_int_t)st->t));
    json_object_set_new(reply, "label", json_string(st->label));
    json_object_set_new(reply, "phase", json_string(phase_name(st->step.phase)));
    json_object_set_new(reply, "exact", json_boolean(st->exact));
    for (int t = 0; t < TERM_COUNT; t++)
        if (has(st, (enum term)t))
            json_object_set_new(reply, term_name(kind_of(s), (enum term)t)->key,
                                json_number(st->terms.value[t]));
    add_extras(s, reply);
    add_intractable(s, reply);
    add_residuals(s, reply);
}

void report_memory(struct session *s, size_t let_go_before)
{
    size_t gone = s->machine->let_go - let_go_before;
    if (gone)
        session_note(s, "%zu old state%s let go of to keep undo memory within %zu MB "
                        "(set history_limit); their terms stay in show trace",
                     gone, gone == 1 ? " was" : "s were", s->set.history_limit);
}

void report_symbol(const struct session *s, enum term t, struct text *out)
{
    const struct state *st = machine_here(s->machine);
    term_symbol(kind_of(s), t, st->q_count, st->t, out);
}
