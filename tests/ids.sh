#!/bin/sh
# ids.sh [--write] PROGRAM CHAPTER... - tests/ids.txt names every test that ever shipped, by
# chapter and id. A tick, a teacher's list of marks, a wrong answer's "caught by" know a test
# by its id, so one that shipped never goes away: its name may change, its rows may grow.
# A new one is added by `make ids-write`; only a person can take one out.
set -eu
kept=tests/ids.txt
write=no
if [ "$1" = --write ]; then write=yes && shift; fi
program=$1
shift
now=$(mktemp)
trap 'rm -f "$now" "$now.new" "$now.all"' EXIT
for chapter; do
    "$program" "$chapter" --list | awk -v chapter="$chapter" '{ print chapter, $2 }'
done >"$now"

twice=$(sort "$now" | uniq -d)
[ -z "$twice" ] || { echo "ids: twice in one chapter: $twice" >&2 && exit 1; }
touch "$kept"
if [ "$write" = yes ]; then
    grep -vxFf "$kept" "$now" >"$now.new" || true
    cat "$kept" "$now.new" | sort >"$now.all"
    mv "$now.all" "$kept"
    sed 's/^/added /' "$now.new"
    rm "$now.new"
fi
gone=$(grep -vxFf "$now" "$kept" || true)
new=$(grep -vxFf "$kept" "$now" || true)
[ -z "$gone" ] || printf '%s\n' "$gone" | sed 's/^/ids: shipped once, and gone: /' >&2
[ -z "$new" ] || printf '%s\n' "$new" | sed 's/^/ids: not in tests\/ids.txt (make ids-write): /' >&2
echo "ids: $(grep -c . "$kept" || true) tests, $(printf '%s' "$gone" | grep -c . || true) gone, $(printf '%s' "$new" | grep -c . || true) not written down"
[ -z "$gone$new" ] && [ -s "$kept" ]
