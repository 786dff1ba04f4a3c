#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures where something is missing, full, narrow, dead or degenerate: each gives a picture or one
# error, and the session goes on in the state that it was in.
. tests/repl/lib

linkage='load linkage; model linkage columns=count; theta p=0.1; e; m'
real=$(command -v gnuplot) || { echo 'no gnuplot here'; exit 77; }
cd "$TMPDIR" || exit 1

# session BEFORE PLOTS: $out is what PLOTS say, and then t and ℓ, which are what they were before.
session() {
    "$EMSTEP" -q ${how:---plot=text} -c "$1" -c 'print "-- plots"; print t; print loglik' \
        -c "set onerror continue; $2; print t; print loglik" >said 2>&1 </dev/null
    status=$?
    sed -n '/^-- plots$/,$p' said | sed 1d >after
    if [ "$status" -gt 1 ] || [ "$(head -n 2 after)" != "$(tail -n 2 after)" ] || ! [ -s after ]; then
        echo "$name: the session did not go on as it was (exit status $status)"
        cat said
        bad=1
    fi
    out=$(sed '1,2d; $d' after | sed '$d')
}

# says WORDS: the plots have said this; errors N: and there are so many errors.
says() {
    printf '%s\n' "$out" | grep -qF -e "$1" && return
    echo "$name: '$1' is not in what was said:"
    printf '%s\n' "$out"
    bad=1
}
errors() {
    n=$(printf '%s\n' "$out" | grep -c '^-c:[0-9]*:[0-9]*: ')
    [ "$n" = "$1" ] && return
    echo "$name: $n errors, not $1"
    printf '%s\n' "$out"
    bad=1
}

# ---- gnuplot ---------------------------------------------------------------------------------

name='no display'
how=--plot=window session "$linkage" 'plot trace'
says 'no window: there is no display'
errors 1

name='no gnuplot'
(PATH=/nowhere; how=; out=$("$EMSTEP" -q -c "$linkage; set onerror continue; plot trace; print t" 2>&1)
    printf '%s\n' "$out") >out
out=$(cat out)
says 'cannot start gnuplot: no program'
errors 1
[ "$(tail -n 1 out)" = 1 ] || { echo "$name: the session ended"; bad=1; }

# A gnuplot that says which process it is, and one that dies once, in the middle of a plot.
mkdir watched dying
cat >watched/gnuplot <<END
#!/bin/sh
echo \$\$ >>'$TMPDIR/pids'
exec '$real' "\$@"
END
cat >dying/gnuplot <<END
#!/bin/sh
[ -e '$TMPDIR/died' ] && exec '$real' "\$@"
touch '$TMPDIR/died'
dd bs=1 count="\$BYTES" 2>/dev/null | '$real' "\$@"
END
chmod +x watched/gnuplot dying/gnuplot

name='killed between plots'
{
    echo "$linkage; plot trace output=a.svg"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ -s a.svg ] && break
        sleep 0.2
    done
    kill -9 "$(tail -n 1 pids)"
    sleep 0.2
    echo 'plot trace output=b.svg; print t'
} | PATH=$TMPDIR/watched:$PATH "$EMSTEP" -q - >out 2>&1
[ "$(tail -n 2 out)" = "trace → b.svg
1" ] && cmp -s a.svg b.svg && [ "$(sort -u pids | wc -l)" = 2 ] || {
    echo "$name:"
    cat out pids
    bad=1
}

for BYTES in 50 400 1200; do
    name="dead after $BYTES bytes of a plot"
    export BYTES
    rm -f died
    PATH=$TMPDIR/dying:$PATH session "$linkage" 'plot trace; plot trace'
    [ -e died ] || { echo "$name: it was not this gnuplot"; bad=1; }
    says 'half-step'
    [ "$(printf '%s\n' "$out" | grep -c '^-c:')" -le 1 ] || { echo "$name: many errors"; bad=1; }
done

# ---- files -----------------------------------------------------------------------------------

