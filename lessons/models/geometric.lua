-- SPDX-License-Identifier: GPL-3.0-or-later
-- A mixture of two geometric distributions: x = 0, 1, 2 … failures before the first success.
--
--     load widows;  model geometric.lua columns=children weights=families
--
-- Ten lines are a whole model: no M-step is given, so it is found by numbers.
return {
  name = "geometric",
  k = 2,
  params = { pi = {2, simplex=true}, p = {2, lower=0, upper=1} },

  log_joint = function(x, k, theta)
    return log(theta.pi[k]) + log(theta.p[k]) + x[1] * log1p(-theta.p[k])
  end,
}
