/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzzers share: a session that is a stranger's, in a folder of its own, stopped when an
 * input takes long. */
#ifndef EMSTEP_FUZZ_H
#define EMSTEP_FUZZ_H

#include <stdint.h>

#include "shell/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern volatile sig_atomic_t fuzz_interrupt;

/* A confined session whose output is dropped; after `milliseconds` every command in it sees ^C. */
struct session *fuzz_session(int milliseconds);
void fuzz_session_end(struct session *s);
/* Runs commands that are to work. */
void fuzz_run(struct session *s, const char *commands);

/* The bytes as text, without its NULs; the caller frees. */
char *fuzz_text(const uint8_t *data, size_t size);
/* A file of the fuzzer's own folder with these bytes; the path stands until the next call. */
const char *fuzz_file(const char *name, const void *bytes, size_t size);

#endif
