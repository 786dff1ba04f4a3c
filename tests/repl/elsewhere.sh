#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the hands of users of R, psql, sqlite3, gdb and IPython type works, or is refused with what it
# is called here.
. tests/repl/lib

state='load coins; model binomial k=2; init'
cd "$TMPDIR" || exit 1

# As help does.
for typed in '?plot' '? plot'; do
    "$EMSTEP" -q -c "$typed" >typed 2>&1
    "$EMSTEP" -q -c 'help plot' | diff - typed || { echo "$typed"; bad=1; }
done

# TYPED → the first line of the error; the last line, where there is more than the caret.
while IFS='>' read -r typed said hint; do
    "$EMSTEP" -q -c "$state" -c "$typed" >out 2>&1
    [ $? = 1 ] && sed -n 1p out | grep -qF -- "$said" && sed -n '$p' out | grep -qF -- "$hint" ||
        { echo "$typed, not '$said' and '$hint':"; cat out; bad=1; }
done <<'END'
??x>did you mean 'help'?>
ls()>did you mean 'data' or 'theta'?>
head(x)>did you mean 'data head'?>
summary(m)>did you mean 'data summary' or 'show terms'?>
quit()>quit takes no parentheses>type: quit
q()>q takes no parentheses>did you mean 'quit'?
q(1,2)>q takes no parentheses>to see a value: print q(1,2)
exit()>did you mean 'quit'?>
help(plot)>help takes no parentheses>type: help plot
load("faithful")>load takes no parentheses>type: load "faithful"
model("gmm", k=2)>model takes no parentheses>usage: model
data()>data takes no parentheses>type: data
set.seed(1)>did you mean 'set seed'?>
x <- 3>no command 'x'>let NAME=3
p = .5,.6>no command 'p'>to set a parameter: theta p=.5,.6
.quit>did you mean 'quit'?>
.help>did you mean 'help'?>
.tables>did you mean 'datasets'?>
.timer on>did you mean 'timer'?>
\q>did you mean 'quit'?>
\d>did you mean 'data'?>
\timing>did you mean 'timer'?>
:q>did you mean 'quit'?>
%timeit e>did you mean 'timer'?>
info>did you mean 'show' or 'data'?>
info locals>did you mean 'show' or 'data'?>
bt>did you mean 'show trace' or 'history'?>
END
check 'print x' 0 "$EMSTEP" -q -c "$state" -c 'print x' -c 'print(1 + 1)' <<'END'
a function: give it what it takes, as x(1,1), sqrt(2)
2
END

# What is said to be meant is a command, and is understood.
sed -n '/elsewhere\[\]/,/^};/p' "$OLDPWD/src/shell/elsewhere.c" | grep -o '{"[^}]*}' |
    sed 's/^{"[^"]*", //; s/}$//; s/", "/\n/g; s/"//g' | sort -u >meant
[ "$(wc -l <meant)" -ge 20 ] || { echo 'no table'; bad=1; }
while read -r command rest; do
    "$EMSTEP" -q -c "help $command" >out 2>&1 || { echo "no command $command"; bad=1; }
    [ -z "$rest" ] || "$EMSTEP" -q -c "$state; e; $command $rest" >out 2>&1 || grep -q 'set seed' out ||
        { echo "$command $rest:"; cat out; bad=1; }
done <meant
exit $bad
