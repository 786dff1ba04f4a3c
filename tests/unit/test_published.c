/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Worked examples from the literature, by their starts, iterates and limits.  A number stands here
 * as it is known, and agrees when it is the machine's rounded to as many digits.
 */
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "data/table.h"
#include "em/line.h"

/* ---- numbers as printed ------------------------------------------------------------------ */

/* One unit of the last digit that is written: "2.035" gives 0.001. */
static double last_digit(const char *digits)
{
    const char *exponent = strpbrk(digits, "eE"), *point = strchr(digits, '.');
    double power = exponent ? atof(exponent + 1) : 0.0;
    size_t end = exponent ? (size_t)(exponent - digits) : strlen(digits);
    size_t decimals = point ? end - (size_t)(point - digits) - 1 : 0;
    return pow(10.0, power - (double)decimals);
}

static void printed(double v, const char *digits, const char *what)
{
    double expected = atof(digits), unit = last_digit(digits);
    ck_assert_msg(fabs(v - expected) <= 0.6 * unit, "%s: %.16g, published %s", what, v, digits);
}

/* "54.61 80.09": the values in order; returns how many there were. */
static size_t printed_list(const double *v, const char *list, const char *what)
{
    char copy[400], *save = NULL;
    size_t n = 0;
    snprintf(copy, sizeof copy, "%s", list);
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
        printed(v[n++], w, what);
    return n;
}

static const double *block(const struct machine *m, const char *name)
{
    return theta_block(machine_here(m)->theta, name);
}

static double term(const struct machine *m, enum term t)
{
    return machine_here(m)->terms.value[t];
}

static double loglik(const struct machine *m)
{
    return term(m, TERM_LOGLIK);
}

static struct run_result run(struct machine *m, enum run_rule rule, double tol, size_t max)
{
    struct run_how how = {.max = max, .tol = tol, .rule = rule};
    struct run_result r;
    struct error e = {0};
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
    return r;
}

/* To the limit, as published limits were reached. */
static void to_the_limit(struct machine *m)
{
    struct run_result r = run(m, RULE_THETA, 1e-12, 100000);
    ck_assert_msg(r.verdict == VERDICT_CONVERGED, "%s after %zu", verdict_name(r.verdict),
                  r.iterations);
}

static struct machine *start(const char *data, const char *model, const char *options,
                             const char *theta)
{
    struct machine *m = support_machine(data, model, options);
    support_theta(m, theta);
    return m;
}

static void iterate(struct machine *m, size_t n)
{
    run(m, RULE_THETA, 0.0, n);
}

static void m_only(struct machine *m, const char *name)
{
    const struct layout *l = &m->model->theta;
    struct m_how how = {.kind = M_EXACT, .blocks = 1u << layout_place(l, layout_find(l, name))};
    struct error e = {0};
    bool made;
    ck_assert_msg(machine_m(m, &how, 1.0, &made, &e) == 0, "%s", e.message);
}

/* ℓ at this θ, and after each further iteration. */
static void printed_path(struct machine *m, const char *list)
{
    char copy[400], *save = NULL;
    snprintf(copy, sizeof copy, "%s", list);
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        char what[80];
        snprintf(what, sizeof what, "ℓ at %s", machine_here(m)->label);
        printed(loglik(m), w, what);
        support_e(m);
        support_m(m);
    }
}

/* A table that stands in memory, and a model of it. */
static struct machine *start_table(const char *csv, const char *model, const char *options,
                                   const char *theta)
{
    struct error e = {0};
    struct table_how how = {.header = 1, .name = "here"};
    struct dataset *d = table_parse(csv, strlen(csv), "here", &how, &e);
    ck_assert_msg(d != NULL, "%s", e.message);
    struct options o;
    support_options(&o, options);
    struct model *bound = model_open(model, d, &o, NULL, &e);
    ck_assert_msg(bound != NULL, "%s", e.message);
    struct machine *m = machine_new(bound, &e);
    ck_assert_ptr_nonnull(m);
    if (theta)
        support_theta(m, theta);
    options_clear(&o);
    dataset_free(d);
    return m;
}

/* ---- limits ------------------------------------------------------------------------------ */

