/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/machine_json.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "em/state.h"

/* ---- writing ----------------------------------------------------------------------------- */

static json_t *numbers(const double *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_number(v[i]));
    return list;
}

static json_t *blocks_values(const struct blocks *b)
{
    return numbers(b->v, b->layout->size);
}

/* The state whose θ this is (touching points are θ's of the path, mostly near), or -1. */
static long owner_of(const struct machine *m, const struct theta *t, long from)
{
    for (long i = from; i >= 0; i--)
        if (m->state[i].theta == t)
            return i;
    return NO_STATE;
}

static json_t *step_to_json(const struct step *s)
{
    return json_pack("{si si sI sf si sI sI sI sf sb sb sb}", "phase", (int)s->phase, "m_kind",
                     (int)s->m.kind, "blocks", (json_int_t)s->m.blocks, "damp", s->damp, "e_kind",
                     (int)s->e.kind, "first", (json_int_t)s->e.first, "last",
                     (json_int_t)s->e.last, "sweeps", (json_int_t)s->e.sweeps, "beta", s->e.beta,
                     "from_exact", s->from_exact, "partial", s->partial, "other_prior",
                     s->other_prior);
}

static json_t *state_to_json(const struct machine *m, const struct state *s)
{
    json_t *j = json_object();
    json_object_set_new(j, "label", json_string(s->label));
    json_object_set_new(j, "parent", json_integer(s->parent));
    json_object_set_new(j, "child", json_integer(s->child));
    json_object_set_new(j, "t", json_integer((json_int_t)s->t));
    json_object_set_new(j, "q_count", json_integer((json_int_t)s->q_count));
    json_object_set_new(j, "step", step_to_json(&s->step));
    json_object_set_new(j, "have", json_integer(s->terms.have));
    json_object_set_new(j, "terms", numbers(s->terms.value, TERM_COUNT));
    json_object_set_new(j, "has_q", json_boolean(s->has_q));
    json_object_set_new(j, "exact", json_boolean(s->exact));
    if (s->terms_due)
        json_object_set_new(j, "terms_due", json_true());
    if (s->theta)
        json_object_set_new(j, "theta", blocks_values(&s->theta->b));
    long owner = s->touch ? owner_of(m, s->touch, s - m->state) : NO_STATE;
    if (owner != NO_STATE)
        json_object_set_new(j, "touch", json_integer(owner));
    else if (s->touch)
        json_object_set_new(j, "touch", blocks_values(&s->touch->b));
    if (s->q && !state_q_can_be_made(m, s))
        json_object_set_new(j, "q", blocks_values(&s->q->b));
    return j;
}

json_t *machine_to_json(const struct machine *m)
{
    json_t *states = json_array(), *marks = json_array();
    for (long i = 0; i < m->nstate; i++)
        json_array_append_new(states, state_to_json(m, &m->state[i]));
    for (size_t i = 0; i < m->nmark; i++)
        json_array_append_new(marks, json_pack("{ss sI}", "name", m->mark[i].name, "at",
                                               (json_int_t)m->mark[i].at));
    json_t *j = json_pack("{sI sI sI so so so}", "here", (json_int_t)m->here, "frozen",
                          (json_int_t)m->frozen, "prior_given", (json_int_t)m->prior.given,
                          "prior", blocks_values(&m->prior.b), "states", states, "marks", marks);
    if (j && m->pending_q)
        json_object_set_new(j, "pending_q", blocks_values(&m->pending_q->b));
    return j;
}

/* ---- reading ----------------------------------------------------------------------------- */

static int malformed(struct error *e)
{
    error_set(e, "the state in the file is not one that save wrote for this model");
    return error_hint(e, "the file may be cut short, or edited");
}

/* A whole number of an object, within [low, high]. */
static bool whole(const json_t *j, const char *key, json_int_t low, json_int_t high,
                  json_int_t *v)
{
    const json_t *value = json_object_get(j, key);
    *v = json_integer_value(value);
    return json_is_integer(value) && *v >= low && *v <= high;
}

static bool read_numbers(const json_t *j, double *v, size_t n)
{
    if (!json_is_array(j) || json_array_size(j) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!json_to_number(json_array_get(j, i), &v[i]))
            return false;
    return true;
}

static struct theta *read_theta(const struct machine *m, const json_t *j, struct error *e)
{
    struct theta *t = theta_new(&m->model->theta, e);
    if (t && read_numbers(j, t->b.v, t->b.layout->size) && model_theta_valid(m->model, t, e) == 0)
        return t;
    if (t)
        malformed(e);
    theta_free(t);
    return NULL;
}

