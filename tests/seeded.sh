#!/bin/sh
# seeded.sh [NAME...] - the explorer finds what it is there to find: each patch in
# tests/seeded/ plants one bug in the reference of the shared breaker, and storm explore
# must break the rule that its header names, with a timeline. `make seeded` calls it.
#
# OBJECTS is all of a storm but the reader's files, SOURCES what those are built from;
# CC, FLAGS and LIBS are make's. V=1 shows each timeline.
# shellcheck disable=SC2086 # lists of words
set -eu
: "${OBJECTS:?}" "${SOURCES:?}" "${CC:?}" "${FLAGS:?}" "${LIBS:?}"
here=$(dirname "$0")

field() { sed -n "s/^$1: //p" "$2" | head -n 1; }

fail() {
    echo "seeded: $*"
    exit 1
}

prove_one() { # PATCH
    patch=$1 name=$(basename "$1" .patch)
    rule=$(field 'caught by' "$patch")
    [ -n "$(field misconception "$patch")" ] || fail "$name: no misconception"
    [ -n "$(field 'seen in' "$patch")" ] || fail "$name: no \"seen in\" (- for nowhere)"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/chapters"
    cp $SOURCES "$work/chapters"
    patch -s -f -p1 --fuzz=0 -d "$work" <"$patch" >"$work/said" 2>&1 ||
        fail "$name: does not apply: $(cat "$work/said")"
    $CC $FLAGS -Ichapters "$work"/chapters/*.c $OBJECTS $LIBS -o "$work/storm" 2>"$work/said" ||
        fail "$name: does not build: $(cat "$work/said")"
    status=0
    # shellcheck disable=SC2046 # words of a command line
    "$work/storm" explore $(field explore "$patch") >"$work/out" 2>&1 || status=$?
    found=$(sed -n 's/^Broken: \([a-z-]*\),.*/\1/p' "$work/out")
    [ -z "${V:-}" ] || cat "$work/out"
    [ "$status" = 1 ] || fail "$name: NOT FOUND, status $status: $(tail -n 1 "$work/out")"
    [ "$found" = "$rule" ] || fail "$name: broke \"$found\", wanted \"$rule\""
    echo "$name breaks $rule"
}

if [ "${1:-}" = --one ]; then
    prove_one "$2"
    exit 0
fi
[ $# -gt 0 ] || set -- "$here"/seeded/*.patch
failed=0
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
all=$(printf '%s\n' "$@" | xargs -n 1 -P "$jobs" sh "$0" --one) || failed=1
printf '%s\n' "$all" | sort
found=$(printf '%s\n' "$all" | grep -c ' breaks ') || failed=1
echo "seeded: $found of $# bugs found, each by the rule meant for it"
[ "$failed" = 0 ] && [ "$found" = "$#" ]
