#!/bin/sh
# storm.sh - the command storm, typed rightly and wrongly, and its manual, sim/README.md.
#
# STORM is the program, BUILD the build folder, CC a compiler. Prints a line for each
# check: `ok ...` or `FAILED ...`; what cannot be checked on this machine, as `skipped ...`.
set -eu
storm=${STORM:-build/15-one-scout-for-the-fleet/release/storm}
manual=sim/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failed=0
escape=$(printf '\033')

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

# play STATUS ARGUMENTS...: storm; its output in out and err, quiet if its status is right
play() {
    wanted=$1 && shift
    status=0
    "$storm" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    [ "$status" = "$wanted" ] && return 0
    echo "  storm $*: status $status, wanted $wanted: $(head -1 "$work/err")"
    return 1
}

# rejects TEXT ARGUMENTS...: wrong usage, told in one sentence on stderr, nothing printed
rejects() {
    text=$1 && shift
    if play 2 "$@" && grep -qF -e "$text" "$work/err" && [ ! -s "$work/out" ]; then
        ok "storm $*: $text"
    else
        bad "storm $*: wanted \"$text\", found: $(cat "$work/err" "$work/out" | head -3)"
    fi
}

# Conditions for check:
# shellcheck disable=SC2317
{
same() { cmp -s "$1" "$2"; }
differ() { ! cmp -s "$1" "$2"; }
says() { grep -qF -e "$1" "$work/out"; }
lacks() { ! grep -qF -e "$1" "$2"; }
is_json() {
    python3 -c 'import json, sys; json.load(open(sys.argv[1], encoding="utf-8"))' "$1"
}
}

# A scene that takes no time.
cat >"$work/tiny.json" <<'END'
{"name": "tiny", "run_ms": 9000, "workers": 50,
 "load": {"rps": 20}, "backend": {"service": {"mean_ms": 10}},
 "faults": [{"kind": "hang", "from_ms": 3000, "to_ms": 5000}],
 "clients": {"one": {"timeout_ms": 500}, "two": {"timeout_ms": 500, "attempts": 2}},
 "expect": [{"client": "two", "fact": "attempts", "min": 1},
            {"client": "two", "fact": "opens", "max": 0}]}
END
sed 's/"max": 0/"min": 1/' "$work/tiny.json" >"$work/broken-promise.json"
sed 's/"rps"/"rsp"/' "$work/tiny.json" >"$work/wrong.json"
tiny=$work/tiny.json

# --- help, and what is typed wrongly ---------------------------------------------------
check "no arguments: help, status 0" play 0
check "no arguments: says how to run a scene" says "storm run SCENE"
check "--help: status 0" play 0 --help
check "run --help: status 0" play 0 run --help
check "--help names every option" says "--digest HEX"
rejects "there is no \"rum\": run, compare" rum outage
rejects "see storm --help" run outage --colour
rejects "see storm --help" run "$tiny" --client
rejects "see storm --help" run "$tiny" --quiet=yes
rejects "storm run SCENE" --quiet
rejects "which scene?" run
rejects "which scene?" sweep --seeds 3
rejects "there is no file or scene \"no-such\"" run no-such
rejects "there is no file or scene \"\"" run ""
rejects "one scene at a time" run outage blip
rejects "list takes no scene" list outage
rejects "cannot be read: Is a directory" run sim
rejects "wrong.json: \$.load: unknown \"rsp\": did you mean \"rps\"?" run "$work/wrong.json"
for n in -1 +1 1.5 1e9 0x10 '' ' 1' x 9007199254740993 99999999999999999999; do
    rejects "--seed: found \"$n\", allowed 0 to" run "$tiny" --seed "$n"
done
for n in 0 -1 1e9 100001; do
    rejects "--seeds: found \"$n\", allowed 1 to 100000" sweep "$tiny" --seeds "$n"
