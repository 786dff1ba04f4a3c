/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The MM models against published numbers: Bradley–Terry on the American League of 1987 (Agresti)
 * and on journal citations, Jaynes' die and Wolf's; which targets and which tables have no maximum;
 * and what the machine makes of steps that build their own surrogate.
 */
#include "bound.h"

#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "em/information.h"
#include "em/ledger.h"

static double term(const struct machine *m, enum term t)
{
    const struct terms *terms = &machine_here(m)->terms;
    ck_assert_msg(terms->have & TERM_BIT(t), "no %s", term_name(MODEL_MM, t)->key);
    return terms->value[t];
}

static void take(struct machine *m, enum m_kind kind)
{
    struct m_how how = {.kind = kind, .blocks = ~0u};
    struct error e = {0};
    bool made;
    ck_assert_msg(machine_m(m, &how, 1.0, &made, &e) == 0, "%s", e.message);
}

static void run(struct machine *m)
{
    struct run_how how = {.max = 100000, .tol = 1e-14, .rule = RULE_THETA};
    struct run_result r;
    struct error e = {0};
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
    ck_assert_int_eq(r.verdict, VERDICT_CONVERGED);
}

/* Block `name` of what follows from the state. */
static const double *stat(const struct machine *m, const char *name, double room[64])
{
    const struct state *s = machine_here(m);
    ck_assert_uint_le(m->model->stats.size, 64);
    m->model->class->stats(m->model, s->q, s->theta, room);
    return room + layout_find(&m->model->stats, name)->offset;
}

static double extra(const struct machine *m, const char *key)
{
    const struct state *s = machine_here(m);
    const struct model_class *c = m->model->class;
    double v[EXTRAS_MOST];
    c->extra(m->model, s->q, s->theta, v);
    for (size_t i = 0; c->extras[i].key; i++)
        if (strcmp(c->extras[i].key, key) == 0)
            return v[i];
    ck_abort_msg("no %s", key);
}

static const double *lambda(const struct machine *m)
{
    return theta_block(machine_here(m)->theta, "lambda");
}

/* ---- Bradley–Terry ----------------------------------------------------------------------- */

static struct machine *ranking(const char *data)
{
    struct machine *m = support_machine(data, "bradley-terry", "columns=winner,loser,wins");
    struct error e = {0};
    struct theta *t = theta_new(&m->model->theta, &e);
    ck_assert(m->model->class->init(m->model, "ones", NULL, t, &e) == 0);
    ck_assert(machine_start(m, t, &e) == 0);
    theta_free(t);
    return m;
}

START_TEST(baseball)
{
    static const double path[] = {-189.2291803, -174.2779899, -172.5610014, -172.3175048};
    static const double ability[] = {0,          1.10769771, 0.68385277, 1.43640843,
                                     1.58135588, 1.24761785, 1.29448512};
    static const char *const team[] = {"Baltimore", "Boston",   "Cleveland", "Detroit",
                                       "Milwaukee", "New York", "Toronto"};
    struct machine *m = ranking("baseball");
    double room[64];
    for (size_t i = 0; i < 4; i++) {
        support_close(term(m, TERM_LOGLIK), path[i], 1e-9, "f");
        support_e(m);
        support_m(m);
    }
    run(m);
    support_close(term(m, TERM_LOGLIK), -172.248176, 1e-8, "maximum");
    for (size_t i = 0; i < 7; i++) {
        support_close(stat(m, "log_ratio_to_first", room)[i], ability[i], 1e-8, team[i]);
        ck_assert_str_eq(m->model->theta.block[0].label[i], team[i]);
    }
    machine_free(m);
}
END_TEST

/* Against the table that fits each pair by itself: G² = 15.7 on 15 degrees of freedom (Agresti). */
START_TEST(baseball_deviance)
{
    struct machine *m = ranking("baseball");
    const struct dataset *d = m->model->obs.data;
    double saturated = 0.0;
    run(m);
    for (size_t i = 0; i < d->nrow; i++)
        for (size_t j = 0; j < d->nrow; j++) {
            const struct column *c = d->column;
            bool back = strcmp(c[0].level[(size_t)c[0].value[i] - 1],
                               c[1].level[(size_t)c[1].value[j] - 1]) == 0 &&
                        strcmp(c[1].level[(size_t)c[1].value[i] - 1],
                               c[0].level[(size_t)c[0].value[j] - 1]) == 0;
            double won = c[2].value[i], lost = c[2].value[j];
            if (back && won > 0.0)
                saturated += won * log(won / (won + lost));
        }
    ck_assert(fabs(2.0 * (saturated - term(m, TERM_LOGLIK)) - 15.7) < 0.05);
    machine_free(m);
}
END_TEST

