# shellcheck shell=sh
# common.sh - what the reader's commands share. They source it from the root of the tree,
# where make runs them. It changes nothing by itself.
#
# A chapter is known by three names: CH=3 as typed, NN=03 as sorted, ID=03-trip as stored.
# shellcheck disable=SC2034 # what is set here is used by those who source it
set -eu

# The reader's files: six of C, and two texts of chapter 16.
bench="breaker.c retry.c item.c client.c shared.c handler.c mine.txt tune.txt"

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
        [ ! -d "$dir" ] || { dir=${dir#chapters/} && say "${dir%/}"; }
    done
}

number_of() { # 03-trip, 03 or 3 -> 3, in $number: a subshell for each costs a reader time
    number=${1%%-*}
    while [ "${number#0}" != "$number" ] && [ "$number" != 0 ]; do number=${number#0}; done
}

chapter_names() { # 0, 1, 2 ...
    names=''
    for id in $(ids); do
        number_of "$id"
        names="$names${names:+, }$number"
    done
    say "$names"
}

set_chapter() { # by id
    number_of "$1"
    ID=$1 NN=${1%%-*} DIR=chapters/$1 CH=$number
}

# Sets CH, NN, ID and DIR from the CH that was typed, or refuses.
need_chapter() {
    all=$(ids)
    [ -n "$all" ] || refuse "There is no chapter here yet: chapters/ holds no folder such as 03-trip."
    [ -z "${ch:-}" ] || refuse "CH is written in capitals: make $1 CH=$ch"
    [ -n "${CH:-}" ] || refuse "Which chapter? Say, for example, make $1 CH=3; the chapters here are $(chapter_names)."
    case $CH in
    *[!0-9]*) wanted=$CH ;; # 03-trip, or a typo
    *) number_of "$CH" && wanted=$number ;;
    esac
    for id in $all; do
        number_of "$id"
        case $wanted in
        "$id" | "$number")
            set_chapter "$id"
            return
            ;;
        esac
    done
    refuse "There is no chapter CH=$CH; the chapters here are $(chapter_names)."
}

# --- the ladder ---------------------------------------------------------------------

# A teacher may have taken it out, or somebody deleted it. Says what to do, as the Makefile.
need_solutions() { # COMMAND
    for dir in solutions/[0-9][0-9]-*/; do
        [ ! -d "$dir" ] || return 0
    done
    refuse "solutions/ is missing from this clone: make $1 needs it. git checkout solutions brings it back."
}

# The newest copy of a file at or below a rung; nothing if there is none.
rung() { # FILE NUMBER
    found=''
    for file in solutions/[0-9][0-9]-*/"$1"; do
        n=${file#solutions/}
        if [ -f "$file" ] && [ "${n%%-*}" -le "$2" ]; then found=$file; fi
    done
    say "$found"
}

# The state in which chapter CH begins. Before chapter 0 there is only rung 0.
state_before() { rung "$1" $((CH > 0 ? CH - 1 : 0)); } # FILE

# --- how far the reader is ----------------------------------------------------------

todos() { # calls of todo() left for chapter CH, as "file:line:task"
    grep -n "todo($1, *[0-9]" chapters/*.c 2>/dev/null |
        sed "s/^\([^:]*:[0-9]*\):.*todo($1, *\([0-9]*\).*/\1:\2/" || true
}

# What the last check of chapter NN said: $passed of $played, kept in the file $at; all
# empty if it was not run.
look_up() { # NN
    at='' passed='' played='' more=''
    set -- "${BUILD:-build}"/chapters/*/check-"$1".result
    [ -f "$1" ] || return 0
    at=$1
    # shellcheck disable=SC2012 # the names are ours, and ls alone sorts by time
    [ $# = 1 ] || at=$(ls -t "$@" | head -n 1)
    read -r passed played more <"$at" || true
    case "$passed,$played$more" in
    ,* | *, | *[!0-9,]*) at='' passed='' played='' ;;
    esac
}

green() { # NN: was its last check all green?
    look_up "$1"
    [ -n "$passed" ] && [ "$passed" = "$played" ] && [ "$played" -gt 0 ]
}

changed_since() { # NN FILE: a file of the reader's, or the check, after that result
    [ -n "$(find chapters/*.c chapters/*.h chapters/*.txt "chapters/$1"-*/check.c -newer "$2" 2>/dev/null)" ]
}

# Where the reader stands, as two lines: a sentence, and the one command to go on with. It
# is the first chapter not known to be green, from the one on at which `make start` began.
where_am_i() {
    [ -n "$(ids)" ] || { say "There is no chapter here yet." && say "make doctor" && return; }
    began=$(sed -n 's/^\([0-9]*\)-.* started$/\1/p' .progress 2>/dev/null | tail -n 1)
    for id in $(ids); do
        set_chapter "$id"
        ! green "$NN" || continue
        if [ -n "$at" ]; then
            say "You are at chapter $CH, ${ID#*-}: $passed of $played tests pass."
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