static const struct limit {
    const char *data, *model, *options, *theta;
    const char *loglik;
    const char *block[3], *value[3];
} limits[] = {
    /* Hasselblad 1969 */
    {"deaths", "poisson", "k=2 columns=deaths weights=frequency", "pi=0.3,0.7 lambda=1,2.5",
     "-1989.945859883",
     {"pi", "lambda"},
     {"0.359885397 0.640114603", "1.256095101 2.663404357"}},
    {"deaths", "poisson", "k=1 columns=deaths weights=frequency", "pi=1 lambda=1",
     "-2001.397847372", {"pi", "lambda"}, {"1", "2.156934306569"}},
    /* Old Faithful: R's mixtools and mclust */
    {"faithful", "gmm", "k=2 cov=tied columns=waiting", "pi=0.5,0.5 mu=55,80 Sigma=25",
     "-1034.00176", {"pi", "mu", "Sigma"}, {"0.3608 0.6392", "54.6136 80.0903", "34.4462"}},
    {"faithful", "gmm", "k=2 columns=waiting", "pi=0.5,0.5 mu=55,80 Sigma=25,25", "-1034.00175",
     {"pi", "mu", "Sigma"},
     {"0.360886 0.639114", "54.614856 80.091069", "34.4712 34.4303"}},
    {"faithful", "gmm", "k=2 columns=eruptions", "pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25",
     "-276.3600405",
     {"pi", "mu", "Sigma"},
     {"0.3484046 0.6515954", "2.0186078 4.2733434", "0.0555176 0.1910242"}},
    {"faithful", "gmm", "k=2 columns=eruptions,waiting",
     "pi=0.5,0.5 mu=4.3,80,2,55 Sigma=0.2,0,0,30,0.1,0,0,30", "-1130.26396018",
     {"pi", "mu", "Sigma"},
     {"0.64412714 0.35587286", "4.2896620 79.968115 2.0363885 54.478516",
      "0.1699684 0.940609 0.940609 36.04621 "
      "0.0691677 0.435168 0.435168 33.69728"}},
    {"faithful", "gmm", "k=2 cov=tied columns=eruptions,waiting",
     "pi=0.5,0.5 mu=4.3,80,2,55 Sigma=0.2,0,0,30", "-1140.187", {"Sigma"},
     {"0.1328 0.7515 0.7515 35.17"}},
    {"faithful", "gmm", "k=3 cov=tied columns=eruptions,waiting",
     "pi=0.3,0.3,0.4 mu=2,55,4,76,4.5,83 Sigma=0.1,0.5,0.5,30", "-1126.31592782", {NULL}, {NULL}},
    /* Missing data: Schafer 1997; Little & Rubin */
    {"cholesterol", "mvn", "columns=day2,day4,day14",
     "mu=250,230,220 Sigma=2000,0,0,0,2000,0,0,0,2000", "-376.915465323",
     {"mu", "Sigma"},
     {"253.928571429 230.642857143 222.237170222",
      "2194.994897959 1454.617346939 835.397937370 1454.617346939 2127.158163265 1515.467236526 "
      "835.397937370 1515.467236526 1952.232578101"}},
    {"apples", "mvn", "columns=x,y", "mu=15,45 Sigma=80,0,0,100", NULL,
     {"mu", "Sigma"},
     {"14.722222222 49.333333333", "89.533950617 -90.696729197 -90.696729197 114.694955117"}},
    /* Murray 1977 */
    {"murray", "mvn", "columns=x,y", "mu=0,0 Sigma=1,0,0,1", "-30.033342386268",
     {"mu", "Sigma"}, {"0 0", "2.5000000000 0.0000000000 0.0000000000 2.5000000000"}},
    {"murray", "mvn", "columns=x,y", "mu=0,0 Sigma=1,0.01,0.01,1", "-29.974286410465",
     {"mu", "Sigma"}, {"0 0", "2.6666666667 1.3333333333 1.3333333333 2.6666666667"}},
    {"murray", "mvn", "columns=x,y", "mu=0,0 Sigma=1,-0.01,-0.01,1", "-29.974286410465",
     {"mu", "Sigma"}, {"0 0", "2.6666666667 -1.3333333333 -1.3333333333 2.6666666667"}},
    {"linkage", "linkage", "columns=count", "p=0.5", "-7.548657516", {"p"},
     {"0.626821497871"}},
};

START_TEST(limit_is_reached)
{
    const struct limit *l = &limits[_i];
    struct machine *m = start(l->data, l->model, l->options, l->theta);
    to_the_limit(m);
    if (l->loglik)
        printed(loglik(m), l->loglik, l->data);
    for (size_t i = 0; i < 3 && l->block[i]; i++) {
        const struct block *b = layout_find(&m->model->theta, l->block[i]);
        ck_assert_uint_eq(printed_list(block(m, l->block[i]), l->value[i], l->block[i]), b->size);
    }
    machine_free(m);
}
END_TEST

/* ---- two coins (Do & Batzoglou 2008): π is held ------------------------------------------- */

static struct machine *coins(const char *theta)
{
    struct machine *m = start("coins", "binomial", "k=2 columns=heads,tosses", theta);
    machine_freeze(m, 1u);
    return m;
}

/* Σ log C(10,h): published log-likelihoods are of the sequences. */
static double coins_constant(void)
{
    static const double heads[] = {5, 9, 8, 4, 7};
    double sum = 0.0;
    for (size_t i = 0; i < 5; i++)
        sum += lgamma(11.0) - lgamma(heads[i] + 1.0) - lgamma(11.0 - heads[i]);
    return sum;
}

