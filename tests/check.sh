#!/bin/sh
# check.sh DIR T CHAPTER... - play the checks of these chapters in order, on the files
# whose objects are in DIR.
#
# Earlier chapters are played in brief, and the first red one ends it: what has broken
# must be mended first. With T, only the matching tests of the last chapter are played.
# What counts is the result file: code that ends the program before or after the tests
# can choose the exit code, but not what was written when the last test had ended.
#
# For whom a machine reads what came out, a teacher say: TAP=file, XML=file, JSON=file
# (tests/results.sh). A file has all chapters in it; those after a red one are then played
# too, in silence. SEED=number draws other numbers in the tests that draw by chance.
set -u
here=$(dirname "$0")
dir=$1 pattern=$2
shift 2
for last; do :; done
program=$dir/checks-${last%%-*}

# Chapter 16 tries two text files, too: the reader's, or those of a rung.
who=${dir%/*}
who=${who##*/}
if [ "$who" != chapters ]; then
    # shellcheck source=tests/patched.sh
    . "$here/patched.sh"
    MINE=$(texts_after "${who%%-*}")
    export MINE
fi
files=${TAP:-}${XML:-}${JSON:-}

# shellcheck disable=SC2003 # the shell takes 08 for octal, expr does not
number() { expr "${1%%-*}" + 0; }
result_of() { printf '%s\n' "$dir/check-${1%%-*}${pattern:+.part}.result"; }

# Of these results, how many are all green, and how many tests passed in those. One
# program for all: a few for each chapter would cost more than playing it.
count_green() { # RESULT...
    awk 'function close_last() { if (same && line == "end") { green++; passed += n } same = 0 }
        FNR == 1 { close_last(); same = NF == 2 && $1 == $2 && $2 > 0; n = $1 }
        { line = $0 }
        END { close_last(); print green + 0, passed + 0 }' /dev/null "$@"
}

all_passed() { # CHAPTER
    [ -f "$(result_of "$1")" ] || return 1
    case $(count_green "$(result_of "$1")") in '1 '*) ;; *) return 1 ;; esac
}

refuse() { printf '%s\n' "$*" >&2 && exit 2; }
can_write() { # NAME FILE
    [ -z "$2" ] || (: >"$2") 2>/dev/null || refuse "$1=$2: cannot be written; is there such a folder?"
}
ask_first() {
    case ${SEED:-0} in
    *[!0-9]* | 0?* | ???????????????????*) refuse "SEED=$SEED: a whole number is wanted, with no 0 in front, of at most 18 digits." ;;
    esac
    can_write TAP "${TAP:-}"
    can_write XML "${XML:-}"
    can_write JSON "${JSON:-}"
}

# play CHAPTER [option]...: 0 if green
play() {
    chapter=$1
    shift
    result=$(result_of "$chapter")
    rm -f "$result"
    "$program" "$chapter" "$@" --result "$result"
    code=$?
    if [ -f "$result" ] && [ "$code" -le 1 ]; then
        all_passed "$chapter"
        return
    fi
    [ "$code" = 2 ] && return 2 # it has said why
    echo "chapter $(number "$chapter"): the check ended before its tests (exit code $code)."
    echo "  Does your code end the program, or run before main?"
    return 1
}

# What broke an earlier chapter may be told better by a test of the one that the reader is in:
# the first red one there, if most are green. Histories drawn by chance tell it worse.
told_here() {
    glance=$dir/check-${last%%-*}.glance
    rm -f "$glance"
    "$program" "$last" --result "$glance" >/dev/null 2>&1
    awk 'NR == 1 { near = 2 * $1 >= $2 }
        near && /^(wrong|endless|crashed) / && $2 != "any-history" { print $2; exit }' "$glance" 2>/dev/null
    rm -f "$glance"
}

broken() { # CHAPTER: an earlier one
    n=$(number "$1")
    if grep -q '^unwritten ' "$(result_of "$1")" 2>/dev/null; then
        echo "chapter $n comes before chapter $(number "$last"): make check CH=$n"
        echo "  To begin at chapter $(number "$last") instead, with the earlier ones written: make start CH=$(number "$last")"
    else
        echo "chapter $n broke: mend it first (make check CH=$n)"
        echo "  If it was green before, look at what you changed last."
        id=$(told_here)
        [ -z "$id" ] || echo "  This test of chapter $(number "$last") is red, too: make check CH=$(number "$last") T=$id"
    fi
}

play_quickly() { # CHAPTER...: what is green and silent leaves its result
    "$program" --quick "$dir" "$@" >/dev/null 2>&1
    results=''
    for earlier; do
        [ ! -f "$dir/check-${earlier%%-*}.result" ] || results="$results $dir/check-${earlier%%-*}.result"
    done
    # shellcheck disable=SC2046,SC2086 # the names are ours
    set -- $# $(count_green $results)
    [ "$1" = "$2" ]
}

play_properly() { # CHAPTER...: those that are not known to be green; 0 if all are
    for earlier; do
        all_passed "$earlier" || play "$earlier" --brief || {
            [ $? -lt 2 ] || exit 2
            broken "$earlier"
            return 1
        }
    done
}

play_earlier() { # CHAPTER...: those before the last; 0 if all are green
    play_quickly "$@" || play_properly "$@" || return 1
    results=''
    for earlier; do results="$results $dir/check-${earlier%%-*}.result"; done
    # shellcheck disable=SC2086
    passed=$(count_green $results)
    if [ $# -gt 1 ]; then
        echo "chapters $(number "$1") to $(number "$earlier"): ${passed#* } passed, 0 failed"
    else
        echo "chapter $(number "$1") ${1#*-}: ${passed#* } passed, 0 failed"
    fi
}

play_the_rest() { # CHAPTER...: those that a red one kept from being played
    for chapter; do
        [ -f "$(result_of "$chapter")" ] || play "$chapter" >/dev/null 2>&1
    done
}

write_files() { # CHAPTER...
    sh "$here/results.sh" "$program" "$dir" "${pattern:+.part}" "$@" ||
        refuse "the results could not be written."
}

ask_first
status=0
if [ -n "$pattern" ]; then
    play "$last" "$pattern" || status=$?
    set -- "$last"
else
    before='' old=''
    for chapter; do
        [ "$chapter" = "$last" ] || before="$before $chapter"
        old="$old $dir/check-${chapter%%-*}.result"
    done
    # shellcheck disable=SC2086 # the names are ours, here and below
    rm -f $old
    # shellcheck disable=SC2086
    if [ -z "$before" ] || play_earlier $before; then
        play "$last" || status=$?
    else
        status=1
        [ -z "$files" ] || play_the_rest "$@"
    fi
fi
[ -z "$files" ] || [ "$status" = 2 ] || write_files "$@"
exit "$status"