done
rejects "--jobs: found \"0\", allowed 1 to 1024" sweep "$tiny" --jobs 0
rejects "tiny has no client \"three\"; it has: one two" run "$tiny" --client three
rejects "tiny has no client \"three\"" compare "$tiny" --client three
rejects "tiny has no client \"three\"" sweep "$tiny" --client three
rejects "tiny has no client \"three\"" replay "$tiny" --client three
rejects "cannot be written: No such file" run "$tiny" --csv "$work/no/where.csv"
rejects "cannot be written: Is a directory" run "$tiny" --json "$work"
rejects "cannot be written: No such file" sweep "$tiny" --json "$work/no/where.json"
rejects "--csv and --json: found \"-\" for both" run "$tiny" --csv - --json -
rejects "go with run" compare "$tiny" --csv -
rejects "--as says what --plot FILE shows" run "$tiny" --as goodput
rejects "gallery --plot draws one seed" gallery s04 --plot "$work/x.svg" --seeds 3
rejects "gallery --plot draws one seed" gallery s04 --plot "$work/x.svg" --csv -
rejects "--digest: found \"12\", wanted 16 hex digits" replay "$tiny" --digest 12

. tests/options.sh

# --- good runs -------------------------------------------------------------------------
check "run: status 0" play 0 run "$tiny"
check "run: plays the last client" says " two"
check "run: a pipe gets no escape codes" lacks "$escape" "$work/out"
check "run: nothing on stderr" [ ! -s "$work/err" ]
cp "$work/out" "$work/first"
play 0 run "$tiny" || true
check "run: the same seed, the same bytes" same "$work/first" "$work/out"
play 0 run "$tiny" --seed 2 || true
check "run: another seed, another run" differ "$work/first" "$work/out"
check "run --seed 9007199254740992: the largest" play 0 run "$tiny" --seed 9007199254740992
check "run --client one" play 0 run "$tiny" --client one
check "run: no picture is wider than 80 columns" \
    [ "$(sed -n '/|/p' "$work/out" | awk 'length > 80' | wc -l)" = 0 ]
check "run --facts" play 0 run "$tiny" --facts
check "run --facts: all of them" says run_fresh_pct
check "run --quiet: says nothing" play 0 run "$tiny" --quiet
check "run --quiet: nothing at all" [ ! -s "$work/out" ]
check "compare: status 0" play 0 compare "$tiny"
check "compare: shows all clients" grep -q '^one' "$work/out"

# --- csv and json ------------------------------------------------------------------------
check_json() {
    if command -v python3 >/dev/null; then
        check "$1: standard output is JSON and nothing else" is_json "$work/out"
    else
        echo "skipped $1: no python3 to read JSON with"
    fi
}
check "run --json -: status 0" play 0 run "$tiny" --json -
check_json "run --json -"
check "sweep --json -: status 0" play 0 sweep "$tiny" --seeds 3 --json -
check_json "sweep --json -"
check "sweep --json -: what must hold is told on stderr" grep -q '^ok ' "$work/err"
check "run --csv -: status 0" play 0 run "$tiny" --csv -
cp "$work/out" "$work/run.csv"
check "run --csv -: a line for each bucket and one above" \
    [ "$(wc -l <"$work/out")" = 10 ]
check "run --csv -: every line as many columns" \
    [ "$(awk -F, '{ print NF }' "$work/out" | sort -u)" = 78 ]
awk -F, 'NR > 1 { offered += $3; attempts += $9; probes += $10; got += $4 + $5 + $6 + $7 + $8 }
    $1 == 4000 { busy = $11 }  $2 == 1 { fault = fault $1 " " }
    END { print offered, attempts, probes, (got <= offered), (busy > 5), fault }' \
    "$work/run.csv" >"$work/sums"
play 0 run "$tiny" --json "$work/run.json" --quiet || true
fact() { sed -n "s/^.*\"$1\":[[:space:]]*\([-0-9]*\),*$/\1/p" "$work/run.json"; }
check "run --csv: its columns come to the facts" \
    [ "$(cat "$work/sums")" = "$(fact offered) $(fact attempts) $(fact probes) 1 1 3000 4000 " ]
