/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "em/symbol.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

struct sign {
    const char *command; /* after the backslash */
    const char *text;
};

static const struct sign signs[] = {
    {"alpha", "α"},      {"beta", "β"},   {"gamma", "γ"},   {"delta", "δ"},  {"epsilon", "ε"},
    {"varepsilon", "ε"}, {"eta", "η"},    {"theta", "θ"},   {"kappa", "κ"},  {"lambda", "λ"},
    {"mu", "μ"},         {"nu", "ν"},     {"xi", "ξ"},      {"pi", "π"},     {"rho", "ρ"},
    {"sigma", "σ"},      {"tau", "τ"},    {"phi", "φ"},     {"psi", "ψ"},    {"Gamma", "Γ"},
    {"Delta", "Δ"},      {"Lambda", "Λ"}, {"Sigma", "Σ"},   {"Phi", "Φ"},    {"Psi", "Ψ"},
    {"ell", "ℓ"},        {"mid", "|"},    {"cdot", "·"},    {"le", "≤"},     {"ge", "≥"},
    {"ne", "≠"},         {"sim", "~"},    {"propto", "∝"},  {"nabla", "∇"},  {"partial", "∂"},
    {"infty", "∞"},      {"top", "ᵀ"},    {"to", "→"},      {"in", "∈"},     {"sum", "Σ"},
    {"prod", "Π"},       {"dots", "…"},   {"ldots", "…"},   {"cdots", "…"},  {"half", "½"},
    {"quad", "  "},      {"int", "∫"},    {"tfrac12", "½"}, {"approx", "≈"}, {"checkmark", "✓"},
    {"times", "✗"},      {"lVert", "‖"},  {"rVert", "‖"},   {NULL, NULL},
};

static const char *const functions[] = {"log", "exp", "det", "max", "min", "tanh", "arg", NULL};

static const char *const relations[] = {"le",     "ge", "ne", "sim", "propto",
                                        "approx", "to", "in", NULL};

static const struct sign scripts[] = { /* command: the sign; text: subscript, then superscript */
    {"0", "₀⁰"}, {"1", "₁¹"}, {"2", "₂²"}, {"3", "₃³"}, {"4", "₄⁴"}, {"5", "₅⁵"}, {"6", "₆⁶"},
    {"7", "₇⁷"}, {"8", "₈⁸"}, {"9", "₉⁹"}, {"+", "₊⁺"}, {"−", "₋⁻"}, {"i", "ᵢⁱ"}, {"j", "ⱼʲ"},
    {"k", "ₖᵏ"}, {"l", "ₗˡ"}, {"m", "ₘᵐ"}, {"n", "ₙⁿ"}, {"o", "ₒᵒ"}, {"t", "ₜᵗ"}, {"s", "ₛˢ"},
    {"v", "ᵥᵛ"},
    {NULL, NULL},
};

static bool is_one_of(const char *word, size_t n, const char *const *list)
{
    for (; *list; list++)
        if (strlen(*list) == n && strncmp(*list, word, n) == 0)
            return true;
    return false;
}

static const char *sign_of(const char *command, size_t n)
{
    for (const struct sign *s = signs; s->command; s++)
        if (strlen(s->command) == n && strncmp(s->command, command, n) == 0)
            return s->text;
    return NULL;
}

/* ---- LaTeX → text ------------------------------------------------------------------------ */

/* The group or the one token at s: its inside, and what follows it. */
static const char *group(const char *s, const char **inside, size_t *length)
{
    if (*s == '{') {
        const char *p = s + 1;
        for (int depth = 1; *p; p++) {
            depth += *p == '{' ? 1 : *p == '}' ? -1 : 0;
            if (depth == 0)
                break;
        }
        *inside = s + 1;
        *length = (size_t)(p - s - 1);
        return *p ? p + 1 : p;
    }
    size_t n = *s == '\\' ? 1 : 0;
    while (*s == '\\' && isalpha((unsigned char)s[n]))
        n++;
    *inside = s;
    *length = n ? n : *s ? 1 : 0;
    return s + *length;
}

static void to_text(const char *s, size_t n, struct text *out);

/* Are all indices single signs, so that 3,1 may read 31? */
static bool single_indices(const char *s)
{
    size_t run = 0;
    for (size_t at = 0, n = strlen(s); at < n;) {
        int32_t c;
        at += utf8_next(s + at, n - at, &c);
        run = c == ',' ? 0 : run + 1;
        if (run > 1)
            return false;
    }
    return true;
}

