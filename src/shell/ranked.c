/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/ranked.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "shell/show.h"

struct place {
    size_t row;
    double key;
};

/* Equal keys stay in the order of the rows. */
static int by_key(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    int order = (p->key < q->key) - (p->key > q->key);

    if (isnan(p->key) || isnan(q->key))
        order = (isnan(p->key) != 0) - (isnan(q->key) != 0);
    return order ? order : (p->row > q->row) - (p->row < q->row);
}

/* out (n) ← the first n by key of `count` rows.  Those that may be among them gather in best (2n),
 * which is sorted and cut to n whenever it is full. */
static void choose(size_t first, size_t count, const double *key, size_t n, struct place *best,
                   size_t *out)
{
    size_t held = 0;
    bool cut = false; /* then best[n-1] is to be beaten */
    for (size_t i = first; i < first + count; i++) {
        struct place p = {i, key ? key[i] : 0.0};
        if (cut && by_key(&p, &best[n - 1]) > 0)
            continue;
        best[held++] = p;
        if (held < 2 * n)
            continue;
        qsort(best, held, sizeof *best, by_key);
        held = n;
        cut = true;
    }
    qsort(best, held, sizeof *best, by_key);
    for (size_t i = 0; i < n; i++)
        out[i] = best[i].row;
}

int ranked_make(const struct call *c, size_t total, size_t otherwise, const double *key,
                struct ranked *r, struct error *e)
{
    size_t first, count, n;
    bool asked = options_find(&c->options, "rows") != NULL;

    *r = (struct ranked){0};
    if (show_rows(c, total, total, &first, &count, e) != 0)
        return -1;
    n = asked || otherwise > count ? count : otherwise;
    if (options_count(&c->options, "n", 1, (size_t)1 << 53, &n, e) != 0)
        return -1;
    r->of = count;
    r->n = n < count ? n : count;
    struct place *best = NEW_ARRAY(2 * r->n, struct place);
    r->row = NEW_ARRAY(r->n, size_t);
    if (!best || !r->row) {
        mem_free(best);
        ranked_clear(r);
        return error_no_memory(e);
    }
    choose(first, count, key, r->n, best, r->row);
    mem_free(best);
    return 0;
}

void ranked_clear(struct ranked *r)
{
    mem_free(r->row);
    *r = (struct ranked){0};
}
