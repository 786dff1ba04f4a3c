/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finite mixtures, whatever the family of their components.
 *
 *     z_i ∈ {1…K},  p(z_i = k) = π_k,  x_i | z_i = k ~ f(·|φ_k);    q is γ (n,K), row-stochastic
 *     E   γ_ik = π_k f(x_i|φ_k) / Σ_l π_l f(x_i|φ_l)
 *     M   N_k = Σ_i w_i γ_ik,  π_k = (N_k + α_k − 1) / (Σw + Σ(α_l − 1)),  φ_k: the family's
 *
 * A family is a row of functions; a mixture model's class uses mixture_* for its slots, and its
 * bind ends with mixture_bind.  Block 0 of θ is pi; blocks 1… are the family's.  A hidden Markov
 * model is one too, as far as its emissions go.
 */
#ifndef EMSTEP_MODELS_MIXTURE_H
#define EMSTEP_MODELS_MIXTURE_H

#include "em/model.h"

/* Rows whose densities are computed at a time. */
enum { MIXTURE_ROWS = OBSERVATIONS_BLOCK };

/* Of each component x̄ and Σγ(x−x̄)(x−x̄)ᵀ; x̄ as a shift from a place near it, so that data far from
 * 0 lose nothing. */
struct moments {
    const double *about;        /* (K,d) */
    const double *shift;        /* (K,d)  x̄ − about */
    const double *scatter;      /* (K,d,d) */
};

/* Σ_i w_i γ_ik, and the right to change φ: what a family's M-step is given. */
struct fit {
    const struct model *model;
    const double *gamma;        /* (n,K); NULL: not at hand, moments are */
    const struct moments *moments;
    const double *sums;         /* (K,s) Σγt of a family that is `natural`; NULL: by γ */
    const double *nk;           /* (K) */
    unsigned blocks;            /* those that may move */
    const struct prior *prior;  /* NULL: none */
};
bool fit_moves(const struct fit *f, const char *block);

/* sum + Σγx of component k, for one column; without γ and its sums: the sum */
double fit_add_x(const struct fit *f, size_t k, double sum);

struct family {
    /* Doubles of workspace that `prepare` fills from θ (factors, logarithms). */
    size_t (*work)(const struct model *m);
    /* False when φ is outside its domain: every density is then NaN. */
    bool (*prepare)(const struct model *m, const struct theta *theta, double *work);
    /* log π_k, out (K).  NULL: of the block pi. */
    void (*log_weights)(const struct model *m, const struct theta *theta, double *out);
    /* log f(x|φ_k) of `rows` rows x (rows,d), out (rows,K) */
    void (*log_density)(const struct model *m, const double *work, const double *x, size_t rows,
                        double *out);
    /* φ ← argmax, for the blocks that may move.  Refuses by component. */
    int (*fit)(const struct fit *f, struct theta *theta, struct error *e);
    /* The entries of φ in out (as long as θ) ← ∂/∂φ Σ_ik w_i γ_ik log f(x_i|φ_k); f->blocks and
     * f->prior are not looked at.  False outside φ's domain. */
    bool (*score)(const struct fit *f, const struct theta *theta, double *out);
    /* log p(φ) */
    double (*log_prior)(const struct model *m, const struct prior *prior,
                        const struct theta *theta);
    /* model_class's, for a block of the family's; f->gamma NULL: there is no q. */
    int (*conjugate)(const struct fit *f, const struct block *b, size_t at, struct conjugate *out,
                     struct error *e);
    /* x (d) ← a draw from f(·|φ_k), after prepare; i is the row's place (from 0).  NULL:
     * it cannot. */
    void (*draw)(const struct model *m, const struct theta *theta, size_t k, size_t i,
                 gsl_rng *random, double *x);
    /* What distances between rows are measured on: features of `count` rows,
     * OBSERVATIONS_BLOCK at most, out (count,nfeature). */
    size_t (*nfeature)(const struct model *m);
    void (*features)(const struct model *m, size_t first, size_t count, double *out);
    /* φ for components that sit at these centres, in feature space (K,nfeature); `within` is the
     * mean squared distance to the nearest centre over all of the variance, in (0,1]. */
    void (*seed)(const struct model *m, const double *centre, double within, struct theta *theta);
    /* May a component be empty under this prior?  NULL: never. */
    bool (*empty_allowed)(const struct model *m, const struct prior *prior);
    /* The expected sufficient statistics besides N_k: their blocks, appended to model->stats, and
     * the sums at (q, θ) into v, where those blocks begin.  May be NULL. */
    void (*stats_layout)(struct model *m);
    void (*stats)(const struct fit *f, const struct theta *theta, double *v);
    /* What Σ_ik w_i γ_ik log f(x_i|φ_k) needs of the rows besides N_k (struct sufficient), and that
     * sum from it, after prepare; N_k = 0 adds nothing.  NULL: it takes the rows themselves. */
    size_t (*expected_size)(const struct model *m);
    void (*expect)(const struct fit *f, double *v);
    double (*expected)(const struct model *m, const double *work, const double *nk,
                       const double *v);
    /* nk and v of the posterior at `touch` in one pass; false: not this time.  NULL: by a q. */
    bool (*expect_touching)(const struct model *m, const struct theta *touch, double *nk,
                            double *v);
    /* `score` from v.  NULL: it takes γ. */
    bool (*expected_score)(const struct model *m, const double *nk, const double *v,
                           const struct theta *theta, double *out);
    const struct natural *natural; /* pass/linear.h: it is an exponential family; NULL: not so */
    void (*free_own)(void *own); /* NULL: it keeps nothing */
};

