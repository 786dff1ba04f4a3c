/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines θ(s) through parameter space, and the bound along them.  A parameter moves inside its
 * constraint: a weight along its simplex, the others rescaled in proportion; an entry of a
 * covariance with its mirror image; and the range is clipped to where θ(s) is valid.
 *
 * The line `gradient` is straight in the unconstrained coordinates u of em/transform.h:
 * u(s) = u(θ_q) + s ∇ℓ/‖∇ℓ‖, over the blocks that are not frozen.  Where ℓ is out of reach it is
 * ∇ELBO, the same at a touch.
 */
#ifndef EMSTEP_EM_LINE_H
#define EMSTEP_EM_LINE_H

#include "em/expected.h"

enum line_kind { LINE_EM, LINE_PARAMETER, LINE_GRADIENT };

/* The rows of a command that takes a line, for its table of options; n: points when not said. */
#define LINE_OPTIONS(n)                                                                            \
    {"along", OPTION_WORDS, "em|gradient|PARAM", "the line: to M's answer, up ∇ℓ, or mu[2]"},      \
    {"from", OPTION_REAL, "S", "where it begins"},                                                 \
    {"to", OPTION_REAL, "S", "where it ends"},                                                     \
    {"n", OPTION_COUNT, n, "points of each curve"},                                                \
    {"base", OPTION_CHOICE, "touch|here", "the line goes through the touching point, or here"}

enum { LINE_POINTS_MOST = 100001, LINE_HISTORY_MOST = 100 };

struct line_how {
    enum line_kind kind;
    const struct block *block;   /* LINE_PARAMETER: the block … */
    size_t entry;                /* … and the entry in it */
    bool here;                   /* base=here: through the current θ, not the touching point */
    bool ranged;                 /* from, to were given */
    double from, to;
    size_t n;                    /* points, ≥ 2 */
    const double *at;            /* or these s instead of a grid */
    size_t nat;
    size_t history;              /* so many bounds before this one, along the same line */
    bool parts;                  /* Q and H along it, too */
};

struct line {
    const struct model *model;
    struct theta *base;
    struct theta *end;           /* LINE_EM: θ(s) = base + s·(end − base) */
    struct theta *scratch;
    size_t nu;                   /* LINE_GRADIENT: coordinates … */
    unsigned blocks;             /* … of these blocks, */
    double *u, *direction;       /* (nu) those of base, and the unit vector, */
    double *moved;               /* (nu) scratch */
    double steepness;            /* … and ‖∇ℓ‖ */
    struct line_how how;
    char name[64];               /* "mu[2]", "em", "gradient" */
};

/* The line that `how` asks for and m's state suggests: through θ_q, or here; `em` needs the
 * M-step's answer.  On success, and after a failure too, line_clear it. */
int line_make(struct machine *m, const struct line_how *how, struct line *l, struct error *e);
/* θ(s) = from + s (to − from). */
int line_between(const struct model *m, const struct theta *from, const struct theta *to,
                 struct line *l, struct error *e);
void line_clear(struct line *l);

/* θ(s) into out (a theta of the model).  False where it is not valid. */
bool line_at(const struct line *l, double s, struct theta *out);
/* The s at which θ lies on the line; false when it does not. */
bool line_find(const struct line *l, const struct theta *theta, double *s);

/* The terms in the mask `which` of q at θ(s), without a prior; NaN where θ(s) is not valid. */
void line_terms(const struct line *l, const struct expected *q, double s, unsigned which,
                struct terms *t);
/* ℓ at n places on the line, in few passes over the data; NaN where θ(s) is not valid. */
int line_logliks(const struct line *l, const double *s, size_t n, double *loglik,
                 struct error *e);
/* Half the width over which the ELBO of q falls by about `drop` from its value at s, so that a
 * converged state still gets a telling picture; half of `scale` where it does not bend down. */
double line_telling_width(const struct line *l, const struct expected *q, double s, double scale,
                          double drop);
/* Clips [from, to], in which `inside` should be, to where θ(s) is valid.  False when it is valid
 * nowhere in it. */
bool line_clip(const struct line *l, double inside, double *from, double *to);

/* Where s lives: "logit p", "pi, mu and Sigma, unconstrained (log, softmax, Cholesky)". */
void line_coordinates(const struct line *l, struct text *out);

struct point { double s, value; };

/* The bound of an E-step before, along the same line. */
struct earlier {
    size_t t;                    /* it was made at θ_t */
    size_t q_count;              /* of q_k */
    double *elbo;                /* (n) */
    bool by_hand;                /* no E-step made this q */
    bool exact;                  /* it was a posterior: the bound touches somewhere */
    bool touches;                /* its touching point is on the line */
    struct point touch;
    bool lands;                  /* … and where the M-step went from it */
    struct point landing;
};

/* ℓ and ELBO along the line for the q of here, and the places that the theory speaks of. */
struct bound {
    struct line line;
    struct expected q;           /* of here */
    size_t n;
    double *s, *loglik, *elbo;   /* (n); NaN where a term is n/a.  For MM: f and g.  s is the
                                    block that all curves here are part of */
    bool has_loglik;             /* false: ℓ is intractable */
    bool touches;                /* the touching point is on the line */
    struct point touch;
    double slope_elbo, slope_loglik;
    struct point peak;           /* of the ELBO along the line, within the range */
    bool peak_is_m_step;         /* the M-step's answer, not merely "best along this line" */
    double peak_loglik;          /* ℓ there: the next E lifts the bound to it */
    struct point here;           /* the current θ, if it is on the line */
    bool has_here;
    double *Q, *H;               /* (n), when how.parts */
    struct earlier *earlier;     /* (nearlier), the latest first; fewer than how.history when there
                                    are no more, or when they were let go of */
    size_t nearlier;
    bool let_go;                 /* … that is why there are no more */
    char why_no_touch[160];      /* "" when it touches */
};

/* Why the bound of here touches at no θ that is known; NULL: it touches, at here's `touch`. */
const char *bound_untouched(const struct machine *m);

/* Needs a q.  On success bound_clear it.  ^C stops it. */
int bound_make(struct machine *m, const struct line_how *how, struct bound *b, struct error *e);
void bound_clear(struct bound *b);

/* The name of an entry of θ that can move, to go along: "mu[1]". */
void line_example(const struct model *m, struct text *out);

/* "em", "gradient", or a parameter ("mu[2]", "Sigma[1,1,2]", "p") → kind, block, entry. */
int line_parse(const struct model *m, const char *along, struct line_how *how, struct error *e);
/* LINE_OPTIONS into how, whose n stays when none is given. */
int line_from_options(const struct model *m, const struct options *o, struct line_how *how,
              struct error *e);

#endif
