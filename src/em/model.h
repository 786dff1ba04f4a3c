/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one interface between the theory and a model.
 *
 * A model_class is a constant table of functions, one per model, listed in models/models.def.
 * A model is a class bound to observations and options: it knows the layouts of θ and q, and
 * nothing of the state.  The state is the pair (q, θ), kept by the machine; the functions below
 * take what they need of it and no more, so the signatures are the theory:
 *
 *     e_step   reads θ, writes q          (the old q is read where a partial step needs it)
 *     m_step   reads q, writes θ
 *     terms    reads (q, θ), writes nothing
 *
 * Three kinds of model share it.
 *   MODEL_EM           truth ℓ, bound ELBO, gap KL; Q, H and S.
 *   MODEL_MM           no latent variable: q is the tangent point (the θ at which the surrogate was
 *                      built), truth f, bound g, gap f − g; Q, H and S do not exist.
 *   MODEL_VARIATIONAL  ℓ, H and KL are out of reach: the bits stay out of `terms_defined` and
 *                      stand in `terms_intractable`.
 * Which terms a *bound* model has is said by two masks, because it may depend on the data (the
 * Ising evidence is exact on a narrow grid and intractable on a wide one).
 *
 * Slots that a model lacks stay NULL, and the machine says "not available for this model".
 * Models never print, plot or read commands.
 */
#ifndef EMSTEP_EM_MODEL_H
#define EMSTEP_EM_MODEL_H

#include <signal.h>
#include <stdint.h>

#include "base/options.h"
#include "data/dataset.h"
#include "em/block.h"
#include "numeric/marginal.h"
#include "numeric/random.h"

/* The terms.  For an MM model f takes the place of ℓ, g of the ELBO,
 * f − g of KL. */
enum term {
    TERM_LOGLIK,    /* ℓ(θ)            or f(θ) */
    TERM_ELBO,      /* ELBO(q,θ)       or g(θ|θ_t) */
    TERM_KL,        /* KL(q‖p(Z|X,θ))  or f − g */
    TERM_Q,         /* E_q log p(X,Z|θ) */
    TERM_H,         /* E_q log p(Z|X,θ) */
    TERM_ENTROPY,   /* S(q) */
    TERM_LOGPRIOR,  /* log p(θ), with a prior */
    TERM_OBJECTIVE, /* J = ELBO + log p(θ), with a prior */
    TERM_COUNT
};
#define TERM_BIT(t) (1u << (t))
#define TERMS_EM                                                                                   \
    (TERM_BIT(TERM_LOGLIK) | TERM_BIT(TERM_ELBO) | TERM_BIT(TERM_KL) | TERM_BIT(TERM_Q) |          \
     TERM_BIT(TERM_H) | TERM_BIT(TERM_ENTROPY))
#define TERMS_MM (TERM_BIT(TERM_LOGLIK) | TERM_BIT(TERM_ELBO) | TERM_BIT(TERM_KL))

/* A term that is out of the mask has no meaning; one that is NaN is n/a at this (q, θ). */
struct terms {
    double value[TERM_COUNT];
    unsigned have;
};

enum model_kind { MODEL_EM, MODEL_MM, MODEL_VARIATIONAL };

/* A number of the model's own that is shown beside the terms: ising's log C(J).  16 at most. */
enum { EXTRAS_MOST = 16 };
struct extra_term {
    const char *key;     /* NULL ends the table */
    const char *symbol;
    const char *formula;
};

/* How an E-step is to be taken, or how q is to be set. */
enum e_kind {
    E_EXACT,   /* the posterior (mean field: swept until it settles; MM: the tangent point) */
    E_HARD,    /* all mass on the most probable Z; ties go to the lowest index */
    E_TEMPERED,/* q ∝ p(Z|X,θ)^beta */
    E_ROWS,    /* exact for rows first … last, the others as they are */
    E_SWEEPS,  /* that many mean-field sweeps */
    E_UNIFORM, /* q set by hand, without θ */
    E_RANDOM,
};
struct e_how {
    enum e_kind kind;
    double beta;         /* E_TEMPERED: > 0 */
    size_t first, last;  /* E_ROWS: from 1, both included */
    size_t sweeps;       /* E_SWEEPS */
    gsl_rng *random;     /* E_RANDOM */
};

