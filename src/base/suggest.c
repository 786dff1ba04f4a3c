/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { WORD_LONGEST = 64, FAR = 1000 };

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Damerau's distance (optimal string alignment), capitals counting as small letters: how many
 * letters to insert, delete, replace or swap with their neighbour.
 *
 *     D(i,j) = min( D(i−1,j) + 1, D(i,j−1) + 1, D(i−1,j−1) + [a_i ≠ b_j],
 *                   D(i−2,j−2) + 1 where a_i = b_{j−1} and a_{i−1} = b_j )
 */
static int edit_distance(const char *a, const char *b)
{
    size_t na = strlen(a), nb = strlen(b);
    int D[WORD_LONGEST + 1][WORD_LONGEST + 1];

    if (na > WORD_LONGEST || nb > WORD_LONGEST)
        return FAR;
    for (size_t i = 0; i <= na; i++)
        D[i][0] = (int)i;
    for (size_t j = 0; j <= nb; j++)
        D[0][j] = (int)j;
    for (size_t i = 1; i <= na; i++) {
        for (size_t j = 1; j <= nb; j++) {
            int d = D[i - 1][j - 1] + !same_letter(a[i - 1], b[j - 1]);

            d = least(d, least(D[i - 1][j], D[i][j - 1]) + 1);
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                same_letter(a[i - 2], b[j - 1]))
                d = least(d, D[i - 2][j - 2] + 1);
            D[i][j] = d;
        }
    }
    return D[na][nb];
}

/* FAR when the candidate is no likely meaning of the typed word: one slip in three letters, or the
 * beginning of a longer word. */
static int distance(const char *typed, const char *candidate)
{
    size_t n = strlen(typed);
    int d = edit_distance(typed, candidate);

    if (n == 0 || strcmp(typed, candidate) == 0)
        return FAR;
    if (d <= (n < 3 ? 1 : (int)(n / 3)) && d < (int)n)
        return d;
    return n >= 2 && strlen(candidate) <= WORD_LONGEST && strncmp(typed, candidate, n) == 0
               ? WORD_LONGEST
               : FAR;
}

void nearest_try(struct nearest *near, const char *name)
{
    int d = distance(near->typed, name);

    if (d >= FAR)
        return;
    if (!near->name[0] || d < near->distance[0]) {
        near->name[1] = near->name[0];
        near->distance[1] = near->distance[0];
        near->name[0] = name;
        near->distance[0] = d;
    } else if ((!near->name[1] || d < near->distance[1]) && strcmp(name, near->name[0]) != 0) {
        near->name[1] = name;
        near->distance[1] = d;
    }
}

void suggest_nearest(struct error *e, const struct nearest *near)
{
    struct error before = *e;

    if (!near->name[0])
        return;
    if (near->name[1])
        error_set_at(e, before.at, "%s; did you mean '%s' or '%s'?", before.message,
                     near->name[0], near->name[1]);
    else
        error_set_at(e, before.at, "%s; did you mean '%s'?", before.message, near->name[0]);
    e->kind = before.kind;
    memcpy(e->hint, before.hint, sizeof e->hint);
}

void suggest(struct error *e, const char *typed, const char *const *candidates)
{
    struct nearest near = {.typed = typed};

    for (; *candidates; candidates++)
        nearest_try(&near, *candidates);
    suggest_nearest(e, &near);
}
