/* SPDX-License-Identifier: GPL-3.0-or-later */
/* theta, freeze, unfreeze */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "em/block_json.h"
#include "shell/command.h"
#include "shell/jsonfile.h"
#include "shell/report.h"
#include "shell/session.h"

enum { THETA_FILE_LIMIT = 256 << 20 };

static int no_block(const struct layout *l, const struct option *o, const char *owner,
                    struct error *e)
{
    const char *names[LAYOUT_BLOCKS + 1];
    size_t n = 0;
    struct text shapes = TEXT_INIT;
    for (; n < l->nblock; n++) {
        names[n] = l->block[n].name;
        text_add(&shapes, n ? " " : "");
        block_shape(&l->block[n], &shapes);
    }
    names[n] = NULL;
    error_set_at(e, o->at, "%s has no '%s'", owner, o->name);
    suggest(e, o->name, names);
    error_hint(e, "%s has %s", owner, shapes.s);
    text_clear(&shapes);
    return -1;
}

/* The entry's mirror image in a symmetric block, or the entry itself. */
static size_t mirrored(const struct block *b, size_t at)
{
    if (b->constraint != CONSTRAINT_SPD)
        return at;
    size_t d = b->dim[b->rank - 1], row = at / d % d, column = at % d;
    return at - at % (d * d) + column * d + row;
}

/* One NAME[i,j]=v,v,… into the values of its block; `given` marks entries that were set. */
static int set_one(const struct layout *l, const struct option *o, double *v, bool *given,
                   const char *owner, struct error *e)
{
    const struct block *b = layout_find(l, o->name);
    size_t at, count;
    if (!b)
        return no_block(l, o, owner, e);
    if (block_run(b, o->index, o->nindex, &at, &count, e) != 0)
        return error_place(e, o->at);
    if (o->nvalue != count) {
        struct text shape = TEXT_INIT;
        block_shape(b, &shape);
        error_set_at(e, o->at, "%zu value%s for the %zu entr%s of %s", o->nvalue,
                     o->nvalue == 1 ? "" : "s", count, count == 1 ? "y" : "ies", o->name);
        error_hint(e, "%s takes them row by row, separated by commas", shape.s);
        text_clear(&shape);
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        size_t entry = b->offset + at + i;
        if (option_real(o, i, &v[entry], e) != 0)
            return -1;
        given[entry] = true;
        if (count == 1) {
            size_t mirror = b->offset + mirrored(b, at);
            v[mirror] = v[entry];
            given[mirror] = true;
        }
    }
    return 0;
}

static int check_all_given(const struct layout *l, const bool *given, struct error *e)
{
    struct text missing = TEXT_INIT;
    for (size_t i = 0; i < l->nblock; i++)
        for (size_t j = 0; j < l->block[i].size; j++)
            if (!given[l->block[i].offset + j]) {
                text_add(&missing, missing.length ? " " : "");
                block_shape(&l->block[i], &missing);
                break;
            }
    int r = 0;
    if (missing.length) {
        error_set(e, "the first θ needs every entry; still missing in %s", missing.s);
        r = error_hint(e, "give them in the same command, or init first and then change some");
    }
    text_clear(&missing);
    return r;
}

static int theta_set(struct session *s, const struct call *c, struct error *e)
{
    struct machine *m = s->machine;
    const struct state *here = machine_here(m);
    const struct layout *l = &m->model->theta;
    struct theta *t = here ? theta_copy(here->theta, e) : theta_new(l, e);
    bool *given = t ? NEW_ARRAY(l->size, bool) : NULL;
    int r = t && given ? 0 : error_no_memory(e);
    for (size_t i = 0; r == 0 && i < c->options.count; i++)
        r = set_one(l, &c->options.item[i], t->b.v, given, "θ", e);
    if (r == 0 && !here)
        r = check_all_given(l, given, e);
    if (r == 0)
        r = machine_set_theta(m, t, e);
    mem_free(given);
    theta_free(t);
    return r;
}

static int theta_load(struct session *s, const struct word *file, struct error *e)
{
    json_t *j = json_from_file(file->text, THETA_FILE_LIMIT, e);
    struct theta *t = j ? theta_new(&s->machine->model->theta, e) : NULL;
    int r = -1;
    if (t && blocks_from_json(&t->b, j, e) == 0)
        r = machine_set_theta(s->machine, t, e);
    theta_free(t);
    json_decref(j);
    return r == 0 ? 0 : error_place(e, file->at);
}

static int theta_save(struct session *s, const struct word *file, struct error *e)
{
    const struct state *here = machine_here(s->machine);
    if (!here) {
        error_set(e, "there is no θ to save yet");
        return error_hint(e, "init, or theta NAME=v,…");
    }
    json_t *j = blocks_to_json(&here->theta->b);
    int r = j ? json_to_file(file->text, j, e) : error_no_memory(e);
    json_decref(j);
    return r == 0 ? 0 : error_place(e, file->at);
}

