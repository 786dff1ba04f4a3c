/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/topics.h"

#include "shell/manual.h"
#include "shell/session.h"

static const char start[] =
    "A first session, on the eruptions of Old Faithful:\n"
    "\n"
    "  load faithful                      a table that comes with emstep\n"
    "  model gmm k=2 columns=eruptions    a mixture of two normals\n"
    "  theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25    a start by hand (or: init)\n"
    "  e                                  E-step: q becomes the posterior at θ\n"
    "  m                                  M-step: θ maximises Q for that q\n"
    "  show terms                         ℓ, ELBO, KL, Q, H, S and what moved\n"
    "  plot bound                         the bound touching the log-likelihood\n"
    "  run                                half-steps until nothing moves\n"
    "\n"
    "back undoes a half-step, goto 3M jumps to one, quit or ^D ends.\n";

static const char language[] =
    "One command a line; ; separates commands, # begins a comment (at the start of a\n"
    "line or after a blank), a \\ at the end continues a line.\n"
    "\n"
    "  verb word word name=value name=value,value name[i,j]=value\n"
    "\n"
    "No blanks round the =.  Quotes protect blanks, commas and =: 'literal', or \"with\n"
    "\\\" and \\\\ inside\".  Minus may be - or −.  An empty value is an empty list.\n"
    "\n"
    "  repeat 3 { e; m }        a block may go over several lines\n"
    "\n"
    "At the prompt a verb may be shortened while no other legal verb begins so; in\n"
    "files and after -c it stands in full, so that old scripts keep their meaning.\n";

static const char expressions[] =
    "print, let, expect and run until= take Lua 5.4 expressions over the machine:\n"
    "\n"
    "  loglik elbo kl Q H entropy objective    the terms at this state\n"
    "  t phase exact                           M-steps; \"E\", \"M\" …; exact q?\n"
    "  n k                                     rows (or their weight), components\n"
    "  mu[1] Sigma[1][2][2] pi[2]              parameters; one index in each bracket\n"
    "  q(i,k) x(i,j)                           responsibilities, data\n"
    "  prev.elbo prev.mu[1]                    the state before the last half-step\n"
    "  at(\"3E\").loglik                         any state\n"
    "  approx(a, b, tol)                       |a − b| ≤ tol·max(1,|b|), tol = 1e-9\n"
    "  log exp sqrt abs max min … math.pi      Lua's math library\n"
    "\n"
    "Comparisons are == ~= < <= > >=, logic is and, or, not.  let NAME=EXPR keeps a\n"
    "value.\n";

static const char notation[] =
    "What is written here, and what the texts that emstep grew from write:\n"
    "\n"
    "  here             there\n"
    "  ℓ(θ), loglik     LL(θ); log p(x|θ), log P(x;θ), ln p(x|θ₁); the log of the\n"
    "                   evidence, or of the observation; L, a log-likelihood \"loss\";\n"
    "                   the observed-data, or incomplete-data, log-likelihood\n"
    "  X, x_i; n        x, D; n or N points\n"
    "  Z, z_i = k       z, θ₂: the latent, hidden or missing data, the memberships;\n"
    "                   z_ik = 1; {a, b} for two clusters\n"
    "  θ                θ₁, the parameters (μa, σa², μb, σb²); a text that has θ₂ for\n"
    "                   the memberships beside it has our θ and our Z\n"
    "  θ_t              θ^(t), θ^old, θ₁^n: the θ that q was made from\n"
    "  q(Z)             q(z|x), q(θ₂), q_i(z_j): any distribution; the variational\n"
    "                   one; P(z|x;θ^old), p(z|x,θ^(t)) once it is the posterior\n"
    "  γ_ik, q(i,k)     responsibilities; E_z(z_ik); P(z=k|x); p(aᵢ), p(bᵢ), aᵢ, bᵢ;\n"
    "                   P(θ₂); αᵢ in a picture of Jensen's inequality\n"
    "  π_k              α_k, the mixing weights; P(z=k)\n"
    "  μ_k, Σ_k         the same; σ² in one dimension is Σ here (a variance, no sd)\n"
    "  p(Z|X,θ), r      the posterior; p(θ₂|x,θ₁)\n"
    "  ELBO(q,θ)        L(q,θ), script L: the (evidence) lower bound, the surrogate;\n"
    "                   −F, the free energy.  L(μ,Σ,π,λ) is a Lagrange function\n"
    "  Q(q,θ)           Q(θ,θ^(t)), E_z[log p(x,z|θ)]: the expected complete-data\n"
    "                   log-likelihood, an auxiliary function\n"
    "  H(q,θ)           H(θ,θ^(t)) = E_q log p(z|x,θ), an auxiliary function: ≤ 0 for\n"
    "                   discrete z, and no entropy\n"
    "  S(q), entropy    H[q], H_q: the entropy of q; −H(θ^(t),θ^(t)) after an E-step\n"
    "  KL(q‖p)          KL(q||p) = −S − H; the log-likelihood's second term\n"
    "  w                p(x,z|θ)/q(z), the constant c or C when Jensen is an equality\n"
    "  f, g             of MM: the function, and the lower bound that touches it\n"
    "  λ_j, A(λ)        maximum entropy: λᵀ, θᵀ and log-partition; A(λ) = 1 − λ₀\n"
    "\n"
    "  ℓ = Q − H = ELBO + KL for every q and θ.  All terms are sums over the data,\n"
    "  with natural logarithms.  One L may be ℓ in one text and the ELBO in another.\n";

