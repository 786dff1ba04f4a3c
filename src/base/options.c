/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/options.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "base/text.h"

static void option_clear(struct option *o)
{
    for (size_t i = 0; i < o->nvalue; i++)
        mem_free(o->value[i]);
    mem_free(o->value);
    mem_free(o->value_at);
    mem_free(o->name);
}

void options_clear(struct options *o)
{
    for (size_t i = 0; i < o->count; i++)
        option_clear(&o->item[i]);
    mem_free(o->item);
    *o = (struct options){0};
}

const struct option *options_find(const struct options *o, const char *name)
{
    for (size_t i = 0; i < o->count; i++)
        if (strcmp(o->item[i].name, name) == 0)
            return &o->item[i];
    return NULL;
}

/* Where value i stands, or the whole word when it is not there. */
static struct span value_span(const struct option *o, size_t i)
{
    return i < o->nvalue && o->value_at ? o->value_at[i] : o->at;
}

static int one_value(const struct option *o, struct error *e)
{
    if (o->nvalue == 1 && o->value[0][0] != '\0')
        return 0;
    if (o->nvalue <= 1)
        return error_set_at(e, o->at, "%s= has no value", o->name);
    return error_set_at(e, value_span(o, 1), "%s= takes one value, not %zu", o->name, o->nvalue);
}

int option_real(const struct option *o, size_t i, double *v, struct error *e)
{
    if (i >= o->nvalue)
        return error_set_at(e, o->at, "%s= has no value", o->name);
    if (number_parse(o->value[i], v))
        return 0;
    return error_set_at(e, value_span(o, i), "%s: '%s' is not a number", o->name, o->value[i]);
}

static int read_count(const struct option *o, size_t *v, struct error *e)
{
    if (one_value(o, e) != 0)
        return -1;
    if (count_parse(o->value[0], v))
        return 0;
    return error_set_at(e, value_span(o, 0), "%s: '%s' is not a whole number, 0 or more", o->name,
                        o->value[0]);
}

/* Choice i of "full|tied|diag" and its length; NULL after the last. */
static const char *choice_at(const char *choices, size_t i, size_t *length)
{
    while (i > 0 && (choices = strchr(choices, '|'))) {
        choices++;
        i--;
    }
    if (choices)
        *length = strcspn(choices, "|");
    return choices;
}

enum { CHOICES_MOST = 16, CHOICE_LONGEST = 32 };

static int no_such_choice(const struct option *o, const char *choices, struct error *e)
{
    char name[CHOICES_MOST][CHOICE_LONGEST], all[200];
    const char *list[CHOICES_MOST + 1], *c;
    size_t n = 0, used = 0, length;

    for (; n < CHOICES_MOST && (c = choice_at(choices, n, &length)); n++) {
        length = length < CHOICE_LONGEST ? length : CHOICE_LONGEST - 1;
        memcpy(name[n], c, length);
        name[n][length] = '\0';
        list[n] = name[n];
        if (used + length + 3 < sizeof all) {
            used = (size_t)(stpcpy(all + used, n > 0 ? ", " : "") - all);
            used = (size_t)(stpcpy(all + used, name[n]) - all);
        }
    }
    list[n] = NULL;
    error_set_at(e, value_span(o, 0), "%s has no choice '%s'", o->name, o->value[0]);
    suggest(e, o->value[0], list);
    return error_hint(e, "%s= is one of %s", o->name, all);
}

static int read_choice(const struct option *o, const char *choices, int *v, struct error *e)
{
    const char *c;
    size_t length;

    if (one_value(o, e) != 0)
        return -1;
    for (int i = 0; (c = choice_at(choices, (size_t)i, &length)); i++) {
        if (strlen(o->value[0]) == length && strncmp(o->value[0], c, length) == 0) {
            *v = i;
            return 0;
        }
    }
    return no_such_choice(o, choices, e);
}

