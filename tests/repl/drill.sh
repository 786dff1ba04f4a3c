#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# drill: answers from the lines that follow, from standard input, typed; recorded and replayed.
. tests/repl/lib

cat >"$TMPDIR/m.em" <<'END'
drill m seed=3
0.6     # N₁
0.6
1/5
maybe
0.6667
again
10/3
hint
99
0,5
12.89
bye
print 7
foo
END
check 'a script' 1 "$EMSTEP" "$TMPDIR/m.em" <<END
drill m seed=3: an M-step: N, π and the component from γ
hint, answer, again; bye ends
case 1
  A mixture of two normals; μ₁ was 6.  Three points and their γ:
    x          8     4     0
    γᵢ₁      0.2   0.1   0.3
  N₁ = 0.6
  ✓
  N₁ = γ₁₁ + γ₂₁ + γ₃₁
     = 0.2 + 0.1 + 0.3
     = 0.6
  π₁ = 0.6
  ✗ that is N₁: divide it by n
  π₁ = 1/5
  ✓
  π₁ = N₁/3
     = 0.6/3
     = 0.2
  μ₁ = maybe
  no name 'maybe' here; a number, or how to get it: 0.2*0.3/0.5, log(2)
  μ₁ = 0.6667
  ✗ divided by n: the weights γ sum to N₁
  μ₁ = again
case 1
  A mixture of two normals; μ₁ was 6.  Three points and their γ:
    x          8     4     0
    γᵢ₁      0.2   0.1   0.3
  μ₁ = 10/3
  ✓
  μ₁ = (γ₁₁ x₁ + γ₂₁ x₂ + γ₃₁ x₃)/N₁
     = (0.2·8 + 0.1·4 + 0.3·0)/0.6
     = 3.33333
  Σ₁ = hint
  Σ₁ is the variance of x with the weights γᵢ₁, about the new μ₁
  Σ₁ = 99
  ✗ no; hint, answer, or try again
  Σ₁ = 0,5
  '0,5' has a comma; the decimal sign is a point: 0.5
  Σ₁ = 12.89
  ✓
  Σ₁ = [γ₁₁ (x₁ − μ₁)² + γ₂₁ (x₂ − μ₁)² + γ₃₁ (x₃ − μ₁)²]/N₁
     = [0.2·(8 − 3.33333)² + 0.1·(4 − 3.33333)² + 0.3·(0 − 3.33333)²]/0.6
     = 12.8889
case 2
  Two coins.  Three times one was drawn and tossed:
    heads      2     3     7
    tosses     5     6     8
    γᵢ₁      0.1   0.7   0.6
  N₁ = bye
4 questions: 4 right, 1 of them at the first try
7
$TMPDIR/m.em:15:1: no command 'foo'
  foo
  ^~~
END

# The same from a pipe, and with the command apart from its answers.
"$EMSTEP" <"$TMPDIR/m.em" >"$TMPDIR/piped" 2>&1
check 'a pipe' 0 tail -n 4 "$TMPDIR/piped" <<'END'
7
stdin:15:1: no command 'foo'
  foo
  ^~~
END
sed 1d "$TMPDIR/m.em" | "$EMSTEP" -c 'drill m seed=3' | grep -c '✓' >"$TMPDIR/counted"
check 'answers alone' 0 cat "$TMPDIR/counted" <<'END'
4
END

# A script that another one runs: its own lines first, then those of the other; the end of both.
printf 'drill kl seed=2\n0.0526316\n' >"$TMPDIR/inner.em"
printf 'source %s\nanswer\n' "$TMPDIR/inner.em" >"$TMPDIR/outer.em"
check 'the lines of another' 0 "$EMSTEP" -q "$TMPDIR/outer.em" <<'END'
case 1
  One observation x; z is 1 or 2, f is p(x|z), and q was set by hand.
    z = 1:  π₁ = 0.4   f₁ = 0.05   q₁ = 0.25
    z = 2:  π₂ = 0.6   f₂ = 0.6   q₂ = 0.75
  r₁ = 0.0526316
  ✓
  r₁ = π₁ f₁ / (π₁ f₁ + π₂ f₂)
     = 0.4·0.05/(0.4·0.05 + 0.6·0.6)
     = 0.0526316
  H = answer
  H = q₁ log r₁ + q₂ log r₂
    = 0.25·log 0.0526316 + 0.75·log 0.947368
    = −0.776660
