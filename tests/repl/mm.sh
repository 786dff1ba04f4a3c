#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Models without a latent variable, and one whose θ is a factor of q: how a session with them reads.
. tests/repl/lib

check 'iterative scaling, then Newton' 0 "$EMSTEP" \
    -c 'load jaynes_die; model maxent targets=4.5' \
    -c 'init; m gis; m newton; ledger; show stats; e' <<'END'
jaynes_die: 6 rows, 1 column (face), nothing missing
maxent: 6 outcomes, 1 feature: mean of face = 4.5; θ has lambda
     needs a start: init, or theta
          face
  lambda     0
1M   f −1.66381  g −1.70948  f − g 0.0456632
      +0.127946                              ✓
2M   f −1.61387
     +0.0499442
  given up: f(θ₂) ≥ f(θ₁)
            Newton's parabola is no minoriser: its top may overshoot
  p: probability of outcome i
  Ef: mean of feature j
  target: what it must be
  p       0.0574236  0.0819182  0.116861  0.166710  0.237821  0.339266
               face
  Ef        4.46339
  target        4.5
2E   f −1.61387  g −1.61387  f − g 0
     the surrogate touches f at θ₂ ✓
END
check 'newton may overshoot' 0 "$EMSTEP" \
    -c 'load jaynes_die; model maxent targets=4.5; theta lambda=3; m newton' <<'END'
jaynes_die: 6 rows, 1 column (face), nothing missing
maxent: 6 outcomes, 1 feature: mean of face = 4.5; θ has lambda
     needs a start: init, or theta
1M   f −81.3856
       −76.8346
     f fell, as it may: Newton's parabola is no minoriser: its top may overshoot
END
check 'no distribution has that mean' 1 "$EMSTEP" \
    -c 'load jaynes_die; model maxent targets=6.5; init; e; m' <<'END'
jaynes_die: 6 rows, 1 column (face), nothing missing
maxent: 6 outcomes, 1 feature: mean of face = 6.5; θ has lambda
     needs a start: init, or theta
          face
  lambda     0
0E   f −1.79176  g −1.79176  f − g 0
     the surrogate touches f at θ₀ ✓
-c:1:53: the target 6.5 is outside the range [1, 6] of 'face': no distribution has that mean
  load jaynes_die; model maxent targets=6.5; init; e; m
                                                      ^
  take a target strictly between 1 and 6
END
check 'gis is of maxent' 1 "$EMSTEP" \
    -c 'load jaynes_die; model gmm k=1; init; m gis' <<'END'
jaynes_die: 6 rows, 1 column (face), nothing missing
gmm: 1-D, K = 1, full covariance; θ has pi mu Sigma
     needs a start: init, or theta
  pi           1
  mu           3
  Sigma  2.91667
-c:1:39: m gis is no step of gmm
  load jaynes_die; model gmm k=1; init; m gis
                                        ^
  m alone is the exact M-step
END
check 'a ranking' 1 "$EMSTEP" \
    -c 'load citations; model bradley-terry items=Biometrika,"Comm Statist",JASA,JRSS-B' \
    -c 'init; e; m; ledger; e hard' <<'END'
citations: 12 rows, 3 columns (winner (text), loser (text), wins), nothing
     missing
bradley-terry: 4 items, 3727 comparisons; θ has skill[4]
     needs a start: init, or theta
         Biometrika  Comm Statist  JASA  JRSS-B
  skill           1             1     1       1
0E   f −2583.36  g −2583.36  f − g 0
     the surrogate touches f at θ₀ ✓
1M   f −1665.93  g −1849.99  f − g 184.060
       +917.426    +733.366       +184.060   ✓
  claim                     left        right
  g(q₁,θ₁) ≥ g(q₁,θ₀)   −1849.99  ≥  −2583.36  ✓ the M-step
  f(θ₁) ≥ f(θ₀)         −1665.93  ≥  −2583.36  ✓ the surrogate touched
  g ≤ f                 −1849.99  ≤  −1665.93  ✓ a minoriser
  f − g ≥ 0              184.060  ≥         0  ✓ a minoriser
  ∇g = ∇f at the touch   1039.76  =   1039.76  ✓ Fisher's identity
