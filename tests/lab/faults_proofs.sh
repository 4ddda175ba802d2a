#!/bin/sh
# faults_proofs.sh FOLDER [NAME] - the fault tests are worth the clients that they
# reject. Each line below plants one mistake in the client, plays one of the tests, and
# wants it to fail by the rule that is meant for it. `make lab-faults-test` calls it.
#
# What faults_build.sh wants is set; LAB_NODE is the node to use.
set -eu
here=$(dirname "$0")
folder=$1
shift
[ $# -gt 0 ] || set -- ""

# patch | the test that meets it | the rule that it breaks
proofs='seeded/takeover-keeps-the-generation|SIGKILL: every prober|owner
seeded/successes-written-at-once|healthy|healthy write
seeded/error-is-closed|the store, gone|leak
lab/faults/write-sent-again|the store, drop|double count
lab/faults/probe-for-everybody|the store, slow|owner
lab/faults/rest-nearly-doubled|the backend, error|late probe
lab/faults/close-not-told|SIGKILL: at any moment|untold
lab/faults/trip-not-told|the store, gone|untold
lab/faults/twenty-bytes-kept|memory|memory'

fail() {
    echo "faults: $*" >&2
    exit 1
}

prove() { # PATCH TEST RULE
    name=$(basename "$1")
    sh "$here/faults_build.sh" "$here/../$1.patch" "$folder/$name" || exit 1
    status=0
    LAB_BIN=$folder/$name FAULTS=$2 "${LAB_NODE:-node}" --test --test-reporter=tap \
        "$here/faults_test.js" >"$folder/$name/out" 2>&1 || status=$?
    [ "$status" != 0 ] || fail "$name: NOT FOUND by \"$2\""
    grep -q "^ *error: .*\b$3: " "$folder/$name/out" || grep -q "^ *$3: " "$folder/$name/out" || {
        grep -A 4 '^ *error:' "$folder/$name/out" >&2 || cat "$folder/$name/out" >&2
        fail "$name: \"$2\" failed, and not by the rule \"$3\""
    }
    echo "$name breaks \"$3\""
    rm -rf "${folder:?}/$name"
}

if [ "$1" = --one ]; then
    IFS='|'
    # shellcheck disable=SC2086 # its three words
    set -- $2
    prove "$@"
    exit 0
fi
wanted=$*
all=$(printf '%s\n' "$proofs" | grep -e "/${wanted:-[^|]*}|") || fail "there is no proof named $wanted"
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
failed=0
printf '%s\n' "$all" | tr '\n' '\0' | xargs -0 -n 1 -P "$jobs" sh "$0" "$folder" --one || failed=1
[ "$failed" = 0 ] || fail "not all broken clients were found"
echo "faults: $(printf '%s\n' "$all" | wc -l) broken clients found, each by the rule meant for it"
