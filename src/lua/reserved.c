/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/reserved.h"

#include <stddef.h>
#include <string.h>

const char *const reserved_names[RESERVED_NAMES + 1] = {
    "loglik", "elbo", "kl", "Q", "H", "entropy", "objective", "logprior", "surrogate", "gap", "t",
    "phase", "exact", "n", "k", "q", "x", "prev", "at", "approx", "math", "string", "table", "abs",
    "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "lchoose", "lfactorial",
    "lgamma", "log", "log1p", "max", "min", "modf", "rad", "random", "sin", "sqrt", "tan",
    "tointeger", "ult", "assert", "error", "ipairs", "next", "pairs", "select", "tonumber", "tostring", "type",
};

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

bool is_reserved_name(const char *name)
{
    return is_among(name, reserved_names);
}

bool is_lua_keyword(const char *name)
{
    static const char *const keywords[] = {
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if",
        "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
        NULL,
    };
    return is_among(name, keywords);
}

bool is_identifier(const char *name)
{
    static const char letters[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    return name[0] > '9' && name[strspn(name, letters)] == '\0';
}
