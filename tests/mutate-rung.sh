#!/bin/sh
# mutate-rung.sh [NN] - does a chapter's check see every line that the chapter has written?
# `make mutate-rungs` asks, `make mutate-rungs ONLY=08` of one chapter.
#
# The lines that are new in a rung are changed one at a time (see mutate.awk), and the
# checks up to that chapter are played, its own first. A mutant that they all let pass must
# be listed in tests/mutants-rungs.txt, with the reason why it makes no difference that a
# check may see; a listed one must live. One that does not build does not count.
#
# make hands down how it builds (BUILD MODE CC FLAGS CHECKER LIBS), and CHECKS.
set -u
here=$(dirname "$0") list=tests/mutants-rungs.txt
# shellcheck source=tests/patched.sh
. "$here/patched.sh"

trim() { sed 's/^ *//; s/ *$//'; }

# The lines of a file that are not in its copy below the rung, by number.
new_lines() { # BELOW FILE
    diff "$1" "$2" | awk '/^[0-9,]+[ac][0-9,]+$/ {
        sub(/.*[ac]/, ""); n = split($0, at, ","); for (i = at[1]; i <= at[n]; i++) print i }'
}

# Number, file, line, text of each mutant of a rung.
mutants_of() { # RUNG WORK
    for file in solutions/"$1"/*.c; do
        part=$(basename "$file" .c)
        new_lines "$(before "$part.c" "$1")" "$file" >"$2/lines"
        awk -f tests/mutate.awk "$file" | awk -F '\t' -v part="$part" -v lines="$2/lines" '
            BEGIN { while ((getline line <lines) > 0) new[line] = 1 }
            $2 in new { printf "%s\t%d\t%s\n", part, $2, $3 }'
    done | awk '{ printf "%d\t%s\n", NR, $0 }'
}

function_at() { # LINE FILE
    awk -v at="$1" 'NR > at { exit } /^[a-z].*\(/ { name = $0 }
        END { sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); print name }' "$2"
}

# Plays all checks up to the rung on a mutant, its own first: 0 it lives, 1 it was caught.
survives() { # PROGRAM RUNG
    for check in $(echo "$CHECKS" | tr ' ' '\n' |
        awk -v rung="$2" 'substr($0, 1, 2) <= substr(rung, 1, 2)' | sort -r); do
        MINE=$(texts_after "${2%%-*}") "$1" "$check" >/dev/null 2>&1 || return 1
    done
}

# One line: caught, unbuilt, or "lives", where and how.
try() { # RUNG WORK NUMBER PART LINE TEXT
    file=solutions/$1/$4.c dir=$2/$3
    mkdir "$dir"
    awk -v at="$5" 'NR == at { print ENVIRON["TEXT"]; next } { print }' "$file" >"$dir/$4.c"
    objects=$dir/$4.o
    for part in $linked; do
        [ "$part" = "$4" ] || objects="$objects $BUILD/$1/$MODE/$part.o"
    done
    # shellcheck disable=SC2086 # flags are words
    if ! $CC $FLAGS -w -Ichapters -c "$dir/$4.c" -o "$dir/$4.o" 2>/dev/null ||
        ! $CC $FLAGS $CHECKER $objects $LIBS -o "$dir/check" 2>/dev/null; then
        echo unbuilt
    elif survives "$dir/check" "$1"; then
        printf 'lives %s: %s %s: %s | %s\n' "$1" "$4" "$(function_at "$5" "$file")" \
            "$(sed -n "$5p" "$file" | trim)" "$(printf '%s\n' "$TEXT" | trim)"
    else
        echo caught
    fi
    rm -rf "$dir"
}

if [ "${1:-}" = --worker ]; then # RUNG WORK CORE CORES
    tab=$(printf '\t')
    while IFS="$tab" read -r number part line TEXT; do
        export TEXT
        [ $((number % $5)) -ne "$4" ] || try "$2" "$3" "$number" "$part" "$line"
    done <"$3/all"
    exit 0
fi

# The verdict on a rung; what it found stands in WORK.
mutate_rung() { # RUNG
    work=$(mktemp -d) || exit 1
    mutants_of "$1" "$work" >"$work/all"
    # The rung as it is (there is no such line) must live, or whatever fails would pass for caught.
    case $(TEXT='' try "$1" "$work" 0 "$(head -n 1 "$work/all" | cut -f 2)" 999999) in
    lives*) ;;
    *) echo "mutate-rungs: $1 itself is red" && rm -rf "$work" && return 1 ;;
    esac
    cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) core=0
    while [ $core -lt "$cores" ]; do
        sh "$here/mutate-rung.sh" --worker "$1" "$work" $core "$cores" >"$work/said.$core" &
        core=$((core + 1))
    done
    wait
    cat "$work"/said.* | sed -n 's/^lives //p' | sort >"$work/lived"
    grep "^$1: " $list | awk -F ' => ' '{ print $1 }' | sort >"$work/listed"
    comm -23 "$work/lived" "$work/listed" | sed 's/^/mutate-rungs: lives, and is not listed: /'
    comm -13 "$work/lived" "$work/listed" | sed 's/^/mutate-rungs: listed, but caught now: /'
    printf '%s: %s mutants, %s caught, %s live\n' "$1" "$(wc -l <"$work/all" | tr -d ' ')" \
        "$(cat "$work"/said.* | grep -c '^caught')" "$(wc -l <"$work/lived" | tr -d ' ')"
    cmp -s "$work/lived" "$work/listed"
    as_listed=$?
    rm -rf "$work"
    return $as_listed
}

bad=0
for rung in $CHECKS; do
    case $rung in 00-*) continue ;; "${1:-}"*) ;; *) continue ;; esac
    [ -n "$(find "solutions/$rung" -name '*.c' 2>/dev/null)" ] || continue
    mutate_rung "$rung" || bad=1
done
exit $bad
