/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an explanation is built of: its title, items, notes and remarks. */
#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "em/explain.h"
#include "em/symbol.h"

static char *format_text(struct explanation *x, const char *format, va_list ap)
{
    struct text t = TEXT_INIT;
    text_vaddf(&t, format, ap);
    char *s = text_take(&t);
    x->failed = x->failed || !s;
    return s;
}

/* Room for one more in a list of `size`-byte things. */
static bool grow(struct explanation *x, void **list, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return true;
    size_t more = *room ? 2 * *room : 8;
    void *p = mem_resize(*list, more, size);
    if (!p) {
        x->failed = true;
        return false;
    }
    *list = p;
    *room = more;
    return true;
}

void explain_title(struct explanation *x, const char *latex, ...)
{
    va_list ap;
    va_start(ap, latex);
    mem_free(x->title);
    x->title = format_text(x, latex, ap);
    va_end(ap);
}

void explain_about(struct explanation *x, const char *text, ...)
{
    va_list ap;
    va_start(ap, text);
    mem_free(x->about);
    x->about = format_text(x, text, ap);
    va_end(ap);
}

void explain_item(struct explanation *x, double value, formula is, const char *latex, ...)
{
    void *list = x->item;
    if (!grow(x, &list, x->nitem, &x->room, sizeof *x->item))
        return;
    x->item = list;
    va_list ap;
    va_start(ap, latex);
    x->item[x->nitem++] = (struct explained){.symbol = format_text(x, latex, ap), .is = is,
                                             .value = value};
    va_end(ap);
}

bool explain_has(const struct explanation *x, const char *latex)
{
    for (size_t i = 0; i < x->nitem; i++)
        if (x->item[i].symbol && strcmp(x->item[i].symbol, latex) == 0)
            return true;
    return false;
}

void explain_after(struct explanation *x, const char *text, ...)
{
    if (x->nitem == 0)
        return;
    va_list ap;
    va_start(ap, text);
    mem_free(x->item[x->nitem - 1].after);
    x->item[x->nitem - 1].after = format_text(x, text, ap);
    va_end(ap);
}

void explain_note(struct explanation *x, const char *text, ...)
{
    if (x->nitem == 0)
        return;
    va_list ap;
    va_start(ap, text);
    mem_free(x->item[x->nitem - 1].note);
    x->item[x->nitem - 1].note = format_text(x, text, ap);
    va_end(ap);
}

void explain_remark(struct explanation *x, const char *text, ...)
{
    void *list = x->remark;
    if (!grow(x, &list, x->nremark, &x->remark_room, sizeof *x->remark))
        return;
    x->remark = list;
    va_list ap;
    va_start(ap, text);
    x->remark[x->nremark++] = format_text(x, text, ap);
    va_end(ap);
}

void explain_entry(const struct block *b, size_t entry, struct text *latex)
{
    struct text name = TEXT_INIT;
    symbol_of_name(b->name, latex);
    block_entry_name(b, entry, &name);
    char *open = strchr(name.s, '[');
    if (open)
        text_addf(latex, "_{%.*s}", (int)strcspn(open + 1, "]"), open + 1);
    text_clear(&name);
}

void explain_row(const struct explanation *x, size_t i, struct text *out)
{
    const struct observations *o = &x->model->obs;
    enum { MOST = 4, NAME = 20 };
    text_addf(out, "row %zu", i + 1);
    for (size_t j = 0; j < o->d && j < MOST; j++) {
        char buf[NUMBER_TEXT];
        double v = o->x[j][i];
        text_add(out, j ? ", " : ": ");
        text_add_shown(out, observations_name(o, j), NAME);
        const char *word = observations_is_text(o, j) ? observations_word(o, j, v) : NULL;
        text_add(out, " = ");
        text_add_shown(out, word ? word : number_text(buf, v, x->digits), NAME);
    }
    text_add(out, o->d > MOST ? " …" : "");
}

void explain_largest_row(struct explanation *x, const struct formula *sum)
{
    double value;
    char buf[NUMBER_TEXT];
    struct text row = TEXT_INIT;
    size_t i = formula_largest(sum, &value);
    if (formula_terms(sum) < 2)
        return;
    explain_row(x, i, &row);
    explain_note(x, "%s, contributes most: %s", row.s, number_text(buf, value, x->digits));
    text_clear(&row);
}

void explanation_clear(struct explanation *x)
{
    formulas_clear(&x->f);
    mem_free(x->title);
    mem_free(x->about);
    for (size_t i = 0; i < x->nitem; i++) {
        mem_free(x->item[i].symbol);
        mem_free(x->item[i].after);
        mem_free(x->item[i].note);
    }
    for (size_t i = 0; i < x->nremark; i++)
        mem_free(x->remark[i]);
    mem_free(x->item);
    mem_free(x->remark);
    *x = (struct explanation){.f = FORMULAS_INIT};
}
