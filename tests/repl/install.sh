#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What make install puts somewhere works there, finds its data sets, and is gone after uninstall.
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL
build=$(basename "$(dirname "$EMSTEP")")
stage=$TMPDIR/stage
set -- BUILD="$build" PREFIX=/usr DESTDIR="$stage"

give_up() {
    echo "$1"
    cat "$TMPDIR/log"
    exit 1
}

make -s install "$@" >"$TMPDIR/log" 2>&1 || give_up 'make install:'
(cd "$TMPDIR" && stage/usr/bin/emstep -c 'load faithful') >"$TMPDIR/log" 2>&1
grep -q '272 rows' "$TMPDIR/log" || give_up 'the data sets are not found:'

page=$stage/usr/share/man/man1/emstep.1
grep -q '^\.TH EMSTEP 1' "$page" || give_up 'no manual page'
if command -v groff >/dev/null; then
    groff -ww -man -Tutf8 "$page" 2>"$TMPDIR/log" >/dev/null
    [ ! -s "$TMPDIR/log" ] || give_up 'the manual page has faults:'
fi
for file in doc/emstep/README.md doc/emstep/docs/bound.png emstep/lessons/tour.em; do
    [ -s "$stage/usr/share/$file" ] || give_up "not installed: $file"
done

make -s uninstall "$@" >"$TMPDIR/log" 2>&1 || give_up 'make uninstall:'
left=$(find "$stage" ! -type d)
[ -z "$left" ] || give_up "left behind: $left"
