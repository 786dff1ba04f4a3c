/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every kind of picture of every model: either the kind says why it does not suit and what does, or
 * all that is made of it, the .csv, the .gp and the .svg, holds the figure's numbers, and those
 * that the machine knows are the machine's.  A new kind or model is covered by its row in
 * pictures.def or models.def; the matrix is printed at the end.
 */
#define _GNU_SOURCE
#include "drawn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "em/line.h"
#include "em/starts.h"
#include "em/values.h"
#include "plot/render.h"
#include "subjects.h"

/* ---- places where there is something to see ---------------------------------------------- */

enum place { AFTER_M, CONVERGED, RESTARTED, WITH_PRIOR };

static const struct kind {
    const char *name, *words; /* a small grid */
    enum place place;
} kinds[] = {
    {"bound", "n=31 history=1", AFTER_M}, {"qh", "n=31", AFTER_M},
    {"bound2", "n=9", AFTER_M},           {"ascent", "n=9", AFTER_M},
    {"rate", "", CONVERGED},              {"optima", "", RESTARTED},
    {"prior", "", WITH_PRIOR},
};

static struct kind kind_of(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i];
    return (struct kind){name, "", AFTER_M};
}

static void converge(struct machine *m)
{
    struct error e = {0};
    struct run_how how = {.max = 3000, .tol = 1e-12, .rule = RULE_THETA};
    struct run_result r;
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
}

static void restart(struct machine *m)
{
    struct error e = {0};
    struct starts *s = NEW(struct starts);
    const struct starts_how how = {.n = 4, .seed = 1, .method = starts_method(m->model, NULL,
                                   "random", &e), .run = {.max = 100, .tol = 1e-9}};
    ck_assert_msg(how.method && starts_run(m, &how, s, &e) == 0, "%s", e.message);
    starts_keep(m, s);
}

static struct machine *open_at_place(const struct subject *s, enum place place)
{
    struct machine *m = subject_at(s, 0);
    if (place == WITH_PRIOR && s->prior)
        subject_put_prior(s, m);
    support_e(m);
    support_m(m);
    if (place == CONVERGED)
        converge(m);
    if (place == RESTARTED)
        restart(m);
    return m;
}

/* ---- refused ----------------------------------------------------------------------------- */

static bool names_a_kind_or_model(const char *words)
{
    for (const struct picture *const *p = pictures; *p; p++)
        if (strstr(words, (*p)->name))
            return true;
    for (const struct model_class *const *c = model_classes; *c; c++)
        if (strstr(words, (*c)->name))
            return true;
    return strstr(words, "mixture") != NULL;
}

static void check_refusal(const struct subject *s, const struct picture *p, const struct error *e)
{
    ck_assert_msg(!strchr(e->message, '\n'), "%s of %s: more than a line", p->name, s->column);
    ck_assert_msg(names_a_kind_or_model(e->hint), "%s of %s: '%s', and no hint what suits: '%s'",
                  p->name, s->column, e->message, e->hint);
}

/* ---- the machine's numbers --------------------------------------------------------------- */

static void close_to(double a, double b, double tol, const char *what)
{
    if (!isnan(a) || !isnan(b))
        support_close(a, b, tol, what);
}

/* Curves along a line are the model's own terms at θ(s). */
static void check_line(const struct machine *m, const struct figure *f, const struct line *l,
                       const char *what)
{
    const enum term term[] = {TERM_LOGLIK, TERM_ELBO};
    for (size_t k = 0; k < 2; k++) {
        const char *name = term_name(m->model->class->kind, term[k])->key;
        const struct series *s = series_of(f, name);
        ck_assert_msg(s || !(m->model->terms_defined >> term[k] & 1u), "%s: no %s", what, name);
        for (size_t i = 0; s && i < s->n; i++) {
            struct terms t;
            ck_assert(line_at(l, s->x[i], l->scratch));
            model_terms(m->model, NULL, machine_here(m)->q, l->scratch, TERM_BIT(term[k]), &t);
            close_to(s->y[i], t.value[term[k]], 1e-12, what);
        }
    }
}

