/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/picture.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define PICTURE(name) extern const struct picture name##_picture;
#include "base/suggest.h"
#include "plot/pictures.def"
#undef PICTURE

const struct picture *const pictures[] = {
#define PICTURE(name) &name##_picture,
#include "plot/pictures.def"
#undef PICTURE
    NULL,
};
enum { PICTURES = sizeof pictures / sizeof *pictures };

const struct picture *picture_find(const char *name, struct error *e)
{
    const char *names[PICTURES];
    struct text all = TEXT_INIT;
    size_t n = 0;

    for (; pictures[n]; n++) {
        if (strcmp(pictures[n]->name, name) == 0) {
            text_clear(&all);
            return pictures[n];
        }
        names[n] = pictures[n]->name;
        text_addf(&all, "%s%s", n ? ", " : "", names[n]);
    }
    names[n] = NULL;
    error_set(e, "no picture '%s'", name);
    suggest(e, name, names);
    error_hint(e, "the pictures are %s", all.s);
    text_clear(&all);
    return NULL;
}

int picture_takes(const struct picture *p, const char *word, struct span at, struct error *e)
{
    char *value = (char *)word;
    struct option item = {.value = &value, .value_at = &at, .nvalue = 1, .at = at};
    struct option_spec table[2] = {{0}};

    if (!p->argument) {
        error_set_at(e, at, "plot %s takes no word after it: '%.60s'", p->name, word);
        return error_hint(e, "help plot %s", p->name);
    }
    table[0] = *p->argument;
    item.name = (char *)p->argument->name;
    if (options_check(&(struct options){&item, 1}, table, "", e) == 0)
        return 0;
    return error_hint(e, "plot %s %s: %s", p->name, p->argument->values, p->argument->help);
}

const struct picture *picture_parse(const char *text, size_t length, char **argument,
                                    struct error *e)
{
    size_t name = strcspn(text, " \t"), word;
    const struct picture *p = NULL;

    *argument = NULL;
    name = name < length ? name : length;
    word = name + strspn(text + name, " \t");
    char *first = mem_copy_bytes(text, name);
    char *second = word < length ? mem_copy_bytes(text + word, length - word) : NULL;
    if (!first || (word < length && !second))
        error_no_memory(e);
    else
        p = picture_find(first, e);
    if (p && second && picture_takes(p, second, (struct span){0, 0}, e) != 0)
        p = NULL;
    mem_free(first);
    if (p)
        *argument = second;
    else
        mem_free(second);
    return p;
}

void picture_usage(const struct picture *p, struct text *out)
{
    text_add(out, p->name);
    if (p->argument)
        text_addf(out, " %s", p->argument->values);
}

int picture_ready(const struct picture *p, const struct machine *m, struct error *e)
{
    const struct state *here = machine_here(m);

    if (p->suits && p->suits(m->model, e) != 0)
        return -1;
    if ((p->needs_theta || p->needs_q) && !here) {
        error_set(e, "plot %s needs θ", p->name);
        return error_hint(e, "init makes a start, theta sets one by hand");
    }
    if (p->needs_q && !here->has_q) {
        error_set(e, "plot %s needs q", p->name);
        return error_hint(e, "take an `e` first, or set one with q");
    }
    return 0;
}

int picture_draw(const struct picture *p, struct machine *m, const struct options *o,
                 struct figure **f, struct error *e)
{
    *f = NULL;
    if (picture_ready(p, m, e) != 0)
        return -1;
    if ((!p->needs_q || p->lets_q_be || machine_hold_q(m, e) == 0) && p->draw(m, o, f, e) == 0 &&
        figure_done(*f, e) == 0)
        return 0;
    figure_free(*f);
    *f = NULL;
    return -1;
}

int picture_column(const struct model *m, const struct option *o, size_t i, size_t *at,
                   struct error *e)
{
    size_t column;

    if (dataset_find_column(m->obs.data, o->value[i], &column, e) != 0)
        return error_place(e, o->value_at ? o->value_at[i] : o->at);
    for (*at = 0; *at < m->obs.d; (*at)++)
        if (m->obs.column[*at] == column)
            return 0;
    return error_set_at(e, o->value_at ? o->value_at[i] : o->at,
                        "the model does not have column '%s'", o->value[i]);
}

void picture_title(const struct machine *m, struct text *out)
{
    const struct state *here = machine_here(m);

    text_addf(out, "%s, %s   ", m->model->name,
              here ? here->label : m->model->obs.data->name);
}

const char *picture_symbol(const struct machine *m, enum term t)
{
    return term_name(m->model->class->kind, t)->symbol;
}

void picture_subscripted(char *out, size_t room, const char *symbol, size_t n)
{
    struct text t = TEXT_INIT;

    text_add(&t, symbol);
    text_subscript(&t, (long)n);
    snprintf(out, room, "%s", t.s);
    text_clear(&t);
}

bool picture_same_theta(const struct theta *a, const struct theta *b)
{
    return a && b && (a == b || blocks_same(&a->b, &b->b));
}

void picture_theta(const struct machine *m, const struct theta *theta, char name[PICTURE_NAME])
{
    const struct state *s = machine_here(m);

    while (s && !picture_same_theta(s->theta, theta))
        s = s->parent == NO_STATE ? NULL : &m->state[s->parent];
    if (s)
        picture_subscripted(name, PICTURE_NAME, "θ", s->t);
    else
        snprintf(name, PICTURE_NAME, "θ_q");
}

void picture_m_answer(const struct machine *m, char name[PICTURE_NAME])
{
    const struct state *here = machine_here(m);

    if (picture_same_theta(here->theta, here->m_answer))
        picture_subscripted(name, PICTURE_NAME, "θ", here->t);
    else if (machine_m_is_due(m))
        picture_subscripted(name, PICTURE_NAME, "θ", here->t + 1);
    else
        snprintf(name, PICTURE_NAME, "θ_M");
}
