/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jansson on our memory.  Its parser takes a failed allocation for a broken invariant and aborts;
 * here the reading ends instead, and what it had made is freed.
 */
#ifndef EMSTEP_BASE_JSON_H
#define EMSTEP_BASE_JSON_H

#include <jansson.h>

#include "base/text.h"

/* Before any other call of jansson: its memory comes from base/memory.h. */
void json_begin(void);

/* The document of n bytes; a key that stands twice is an error.  NULL: why->text says where and
 * what, or that memory ran out.  One thread at a time. */
json_t *json_read(const char *bytes, size_t n, json_error_t *why);

/* Adds j as one line.  What jansson leaves as it is and a terminal may take for control, DEL and
 * the C1 characters, is escaped.  No memory: out->failed. */
void json_add_line(struct text *out, const json_t *j, size_t flags);

#endif
