-- SPDX-License-Identifier: GPL-3.0-or-later
-- A mixture of two normals on a line: the model gmm, written by hand.
--
--     load faithful;  model gauss.lua columns=eruptions
--     theta pi=.5,.5 mu=2,4.5 Sigma=.25,.25
return {
  name = "gauss",
  k = 2,
  params = { pi = {2, simplex=true}, mu = {2}, Sigma = {2, positive=true} },

  log_joint = function(x, k, theta)
    local r, v = x[1] - theta.mu[k], theta.Sigma[k]
    return log(theta.pi[k]) - 0.5 * (log(2 * math.pi * v) + r * r / v)
  end,
}