2 questions: 1 right, 1 of them at the first try
END

# What a recording keeps: the answers too, and an end, so that it runs as it was.
cd "$TMPDIR" || exit 1
printf 'record kept.em\ndrill kl seed=2\n0.5\nanswer\nbye\nprint 1\n' | "$EMSTEP" >as_typed
check 'a recording' 0 cat kept.em <<'END'
drill kl seed=2
0.5
answer
bye
print 1
END
check 'runs as it was' 0 "$EMSTEP" kept.em <as_typed
cd - >/dev/null || exit 1

check 'the drills of a session differ, and come again' 0 sh -c '
for i in 1 2; do
    printf "drill elbo\nbye\ndrill elbo\nbye\n" | "$EMSTEP" | grep "seed="
done' <<'END'
drill elbo seed=1: Q, S, ELBO and ℓ of one observation
drill elbo seed=2: Q, S, ELBO and ℓ of one observation
drill elbo seed=1: Q, S, ELBO and ℓ of one observation
drill elbo seed=2: Q, S, ELBO and ℓ of one observation
END

# The forgotten q log q, the log to base 10, the KL the other way round.
printf '%s\n' 'drill elbo seed=3' answer answer -3.05669 -1.0352 bye | "$EMSTEP" >"$TMPDIR/elbo"
check 'mistakes of the ELBO' 0 grep '✗' "$TMPDIR/elbo" <<'END'
  ✗ q log q is forgotten: that is Q alone
  ✗ the log is natural here, not to base 10
END

printf '%s\n' 'drill m seed=3' 0.6 1 bye | "$EMSTEP" --json >"$TMPDIR/json"
check 'JSON' 0 sed 's/"given":"[^"]*"/"given":…/' "$TMPDIR/json" <<'END'
{"command":"drill","drill":"m","case":1,"question":"N₁","given":…}
{"command":"drill","drill":"m","case":1,"question":"N₁","answer":"0.6","grade":"right","value":0.59999999999999998,"worked":"0.2 + 0.1 + 0.3"}
{"command":"drill","drill":"m","case":1,"question":"π₁","given":…}
{"command":"drill","drill":"m","case":1,"question":"π₁","answer":"1","grade":"wrong"}
{"command":"drill","drill":"m","answered":1,"right":1,"first_try":1}
END

check 'no such drill' 1 "$EMSTEP" -c 'drill em' <<'END'
-c:1:7: there is no drill 'em'; did you mean 'e' or 'm'?
  drill em
        ^~
  drill e, drill m, drill elbo or drill kl
END

if command -v script >/dev/null; then
    typed 'drill kl seed=2\nhi\t\nanswer\n0.^C\nprint 1\ndrill kl seed=2\n^D\nprint 2\n^D\n' \
        >"$TMPDIR/screen"
    check 'typed' 0 sed -n '3,$p' "$TMPDIR/screen" <<'END'
drill kl seed=2: the posterior, H and KL of one observation
hint, answer, again; bye ends
case 1
  One observation x; z is 1 or 2, f is p(x|z), and q was set by hand.
    z = 1:  π₁ = 0.4   f₁ = 0.05   q₁ = 0.25
    z = 2:  π₂ = 0.6   f₂ = 0.6   q₂ = 0.75
  r₁ = hint
  r₁ = p(z=1|x): π f over its sum over z
  r₁ = answer
  r₁ = π₁ f₁ / (π₁ f₁ + π₂ f₂)
     = 0.4·0.05/(0.4·0.05 + 0.6·0.6)
     = 0.0526316
  H = 0.^C
1 question: 0 right, 0 of them at the first try
emstep> print 1
1
emstep> drill kl seed=2
drill kl seed=2: the posterior, H and KL of one observation
hint, answer, again; bye ends
case 1
  One observation x; z is 1 or 2, f is p(x|z), and q was set by hand.
    z = 1:  π₁ = 0.4   f₁ = 0.05   q₁ = 0.25
    z = 2:  π₂ = 0.6   f₂ = 0.6   q₂ = 0.75
  r₁ =
emstep> print 2
2
emstep>
END
fi
exit $bad
