#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# why: what it says at the start, after each half-step, and where ℓ falls; within 80 columns.
. tests/repl/lib

start='load faithful; model gmm k=2 columns=eruptions
theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25'

check 'before a start' 1 "$EMSTEP" -q -c 'load faithful; model gmm k=2; why' <<'END'
-c:1:31: why needs θ: init makes a start, theta sets one by hand
  load faithful; model gmm k=2; why
                                ^~~
END

check 'a start' 0 "$EMSTEP" -q -c "$start" -c why <<'END'
This is a start: θ₀ was chosen, and no half-step has been taken yet.
  ℓ is −333.686 to begin with; it depends on θ alone.
END

check 'an M after an exact E' 0 "$EMSTEP" -q -c "$start
e; m; why" <<'END'
0E   ℓ −333.686  ELBO −333.686  KL 0         Q −339.666  H −5.98011  S 5.98011
     the bound touches ℓ at θ₀ ✓
1M   ℓ −282.920  ELBO −289.012  KL 6.09274   Q −294.992  H −12.0729  S 5.98011
       +50.7668       +44.6740    +6.09274     +44.6740    −6.09274          0 ✓
M moved θ₀ to θ₁: θ₁ is where Q is largest; q₁ stayed.
  ℓ rose by 50.7668 = 44.6740 + 6.09274: the bound touched it at θ₀ and rose by
    44.6740, and ℓ lies above the bound by the gap that opened.
  ELBO rose by 44.6740, just as Q did: S does not depend on θ, so to raise Q is
    to raise the bound.
  KL opened from 0 to 6.09274, just what H lost: the posterior moved with θ, and
    q₁ stayed behind.
  Q rose by 44.6740: θ₁ is where Q is largest.
  H fell by 6.09274: q₁ was the posterior at θ₀, so H(q₁,·) was at its largest
    there (Gibbs).
  S stayed at 5.98011: it depends on q alone, and M leaves q alone.
END

# A file's own M-step that misses the top is not believed.
"$EMSTEP" -q -c 'load widows; model lessons/models/broken/step.lua columns=children weights=families
theta xi=.615 lambda=1.038; e; explain m lambda; explain m xi; m; why' >"$TMPDIR/missed" 2>&1
for said in ' not 0: Q is higher just above, this is no top of it' ' ≈ 0: the top of Q along it' \
    ': θ₁ is where Q should be largest; q₁ stayed.' 'no step here promises that; see'; do
    grep -qF "$said" "$TMPDIR/missed" || { echo "not said:$said"; cat "$TMPDIR/missed"; bad=1; }
done

check 'an M that lowers ℓ' 0 "$EMSTEP" -q -c "$start
e; q uniform; m; why" <<'END'
0E   ℓ −333.686  ELBO −333.686  KL 0         Q −339.666  H −5.98011  S 5.98011
     the bound touches ℓ at θ₀ ✓
0q   ℓ −333.686  ELBO −1648.25  KL 1314.57   Q −1836.79  H −1503.10  S 188.536
              0       −1314.57    +1314.57     −1497.12    −1497.12   +182.556
1M   ℓ −421.417  ELBO −421.417  KL 0         Q −609.953  H −188.536  S 188.536
       −87.7307       +1226.84  −1314.57       +1226.84    +1314.57          0 ✓
     ℓ fell, as it may: q was not the posterior at the θ that M started from
M moved θ₀ to θ₁: θ₁ is where Q is largest; q₂ stayed.
  ℓ fell by 87.7307, as it may: q was not the posterior at the θ that M started
    from, so the bound lay 1314.57 below ℓ; it could rise by 1226.84 and still
    leave ℓ lower.
  ELBO rose by 1226.84, just as Q did: S does not depend on θ, so to raise Q is
    to raise the bound.
  KL shrank by 1314.57: q₂ is nearer to the posterior at θ₁ than it was to the
    one at θ₀.
  Q rose by 1226.84: θ₁ is where Q is largest.
  H rose by 1314.57; it may do either: q was not the posterior at the θ that M
    started from, and only from there does Gibbs say that H cannot rise.
  S stayed at 188.536: it depends on q alone, and M leaves q alone.
END

"$EMSTEP" -q --json -c "$start
e; why" | tail -n 1 >"$TMPDIR/json"
check 'json: what cannot have changed has no change' 0 \
    sed 's/.*\(\[{"term":"loglik","change":[^,]*\).*{"term":"elbo","change":\([^,]*\),.*/\1 \2/' \
    "$TMPDIR/json" <<'END'
[{"term":"loglik","change":0.0 null
END


# q by hand, equal to the posterior by its numbers: the way to a known touch is told.
"$EMSTEP" -c 'load coins' -c 'model binomial k=2 columns=heads,tosses' -c 'freeze pi' \
    -c 'theta pi=0.5,0.5 p=0.5,0.5' -c 'q uniform' -c why -c 'show bound n=2' -c m -c ledger >"$TMPDIR/out" 2>&1
for said in 'this one reaches ℓ' 'an e makes the touch known' 'no touching point: KL is 0 here' \
    'KL was 0 there, but only an e'; do
    grep -q "$said" "$TMPDIR/out" || { echo "not said: $said"; cat "$TMPDIR/out"; bad=1; }
done
# The values of a point stand apart by blanks.
"$EMSTEP" -c 'load coins' -c 'model binomial k=2 columns=heads,tosses' -c 'theta pi=0.5,0.5 p=0.5,0.5' \
    -c 'predict 5,10' 2>&1 | grep -q 'apart by blanks' || { echo 'predict 5,10 has no hint'; bad=1; }

exit $bad
