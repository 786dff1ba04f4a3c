#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What happens to one row: show points, show ratio, show stats, plot e I, plot jensen I.
. tests/repl/lib

cd "$TMPDIR" || exit 1
coins='load coins; model binomial; theta pi=.5,.5 p=.6,.5'

check 'points: the largest gap first, and the sum of all' 0 "$EMSTEP" -q -c "$coins; e; m" \
    -c 'show points n=2; show points rows=1:2; show points sort=loglik n=1; e; show points n=1' <<'END'
0E   ℓ −11.3206  ELBO −11.3206  KL 0         Q −14.3797  H −3.05908  S 3.05908
     the bound touches ℓ at θ₀ ✓
1M   ℓ −10.0774  ELBO −10.1285  KL 0.0511021 Q −13.1876  H −3.11019  S 3.05908
       +1.24321       +1.19210    +0.0511021   +1.19210  −0.0511021          0 ✓
  row  log p(x,1)  log p(x,2)   γ k=1   γ k=2       ℓᵢ      Sᵢ       KLᵢ
    4     −4.0110     −2.9565  0.3522  0.6478  −2.6576  0.6488   0.02147
    2     −2.5052     −4.3597  0.8050  0.1950  −2.3598  0.4934   0.01367
    Σ                          2.9870  2.0130  −10.077  3.0591  0.051102
  2 of 5 rows, the largest gap first; Σ is over all of them: show points sort= rows=A:B n=
  row  log p(x,1)  log p(x,2)   γ k=1   γ k=2       ℓᵢ      Sᵢ       KLᵢ
    1     −2.9186     −2.4459  0.4491  0.5509  −1.9615  0.6880  0.008815
    2     −2.5052     −4.3597  0.8050  0.1950  −2.3598  0.4934   0.01367
    Σ                          2.9870  2.0130  −10.077  3.0591  0.051102
  2 of 5 rows; Σ is over all of them: show points sort= rows=A:B n=
  row  log p(x,1)  log p(x,2)   γ k=1   γ k=2       ℓᵢ      Sᵢ       KLᵢ
    4     −4.0110     −2.9565  0.3522  0.6478  −2.6576  0.6488   0.02147
    Σ                          2.9870  2.0130  −10.077  3.0591  0.051102
  1 of 5 rows, the least likely first; Σ is over all of them: show points sort= rows=A:B n=
1E   ℓ −10.0774  ELBO −10.0774  KL 0         Q −12.8734  H −2.79600  S 2.79600
              0     +0.0511021  −0.0511021    +0.314189   +0.314189  −0.263087 ✓
     the bound touches ℓ at θ₁ ✓
  row  log p(x,1)  log p(x,2)   γ k=1   γ k=2       ℓᵢ      Sᵢ  KLᵢ
    1     −2.9186     −2.4459  0.3840  0.6160  −1.9615  0.6660    0
    Σ                          2.9544  2.0456  −10.077  2.7960    0
  1 of 5 rows; Σ is over all of them: show points sort= rows=A:B n=
END
check 'sort=gap needs q' 1 "$EMSTEP" -q -c "$coins; show points sort=gap" <<'END'
-c:1:65: sort=gap needs q
  load coins; model binomial; theta pi=.5,.5 p=.6,.5; show points sort=gap
                                                                  ^~~~~~~~
  take an `e` first, or set one with q
END
check 'ratio' 0 "$EMSTEP" -q -c "$coins; e; m; show ratio n=2; e; show ratio rows=4; q hard" \
    -c 'show ratio rows=4' <<'END'
0E   ℓ −11.3206  ELBO −11.3206  KL 0         Q −14.3797  H −3.05908  S 3.05908
     the bound touches ℓ at θ₀ ✓
1M   ℓ −10.0774  ELBO −10.1285  KL 0.0511021 Q −13.1876  H −3.11019  S 3.05908
       +1.24321       +1.19210    +0.0511021   +1.19210  −0.0511021          0 ✓
  row      w k=1      w k=2  max/min     p(x|θ)
    4  0.0514415  0.0802639  1.56030  0.0701139
    2   0.101440  0.0655454  1.54763  0.0944401
  2 of 5 rows, the most uneven first: show ratio rows=A:B n=
  w varies by a factor of 1.560 in row 4; an e makes it p(x|θ), whatever z