/* The sub- or superscript of one sign, NULL when there is none. */
static bool add_script(const char *sign, size_t bytes, bool above, struct text *out)
{
    for (const struct sign *p = scripts; p->command; p++) {
        if (strlen(p->command) != bytes || strncmp(p->command, sign, bytes) != 0)
            continue;
        int32_t c;
        size_t all = strlen(p->text), below = utf8_next(p->text, all, &c);
        if (above)
            text_add_bytes(out, p->text + below, all - below);
        else
            text_add_bytes(out, p->text, below);
        return true;
    }
    return false;
}

static void add_scripts(const char *s, size_t n, bool above, struct text *out)
{
    struct text inside = TEXT_INIT, raised = TEXT_INIT;
    to_text(s, n, &inside);
    bool all = true, single = single_indices(inside.s);
    for (size_t at = 0; at < inside.length && all;) {
        int32_t c;
        size_t bytes = utf8_next(inside.s + at, inside.length - at, &c);
        if (c == 0x1d40)
            text_add_bytes(&raised, inside.s + at, bytes);
        else if (c == ',' && !above) {
            if (!single)
                text_add(&raised, ",");
        } else {
            all = add_script(inside.s + at, bytes, above, &raised);
        }
        at += bytes;
    }
    bool wide = text_width(inside.s) > 1 && above;
    if (all)
        text_add(out, raised.s);
    else
        text_addf(out, "%s%s%s%s", above ? "^" : "_", wide ? "(" : "", inside.s, wide ? ")" : "");
    text_clear(&inside);
    text_clear(&raised);
}

/* A command and what belongs to it; returns what follows. */
static const char *add_command(const char *s, struct text *out)
{
    size_t n = 0;
    while (isalpha((unsigned char)s[n]))
        n++;
    const char *after = s + n, *inside;
    size_t length;
    if (n == 0) {
        if (*s == '|' )
            text_add(out, "‖");
        else
            text_add_bytes(out, strchr(",;! ", *s) && *s ? " " : s, *s ? 1 : 0);
        return *s ? s + 1 : s;
    }
    if (strncmp(s, "tfrac12", 7) == 0) {
        text_add(out, "½");
        return s + 7;
    }
    while (*after == ' ')
        after++;
    static const char *const fonts[] = {"mathcal", "mathrm", "mathbf", "text", "operatorname",
                                        "bar", "hat", "tilde", "sqrt", NULL};
    if (is_one_of(s, n, fonts)) {
        after = group(after, &inside, &length);
        if (strncmp(s, "text", n) == 0)
            text_add_bytes(out, inside, length);
        else
            to_text(inside, length, out);
        text_add(out, strncmp(s, "bar", n) == 0     ? "\u0304"
                      : strncmp(s, "hat", n) == 0   ? "\u0302"
                      : strncmp(s, "tilde", n) == 0 ? "\u0303" : "");
        return after;
    }
    if (is_one_of(s, n, functions)) {
        char last = out->length ? out->s[out->length - 1] : ' ';
        text_addf(out, "%s%.*s%s", strchr(" ([{", last) ? "" : " ", (int)n, s,
                  *after && strchr("(_|", *after) ? "" : " ");
        return after;
    }
    const char *sign = sign_of(s, n);
    if (sign && is_one_of(s, n, relations)) {
        bool spaced = out->length == 0 || out->s[out->length - 1] == ' ';
        text_addf(out, "%s%s ", spaced ? "" : " ", sign);
        return after;
    }
    if (sign)
        text_add(out, sign);
    else if (!is_one_of(s, n, (const char *const[]){"left", "right", "bigl", "bigr", NULL}))
        text_add_bytes(out, s, n);
    return s[n] == ' ' && isalpha((unsigned char)*after) ? after : s + n;
}

static void to_text(const char *s, size_t n, struct text *out)
{
    for (const char *end = s + n; s < end && *s;) {
        const char *inside;
        size_t length;
        if (*s == '\\') {
            s = add_command(s + 1, out);
        } else if (*s == '_' || *s == '^') {
            bool above = *s == '^';
            s = group(s + 1, &inside, &length);
            add_scripts(inside, length, above, out);
        } else {
            if (*s == '-')
                text_add(out, "−");
            else if (*s == '~')
                text_add(out, " ");
            else if (*s != '{' && *s != '}')
                text_add_bytes(out, s, 1);
            s++;
        }
    }
}

void symbol_to_text(const char *latex, struct text *out)
{
    to_text(latex, strlen(latex), out);
}

/* ---- text → LaTeX ------------------------------------------------------------------------ */

