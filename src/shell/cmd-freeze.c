/* SPDX-License-Identifier: GPL-3.0-or-later */
/* freeze, unfreeze */
#include <string.h>

#include "em/block_json.h"
#include "shell/assign.h"
#include "shell/command.h"
#include "shell/report.h"
#include "shell/session.h"

static int find_bit(const struct session *s, const struct word *w, unsigned *bit, struct error *e)
{
    const struct layout *l = &s->machine->model->theta;
    const struct block *b = layout_find(l, w->text);
    struct option as_option = {.name = w->text, .at = w->at};
    if (!b)
        return assign_no_block(l, &as_option, "θ", e);
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
            text_add_listed(&list, l->block[i].name);
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
    unsigned frozen = s->machine->frozen, bit = 0;
    for (size_t i = 0; i < c->nword; i++) {
        if (find_bit(s, &c->word[i], &bit, e) != 0)
            return -1;
        frozen = freeze ? frozen | bit : frozen & ~bit;
    }
    if (frozen == machine_blocks(s->machine))
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
