#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# export: the session as a page, in Markdown and in HTML; a stranger's text stays text in it.
. tests/repl/lib

cd "$TMPDIR" || exit 1
say() {
    echo "$1"
    bad=1
}

# ---- Markdown: what was typed and said, to the letter ----

cat >a.em <<'END'
#!/usr/bin/env emstep
# A start,
#   and *one* half-step:
#
# 1. the E-step.
load linkage; model linkage columns=count
theta p=0.1
repeat 1 {
  e
}
nonsense
plot trace
print t
plot trace output=own.csv
export out.md title="EM [by] hand" date="1 May, early"
END
check 'an export in a script' 0 sh -c '"$EMSTEP" -q -c "set onerror continue" a.em 2>/dev/null |
    tail -n 1; ls out*' <<'END'
9 commands, 1 picture → out.md, out-1.svg
out-1.svg
out.md
END
check 'the page' 0 cat out.md <<'END'
# EM \[by\] hand

1 May, early

```console
emstep> set onerror continue
```

A start,
and \*one\* half-step:

1\. the E-step.

```console
emstep> load linkage
linkage> model linkage columns=count
linkage θ?> theta p=0.1
linkage 0> repeat 1 {
    ...   e
    ... }
0E   ℓ −64.4822  ELBO −64.4822  KL 0         Q −66.7551  H −2.27291  S 2.27291
     the bound touches ℓ at θ₀ ✓
linkage 0E> nonsense
a.em:11:1: no command 'nonsense'
  nonsense
  ^~~~~~~~
linkage 0E> plot trace
```

![linkage, 0E   E lifts the bound to ℓ, M lifts both and opens the gap](out-1.svg)

```console
linkage 0E> print t
0
linkage 0E> plot trace output=own.csv
trace → own.csv
```
END
case $(head -c 5 out-1.svg) in
'<?xml') ;;
*) say 'out-1.svg is no SVG' ;;
esac
check 'json' 0 sh -c '"$EMSTEP" --json -c "load linkage; export j.md" | tail -n 1' <<'END'
{"command":"export","output":"j.md","commands":1,"let_go":0,"pictures":[]}
END
check 'an ending of no page' 1 "$EMSTEP" -q -c 'export a.txt' <<'END'
-c:1:8: cannot tell from 'a.txt' what page to make
  export a.txt
         ^~~~~
  end it in .md or .html
END
check 'a folder that is not there' 1 "$EMSTEP" -q -c 'export no/a.md' <<'END'
-c:1:8: cannot write 'no/a.md': No such file or directory
  export no/a.md
         ^~~~~~~
  its folder is not there: make it first
END

# ---- HTML: one file ----

"$EMSTEP" -q -c 'set onerror continue' -c 'load coins; model binomial k=2; init seed=1; e; m
plot bound trace; set autoplot terms; e
nonsense' -c 'export page.html' >out 2>&1
[ "$(ls page*)" = page.html ] || say 'the HTML page is not one file'
for wanted in '<title>coins: binomial k=2</title>' '<b>plot bound trace</b>' '<pre class="error">' \
    "no command &#39;nonsense&#39;"; do
    grep -qF "$wanted" page.html || say "the page has no $wanted"
done
[ "$(grep -c '<figure><img alt="[^"]*" src="data:image/svg+xml;base64,[A-Za-z0-9+/]*=*"></figure>' \
    page.html)" = 2 ] || say 'the page does not have its two pictures'
grep -n '<script\|<link\|http://\|https://\|url(' page.html && say 'the page is not by itself'
sed -n 's/.*base64,\([^"]*\)".*/\1/p' page.html | head -n 1 | base64 -d >first.svg
grep -q '^</svg>' first.svg || say 'the first picture of the page is no whole SVG'
grep -n '┤\|half-step  *$' page.html && say 'a picture is in the page as characters, too'

# ---- a stranger's text ----

esc=$(printf '\033')
printf '<script>alert(1)</script>,</pre><img src=x>,```,"a](http://evil) ![b"\n' >strange.csv
printf '1,2,3,4\n2,3,1,5\n3,1,2,7\n' >>strange.csv
{
    printf 'load strange.csv\ndata summary\nmodel mvn columns=1,2\ninit\ne\nplot density\n'
    printf '# <script>alert(2)</script> ``` \033]0;owned\007\n'
    printf "print '</pre><script>alert(3)</script>'\n"
    printf '```\n</pre>\nload "nothing\033[2Jhere</b>"\n'
    printf 'export s.html title="</title><script>alert(4)</script>\033[2J"\n'
    printf 'export "s (1)](x).md" title="a](b) <script> ```\033[2J"\n'
} >strange.em
"$EMSTEP" -q -c 'set onerror continue' strange.em >out 2>&1
[ -e s.html ] && [ -e 's (1)](x).md' ] || { cat out; say 'strange names stop export'; }
grep -n '<script>\|<img src=x' s.html && say 'a tag of a stranger is in the page'
grep -c "$esc\|$(printf '\007')" s.html 's (1)](x).md' | grep -v ':0$' && say 'a control is in a page'
grep -qF '&#60;script&#62;alert(1)' s.html || say 'the name of the column is not in the page'
[ "$(grep -o '<pre ' s.html | wc -l)" = "$(grep -o '</pre>' s.html | wc -l)" ] ||
    say 'a stranger closed a <pre>'
# Every fence that opens is closed by one as long, with nothing as long between; outside no tag.
awk '!fence && /^```+console$/ { fence = $0; sub(/console$/, "", fence); next }
     fence && $0 == fence { fence = ""; next }
     fence && index($0, fence) { print FILENAME ": a fence inside: " $0 }
     !fence && /(^|[^\\])[<>`]/ { print FILENAME ": markup: " $0 }
     END { if (fence) print FILENAME ": not closed" }' 's (1)](x).md' >found
[ ! -s found ] || { cat found; say 'a stranger wrote markup'; }
grep -qF '(s%20%281%29%5D%28x%29-1.svg)' 's (1)](x).md' || say 'the link is not quoted'
[ -e 's (1)](x)-1.svg' ] || say 'the picture is not beside the page'

# ---- memory ----

# 40 MB of output: the oldest commands go, the command says so and the page, too.
awk 'BEGIN { for (i = 0; i < 12000; i++) printf "print \"%080d\"\n", i }' >long.em
{
    for i in 1 2 3 4 5 6 7 8 9 10; do
        printf 'source long.em\nsource long.em\nsource long.em\nsource long.em\n'
    done
    echo 'export long.md'
} >many.em
"$EMSTEP" many.em | tail -n 2 >out
grep -q '^the oldest [0-9]* commands are not in it' out || { cat out; say 'not a word of it'; }
grep -q '^The first [0-9]* commands are not here' long.md || say 'the page says nothing of it'
kept=$(grep -c '> source long.em' long.md)
[ "$kept" -gt 20 ] && [ "$kept" -lt 40 ] || say "$kept commands were kept"
exit $bad
