/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grading: what was typed, against the question. */
#include "lesson/quiz.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "lesson/words.h"

static void say(struct text *message, const struct passage *p)
{
    if (p->text && p->text[0])
        text_add(message, p->text);
}

static enum quiz_verdict unclear(const struct quiz *q, struct text *message)
{
    text_add(message, "Answer with ");
    quiz_add_how(q, message);
    text_add(message, ".");
    return QUIZ_UNCLEAR;
}

/* ---- choice and order: numbers of lines ---- */

/* "1 3", "1, 3", "b": the places that are named, from 0, into place[]; -1: something else. */
static int read_places(const struct quiz *q, const char *typed, size_t *place, size_t *n)
{
    const char *word;
    size_t length;

    for (*n = 0; (word = words_next(&typed, &length)); ++*n) {
        size_t v = 0;
        bool letter = length == 1 && ((word[0] | 32) >= 'a' && (word[0] | 32) <= 'z');
        if (*n == QUIZ_ITEMS || length > 3)
            return -1;
        for (size_t i = 0; i < length && !letter; i++) {
            bool last = i + 1 == length && i > 0 && (word[i] == '.' || word[i] == ')');
            if (!last && (word[i] < '0' || word[i] > '9'))
                return -1;
            v = last ? v : 10 * v + (size_t)(word[i] - '0');
        }
        v = letter ? (size_t)((word[0] | 32) - 'a' + 1) : v;
        if (v == 0 || v > q->nitem)
            return -1;
        place[*n] = v - 1;
    }
    return *n > 0 ? 0 : -1;
}

/* The words of an answer instead of its number. */
static int find_item(const struct quiz *q, const char *typed, size_t *place)
{
    char *wanted = words_fold(typed);
    int found = -1;

    for (size_t i = 0; wanted && wanted[0] && i < q->nitem && found < 0; i++) {
        char *item = words_fold(q->item[i].text.text);
        if (item && strcmp(item, wanted) == 0) {
            *place = i;
            found = 0;
        }
        mem_free(item);
    }
    mem_free(wanted);
    return found;
}

static size_t count_right(const struct quiz *q)
{
    size_t n = 0;
    for (size_t i = 0; i < q->nitem; i++)
        n += q->item[i].right;
    return n;
}

/* The first thing that is wrong has the word; all right, the right ones have it in turn. */
static enum quiz_verdict grade_choice(const struct quiz *q, const char *typed, struct text *message)
{
    size_t place[QUIZ_ITEMS], n, right = 0;
    bool chosen[QUIZ_ITEMS] = {false};

    if (find_item(q, typed, &place[0]) == 0)
        n = 1;
    else if (read_places(q, typed, place, &n) != 0)
        return unclear(q, message);
    for (size_t i = 0; i < n; i++)
        if (!q->item[place[i]].right) {
            say(message, &q->item[place[i]].message);
            return QUIZ_WRONG;
        }
    for (size_t i = 0; i < n; i++) {
        right += !chosen[place[i]];
        chosen[place[i]] = true;
    }
    if (right < count_right(q)) {
        text_add(message, "True, but not all that is.");
        return QUIZ_WRONG;
    }
    for (size_t i = 0; i < q->nitem; i++)
        if (q->item[i].right && q->item[i].message.text) {
            text_add(message, message->length ? " " : "");
            say(message, &q->item[i].message);
        }
    return QUIZ_RIGHT;
}

static enum quiz_verdict grade_order(const struct quiz *q, const char *typed, struct text *message)
{
    size_t place[QUIZ_ITEMS], n, agree = 0;
    bool seen[QUIZ_ITEMS] = {false};

    if (read_places(q, typed, place, &n) != 0 || n != q->nitem)
        return unclear(q, message);
    for (size_t i = 0; i < n; i++) {
        if (seen[place[i]])
            return unclear(q, message);
        seen[place[i]] = true;
    }
    while (agree < n && q->shown[place[agree]] == agree)
        agree++;
    if (agree == n)
        return QUIZ_RIGHT;
    if (agree == 0)
        text_add(message, "Something else comes first.");
    else
        text_addf(message, "The first %s right; what comes after %zu?",
                  agree == 1 ? "is" : "ones are", place[agree - 1] + 1);
    return QUIZ_WRONG;
}

