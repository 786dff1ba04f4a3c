/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer of a question as it is written: a number with its tolerance, or words. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "lesson/quiz.h"
#include "lesson/reader.h"
#include "lesson/words.h"

/* What stands after the last ± (or +-) is the tolerance; the bytes before it, or all. */
static size_t before_tolerance(const char *text, size_t *mark)
{
    const char *found = NULL;

    for (const char *c = text; *c; c++)
        if (strncmp(c, "±", 2) == 0 || strncmp(c, "+-", 2) == 0 || strncmp(c, "+/-", 3) == 0)
            found = c;
    *mark = !found ? 0 : strncmp(found, "+/-", 3) == 0 ? 3 : 2;
    return found ? (size_t)(found - text) : strlen(text);
}

/* Half a unit of the last digit that is written. */
static double half_a_unit(const char *number)
{
    const char *point = strchr(number, '.'), *power = strpbrk(number, "eE");
    size_t decimals = point ? strspn(point + 1, "0123456789") : 0;
    return 0.5 * pow(10.0, (power ? atof(power + 1) : 0.0) - (double)decimals);
}

static int number_needed(struct span at, struct error *e)
{
    error_set_at(e, at, "here a number is needed, with its tolerance");
    return error_hint(e, "for example 0.25 ± 0.005, or = p[1] ± 0.005");
}

static char *trimmed(const char *s, size_t n)
{
    struct span at = span_trim(s, (struct span){0, n});
    return mem_copy_bytes(s + at.offset, at.length);
}

static int take_number(struct quiz_value *v, struct error *e)
{
    size_t mark, n = before_tolerance(v->text.text, &mark);
    bool expr = v->text.text[0] == '=';
    char *number = trimmed(v->text.text + expr, n - expr);
    char *tolerance = mark ? trimmed(v->text.text + n + mark, strlen(v->text.text + n + mark))
                           : mem_copy_text("");
    bool good = number && tolerance && number[0] && (!expr || mark);

    if (good && !expr)
        good = number_parse(number, &v->value) && isfinite(v->value);
    if (good && mark)
        good = number_parse(tolerance, &v->tolerance) && v->tolerance >= 0.0 &&
               isfinite(v->tolerance);
    else if (good)
        v->tolerance = half_a_unit(number);
    mem_free(tolerance);
    if (good && expr)
        v->expr = number;
    else
        mem_free(number);
    return good ? 0 : number_needed(v->text.at, e);
}

/* One word more, before the NULL at the end, which is there at every moment. */
static int add_word(struct quiz_value *v, size_t *n, char *word, struct error *e)
{
    char *folded = words_fold(word);
    bool empty = folded && folded[0] == '\0';

    mem_free(folded);
    if (empty)
        return error_set_at(e, v->text.at, "an answer needs a letter or a digit");
    if (!folded || !LIST_APPEND(v->words, *n, e))
        return error_no_memory(e);
    v->words[*n - 2] = word;
    return 0;
}

/* "KL divergence | KL" */
static int take_words(struct quiz_value *v, struct error *e)
{
    size_t n = 0, length;

    if (!LIST_APPEND(v->words, n, e))
        return -1;
    for (const char *from = v->text.text;; from += length + 1) {
        length = strcspn(from, "|");
        char *word = trimmed(from, length);
        if (!word)
            return error_no_memory(e);
        if (add_word(v, &n, word, e) != 0) {
            mem_free(word);
            return -1;
        }
        if (from[length] == '\0')
            return 0;
    }
}

int read_quiz_value(enum quiz_kind kind, struct quiz_value *v, struct error *e)
{
    return kind == QUIZ_NUMBER ? take_number(v, e) : take_words(v, e);
}
