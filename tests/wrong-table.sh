#!/bin/sh
# wrong-table.sh - `make wrong-table`: the wrong answers as a table in Markdown, for the
# book: what was believed, where it was seen, which test catches it (`make wrong-answers`
# proves that), and which of the seven obvious tests (tests/obvious.c) would have.
#
# An obvious test counts if the right answer of that chapter passes it and the wrong one
# does not. What does not change breaker.c is none of theirs: a dash.
set -eu
here=$(dirname "$0")
. tests/patched.sh

red_tests() { # RESULT: ids, one a line
    awk '$1 ~ /^(wrong|endless|crashed|unwritten)$/ { print $2 }' "$1"
}

# Which obvious tests the right answer of a chapter passes, kept for its wrong answers.
right_passes() { # CHAPTER
    objects=''
    for part in $linked; do
        objects="$objects $BUILD/$1/$MODE/$part.o"
    done
    # shellcheck disable=SC2086 # lists of words
    $CC $FLAGS $OBVIOUS $objects $LIBS -o "$dir/$1"
    "$dir/$1" obvious --result "$dir/$1.result" >/dev/null 2>&1 || true
    awk '$1 == "pass" { print $2 }' "$dir/$1.result" >"$dir/$1.passed"
}

# The row of one wrong answer; what the obvious tests said is its last column.
row() { # PATCH
    chapter=$(basename "$(dirname "$1")")
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    said='-'
    if grep -q '^+++ b/chapters/breaker.c' "$1"; then
        if ! state_after "${chapter%%-*}" "$work" || ! apply_patch "$1" "$work" ||
            ! build_patched "$1" "$chapter" "$work" "$OBVIOUS"; then
            echo "wrong-table: $1: $(cat "$work/said")" >&2
            exit 1
        fi
        "$work/check" obvious --result "$work/result" >/dev/null 2>&1 || true
        said=$(red_tests "$work/result" | grep -xFf "$dir/$chapter.passed" | paste -sd, - | sed 's/,/, /g')
    fi
    # shellcheck disable=SC2016 # the backquotes are Markdown's
    printf '| %d | %s | %s | %s | `%s` | %s |\n' "$(printf '%s' "${chapter%%-*}" | sed 's/^0\(.\)/\1/')" \
        "$(basename "$1" .patch | tr - ' ')" "$(field misconception "$1" | sed 's/|/\\|/g')" \
        "$(field 'seen in' "$1" | sed 's/|/\\|/g')" "$(field 'caught by' "$1")" "${said:-none}"
}

if [ "${1:-}" = --row ]; then
    dir=$2
    row "$3"
    exit 0
fi

set -- tests/wrong/*/*.patch
[ -f "$1" ] || { echo "wrong-table: there are no wrong answers" >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
for chapter in tests/wrong/*/; do
    ! grep -q '^+++ b/chapters/breaker.c' "$chapter"*.patch || right_passes "$(basename "$chapter")"
done
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
printf '%s\n' "$@" | xargs -n 1 -P "$jobs" sh "$here/wrong-table.sh" --row "$dir" >"$dir/rows"

awk -F ' [|] ' '
    { said = $NF; sub(/ \|$/, "", said) }
    said == "-" { next }
    { breakers++ }
    said == "none" { through++ }
    END { printf "%d wrong answers. %d of them are a wrong breaker: the seven obvious tests reject %d of\n" \
              "these and let %d through. `make wrong-answers` proves that the checks reject every one.\n",
              NR, breakers, breakers - through, through }' "$dir/rows"
sort -t '|' -k 2,2n -k 3,3 "$dir/rows" | awk '
    { sub(/^\| /, ""); n = $1; sub(/^[0-9]+ \| /, "| ") }
    n != chapter || NR == 1 {
        chapter = n
        printf "\n### Chapter %d\n\n", n
        print "| wrong answer | what was believed | seen in | caught by | the seven obvious tests |"
        print "| --- | --- | --- | --- | --- |"
    }
    { print }'
