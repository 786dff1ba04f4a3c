#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# plot, replot: files, panels, JSON, and what goes wrong.
. tests/repl/lib

cd "$TMPDIR" || exit 1
check 'files' 0 "$EMSTEP" -q -c 'load linkage' -c 'model linkage columns=count' -c 'theta p=0.1' \
    -c 'plot trace output=a.csv' -c 'replot output=b.gp' -c 'replot theme=print' \
    -c 'plot trace output=a.svg' -c 'replot' <<'END'
trace → a.csv
trace → b.gp
trace → a.csv
trace → a.svg
trace → a.svg
END
check 'the numbers' 0 cat a.csv <<'END'
x,loglik
0,-64.4821842766751
END
case $(head -c 5 a.svg) in
'<?xml') ;;
*) echo 'a.svg is no SVG'; bad=1 ;;
esac

before='load linkage; model linkage columns=count; theta p=0.1; '
check 'json' 0 sh -c '"$EMSTEP" --json -c "$1 plot trace output=c.csv" | tail -1' sh "$before" <<'END'
{"command":"plot","kinds":["trace"],"output":"c.csv"}
END
check 'json without a file' 0 sh -c '"$EMSTEP" --json -c "$1 e; plot trace terms" | tail -1 |
    sed "s/\"text\":.*//"' sh "$before" <<'END'
{"command":"plot","kinds":["trace","terms"],"output":null,
END
check 'text, without colours' 0 sh -c '"$EMSTEP" -q -c "$1 plot trace" | grep -c "$(printf "\033")";
    "$EMSTEP" -q -c "$1 plot trace" | grep "half-step" | tr -d " "' sh "$before" <<'END'
0
half-step
END

# beside COLUMNS: the lines on which two of four pictures have their titles.
cat >beside.sh <<'END'
"$EMSTEP" -q --plot=text -c "set columns=$2; $1 e; plot bound trace terms qh" | grep -c 'linkage, 0E.*linkage, 0E'
END
check 'two by two where there is room' 0 sh beside.sh "$before" 200 <<'END'
2
END
check 'one under another where there is none' 1 sh beside.sh "$before" 100 <<'END'
0
END
check 'rings are seen in text, over the rows' 0 sh -c 'n=$("$EMSTEP" -q --plot=text \
    -c "load faithful; model gmm k=2; theta pi=0.5,0.5 mu=2,55,4.3,80 Sigma=0.1,0,0,40,0.2,0,0,40" \
    -c "plot density" | grep -o "∘" | wc -l); [ "$n" -ge 115 ] || echo "$n places"' <<'END'
END

check 'before there is q' 1 "$EMSTEP" -q -c "$before plot bound" <<'END'
-c:1:63: plot bound needs q
  load linkage; model linkage columns=count; theta p=0.1;  plot bound
                                                                ^~~~~
  take an `e` first, or set one with q
END
check 'one component: no gap' 0 sh -c '"$EMSTEP" -q -c "load faithful; model gmm k=1; init; e; m" \
    -c "plot bound along=mu[1,1] base=here output=one.txt" | tail -1; head -1 one.txt' <<'END'
bound → one.txt
          gmm, 1M   the bound is ℓ itself all along this line: KL = 0
END
check 'no such picture' 1 "$EMSTEP" -q -c "$before plot trase" <<'END'
-c:1:63: no picture 'trase'; did you mean 'trace'?
  load linkage; model linkage columns=count; theta p=0.1;  plot trase
                                                                ^~~~~
  the pictures are bound, qh, bound2, density, q, e, jensen, ratio, trace, terms, rate, image, hidden, prior, entropy, ascent, optima
END
check 'a model that it does not suit' 0 sh -c '"$EMSTEP" -q -c "$1 plot density" 2>&1 | head -3' \
    sh "$before" <<'END'
-c:1:63: plot density does not suit linkage: its rows are not points with a density on a line or a plane
  load linkage; model linkage columns=count; theta p=0.1;  plot density
                                                                ^~~~~~~
END
check 'an option of another picture' 1 "$EMSTEP" -q -c "$before plot trace terms alone=p" <<'END'
-c:1:75: plot trace, terms has no option 'alone'
  …ount; theta p=0.1;  plot trace terms alone=p
                                        ^~~~~~~
  options of plot trace, terms: runs= last= output= theme=
END
check 'a model without Q and H' 0 sh -c '"$EMSTEP" -q -c "load baseball
    model bradley-terry columns=winner,loser,wins; init; e; plot qh" 2>&1 | grep "does\|shows"' <<'END'
-c:2:66: plot qh does not suit bradley-terry: there is no latent variable, so f is no Q − H
  plot bound shows f and g
END
check 'a history that has not converged' 0 sh -c '"$EMSTEP" -q -c "$1 run max=2; plot rate" 2>&1 |
    tail -4' sh "$before" <<'END'
-c:1:74: plot rate needs a history that has converged: its last M-step still moved θ by 0.098
  load linkage; model linkage columns=count; theta p=0.1;  run max=2; plot rate
                                                                           ^~~~
  run rule=theta tol=1e-12, then plot rate
END
check 'marked runs' 0 sh -c '"$EMSTEP" -q -c "$1 run max=1; mark a; goto 0; run max=2; mark b" \
    -c "plot trace runs=a,b output=r.csv" -c "plot trace runs=a,c" 2>&1 | tail -5
    cut -d, -f1 r.csv | sort | uniq -c | tr -s " "' sh "$before" <<'END'
trace → r.csv
-c:1:19: no state or mark 'c'
  plot trace runs=a,c
                    ^
  show trace lists the states; 3M is the state after the third M-step
 4 run1
 6 run2
 1 series
END
check 'replot of nothing' 1 "$EMSTEP" -q -c "$before replot" <<'END'
-c:1:58: there is no plot to draw again
  load linkage; model linkage columns=count; theta p=0.1;  replot
                                                           ^~~~~~
  plot bound, for example
END
check 'a folder that is not there' 1 "$EMSTEP" -q -c "$before plot trace output=no/a.csv" <<'END'
-c:1:69: cannot write 'no/a.csv': No such file or directory
  …umns=count; theta p=0.1;  plot trace output=no/a.csv
                                        ^~~~~~~~~~~~~~~
  its folder is not there: make it first
END
check 'without gnuplot' 1 env PATH=/nowhere "$EMSTEP" -q -c "set onerror continue; $before \
plot trace output=d.csv; plot trace; print t" <<'END'
trace → d.csv
-c:1:105: cannot start gnuplot: no program 'gnuplot'
  …eta p=0.1;  plot trace output=d.csv; plot trace; print t
                                        ^~~~
  install it: sudo apt-get install gnuplot-nox (gnuplot-qt for windows); output=FILE.csv and .gp work without
0
END
# On a terminal several pictures stand side by side, to be seen at once.
arguments="-q --no-rc --plot=text -i -c 'load linkage; model linkage columns=count; theta p=0.1; e'"
typed 'plot trace terms\nquit\n' >out
grep -q 'linkage, 0E .*linkage, 0E ' out || {
    cat out
    echo 'two pictures on a terminal are not side by side'
    bad=1
}

# Two rows of panels are seen at once in 24 lines, the prompt's two with them; a higher window is
# used, and one that is too low gets panels that are pictures still.
hidden() {
    lines=$(TERM=xterm script -qec "stty rows $1 cols 80; '$EMSTEP' -q --no-rc --plot=text -c 'load geyser; model hmm k=3 columns=duration; init' -c 'e; m; e' -c 'print \"BEGIN\"; plot hidden; print \"END\"'" /dev/null </dev/null |
        tr -d '\r' | sed -n '/^BEGIN/,/^END/p' | wc -l)
    [ $((lines - 2)) "$2" "$3" ] || { echo "plot hidden in $1 lines takes $((lines - 2))"; bad=1; }
}
hidden 24 -le 22
hidden 24 -ge 20
hidden 40 -gt 24
hidden 40 -le 38
hidden 12 -ge 20 # not squeezed
exit $bad