static void check_bound(struct machine *m, const struct figure *f)
{
    struct error e = {0};
    const struct line_how how = {.kind = LINE_EM, .n = 31};
    struct line l;
    ck_assert_msg(line_make(m, &how, &l, &e) == 0, "%s", e.message);
    check_line(m, f, &l, "bound");
    line_clear(&l);
}

static void check_trace(struct machine *m, const struct figure *f)
{
    const enum term term[] = {TERM_LOGLIK, TERM_ELBO};
    for (size_t k = 0; k < 2; k++) {
        const struct series *s = series_of(f, term_name(m->model->class->kind, term[k])->key);
        for (size_t i = 0; s && i < s->n; i++) {
            const struct terms *t = &m->state[(size_t)s->x[i]].terms;
            same(s->y[i], t->have >> term[k] & 1u ? t->value[term[k]] : NAN, "trace");
        }
    }
}

/* Q, −H and ℓ less what they are where the line starts. */
static void check_qh(struct machine *m, const struct figure *f)
{
    static const struct {
        const char *name;
        enum term term;
        double sign;
    } one[] = {{"Q_risen", TERM_Q, 1}, {"minus_H_risen", TERM_H, -1},
               {"loglik_risen", TERM_LOGLIK, 1}};
    struct error e = {0};
    struct line l;
    const struct line_how how = {.kind = LINE_EM, .n = 31};
    ck_assert_msg(line_make(m, &how, &l, &e) == 0, "%s", e.message);
    for (size_t k = 0; k < 3; k++) {
        const struct series *s = series_of(f, one[k].name);
        struct terms from, t;
        model_terms(m->model, NULL, machine_here(m)->q, l.base, ~0u, &from);
        for (size_t i = 0; s && i < s->n; i++) {
            ck_assert(line_at(&l, s->x[i], l.scratch));
            model_terms(m->model, NULL, machine_here(m)->q, l.scratch, ~0u, &t);
            double base = one[k].sign * from.value[one[k].term];
            close_to(s->y[i] + base, one[k].sign * t.value[one[k].term], 1e-11, "qh");
        }
    }
    line_clear(&l);
}

/* Each half-step's bar of the bound, and ℓ's line over it. */
static void check_terms(struct machine *m, const struct figure *f)
{
    enum model_kind kind = m->model->class->kind;
    const char *name = term_name(kind, TERM_ELBO)->key;
    const struct series *s = series_of(f, name);
    ck_assert_msg(s && s->n >= 2, "no bars of %s", name);
    for (size_t i = 0; i < s->n; i++) {
        const struct terms *t = &m->state[m->nstate - (long)(s->n - i)].terms;
        same(s->y[i], t->value[TERM_ELBO], name);
    }
}

static void check_optima(struct machine *m, const struct figure *f)
{
    static const char *const names[] = {"best", "other", "unsettled"};
    size_t dots = 0;
    for (size_t k = 0; k < 3; k++) {
        const struct series *s = series_of(f, names[k]);
        for (size_t i = 0; s && i < s->n; i++, dots++)
            same(s->y[i], m->starts->ending[(size_t)s->x[i] - 1].value, "optima");
    }
    ck_assert_uint_eq(dots, m->starts->nending);
}

/* One column: the curves are what predict says of a new row there. */
static void check_density(struct machine *m, const struct figure *f)
{
    const struct series *sum = series_of(f, "density"), *one = series_of(f, "component1");
    struct error e = {0};
    double part[16], log_density;
    for (size_t i = 0; !f->next && sum && i < sum->n && !m->model->class->chained; i++) {
        ck_assert(m->model->k <= 16 && m->model->class->predict(m->model, machine_here(m)->theta,
                                                                &sum->x[i], part, &log_density,
                                                                &e) == 0);
        close_to(sum->y[i], exp(log_density), 1e-12, "density");
        if (one)
            close_to(one->y[i], sum->y[i] > 0 ? part[0] * exp(log_density) : 0, 1e-12, "part 1");
    }
}

/* The bars of a row are its γ, one on another: where rows are in another order their heights are
 * still those of all rows. */
