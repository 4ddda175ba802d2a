#!/bin/sh
# merge.sh - the parts of a sweep, put together, say what the sweep says, to the byte;
# and parts that do not belong together are turned away with a sentence.
#
# STORM is the program. Prints a line for each check: `ok ...` or `FAILED ...`.
set -eu
storm=${STORM:-build/15-one-scout-for-the-fleet/release/storm}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failed=0

ok() { echo "ok $*"; }
bad() {
    echo "FAILED $*"
    failed=1
}

# check WHAT COMMAND...: ok if the command succeeds
check() {
    what=$1 && shift
    if "$@"; then ok "$what"; else bad "$what"; fi
}

# rejects STATUS TEXT ARGUMENTS...: told in one sentence on stderr, nothing printed
rejects() {
    wanted=$1 text=$2 && shift 2
    status=0
    "$storm" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    if [ "$status" = "$wanted" ] && grep -qF -e "$text" "$work/err" &&
        [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" = 1 ]; then
        ok "storm $1: $text"
    else
        bad "storm $*: status $status, wanted $wanted and \"$text\", found:" \
            "$(head -3 "$work/err" "$work/out")"
    fi
}

cat >"$work/tiny.json" <<'END'
{"name": "a tiny one", "run_ms": 9000, "workers": 50,
 "load": {"rps": 20, "patience_ms": 2000}, "backend": {"service": {"mean_ms": 10}},
 "faults": [{"kind": "hang", "from_ms": 3000, "to_ms": 5000}],
 "clients": {"one": {"timeout_ms": 500}, "two": {"timeout_ms": 500, "attempts": 2},
             "three": {"timeout_ms": 500, "failures_to_open": 3, "open_ms": 500}},
 "expect": [{"client": "two", "fact": "attempts", "min": 1},
            {"client": "three", "fact": "opens", "min": 1000, "in_pct": 50}]}
END
sed 's/"a tiny one"/"another"/' "$work/tiny.json" >"$work/other.json"
sed 's/"rps": 20/"rps": 21/' "$work/tiny.json" >"$work/changed.json"
tiny=$work/tiny.json

# parts N ARGUMENTS...: the parts of a sweep of tiny, as part.1 to part.N
parts() {
    n=$1 i=0 && shift
    rm -f "$work"/part.*
    while [ "$i" -lt "$n" ]; do
        i=$((i + 1))
        "$storm" sweep "$tiny" "$@" --shard "$i/$n" --part "$work/part.$i" --quiet
    done
}

# --- the same to the byte --------------------------------------------------------------
# Status 1, because one expectation is made not to hold: merge must say so too.
# shellcheck disable=SC2317
same_as_sweep() {
    n=$1 && shift
    status=0 merged=0
    "$storm" sweep "$tiny" "$@" >"$work/whole" 2>&1 || status=$?
    "$storm" sweep "$tiny" "$@" --csv "$work/whole.csv" --json - >"$work/whole.json" 2>/dev/null || true
    parts "$n" "$@" --jobs 3
    # in another order than they were made
    files=$(find "$work" -name 'part.*' | sort -r)
    # shellcheck disable=SC2086
    "$storm" merge "$tiny" $files >"$work/merged" 2>&1 || merged=$?
    # shellcheck disable=SC2086
    "$storm" merge "$tiny" $files --csv "$work/merged.csv" --json - >"$work/merged.json" 2>/dev/null || true
    [ "$status" = "$merged" ] && cmp "$work/whole" "$work/merged" &&
        cmp "$work/whole.csv" "$work/merged.csv" && cmp "$work/whole.json" "$work/merged.json"
}
check "merge: one part, the same bytes as the sweep" same_as_sweep 1 --seeds 20
check "merge: two parts" same_as_sweep 2 --seeds 20
check "merge: seven parts that are not alike in size" same_as_sweep 7 --seeds 20
check "merge: a promise broken is status 1, and says which" \
    grep -q '^FAILED three: opens is at least 1000 in 0 of 20' "$work/merged"
check "merge: the answers of all seeds together" grep -q '^the answers of all seeds' "$work/merged"
check "merge: and in the JSON" grep -q '"pooled"' "$work/merged.json"
check "merge: more parts than seeds, some empty" same_as_sweep 5 --seeds 3
check "merge: from another seed, one client" same_as_sweep 3 --seeds 10 --seed 77 --client two
check "merge: the largest seed" same_as_sweep 2 --seeds 2 --seed 9007199254740992 --client one

# Every answer is in the pool once: as many as came in all runs and had their answer.
parts 3 --seeds 6 --client one
answers=$(awk '/^all/ { for (i = 4; i <= NF; i += 2) sum += $i } END { print sum }' "$work"/part.*)
offered=$(awk '/^run/ { sum += $5 } END { print sum }' "$work"/part.*)
check "a part: its histograms hold every answer ($answers of $offered)" [ "$answers" = "$offered" ]
"$storm" sweep "$tiny" --seeds 6 --client one --shard 2/3 --part - >"$work/stdout"
check "a part: - is standard output" cmp "$work/part.2" "$work/stdout"
"$storm" sweep "$tiny" --seeds 6 --client one --shard 2/3 --part "$work/again" --jobs 1 >"$work/said"
check "a part: one job and many, the same bytes" cmp "$work/part.2" "$work/again"
check "a part: says what it is" grep -q "a tiny one, part 2 of 3: 2 of 6 seeds, in" "$work/said"

# --- what does not belong together -----------------------------------------------------
p=$work/part
parts 3 --seeds 6
rejects 1 "part 2 of 3 is missing" merge "$tiny" "$p.1" "$p.3"
rejects 1 "part 2 of 3 is missing, and 1 more" merge "$tiny" "$p.1"
rejects 1 "part 1 of 3 is there twice: $p.1 and $p.1" merge "$tiny" "$p.1" "$p.2" "$p.1" "$p.3"
rejects 1 "is a part of the scene a tiny one, not of another" merge "$work/other.json" "$p.1"
rejects 1 "is a part of this scene as it stood in another file" merge "$work/changed.json" "$p.1"
"$storm" sweep "$tiny" --seeds 7 --shard 2/3 --part "$work/seven" --quiet
rejects 1 "seven: is a part of another sweep" merge "$tiny" "$p.1" "$work/seven" "$p.3"
"$storm" sweep "$tiny" --seeds 6 --seed 2 --shard 2/3 --part "$work/late" --quiet
rejects 1 "late: is a part of another sweep" merge "$tiny" "$p.1" "$work/late" "$p.3"
"$storm" sweep "$tiny" --seeds 6 --client two --shard 2/3 --part "$work/two" --quiet
rejects 1 "two: is a part of another sweep" merge "$tiny" "$p.1" "$work/two" "$p.3"
"$storm" sweep "$tiny" --seeds 6 --shard 2/4 --part "$work/quarter" --quiet
rejects 1 "quarter: is a part of another sweep" merge "$tiny" "$p.1" "$work/quarter" "$p.3"

# --- damage ----------------------------------------------------------------------------
rejects 1 "cannot be read: No such file" merge "$tiny" "$p.1" "$p.4"
rejects 1 "is no part of a sweep" merge "$tiny" "$tiny"
rejects 1 "is no part of a sweep" merge "$tiny" /dev/null
head -c 900 "$p.2" >"$work/short"
rejects 1 "short: is damaged" merge "$tiny" "$p.1" "$work/short" "$p.3"
sed '$d' "$p.2" >"$work/endless"
rejects 1 "endless: is damaged" merge "$tiny" "$p.1" "$work/endless" "$p.3"
sed 's/^\(all 1 [0-9]* \)/\11/' "$p.2" >"$work/more"
rejects 1 "more: is damaged" merge "$tiny" "$p.1" "$work/more" "$p.3"
{ cat "$p.2" && echo; } >"$work/longer"
rejects 1 "longer: is damaged" merge "$tiny" "$p.1" "$work/longer" "$p.3"

# resign FILE: a check sum that is right again, as if another storm had written it so
resign() {
    python3 - "$1" <<'END'
import sys
lines = open(sys.argv[1], "rb").read().split(b"\n")
body = b"\n".join(lines[:-2]) + b"\n"
digest = 0xcbf29ce484222325
for byte in body:
    digest = (digest ^ byte) * 0x100000001b3 % 2**64
open(sys.argv[1], "wb").write(body + b"end %016x\n" % digest)
END
}
forged() {
    what=$1 text=$2
    sed "$3" "$p.2" >"$work/$what"
    resign "$work/$what"
    rejects 1 "$what: $text" merge "$tiny" "$p.1" "$work/$what" "$p.3"
}
if command -v python3 >/dev/null; then
    cp "$p.2" "$work/resigned"
    resign "$work/resigned"
    check "the check sum is FNV-1a of all lines before it" cmp "$p.2" "$work/resigned"
    forged played "was played by another program" 's/^\(run 0 1 \)................/\10123456789abcdef/'
    forged facts "was written by another version" 's/^facts [0-9]*/facts 7/'
    forged order "was written by another version" 's/^run 0 1 /run 0 4 /'
    forged client "was written by another version" 's/^clients 0 3/clients 0 7/'
    forged wide "was written by another version" 's/^clients 0 3/clients 4294967295 3/'
    forged shard "was written by another version" 's/^shard 2 3/shard 4 3/'
    forged none "was written by another version" 's/^shard 2 3/shard 0 3/'
    forged bucket "was written by another version" 's/^all 1 [0-9]* /all 1 999999 /'
    forged negative "was written by another version" 's/^all 1 \([0-9]*\) /all 1 \1 -/'
    forged huge "was written by another version" 's/^\(run 0 1 .* \)[0-9]*$/\199999999999999999999/'
    forged more "was written by another version" 's/^\(run 0 1 .*\)$/\1 7/'
    forged version "was written by another version" 's/^storm part 1/storm part 2/'
else
    echo "skipped forged parts: no python3 to sign them with"
fi

# --- wrong usage -----------------------------------------------------------------------
for shard in 0/3 4/3 1/0 3 1/ /3 a/b 1/3/5 -1/3 ' 1/3' 1/10001 99999999999/99999999999; do
    rejects 2 "--shard: found \"$shard\", wanted i/n" sweep "$tiny" --shard "$shard"
done
rejects 2 "--shard i/n and --part FILE go together" sweep "$tiny" --shard 1/2
rejects 2 "--shard i/n and --part FILE go together" sweep "$tiny" --part "$work/x"
rejects 2 "a part is not the whole" sweep "$tiny" --shard 1/2 --part "$work/x" --csv -
rejects 2 "cannot be written" sweep "$tiny" --shard 1/2 --part "$work/no/where"
rejects 2 "merge which parts?" merge "$tiny"
rejects 2 "which scene?" merge
rejects 2 "--plot goes with sweep" merge "$tiny" "$p.1" --plot "$work/x.svg"
if [ -w /dev/full ]; then
    rejects 1 "not all could be written" sweep "$tiny" --seeds 1 --shard 1/1 --part /dev/full
fi
exit "$failed"
