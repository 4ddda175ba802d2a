#!/bin/sh
# commands.sh - types the reader's commands, wrongly too, on a made-up bench of four short
# chapters, so that every expected word is known here. commands-real.sh goes on with the
# real ones.
# shellcheck source=tests/typing.sh
. "$(dirname "$0")/typing.sh"

# --- a made-up bench ----------------------------------------------------------------
bench=$tmp/bench
mkdir -p "$bench/tests" "$bench/chapters" "$bench/solutions" && cd "$bench" || exit 2
cp -r "$here/tests/reader" "$here/tests/reader.mk" tests/
cat >Makefile <<'END'
BUILD := build
include tests/reader.mk
.DEFAULT_GOAL := help
check:
	@echo "checked $(CH)"
END
t 2 "There is no chapter here yet" m hint CH=1
for id in 00-green 01-hang 02-again 08-rates; do
    mkdir "chapters/$id" "solutions/$id"
done
for part in breaker retry item client shared handler; do
    echo "extern int $part; /* rung 0 */" >"solutions/00-green/$part.c"
done
cat >>solutions/00-green/retry.c <<'END'
void todo(int chapter, int task);
void f(void);
void f(void) { todo(1, 2); todo(8, 1); }
END
echo "extern int retry; /* rung 1 */" >solutions/01-hang/retry.c
echo "extern int retry; /* rung 2 */" >solutions/02-again/retry.c
echo "extern int breaker; /* rung 8 */" >solutions/08-rates/breaker.c
echo "# rung 0" >solutions/00-green/mine.txt
echo "# rung 8" >solutions/08-rates/mine.txt
cp solutions/00-green/*.* chapters/
echo "/* given */" >chapters/breaker.h
cat >chapters/01-hang/hints.md <<'END'
# Hints
## task 1
### 1
one-one
### 2
one-two
## Task 2: with a name
### 1
two-one
### 2
two-two
### 3
two-three
END
printf 'question: How many?\nOf all.\nanswer: 5 | five\nwhy: Because.\n\nquestion: Allowed?\nanswer: no\nwhy: Full.\n' \
    >chapters/01-hang/predict.txt
mkdir -p tests/wrong/01-hang
printf 'misconception: later is fine\nseen in: -\n\n--- a/x\n+++ b/x\n-good\n+bad\n' >tests/wrong/01-hang/too-late.patch

# each of them: no chapter, and chapters that are none
for command in hint start reveal predict wrong; do
    t 2 "Which chapter? Say, for example, make $command CH=3; the chapters here are 0, 1, 2, 8." m $command
    t 2 "CH is written in capitals: make $command CH=1" m $command ch=1
    t 2 "There is no chapter CH=3; the chapters here are 0, 1, 2, 8." m $command CH=3
done
for typo in 99 -1 1x lab '*' '' '1 2' 08-rate 123456789012345678901234567890; do
    t 2 "the chapters here are 0, 1, 2, 8." m hint "CH=$typo"
done
t 2 "the chapters here are" m watch CH=7

# a chapter without its CH=: nothing is run, the workbook's own check least of all
for command in check hint start reveal predict wrong watch; do
    t 2 "Did you mean make $command CH=1?" m $command 1
    silent checked
done
t 2 "Did you mean make check CH=02?" m 02 check
t 2 "Did you mean make check CH=15?" m 15
t 0 "checked 1" m check CH=1
t 2 "No rule to make target '1x'" m 1x

# where the reader is
t 0 "Start here: read chapters/00-green/README.md" m
t 0 "make check CH=0" m help
t 0 "1 to write    not checked" m status
case $said in *"1  hang                        1 to write"*"8  rates                       1 to write"*) ;; *)
    complain "counts what is left to write wrongly" m status ;;
esac
mkdir -p build/chapters/san
printf '3 3\npass a\nend\n' >build/chapters/san/check-00.result
t 0 "green  3 of 3" m status
t 0 "Next is chapter 1, hang" m status
printf '2 9\npass a\nend\n' >build/chapters/san/check-01.result
t 0 "You are at chapter 1, hang: 2 of 9 tests pass." m
t 0 "red    2 of 9" m status
printf 'wrong a\nwrong b\n' >build/chapters/san/check-01.result
t 0 "Next is chapter 1" m status
printf '0 0\nend\n' >build/chapters/san/check-01.result
t 0 "You are at chapter 1" m status
touch -t 200001010000 build/chapters/san/check-00.result
t 0 "green  3 of 3, files changed since" m status

touch build/chapters/san/check-00.result
mkdir -p chapters/00-green && touch -t 203001010000 chapters/00-green/check.c # the check itself changed
t 0 "green  3 of 3, files changed since" m status
rm chapters/00-green/check.c
printf '02-again a\n02-again b\n' >tests/ids.txt
t 0 "not checked, 2 tests" m status
silent "does not compile"
silent "You last changed"
echo "/* given */" >chapters/config_error.c
t 0 "make check CH=1" m status
silent "You last changed"
rm chapters/config_error.c

