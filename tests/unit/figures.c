/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figures.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

struct figure *draw(struct machine *m, const char *kind, const char *words)
{
    struct error e = {0};
    struct options o;
    struct figure *f = NULL;
    const struct picture *p = picture_find(kind, &e);
    ck_assert_msg(p != NULL, "%s", e.message);
    support_options(&o, words);
    ck_assert_msg(picture_draw(p, m, &o, &f, &e) == 0, "%s: %s", kind, e.message);
    options_clear(&o);
    return f;
}

void refused(struct machine *m, const char *kind, const char *words, const char *message,
             const char *hint)
{
    struct error e = {0};
    struct options o;
    struct figure *f;
    const struct picture *p = picture_find(kind, &e);
    support_options(&o, words);
    ck_assert_int_eq(picture_draw(p, m, &o, &f, &e), -1);
    ck_assert_ptr_null(f);
    ck_assert_msg(strstr(e.message, message) != NULL, "%s", e.message);
    ck_assert_msg(strstr(e.hint, hint) != NULL, "%s", e.hint);
    options_clear(&o);
}

bool says(const struct figure *f, const char *words)
{
    if ((f->title && strstr(f->title, words)) || (f->note && strstr(f->note, words)))
        return true;
    for (size_t i = 0; i < f->nseries; i++) {
        const struct series *s = f->series[i];
        if (s->label && strstr(s->label, words))
            return true;
        if (s->style == STYLE_TEXT && s->n && s->text && strstr(s->text[0], words))
            return true;
    }
    return false;
}

const struct series *series_of(const struct figure *f, const char *name)
{
    for (size_t i = 0; i < f->nseries; i++)
        if (f->series[i]->name && strcmp(f->series[i]->name, name) == 0)
            return f->series[i];
    return NULL;
}
