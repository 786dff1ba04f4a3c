/* SPDX-License-Identifier: GPL-3.0-or-later */
/* theta */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "shell/assign.h"
#include "shell/command.h"
#include "shell/jsonfile.h"
#include "shell/report.h"
#include "shell/session.h"

enum { THETA_FILE_LIMIT = 256 << 20 };

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

/* An error in a block's values ("pi sums to …") stands where that block was given. */
static int place_on_block(const struct options *o, struct error *e)
{
    size_t n = strcspn(e->message, " [");
    for (size_t i = 0; i < o->count; i++)
        if (strlen(o->item[i].name) == n && strncmp(o->item[i].name, e->message, n) == 0)
            return error_place(e, o->item[i].at);
    return -1;
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
        r = assign_blocks(l, &c->options.item[i], t->b.v, given, "θ", e);
    if (r == 0 && !here)
        r = check_all_given(l, given, e);
    if (r == 0 && machine_set_theta(m, t, e) != 0)
        r = place_on_block(&c->options, e);
    mem_free(given);
    theta_free(t);
    return r;
}

static int theta_load(struct session *s, const struct word *file, struct error *e)
{
    json_t *j = json_from_file(s, file->text, THETA_FILE_LIMIT, e);
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
    int r = j ? json_to_file(s, file, j, e) : error_no_memory(e);
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
        report_theta_brief(s);
    else if (machine_here(s->machine)->has_q)
        report_state(s);
    return 0;
}

const struct command cmd_theta = {
    .lets_q_be = true,
    .name = "theta",
    .group = "model",
    .usage = "theta [NAME[i,j]=v,…] | theta save FILE | theta load FILE",
    .summary = "read θ, or set it by hand",
    .details = "A whole block as a list, row by row; one entry or one row by its index. Trailing\n"
               "indices of extent 1 may be left out. θ is checked before it is taken: weights\n"
               "sum to 1, variances are positive, covariances positive definite; an off-diagonal\n"
               "entry set alone takes its mirror image along. q stays as it is.\n"
               "\n"
               "  theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25\n"
               "  theta mu[1]=2,70\n"
               "  theta Sigma[1,1,2]=0.3\n"
               "  theta save best.json\n",
    .needs = NEED_MODEL,
    .open_options = true,
    .argument = ARG_PARAMETER,
    .choices = "save|load",
    .max_words = 2,
    .run = run_theta,
};
