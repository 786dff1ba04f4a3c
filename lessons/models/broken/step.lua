-- SPDX-License-Identifier: GPL-3.0-or-later
-- inflated.lua with an M-step of its own, and a mistake in it (lesson 21).
return {
  name = "step",
  k = 2,
  params = { xi = {lower=0, upper=1}, lambda = {positive=true} },

  log_joint = function(x, k, theta)
    if k == 1 then
      return x[1] == 0 and log(theta.xi) or -math.huge
    end
    return log(1 - theta.xi) + x[1] * log(theta.lambda)
           - theta.lambda - lfactorial(x[1])
  end,

  m_step = function(q, x, theta)
    local without, poisson, children = 0, 0, 0
    for i = 1, #x do
      without  = without  + q[i][1]
      poisson  = poisson  + q[i][2]
      children = children + q[i][2] * x[i][1]
    end
    local n = without + poisson
    return { xi = without / n, lambda = children / n }
  end,
}
