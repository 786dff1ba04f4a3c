#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Ways out that a stranger's file may try: code for Lua, gnuplot and the shell, paths, control
# sequences for the terminal, sizes.  None writes the canary `owned`, none lets a control character
# out, each ends soon.  (hostile.sh: names as code; test_lesson_hostile: whole lessons.)
. tests/repl/lib

cd "$TMPDIR" || exit 1
escape=$(printf '\033]0;owned\007\033[2J\302\233\061\063m\177\b')
ways=0

# stranger WHAT MOST COMMAND…: its output is in said; MOST: the exit status goes up to it.
stranger() {
    what=$1 most=$2
    shift 2
    timeout -k 1 40 "$@" >said 2>&1 </dev/null
    status=$?
    ways=$((ways + 1))
    [ $status -le "$most" ] || { echo "$what: exit status $status"; head -c 600 said; bad=1; }
    [ "$(LC_ALL=C tr -d '\n\t -~\200-\377' <said | wc -c)" = 0 ] ||
        { echo "$what: a control character comes out"; cat -v said | head -n 5; bad=1; }
    LC_ALL=C grep -q "$(printf '\302[\200-\237]')" said && { echo "$what: a C1 control comes out"; bad=1; }
    find . -name 'owned*' | grep -q . &&
        { echo "$what: it ran"; find . -name 'owned*' -exec rm -f {} +; bad=1; }
}
# refused WHAT COMMANDS: status 1.
refused() {
    stranger "$1" 1 "$EMSTEP" -q -c "$2"
    [ $status = 1 ] || { echo "$1: not refused"; head -c 600 said; bad=1; }
}

# ---- Lua: in an expression, in a condition, in a model of one's own ----

while IFS= read -r code; do
    refused "expression $code" "print ($code)"
    refused "condition $code" "load faithful; model gmm k=2; init; run max=2 until='$code'"
    printf 'local x = %s\nreturn {}\n' "$code" >model.lua
    refused "model $code" 'load faithful; model model.lua'