START_TEST(coins_iterates)
{
    static const struct {
        size_t t;
        const char *p, *loglik;
    } rows[] = {
        {0, "0.6 0.5", "-33.093862520"},
        {1, "0.713012235 0.581339308", "-31.859257948"},
        {2, "0.745292036 0.569255750", "-31.723116079"},
        {3, "0.768098834 0.549535914", "-31.627827362"},
        {4, "0.783164584 0.534617454", "-31.584946843"},
        {5, "0.791055246 0.526281167", "-31.573057641"},
        {10, "0.796744149 0.519658662", "-31.570200503"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct machine *m = coins("pi=0.5,0.5 p=0.6,0.5");
        iterate(m, rows[i].t);
        printed_list(block(m, "p"), rows[i].p, "p");
        printed(loglik(m) - coins_constant(), rows[i].loglik, "ℓ");
        machine_free(m);
    }
    struct machine *m = coins("pi=0.5,0.5 p=0.6,0.5");
    to_the_limit(m);
    printed_list(block(m, "p"), "0.796789066923 0.519583120145", "p");
    printed(loglik(m) - coins_constant(), "-31.570200235997", "ℓ");
    printed(loglik(m), "-9.796924292222", "ℓ of the counts");
    machine_free(m);
}
END_TEST

START_TEST(coins_terms)
{
    struct machine *m = coins("pi=0.5,0.5 p=0.6,0.5");
    double c = coins_constant();
    support_e(m);
    const double *r = latent_block(machine_here(m)->q, "gamma");
    static const char *const first[] = {"0.449149", "0.804986", "0.733467", "0.352156", "0.647215"};
    for (size_t i = 0; i < 5; i++)
        printed(r[2 * i], first[i], "r_A");
    printed(term(m, TERM_Q) - c, "-36.152946428", "Q");
    printed(-term(m, TERM_H), "3.059083908", "−H");
    printed(term(m, TERM_ELBO) - c, "-33.093862520", "ELBO");
    support_m(m);
    printed(term(m, TERM_Q) - c, "-35.056308153", "Q after M");
    printed(term(m, TERM_ELBO) - c, "-31.997224245", "ELBO after M");
    printed(term(m, TERM_KL), "0.137966297", "KL after M");
    support_e(m);
    printed(term(m, TERM_Q) - c, "-34.724613820", "Q");
    printed(term(m, TERM_ENTROPY), "2.865355872", "S");
    support_m(m);
    printed(term(m, TERM_Q) - c, "-34.650160235", "Q after M");
    printed(term(m, TERM_ELBO) - c, "-31.784804363", "ELBO after M");
    printed(term(m, TERM_KL), "0.061688284", "KL after M");
    support_e(m);
    printed(term(m, TERM_Q) - c, "-34.225808502", "Q");
    support_m(m);
    printed(term(m, TERM_KL), "0.040407248", "KL after M");
    machine_free(m);
}
END_TEST

/* max |Δθ|, which is what was published: a rule of the user's own, by until=. */
struct watch {
    const struct machine *m;
    double before[2], tol;
    bool started;
};

static int moved_less(void *context, struct error *e)
{
    struct watch *w = context;
    (void)e;
    const double *p = block(w->m, "p");
    double change = fmax(fabs(p[0] - w->before[0]), fabs(p[1] - w->before[1]));
    bool stop = w->started && change < w->tol;
    memcpy(w->before, p, sizeof w->before);
    w->started = true;
    return stop;
}

START_TEST(coins_stops)
{
    static const struct {
        double tol;
        size_t its;
    } rows[] = {{1e-3, 8}, {1e-4, 11}, {1e-5, 13}, {1e-6, 16}, {1e-8, 21}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct machine *m = coins("pi=0.5,0.5 p=0.6,0.5");
        struct watch w = {.m = m, .tol = rows[i].tol};
        struct run_how how = {.max = 100, .tol = 0.0, .rule = RULE_THETA, .until = moved_less,
                              .context = &w};
        struct run_result r;
        struct error e = {0};
        ck_assert_int_eq(machine_run(m, &how, &r, &e), 0);
        ck_assert_int_eq(r.verdict, VERDICT_UNTIL);
        ck_assert_uint_eq(r.iterations, rows[i].its);
        machine_free(m);
    }
}
END_TEST

/* The symmetric start is a fixed point after one step; mirrored starts swap the labels. */
START_TEST(coins_symmetry)
{
    struct machine *m = coins("pi=0.5,0.5 p=0.5,0.5");
    iterate(m, 1);
    printed_list(block(m, "p"), "0.6600000000000 0.6600000000000", "p");
    iterate(m, 5);
    printed_list(block(m, "p"), "0.6600000000000 0.6600000000000", "p");
    machine_free(m);
    m = coins("pi=0.5,0.5 p=0.5,0.6");
    to_the_limit(m);
    printed_list(block(m, "p"), "0.519583120145 0.796789066923", "p");
    machine_free(m);
}
END_TEST

/* Coins B, A, A, B, A known: the complete-data answer in one M, before there is a θ. */
START_TEST(coins_complete_data)
{
    static const double labels[] = {0, 1, 1, 0, 1, 0, 0, 1, 1, 0};
    struct machine *m = support_machine("coins", "binomial", "k=2 columns=heads,tosses");
    struct error e = {0};
    struct latent *q = latent_new(&m->model->q, &e);
    memcpy(q->b.v, labels, sizeof labels);
    ck_assert_msg(machine_set_q(m, q, &e) == 0, "%s", e.message);
    latent_free(q);
    support_m(m);
    printed_list(block(m, "p"), "0.800000000000 0.450000000000", "p");
    machine_free(m);
}
END_TEST

/* ---- linkage (Dempster, Laird & Rubin 1977) ----------------------------------------------- */

START_TEST(linkage_iterates)
{
    static const char *const p[] = {"0.500000000", "0.608247423", "0.624321050",
                                    "0.626488879", "0.626777322", "0.626815632",
                                    "0.626820719", "0.626821394", "0.626821484"};
    struct machine *m = start("linkage", "linkage", "columns=count", "p=0.5");
    for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
        printed(*block(m, "p"), p[i], "p");
        iterate(m, 1);
    }
    to_the_limit(m);
    double limit = (15.0 + sqrt(53809.0)) / 394.0;
    ck_assert_msg(fabs(*block(m, "p") - limit) <= 1e-13, "%.17g", *block(m, "p"));
    machine_free(m);
}
END_TEST

