#!/bin/sh
# plots.sh - storm's pictures: there when they can be, one clear sentence when not; and
# what a CSV says is what the run was.
#
#   STORM=build/.../storm sh tests/plots.sh     (without STORM it builds one)
#
# Without gnuplot on this machine only its absence is tested, and that is said.
set -u
cd "$(dirname "$0")/.." || exit 2
: "${BUILD:=build}" "${MAKE:=make}"
if [ -z "${STORM:-}" ]; then
    who=solutions/15-one-scout-for-the-fleet
    $MAKE --no-print-directory -s BUILD="$BUILD" WHO=$who MODE=release storm || exit 2
    STORM=$BUILD/${who#*/}/release/storm
fi
case $STORM in /*) storm=$STORM ;; *) storm=$PWD/$STORM ;; esac
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
export LC_ALL=C NO_COLOR=1
failed=0
mkdir "$tmp/none" "$tmp/bad" "$tmp/out"
printf '#!/bin/sh\nhead -n 3 >/dev/null\necho "gnuplot: I am broken" >&2\nexit 3\n' \
    >"$tmp/bad/gnuplot"
chmod +x "$tmp/bad/gnuplot"

# --- scenes of our own: others may change --------------------------------------------
backend='"backend": {"servers": 10, "service": {"law": "exponential", "mean_ms": 50}}'
load='"load": {"rps": 100, "patience_ms": 2000}'
none='"none": {"timeout_ms": 500, "attempts": 3}'
some='"each": {"timeout_ms": 500, "breakers": 5, "failures_to_open": 3, "open_ms": 2000},
    "one": {"timeout_ms": 500, "failures_to_open": 10, "open_ms": 2000}'
hang='{"kind": "hang", "from_ms": 10000, "to_ms": 16000}'

scene() { # NAME WORLD CLIENTS
    printf '{"name": "%s", "about": "A test of plots.", "workers": 200, %s,\n %s,\n "clients": {%s}}\n' \
        "$1" "$2" "$backend" "$3" >"$tmp/$1.json"
}
scene fault "\"run_ms\": 40000, $load, \"faults\": [$hang]" "$none, $some"
scene calm "\"run_ms\": 20000, \"bucket_ms\": 250, $load" "$none"
scene ramp '"run_ms": 60000, "load": {"steps": [{"at_ms": 0, "rps": 10},
    {"at_ms": 30000, "rps": 250}, {"at_ms": 60000, "rps": 10}]}' "$none, $some"
many=''
for from in 5 8 11 14 17 20 23 26 29 32; do
    many="$many${many:+, }{\"kind\": \"errors\", \"pct\": 90, \"from_ms\": ${from}000, \"to_ms\": ${from}900}"
done
six=$none
for name in a b c d e-with_a.long-name-23; do
    six="$six, \"$name\": {\"timeout_ms\": 500, \"breakers\": 30, \"failures_to_open\": 2}"
done
scene six "\"run_ms\": 40000, $load, \"faults\": [$many]" "$six"

# --- what a test is ------------------------------------------------------------------
ok() { echo "ok     $1"; }
bad() {
    echo "FAILED $1: $2"
    failed=$((failed + 1))
}

# says NAME STATUS WORDS COMMAND...: ends so, and says so on stderr
says() {
    name=$1 status=$2 words=$3
    shift 3
    got=0
    "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null || got=$?
    if [ "$got" != "$status" ]; then
        bad "$name" "status $got, wanted $status: $(head -n 3 "$tmp/stderr")"
    elif ! grep -qF -e "$words" "$tmp/stderr"; then
        bad "$name" "did not say \"$words\" but: $(head -n 3 "$tmp/stderr")"
    else
        ok "$name"
    fi
}

silent() { # NAME COMMAND...: ends with 0, and stderr stays empty
    name=$1
    shift
    got=0
    "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null || got=$?
    [ "$got" = 0 ] && [ ! -s "$tmp/stderr" ] && return 0
    bad "$name" "status $got, and said: $(head -n 3 "$tmp/stderr")"
    return 1
}

# A picture is a picture: the first bytes of a PNG, or well-formed XML with what must be
# in it. Text stands in it as it was given, but for < & > and quotes.
is_picture() { # NAME FILE TEXT
    case $2 in
    *.png) [ "$(dd if="$2" bs=1 skip=1 count=3 2>/dev/null)" = PNG ] || {
        bad "$1" "$2 is no PNG"
        return
    } ;;
    *.svg) if command -v xmllint >/dev/null && ! xmllint --noout "$2" 2>"$tmp/stderr"; then
        bad "$1" "not well-formed: $(head -n 2 "$tmp/stderr")"
        return
    elif ! grep -qF -e "$3" "$2"; then
        bad "$1" "\"$3\" is not in the picture"
        return
    fi ;;
    esac
    ok "$1"
}

only_files() { # NAME FOLDER COUNT: nothing else was left there
    found=$(find "$2" -type f | wc -l)
    if [ "$found" -eq "$3" ]; then ok "$1"; else bad "$1" "$found files, wanted $3"; fi
}

same() { # NAME FILE FILE
    if cmp -s "$2" "$3"; then
        ok "$1"
    else
        bad "$1" "$(diff "$2" "$3" | head -n 4)"
    fi
}

# --- words that are wrong --------------------------------------------------------------
says 'an ending that is no picture' 1 'ends in .svg or .png' \
    "$storm" compare "$tmp/calm.json" --plot "$tmp/out/x.pdf"
if grep -q 'req/s' "$tmp/stdout"; then ok 'the text picture stays'; else bad 'the text picture stays' 'gone'; fi
says 'a name that is only an ending' 1 'ends in .svg or .png' \
    "$storm" run "$tmp/calm.json" --quiet --plot .svg
says '--as with a wrong word' 2 'found "pie", allowed with run: runs or goodput' \
    "$storm" run "$tmp/calm.json" --plot "$tmp/out/x.svg" --as pie
says '--as fan with run' 2 'allowed with run: runs or goodput' \
    "$storm" run "$tmp/calm.json" --plot "$tmp/out/x.svg" --as fan
says '--as runs with sweep' 2 'allowed with sweep: fan' \
    "$storm" sweep "$tmp/calm.json" --plot "$tmp/out/x.svg" --as runs
says '--as nothing' 2 'found ""' "$storm" run "$tmp/calm.json" --plot "$tmp/out/x.svg" --as ''
says '--as with list' 2 'not with list' "$storm" list --as runs
says '--as without --plot' 2 'there is no --plot' "$storm" run "$tmp/calm.json" --as runs
says 'plot without anything' 2 'name comes first' "$storm" plot
says 'plot without a name' 2 'name comes first' "$storm" plot "a=$tmp/a.csv"
says 'plot without files' 2 'which runs?' "$storm" plot "$tmp/out/x.svg"
says 'picture without files' 2 'which runs?' "$storm" picture
says 'a file that is not there' 2 'nowhere.csv: cannot be read' \
    "$storm" picture "a=$tmp/nowhere.csv"
says 'a folder for a file' 2 'cannot be read' "$storm" picture "a=$tmp"

# --- what a CSV says is what the run was --------------------------------------------------
csv_round_trip() { # SCENE CLIENT
    file="$tmp/$1 $2.csv" # a blank, for a name may have one
    silent "$1 $2: run --csv" "$storm" run "$tmp/$1.json" --client "$2" --csv "$file" || return
    awk '/^ +breaker: / { print; exit } NR > 2' "$tmp/stdout" >"$tmp/of-run"
    silent "$1 $2: picture" "$storm" picture "$2=$file" || return
    same "$1 $2: the picture of the run is that of its CSV" "$tmp/of-run" "$tmp/stdout"
}
csv_round_trip fault none
csv_round_trip fault each
csv_round_trip fault one
csv_round_trip calm none
csv_round_trip ramp each
csv_round_trip six a

spoilt() { # NAME WORDS SED-SCRIPT: the CSV changed so is refused, in these words
    sed "$3" "$tmp/fault each.csv" >"$tmp/spoilt.csv"
    says "a CSV with $1" 2 "$tmp/spoilt.csv:$2" "$storm" picture "a=$tmp/spoilt.csv"
}
spoilt 'another first line' '1: column 2 is called "folly", not "fault"' '1s/fault/folly/'
spoilt 'too few columns' '1: found' 's/,heat[0-9]*$//; 1s/,heat.*//'
spoilt 'a word for a number' '5: column offered: found "many", wanted' '5s/^\([^,]*,[^,]*\),[^,]*/\1,many/'
spoilt 'a negative number' '5: column offered: found "-1"' '5s/^\([^,]*,[^,]*\),[^,]*/\1,-1/'
spoilt 'an empty cell' '5: column offered: found ""' '5s/^\([^,]*,[^,]*\),[^,]*/\1,/'
spoilt 'a number too large' '5: column offered: found "99999999999"' '5s/^\([^,]*,[^,]*\),[^,]*/\1,99999999999/'
spoilt 'a fault of 2' '5: column fault' '5s/^\([^,]*\),[^,]*/\1,2/'
spoilt 'a cell too many' '5: found' '5s/$/,0/'
spoilt 'a line cut short' '5: found' '5s/,[^,]*$//'
spoilt 'a line left out' '4: column time_ms: found 3000' '4d'
spoilt 'a state that is none' '5: column state0' '5s/,[COH],/,X,/'
spoilt 'a breaker that goes' '5: column state' '5s/,[COH],,/,,,/'
# shellcheck disable=SC2016 # a $ of sed's
spoilt 'no lines' '1: found no line with numbers' '2,$d'
: >"$tmp/spoilt.csv"
says 'an empty CSV' 2 'found no line with numbers' "$storm" picture "a=$tmp/spoilt.csv"
sed 's/$/,7/; 1s/,7$/,later/' "$tmp/fault each.csv" | awk '{ printf "%s\r\n", $0 }' >"$tmp/spoilt.csv"
silent 'a column more, and CRLF' "$storm" picture "a=$tmp/spoilt.csv" && ok 'a column more, and CRLF'
says 'seven files' 2 '1 to 6' "$storm" picture a=1 b=2 c=3 d=4 e=5 f=6 g=7

# --- no gnuplot, and a broken one ------------------------------------------------------
says 'without gnuplot' 1 'there is no gnuplot' \
    env PATH="$tmp/none" "$storm" compare "$tmp/fault.json" --plot "$tmp/out/x.svg"
if grep -q 'req/s' "$tmp/stdout"; then ok 'the text picture needs none'; else bad 'the text picture needs none' 'gone'; fi
says 'without gnuplot: fan' 1 'there is no gnuplot' env PATH="$tmp/none" \
    "$storm" sweep "$tmp/calm.json" --seeds 3 --quiet --plot "$tmp/out/x.svg"
says 'without gnuplot: plot' 1 'there is no gnuplot' env PATH="$tmp/none" \
    "$storm" plot "$tmp/out/x.svg" "a=$tmp/fault each.csv"
says 'a broken gnuplot is heard' 1 'gnuplot: I am broken' env PATH="$tmp/bad:$PATH" \
    "$storm" compare "$tmp/six.json" --quiet --plot "$tmp/out/x.svg"
says 'a broken gnuplot is told' 1 'is not drawn: gnuplot failed' env PATH="$tmp/bad:$PATH" \
    "$storm" compare "$tmp/six.json" --quiet --plot "$tmp/out/x.svg"
only_files 'no half pictures' "$tmp/out" 0

# --- pictures -------------------------------------------------------------------------
if ! command -v gnuplot >/dev/null; then
    echo 'left out: pictures, for there is no gnuplot here'
    [ "$failed" = 0 ] || echo "plots: $failed FAILED"
    [ "$failed" = 0 ]
    exit
fi
says 'a folder that is not there' 1 'cannot be written' \
    "$storm" compare "$tmp/calm.json" --quiet --plot "$tmp/none/such/x.svg"

draws() { # NAME FILE TEXT STORM-ARGUMENTS...: the picture in FILE, with TEXT in it
    title=$1 picture=$2 within=$3
    shift 3
    silent "$title" "$storm" "$@" && is_picture "$title" "$picture" "$within"
}
for ending in svg png; do
    draws "compare, 3 clients, $ending" "$tmp/out/compare.$ending" 'fault, seed 7' \
        compare "$tmp/fault.json" --seed 7 --quiet --plot "$tmp/out/compare.$ending"
    draws "compare, 6 clients, $ending" "$tmp/out/six.$ending" 'e-with_a.long-name-23' \
        compare "$tmp/six.json" --quiet --plot "$tmp/out/six.$ending"
    draws "run, no fault, $ending" "$tmp/out/calm.$ending" 'none' \
        run "$tmp/calm.json" --quiet --plot "$tmp/out/calm.$ending" --as runs
    draws "goodput, $ending" "$tmp/out/goodput.$ending" 'one, load falling' \
        compare "$tmp/ramp.json" --quiet --plot "$tmp/out/goodput.$ending" --as goodput
    draws "goodput of one load, $ending" "$tmp/out/level.$ending" 'does not move' \
        run "$tmp/fault.json" --quiet --plot "$tmp/out/level.$ending" --as goodput
    draws "fan, $ending" "$tmp/out/fan.$ending" 'of 12 recovered' \
        sweep "$tmp/fault.json" --seeds 12 --quiet --plot "$tmp/out/fan.$ending"
    draws "fan, 6 clients, 1 seed, $ending" "$tmp/out/fan1.$ending" 'of 1 recovered' \
        sweep "$tmp/six.json" --seeds 1 --quiet --plot "$tmp/out/fan1.$ending" --as fan
done
if grep -q half-open "$tmp/out/calm.svg"; then
    bad 'no ribbons without an opening' 'they are in the legend'
else
    ok 'no ribbons without an opening'
fi
"$storm" sweep "$tmp/fault.json" --seeds 12 --jobs 1 --quiet --plot "$tmp/one.svg" >"$tmp/stdout"
"$storm" sweep "$tmp/fault.json" --seeds 12 --jobs 5 --quiet --plot "$tmp/five.svg" >"$tmp/stdout"
same 'the fan does not depend on --jobs' "$tmp/one.svg" "$tmp/five.svg"

# Names and words that a shell or gnuplot could take for something else.
# shellcheck disable=SC2016
{
    odd="$tmp/out/it's \"odd\" \$HOME \`touch x\` %d.svg"
    label='it'"'"'s `touch x` "$(touch x)" {/Bold x}_a^2 \n @b'
}
draws 'an odd file name' "$odd" "it's" \
    plot "$odd" "$label=$tmp/fault each.csv" "b=$tmp/fault one.csv" --title "it's \\ <one> & \`date\`"
draws 'plot of runs of different length' "$tmp/out/both.svg" 'before' \
    plot "$tmp/out/both.svg" "before=$tmp/fault none.csv" "after=$tmp/calm none.csv" \
    "$tmp/ramp each.csv"
only_files 'nothing but the pictures' "$tmp/out" 16
if [ -e x ]; then bad 'no word is obeyed' 'a file x was made'; else ok 'no word is obeyed'; fi

[ "$failed" = 0 ] || echo "plots: $failed FAILED"
[ "$failed" = 0 ]