name='beyond the limit of a file'
(ulimit -f 1; session "$linkage" 'plot trace output=big.svg'; printf '%s\n' "$out" >limited; exit $bad) ||
    bad=1
out=$(cat limited)
says "cannot write 'big.svg': File too large"
errors 1
[ -e big.svg ] && { echo "$name: half a file is left"; bad=1; }

# mounted OPTIONS: a small file system at ./disk, where that is allowed.
mounted() {
    mkdir -p disk
    mount -t tmpfs -o "$1" none disk 2>/dev/null
}
trap 'umount "$TMPDIR/disk" 2>/dev/null' EXIT

name='a full disk'
if mounted size=16k; then
    session "$linkage" 'plot trace output=disk/a.svg; plot trace output=disk/a.png'
    says "cannot write 'disk/a.svg': No space left on device"
    errors 2
    [ -z "$(ls disk)" ] || { echo "$name: half a file is left"; bad=1; }
    umount disk
fi

name='a read-only folder'
if mounted ro || { chmod 555 disk && ! touch disk/a 2>/dev/null; }; then
    session "$linkage" 'plot trace output=disk/a.svg; plot trace output=disk/a.csv'
    says "cannot write 'disk/a.svg': "
    errors 2
    umount disk 2>/dev/null
fi

# ---- terminals -------------------------------------------------------------------------------

name='20 columns'
session "$linkage; set columns=20" 'plot bound; plot trace; plot q; plot e'
says '● ℓ(θ)'
errors 0
wide=$(printf "%s\n" "$out" | LC_ALL=C sed "s/[\x80-\xbf]//g" | LC_ALL=C awk "length > 20")
[ -z "$wide" ] || { echo "$name: $wide"; bad=1; }

name='a dumb terminal'
out=$(sleep 0.3 | TERM=dumb script -qec "$EMSTEP -q -c '$linkage; plot trace; print t'" /dev/null |
    tr -d '\r')
says 'half-step'
printf '%s\n' "$out" | grep -q "$(printf '\033')" && { echo "$name: it was sent escapes"; bad=1; }

name='a locale without UTF-8'
out=$(LC_ALL=C "$EMSTEP" -q --plot=text -c "$linkage; plot bound qh" 2>&1)
says 'the bound touches l at theta0'
printf '%s\n' "$out" | LC_ALL=C grep -q '[^ -~]' && { echo "$name: not in ASCII"; bad=1; }

# ---- data ------------------------------------------------------------------------------------

name='1e6 points'
session 'load faithful; model gmm k=2; init seed=1; sample 1000000 seed=1; init seed=1; e' \
    'plot density output=a.png; plot density output=a.gp; plot density'
says 'waiting'
errors 0
[ "$(wc -c <a.gp)" -lt 4000000 ] || { echo "$name: a script of $(wc -c <a.gp) bytes"; bad=1; }

printf 'x,y\n1,5\n2,5\n3,5\n4,5\n' >constant.csv
name='a constant column'
session 'load constant.csv; model gmm k=1 columns=y; theta pi=1 mu=4.5 Sigma=1; e' \
    'plot density; plot trace; plot q; plot e 1; plot bound along=mu; plot bound'
says 'along'
errors 1

printf 'x,y\n1,5\n' >one.csv
name='one row'
session 'load one.csv; model gmm k=1 columns=y; theta pi=1 mu=4 Sigma=1; e' \
    'plot density; plot trace; plot q; plot e; plot bound along=mu; plot bound'
says 'along'
errors 1

name='terms of −∞'
session 'load coins; model binomial columns=heads,tosses k=2; theta pi=0.5,0.5 p=0.3,0.5; e
    theta p=0,0' 'plot trace; plot terms; plot q; plot density; plot bound along=p[1]'
says 'half-step'
name='a component without mass'
session 'load coins; model binomial columns=heads,tosses k=2; theta pi=0.5,0.5 p=0,0.5; e' \
    'plot trace; plot terms; plot density; plot e 1; plot q; plot jensen 1; plot ratio'
errors 0
exit $bad
