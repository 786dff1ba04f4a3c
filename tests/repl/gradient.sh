#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# show gradient: the slopes at the touch and beside it, and what is said where nothing touches.
. tests/repl/lib

# Rounding errors of differences are not the same on every machine.
said() { "$EMSTEP" -q -c "$1" -c 'show gradient' | sed 's/ [0-9.]*e−[0-9]*/ …/' | sed -n '/^  along/,$p'; }

start='load faithful; model gmm k=2 columns=eruptions
theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25'

check 'at the touch' 0 said "$start
e" <<'END'
  along                        ∂ℓ        ∂Q  ∂Q formula     ∂ELBO
  log-ratio pi[1]        −36.3106  −36.3106    −36.3106  −36.3106
  mu[1]                   28.9522   28.9522     28.9522   28.9522
  mu[2]                  −133.350  −133.350    −133.350  −133.350
  log Cholesky Sigma[1]  −52.8135  −52.8135    −52.8135  −52.8135
  log Cholesky Sigma[2]  −39.7561  −39.7561    −39.7561  −39.7561
  by differences, in unconstrained coordinates: logs, logits, log-ratios of
    weights to the last one, Cholesky factors of covariances
  ∂Q by differences is ∂Q by its formula, to … ✓
  ∇ELBO = ∇Q: S does not depend on θ, to … ✓
  Fisher's identity: ∇ℓ = ∇Q, to … ✓
END

check 'after M' 0 said "$start
e; m" <<'END'
  along                        ∂ℓ  ∂Q  ∂Q formula  ∂ELBO
  log-ratio pi[1]        −2.19283   0           0      0
  mu[1]                  −25.0820   0           0      0
  mu[2]                  −13.4441   0           0      0
  log Cholesky Sigma[1]  −30.6046   0           0      0
  log Cholesky Sigma[2]   10.9973   0           0      0
  by differences, in unconstrained coordinates: logs, logits, log-ratios of
    weights to the last one, Cholesky factors of covariances
  ∂Q by differences is ∂Q by its formula, to … ✓
  ∇ELBO = ∇Q: S does not depend on θ, to … ✓
  Fisher's identity: ∇ℓ = ∇Q ✗: off by up to 31, as it may be: q is not the
    posterior at this θ: ∇ℓ − ∇Q is −∇H, and H is flat only where the bound
    touches
END

check 'no q' 0 said "$start" <<'END'
  along                        ∂ℓ
  log-ratio pi[1]        −36.3106
  mu[1]                   28.9522
  mu[2]                  −133.350
  log Cholesky Sigma[1]  −52.8135
  log Cholesky Sigma[2]  −39.7561
  by differences, in unconstrained coordinates: logs, logits, log-ratios of
    weights to the last one, Cholesky factors of covariances
  Fisher's identity: ∇ℓ = ∇Q cannot be asked: there is no q here yet: take an e
END

check 'MM' 0 said 'load jaynes_die; model maxent targets=4.5; init; e' <<'END'
  along        ∂f       ∂g
  lambda  1.00000  1.00000
  by differences, in unconstrained coordinates: logs, logits, log-ratios of
    weights to the last one, Cholesky factors of covariances
  the touch: ∇f = ∇g, to … ✓
END

check 'a θ in q' 0 sh -c '"$EMSTEP" -q -c "$1" | tail -n 2' sh \
    'load galaxies; model vbgmm k=2; init; e; show gradient' <<'END'
  Fisher's identity: ∇ℓ = ∇Q cannot be asked: θ is a factor of q here, so there
    is no ℓ(θ)
END

check 'the border' 1 "$EMSTEP" -q -c "$start" -c 'theta pi=1,0; show gradient' <<'END'
-c:1:15: θ lies on the border of its domain: it has no unconstrained coordinates
  theta pi=1,0; show gradient
                ^~~~
  a weight of 0 or a probability of 0 or 1 cannot move along a gradient
END

exit $bad
