# SPDX-License-Identifier: GPL-3.0-or-later
# FOLDER CASE N D K ITERATIONS [diag]: seconds of one EM iteration of mclust's me().
suppressPackageStartupMessages(library(mclust))
arg <- commandArgs(trailingOnly = TRUE)
n <- as.integer(arg[3]); d <- as.integer(arg[4]); k <- as.integer(arg[5]); iterations <- as.integer(arg[6])
base <- file.path(arg[1], arg[2])
x <- matrix(readBin(paste0(base, ".bin"), "double", n * d), n, d, byrow = TRUE)
start <- scan(paste0(base, ".start"), quiet = TRUE)
means <- matrix(start[seq_len(k * d)], d, k)
distance <- sapply(seq_len(k), function(c) rowSums((x - rep(means[, c], each = n))^2))
z <- exp(-(distance - apply(distance, 1, min)) / (2 * start[k * d + 1]))
z <- z / rowSums(z)
name <- if (d == 1) "V" else if (length(arg) > 6) "VVI" else "VVV"
# A small problem is at its last bit, and me() at its end, after some dozens of iterations: many short fits.
fits <- if (n < 10000) 500 else 1
if (fits > 1) iterations <- 10
seconds <- function(count)
    system.time(for (i in seq_len(fits))
                    me(x, modelName = name, z = z,
                       control = emControl(eps = 0, tol = c(0, 0), itmax = c(count, count))))[["elapsed"]] / fits
few <- seconds(1)
many <- seconds(1 + iterations)
cat(sprintf("%.9g\n", (many - few) / iterations))
