#!/bin/sh
# plot.sh BEFORE WHO [facts] - what `make plot CH=16 [S=slow]` shows: the six storms, with
# tune.txt as shipped and with WHO's, on the same axes. The table is of all six; the picture
# in the terminal is of the one that S names, or else of the one that went worst. Where
# gnuplot is, all six are drawn. With "facts", what the text quotes beside the facts of its
# storms, as lines `key value` for tests/book.sh:
#
#   suspects.all, obvious, left     there are, the seven obvious tests convict, and do not
#   suspects.own                    the book's own scripts convict
#   points.WHO.STORM                WHO: none (no breaker), fuse (opens once, for ever),
#                                   shipped, own (the book's), or the storm whose best it is
#   points.WHO.sum, points.WHO.worst
#   overload.own.FACT               of that storm, with the book's own configuration
#
# Called by tests/reader/plot.sh, which hands down BUILD and MAKE.
set -eu
who=$2 what=${3:-picture}
build=${BUILD:-build} make=${MAKE:-make}
here=chapters/16-break-it-on-purpose own=solutions/16-break-it-on-purpose
plots=$build/plots/16
six=$build/tests/release/six
mkdir -p "$build/plots"

# The reference plays: two configurations are compared here, not two breakers.
for reference in solutions/[0-9][0-9]-*; do :; done
storm=$build/$(basename "$reference")/release/storm
lineup=$build/$(basename "$reference")/san/lineup

# --- facts ----------------------------------------------------------------------------

count() { # FILE: how many suspects there are, and how many it convicts
    "$lineup" --count "$1" || [ $? = 1 ]
}

points() { # WHO TUNE.TXT
    "$six" "$2" | awk -v who="$1" '
        { print "points." who "." $1, $5; sum += $5 }
        NR == 1 || $5 < worst { worst = $5 }
        END { print "points." who ".sum", sum; print "points." who ".worst", worst }'
}

facts() {
    count $here/obvious.txt | awk '
        { print "suspects.all", $1; print "suspects.obvious", $2; print "suspects.left", $1 - $2 }'
    count $own/mine.txt | awk '{ print "suspects.own", $2 }'
    : >"$plots-none.txt"
    echo 'failures_to_open 1' >"$plots-fuse.txt"
    points none "$plots-none.txt"
    points fuse "$plots-fuse.txt"
    points shipped solutions/00-green-first/tune.txt
    points own $own/tune.txt
    for best in tests/storms/*.txt; do points "$(basename "$best" .txt)" "$best"; done
    "$six" --scene overload $own/tune.txt >"$plots-own.json"
    "$storm" run "$plots-own.json" --client tuned --quiet --json - 2>/dev/null |
        sed -n 's/^[[:space:]]*"\(fresh_pct\|recovered_ms\)":[[:space:]]*\(-*[0-9]*\),*$/overload.own.\1 \2/p'
}

if [ "$what" = facts ]; then
    facts
    exit
fi

# --- picture --------------------------------------------------------------------------

refuse() { printf '%s\n' "$*" >&2; exit 2; }

tune=chapters/tune.txt
if [ "$who" != chapters ]; then
    . tests/patched.sh
    rung=$(basename "$who")
    tune=$(texts_after "${rung%%-*}")/tune.txt
fi
[ -f "$tune" ] || refuse "There is no $tune: make start CH=16 puts the one as shipped in its place."
$make -s --no-print-directory CH=16 WHO="$reference" MODE=release "$six" "$storm"

"$six" "$tune" >"$plots-six.facts" || exit 2
names=$(awk '{ print $1 }' "$plots-six.facts")
shown=${S:-$(sort -k 5,5n "$plots-six.facts" | awk 'NR == 1 { print $1 }')}
echo "$names" | grep -qxF -e "$shown" ||
    refuse "There is no storm S=$shown; the six are $(echo "$names" | paste -sd, - | sed 's/,/, /g')."

table() {
    awk '
        BEGIN { form = "  %-9s %7s %7s %9s %7s %8s\n"
            printf form, "storm", "missed", "wasted", "back, ms", "points", "shipped" }
        { printf form, $1, $2, $3, $4, $5, $6; sum += $5; old += $6 }
        END { printf form, "all", "", "", "", sum, old }' "$plots-six.facts"
}

draw() { # STORM
    "$six" --scene "$1" "$tune" >"$plots-$1.json"
    for client in shipped tuned; do
        "$storm" run "$plots-$1.json" --client $client --quiet --csv "$plots-$1-$client.csv"
    done
    set -- "$1" "shipped=$plots-$1-shipped.csv" "tuned=$plots-$1-tuned.csv"
    if [ "$1" = "$shown" ]; then
        printf '\n%s, as shipped and tuned; S=name shows another\n' "$1"
        sed -n 's/^[[:space:]]*"about":[[:space:]]*"\(.*\)",*$/\1/p' "$plots-$1.json"
        "$storm" picture "$2" "$3"
    fi
    ! command -v gnuplot >/dev/null || "$storm" plot "$plots-$1.svg" "$2" "$3" --title "$1" >/dev/null
}

echo "Chapter 16: six storms, one configuration"
table
echo "missed: users without a fresh answer; wasted: calls to the backend that brought none"
echo "back: from the fault's end until all is well; -1: never"
for name in $names; do draw "$name"; done
if cmp -s "$tune" solutions/00-green-first/tune.txt; then
    echo "$tune is as shipped, so both are alike."
fi
! command -v gnuplot >/dev/null || echo "The same as pictures: $plots-*.svg"