/* How an M-step is to be taken.  Damping is the machine's: it needs nothing of the model. */
enum m_kind { M_EXACT, M_GRADIENT, M_GIS, M_NEWTON };
struct m_how {
    enum m_kind kind;
    unsigned blocks;     /* bit b: block b of θ may move; the others are held where they are */
};

/* Hyperparameters: blocks under model->prior_layout, and which of them are in force. */
struct prior {
    struct blocks b;
    unsigned given;      /* bit b: block b was given; 0: no prior */
};

struct model;
struct explainer; /* em/explain.h */

struct init_method {
    const char *name;    /* NULL ends the table; the first is the default */
    const char *help;
};

/* A scale of one number on which rows and components stand side by side, where the columns are not
 * it: the coins' share of heads, and their p_k. */
struct scale {
    const char *name;
    double low, high;
    double (*row)(const struct model *m, const double *x);
    void (*components)(const struct model *m, const struct theta *theta, double *out); /* (k) */
};

/* The prior of one entry of θ, and its conjugate posterior: p(θ) exp E_q log p(X,Z|θ), normalised,
 * both with every other entry integrated out. */
struct conjugate {
    struct marginal prior;
    struct marginal posterior; /* MARGINAL_NONE: there is no q */
    const char *of;            /* what it is the density of, where θ holds the factor's own numbers
                                  (vbgmm): "pi"; NULL: of the entry itself */
};

/*
 * Complete data of an exponential family, log p(x,z|θ) = log h + η(θ)ᵀT(x,z) − A(θ):
 *
 *     Q(q,θ) = E_q log h + η(θ)ᵀ E_q T − A(θ),     ELBO(q,θ) = Q(q,θ) + S(q)
 *
 * so that one q has its Q and its ELBO at every θ from v: E_q T and E_q log h, summed once over the
 * rows (em/expected.h).  A mixture's: N_k and the family's own, for a normal one x̄_k and
 * Σγ(x−x̄_k)(x−x̄_k)ᵀ, which is Σγx and Σγxxᵀ without their cancellation.
 */
struct sufficient {
    size_t (*size)(const struct model *m);
    /* v (size) of a q.  False: not for this model after all. */
    bool (*take)(const struct model *m, const struct latent *q, double *v);
    /* Of the posterior at `touch`, without storing it; false: not this time.  May be NULL. */
    bool (*take_touching)(const struct model *m, const struct theta *touch, double *v);
    /* Q(q,θ); NaN where θ is outside its domain. */
    double (*Q)(const struct model *m, const double *v, const struct theta *theta);
    /* As model_class.score.  False: of a stored q alone. */
    bool (*score)(const struct model *m, const double *v, const struct theta *theta, double *out);
    /* S of the mix from + a (to − from), 0 ≤ a ≤ 1, where Q(q,θ) is linear in q's numbers, so that
     * Q of the mix is the mix of the Q's.  NULL: it is not. */
    double (*mixed_entropy)(const struct model *m, const struct latent *from,
                            const struct latent *to, double a);
};

struct model_class {
    const char *name;
    const char *ending;                 /* ".lua": it stands for the user's own files, which are
                                           called by names that end so; NULL: it is one model */
    const char *folder;                 /* with an ending: where those that come with emstep are,
                                           for file_shipped_folder */
    const char *summary;                /* half a line for `models` */
    const char *source;                 /* where the mathematics is from */
    enum model_kind kind;
    const struct option_spec *options;  /* of `model NAME`, less columns= and weights= */
    const struct init_method *inits;
    bool takes_missing;                 /* NaN among the observations is what it is for */
    bool takes_weights;                 /* weights= */
    bool rows;                          /* q's first block has one row per observation, free of the
                                           others: single rows may be set, labelled and refreshed */
    const char *chained;                /* why not, where there is a reason to give */
    bool theta_in_q;                    /* θ is a factor of q too (vbgmm): M raises the ELBO alone,
                                           S moves with it, and there is no ℓ(θ) */
    unsigned m_kinds;                   /* mask of enum m_kind beyond M_EXACT that m_step takes */
    const char *closed;                 /* why only exact q's are allowed (no hard, no beta); NULL:
                                           they are */

