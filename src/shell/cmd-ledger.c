/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger */
#include <stdio.h>

#include "em/block_json.h"
#include "em/ledger.h"
#include "shell/command.h"
#include "shell/dispatch.h"
#include "shell/grid.h"
#include "shell/session.h"

static const char *relation_text(enum relation r)
{
    static const char *const signs[] = {"≤", "≥", "="};
    return signs[r];
}

static void print_ledger(struct session *s, const struct ledger *l)
{
    struct grid g;
    grid_init(&g, (int)s->set.digits);
    if (l->nclaim) {
        grid_left(&g, "claim");
        grid_right(&g, "left");
        grid_left(&g, "");
        grid_right(&g, "right");
        grid_row(&g);
    }
    for (size_t i = 0; i < l->nclaim; i++) {
        const struct claim *c = &l->claim[i];
        char holds[80];
        snprintf(holds, sizeof holds, "%s %s", c->holds ? "✓" : "✗", c->because);
        grid_left(&g, c->claim);
        grid_number(&g, c->left);
        grid_left(&g, relation_text(c->relation));
        grid_number(&g, c->right);
        grid_left(&g, holds);
        grid_row(&g);
    }
    grid_print(&g, &s->out, session_width(s));
    grid_clear(&g);
    for (size_t i = 0; i < l->ngiven_up; i++)
        text_addf(&s->out, "  given up: %s\n            %s\n", l->given_up[i].claim,
                  l->given_up[i].why);
}

static void ledger_json(json_t *reply, const struct ledger *l)
{
    json_t *claims = json_array(), *given_up = json_array();
    for (size_t i = 0; i < l->nclaim; i++) {
        const struct claim *c = &l->claim[i];
        json_t *one = json_object();
        json_object_set_new(one, "claim", json_string(c->claim));
        json_object_set_new(one, "left", json_number(c->left));
        json_object_set_new(one, "right", json_number(c->right));
        json_object_set_new(one, "relation", json_string(relation_text(c->relation)));
        json_object_set_new(one, "holds", json_boolean(c->holds));
        json_object_set_new(one, "because", json_string(c->because));
        json_array_append_new(claims, one);
    }
    for (size_t i = 0; i < l->ngiven_up; i++)
        json_array_append_new(given_up, json_pack("{ss ss}", "claim", l->given_up[i].claim, "why",
                                                  l->given_up[i].why));
    json_object_set_new(reply, "claims", claims);
    json_object_set_new(reply, "given_up", given_up);
}

static int run_ledger(struct session *s, const struct call *c, struct error *e)
{
    static const struct command with_q = {.name = "ledger", .needs = NEED_Q};
    const struct step *step = &machine_here(s->machine)->step;
    struct ledger l;
    (void)c;
    bool newton = step->phase == PHASE_M && step->m.kind == M_NEWTON; /* leaves no q behind */
    if (!newton && dispatch_needs(s, &with_q, e) != 0)
        return -1;
    if (ledger_make(s->machine, &l, true, e) != 0)
        return -1;
    if (s->json)
        ledger_json(session_reply(s, NULL), &l);
    else
        print_ledger(s, &l);
    return 0;
}

const struct command cmd_ledger = {
    .name = "ledger",
    .group = "look",
    .usage = "ledger",
    .summary = "the ascent proof: each claim of the last half-step, both sides",
    .details = "One row a claim, with ✓ or ✗, and the claims that a generalized step gave up.\n"
               "All are held to 1e-9·max(1,|ℓ|,|Q|,|H|); Fisher's identity to 1e-6.\n",
    .needs = NEED_MODEL | NEED_THETA,
    .lets_q_be = true,
    .max_words = 0,
    .run = run_ledger,
};
