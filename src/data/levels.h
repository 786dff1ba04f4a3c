/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The distinct texts of a column, numbered from 1 in order of first appearance.
 *
 * A hash table with open addressing; the hash is a polynomial modulo 2^61 - 1 at a random point, so
 * that no file can be made to be slow (Carter & Wegman 1979).  What is found does not depend on it.
 */
#ifndef EMSTEP_DATA_LEVELS_H
#define EMSTEP_DATA_LEVELS_H

#include <stddef.h>
#include <stdint.h>

struct levels {
    char **text;      /* (count) owned */
    size_t count, room;
    size_t *slot;     /* (nslot, a power of 2) a number from 1, or 0 */
    size_t nslot;
    uint64_t point;
};

void levels_init(struct levels *l);
void levels_clear(struct levels *l);

/* The number of the n bytes at s, which become a new level if they are none yet; 0: no memory. */
size_t levels_number(struct levels *l, const char *s, size_t n);

#endif
