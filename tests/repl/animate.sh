#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# animate: one frame a half-step, the state as before, what does not suit, and ^C.
. tests/repl/lib

cd "$TMPDIR" || exit 1
say() {
    echo "$1"
    bad=1
}

# In a GIF each frame begins with a graphic control extension of this delay (in 1/100 s, low byte
# first).
frames() {
    od -An -v -tx1 "$1" | tr -d ' \n' | grep -o "21f904[0-9a-f][0-9a-f]$2[0-9a-f][0-9a-f]00" | wc -l
}

start='load faithful; model gmm k=2 columns=eruptions; init seed=1'
check 'a frame each half-step' 0 sh -c '"$EMSTEP" -q -c "$1; step 4" -c "animate density output=a.gif
    animate bound trace delay=1 output=b.gif; animate terms every=3 output=c.gif
    animate density frames=4 output=d.gif; print t" | tail -n 5' sh "$start" <<'END'
density, 0 to 4M, 9 frames → a.gif
bound, trace, 0E to 4M, 8 frames → b.gif
terms, 1M to 4M, 3 frames → c.gif
density, 1M to 4M, 3 frames → d.gif
4
END
for want in 'a 3200 9' 'b 6400 8' 'c 3200 3' 'd 3200 3'; do
    set -- $want
    [ "$(frames "$1.gif" "$2")" = "$3" ] || say "$1.gif has $(frames "$1.gif" "$2") frames, not $3"
done
check 'what is thinned and left out is said' 0 sh -c '"$EMSTEP" -c "$1; step 3" -c "animate bound frames=3 \
output=e.gif" | tail -n 3' sh "$start" <<'END'
bound, 1E to 3M, 2 frames → e.gif
one frame for 3 half-steps: frames= takes more of them
0 is left out: plot bound needs q
END
check 'json' 0 sh -c '"$EMSTEP" --json -c "$1; step 2; animate trace output=j.gif" | tail -n 1' \
    sh "$start" <<'END'
{"command":"animate","kinds":["trace"],"output":"j.gif","frames":5,"first":"0","last":"2M","every":1}
END

# From the middle of a history with a branch: everything is as it was, what lies ahead, too.
cat >before.em <<'END'
step 4; goto 2M; theta mu=2,4; e; m; mark branch; goto 3M; back 2
END
looks='show trace; show terms; forward; forward; goto branch; back 3; show trace; forward'
"$EMSTEP" -q -c "$start" before.em -c "" >/dev/null
{ cat before.em; echo "$looks"; } >plain.em
{ cat before.em; echo 'animate density trace output=m.gif'; echo "$looks"; } >with.em
"$EMSTEP" -q -c "$start" plain.em >plain 2>&1
"$EMSTEP" -q -c "$start" with.em 2>&1 | grep -v '→ m.gif' >with
diff plain with || say 'animate moved something'

# ---- what does not work ----

refuse() {
    what=$1
    check "$what" 1 sh -c '"$EMSTEP" -q -c "$1" -c "$2" 2>&1 |
        sed "1,/^ .*+/d" | grep -v "^  .*animate\|^ *^"; ls n.gif 2>/dev/null
        exit 1' sh "$start; e; m" "$what"
}
refuse 'animate optima output=n.gif' <<'END'
-c:1:9: plot optima does not change from state to state
  plot optima draws it
END
refuse 'animate image output=n.gif' <<'END'
-c:1:9: gmm has no image to plot
  ising has one: load letters_flip10, model ising
END
refuse 'animate density' <<'END'
-c:1:1: animate needs a file
END
refuse 'animate density output=n.png' <<'END'
-c:1:17: 'n.png' is no .gif
  animations are GIFs: output=FILE.gif; plot draws one picture
END
refuse 'animate density output=n.gif alone=p' <<'END'
-c:1:30: animate density has no option 'alone'
END
refuse 'animate density output=n.gif delay=0' <<'END'
-c:1:36: delay is 0; it must be at least 0.02
END
check 'before there is a θ' 1 "$EMSTEP" -q -c 'load linkage; model linkage columns=count' \
    -c 'animate trace output=n.gif' <<'END'
-c:1:1: animate needs θ: init makes a start, theta sets one by hand
  animate trace output=n.gif
  ^~~~~~~
END
check 'no gnuplot' 1 env PATH=/nowhere "$EMSTEP" -q -c "$start; animate density output=n.gif" <<'END'
-c:1:78: cannot start gnuplot: no program 'gnuplot'
  …ptions; init seed=1; animate density output=n.gif
                                        ^~~~~~~~~~~~
  install it: sudo apt-get install gnuplot-nox (gnuplot-qt for windows); output=FILE.csv and .gp work without
END

# ^C while it draws: no file, and the session goes on at the state that it was at.
arguments="-q --no-rc -i -c '$start; repeat 60 { e beta=0.9; m damp=0.5 }'"
typed 'animate density bound trace output=n.gif\n^C\nprint t\nprint 1000 + 1\nquit\n' >out
grep -q 'interrupted' out && grep -q '^1001' out && grep -q '^60$' out || { cat out; say '^C does not stop it'; }
[ ! -e n.gif ] || say 'an animation that was stopped left a file'
exit $bad
