/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "subjects.h"

#include <stdio.h>
#include <string.h>

#include "bound.h"

static const char bits[] = "a,b,c,d\n1,0,1,0\n1,0,1,1\n0,1,0,1\n0,1,1,1\n1,1,1,0\n0,0,0,1\n"
                           "1,0,0,0\n0,1,0,1\n1,0,1,0\n0,1,1,0\n1,1,0,1\n0,0,1,0\n";
static const char cloud[] = "x,y\n0.3,1.2\n-0.8,0.4\n1.1,0.9\n0.2,-0.7\n-0.4,0.1\n0.9,-0.2\n"
                            "4.1,3.8\n3.2,4.9\n5.3,4.4\n4.6,2.9\n3.7,3.3\n4.9,5.2\n";
static const char waits[] = "x\n3\n1\n2\n14\n9\n30\n2\n5\n1\n22\n1\n7\n2\n17\n";
#define LENGTHS "columns=Sepal.Length,Sepal.Width,Petal.Length,Petal.Width"

const struct subject claim_subjects[SUBJECTS] = {
    {"gmm 1-D", "gmm", "faithful", "columns=waiting", "k=2",
     {"pi=0.5,0.5 mu=55,80 Sigma=25,25", "pi=0.3,0.7 mu=60,75 Sigma=36,60",
      "pi=0.6,0.4 mu=50,85 Sigma=100,49"},
     "dirichlet=3,2 m0=70 kappa0=2 S0=40 nu0=4", "pi=0.5,0.5 mu=900,950 Sigma=25,25", "", "mu"},
    {"K=1", "gmm", "galaxies", "columns=velocity", "k=1",
     {"pi=1 mu=20000 Sigma=4e6", "pi=1 mu=21500 Sigma=3e7", "pi=1 mu=15000 Sigma=1e7"},
     "dirichlet=2 m0=20000 kappa0=1 S0=1e7 nu0=3", "pi=1 mu=2e6 Sigma=1e6", "", "mu"},
    {"full", "gmm", "sim_mix2d_300", "columns=x,y", "k=3 cov=full",
     {"pi=0.3,0.3,0.4 mu=0,0,3,3,-1,3 Sigma=1,0.2,0.2,1,1,-0.3,-0.3,2,0.7,0.1,0.1,1",
      "pi=0.5,0.2,0.3 mu=0.5,-0.5,2,4,0,3.5 Sigma=2,0.5,0.5,1,1,0.4,0.4,1,1,-0.2,-0.2,0.5",
      "pi=0.2,0.6,0.2 mu=-1,0,1,2,-1,4 Sigma=1,0.1,0.1,1,4,1,1,4,1,0.1,0.1,1"},
     "dirichlet=2,3,4 m0=1,1 kappa0=0.5 S0=2,0.3,0.3,1 nu0=5",
     "pi=0.3,0.3,0.4 mu=300,0,400,0,0,300 Sigma=1,0.2,0.2,1,1,-0.3,-0.3,2,0.7,0.1,0.1,1", "",
     "mu"},
    {"tied", "gmm", "sim_mix2d_300", "columns=x,y", "k=3 cov=tied",
     {"pi=0.3,0.3,0.4 mu=0,0,3,3,-1,3 Sigma=1,0.2,0.2,1",
      "pi=0.5,0.2,0.3 mu=0.5,-0.5,2,4,0,3.5 Sigma=2,0.5,0.5,1",
      "pi=0.2,0.6,0.2 mu=-1,0,1,2,-1,4 Sigma=1,-0.1,-0.1,1.5"},
     "dirichlet=2,3,4 m0=1,1 kappa0=0.5 S0=2,0.3,0.3,1 nu0=5",
     "pi=0.3,0.3,0.4 mu=300,0,400,0,0,300 Sigma=1,0.2,0.2,1", "", "mu"},
    {"diag", "gmm", "sim_mix2d_300", "columns=x,y", "k=3 cov=diag",
     {"pi=0.3,0.3,0.4 mu=0,0,3,3,-1,3 Sigma=1,1,1,2,0.7,1",
      "pi=0.5,0.2,0.3 mu=0.5,-0.5,2,4,0,3.5 Sigma=2,1,1,1,1,0.5",
      "pi=0.2,0.6,0.2 mu=-1,0,1,2,-1,4 Sigma=1,1,4,4,1,1"},
     "dirichlet=2,3,4 m0=1,1 kappa0=0.5 S0=2,1 nu0=5",
     "pi=0.3,0.3,0.4 mu=300,0,400,0,0,300 Sigma=1,1,1,2,0.7,1", "", "mu"},
    {"spherical", "gmm", "sim_mix2d_300", "columns=x,y", "k=3 cov=spherical",
     {"pi=0.3,0.3,0.4 mu=0,0,3,3,-1,3 Sigma=1,2,0.7",
      "pi=0.5,0.2,0.3 mu=0.5,-0.5,2,4,0,3.5 Sigma=2,1,0.5",
      "pi=0.2,0.6,0.2 mu=-1,0,1,2,-1,4 Sigma=1,4,1"},
     "dirichlet=2,3,4 m0=1,1 kappa0=0.5 S0=2 nu0=5",
     "pi=0.3,0.3,0.4 mu=300,0,400,0,0,300 Sigma=1,2,0.7", "", "mu"},
    {"binomial", "binomial", "coins", "columns=heads,tosses", "k=2",
     {"pi=0.5,0.5 p=0.6,0.5", "pi=0.3,0.7 p=0.4,0.8", "pi=0.6,0.4 p=0.85,0.3"},
     "dirichlet=2,3 beta=4,2", "pi=0.5,0.5 p=1e-200,2e-200", "", NULL},
    {"poisson", "poisson", "deaths", "columns=deaths weights=frequency", "k=2",
     {"pi=0.5,0.5 lambda=1,4", "pi=0.6,0.4 lambda=1.5,3.5", "pi=0.7,0.3 lambda=1.5,4"},
     "dirichlet=2,3 gamma=3,0.5", "pi=0.5,0.5 lambda=1e-200,2e-200", "", NULL},
    {"exponent.", "exponential", "sim_exp_200", "columns=x", "k=2",
     {"pi=0.5,0.5 rate=0.3,2", "pi=0.3,0.7 rate=0.5,1", "pi=0.7,0.3 rate=0.2,4"},
     "dirichlet=2,3 gamma=3,0.5", "pi=0.5,0.5 rate=1e4,2e4", "", NULL},
    {"bernoulli", "bernoulli", bits, "columns=a,b,c,d", "k=2",
     {"pi=0.5,0.5 p=0.6,0.3,0.7,0.4,0.2,0.8,0.5,0.6",
      "pi=0.3,0.7 p=0.8,0.2,0.6,0.5,0.4,0.5,0.3,0.7",
      "pi=0.6,0.4 p=0.3,0.6,0.4,0.8,0.7,0.3,0.6,0.5"},
     "dirichlet=2,3 beta=2,3",
     "pi=0.5,0.5 p=1e-200,1e-200,1e-200,1e-200,2e-200,2e-200,2e-200,3e-200", "", NULL},
    {"linkage", "linkage", "linkage", "columns=count", "",
     {"p=0.5", "p=0.3", "p=0.85"}, "beta=3,2", "p=1e-200", "hard beta rows", NULL},
    {"mvn", "mvn", "cholesterol", "columns=day2,day4,day14", "",
     {"mu=250,230,220 Sigma=2000,0,0,0,2000,0,0,0,2000",
      "mu=230,250,200 Sigma=2500,1000,800,1000,2000,900,800,900,1500",
      "mu=260,220,240 Sigma=3000,1500,700,1500,2200,1400,700,1400,1900"},
     "m0=250,240,230 kappa0=2 S0=2000,0,0,0,2000,300,0,300,2000 nu0=6",
     "mu=3000,3000,3000 Sigma=2000,0,0,0,2000,0,0,0,2000", "hard", "mu"},
    {"ising", "ising", "sim_ising_6x8", "columns=x", "rows=6 cols=8 J=0.4 noise=gaussian",
     {"sigma2=1", "sigma2=0.4", "sigma2=2.5"}, NULL, "sigma2=1e-3", "hard rows", NULL},
    {"flips", "ising", "sim_ising_6x8", "columns=flipped", "rows=6 cols=8 J=0.3 noise=flip",
     {"eps=0.2", "eps=0.1", "eps=0.35"}, NULL, NULL, "hard rows", NULL},
    {"ising J=0", "ising", "sim_ising_6x8", "columns=x", "rows=6 cols=8 J=0 noise=gaussian",
     {"sigma2=1", "sigma2=0.4", "sigma2=2.5"}, NULL, "sigma2=1e-3", "hard rows", NULL},
    {"denoise", "denoise", "noisy_five", "columns=y", "s2=1",
     {"mu=0 tau2=1", "mu=4 tau2=3", "mu=7 tau2=0.5"}, NULL, "mu=500 tau2=1", "hard", "mu"},
    {"ppca", "ppca", "iris", LENGTHS, "m=2",
     {"mu=5.8,3,3.8,1.2 W=0.5,0.1,-0.1,0.4,1,0.2,0.3,-0.2 sigma2=0.3",
      "mu=5.5,3.2,3.5,1 W=1,0,0,1,0.5,0.5,0.5,-0.5 sigma2=1",
      "mu=6,3,4,1.3 W=0.3,0.3,0.2,-0.3,1.5,0.1,0.6,0.2 sigma2=0.1"},
     NULL, "mu=100,100,100,100 W=0.5,0.1,-0.1,0.4,1,0.2,0.3,-0.2 sigma2=0.3", "hard rows", "mu"},
    {"fa", "fa", "iris", LENGTHS, "m=1",
     {"mu=5.8,3,3.8,1.2 W=0.5,-0.1,1,0.3 Psi=0.3,0.2,0.4,0.1",
      "mu=5.5,3.2,3.5,1 W=1,0.5,0.5,-0.5 Psi=1,1,1,1",
      "mu=6,3,4,1.3 W=0.3,0.2,1.5,0.6 Psi=0.1,0.3,0.2,0.2"},
     NULL, "mu=100,100,100,100 W=0.5,-0.1,1,0.3 Psi=0.3,0.2,0.4,0.1", "hard rows", "mu"},
    {"hmm", "hmm", "sim_hmm_60", "columns=x", "k=2",
     {"pi=0.5,0.5 A=0.7,0.3,0.3,0.7 mu=-0.5,3 Sigma=1,1",
      "pi=0.2,0.8 A=0.9,0.1,0.4,0.6 mu=0.5,2 Sigma=0.5,2",
      "pi=0.6,0.4 A=0.3,0.7,0.8,0.2 mu=0,1.5 Sigma=2,1"},
     "dirichlet=3,2 m0=1 kappa0=0.5 S0=2 nu0=3",
     "pi=0.5,0.5 A=0.7,0.3,0.3,0.7 mu=60,90 Sigma=1,1", "rows", "mu"},
    {"symbols", "hmm", "sim_hmm_60", "columns=symbol", "k=2 emission=categorical symbols=4",
     {"pi=0.5,0.5 A=0.7,0.3,0.3,0.7 B=0.4,0.3,0.2,0.1,0.2,0.2,0.5,0.1",
      "pi=0.2,0.8 A=0.9,0.1,0.4,0.6 B=0.6,0.2,0.1,0.1,0.1,0.3,0.4,0.2",
      "pi=0.6,0.4 A=0.3,0.7,0.8,0.2 B=0.3,0.3,0.3,0.1,0.25,0.25,0.25,0.25"},
     "dirichlet=3,2",
     "pi=0.5,0.5 A=0.7,0.3,0.3,0.7 B=1e-200,1e-200,2e-200,1,2e-200,3e-200,1e-200,1", "rows",
     NULL},
    {"vbgmm", "vbgmm", cloud, "columns=x,y", "k=2",
     {"alpha=5,9 m=0.5,0,3,4 beta=4,7 nu=6,5 W=0.2,0.05,0.05,0.3,0.2,0,0,0.1",
      "alpha=7,7 m=0,1,5,3 beta=7,7 nu=7,7 W=0.1,0,0,0.1,0.1,0.02,0.02,0.2",
      "alpha=2,3 m=1,1,4,4 beta=2,9 nu=3,8 W=0.4,-0.1,-0.1,0.2,0.05,0,0,0.05"},
     "alpha0=0.5 beta0=0.3 m0=1,2 W0=0.4,0.1,0.1,0.5 nu0=3.5",
     "alpha=5,9 m=300,0,0,400 beta=4,7 nu=6,5 W=0.2,0.05,0.05,0.3,0.2,0,0,0.1", "damp", "m"},
    {"Br.–Terry", "bradley-terry", "baseball", "columns=winner,loser,wins", "",
     {"skill=1,1,1,1,1,1,1", "skill=0.5,1.5,1,2,2,1.2,1.4", "skill=3,1,2,0.7,1,2,0.5"},
     NULL, NULL, "hard beta rows", NULL},
    {"maxent", "maxent", "jaynes_die", "columns=face", "moments=1,2 targets=4,18.5",
     {"lambda=0,0", "lambda=0.5,-0.05", "lambda=-0.3,0.08"}, NULL, NULL, "hard beta rows", NULL},
    {"Lua gauss", "gauss.lua", "faithful", "columns=waiting", "",
     {"pi=0.5,0.5 mu=55,80 Sigma=25,25", "pi=0.3,0.7 mu=60,75 Sigma=36,60",
      "pi=0.6,0.4 mu=50,85 Sigma=100,49"},
     NULL, "pi=0.5,0.5 mu=900,950 Sigma=25,25", "", "mu"},
    {"coins", "coins.lua", "coins", "columns=heads,tosses", "",
     {"pi=0.5,0.5 p=0.6,0.5", "pi=0.3,0.7 p=0.4,0.8", "pi=0.6,0.4 p=0.85,0.3"},
     NULL, "pi=0.5,0.5 p=1e-200,2e-200", "", NULL},
    {"geometric", "geometric.lua", waits, "columns=x", "",
     {"pi=0.5,0.5 p=0.12,0.44", "pi=0.3,0.7 p=0.08,0.35", "pi=0.2,0.8 p=0.26,0.73"},
     NULL, "pi=0.5,0.5 p=1e-200,2e-200", "", NULL},
    {"inflated", "inflated.lua", "widows", "columns=children weights=families", "",
     {"xi=0.75 lambda=0.4", "xi=0.3 lambda=2", "xi=0.6 lambda=0.6"}, NULL,
     "xi=0.5 lambda=1e-200", "", NULL},
    {"abo", "abo.lua", "abo", "columns=phenotype weights=count", "",
     {"allele=0.3,0.2,0.5", "allele=0.1,0.4,0.5", "allele=0.5,0.3,0.2"}, NULL,
     "allele=1e-200,2e-200,1", "", NULL},
};

