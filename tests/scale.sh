#!/bin/sh
# scale.sh scale        how the cost of a run grows with the fleet, as a table
# scale.sh scale-page   does every command in sim/SCALE.md print what stands below it?
#
# In the page a command is an indented line that begins with `$ `; what it prints follows
# it, as far as the indented lines go. BUILD and MAKE as in the Makefile, STORM the
# program. The table is of times and is not compared; the page is of virtual time and is.
set -eu
make=${MAKE:-make} build=${BUILD:-build} page=${PAGE:-sim/SCALE.md}
who=solutions/15-one-scout-for-the-fleet
STORM=${STORM:-$build/15-one-scout-for-the-fleet/release/storm}
export STORM

case ${1:-} in
scale)
    exec "$make" --no-print-directory -s MODE=release WHO=$who BUILD="$build" scale-run
    ;;
scale-page) ;;
*)
    echo "scale.sh: wanted scale or scale-page" >&2
    exit 2
    ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failed=0
"$make" --no-print-directory -s WHO=$who BUILD="$build" storm

# storm, as the page calls it
mkdir "$work/bin"
case $STORM in /*) ;; *) STORM=$PWD/$STORM ;; esac
ln -s "$STORM" "$work/bin/storm"
PATH=$work/bin:$PATH

# One file for each command and one for what it should print: 001.sh, 001.txt, ...
awk -v work="$work" '
    /^    \$ / {
        n++
        command = sprintf("%s/%03d.sh", work, n)
        wanted = sprintf("%s/%03d.txt", work, n)
        printf "" >wanted
        print substr($0, 7) >command
        next
    }
    n > 0 && /^    / && wanted != "" { print substr($0, 5) >wanted; next }
    { wanted = "" }
' "$page"

for command in "$work"/*.sh; do
    [ -e "$command" ] || { echo "FAILED $page: no command in it" && exit 1; }
    if sh "$command" 2>&1 | sed 's/ *$//' >"$work/out" &&
        cmp -s "${command%.sh}.txt" "$work/out"; then
        echo "ok $(cat "$command")"
    else
        echo "FAILED $(cat "$command")"
        diff "${command%.sh}.txt" "$work/out" || true
        failed=1
    fi
done
exit "$failed"
