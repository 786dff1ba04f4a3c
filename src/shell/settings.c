/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/settings.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "em/block_json.h"
#include "plot/picture.h"

/* In the order of enum row. */
const struct setting settings_table[] = {
    {"digits", "1 … 17", "6", "significant digits of printed numbers"},
    {"seed", "0, 1, 2 …", "1", "random numbers, where no seed= is given"},
    {"tol", "above 0", "1e-8", "run stops when an iteration changes less"},
    {"max", "1 … 1000000000", "10000", "iterations that run takes at most"},
    {"rule", "elbo|theta", "elbo", "what run watches: the objective, or θ"},
    {"history_limit", "1 … 1000000", "256", "MB of memory for undo"},
    {"onerror", "stop|continue", "stop", "what scripts do after an error"},
    {"echo", "off|on", "off", "scripts show their lines before they run them"},
    {"theme", "default|projector|print", "default", "colours and sizes of pictures"},
    {"autoplot", "KIND,KIND…", "", "pictures drawn after each half-step"},
    {"plot", "auto|window|sixel|text|none", "auto", "where pictures go"},
    {"plot_lines", "0 … 1000", "0", "lines of a picture in the terminal; 0: by itself"},
    {"columns", "0 … 1000", "0", "width of output; 0: the terminal's"},
    {"threads", "0 … 1024", "0", "threads for large data; 0: one a processor"},
    {NULL, NULL, NULL, NULL},
};
enum row {
    ROW_DIGITS, ROW_SEED, ROW_TOL, ROW_MAX, ROW_RULE, ROW_HISTORY_LIMIT, ROW_ONERROR, ROW_ECHO,
    ROW_THEME, ROW_AUTOPLOT, ROW_PLOT, ROW_PLOT_LINES, ROW_COLUMNS, ROW_THREADS,
};

void settings_init(struct settings *s)
{
    struct error unused;

    *s = (struct settings){0};
    for (const struct setting *row = settings_table; row->name; row++)
        settings_set(s, row->name, row->otherwise, &unused);
}

static int find_row(const char *name, struct error *e)
{
    struct nearest near = {.typed = name};

    for (int i = 0; settings_table[i].name; i++) {
        if (strcmp(settings_table[i].name, name) == 0)
            return i;
        nearest_try(&near, settings_table[i].name);
    }
    error_set(e, "no setting '%s'", name);
    suggest_nearest(e, &near);
    error_hint(e, "show settings lists them");
    return -1;
}

static int refuse(const struct setting *row, const char *value, struct error *e)
{
    error_set(e, "%s cannot be '%.60s'", row->name, value);
    return error_hint(e, "%s is %s", row->name, row->values);
}

static int set_count(const struct setting *row, const char *value, size_t low, size_t high,
                     size_t *v, struct error *e)
{
    size_t read;
    if (!count_parse(value, &read) || read < low || read > high)
        return refuse(row, value, e);
    *v = read;
    return 0;
}

static int set_choice(const struct setting *row, const char *value, int *v, struct error *e)
{
    size_t length = strlen(value);
    const char *c = row->values;

    for (int i = 0; c; i++) {
        size_t n = strcspn(c, "|");
        if (n == length && strncmp(c, value, n) == 0) {
            *v = i;
            return 0;
        }
        c = c[n] ? c + n + 1 : NULL;
    }
    return refuse(row, value, e);
}

static int set_plot(struct settings *s, const struct setting *row, const char *value,
                    struct error *e)
{
    int choice;
    if (set_choice(row, value, &choice, e) != 0)
        return -1;
    snprintf(s->plot, sizeof s->plot, "%s", value);
    return 0;
}

static int set_autoplot(struct settings *s, const struct setting *row, const char *value,
                        struct error *e)
{
    if (strcmp(value, "off") == 0)
        value = "";
    if (strlen(value) >= sizeof s->autoplot)
        return refuse(row, value, e);
    for (const char *kind = value; *kind;) {
        size_t n = strcspn(kind, ",");
        char *argument;
        if (!picture_parse(kind, n, &argument, e))
            return -1;
        mem_free(argument);
        kind += n + (kind[n] == ',');
    }
    snprintf(s->autoplot, sizeof s->autoplot, "%s", value);
    return 0;
}

static int set_tol(struct settings *s, const struct setting *row, const char *value,
                   struct error *e)
{
    double v;
    if (!number_parse(value, &v) || !(v > 0) || v > 1e300)
        return refuse(row, value, e);
    s->tol = v;
    return 0;
}

