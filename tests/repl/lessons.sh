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
exit $bad