/* The plain sign that stands raised or lowered here, in *plain; 0: none, −1 below, 1 above. */
static int script_of(const char *s, size_t bytes, const char **plain)
{
    for (const struct sign *p = scripts; p->command; p++) {
        int32_t c;
        size_t all = strlen(p->text), below = utf8_next(p->text, all, &c);
        *plain = strcmp(p->command, "−") == 0 ? "-" : p->command;
        if (below == bytes && strncmp(p->text, s, bytes) == 0)
            return -1;
        if (all - below == bytes && strncmp(p->text + below, s, bytes) == 0)
            return 1;
    }
    return 0;
}

/* A run of sub- or superscripts at s; bytes taken, 0: there is none. */
static size_t scripts_to_latex(const char *s, struct text *out)
{
    size_t n = strlen(s), at = 0;
    int first = 0;
    while (at < n) {
        int32_t c;
        const char *plain;
        size_t bytes = utf8_next(s + at, n - at, &c);
        int where = script_of(s + at, bytes, &plain);
        if (where == 0 || (first && where != first))
            break;
        if (!first)
            text_add(out, where < 0 ? "_{" : "^{");
        first = where;
        text_add(out, plain);
        at += bytes;
    }
    if (first)
        text_add(out, "}");
    return at;
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c);
}

/* Does a word of a sentence stand here: two letters or more, "M-step", "M leaves"? */
static bool is_word(const char *s)
{
    bool one = is_letter(s[0]) && (s[1] == '-' || s[1] == ' ');
    return is_letter(s[0]) && (is_letter(s[1]) || (one && is_letter(s[2]) && is_letter(s[3])));
}

/* Words, with the blanks before, between and after them. */
static size_t words_to_latex(const char *s, struct text *out)
{
    size_t n = *s == ' ', letters = 0;
    if (!is_word(s + n))
        return 0;
    while (is_letter(s[n + letters]))
        letters++;
    if (is_one_of(s + n, letters, functions)) {
        text_addf(out, "\\%.*s ", (int)letters, s + n);
        return n + letters + (s[n + letters] == ' ');
    }
    while (is_letter(s[n]) || s[n] == '\'' || ((s[n] == ' ' || s[n] == '-') && is_letter(s[n + 1])))
        n++;
    if (s[n] == ' ')
        n++;
    text_addf(out, "\\text{%.*s}", (int)n, s);
    return n;
}

static size_t sign_to_latex(const char *s, size_t bytes, struct text *out)
{
    for (const struct sign *p = signs; p->command; p++)
        if (bytes > 1 && strlen(p->text) == bytes && strncmp(p->text, s, bytes) == 0) {
            text_addf(out, "\\%s%s", strcmp(p->command, "half") == 0 ? "tfrac12" : p->command,
                      isalpha((unsigned char)s[bytes]) ? " " : "");
            return bytes;
        }
    return 0;
}

void symbol_to_latex(const char *s, struct text *out)
{
    for (size_t at = 0, n = strlen(s); at < n;) {
        int32_t c;
        size_t bytes = utf8_next(s + at, n - at, &c);
        size_t took = scripts_to_latex(s + at, out);
        if (!took)
            took = words_to_latex(s + at, out);
        if (!took)
            took = sign_to_latex(s + at, bytes, out);
        if (!took) {
            if (c == 0x2212)
                text_add(out, "-");
            else if (c == 0x2016)
                text_add(out, "\\|");
            else if (c < 0x80)
                text_addf(out, "%s%c", strchr("#$%&_{}", (int)c) ? "\\" : "", (char)c);
            else
                text_add(out, "?");
            took = bytes;
        }
        at += took;
    }
}

void symbol_of_name(const char *name, struct text *latex)
{
    const char *sign = sign_of(name, strlen(name));
    bool greek = sign && (unsigned char)sign[0] >= 0xce && (unsigned char)sign[0] <= 0xcf;
    if (greek)
        text_addf(latex, "\\%s", name);
    else if (strlen(name) == 1)
        text_add(latex, name);
    else {
        text_add(latex, "\\text{");
        symbol_escape(name, latex);
        text_add(latex, "}");
    }
}

void symbol_escape(const char *label, struct text *out)
{
    for (size_t at = 0, n = strlen(label); at < n;) {
        int32_t c;
        size_t bytes = utf8_next(label + at, n - at, &c);
        if (c == '\\' || c == '^' || c == '~')
            text_add(out, c == '\\' ? "\\textbackslash " : c == '^' ? "\\^{}" : "\\~{}");
        else if (c > 0 && c < 0x80 && strchr("#$%&_{}", (int)c))
            text_addf(out, "\\%c", (char)c);
        else if (c < 0x20 || c > 0x17f || (c >= 0x7f && c < 0xa0))
            text_add(out, "?");
        else
            text_add_bytes(out, label + at, bytes);
        at += bytes;
    }
}
