-- SPDX-License-Identifier: GPL-3.0-or-later
-- abo.lua with the 2 left out: AO and OA are two ways to one genotype (lesson 21).
local genotype  = { "AA", "AO", "BB", "BO", "AB", "OO" }
local phenotype = { "A",  "A",  "B",  "B",  "AB", "O"  }
local alleles   = { {1, 1}, {1, 3}, {2, 2}, {2, 3}, {1, 2}, {3, 3} } -- A = 1, B = 2, O = 3

return {
  name = "order",
  k = #genotype,
  params = { allele = {3, simplex=true} },

  log_joint = function(x, k, theta)
    if x[1] ~= phenotype[k] then return -math.huge end
    local a, b = alleles[k][1], alleles[k][2]
    return log(theta.allele[a]) + log(theta.allele[b])
  end,

  -- Count the genes: each person carries two.
  m_step = function(q, x, theta)
    local count = {0, 0, 0}
    for i = 1, #x do
      for k = 1, #genotype do
        for _, a in ipairs(alleles[k]) do count[a] = count[a] + q[i][k] end
      end
    end
    local n = count[1] + count[2] + count[3]
    return { allele = {count[1] / n, count[2] / n, count[3] / n} }
  end,
}