/* ---- numbers ---- */

static bool read_plain(const char *s, size_t n, double *v)
{
    char *copy = mem_copy_bytes(s, n);
    bool good = copy && number_parse(copy, v) && isfinite(*v);
    mem_free(copy);
    return good;
}

/* "0.25", "1/4", "25%", each with blanks round it. */
static bool read_number(const char *typed, double *v)
{
    const char *from = typed + strspn(typed, " \t");
    size_t n = strlen(from);
    double below = 1.0;

    while (n > 0 && strchr(" \t\n", from[n - 1]))
        n--;
    if (n > 1 && from[n - 1] == '%' && read_plain(from, n - 1, v)) {
        *v /= 100.0;
        return true;
    }
    const char *slash = memchr(from, '/', n);
    if (!slash)
        return read_plain(from, n, v);
    size_t above = (size_t)(slash - from);
    if (!read_plain(from, above, v) || !read_plain(slash + 1, n - above - 1, &below) ||
        below == 0.0)
        return false;
    *v /= below;
    return true;
}

/* The tolerance is meant as typed: 0.205 is within 0.2 ± 0.005, whatever binary makes of it. */
static bool is_near(double v, const struct quiz_value *to)
{
    return fabs(v - to->value) <= to->tolerance + 1e-12 * (fabs(to->value) + to->tolerance);
}

static enum quiz_verdict grade_number(const struct quiz *q, const char *typed, struct text *message)
{
    double v;

    if (!read_number(typed, &v))
        return unclear(q, message);
    if (is_near(v, &q->answer))
        return QUIZ_RIGHT;
    for (size_t i = 0; i < q->nwrong; i++)
        if (is_near(v, &q->wrong[i])) {
            say(message, &q->wrong[i].message);
            return QUIZ_WRONG;
        }
    if (is_near(-v, &q->answer))
        text_add(message, "Look at the sign.");
    else if (is_near(v / 100.0, &q->answer) && q->answer.value <= 1.0)
        text_add(message, "As a number between 0 and 1, not in percent.");
    return QUIZ_WRONG;
}

/* ---- words ---- */

static bool is_one_of(const char *folded, const struct quiz_value *v)
{
    bool same = false;

    for (char **word = v->words; *word && !same; word++) {
        char *w = words_fold(*word);
        same = w && strcmp(w, folded) == 0;
        mem_free(w);
    }
    return same;
}

/* "the KL divergence": an article is no part of an answer. */
static const char *without_article(const char *typed)
{
    static const char *const articles[] = {"the ", "a ", "an ", NULL};

    typed += strspn(typed, " \t");
    for (const char *const *a = articles; *a; a++)
        if (strncmp(typed, *a, strlen(*a)) == 0)
            return typed + strlen(*a);
    return typed;
}

static enum quiz_verdict grade_words(const struct quiz *q, const char *folded, struct text *message)
{
    if (is_one_of(folded, &q->answer))
        return QUIZ_RIGHT;
    for (size_t i = 0; i < q->nwrong; i++)
        if (is_one_of(folded, &q->wrong[i])) {
            say(message, &q->wrong[i].message);
            break;
        }
    return QUIZ_WRONG;
}

static enum quiz_verdict grade_text(const struct quiz *q, const char *typed, struct text *message)
{
    char *whole = words_fold(typed), *bare = words_fold(without_article(typed));
    enum quiz_verdict verdict = QUIZ_UNCLEAR;

    if (whole && bare && whole[0]) {
        verdict = grade_words(q, whole, message);
        if (verdict == QUIZ_WRONG && bare[0] && message->length == 0)
            verdict = grade_words(q, bare, message);
    } else {
        unclear(q, message);
    }
    mem_free(whole);
    mem_free(bare);
    return verdict;
}

/* ---- predictions ---- */

