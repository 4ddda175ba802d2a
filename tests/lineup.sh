#!/bin/sh
# lineup.sh - the suspects of chapter 16 are worth what the chapter says: `make suspects`.
#
# Each is a wrong breaker with a header that says what it believes; the book's own scripts
# convict every one and accuse no right breaker; nobody is convicted by the file as shipped.
# The innocents pass the checks of the breaker's chapters. The book's own configuration is
# worth what the check demands, and none of those that are the best in one storm is. Make
# hands down LINEUP, SIX, LAST, and how it builds (patched.sh).
set -u
. tests/patched.sh
bad=0
complain() { echo "suspects: $*" >&2; bad=1; }

rung=solutions/16-break-it-on-purpose
for patch in tests/suspects/*.patch; do
    for name in misconception 'seen in' theme; do
        [ -n "$(field "$name" "$patch")" ] || complain "$patch: there is no \"$name\""
    done
    grep -q "\"$(field theme "$patch")\"" chapters/16-*/check.c ||
        complain "$patch: no test of chapter 16 asks for the theme $(field theme "$patch")"
done

said=$("$LINEUP" $rung/mine.txt 2>&1) || complain "$rung/mine.txt does not convict all: $said"
all=$(find tests/suspects -name '*.patch' | wc -l)
counted=$("$LINEUP" --count solutions/00-green-first/mine.txt)
[ "$counted" = "$((all)) 0" ] || complain "mine.txt as shipped should convict none of $((all)); it says: $counted"

passes() { # TUNE.TXT: would the check of chapter 16 take it?
    "$SIX" "$1" | awk '$5 < 80 { low = 1 } { sum += $5 } END { exit low || sum < 540 }'
}
passes $rung/tune.txt || complain "$rung/tune.txt is worth less than the check demands: $("$SIX" $rung/tune.txt)"
for best in tests/storms/*.txt; do
    name=$(basename "$best" .txt)
    points=$("$SIX" "$best" | awk -v name="$name" '$1 == name { print $5 }')
    [ "$points" = 100 ] || complain "$best is worth $points points in its own storm"
    ! passes "$best" || complain "$best would pass chapter 16: it says that no best of one storm does"
done
# A right breaker is one that the checks of the breaker's chapters take.
for patch in tests/innocents/*.patch; do
    work=$(mktemp -d)
    [ -n "$(field 'why it is right' "$patch")" ] || complain "$patch: there is no \"why it is right\""
    state_after "${LAST%%-*}" "$work"
    if apply_patch "$patch" "$work" && build_patched "$patch" "$LAST" "$work" "$CHECKER"; then
        for check in chapters/0[3-9]-* chapters/1[01]-*; do
            "$work/check" "$(basename "$check")" >"$work/said" 2>&1 ||
                complain "$patch is not right for $check: $(grep RED "$work/said")"
        done
    else
        complain "$patch: $(cat "$work/said")"
    fi
    rm -rf "$work"
done
[ $bad = 0 ] && echo "suspects: $((all)), all convicted, and no right breaker accused"
exit $bad
