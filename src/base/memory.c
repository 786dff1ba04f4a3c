/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* How many allocations may still succeed; negative: all.  Tests alone set it. */
static _Atomic long allowance = -1;

void mem_fail_after(long n)
{
    atomic_store(&allowance, n);
}

static bool allowed(void)
{
    long left = atomic_load(&allowance);

    while (left > 0 && !atomic_compare_exchange_weak(&allowance, &left, left - 1))
        continue;
    return left != 0;
}

void *mem_alloc(size_t count, size_t size)
{
    size_t bytes;

    if (!allowed() || __builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return calloc(bytes > 0 ? bytes : 1, 1);
}

void *mem_resize(void *p, size_t count, size_t size)
{
    size_t bytes;

    if (!allowed() || __builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return realloc(p, bytes > 0 ? bytes : 1);
}

char *mem_copy_text(const char *s)
{
    return s ? mem_copy_bytes(s, strlen(s)) : NULL;
}

char *mem_copy_bytes(const char *s, size_t n)
{
    char *copy = n < SIZE_MAX ? mem_alloc(n + 1, 1) : NULL;

    if (copy && n > 0)
        memcpy(copy, s, n);
    return copy;
}

void mem_free(void *p)
{
    free(p);
}
