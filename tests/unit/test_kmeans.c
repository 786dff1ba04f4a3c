/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * k-means is classification EM: with equal weights and equal spherical variances `e hard; m
 * only=mu` are Lloyd's two steps, whatever the variance.  Held against Lloyd's steps written here,
 * plainly. And Ward's tree, against all pairs tried at every merge.
 */
#include "support.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "numeric/ward.h"

enum { K = 3, D = 2 };

static size_t nearest(const double *x, double (*mu)[D])
{
    size_t best = 0;
    double least = INFINITY;
    for (size_t k = 0; k < K; k++) {
        double sum = 0.0;
        for (size_t j = 0; j < D; j++)
            sum += (x[j] - mu[k][j]) * (x[j] - mu[k][j]);
        if (sum < least) {
            least = sum;
            best = k;
        }
    }
    return best;
}

static void lloyd(const struct observations *o, double (*mu)[D])
{
    double sum[K][D] = {{0}}, count[K] = {0};
    for (size_t i = 0; i < o->n; i++) {
        size_t k = nearest(observations_row(o, i), mu);
        count[k] += 1.0;
        for (size_t j = 0; j < D; j++)
            sum[k][j] += o->x[j][i];
    }
    for (size_t k = 0; k < K; k++)
        for (size_t j = 0; j < D; j++)
            mu[k][j] = sum[k][j] / count[k];
}

START_TEST(hard_em_is_lloyd)
{
    static const char *const variance[] = {"1,1,1", "0.01,0.01,0.01", "50,50,50"};
    static const double start[K][D] = {{0, 0}, {3, 3}, {2, 1}};
    struct e_how hard = {.kind = E_HARD};
    struct m_how only_mu = {.kind = M_EXACT, .blocks = 2u};
    struct error e = {0};
    struct machine *m = support_machine("sim_mix2d_300", "gmm", "k=3 cov=spherical columns=x,y");
    char words[200];
    double mu[K][D];
    bool made;
    snprintf(words, sizeof words,
             "pi=0.33333333333333333,0.33333333333333333,0.33333333333333333 mu=0,0,3,3,2,1 "
             "Sigma=%s", variance[_i]);
    support_theta(m, words);
    memcpy(mu, start, sizeof mu);
    for (int t = 0; t < 12; t++) {
        ck_assert_msg(machine_e(m, &hard, &made, &e) == 0, "%s", e.message);
        ck_assert_msg(machine_m(m, &only_mu, 1.0, &made, &e) == 0, "%s", e.message);
        lloyd(&m->model->obs, mu);
        for (size_t i = 0; i < K * D; i++)
            support_close(theta_block(machine_here(m)->theta, "mu")[i], mu[i / D][i % D], 1e-12,
                          "mu");
    }
    ck_assert(fabs(mu[0][0] - start[0][0]) > 1e-3); /* it did move */
    machine_free(m);
}
END_TEST

/* ---- Ward --------------------------------------------------------------------------------- */

/* The definition, at O(n³): merge the cheapest pair until k are left.  w = 0 marks a merged one. */
static void plain_ward(size_t n, double (*c)[D], double *w, size_t k, size_t *owner)
{
    for (size_t i = 0; i < n; i++)
        owner[i] = i;
    for (size_t left = n; left > k; left--) {
        size_t a = 0, b = 0;
        double least = INFINITY;
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++) {
                double u = c[i][0] - c[j][0], v = c[i][1] - c[j][1];
                double cost = w[i] * w[j] / (w[i] + w[j]) * (u * u + v * v);
                if (w[i] > 0.0 && w[j] > 0.0 && cost < least) {
                    least = cost;
                    a = i;
                    b = j;
                }
            }
        for (size_t j = 0; j < D; j++)
            c[a][j] = (w[a] * c[a][j] + w[b] * c[b][j]) / (w[a] + w[b]);
        w[a] += w[b];
        w[b] = 0.0;
        for (size_t i = 0; i < n; i++)
            if (owner[i] == b)
                owner[i] = a;
    }
}

START_TEST(chains_find_wards_tree)
{
    enum { N = 60 };
    struct error e = {0};
    gsl_rng *random = random_new((unsigned long)_i + 1, &e);
    double x[N][D], c[N][D], w[N], room[N];
    size_t got[N], want[N];
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++)
            x[i][j] = c[i][j] = gsl_rng_uniform(random) + (double)(i % 4);
        w[i] = room[i] = 1.0 + (double)gsl_rng_uniform_int(random, 3);
    }
    size_t k = 1 + (size_t)_i;
    ck_assert_int_eq(ward(N, D, x[0], w, k, got, &e), 0);
    plain_ward(N, c, room, k, want);
    for (size_t i = 0; i < N; i++) {
        ck_assert_uint_lt(got[i], k);
        for (size_t j = 0; j < N; j++)
            ck_assert_msg((got[i] == got[j]) == (want[i] == want[j]), "k=%zu: rows %zu, %zu", k,
                          i + 1, j + 1);
    }
    gsl_rng_free(random);
}
END_TEST

START_TEST(equal_rows_and_no_weight)
{
    struct error e = {0};
    double x[] = {1, 1, 1, 5, 5}, w[] = {0, 0, 1, 0, 0};
    size_t owner[5];
    ck_assert_int_eq(ward(5, 1, x, w, 5, owner, &e), 0);
    ck_assert(owner[0] == 0 && owner[4] == 4);
    ck_assert_int_eq(ward(5, 1, x, w, 1, owner, &e), 0);
    ck_assert(owner[0] == 0 && owner[4] == 0);
    int r = -1;
    for (long n = 0; r != 0 && n < 20; n++) {
        mem_fail_after(n);
        r = ward(5, 1, x, w, 2, owner, &e);
        mem_fail_after(-1);
    }
    ck_assert_int_eq(r, 0);
}
END_TEST

START_TEST(a_hierarchical_start)
{
    struct error e = {0};
    struct run_result r;
    struct run_how how = {.max = 1000, .tol = 1e-9};
    struct machine *m = support_machine("iris", "gmm",
        "k=2 columns=Sepal.Length,Sepal.Width,Petal.Length,Petal.Width");
    struct theta *t = theta_new(&m->model->theta, &e);
    gsl_rng *random = random_new(1, &e);
    ck_assert_msg(m->model->class->init(m->model, "hierarchical", random, t, &e) == 0, "%s",
                  e.message);
    ck_assert(machine_start(m, t, &e) == 0);
    ck_assert_msg(machine_run(m, &how, &r, &e) == 0, "%s", e.message);
    support_close(machine_here(m)->terms.value[TERM_LOGLIK], -214.3547, 1e-4, "mclust's VVV,2");
    gsl_rng_free(random);
    theta_free(t);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("kmeans");
    TCase *t = tcase_create("kmeans");
    tcase_add_loop_test(t, hard_em_is_lloyd, 0, 3);
    tcase_add_loop_test(t, chains_find_wards_tree, 0, 8);
    tcase_add_test(t, equal_rows_and_no_weight);
    tcase_add_test(t, a_hierarchical_start);
    suite_add_tcase(s, t);
    return support_run(s);
}
