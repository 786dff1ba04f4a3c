-- SPDX-License-Identifier: GPL-3.0-or-later
-- inflated.lua with a name misspelt (lesson 21).
return {
  name = "name",
  k = 2,
  params = { xi = {lower=0, upper=1}, lambda = {positive=true} },

  log_joint = function(x, k, theta)
    if k == 1 then
      return x[1] == 0 and log(theta.xi) or -math.huge
    end
    return log(1 - theta.xi) + x[1] * log(theta.lamda) - theta.lambda - lfactorial(x[1])
  end,
}
