# One picture of every kind, for people to look at: `make pictures` runs this in tests/pictures.
# (The numbers in them are held by tests/unit/test_pictures_all.c.)
load faithful
model gmm k=2 columns=eruptions
theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25
e
m
plot bound output=bound.png
plot qh output=qh.png
plot density output=density.png
plot q output=q.png
plot e 3 output=e.png
plot jensen 3 output=jensen.png
plot ratio output=ratio.png
prior dirichlet=30,30 m0=3.5 kappa0=2 S0=0.5 nu0=4
plot prior pi output=prior.png
prior off
step 4
plot terms output=terms.png
plot trace output=trace.png
run rule=theta tol=1e-12
plot rate output=rate.png

model gmm k=2
theta pi=0.5,0.5 mu=2.5,60,3.5,75 Sigma=1,0,0,100,1,0,0,100
repeat 6 { e; m }
e
plot bound2 along=mu[1,1],mu[2,1] output=bound2.png

load linkage
model linkage columns=count
theta p=0.1
e
repeat 3 { m; e }
plot ascent output=ascent.png

load galaxies
model gmm k=3
restarts 20 seed=1
plot optima output=optima.png

load sim_ising_6x8
model ising columns=x rows=6 cols=8 J=0.4 noise=gaussian
init
step 5
plot image output=image.png

load sim_hmm_60
model hmm columns=x k=2
init
step 5
plot hidden output=hidden.png

load jaynes_die
model maxent columns=face moments=1 targets=4.5
init
step 2
plot entropy output=entropy.png
