# A lecture of 45 minutes: what EM is, why it climbs, what it does not promise.
#     emstep replay --type lessons/lecture.em     Enter goes on; between two steps the prompt is live
#     emstep replay --from 12 lessons/lecture.em  begins at step 12: what is before runs unseen
# The clock at the head of each part says when it should begin. set theme projector makes pictures
# legible from the last row.

# [0:00] 1. The chicken and the egg. Two coins, five sets of ten tosses; which coin, nobody wrote down.
load coins
data head
model binomial k=2 columns=heads,tosses
freeze pi
theta pi=0.5,0.5 p=0.6,0.5

# If the coins were known (B, A, A, B, A): counting. On the board: 24 heads in 30, and 9 in 20.
q uniform
q set 1 0 1; q set 2 1 0; q set 3 1 0; q set 4 0 1; q set 5 1 0
m
theta
expect approx(p[1], 0.8, 1e-9) and approx(p[2], 0.45, 1e-9)

# If the chances were known: Bayes.
e
show q
explain e 5

# [6:00] 2. The log of a sum. ℓ has log Σ; its slope ties everything together. Jensen moves the log
# inside, at the price of a gap. Here for row 2, nine heads, with q half and half.
theta p=0.6,0.5
q uniform
explain jensen 2
plot jensen 2

# A q for which nothing is lost: w = p(x,z)/q(z) the same for every z. Which q is that?
show ratio
e
show ratio
expect kl < 1e-9

# On the board: w constant means q(z) = p(x,z)/p(x), the posterior. The constant is p(xᵢ), one for each row.

# [14:00] 3. ℓ = ELBO + KL, for every q. One parameter now, so that the curves are the real ones: 197
# animals in four cells (Dempster, Laird & Rubin 1977). The first cell, 125, has two sources; q says
# which share came from the second. Four shares by hand, then E.
load linkage
model linkage columns=count
theta p=0.5
q set 0.05; q set 0.1; q set 0.3; q set 0.4; e
plot terms

# The ● are ℓ, the same each time: below them each q has its ELBO, and KL is what lacks. E leaves
# nothing. θ has not moved, so neither has ℓ.
expect approx(elbo, loglik)

# [19:00] 4. The bound touches. Once more from p = 0.5, without the guesses. Ask: where will the M-step
# go? To the peak of which curve?
model linkage columns=count
theta p=0.5
e
plot bound along=p
m
plot bound along=p
expect approx(p[1], 0.608247423, 1e-8)

# KL was zero at 0.5 only. It is open again: that is why there is a next E.
why
e
m
plot bound along=p history=1

# [25:00] 5. Why ℓ cannot fall: Q and H. ℓ = Q − H. M raises Q; H falls by itself, since
# H(θ,θₜ) is largest at θₜ: the difference is E log of a ratio (not a ratio of logs), which is −KL.
ledger
plot qh

# Does Q rise from state to state, too? Within M, yes; an E exchanges q, and Q with it. Look at 3M, 3E.
run
show trace
expect at("3E").Q < at("3M").Q "Q fell where the ELBO rose"
plot trace

# [31:00] 6. Mixtures of normals. Old Faithful: length of an eruption, wait for it.
load faithful
model gmm k=2 columns=eruptions,waiting
theta pi=0.5,0.5 mu=2,80,4,55 Sigma=1,0,0,100,1,0,0,100
e
plot density
step 4
plot density
run
plot density
explain m pi[1]
expect approx(loglik, -1130.264, 1e-6)

# [36:00] 7. What is not promised. Two equal coins: a stationary point, and not a maximum.
load coins
model binomial k=2 columns=heads,tosses
freeze pi
theta pi=0.5,0.5 p=0.5,0.5
run
expect approx(p[1], 0.66, 1e-6) and approx(p[2], 0.66, 1e-6)

# ℓ = −10.28, and EM stays. A nudge of a hundredth, and it leaves for −9.80: that was a saddle.
theta p=0.67,0.65
run
expect approx(loglik, -9.7969, 1e-4)

# A component that sits on one point: its density has no limit, and neither has ℓ.
load galaxies
model gmm k=2
theta pi=0.5,0.5 mu=20828,9172 Sigma=20000000,100
show terms
let before=loglik
theta Sigma[2]=0.0001
print before, loglik
expect loglik > before "a narrower peak on one point has the higher ℓ"

# [40:00] 8. Relatives. A hard q is not the posterior, so ℓ may fall; the ELBO falls once, at the first
# hard E, and climbs from there. (With normals, equal weights and only the means moved: k-means.)
load coins
model binomial k=2 columns=heads,tosses
freeze pi
theta pi=0.5,0.5 p=0.6,0.5
e
m
e hard
m
ledger

# And no latent variable at all: any g that touches f from below will do. Seven baseball teams.
load baseball
model bradley-terry
init
e
m
plot bound
ledger

# [44:00] Touch from below, climb, touch again. The lessons take it from here: emstep lessons

# [45:00] The end.