static const char states[] =
    "Every half-step makes a state, named by the M-steps so far and what made it:\n"
    "\n"
    "  0      the start: θ, no q yet\n"
    "  0E     after the first E-step; 1M after the first M-step; 1E, 2M, …\n"
    "  3E.2   the second state of that name (a repeat, or another branch)\n"
    "  1q     q set by hand; 1theta: θ set by hand\n"
    "\n"
    "back and forward walk, goto 3M jumps (goto 3 is 3M), mark NAME names the state\n"
    "that is here for goto NAME.  A step from an earlier state begins a branch; the\n"
    "old one can still be gone to.\n";

static const char keys[] =
    "At the prompt:\n"
    "\n"
    "  Tab        completes verbs, options, their values, columns, parameters, files\n"
    "  ↑ ↓  ^R    earlier lines, also of earlier sessions; ^R searches\n"
    "  ^A ^E      the start and the end of the line; ^W deletes a word, ^U the line\n"
    "  ^C         drops the line; during a long run stops it, with θ and q whole\n"
    "  ^D         on an empty line ends the session\n"
    "\n"
    "Keys are Readline's: ~/.inputrc may change them, under $if emstep for emstep\n"
    "alone.\n";

static const char own_model[] =
    "A model of your own is a file of Lua 5.4 that returns a table:\n"
    "\n"
    "  return {\n"
    "    name = \"geometric\",\n"
    "    k = 2,\n"
    "    params = { pi = {2, simplex=true}, p = {2, lower=0, upper=1} },\n"
    "    log_joint = function(x, k, theta)\n"
    "      return log(theta.pi[k]) + log(theta.p[k]) + x[1] * log(1 - theta.p[k])\n"
    "    end,\n"
    "  }\n"
    "\n"
    "  k          how many values the latent variable of a row has\n"
    "  params     the blocks of θ: a shape, then simplex=true (rows that sum to 1),\n"
    "             positive=true, lower=, upper=, or nothing: any number\n"
    "  log_joint  log p(x, z = k | θ) with all constants; x[1] … x[d] is a row, words\n"
    "             are strings; theta.p[k] a parameter; -math.huge is log 0\n"
    "\n"
    "And if you like:\n"
    "\n"
    "  m_step     function(q, x, theta): returns θ, {p={…}}; q[i][k] is γ of row i\n"
    "             times its weight, x[i][j] the data; without it, by numbers\n"
    "  init       function(x, rng): returns a start; rng(), rng(n) as math.random\n"
    "  valid      function(theta): true, or false and why not\n"
    "\n"
    "Lua's math is there (also as log, exp …) with lgamma, lfactorial, lchoose and\n"
    "log1p; string, table, ipairs … too; no files, no system, no other code; 64 MB,\n"
    "10 s a call. Then everything works: e, m, show, plot bound, ledger, run, save …\n"
    "\n"
    "Five come with emstep: abo.lua coins.lua gauss.lua geometric.lua inflated.lua\n"
    "\n"
    "  load widows\n"
    "  model inflated.lua columns=children weights=families\n";

