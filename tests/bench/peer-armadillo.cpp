// SPDX-License-Identifier: GPL-3.0-or-later
// bench-armadillo FOLDER CASE N D K ITERATIONS [diag]: seconds of one EM iteration of gmm_full or gmm_diag.
#include <armadillo>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

template <class Model, class Covariances>
static double seconds(const arma::mat &x, const arma::mat &means, const Covariances &covs, arma::uword k,
                      arma::uword iterations)
{
    Model model;
    model.set_params(means, covs, arma::rowvec(k, arma::fill::value(1.0 / double(k))));
    auto from = std::chrono::steady_clock::now();
    model.learn(x, k, arma::maha_dist, arma::keep_existing, 0, iterations, 1e-300, false);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

// What a fit takes longer than one of a single iteration.  A small problem is at its last bit, and
// learn() at its end, after some dozens of iterations: many short fits, of both kinds in turn.
template <typename Model, typename Covs>
static double more(const arma::mat &x, const arma::mat &means, const Covs &covs, arma::uword k,
                   arma::uword iterations)
{
    const int fits = x.n_cols < 10000 ? 2000 : 1;
    double sum = 0;
    for (int fit = 0; fit < fits; fit++) {
        sum -= seconds<Model>(x, means, covs, k, 1);
        sum += seconds<Model>(x, means, covs, k, 1 + iterations);
    }
    return sum / fits;
}

int main(int, char **argv)
{
    const std::string base = std::string(argv[1]) + "/" + argv[2];
    const arma::uword n = std::stoul(argv[3]), d = std::stoul(argv[4]), k = std::stoul(argv[5]);
    const arma::uword iterations = n < 10000 ? 10 : std::stoul(argv[6]);
    arma::mat x(d, n), means(d, k);
    double variance = 1.0;
    FILE *bin = std::fopen((base + ".bin").c_str(), "rb"), *start = std::fopen((base + ".start").c_str(), "r");
    if (!bin || !start || std::fread(x.memptr(), sizeof(double), n * d, bin) != n * d)
        return 1;
    for (arma::uword i = 0; i < d * k; i++)
        if (std::fscanf(start, "%lf", means.memptr() + i) != 1)
            return 1;
    if (std::fscanf(start, "%lf", &variance) != 1)
        return 1;
    double took;
    if (argv[7]) {
        arma::mat covs(d, k, arma::fill::value(variance));
        took = more<arma::gmm_diag>(x, means, covs, k, iterations);
    } else {
        arma::cube covs(d, d, k);
        for (arma::uword c = 0; c < k; c++)
            covs.slice(c) = variance * arma::eye(d, d);
        took = more<arma::gmm_full>(x, means, covs, k, iterations);
    }
    std::printf("%.9g\n", took / double(iterations));
}
