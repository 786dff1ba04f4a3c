-- SPDX-License-Identifier: GPL-3.0-or-later
-- A zero-inflated Poisson: some families have no children for a reason of their own (k = 1), the
-- others a Poisson number, which may be 0 too (k = 2).  Thisted 1988, widows of civil servants.
--
--     load widows;  model inflated.lua columns=children weights=families
--     theta xi=.75 lambda=.4
--
-- -math.huge is the logarithm of 0: x[1] > 0 is impossible for k = 1.
return {
  name = "inflated",
  k = 2,
  params = { xi = {lower=0, upper=1}, lambda = {positive=true} },

  log_joint = function(x, k, theta)
    if k == 1 then
      return x[1] == 0 and log(theta.xi) or -math.huge
    end
    return log(1 - theta.xi) + x[1] * log(theta.lambda)
           - theta.lambda - lfactorial(x[1])
  end,
}
