/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random problems (problem.h), each on trial (trial.h).  COUNT=n problems from FIRST=n on (`make
 * problems COUNT=10000`); SHOW=1 prints their tables and steps.
 */
#include <stdio.h>
#include <stdlib.h>

#include "trial.h"

static step_function *choose(const struct problem *p)
{
    static step_function *const steps[] = {trial_e,   trial_e,   trial_e, trial_m,    trial_m,
                                           trial_m,   trial_m,   trial_run, trial_run, trial_q,
                                           trial_theta};
    static step_function *const later[] = {trial_schedule, trial_schedule, trial_schedule,
                                           trial_travel, trial_restarts, trial_release};
    if (p->later && problem_chance(p, 0.5))
        return later[problem_below(p, sizeof later / sizeof *later)];
    return steps[problem_below(p, sizeof steps / sizeof *steps)];
}

static void solve(struct trial *t)
{
    const struct problem *p = &t->p;
    if (problem_chance(p, 0.35))
        try_step(t, trial_prior, false);
    if (problem_chance(p, 0.15))
        try_step(t, trial_freeze, false);
    if (!try_step(t, trial_start, false))
        return;
    fast_path(t);
    for (int i = 0; i < 8; i++) {
        step_function *step = choose(p);
        try_step(t, step, step == trial_run || step == trial_schedule);
        fast_path(t);
    }
}

static void try_problem(unsigned long number)
{
    struct trial t = {.steps = ""};
    problem_make(&t.p, number);
    if (trial_show)
        problem_print(&t.p);
    if (t.p.m)
        solve(&t);
    else
        is_helpful(&t, &t.p.error);
    problem_clear(&t.p);
}

START_TEST(test_problem)
{
    const char *first = getenv("FIRST");
    unsigned long half = _i < 200 ? 1ul : PROBLEMS_BEFORE + 1ul - 200ul;
    try_problem((first ? strtoul(first, NULL, 10) : half) + (unsigned long)_i);
}
END_TEST

/* What once failed beyond the 400. */
static const unsigned long kept[] = {
    1080,  /* a column once wide is narrow now: the parts of its variance cancelled in the map */
    3288,  /* a variance below the normal numbers has no inverse */
    3336,  /* hmm: a mean is 0 but for the rounding of the entries that it is made of */
    6697,  /* a variance without an inverse, from the start */
    6720,  /* missing entries 1e7 from 0: the mean was rounded before the deviation was taken */
    7749,  /* poisson: x log λ and log x! of 786671553 cancel to 2e-6 */
    7808,  /* p of all outcomes but one underflowed, and the surrogate's slack with it */
    10461, /* eigenvalues of a variance that overflowed */
    11199, /* y close together beside what they are made of: the map had lost eight digits */
    11781, /* a noise variance below the normal numbers */
    13081, /* part of the way to a gradient step's θ passed through a valley */
    14543, /* a share γ is as good as the rounding of log p, 2.6e8 here */
    20474, /* the ledger held an M to a prior that had been taken away since */
    20478, /* ν of 1e16: parts of the Wishart's entropy cancelled */
    22512, /* a mean 1e8 from 0 is rounded, and R did not know */
    23248, /* 2|h| of little noise cancelled between log Z and its constant */
    24235, /* the two coins' log(1 − p) had lost a p of 1e-286, before 1e300 tosses */
    24958, /* ising: σ² fell to 3e-16, and m within 1e-13 of x was taken as settled */
    25648, /* ising: gradient steps took σ² below the normal numbers */
    25899, /* Σ nearly singular in an order of the columns other than the table's */
    26636, /* abo: 1e300 people, and log p of theirs is 0 to 1e-16 */
    27256, /* denoise: μ of 1e59 rounded, and τ² had been 1e-101 */
    27288, /* vbgmm: W held at 9 where the data want 1e282: the slope along ν had no digit left */
    28567, /* bernoulli: ℓ is 0 to the rounding of a weight of 1e8 */
};

START_TEST(test_kept)
{
    try_problem(kept[_i]);
}
END_TEST

int main(void)
{
    const char *count = getenv("COUNT");
    Suite *s = suite_create("problems");
    TCase *c = tcase_create("problems");
    trial_show = getenv("SHOW") != NULL;
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, test_problem, 0, count ? atoi(count) : 400);
    if (!count)
        tcase_add_loop_test(c, test_kept, 0, sizeof kept / sizeof *kept);
    suite_add_tcase(s, c);
    return support_run(s);
}
