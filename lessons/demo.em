# A demonstration of 10 minutes: EM by half-steps, for people who have never seen it.
#     emstep replay lessons/demo.em          Enter goes on; between two steps the prompt is live
#     emstep lessons/demo.em                 all of it at once
# The clock at the head of each part says when it should begin.

# [0:00] Two coins, five sets of ten tosses. Each set was tossed with one of the coins; which one,
# nobody wrote down. How often does each coin fall on heads?
load coins
data head
model binomial k=2 columns=heads,tosses
freeze pi

# If we knew the coin of each set, we would count. If we knew the chances, we would weigh each set.
# We know neither, so we begin with a poor guess: 0.6 and 0.5.
theta pi=0.5,0.5 p=0.6,0.5

# [1:30] The E-step weighs. Ask: 9 heads in 10, which coin? And how sure should one be?
e
show q
explain e 2
expect approx(q(2,1), 0.805, 1e-3)

# The other half of what it did: the lower bound now touches the log-likelihood. KL, the gap, is 0.

# [3:00] The M-step counts, each set in two parts. Ask first: which of ℓ, ELBO, KL will change?
show stats
m
theta
expect approx(p[1], 0.713, 1e-3) and approx(p[2], 0.5813, 1e-3)

# [4:30] The picture to remember. The lower curve is the bound made at the old θ: it touches ℓ there,
# and M went to its peak. ℓ lies above the bound, so ℓ rose at least as much.
plot bound

# Why is that so? One sentence for each term, with its numbers.
why

# [6:00] Take turns. Each E lifts the bound to ℓ, each M climbs the bound.
e
m
plot bound history=3
run
theta
plot trace
expect approx(p[1], 0.7968, 1e-3) and approx(p[2], 0.5196, 1e-3)

# [7:30] The same two steps on another hill: 272 eruptions of the geyser Old Faithful.
load faithful
model gmm k=2 columns=eruptions,waiting
init kmeans++ seed=1
run
plot density
expect approx(loglik, -1130.264, 1e-6)

# A new eruption lasted 3 minutes, 65 minutes after the last. A short one or a long one?
predict 3 65

# [9:00] And what if q is not the posterior? Then the bound does not touch, and ℓ may fall.
q uniform
m
expect loglik < prev.loglik "without the touch ℓ falls"

# That is all: touch, climb. The first lesson is the same with your own hands: emstep lesson two-coins

# [10:00] The end.
