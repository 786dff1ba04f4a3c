/* SPDX-License-Identifier: GPL-3.0-or-later */
/* why */
#include <math.h>

#include "em/block_json.h"
#include "shell/command.h"
#include "shell/page.h"
#include "shell/why.h"

static void print_reasons(struct session *s, const struct reasons *r)
{
    struct page page = page_of(s);
    page_words(&page, r->opening, 0, 2);
    for (size_t i = 0; i < r->count; i++) {
        text_add(&s->out, "  ");
        page_words(&page, r->reason[i].sentence, 2, 4);
    }
}

static void reasons_json(const struct session *s, json_t *reply, const struct reasons *r)
{
    json_t *all = json_array();
    for (size_t i = 0; i < r->count; i++) {
        const struct reason *one = &r->reason[i];
        json_t *row = json_object();
        const char *key = term_name(s->machine->model->class->kind, one->term)->key;
        json_object_set_new(row, "term", json_string(key));
        json_object_set_new(row, "change",
                            isnan(one->change) ? json_null() : json_number(one->change));
        json_object_set_new(row, "reason", json_string(one->sentence));
        json_array_append_new(all, row);
    }
    json_object_set_new(reply, "label", json_string(machine_here(s->machine)->label));
    json_object_set_new(reply, "step", json_string(r->opening));
    json_object_set_new(reply, "reasons", all);
}

static int run_why(struct session *s, const struct call *c, struct error *e)
{
    struct reasons r;
    (void)c;
    (void)e;
    why_make(s, &r);
    if (s->json)
        reasons_json(s, session_reply(s, NULL), &r);
    else
        print_reasons(s, &r);
    return 0;
}

const struct command cmd_why = {
    .lets_q_be = true,
    .name = "why",
    .group = "look",
    .usage = "why",
    .summary = "why each term moved, or did not, in the last half-step",
    .details = "One sentence for each term, with its numbers: what an E-step or an M-step leaves\n"
               "alone, what it promises, and what it does not.  ledger has the promises as\n"
               "claims with both sides; show terms the definitions.\n",
    .needs = NEED_MODEL | NEED_THETA,
    .run = run_why,
};
