# A lab session of 90 minutes: eight exercises at the prompt, with answers that check themselves.
#     emstep replay lessons/lab.em        each exercise stops at a live prompt: try there, by hand;
#                                         Enter on an empty line plays the answer
#     emstep lessons/lab.em               the answer sheet
# The clock at the head of each exercise says when it should begin.

# [0:00] Exercise 1: the M-step is counting. Five sets of tosses, two coins.
load coins
data head
model binomial k=2 columns=heads,tosses
freeze pi
theta pi=0.5,0.5 p=0.5,0.5

# A note says that the coins were B, A, A, B, A. On paper: p₁ and p₂? Then set q row by row, as in
# q set 1 0 1, and take m.
q uniform
q set 1 0 1; q set 2 1 0; q set 3 1 0; q set 4 0 1; q set 5 1 0
m
theta
expect approx(p[1], 24/30, 1e-12) and approx(p[2], 9/20, 1e-12)

# [10:00] Exercise 2: the E-step is weighing. At p = 0.6 and 0.5, with equal shares: how sure are you
# that the first coin tossed row 2, 9 heads in 10? On paper first: 0.6⁹·0.4 and 0.5¹⁰. Then e.
theta p=0.6,0.5
e
explain e 2
expect approx(q(2,1), 0.6^9*0.4/(0.6^9*0.4 + 0.5^10), 1e-12)

# [20:00] Exercise 3: predict. Write down which of ℓ, ELBO, KL, Q, H, S change in m. Then in e. Take
# both, and compare with why.
m
why
e
why

# [30:00] Exercise 4: the bound. Find a q, set by hand, for which the next M-step LOWERS ℓ. (How far
# below ℓ must the bound hang for that?)
run
q uniform
m
expect loglik < prev.loglik "ℓ fell"

# [42:00] Exercise 5: two normals by hand. Old Faithful, eruptions, and a first guess at θ.
load faithful
model gmm k=2 columns=eruptions
theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25
show terms

# Bring ℓ above −300 without any step: look at plot density, move pi, mu and Sigma with theta.
theta pi=0.35,0.65 mu=2,4.3 Sigma=0.06,0.2
show terms
plot density
expect loglik > -300

# How much better can EM do?
run
theta
expect approx(loglik, -276.36, 1e-5)

# [55:00] Exercise 6: where one begins. Galaxies, three components.
load galaxies
model gmm k=3

# Try several starts: init random seed=1, then run, and so on. Note ℓ. Who finds another one than their
# neighbours?
init random seed=14
run
expect approx(loglik, -778.516, 1e-5)

# Now let the machine try twenty. How many starts would you want for a paper?
restarts 20 seed=1
plot optima

# [67:00] Exercise 7: how fast. Linkage data from p = 0.5, to the limit.
load linkage
model linkage columns=count
theta p=0.5
run tol=1e-14
print at("1M").p, at("2M").p, p

# On paper: the error of 1M, and that of 2M. By which factor did it shrink? What will 3M have?
print (at("2M").p - p)/(at("1M").p - p), at("3M").p
plot rate
show rate
expect approx(p[1], 0.62682149787, 1e-7)

# [77:00] Exercise 8: a model of your own. Widows by number of children. Read models/inflated.lua
# beside this file and fit it, from ξ = 0.75 and λ = 0.4. Then copy it, change something, and see what
# the ledger says.
load widows
model inflated.lua columns=children weights=families
theta xi=0.75 lambda=0.4
run
theta
ledger
expect approx(loglik, -3351.652020, 1e-6)

# [90:00] The end. notes: record FILE keeps your commands, export FILE.html makes a page of them.
