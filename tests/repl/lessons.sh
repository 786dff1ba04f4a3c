#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every lesson holds, and so does the one in docs/YOUR-LESSON.md, with each block that it shows; the
# scripts for a class hold, and lessons/README.md says of all of them what they say of themselves.
. tests/repl/lib

"$EMSTEP" verify lessons/*.md lessons/*.em >"$TMPDIR/out" 2>&1 </dev/null ||
    { grep -v ', all hold$' "$TMPDIR/out"; bad=1; }
[ "$(grep -c ', all hold$' "$TMPDIR/out")" = "$(ls lessons/[0-9]*.md lessons/*.em | wc -l)" ] ||
    { echo 'not every lesson was run'; bad=1; }

# The folder's page is passed over where lessons are named beside it; by itself it is an error, and
# so is any other page without a header.
grep -v ', all hold$' "$TMPDIR/out" >"$TMPDIR/page"
check 'the page among lessons' 0 cat "$TMPDIR/page" <<'END'
lessons/README.md: not a lesson, passed over
END
check 'the page alone' 3 "$EMSTEP" verify lessons/README.md <<'END'
lessons/README.md:1:1: this is the folder's page, not a lesson
  # The lessons
  ^~~~~~~~~~~~~
  a lesson begins with its header; lessons lists those of emstep
END
check 'the page, to take' 1 "$EMSTEP" lesson lessons/README.md <<'END'
lessons/README.md:1:1: this is the folder's page, not a lesson
  # The lessons
  ^~~~~~~~~~~~~
  a lesson begins with its header; lessons lists those of emstep
END
printf '# Notes\n' >"$TMPDIR/notes.md"
"$EMSTEP" verify lessons/README.md "$TMPDIR/notes.md" >"$TMPDIR/out" 2>&1
[ $? = 3 ] && grep -q 'notes.md:1:1: a lesson begins with its header' "$TMPDIR/out" ||
    { echo 'a page without a header that is no README.md:'; cat "$TMPDIR/out"; bad=1; }
"$EMSTEP" --json verify lessons/README.md lessons/01*.md 2>&1 | head -n 1 >"$TMPDIR/json"
check 'the page, as JSON' 0 cat "$TMPDIR/json" <<'END'
{"command":"verify","file":"lessons/README.md","notes":["not a lesson, passed over"]}
END
"$EMSTEP" replay lessons/README.md lessons/tour.em >"$TMPDIR/out" 2>"$TMPDIR/errors" </dev/null &&
    "$EMSTEP" replay lessons/tour.em 2>&1 </dev/null | cmp - "$TMPDIR/out" ||
    { echo 'a replay beside the page:'; cat "$TMPDIR/errors"; bad=1; }

# ---- lessons/README.md ----

readme=lessons/README.md
grep -E '^\| [0-9]+ \| \[[^]]*\]\(' $readme | awk -F ' [|] ' '{ sub(/^[|] /, "", $1); print $1 "|" $2 "|" $3 "|" $4 }' >"$TMPDIR/listed"
for lesson in lessons/[0-9]*.md; do
    awk -v file="${lesson#lessons/}" -F ': ' '
        /^---$/ && ++lines == 2 { exit }
        { key = $1; sub(/^[a-z]*: /, ""); header[key] = $0 }
        END {
            n = split(header["needs"], need, ", *")
            for (i = 1; i <= n; i++)
                needs = needs (i > 1 ? ", " : "") (need[i] == "none" ? "none" : need[i] + 0)
            print header["order"] "|[" header["title"] "](" file ")|" header["time"] "|" needs
        }' "$lesson"
done >"$TMPDIR/headers"
diff "$TMPDIR/headers" "$TMPDIR/listed" || { echo "$readme is not what the headers say (<)"; bad=1; }
"$EMSTEP" -c lessons | grep -q README && { echo "$readme is listed as a lesson"; bad=1; }
grep -o '](\([^)]*\))' $readme | tr -d '()]' | sort -u | while read -r link; do
    [ -e "lessons/$link" ] || echo "$readme: there is no $link"
done >"$TMPDIR/links"
[ ! -s "$TMPDIR/links" ] || { cat "$TMPDIR/links"; bad=1; }

# Every picture that the list promises is drawn in its lesson.
grep -E '^\| [0-9]+ \| \[' $readme | sed -E 's/.*\]\(([^)]*)\).* \| ([^|]*) \|$/\1 \2/; s/,//g' |
while read -r file pictures; do
    for picture in $pictures; do
        grep -qE "^(em>|answer:|run:) .*plot .*\b$picture\b" "lessons/$file" || echo "$file draws no $picture"
    done
done >"$TMPDIR/pictures"
[ ! -s "$TMPDIR/pictures" ] || { cat "$TMPDIR/pictures"; bad=1; }

# The clock of a script: from 0:00, forwards, to the minutes that the list says.
for script in demo lecture lab; do
    minutes=$(sed -n "s/^| \[$script.em\]([^|]*| \([0-9]*\) minutes .*/\1/p" $readme)
    sed -n 's/^# \[\([0-9]*\):\([0-9][0-9]\)\] .*/\1 \2/p' lessons/$script.em |
        awk -v script="$script" -v minutes="$minutes" '
            { at = $1 * 60 + $2 }
            NR == 1 && at != 0 || NR > 1 && at <= was { print script ".em: the clock at " $1 ":" $2 }
            { was = at }
            END { if (NR < 4 || was != minutes * 60) print script ".em ends at " was " s, not after " minutes " minutes" }
        ' >"$TMPDIR/clock"
    [ ! -s "$TMPDIR/clock" ] || { cat "$TMPDIR/clock"; bad=1; }
    (cd "$TMPDIR" && "$EMSTEP" "$OLDPWD/lessons/$script.em") >"$TMPDIR/out" 2>"$TMPDIR/errors" </dev/null || {
        echo "$script.em as a plain script:"
        cat "$TMPDIR/errors"
        bad=1
    }
done

# ---- the lesson of the page ----

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
for said in '21:8: this is not what is printed' 'the machine says otherwise' "phse"; do
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

# Inside it writes in a folder that is gone afterwards, reads what it wrote, and what stands beside
# it.
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
