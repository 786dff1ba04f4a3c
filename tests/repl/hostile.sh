#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Files, columns and names that look like code, of gnuplot or of the shell, run nothing: they are
# shown as text.
. tests/repl/lib

cd "$TMPDIR" || exit 1
code='"; system("touch pwned"); "`touch pwned`$(touch pwned)@pwned %d%n \ \n {/Symbol q} ^_'
break='
!touch pwned
'
file=$(printf '%s.csv' "$code" | tr / _)
# A quoted cell of CSV.
quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/"/""/g')"; }
table() { printf '%s,' "$(quoted "$1")"; quoted "$2"; printf '\n1,2\n2,2.5\n2.2,3\n5,4\n5.5,9\n6,9.5\n'; }
table "$code" "a${break}b" >"$file" || exit 1

# run DESCRIPTION COMMANDS: status 0, and nothing was run.
run() {
    "$EMSTEP" -c "load '$file'" -c "$2" >out 2>errors </dev/null ||
        { echo "$1: exit status $?"; cat errors; bad=1; }
    [ ! -s errors ] || { echo "$1: said"; cat errors; bad=1; }
    innocent "$1"
}
innocent() {
    [ ! -e pwned ] || { echo "$1: ran what it was given"; rm -f pwned; bad=1; }
}
shows() {
    grep -qF "$2" "$1" || { echo "$1 does not show $2"; bad=1; }
}

run 'looking' 'data head; data summary; data'
shows out 'system("touch pwned")'
LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" out && { echo 'control characters on the terminal'; bad=1; }

flat="model gmm k=2 columns=1; theta pi=.5,.5 mu=1.5,5 Sigma=1,1; e; m; plot density"
plane="model gmm k=2; theta pi=.5,.5 mu=1.5,2.5,5,8 Sigma=1,0,0,1,1,0,0,1; e; m; plot density bound"
for kind in txt gp csv svg png pdf gif; do
    case $kind in
    svg | png | pdf | gif) command -v gnuplot >/dev/null || continue ;;
    esac
    run "one dimension, $kind" "$flat output=a.$kind"
    run "two dimensions, $kind" "$plane output=b.$kind"
    [ -s "a.$kind" ] && [ -s "b.$kind" ] || { echo "no picture as $kind"; bad=1; }
done
run 'on the terminal' "$flat; replot; $plane"
shows a.txt 'touch pwned'
if [ -e a.svg ]; then
    shows a.svg 'touch pwned'
    shows b.svg '!touch pwned'
    for script in a.gp b.gp; do
        gnuplot -d "$script" >/dev/null 2>errors </dev/null || { echo "$script does not run"; cat errors; bad=1; }
        innocent "$script by itself"
    done
fi

# A file's name is a name, whatever it begins with.
for name in '|touch pwned' '<touch pwned' '-' '`touch pwned`' '$(touch pwned)' 'a"b' 'a;b'; do
    run "a picture named $name" "$flat output='$name.gp' theme=print"
    [ -e "./$name.gp" ] || { echo "no file '$name.gp'"; bad=1; }
    command -v gnuplot >/dev/null || continue
    run "a picture named $name" "$flat output='$name.svg'"
    [ -e "./$name.svg" ] || { echo "no file '$name.svg'"; bad=1; }
done

# Expressions, and what scripts are told.
check 'no system in expressions' 1 "$EMSTEP" -c 'print os.execute("touch pwned")' <<'END'
-c:1:7: no name 'os' here; did you mean 'cos'?
  print os.execute("touch pwned")
        ^~
END
innocent 'an expression'
exit $bad