/* f knows ratios alone; g is built at one scale and falls along the others. */
START_TEST(surrogate_has_a_scale)
{
    struct machine *m = ranking("citations");
    support_e(m);
    support_m(m);
    support_e(m);
    double f = term(m, TERM_LOGLIK), g = term(m, TERM_ELBO);
    struct error e = {0};
    struct theta *t = theta_copy(machine_here(m)->theta, &e);
    for (size_t i = 0; i < 4; i++)
        t->b.v[i] *= 3.0;
    ck_assert(machine_set_theta(m, t, &e) == 0);
    theta_free(t);
    support_close(term(m, TERM_LOGLIK), f, 1e-12, "f");
    ck_assert(term(m, TERM_ELBO) < g - 1.0);
    support_close(term(m, TERM_KL), term(m, TERM_LOGLIK) - term(m, TERM_ELBO), 1e-12, "gap");
    machine_free(m);
}
END_TEST

/* A player's row is won or lost by the other's name only. */
START_TEST(tables_read_alike)
{
    static const char *const tables[][2] = {
        {"who,whom\nA,B\nA,B\nB,A\nB,C\nC,A\n", ""},
        {"n,x,y\n2,A,B\n1,B,A\n1,B,C\n1,C,A\n0,C,B\n", "columns=x,y,n"},
        {"x,y,n\n7,12,2\n12,7,1\n12,30,1\n30,7,1\n", "columns=1,2,3"},
        {"x,y,n\nC C,A,1\nA,B,2\nB,A,1\nB,C C,1\n", "items=A,B,'C C'"},
    };
    double f[4];
    for (size_t i = 0; i < 4; i++) {
        struct error e = {0};
        struct model *model = bound_model(tables[i][0], "bradley-terry", tables[i][1], &e);
        ck_assert_msg(model != NULL, "%s", e.message);
        ck_assert_uint_eq(model->theta.size, 3);
        struct machine *m = machine_new(model, &e);
        support_theta(m, "skill=0.5,1,2");
        f[i] = term(m, TERM_LOGLIK);
        support_close(f[i], f[0], 1e-15, tables[i][1]);
        machine_free(m);
    }
    support_close(f[0], 2 * log(0.5 / 1.5) + log(1 / 1.5) + log(1 / 3.0) + log(2 / 2.5), 1e-14,
                  "by hand");
}
END_TEST

static const struct {
    const char *csv, *options, *message;
} refusals[] = {
    {"w,l\nA,B\nB,A\nC,A\nC,B\n", "", "C never lost to the others"},
    {"w,l\nA,B\nB,A\nA,C\nB,C\n", "", "C never beat the others"},
    {"w,l\nA,B\nB,A\nC,D\nD,C\nE,C\nC,E\n", "", "A, B never met the others"},
    {"w,l\nA,B\nB,C\nC,A\nA,p\nA,q\nA,r\nA,s\nA,t\nA,u\nA,v\n", "", "A, B, C never lost"},
    {"w,l\np,A\nq,A\nr,A\ns,A\nt,A\np,p1\np1,p\n", "", "never"},
    {"w,l\nA,B\nB,A\n", "items=A,B,C", "C never met"},
    {"w,l\nA,B\nB,A\n", "items=A", "'B', which is not among items="},
    {"w,l\nA,B\nB,A\n", "items=A,B,A", "'A' twice"},
    {"w,l\nA,B\nB,B\n", "", "nothing beats itself"},
    {"w,l\nA,NA\nB,A\n", "", "is missing"},
    {"w,l,n\nA,B,1\nB,A,-1\n", "", "no number of wins"},
    {"w,l,n\nA,B,1\nB,A,NA\n", "", "is missing"},
    {"w,l,n\nA,B,many\nB,A,1\n", "", "is text"},
    {"w,l,n\nA,B,0\nB,A,0\n", "", "sum to 0"},
    {"w\nA\nB\n", "", "two or three columns"},
    {"w,l,n,m\nA,B,1,2\n", "columns=1,2,3,4", "two or three columns"},
    {"w,l\nA,B\nB,A\n", "columns=w,x", "x"},
};