play 0 run "$tiny" --csv "$work/file.csv" || true
check "run --csv FILE: the file is what - prints" same "$work/file.csv" "$work/run.csv"
check "sweep --jobs 1" play 0 sweep "$tiny" --seeds 20 --jobs 1 --csv "$work/1.csv"
check "sweep --jobs 2" play 0 sweep "$tiny" --seeds 20 --jobs 2 --csv "$work/2.csv"
check "sweep --jobs 99" play 0 sweep "$tiny" --seeds 20 --jobs 99 --csv "$work/99.csv"
check "sweep: 40 runs and a line above" [ "$(wc -l <"$work/1.csv")" = 41 ]
check "sweep: one job and two, the same bytes" same "$work/1.csv" "$work/2.csv"
check "sweep: more jobs than runs, the same bytes" same "$work/1.csv" "$work/99.csv"
check "sweep: no two seeds are alike" \
    [ "$(awk -F, 'NR > 1 { print $3 }' "$work/1.csv" | sort -u | wc -l)" = 40 ]
play 0 sweep "$tiny" --seeds 1 --seed 20 --client two --csv - || true
check "sweep --seed 20: the twentieth run of seed 1 and on" \
    [ "$(tail -1 "$work/1.csv")" = "$(tail -1 "$work/out")" ]
check "sweep: a promise broken is status 1" play 1 sweep "$work/broken-promise.json" --seeds 2
check "sweep: and says which" grep -q '^FAILED two: opens is at least 1 in 0 of 2' "$work/out"
if [ -w /dev/full ]; then
    check "run --csv: a full disk is status 1" play 1 run "$tiny" --quiet --csv /dev/full
    check "sweep --json: a full disk is status 1" \
        play 1 sweep "$tiny" --seeds 1 --json /dev/full
    status=0
    "$storm" run "$tiny" >/dev/full 2>"$work/err" || status=$?
    check "run: standard output that is full is status 1" [ "$status" = 1 ]
else
    echo "skipped full disks: no /dev/full"
fi

# --- replay ------------------------------------------------------------------------------
check "replay: status 0" play 0 replay "$tiny" --client one --seed 7
digest=$(sed 's/.*digest //' "$work/out")
play 0 sweep "$tiny" --seeds 1 --seed 7 --client one --csv - || true
check "replay: the digest is that of the sweep" grep -q "one,7,$digest," "$work/out"
check "replay: the right digest" play 0 replay "$tiny" --client one --seed 7 --digest "$digest"
check "replay: in capitals" play 0 replay "$tiny" --client one --seed 7 \
    --digest "$(echo "$digest" | tr a-f A-F)"
check "replay: the digest of another seed" play 1 replay "$tiny" --client one --seed 8 \
    --digest "$digest"
check "replay: says that it is another run" grep -q "not the run that was recorded" "$work/err"

# --- explore -----------------------------------------------------------------------------
for wrong in 'environments 4 1 to 3' 'calls 13 1 to 12' 'ticks 61 1 to 60' 'budget 13 1 to 12'; do
    # shellcheck disable=SC2086 # option, number, and what is allowed
    set -- $wrong
    for n in 0 "$2" -1 x ''; do
        rejects "--$1: found \"$n\", allowed $3 to $5" explore --protocol leased "--$1" "$n"
    done
done
rejects "--faults: found \"lots\", allowed all, none, or some of error lost" explore --faults lost,lots
rejects "--faults: found \"\", allowed all, none" explore --faults lost,
rejects "--rules: found \"leek\", allowed all, none, or some of two-probes" explore --rules leak,leek
rejects "--protocol: found \"mine\", allowed ours rmw leased" explore --protocol mine
rejects "--protocol goes without a scene" explore fleet-outage --protocol leased
rejects "--client is one of a scene's: which scene?" explore --client shared
rejects "tiny has no client \"three\"" explore "$tiny" --client three
rejects "\"two\" of tiny shares no breaker" explore "$tiny"
rejects "there is no file or scene \"no-such\"" explore no-such
rejects "--skew needs two clocks" explore --skew --environments 1
rejects "--faults none says that there are none" explore --faults none --budget 2

