#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What cannot be done is refused in one line with its remedy, exit status 1, and nothing changes:
# show terms prints the same bytes before and after.
. tests/repl/lib

cd "$TMPDIR" || exit 1
real=$(command -v gnuplot) || { echo 'gnuplot is not here'; exit 77; }
printf 'x\n1\n1\n1\n5\n5\n' >points.csv
printf 'x\n1\nNA\n3\n4\n' >missing.csv
printf 'x,y\n1,2\n' >one.csv
printf 'x,y\n1,2\n\000\001\377,3\n' >binary.csv
printf '{"gamma": [[0.5, 0.6]]}' >q.json

faithful='load faithful; model gmm k=2 columns=eruptions; theta pi=.5,.5 mu=2,4.5 Sigma=.25,.25; e; m'

# refused NAME SETTING-UP COMMAND <<END: COMMAND says this on stderr.  $programs: where they are.
refused() {
    what=$1
    cat >expected
    PATH=${programs:-$PATH} "$EMSTEP" -q -c "set onerror continue; $2" \
        -c 'print "----"; show terms; print "----"' -c "$3" -c 'print "----"; show terms' \
        >printed 2>actual </dev/null
    status=$?
    [ "$status" = 1 ] || { echo "$what: exit status $status, not 1"; bad=1; }
    sed 's/\(smallest variance\) [0-9].*/\1 …/' actual | diff -u expected - || { echo "$what: the errors differ"; bad=1; }
    : >part1 >part2 >part3
    awk '$0 == "----" { n++; next } n { print > ("part" n) }' printed
    [ ! -s part2 ] || { echo "$what: it printed"; cat part2; bad=1; }
    [ -s part1 ] && cmp -s part1 part3 || { echo "$what: the terms have changed"; diff part1 part3; bad=1; }
}

# ---- M-steps without a maximum ----

refused 'a covariance of points that are one' \
    'load points.csv; model gmm k=2; theta pi=.5,.5 mu=1,5 Sigma=1,1; q labels=x' m <<'END'
-c:1:1: the covariance of component 1 is not positive definite: N_k = 3, smallest variance …
  m
  ^
  init again, put a prior on the components (help prior), or take fewer of them
END
refused 'a component with one point' \
    'load points.csv; model gmm k=2; theta pi=.5,.5 mu=1,5 Sigma=9,9; q labels=x; q set 1 0 1; q set 2 0 1' \
    m <<'END'
-c:1:1: component 1 holds one point: its variance is 0
  m
  ^
  init again, put a prior on the components (help prior), or take fewer of them
END
refused 'an empty component' "$faithful; theta mu[2]=1000; e" m <<'END'
-c:1:1: component 2 has N_k = 0: no point is left to it
  m
  ^
  init again, put a prior on the components (help prior), or take fewer of them
END

# ---- θ and q that cannot be ----

refused 'a covariance by hand' 'load faithful; model gmm k=2; init; e' 'theta Sigma[1]=1,2,2,1' <<'END'
-c:1:7: Sigma[1] is not positive definite
  theta Sigma[1]=1,2,2,1
        ^~~~~~~~~~~~~~~~
  give variances above 0 and correlations between −1 and 1
END
refused 'weights that do not sum to 1' "$faithful" 'theta mu=1,2 pi=0.5,0.6' <<'END'
-c:1:14: pi sums to 1.1; it must sum to 1
  theta mu=1,2 pi=0.5,0.6
               ^~~~~~~~~~
END
refused 'θ outside its domain' 'load linkage; model linkage columns=count; theta p=0.3; e' \
    'theta p=1.5' <<'END'
-c:1:7: p is 1.5; it must lie between 0 and 1
  theta p=1.5
        ^~~~~
END
refused 'θ that is no number' "$faithful" 'theta mu=nan,2' <<'END'
-c:1:10: mu: 'nan' is not a number
  theta mu=nan,2
           ^~~
END
refused 'a row of q that does not sum to 1' "$faithful" 'q set 1 0.5 0.6' <<'END'
-c:1:13: gamma[1] sums to 1.1; it must sum to 1
  q set 1 0.5 0.6
              ^~~
