#!/bin/sh
# terms.sh - no chapter uses a term before the one that introduces it: tests/terms.txt has
# the terms, and `make terms` asks. What stands in code, in quotation marks or in marks of
# the tests is not read.
set -eu
list=tests/terms.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The prose of a chapter, on one line.
# shellcheck disable=SC2016 # the backquotes are Markdown's
prose() { # README
    awk '/^```/ { code = !code; next } code || /^    / { next } { print }' "$1" |
        sed 's/<!--[^>]*-->//g; s/`[^`]*`//g; s/](\([^)]*\))/]/g; s/[a-z_]*[.][ch][ ,)]//g' | tr '\n' ' ' | sed 's/"[^"]*"//g'
}

for text in chapters/[0-9][0-9]-*/README.md; do
    nn=$(basename "$(dirname "$text")")
    prose "$text" >"$work/${nn%%-*}"
done

bad=0 terms=0
while read -r nn words; do
    case $nn in [0-9][0-9]) ;; *) continue ;; esac
    terms=$((terms + 1))
    used="(^|[^[:alnum:]_-])($words)([^[:alnum:]_-]|\$)"
    grep -qiE "$used" "$work/$nn" || { echo "terms: chapter $nn does not say \"$words\"" && bad=1; } >&2
    for text in "$work"/[0-9][0-9]; do
        at=$(basename "$text")
        [ "$at" -lt "$nn" ] || continue
        said=$(grep -oiE ".{0,40}$used.{0,40}" "$text" | head -n 1)
        [ -z "$said" ] || { echo "terms: chapter $at, before $nn introduces \"$words\": ...$said..." && bad=1; } >&2
    done
done <$list
[ $terms -gt 0 ] || { echo "terms: $list has none" >&2 && exit 1; }
echo "terms: $terms, $([ $bad = 0 ] && echo "none used before its chapter" || echo "NOT each in its place")"
exit $bad