# status of files that were worked on, and of those that no compiler takes
echo '/* mine */' >>chapters/item.c
t 0 "You last changed chapters/item.c, less than a minute ago." m status
silent "does not compile"
touch -d '3 hours ago' chapters/item.c
t 0 "You last changed chapters/item.c, 3 hours ago." m status
touch -d '50 hours ago' chapters/item.c
t 0 "You last changed chapters/item.c, 2 days ago." m status
touch chapters/item.c
echo 'int f(void) { return 1 }' >>chapters/item.c
t 0 "This does not compile, so no check can be played:" m status
case $said in *chapters/item.c:3:*error:*) ;; *) complain "names no line" m status ;; esac
t 0 "make check CH=1" m status
touch build/chapters/san/item.o # says make: it was compiled after the last change
t 0 "make check CH=1" m status
silent "does not compile"
touch -t 200001010000 build/chapters/san/item.o
t 0 "This does not compile" m status
cp solutions/00-green/item.c chapters/
t 0 "make check CH=1" m status
silent "does not compile"
silent "You last changed"

# hint: the level, the task
t 0 "two-one" m hint CH=1
silent one-one
silent two-two
t 0 "More: make hint CH=1 L=2 TASK=2" m hint CH=01
t 0 "one-two" m hint CH=01-hang TASK=1 L=2
t 0 "make reveal CH=1" m hint CH=1 L=3
for typo in 0 4 x '1 2' -1; do t 2 "the levels are 1, 2 and 3" m hint CH=1 "L=$typo"; done
for typo in 0 3 x -1 '.*'; do t 2 "its tasks are 1, 2." m hint CH=1 "TASK=$typo"; done
t 2 "has no hints" m hint CH=2

# predict: asks, keeps, shows; asked again it shows only
t 2 "No answer to question 1" m predict CH=1
t 2 "No answer to question 2" type_in "$(printf 'Five \n.')" sh -c "head -n 1 | $make predict CH=1"
t 0 "you said   No." type_in "No.
" m predict CH=1
t 0 "it is      5, as you said" m predict CH=1
t 0 "it is      no, as you said" m predict CH=1
t 0 "01-hang predict 1 = Five" cat .progress
# shellcheck disable=SC2016 # what a reader typed must come back as it is
sed 's/Five/$(touch oops) `id` "7" \\n %s/' .progress >p && mv p .progress
# shellcheck disable=SC2016
t 0 'you said   $(touch oops) `id` "7" \n %s' m predict CH=1
silent "5, as you said"
t 0 "asks for no prediction" m predict CH=2
t 0 "Of all." m predict CH=1
rm .progress # what is no answer of the kind is asked for again
t 2 "A number, please; or an empty line" type_in "x" m predict CH=1
t 0 "you said   seven" type_in "x
seven
perhaps
0
yes
" m predict CH=1
t 0 "you said   yes" m predict CH=1
cp chapters/01-hang/predict.txt p.txt && rm .progress
printf 'question: Then?\nanswer: same | the same\nchoices: better | worse | same\nwhy: So.\n' >chapters/01-hang/predict.txt
t 0 "One of: better, worse, same, please" type_in "0
much better
" m predict CH=1
t 0 "you said   much better" m predict CH=1
mv p.txt chapters/01-hang/predict.txt

# wrong: only once the check is green
t 2 "First your own answer" m wrong CH=1
t 0 "later is fine" m wrong CH=1 FORCE=1
printf '9 9\npass a\nend\n' >build/chapters/san/check-01.result
t 0 "+bad" m wrong CH=1
t 0 "keeps no wrong answers" m wrong CH=2
# read by somebody who has soon seen enough: head takes one line and goes
long=tests/wrong/01-hang/long.patch
awk 'BEGIN { for (i = 0; i < 20000; i++) print "+a line that fills the pipe", i }' >$long
t 0 "wrong answers that the check of chapter 1 rejects" sh -c "$make --no-print-directory wrong CH=1 | head -n 1"
silent Error
t 0 "wrong answers" sh -c "$make --no-print-directory wrong CH=1 | { read -r line; echo \"\$line\"; }"
silent Error
rm $long

# reveal: asks; shows the rung against the state before it
t 2 "make reveal CH=2 YES=1" m reveal CH=2
silent "rung 2"
t 0 "+extern int retry; /* rung 2 */" m reveal CH=2 YES=1
t 0 "-extern int retry; /* rung 1 */" m reveal CH=2 YES=1
t 0 "-extern int breaker; /* rung 0 */" m reveal CH=8 YES=1
t 0 "+# rung 8" m reveal CH=8 YES=1
t 0 "no answer to reveal" m reveal CH=0
if script -qec true /dev/null >/dev/null 2>&1; then # a terminal to ask on
    t 0 "Not shown." type_in 'n
