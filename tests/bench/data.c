/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench-data FOLDER CASE N D K: one data set and one start, for every program alike.
 *     CASE.csv    what emstep loads            CASE.bin    the same, doubles, row by row
 *     CASE.json   θ for emstep                 CASE.start  the K means (K,D), then the variance
 * CASE of1, of2: Old Faithful (datasets/faithful.csv); else N rows in K camps, always the same.
 */
#include <math.h>
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

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    size_t n = strtoul(argv[3], NULL, 10), d = strtoul(argv[4], NULL, 10);
    size_t k = strtoul(argv[5], NULL, 10);
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
