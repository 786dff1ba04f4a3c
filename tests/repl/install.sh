#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What make install puts somewhere works there, finds its data sets, and is gone after uninstall.
set -eu
unset MAKEFLAGS MFLAGS MAKELEVEL
build=$(basename "$(dirname "$EMSTEP")")
set -- BUILD="$build" PREFIX=/usr DESTDIR="$TMPDIR/stage"

make -s install "$@"
cd "$TMPDIR"
stage/usr/bin/emstep -c 'load faithful' >out
cat out
grep -q '272 rows' out
LC_ALL=C grep -q '^\.TH EMSTEP 1' stage/usr/share/man/man1/emstep.1
[ -f stage/usr/share/doc/emstep/README.md ]
cd "$OLDPWD"

make -s uninstall "$@"
left=$(find "$TMPDIR/stage" ! -type d)
[ -z "$left" ] || {
    echo "left behind: $left"
    exit 1
}
