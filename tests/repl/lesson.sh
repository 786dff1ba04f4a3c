#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Lessons are taken: right and wrong answers, every verb at a task and at each kind of question,
# progress that outlives a kill, strangers' lessons.
. tests/repl/lib
cd "$TMPDIR" || exit 1

cat >all.md <<'END'
---
title: All kinds
order: 1
time: 1 minute
skip: after 2
---

# All kinds

```emstep
em> load coins
em> model binomial k=2 columns=heads,tosses
em> theta pi=0.5,0.5 p=0.6,0.5
```

```emstep try
start: let before=p[1]
expect kl < 1e-9 "the gap is open"
expect p[1] == before "θ has moved"
answer: e
hint: The first plain hint.
hint if phase == "M": You took an M.
hint: The last hint.
```

## Questions

```quiz
kind: choice
ask: What does E move?
- [x] q :: Yes.
- [ ] theta :: That is for M.
hint: Not θ.
```

```quiz
kind: number
ask: Half of one?
answer: 0.5 ± 0.001
wrong 2 ± 0.1: That is twice one.
why: It is 1/2.
```

```quiz
kind: text
ask: The gap?
answer: KL
```

```quiz
kind: order
ask: Put in order.
1. one thing
2. another thing
3. the last thing
```

```quiz
kind: predict
terms: ℓ ELBO KL
run: m
answer: ℓ, ELBO, KL
hint: θ moves.
```

```emstep
em> print t
```

The end.
END

# take WHAT: the lesson with these lines typed; what it says is in $WHAT.out.
take() {
    printf '%b' "$2" | "$EMSTEP" lesson ./all.md >"$1.out" 2>&1 ||
        { echo "$1: exit status $?"; cat "$1.out"; bad=1; }
}
# says WHAT TEXT…: these lines come in the output, in this order.
says() {
    what=$1
    shift
    for text; do echo "$text"; done >wanted
    awk 'NR == FNR { want[n++] = $0; next } at < n && index($0, want[at]) { at++ }
         END { if (at < n) { print "not said, or not in order: " want[at]; exit 1 } }' \
        wanted "$what.out" || { echo "$what:"; cat "$what.out"; bad=1; }
}
never() {
    grep -qF "$2" "$1.out" && { echo "$1: says '$2'"; cat "$1.out"; bad=1; }
}
fresh() {
    rm -rf "$HOME/.local" notes*.md all*.em
}

# ---- answers ----

fresh
take right 'e\n1\n0.5\nkl\n3 2 1\nELBO, KL, LL\n'
says right 'Your turn' '✓' '✓ Yes.' '✓ Right.' 'It is 1/2' '✓ Right.' 'Put in order' \
    'The end.' 'That was the last step'
[ -f notes.md ] && [ -f all.em ] || { echo 'no notes'; ls; bad=1; }
"$EMSTEP" all.em >script.out 2>&1 || { echo 'the script does not run:'; cat script.out; bad=1; }
"$EMSTEP" -c 'lesson status ./all.md' >status.out
says status 'all: All kinds (1 minute)' 'Done ✓: 7 of 7 steps'

cp notes.md taken.out
says taken '# All kinds' 'Tasks done: 1 of 1. Questions right at once: 5 of 5' '### Step 1: a task' 'You typed:' \
    '    em> e' '✓ Done.' '### Step 2: a question' 'What does E move?' '1. q' '2. theta' 'The answer: 1: q' \
    'You answered:' '    1' '✓ Right.' 'It is 1/2.' '## Where it ended'

fresh
echo mine >notes.md
take wrong 'm\nq uniform; e\n2\n3\n1\n2\n7\n0.5\nfoo\nKL\n1\n1 2 3\n'
says wrong 'Your turn' '> m' 'needs q' '✓' '✗ That is for M.' 'a number from 1 to 2' '✓ Yes.' \
    '✗ That is twice one.' "'hint' helps" '✓ Right.' '✗ Not so' '✓' '✗ Something else'
[ "$(cat notes.md)" = mine ] || { echo 'notes.md was written over'; bad=1; }

# A task takes any way there, and tells what is missing only after a step.
fresh
take ways 'print 1\nq uniform\nm\ntheta p=0.6,0.5\ne\n'
says ways 'Your turn' '> print 1' '> q uniform' '· Not yet: the gap is open' '> m' '> e' '✓' 'Questions'
sed '/> q uniform/,$d' ways.out | grep -q 'Not yet' && { echo 'print is judged'; bad=1; }

# ---- every verb, at a task and at each kind of question ----

fresh
take task 'hint\nhint\nhint\nhint\ninfo\nnext\nplay\nq uniform\nm\nhint\nnext\nprint t, p[1]\nagain\nprevious\nq uniform\nm\nhint\nskip\n'
says task 'Hint: The first plain hint' 'Hint: The last hint' 'The answer:' 'All kinds' \
    'step 1 of 7' 'This step is still open' 'nothing here counts' "next' goes back" \
    'Back to step 1' '> print t, p[1]' '0.6' 'Your turn' 'This is the first step' 'You took an M' \
    'Skipped' 'Questions'
