#!/bin/sh
# hostile.sh - the check withstands whatever a reader's code may do: loop, crash, leave,
# print, not compile. Each case is put into the breaker of chapter 3 in a copy of the
# project, and `make check` is played on it as a reader would.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -R Makefile chapters solutions tests "$work" || exit 1
mkdir "$work/lab" "$work/sim" && cp lab/*.mk "$work/lab" && cp sim/*.mk "$work/sim" || exit 1
rm -rf "$work"/chapters/*.c "$work"/tests/bench
for file in chapters/config_error.c solutions/00-*/*.c solutions/02-*/retry.c solutions/03-*/breaker.c; do
    cp "$file" "$work/chapters/" || exit 1
done
cp "$work/chapters/breaker.c" "$work/right.c"
cp "$work/chapters/03-trip/check.c" "$work/check.c"
unset CI CH T SEED MAKEFLAGS MAKELEVEL CK_DEFAULT_TIMEOUT # CI: a reader may be warned
cases=0 bad=0

# breaker TEXT [TOP]: the right breaker, with TEXT in breaker_record and TOP at the top
breaker() {
    awk -v text="$1" -v top="${2:-}" '{ print }
        /#include "breaker.h"/ { print "#include <assert.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n" top }
        /struct breaker_permit used/ { print text }' "$work/right.c" >"$work/chapters/breaker.c"
}

# play CODE NAME ARG...: make check; its exit code must be CODE, 0 or 1 (make says 2)
play() {
    wanted=$1 name=$2
    shift 2
    cases=$((cases + 1))
    said=$(cd "$work" && make --no-print-directory BUILD=build MODE="$MODE" CC="$CC" check "$@" 2>&1)
    code=$?
    [ "$code" = 0 ] || code=1
    [ "$code" = "$wanted" ] || complain "exit code $code, wanted $wanted"
}

complain() { # the first time in a case, with what was said
    echo "hostile: $name: $*"
    [ "${shown:-}" = "$name" ] || printf '%s\n' "$said" | head -n 40 | sed 's/^/    /'
    shown=$name bad=1
}

says() {
    for words; do
        printf '%s\n' "$said" | grep -qF -e "$words" || complain "does not say \"$words\""
    done
}

never_says() {
    for words; do
        ! printf '%s\n' "$said" | grep -qF -e "$words" || complain "says \"$words\""
    done
}

# died NAME TEXT WORDS...: one test, red, and it says so
died() {
    name=$1
    breaker "$2"
    shift 2
    play 1 "$name" CH=3 T=opens-at-three
    says 'RED' 'chapter 3 trip: 0 passed, 1 failed' 'Read: chapters/03-trip/README.md' "$@"
}

breaker ''
play 0 'the right breaker, built' CH=3
play 0 'the right breaker' CH=3
says 'chapters 0 to 2: 30 passed, 0 failed' 'chapter 3 trip: 14 passed, 0 failed'
never_says 'cc -' 'gcc' 'clang' 'make'
[ "$(printf '%s\n' "$said" | wc -l)" -eq 17 ] || complain 'should be 17 lines'

# A generated "void fail(...)" is a name the test library has a macro for.
breaker 'fail(b); pass();' 'void fail(struct breaker *b); void fail(struct breaker *b) { (void)b; }
static void pass(void) { }'
play 0 'a helper called fail' CH=3

breaker 'breaker_rest(b, now_ms, 0);'
play 0 'todo of a later chapter' CH=3

breaker 'puts("I was here");'
play 0 'prints to find a mistake' CH=3 T=opens-at-three
says 'ok' '| I was here'

breaker '' '__attribute__((constructor)) static void early(void) { puts("before main"); }'
play 0 'prints before main' CH=3
says 'chapters 0 to 2: 30 passed, 0 failed'

# Earlier chapters are first played each in one process: that must hide nothing.
# earlier TEXT: the right retry.c; TEXT is done where a deadline is asked, first in chapter 1
earlier() {
    awk -v text="    if (deadline_ms < DEADLINE_NEVER) { $1 }" '/^#include "todo.h"/ { print "#include <stdio.h>\n#include <stdlib.h>" }
        { print } /^bool deadline_passed/ { getline; print; print text }' \
        solutions/02-*/retry.c >"$work/chapters/retry.c"
}
breaker ''
earlier 'puts("I was here");'
play 0 'an earlier chapter prints' CH=3
says '| I was here' 'chapter 1 a-call-that-hangs: 14 passed' 'chapters 0 to 2: 30 passed, 0 failed'
for text in '*(volatile int *)0 = 1;' 'exit(0);' '_Exit(0);' 'abort();'; do
    earlier "$text"
    play 1 "an earlier chapter: $text" CH=3
    says 'Here it ended' 'chapter 1 broke' 'at the deadline it is too late'
    never_says 'chapter 3 trip'
done
earlier 'for (;;) ;'
play 1 'an earlier chapter does not end' CH=3
says 'it did not end' 'chapter 1 broke'
earlier 'static int calls; if (++calls == 5) return true;'
play 1 'an earlier chapter remembers' CH=3
says 'chapter 1 broke'
cp solutions/02-*/retry.c "$work/chapters"