    /* Takes rows, columns and weights from the data.  NULL: observations_select, columns of
     * numbers. */
    int (*take)(struct observations *o, struct dataset *data, const struct options *options,
                struct error *e);
    /* Reads the options, checks the data, fills in layouts, masks, n, d, k and self. */
    int (*bind)(struct model *m, const struct options *o, struct error *e);
    void (*unbind)(struct model *m);    /* frees self */

    /* θ_0.  method is one of inits. */
    int (*init)(const struct model *m, const char *method, gsl_rng *random, struct theta *theta,
                struct error *e);
    /* What blocks_valid cannot know (relations between blocks).  May be NULL. */
    int (*valid)(const struct model *m, const struct theta *theta, struct error *e);
    /* The same for a q set by hand.  May be NULL. */
    int (*q_valid)(const struct model *m, const struct latent *q, struct error *e);
    /* Where the rows are chained: the rest of a q whose first block holds a label a row. */
    void (*label)(const struct model *m, struct latent *q);

    /* q ← …  On an error q may be half written: the machine works on a copy. */
    int (*e_step)(const struct model *m, const struct theta *theta, const struct e_how *how,
                  struct latent *q, struct error *e);
    /* θ ← argmax over the blocks that may move of Q(q,θ) (+ log p(θ)), from the θ that is there.
     * Refused, with component and remedy, where the maximum does not exist. */
    int (*m_step)(const struct model *m, const struct latent *q, const struct m_how *how,
                  const struct prior *prior, struct theta *theta, struct error *e);
    /* A whole EM map where the model has a faster way than an E and an M: `to` (whose other blocks
     * stay) ← the exact M-step over the blocks that may move from the posterior at
     * `from`, *loglik ← ℓ(from); q is never stored.  It agrees with the half-steps to rounding and
     * does not depend on the number of threads.  -1: not this time (a refusal, a weight of 0, no
     * memory); the half-steps then do it, or say why not.  NULL: there is none. */
    int (*em_map)(const struct model *m, const struct theta *from, unsigned blocks,
                  const struct prior *prior, struct theta *to, double *loglik);
    /* The terms at (q, θ) where q is the posterior at `touch`, without storing it; false: not this
     * time, as for em_map.  NULL: there is none. */
    bool (*touching_terms)(const struct model *m, const struct theta *touch,
                           const struct theta *theta, unsigned which, struct terms *t);
    /* ℓ at n θ's at once, loglik (n), where that reads the data fewer times than n; it does not
     * depend on the number of threads.  A NaN is left to terms().  False: ^C, or not this time.
     * NULL: one by one. */
    bool (*logliks)(const struct model *m, const struct theta *const *theta, size_t n,
                    double *loglik);
    const struct sufficient *sufficient; /* NULL: Q takes a pass over the data at every θ */
    /* The terms in the mask `which`, each from its own definition.  q may be NULL when only
     * TERM_LOGLIK is asked for.  θ outside its domain (a singular Σ) gives NaN, never a crash. */
    void (*terms)(const struct model *m, const struct latent *q, const struct theta *theta,
                  unsigned which, struct terms *t);
    /* The extra terms at (q, θ), in their table's order; NaN where one is out of reach. */
    const struct extra_term *extras;    /* NULL: none */
    void (*extra)(const struct model *m, const struct latent *q, const struct theta *theta,
                  double *out);
    /* What follows from (q, θ) and is worth a look, under model->stats: maxent's p and E_p f.  v as
     * long as that layout; q may be NULL, and a block that needs it is then NaN.  NULL: none. */
    void (*stats)(const struct model *m, const struct latent *q, const struct theta *theta,
                  double *v);
    /* The score of the complete data: out ← ∂Q(q,θ)/∂θ, an entry each of θ, as if the entries were
     * independent (transform_slope makes ∂/∂u of it), the prior apart.  False where θ lies outside
     * its domain.  NULL: it is known by differences alone. */
    bool (*score)(const struct model *m, const struct latent *q, const struct theta *theta,
                  double *out);
    /* log p(θ) with its constants, under the blocks of the prior that are given. */
    double (*log_prior)(const struct model *m, const struct prior *prior,
                        const struct theta *theta);
    /* Of the entry `at` of block b, under the prior in force.  q and theta may be NULL.  Refused
     * where the entry has no prior, or none whose density is known by itself. */
    int (*conjugate)(const struct model *m, const struct prior *prior, const struct latent *q,
                     const struct theta *theta, const struct block *b, size_t at,
                     struct conjugate *out, struct error *e);
    /* The hyperparameters that must be given together, and their ranges.  May be NULL. */
    int (*prior_valid)(const struct model *m, const struct prior *prior, struct error *e);