# play, again and previous bring the state back.
fresh
take back 'theta p=0.7,0.3\nplay\nload faithful\nnext\nprint p[1]\nagain\nprint p[2]\ntheta p=0.6,0.5\ne\nprevious\nprint t, p[1], phase\n'
for pair in 'p[1]=0.7' 'p[2]=0.5' 't, p[1], phase=0  0.6  init'; do
    said=$(grep -F -A 1 "> print ${pair%=*}" back.out | tail -n 1)
    [ "$said" = "${pair#*=}" ] || { echo "print ${pair%=*} says $said"; cat back.out; bad=1; }
done

fresh
take policy 'skip\nshow answer\nskip\n1\n'
"$EMSTEP" -c 'lesson status ./all.md' >policy-status.out
says policy-status 'Step 3 of 7, 1 done. lesson ./all.md goes on there'
says policy 'after 2 attempts' 'The answer' 'Skipped' '✓ Yes.'

# A task that is skipped ends as its answer ends, whatever was typed before: e from θ as it was.
fresh
take moved 'theta p=0.9,0.1\nshow answer\nskip\nplay\nprint p[1]\nprint phase\n'
for pair in 'p[1]=0.6' 'phase=E'; do
    said=$(grep -F -A 1 "> print ${pair%%=*}" moved.out | tail -n 1)
    [ "$said" = "${pair##*=}" ] || { echo "after a skip print ${pair%%=*} says $said"; cat moved.out; bad=1; }
done
fresh
take looked 'print 1\nprevious\nbye\n'
take looked2 'bye\n'
never looked2 'was run again'

