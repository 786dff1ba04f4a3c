/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "did you mean": the words nearest to the typed one. */
#include <ctype.h>
#include <string.h>

#include "base/options.h"

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

/* The two nearest, nearest first; equal words count once. */
static void find_near(const char *typed, const char *const *candidates, const char *near[2])
{
    int best[2] = {FAR, FAR};

    near[0] = near[1] = NULL;
    for (; *candidates; candidates++) {
        int d = distance(typed, *candidates);

        if (d < best[0]) {
            near[1] = near[0];
            best[1] = best[0];
            near[0] = *candidates;
            best[0] = d;
        } else if (d < best[1] && strcmp(*candidates, near[0]) != 0) {
            near[1] = *candidates;
            best[1] = d;
        }
    }
}

void suggest(struct error *e, const char *typed, const char *const *candidates)
{
    struct error before = *e;
    const char *near[2];

    find_near(typed, candidates, near);
    if (!near[0])
        return;
    if (near[1])
        error_set_at(e, before.at, "%s; did you mean '%s' or '%s'?", before.message, near[0],
                     near[1]);
    else
        error_set_at(e, before.at, "%s; did you mean '%s'?", before.message, near[0]);
    e->kind = before.kind;
    memcpy(e->hint, before.hint, sizeof e->hint);
}