/* Published without the logarithm of the multinomial coefficient. */
static double linkage_constant(void)
{
    return lgamma(198.0) - lgamma(126.0) - lgamma(19.0) - lgamma(21.0) - lgamma(35.0);
}

START_TEST(linkage_terms)
{
    static const struct {
        const char *q, *h, *loglik;
    } rows[] = {
        {"-271.020547599", "62.550302942", "-208.470244657"},
        {"-273.669318949", "67.889500296", "-205.779818652"},
        {"-274.297689431", "68.580625256", "-205.717064175"},
    };
    /* Q and H there are of the kernel alone, less what depends on neither θ; changes at a fixed q
     * are the same. */
    struct machine *m = start("linkage", "linkage", "columns=count", "p=0.5");
    for (size_t i = 0; i < 3; i++) {
        support_e(m);
        printed(loglik(m) - linkage_constant(), rows[i].loglik, "ℓ");
        ck_assert(fabs(atof(rows[i].q) + atof(rows[i].h) - atof(rows[i].loglik)) < 1e-8);
        double q = term(m, TERM_Q), bound = term(m, TERM_ELBO);
        support_m(m);
        if (i > 0)
            continue;
        support_close(term(m, TERM_Q) - q, -268.729252739 + 271.020547599, 1e-8, "rise of Q");
        support_close(term(m, TERM_ELBO) - bound, -206.178949797 + 208.470244657, 1e-8,
                      "rise of ELBO");
        printed(term(m, TERM_KL), "0.399131145", "KL after M");
    }
    machine_free(m);
}
END_TEST

START_TEST(linkage_bound)
{
    static const double at[] = {0.3, 0.4, 0.5, 0.6, 0.7};
    static const char *const bound[] = {"-225.823011", "-214.707495", "-208.470245", "-206.192728",
                                        "-208.029756"};
    static const char *const truth[] = {"-223.475072", "-214.231656", "-208.470245", "-205.848178",
                                        "-206.821432"};
    struct machine *m = start("linkage", "linkage", "columns=count", "p=0.5");
    struct bound b;
    struct error e = {0};
    support_e(m);
    struct line_how how = {.kind = LINE_PARAMETER, .block = &m->model->theta.block[0], .at = at,
                           .nat = 5};
    ck_assert_msg(bound_make(m, &how, &b, &e) == 0, "%s", e.message);
    for (size_t i = 0; i < 5; i++) {
        printed(b.elbo[i] - linkage_constant(), bound[i], "ELBO");
        printed(b.loglik[i] - linkage_constant(), truth[i], "ℓ");
    }
    ck_assert(b.touches && b.touch.s == 0.5);
    bound_clear(&b);
    machine_free(m);
}
END_TEST

/* Errors shrink by the fraction of missing information, 0.13277873374560. */
START_TEST(linkage_rate)
{
    static const char *const ratios[] = {"0.146458", "0.134620", "0.133024",
                                         "0.132811", "0.132783", "0.132779"};
    struct machine *m = start("linkage", "linkage", "columns=count", "p=0.5");
    double limit = (15.0 + sqrt(53809.0)) / 394.0, error = limit - 0.5;
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        iterate(m, 1);
        printed((limit - *block(m, "p")) / error, ratios[i], "ratio of errors");
        error = limit - *block(m, "p");
    }
    machine_free(m);
}
END_TEST

/* ---- two Poissons (Hasselblad 1969): the field's slow case -------------------------------- */

static struct machine *deaths(const char *theta)
{
    return start("deaths", "poisson", "k=2 columns=deaths weights=frequency", theta);
}