-c:1:21: q is the point at which the surrogate touches: nothing of it can be hard or tempered
  init; e; m; ledger; e hard
                      ^
  e alone is the exact E-step
END
check 'its numbers have names' 0 "$EMSTEP" -q \
    -c 'load citations; model bradley-terry; init; step' \
    -c 'print normalised[4]; show theta; show stats' <<'END'
0E   f −2583.36  g −2583.36  f − g 0
     the surrogate touches f at θ₀ ✓
1M   f −1665.93  g −1849.99  f − g 184.060
       +917.426    +733.366       +184.060   ✓
0.342306
         Comm Statist  Biometrika     JASA   JRSS-B
  skill      0.121838     1.38926  1.17729  1.39921
  normalised: skill / Σ skill
  log_ratio_to_first: log skill − log skill of the first
                      Comm Statist  Biometrika      JASA    JRSS-B
  normalised             0.0298067    0.339873  0.288014  0.342306
  log_ratio_to_first             0     2.43384   2.26828   2.44097
END
check 'one factor of q' 1 "$EMSTEP" \
    -c 'load galaxies; model vbgmm k=2; init quantile; e; m; ledger; show terms; m damp=0.5' <<'END'
galaxies: 82 rows, 1 column (velocity), nothing missing
vbgmm: 1-D, K = 2, variational: θ is the factor q(π,μ,Λ); θ has alpha[2] m[2]
     beta[2] nu[2] W[2]
     needs a start: init, or theta
  alpha         41.5         41.5
  m          17834.9      23821.4
  beta            42           42
  nu              42           42
  W      2.05003e−09  2.05003e−09
0E   ELBO −824.434  Q −847.258  S 22.8238
1M   ELBO −819.048  Q −841.600  S 22.5511
          +5.38594    +5.65864  −0.272695  ✓
  claim                          left        right
  ELBO(q₁,θ₁) ≥ ELBO(q₁,θ₀)  −819.048  ≥  −824.434  ✓ the M-step
                                          value    by this M
  ℓ(θ₁)         log-likelihood      intractable
  ELBO(q₁,θ₁)   Q + S                  −819.048     +5.38594
  KL(q₁‖p)      −S − H              intractable
  Q(q₁,θ₁)      E_q log p(x,z|θ)       −841.600     +5.65864
  H(q₁,θ₁)      E_q log p(z|x,θ)    intractable
  S(q₁)         entropy of q            22.5511    −0.272695
  E log p(X)    E_q log p(X|Z,μ,Λ)     −795.329     +4.74587
  E log p(Z)    E_q log p(Z|π)         −57.2464   +0.0886542
  E log p(π)    E_q log p(π)          −0.444441  +0.00108171
  E log p(μ,Λ)  E_q log p(μ,Λ)          11.4201    +0.823029
  E log q(Z)    E_q log q(Z)           −41.6958            0
  E log q(π)    E_q log q(π)            1.49082  +0.00109051
  E log q(μ,Λ)  E_q log q(μ,Λ)          17.6539    +0.271605
-c:1:74: damp= does not suit vbgmm: its θ is a factor of q, and on the straight line to the M-step's answer the ELBO may fall
  … quantile; e; m; ledger; show terms; m damp=0.5
                                        ^
  m moves all of the way; m only=BLOCK moves a part of θ
END
check 'its prior stays' 1 "$EMSTEP" -q \
    -c 'load galaxies; model vbgmm k=2; prior; prior off' <<'END'
  alpha0          0.5
  beta0             1
  m0          20828.2
  W0      4.86053e−08
  nu0               1
-c:1:40: the prior is a part of vbgmm: it can be changed, and not taken away
  load galaxies; model vbgmm k=2; prior; prior off
                                         ^~~~~
  prior shows it; model vbgmm … again has the one it began with
END

exit $bad
