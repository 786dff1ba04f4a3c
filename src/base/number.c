/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to text and back, in the C locale whatever the session's is. */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MINUS "\u2212"
enum { MINUS_BYTES = sizeof MINUS - 1, DIGITS_MAX = 17 };

/* Removes the zeros that end the decimals of "12.500" or "1.500e-07". */
static void drop_zeros(char *s)
{
    char *end = s + strcspn(s, "e"), *cut = end;

    if (!memchr(s, '.', (size_t)(end - s)))
        return;
    while (cut[-1] == '0')
        cut--;
    if (cut[-1] == '.')
        cut--;
    memmove(cut, end, strlen(end) + 1);
}

/* What was computed is what it would be exactly, but for the rounding of a few operations. */
static bool is_rounded(double v, double exact)
{
    return fabs(v - exact) <= 8 * DBL_EPSILON * fabs(exact);
}

/* |v| to `digits` significant digits.  Zeros at the end are significance, and stay, unless the
 * digits that are there are all that v has: 44.6740, but 2 and 0.25, and 0.2 for 1 − 0.8. */
static void format_digits(char *s, size_t size, double v, int digits)
{
    int power;

    snprintf(s, size, "%.*e", digits - 1, v);
    power = atoi(strchr(s, 'e') + 1);
    if (v >= 1e-4 && v < 1e7)
        snprintf(s, size, "%.*f", power < digits ? digits - 1 - power : 0, v);
    if (is_rounded(v, strtod(s, NULL)))
        drop_zeros(s);
}

static void copy_with_minus(char *to, const char *from, const char *sign)
{
    to = stpcpy(to, sign);
    for (; *from; from++) {
        if (*from == '-')
            to = stpcpy(to, MINUS);
        else
            *to++ = *from;
    }
    *to = '\0';
}

static char *format_number(char buf[NUMBER_TEXT], double v, int digits, const char *plus)
{
    char s[NUMBER_TEXT];
    locale_t c, old;

    if (isnan(v))
        return strcpy(buf, "n/a");
    if (isinf(v)) {
        snprintf(buf, NUMBER_TEXT, "%sinf", v < 0 ? "-" : plus);
        return buf;
    }
    if (v == 0)
        return strcpy(buf, "0");
    digits = digits < 1 ? 1 : digits > DIGITS_MAX ? DIGITS_MAX : digits;
    c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    old = uselocale(c);
    format_digits(s, sizeof s, fabs(v), digits);
    uselocale(old);
    if (c)
        freelocale(c);
    copy_with_minus(buf, s, v < 0 ? MINUS : plus);
    return buf;
}

char *number_text(char buf[NUMBER_TEXT], double v, int digits)
{
    return format_number(buf, v, digits, "");
}

char *number_change(char buf[NUMBER_TEXT], double v, int digits)
{
    return format_number(buf, v, digits, "+");
}

/* More digits than any double has (768 is the longest that can matter), so a longer text is cut
 * down to nothing rather than half read. */
enum { NUMBER_LONGEST = 800 };

/* s with its minus signs as '-'.  False when it does not fit. */
static bool plain_minus(char *to, const char *s)
{
    size_t n = 0;

    while (*s && n < NUMBER_LONGEST - 1) {
        bool minus = strncmp(s, MINUS, MINUS_BYTES) == 0;

        to[n++] = minus ? '-' : *s;
        s += minus ? MINUS_BYTES : 1;
    }
    to[n] = '\0';
    return *s == '\0';
}

static const char *skip_digits(const char *s)
{
    return s + strspn(s, "0123456789");
}

/* [digits][.digits][e[±]digits], with a digit before the exponent and one in it. */
static bool is_decimal(const char *s)
{
    const char *whole = skip_digits(s), *end = whole;
    bool any = whole > s;

    if (*end == '.') {
        end = skip_digits(whole + 1);
        any = any || end > whole + 1;
    }
    if (!any)
        return false;
    if (*end == 'e' || *end == 'E') {
        const char *power = end + 1;

        power += *power == '+' || *power == '-';
        end = skip_digits(power);
        any = end > power;
    }
    return any && *end == '\0';
}

static double read_decimal(const char *s)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), old = uselocale(c);
    double v = strtod(s, NULL);

    uselocale(old);
    if (c)
        freelocale(c);
    return v;
}

bool number_parse(const char *s, double *v)
{
    char plain[NUMBER_LONGEST];
    const char *size = plain;
    bool negative;
    double read;

    if (!plain_minus(plain, s))
        return false;
    negative = *size == '-';
    size += *size == '-' || *size == '+';
    if (strcmp(size, "inf") == 0) {
        *v = negative ? -INFINITY : INFINITY;
        return true;
    }
    if (!is_decimal(size))
        return false;
    read = read_decimal(size);
    if (isinf(read))
        return false;
    *v = negative ? -read : read;
    return true;
}

bool count_parse(const char *s, size_t *v)
{
    const size_t limit = (size_t)1 << 53;
    size_t n = 0;

    if (*s == '\0' || *skip_digits(s) != '\0')
        return false;
    for (; *s; s++) {
        n = 10 * n + (size_t)(*s - '0');
        if (n >= limit)
            return false;
    }
    *v = n;
    return true;
}
