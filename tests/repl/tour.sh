#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The tour: to its end off a terminal, then a live prompt on one.
. tests/repl/lib

"$EMSTEP" lessons/tour.em >"$TMPDIR/tour" 2>"$TMPDIR/errors" </dev/null
status=$?
check 'the tour ends by itself' 0 echo "$status" <<'END'
0
END
check 'without a word on stderr' 0 cat "$TMPDIR/errors" </dev/null
for words in 'touch: ℓ = ELBO' 'gap = KL' 'the sum p(x|θ)'; do
    grep -q "$words" "$TMPDIR/tour" || { echo "no picture with '$words'"; bad=1; }
done
check 'and no colour' 1 grep -c "$(printf '\033')" "$TMPDIR/tour" <<'END'
0
END
check 'its last words' 0 tail -n 1 "$TMPDIR/tour" <<'END'
# From here on it is yours: help lists the commands, quit or ^D leaves.
END

command -v script >/dev/null || { echo 'script(1) is not here'; exit 77; }
arguments='-i lessons/tour.em'
patience=4
typed 'print "alive", t\ngoto 0E\nquit\n' >"$TMPDIR/screen"
sed -n '/^gmm 17E> print "alive"/,$p' "$TMPDIR/screen" >"$TMPDIR/after"
check 'the prompt after it' 0 cat "$TMPDIR/after" <<'END'
gmm 17E> print "alive", t
alive  17
gmm 17E> goto 0E
0E   ℓ −333.686  ELBO −333.686  KL 0         Q −339.666  H −5.98011  S 5.98011
     the bound touches ℓ at θ₀ ✓
gmm 0E> quit
END
exit $bad
