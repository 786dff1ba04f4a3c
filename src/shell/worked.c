/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/worked.h"

#include <string.h>

#include "em/symbol.h"

enum { WIDE_SYMBOL = 26, MARGIN = 2 };

/* What stands before the first line, and before those under it. */
struct leads {
    struct text first, next;
};

/* A wide symbol has a line of its own. */
static void make_leads(struct leads *l, const char *symbol, struct text *out)
{
    size_t width = text_width(symbol);
    l->first = l->next = (struct text)TEXT_INIT;
    text_repeat(&l->first, " ", MARGIN);
    if (width > WIDE_SYMBOL) {
        text_addf(out, "  %s\n", symbol);
        width = 4;
        text_repeat(&l->first, " ", width);
    } else {
        text_add(&l->first, symbol);
    }
    text_add(&l->first, " = ");
    text_repeat(&l->next, " ", MARGIN + width);
    text_add(&l->next, " = ");
}

static void leads_clear(struct leads *l)
{
    text_clear(&l->first);
    text_clear(&l->next);
}

void worked_add(struct text *out, size_t width, int digits, const char *symbol, formula is,
                const char *value)
{
    struct text name = TEXT_INIT, symbols = TEXT_INIT, numbers = TEXT_INIT;
    struct leads leads;
    symbol_to_text(symbol, &name);
    formula_text(is, FORMULA_SYMBOLS, digits, &symbols);
    formula_text(is, FORMULA_NUMBERS, digits, &numbers);
    make_leads(&leads, name.s, out);
    const char *lead[] = {leads.first.s, leads.next.s};
    size_t at = 0;
    if (is && strcmp(symbols.s, name.s) != 0)
        formula_wrap(lead[at++], symbols.s, width, out);
    if (is && strcmp(numbers.s, value) != 0 && strcmp(symbols.s, numbers.s) != 0)
        formula_wrap(lead[at ? 1 : at++], numbers.s, width, out);
    formula_wrap(lead[at ? 1 : 0], value, width, out);
    leads_clear(&leads);
    text_clear(&name);
    text_clear(&symbols);
    text_clear(&numbers);
}
