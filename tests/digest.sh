#!/bin/sh
# digest.sh - the same scene and seed give the same run, whatever built the simulator.
#
#   digest.sh           compare every build with tests/golden/digests.txt
#   digest.sh --write   write that file from the first build, after all agree
#
# A build is left out, and said to be, when its compiler is not here. Each lies in a
# folder of its own under $BUILD/digest, so objects never mix.
set -eu
: "${BUILD:=build}" "${MAKE:=make}" "${WHO:=solutions/15-one-scout-for-the-fleet}"
golden=tests/golden/digests.txt
unset MAKEFLAGS MFLAGS MAKELEVEL
bad=0 first='' built=0
# shellcheck disable=SC2010 # the names are ours
all=$(ls sim/scenes/*.json sim/gallery/*.json chapters/*/*.json | grep -v /expected.json)

# build NAME CC MODE FLAGS TARGET: one program of one build
build() {
    $MAKE --no-print-directory -s -j2 BUILD="$BUILD/digest/$1" WHO="$WHO" \
        CC="$2" MODE="$3" CFLAGS="$4" CI= "$BUILD/digest/$1/tests/$3/digest/$5"
}

# try NAME CC MODE FLAGS: build it, play all scenes, compare with the first build
try() {
    out=$BUILD/digest/$1.txt program=$BUILD/digest/$1/tests/$3/digest
    if ! command -v "$2" >/dev/null; then
        echo "  $1: left out, there is no $2 here"
        return
    fi
    mkdir -p "$BUILD/digest"
    build "$1" "$2" "$3" "$4" play
    scenes=$BUILD/digest/$1.scenes
    if [ "$2" = musl-gcc ]; then # has no cJSON: it gets the scenes as the first read them
        scenes=$BUILD/digest/$first.scenes
    else
        build "$1" "$2" "$3" "$4" scenes
        # shellcheck disable=SC2086 # a list of files
        "$program/scenes" $all >"$scenes"
    fi
    "$program/play" <"$scenes" >"$out"
    built=$((built + 1))
    if [ -z "$first" ]; then
        first=$1
        echo "  $1: $(wc -l <"$out") runs"
    elif cmp -s "$BUILD/digest/$first.txt" "$out"; then
        echo "  $1: the same"
    else
        bad=1
        echo "  $1: DIFFERS from $first"
        diff "$BUILD/digest/$first.txt" "$out" | head -6
    fi
}

echo "Every scene, every client, seed 1:"
try gcc-O3 gcc plain '-O3'
try gcc-O0 gcc plain '-O0'
try gcc-native gcc plain '-O3 -march=native'
try gcc-san gcc san '-O1'
try clang-O0 clang plain '-O0'
try clang-native clang plain '-O3 -march=native'
try musl-O2 musl-gcc plain '-O2 -static'
[ -n "$first" ] || { echo "digest: no compiler found" >&2; exit 1; }
[ $bad = 0 ] || { echo "digest: the builds do not agree" >&2; exit 1; }

if [ "${1:-}" = --write ]; then
    mkdir -p tests/golden
    [ -f $golden ] || : >$golden
    diff $golden "$BUILD/digest/$first.txt" && echo "$golden: nothing changed"
    cp "$BUILD/digest/$first.txt" $golden
elif cmp -s $golden "$BUILD/digest/$first.txt"; then
    echo "$built builds agree with each other and with $golden"
else
    echo "digest: the runs are not those of $golden (old <, new >):" >&2
    diff $golden "$BUILD/digest/$first.txt" >&2 || true
    echo "If that is meant, make golden writes it anew." >&2
    exit 1
fi