static int run_theta(struct session *s, const struct call *c, struct error *e)
{
    const char *verb = c->nword ? c->word[0].text : "";
    size_t gone = s->machine->let_go;
    if (*verb && c->nword != 2) {
        error_set_at(e, c->word[0].at, "theta %s: what is to be done with it?", verb);
        return error_hint(e, "theta NAME=v,… sets, theta save FILE and theta load FILE keep");
    }
    if (strcmp(verb, "save") == 0)
        return theta_save(s, &c->word[1], e);
    if (strcmp(verb, "load") == 0) {
        if (theta_load(s, &c->word[1], e) != 0)
            return -1;
    } else if (*verb) {
        error_set_at(e, c->word[0].at, "theta takes save, load or NAME=v,…, not '%s'", verb);
        return error_hint(e, "no blanks round the '='");
    } else if (c->options.count) {
        if (theta_set(s, c, e) != 0)
            return -1;
    } else {
        if (!machine_here(s->machine)) {
            error_set(e, "there is no θ yet");
            return error_hint(e, "init, or theta NAME=v,…");
        }
        report_theta(s);
        return 0;
    }
    report_memory(s, gone);
    if (s->json)
        report_terms_json(s, session_reply(s, NULL));
    if (s->json || *verb)
        report_theta(s);
    else if (machine_here(s->machine)->has_q)
        report_state(s);
    return 0;
}

const struct command cmd_theta = {
    .name = "theta",
    .group = "model",
    .usage = "theta [NAME[i,j]=v,…] | theta save FILE | theta load FILE",
    .summary = "read θ, or set it by hand",
    .details = "A whole block as a list, row by row; one entry or one row by its index. Trailing\n"
               "indices of extent 1 may be left out. θ is checked before it is taken: weights sum\n"
               "to 1, variances are positive, covariances positive definite; an off-diagonal\n"
               "entry set alone takes its mirror image along. q stays as it is.\n"
               "\n"
               "  theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25\n"
               "  theta mu[1]=2,70\n"
               "  theta Sigma[1,1,2]=0.3\n"
               "  theta save best.json\n",
    .needs = NEED_MODEL,
    .open_options = true,
    .argument = ARG_PARAMETER,
    .max_words = 2,
    .run = run_theta,
};

/* ---- freeze ----------------------------------------------------------------------------- */

static int find_bit(const struct session *s, const struct word *w, unsigned *bit, struct error *e)
{
    const struct layout *l = &s->machine->model->theta;
    const struct block *b = layout_find(l, w->text);
    struct option as_option = {.name = w->text, .at = w->at};
    if (!b)
        return no_block(l, &as_option, "θ", e);
    *bit = 1u << layout_place(l, b);
    return 0;
}

static void report_frozen(struct session *s)
{
    const struct layout *l = &s->machine->model->theta;
    json_t *reply = session_reply(s, NULL), *names = json_array();
    struct text list = TEXT_INIT;
    for (size_t i = 0; i < l->nblock; i++)
        if (s->machine->frozen >> i & 1u) {
            text_addf(&list, "%s%s", list.length ? ", " : "", l->block[i].name);
            json_array_append_new(names, json_string(l->block[i].name));
        }
    if (reply)
        json_object_set(reply, "frozen", names);
    else if (!s->quiet)
        text_addf(&s->out, list.length ? "the M-step holds %s\n" : "nothing is frozen%s\n",
                  list.s);
    json_decref(names);
    text_clear(&list);
}

static int change_frozen(struct session *s, const struct call *c, bool freeze, struct error *e)
{
    unsigned frozen = s->machine->frozen, bit;
    for (size_t i = 0; i < c->nword; i++) {
        if (find_bit(s, &c->word[i], &bit, e) != 0)
            return -1;
        frozen = freeze ? frozen | bit : frozen & ~bit;
    }
    if (frozen == (1u << s->machine->model->theta.nblock) - 1u)
        return error_set(e, "that would hold every block: the M-step would have nothing to do");
    machine_freeze(s->machine, frozen);
    report_frozen(s);
    return 0;
}

static int run_freeze(struct session *s, const struct call *c, struct error *e)
{
    return change_frozen(s, c, true, e);
}

static int run_unfreeze(struct session *s, const struct call *c, struct error *e)
{
    return change_frozen(s, c, false, e);
}

