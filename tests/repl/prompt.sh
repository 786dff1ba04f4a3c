#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The prompt on a terminal: prefixes, ^C, ^D, blocks over lines, the history and its file.
. tests/repl/lib

command -v script >/dev/null || { echo 'script(1) is not here'; exit 77; }

typed 'pri 1\nfoo; print 2\nrepeat 2 {\nprint 3 # no more\n}\nprint 9^C\nrepeat 2 {^C\nprint 4\n^D\n' \
    >"$TMPDIR/screen"
check 'a session' 0 cat "$TMPDIR/screen" <<'END'
emstep 0.1   EM, one half-step at a time.   help, lessons, ^D to quit
emstep> pri 1
1
emstep> foo; print 2
1:1: no command 'foo'
  foo; print 2
  ^~~
emstep> repeat 2 {
    ... print 3 # no more
    ... }
3
3
emstep> print 9^C
emstep> repeat 2 {^C
emstep> print 4
4
emstep>
END
check 'its history, verbs in full' 0 grep -v '^#' "$HOME/.local/state/emstep/history" <<'END'
print 1
foo; print 2
repeat 2 { print 3 }
print 4
END
check 'for its owner alone' 0 stat -c %a "$HOME/.local/state/emstep/history" <<'END'
600
END

typed 'print (function() while true do end end)()\n^C\nprint t\nhistory 1\nquit\n' >"$TMPDIR/screen"
check '^C stops an expression' 0 sed -n '3,$p' "$TMPDIR/screen" <<'END'
^C
1:7: interrupted
emstep> print t
1:7: t needs a model: choose one, e.g. model gmm k=2
  print t
        ^
emstep> history 1
    6  print t
emstep> quit
END

mkdir -p "$HOME/.config/emstep"
echo 'set digits 3; foo' >"$HOME/.config/emstep/emsteprc"
typed 'print 1/3\nquit\n' >"$TMPDIR/screen"
check 'the configuration file' 0 cat "$TMPDIR/screen" <<END
emstep 0.1   EM, one half-step at a time.   help, lessons, ^D to quit
$HOME/.config/emstep/emsteprc:1:15: no command 'foo'
  set digits 3; foo
                ^~~
emstep> print 1/3
0.333
emstep> quit
END
check 'scripts do not read it' 0 "$EMSTEP" -c 'print 1/3' <<'END'
0.333333
END

HOME=$TMPDIR/not-there
export HOME
typed 'print 1\nquit\n' >"$TMPDIR/screen"
check 'without a home' 0 sed 1d "$TMPDIR/screen" <<'END'
emstep> print 1
1
emstep> quit
END
[ -e "$HOME" ] && { echo 'a home that was not there was made'; bad=1; }
check '-i off a terminal: a prompt without a prompt' 0 \
    sh -c 'printf "pri 1\nfoo\npri 2\n" | "$EMSTEP" -i --no-rc 2>/dev/null' <<'END'
1
2
END
exit $bad