/* model->self of every mixture begins with this. */
struct mixture {
    const struct family *family;
    void *own;                  /* what the family keeps */
    const char *part;           /* "component", "state": what messages call k */
    const char *remedy;         /* for a part that the data have left: the hint of refusals */
    double *work;               /* family->work doubles */
    double *joint;              /* (MIXTURE_ROWS,K) */
    double *log_pi;             /* (K) */
    double *nk;                 /* (K) */
    double *row;                /* what mixture_row_log_joint keeps: 1 once it is filled, θ, log π,
                                   work, for the rows that are looked at
                                   under one θ; NULL: none so far */
    struct linear_pass *linear; /* pass/linear.h; NULL: not needed so far */
};

/* k= of every mixture, for its option table. */
#define MIXTURE_OPTIONS {"k", OPTION_COUNT, "2", "number of components"}
extern const struct init_method mixture_inits[];

/* Reads k= into m->k and adds gamma to q. */
int mixture_count(struct model *m, const struct options *o, struct error *e);
/* Reads k= into m->k, and adds pi to θ, gamma to q, dirichlet to the prior: call it first. */
int mixture_layout(struct model *m, const struct options *o, struct error *e);
/* Allocates the workspace into `mix`, which m->self begins with: call it last. */
int mixture_bind(struct model *m, struct mixture *mix, const struct family *family,
                 struct error *e);
/* bind of a family that keeps nothing but a struct mixture */
int mixture_bind_plain(struct model *m, const struct family *family, struct error *e);
void mixture_unbind(struct model *m);

/* K centres by one of mixture_inits, out (K,nfeature), in the family's feature space; *within as
 * for family->seed. */
int mixture_centres(const struct model *m, const struct family *family, const char *method,
                    gsl_rng *random, double *centre, double *within, struct error *e);
int mixture_init(const struct model *m, const char *method, gsl_rng *random, struct theta *theta,
                 struct error *e);
int mixture_e_step(const struct model *m, const struct theta *theta, const struct e_how *how,
                   struct latent *q, struct error *e);
int mixture_m_step(const struct model *m, const struct latent *q, const struct m_how *how,
                   const struct prior *prior, struct theta *theta, struct error *e);
void mixture_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                   unsigned which, struct terms *t);
bool mixture_row_terms(const struct model *m, const struct latent *q, const struct theta *theta,
                       unsigned which, double *v);
bool mixture_score(const struct model *m, const struct latent *q, const struct theta *theta,
                   double *out);
int mixture_conjugate(const struct model *m, const struct prior *prior, const struct latent *q,
                      const struct theta *theta, const struct block *b, size_t at,
                      struct conjugate *out, struct error *e);
