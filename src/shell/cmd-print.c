/* SPDX-License-Identifier: GPL-3.0-or-later */
/* print, let, expect: the commands that take an expression. */
#include <string.h>

#include "base/memory.h"
#include "shell/command.h"
#include "shell/session.h"

static int place_in_raw(const struct call *c, size_t from, struct error *e)
{
    e->at.offset += c->raw_at.offset + from;
    return -1;
}

static int run_print(struct session *s, const struct call *c, struct error *e)
{
    struct expr_value v;

    if (expr_eval(s->expr, c->raw, (int)s->set.digits, &v, e) != 0)
        return place_in_raw(c, 0, e);
    json_object_set(session_reply(s, NULL), "value", v.json);
    if (!s->json)
        text_addf(&s->out, "%s\n", v.shown.s);
    expr_value_clear(&v);
    return 0;
}

/* "NAME = EXPR": the name's length and where the expression begins. */
static int split_let(const struct call *c, size_t *name, size_t *from, struct error *e)
{
    *name = strcspn(c->raw, " \t=");
    size_t at = *name + strspn(c->raw + *name, " \t");

    if (*name == 0 || c->raw[at] != '=' || c->raw[at + 1] == '=') {
        error_set(e, "let needs a name, = and an expression");
        return error_hint(e, "for example: let before=loglik");
    }
    *from = at + 1;
    return 0;
}

static int run_let(struct session *s, const struct call *c, struct error *e)
{
    struct expr_value v;
    size_t length = 0, from = 0;

    if (split_let(c, &length, &from, e) != 0)
        return -1;
    char *name = mem_copy_bytes(c->raw, length);
    if (!name)
        return error_no_memory(e);
    int failed = expr_let(s->expr, name, c->raw + from, (int)s->set.digits, &v, e);
    if (failed && e->at.length > 0)
        place_in_raw(c, from, e);
    else if (failed)
        error_place(e, (struct span){c->raw_at.offset, length});
    else
        json_object_set(session_reply(s, NULL), name, v.json);
    expr_value_clear(&v);
    mem_free(name);
    return failed;
}

/* Where the message at the end begins; the length of the raw text when there is none. */
static size_t find_message(struct session *s, const char *raw)
{
    size_t n = strlen(raw);

    while (n > 0 && strchr(" \t", raw[n - 1]))
        n--;
    if (n < 2 || !strchr("\"'", raw[n - 1]))
        return strlen(raw);
    size_t open = n - 1;
    while (open > 0 && (raw[open - 1] != raw[n - 1] || (open > 1 && raw[open - 2] == '\\')))
        open--;
    if (open < 2 || !strchr(" \t", raw[open - 2]))
        return strlen(raw);
    char *before = mem_copy_bytes(raw, open - 1);
    bool whole = before && expr_compiles(s->expr, before);
    mem_free(before);
    return whole ? open - 1 : strlen(raw);
}

static int expectation_failed(struct session *s, const char *text, const char *message,
                              struct error *e)
{
    struct text why = TEXT_INIT;

    expr_explain(s->expr, text, (int)s->set.digits, &why);
    error_set_at(e, (struct span){0, strlen(text)}, "%s%s%s", message[0] ? message : text,
                 why.length    ? ": "
                 : message[0] ? ""
                               : " does not hold",
                 why.s);
    e->kind = ERROR_EXPECT;
    text_clear(&why);
    return -1;
}

/* The message without its quotes, and the expression without the blanks before it. */
static int expect(struct session *s, char *text, size_t end, const char *quoted, struct error *e)
{
    struct expr_value v;
    size_t length = strlen(quoted);
    char *message = length > 1 ? mem_copy_bytes(quoted + 1, length - 2) : mem_copy_text("");

    if (!message)
        return error_no_memory(e);
    while (end > 0 && strchr(" \t", text[end - 1]))
        end--;
    text[end] = '\0';
    int failed = expr_eval(s->expr, text, (int)s->set.digits, &v, e);
    if (!failed && !v.truth)
        failed = expectation_failed(s, text, message, e);
    if (!failed)
        json_object_set_new(session_reply(s, NULL), "holds", json_true());
    expr_value_clear(&v);
    mem_free(message);
    return failed;
}

static int run_expect(struct session *s, const struct call *c, struct error *e)
{
    size_t at = find_message(s, c->raw), length = strlen(c->raw);
    char *text = mem_copy_text(c->raw);

    if (!text)
        return error_no_memory(e);
    while (length > at && strchr(" \t", c->raw[length - 1]))
        length--;
    char *quoted = mem_copy_bytes(c->raw + at, length - at);
    int failed = quoted ? expect(s, text, at, quoted, e) : error_no_memory(e);
    mem_free(quoted);
    mem_free(text);
    return failed ? place_in_raw(c, 0, e) : 0;
}

const struct command cmd_print = {
    .lets_q_be = true,
    .name = "print",
    .group = "use",
    .usage = "print EXPR[, EXPR…]",
    .summary = "the value of an expression",
    .details = "Expressions are Lua's, over the machine's state: loglik elbo kl Q H entropy\n"
               "objective t phase exact n k, the parameters (mu[1], Sigma[1][2][2]), q(i,k),\n"
               "x(i,j), prev.elbo, at(\"3E\").loglik, approx(a,b,tol) and Lua's math library.\n"
               "help expressions tells more.\n"
               "\n"
               "  print loglik - prev.loglik\n"
               "  print mu[1], q(3,1)\n",
    .raw = true,
    .argument = ARG_WORD,
    .run = run_print,
};

const struct command cmd_let = {
    .lets_q_be = true,
    .name = "let",
    .group = "use",
    .usage = "let NAME=EXPR",
    .summary = "give a value a name for later expressions",
    .details = "The names of the machine (loglik, t, q …) and Lua's functions are reserved.\n"
               "\n"
               "  let before=loglik\n"
               "  print loglik - before\n",
    .raw = true,
    .argument = ARG_WORD,
    .run = run_let,
};

const struct command cmd_expect = {
    .lets_q_be = true,
    .name = "expect",
    .group = "use",
    .usage = "expect EXPR [\"MESSAGE\"]",
    .summary = "check that an expression holds; a script stops where it does not",
    .details = "A failed check shows both sides; the exit status is then 3.\n"
               "\n"
               "  expect approx(kl, 0)\n"
               "  expect loglik >= prev.loglik \"the M-step must not lower ℓ\"\n",
    .raw = true,
    .argument = ARG_WORD,
    .run = run_expect,
};
