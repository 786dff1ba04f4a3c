/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/ascii.h"

#include <string.h>

#include "base/utf8.h"

struct spelling {
    int32_t c;
    const char *ascii;
};

static const struct spelling spellings[] = {
    {0x2113, "l"},      /* ℓ */
    {0x03b8, "theta"},  {0x03b3, "gamma"},  {0x03c8, "psi"},   {0x03a8, "Psi"},
    {0x03c0, "pi"},     {0x03bc, "mu"},     {0x03c3, "sigma"}, {0x03a3, "Sigma"},
    {0x03bb, "lambda"}, {0x039b, "Lambda"}, {0x03b1, "alpha"}, {0x03b2, "beta"},
    {0x03be, "xi"},     {0x03b5, "eps"},    {0x03ba, "kappa"}, {0x03bd, "nu"},
    {0x03c4, "tau"},    {0x0394, "Delta"},  {0x03b4, "delta"}, {0x2207, "grad "},
    {0x2212, "-"},      {0x2713, "ok"},     {0x2717, "FAIL"},  {0x2265, ">="},
    {0x2264, "<="},     {0x2260, "/="},     {0x2248, "~"},     {0x2192, "->"},
    {0x2190, "<-"},     {0x2193, "v"},      {0x2191, "^"},     {0x2016, "||"},
    {0x2026, "..."},    {0x00b7, "*"},      {0x00d7, "x"},     {0x2013, "-"},
    {0x2014, "--"},     {0x2018, "'"},      {0x2019, "'"},     {0x201c, "\""},
    {0x201d, "\""},     {0x00b1, "+/-"},    {0x221e, "inf"},   {0x2211, "sum "},
    {0x220f, "prod "},  {0x222b, "int "},   {0x221d, "prop. to"}, {0x2208, "in"},
    {0x221a, "sqrt"},   {0x00bd, "1/2"},    {0x00b2, "^2"},    {0x00b9, "^1"},
    {0x207b, "^-"},     {0x1d40, "'"},      {0x211d, "R"},     {0x00e9, "e"},
    {0x0302, "^"},      {0x0304, "_"},      {0x1d62, "i"},     {0x2c7c, "j"},
    {0x2096, "k"},      {0x2099, "n"},      {0x209c, "t"},     {0x208a, "+"},
    {0x208b, "-"},      {0x00e8, "e"},      {0x00fc, "u"},     {0x00f6, "o"},
    {0x2500, "-"},      {0x2501, "-"},      {0x2502, "|"},     {0x2503, "|"},
    {0x2588, "#"},      {0x2593, "#"},      {0x2592, "+"},     {0x2591, "."},
    {0x2022, "*"},      {0x25cf, "*"},      {0x25cb, "o"},     {0x25b2, "^"},
    {0x00a0, " "},      {0x2097, "l"},      {0x2098, "m"},     {0x2092, "o"},
    {0x209b, "s"},      {0x1d65, "v"},      {0x2070, "0"},     {0x2071, "^i"},
    {0x02b2, "^j"},     {0x1d4f, "^k"},     {0x02e1, "^l"},    {0x1d50, "^m"},
    {0x207f, "^n"},     {0x1d52, "^o"},     {0x1d57, "^t"},    {0x02e2, "^s"},
    {0x1d5b, "^v"},     {0x207a, "^+"},     {0x0393, "Gamma"}, {0x03a0, "prod "},
    {0x03c6, "phi"},    {0x03a6, "Phi"},    {0x03c1, "rho"},   {0x03b7, "eta"},
    {0x2202, "d"},      {0x0303, "~"},      {0x25b8, ">"},
};

static const char *spell(int32_t c, char digit[2])
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (spellings[i].c == c)
            return spellings[i].ascii;
    digit[0] = c >= 0x2080 && c <= 0x2089   ? (char)('0' + c - 0x2080) /* subscripts */
               : c >= 0x2074 && c <= 0x2079 ? (char)('4' + c - 0x2074) /* superscripts */
               : c >= 0x2500 && c <= 0x257f ? '+'                      /* box drawing */
                                            : '?';
    digit[1] = '\0';
    return digit;
}

void ascii_add(struct text *out, const char *s)
{
    size_t n = strlen(s), debt = 0;

    for (size_t at = 0; at < n;) {
        int32_t c;
        size_t bytes = utf8_next(s + at, n - at, &c);
        if (c == '\n')
            debt = 0;
        bool spare = c == ' ' && debt > 0 && at + 1 < n && s[at + 1] == ' ';
        if (spare) {
            debt--;
        } else if (c >= 0 && c < 0x80) {
            text_add_bytes(out, s + at, bytes);
        } else {
            char digit[2];
            const char *ascii = spell(c, digit);
            text_add(out, ascii);
            debt += strlen(ascii) - 1;
        }
        at += bytes;
    }
}