static void check_q(struct machine *m, const struct figure *f)
{
    const struct series *s = series_of(f, "gamma1"), *last = NULL;
    struct error e = {0};
    struct latent *q = machine_q(m, machine_here(m), &e);
    const double *gamma = values_gamma(m->model, q);
    size_t n = m->model->obs.n, k = m->model->k;
    double drawn = 0, all = 0;
    char name[24];
    snprintf(name, sizeof name, "gamma%zu", k);
    last = series_of(f, name);
    for (size_t i = 0; gamma && s && i < s->n; i++) {
        drawn += s->y[i];
        support_close(last->y[i], 1, 1e-12, "all of a row");
    }
    for (size_t i = 0; gamma && i < n; i++)
        all += gamma[i * k];
    if (gamma && s && s->n == n)
        support_close(drawn, all, 1e-12, "q");
    latent_free(q);
}

/* The errors of ℓ are what is left to the last one. */
static void check_rate(struct machine *m, const struct figure *f)
{
    const struct series *s = series_of(f, "log10_error_loglik");
    double top = machine_here(m)->terms.value[TERM_LOGLIK];
    for (size_t i = 0; s && i < s->n && m->model->terms_defined >> TERM_LOGLIK & 1u; i++) {
        const struct state *at = NULL;
        for (long j = 0; j < m->nstate && !at; j++)
            at = (double)m->state[j].t == s->x[i] ? &m->state[j] : NULL;
        ck_assert(at != NULL);
        support_close(s->y[i], log10(fabs(top - at->terms.value[TERM_LOGLIK])), 1e-6,
                      "rate");
    }
}

static const struct {
    const char *kind;
    void (*check)(struct machine *m, const struct figure *f);
} known[] = {{"bound", check_bound}, {"trace", check_trace}, {"qh", check_qh},
             {"terms", check_terms}, {"optima", check_optima}, {"density", check_density},
             {"q", check_q},         {"rate", check_rate}};

static void check_known(struct machine *m, const char *kind, const struct figure *f)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].kind, kind) == 0)
            known[i].check(m, f);
}

/* ---- every kind of every model ----------------------------------------------------------- */

enum { KINDS = 40 };
enum outcome { NEVER_RAN, FAILED, DRAWN, REFUSED };
/* Shared with the processes that the tests run in. */
static unsigned char (*matrix)[KINDS];


static enum outcome draw_kind(const struct subject *s, const struct picture *picture,
                              struct plotter *p)
{
    struct kind kind = kind_of(picture->name);
    struct machine *m = open_at_place(s, kind.place);
    long here = m->here, nstate = m->nstate;
    struct error e = {0};
    struct options o;
    struct figure *f;
    support_options(&o, kind.words);
    bool drawn = picture_draw(picture, m, &o, &f, &e) == 0;
    if (drawn) {
        check_known(m, picture->name, f);
        drawn_csv(f, picture->name);
        drawn_files(p, f, picture->name);
    } else {
        check_refusal(s, picture, &e);
    }
    ck_assert(m->here == here && m->nstate == nstate);
    figure_free(f);
    options_clear(&o);
    machine_free(m);
    return drawn ? DRAWN : REFUSED;
}

START_TEST(every_kind_of_a_model)
{
    const struct subject *s = &claim_subjects[_i];
    struct error e = {0};
    struct plotter *p = plotter_new(NULL, NULL, &e);
    ck_assert_msg(p != NULL, "%s", e.message);
    drawn_enter();
    for (size_t k = 0; pictures[k]; k++) {
        matrix[_i][k] = FAILED; /* until it has come through */
        matrix[_i][k] = (unsigned char)draw_kind(s, pictures[k], p);
    }
    drawn_scripts();
    drawn_leave();
    plotter_free(p);
}
END_TEST

/* ---- every touching point ---------------------------------------------------------------- */

/* Slopes are equal to 1e-6, relatively, and the picture says so with both; one near 0 is measured
 * against what the value and the coordinate make of a slope. */
