/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/entry.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* number_parse takes no text that is longer; 15 decimal digits are exact in a double. */
enum { NUMBER_LONGEST = 800, SHORT_DIGITS = 15 };

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

/* Nearly all cells: [-]digits[.digits] of at most 15 digits.  They and the power of ten are exact
 * doubles, so that the quotient is rounded once: what number_parse finds, ten times as fast. */
static bool read_short(const struct cell *cell, double *v)
{
    static const double power[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = cell->n > 0 && cell->s[0] == '-', point = false;
    size_t digits = 0, decimals = 0;
    int64_t whole = 0;

    if (cell->n > SHORT_DIGITS + 2)
        return false;
    for (size_t i = negative; i < cell->n; i++) {
        if (cell->s[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (cell->s[i] < '0' || cell->s[i] > '9')
            return false;
        whole = 10 * whole + (cell->s[i] - '0');
        digits++;
        decimals += point;
    }
    if (digits == 0 || digits > SHORT_DIGITS)
        return false;
    *v = (negative ? -1.0 : 1.0) * (double)whole / power[decimals];
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