START_TEST(deaths_iterates)
{
    static const struct {
        size_t t;
        const char *pi, *lambda, *loglik;
    } rows[] = {
        {0, "0.3", "1 2.5", "-1992.723266257"},
        {1, "0.2856904384", "1.0613898077 2.5951009012", "-1990.1556674"},
        {2, "0.2850006466", "1.0749771200 2.5882053228", "-1990.0953063"},
        {3, "0.2846368154", "1.0847538178 2.5835456369", NULL},
        {10, "0.2855090436", "1.1103203808 2.5751589717", "-1990.0301811"},
        {100, "0.3104181551", "1.1643367273 2.6037562633", NULL},
        {1000, "0.3589287206", "1.2544301143 2.6622364242", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct machine *m = deaths("pi=0.3,0.7 lambda=1,2.5");
        iterate(m, rows[i].t);
        printed(block(m, "pi")[0], rows[i].pi, "pi");
        printed_list(block(m, "lambda"), rows[i].lambda, "lambda");
        if (rows[i].loglik)
            printed(loglik(m), rows[i].loglik, "ℓ");
        machine_free(m);
    }
}
END_TEST

/* ‖Δ(p₁, λ₁, λ₂)‖₂: the free coordinates, so the second weight is not counted. */
START_TEST(deaths_stops)
{
    static const struct {
        const char *theta;
        double tol;
        size_t its;
    } rows[] = {
        {"pi=0.3,0.7 lambda=1,2.5", 1e-7, 2055}, {"pi=0.3,0.7 lambda=1,2.5", 1e-8, 2586},
        {"pi=0.3,0.7 lambda=1,2.5", 1e-10, 3646}, {"pi=0.5,0.5 lambda=1,3", 1e-7, 2113},
        {"pi=0.5,0.5 lambda=1,3", 1e-8, 2643},    {"pi=0.5,0.5 lambda=1,3", 1e-10, 3703},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct machine *m = deaths(rows[i].theta);
        struct run_result r = run(m, RULE_THETA, rows[i].tol, 10000);
        ck_assert_int_eq(r.verdict, VERDICT_CONVERGED);
        ck_assert_msg(r.iterations == rows[i].its, "%s to %g: %zu iterations, published %zu",
                      rows[i].theta, rows[i].tol, r.iterations, rows[i].its);
        machine_free(m);
    }
}
END_TEST

/* The lesson: a rule on J calls this converged while θ is still far off; ℓ hardly differs. */
START_TEST(deaths_stop_early_on_the_objective)
{
    struct machine *m = deaths("pi=0.3,0.7 lambda=1,2.5");
    struct run_result r = run(m, RULE_ELBO, 1e-8, 10000);
    ck_assert_int_eq(r.verdict, VERDICT_CONVERGED);
    ck_assert_int_eq(r.rule, RULE_ELBO);
    ck_assert_uint_lt(r.iterations, 1000);
    ck_assert_msg(fabs(block(m, "pi")[0] - 0.359885397) > 0.01, "pi = %g", block(m, "pi")[0]);
    ck_assert(fabs(loglik(m) + 1989.945859883) < 0.1);
    machine_free(m);
}
END_TEST

/* ---- Old Faithful ------------------------------------------------------------------------- */

/* One iteration of R's mixtools, which is a generalized one.  With one variance: Sigma about the
 * means that were there, then the means, from the same q. */
static void iterate_one_variance(struct machine *m)
{
    m_only(m, "pi");
    m_only(m, "Sigma");
    m_only(m, "mu");
}

/* With two: a second E between the means and the variances. */
static void iterate_two_variances(struct machine *m)
{
    m_only(m, "pi");
    m_only(m, "mu");
    support_e(m);
    m_only(m, "pi");
    m_only(m, "Sigma");
}

static void mixtools_path(const char *options, const char *theta, const char *list,
                          void iteration(struct machine *))
{
    struct machine *m = start("faithful", "gmm", options, theta);
    char copy[200], *save = NULL;
    snprintf(copy, sizeof copy, "%s", list);
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        printed(loglik(m), w, "ℓ");
        support_e(m);
        iteration(m);
    }
    machine_free(m);
}

START_TEST(faithful_paths)
{
    mixtools_path("k=2 cov=tied columns=waiting", "pi=0.5,0.5 mu=55,80 Sigma=25",
                  "-1051.089641 -1034.167711 -1034.013416 -1034.002722 -1034.001842",
                  iterate_one_variance);
    mixtools_path("k=2 columns=waiting", "pi=0.5,0.5 mu=55,80 Sigma=25,25",
                  "-1051.089641 -1034.134938 -1034.018763 -1034.006569 -1034.003308",
                  iterate_two_variances);
}
END_TEST

/* k-means is hard E and M of mu alone on a spherical mixture; its labels start the full one. */
static struct latent *two_means_labels(void)
{
    struct machine *m = start("faithful", "gmm", "k=2 cov=spherical columns=eruptions,waiting",
                              "pi=0.5,0.5 mu=2,55,4.3,80 Sigma=1,1");
    struct error e = {0};
    bool made = true;
    for (int i = 0; i < 100 && made; i++) {
        ck_assert_int_eq(machine_e(m, &(struct e_how){.kind = E_HARD}, &made, &e), 0);
        m_only(m, "mu");
        made = memcmp(machine_before(m)->theta->b.v, machine_here(m)->theta->b.v,
                      m->model->theta.size * sizeof(double)) != 0;
    }
    ck_assert(!made);
    struct latent *q = latent_new(&m->model->q, &e);
    memcpy(q->b.v, machine_here(m)->q->b.v, m->model->q.size * sizeof(double));
    q->b.layout = NULL; /* the machine's, which ends here */
    machine_free(m);
    return q;
}

START_TEST(faithful_from_labels)
{
    struct latent *q = two_means_labels();
    struct machine *m = support_machine("faithful", "gmm", "k=2 columns=eruptions,waiting");
    struct error e = {0};
    q->b.layout = &m->model->q;
    ck_assert_msg(machine_set_q(m, q, &e) == 0, "%s", e.message);
    latent_free(q);
    support_m(m);
    printed_path(m, "-1143.41914 -1131.52947 -1130.30406 -1130.26585 -1130.26407");
    machine_free(m);
}
END_TEST

/* Standardised by the population's deviation, as in PRML figure 9.8; shifted by `offset`. */
static char *faithful_table(bool standardise, double offset)
{
    struct dataset *d = support_data("faithful");
    struct text t = TEXT_INIT;
    double mean[2] = {0}, sd[2] = {0};
    for (size_t j = 0; j < 2; j++) {
        for (size_t i = 0; i < d->nrow; i++)
            mean[j] += d->column[j].value[i] / (double)d->nrow;
        for (size_t i = 0; i < d->nrow; i++)
            sd[j] += pow(d->column[j].value[i] - mean[j], 2) / (double)d->nrow;
        sd[j] = sqrt(sd[j]);
    }
    text_add(&t, "x,y\n");
    for (size_t i = 0; i < d->nrow; i++) {
        double v[2];
        for (size_t j = 0; j < 2; j++)
            v[j] = standardise ? (d->column[j].value[i] - mean[j]) / sd[j]
                               : d->column[j].value[i] + offset;
        text_addf(&t, "%.17g,%.17g\n", v[0], v[1]);
    }
    dataset_free(d);
    char *copy = mem_copy_text(t.s);
    text_clear(&t);
    return copy;
}