died 'a null pointer' '*(volatile int *)0 = 1;' 'SIGSEGV' '1 ms  fail  ' 'After three failures in a row'
died 'exit(0)' 'exit(0);' 'it left the program'
died '_exit(0)' '_exit(0);' 'it left the program'
died 'abort' 'abort();' 'SIGABRT'
died 'an assert' 'assert(b->failures_in_row > 77);' 'an assert' 'failures_in_row > 77'
died 'prints for ever' 'for (;;) puts("and on");' 'more than a megabyte'
died 'recursion' 'struct breaker_permit p = {.granted = true}; breaker_record(b, &p, outcome, now_ms); p.granted = false; b->failures_in_row++;' 'RED'
if [ "$MODE" = san ]; then
    died 'beyond an array' 'static volatile int ring[3]; ring[b->failures_in_row + 3] = 1;' \
        'beyond the end of an array' 'breaker.c:'
    died 'overflow' 'volatile int n = 2147483647; n = n + 1;' 'a number grows beyond its type' 'breaker.c:'
fi

breaker '' 'static void early(void) __attribute__((constructor)); static void early(void) { _exit(0); }'
play 1 'leaves before main' CH=3
says 'ended before its tests'

breaker 'outcome = BREAKER_OK;' \
    'static void late(void) __attribute__((destructor)); static void late(void) { _exit(0); }'
play 1 'leaves after main with 0' CH=3 T=opens-at-three
says 'chapter 3 trip: 0 passed, 1 failed'

breaker 'for (;;) ;'
start=$(date +%s)
play 1 'a loop without end' CH=3 T=e
[ $(($(date +%s) - start)) -le 15 ] || complain 'took more than 15 seconds'
says 'it did not end' 'were skipped: three did not end' 'chapter 3 trip: 0 passed, 3 failed'

breaker 'if (b->failures_in_row == 2) return;'
play 1 'a breaker that never opens' CH=3
says '5 ms  open ' '<- you: closed    wanted: open' 'chapter 3 trip: '
[ "$(printf '%s\n' "$said" | grep -c 'Read: ')" -eq 3 ] || complain 'should tell three stories'
never_says "$(printf '\033')"

breaker 'this is not C'
play 1 'does not compile' CH=3
says 'error:' 'chapters/breaker.c:'
never_says 'RED' 'passed' 'fmax' '-std=c11'
[ "$(printf '%s\n' "$said" | grep -c '^make')" -eq 1 ] || complain 'one line of make, please'

cp solutions/00-*/breaker.c "$work/chapters"
play 1 'a stub' CH=3
says 'not written yet: chapter 3, task 1'
cp solutions/00-*/retry.c "$work/chapters"
play 1 'a stub of an earlier chapter' CH=3
says 'not written yet: chapter 1, task 1' 'chapter 1 comes before chapter 3'
cp solutions/02-*/retry.c "$work/chapters"

breaker ''
sed 's/>= deadline_ms/> deadline_ms/' "$work/chapters/retry.c" >"$work/retry.c"
cp "$work/retry.c" "$work/chapters/retry.c"
play 1 'an earlier chapter breaks' CH=3
says 'at the deadline it is too late' 'chapter 1 broke'
never_says 'chapter 2' 'chapter 3 trip'
sed 's/status >= 500/status >= 504/' "$work/retry.c" >"$work/chapters/retry.c"
play 1 'and a test of this chapter tells it, too' CH=3
says 'chapter 1 broke' 'This test of chapter 3 is red, too: make check CH=3 T=backend-spared'
cp solutions/02-*/retry.c "$work/chapters"

# What a teacher reads: all chapters, those after a red one too, and no green by omission.
breaker 'if (b->failures_in_row == 2) return;'
cp "$work/retry.c" "$work/chapters/retry.c"
play 1 'for a teacher' CH=3 TAP=b.tap XML=b.xml JSON=b.json SEED=5
never_says 'chapter 2' 'chapter 3 trip'
said=$(cat "$work/b.tap")
says '1..44' 'not ok 8 - 01-a-call-that-hangs at-the-deadline' 'ok 44 - 03-trip any-history' \
    'not ok 33 - 03-trip opens-at-three' '# wrong: 5 ms open <- you: closed wanted: open'
said=$(cat "$work/b.xml")
says 'name="03-trip" tests="14"' '<failure type="wrong" message="three failures in a row open it, not two, not four">' \
    '5 ms open &lt;- you: closed wanted: open</failure>'
said=$(cat "$work/b.json")
says '{"seed": 5, "passed": ' '{"chapter": 3, "name": "trip", "passed": ' \
    '"id": "opens-at-three"' '"result": "wrong", "why": "5 ms open <- you: closed wanted: open"'
cp solutions/02-*/retry.c "$work/chapters"
play 1 'a file in no folder' CH=3 JSON=none/b.json
says 'JSON=none/b.json: cannot be written'
breaker ''
for seed in x -1 1.5 07 1234567890123456789; do
    play 1 "SEED=$seed" CH=3 SEED=$seed
    says 'a whole number is wanted'
    never_says 'passed'
done
play 0 'a seed' CH=3 SEED=77
says 'chapter 3 trip, SEED=77'

play 1 'no such test' CH=3 T=nonsense
says 'has "nonsense" in its name' 'opens-at-three'
play 1 'no such chapter' CH=99
says 'no such chapter'

for script in '3 fale' '3fail' 'allow' '3 fail a b c d e f g h i j k, ,' '3 call'; do
    sed "s/\"0 allow, 1 fail, 2 allow, 3 fail, 3 closed/\"0 allow, $script/" "$work/check.c" \
        >"$work/chapters/03-trip/check.c"
    play 1 "a misspelt script: $script" CH=3
    says 'the check of chapter 3 is wrong, not you' 'opens-at-three'
    never_says 'RED'
done

echo "hostile: $cases cases, $([ $bad = 0 ] && echo all withstood || echo NOT all withstood)"
exit $bad
