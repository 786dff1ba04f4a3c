#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# docs/YOUR-MODEL.md is true: its model in Lua and its model in C run, and its sessions print what
# it shows.
. tests/repl/lib
unset MAKEFLAGS MFLAGS MAKELEVEL

page=$PWD/docs/YOUR-MODEL.md
build=$(basename "$(dirname "$EMSTEP")")
mkdir -p "$TMPDIR/bin" "$TMPDIR/src/models" "$TMPDIR/build/release"
ln -s "$EMSTEP" "$TMPDIR/bin/emstep"
ln -s "$PWD/datasets" "$TMPDIR/datasets" # beside the build tree of the program with both
PATH=$TMPDIR/bin:$PATH

# block LANGUAGE N: the N-th block of that language
block() {
    awk -v fence='```'"$1" -v n="$2" '$0 == fence && ++seen == n { on = 1; next }
                                      /^```$/ { on = 0 }
                                      on' "$page"
}

# ---- in C: the file, the row, a program with both ----

block c 1 >"$TMPDIR/src/models/geometric.c"
{ cat src/models/models.def; block c 2; } >"$TMPDIR/src/models/models.def"
cat >"$TMPDIR/rule" <<'END'
include Makefile
$(DIR)/build/release/emstep: $(PROG_OBJ) $(OUT)/libemstep.a
	$(CC) $(ALL_CFLAGS) -Werror $(ALL_LDFLAGS) -o $@ $(DIR)/src/models/geometric.c \
	    src/models/models.c $(PROG_OBJ) $(OUT)/libemstep.a $(PKG_LIBS)
END
make -s -f "$TMPDIR/rule" BUILD="$build" DIR="$TMPDIR" CFLAGS="-I$TMPDIR/src" "$TMPDIR/build/release/emstep" || {
    echo 'the model in C does not build'
    exit 1
}

# ---- what the page shows ----

cd "$TMPDIR" || exit 1
block lua 1 >geometric.lua
for n in 1 2 3; do
    block console $n >wanted
    [ -s wanted ] || { echo "session $n is not there"; bad=1; }
    grep '^\$ ' wanted | cut -c3- | while IFS= read -r line; do
        printf '$ %s\n' "$line"
        eval "$line" </dev/null
    done >printed 2>&1
    diff -u wanted printed || { echo "session $n is not what emstep prints (-: the page)"; bad=1; }
done

# ---- an M-step of one's own ----

{ sed '$d' geometric.lua; block lua 2; echo '}'; } >own.lua
sed 's/N \/ (N + failures)/N \/ failures/' own.lua >wrong.lua
begin() { echo "load deaths; model $1 columns=deaths weights=frequency; theta pi=.4,.6 p=.25,.5; e; m"; }
emstep -c "$(begin geometric.lua); let p1=p[1]; let p2=p[2]; let pi1=pi[1]" -c "$(begin own.lua)
expect approx(p[1], p1, 1e-10) and approx(p[2], p2, 1e-10) and approx(pi[1], pi1, 1e-10)
ledger" >printed 2>&1 || bad=1
grep '✗' printed && bad=1
[ "$bad" = 0 ] || { echo 'the M-step by formula:'; cat printed; }
emstep -c "$(begin wrong.lua); ledger" >printed 2>&1
grep -q '✗' printed || { echo 'a wrong M-step breaks no claim:'; cat printed; bad=1; }

# ---- a file that fails leaves the session whole ----

echo 'return { k=2 params={} }' >slip.lua
check 'the model before stands' 1 emstep -q -c 'set onerror continue
load deaths; model geometric.lua columns=deaths weights=frequency; theta pi=.4,.6 p=.25,.5
model slip.lua
model nothere.lua
print n, exact, p[2]' <<'END'
-c:3:7: slip.lua:1: '}' expected near 'params'
  model slip.lua
        ^~~~~~~~
-c:4:7: no file 'nothere.lua', and no model of that name comes with emstep
  model nothere.lua
        ^~~~~~~~~~~
  help own-model tells how to write one, and names those that are there
1096  false  0.5
END

# ---- columns of words ----

printf 'phenotype\nO\nAB\n' >new.csv
printf 'phenotype\nO\nX\n' >strange.csv
check 'words are predicted as words' 1 emstep -q -c 'set onerror continue
load abo; model abo.lua columns=phenotype weights=count; theta allele=.3,.2,.5; set columns 100
predict A
predict new.csv
predict strange.csv' <<'END'
  phenotype  p(z=1|x)  p(z=2|x)  p(z=3|x)  p(z=4|x)  p(z=5|x)  p(z=6|x)  log density
          A  0.230769  0.769231         0         0         0         0    −0.941609
  phenotype  p(z=1|x)  p(z=2|x)  p(z=3|x)  p(z=4|x)  p(z=5|x)  p(z=6|x)  log density
          O         0         0         0         0         0         1     −1.38629
         AB         0         0         0         0         1         0     −2.12026
-c:5:9: row 2: 'X' is no word of the model's column 'phenotype'
  predict strange.csv
          ^~~~~~~~~~~
END
emstep -c 'load abo; model abo.lua columns=phenotype; init; plot density' 2>&1 |
    grep -q 'plot density does not suit abo' || { echo 'words have a density'; bad=1; }

exit $bad