' script -qec "$make reveal CH=2" /dev/null
    t 0 "retry; /* rung 2 */" type_in 'y
' script -qec "$make reveal CH=2" /dev/null
fi

# no ladder in this clone
mv solutions away
for command in start reveal; do
    t 2 "solutions/ is missing from this clone: make $command needs it." m $command CH=2 YES=1
done
t 0 "make check CH=2" m status
mv away solutions

# start: the state before the chapter; what was there is kept
echo mine >chapters/retry.c
echo mine too >chapters/breaker.c
echo "# my scripts" >chapters/mine.txt
t 0 "Your files as they were: chapters/backup-1" m start CH=8
same chapters/retry.c solutions/02-again/retry.c
same chapters/breaker.c solutions/00-green/breaker.c
t 0 mine cat chapters/backup-1/retry.c
t 0 "mine too" cat chapters/backup-1/breaker.c
same chapters/mine.txt solutions/00-green/mine.txt
t 0 "# my scripts" cat chapters/backup-1/mine.txt
t 0 "Next is chapter 8" m status
t 0 "already. Nothing was changed." m start CH=08
for n in 00 01 02 08; do printf '3 3\nend\n' >build/chapters/san/check-$n.result; done
t 0 "Every chapter was green" m status
t 0 "backup-2" m start CH=2
same chapters/retry.c solutions/01-hang/retry.c
t 0 "Next is chapter 2" m status
t 0 "backup-3" m start CH=0
same chapters/retry.c solutions/00-green/retry.c
cp chapters/backup-1/* chapters/ # as it says to undo
t 0 mine cat chapters/retry.c
t 0 "# my scripts" cat chapters/mine.txt
t 1 "" test -e chapters/backup-4
t 1 "" test -e chapters/backup-1.unfinished
t 1 "" test -e chapters/.new
rm solutions/*/handler.c && echo "mine" >chapters/handler.c
t 0 "backup-4" m start CH=1
t 0 mine cat chapters/handler.c

# nothing but start writes a file of the reader's
rm .progress
cksum chapters/*.c >"$tmp/before"
for command in status help hint predict doctor; do m $command CH=1 </dev/null >/dev/null 2>&1; done
m wrong CH=1 FORCE=1 >/dev/null && m reveal CH=2 YES=1 >/dev/null
cksum chapters/*.c >"$tmp/after"
same "$tmp/before" "$tmp/after"
t 0 6 sh -c 'ls chapters/*.c | grep -c .'

# watch: checks at once, again after a save, and ends when told to; where nothing tells it
# of a save, and where something does
seen() { # COUNT: wait until it has checked so often
    waited=0
    while [ "$(grep -c '^checked 1' "$tmp/watched")" -lt "$1" ] && [ $waited -lt 100 ]; do
        sleep 0.1 && waited=$((waited + 1))
    done
}
watch_once() { # PATH: with these tools
    PATH=$1 MAKE="$make" CH=1 sh tests/reader/watch.sh >"$tmp/watched" 2>&1 &
    watcher=$!
    seen 1
    touch chapters/retry.c # saved, but the same
    sleep 1.2
    echo changed >>chapters/retry.c
    seen 2
    sleep 1.2
    kill -TERM $watcher
    ended=0
    wait $watcher || ended=$?
    t 0 "0" echo $ended
    t 0 "Stopped watching." cat "$tmp/watched"
    t 0 "2" grep -c '^checked 1' "$tmp/watched"
    silent 3
}
polling=$tmp/polling waking=$tmp/waking
mkdir "$polling" "$waking"
for tool in sh cksum sleep sed grep make ls find basename paste awk tail head date cat; do
    ln -s "$(command -v $tool)" "$polling/$tool"
done
watch_once "$polling"
# As inotifywait does: ends when a file was written, or after its -t seconds.
cat >"$waking/inotifywait" <<'END'
#!/bin/sh
echo "$*" >>"$0.asked"
before=$(cksum chapters/*.c)
for i in 1 2 3 4 5 6; do [ "$before" = "$(cksum chapters/*.c)" ] || exit 0; sleep 0.5; done
exit 2
END
chmod +x "$waking/inotifywait"
watch_once "$waking:$PATH"
t 0 "chapters chapters/01-hang" cat "$waking/inotifywait.asked"

# step.sh
t 0 "ok fine" sh "$here/tests/step.sh" fine true
silent hello
t 3 "FAILED broken" sh "$here/tests/step.sh" broken sh -c 'echo hello; exit 3'
t 3 "hello" sh "$here/tests/step.sh" broken sh -c 'echo hello; exit 3'
t 2 "usage" sh "$here/tests/step.sh" broken
t 0 "FAILED broken" cat build/steps

typed_all "reader's commands, made-up bench" 100