/* The same of pi, from counts (K) (NULL: there is no q), and of a block of the family's. */
int mixture_conjugate_weights(const struct model *m, const struct prior *prior,
                              const double *count, const struct block *b, size_t at,
                              struct conjugate *out, struct error *e);
int mixture_conjugate_family(const struct model *m, const struct prior *prior,
                             const double *gamma, const struct block *b, size_t at,
                             struct conjugate *out, struct error *e);
/* Two sums of one component that a Beta or a Gamma prior is conjugate to: its hyperparameters (2)
 * under `name`, `family` over them; sum (2) is added (f->gamma NULL: not). */
int fit_conjugate(const struct fit *f, const char *name, enum marginal_family family,
                  const double sum[2], const struct block *b, struct conjugate *out,
                  struct error *e);
double mixture_log_prior(const struct model *m, const struct prior *prior,
                         const struct theta *theta);
int mixture_prior_valid(const struct model *m, const struct prior *prior, struct error *e);
int mixture_predict(const struct model *m, const struct theta *theta, const double *x, double *out,
                    double *log_density, struct error *e);
int mixture_row_log_joint(const struct model *m, const struct theta *theta, size_t i, double *out,
                          struct error *e);

/* Puts θ into log_pi and work; false outside its domain. */
bool mixture_prepare(const struct model *m, const struct theta *theta);
/* model_class's, of mixtures whose rows are independent: v is N_k, then the family's. */
extern const struct sufficient mixture_sufficient;

/* The M-step from N_k and γ, or the moments. */
int mixture_fit(const struct fit *f, struct theta *theta, struct error *e);
/* N_k ← Σ_i w_i γ_ik, into mixture->nk */
void mixture_counts(const struct model *m, const double *gamma);
/* pi */
void mixture_weights(const struct model *m, const struct theta *theta, double *out);
/* Σ_i w_i γ_ik x_ic of the columns c = first … first + columns − 1, out (K,columns) */
void mixture_sums(const struct fit *f, size_t columns, size_t first, double *out);
/* N_k, then the family's, under model->stats; NaN without a q. */
void mixture_stats_layout(struct model *m);
void mixture_stats(const struct model *m, const struct latent *q, const struct theta *theta,
                   double *v);
int mixture_sample(const struct model *m, const struct theta *theta, gsl_rng *random, size_t n,
                   double *x, double *z, struct error *e);
/* The rows x (n,d) of given labels z (n), from 1. */
int mixture_sample_at(const struct model *m, const struct theta *theta, gsl_rng *random, size_t n,
                      double *x, const double *z, struct error *e);
/* 1 … k with these probabilities. */
size_t mixture_draw_label(gsl_rng *random, size_t k, const double *p);

/* Refuses a component that no point is left to, unless the prior allows it. */
int mixture_refuse_empty(const struct fit *f, struct error *e);
/* π_k ← (N_k + α_k − 1)/Σ, from f->nk */
int mixture_fit_weights(const struct fit *f, struct theta *theta, struct error *e);

static inline const struct mixture *mixture_of(const struct model *m)
{
    return m->self;
}

/* The slots of a mixture's class that no family replaces. */
#define MIXTURE_SLOTS                                                                              \
    .rows = true, .takes_weights = true, .unbind = mixture_unbind, .inits = mixture_inits,         \
    .init = mixture_init, .e_step = mixture_e_step, .m_step = mixture_m_step,                      \
    .terms = mixture_terms, .score = mixture_score, .log_prior = mixture_log_prior,                \
    .predict = mixture_predict,                                                                    \
    .row_log_joint = mixture_row_log_joint, .row_terms = mixture_row_terms,                        \
    .sample = mixture_sample, .component_weights = mixture_weights, .stats = mixture_stats,        \
    .conjugate = mixture_conjugate, .sufficient = &mixture_sufficient

/* nfeature of a family whose rows are told apart by one number. */
size_t mixture_one_feature(const struct model *m);

/* The remedy of mixtures. */
extern const char mixture_remedy[];

#endif