1E   ℓ −10.0774  ELBO −10.0774  KL 0         Q −12.8734  H −2.79600  S 2.79600
              0     +0.0511021  −0.0511021    +0.314189   +0.314189  −0.263087 ✓
     the bound touches ℓ at θ₁ ✓
  row      w k=1      w k=2  max/min     p(x|θ)
    4  0.0701139  0.0701139        1  0.0701139
  1 of 5 rows: show ratio rows=A:B n=
  q is the posterior: w is p(x|θ), whatever z
1q   ℓ −10.0774  ELBO −11.6593  KL 1.58195   Q −11.6593  H −1.58195  S 0
              0       −1.58195    +1.58195     +1.21404    +1.21404  −2.79600
  row  w k=1      w k=2  max/min     p(x|θ)
    4      –  0.0519985        1  0.0701139
  1 of 5 rows: show ratio rows=A:B n=
  w is constant where q has mass, which need not be everywhere
END
check 'ratio of one Z' 0 "$EMSTEP" -q -c 'load linkage; model linkage columns=count; theta p=0.1' \
    -c 'e; m; show ratio n=3; show stats; print Z[1]' <<'END'
0E   ℓ −64.4822  ELBO −64.4822  KL 0         Q −66.7551  H −2.27291  S 2.27291
     the bound touches ℓ at θ₀ ✓
1M   ℓ −9.80123  ELBO −22.4927  KL 12.6915   Q −24.7657  H −14.9644  S 2.27291
       +54.6810       +41.9894    +12.6915     +41.9894    −12.6915          0 ✓
  Z      q(Z)     p(X,Z|θ)         w(Z)
  5  0.164584  5.91554e−12  3.59423e−11
  6  0.164584  3.03185e−11  1.84213e−10
  7  0.139897  1.32081e−10  9.44131e−10
  3 of 126 values, the likeliest under q first: show ratio n=
  p(X|θ) = 5.53836e−05
  w varies by a factor of 5.178e+88; an e makes it p(X|θ), whatever z
  Z: E Z = y1·psi, those of the first cell's p/4
  Z  5.95238
5.95238
END
check 'stats' 0 "$EMSTEP" -q -c "$coins; e; show stats; print heads[1] / tosses[1]; m; print p[1]" <<'END'
0E   ℓ −11.3206  ELBO −11.3206  KL 0         Q −14.3797  H −3.05908  S 3.05908
     the bound touches ℓ at θ₀ ✓
  N: Σ γ, so many rows are k's
  heads: Σ γ·heads, those of coin k
  tosses: Σ γ·tosses
  N       2.98697  2.01303
  heads   21.2975  11.7025
  tosses  29.8697  20.1303
0.713012
1M   ℓ −10.0774  ELBO −10.1285  KL 0.0511021 Q −13.1876  H −3.11019  S 3.05908
       +1.24321       +1.19210    +0.0511021   +1.19210  −0.0511021          0 ✓
0.713012
END
check 'no stats without q' 1 "$EMSTEP" -q -c "$coins; show stats" <<'END'
-c:1:53: show stats needs q: these are expectations under it
  load coins; model binomial; theta pi=.5,.5 p=.6,.5; show stats
                                                      ^~~~
  take an `e` first, or set one with q
END
check 'a chain' 1 "$EMSTEP" -q -c 'load faithful; model hmm columns=waiting; init; show points' <<'END'
-c:1:49: the rows of hmm are chained: its terms are no sums over rows
  load faithful; model hmm columns=waiting; init; show points
                                                  ^~~~
  show terms has the whole; rows have shares in gmm, binomial, poisson, exponential, bernoulli, mvn, ppca, fa, denoise, FILE.lua
