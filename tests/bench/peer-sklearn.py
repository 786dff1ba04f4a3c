# SPDX-License-Identifier: GPL-3.0-or-later
# FOLDER CASE N D K ITERATIONS [diag]: seconds of one EM iteration of scikit-learn's GaussianMixture.
import sys
import time

import numpy as np
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky

folder, case = sys.argv[1:3]
n, d, k, iterations = map(int, sys.argv[3:7])
kind = sys.argv[7] if len(sys.argv) > 7 else "full"
x = np.fromfile(f"{folder}/{case}.bin").reshape(n, d)
start = np.loadtxt(f"{folder}/{case}.start")
model = GaussianMixture(k, covariance_type=kind, reg_covar=0.0)
model.weights_ = np.full(k, 1.0 / k)
model.means_ = start[:-1].reshape(k, d)
model.covariances_ = np.full((k, d), start[-1]) if kind == "diag" else np.array([start[-1] * np.eye(d)] * k)
model.precisions_cholesky_ = _compute_precision_cholesky(model.covariances_, kind)


def step():
    _, log_resp = model._e_step(x)
    model._m_step(x, log_resp)


step()
begin = time.perf_counter()
for _ in range(iterations):
    step()
print(f"{(time.perf_counter() - begin) / iterations:.9g}")
