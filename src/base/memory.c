/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* How many allocations may still succeed; negative: all.  Tests alone set it. */
static _Atomic long allowance = -1;
static _Atomic long failures;
static _Atomic bool once;

void mem_fail_after(long n)
{
    atomic_store(&once, false);
    atomic_store(&failures, 0);
    atomic_store(&allowance, n);
}

void mem_fail_once(long n)
{
    mem_fail_after(n);
    atomic_store(&once, true);
}

long mem_failures(void)
{
    return atomic_load(&failures);
}

static bool allowed(void)
{
    long left = atomic_load(&allowance);

    if (left < 0)
        return true;
    while (left > 0 && !atomic_compare_exchange_weak(&allowance, &left, left - 1))
        continue;
    if (left > 0)
        return true;
    return atomic_fetch_add(&failures, 1) > 0 && atomic_load(&once);
}

static void *counted(void *p)
{
    if (!p)
        atomic_fetch_add(&failures, 1);
    return p;
}

void *mem_alloc(size_t count, size_t size)
{
    size_t bytes;

    if (!allowed())
        return NULL;
    if (__builtin_mul_overflow(count, size, &bytes))
        return counted(NULL);
    return counted(calloc(bytes > 0 ? bytes : 1, 1));
}

void *mem_resize(void *p, size_t count, size_t size)
{
    size_t bytes;

    if (!allowed())
        return NULL;
    if (__builtin_mul_overflow(count, size, &bytes))
        return counted(NULL);
    return counted(realloc(p, bytes > 0 ? bytes : 1));
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
