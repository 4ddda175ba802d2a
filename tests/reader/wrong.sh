#!/bin/sh
# wrong.sh - `make wrong CH=3`: the wrong answers that the check of chapter 3 rejects, to be
# read once it accepts yours: each is a misconception, mostly somebody's real bug.
. tests/reader/common.sh
need_chapter wrong

set -- tests/wrong/"$ID"/*.patch
[ -f "$1" ] || { say "Chapter $CH keeps no wrong answers." && exit 0; }
if [ "${FORCE:-}" != 1 ] && ! green "$NN"; then
    refuse "First your own answer: make check CH=$CH is not green yet. (FORCE=1 shows them all the same.)"
fi

title "$# wrong answers that the check of chapter $CH rejects. Before you read on in each:"
say "which test catches it, and at which millisecond?"
awk -v bold="$bold" -v plain="$plain" '
    function caught() { if (by != "") print "\nCaught by the test " by; by = "" }
    FNR == 1 {
        caught()
        name = FILENAME
        gsub(/^.*\/|\.patch$/, "", name)
        gsub(/-/, " ", name)
        print "\n" bold "--- " name plain }
    sub(/^caught by: /, "") { by = $0; next }
    $0 != "seen in: -"
    END { caught() }' "$@"
