/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show stats */
#include <math.h>

#include "base/memory.h"
#include "em/block_json.h"
#include "shell/report.h"
#include "shell/show.h"

/* Entries of a vector that text shows. */
enum { SHOWN = 100 };

static void print_stats(struct session *s, const struct blocks *stats)
{
    struct layout shown = *stats->layout;
    for (size_t i = 0; i < shown.nblock; i++) {
        struct block *b = &shown.block[i];
        if (b->rank == 1 && b->size > SHOWN)
            b->size = b->dim[0] = SHOWN;
        text_addf(&s->out, "  %s: %s%s\n", b->name, b->help,
                  b->size < stats->layout->block[i].size ? " (the first of them)" : "");
    }
    report_blocks(s, &(struct blocks){&shown, stats->v}, ~0u);
}

/* Nothing can be said without a q. */
static bool needs_q(const struct blocks *stats, const struct state *here)
{
    bool any = here->has_q;
    for (size_t i = 0; i < stats->layout->size && !any; i++)
        any = !isnan(stats->v[i]);
    return !any;
}

static int run_stats(struct session *s, const struct call *c, struct error *e)
{
    const struct model *m = s->machine->model;
    const struct state *here = machine_here(s->machine);
    (void)c;
    if (!m->class->stats) {
        error_set(e, "%s has nothing of its own to show here", m->name);
        return error_hint(e, "show terms, show theta and show q have its numbers");
    }
    struct blocks stats = {&m->stats, NEW_ARRAY(m->stats.size, double)};
    if (!stats.v)
        return error_no_memory(e);
    m->class->stats(m, here->q, here->theta, stats.v);
    if (needs_q(&stats, here)) {
        mem_free(stats.v);
        error_set(e, "show stats needs q: these are expectations under it");
        return error_hint(e, "take an `e` first, or set one with q");
    }
    json_t *reply = session_reply(s, NULL);
    if (reply)
        json_object_set_new(reply, "stats", blocks_to_json(&stats));
    else
        print_stats(s, &stats);
    mem_free(stats.v);
    return 0;
}

const struct subject show_stats = {
    .name = "stats",
    .summary = "expected sufficient statistics: N_k, Σγx …; p of maxent; normalised skills",
    .needs = NEED_MODEL | NEED_THETA,
    .run = run_stats,
};
