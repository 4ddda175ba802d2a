#!/bin/sh
# wrong.sh - `make wrong CH=3`: the wrong answers that the check of chapter 3 rejects, to be
# read once it accepts yours: each is a misconception, mostly somebody's real bug.
. tests/reader/common.sh
need_chapter wrong

set -- tests/wrong/"$ID"/*.patch
[ -f "$1" ] || { say "Chapter $CH keeps no wrong answers." && exit 0; }
if [ "${FORCE:-}" != 1 ] && ! passed "$NN"; then
    refuse "First your own answer: make check CH=$CH is not green yet. (FORCE=1 shows them all the same.)"
fi

title "$# wrong answers that the check of chapter $CH rejects. Before you read on in each:"
say "which test catches it, and at which millisecond?"
for patch; do
    say
    title "--- $(basename "$patch" .patch | tr - ' ')"
    sed '/^caught by: /d; /^seen in: -$/d' "$patch"
    say
    sed -n 's/^caught by: /Caught by the test /p' "$patch"
done
