#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Kills, full disks, short reads and writes, at every call that touches a file, in every command
# that writes one: the old file stands or the new one is whole, and nothing is left behind.
. tests/repl/lib

lib=$(dirname "$EMSTEP")/tests/preload.so
[ -e "$lib" ] || { echo "no $lib: make tests"; exit 1; }
ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
export ASAN_OPTIONS
cd "$TMPDIR" || exit 1
mkdir kept old new
XDG_STATE_HOME=$TMPDIR/kept/state
export XDG_STATE_HOME
tries=0 said_so=0

# The README's table; all that is counted here was checked.
# told FAULT: the tries since it was last called.
told() {
    row "$1" $((tries - said_so))
    said_so=$tries
}
kills=0 fulls=0 shorts=0

cat >one.md <<'END'
---
title: One
order: 1
time: 1 min
---

# One

```emstep
em> load coins
em> model binomial k=2
em> theta pi=0.5,0.5 p=0.6,0.5
em> e
em> m
```

```emstep try
expect phase == "E"
answer: e
hint: E
```
END

# faulty KIND AT COMMAND…
faulty() {
    fault=$1 at=$2
    shift 2
    FAULT=$fault FAULT_AT=$at FAULT_COUNT=$TMPDIR/count LD_PRELOAD=$lib "$@" >said 2>&1 <answers
}

begin() {
    rm -rf kept
    cp -a old kept
}

# Every file is as it was before, or as it is when nothing fails.
whole() {
    (cd kept && find . -type f) | while read -r f; do
        case $f in
        */.emstep-*) [ "$2" = moment ] || echo "$1: $f is left" ;;
        *) cmp -s "kept/$f" "old/$f" || cmp -s "kept/$f" "new/$f" || echo "$1: $f is neither old nor new" ;;
        esac
    done >wrong
    (cd old && find . -type f) | while read -r f; do
        [ -e "kept/$f" ] || echo "$1: $f is gone"
    done >>wrong
    [ ! -s wrong ] || { cat wrong; bad=1; }
}

# try NAME COMMAND…: in kept, where old/ stands before it.
try() {
    name=$1
    shift
    begin
    rm -f count
    faulty none 0 "$@" || { echo "$name: fails by itself"; cat said; bad=1; return; }
    n=$(wc -c <count)
    [ "$n" -ge 3 ] || { echo "$name: only $n calls touch files"; bad=1; }
    rm -rf new && cp -a kept new
    i=0
    while [ $i -lt "$n" ]; do
        i=$((i + 1))
        begin
        faulty kill $i "$@" && { echo "$name: killed at $i, and went on"; bad=1; }
        # Between the name for the moment and the rename there is one file more.
        whole "$name, killed at call $i of $n" moment
        [ "$(find kept -name '.emstep-*' | wc -l)" -le 1 ] || { echo "$name: more than one left"; bad=1; }
        begin
        faulty full $i "$@"
        status=$?
        [ $status = 0 ] && [ "${quiet_when_full:-}" != yes ] && {
            echo "$name: a disk full at call $i of $n is not told"; cat said; bad=1; }
        [ $status -le 3 ] || { echo "$name: disk full at $i: status $status"; cat said; bad=1; }
        grep -q 'No space left' said || [ "${quiet_when_full:-}" = yes ] ||
            { echo "$name: disk full at $i says"; cat said; bad=1; }
        whole "$name, disk full at call $i of $n"
        kills=$((kills + 1)) fulls=$((fulls + 1))
    done
    begin
    faulty short 1 "$@" || { echo "$name: short reads and writes: $?"; cat said; bad=1; }
    whole "$name, three bytes at a time"
    shorts=$((shorts + 1))
}

: >answers
before='load coins; model binomial k=2; theta pi=.5,.5 p=.6,.5; e; m'
"$EMSTEP" -q -c 'load coins' -c 'save old/s.json' -c 'model binomial k=2; theta pi=.5,.5 p=.7,.4' \
    -c 'theta save old/t.json; e; plot trace output=old/p.csv; plot trace output=old/p.txt' >said ||
    { cat said; bad=1; }

