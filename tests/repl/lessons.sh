#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every lesson holds, and so does the one in docs/YOUR-LESSON.md, with each block that it shows.
. tests/repl/lib

for lesson in lessons/*.md; do
    "$EMSTEP" verify "$lesson" >"$TMPDIR/out" 2>&1 </dev/null || { cat "$TMPDIR/out"; bad=1; }
done

page=docs/YOUR-LESSON.md
mkdir "$TMPDIR/lessons"
cp lessons/01-two-coins.md "$TMPDIR/lessons"
awk '/^````markdown$/ { on = 1; next } /^````$/ { on = 0 } on' "$page" >"$TMPDIR/lessons/one.md"
# The questions that the page shows by themselves, at the end of that lesson.
{
    cat "$TMPDIR/lessons/one.md"
    awk '/^````/ { inside = !inside } inside { next }
         /^```quiz$/ { on = 1; print "" } on { print } /^```$/ { on = 0 }' "$page"
} >"$TMPDIR/lessons/all.md"
for lesson in one all; do
    "$EMSTEP" verify "$TMPDIR/lessons/$lesson.md" >"$TMPDIR/out" 2>&1 </dev/null || {
        echo "$page:"
        cat "$TMPDIR/out"
        bad=1
    }
done
grep -q '^```quiz$' "$TMPDIR/lessons/all.md" || { echo "no questions in $page"; bad=1; }

# A copy with one digit, one answer, one hint spoilt: each is told with its line.
cd "$TMPDIR/lessons" || exit 1
sed -e 's/−11.32  ELBO/−11.42  ELBO/' -e 's/^answer: ℓ, ELBO, KL, Q$/answer: ℓ/' \
    -e 's/^hint if phase == "M"/hint if phse == "M"/' one.md >spoilt.md
"$EMSTEP" verify spoilt.md >out 2>errors
[ $? = 3 ] || { echo 'a spoilt lesson passes'; bad=1; }
for said in '21:1: this is not what is printed' 'the machine says otherwise' "phse"; do
    grep -q "$said" errors || { echo "not told: $said"; cat errors; bad=1; }
done

# --update writes what differs, shows it first, and then all holds; lines that agree stay.
sed -e 's/−11.32  ELBO −11.32/−11.42  ELBO −11.32/' one.md >update.md
"$EMSTEP" verify --update update.md >out 2>&1 || { cat out; bad=1; }
grep -q '^-0E   ℓ −11.42' out && grep -q '^+0E   ℓ −11.3206' out || { cat out; bad=1; }
"$EMSTEP" verify update.md >out 2>&1 || { cat out; bad=1; }
diff one.md update.md >changed
[ "$(grep -c '^>' changed)" = 1 ] || { echo 'update changed more:'; cat changed; bad=1; }

# ---- a stranger's lesson ----

# Every command that writes a file is asked to write where it must not: none does, all say why.
mkdir -p "$TMPDIR/strange/sub" "$TMPDIR/outside"
cd "$TMPDIR/strange" || exit 1
lesson() {
    printf -- '---\ntitle: T\norder: 1\ntime: 1\n---\n```emstep\nem> load coins\n'
    printf 'em> model binomial k=2\nem> theta pi=0.5,0.5 p=0.6,0.5\nem> e\n'
    cat
    printf '```\n'
}
for name in "$TMPDIR/outside/x" ../outside/x sub/../../outside/x; do
    for command in 'save NAME' 'theta save NAME' 'plot bound output=NAME.png' 'record NAME' 'log NAME' \
        'plot bound output=NAME.csv' 'plot bound output=NAME.gp' 'plot bound output=NAME.txt' \
        'export NAME.md' 'export NAME.html' \
        'animate bound output=NAME.gif'; do
        printf 'em> %s\nerror: a lesson does not write ...\n' "$command" | sed "s|NAME|$name|"
    done
done | lesson >writes.md
"$EMSTEP" verify writes.md >out 2>errors
grep -v '^writes.md:1:1: ' errors | grep '^writes.md:' && bad=1
[ -z "$(ls ../outside)" ] || { echo 'a lesson wrote outside:'; ls ../outside; bad=1; }

# Inside it writes in a folder that is gone afterwards, reads what it wrote, and what stands beside it.
printf 'heads,tosses\n1,2\n' >beside.csv
lesson >inside.md <<'END'
em> save kept.json
em> open kept.json
em> theta save kept.json
em> plot bound output=a.csv
em> export page.html
0 commands → page.html
em> load beside.csv
...
beside: 1 row ...
...
END
ls -A "$TMPDIR" >before
(cd / && "$EMSTEP" verify "$TMPDIR/strange/inside.md") >out 2>errors
grep -v 'inside.md:1:1: ' errors | grep 'inside.md:' && bad=1
ls -A "$TMPDIR" | diff before - || bad=1
[ ! -e kept.json ] || { echo 'verify wrote beside the lesson'; bad=1; }

# A question that goes on in indented lines is one text: no gaps where its lines were joined.
cat >long.md <<'END'
---
title: T
order: 1
time: 1
---
```quiz
kind: number
ask: Two lines
  are one.
answer: 1
```
END
XDG_STATE_HOME=$TMPDIR/state "$EMSTEP" lesson long.md >out 2>&1 </dev/null
grep -q 'Two lines are one\.' out || { echo 'the lines of a question are not joined:'; cat out; bad=1; }
exit $bad
