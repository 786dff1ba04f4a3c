/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the hidden Markov model share.
 *
 * A chain of n states over k values is made of rows: the probabilities of the first state, then,
 * for each t < n and each state i at t, those of the state at t + 1.  Row 0 is the start, row
 * 1 + tk + i (t, i from 0) belongs to γ_t(i); there are 1 + (n−1)k of them.  The E-step fills rows,
 * then turns them into marginals; the terms read each row beside the posterior's.
 */
#ifndef EMSTEP_MODELS_HMM_H
#define EMSTEP_MODELS_HMM_H

#include "em/explain.h"
#include "models/mixture.h"

struct hmm {
    struct mixture mixture; /* first: the emissions are a mixture's family */
    size_t symbols;         /* of categorical emissions; 0: normal ones */
    double *room;           /* what the pointers below point into */
    double *log_b;          /* (n,k) log p(x_t|z_t = k) */
    double *log_A;          /* (k,k) */
    double *past, *future, *row, *e, *p; /* (k) scratch */
    double *A;              /* (k,k) A_ij to the power of the recursion */
    struct hmm_pass *pass;  /* hmm_fused.c; NULL: not needed so far */
};

static inline const struct hmm *hmm_of(const struct model *m)
{
    return m->self;
}

/* Puts θ into log_pi, log_A and log_b.  False when it is outside its domain. */
bool hmm_prepare(const struct model *m, const struct theta *theta);
/* The same without log_b. */
bool hmm_prepare_chain(const struct model *m, const struct theta *theta);
/* log_b, after it */
void hmm_prepare_emissions(const struct model *m);
/* ℓ by the forward recursion, after hmm_prepare; −∞ where no path explains the data, and then
 * *dead (which may be NULL) is the row, from 1, that none reaches. */
double hmm_forward(const struct model *m, size_t *dead);

/*
 * The backward recursion, after hmm_prepare, with every potential to the power `power`:
 * visit(context, r, log_p, p, sum) is given row r of the posterior chain, from the last to row 0:
 * log_p in logarithms and unnormalised, p normalised, sum = log Σ exp log_p (not finite: there is no
 * p).  It answers with what stands for that sum (exact: sum; on the best path: the maximum).  Returns the answer for row 0: −∞ where no path explains the data.
 */
typedef double hmm_visit(void *context, size_t r, const double *log_p, const double *p, double sum);
double hmm_backward(const struct model *m, double power, hmm_visit *visit, void *context);

int hmm_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
               struct latent *q, struct error *e);
int hmm_q_valid(const struct model *m, const struct latent *q, struct error *e);
/* A path that is known: ξ from γ's zeros and ones. */
void hmm_label(const struct model *m, struct latent *q);
void hmm_terms(const struct model *m, const struct latent *q, const struct theta *theta,
               unsigned which, struct terms *t);

/* A from its expected transitions, row i of them count + i·stride. */
int hmm_fit_transitions(const struct model *m, const double *count, size_t stride,
                        struct theta *theta, struct error *e);
/* The M-step: f has γ or what the family takes instead, first (k) is γ_1. */
int hmm_fit(struct fit *f, const double *first, const double *count, size_t stride,
            struct theta *theta, struct error *e);
/* em_map and touching_terms, without logarithms and without ξ.  hmm_pass_free(NULL) is harmless. */
int hmm_map(const struct model *m, const struct theta *from, unsigned blocks,
            const struct prior *prior, struct theta *to, double *loglik);
bool hmm_touching_terms(const struct model *m, const struct theta *touch,
                        const struct theta *theta, unsigned which, struct terms *t);
void hmm_pass_free(struct hmm_pass *p);

/* Categorical emissions: log f(v|B_k) = log B_kv; one column of symbols 1 … V. */
extern const struct family symbols_family;
/* Checks the column, reads symbols= (the largest symbol when it is not given) into *symbols. */
int symbols_read(const struct model *m, const struct options *o, size_t *symbols,
                 struct error *e);
void symbols_layout(struct model *m, size_t symbols);

extern const struct explainer hmm_explainer;

#endif
