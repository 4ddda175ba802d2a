#!/bin/sh
# gate.sh WHO CHAPTER - is what WHO wrote fit to be deployed? CHAPTER is the last one
# that has a check. Status 1 and a sentence if its checks, or those before it, are red.
#
# What a red check finds in a second costs an hour to find through CloudWatch.
set -eu
who=$1 chapter=$2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ${MAKE:-make} -s --no-print-directory check CH="$chapter" T= WHO="$who" BUILD="$BUILD" >"$log" 2>&1; then
    echo "The checks of $who are green up to chapter ${chapter#0}."
    exit 0
fi
{
    tail -n 12 "$log"
    echo
    echo "make lambda: the checks of $who are red, so nothing was packed. See: make check CH=${chapter#0} WHO=$who"
    echo "FORCE=1 packs it as it is."
} >&2
exit 1