START_TEST(tables_without_a_maximum)
{
    struct error e = {0};
    ck_assert(bound_model(refusals[_i].csv, "bradley-terry", refusals[_i].options, &e) == NULL);
    ck_assert_msg(strstr(e.message, refusals[_i].message) != NULL, "%s", e.message);
    ck_assert(e.hint[0] || strstr(e.message, "column"));
}
END_TEST

START_TEST(six_of_a_group_are_counted)
{
    struct error e = {0};
    ck_assert(
        bound_model("w,l\na,b\nb,c\nc,d\nd,e\ne,f\nf,a\na,p\np,q\nq,r\nr,s\ns,t\nt,u\nu,v\nv,p\n",
                    "bradley-terry", "", &e) == NULL);
    ck_assert_msg(strstr(e.message, "a, b, c, d and 2 more never lost"), "%s", e.message);
}
END_TEST

/* ---- maximum entropy --------------------------------------------------------------------- */

static struct machine *maxent(const char *data, const char *options)
{
    struct machine *m = support_machine(data, "maxent", options);
    struct error e = {0};
    struct theta *t = theta_new(&m->model->theta, &e);
    ck_assert(m->model->class->init(m->model, "zero", NULL, t, &e) == 0);
    ck_assert(machine_start(m, t, &e) == 0);
    theta_free(t);
    return m;
}

START_TEST(brandeis_die)
{
    static const double newton[] = {0.342857142857, 0.370594466059, 0.371048813956,
                                    0.371048938081};
    static const double p[] = {0.054353168, 0.078771546, 0.114159977,
                               0.165446803, 0.239774440, 0.347494066};
    struct machine *m = maxent("jaynes_die", "columns=face targets=4.5");
    double room[64];
    for (size_t i = 0; i < 4; i++) {
        take(m, M_NEWTON);
        support_close(*lambda(m), newton[i], 1e-11, "λ");
    }
    take(m, M_NEWTON);
    support_close(*lambda(m), 0.37104893808, 1e-11, "λ");
    for (size_t i = 0; i < 6; i++)
        support_close(stat(m, "p", room)[i], p[i], 1e-9, "p");
    support_close(extra(m, "entropy"), 1.613581098, 1e-9, "S(p)");
    support_close(extra(m, "A"), 3.283301320, 1e-9, "A");
    support_close(log(6.0) - extra(m, "entropy"), 0.178178371, 1e-8, "KL to the uniform");
    support_close(term(m, TERM_LOGLIK), -extra(m, "entropy"), 1e-12, "the dual is −S at its top");
    machine_free(m);
}
END_TEST

static const struct {
    double mean, lambda, entropy;
} dice[] = {
    {3.5, 0.0, 1.791759469}, {4.0, 0.174628931, 1.748506249}, {1.5, -1.086963747, NAN},
    {5.5, 1.086963747, NAN},
};

START_TEST(other_means)
{
    char options[60];
    snprintf(options, sizeof options, "columns=face targets=%g", dice[_i].mean);
    struct machine *m = maxent("jaynes_die", options);
    run(m); /* by iterative scaling */
    support_close(*lambda(m), dice[_i].lambda, 1e-8, "λ");
    if (!isnan(dice[_i].entropy))
        support_close(extra(m, "entropy"), dice[_i].entropy, 1e-9, "S(p)");
    machine_free(m);
}
END_TEST

/* Wolf's 20000 throws: what maximises the entropy under the data's means maximises the likelihood
 * of the data in the family, and the means of both steps' limits are the data's. */