static int check_type(const struct option *o, const struct option_spec *s, struct error *e)
{
    double real;
    size_t count;
    int choice;

    switch (s->type) {
    case OPTION_COUNT:
        return read_count(o, &count, e);
    case OPTION_REAL:
        return one_value(o, e) != 0 ? -1 : option_real(o, 0, &real, e);
    case OPTION_REALS:
        for (size_t i = 0; i < o->nvalue; i++)
            if (option_real(o, i, &real, e) != 0)
                return -1;
        return 0;
    case OPTION_CHOICE:
        return read_choice(o, s->values, &choice, e);
    case OPTION_COLUMN:
    case OPTION_FILE:
    case OPTION_WORD:
        return one_value(o, e);
    case OPTION_COLUMNS:
    case OPTION_WORDS:
    case OPTION_BLOCKS:
        return 0;
    }
    return 0;
}

static int no_such_option(const struct option *o, const struct option_spec *table,
                          const char *owner, struct error *e)
{
    struct nearest near = {.typed = o->name};
    struct text known = TEXT_INIT;
    size_t n = 0;

    for (; table[n].name; n++) {
        nearest_try(&near, table[n].name);
        text_addf(&known, " %s=", table[n].name);
    }
    error_set_at(e, o->at, "%s has no option '%s'", owner, o->name);
    suggest_nearest(e, &near);
    if (n == 0)
        error_hint(e, "%s takes no options", owner);
    else if (!known.failed)
        error_hint(e, "options of %s:%s", owner, known.s);
    text_clear(&known);
    return -1;
}

static const struct option_spec *find_spec(const struct option_spec *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

int options_check(const struct options *o, const struct option_spec *table, const char *owner,
                  struct error *e)
{
    for (size_t i = 0; i < o->count; i++) {
        const struct option *item = &o->item[i];
        const struct option_spec *spec = find_spec(table, item->name);

        if (!spec)
            return no_such_option(item, table, owner, e);
        if (options_find(o, item->name) != item)
            return error_set_at(e, item->at, "%s= is given twice", item->name);
        if (item->nindex > 0)
            return error_set_at(e, item->at, "option %s= takes no [index]", item->name);
        if (check_type(item, spec, e) != 0)
            return -1;
    }
    return 0;
}

int options_count(const struct options *o, const char *name, size_t low, size_t high, size_t *v,
                  struct error *e)
{
    const struct option *item = options_find(o, name);
    size_t read;

    if (!item)
        return 0;
    if (read_count(item, &read, e) != 0)
        return -1;
    if (read < low)
        return error_set_at(e, value_span(item, 0), "%s is %zu; it must be at least %zu", name,
                            read, low);
    if (read > high)
        return error_set_at(e, value_span(item, 0), "%s is %zu; it must be at most %zu", name, read,
                            high);
    *v = read;
    return 0;
}

static int out_of_range(const struct option *o, double v, double low, double high, struct error *e)
{
    char is[NUMBER_TEXT], bound[NUMBER_TEXT];
    const char *rule = v < low ? "at least" : "at most";

    number_text(is, v, 6);
    if (isinf(v))
        return error_set_at(e, value_span(o, 0), "%s is %s; it must be finite", o->name, is);
    if (v < low && low == DBL_MIN)
        return error_set_at(e, value_span(o, 0), "%s is %s; it must be above 0", o->name, is);
    return error_set_at(e, value_span(o, 0), "%s is %s; it must be %s %s", o->name, is, rule,
                        number_text(bound, v < low ? low : high, 6));
}

int options_real(const struct options *o, const char *name, double low, double high, double *v,
                 struct error *e)
{
    const struct option *item = options_find(o, name);
    double read;

    if (!item)
        return 0;
    if (one_value(item, e) != 0 || option_real(item, 0, &read, e) != 0)
        return -1;
    if (isinf(read) || read < low || read > high)
        return out_of_range(item, read, low, high, e);
    *v = read;
    return 0;
}

int options_choice(const struct options *o, const char *name, const char *choices, int *v,
                   struct error *e)
{
    const struct option *item = options_find(o, name);

    return item ? read_choice(item, choices, v, e) : 0;
}

const char *options_word(const struct options *o, const char *name, const char *otherwise)
{
    const struct option *item = options_find(o, name);

    return item && item->nvalue > 0 ? item->value[0] : otherwise;
}
