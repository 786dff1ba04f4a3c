/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/entry.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* number_parse takes no text that is longer; 19 decimal digits are exact in 64 bits. */
enum { NUMBER_LONGEST = 800, SHORT_DIGITS = 19 };

static bool is_word(const struct cell *cell, const char *word)
{
    return strlen(word) == cell->n && memcmp(cell->s, word, cell->n) == 0;
}

static bool is_missing(const struct cell *cell, const struct table_how *how)
{
    if (cell->n == 0 || is_word(cell, "NA"))
        return true;
    if (cell->n == 3 && strncasecmp(cell->s, "nan", 3) == 0)
        return true;
    for (const char *const *word = how->na; word && *word; word++) {
        if (is_word(cell, *word))
            return true;
    }
    return false;
}

/* whole/10^decimals, rounded once.  Both are exact doubles up to 2^53.  Beyond, a long double of 64
 * bits holds both and the rounded quotient q; that rounds to the double which the number itself
 * would, unless q lies half way between two of them: then q + (q − v) is a double, too. */
static bool divide(uint64_t whole, size_t decimals, double *v)
{
    static const double power[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
    if (whole <= (uint64_t)1 << 53) {
        *v = (double)whole / power[decimals];
        return true;
    }
    if (LDBL_MANT_DIG < 64)
        return false;
    long double q = (long double)whole / power[decimals], rest;
    *v = (double)q;
    rest = q - *v;
    return rest == 0 || (double)(q + rest) != q + rest;
}

/* Nearly all cells: [-]digits[.digits] of at most 19 digits, which is what number_parse finds, ten
 * times as fast. */
static bool read_short(const struct cell *cell, double *v)
{
    bool negative = cell->n > 0 && cell->s[0] == '-', point = false;
    size_t digits = 0, decimals = 0;
    uint64_t whole = 0;

    if (cell->n > SHORT_DIGITS + 2)
        return false;
    for (size_t i = negative; i < cell->n; i++) {
        if (cell->s[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (cell->s[i] < '0' || cell->s[i] > '9')
            return false;
        whole = 10 * whole + (uint64_t)(cell->s[i] - '0');
        digits++;
        decimals += point;
    }
    if (digits == 0 || digits > SHORT_DIGITS)
        return false;
    if (!divide(whole, decimals, v))
        return false;
    *v = negative ? -*v : *v;
    return true;
}

static bool read_any(char *s, struct entry *entry, bool commas)
{
    char *comma = commas ? strchr(s, ',') : NULL;

    entry->decimal = strchr(s, '.') ? DECIMAL_POINT : DECIMAL_NONE;
    if (comma && entry->decimal == DECIMAL_NONE) {
        *comma = '.';
        entry->decimal = DECIMAL_COMMA;
    }
    return number_parse(s, &entry->value);
}

struct entry entry_read(const struct cell *cell, const struct table_how *how)
{
    struct entry entry = {ENTRY_NUMBER, NAN, DECIMAL_NONE};
    char s[NUMBER_LONGEST];

    if (is_missing(cell, how)) {
        entry.kind = ENTRY_MISSING;
        return entry;
    }
    if (read_short(cell, &entry.value)) {
        entry.decimal = memchr(cell->s, '.', cell->n) ? DECIMAL_POINT : DECIMAL_NONE;
        return entry;
    }
    if (cell->n < sizeof s) {
        memcpy(s, cell->s, cell->n);
        s[cell->n] = '\0';
        if (read_any(s, &entry, how->separator == ';'))
            return entry;
    }
    return (struct entry){ENTRY_TEXT, NAN, DECIMAL_NONE};
}
