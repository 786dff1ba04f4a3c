#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# compare: two states side by side, and the labels that may have changed hands between them.
. tests/repl/lib

start='load faithful; model gmm k=2 columns=eruptions
theta pi=0.25,0.75 mu=2,4.5 Sigma=0.25,0.5'

# What compare prints, behind what the steps before it print.
compared() {
    "$EMSTEP" -q -c "$start" -c "$1" >"$TMPDIR/out" 2>&1
    sed -n '/^   .* − /,$p' "$TMPDIR/out"
}

check 'a half-step' 0 compared 'e; mark first; m; compare first' <<'END'
            first (0E)         1M  1M − first (0E)
  ℓ           −354.672   −277.441         +77.2307
  ELBO        −354.672   −284.294         +70.3783
  KL                 0    6.85242         +6.85242
  Q           −363.341   −292.963         +70.3783
  H           −8.66894   −15.5214         −6.85242
  S            8.66894    8.66894                0
  pi[1]           0.25   0.351021        +0.101021
  pi[2]           0.75   0.648979        −0.101021
  mu[1]              2    2.03283       +0.0328330
  mu[2]            4.5    4.27474        −0.225261
  Sigma[1]        0.25  0.0716178        −0.178382
  Sigma[2]         0.5   0.196953        −0.303047
  ‖Δθ‖ = 0.430910
  q: the same γ
END

# The same θ with its components renumbered: only the labels differ, in θ and in q.
labels='e; mark a; theta pi=0.75,0.25 mu=4.5,2 Sigma=0.5,0.25; e; compare a'
check 'labels' 0 sh -c '"$EMSTEP" -q -c "$1" -c "$2" | tail -n 5' sh "$start" "$labels" <<'END'
  Sigma[1]      0.25      0.25              0
  Sigma[2]       0.5       0.5              0
  components of 0E.2 are renumbered to fit a (0E): 2 → 1, 1 → 2
  ‖Δθ‖ = 0 so, 3.58818 as they stand: the same answer under other labels
  q: the same γ
END
"$EMSTEP" -q --json -c "$start" -c "$labels" | tail -n 1 >"$TMPDIR/json"
check 'labels in JSON' 0 sed 's/.*\("match":.*\)/\1/' "$TMPDIR/json" <<'END'
"match":[2,1],"renumbered":true,"same":true,"q":{"gamma":0.0},"rows_differ":0}
END

check 'another q' 0 sh -c '"$EMSTEP" -q -c "$1" -c "$2" | tail -n 3' sh "$start" \
    'e; q hard; compare 0E' <<'END'
  ‖Δθ‖ = 0: the same θ
  q: max |Δγ| = 0.453148, at gamma[244,1]; the most probable z differs in 0 of
     272 rows
END

check 'a state without q' 0 compared 'e; compare 0 0E' <<'END'
                   0        0E  0E − 0
  ℓ         −354.672  −354.672       0
  ELBO          no q  −354.672
  KL            no q         0
  Q             no q  −363.341
  H             no q  −8.66894
  S             no q   8.66894
  pi[1]         0.25      0.25       0
  pi[2]         0.75      0.75       0
  mu[1]            2         2       0
  mu[2]          4.5       4.5       0
  Sigma[1]      0.25      0.25       0
  Sigma[2]       0.5       0.5       0
  ‖Δθ‖ = 0: the same θ
  one of the two has no q to compare
END

check 'no such state' 1 "$EMSTEP" -q -c "$start
compare 0 4M" <<'END'
-c:3:11: no state or mark '4M'
  compare 0 4M
            ^~
  show trace lists the states; 3M is the state after the third M-step
END
exit $bad
