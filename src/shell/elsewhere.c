/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/elsewhere.h"

#include <string.h>

#include "base/memory.h"
#include "expr/expr.h"

/* What people coming from elsewhere type, and what it is called here: one thing, or one of two. */
static const char *const elsewhere[][3] = {
    {"exit", "quit"},      {"undo", "back"},    {"redo", "forward"},  {"E", "e"},
    {"M", "m"},            {"estep", "e"},      {"mstep", "m"},       {"fit", "run"},
    {"read", "load"},      {"use", "model"},    {"params", "theta"},  {"assert", "expect"},
    {"include", "source"}, {"echo", "print"},   {"commands", "help"}, {"continue", "run"},
    /* R, Python */
    {"q()", "quit"},       {"??", "help"},      {"man", "help"},      {"ls", "data", "theta"},
    {"dir", "datasets"},   {"head", "data head"}, {"names", "data"},  {"colnames", "data"},
    {"str", "data"},       {"View", "data head"}, {"coef", "theta"},  {"logLik", "show terms"},
    {"AIC", "show criteria"}, {"BIC", "show criteria"}, {"set.seed", "set seed"},
    {"summary", "data summary", "show terms"},  {"describe", "data summary"},
    {"whos", "data", "theta"}, {"cat", "print"}, {"import", "load"},  {"timeit", "timer"},
    {"hist", "history"},
    /* psql, sqlite3, vi */
    {"\\q", "quit"},       {".q", "quit"},      {":q", "quit"},       {"\\d", "data"},
    {"\\dt", "datasets"},  {"\\l", "datasets"}, {"\\i", "source"},    {"\\o", "log"},
    {"\\h", "help"},       {"\\?", "help"},     {"\\s", "history"},   {"\\timing", "timer"},
    {"tables", "datasets"}, {"schema", "data"}, {"output", "log"},    {"once", "log"},
    /* gdb */
    {"info", "show", "data"}, {"bt", "show trace", "history"},
};

static bool called_here(const char *verb, struct nearest *near)
{
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (strcmp(verb, elsewhere[i][0]) == 0) {
            near->name[0] = elsewhere[i][1];
            near->name[1] = elsewhere[i][2];
            return true;
        }
    return false;
}

/* .help, \help, :help, %help, !help */
static bool called_without_mark(const char *verb, struct nearest *near)
{
    if (!verb[0] || !strchr(".\\:%!", verb[0]))
        return false;
    const struct command *c = command_find(verb + 1);
    if (c)
        near->name[0] = c->name;
    return c || called_here(verb + 1, near);
}

bool elsewhere_known(const char *verb, struct nearest *near)
{
    return called_here(verb, near) || called_without_mark(verb, near);
}

/* name = value, name <- value: what stands after it, or NULL. */
static const char *assigned_value(const char *text, const char *verb)
{
    const char *at = text + strlen(verb);
    at += strspn(at, " \t");
    size_t n = strncmp(at, "<-", 2) == 0 ? 2 : at[0] == '=' && at[1] != '=' ? 1 : 0;
    return n ? at + n + strspn(at + n, " \t") : NULL;
}

void elsewhere_expression(const struct session *s, const char *text, const char *verb,
                          struct error *e)
{
    const char *value = assigned_value(text, verb);

    if (value && expr_is_block(s->expr, verb))
        error_hint(e, "to set a parameter: theta %.80s=%.80s", verb, value);
    else if (value)
        error_hint(e, "to give a value a name: let NAME=%.80s", value);
    if (value)
        return;
    size_t name = strspn(verb, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    char *first = mem_copy_bytes(verb, name);

    if (first && expr_knows(s->expr, first)) {
        bool assigned = strchr(verb, '=') != NULL;
        if (assigned && expr_is_block(s->expr, first))
            error_hint(e, "to set a parameter: theta %.80s", text);
        else if (!assigned && expr_compiles(s->expr, text))
            error_hint(e, "to see a value: print %.80s", text);
    } else if (verb[0] == '#') {
        error_hint(e, "a comment begins at the start of a line or after a blank");
    }
    mem_free(first);
}

int elsewhere_call(const struct session *s, const struct command *c, const struct statement *st,
                   struct error *e)
{
    struct span verb = parse_verb(st);
    const char *open = st->text + verb.length, *end = open + strlen(open);
    struct nearest near = {0};

    if (c->raw || *open != '(' || st->block)
        return 0;
    while (end > open && strchr(" \t)", end[-1]))
        end--;
    error_set_at(e, (struct span){verb.length, strlen(open)},
                 "%s takes no parentheses: words follow a command after a blank", c->name);
    if (called_here(st->text, &near))
        return error_hint(e, "did you mean '%s'?", near.name[0]);
    if (end <= open + 1)
        return error_hint(e, "type: %s", c->name);
    if (expr_knows(s->expr, c->name) && expr_compiles(s->expr, st->text))
        return error_hint(e, "to see a value: print %.80s", st->text);
    if (memchr(open, ',', (size_t)(end - open)) || memchr(open, '=', (size_t)(end - open)))
        return error_hint(e, "usage: %s", c->usage);
    return error_hint(e, "type: %s %.*s", c->name, (int)(end - open - 1), open + 1);
}
