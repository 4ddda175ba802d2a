#!/bin/sh
# hostile.sh - the check withstands whatever a reader's code may do: loop, crash, leave,
# print, not compile. Each case is put into the breaker of chapter 3 in a copy of the
# project, and `make check` is played on it as a reader would.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -R Makefile chapters solutions tests "$work" || exit 1
rm -rf "$work"/chapters/*.c "$work"/tests/bench
for file in solutions/00-*/*.c solutions/02-*/retry.c solutions/03-*/breaker.c; do
    cp "$file" "$work/chapters/" || exit 1
done
cp "$work/chapters/breaker.c" "$work/right.c"
cp "$work/chapters/03-trip/check.c" "$work/check.c"
unset CI CH T SEED MAKEFLAGS MAKELEVEL CK_DEFAULT_TIMEOUT # CI: a reader may be warned
cases=0 bad=0

# breaker TEXT [TOP]: the right breaker, with TEXT in breaker_record and TOP at the top
breaker() {
    awk -v text="$1" -v top="${2:-}" '{ print }
        /#include <stddef.h>/ { print "#include <assert.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n" top }
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
says 'chapter 0 green-first: 4 passed' 'chapter 3 trip: 14 passed, 0 failed'
never_says 'cc -' 'gcc' 'clang' 'make'
[ "$(printf '%s\n' "$said" | wc -l)" -eq 19 ] || complain 'should be 19 lines'

# A generated "void fail(...)" is a name the test library has a macro for.
breaker 'fail(b); pass();' 'void fail(struct breaker *b); void fail(struct breaker *b) { (void)b; }
static void pass(void) { }'
play 0 'a helper called fail' CH=3

breaker 'breaker_rest(b, now_ms, 0);'
play 0 'todo of a later chapter' CH=3

breaker 'puts("I was here");'
play 0 'prints to find a mistake' CH=3 T=opens-at-three
says 'ok' '| I was here'

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
cp solutions/02-*/retry.c "$work/chapters"

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