static const char prml_start[] =
    "pi=0.5,0.5 mu=-1.5,1.5,1.5,-1.5 Sigma=0.5,0,0,0.5,0.5,0,0,0.5";

/* The plateau of PRML figure 9.8: nothing seems to happen for twenty iterations. */
START_TEST(faithful_plateau)
{
    static const struct {
        size_t its;
        const char *loglik;
    } rows[] = {{0, "-1915.174864930"}, {1, "-542.015939080"},  {2, "-541.905866000"},
                {5, "-541.827136690"},  {20, "-541.410116760"}, {30, "-521.848544370"},
                {60, "-385.460695630"}};
    char *csv = faithful_table(true, 0.0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct machine *m = start_table(csv, "gmm", "k=2", prml_start);
        iterate(m, rows[i].its);
        support_close(loglik(m), atof(rows[i].loglik), 1e-8, "ℓ");
        if (i == 0) {
            support_e(m);
            printed(term(m, TERM_Q), "-2018.027932250", "Q");
            printed(-term(m, TERM_H), "102.85306732", "−H");
        }
        machine_free(m);
    }
    struct machine *m = start_table(csv, "gmm", "k=2", prml_start);
    to_the_limit(m);
    printed_list(block(m, "mu"), "-1.27396762 -1.20991826 0.70385250 0.66846596", "mu");
    printed_list(block(m, "pi"), "0.355872857 0.644127143", "pi");
    printed_list(block(m, "Sigma"),
                 "0.05329039 0.02814822 0.02814822 0.18299437 "
                 "0.13095257 0.06084202 0.06084202 0.19575032", "Sigma");
    machine_free(m);
    mem_free(csv);
}
END_TEST

/* A constant added to Σ in every M (scikit-learn's reg_covar) makes ℓ fall, step by step. */
START_TEST(faithful_floor_falls)
{
    char *csv = faithful_table(true, 0.0);
    struct machine *m = start_table(csv, "gmm", "k=2", prml_start);
    static const char *const path[] = {"-434.1153829", "-434.689376", "-434.767891",
                                       "-434.786849"};
    struct error e = {0};
    to_the_limit(m);
    for (size_t i = 0; i < 4; i++) {
        double before = loglik(m);
        support_e(m);
        support_m(m);
        struct theta *t = theta_copy(machine_here(m)->theta, &e);
        for (size_t j = 0; j < 8; j++)
            theta_block(t, "Sigma")[j] += j % 4 == 0 || j % 4 == 3 ? 0.1 : 0.0;
        ck_assert_int_eq(machine_set_theta(m, t, &e), 0);
        theta_free(t);
        printed(loglik(m), path[i], "ℓ with a floor");
        ck_assert(loglik(m) < before);
    }
    machine_free(m);
    mem_free(csv);
}
END_TEST

/* Far from 0 nothing cancels: the covariances are those of the data as they are. */
START_TEST(faithful_far_from_zero)
{
    char *csv = faithful_table(false, 1e8);
    struct machine *m = start_table(csv, "gmm", "k=2",
                                    "pi=0.5,0.5 mu=100000004.3,100000080,100000002,100000055 "
                                    "Sigma=0.2,0,0,30,0.1,0,0,30");
    run(m, RULE_ELBO, 1e-12, 1000);
    support_close(loglik(m), -1130.26396018, 1e-6, "ℓ, full");
    machine_free(m);
    m = start_table(csv, "gmm", "k=2 cov=tied",
                    "pi=0.5,0.5 mu=100000004.3,100000080,100000002,100000055 Sigma=0.2,0,0,30");
    run(m, RULE_ELBO, 1e-12, 1000);
    printed_list(block(m, "Sigma"), "0.1328 0.7515 0.7515 35.17", "Sigma");
    printed(loglik(m), "-1140.19", "ℓ, tied");
    machine_free(m);
    mem_free(csv);
}
END_TEST

/* ---- galaxies, in thousands of km/s ------------------------------------------------------- */

static struct machine *galaxies(const char *options, const char *theta)
{
    struct dataset *d = support_data("galaxies");
    struct text t = TEXT_INIT;
    text_add(&t, "v\n");
    for (size_t i = 0; i < d->nrow; i++)
        text_addf(&t, "%.17g\n", d->column[0].value[i] / 1000.0);
    struct machine *m = start_table(t.s, "gmm", options, theta);
    text_clear(&t);
    dataset_free(d);
    return m;
}

