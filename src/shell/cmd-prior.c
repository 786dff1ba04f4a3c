/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prior */
#include <string.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "shell/assign.h"
#include "shell/command.h"
#include "shell/report.h"
#include "shell/session.h"

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
    } else if (assign_blocks(l, o, p->b.v, given, "the prior", e) != 0) {
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
        error_set(e, "%s has no conjugate prior here", s->machine->model->name);
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
               "  vbgmm      alpha0= beta0= m0=… W0=… nu0=    a part of the model, always on:\n"
               "             they stand in its ELBO, and there is no J\n"
               "\n"
               "  prior dirichlet=2 beta=2,2\n"
               "  prior off\n",
    .needs = NEED_MODEL,
    .open_options = true,
    .argument = ARG_PRIOR,
    .choices = "off",
    .max_words = 1,
    .run = run_prior,
};