static struct latent *read_q(const struct machine *m, const json_t *j, struct error *e)
{
    struct latent *q = latent_new(&m->model->q, e);
    const struct model_class *c = m->model->class;
    if (q && read_numbers(j, q->b.v, q->b.layout->size) && blocks_valid(&q->b, e) == 0 &&
        (!c->q_valid || c->q_valid(m->model, q, e) == 0))
        return q;
    if (q)
        malformed(e);
    latent_free(q);
    return NULL;
}

static bool read_step(const json_t *j, struct step *s)
{
    json_int_t phase, m_kind, blocks, e_kind, first, last, sweeps;
    if (!whole(j, "phase", PHASE_INIT, PHASE_THETA, &phase) ||
        !whole(j, "m_kind", M_EXACT, M_NEWTON, &m_kind) ||
        !whole(j, "blocks", 0, UINT_MAX, &blocks) ||
        !whole(j, "e_kind", E_EXACT, E_RANDOM, &e_kind) ||
        !whole(j, "first", 0, LLONG_MAX, &first) || !whole(j, "last", 0, LLONG_MAX, &last) ||
        !whole(j, "sweeps", 0, LLONG_MAX, &sweeps) ||
        !json_is_number(json_object_get(j, "damp")) || !json_is_number(json_object_get(j, "beta")))
        return false;
    s->phase = (enum phase)phase;
    s->m = (struct m_how){.kind = (enum m_kind)m_kind, .blocks = (unsigned)blocks};
    s->e = (struct e_how){.kind = (enum e_kind)e_kind, .first = (size_t)first,
                          .last = (size_t)last, .sweeps = (size_t)sweeps};
    s->e.beta = json_number_value(json_object_get(j, "beta"));
    s->damp = json_number_value(json_object_get(j, "damp"));
    s->from_exact = json_is_true(json_object_get(j, "from_exact"));
    s->partial = json_is_true(json_object_get(j, "partial"));
    s->other_prior = json_is_true(json_object_get(j, "other_prior"));
    return true;
}

/* The numbers and words of a state, without θ and q.  Parents stand before their children. */
static bool read_plain(const json_t *j, long place, long count, struct state *s)
{
    json_int_t parent, child, t, q_count, have;
    const char *label = json_string_value(json_object_get(j, "label"));
    if (!label || strlen(label) >= LABEL || !text_is_utf8(label, strlen(label)) ||
        !whole(j, "parent", NO_STATE, place - 1, &parent) ||
        !whole(j, "child", NO_STATE, count - 1, &child) || (child != NO_STATE && child <= place) ||
        !whole(j, "t", 0, LLONG_MAX, &t) || !whole(j, "q_count", 0, LLONG_MAX, &q_count) ||
        !whole(j, "have", 0, (1 << TERM_COUNT) - 1, &have) ||
        !read_step(json_object_get(j, "step"), &s->step) ||
        !read_numbers(json_object_get(j, "terms"), s->terms.value, TERM_COUNT))
        return false;
    for (const char *p = label; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            return false;
    snprintf(s->label, sizeof s->label, "%s", label);
    s->parent = (long)parent;
    s->child = (long)child;
    s->t = (size_t)t;
    s->q_count = (size_t)q_count;
    s->terms.have = (unsigned)have;
    s->has_q = json_is_true(json_object_get(j, "has_q"));
    s->exact = json_is_true(json_object_get(j, "exact"));
    s->terms_due = json_is_true(json_object_get(j, "terms_due"));
    return true;
}

static int read_touch(struct machine *m, struct state *s, const json_t *j, long place,
                      struct error *e)
{
    if (!j)
        return 0;
    json_int_t at = json_integer_value(j);
    if (json_is_integer(j)) {
        const struct state *owner = at == place ? s : at >= 0 && at < place ? &m->state[at] : NULL;
        if (!owner || !owner->theta)
            return malformed(e);
        state_put_touch(m, s, theta_ref(owner->theta));
        return 0;
    }
    struct theta *t = read_theta(m, j, e);
    if (!t)
        return -1;
    state_put_touch(m, s, t);
    return 0;
}

/* θ, the touching point and q of a state; the q that is not in the file can be made again. */
static int read_parts(struct machine *m, struct state *s, const json_t *j, long place,
                      struct error *e)
{
    const json_t *theta = json_object_get(j, "theta"), *q = json_object_get(j, "q");
    struct theta *t = theta ? read_theta(m, theta, e) : NULL;
    if (theta && !t)
        return -1;
    if (t)
        state_put_theta(m, s, t);
    if (read_touch(m, s, json_object_get(j, "touch"), place, e) != 0)
        return -1;
    struct latent *latent = q ? read_q(m, q, e) : NULL;
    if (q && !latent)
        return -1;
    if (latent)
        state_put_q(m, s, latent);
    bool whole_q = !s->has_q || latent || state_q_can_be_made(m, s);
    return !s->theta || whole_q ? 0 : malformed(e);
}

static int read_states(struct machine *m, const json_t *list, struct error *e)
{
    long count = (long)json_array_size(list);
    for (long i = 0; i < count; i++) {
        const json_t *j = json_array_get(list, (size_t)i);
        if (state_room(m, e) != 0)
            return -1;
        struct state *s = &m->state[i];
        *s = (struct state){.parent = NO_STATE, .child = NO_STATE};
        m->nstate = i + 1;
        if (!read_plain(j, i, count, s))
            return malformed(e);
        if (read_parts(m, s, j, i, e) != 0)
            return -1;
    }
    for (long i = 0; i < count; i++) /* a child says who its parent is */
        if (m->state[i].child != NO_STATE && m->state[m->state[i].child].parent != i)
            return malformed(e);
    return 0;
}

static int read_marks(struct machine *m, const json_t *list, struct error *e)
{
    size_t n = json_array_size(list);
    m->mark = NEW_ARRAY(n + 1, struct mark);
    if (!m->mark)
        return error_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        const json_t *j = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(j, "name"));
        json_int_t at;
        if (!name || !whole(j, "at", 0, m->nstate - 1, &at))
            return malformed(e);
        m->mark[i] = (struct mark){mem_copy_text(name), (long)at};
        if (!m->mark[i].name)
            return error_no_memory(e);
        m->nmark++;
    }
    return 0;
}