START_TEST(wolf_die)
{
    struct machine *m = maxent("wolf_die", "columns=f1,f2 weights=count");
    const struct observations *o = &m->model->obs;
    double room[64], loglik = 0.0, mean[2] = {0};
    run(m);
    double scaled[2] = {lambda(m)[0], lambda(m)[1]};
    for (int i = 0; i < 3; i++)
        take(m, M_NEWTON);
    for (size_t i = 0; i < o->n; i++) {
        loglik += o->weight[i] * log(stat(m, "p", room)[i]);
        for (size_t j = 0; j < 2; j++)
            mean[j] += o->weight[i] * o->x[j][i] / o->total_weight;
    }
    support_close(term(m, TERM_LOGLIK) * o->total_weight, loglik, 1e-12, "mean log-likelihood");
    for (size_t j = 0; j < 2; j++) {
        support_close(stat(m, "Ef", room)[j], mean[j], 1e-12, "Ef");
        support_close(mean[j], j ? 0.1393 : 0.0983, 1e-3, "Jaynes' constraints");
        support_close(scaled[j], lambda(m)[j], 1e-9, "λ");
    }
    machine_free(m);
}
END_TEST

/* A feature twice: λ may be shared out in any way, p may not. */
START_TEST(dependent_features)
{
    struct error e = {0};
    double p[2][4], room[64];
    for (int start = 0; start < 2; start++) {
        struct model *model = bound_model("a,b,c\n0,0,7\n1,2,7\n2,4,7\n5,10,7\n", "maxent",
                                          "targets=3,6,7", &e);
        ck_assert_msg(model != NULL, "%s", e.message);
        struct machine *m = machine_new(model, &e);
        support_theta(m, start ? "lambda=0.3,-0.1,2" : "lambda=0,0,0");
        for (int i = 0; i < 8; i++)
            take(m, M_NEWTON);
        support_close(stat(m, "Ef", room)[1], 6.0, 1e-12, "Ef");
        memcpy(p[start], stat(m, "p", room), sizeof p[start]);
        machine_free(m);
    }
    for (size_t i = 0; i < 4; i++)
        support_close(p[1][i], p[0][i], 1e-12, "p");
}
END_TEST

/* gis builds the surrogate where it stands, as an E would; newton leaves none. */
START_TEST(steps_build_their_own_surrogate)
{
    struct machine *a = maxent("wolf_die", "columns=f1,f2 targets=0.0983,0.1393");
    struct machine *b = maxent("wolf_die", "columns=f1,f2 targets=0.0983,0.1393");
    struct ledger l;
    struct error e = {0};
    for (int i = 0; i < 3; i++) {
        take(a, M_GIS);
        support_e(b);
        take(b, i == 1 ? M_GIS : M_EXACT); /* after an E they are the same step */
        ck_assert_mem_eq(lambda(a), lambda(b), 2 * sizeof(double));
        for (int t = 0; t <= TERM_KL; t++)
            ck_assert(term(a, (enum term)t) == term(b, (enum term)t));
        ck_assert_int_eq(ledger_make(a, &l, true, &e), 0);
        for (size_t k = 0; k < l.nclaim; k++)
            ck_assert_msg(l.claim[k].holds, "%s", l.claim[k].claim);
        ck_assert(l.nclaim >= 5 && l.ngiven_up == 0);
    }
    ck_assert_uint_eq(machine_here(a)->q_count, machine_here(b)->q_count);
    take(a, M_NEWTON);
    ck_assert(!machine_here(a)->has_q && machine_here(a)->terms.have == TERM_BIT(TERM_LOGLIK));
    ck_assert_int_eq(ledger_make(a, &l, true, &e), 0);
    ck_assert(l.nclaim == 0 && l.ngiven_up == 1 && l.given_up[0].term == TERM_LOGLIK);
    ck_assert_int_eq(machine_back(a, 1, &e), 0);
    ck_assert(machine_here(a)->has_q);
    machine_free(a);
    machine_free(b);
}
END_TEST

/* From far away the parabola's top lies beyond the hill. */
START_TEST(newton_may_overshoot)
{
    struct machine *m = maxent("jaynes_die", "columns=face targets=4.5");
    support_theta(m, "lambda=3");
    double f = term(m, TERM_LOGLIK);
    take(m, M_NEWTON);
    ck_assert(term(m, TERM_LOGLIK) < f);
    machine_free(m);
}
END_TEST

