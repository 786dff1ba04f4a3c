#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# emstep replay: lessons and scripts before an audience, recorded, the same each time; the
# lecturer's prompt between two steps.
. tests/repl/lib

is_cast=$(dirname "$EMSTEP")/tests/unit/test_lesson_cast
[ -x "$is_cast" ] || { echo "$is_cast is not built"; exit 1; }
replay() { "$EMSTEP" replay "$@" </dev/null; }

# ---- every lesson, twice ----

for file in lessons/[0-9]*.md lessons/*.em; do
    for n in 1 2; do
        replay "$file" --wait 0 --type --record "$TMPDIR/$n.cast" >"$TMPDIR/$n.out" 2>&1 || {
            echo "$file: exit status $?"
            tail -n 5 "$TMPDIR/$n.out"
            bad=1
        }
    done
    "$is_cast" "$TMPDIR/1.cast" || { echo "$file"; bad=1; }
    cmp "$TMPDIR/1.cast" "$TMPDIR/2.cast" && cmp "$TMPDIR/1.out" "$TMPDIR/2.out" || bad=1
    # Where the real player is, it shows what the replay showed.
    if command -v asciinema >/dev/null && command -v script >/dev/null; then
        TERM=xterm script -qec "asciinema cat '$TMPDIR/1.cast'" /dev/null </dev/null |
            tr -d '\r\004\010' | sed '1s/^^D//' >"$TMPDIR/played"
        cmp "$TMPDIR/1.out" "$TMPDIR/played" || { echo "$file: asciinema shows otherwise"; bad=1; }
    fi
done
command -v asciinema >/dev/null || echo 'asciinema is not here: no recording is played' >&2

# ---- a script: prose, commands, answers to what it asks, no wall-clock ----

cd "$TMPDIR" || exit 1
cat >small.em <<'END'
#!/usr/bin/env emstep
# A coin or two,
# in one paragraph.
#   set in
load coins

timer on
repeat 2 {
print 1
}
drill kl seed=1
bye
# The end.
quit
print 3
END
replay small.em | sed '/^hint,/,/bye$/d; /drill/d' >out
check 'a script' 0 cat out <<'END'
A coin or two, in one paragraph.
  set in

emstep> load coins
coins: 5 rows, 2 columns (heads, tosses), nothing missing
coins> timer on
time: …
coins> repeat 2 {
   ... print 1
   ... }
1
time: …
1
time: …
time: …
time: …

The end.

coins> quit
time: …
END

# Typing takes time in the recording alone; --wait is between two steps.
printf 'print 12\nprint 3\n' >two.em
replay two.em --wait 2 --type --record two.cast >out
"$is_cast" two.cast || bad=1
check 'a key is an event; the pause is there' 0 awk -F'[][,]' '
    NR > 1 && $0 ~ /"p"\]/ { p++ } NR > 1 { t = $2 }
    END { print p, (t > 3 && t < 8 ? "long enough" : t) }' two.cast <<'END'
2 long enough
END
replay two.em small.em >out
[ "$(grep -c 'print 12\|A coin' out)" = 2 ] || { echo 'several files:'; cat out; bad=1; }

# ---- what fails ----

printf 'print 1\n\nexpect 1 == 2 "no"\nprint 5\n' >expects.em
check 'an expectation' 3 replay expects.em --record expects.cast <<'END'
emstep> print 1
1
emstep> expect 1 == 2 "no"
expects.em:3:8: no: 1 is not == 2
  expect 1 == 2 "no"
         ^~~~~~
END
"$is_cast" expects.cast || bad=1
# One that holds is no sight for a room; with something else in its line it is shown.
printf 'print 1\nexpect 1 == 1\nexpect 2 == 2 "no"\n\n# Two\nexpect 3 == 3; print 3\n' >holds.em
check 'an expectation that holds' 0 replay holds.em <<'END'
emstep> print 1
1

Two

emstep> expect 3 == 3; print 3
3
END
grep -q 'expects.em:3:8' expects.cast || { echo 'the error is not in the recording'; bad=1; }
printf 'set onerror continue\nfoo\nprint 5\n' >foo.em
replay foo.em >out 2>errors
[ $? = 1 ] && grep -q '^5$' out && grep -q "^foo.em:2:1: no command 'foo'" errors || {
    echo 'an error:'; cat out errors; bad=1; }

lesson() { printf -- '---\ntitle: T\norder: 1\ntime: 1\n---\n# Words\n\n'; cat; }
state() {
    printf '```emstep\nem> load coins\nem> model binomial k=2\nem> theta pi=0.5,0.5 p=0.6,0.5\n'
    printf 'em> e\n```\n\n'
}
{ state; printf '```emstep try\nexpect kl > 1 "too small"\nanswer: m\n```\n'; } | lesson >task.md
check 'a task that its answer does not do' 3 sh -c '"$0" replay task.md 2>&1 >/dev/null | head -n 1
    "$0" replay task.md >/dev/null 2>&1' "$EMSTEP" <<'END'
task.md:16:8: too small: 0.0511021 is not > 1
END
{ state; printf '```quiz\nkind: predict\nterms: KL S\nrun: m\nanswer: S\n```\n'; } | lesson >predict.md
check 'a prediction that is not so' 3 sh -c '"$0" replay predict.md 2>&1 >/dev/null | head -n 1
    "$0" replay predict.md >/dev/null 2>&1' "$EMSTEP" <<'END'
predict.md:19:9: the machine says otherwise; what changes: KL
END
check 'no such step' 2 replay two.em --from 3 <<'END'
emstep replay: --from is a step, 1 to 2 here, not '3'
END
check 'no such wait' 2 replay two.em --wait long <<'END'
emstep replay: --wait is a number of seconds up to 3600, not 'long'
END
check 'no such place' 2 replay two.em --record nowhere/x.cast <<'END'
emstep replay: 'nowhere/x.cast' cannot be written
END
check 'no such file' 1 replay none.em <<'END'
emstep replay: cannot read 'none.em': No such file or directory
END

# ---- from a step ----

{ state; printf 'Now M.\n\n```emstep\nem> m\n```\n'; } | lesson >from.md
check 'what is before has run' 0 sh -c '"$0" replay from.md --from 3 | head -n 4' "$EMSTEP" <<'END'
Now M.

binomial 0E> m
1M   ℓ −10.0774  ELBO −10.1285  KL 0.0511021 Q −13.1876  H −3.11019  S 3.05908
END

# ---- a stranger's ----

printf 'load coins\nsave ../x.json\n' >writes.em
check 'it writes nowhere else' 1 sh -c '"$0" replay writes.em 2>&1 >/dev/null | head -n 1
    "$0" replay writes.em >/dev/null 2>&1' "$EMSTEP" <<'END'
writes.em:2:6: a lesson does not write '../x.json': it leads out of the folder
END
"$EMSTEP" replay --trust writes.em >out </dev/null 2>&1 && rm ../x.json || { cat out; bad=1; }

# ---- at a terminal ----

command -v script >/dev/null || { echo 'the prompt is not tried: script(1) is not here'; [ $bad = 0 ] && exit 77; exit 1; }
arguments="replay from.md"
typed '\nm\n\n\n\nprevious\nq uniform\n\n\n\nlet a=1\nprevious\nprint a\n\n^D\n' >screen
sed -n '/^emstep> load/,$p' screen | grep -v '^ \|^$\|^[0-9]*[EMq] ' >out
check 'the lecturer' 0 cat out <<'END'
emstep> load coins
coins: 5 rows, 2 columns (heads, tosses), nothing missing
coins> m
1:1: m needs a model: choose one, e.g. model gmm k=2
coins>
coins> model binomial k=2
binomial: K = 2 coins; θ has pi[2] p[2]; needs a start: init, or theta
binomial θ?>
binomial θ?> theta pi=0.5,0.5 p=0.6,0.5
binomial 0>
binomial 0> e
binomial 0E> previous
One step back: the state is as it was there. Enter shows it again.
binomial 0> q uniform
binomial 0q>
The state is again what it was before your commands.
binomial 0> e
binomial 0E>
Now M.
binomial 0E>
binomial 0E> m
binomial 1M> let a=1
binomial 1M> previous
One step back: the state is as it was there. Enter shows it again.
binomial 0E> print a
1:7: no name 'a' here
binomial 0E>
binomial 0E> m
binomial 1M>
END

# Of three files: hint, again, skip; the end of the first, on to the second; ^D leaves both.
{ state; printf '```emstep try\nexpect kl > 0.01\nanswer: m\nhint: Try M\n```\n'; } | lesson >hints.md
arguments="replay hints.md two.em two.em"
typed '\nagain\nskip\nhint\nhint\n\n\n\nprevious\n\n^D\n' >screen
sed -n '/^emstep> load/,$p' screen | grep -v '^  *[^ H]\|^$\|^[0-9]*[EMq] ' >out
check 'several files' 0 cat out <<'END'
emstep> load coins
coins: 5 rows, 2 columns (heads, tosses), nothing missing
coins> again
emstep> load coins
coins: 5 rows, 2 columns (heads, tosses), nothing missing
coins> skip
What was left of step 2 has been run unseen.
binomial 0E> hint
  Hint: Try M
binomial 0E> hint
There are no more hints.
binomial 0E>
binomial 0E> m
binomial 1M>
Replay, 2 steps. Enter goes on; at the prompt any command may be typed;
previous, again, skip, hint, info; bye or ^D leaves.
───
emstep> print 12
12
emstep>
emstep> print 3
3
emstep> previous
One step back: the state is as it was there. Enter shows it again.
emstep>
emstep> print 3
3
emstep>
END
exit $bad
