# shellcheck shell=sh
# common.sh - what the reader's commands share. They source it from the root of the tree,
# where make runs them. It changes nothing by itself.
#
# A chapter is known by three names: CH=3 as typed, NN=03 as sorted, ID=03-trip as stored.
set -eu

parts="breaker retry client shared handler"

# Colour only helps: every word it falls on says the same without it.
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    esc=$(printf '\033') && bold="$esc[1m" good="$esc[32m" bad="$esc[31m" plain="$esc[0m"
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

# The newest copy of a file in a rung whose number is -lt or -le NN; nothing if there is none.
rung() { # PART -lt|-le NN
    found=''
    for file in solutions/[0-9][0-9]-*/"$1.c"; do
        [ -f "$file" ] || continue
        n=${file#solutions/}
        if [ "${n%%-*}" "$2" "$3" ]; then found=$file; fi
    done
    say "$found"
}

# The state in which chapter NN begins. Before chapter 0 there is only rung 00.
state_before() { # PART NN
    if [ "$2" = 00 ]; then rung "$1" -le 00; else rung "$1" -lt "$2"; fi
}

# --- how far the reader is ----------------------------------------------------------

todos() { # calls of todo() left for chapter CH, as "file:line:task"
    grep -n "todo($1, *[0-9]" chapters/*.c 2>/dev/null |
        sed "s/^\([^:]*:[0-9]*\):.*todo($1, *\([0-9]*\).*/\1:\2/" || true
}

# What the last check of chapter NN said, as "passed total"; nothing if it was not run.
result() {
    # shellcheck disable=SC2012 # the names are ours, and ls alone sorts by time
    file=$(ls -t "${BUILD:-build}"/chapters/*/check-"$1".result 2>/dev/null | head -n 1)
    if [ -n "$file" ]; then sed -n 1p "$file"; fi
}

changed_since() { # was a file of the reader's changed since the check of chapter NN?
    # shellcheck disable=SC2012
    file=$(ls -t "${BUILD:-build}"/chapters/*/check-"$1".result 2>/dev/null | head -n 1)
    [ -n "$(find chapters/*.c chapters/*.h -newer "$file" 2>/dev/null)" ]
}

passed() { # is the last check of chapter NN all green?
    set -- $(result "$1")
    [ $# -ge 2 ] && [ "$1" = "$2" ] && [ "$2" -gt 0 ]
}

# Where the reader stands, as two lines: a sentence, and the one command to go on with.
# It is the first chapter that is not known to be green.
where_am_i() {
    [ -n "$(ids)" ] || { say "There is no chapter here yet."; say "make doctor"; return; }
    for id in $(ids); do
        set_chapter "$id"
        if [ -z "$(result "$NN")" ]; then
            [ "$CH" = 0 ] && say "Start here: read $DIR/README.md, then" ||
                say "Next is chapter $CH: read $DIR/README.md, then"
        elif ! passed "$NN"; then
            say "You are at chapter $CH ($ID): $(result "$NN" | sed 's/ / of /') tests pass."
        else
            continue
        fi
        say "make check CH=$CH"
        return
    done
    if changed_since "$NN"; then
        say "All was green, but your files have changed since."
    else
        say "Every chapter is green. What is left is the cloud: lab/README.md."
    fi
    say "make check CH=$CH"
}
