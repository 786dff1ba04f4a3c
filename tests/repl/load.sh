#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Tables of one's own: what was read of them, and what may not be as meant.
. tests/repl/lib

cd "$TMPDIR" || exit 1
printf 'x;y;z\n1,5;2,25;a\n2,5;x3;2\n3,5;4;b\n4,5;5;c\n' >odd.csv
check 'one word among numbers' 0 "$EMSTEP" -c 'load odd.csv' -c 'load odd.csv na=x3' <<'END'
odd: 4 rows, 3 columns (x, y (text), z (text)), nothing missing
'x3' is no number, so all of column 'y' is text; if it stands for missing: load
     with na=x3
odd: 4 rows, 3 columns (x, y, z (text)), 1 missing
END
printf '\357\273\277Datum;Größe (cm);Anteil %%;K=V\n01.02.2024;1,75;12,5;a\n02.02.2024;;13,1;b\n' >own.csv
check 'a byte order mark, decimal commas, odd names, dates' 0 "$EMSTEP" -c 'load own.csv' <<'END'
own: 2 rows, 4 columns (Datum (text), Größe (cm), Anteil %, K=V (text)), 1
     missing
END
exit $bad
