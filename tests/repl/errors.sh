#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Errors: file, line and column, the caret, near names, the remedy; the exit status.
. tests/repl/lib

check 'unknown verb' 1 "$EMSTEP" -c 'loda faithful' <<'END'
-c:1:1: no command 'loda'; did you mean 'load'?
  loda faithful
  ^~~~
END
check 'elsewhere it is called' 1 "$EMSTEP" -c exit <<'END'
-c:1:1: no command 'exit'; did you mean 'quit'?
  exit
  ^~~~
END
check 'no prefixes in scripts' 1 "$EMSTEP" -c 'datas' <<'END'
-c:1:1: no command 'datas'; did you mean 'data' or 'datasets'?
  datas
  ^~~~~
END
check 'e needs a model' 1 "$EMSTEP" -c e <<'END'
-c:1:1: e needs a model: load data, then choose one, e.g. model gmm k=2
  e
  ^
END
check 'm needs q' 1 "$EMSTEP" -q -c 'load faithful; model gmm k=2 columns=1; theta pi=.5,.5 mu=2,4 Sigma=1,1' -c 'm' <<'END'
-c:1:1: m needs q: take an e first, or set one with q
  m
  ^
END
check 'too many words' 1 "$EMSTEP" -c 'quit now' <<'END'
-c:1:6: quit takes no 'now'
  quit now
       ^~~
  usage: quit
END
check 'unknown option' 1 "$EMSTEP" -c 'load faithful heder=no' <<'END'
-c:1:15: load has no option 'heder'; did you mean 'header'?
  load faithful heder=no
                ^~~~~~~~
  options of load: columns= sep= na= header= name=
END
check 'the caret knows wide characters' 1 "$EMSTEP" -c 'print "日本 θ", foo' <<'END'
-c:1:15: no name 'foo' here
  print "日本 θ", foo
                  ^~~
END
check 'long lines are windowed' 1 "$EMSTEP" -c "print 1111111111+1111111111+1111111111+1111111111+1111111111+foo+2222222222+2222222222+3" <<'END'
-c:1:62: no name 'foo' here
  …111+1111111111+1111111111+1111111111+foo+2222222222+2222222222+3
                                        ^~~
END
check 'ascii' 1 "$EMSTEP" --ascii -c 'print "θ", foo' <<'END'
-c:1:12: no name 'foo' here
  print "theta", foo
                 ^~~
END
check 'json' 1 "$EMSTEP" --json -c 'print 1; print kl' <<'END'
{"command":"print","value":1}
{"error":{"file":"-c","line":1,"column":16,"message":"kl needs a model: choose one, e.g. model gmm k=2","hint":""}}
END
check 'both sides of an expectation' 3 "$EMSTEP" -c 'expect 1 + 1 == 3' <<'END'
-c:1:8: 1 + 1 == 3: 2 is not == 3
  expect 1 + 1 == 3
         ^~~~~~~~~~
END
check 'the message of an expectation' 3 "$EMSTEP" -c 'expect 1 == 3 "one is three"' <<'END'
-c:1:8: one is three: 1 is not == 3
  expect 1 == 3 "one is three"
         ^~~~~~
END
check 'a missing file is bad usage' 2 "$EMSTEP" no-such-file.em <<'END'
emstep: cannot read 'no-such-file.em': No such file or directory
END
check 'bad option value' 2 "$EMSTEP" --seed x <<'END'
emstep: --seed x: seed is 0, 1, 2 …
END
check 'a full disk' 1 sh -c '"$EMSTEP" -c "print 1" >/dev/full' <<'END'
emstep: cannot write the output: No space left on device
END
check 'a reader that leaves' 0 sh -c '"$EMSTEP" -c "repeat 10000 { print 1 }" | head -1' <<'END'
1
END
exit $bad
