/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nodes of a formula, for formula.c and formula_write.c alone. */
#ifndef EMSTEP_EM_FORMULA_NODE_H
#define EMSTEP_EM_FORMULA_NODE_H

#include "em/formula.h"

enum node_kind {
    NODE_NUMBER, NODE_HALF, NODE_PI, NODE_SYMBOL,
    NODE_ADD, NODE_SUB, NODE_MUL, NODE_DIV, NODE_POW, NODE_NEG,
    NODE_SQRT, NODE_LOG, NODE_EXP, NODE_TANH, NODE_ABS,
    NODE_CALL, NODE_FACTORIAL, NODE_CHOOSE,
    NODE_SUM,
    NODE_AS, /* symbols of x, numbers of y */
};

enum { ARGUMENTS = 3 };

struct term_link {
    formula term;
    struct term_link *next;
};

struct formula {
    enum node_kind kind;
    double value;                 /* of leaves, calls and sums */
    const char *latex;            /* a symbol's, a call's or a sum's name */
    formula x, y;                 /* of functions of one argument y = x; a sum's body is x */
    formula argument[ARGUMENTS];
    int narguments;
    struct term_link *first, *last;
    size_t nterms, largest;
    double rest;                  /* of the terms beyond those that are kept */
    double largest_value;
    bool peaked;
};

#endif