# explore STATUS ARGUMENTS...: in a world that takes no time
# shellcheck disable=SC2317
explore() {
    wanted=$1 && shift
    play "$wanted" explore --environments 2 --calls 3 --ticks 2 "$@"
}
trace=$work/leased.trace
check "explore: a broken rule is status 1" explore 1 --protocol leased --trace "$trace"
check "explore: and says which" says "Broken: leak, who was shown OPEN"
sed -n '/^time /,$p' "$work/out" >"$work/told"
check "explore: tells a story" [ "$(wc -l <"$work/told")" -gt 10 ]
check "replay TRACE: status 1, for it is broken still" play 1 replay "$trace"
check "replay TRACE: the same story" same "$work/told" "$work/out"
rejects "--digest goes with a scene, and $trace is a trace" replay "$trace" --digest 0123456789abcdef
rejects "--client goes with a scene, and $trace is a trace" replay "$trace" --client shared
rejects "--seed goes with a scene, and $trace is a trace" replay "$trace" --seed 1
check "explore --quiet: status 1" explore 1 --protocol leased --quiet
sed '1{/^$/d;}' "$work/out" >"$work/quiet"
check "explore --quiet: the same story" same "$work/told" "$work/quiet"
check "explore: that rule left out, it goes on" \
    explore 0 --protocol leased --faults none --rules zombie,two-probes
check "explore: all is seen" says "Every rule holds in every state."
check "explore --skew: status 0" explore 0 --protocol leased --faults none --rules zombie --skew
check "explore --skew: three ways for clocks to differ" \
    [ "$(grep -c '^  clocks: ' "$work/out")" = 3 ]
check "explore --trace: nothing broken" explore 0 --protocol leased --rules none --trace "$work/no.trace"
check "explore --trace: nothing written" [ ! -e "$work/no.trace" ]
status=0
"$storm" explore --protocol leased --trace "$work/no/where" >/dev/null 2>"$work/err" || status=$?
check "explore --trace: a file that cannot be written is status 2" [ "$status" = 2 ]
check "explore --trace: and is named" grep -qF "no/where: cannot be written" "$work/err"

# A pause that outlasts the client's deadline excuses a refusal, and an error does not.
cat >"$work/late.json" <<'END'
{"name": "late", "run_ms": 9000, "load": {"rps": 20}, "fleet": {"limit": 9}, "store": {},
 "backend": {"service": {"mean_ms": 10}},
 "clients": {
  "leased": {"protocol": "leased", "deadline_ms": 1500, "timeout_ms": 1000, "attempts": 1,
   "failures_to_open": 1, "open_ms": 1000, "cache_ms": 1000, "store_timeout_ms": 100},
  "shared": {"deadline_ms": 1500, "timeout_ms": 1000, "attempts": 1,
   "failures_to_open": 2, "shared_failures": 2, "shared_window_ms": 60000, "open_ms": 1000,
   "probe_lease_ms": 1000, "cache_ms": 1000, "store_timeout_ms": 100, "store_skip_ms": 1000}}}
END
check "explore: a client with a deadline, paused beyond it: status 0" explore 0 "$work/late.json"
check "explore: it had something to ask" lacks "little was asked" "$work/out"
check "explore: leased, paused" \
    explore 0 "$work/late.json" --client leased --rules refused-on-error --faults pause
check "explore: leased, with an error: status 1" explore 1 "$work/late.json" \
    --client leased --rules refused-on-error --faults error,pause --trace "$work/late.trace"
check "explore: and says which" says "Broken: refused-on-error, the store's trouble"
check "replay TRACE: knows the deadline" play 1 replay "$work/late.trace"
check "explore fleet-outage --client shared, two requests: status 0" \
    play 0 explore fleet-outage --client shared --calls 2