START_TEST(other_models_have_no_such_step)
{
    struct machine *m = ranking("citations");
    struct m_how how = {.kind = M_GIS, .blocks = ~0u};
    struct error e = {0};
    bool made;
    support_e(m);
    long states = m->nstate;
    ck_assert_int_eq(machine_m(m, &how, 1.0, &made, &e), -1);
    ck_assert(strstr(e.message, "m gis is no step of bradley-terry") && e.hint[0]);
    ck_assert(m->nstate == states);
    machine_free(m);
}
END_TEST

/* ---- which targets have a λ -------------------------------------------------------------- */

static const struct {
    const char *csv, *options, *message; /* NULL: they have */
} reach[] = {
    {"x\n1\n2\n6\n", "targets=1.000001", NULL},
    {"x\n1\n2\n6\n", "targets=1", "'x' is an end of its range [1, 6]"},
    {"x\n1\n2\n6\n", "targets=6", "is an end of its range"},
    {"x\n1\n2\n6\n", "targets=0.5", "0.5 is outside the range [1, 6]"},
    {"x\n1\n2\n6\n", "targets=7", "7 is outside the range"},
    {"x\n4\n4\n", "targets=4", NULL},
    {"x\n4\n4\n", "targets=5", "outside the range [4, 4]"},
    {"x\n1\n2\n3\n4\n5\n6\n", "moments=1,2 targets=4.5,22", NULL},
    {"x\n1\n2\n3\n4\n5\n6\n", "moments=1,2 targets=4.5,20.5", "on the boundary"},
    {"x\n1\n2\n3\n4\n5\n6\n", "moments=1,2 targets=4.5,20.4", "outside the convex hull"},
    {"x\n1\n2\n3\n4\n5\n6\n", "moments=1,2 targets=4,22", "on the boundary"}, /* 0.4·1 + 0.6·6 */
    {"x\n1\n2\n3\n4\n5\n6\n", "moments=1,2 targets=4,22.1", "outside the convex hull"},
    {"a,b\n0,0\n1,0\n0,1\n", "targets=0.3,0.3", NULL},
    {"a,b\n0,0\n1,0\n0,1\n", "targets=0.5,0.5", "a + b is 1 at most, and the targets ask for just"},
    {"a,b\n0,0\n1,0\n0,1\n", "targets=0.6,0.6",
     "a + b is 1 at most there, and the targets make it"},
    {"a,b\n0,0\n1,2\n2,4\n", "targets=1,2", NULL},
    {"a,b\n0,0\n1,2\n2,4\n", "targets=1,2.1", "outside the convex hull"},
    {"a,b\n1e9,1e-9\n2e9,3e-9\n3e9,1e-9\n", "targets=2e9,1.5e-9", NULL},
    {"a,b\n1e9,1e-9\n2e9,3e-9\n3e9,1e-9\n", "targets=2e9,3e-9", "is an end of its range"},
    {"a,b\n1e9,1e-9\n2e9,3e-9\n3e9,1e-9\n", "targets=1.1e9,2.9e-9", "outside the convex hull"},
    {"x,w\n1,3\n2,0\n6,2\n", "columns=x weights=w", NULL},
    {"x,w\n1,0\n2,0\n6,2\n", "columns=x weights=w", "is an end of its range"},
    {"a,b,w\n0,0,0\n1,0,3\n0,1,2\n", "columns=a,b weights=w", "on the boundary"},
    {"a,b,w\n0,0,1\n1,0,3\n0,1,2\n", "columns=a,b weights=w", NULL},
};

/* The model is bound and f can be looked at; the steps alone are refused, or go well. */
START_TEST(targets_are_judged)
{
    struct error e = {0};
    struct model *model = bound_model(reach[_i].csv, "maxent", reach[_i].options, &e);
    ck_assert_msg(model != NULL, "%s", e.message);
    struct machine *m = machine_new(model, &e);
    struct theta *zero = theta_new(&model->theta, &e);
    ck_assert_int_eq(machine_start(m, zero, &e), 0);
    theta_free(zero);
    ck_assert(isfinite(term(m, TERM_LOGLIK)));
    static const enum m_kind kinds[] = {M_GIS, M_NEWTON};
    for (size_t i = 0; i < 2; i++) {
        struct m_how how = {.kind = kinds[i], .blocks = ~0u};
        bool made;
        long states = m->nstate;
        int r = machine_m(m, &how, 1.0, &made, &e);
        ck_assert_msg(r == (reach[_i].message ? -1 : 0), "%s: %s", reach[_i].options, e.message);
        if (reach[_i].message) {
            ck_assert_msg(strstr(e.message, reach[_i].message) != NULL, "%s", e.message);
            ck_assert(e.hint[0] && m->nstate == states);
        }
    }
    machine_free(m);
}
END_TEST

