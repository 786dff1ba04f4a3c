/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/table.h"

static void add_values(struct option *o, char *list)
{
    for (char *save = NULL, *v = strtok_r(list, ",", &save); v; v = strtok_r(NULL, ",", &save)) {
        o->value = mem_resize(o->value, o->nvalue + 1, sizeof *o->value);
        o->value_at = mem_resize(o->value_at, o->nvalue + 1, sizeof *o->value_at);
        o->value_at[o->nvalue] = (struct span){0, 0};
        o->value[o->nvalue++] = mem_copy_text(v);
    }
}

/* The next word of *rest, in place; '…' keeps blanks, and goes. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " "), *to = word;
    bool quoted = false;
    if (*word == '\0')
        return NULL;
    for (*rest = word; **rest && (quoted || **rest != ' '); ++*rest) {
        if (**rest == '\'')
            quoted = !quoted;
        else
            *to++ = **rest;
    }
    *rest += **rest != '\0';
    *to = '\0';
    return word;
}

void support_options(struct options *o, const char *words)
{
    char *copy = mem_copy_text(words), *rest = copy;
    *o = (struct options){NULL, 0};
    for (char *w = next_word(&rest); w; w = next_word(&rest)) {
        char *equals = strchr(w, '=');
        ck_assert_msg(equals != NULL, "no option: %s", w);
        *equals = '\0';
        o->item = mem_resize(o->item, o->count + 1, sizeof *o->item);
        struct option *item = &o->item[o->count++];
        *item = (struct option){.name = mem_copy_text(w)};
        add_values(item, equals + 1);
    }
    mem_free(copy);
}

struct dataset *support_data(const char *name)
{
    struct error e = {0};
    struct table_how how = {.header = -1};
    struct dataset *d = table_read(name, &how, &e);
    ck_assert_msg(d != NULL, "%s: %s", name, e.message);
    return d;
}

struct machine *support_machine_on(struct dataset *d, const char *model, const char *options)
{
    struct error e = {0};
    struct options o;
    support_options(&o, options);
    struct model *bound = model_open(model, d, &o, NULL, &e);
    ck_assert_msg(bound != NULL, "%s: %s", model, e.message);
    struct machine *m = machine_new(bound, &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    options_clear(&o);
    return m;
}

struct machine *support_machine(const char *data, const char *model, const char *options)
{
    struct dataset *d = support_data(data);
    struct machine *m = support_machine_on(d, model, options);
    dataset_free(d);
    return m;
}

struct theta *support_make_theta(const struct machine *m, const char *words)
{
    struct error e = {0};
    struct options o;
    support_options(&o, words);
    struct theta *t = theta_new(&m->model->theta, &e);
    ck_assert_msg(t && o.count == m->model->theta.nblock, "%s: not every block", words);
    for (size_t i = 0; i < o.count; i++) {
        const struct block *b = layout_find(&m->model->theta, o.item[i].name);
        ck_assert_msg(b && b->size == o.item[i].nvalue, "block %s", o.item[i].name);
        for (size_t j = 0; j < b->size; j++)
            ck_assert(number_parse(o.item[i].value[j], t->b.v + b->offset + j));
    }
    options_clear(&o);
    return t;
}

void support_theta(struct machine *m, const char *words)
{
    struct error e = {0};
    struct theta *t = support_make_theta(m, words);
    ck_assert_msg(machine_set_theta(m, t, &e) == 0, "%s", e.message);
    theta_free(t);
}

void support_e(struct machine *m)
{
    struct error e = {0};
    struct e_how how = {.kind = E_EXACT};
    bool made;
    ck_assert_msg(machine_e(m, &how, &made, &e) == 0, "%s", e.message);
}

void support_m(struct machine *m)
{
    struct error e = {0};
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    bool made;
    ck_assert_msg(machine_m(m, &how, 1.0, &made, &e) == 0, "%s", e.message);
}

void support_close(double a, double b, double tol, const char *what)
{
    ck_assert_msg(a == b || fabs(a - b) <= tol * fmax(1.0, fabs(b)),
                  "%s: %.17g, expected %.17g (off by %.3g)", what, a, b, a - b);
}

int support_run(Suite *s)
{
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failures = srunner_ntests_failed(r);
    srunner_free(r);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
