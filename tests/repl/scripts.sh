#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Files, standard input, -c, source, record: what runs, where it stops, what the status says.
. tests/repl/lib

cd "$TMPDIR" || exit 1
cat >inner.em <<'END'
print "inner"
expect 1 == 2
print "not reached"
END
cat >outer.em <<'END'
# A comment; with a semicolon and an opener (
print 1   # and one behind
repeat 2 {
   print "in # a string";   # in a block
   let a=7
}
print a, \
      a + 1
source inner.em
print "nor this"
END
check 'a file' 3 "$EMSTEP" outer.em <<'END'
1
in # a string
in # a string
7  8
inner
inner.em:2:8: 1 == 2: 1 is not == 2
  expect 1 == 2
         ^~~~~~
END
printf '\357\273\277print 1\r\nrepeat 2 {\r\n print 2 \\\r\n , 3\r\n}' >windows.em
check 'line ends and marks of other systems' 0 "$EMSTEP" windows.em <<'END'
1
2  3
2  3
END
check 'standard input' 1 sh -c 'printf "print 1\nrepeat 2 {\nfoo\n}\nprint 2\n" | "$EMSTEP"' <<'END'
1
stdin:3:1: no command 'foo'
  foo
  ^~~
END
check 'an open block at the end' 1 sh -c 'printf "print 1\nrepeat 2 {\n" | "$EMSTEP" -' <<'END'
1
stdin:2:10: '{' is not closed
  repeat 2 {
           ^
  a block ends with }, on this line or a later one
END
check 'going on after errors' 1 "$EMSTEP" -c 'set onerror continue; foo; print 2; expect 1 == 2' -c 'print 3' <<'END'
-c:1:23: no command 'foo'
  set onerror continue; foo; print 2; expect 1 == 2
                        ^~~
2
-c:1:44: 1 == 2: 1 is not == 2
  set onerror continue; foo; print 2; expect 1 == 2
                                             ^~~~~~
3
END
check '-c, then files, in order; quit ends all' 0 "$EMSTEP" -c 'print 0' -c 'print 1; quit' outer.em <<'END'
0
1
END
printf 'print 1\0\n' >nul.em
check 'NUL bytes' 2 "$EMSTEP" nul.em <<'END'
emstep: 'nul.em' is not a text file: a NUL byte in line 1
END
printf 'source loop.em\n' >loop.em
"$EMSTEP" loop.em >loop.out 2>&1 && bad=1
grep -q 'nested deeper than 40' loop.out || { echo 'endless source:'; cat loop.out; bad=1; }

check 'record keeps what went well' 1 "$EMSTEP" -c 'set onerror continue
record kept.em
print 1; foo
repeat 2 {
  print 2 # twice
}
help start; record off; print 3' <<'END'
1
-c:3:10: no command 'foo'
  print 1; foo
           ^~~
2
2
A first session, on the eruptions of Old Faithful:

  load faithful                      a table that comes with emstep
  model gmm k=2 columns=eruptions    a mixture of two normals
  theta pi=0.5,0.5 mu=2,4.5 Sigma=0.25,0.25    a start by hand (or: init)
  e                                  E-step: q becomes the posterior at θ
  m                                  M-step: θ maximises Q for that q
  show terms                         ℓ, ELBO, KL, Q, H, S and what moved
  plot bound                         the bound touching the log-likelihood
  run                                half-steps until nothing moves

back undoes a half-step, goto 3M jumps to one, quit or ^D ends.
3
END
check 'what was kept runs' 0 "$EMSTEP" kept.em <<'END'
1
2
2
END
check 'a file that is there is never overwritten' 1 "$EMSTEP" -c 'record kept.em' <<'END'
-c:1:8: 'kept.em' is there already
  record kept.em
         ^~~~~~~
  choose another name, or remove it first
END
check 'log' 0 sh -c '"$EMSTEP" -c "log t.log; print 1+1" && cat t.log' <<'END'
2
emstep> print 1+1
2
END
exit $bad
