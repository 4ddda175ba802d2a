#!/bin/sh
# gallery.sh - storm gallery does what it says, and sim/GALLERY.md shows what it prints.
#
#   STORM=build/.../storm sh tests/gallery.sh            test; GALLERY=all: every table
#   STORM=build/.../storm sh tests/gallery.sh --write    put fresh tables into the page
#
# Each table of the page stands between <!-- table: NAME --> and <!-- end -->, those of
# gallery.plots.sh between <!-- plot: NAME --> and <!-- end -->. To write takes minutes.
set -u
cd "$(dirname "$0")/.." || exit 2
: "${STORM:?say which storm, as make gallery-test does}"
case $STORM in /*) storm=$STORM ;; *) storm=$PWD/$STORM ;; esac
page=sim/GALLERY.md
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
export LC_ALL=C NO_COLOR=1
failed=0

ok() { echo "ok     gallery: $1"; }
bad() {
    echo "FAILED gallery: $1"
    failed=1
}
same() { # WHAT FILE FILE
    if cmp -s "$2" "$3"; then ok "$1"; else
        bad "$1"
        diff "$2" "$3" | head -20
    fi
}

# What the page has of a scene: the head of the table, its rows, how many hold.
table() { # NAME
    "$storm" gallery "$1" | awk -v name="$1:" '
        BEGIN { print "```text" }
        /recovered after s$/ || on { print }
        index($0, name) == 1 { on = 1 }
        /expectations hold$/ { on = 0 }
        END { print "```" }'
}
# The same of a plot.
plot() { # NAME
    echo '```text'
    STORM=$storm sh tests/gallery.plots.sh table "$1" || echo "gallery.plots.sh failed"
    echo '```'
}
on_page() { # table|plot NAME
    awk -v mark="<!-- $1: $2 -->" '/^<!-- end/ { on = 0 } on { print } $0 == mark { on = 1 }' \
        "$page"
}
marks() { sed -n "s/^<!-- $1: \(.*\) -->\$/\1/p" "$page"; } # table|plot

if [ "${1:-}" = --write ]; then
    for name in $(marks table); do table "$name" >"$tmp/table:$name"; done
    for name in $(marks plot); do plot "$name" >"$tmp/plot:$name"; done
    awk -v from="$tmp/" '/^<!-- end/ { on = 0 } !on { print }
        /^<!-- (table|plot): / { on = 1; while ((getline line < (from $2 $3)) > 0) print line }' \
        "$page" >"$tmp/page" && cat "$tmp/page" >"$page"
    exit
fi

# --- the page and the folder ---------------------------------------------------------
for f in sim/gallery/*.json; do basename "$f" .json; done >"$tmp/scenes"
marks table >"$tmp/tables"
sort "$tmp/tables" >"$tmp/sorted"
same "every scene has its table, and every table its scene" "$tmp/scenes" "$tmp/sorted"
STORM=$storm sh tests/gallery.plots.sh tables | sort >"$tmp/plots"
marks plot | sort >"$tmp/sorted"
same "every plot has its table" "$tmp/plots" "$tmp/sorted"
for f in sim/gallery/*.png; do basename "$f"; done >"$tmp/drawn"
sed -n 's/.*(gallery\/\(.*\.png\)).*/\1/p' "$page" | sort >"$tmp/shown"
same "every picture is shown, and there is every one that is shown" "$tmp/drawn" "$tmp/shown"
grep '^!\[' "$page" | awk 'length($0) < 100' >"$tmp/short"
if [ -s "$tmp/short" ]; then bad "a picture says less than a sentence"; else
    ok "every picture says in words what it shows"
fi
find sim/gallery -name '*.png' -size +150k >"$tmp/large"
if [ -s "$tmp/large" ]; then bad "too large: $(cat "$tmp/large")"; else
    ok "no picture has more than 150 KB"
fi
missing=$(grep -L '"expect"' sim/gallery/*.json)
if [ -n "$missing" ]; then bad "promise nothing: $missing"; else
    ok "every scene promises something"
fi

# --- the tables ----------------------------------------------------------------------
some='s02b-refused s04-gray-errors s17-bulkhead s08-cold-start-500ms trap-window-edge'
few='s04-errors s14-trips'
if [ "${GALLERY:-}" = all ]; then some=$(cat "$tmp/tables") few=$(cat "$tmp/plots"); fi
for name in $some; do
    table "$name" >"$tmp/fresh"
    on_page table "$name" >"$tmp/old"
    same "the table of $name is what storm prints" "$tmp/old" "$tmp/fresh"
done
for name in $few; do
    plot "$name" >"$tmp/fresh"
    on_page plot "$name" >"$tmp/old"
    same "the plot $name is what storm plays" "$tmp/old" "$tmp/fresh"
done

# --- the verb ------------------------------------------------------------------------
"$storm" gallery s02b --seeds 3 --jobs 1 --csv "$tmp/one.csv" >"$tmp/one"
"$storm" gallery s02b --seeds 3 --jobs 3 --csv "$tmp/three.csv" >"$tmp/three"
same "as many jobs as you like" "$tmp/one" "$tmp/three"
same "the same CSV" "$tmp/one.csv" "$tmp/three.csv"
if [ "$(wc -l <"$tmp/one.csv")" -eq 13 ]; then ok "a line for each run"; else
    bad "4 clients and 3 seeds make 13 lines, not $(wc -l <"$tmp/one.csv")"
fi
if "$storm" gallery s02b trap-window-edge --seeds 2 --json - 2>/dev/null |
    python3 -c 'import json, sys; assert len(json.load(sys.stdin)) == 2' 2>/dev/null ||
    ! command -v python3 >/dev/null; then ok "JSON is a list of scenes"; else
    bad "JSON is no list of two"
fi

status() { # WHAT WANTED COMMAND...
    what=$1 wanted=$2
    shift 2
    "$@" >"$tmp/out" 2>"$tmp/err"
    got=$?
    if [ $got -eq "$wanted" ]; then ok "$what"; else bad "$what: exit $got, wanted $wanted"; fi
}
status "an unknown name is wrong usage" 2 "$storm" gallery s02b no-such-scene
grep -q '"no-such-scene"' "$tmp/err" || bad "and it does not say which"
status "two scenes are no picture" 2 "$storm" gallery s02 --plot "$tmp/a.png"
status "all clients play" 2 "$storm" gallery s02b --client none

status "an unknown plot is wrong usage" 2 env STORM="$storm" sh tests/gallery.plots.sh table s99
grep -q '"s99"' "$tmp/err" || bad "and it does not say which"
status "a plot needs a word" 2 env STORM="$storm" sh tests/gallery.plots.sh

# An expectation that cannot hold, in a gallery of its own.
mkdir -p "$tmp/sim/gallery"
sed 's/"expect": \[/&\n{"client": "none", "fact": "opens", "min": 1},/' \
    sim/gallery/s02b-refused.json >"$tmp/sim/gallery/s02b-refused.json"
cd "$tmp" || exit 2
status "what does not hold is a failure" 1 "$storm" gallery --seeds 2
grep -q 'FAILED none: opens holds in 0 of 2 seeds' "$tmp/out" || bad "and it does not say what"
rm "$tmp/sim/gallery/s02b-refused.json"
status "an empty gallery is wrong usage" 2 "$storm" gallery
rmdir "$tmp/sim/gallery"
status "no gallery is wrong usage" 2 "$storm" gallery
exit $failed