const struct command cmd_freeze = {
    .name = "freeze",
    .group = "model",
    .usage = "freeze [BLOCK …]",
    .summary = "hold blocks of θ: the M-step leaves them alone",
    .details = "  freeze pi       the coins are picked with known probabilities\n"
               "  freeze          say what is held\n",
    .needs = NEED_MODEL,
    .argument = ARG_BLOCK,
    .max_words = LAYOUT_BLOCKS,
    .run = run_freeze,
};

const struct command cmd_unfreeze = {
    .name = "unfreeze",
    .group = "model",
    .usage = "unfreeze BLOCK …",
    .summary = "let the M-step move blocks again",
    .details = "  unfreeze pi\n",
    .needs = NEED_MODEL,
    .argument = ARG_BLOCK,
    .min_words = 1,
    .max_words = LAYOUT_BLOCKS,
    .run = run_unfreeze,
};

/* ---- prior ------------------------------------------------------------------------------ */

static void report_prior(struct session *s)
{
    const struct machine *m = s->machine;
    const struct layout *l = &m->model->prior_layout;
    json_t *reply = session_reply(s, NULL);
    if (!reply) {
        if (m->prior.given)
            report_blocks(s, &m->prior.b, m->prior.given);
        else if (!s->quiet)
            text_add(&s->out, "no prior\n");
        return;
    }
    json_t *all = json_object();
    for (size_t i = 0; i < l->nblock; i++)
        if (m->prior.given >> i & 1u)
            json_object_set_new(all, l->block[i].name,
                                block_to_json(&l->block[i], m->prior.b.v + l->block[i].offset));
    json_object_set_new(reply, "prior", all);
}

/* A list of one value stands for every entry of a vector: dirichlet=2. */
static int set_hyperparameter(const struct layout *l, const struct option *o, struct prior *p,
                              bool *given, struct error *e)
{
    const struct block *b = layout_find(l, o->name);
    if (b && o->nindex == 0 && o->nvalue == 1 && b->rank == 1) {
        double v;
        if (option_real(o, 0, &v, e) != 0)
            return -1;
        for (size_t i = 0; i < b->size; i++)
            p->b.v[b->offset + i] = v;
    } else if (set_one(l, o, p->b.v, given, "the prior", e) != 0) {
        return -1;
    }
    p->given |= 1u << layout_place(l, b);
    return 0;
}

static int prior_set(struct session *s, const struct call *c, struct prior *p, struct error *e)
{
    const struct layout *l = p->b.layout;
    bool *given = NEW_ARRAY(l->size + 1, bool);
    int r = given ? 0 : error_no_memory(e);
    if (r == 0 && l->nblock == 0) {
        error_set(e, "%s has no conjugate prior here", s->machine->model->class->name);
        r = error_hint(e, "help prior lists the models that have one");
    }
    for (size_t i = 0; r == 0 && i < c->options.count; i++)
        r = set_hyperparameter(l, &c->options.item[i], p, given, e);
    mem_free(given);
    return r;
}

static int run_prior(struct session *s, const struct call *c, struct error *e)
{
    struct machine *m = s->machine;
    bool off = c->nword == 1 && strcmp(c->word[0].text, "off") == 0;
    if (c->nword && !off)
        return error_set_at(e, c->word[0].at, "prior takes NAME=v,… or off, not '%s'",
                            c->word[0].text);
    struct prior p = {.b = {.layout = m->prior.b.layout}, .given = off ? 0 : m->prior.given};
    p.b.v = NEW_ARRAY(m->model->prior_layout.size + 1, double);
    if (!p.b.v)
        return error_no_memory(e);
    memcpy(p.b.v, m->prior.b.v, m->model->prior_layout.size * sizeof(double));
    int r = prior_set(s, c, &p, e);
    if (r == 0 && (off || c->options.count))
        r = machine_set_prior(m, &p, e);
    mem_free(p.b.v);
    if (r != 0)
        return -1;
    report_prior(s);
    return 0;
}

const struct command cmd_prior = {
    .name = "prior",
    .group = "model",
    .usage = "prior NAME=v,… | prior off | prior",
    .summary = "a conjugate prior on θ: the M-step becomes MAP",
    .details = "log p(θ) is then a term of its own, and J = ELBO + log p(θ) is what rises.\n"
               "\n"
               "  mixtures   dirichlet=α,…      of pi (one value stands for all)\n"
               "  gmm, mvn   m0=… kappa0= S0=… nu0=    normal–inverse-Wishart, all four\n"
               "  binomial   beta=a,b           of every p\n"
               "  linkage    beta=a,b           of p\n"
               "  poisson    gamma=a,b          shape and rate of every lambda\n"
               "\n"
               "  prior dirichlet=2 beta=2,2\n"
               "  prior off\n",
    .needs = NEED_MODEL,
    .open_options = true,
    .argument = ARG_CHOICE,
    .choices = "off",
    .max_words = 1,
    .run = run_prior,
};