try 'save' "$EMSTEP" -q -c "$before; save kept/s.json"
try 'a save under a new name' "$EMSTEP" -q -c "$before; save kept/fresh.json"
try 'theta save' "$EMSTEP" -q -c "$before; theta save kept/t.json"
try 'plot .csv' "$EMSTEP" -q -c "$before; plot trace output=kept/p.csv"
try 'plot .txt' "$EMSTEP" -q -c "$before; plot bound output=kept/p.txt"
try 'export' "$EMSTEP" -q -c "$before; export kept/page.md title=t"

if command -v gnuplot >/dev/null; then
    for kind in svg png gp; do
        try "plot .$kind" "$EMSTEP" -q -c "$before; plot trace output=kept/p.$kind"
    done
    try 'animate' "$EMSTEP" -q -c "$before; animate bound frames=2 output=kept/p.gif"
fi

printf '# One\nload coins\nmodel binomial k=2\ntheta pi=.5,.5 p=.6,.5\ne\n' >talk.em
echo mine >old/t.cast
try 'replay --record' "$EMSTEP" replay --wait 0 --record kept/t.cast talk.em

row '`kill -9` at each call of a save, plot, animate, export, replay --record' $kills
row 'the disk full from each of these calls on' $fulls
row 'three bytes at a time in every read and write' $shorts

# record and log grow line by line: a kill at any of their writes leaves the whole lines of those
# before it, and a full disk is told.
# beginning FILE WHAT: whole lines, those with which all/FILE begins, and no fewer than the last time.
beginning() {
    size=$(cat "kept/$1" 2>/dev/null | wc -c)
    head -c "$size" "all/$1" >wanted
    [ ! -e "kept/$1" ] || cmp -s wanted "kept/$1" || { echo "$2: $1 is not its beginning"; bad=1; }
    [ -z "$(tail -c 1 wanted)" ] || { echo "$2: $1 ends in a line"; bad=1; }
    eval "was=\${size_${1%.*}:-0} size_${1%.*}=$size"
    [ "$size" -ge "$was" ] || { echo "$2: $1 has lost lines"; bad=1; }
    [ "$size" = "$was" ] || echo "$1" >>grown
}
# growing NAME CALLS COMMAND…: kept/r.em and kept/l.txt, at each call that touches a file.
growing() {
    name=$1 least=$2
    shift 2
    begin
    rm -f count
    faulty none 0 "$@" || { echo "$name fails"; cat said; bad=1; }
    n=$(wc -c <count)
    rm -rf all && mv kept all
    : >grown
    unset size_r size_l
    for i in $(seq 1 "$n"); do
        begin
        faulty kill "$i" "$@"
        [ ! -e all/r.em ] || beginning r.em "$name, killed at call $i of $n"
        [ ! -e all/l.txt ] || beginning l.txt "$name, killed at call $i of $n"
        [ -z "$(find kept -name '.emstep-*')" ] || { echo "$name, killed at call $i: left"; bad=1; }
        tries=$((tries + 1))
    done
    [ "$(wc -l <grown)" -ge "$least" ] || { echo "$name: only $(wc -l <grown) of $n writes were seen"; bad=1; }
}
steps="$before; help manual; repeat 3 { e; m }; theta p=.6,.5"
growing record 6 "$EMSTEP" -q -c "record kept/r.em; $steps"
growing log 7 "$EMSTEP" -q -c "log kept/l.txt; $steps"
told '`kill -9` at each write of record and log'

# The same, typed at a terminal; the history is written between them.
cat >terminal <<END
#!/bin/sh
{ sleep 0.4; printf '%s\\r' 'record kept/r.em' 'log kept/l.txt' 'load coins' 'print 6*7' quit; sleep 0.3; } |
    TERM=xterm script -qec '"$EMSTEP" -q --no-rc' /dev/null
