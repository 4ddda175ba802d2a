# shellcheck shell=sh
# run.sh - tasks 7 and 9 on the twin: one good run, and what becomes of the checks when its
# recording or the report on it is wrong. Sourced by tests/lab/tasks.sh.
# shellcheck disable=SC2154 # which sets work and node

# --- 7: the run ------------------------------------------------------------------------------------
load() { sh lab/lab load "$@" >"$work/loaded" 2>&1 || cat "$work/loaded"; }
recording=$BUILD/lab/load-local.csv
if on 7 || on 9; then
    programs
    up
    load
    cp "$recording" "$work/good.csv"
    done_is 7 'the reference'
fi

doctored() { # WHAT CLAIM PROGRAM: the good recording, through awk
    awk -F, -v OFS=, "$3" "$work/good.csv" >"$recording"
    rejects 7 "$1" "$2"
}

# shellcheck disable=SC2016 # the $ are awk's
if on 7; then
    BUILD_ID=0123456789ab rejects 7 'a run of other sources' 'it was a run of build 0123456789ab'
    LAB_SCENE=lab/scene.json rejects 7 'a run of another length' 'there is a whole run to look at'
    doctored 'a run cut short' 'there is a whole run to look at' 'NR < 100'
    doctored 'no log' 'there is a whole run to look at' '$1 != "call" && $1 != "transition"'
    doctored 'a number that is none' 'there is a whole run to look at' 'NR == 9 { $2 = "soon" } { print }'
    doctored 'a file of something else' 'there is a whole run to look at' '{ print "x" $0 }'
    doctored 'two probes in one rest' 'of all environments together one probed in each rest (probes_per_rest)' \
        '{ print } $13 == "probe" && !n++ { $2 += 20; $7 = "another"; $13 = "local"; print }'
    doctored 'writes while all is well' 'and nothing was written to the table (before_store_writes)' '$1 == "call" && !n++ { $10 = 1 } { print }'
    doctored 'no answer in the end' 'at the end all was well (end_fresh_pct)' '$1 == "request" && $2 > 20000 { $5 = "failed"; $4 = 502 } { print }'
    doctored 'a log by another clock' 'all clocks say the same' '$1 == "call" { $2 += 4000 } { print }'
    doctored 'a log by a clock that is behind' 'all clocks say the same' '$1 == "call" { if (($2 -= 4000) < 0) next } { print }'
    program client lab/clock clock-of-its-own
    up
    load
    rejects 7 'clocks mixed' 'all clocks say the same'
    names 'and logged a call at' 'milliseconds since 1970'
    program client lab/clock clock-from-boot
    up
    load
    rejects 7 'a clock that counts from boot' 'there is a whole run to look at'
    names 'at_ms counts from 1970'
    programs
    up no-store
    load
    rejects 7 'each environment for itself' "one outage opened the fleet's breaker once (trips)"
    up rests-too-long
    load
    rejects 7 'it does not come back' 'it recovered within one rest (recovered_ms)'
    load --steady --seconds 2
    rejects 7 'no outage' 'there is a whole run to look at'
fi

# --- 9: the report -----------------------------------------------------------------------------------
report() { # EDIT: sed on a report that is right
    "$node" tests/lab/tasks/report.js "$BUILD/lab/plot-local.json" | sed "$1" >"$BUILD/lab/report.md"
}
offered() { sed -n '/"offered"/,/}/ s/.*"measured": \([0-9]*\).*/\1/p' "$BUILD/lab/plot-local.json"; }
if on 9; then
    cp "$work/good.csv" "$recording" && { sh lab/lab plot >/dev/null 2>&1 || true; }
    rejects 9 'no report' 'the report is there'
    report ''
    done_is 9 'two differences'
    report 's/^measured: .*/measured: about right/'
    rejects 9 'no numbers' 'difference 1 has the numbers of'
    report 's/^predicted: .*/predicted: 1/'
    rejects 9 "numbers that nobody measured" 'difference 1 has the numbers of'
    report 's/^# .*/# The two are identical/'
    rejects 9 'a claim of equality' 'it does not claim that the two were equal'
    report 's/^fact: .*/fact: environments/'
    rejects 9 'one difference, twice' 'it explains 2 differences'
    report 's/^fact: .*/fact: the weather/'
    rejects 9 'no line of the plot' 'difference 1 is about a line of the plot'
    report '/^cause:/,/^evidence:/ { s/environments/them/; s/cold/anew/; }'
    rejects 9 'no word of cold starts' 'and says what environments and their cold starts did to it'
    report '/^cause:/,/^evidence:/ { /^  /d; s/^cause: .*/cause: the cold cloud is slower/; }'
    rejects 9 'no cause' 'difference 1 has a cause'
    report '/^cause:/,/^evidence:/ { /^  /d; s/^cause: .*/cause: x x x x x x x x x x x x environments/; }'
    rejects 9 'words that are none' 'difference 1 has a cause'
    names '13 words, 1 different ones'
    report 's/^evidence: .*/evidence: I saw it/'
    rejects 9 'no evidence' 'difference 1 has evidence'
    report 's/^evidence: .*/evidence: 1/'
    rejects 9 'a number of nothing' 'difference 1 has evidence'
    report 's/^evidence: .*/evidence: it took 987654321 ms, as one could see/'
    rejects 9 'a number from elsewhere' 'difference 1 has evidence of this run'
    report ''
    sed -n '/^cause:/,$p' "$BUILD/lab/report.md" | sed '/^## /,$d' >"$work/why"
    sed -e '/^## Difference 2/,$ { /^cause:/,$d; }' "$BUILD/lab/report.md" | cat - "$work/why" >"$work/twice"
    cp "$work/twice" "$BUILD/lab/report.md"
    rejects 9 'one cause, copied' 'each has its own cause and evidence'
    report "s/^evidence: mode.*/evidence: the 2nd row of the table, predicted and measured: $(offered)/"
    done_is 9 'a number of the table as evidence'
    report 's/^build: .*/build: 0123456789ab/'
    rejects 9 'another build' 'it says which build it is about'
fi
