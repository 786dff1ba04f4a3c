# Played by `make demo`; by hand: emstep -i lessons/tour.em
set echo on

# A tour of emstep in three minutes: Old Faithful, EM one half-step at a time.

# 272 eruptions of the geyser Old Faithful: how long they last, in minutes.
# Short ones and long ones, but nobody wrote down which is which.
load faithful
model gmm k=2 columns=eruptions
theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25

# The E-step: q becomes the posterior over the missing labels.
# KL closes to 0: the bound ELBO touches the log-likelihood ℓ.
e
show q rows=1:5

# The M-step: θ becomes the maximiser of Q for this q.
# The bound rises, ℓ rises more, and the gap between them is KL.
m
plot bound

# Why did ℓ have to rise? The ledger has each claim with both of its sides.
ledger

# E lifts the bound back to ℓ, M climbs it, and so on, until nothing moves.
step 3
run
plot trace
theta
plot density

# A q need not be the posterior. Then the bound does not touch, and ℓ may fall.
goto 1E
q uniform
m

# Go back in time; predict an eruption of 3 minutes at the optimum.
goto 17E
predict 3

# From here on it is yours: help lists the commands, quit or ^D leaves.