END
check 'pictures of a row' 0 "$EMSTEP" -q -c "$coins; e; m" -c 'plot e 3 output=e.csv' \
    -c 'plot e 3 jensen 2 bound jensen ratio output=b.svg' -c 'replot output=c.gp' <<'END'
0E   ℓ −11.3206  ELBO −11.3206  KL 0         Q −14.3797  H −3.05908  S 3.05908
     the bound touches ℓ at θ₀ ✓
1M   ℓ −10.0774  ELBO −10.1285  KL 0.0511021 Q −13.1876  H −3.11019  S 3.05908
       +1.24321       +1.19210    +0.0511021   +1.19210  −0.0511021          0 ✓
e 3 → e.csv
e 3, jensen 2, bound, jensen, ratio → b.svg
e 3, jensen 2, bound, jensen, ratio → c.gp
END
check 'the numbers' 0 cut -d, -f1,2,4 e.csv <<'END'
series,x,text
weighted1,1,
words,1,γ = 0.7812
weighted2,2,
words,2,γ = 0.2188
END
check 'the window ends above the curves' 0 "$EMSTEP" -q -c 'load noisy_five; model gmm k=2' \
    -c 'theta pi=0.2,0.8 mu=2,4 Sigma=1,1; plot e 1 output=w.gp' <<'END'
e 1 → w.gp
END
check 'by a twelfth' 0 grep -o 'yrange .0:0.357' w.gp <<'END'
yrange [0:0.357
END
check 'few rows, and a q set by hand to the posterior' 0 "$EMSTEP" -q \
    -c "$coins; q uniform; plot ratio output=r.gp" \
    -c 'load linkage; model linkage columns=count; theta p=.5; q set .2; plot bound along=p output=g.csv' <<'END'
0q   ℓ −11.3206  ELBO −11.7725  KL 0.451911  Q −15.2382  H −3.91765  S 3.46574
ratio → r.gp
0q   ℓ −10.3030  ELBO −10.3030  KL 0         Q −13.2183  H −2.91526  S 2.91526
bound → g.csv
END
check 'each row has its number' 0 grep xtics r.gp <<'END'
set xtics noenhanced ("1" 1, "2" 2, "3" 3, "4" 4, "5" 5)
END
check 'no gap but rounding' 0 grep -o 'KL = .*' g.csv <<'END'
KL = 0
END
check 'no such row' 1 "$EMSTEP" -q -c "$coins; e; plot bound e 6" <<'END'
0E   ℓ −11.3206  ELBO −11.3206  KL 0         Q −14.3797  H −3.05908  S 3.05908
     the bound touches ℓ at θ₀ ✓
-c:1:69: row is 6; it must be at most 5
  load coins; model binomial; theta pi=.5,.5 p=.6,.5; e; plot bound e 6
                                                                      ^
END
check 'no number' 1 "$EMSTEP" -q -c "$coins; e; plot e tree" <<'END'
0E   ℓ −11.3206  ELBO −11.3206  KL 0         Q −14.3797  H −3.05908  S 3.05908
     the bound touches ℓ at θ₀ ✓
-c:1:63: row: 'tree' is not a whole number, 0 or more
  load coins; model binomial; theta pi=.5,.5 p=.6,.5; e; plot e tree
                                                                ^~~~
  plot e I: a row; without it one that has much to show
END
check 'a word too many' 0 sh -c '"$EMSTEP" -q -c "$1; e; plot e 3 4" 2>&1 | sed -n 3p' sh "$coins" <<'END'
-c:1:65: no picture '4'
END
check 'autoplot' 0 sh -c '"$EMSTEP" -q -c "$1" 2>&1 | grep -E "row|autoplot"' sh \
    "$coins; set autoplot 'e 4'; e; show settings" <<'END'
                 binomial, 0E   row 4: the weighted densities
  autoplot      e 4        pictures drawn after each half-step
END
check 'autoplot of a word too many' 1 "$EMSTEP" -q -c "set autoplot 'bound 3'" <<'END'
-c:1:14: plot bound takes no word after it: '3'
  set autoplot 'bound 3'
               ^~~~~~~~~
  help plot bound
END
exit $bad