/* What people call the terms; the first is how we write it. */
static const struct term_words {
    enum term term;
    const char *name[7];
} term_words[] = {
    {TERM_LOGLIK, {"ℓ", "l", "ll", "loglik", "f", "loglikelihood"}},
    {TERM_ELBO, {"ELBO", "elbo", "bound", "g", "surrogate"}},
    {TERM_KL, {"KL", "kl", "gap"}},
    {TERM_Q, {"Q", "q"}},
    {TERM_H, {"H", "h"}},
    {TERM_ENTROPY, {"S", "s", "entropy"}},
    {TERM_OBJECTIVE, {"J", "j", "objective"}},
};
enum { TERM_WORDS = sizeof term_words / sizeof *term_words };

static bool word_is(const char *word, size_t n, const char *name)
{
    if (strlen(name) == n && strncmp(word, name, n) == 0)
        return true;
    for (size_t i = 0; i < n; i++) {
        char lower = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] | 32) : word[i];
        if (lower != name[i])
            return false;
    }
    return name[n] == '\0';
}

static term_set term_of(const char *word, size_t n)
{
    for (size_t i = 0; i < TERM_WORDS; i++)
        for (const char *const *name = term_words[i].name; *name; name++)
            if (word_is(word, n, *name))
                return TERM_BIT(term_words[i].term);
    return 0;
}

int quiz_read_terms(const char *text, term_set all, term_set *t, const char **bad,
                    size_t *bad_length)
{
    const char *word;
    size_t n;

    for (*t = 0; (word = words_next(&text, &n));) {
        term_set one = term_of(word, n);
        bool none = word_is(word, n, "none") || word_is(word, n, "nothing");
        if (word_is(word, n, "all") && all)
            one = all;
        if (!one && !none && !word_is(word, n, "and")) {
            *bad = word;
            *bad_length = n;
            return -1;
        }
        *t |= one;
    }
    return 0;
}

static void add_term(const struct quiz *q, const struct term_words *term, struct text *out)
{
    const char *rest = q->terms_at.text, *word;
    size_t n;

    while (rest && (word = words_next(&rest, &n)))
        if (term_of(word, n) == TERM_BIT(term->term)) {
            text_add_bytes(out, word, n);
            return;
        }
    text_add(out, term->name[0]);
}

void quiz_add_terms(const struct quiz *q, term_set t, struct text *out)
{
    bool first = true;

    for (size_t i = 0; i < TERM_WORDS; i++)
        if (t & TERM_BIT(term_words[i].term)) {
            text_add(out, first ? "" : ", ");
            add_term(q, &term_words[i], out);
            first = false;
        }
    if (first)
        text_add(out, "none");
}

static bool is_one(term_set t)
{
    return (t & (t - 1)) == 0;
}

static enum quiz_verdict grade_predict(const struct quiz *q, const char *typed,
                                       struct text *message)
{
    const char *bad;
    size_t n;
    term_set said;

    if (typed[strspn(typed, " \t,;\n")] == '\0' ||
        quiz_read_terms(typed, q->terms, &said, &bad, &n) != 0 || (said & ~q->terms))
        return unclear(q, message);
    term_set missed = q->changed & ~said, too_many = said & ~q->changed;
    if (!missed && !too_many)
        return QUIZ_RIGHT;
    if (missed) {
        quiz_add_terms(q, missed, message);
        text_add(message, is_one(missed) ? " changes" : " change");
    }
    if (too_many) {
        text_add(message, missed ? "; " : "");
        quiz_add_terms(q, too_many, message);
        text_add(message, is_one(too_many) ? " does not" : " do not");
        text_add(message, missed ? "" : " change");
    }
    text_add(message, ".");
    return QUIZ_WRONG;
}

enum quiz_verdict quiz_grade(const struct quiz *q, const char *typed, struct text *message)
{
    switch (q->kind) {
    case QUIZ_CHOICE:
        return grade_choice(q, typed, message);
    case QUIZ_NUMBER:
        return grade_number(q, typed, message);
    case QUIZ_TEXT:
        return grade_text(q, typed, message);
    case QUIZ_ORDER:
        return grade_order(q, typed, message);
    default:
        return grade_predict(q, typed, message);
    }
}
