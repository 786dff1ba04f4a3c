#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A chain's q: known states, pairs by row, and what would break it.
. tests/repl/lib

hmm='load sim_hmm_60; model hmm columns=x; theta pi=.5,.5 A=.7,.3,.3,.7 mu=-.5,3 Sigma=1,1'

check 'known states' 0 "$EMSTEP" -q -c "$hmm; q labels=z; m; show theta" -c 'show q rows=19:20' <<'END'
0q   ℓ −107.304  ELBO −114.788  KL 7.48395   Q −114.788  H −7.48395  S 0
1M   ℓ −92.8022  ELBO −100.724  KL 7.92231   Q −100.724  H −7.92231  S 0
       +14.5023       +14.0639   +0.438353     +14.0639   −0.438353    0 ✓
  pi             0         1
  A[1]    0.864865  0.135135
  A[2]    0.272727  0.727273
  mu     0.0170994   2.59247
  Sigma   0.912914  0.394738
  row  gamma k=1  gamma k=2
   19          1          0
   20          1          0
  row  xi[1,1]  xi[1,2]  xi[2,1]  xi[2,2]
   19        1        0        0        0
   20        1        0        0        0
  … 60 rows in all: show q rows=A:B
END
check 'pairs end one row before the rows do' 0 "$EMSTEP" -q -c "$hmm; e; show q rows=59:60" <<'END'
0E   ℓ −107.304  ELBO −107.304  KL 0         Q −113.840  H −6.53601  S 6.53601
     the bound touches ℓ at θ₀ ✓
  row  gamma k=1    gamma k=2
   59   0.999304  0.000695763
   60   0.996420   0.00358038
  row   xi[1,1]     xi[1,2]      xi[2,1]      xi[2,2]
   59  0.995737  0.00356707  0.000682452  1.33105e−05
END
check 'a row alone' 1 "$EMSTEP" -q -c "$hmm; q uniform; q set 3 0.5 0.5" <<'END'
0q   ℓ −107.304  ELBO −222.548  KL 115.243   Q −264.136  H −156.832  S 41.5888
-c:1:99: the rows of hmm's q cannot be set one by one: q is a Markov chain, and a row changed alone would break it
  ….3,.7 mu=-.5,3 Sigma=1,1; q uniform; q set 3 0.5 0.5
                                        ^
  q load FILE sets all of q; q uniform and q random do too
END
check 'some rows alone' 1 "$EMSTEP" -q -c "$hmm; e; e rows=2:3" <<'END'
0E   ℓ −107.304  ELBO −107.304  KL 0         Q −113.840  H −6.53601  S 6.53601
     the bound touches ℓ at θ₀ ✓
-c:1:91: the rows of hmm's q cannot be refreshed one by one: q is a Markov chain, and a row changed alone would break it
  …A=.7,.3,.3,.7 mu=-.5,3 Sigma=1,1; e; e rows=2:3
                                        ^
  e alone refreshes all of q
END
check 'no new points' 1 "$EMSTEP" -q -c "$hmm; predict 1" <<'END'
-c:1:88: hmm has no new points to predict
  ….5 A=.7,.3,.3,.7 mu=-.5,3 Sigma=1,1; predict 1
                                        ^~~~~~~
  its rows are one sequence, in which each depends on the others
END

exit $bad