int settings_set(struct settings *s, const char *name, const char *value, struct error *e)
{
    int at = find_row(name, e);
    if (at < 0)
        return -1;
    const struct setting *row = &settings_table[at];
    switch ((enum row)at) {
    case ROW_DIGITS:
        return set_count(row, value, 1, 17, &s->digits, e);
    case ROW_SEED:
        return set_count(row, value, 0, (size_t)1 << 53, &s->seed, e);
    case ROW_TOL:
        return set_tol(s, row, value, e);
    case ROW_MAX:
        return set_count(row, value, 1, 1000000000, &s->max, e);
    case ROW_RULE:
        return set_choice(row, value, &s->rule, e);
    case ROW_HISTORY_LIMIT:
        return set_count(row, value, 1, 1000000, &s->history_limit, e);
    case ROW_ONERROR:
        return set_choice(row, value, &s->onerror, e);
    case ROW_ECHO:
        return set_choice(row, value, &s->echo, e);
    case ROW_THEME:
        return set_choice(row, value, &s->theme, e);
    case ROW_AUTOPLOT:
        return set_autoplot(s, row, value, e);
    case ROW_PLOT:
        return set_plot(s, row, value, e);
    case ROW_PLOT_LINES:
        return set_count(row, value, 0, 1000, &s->plot_lines, e);
    case ROW_COLUMNS:
        return set_count(row, value, 0, 1000, &s->columns, e);
    case ROW_THREADS:
        return set_count(row, value, 0, 1024, &s->threads, e);
    }
    return -1;
}

static void add_choice(struct text *out, const char *choices, int at)
{
    for (; at > 0; at--)
        choices += strcspn(choices, "|") + 1;
    text_add_bytes(out, choices, strcspn(choices, "|"));
}

static void add_value(const struct settings *s, enum row at, struct text *out)
{
    const char *choices = settings_table[at].values;

    switch (at) {
    case ROW_DIGITS:
        text_addf(out, "%zu", s->digits);
        break;
    case ROW_SEED:
        text_addf(out, "%zu", s->seed);
        break;
    case ROW_TOL:
        text_addf(out, "%g", s->tol);
        break;
    case ROW_MAX:
        text_addf(out, "%zu", s->max);
        break;
    case ROW_RULE:
        add_choice(out, choices, s->rule);
        break;
    case ROW_HISTORY_LIMIT:
        text_addf(out, "%zu", s->history_limit);
        break;
    case ROW_ONERROR:
        add_choice(out, choices, s->onerror);
        break;
    case ROW_ECHO:
        add_choice(out, choices, s->echo);
        break;
    case ROW_THEME:
        add_choice(out, choices, s->theme);
        break;
    case ROW_AUTOPLOT:
        text_add(out, s->autoplot);
        break;
    case ROW_PLOT:
        text_add(out, s->plot);
        break;
    case ROW_PLOT_LINES:
        text_addf(out, "%zu", s->plot_lines);
        break;
    case ROW_COLUMNS:
        text_addf(out, "%zu", s->columns);
        break;
    case ROW_THREADS:
        text_addf(out, "%zu", s->threads);
        break;
    }
}

int settings_get(const struct settings *s, const char *name, struct text *out, struct error *e)
{
    int at = find_row(name, e);
    if (at < 0)
        return -1;
    add_value(s, (enum row)at, out);
    return 0;
}

void settings_show(const struct settings *s, struct text *out)
{
    struct text value = TEXT_INIT;

    for (int i = 0; settings_table[i].name; i++) {
        text_reset(&value);
        add_value(s, (enum row)i, &value);
        text_add(out, "  ");
        text_pad_right(out, settings_table[i].name, 14);
        text_pad_right(out, value.length ? value.s : "–", 10);
        text_addf(out, " %s\n", settings_table[i].help);
    }
    text_clear(&value);
}

json_t *settings_to_json(const struct settings *s)
{
    json_t *all = json_object();
    struct text value = TEXT_INIT;

    for (int i = 0; settings_table[i].name; i++) {
        size_t count;
        text_reset(&value);
        add_value(s, (enum row)i, &value);
        json_t *j = i == ROW_TOL                     ? json_number(s->tol)
                    : count_parse(value.s, &count) ? json_integer((json_int_t)count)
                                                     : json_string(value.s);
        json_object_set_new(all, settings_table[i].name, j);
    }
    text_clear(&value);
    return all;
}