for kind in '2:1' '3:0.5' '4:KL' '5:3 2 1' '6:ELBO KL ℓ'; do
    at=${kind%%:*} answer=${kind#*:}
    fresh
    before=$(printf 'e\n1\n0.5\nKL\n3 2 1\n' | sed "$((at - 1))q" | sed 's/$/\\n/' | tr -d '\n')
    take "verbs$at" "${before}next\ninfo\nplay\nm\nprint t\nnext\nskip\nhint\nhint\nshow answer\nagain\nprevious\nnext\n$answer\n"
    says "verbs$at" 'This step is still open' "step $at of 7" 'nothing here counts' '> print t' '1' \
        "Back to step $at" 'after 2 attempts' 'The answer' 'answer>' '✓'
    never "verbs$at" 'rror'
done

# bye and the end of input leave, and the lesson goes on there.
fresh
take bye 'e\nbye\n1\n'
says bye 'answer> bye' 'goes on at step 2 of 7'
take end ''
says end 'Step 2 of 7' 'What does E move' 'goes on at step 2'

# ---- progress ----

# A kill in the middle of a task: what was typed at it is there again, and so is the state.
fresh
mkfifo pipe
"$EMSTEP" lesson ./all.md <pipe >killed.out 2>&1 &
pid=$!
exec 3>pipe
echo 'theta p=0.7,0.3' >&3
echo 'q uniform' >&3
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -qs 'q uniform' "$HOME"/.local/state/emstep/lessons/*.json && break
    sleep 0.2
done
kill -9 $pid
wait $pid 2>/dev/null
exec 3>&-
take resumed 'print p[1], phase\ntheta p=0.6,0.5\ne\n'
says resumed 'what you typed here was run again' '0.7' '✓'
mode=$(stat -c %a "$HOME"/.local/state/emstep/lessons/*.json)
[ "$mode" = 600 ] || { echo "the progress has mode $mode"; bad=1; }

"$EMSTEP" -c 'lesson reset ./all.md' -c 'lesson reset ./all.md' >reset.out
says reset 'all begins anew' 'has not been begun'
take anew ''
says anew 'goes on at step 1'

# The lesson has changed: before the place, behind it, and the place itself.
fresh
take part 'e\n1\nbye\n'
sed -i 's/^The end\.$/That is all./' all.md
take behind ''
says behind 'has changed' 'Step 3 of 7' 'Half of one'
sed -i 's/Half of one/A half of one/' all.md
take there ''
says there 'has changed' 'Step 3 of 7' 'A half of one'

# Progress that is none begins anew, and says so.
for broken in '' '{}' '[1]' '{"format":"emstep lesson progress 1"}' 'nonsense' \
    '{"format":"emstep lesson progress 1","title":"x","at":99,"finished":false,"steps":[]}'; do
    for file in "$HOME"/.local/state/emstep/lessons/*.json; do printf '%s' "$broken" >"$file"; done
    take broken ''
    says broken 'the lesson begins anew'
done

# Without a home it goes all the same.
printf 'e\n' | HOME=/dev/null/home "$EMSTEP" lesson ./all.md >homeless.out 2>&1
says homeless 'cannot be kept' '✓' 'Until next time.'

# ---- from elsewhere ----

check 'a name that is near' 1 "$EMSTEP" -c 'lesson 01-two-coin' <<'END'
-c:1:8: there is no lesson '01-two-coin'; did you mean '01-two-coins'?
  lesson 01-two-coin
         ^~~~~~~~~~~
  lessons lists those that come with emstep; a file of your own will do, too
END
check 'no JSON' 1 "$EMSTEP" --json lesson ./all.md <<'END'
{"error":{"file":"emstep","line":1,"column":8,"message":"a lesson talks with a person, and speaks no JSON","hint":"emstep --json verify checks one; lesson status tells the progress"}}
END

# A script may hold the answers; the session round it stays as it was.
fresh
printf 'load faithful\nlesson ./all.md\ne\n1\nbye\nmodel gmm k=2\n' | "$EMSTEP" >round.out 2>&1
says round '✓' '✓ Yes.' 'goes on at step 3' 'gmm: 2-D, K = 2'

# A stranger's lesson, and whoever takes it, write here and nowhere else.
fresh
mkdir outside
printf 'save ../x.json\nsave %s/outside/x.json\nsave here.json\ne\n' "$TMPDIR" >typed
"$EMSTEP" lesson ./all.md <typed >stranger.out 2>&1
says stranger "does not write '../x.json'" 'does not write' 'saved to here.json' '✓'
[ -z "$(ls outside)" ] && [ ! -e ../x.json ] || { echo 'a lesson wrote outside'; bad=1; }
mkdir there
fresh
printf 'e\n1\n0.5\nkl\n3 2 1\nELBO, KL, LL\n' |
    "$EMSTEP" --output-dir there lesson ./all.md >there.out 2>&1
[ -f there/notes.md ] && [ -f there/all.em ] || { echo 'not in --output-dir'; ls . there; bad=1; }

# Every lesson that comes with emstep can be skipped to its end, where its script runs.
mkdir shipped
cd shipped || exit 1
for lesson in $("$EMSTEP" --json lessons | grep -o '"name":"[^"]*"' | cut -d '"' -f 4); do
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
        printf 'show answer\nskip\n'
    done | "$EMSTEP" --plot=none lesson "$lesson" >walk.out 2>&1
    grep -q 'That was the last step' walk.out || { echo "$lesson does not end:"; tail -n 20 walk.out; bad=1; }
    grep -n '^[^:]*\.md:[0-9]*:[0-9]*: ' walk.out && { echo "in $lesson"; bad=1; }
    "$EMSTEP" --plot=none "$lesson.em" >script.out 2>&1 || { echo "$lesson.em:"; cat script.out; bad=1; }
done
cd .. || exit 1

# At a terminal: ^C comes back to the prompt, ^D leaves, a screenful waits, quit is bye.
if command -v script >/dev/null; then
    fresh
    arguments='lesson ./all.md'
    typed 'e\n2^C\n1\n^D' >terminal.out
    says terminal 'Enter goes on' 'Your turn' 'all binomial 0> e' '✓' 'answer> 2' 'answer> 1' '✓ Yes.' \
        'goes on at step 3 of 7'
    typed 'quit\n' >quit.out
    says quit 'Step 3 of 7' 'answer> quit' 'goes on at step 3'
    { sed '/^# All kinds/q' all.md; seq 1 30 | sed 's/$/ bottles\n/'; sed '1,/^# All/d' all.md; } >long.md
    arguments='lesson ./long.md'
    typed '\nprint 1\ninfo\nprevious\n^C\nplay\nload faithful\nnext\n\n\nhelp\nq\n^D' >long.out
    says long '10 bottles' '— more —' '11 bottles' 'Enter goes on. To try' 'step 1 of 7' \
        'This is the first step' 'nothing here counts' '> load faithful' 'Back to step 1' '30 bottles' \
        'goes on at step 1'
fi

# export in a lesson: pictures of the lesson's own commands and of the learner's, as figures; each
# command once.
fresh
sed 's/^em> theta .*/&\nem> set autoplot trace\nem> e\nem> set autoplot off\nem> plot bound\nem> q uniform/' \
    all.md >drawn.md
printf 'plot q\nplot trace\nexport page.md\nexport page.html\nbye\n' |
    "$EMSTEP" --plot=text lesson ./drawn.md >drawn.out 2>&1
says drawn 'half-step' '→ page.md, page-1.svg … page-4.svg'
for picture in page-1.svg page-2.svg page-3.svg page-4.svg; do
    grep -q "!\[.*\]($picture)" page.md && head -c 5 $picture | grep -q '<?xml' ||
        { echo "no $picture"; cat page.md; bad=1; }
done
[ "$(grep -c '> plot ' page.md)" = 3 ] && [ "$(grep -c '> e$' page.md)" = 1 ] &&
    [ "$(grep -c '^!' page.md)" = 4 ] && [ "$(grep -c '<figure' page.html)" = 4 ] ||
    { echo 'the page of a lesson:'; cat page.md; bad=1; }
grep -n '●\|Enter> \|— more' page.md && { echo 'a picture in characters, or a prompt, is in page.md'; bad=1; }

# ASCII alone.
fresh
printf 'hint\ne\n1\n' | "$EMSTEP" --ascii lesson ./all.md 2>&1 | LC_ALL=C grep -n '[^ -~]' && bad=1

exit $bad
