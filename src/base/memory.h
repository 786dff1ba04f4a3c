/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one door to the heap.  Every call may return NULL, and every caller answers for it with
 * error_no_memory(); nothing aborts.  Sizes are checked for overflow here.  Lua and jansson get
 * their memory here too, so that a test can make the n-th allocation of the whole program fail.
 */
#ifndef EMSTEP_BASE_MEMORY_H
#define EMSTEP_BASE_MEMORY_H

#include <stddef.h>

void *mem_alloc(size_t count, size_t size);           /* zeroed; NULL when count*size overflows */
void *mem_resize(void *p, size_t count, size_t size); /* p survives a failure */
char *mem_copy_text(const char *s);                   /* strdup; NULL gives NULL */
char *mem_copy_bytes(const char *s, size_t n);        /* n bytes and a NUL */
void mem_free(void *p);                               /* NULL is harmless */

#define NEW(type) ((type *)mem_alloc(1, sizeof(type)))
#define NEW_ARRAY(count, type) ((type *)mem_alloc((count), sizeof(type)))

/* For tests: let `n` allocations succeed and every later one fail; n < 0: never fail. */
void mem_fail_after(long n);
/* The same, but one alone fails, the one after `n`. */
void mem_fail_once(long n);

/* How many have failed since the program began (in tests: since the last of these calls).  Whoever
 * builds what must be whole, out of many pieces that may be dropped, compares before and after. */
long mem_failures(void);

#endif
