# shellcheck shell=sh
# common.sh - what the reader's commands share. They source it from the root of the tree,
# where make runs them. It changes nothing by itself.
#
# A chapter is known by three names: CH=3 as typed, NN=03 as sorted, ID=03-trip as stored.
# shellcheck disable=SC2034 # what is set here is used by those who source it
set -eu

parts="breaker retry item client shared handler"

# Colour only helps: every word it falls on says the same without it.
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    esc=$(printf '\033') && bold="${esc}[1m" good="${esc}[32m" bad="${esc}[31m" plain="${esc}[0m"
else
    bold='' good='' bad='' plain=''
fi

say() { printf '%s\n' "$*"; }
refuse() { printf '%s\n' "$*" >&2; exit 2; } # what was typed cannot be done
title() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }

# --- chapters -----------------------------------------------------------------------

ids() { # 00-green-first 01-a-call-that-hangs ...
    for dir in chapters/[0-9][0-9]-*/; do
        [ ! -d "$dir" ] || basename "$dir"
    done
}

plain_number() { # 03-trip, 03 or 3 -> 3
    n=${1%%-*}
    while [ "${n#0}" != "$n" ] && [ "$n" != 0 ]; do n=${n#0}; done
    say "$n"
}

chapter_names() { # 0, 1, 2 ...
    for id in $(ids); do plain_number "$id"; done | paste -sd, - | sed 's/,/, /g'
}

set_chapter() { # by id
    ID=$1 NN=${1%%-*} DIR=chapters/$1
    CH=$(plain_number "$1")
}

# Sets CH, NN, ID and DIR from the CH that was typed, or refuses.
need_chapter() {
    there="the chapters here are $(chapter_names)"
    [ -n "$(ids)" ] || refuse "There is no chapter here yet: chapters/ holds no folder such as 03-trip."
    [ -n "${CH:-}" ] || refuse "Which chapter? Say, for example, make $1 CH=3; $there."
    for id in $(ids); do
        case $CH in
        "$id") ;;
        *[!0-9]*) continue ;;
        *) [ "$(plain_number "$CH")" = "$(plain_number "$id")" ] || continue ;;
        esac
        set_chapter "$id"
        return
    done
    refuse "There is no chapter CH=$CH; $there."
}

# --- the ladder ---------------------------------------------------------------------

# The newest copy of a file at or below a rung; nothing if there is none.
rung() { # PART NUMBER
    found=''
    for file in solutions/[0-9][0-9]-*/"$1.c"; do
        n=${file#solutions/}
        if [ -f "$file" ] && [ "${n%%-*}" -le "$2" ]; then found=$file; fi
    done
    say "$found"
}

# The state in which chapter CH begins. Before chapter 0 there is only rung 0.
state_before() { rung "$1" $((CH > 0 ? CH - 1 : 0)); } # PART

# --- how far the reader is ----------------------------------------------------------

todos() { # calls of todo() left for chapter CH, as "file:line:task"
    grep -n "todo($1, *[0-9]" chapters/*.c 2>/dev/null |
        sed "s/^\([^:]*:[0-9]*\):.*todo($1, *\([0-9]*\).*/\1:\2/" || true
}

result_file() { # NN
    # shellcheck disable=SC2012 # the names are ours, and ls alone sorts by time
    ls -t "${BUILD:-build}"/chapters/*/check-"$1".result 2>/dev/null | head -n 1
}

# What the last check of chapter NN said, as "passed total"; nothing if it was not run.
result() {
    file=$(result_file "$1")
    if [ -n "$file" ]; then sed -n '1{/^[0-9]* [0-9]*$/p;}' "$file"; fi
}

changed_since() { # was a file of the reader's changed since the check of chapter NN?
    [ -n "$(find chapters/*.c chapters/*.h -newer "$(result_file "$1")")" ]
}

passed() { # is the last check of chapter NN all green?
    # shellcheck disable=SC2046 # two words
    set -- $(result "$1")
    [ $# -eq 2 ] && [ "$1" = "$2" ] && [ "$2" -gt 0 ]
}

# Where the reader stands, as two lines: a sentence, and the one command to go on with. It
# is the first chapter not known to be green, from the one on at which `make start` began.
where_am_i() {
    [ -n "$(ids)" ] || { say "There is no chapter here yet." && say "make doctor" && return; }
    began=$(sed -n 's/^\([0-9]*\)-.* started$/\1/p' .progress 2>/dev/null | tail -n 1)
    for id in $(ids); do
        set_chapter "$id"
        score=$(result "$NN")
        if [ -n "$score" ]; then
            ! passed "$NN" || continue
            say "You are at chapter $CH, ${ID#*-}: ${score% *} of ${score#* } tests pass."
        elif [ "$NN" -lt "${began:-0}" ]; then
            continue
        elif [ "$CH" = 0 ]; then
            say "Start here: read $DIR/README.md, then"
        else
            say "Next is chapter $CH, ${ID#*-}: read $DIR/README.md, then"
        fi
        say "make check CH=$CH"
        return
    done
    say "Every chapter was green when last checked."
    say "make check CH=$CH"
}