END
mkdir -p old/state
growing 'record and log at a terminal' 5 sh terminal
told '`kill -9` at each write of record and log at a terminal'

# What has the name already is nobody's to write.
mkdir -p mine
for kind in record log; do
    for i in 1 2 3; do
        echo mine >mine/r.em
        faulty kill $i "$EMSTEP" -q -c "$kind mine/r.em"
        [ "$(cat mine/r.em)" = mine ] && [ "$(ls -A mine)" = r.em ] || { echo "$kind over a file"; bad=1; }
        tries=$((tries + 1))
    done
done
told '`kill -9` as record and log meet a file that was there'

for kind in record log; do
    for i in 2 3 4; do
        begin
        faulty full $i "$EMSTEP" -q -c "$kind kept/r.em; $before; print 6*7"
        [ $? = 1 ] && grep -q "^emstep: $kind: .*No space left.*is off now" said && grep -qx 42 said ||
            { echo "$kind, disk full at call $i, says"; cat said; bad=1; }
        tries=$((tries + 1))
    done
    begin
    { (ulimit -f 1; "$EMSTEP" -q -c "$kind kept/r.em; $before; repeat 100 { e; m; show terms }
$(yes 'theta p=.6,.5' | head -n 100)
print 6*7"); echo "status $?"; } 2>&1 | grep -a "^emstep:\|^42\|^status" >said
    grep -q "^emstep: $kind: .*is off now" said && grep -qx 42 said && grep -qx 'status 1' said ||
        { echo "$kind beyond the limit of files says"; cat said; bad=1; }
    tries=$((tries + 1))
done
begin
(ulimit -f 1; "$EMSTEP" -q -c 'load faithful; save kept/s.json') >said 2>&1
[ $? = 1 ] && grep -q 'cannot write' said && cmp -s kept/s.json old/s.json ||
    { echo 'save beyond the limit of files'; cat said; bad=1; }

tries=$((tries + 1))
told 'full disks and limits of size while record, log and save write'

# Progress: wherever the kill comes, the lesson is taken again, here or one step before.
rm -rf old && mkdir old
"$EMSTEP" lesson ./one.md </dev/null >said 2>&1
cp -a kept/state old/
printf 'print p[1]\ne\n' >answers
rm -f count
begin
faulty none 0 "$EMSTEP" lesson ./one.md
n=$(wc -c <count)
[ "$n" -ge 6 ] || { echo "progress: only $n calls touch files"; bad=1; }
for i in $(seq 1 "$n"); do
    begin
    faulty kill "$i" "$EMSTEP" lesson ./one.md
    "$EMSTEP" lesson ./one.md </dev/null >said 2>&1
    grep -q 'no progress that emstep wrote' said && { echo "progress, killed at $i"; cat said; bad=1; }
    begin
    faulty full "$i" "$EMSTEP" lesson ./one.md
    [ $? -le 1 ] || { echo "progress, disk full at $i"; cat said; bad=1; }
    "$EMSTEP" lesson ./one.md </dev/null >said 2>&1
    grep -q 'no progress that emstep wrote' said && { echo "progress, disk full at $i"; bad=1; }
    tries=$((tries + 2))
done

# Its notes and its script are whole or not there.
for f in notes*.md one*.em; do
    cmp -s "$f" "${f%%-*}" || cmp -s "$f" "$(echo "$f" | sed 's/-[0-9]*//')" ||
        { echo "$f is not whole"; diff "$f" "$(echo "$f" | sed 's/-[0-9]*//')"; bad=1; }
done
told 'kills and full disks at each call of a lesson'

# History: what was there before stays, and after it stand whole lines.
mkdir -p kept/state/emstep
printf '#1\nprint 1\n#2\nprint 2\n' >old-history
program=$EMSTEP arguments='-q --no-rc' patience=0.5
for fault in kill full; do
    for i in 1 2 3; do
        cp old-history kept/state/emstep/history
        EMSTEP="env FAULT=$fault FAULT_AT=$i LD_PRELOAD=$lib $program"
        typed 'print 6*7\nquit\n' >said 2>&1
        head -n 4 kept/state/emstep/history | cmp -s - old-history ||
            { echo "history, $fault at call $i"; cat kept/state/emstep/history; bad=1; }
        [ "$(ls -A kept/state/emstep | grep -cv '^history$\|^lessons$')" = 0 ] ||
            { echo "history, $fault at call $i: left"; ls -A kept/state/emstep; bad=1; }
        tries=$((tries + 1))
    done
done
EMSTEP=$program
told 'kills and full disks while the history is kept'

# What a kill left in the moment of renaming goes with a later write, once it is old; what another
# process is writing, and what has another name, stays.
cd kept || exit 1
: >.emstep-999999999-0; : >.emstep-999999998-0; : >.emstep-$$-0; : >.emstep-999999999-0x
touch -d '2 hours ago' .emstep-999999999-0 .emstep-$$-0 .emstep-999999999-0x
"$EMSTEP" -q -c 'load coins; save x.json'
check 'old names' 0 sh -c 'ls -A | grep emstep- | sed "s/-[0-9]*-/-N-/" | sort' <<'END'
.emstep-N-0
.emstep-N-0
.emstep-N-0x
END
cd ..

# A home that cannot be written to, none, and one that is a file.
: >file
for home in /nowhere "$TMPDIR/file" /proc; do
    printf 'e\n' | HOME=$home XDG_STATE_HOME=$home "$EMSTEP" lesson ./one.md >said 2>&1 ||
        { echo "a lesson with HOME=$home: $?"; cat said; bad=1; }
    tries=$((tries + 1))
done
printf 'e\n' | env -u HOME -u XDG_STATE_HOME "$EMSTEP" lesson ./one.md >said 2>&1 ||
    { echo "a lesson without HOME: $?"; cat said; bad=1; }

tries=$((tries + 1))
told 'no home, or one that cannot be written to'

# ---- signals, at any moment ----

# stopped SIGNAL STATUS COMMANDS: within two seconds, at many moments.
stopped() {
    for ms in 0 1 2 3 5 8 13 21 34 55 89 144 233 377; do
        "$EMSTEP" -q -c "$3" >said 2>&1 &
        pid=$!
        sleep "0.$(printf %03d $ms)"
        # Before the program has its handlers the system's own apply: the shell's 128 + N.
        kill -s "$1" $pid 2>/dev/null
        (sleep 20; kill -9 $pid 2>/dev/null) &
        guard=$!
        { wait $pid; } 2>/dev/null
        status=$?
        kill $guard 2>/dev/null
        { wait $guard; } 2>/dev/null
        [ $status = "$2" ] || { echo "$1 after $ms ms of $3: status $status"; cat said; bad=1; }
        tries=$((tries + 1))
    done
}
endless='init random; run max=1000000000 tol=0 rule=theta'
# An interactive ^C is no use to a background job of a shell without job control: it is ignored
# there.
stopped TERM 143 "load faithful; model gmm k=2; init; repeat 10000 { $endless }"
stopped HUP 129 "load geyser; model hmm k=3 columns=duration; init; repeat 10000 { $endless }"

told 'SIGTERM and SIGHUP in a run'

# No gnuplot outlives the program, whatever ends it.
if command -v gnuplot >/dev/null && command -v pgrep >/dev/null; then
    for signal in TERM HUP KILL; do
        rm -f a.png
        "$EMSTEP" -q -c "load faithful; model gmm k=2; init; e; plot trace output=a.png" \
            -c "repeat 10000 { $endless }" >said 2>&1 &
        pid=$!
        for i in $(seq 1 100); do [ -e a.png ] && break; sleep 0.1; done
        child=$(pgrep -P $pid) || { echo 'no gnuplot to be seen'; cat said; bad=1; }
        kill -s $signal $pid
        { wait $pid; } 2>/dev/null
        for i in $(seq 1 50); do kill -0 "$child" 2>/dev/null || break; sleep 0.1; done
        kill -0 "$child" 2>/dev/null && { echo "gnuplot outlives $signal"; kill "$child"; bad=1; }
        tries=$((tries + 1))
    done
fi

told 'SIGTERM, SIGHUP, `kill -9` with gnuplot running'

# A gnuplot that dies after so many bytes of a plot, that answers rubbish or nothing, or without end:
# the plot fails or is there whole, and the session goes on with another.
real=$(command -v gnuplot)
if [ -n "$real" ]; then
    mkdir other
    for way in $(seq 0 100 1500) rubbish nothing endless; do
        case $way in
        rubbish) does="head -c 5000 /dev/urandom; cat >/dev/null" ;;
        nothing) does="exit 0" ;;
        endless) does="exec yes" ;;
        *) does="dd bs=1 count=$way 2>/dev/null | '$real' \"\$@\"" ;;
        esac
        printf '#!/bin/sh\n[ -e "%s/once" ] && exec "%s" "$@"\n: >"%s/once"\n%s\n' \
            "$TMPDIR" "$real" "$TMPDIR" "$does" >other/gnuplot
        chmod +x other/gnuplot
        rm -f once a.svg b.svg
        PATH=$TMPDIR/other:$PATH timeout 60 "$EMSTEP" -q -c "set onerror continue; $before" \
            -c 'plot trace output=a.svg; plot trace output=b.svg; print 6*7' >said 2>&1
        [ -e once ] && [ "$(tail -n 1 said)" = 42 ] && grep -q '</svg>' b.svg ||
            { echo "a gnuplot, $way:"; head -c 600 said; bad=1; }
        [ ! -e a.svg ] || cmp -s a.svg b.svg || { echo "a gnuplot, $way: half a picture"; bad=1; }
        tries=$((tries + 1))
    done
