#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The matrix of claims that the README shows is the one that the test prints.
. tests/repl/lib

"$(dirname "$EMSTEP")/tests/unit/test_claims" |
    sed -e '/^Running suite/d' -e '/^[0-9]*%: /d' -e 's/ *$//' | sed '/./,$!d' >"$TMPDIR/actual"
sed -n '/^```text$/,/^```$/p' README.md | sed -e '1d' -e '$d' >"$TMPDIR/expected"
if ! diff -u "$TMPDIR/expected" "$TMPDIR/actual"; then
    echo "the README's matrix is not the test's"
    bad=1
fi
exit $bad
