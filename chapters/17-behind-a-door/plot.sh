#!/bin/sh
# plot.sh BEFORE WHO [facts] - what `make plot CH=17` shows in place of a storm: the visits
# of visits.h at three doors: that of the rung before, the tempting one, and WHO's. With
# "facts", the same as lines `before.right 16`, for tests/book.sh.
#
# Called by tests/reader/plot.sh, which hands down BUILD and MAKE.
set -eu
before=$1 who=$2 what=${3:-picture}
build=${BUILD:-build} make=${MAKE:-make}
door() { echo "$build/$(basename "$1")/release/door"; }
tempting=$build/tests/release/door/tempting
for one in "$before" "$who"; do $make -s --no-print-directory WHO="$one" door; done

if [ "$what" = facts ]; then
    "$(door "$before")" --facts | sed 's/^/before./'
    "$tempting" --facts | sed 's/^/tempting./'
    "$(door "$who")" --facts | sed 's/^/after./'
    exit
fi

marks=$build/plots/17
mkdir -p "$build/plots"
"$(door "$before")" --marks >"$marks-before.marks"
"$tempting" --marks >"$marks-tempting.marks"
"$(door "$who")" --marks >"$marks-yours.marks"
echo "Chapter 17: the same visitors at three doors"
echo "What each of them gets:   . what is right   x something else   ! a crash: 500"
echo
awk -F'|' -v last="$marks-yours.marks" '
    BEGIN { printf "  %-24s %-14s %-14s %s\n", "who comes", "before", "tempting", "yours" }
    { name[FNR] = $1; row[FNR] = row[FNR] sprintf(" %-14s", $2); if (FNR > rows) rows = FNR }
    END { for (i = 1; i <= rows; i++) printf "  %-24s%s\n", name[i], row[i] }' \
    "$marks-before.marks" "$marks-tempting.marks" "$marks-yours.marks" | sed 's/ *$//'
count() { awk -F'|' '{ n += gsub(/\./, "", $2) } END { print n + 0 }' "$marks-$1.marks"; }
awk -v b="$(count before)" -v t="$(count tempting)" -v y="$(count yours)" \
    'BEGIN { printf "  %-24s %-14s %-14s %s\n\n", "right", b, t, y }'
if cmp -s "$marks-before.marks" "$marks-yours.marks"; then
    echo "Yours is as before: nothing of chapter 17 is written yet."
else
    "$(door "$who")" >"$marks-yours.words"
    if [ -s "$marks-yours.words" ]; then
        echo "Not yet right at yours:"
        cat "$marks-yours.words"
    else
        echo "At yours each of them gets what is right. The storm itself, through this door:"
        echo "make lab-local, and in a second terminal lab/lab load, lab/lab plot."
    fi
fi
