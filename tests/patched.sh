# shellcheck shell=sh
# patched.sh - a wrong answer, built. Sourced by those who play one: wrong.sh,
# wrong-table.sh, snapshots.sh. Make hands down how it builds: BUILD MODE CC FLAGS LIBS.
#
#   work=$(mktemp -d)
#   state_after 03 "$work"                  chapters/*.c as they stand after rung 03, and
#                                           the two text files of chapter 16
#   apply_patch "$patch" "$work"            the wrong answer on top
#   build_patched "$patch" 03-trip "$work" "$CHECKER"    -> $work/check
#
# Each returns non-zero if it cannot, and $work/said has the reason.

field() { # NAME PATCH: a line of the header
    sed -n "s/^$1: //p" "$2" | head -n 1
}

newest() { # FILE NN: the newest copy at or below a rung
    # shellcheck disable=SC2012 # the names are ours
    ls -d solutions/*/"$1" | awk -F/ -v nn="$2" 'substr($2, 1, 2) <= nn' | tail -n 1
}

before() { # FILE RUNG: the newest copy below a rung
    # shellcheck disable=SC2012 # the names are ours
    ls -d solutions/*/"$1" | awk -v rung="solutions/$2/" '$0 < rung' | tail -n 1
}

yours="breaker retry item client shared handler" # the reader's files, without .c
# shellcheck disable=SC2034 # for those who source this
linked="$yours config_error" # and what is given beside them

state_after() { # NN DIR
    mkdir -p "$2/chapters"
    for part in $yours; do
        cp "$(newest "$part.c" "$1")" "$2/chapters/$part.c"
    done
    cp chapters/config_error.c "$2/chapters" # given
    cp "$(texts_after "$1")"/*.txt "$2/chapters/"
}

# Where mine.txt and tune.txt of a rung lie; the check of chapter 16 finds them by MINE.
texts_after() { # NN
    dirname "$(newest mine.txt "$1")"
}

apply_patch() { # PATCH WORK
    patch -s -f -p1 --fuzz=0 -d "$2" <"$1" >"$2/said" 2>&1
}

# Only the files that the patch names are compiled, the rest is as make built it. From
# within WORK, so that messages name chapters/breaker.c and not a temporary folder.
build_patched() { # PATCH CHAPTER WORK OBJECTS
    objects=''
    headers=$PWD/chapters
    for file in "$3"/chapters/*.c; do
        part=$(basename "$file" .c)
        if grep -q "^+++ b/chapters/$part.c" "$1"; then
            objects="$objects $3/$part.o"
            # shellcheck disable=SC2086 # flags are words
            (cd "$3" && $CC $FLAGS -I"$headers" -c "chapters/$part.c" -o "$part.o") \
                >"$3/said" 2>&1 || return 1
        else
            objects="$objects $BUILD/$2/$MODE/$part.o"
        fi
    done
    # shellcheck disable=SC2086
    $CC $FLAGS $4 $objects $LIBS -o "$3/check" >"$3/said" 2>&1
}
