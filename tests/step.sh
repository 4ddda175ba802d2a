#!/bin/sh
# step.sh - run one step of the checks: tests/step.sh NAME COMMAND...
#
# Prints `ok NAME` or `FAILED NAME` and remembers it in build/steps, from which .ci/run
# makes its closing line. What the command printed is shown only if it failed.
set -eu

[ $# -ge 2 ] || { echo "usage: tests/step.sh NAME COMMAND..." >&2; exit 2; }
name=$1 && shift
steps=${BUILD:-build}/steps
mkdir -p "$(dirname "$steps")"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
trap 'exit 130' INT TERM

start=$(date +%s)
status=0
"$@" >"$output" 2>&1 || status=$?
if [ "$status" = 0 ]; then word=ok; else word=FAILED; fi
if [ "$status" != 0 ]; then
    echo "--- $name: $*"
    cat "$output"
    echo "--- $name ended with status $status"
fi
grep -e '^SKIPPED' -e '^NOT TRIED' -e '^AGAIN' "$output" || true
echo "$word $name ($(($(date +%s) - start)) s)"
echo "$word $name" >>"$steps"
exit "$status"
