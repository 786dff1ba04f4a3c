#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The two rows of terms stand under one another whatever a state is called; a long θ in short.
. tests/repl/lib

# Where each symbol stands in the rows of values: one line for each place that any has.
places() {
    sed -n 's/^\([0-9][^ ]* *\)ℓ/\1l/p' "$1" | sed 's/−/-/g' |
        awk '{ print index($0, " l "), index($0, "ELBO"), index($0, "KL"), index($0, " Q "),
                     index($0, " H "), index($0, " S ") }' | sort | uniq -c | tr -s ' '
}
cd "$TMPDIR" || exit 1
"$EMSTEP" -q -c 'load faithful; model gmm k=6; init kmeans++ seed=1; repeat 2 { e; m }' \
    -c 'theta pi=0.2,0.2,0.2,0.2,0.1,0.1; e; m; e; m' -c 'q uniform; m; e' >rows
check 'every row but that of the long name' 0 places rows <<'END'
 11 5 18 33 45 57 69
 1 7 19 33 45 57 69
END
check 'a long theta in short' 0 "$EMSTEP" -c 'load faithful; model gmm k=6; init kmeans++ seed=1' <<'END'
faithful: 272 rows, 2 columns (eruptions, waiting), nothing missing
gmm: 2-D, K = 6, full covariance; θ has pi[6] mu[6,2] Sigma[6,2,2]
     needs a start: init, or theta
  pi        0.166667  0.166667  0.166667  0.166667  0.166667  0.166667
  mu[1]        4.417        79
  mu[2]        1.817        46
  …                …         …
  mu[6]        4.783        90
  Sigma[1]  0.101796         0
                   0   14.4422
  …                …         …
  Sigma[6]  0.101796         0
                   0   14.4422
  in short; theta shows all of it
END
check 'all of it, and in JSON' 0 sh -c '"$EMSTEP" -q -c "$1; theta" | wc -l
    "$EMSTEP" --json -q -c "$1" | tail -1 | grep -o "\[\[\[.*" | tr -cd "," | wc -c' sh \
    'load faithful; model gmm k=6; init' <<'END'
19
23
END
check 'a small one has no short form' 1 sh -c '"$EMSTEP" -c "$1" | grep -c short' sh \
    'load faithful; model gmm k=3; init' <<'END'
0
END

# Counts of 1e13: every term is that of a density of order 1, and so is its rounding.
awk 'BEGIN { srand(3); print "x"; for (i = 0; i < 60; i++) printf "%.0f\n", 1e13 + (i % 2) * 3e7 + 1e7 * rand() }' >big.csv
"$EMSTEP" --json -q -c 'load big.csv; model poisson k=2; theta pi=.5,.5 lambda=10000000000000,10000020000000' \
    -c 'repeat 4 { e; ledger; m; ledger }' >ledgers
grep -q '"holds":false' ledgers && { echo 'large counts:'; tr '{' '\n' <ledgers | grep '"holds":false'; bad=1; }
[ "$(grep -o '"holds":true' ledgers | wc -l)" -ge 60 ] || { echo 'no ledgers'; bad=1; }
exit $bad
