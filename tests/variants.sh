#!/bin/sh
# variants.sh checks|storms - no check rejects a *different correct* answer. Each file
# tests/variants/PART-name.c is a reader's PART.c written otherwise. `make variants` calls
# this twice, once with the sanitizers and once without, and each variant is built in
# place of that file, all else as the last rung leaves it.
#
#   checks   every chapter's check is green on it, and the random histories of the unit
#            tests keep their promises: of breakers against the model, of a fleet of
#            shared ones after each step
#   storms   500 scenes of storm swarm keep every rule. shared: so does storm explore (2
#            environments, the usual faults). breaker: the scenes of the chapters give
#            the same facts as they do with the reference, run by run
#
# A variant's head may name the one rule of swarm that it breaks by right, since it is asked
# of the book's own client only (sim/swarm.h says of which rules that is so):
#
#    * swarm: I12
#
# Not compared: scenes in which jitter is drawn from a breaker's own generator (which
# draws follow from a seed is not promised); stories of the unit tests that know how many
# races the reference loses, and its draws; and for a breaker that says so in its head
#
#    * model: BREAKER_OWN_SLICES=yes
#
# scenes with a window of time or with slow calls: where slices are cut is its own affair.
#
# OBJECTS are the reader's of the last rung. From make, too: CC FLAGS LIBS, CHECKER and
# CHECKS, MODEL_breaker and MODEL_shared, STORM_OBJECTS.
# shellcheck disable=SC2086 # lists of words
set -eu
: "${OBJECTS:?}" "${CC:?}" "${FLAGS:?}" "${LIBS:?}" "${MODEL_breaker=}" "${MODEL_shared=}"
here=$(dirname "$0")

fail() {
    echo "variants: $*"
    exit 1
}

others() { # PART: the objects without the reference's
    for object in $OBJECTS; do
        case $object in */"$1".o) ;; *) printf '%s ' "$object" ;; esac
    done
}

link() { # PROGRAM OBJECTS: a program with the variant in it
    $CC $FLAGS $2 "$work/variant.o" $LIBS -o "$work/$1" >"$work/said" 2>&1 ||
        fail "$name: $1 does not link: $(cat "$work/said")"
}

# --- checks ---------------------------------------------------------------------------

# Chapter 16 tries the reader's scripts, too: MINE is where those of the last rung lie.
chapters_accept() {
    link check "$CHECKER $(others "$part")"
    for scripts in solutions/*/mine.txt; do :; done
    for chapter in $CHECKS; do
        MINE=${scripts%/*} "$work/check" "$chapter" >"$work/said" 2>&1 ||
            fail "$name is rejected by chapter $chapter: $(cat "$work/said")"
    done
}

# A suite that is not there would be green: count what it has run.
suite_holds() { # SUITE
    CK_RUN_SUITE=$1 env $setting "$work/model" >"$work/said" 2>&1 ||
        fail "$name: $1: $(cat "$work/said")"
    grep -q '^100%: Checks: [1-9]' "$work/said" || fail "there are no tests \"$1\""
}

histories_agree() {
    setting=$(sed -n 's/^ \* model: //p' "$file")
    if [ "$part" = breaker ]; then
        link model "$MODEL_breaker"
        for suite in 'breaker, against a model' 'breaker, by example' 'breaker, alone'; do
            suite_holds "$suite"
        done
    else
        link model "$MODEL_shared"
        suite_holds 'shared, at random'
        suite_holds 'shared, a fleet'
    fi
}

# --- storms ---------------------------------------------------------------------------

comparable() { # SCENE
    [ "$(basename "$1")" != expected.json ] || return 1
    unknown='"open_jitter_pct"'
    grep -q '^ \* model: BREAKER_OWN_SLICES=yes' "$file" &&
        unknown="$unknown|\"window_ms\"|\"slow_ms\""
    ! grep -qE "$unknown" "$1"
}

facts_agree() {
    scenes=0
    for scene in chapters/*/*.json; do
        comparable "$scene" || continue
        scenes=$((scenes + 1))
        for which in reference storm; do
            program=$work/$which
            [ $which = storm ] || program=$STORM
            "$program" sweep "$scene" --seeds 3 --jobs 1 --quiet --csv "$work/$which.csv" \
                >"$work/said" 2>&1 || fail "$name: $scene: $(cat "$work/said")"
        done
        cmp -s "$work/reference.csv" "$work/storm.csv" ||
            fail "$name: $scene: other facts: $(diff "$work/reference.csv" \
                "$work/storm.csv" | head -n 3)"
    done
    [ "$scenes" -ge 12 ] || fail "$name: only $scenes scenes can be compared"
}

swarm_holds() {
    status=0
    excused=$(sed -n 's/^ \* swarm: //p' "$file")
    "$work/storm" swarm --seeds 500 --jobs 1 --quiet >"$work/said" 2>&1 || status=$?
    [ "$status" != 0 ] || return 0
    broken=$(sed -n 's/^[0-9]* broke \([^ ]*\) .*/\1/p' "$work/said")
    [ "$status:$broken" = "1:${excused:-no rule}" ] || fail "$name: storm swarm: $(cat "$work/said")"
}

storms_agree() {
    link storm "$STORM_OBJECTS $(others "$part")"
    swarm_holds
    if [ "$part" = breaker ]; then
        facts_agree
    else
        "$work/storm" explore --environments 2 --quiet >"$work/said" 2>&1 ||
            fail "$name: storm explore: $(cat "$work/said")"
    fi
}

# --------------------------------------------------------------------------------------

prove_one() { # checks|storms FILE
    file=$2 name=$(basename "$2" .c)
    part=${name%%-*}
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    $CC $FLAGS -Werror -Ichapters -c "$file" -o "$work/variant.o" >"$work/said" 2>&1 ||
        fail "$name: does not build: $(cat "$work/said")"
    if [ "$1" = checks ]; then
        chapters_accept
        histories_agree
    else
        storms_agree
    fi
    echo "$name is accepted"
}

if [ "${1:-}" = --one ]; then
    prove_one "$2" "$3"
    exit 0
fi
kind=$1
set -- "$here"/variants/*-*.c
[ -f "$1" ] || fail "there are none"
failed=0
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
all=$(printf '%s\n' "$@" | xargs -n 1 -P "$jobs" sh "$0" --one "$kind") || failed=1
[ "$failed" = 0 ] && [ -z "${V:-}" ] || printf '%s\n' "$all"
passed=$(printf '%s\n' "$all" | grep -c ' is accepted$') || failed=1
what="the storms"
[ "$kind" = storms ] || what="$(printf '%s\n' $CHECKS | wc -l) checks and the random histories"
echo "variants: $passed of $# pass $what"
[ "$failed" = 0 ] && [ "$passed" = "$#" ]
