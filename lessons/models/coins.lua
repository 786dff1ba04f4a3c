-- SPDX-License-Identifier: GPL-3.0-or-later
-- Two coins (Do & Batzoglou 2008): each row is a set of tosses with one of two coins, and nobody
-- wrote down which.  x[1] heads among x[2] tosses.
--
--     load coins;  model coins.lua;  freeze pi;  theta pi=.5,.5 p=.6,.5
--
-- The M-step is written out: q[i][k] is the row's weight times its share of coin k, so the sums are
-- expected counts.
local function m_step(q, x, theta)
  local pi, p = {}, {}
  for k = 1, 2 do
    local n, heads, tosses = 0, 0, 0
    for i = 1, #x do
      n      = n      + q[i][k]
      heads  = heads  + q[i][k] * x[i][1]
      tosses = tosses + q[i][k] * x[i][2]
    end
    pi[k], p[k] = n, heads / tosses
  end
  local n = pi[1] + pi[2]
  return { pi = {pi[1] / n, pi[2] / n}, p = p }
end

return {
  name = "coins",
  k = 2,
  params = { pi = {2, simplex=true}, p = {2, lower=0, upper=1} },

  log_joint = function(x, k, theta)
    local heads, tosses, p = x[1], x[2], theta.p[k]
    return log(theta.pi[k]) + lchoose(tosses, heads)
           + heads * log(p) + (tosses - heads) * log1p(-p)
  end,

  m_step = m_step,
  init = function(x, rng) return { pi = {0.5, 0.5}, p = {rng(), rng()} } end,
}