static int read_rules(struct machine *m, const json_t *j, struct error *e)
{
    json_int_t frozen, given;
    json_int_t blocks = ((json_int_t)1 << m->model->theta.nblock) - 1;
    json_int_t hyper = ((json_int_t)1 << m->model->prior_layout.nblock) - 1;
    struct prior p = {.b = {.layout = &m->model->prior_layout}};
    size_t size = m->model->prior_layout.size;
    if (!whole(j, "frozen", 0, blocks, &frozen) || !whole(j, "prior_given", 0, hyper, &given))
        return malformed(e);
    p.b.v = NEW_ARRAY(size + 1, double);
    if (!p.b.v)
        return error_no_memory(e);
    p.given = (unsigned)given;
    int r = read_numbers(json_object_get(j, "prior"), p.b.v, size) ? 0 : malformed(e);
    if (r == 0)
        r = machine_set_prior(m, &p, e);
    mem_free(p.b.v);
    machine_freeze(m, (unsigned)frozen);
    return r;
}

/* The current state's terms must be those of its θ and q, to rounding of another machine's. */
static int check_here(struct machine *m, long here, struct error *e)
{
    if (machine_goto(m, here, e) != 0)
        return -1;
    struct terms now;
    const struct state *s = machine_here(m);
    model_terms(m->model, &m->prior, s->q, s->theta, ~0u, &now);
    if (now.have != s->terms.have)
        return malformed(e);
    for (int t = 0; t < TERM_COUNT; t++) {
        double a = now.value[t], b = s->terms.value[t];
        if (now.have & TERM_BIT(t) && !(a == b || (isnan(a) && isnan(b)) ||
                                        fabs(a - b) <= 10.0 * terms_tolerance(&now)))
            return malformed(e);
    }
    return 0;
}

int machine_from_json(struct machine *m, const json_t *j, struct error *e)
{
    json_int_t here;
    const json_t *states = json_object_get(j, "states"), *pending = json_object_get(j, "pending_q");
    if (read_rules(m, j, e) != 0 || read_states(m, states, e) != 0 ||
        read_marks(m, json_object_get(j, "marks"), e) != 0)
        return -1;
    if (pending && !(m->pending_q = read_q(m, pending, e)))
        return -1;
    if (!whole(j, "here", m->nstate ? 0 : NO_STATE, m->nstate - 1, &here))
        return malformed(e);
    return here == NO_STATE ? 0 : check_here(m, (long)here, e);
}
