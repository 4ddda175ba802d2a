#!/bin/sh
# check.sh DIR T CHAPTER... - play the checks of these chapters in order, on the files
# whose objects are in DIR.
#
# Earlier chapters are played in brief, and the first red one ends it: what has broken
# must be mended first. With T, only the matching tests of the last chapter are played.
# What counts is the result file: code that ends the program before or after the tests
# can choose the exit code, but not what was written when the last test had ended.
set -u
dir=$1 pattern=$2
shift 2
for chapter; do last=$chapter; done

# shellcheck disable=SC2003 # the shell takes 08 for octal, expr does not
number() { expr "${1%%-*}" + 0; }

all_passed() { # FILE
    awk 'NR == 1 { same = NF == 2 && $1 == $2 && $2 > 0 } END { exit !(same && $0 == "end") }' "$1"
}

# play CHAPTER [option]...: 0 if green
play() {
    chapter=$1
    shift
    result=$dir/check-${chapter%%-*}${pattern:+.part}.result
    rm -f "$result"
    "$dir/checks-${last%%-*}" "$chapter" "$@" --result "$result"
    code=$?
    if [ -f "$result" ] && [ "$code" -le 1 ]; then
        all_passed "$result"
        return
    fi
    [ "$code" = 2 ] && return 2 # it has said why
    echo "chapter $(number "$chapter"): the check ended before its tests (exit code $code)."
    echo "  Does your code end the program, or run before main?"
    return 1
}

for chapter; do
    if [ "$chapter" = "$last" ]; then
        play "$chapter" ${pattern:+"$pattern"}
        exit
    fi
    [ -n "$pattern" ] && continue
    play "$chapter" --brief && continue
    n=$(number "$chapter")
    if grep -q '^unwritten ' "$dir/check-${chapter%%-*}.result" 2>/dev/null; then
        echo "chapter $n comes before chapter $(number "$last"): make check CH=$n"
        echo "  To begin at chapter $(number "$last") instead, with the earlier ones written: make start CH=$(number "$last")"
    else
        echo "chapter $n broke: mend it first (make check CH=$n)"
        echo "  If it was green before, look at what you changed last."
    fi
    exit 1
done
