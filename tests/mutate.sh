#!/bin/sh
# mutate.sh - is every line tested, of the breaker, of the item, of the fleet's breaker?
# `make mutate` asks.
#
#   sh tests/mutate.sh FILE [first] [last]
#
# Each mutant of FILE (see mutate.awk) is built and run against the test of that file
# (breaker_test, item_test, shared_test), on all cores but at most four, with a time
# limit. A mutant that lives must be listed in
# tests/mutants.txt with the reason why it makes no difference; a listed one must live.
# One that does not build does not count.
# shellcheck disable=SC2086,SC2015 # lists of words, and conditions meant so
set -eu

first=${2:-1} last=${3:-999999}
build=${BUILD:-build} cc=${CC:-cc}
work=$build/mutants list=tests/mutants.txt
cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
[ "$cores" -le 4 ] || cores=4

rm -rf "$work"
mkdir -p "$work"
cp "$1" "$work/original.c" # it may be edited while this runs
file=$work/original.c
awk -f tests/mutate.awk "$file" >"$work/all"
trim() { sed 's/^ *//; s/ *$//'; }

# The parts of the test, its cases, quick ones first, and what else it needs of the
# reference: the newest of each, as the Makefile takes it; what is given lies with yours.
rung=$(dirname "$1")
newest() { find chapters solutions -name "$1.c" | sort | awk -v last="$rung/~" '$0 < last' | tail -1; }
case $(basename "$1") in
breaker.c)
    parts='breaker_test breaker_alone breaker_rows breaker_model breaker_explore' needs=config_error
    cases='rows ring size short jitter explore long' seconds=6 ;;
item.c) parts=item_test needs='' cases='sound holds apply' seconds=6 ;;
shared.c)
    parts='shared_test shared_fleet shared_random shared_check' needs='item breaker config_error'
    cases='stories bugs configuration healthy at-once share random' seconds=100 ;;
*) echo "mutate: which test is that of $1?" >&2; exit 1 ;;
esac
quick=${cases%% *}

# The test without the file, built once, for speed.
objects=
for part in $parts; do
    $cc -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -w -Ichapters -Itests \
        -c "tests/$part.c" -o "$work/$part.o"
    objects="$objects $work/$part.o"
done
for part in $needs; do
    $cc -std=c11 -O2 -w -Ichapters -c "$(newest "$part")" -o "$work/$part.o"
    objects="$objects $work/$part.o"
done
sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all'
libs=$(pkg-config --libs check)

# build_and_run NUMBER SOURCE: 0 it lives, 1 it was caught, 2 it does not build
build_and_run() {
    $cc -std=c11 -O1 -w -Ichapters -c "$2" -o "$work/$1.o" 2>/dev/null || return 2
    $cc $objects "$work/$1.o" $libs -lm -o "$work/$1" 2>/dev/null || return 2
    for part in $cases; do
        CK_RUN_CASE=$part CK_FORK=no timeout $seconds "$work/$1" >/dev/null 2>&1 || return 1
    done
    # What lives so far may have written where it must not.
    $cc -std=c11 -O1 -w $sanitize -Ichapters -c "$2" -o "$work/$1.o" 2>/dev/null &&
        $cc $sanitize $objects "$work/$1.o" $libs -lm -o "$work/$1" 2>/dev/null || return 0
    CK_RUN_CASE=$quick CK_FORK=no timeout $seconds "$work/$1" >/dev/null 2>&1 || return 1
}

function_at() {
    awk -v at="$1" 'NR > at { exit } /^[a-z].*\(/ { name = $0 }
        END { sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); print name }' "$file"
}

# try NUMBER LINE TEXT
try() {
    awk -v at="$2" -v text="$3" 'NR == at { print text; next } { print }' \
        "$file" >"$work/$1.c"
    verdict=0
    build_and_run "$1" "$work/$1.c" || verdict=$?
    case $verdict in
    0) printf '%s: %s | %s\n' "$(function_at "$2")" "$(sed -n "$2p" "$file" | trim)" \
        "$(printf '%s\n' "$3" | trim)" >>"$work/lived.$4" ;;
    1) echo "$1" >>"$work/caught.$4" ;;
    *) echo "$1" >>"$work/unbuilt.$4" ;;
    esac
    rm -f "$work/$1" "$work/$1.o" "$work/$1.c"
}

worker() {
    tab=$(printf '\t')
    while IFS="$tab" read -r number line text; do
        [ $((number % cores)) -eq "$1" ] && [ "$number" -ge "$first" ] &&
            [ "$number" -le "$last" ] || continue
        try "$number" "$line" "$text" "$1"
    done <"$work/all"
}

build_and_run 0 "$file" || { echo "mutate: $1 itself is red" >&2; exit 1; }
core=0
while [ $core -lt "$cores" ]; do
    worker $core &
    core=$((core + 1))
done
wait

count() { cat "$work/$1".* 2>/dev/null | wc -l | tr -d ' '; }
cat "$work"/lived.* 2>/dev/null | sort >"$work/lived" || true
awk -v file="$(basename "$1")" '/^# --- / { inside = $3 == file; next } inside' "$list" |
    grep -v '^#' | grep ' | ' | awk -F ' => ' '{ print $1 }' |
    sort >"$work/listed" || true
comm -23 "$work/lived" "$work/listed" >"$work/new"
comm -13 "$work/lived" "$work/listed" >"$work/gone"
[ "$first" -eq 1 ] && [ "$last" -eq 999999 ] || : >"$work/gone"
sed "s|^|mutate: $1: lives, and is not listed: |" "$work/new"
sed "s|^|mutate: $1: listed, but caught now: |" "$work/gone"
printf '%s: %s mutants: %s caught, %s make no difference, %s survive, %s do not build\n' "$1" \
    "$(wc -l <"$work/all" | tr -d ' ')" "$(count caught)" \
    "$(comm -12 "$work/lived" "$work/listed" | wc -l | tr -d ' ')" \
    "$(wc -l <"$work/new" | tr -d ' ')" "$(count unbuilt)"
[ ! -s "$work/new" ] && [ ! -s "$work/gone" ]