static void check_touch(struct machine *m, const struct line_how *how, const char *along)
{
    struct error e = {0};
    struct bound b;
    char words[120];
    ck_assert_msg(bound_make(m, how, &b, &e) == 0, "%s: %s", along, e.message);
    if (!b.touches || isnan(b.slope_elbo)) {
        ck_assert_msg(!model_touches(m->model) || b.touches, "%s: %s", along, b.why_no_touch);
        bound_clear(&b);
        return;
    }
    double size = fmax(fabs(b.slope_loglik),
                       1e-3 * fabs(b.touch.value) / fmax(1e-2, fabs(b.touch.s)));
    ck_assert_msg(fabs(b.slope_elbo - b.slope_loglik) <= 1e-6 * size,
                  "along %s: slopes %.12g and %.12g", along, b.slope_elbo, b.slope_loglik);
    snprintf(words, sizeof words, "along=%s n=5", along);
    struct figure *f = draw(m, "bound", words);
    bool equal = says(f, "slopes equal") || says(f, "slopes 0 = 0");
    for (int digits = 4; digits >= 1 && !equal; digits--) {
        char number[NUMBER_TEXT];
        number_text(number, b.slope_loglik, digits);
        snprintf(words, sizeof words, "slopes %s = %s", number, number);
        equal = says(f, words);
    }
    ck_assert_msg(equal || b.touch.s < b.s[0] || b.touch.s > b.s[b.n - 1],
                  "along %s: the picture does not say that both slopes are %.12g (%.12g)", along,
                  b.slope_loglik, b.slope_elbo);
    figure_free(f);
    bound_clear(&b);
}

static void check_touches(struct machine *m)
{
    const struct layout *l = &m->model->theta;
    struct text name = TEXT_INIT;
    check_touch(m, &(struct line_how){.kind = LINE_EM, .n = 5}, "em");
    check_touch(m, &(struct line_how){.kind = LINE_GRADIENT, .n = 5}, "gradient");
    for (size_t i = 0; i < l->nblock; i++)
        for (size_t at = 0; at < l->block[i].size; at++) {
            const struct block *b = &l->block[i];
            if (b->constraint == CONSTRAINT_SIMPLEX && b->dim[b->rank - 1] == 1)
                continue;
            text_reset(&name);
            block_entry_name(b, at, &name);
            check_touch(m, &(struct line_how){.kind = LINE_PARAMETER, .block = b, .entry = at,
                                              .n = 5}, name.s);
        }
    text_clear(&name);
}

START_TEST(slopes_agree_where_the_bound_touches)
{
    struct machine *m = subject_at(&claim_subjects[_i], 1);
    support_e(m);
    check_touches(m);
    support_m(m);
    check_touches(m);
    machine_free(m);
}
END_TEST

/* ---- the matrix -------------------------------------------------------------------------- */

START_TEST(every_model_has_a_subject)
{
    subjects_have_all_models();
}
END_TEST

/* Prints it; -1 when a kind was never drawn, or a cell never ran. */
static int print_matrix(void)
{
    int status = 0;
    printf("%-10s", "");
    for (size_t k = 0; pictures[k]; k++)
        printf(" %-4.4s", pictures[k]->name);
    printf("\n");
    for (size_t i = 0; i < SUBJECTS; i++) {
        printf("%-10s", claim_subjects[i].column);
        for (size_t k = 0; pictures[k]; k++) {
            static const char *const mark[] = {"none", "  ✗ ", "  ✓ ", "  – "};
            printf(" %s", mark[matrix[i][k]]);
            status = matrix[i][k] <= FAILED ? -1 : status;
        }
        printf("\n");
    }
    for (size_t k = 0; pictures[k]; k++) {
        bool drawn = false;
        for (size_t i = 0; i < SUBJECTS; i++)
            drawn |= matrix[i][k] == DRAWN;
        if (!drawn)
            printf("%s was never drawn\n", pictures[k]->name);
        status = drawn ? status : -1;
    }
    return status;
}

int main(void)
{
    matrix = mmap(NULL, SUBJECTS * sizeof *matrix, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (matrix == MAP_FAILED)
        return EXIT_FAILURE;
    Suite *s = suite_create("all pictures");
    TCase *t = tcase_create("pictures");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, every_model_has_a_subject);
    tcase_add_loop_test(t, every_kind_of_a_model, 0, SUBJECTS);
    tcase_add_loop_test(t, slopes_agree_where_the_bound_touches, 0, SUBJECTS);
    suite_add_tcase(s, t);
    int status = support_run(s);
    return print_matrix() == 0 ? status : EXIT_FAILURE;
}