struct machine *subject_bind(const struct subject *s)
{
    char words[300];
    snprintf(words, sizeof words, "%s %s", s->taken, s->options);
    if (!strchr(s->data, '\n'))
        return support_machine(s->data, s->model, words);
    struct error e = {0};
    struct model *model = bound_model(s->data, s->model, words, &e);
    ck_assert_msg(model != NULL, "%s: %s", s->column, e.message);
    return machine_new(model, &e);
}

struct machine *subject_at(const struct subject *s, int theta)
{
    struct machine *m = subject_bind(s);
    support_theta(m, s->theta[theta]);
    return m;
}

void subject_put_prior(const struct subject *s, struct machine *m)
{
    struct error e = {0};
    double room[64];
    ck_assert_uint_le(m->model->prior_layout.size, 64);
    struct prior p = bound_prior(m->model, room, s->prior);
    ck_assert_msg(machine_set_prior(m, &p, &e) == 0, "%s: %s", s->column, e.message);
}

void subjects_have_all_models(void)
{
    for (const struct model_class *const *c = model_classes; *c; c++) {
        bool found = false;
        for (size_t i = 0; i < SUBJECTS; i++)
            found = found || model_class_find(claim_subjects[i].model, &(struct error){0}) == *c;
        ck_assert_msg(found, "model %s has no row in `claim_subjects`: nothing tests it",
                      (*c)->name);
    }
}
