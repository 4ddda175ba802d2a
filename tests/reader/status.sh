#!/bin/sh
# status.sh - `make status`: a board of the chapters, and one command to go on with.
#
# A chapter is green when its check says so, and not before: "written" means only that no
# call of todo() is left for it. The checks leave their counts in build/, this reads them;
# the compiler alone is asked, and only about files of yours that changed since
# it last said yes.
. tests/reader/common.sh

# For all chapters at once, as " 0=4 1=14 ": a program for each chapter would be slow.
all_tests=$(awk '{ n[$1 + 0]++ } END { for (i in n) printf " %d=%d ", i, n[i] }' tests/ids.txt 2>/dev/null || true)
all_todos=$(awk '{ while (match($0, /todo\([0-9]+, *[0-9]/)) {
        n[substr($0, RSTART + 5) + 0]++; $0 = substr($0, RSTART + RLENGTH) } }
    END { for (i in n) printf " %d=%d ", i, n[i] }' chapters/*.c 2>/dev/null || true)

count_of() { # LIST: what it says of the chapter, in $count; 0 if nothing
    case $1 in
    *" $CH="*) count=${1#*" $CH="} && count=${count%% *} ;;
    *) count=0 ;;
    esac
}

tests_column() { # sets tests and colour for the chapter
    colour=''
    if green "$NN"; then
        tests="green  $passed of $played" colour=$good
    elif [ -n "$at" ]; then
        tests="red    $passed of $played" colour=$bad
    else
        count_of "$all_tests"
        tests="not checked"
        [ "$count" = 0 ] || tests="not checked, $count tests"
    fi
    if [ -n "$at" ] && changed_since "$NN" "$at"; then tests="$tests, files changed since"; fi
}

board() {
    printf '  %-2s  %-26s  %-12s  %s\n' '#' chapter written tests
    for id in $(ids); do
        set_chapter "$id"
        tests_column
        count_of "$all_todos"
        if [ "$count" -gt 0 ]; then written="$count to write"
        elif [ -z "$at" ]; then written='-'
        elif grep -q '^unwritten ' "$at"; then written='not yet' # a text, so without a todo()
        else written=yes; fi
        printf '  %2s  %-26s  %-12s  %s%s%s\n' "$CH" "${ID#*-}" "$written" "$colour" "$tests" "$plain"
    done
}

# --- what is yours, and whether it compiles -------------------------------------------

# The files that no rung of the book holds just so; config_error.c is given.
yours() {
    cksum chapters/*.c chapters/*.txt solutions/*/*.c solutions/*/*.txt 2>/dev/null | awk '
        $3 ~ /^solutions/ { book[$1, $2] = 1 }
        $3 ~ /^chapters/ && $3 !~ /config_error/ { sum[$3] = $1 SUBSEP $2 }
        END { for (file in sum) if (!(sum[file] in book)) print file }'
}

compiled() { # FILE: is there an object newer than it and every contract?
    for object in "${BUILD:-build}"/chapters/*/"$(basename "$1" .c).o"; do
        [ -f "$object" ] || continue
        [ -n "$(find "$1" chapters/*.h -newer "$object")" ] || return 0
    done
    return 1
}

# The compiler's first complaint about each file that it would not take.
compile_errors() { # FILE...
    for file; do
        case $file in *.txt) continue ;; esac
        ! compiled "$file" || continue
        # shellcheck disable=SC2046,SC2086 # CC and flags are words
        ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Werror=implicit-function-declaration \
            -Werror=return-type $(pkg-config --cflags libcjson 2>/dev/null) -Ichapters \
            -fsyntax-only "$file" 2>&1 | grep 'error:' | head -n 1
    done
}

tell_errors() { # FILE...
    errors=$(compile_errors "$@")
    [ -n "$errors" ] || return 0
    printf '\n%sThis does not compile, so no check can be played:%s\n' "$bad" "$plain"
    say "$errors" | sed 's/^/    /'
}

# --- when, and what next --------------------------------------------------------------

ago() { # SECONDS
    if [ "$1" -lt 60 ]; then say "less than a minute ago"
    elif [ "$1" -lt 120 ]; then say "a minute ago"
    elif [ "$1" -lt 7200 ]; then say "$(($1 / 60)) minutes ago"
    elif [ "$1" -lt 172800 ]; then say "$(($1 / 3600)) hours ago"
    else say "$(($1 / 86400)) days ago"; fi
}

tell_last_change() { # FILE...
    # shellcheck disable=SC2012 # the names are ours, and ls alone sorts by time
    file=$(ls -t "$@" | head -n 1)
    printf '\nYou last changed %s, %s.\n' "$file" "$(ago $(($(date +%s) - $(date -r "$file" +%s))))"
}

[ -z "$(ids)" ] || board
# shellcheck disable=SC2046 # the names are ours: words
set -- $(yours)
[ $# = 0 ] || { tell_errors "$@" && tell_last_change "$@"; }
where_am_i | {
    read -r where
    read -r next
    printf '\n%s\n    %s%s%s\n' "$where" "$bold" "$next" "$plain"
}