END
refused 'a q of another shape' "$faithful" 'q load q.json' <<'END'
-c:1:8: 'gamma' has a list of the wrong length
  q load q.json
         ^~~~~~
  gamma is gamma[272,2]: nested lists, or one list row by row
END
refused 'm before e' "$faithful; init" m <<'END'
-c:1:1: m needs q: take an e first, or set one with q
  m
  ^
END

# ---- data and models that do not go together ----

refused 'missing entries' 'load missing.csv; model mvn; init; e' 'model gmm k=2' <<'END'
-c:1:1: gmm takes no missing entries: row 2 of column 'x' is missing (1 in all)
  model gmm k=2
  ^~~~~
  choose columns without any (columns=…), or model mvn, which is made for them
END
refused 'a table of one row' 'load one.csv; model gmm k=1 columns=x; theta pi=1 mu=0 Sigma=1; e' m <<'END'
-c:1:1: component 1 holds one point: its variance is 0
  m
  ^
  init again, put a prior on the components (help prior), or take fewer of them
END
refused 'a binary file' "$faithful" 'load binary.csv' <<'END'
-c:1:6: binary.csv:3:1: a zero byte: this file is no text
  load binary.csv
       ^~~~~~~~~~
  save the table as CSV in UTF-8; a spreadsheet's own format is not read
END
refused 'a column that does not exist' "$faithful" 'model gmm k=2 columns=eruption' <<'END'
-c:1:23: faithful has no column 'eruption'; did you mean 'eruptions'?
  model gmm k=2 columns=eruption
                        ^~~~~~~~
  `data` lists the columns; one may be named or numbered from 1
END
refused 'more components than points' 'load coins; model binomial k=2; init; e' 'model gmm k=6' <<'END'
-c:1:11: 6 components, but only 5 rows
  model gmm k=6
            ^~~
  take k ≤ 5, or load more data
END
refused 'a new point of another shape' "$faithful" 'predict 1 2' <<'END'
-c:1:11: 2 values, where a point has 1
  predict 1 2
            ^
  predict eruptions, or predict FILE
END

# ---- pictures ----

refused 'a folder that is not there' "$faithful" 'plot bound output=no/b.svg' <<'END'
-c:1:12: cannot write 'no/b.svg': No such file or directory
  plot bound output=no/b.svg
             ^~~~~~~~~~~~~~~
  its folder is not there: make it first
END
programs=/nowhere
refused 'no gnuplot' "$faithful" 'plot bound output=b.svg' <<'END'
-c:1:12: cannot start gnuplot: no program 'gnuplot'
  plot bound output=b.svg
             ^~~~~~~~~~~~
  install it: sudo apt-get install gnuplot-nox (gnuplot-qt for windows); output=FILE.csv and .gp work without
END

# A gnuplot whose first life ends at its first plot.
mkdir bin
cat >bin/gnuplot <<END
#!/bin/sh
[ -e lived ] && exec "$real" "\$@"
touch lived
sed -u '/^plot/q' | "$real" "\$@"
END
chmod +x bin/gnuplot
programs=$TMPDIR/bin:$PATH
refused 'a gnuplot that dies' "$faithful" 'plot bound output=b.svg' <<'END'
-c:1:12: gnuplot ended in mid-plot
  plot bound output=b.svg
             ^~~~~~~~~~~~
  the next plot starts a new gnuplot
END
[ ! -e b.svg ] || { echo 'a picture of a gnuplot that died'; bad=1; }
rm lived
check 'the next plot starts another' 1 env PATH="$programs" "$EMSTEP" --no-rc -q \
    -c "set onerror continue; load linkage; model linkage columns=count; theta p=0.1" \
    -c 'plot trace output=b.svg' -c 'plot trace output=c.svg' <<'END'
-c:1:12: gnuplot ended in mid-plot
  plot trace output=b.svg
             ^~~~~~~~~~~~
  the next plot starts a new gnuplot
trace → c.svg
END
[ -s c.svg ] || { echo 'no picture of the next gnuplot'; bad=1; }

exit $bad
