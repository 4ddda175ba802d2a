#!/bin/sh
# book.sh [--update] - the chapters tell the truth. CHAPTER=07-late-news asks only that one.
#
# For every chapter: its scenes are played on the rung before it and on its own, or what its
# plot.sh shows in place of a storm, and every fact in expected.json must come out the same
# (--update writes them anew). Every number
# in the text that carries a mark, 335<!--=before.attempts_per_s-->, must be that fact.
# Every C block must stand in the file it is taken from, every red block must be printed
# by the check. The list of invariants is the list of tests.
set -eu
. tests/clients.sh
build=${BUILD:-build}
update=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

bad() {
    echo "FAILED $*"
    failed=1
}

rung() { # the last rung at or below chapter $1
    for dir in solutions/[0-9][0-9]-*; do
        n=$(basename "$dir" | cut -c1-2)
        [ "${n#0}" -le "$1" ] && found=$dir
    done
    echo "$found"
}

storm() { echo "$build/$(basename "$1")/release/storm"; }

# facts FILE KEY WHO CLIENT: lines `KEY.fact value`
facts() {
    "$(storm "$3")" run "$1" --client "$4" --quiet --json - 2>/dev/null |
        sed -n "s/^[[:space:]]*\"\([a-z0-9_]*\)\":[[:space:]]*\(-*[0-9]*\),*$/$2.\1 \2/p" |
        grep -v -e '\.seed ' -e '\.events '
}

# All facts of a chapter: before.x and after.x for scene.json, name.before.x for the
# others, name.client.x for scenes that compare several clients.
chapter_facts() {
    after=$(rung "$2")
    before=$(rung $(($2 > 0 ? $2 - 1 : 0)))
    for file in "$1"/*.json; do
        name=$(basename "$file" .json)
        [ -f "$file" ] || continue
        [ "$name" != expected ] || continue
        prefix=$([ "$name" = scene ] || echo "$name.")
        if [ "$(clients "$file" | wc -l)" -gt 1 ]; then
            for c in $(clients "$file"); do facts "$file" "$prefix$c" "$after" "$c"; done
        else
            c=$(clients "$file")
            facts "$file" "${prefix}before" "$before" "$c"
            facts "$file" "${prefix}after" "$after" "$c"
        fi
    done
    [ ! -f "$1/plot.sh" ] || BUILD=$build sh "$1/plot.sh" "$before" "$after" facts
}

to_json() {
    awk 'BEGIN { print "{" } NR > 1 { print "," }
         { printf "  \"%s\": %s", $1, $2 } END { print "\n}" }' "$1"
}

check_facts() {
    chapter_facts "$1" "$2" >"$work/facts"
    to_json "$work/facts" >"$work/expected.json"
    [ "$update" != --update ] || cp "$work/expected.json" "$1/expected.json"
    if ! diff "$1/expected.json" "$work/expected.json" >"$work/diff"; then
        bad "$1/expected.json: the storm shows something else:"
        head -n 20 "$work/diff"
    fi
}

# `**8**<!--=key-->` and `6,000<!--=key-->`: the number right before the mark.
check_numbers() { # TEXT, against $work/facts
    grep -o '[-0-9.,]*\**<!--=[^>]*-->' "$1" | while IFS= read -r mark; do
        key=$(echo "$mark" | sed 's/.*<!--=\(.*\)-->/\1/')
        number=$(echo "$mark" | sed 's/<!--.*//; s/[*,]//g')
        value=$(awk -v key="$key" '$1 == key { print $2 }' "$work/facts")
        [ "$number" = "$value" ] || echo "$1: $key is ${value:-unknown}, the text says $number"
    done >"$work/wrong"
    [ ! -s "$work/wrong" ] || { bad "numbers:" && cat "$work/wrong"; }
}

check_invariants() {
    for checks in "$build/$(basename "$(rung "$2")")"/san/checks-*; do :; done # the last
    "$checks" "$(basename "$1")" --list >"$work/tests" ||
        bad "$1: its check does not list its tests"
    awk '/^## What (will be|is) true/ { on = 1; next } /^## / { on = 0 }
         on && /^[0-9]+\. / { sub(/^[0-9]+\. /, ""); sub(/\.$/, ""); print tolower($0) }' \
        "$1/README.md" >"$work/invariants"
    sed 's/^ *[0-9]* *[^ ]* *//' "$work/tests" | tr '[:upper:]' '[:lower:]' |
        diff - "$work/invariants" >"$work/diff" || { bad "$1: invariants are not the tests:" && cat "$work/diff"; }
}