done <<'END'
os.execute("touch owned")
io.open("owned", "w")
io.popen("touch owned")
require("os").execute("touch owned")
package.loadlib("libc.so.6", "system")
load("return 1")()
loadstring("return 1")()
dofile("/etc/passwd")
debug.getregistry()
getmetatable("").__index
setmetatable({}, {__gc = print})
rawset(_G, "x", 1)
coroutine.wrap(function() end)()
coroutine.create(function() end)
collectgarbage("count")
string.dump(print)
string.rep("x", 1000000000)
("x"):rep(1000000000)
string.find("a", ("a?"):rep(30))
string.format("%999999999d", 1)
pcall(error)
table.concat({}, "x", 1, 2000000000)
utf8.char(1)
_ENV.os.exit(0)
(function() _ENV = nil; return x end)()
(function() local function f() return 1 + f() end return f() end)()
(function() local s = "x" while true do s = s .. s end end)()
(function() local t = {} while true do t[#t + 1] = {} end end)()
END
printf '\033Lua\124\000\031\223\r\n\032\n' >model.lua
refused 'compiled Lua' 'load faithful; model model.lua'
refused 'an endless loop' 'print (function() while true do end end)()'

# Nothing that one file does to Lua's own tables is seen by what comes after it.
cat >model.lua <<'END'
math.log = function() return 0 end
string.upper = nil
return {name='x', k=1, params={a={positive=true}}, log_joint=function(x, k, t) return -t.a end}
END
"$EMSTEP" -q -c 'load faithful; set onerror continue; model model.lua columns=1; print math.log(1) == 0, string.upper("a"), log(math.exp(2))' >said 2>&1
grep -q '^true  A  2$' said || { echo 'a model changes the expressions of others:'; cat said; bad=1; }

# ---- control sequences: in every text that a file or a command can hold ----

printf 'x%s,"y%s"\n1,2\n2,3\n"q%s",5\n' "$escape" "$escape" "$escape" >"t.csv"
cp t.csv "$(printf 'a\033[2J\007b.csv')"
printf 'a%s\n1\n2\n3\n5\n6\n' "$escape" >n.csv
printf '{"pi%s":[1],"%s":2}' '\u001b[2J' '\u009b' >theta.json
printf 'return {k=1, params={}, name="%s"}' "$escape" >name.lua
printf 'error("%s")' '\27[2J\7' >raise.lua
printf 'e%s\nload x%s\n' "$escape" "$escape" >script.em
printf -- '---\ntitle: T%s\norder: 1\ntime: 1 min\n---\n# H%s\n\nText%s `c%s`\n\n```emstep\nem> print "%s"\n%s\n```\n' \
    "$escape" "$escape" "$escape" "$escape" "$escape" "$escape" >lesson.md
printf -- '---\ntitle: T\n%s: x\n---\n# H\n```quiz\nkind: %s\n```\n' "$escape" "$escape" >wrong.md
for json in '' --json; do
    talks() { stranger "escapes, $1 $json" 3 "$EMSTEP" -q $json -c 'set onerror continue' -c "$1"; }
    talks 'load t.csv; data; data head; data summary; data 1; data 2'
    talks "load $(printf "'a\033[2J\007b.csv'"); data"
    talks "load n.csv name='n$escape'; data; model gmm k=1; init; step 2; mark 'm$escape'; goto 'q$escape'; show trace; plot density; plot trace title='t$escape'; why"
    talks "load n.csv; model gmm k=1 columns='$escape'; model gmm columns=$escape; model '$escape'"
    talks "load coins; model binomial k=2; init; theta load theta.json; theta '$escape'=1; open theta.json"
    talks "print '$escape'; let a='$escape'; print a; expect 1 == 2 \"$escape\"; print $escape"
    talks "load faithful; model name.lua; model raise.lua; model '$escape.lua'; source script.em; source '$escape'"
    talks "$escape; set $escape; set digits '$escape'; help '$escape'; lesson '$escape'; save '/nowhere/$escape'"
    stranger "escapes, a script $json" 1 "$EMSTEP" -q $json script.em
    for verb in verify lesson replay; do
        stranger "escapes, $verb $json" 3 "$EMSTEP" $json $verb ./lesson.md
        stranger "escapes, $verb of what is no lesson $json" 3 "$EMSTEP" $json $verb ./wrong.md
        stranger "escapes, $verb of a name $json" 3 "$EMSTEP" $json $verb "./$escape.md"
    done
done

# ---- paths: what a lesson writes ----

mkdir box outside
ln -s ../outside box/link
echo mine >box/mine.json
echo mine >outside/mine.json
ln -s ../outside/mine.json box/alias.json
cd box || exit 1
for path in ../outside/owned.json "$TMPDIR/outside/owned.json" link/owned.json mine.json alias.json \
    ./../outside/owned.json sub/../../outside/owned.json '~/owned.json' '|touch owned' /dev/full \
    "/proc/self/cwd/owned.json"; do
    for command in "save '$path'" "theta save '$path'" "log '$path'" "record '$path'" \
        "export '$path.md'" "plot trace output='$path.csv'" "plot trace output='$path.svg'"; do
        printf -- '---\ntitle: T\norder: 1\ntime: 1 min\n---\n# H\n\n```emstep\nem> load coins\nem> model binomial k=2\nem> init\nem> e\nem> %s\n```\n' \
            "$command" >../lesson.md
        stranger "$command" 3 "$EMSTEP" lesson ../lesson.md
    done
done
cd .. || exit 1
[ "$(cat box/mine.json outside/mine.json)" = "mine
mine" ] || { echo 'a lesson wrote over a file that was there'; bad=1; }
[ "$(ls outside)" = mine.json ] || { echo "a lesson wrote outside:"; ls outside; bad=1; }

# ---- sizes ----

{ echo 'a,b'; printf '1,"'; head -c 20000000 /dev/zero | tr '\0' x; printf '"\n'; } >field.csv
stranger 'a quoted cell of 20 MB' 1 "$EMSTEP" -q -c 'load field.csv; data; data head; data 2'
head -c 10000000 /dev/zero | tr '\0' '"' >quotes.csv
refused 'ten million quotes' 'load quotes.csv'
head -c 10000000 /dev/zero | tr '\0' '\n' >lines.csv
refused 'ten million empty lines' 'load lines.csv'
{ yes 1, | head -n 1000000 | tr -d '\n'; echo; } >row.csv
refused 'a row of a million columns' 'load row.csv'
for n in 1000000000 99999999999999999999; do
    refused "columns and rows of $n" "load faithful; model ising rows=$n cols=$n"
    refused "m=$n" "load faithful; model ppca m=$n"
    refused "a million starts, $n" "load faithful; model gmm k=2; init; restarts $n"
    refused "select $n" "load faithful; model gmm k=2; select k=1:$n"
    refused "repeat $n" "repeat $n { print 1 }"
    refused "step $n" "step $n"
    refused "animate $n" "load faithful; model gmm k=2; init; animate trace frames=$n output=a.gif"
    refused "set columns $n" "set columns=$n"
done
head -c 200000 /dev/zero | tr '\0' '(' >deep.em
refused 'brackets' "source deep.em"
{ printf 'print '; head -c 200000 /dev/zero | tr '\0' '('; echo; } >deep.em
refused 'brackets of Lua' "source deep.em"
{ for i in $(seq 1 2000); do printf 'repeat 2 { '; done; echo; } >deep.em
refused 'repeats in repeats' "source deep.em"
echo 'source self.em' >self.em
refused 'a script that runs itself' 'source self.em'

rm -f field.csv quotes.csv lines.csv row.csv
row "strangers' ways out: Lua, gnuplot, paths, links, control sequences, sizes" $ways
exit $bad
