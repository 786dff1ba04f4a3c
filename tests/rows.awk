# SPDX-License-Identifier: GPL-3.0-or-later
# What a test program of Check says, as rows of the table of `make faults`:
#
#     FAULTS=all build/release/tests/unit/test_shell_signals 2>&1 | awk -f tests/rows.awk
#
# Its own rows as they are; a test that failed becomes one, with its name, its number where it is
# tried with several cases, and the place and message of what failed.  Exit status 1: one failed,
# none was run, or the program did not come to its end.
/^Running suite/ { next }
/^[0-9]+%: Checks: / {
    well = /^100%: Checks: [1-9]/
    ended = 1
    next
}
# FILE:LINE:F:CASE:TEST:NUMBER: MESSAGE
ended && /^[^:]+:[0-9]+:[FE]:[^:]*:[^:]*:[0-9]+: / {
    split($0, part, ":")
    message = substr($0, index($0, ": ") + 2)
    printf "| %s, case %d | – | %s:%s: %s |\n", part[5], part[6] + 1, part[1], part[2], message
    next
}
{ print }
END {
    if (!ended)
        print "| the program did not come to its end | – | see above |"
    exit !well
}
