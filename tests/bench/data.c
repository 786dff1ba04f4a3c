/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench-data FOLDER CASE N D K: one data set and one start, for every program alike.
 *     CASE.csv    what emstep loads            CASE.bin    the same, doubles, row by row
 *     CASE.json   θ for emstep                 CASE.start  the K means (K,D), then the variance
 * CASE of1, of2: Old Faithful (datasets/faithful.csv); poisson, exponential, binomial, bernoulli,
 * hmm, mvn, ppca, ising: CASE.csv alone, for that model; else N rows in K camps, always the same.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static void make_rows(double *x, size_t n, size_t d, size_t k)
{
    for (size_t i = 0; i < n; i++) {
        size_t c = i % k;
        for (size_t j = 0; j < d; j++)
            x[i * d + j] =
                2.0 * (double)((c * (j + 3) + j) % k) + normal() * (1.0 + 0.2 * (double)c);
    }
}

static void read_faithful(double *x, size_t n, size_t d)
{
    FILE *f = fopen("datasets/faithful.csv", "r");
    char line[200];
    if (!f || !fgets(line, sizeof line, f))
        exit(1);
    for (size_t i = 0; i < n; i++) {
        double v[2];
        if (!fgets(line, sizeof line, f) || sscanf(line, "%lf,%lf", &v[0], &v[1]) != 2)
            exit(1);
        for (size_t j = 0; j < d; j++)
            x[i * d + j] = v[j];
    }
    fclose(f);
}

/* One entry of a row whose hidden state is c of k; hidden (d) are other unknowns of the row. */
static double entry_for(const char *model, size_t i, size_t j, size_t c, const double *hidden)
{
    double level = 1.0 + 3.0 * (double)c;
    if (strcmp(model, "poisson") == 0) {
        double count = 0.0;
        for (double left = exp(-level), p = uniform(); p > left; p *= uniform())
            count++;
        return count;
    }
    if (strcmp(model, "exponential") == 0)
        return -level * level * log(uniform());
    if (strcmp(model, "binomial") == 0) {
        double tosses = 5.0 + (double)(i % 20), heads = 0.0;
        for (double t = 0.0; j == 0 && t < tosses; t++)
            heads += uniform() < 0.3 + 0.4 * (double)c;
        return j == 0 ? heads : tosses;
    }
    if (strcmp(model, "bernoulli") == 0)
        return uniform() < 0.2 + 0.6 * (double)((c + j) % 2);
    if (strcmp(model, "hmm") == 0)
        return level + normal();
    if (strcmp(model, "ising") == 0)
        return (i / 64 % 2 ? 1.0 : -1.0) * (i / 512 / 64 % 2 ? 1.0 : -1.0) + normal();
    if (strcmp(model, "mvn") == 0) /* 30 % missing */
        return uniform() < 0.3 ? NAN : hidden[0] + normal();
    return hidden[j % 5] * cos((double)j) + hidden[(j + 1) % 5] + 0.5 * normal(); /* ppca */
}

static FILE *open_file(const char *folder, const char *name, const char *ending)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
    FILE *f = fopen(path, "w");
    if (!f)
        exit(1);
    return f;
}

static void write_start(FILE *json, FILE *plain, const double *x, size_t n, size_t d, size_t k)
{
    double variance = 0.0;
    for (size_t j = 0; j < d; j++) {
        double sum = 0.0, square = 0.0;
        for (size_t i = 0; i < n; i++)
            sum += x[i * d + j];
        for (size_t i = 0; i < n; i++)
            square += (x[i * d + j] - sum / (double)n) * (x[i * d + j] - sum / (double)n);
        variance += square / (double)(n * d);
    }
    fprintf(json, "{\"pi\":[");
    for (size_t c = 0; c < k; c++)
        fprintf(json, "%s%.17g", c ? "," : "", 1.0 / (double)k);
    fprintf(json, "],\"mu\":[");
    for (size_t c = 0; c < k; c++) {
        const double *row = x + (c * (n / k) + c) * d;
        for (size_t j = 0; j < d; j++) {
            fprintf(json, "%s%.17g%s", j ? "," : c ? ",[" : "[", row[j], j + 1 < d ? "" : "]");
            fprintf(plain, "%.17g\n", row[j]);
        }
    }
    fprintf(json, "],\"Sigma\":[");
    for (size_t c = 0; c < k; c++) {
        fprintf(json, "%s[", c ? "," : "");
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j < d; j++)
                fprintf(json, "%s%.17g%s", j ? "," : i ? ",[" : "[", i == j ? variance : 0.0,
                        j + 1 < d ? "" : "]");
        fprintf(json, "]");
    }
    fprintf(json, "]}\n");
    fprintf(plain, "%.17g\n", variance);
}

static int write_for(const char *folder, const char *model, size_t n, size_t d, size_t k)
{
    FILE *csv = open_file(folder, model, "csv");
    bool chain = strcmp(model, "hmm") == 0;
    size_t c = 0;
    for (size_t j = 0; j < d; j++)
        fprintf(csv, "x%zu%s", j + 1, j + 1 < d ? "," : "\n");
    for (size_t i = 0; i < n; i++) {
        double hidden[5];
        for (size_t j = 0; j < 5; j++)
            hidden[j] = normal();
        if (!chain || uniform() < 0.1)
            c = (size_t)(uniform() * (double)k);
        for (size_t j = 0; j < d; j++) {
            double v = entry_for(model, i, j, c, hidden);
            if (isnan(v))
                fprintf(csv, "NA%s", j + 1 < d ? "," : "\n");
            else
                fprintf(csv, "%.9g%s", v, j + 1 < d ? "," : "\n");
        }
    }
    return fclose(csv) ? 1 : 0;
}

static bool stands_alone(const char *name)
{
    static const char *const models[] = {"poisson", "exponential", "binomial", "bernoulli",
                                         "hmm",     "mvn",         "ppca",     "ising"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (strcmp(name, models[i]) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    size_t n = strtoul(argv[3], NULL, 10), d = strtoul(argv[4], NULL, 10);
    size_t k = strtoul(argv[5], NULL, 10);
    if (stands_alone(argv[2]))
        return write_for(argv[1], argv[2], n, d, k);
    double *x = malloc(n * d * sizeof *x);
    if (!x)
        return 1;
    if (strncmp(argv[2], "of", 2) == 0)
        read_faithful(x, n, d);
    else
        make_rows(x, n, d, k);
    FILE *csv = open_file(argv[1], argv[2], "csv"), *bin = open_file(argv[1], argv[2], "bin");
    for (size_t j = 0; j < d; j++)
        fprintf(csv, "x%zu%s", j + 1, j + 1 < d ? "," : "\n");
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            char text[40];
            snprintf(text, sizeof text, "%.9g", x[i * d + j]);
            x[i * d + j] = strtod(text, NULL); /* the same bits in both files */
            fprintf(csv, "%s%s", text, j + 1 < d ? "," : "\n");
        }
    fwrite(x, sizeof *x, n * d, bin);
    FILE *json = open_file(argv[1], argv[2], "json"), *plain = open_file(argv[1], argv[2], "start");
    write_start(json, plain, x, n, d, k);
    free(x);
    return fclose(csv) | fclose(bin) | fclose(json) | fclose(plain) ? 1 : 0;
}
