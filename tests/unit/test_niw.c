/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The normal–inverse-Wishart density is normalised, and its helpers give the published maxima. */
#include <gsl/gsl_integration.h>
#include <math.h>
#include <string.h>

#include "bound.h"
#include "models/niw.h"
#include "models/prior.h"

enum { ROOM = 64 };

struct integrand {
    const struct niw *niw;
    double at; /* the one that is held */
    double work[ROOM];
};

static double over_sigma(double v, void *context)
{
    struct integrand *g = context;
    return v > 0.0 ? exp(niw_log_covariance(g->niw, &v, g->work)) : 0.0;
}

static double over_mu(double v, void *context)
{
    struct integrand *g = context;
    return exp(niw_log_mean(g->niw, &v, &g->at, g->work));
}

START_TEST(integrates_to_one)
{
    const double m0 = 1.5, S0 = 2.5;
    const struct niw niw = {.d = 1, .m0 = &m0, .S0 = &S0, .kappa0 = 0.4, .nu0 = 5.0};
    struct integrand g = {.niw = &niw, .at = 1.7};
    gsl_function f = {over_sigma, &g};
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(200);
    double value, error;
    gsl_integration_qagiu(&f, 0.0, 1e-11, 1e-11, 200, w, &value, &error);
    ck_assert_double_eq_tol(value, 1.0, 1e-9);
    f.function = over_mu;
    gsl_integration_qagi(&f, 1e-11, 1e-11, 200, w, &value, &error);
    ck_assert_double_eq_tol(value, 1.0, 1e-9);
    gsl_integration_workspace_free(w);
}
END_TEST

/* d = 2 from d = 1: Σ_11 ~ IW(S_11, ν−1), Σ_22·1 ~ IW(S_22·1, ν) independent of it, and
 * β = Σ_12/Σ_11 given Σ_22·1 ~ N(S_12/S_11, Σ_22·1/S_11); dΣ_12 = Σ_11 dβ. */
START_TEST(two_dimensions_from_one)
{
    const double S0[] = {3.0, 1.2, 1.2, 2.0}, Sigma[] = {0.9, -0.3, -0.3, 0.8}, m0[] = {0.0, 0.0};
    const double nu = 4.5, S_rest = S0[3] - S0[1] * S0[1] / S0[0];
    const double rest = Sigma[3] - Sigma[1] * Sigma[1] / Sigma[0], beta = Sigma[1] / Sigma[0];
    const double centre = S0[1] / S0[0];
    const struct niw both = {.d = 2, .m0 = m0, .S0 = S0, .kappa0 = 1.0, .nu0 = nu};
    const struct niw first = {.d = 1, .m0 = m0, .S0 = S0, .kappa0 = 1.0, .nu0 = nu - 1.0};
    const struct niw second = {.d = 1, .m0 = &centre, .S0 = &S_rest, .kappa0 = S0[0], .nu0 = nu};
    double work[ROOM];
    double parts = niw_log_covariance(&first, Sigma, work) +
                   niw_log_density(&second, &beta, &rest, work) - log(Sigma[0]);
    support_close(niw_log_covariance(&both, Sigma, work), parts, 1e-13, "IW in two dimensions");
}
END_TEST

/* N(μ; m0, Σ/κ0) by its formula, |Σ| and Σ⁻¹ of a 2×2 matrix written out */
START_TEST(mean_density)
{
    const double Sigma[] = {2.0, 0.5, 0.5, 1.0}, m0[] = {1.0, -1.0}, mu[] = {1.5, -0.2};
    const struct niw niw = {.d = 2, .m0 = m0, .S0 = Sigma, .kappa0 = 3.0, .nu0 = 4.0};
    double work[ROOM], a = mu[0] - m0[0], b = mu[1] - m0[1], det = 1.75;
    double square = (1.0 * a * a - 2.0 * 0.5 * a * b + 2.0 * b * b) / det;
    support_close(niw_log_mean(&niw, mu, Sigma, work),
                  -log(2.0 * M_PI) - 0.5 * log(det / 9.0) - 1.5 * square, 1e-14, "log N");
    double singular[] = {1.0, 1.0, 1.0, 1.0};
    ck_assert_double_nan(niw_log_density(&niw, mu, singular, work));
}
END_TEST

/* The joint maximum, from x̄ and the scatter about x̄. */
START_TEST(joint_maximum)
{
    const double m0[] = {1.0, 2.0}, S0[] = {2.0, 0.3, 0.3, 1.0}, x[] = {4.0, -1.0};
    const double about_x[] = {7.0, 2.0, 2.0, 5.0}, kappa = 1.5, nu = 4.0, N = 9.0;
    const struct niw niw = {.d = 2, .m0 = m0, .S0 = S0, .kappa0 = kappa, .nu0 = nu};
    double mu[] = {x[0], x[1]}, S[4];
    niw_mean(&niw, N, mu);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            S[2 * i + j] = about_x[2 * i + j] + N * (x[i] - mu[i]) * (x[j] - mu[j]);
    niw_scatter(&niw, mu, S);
    for (int i = 0; i < 2; i++) {
        support_close(mu[i], (kappa * m0[i] + N * x[i]) / (kappa + N), 1e-14, "mu");
        for (int j = 0; j < 2; j++)
            support_close(S[2 * i + j],
                          S0[2 * i + j] + about_x[2 * i + j] +
                              kappa * N / (kappa + N) * (x[i] - m0[i]) * (x[j] - m0[j]),
                          1e-14, "S");
    }
    ck_assert_double_eq(niw_divisor(&niw, N), nu + N + 2.0 + 2.0);
    mu[0] = NAN;
    niw_mean(&niw, 0.0, mu);
    ck_assert_double_eq(mu[0], 1.0);
}
END_TEST

/* ---- what may be given ---- */

static void check(const char *words, const char *message)
{
    struct error e = {0};
    double v[16];
    struct model *m = bound_shipped("murray", "mvn", "");
    struct prior p = bound_prior(m, v, words);
    int status = niw_valid(&p, 2, &e);
    ck_assert_msg(status == (message ? -1 : 0), "%s: %s", words, e.message);
    ck_assert_msg(!message || strstr(e.message, message), "%s: '%s'", words, e.message);
    model_free(m);
}

START_TEST(hyperparameters)
{
    check("m0=0,0 kappa0=1 S0=1,0,0,1 nu0=3", NULL);
    check("m0=0,0 kappa0=1 S0=1,0,0,1", "needs nu0 too");
    check("nu0=3", "needs m0 too");
    check("m0=0,0 kappa0=0 S0=1,0,0,1 nu0=3", "kappa0 is 0");
    check("m0=0,0 kappa0=1 S0=1,0,0,1 nu0=1", "nu0 is 1; it must be above 1");
    check("m0=0,inf kappa0=1 S0=1,0,0,1 nu0=3", "m0[2] is inf");
    check("m0=0,0 kappa0=1 S0=1,2,2,1 nu0=3", "S0 is not positive definite");
    check("m0=0,0 kappa0=1 S0=1,0.5,0,1 nu0=3", "S0 is not symmetric");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("niw");
    TCase *c = tcase_create("niw");
    tcase_add_test(c, integrates_to_one);
    tcase_add_test(c, two_dimensions_from_one);
    tcase_add_test(c, mean_density);
    tcase_add_test(c, joint_maximum);
    tcase_add_test(c, hyperparameters);
    suite_add_tcase(s, c);
    return support_run(s);
}
