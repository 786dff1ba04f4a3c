#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The README is true: its sessions print what it shows, its tables are the program's own.
#
# In a ```console block, "$ COMMAND" is run by the shell and its output follows; after "$ emstep"
# alone comes a session, its prompts and its commands.  Rounding errors (to 6e−14) may differ.
. tests/repl/lib

readme=$PWD/README.md
mkdir "$TMPDIR/bin" "$TMPDIR/docs"
ln -s "$EMSTEP" "$TMPDIR/bin/emstep"
PATH=$TMPDIR/bin:$PATH
cd "$TMPDIR" || exit 1

# ---- sessions ----

awk '/^```console$/ { on = 1; n++; next }
     /^```/ { on = 0 }
     on { print > ("block" n) }' "$readme"
[ -e block1 ] || { echo 'the README has no session'; exit 1; }

rounding() { sed 's/  to [0-9.]*e−[0-9]* / to … /; s/  to 0 / to … /' "$1"; }

# The commands of a session's block: what stands behind its prompts.
commands() { sed -n 's/^[^ ]\{1,\}\( [^ ]\{1,\}\)\{0,1\}> //p' "$1"; }

session() {
    sed -n 2p "$1" | grep -q "^$(emstep --version)  " || { echo "$1: no banner"; bad=1; }
    sed 1,2d "$1" >wanted
    { echo 'set echo on'; commands "$1"; } | emstep - >printed 2>&1
}

shell_lines() {
    cp "$1" wanted
    grep '^\$ ' "$1" | cut -c3- | while IFS= read -r line; do
        printf '$ %s\n' "$line"
        eval "$line" </dev/null
    done >printed 2>&1
}

for block in block*; do
    if [ "$(head -n 1 "$block")" = '$ emstep' ]; then
        session "$block"
    else
        shell_lines "$block"
    fi
    rounding wanted >wanted.rounded
    rounding printed >printed.rounded
    diff -u wanted.rounded printed.rounded >difference || {
        echo "a session of the README is not what emstep prints (-: README):"
        cat difference
        bad=1
    }
done

# ---- the picture ----

# What the README names as its command makes its picture: 1000 × 700, under 100 KB.
picture=$(sed -n '/^    emstep -c/,/output=docs/{s/^    //p;/output=docs/q}' "$readme")
if command -v gnuplot >/dev/null; then
    eval "$picture" >/dev/null || { echo "this does not run: $picture"; bad=1; }
    for file in docs/bound.png "$(dirname "$readme")/docs/bound.png"; do
        check "the size of $file" 0 sh -c 'od -An -tu1 -j16 -N8 "$1"' sh "$file" <<'END'
   0   0   3 232   0   0   2 188
END
        [ "$(wc -c <"$file")" -lt 100000 ] || { echo "$file is too large"; bad=1; }
    done
fi

# ---- tables ----

# The rows of the table under a heading, less its head.
rows() { awk -v heading="### $1" '$0 == heading { on = 1; next } /^#/ { on = 0 }
                                  on && /^\|/ && ++n > 2' "$readme"; }
escaped() { sed 's/|/\\|/g'; }

emstep -c 'set columns 1000; help' | escaped | awk '
    /^[a-z]+$/ { group = $1 }
    /^help NAME/ { exit }
    /^  / { name = $1; sub(/^  [^ ]+ +/, ""); print "| " group " | `" name "` | " $0 " |" }' \
    >wanted
rows Commands | diff -u - wanted || { echo 'the commands of the README are not those of help'; bad=1; }

names_and_summaries() { escaped | awk '{ name = $1; sub(/^ *[^ ]+ +/, ""); print "| `" name "` | " $0 " |" }'; }
# What help lists after its last blank line.
last_list() { emstep -c "set columns 1000; $1" | awk '/^$/ { s = ""; next } { s = s $0 "\n" } END { printf "%s", s }'; }

last_list 'help show' | names_and_summaries >wanted
rows Subjects | diff -u - wanted || { echo 'the subjects of the README are not those of show'; bad=1; }
# A picture may have an argument: "e I".
last_list 'help plot' | escaped | sed 's/^ *\(.*[^ ]\)   *\(.*\)$/| `\1` | \2 |/' >wanted
rows Pictures | diff -u - wanted || { echo 'the pictures of the README are not those of plot'; bad=1; }
emstep -c 'set columns 1000; models' | names_and_summaries >wanted
rows Models | diff -u - wanted || { echo 'the models of the README are not those of models'; bad=1; }
emstep -c 'show settings' | escaped | awk '{ name = $1; value = $2
    sub(/^ *[^ ]+ +[^ ]+ +/, ""); print "| `" name "` | " value " | " $0 " |" }' >wanted
rows Settings | diff -u - wanted || { echo 'the settings of the README are not those of set'; bad=1; }

exit $bad
