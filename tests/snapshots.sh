#!/bin/sh
# snapshots.sh [--write] CHAPTER... - the words of a red check, kept whole: what a reader
# sees who has written nothing, and who has written this or that wrong answer.
#
#   tests/snapshots/03-trip/stub.txt                   the check of chapter 3, on the state
#                                                      in which the chapter begins
#   tests/snapshots/03-trip/success-closes.txt         on tests/wrong/03-trip/success-closes.patch
#
# Every chapter that begins red has a stub.txt; the others are those that somebody wants to
# read again when the player changes. To add one: touch the file, make snapshots-write, and
# read what was written. Make hands down BUILD MODE CC FLAGS LIBS CHECKER.
set -u
. tests/patched.sh
write=no
if [ "$1" = --write ]; then write=yes && shift; fi
unset SEED CI
export NO_COLOR=1
all=0 bad=0
work=''
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
complain() { echo "snapshots: $*" >&2; bad=1; }

begins_on() { # CHAPTER: the rung below it, or nothing
    # shellcheck disable=SC2012 # the names are ours
    ls -d solutions/[0-9][0-9]-* | awk -F/ -v chapter="$1" '$2 < chapter { print $2 }' | tail -n 1
}

# The program that holds the check, on a stub or on a wrong answer; nothing if it fails.
program_of() { # CHAPTER NAME
    if [ "$2" = stub ]; then
        ls "$BUILD/$(begins_on "$1")/$MODE/checks-$ALL"
        return
    fi
    patch=tests/wrong/$1/$2.patch
    [ -f "$patch" ] || { echo "there is no $patch" >"$work/said" && return 1; }
    state_after "${1%%-*}" "$work"
    apply_patch "$patch" "$work" && build_patched "$patch" "$1" "$work" "$CHECKER" || return 1
    echo "$work/check"
}

texts_of() { # CHAPTER NAME: the folder of mine.txt and tune.txt
    if [ "$2" = stub ]; then texts_after "$(begins_on "$1" | cut -c1-2)"; else echo "$work/chapters"; fi
}

take() { # CHAPTER NAME: what the check says now, in $work/now
    work=$(mktemp -d)
    program=$(program_of "$1" "$2") || {
        complain "$1 $2: $(cat "$work/said")"
        return 1
    }
    code=0
    MINE=$(texts_of "$1" "$2") "$program" "$1" >"$work/now" 2>&1 </dev/null || code=$?
    [ "$code" = 1 ] || complain "$1 $2: the check ended with $code, not red"
}

compare() { # CHAPTER NAME
    kept=tests/snapshots/$1/$2.txt
    all=$((all + 1))
    if take "$1" "$2"; then
        if [ "$write" = yes ]; then
            cmp -s "$work/now" "$kept" || { cp "$work/now" "$kept" && echo "wrote $kept"; }
        elif ! diff -u "$kept" "$work/now" >"$work/diff"; then
            complain "$kept is not what the check says; if the new words are better: make snapshots-write"
            cat "$work/diff"
        fi
    fi
    rm -rf "$work"
}

for chapter; do
    if [ -n "$(begins_on "$chapter")" ] && [ ! -f "tests/snapshots/$chapter/stub.txt" ]; then
        if [ "$write" = yes ]; then
            mkdir -p "tests/snapshots/$chapter" && : >"tests/snapshots/$chapter/stub.txt"
        else
            complain "$chapter has no stub.txt: make snapshots-write"
        fi
    fi
    for kept in tests/snapshots/"$chapter"/*.txt; do
        [ ! -f "$kept" ] || compare "$chapter" "$(basename "$kept" .txt)"
    done
done
for kept in tests/snapshots/*/; do
    [ -d "chapters/$(basename "$kept")" ] || complain "$kept belongs to no chapter"
done
if [ $bad = 0 ]; then echo "snapshots: $all, each as kept"; else echo "snapshots: $all, NOT each as kept"; fi
[ $bad = 0 ] && [ $all -gt 0 ]
