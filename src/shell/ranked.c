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
    struct place *all = NEW_ARRAY(count, struct place);
    r->of = count;
    r->n = n < count ? n : count;
    r->row = NEW_ARRAY(r->n, size_t);
    if (!all || !r->row) {
        mem_free(all);
        ranked_clear(r);
        return error_no_memory(e);
    }
    for (size_t i = 0; i < count; i++)
        all[i] = (struct place){first + i, key ? key[first + i] : 0.0};
    qsort(all, count, sizeof *all, by_key);
    for (size_t i = 0; i < r->n; i++)
        r->row[i] = all[i].row;
    mem_free(all);
    return 0;
}

void ranked_clear(struct ranked *r)
{
    mem_free(r->row);
    *r = (struct ranked){0};
}
