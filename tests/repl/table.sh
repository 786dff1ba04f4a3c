#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The table of `make faults` (tests/rows.awk): a fault that loses something is a row of it and fails
# it, and so do a program that ran nothing and one that died.
. tests/repl/lib

rows() { printf "$1" | awk -f tests/rows.awk; }

check 'all well' 0 rows 'Running suite(s): s\n| a | 3 | nothing |\n100%%: Checks: 1, Failures: 0, Errors: 0\n' <<'END'
| a | 3 | nothing |
END
check 'one fails' 1 rows 'Running suite(s): s\n| a | 3 | nothing |\n66%%: Checks: 3, Failures: 1, Errors: 1
tests/unit/test_x.c:118:F:signals:control_c:1: ^C ends it: 100%%: no\nits second line
tests/unit/test_x.c:90:E:signals:hang:0: (after this point) Test timeout expired\n' <<'END'
| a | 3 | nothing |
| control_c, case 2 | – | tests/unit/test_x.c:118: ^C ends it: 100%: no |
its second line
| hang, case 1 | – | tests/unit/test_x.c:90: (after this point) Test timeout expired |
END
check 'nothing was run' 1 rows '100%%: Checks: 0, Failures: 0, Errors: 0\n' <<'END'
END
check 'it died' 1 rows 'Running suite(s): s\n| a | 3 | nothing |\nSegmentation fault\n' <<'END'
| a | 3 | nothing |
Segmentation fault
| the program did not come to its end | – | see above |
END
exit $bad