START_TEST(galaxies_limits)
{
    static const struct {
        const char *options, *theta, *loglik, *mu;
    } rows[] = {
        {"k=1", "pi=1 mu=0 Sigma=1", "-240.337891", "20.82817"},
        {"k=2 cov=tied", "pi=0.1,0.9 mu=10,22 Sigma=4", "-230.352387", "9.86016 21.87239"},
        {"k=3 cov=tied", "pi=0.1,0.8,0.1 mu=10,21,33 Sigma=4", "-212.3519",
         "9.75 21.40 32.97"},
        {"k=3", "pi=0.1,0.8,0.1 mu=10,21,33 Sigma=1,4,1", "-203.1792", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct machine *m = galaxies(rows[i].options, rows[i].theta);
        to_the_limit(m);
        printed(loglik(m), rows[i].loglik, rows[i].options);
        if (rows[i].mu)
            printed_list(block(m, "mu"), rows[i].mu, rows[i].options);
        machine_free(m);
    }
    struct machine *m = galaxies("k=1", "pi=1 mu=0 Sigma=1");
    iterate(m, 1);
    printed(block(m, "Sigma")[0], "20.573888", "variance");
    machine_free(m);
}
END_TEST

/* Two components of one variance that start near each other sit on a plateau at the likelihood of
 * one component: "changes little" is not "converged". */
START_TEST(galaxies_plateau)
{
    static const char near[] = "pi=0.5,0.5 mu=19,22.5 Sigma=17";
    struct machine *m = galaxies("k=2 cov=tied", near);
    struct run_result r = run(m, RULE_ELBO, 1e-5, 10000);
    ck_assert_int_eq(r.verdict, VERDICT_CONVERGED);
    ck_assert_msg(loglik(m) < -240.337891, "ℓ = %.10g: not below K = 1's", loglik(m));
    machine_free(m);
    m = galaxies("k=2 cov=tied", near);
    to_the_limit(m);
    printed(loglik(m), "-230.352387", "ℓ");
    machine_free(m);
}
END_TEST

/* ---- iris from the true labels ------------------------------------------------------------ */

static struct machine *iris(const char *options)
{
    struct machine *m = support_machine("iris", "gmm", options);
    struct error e = {0};
    struct latent *q = latent_new(&m->model->q, &e);
    const struct dataset *d = m->model->obs.data;
    for (size_t i = 0; i < d->nrow; i++)
        q->b.v[3 * i + (size_t)d->column[4].value[i] - 1] = 1.0;
    ck_assert_msg(machine_set_q(m, q, &e) == 0, "%s", e.message);
    latent_free(q);
    return m;
}

START_TEST(iris_from_labels)
{
    static const char columns[] =
        "columns=Sepal.Length,Sepal.Width,Petal.Length,Petal.Width k=3 cov=";
    char options[100];
    snprintf(options, sizeof options, "%sfull", columns);
    struct machine *m = iris(options);
    support_m(m);
    printed(loglik(m), "-182.9208486", "ℓ at the labels' θ");
    machine_free(m);
    m = iris(options); /* run itself begins with the M that is due */
    to_the_limit(m);
    printed(loglik(m), "-180.1854771", "ℓ");
    printed_list(block(m, "pi"), "0.3333333 0.2991932 0.3674735", "pi");
    printed_list(block(m, "mu") + 4,
                 "5.9149696 2.7778436 4.2015532 1.2969669 6.5445486 2.9486611 5.4795534 "
                 "1.9846050", "mu");
    const double *gamma = latent_block(machine_here(m)->q, "gamma");
    size_t strayed = 0;
    for (size_t i = 50; i < 100; i++)
        strayed += gamma[3 * i + 2] > 0.5;
    ck_assert_uint_eq(strayed, 5);
    machine_free(m);
    snprintf(options, sizeof options, "%stied", columns);
    m = iris(options);
    to_the_limit(m);
    printed(loglik(m), "-256.35404", "ℓ, tied");
    machine_free(m);
}
END_TEST

/* ---- missing data ------------------------------------------------------------------------- */

static void init(struct machine *m, const char *method)
{
    struct error e = {0};
    struct theta *t = theta_new(&m->model->theta, &e);
    ck_assert_int_eq(m->model->class->init(m->model, method, NULL, t, &e), 0);
    ck_assert_int_eq(machine_start(m, t, &e), 0);
    theta_free(t);
}

/* From available-case means and variances, zero covariances. */
START_TEST(cholesterol_path)
{
    struct machine *m = support_machine("cholesterol", "mvn", "columns=day2,day4,day14");
    init(m, "available");
    printed_path(m, "-392.441163 -379.176049 -377.484008 -377.028805");
    struct error e = {0};
    long at;
    ck_assert_int_eq(machine_find(m, "1M", &at, &e), 0);
    ck_assert_int_eq(machine_goto(m, at, &e), 0);
    printed(block(m, "Sigma")[2], "522.812030075", "S13");
    printed(block(m, "Sigma")[5], "867.157894737", "S23");
    to_the_limit(m);
    printed_list(block(m, "mu"), "253.928571429 230.642857143 222.237170222", "mu");
    machine_free(m);
}
END_TEST

START_TEST(apples_path)
{
    static const char *const mu2[] = {"45.00000000", "46.65631356", "47.68941837"};
    static const char *const s12[] = {"-52.0000000", "-67.1010146", "-76.2099725"};
    struct machine *m = support_machine("apples", "mvn", "columns=x,y");
    init(m, "available");
    for (size_t i = 0; i < 3; i++) {
        iterate(m, 1);
        printed(block(m, "mu")[1], mu2[i], "mu2");
        printed(block(m, "Sigma")[1], s12[i], "s12");
    }
    to_the_limit(m);
    const double *S = block(m, "Sigma");
    printed(S[1] / sqrt(S[0] * S[3]), "-0.895005272", "rho");
    printed(S[1] / S[0], "-1.012987013", "slope");
    printed(S[3] - S[1] * S[1] / S[0], "22.820346320", "residual variance");
    machine_free(m);
}
END_TEST

START_TEST(murray_path)
{
    static const char *const variance[] = {"1", "2.0001", "2.333485167", "2.444624014",
                                           "2.481684553"};
    static const char *const covariance[] = {"0.01", "0.026666667", "0.035553778", "0.040630245",
                                             "0.044320648"};
    static const char *const path[] = {"-34.703216561", "-30.248094005", "-30.052724506",
                                       "-30.035263955", "-30.033435442"};
    struct machine *m = start("murray", "mvn", "columns=x,y", "mu=0,0 Sigma=1,0.01,0.01,1");
    for (size_t i = 0; i < 5; i++) {
        if (i > 0)
            iterate(m, 1);
        printed(block(m, "Sigma")[0], variance[i], "variance");
        printed(block(m, "Sigma")[1], covariance[i], "covariance");
        printed(loglik(m), path[i], "ℓ");
    }
    machine_free(m);
}
END_TEST

/* ---- toys --------------------------------------------------------------------------------- */

START_TEST(toy_mixture)
{
    static const char csv[] = "x\n-2\n-1\n0\n1\n4\n5\n";
    struct machine *m = start_table(csv, "gmm", "k=2", "pi=0.5,0.5 mu=-1,3 Sigma=1,1");
    support_e(m);
    static const char *const r1[] = {"0.9999938558", "0.9996646499", "0.9820137900",
                                     "0.5", "0.0000061442", "0.0000001125"};
    for (size_t i = 0; i < 6; i++)
        printed(latent_block(machine_here(m)->q, "gamma")[2 * i], r1[i], "r1");
    printed(loglik(m), "-14.4608693668", "ℓ");
    printed(term(m, TERM_Q), "-15.2472911842", "Q");
    printed(-term(m, TERM_H), "0.7864218174", "−H");
    support_m(m);
    support_e(m);
    printed(block(m, "pi")[0], "0.5802797587", "pi");
    printed_list(block(m, "mu"), "-0.7179373927 3.7722059792", "mu");
    printed_list(block(m, "Sigma"), "1.0641893808 2.2497954755", "Sigma");
    printed(loglik(m), "-12.8087453635", "ℓ");
    printed(term(m, TERM_Q), "-13.5361033075", "Q");
    printed(-term(m, TERM_H), "0.7273579440", "−H");
    iterate(m, 1);
    printed(block(m, "pi")[0], "0.6174840518", "pi");
    printed_list(block(m, "Sigma"), "1.1743820752 1.7020357255", "Sigma");
    printed(loglik(m), "-12.5364776773", "ℓ");
    iterate(m, 1);
    printed_list(block(m, "mu"), "-0.5364498014 4.3317107803", "mu");
    printed_list(block(m, "Sigma"), "1.2270923964 0.8117437102", "Sigma");
    printed(loglik(m), "-11.9171957360", "ℓ");
    machine_free(m);
}
END_TEST

/* Five rows alike: the likelihood of two free variances has no maximum, and EM says so. */
START_TEST(duplicates_are_refused)
{
    static const char csv[] = "x\n0\n0\n0\n0\n0\n3\n4\n5\n6\n";
    struct machine *m = start_table(csv, "gmm", "k=2", "pi=0.5,0.5 mu=0,4.5 Sigma=0.1,1");
    struct run_how how = {.max = 1000, .tol = 1e-12};
    struct run_result r;
    struct error e = {0};
    ck_assert_int_eq(machine_run(m, &how, &r, &e), -1);
    ck_assert_msg(strstr(e.message, "component 1") && strstr(e.message, "iteration"), "%s",
                  e.message);
    ck_assert(e.hint[0] && isfinite(loglik(m)));
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("published");
    TCase *t = tcase_create("examples");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, limit_is_reached, 0, sizeof limits / sizeof *limits);
    tcase_add_test(t, coins_iterates);
    tcase_add_test(t, coins_terms);
    tcase_add_test(t, coins_stops);
    tcase_add_test(t, coins_symmetry);
    tcase_add_test(t, coins_complete_data);
    tcase_add_test(t, linkage_iterates);
    tcase_add_test(t, linkage_terms);
    tcase_add_test(t, linkage_bound);
    tcase_add_test(t, linkage_rate);
    tcase_add_test(t, deaths_iterates);
    tcase_add_test(t, deaths_stops);
    tcase_add_test(t, deaths_stop_early_on_the_objective);
    tcase_add_test(t, faithful_paths);
    tcase_add_test(t, faithful_from_labels);
    tcase_add_test(t, faithful_plateau);
    tcase_add_test(t, faithful_floor_falls);
    tcase_add_test(t, faithful_far_from_zero);
    tcase_add_test(t, galaxies_limits);
    tcase_add_test(t, galaxies_plateau);
    tcase_add_test(t, iris_from_labels);
    tcase_add_test(t, cholesterol_path);
    tcase_add_test(t, apples_path);
    tcase_add_test(t, murray_path);
    tcase_add_test(t, toy_mixture);
    tcase_add_test(t, duplicates_are_refused);
    suite_add_tcase(s, t);
    return support_run(s);
}