    /* Draws n rows x (n,d) from the model at θ, and the value of z, from 1, of each into z (n)
     * where the model has one (k > 0).  `table`: see there.  NULL: it cannot. */
    int (*sample)(const struct model *m, const struct theta *theta, gsl_rng *random, size_t n,
                  double *x, double *z, struct error *e);
    size_t table;        /* its data are one table of so many rows, into which n draws are counted
                            (linkage: 4 cells); 0: a draw is a row */

    /* A new point x (d): its posterior over k, out (k), and the log of its density. */
    int (*predict)(const struct model *m, const struct theta *theta, const double *x, double *out,
                   double *log_density, struct error *e);

    /* A row x (d) with missing entries: their conditional means and standard deviations given the
     * others, mean (d), sd (d); observed entries are x itself, with sd 0.  Models that
     * take_missing. */
    int (*complete)(const struct model *m, const struct theta *theta, const double *x,
                    double *mean, double *sd, struct error *e);

    /* The observed pixels (rows, cols), row by row, where the data are an image whose q is one
     * number between −1 and 1 a pixel (its first block).  NULL: they are none. */
    const double *(*image)(const struct model *m, size_t *rows, size_t *cols);

    /* log p(x_i, z_i = k | θ) for one row, out (k).  Models with a finite latent variable. */
    int (*row_log_joint)(const struct model *m, const struct theta *theta, size_t i, double *out,
                         struct error *e);

    /* The same where one latent number Z = 0, 1 … is all the data's (linkage): log p(X,Z|θ), and
     * log q(Z) where there is a q, out (model->shared).  Seen through em/values.h. */
    void (*shared_logs)(const struct model *m, const struct latent *q, const struct theta *theta,
                        double *joint, double *log_q);
    /* The terms of the mask row by row, v (n,TERM_COUNT) zeroed, where terms() is Σ_i w_i of them:
     * row i's do not know its weight.  q may be NULL, as for terms().  False: θ is outside its
     * domain.  NULL: the terms are no sums over rows. */
    bool (*row_terms)(const struct model *m, const struct latent *q, const struct theta *theta,
                      unsigned which, double *v);

    /* Mean (d) and covariance (d,d) of component k, for pictures; k = 0 of a model without
     * components is the model itself.  Models whose components are points of R^d. */
    int (*component_moments)(const struct model *m, const struct theta *theta, size_t k,
                             double *mean, double *cov);
    /* How large component k is beside the others, out (k), for models with components. */
    void (*component_weights)(const struct model *m, const struct theta *theta, double *out);
    /* The density of column j alone at v in component k.  NULL: the normal one of
     * component_moments. */
    double (*component_marginal)(const struct model *m, const struct theta *theta, size_t k,
                                 size_t j, double v);
    /* How `explain` writes its E-step, M-step and terms with numbers: em/explain.h.  NULL: the
     * generic parts alone. */
    const struct explainer *explain;
    /* How pictures lay out rows that are no points of R^d.  NULL: by their columns. */
    const struct scale *scale;
};

