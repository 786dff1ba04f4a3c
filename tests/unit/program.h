/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program that was built beside this test. */
#ifndef EMSTEP_TESTS_PROGRAM_H
#define EMSTEP_TESTS_PROGRAM_H

/* build/release/emstep, for build/release/tests/unit/test_x: its whole path, made once. */
char *program_path(void);

#endif