fi
told 'a gnuplot that dies in a plot, answers rubbish, nothing or without end'

# ---- sizes that a header asks for ----

refused() {
    "$EMSTEP" -q -c "$2" >said 2>&1
    [ $? = 1 ] && [ -s said ] || { echo "$1 is not refused"; head -n 3 said; bad=1; }
    tries=$((tries + 1))
}
for size in '1000000000 1000000000' '4294967296 1' '65536 65536' '18446744073709551615 2'; do
    for magic in P1 P2 P4 P5; do
        printf '%s\n%s\n255\n' "$magic" "$size" >big.pgm
        refused "$magic $size" 'load big.pgm'
    done
done
head -c 10000000 /dev/zero | tr '\0' ',' >commas.csv
refused '10 MB of commas' 'load commas.csv'
{ echo a; head -c 10000000 /dev/zero | tr '\0' 7; echo; } >line.csv
"$EMSTEP" -q -c 'load line.csv' >said 2>&1
[ $? -le 1 ] || { echo 'a line of ten million bytes'; head -c 300 said; bad=1; }
for n in 1000000000 100002 -1 1e300; do
    refused "n=$n" "load faithful; model gmm k=2; init; e; m; show bound along=em n=$n"
done
refused 'k=1e9' 'load faithful; model gmm k=1000000000'
refused 'sample 1e12' 'load faithful; model gmm k=2; init; sample 1000000000000'
refused 'repeat 1e9' 'repeat 1000000000 { print 1 }'
printf '[%.0s' $(seq 1 100000) >deep.json
refused 'JSON a hundred thousand deep' 'open deep.json'
refused 'θ a hundred thousand deep' 'load coins; model binomial k=2; theta load deep.json'

told 'sizes that a file or a command asks for'
exit $bad