static const char json[] =
    "With --json every command that reports writes one JSON object on one line, with\n"
    "\"command\" (\"e\", \"show terms\" …); numbers carry 17 digits, those that are not\n"
    "finite are \"inf\", \"-inf\", \"nan\"; a term out of reach is null and named in\n"
    "\"intractable\".  Notices stand in \"notes\".  Errors go to stderr:\n"
    "\n"
    "  {\"error\":{\"file\":…,\"line\":…,\"column\":…,\"message\":…,\"hint\":…}}\n"
    "\n"
    "Exit status: 0 done, 1 a command failed, 2 bad usage, 3 a check failed (expect),\n"
    "130 interrupted.\n";

static const char replay[] =
    "  emstep replay two-coins                   a lesson; Enter goes on\n"
    "  emstep replay --type talk.em more.em      scripts; commands are typed out\n"
    "  emstep replay --wait 4 two-coins          by itself, 4 seconds between steps\n"
    "  emstep replay --from 12 two-coins         what is before step 12 runs unseen\n"
    "  emstep replay --wait 2 --type --record two-coins.cast two-coins\n"
    "                                            for asciinema: asciicast v2\n"
    "\n"
    "Between two steps the prompt is live: type any command, then Enter on an empty\n"
    "line goes on, the state being again what it was. Words of the prompt:\n"
    "\n"
    "  next       go on, as Enter does        hint   of the task or question\n"
    "  previous   one step back, state too    info   which step this is, what is next\n"
    "  again      that step once more         play   try what you like\n"
    "  skip       the rest of the step runs   bye    leaves; so does ^D\n"
    "             unseen\n"
    "\n"
    "^C stops what runs, or --wait, and the prompt is there. Tasks play their model\n"
    "answer, questions show themselves, then the answer. A script's comments are its\n"
    "prose; a line that is an `expect` and holds runs unseen. The same replay gives\n"
    "the same recording: times of `timer` are left out.\n"
    "Exit status 3: an expectation did not hold; 1: a command failed.\n";

static const char files[] =
    "  ~/.config/emstep/emsteprc      commands that the prompt begins with\n"
    "  ~/.local/state/emstep/history  lines typed at the prompt, for you alone\n"
    "  ~/.local/state/emstep/lessons  how far you are in each lesson\n"
    "  ~/.inputrc                     keys: Readline's; $if emstep for emstep alone\n"
    "  PREFIX/share/emstep/datasets   the data sets (else those of the build tree)\n"
    "\n"
    "XDG_CONFIG_HOME and XDG_STATE_HOME put the first two elsewhere; a home that is\n"
    "not there is never made.  Scripts (files, -c, standard input) read neither;\n"
    "--no-rc passes over emsteprc.\n"
    "\n"
    "output=FILE, theta save FILE: a file of that name is replaced, whole or not at\n"
    "all.  record FILE, log FILE: a file of that name is kept, the command refused.\n"
    "\n"
    "NO_COLOR turns colours off.  Without DISPLAY or WAYLAND_DISPLAY there is no\n"
    "window: pictures are text.  A locale that is not UTF-8 makes the output ASCII\n"
    "(--ascii).\n";

static void write_settings(const struct session *s, struct text *out)
{
    struct text value = TEXT_INIT;

    text_add(out, "set NAME VALUE changes a setting for this session.\n\n");
    for (const struct setting *row = settings_table; row->name; row++) {
        struct error unused;
        text_reset(&value);
        settings_get(&s->set, row->name, &value, &unused);
        text_add(out, "  ");
        text_pad_right(out, row->name, 14);
        text_addf(out, "%s\n", row->help);
        text_addf(out, "  %14s%s; now %s\n", "", row->values, value.length ? value.s : "–");
    }
    text_clear(&value);
}

const struct topic topics[] = {
    {"start", "a first session", start, NULL},
    {"language", "how commands are written", language, NULL},
    {"expressions", "what print, let and expect take", expressions, NULL},
    {"notation", "our symbols, and those of the literature", notation, NULL},
    {"own-model", "a model of your own, in ten lines of Lua", own_model, NULL},
    {"states", "0, 0E, 1M …: going back and forth", states, NULL},
    {"settings", "what set can set", NULL, write_settings},
    {"keys", "typing at the prompt", keys, NULL},
    {"replay", "a lesson or a script before an audience", replay, NULL},
    {"files", "what is read and kept where; the environment", files, NULL},
    {"json", "output for programs, exit status", json, NULL},
    {"manual", "the manual page, emstep(1), in roff", NULL, manual_write},
    {NULL, NULL, NULL, NULL},
};
