#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# sample, show truth, restarts, select: what they print, what they refuse, what they leave alone.
. tests/repl/lib

cd "$TMPDIR" || exit 1
gmm='load faithful; model gmm k=2 columns=eruptions; theta pi=0.3,0.7 mu=2,4 Sigma=0.01,0.04'

says() {
    what=$1
    wanted=$2
    shift 2
    "$EMSTEP" "$@" >printed 2>&1 </dev/null
    tail -n 1 printed | grep -qF -e "$wanted" || { echo "$what: no '$wanted' in"; cat printed; bad=1; }
}

# The start has the labels the other way round.
theirs='theta pi=0.5,0.5 mu=4.1,2.1 Sigma=0.1,0.1; run'
says 'labels are aligned' '"match":[2,1],"share":1.0' --json \
    -c "$gmm; sample 50 seed=2; $theirs; show truth"
says 'all labels known, one M is enough' '"match":[1,2],"share":1.0' --json \
    -c "$gmm; sample 50 seed=2; q labels=z; m; e; show truth"
says 'another k' '"match":[2,1],"share":' --json \
    -c "$gmm; sample 50 seed=2; model gmm k=3 columns=1" \
    -c 'theta pi=.3,.3,.4 mu=4,2,9 Sigma=.1,.1,.1; show truth'
says 'no θ yet' 'there is no θ yet to compare' -c "$gmm; sample 50; show truth"

# The truth goes with the state, and only with these data.
"$EMSTEP" -q -c "$gmm; sample 50 seed=2; save s.json; $theirs; show truth" >one
"$EMSTEP" -q -c "open s.json; $theirs; show truth" >two
cmp one two || { echo 'open has another truth'; cat one two; bad=1; }
for change in '/"truth"/,$ s/k=2/k=3/' '/"truth"/,$ s/gmm/gnm/' '/"name": "z"/,$ s/^ *2\.0,/7,/'; do
    sed "$change" s.json >odd.json
    cmp -s s.json odd.json && { echo "$change changes nothing"; bad=1; }
    if "$EMSTEP" -q -c 'open odd.json' >printed 2>&1; then
        echo "a truth changed by $change was opened"
        bad=1
    fi
done
grep -q 'none of 1 … 2' printed || { echo 'the last of them:'; cat printed; bad=1; }
check 'other data' 1 "$EMSTEP" -q -c "$gmm; sample 50; load coins; show truth" <<'END'
-c:1:113: nobody knows the truth of these data: they were not drawn by sample
  …ma=0.01,0.04; sample 50; load coins; show truth
                                        ^~~~
  sample 200 draws data from the model at its θ
END

# A name that must be quoted, and one that the labels would have.
printf 'z,a b\n1,2\n3,5\n2,2\n4,1\n' >names.csv
says 'names' '"columns":["z","a b","z_"]' --json \
    -c 'load names.csv; model gmm k=1; theta pi=1 mu=0,0 Sigma=1,0,0,1; sample 5'
check 'a model that has no draws' 1 "$EMSTEP" -q -c 'load sim_ising_6x8' \
    -c 'model ising rows=6 cols=8 J=0.4 columns=x; theta sigma2=1; sample 3' <<'END'
-c:1:60: ising cannot be drawn from
  model ising rows=6 cols=8 J=0.4 columns=x; theta sigma2=1; sample 3
                                                             ^~~~~~
  the mixtures, mvn, ppca, fa, hmm and linkage can
END

# ---- restarts ----

says 'the best is marked' 'best' -q -c 'load galaxies; model gmm k=3; restarts 10; mark'
says 'and stays where it is' '-769.6' --json -c 'load galaxies; model gmm k=3; restarts 10 seed=1' \
    -c 'step 3; goto best; print loglik'
"$EMSTEP" -q -c 'load galaxies; model gmm k=12; restarts 10' | grep -q 'degenerate: [0-9]' ||
    { echo 'no word of degenerate starts'; bad=1; }
says 'no start comes to an end' 'help prior' -q -c 'load names.csv; model gmm k=4; restarts 2'
grep -q 'each of 2 starts was refused a step: seed 1, ' printed || { cat printed; bad=1; }

# ---- select ----

check 'select' 0 "$EMSTEP" -q -c 'load faithful; model gmm k=2; select k=1:3 method=kmeans' <<'END'
  k         ℓ   p      AIC      BIC      ICL  refused  best by
  1  −1289.80   5  2589.59  2607.62  2607.62        0
  2  −1130.26  11  2282.53  2322.19  2322.70        0  BIC, ICL
  3  −1114.44  17  2262.88  2324.18  2351.35        0  AIC
  small is good; each is the best of 5 starts (kmeans); θ is as it was
END
check 'no log-likelihood' 1 "$EMSTEP" -q -c 'load faithful; model vbgmm k=2; select k=1:2' <<'END'
-c:1:33: vbgmm has no log-likelihood that AIC, BIC and ICL could be made from
  load faithful; model vbgmm k=2; select k=1:2
                                  ^~~~~~
  they compare models by ℓ at its maximum: gmm, poisson, ppca …
END
check 'a prior' 1 "$EMSTEP" -q -c 'load faithful; model gmm k=2; prior dirichlet=2; select k=1:2' <<'END'
  dirichlet  2  2
-c:1:50: AIC, BIC and ICL are made at a maximum of ℓ, and there is a prior
  load faithful; model gmm k=2; prior dirichlet=2; select k=1:2
                                                   ^~~~~~
  prior off, then select
END

exit $bad