enum { POINTS = 7, GRID = 5, QUARTERS = 4 };

static long cross(const long *a, const long *b, const long *p)
{
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
}

/* 0 inside, 1 on the boundary, 2 outside, of the hull of points in the plane, in whole numbers;
 * -1 when they lie on one line. */
static int judge(const long x[POINTS][2], const long *target)
{
    int verdict = 0;
    bool plane = false;
    for (size_t i = 0; i < POINTS; i++)
        for (size_t j = 0; j < POINTS; j++) {
            bool edge = x[i][0] != x[j][0] || x[i][1] != x[j][1];
            for (size_t k = 0; k < POINTS; k++) {
                edge = edge && cross(x[i], x[j], x[k]) >= 0;
                plane = plane || cross(x[i], x[j], x[k]) != 0;
            }
            long side = cross(x[i], x[j], target);
            if (edge && side < 0)
                verdict = 2;
            else if (edge && side == 0 && verdict == 0)
                verdict = 1;
        }
    return plane ? verdict : -1;
}

static int verdict_of(const long x[POINTS][2], const long *target)
{
    struct text csv = TEXT_INIT;
    char options[80];
    struct error e = {0};
    text_add(&csv, "a,b\n");
    for (size_t i = 0; i < POINTS; i++)
        text_addf(&csv, "%g,%g\n", (double)x[i][0] / QUARTERS, (double)x[i][1] / QUARTERS);
    snprintf(options, sizeof options, "targets=%g,%g", (double)target[0] / QUARTERS,
             (double)target[1] / QUARTERS);
    struct model *m = bound_model(csv.s, "maxent", options, &e);
    ck_assert_msg(m != NULL, "%s", e.message);
    struct theta *zero = theta_new(&m->theta, &e);
    struct latent *q = bound_posterior(m, zero);
    struct m_how how = {.kind = M_EXACT, .blocks = ~0u};
    int r = m->class->m_step(m, q, &how, NULL, zero, &e);
    int verdict = r == 0 ? 0 : strstr(e.message, "outside") ? 2 : 1;
    theta_free(zero);
    latent_free(q);
    model_free(m);
    text_clear(&csv);
    return verdict;
}

/* Points and targets on a coarse grid, so that boundaries are met often. */
START_TEST(hulls_of_random_points)
{
    struct error e = {0};
    gsl_rng *r = random_new(5, &e);
    int seen[3] = {0};
    for (int trial = 0; trial < 2000; trial++) {
        long x[POINTS][2], target[2];
        for (size_t i = 0; i < POINTS; i++)
            for (size_t j = 0; j < 2; j++)
                x[i][j] = QUARTERS * (long)gsl_rng_uniform_int(r, GRID);
        for (size_t j = 0; j < 2; j++)
            target[j] = (long)gsl_rng_uniform_int(r, QUARTERS * (GRID - 1) + 1);
        int expected = judge(x, target);
        if (expected < 0)
            continue;
        ck_assert_msg(verdict_of(x, target) == expected, "trial %d: %d, expected %d", trial,
                      verdict_of(x, target), expected);
        seen[expected]++;
    }
    ck_assert(seen[0] > 100 && seen[1] > 100 && seen[2] > 100);
    gsl_rng_free(r);
}
END_TEST