check "explore SCENE: two environments" says "2 environments, 2 requests in all"

# damaged TEXT SED: the trace, changed, is turned away
damaged() {
    sed "$2" "$trace" >"$work/damaged"
    if cmp -s "$trace" "$work/damaged"; then bad "damage: \"$2\" changes nothing"; fi
    rejects "$work/damaged: $1" replay "$work/damaged"
}
damaged '$.moves: entry 3: found A bed, wanted such as "A start"' 's/"A bad"/"A bed"/'
damaged '$.moves: entry 0: found C start' 's/"A start"/"C start"/'
damaged '$.moves: not all of these moves are possible' 's/"A serve", "A hear", //'
damaged '$.budget: found 99, allowed 0 to 12' 's/\("budget":[^0-9]*\)1/\199/'
damaged '$.deadline_ms: found -1, allowed 0 to 3600000' 's/\("deadline_ms":[^0-9]*\)0/\1-1/'
damaged '$.environments: found 4, allowed 1 to 3' 's/\("environments":[^0-9]*\)2/\14/'
damaged '$.protocol: unknown "mine", allowed: ours' 's/"leased"/"mine"/'
damaged '$.faults: entry 2: found lately' 's/"late"/"lately"/'
damaged '$: unknown "colls": did you mean "calls"' 's/"calls"/"colls"/'
damaged 'line 2, column' '3,99d'
sed 's/, "[^"]*"\]$/]/' "$trace" >"$work/shorter"
check "replay: a trace without its last move is status 0" play 0 replay "$work/shorter"
check "replay: and breaks nothing" says "Nothing is broken by this."

# --- a terminal --------------------------------------------------------------------------
# storm in a terminal of its own, if there is a `script` that can be asked for one
terminal() { script -qec "timeout 3 $storm $*" /dev/null </dev/null; }
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    (unset NO_COLOR && terminal run "$tiny") >"$work/out"
    check "a terminal gets colour" says "${escape}["
    (export NO_COLOR=1 && terminal run "$tiny") >"$work/out"
    check "but not with NO_COLOR" lacks "$escape" "$work/out"
    terminal sweep healthy --seeds 20000 --jobs 1 --quiet >"$work/out" || true
    check "a long sweep shows its progress" says "of 80000 runs, about"
    terminal sweep "$tiny" --seeds 2 --quiet >"$work/out"
    check "a short one does not" lacks "runs, about" "$work/out"
else
    echo "skipped the terminal: no script that knows -qec"
fi
timeout 3 "$storm" sweep healthy --seeds 20000 --jobs 1 --quiet >"$work/out" 2>"$work/err" || true
check "no progress without a terminal" [ ! -s "$work/err" ]

# What is not written yet is missed in the scenes of its chapter, and not in those before.
begun=${BUILD:-build}/07-late-news/release/storm
"$begun" compare chapters/08-*/scene.json --quiet 2>"$work/err"
check "a scene of chapter 8 does not miss chapter 10" [ ! -s "$work/err" ]
"$begun" compare chapters/10-*/scene.json --quiet 2>"$work/err"
check "one of chapter 10 does" grep -q "^Not written yet: chapter 10, task " "$work/err"

# --- the scenes, and the manual ----------------------------------------------------------
check "list: status 0" play 0 list
cp "$work/out" "$work/list"
for file in sim/scenes/*.json; do
    name=$(basename "$file" .json)
    check "list: $name, as its file is called" grep -q "^$name  *[^ ]" "$work/list"
    check "manual: names the scene $name" grep -q "^| \`$name\` | [A-Z]" "$manual"
    play 0 replay "$name" || bad "$name: cannot be played by its name"
done
cd /
case $storm in /*) full=$storm ;; *) full=$OLDPWD/$storm ;; esac
status=0
"$full" list >/dev/null 2>"$work/err" || status=$?
cd "$OLDPWD"
check "list: elsewhere it says from where to run" \
    grep -q "run storm from the top folder" "$work/err"

. tests/manual.sh
exit "$failed"