struct model {
    const struct model_class *class;
    const char *name;                /* what people call it: the class's, or what a file says */
    char *file;                      /* of a class with an ending: its file, as it was typed */
    size_t threads;                  /* for em_map; 0: one a processor */
    volatile sig_atomic_t *interrupt; /* ^C, which long work looks at; NULL: none */
    struct observations obs;
    bool counts;                     /* entries are whole numbers: the mass is on 0, 1, 2 … */
    struct layout theta;             /* shapes of θ */
    struct layout q;                 /* shapes of q */
    struct layout prior_layout;      /* hyperparameters; none: no conjugate prior */
    double *prior;                   /* hyperparameters that are part of the model (vbgmm), which
                                        its terms read: bind allocates them and sets the defaults,
                                        machine_set_prior changes them.  NULL: a prior is
                                        an option, handed to the M-step */
    struct layout stats;             /* what class->stats makes; none: nothing */
    unsigned terms_defined;          /* mask of enum term, priors aside */
    unsigned terms_intractable;
    bool posterior_in_family;        /* MODEL_VARIATIONAL: the posterior factorises as q does, so
                                        that the exact E reaches it after all (ising, J = 0) */
    unsigned frozen_at_start;        /* blocks that the options hold (weights fixed) */
    double size;                     /* observations, as BIC counts them; 0: Σ w */
    size_t unidentified;             /* directions of θ that leave p(X|θ) as it is: they are no
                                        parameters (rotations of W) */
    size_t k;                        /* values of a finite latent variable; 0: none */
    size_t m;                        /* factors; 0: none */
    size_t shared;                   /* values of a latent number that is all the data's; 0: none */
    char about[200];                 /* "1-D, K = 2, full covariance": the answer to `model` */
    void *self;                      /* the class's own */
};

/* The rows of models.def, NULL-terminated. */
extern const struct model_class *const model_classes[];
const struct model_class *model_class_find(const char *name, struct error *e);

/* Binds a model to data by its name, which may be a file's: finds the class, checks the options
 * against its table, takes the observations, calls bind.  `interrupt` may be NULL.  The caller owns
 * the result. */
struct model *model_open(const char *name, struct dataset *data, const struct options *o,
                         volatile sig_atomic_t *interrupt, struct error *e);
void model_free(struct model *m);
/* 0, or −1 when ^C was hit: "interrupted before the grid was filled". */
int model_interrupted(const struct model *m, const char *before, struct error *e);

/* The options of `model NAME …` that the shell shows: columns=, weights= and the class's own, into
 * a table ended by a NULL name.  Free with mem_free. */
struct option_spec *model_option_table(const struct model_class *class, struct error *e);

/* Does an exact E make q the posterior, so that the bound touches? */
bool model_touches(const struct model *m);

/* blocks_valid and the class's own check. */
int model_theta_valid(const struct model *m, const struct theta *t, struct error *e);

/* terms() with the prior's two rows added where there is a prior; the mask is cut to what the model
 * defines.  J of a model without a prior is its ELBO: term_objective reads it off either way. */
void model_terms(const struct model *m, const struct prior *prior, const struct latent *q,
                 const struct theta *theta, unsigned which, struct terms *t);
/* All of them where q is the posterior at `touch` and is not stored; false: it has to be. */
bool model_touching_terms(const struct model *m, const struct prior *prior,
                          const struct theta *touch, const struct theta *theta, struct terms *t);
double terms_objective(const struct terms *t);
/* ℓ at n valid θ's, loglik (n), by logliks or one by one; false on ^C. */
bool model_logliks(const struct model *m, const struct theta *const *theta, size_t n,
                   double *loglik);

/* How a term is named for a kind of model. */
struct term_name {
    const char *key;      /* JSON and Lua: "loglik" */
    const char *symbol;   /* "ℓ" */
    const char *formula;  /* "E_q log p(x,z|θ)" */
};
const struct term_name *term_name(enum model_kind kind, enum term t);
/* Appends "Q(q₁,θ₂)": the term at the 1st q and the 2nd θ. */
void term_symbol(enum model_kind kind, enum term t, size_t q, size_t theta, struct text *out);

#endif