static const struct {
    const char *csv, *options, *message;
} words[] = {
    {"x\n1\n2\n", "", "needs the means"},
    {"x\n1\n2\n", "targets=1,2", "2 targets for 1 feature"},
    {"x,w\n1,1\n2,1\n", "columns=x targets=1.5 weights=w", "both say"},
    {"x,y\n1,1\n2,1\n", "moments=1,2 targets=1,1", "powers of one column"},
    {"x\n1\n2\n", "moments=1.5 targets=1", "whole number from 1 to 20"},
    {"x\n1e200\n2\n", "moments=1,2 targets=1,1", "out of the range"},
    {"x\n1\nNA\n", "targets=1", "missing"},
};

START_TEST(words_are_refused)
{
    struct error e = {0};
    ck_assert(bound_model(words[_i].csv, "maxent", words[_i].options, &e) == NULL);
    ck_assert_msg(strstr(e.message, words[_i].message) != NULL, "%s", e.message);
    ck_assert(e.hint[0]);
}
END_TEST

/* Outcomes far apart and λ far out: probabilities underflow, the terms do not. */
START_TEST(far_out)
{
    struct error e = {0};
    struct model *model = bound_model("x\n-1e6\n0\n3\n1e6\n", "maxent", "targets=5", &e);
    struct machine *m = machine_new(model, &e);
    support_theta(m, "lambda=0.1");
    support_e(m);
    support_theta(m, "lambda=-0.2");
    for (int t = 0; t <= TERM_KL; t++)
        ck_assert_msg(isfinite(term(m, (enum term)t)), "%s",
                      term_name(MODEL_MM, (enum term)t)->key);
    support_close(term(m, TERM_KL), term(m, TERM_LOGLIK) - term(m, TERM_ELBO), 1e-9, "gap");
    machine_free(m);
}
END_TEST

/* A model of which nothing is asked has no parameter: every word about its θ is an
 * error or empty. */
START_TEST(nothing_is_asked)
{
    struct machine *m = maxent("jaynes_die", "columns= targets=");
    struct text name = TEXT_INIT;
    struct error e = {0};
    double rate[1];
    support_e(m);
    support_m(m);
    take(m, M_NEWTON);
    support_close(extra(m, "entropy"), log(6.0), 1e-15, "S(p)");
    ck_assert_int_eq(information_rates(m, machine_here(m)->theta, rate, &e), -1);
    ck_assert(strstr(e.message, "no parameter") && e.hint[0]);
    block_entry_name(&m->model->theta.block[0], 0, &name);
    ck_assert_str_eq(name.s, "lambda");
    text_clear(&name);
    machine_free(m);
}
END_TEST

START_TEST(memory_runs_out)
{
    bound_starved("w,l,n\nA,B,1\nB,C,2\nC,A,3\n", "bradley-terry", "items=C,A,B");
    bound_starved("a,b\n0,0\n1,0\n0,1\n", "maxent", "targets=0.3,0.3");
    bound_starved("x\n1\n2\n3\n", "maxent", "moments=1,2 targets=2,4.5");
}
END_TEST

#define COUNT(a) (int)(sizeof(a) / sizeof *(a))

int main(void)
{
    Suite *s = suite_create("mm");
    TCase *t = tcase_create("bradley-terry");
    tcase_add_test(t, baseball);
    tcase_add_test(t, baseball_deviance);
    tcase_add_test(t, surrogate_has_a_scale);
    tcase_add_test(t, tables_read_alike);
    tcase_add_loop_test(t, tables_without_a_maximum, 0, COUNT(refusals));
    tcase_add_test(t, six_of_a_group_are_counted);
    suite_add_tcase(s, t);
    t = tcase_create("maxent");
    tcase_add_test(t, brandeis_die);
    tcase_add_loop_test(t, other_means, 0, COUNT(dice));
    tcase_add_test(t, wolf_die);
    tcase_add_test(t, dependent_features);
    tcase_add_test(t, steps_build_their_own_surrogate);
    tcase_add_test(t, newton_may_overshoot);
    tcase_add_test(t, other_models_have_no_such_step);
    tcase_add_loop_test(t, targets_are_judged, 0, COUNT(reach));
    tcase_add_test(t, hulls_of_random_points);
    tcase_add_loop_test(t, words_are_refused, 0, COUNT(words));
    tcase_add_test(t, far_out);
    tcase_add_test(t, nothing_is_asked);
    tcase_add_test(t, memory_runs_out);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return support_run(s);
}
