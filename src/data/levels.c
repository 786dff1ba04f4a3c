/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/levels.h"

#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"

enum { SLOTS_AT_FIRST = 16 };

static const uint64_t prime = ((uint64_t)1 << 61) - 1;

void levels_init(struct levels *l)
{
    *l = (struct levels){0};
    if (getrandom(&l->point, sizeof l->point, GRND_NONBLOCK) != (ssize_t)sizeof l->point)
        l->point = 0x9e3779b97f4a7c15;
    l->point = 256 + l->point % (prime - 256);
}

void levels_clear(struct levels *l)
{
    for (size_t i = 0; i < l->count; i++)
        mem_free(l->text[i]);
    mem_free(l->text);
    mem_free(l->slot);
    *l = (struct levels){.point = l->point};
}

/* Σ_i s_i point^(n-i) mod 2^61 - 1 */
static uint64_t hash(const struct levels *l, const char *s, size_t n)
{
    uint64_t h = 1;

    for (size_t i = 0; i < n; i++) {
        unsigned __int128 product = (unsigned __int128)h * l->point + (unsigned char)s[i];

        h = (uint64_t)(product & prime) + (uint64_t)(product >> 61);
        if (h >= prime)
            h -= prime;
    }
    return h;
}

/* Where the text is, or the empty slot where it belongs. */
static size_t find_slot(const struct levels *l, const char *s, size_t n)
{
    size_t at = hash(l, s, n) & (l->nslot - 1);

    for (; l->slot[at]; at = (at + 1) & (l->nslot - 1)) {
        const char *level = l->text[l->slot[at] - 1];

        if (strncmp(level, s, n) == 0 && level[n] == '\0')
            break;
    }
    return at;
}

/* Keeps at most half of the slots in use. */
static bool make_slots(struct levels *l)
{
    struct levels wider = *l;

    if (2 * (l->count + 1) <= l->nslot)
        return true;
    wider.nslot = l->nslot ? 2 * l->nslot : SLOTS_AT_FIRST;
    wider.slot = NEW_ARRAY(wider.nslot, size_t);
    if (!wider.slot)
        return false;
    for (size_t i = 0; i < l->count; i++)
        wider.slot[find_slot(&wider, l->text[i], strlen(l->text[i]))] = i + 1;
    mem_free(l->slot);
    *l = wider;
    return true;
}

static bool make_room(struct levels *l)
{
    size_t room = l->room ? 2 * l->room : SLOTS_AT_FIRST;
    char **text;

    if (l->count < l->room)
        return true;
    text = mem_resize(l->text, room, sizeof *text);
    if (!text)
        return false;
    l->text = text;
    l->room = room;
    return true;
}

size_t levels_number(struct levels *l, const char *s, size_t n)
{
    size_t at;

    if (!make_slots(l) || !make_room(l))
        return 0;
    at = find_slot(l, s, n);
    if (!l->slot[at]) {
        l->text[l->count] = mem_copy_bytes(s, n);
        if (!l->text[l->count])
            return 0;
        l->slot[at] = ++l->count;
    }
    return l->slot[at];
}
