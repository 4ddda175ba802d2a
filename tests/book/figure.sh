#!/bin/sh
# figure.sh CHAPTER OUT - the storm of a chapter as pictures for the book: on the rung before
# it (OUT/before.*) and beside it on its own (OUT/after.*), drawn by storm.
#
#   NAME.svg     the picture; without gnuplot NAME.txt, as the terminal shows it
#   NAME.alt     the same in words, for who cannot see it
#   NAME.words   what stands below it
#   numbers.md   the facts of both as a table
#
# What is there and newer than scene, storm and this script is kept. A chapter without a
# storm gets nothing. All words and numbers are from the scene and from storm's facts.
set -eu
# shellcheck source=tests/clients.sh
. "$(dirname "$0")/../clients.sh"
chapter=$1 out=$2
build=${BUILD:-build}
scene=chapters/$chapter/scene.json

# Chapter 16 has six storms and two configurations: shown is the storm in which most is to be
# gained, as tests/six.c makes it of the book's own tune.txt.
six=$build/tests/release/six
one_of_six() {
    scene=$build/plots/figure-$chapter.json
    mkdir -p "$build/plots"
    "$six" --scene overload "solutions/$chapter/tune.txt" | tr '\t' ' ' >"$scene.new"
    if cmp -s "$scene.new" "$scene"; then rm "$scene.new"; else mv "$scene.new" "$scene"; fi
}
if [ -f "solutions/$chapter/tune.txt" ] && [ "${chapter%%-*}" != 00 ]; then one_of_six; fi
[ -f "$scene" ] || exit 0
number=${chapter%%-*}
number=${number#0}

rung() { # the storm of the last rung at or below chapter $1
    for dir in solutions/[0-9][0-9]-*; do
        n=$(basename "$dir" | cut -c1-2)
        [ "${n#0}" -gt "$1" ] || found=$dir
    done
    echo "$build/$(basename "$found")/release/storm"
}

after=$(rung "$number")
before=$(rung $((number > 0 ? number - 1 : 0)))
for file in "$scene" "$after" "$before" "$0"; do
    [ -f "$file" ] || { echo "figure.sh: $file is not there: make storms" >&2 && exit 1; }
    [ -z "$(find "$file" -newer "$out/numbers.md" 2>&1)" ] || stale=yes
done
if [ -f "$out/after.txt" ] && command -v gnuplot >/dev/null; then stale=yes; fi
[ -n "${stale:-}" ] || exit 0
rm -rf "$out"
mkdir -p "$out"

# --- play it -------------------------------------------------------------------------

play() { # STORM NAME CLIENT: leaves out/NAME.csv and out/NAME.facts, lines `fact value`
    "$1" run "$scene" --client "$3" --quiet --csv "$out/$2.csv" --json "$out/$2.json" 2>"$out/$2.note" ||
        { cat "$out/$2.note" >&2 && exit 1; }
    sed -n 's/^[[:space:]]*"\([a-z0-9_]*\)":[[:space:]]*\(-*[0-9]*\),*$/\1 \2/p' "$out/$2.json" \
        >"$out/$2.facts"
}
fact() { awk -v fact="$2" '$1 == fact { print $2 }' "$out/$1.facts"; } # NAME FACT

# WeasyPrint 57 stops at currentColor in what is drawn by <use>: name the colour there.
plain_points() { # FILE
    sed "/id='gpPt/s/\(fill\|stroke\)='currentColor'//g
        s/\(<use xlink:href='#gpPt[^>]*\)color='\([^']*\)'/\1fill='\2' stroke='\2'/" "$1" \
        >"$1.new"
    mv "$1.new" "$1"
}

draw() { # NAME LABEL=FILE...
    name=$1
    shift
    if command -v gnuplot >/dev/null; then
        "$after" plot "$out/$name.svg" "$@" --title "The storm of chapter $number" >/dev/null
        plain_points "$out/$name.svg"
    else
        "$after" picture "$@" >"$out/$name.txt"
    fi
}

# --- say it --------------------------------------------------------------------------

about=$(sed -n 's/^ *"about": "\(.*\)",*$/\1/p' "$scene" | head -n 1)
faulty() { awk -F, 'NR > 1 && $2 { found = 1 } END { exit !found }' "$out/$1.csv"; } # NAME

seconds() { awk -v ms="$1" 'BEGIN { printf "%.1f", ms / 1000 }'; }

recovery() { # NAME
    ms=$(fact "$1" recovered_ms)
    if [ "$ms" -lt 0 ]; then
        echo "In what is left of the run it does not come back for good."
    else
        echo "$(seconds "$ms") s after the fault all is well again."
    fi
}

breaker() { # NAME
    opens=$(fact "$1" opens)
    case $opens in
    0) echo "No breaker opens." && return ;;
    1) often=once ;;
    *) often="$opens times" ;;
    esac
    echo "A breaker opens $often, first $(seconds "$(fact "$1" opened_after_ms)") s after the" \
        "fault has begun."
}

sentences() { # NAME
    if ! faulty "$1"; then
        echo "$(fact "$1" run_fresh_pct) of 100 requests get a fresh answer in time, and the" \
            "backend is called $(fact "$1" attempts_per_s) times a second."
        return
    fi
    echo "Before the fault $(fact "$1" before_fresh_pct) of 100 requests get a fresh answer in" \
        "time, and the backend is called $(fact "$1" before_attempts_per_s) times a second." \
        "In the fault $(fact "$1" fresh_pct) of 100 are fresh, $(fact "$1" stale_pct) answered" \
        "by a fallback, $(fact "$1" refused_pct) refused at once, $(fact "$1" failed_pct) failed," \
        "$(fact "$1" no_room_pct) found no worker free; the backend is called" \
        "$(fact "$1" attempts_per_s) times a second; half of the users have their answer" \
        "within $(fact "$1" fault_p50_ms) ms. $(breaker "$1") $(recovery "$1") In the last ten" \
        "seconds $(fact "$1" end_fresh_pct) of 100 are fresh, at" \
        "$(fact "$1" end_attempts_per_s) calls a second."
}

panels="From top to bottom, over time: requests by what became of them, calls to the"
panels="$panels backend, the breaker's state, the time to an answer."

numbers() { # the facts that are not nought, before and after; a run alone has no before
    awk -v alone="$1" '
        BEGIN { if (alone) print "| fact | value |\n| :--- | ---: |"
                else print "| fact | before | after |\n| :--- | ---: | ---: |" }
        $1 == "seed" || $1 == "events" { next }
        NR == FNR { before[$1] = $2; next }
        $2 != 0 || before[$1] != 0 {
            print "| `" $1 "` | " (alone ? "" : before[$1] " | ") $2 " |" }' \
        "$out/before.facts" "$out/after.facts"
}

case $scene in
*/figure-*) client_of_before=shipped client_of_after=tuned before=$after ;;
*) client_of_before=$(client_before "$scene") client_of_after=$(client_after "$scene") ;;
esac
play "$before" before "$client_of_before"
play "$after" after "$client_of_after"
if [ "$number" = 0 ]; then
    draw after "run=$out/after.csv"
    echo "$about $panels $(sentences after)" >"$out/after.alt"
    echo "The storm of chapter $number. $about" >"$out/after.words"
else
    draw before "before=$out/before.csv"
    echo "$about $panels $(sentences before)" >"$out/before.alt"
    echo "The storm of chapter $number, before you begin. $about" >"$out/before.words"
    draw after "before=$out/before.csv" "after=$out/after.csv"
    echo "The same storm twice, on the same axes. $panels Left, before the chapter:" \
        "$(sentences before) Right, after it: $(sentences after)" >"$out/after.alt"
    echo "The same storm, before and after chapter $number." >"$out/after.words"
fi
numbers "$([ "$number" != 0 ] || echo 1)" >"$out/numbers.md"
