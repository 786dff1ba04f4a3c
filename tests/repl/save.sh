#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# save and open: a reopened session shows, steps and predicts as the saved one would, to the bit;
# a file that is not whole changes nothing.
. tests/repl/lib

fail() {
    echo "save.sh: $1"
    exit 1
}

start='load faithful; model gmm k=2; init; e; m; e hard; m; mark hard; prior dirichlet=2,2; back;
q set 1 .5 .5; theta mu[1]=2,50; step'
after='set digits 17; step 2; run; show theta; show trace; show q; predict 3 60; goto hard;
show terms; ledger'

"$EMSTEP" -q -c "$start; save $TMPDIR/s.json; $after" > "$TMPDIR/one" || fail "save"
"$EMSTEP" -q -c "open $TMPDIR/s.json; $after" > "$TMPDIR/two" || fail "open"
# What the two print before `set digits` differs; from the first step on nothing does.
sed -n '/^3E/,$p' "$TMPDIR/one" > "$TMPDIR/expected"
sed -n '/^3E/,$p' "$TMPDIR/two" > "$TMPDIR/actual"
[ -s "$TMPDIR/expected" ] || fail "nothing to compare"
cmp "$TMPDIR/expected" "$TMPDIR/actual" || fail "the reopened session went another way"

# Infinite and missing entries and words come back as they were.
printf 'a,b,c\n1,inf,x\n2,-inf,\n3,NA,y\n' >"$TMPDIR/odd.csv"
"$EMSTEP" -q -c "load $TMPDIR/odd.csv; save $TMPDIR/d.json; data head" >"$TMPDIR/expected" ||
    fail "infinite entries were not saved"
"$EMSTEP" -q -c "open $TMPDIR/d.json; data head" >"$TMPDIR/actual" || fail "nor opened"
cmp "$TMPDIR/expected" "$TMPDIR/actual" || fail "the data came back otherwise"

# A file cut anywhere, or changed, is refused and the session stays as it was.
size=$(wc -c < "$TMPDIR/s.json")
for part in 1 10 100 1000 5000 $((size - 20)); do
    head -c "$part" "$TMPDIR/s.json" > "$TMPDIR/cut.json"
    if "$EMSTEP" -q -c "set onerror continue; load coins; open $TMPDIR/cut.json; data" \
        > "$TMPDIR/out" 2> "$TMPDIR/err"; then
        fail "a file cut after $part bytes was opened"
    fi
    [ "$(wc -l < "$TMPDIR/err")" -le 4 ] || fail "more than one error for $part bytes"
done
for change in 's/gmm k=2/gmm k=3/' 's/"here": [0-9]*/"here": 99/' 's/"parent": 3/"parent": 8/' \
    's/0\.5/-0.5/' 's/emstep state 1/emstep state 9/'; do
    sed "$change" "$TMPDIR/s.json" > "$TMPDIR/odd.json"
    if "$EMSTEP" -q -c "open $TMPDIR/odd.json" > "$TMPDIR/out" 2> "$TMPDIR/err"; then
        fail "a file changed by $change was opened"
    fi
    [ -s "$TMPDIR/err" ] || fail "no word about $change"
done
exit $bad
