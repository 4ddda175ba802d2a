#!/bin/sh
# wrong.sh [NN] - every wrong answer in tests/wrong/NN-name/ applies to the state after
# its rung, builds without error, and is rejected by the test that its header names.
# What does not build, or says "not written yet", has not been caught. Called by
# `make wrong-answers`, which hands down how make builds (BUILD MODE CC FLAGS CHECKER LIBS).
set -u
here=$(dirname "$0")
# shellcheck source=tests/patched.sh
. "$here/patched.sh"

miss() { # PATCH what is wrong
    echo "wrong-answers: $*"
    exit 1
}

prove_one() { # PATCH
    patch=$1
    chapter=$(basename "$(dirname "$patch")")
    id=$(field 'caught by' "$patch")
    [ -n "$(field misconception "$patch")" ] || miss "$patch: no misconception"
    [ -n "$(field 'seen in' "$patch")" ] || miss "$patch: no \"seen in\" (- for nowhere)"
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    state_after "${chapter%%-*}" "$work"
    apply_patch "$patch" "$work" || miss "$patch: does not apply: $(cat "$work/said")"
    build_patched "$patch" "$chapter" "$work" "$CHECKER" ||
        miss "$patch: does not build: $(cat "$work/said")"
    MINE=$work/chapters "$work/check" "$chapter" --result "$work/result" >"$work/said" 2>&1
    [ $? = 1 ] || miss "$patch: NOT CAUGHT by any test"
    grep -q "^[a-z]* $id " "$work/result" || miss "$patch: there is no test \"$id\""
    grep -qE "^(wrong|endless|crashed) $id " "$work/result" ||
        miss "$patch: $id should have caught it; these did: $(rejecters "$work/result")"
    echo "$chapter $(basename "$patch" .patch) caught by $id$(others "$id" "$work/result")"
}

rejecters() { awk '/^(wrong|endless|crashed) / { printf "%s ", $2 }' "$1"; }
others() { rejecters "$2" | awk -v id="$1" '{ n = NF - 1 } END { if (n > 0) printf " and %d more", n }'; }

if [ "${1:-}" = --one ]; then
    prove_one "$2"
    exit 0
fi

missed=0
for check in chapters/"${1:-}"*/check.c; do # no chapter goes without
    chapter=$(basename "$(dirname "$check")")
    [ "$(find "tests/wrong/$chapter" -name '*.patch' 2>/dev/null | wc -l)" -ge 4 ] && continue
    echo "wrong-answers: $chapter has fewer than four" >&2
    missed=1
done

set -- tests/wrong/"${1:-}"*/*.patch
[ -f "$1" ] || { echo "wrong-answers: there are none" >&2; exit 1; }
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
all=$(printf '%s\n' "$@" | xargs -n 1 -P "$jobs" sh "$here/wrong.sh" --one) || missed=1
printf '%s\n' "$all" | grep '^wrong-answers:' >&2
[ -z "${V:-}" ] || printf '%s\n' "$all" | grep -v '^wrong-answers:' | sort
caught=$(printf '%s\n' "$all" | grep -c ' caught by ')
echo "wrong-answers: $caught of $# rejected, each by the test meant for it"
[ "$missed" = 0 ] && [ "$caught" = "$#" ]