# Blocks: ```c must stand in a file of chapters/; ```text after `<!-- red: ... -->` must be
# printed by the check with that change made.
blocks() { # KIND: prints the blocks of that kind, each to its own file
    rm -f "$work"/block.*
    awk -v kind="$1" -v out="$work/block." '
        $0 == "```" kind { n++; on = 1; next } /^```/ { on = 0 } on { print > (out n) }' "$2"
}

stands_in() { # BLOCK FILE...: are its lines there, one after the other?
    block=$1
    shift
    awk 'NR == FNR { want[++n] = $0; next } FNR == 1 { at = 0 }
         { if ($0 == want[at + 1]) at++; else at = ($0 == want[1])
           if (at == n) { found = 1; exit } } END { exit !found }' "$block" "$@"
}

check_blocks() {
    blocks c "$1/README.md"
    for block in "$work"/block.*; do
        [ -f "$block" ] || continue
        stands_in "$block" chapters/*.[ch] solutions/*/*.c ||
            { bad "$1/README.md: this block stands in no file:" && cat "$block"; }
    done
}

# The one red block of chapter 0: make the change it names in a copy, and compare.
check_red() {
    copy=$work/copy
    mkdir -p "$copy"
    cp -r Makefile chapters sim solutions tests "$copy"
    cp solutions/00-green-first/*.c "$copy/chapters/"
    sed -i.old 's/\.granted = true/.granted = false/' "$copy/chapters/breaker.c"
    (cd "$copy" && unset MAKEFLAGS && make -s check CH=0) >"$work/red" 2>&1 || true
    blocks text chapters/00-green-first/README.md
    for block in "$work"/block.*; do
        stands_in "$block" "$work/red" ||
            { bad "chapters/00-green-first/README.md: the check does not print this:" && cat "$block"; }
    done
}

# What a plot.sh draws stands in the text as a ```text block: it must be what that prints, on
# the state in which the chapter begins.
check_plotted() { # CHAPTER NUMBER
    [ -f "$1/plot.sh" ] || return 0
    begins=$(rung $(($2 - 1)))
    BUILD=$build sh "$1/plot.sh" "$begins" "$begins" >"$work/plotted"
    blocks text "$1/README.md"
    for block in "$work"/block.*; do
        [ -f "$block" ] || continue
        stands_in "$block" "$work/plotted" ||
            { bad "$1/README.md: plot.sh does not print this:" && cat "$block"; }
    done
}

# A number before or after, in this storm or in another of the chapter, is one that `make plot`
# prints: whoever reads it in the text must be able to see it.
check_shown() { # CHAPTER NUMBER
    [ -f "$1/scene.json" ] || return 0
    # All storms are built: `true` in place of make saves two looks at the Makefile.
    WHO=$(rung "$2") CH=$2 BUILD=$build MAKE=true sh tests/reader/plot.sh >"$work/plot" 2>&1 ||
        bad "$1: make plot does not end well"
    awk '$NF == "yours" { storm = $1 ~ /\.json$/ ? $1 : ""; sub(/json$/, "", storm) }
        $2 ~ /^-?[0-9]+$/ && !($3 ~ /^-?[0-9]+$/) { print storm "after." $1, $2 }
        $2 ~ /^-?[0-9]+$/ && $3 ~ /^-?[0-9]+$/ { print storm "before." $1, $2; print storm "after." $1, $3 }' \
        "$work/plot" >"$work/shown"
    grep -oE '<!--=([a-z-]+\.)?(before|after)\.[a-z0-9_]*' "$1/README.md" | sed 's/<!--=//' | sort -u |
        while IFS= read -r key; do
            grep -qxF "$key $(awk -v key="$key" '$1 == key { print $2 }' "$work/facts")" "$work/shown" || echo "$key"
        done >"$work/unseen"
    [ ! -s "$work/unseen" ] || { bad "$1: the text has numbers that make plot does not print:" && cat "$work/unseen"; }
}

# A storm that compares two clients is drawn with the first before and the last after: in
# the terminal and in the book the numbers must be those that the text has.
check_drawn() { # CHAPTER NUMBER
    scene=$1/scene.json
    [ -f "$scene" ] && [ "$(clients "$scene" | wc -l)" -gt 1 ] || return 0
    value() { sed -n "s/^ *\"$1.opens\": \(-*[0-9]*\),*$/\1/p" "$2/expected.json"; }
    wanted="$(value "$(client_before "$scene")" "$1") $(value "$(client_after "$scene")" "$1")"
    [ "${wanted% *}" != "${wanted#* }" ] || bad "$1: before and after are alike: opens $wanted"
    plotted=$(awk '$1 == "opens" { print $2, $3; exit }' "$work/plot")
    [ "$plotted" = "$wanted" ] || bad "$1: make plot says opens $plotted, the text $wanted"
    BUILD=$build sh tests/book/figure.sh "$(basename "$1")" "$work/figure"
    drawn=$(awk -F'|' '$2 ~ /`opens`/ { print $3 + 0, $4 + 0 }' "$work/figure/numbers.md")
    [ "$drawn" = "$wanted" ] || bad "$1: the figure says opens $drawn, the text $wanted"
}

for dir in chapters/${CHAPTER:-[0-9][0-9]-*}; do
    n=$(basename "$dir" | cut -c1-2)
    check_facts "$dir" "${n#0}"
    check_numbers "$dir/README.md"
    check_invariants "$dir" "${n#0}"
    check_blocks "$dir"
    check_plotted "$dir" "${n#0}"
    check_shown "$dir" "${n#0}"
    check_drawn "$dir" "${n#0}"
done
[ -z "${CHAPTER:-}" ] || exit "$failed"
check_red

# The front page speaks of the demo.
reference=$(rung 99)
for client in none each shared; do
    facts sim/scenes/outage.json "$client" "$reference" "$client"
done >"$work/facts"
check_numbers README.md

[ "$failed" = 1 ] || echo "ok     every number, list and block of the chapters is as its source"
exit "$failed"
