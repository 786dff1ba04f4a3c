/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words after `model`: bound again, or with other options. */
#include "shell/modelling.h"

#include <string.h>

#include "shell/parse.h"

/* "model WORDS" as a call, whose places are in line->s. */
static int read_words(const char *words, struct text *line, struct call *call, struct error *e)
{
    struct statement st = {0};
    text_addf(line, "model %s", words);
    if (line->failed)
        return error_no_memory(e);
    st.text = line->s;
    return parse_call(&st, false, call, e);
}

struct machine *model_bind_words(struct dataset *data, const char *words,
                                 volatile sig_atomic_t *interrupt, struct error *e)
{
    struct text line = TEXT_INIT;
    struct call call = {0};
    struct machine *m = NULL;
    if (read_words(words, &line, &call, e) == 0) {
        if (call.nword == 1)
            m = model_bind(data, &call, interrupt, e);
        else
            error_set(e, "the file names no model");
        call_clear(&call);
    }
    e->at = (struct span){0, 0}; /* a place in the words is no place in the command */
    text_clear(&line);
    return m;
}

static bool is_among(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

char *model_words_with(const char *words, const char *const *less, const char *more,
                       struct error *e)
{
    struct text line = TEXT_INIT, out = TEXT_INIT;
    struct call call = {0};
    char *made = NULL;
    if (read_words(words, &line, &call, e) == 0) {
        for (size_t i = 0; i < call.nword; i++) {
            text_add(&out, i ? " " : "");
            text_add_bytes(&out, line.s + call.word[i].at.offset, call.word[i].at.length);
        }
        for (size_t i = 0; i < call.options.count; i++) {
            const struct option *o = &call.options.item[i];
            if (is_among(o->name, less))
                continue;
            text_add(&out, " ");
            text_add_bytes(&out, line.s + o->at.offset, o->at.length);
        }
        text_addf(&out, " %s", more);
        made = text_take(&out);
        if (!made)
            error_no_memory(e);
        call_clear(&call);
    }
    e->at = (struct span){0, 0};
    text_clear(&line);
    text_clear(&out);
    return made;
}

void model_quote(struct text *out, const char *value)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";
    if (*value && value[strspn(value, plain)] == '\0') {
        text_add(out, value);
        return;
    }
    text_add(out, "\"");
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            text_add(out, "\\");
        text_add_bytes(out, value, 1);
    }
    text_add(out, "\"");
}
