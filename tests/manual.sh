# manual.sh - sim/README.md tells the truth; part of storm.sh, whose functions it uses.
# shellcheck shell=sh disable=SC2154,SC2016

# Every key the reader knows stands in the manual, and every key of the manual is known:
# a number out of range is answered with the range that the manual gives.
keys() { # the names in the tables of knobs
    cat sim/scene*.c | sed -n 's/^ *SCENE_KNOB([a-z_]*, "\([a-z0-9_]*\)".*/\1/p'
    sed -n 's/^ *KNOB("\([a-z0-9_]*\)".*/\1/p' sim/adapter.c
}
count=0
for key in $(keys); do
    count=$((count + 1))
    grep -q "^| \`\$\.[^|]*\.*$key\` |" "$manual" || bad "manual: says nothing about $key"
done
check "manual: has all $count keys of sim/scene*.c and sim/adapter.c" [ "$count" -gt 60 ]

# around PATH JSON: a scene in which all that is read before PATH is good
around() {
    case $1 in
    \$.load.steps*) echo "{\"name\":\"t\",\"load\":{\"steps\":[{$3\"$2\":1e300}]}}" ;;
    \$.load.*) echo "{\"name\":\"t\",\"load\":{\"$2\":1e300}}" ;;
    \$.backend.service.*) echo "{\"name\":\"t\",$load,\"backend\":{\"service\":{\"$2\":1e300}}}" ;;
    \$.backend.*) echo "{\"name\":\"t\",$load,\"backend\":{\"$2\":1e300}}" ;;
    \$.fleet.*) echo "{\"name\":\"t\",$load,$backend,\"fleet\":{\"$2\":1e300}}" ;;
    \$.gateway.*) echo "{\"name\":\"t\",$load,$backend,\"gateway\":{\"$2\":1e300}}" ;;
    \$.store.*) echo "{\"name\":\"t\",$load,$backend,\"store\":{\"$2\":1e300}}" ;;
    \$.faults*) echo "{\"name\":\"t\",$load,$backend,\"faults\":[{$3\"$2\":1e300}]}" ;;
    \$.clients*) echo "{\"name\":\"t\",$load,$backend,\"clients\":{\"NAME\":{\"$2\":1e300}}}" ;;
    \$.expect*) echo "{\"name\":\"t\",$load,$backend,\"clients\":{\"a\":{}},
        \"expect\":[{\"client\":\"a\",\"fact\":\"opens\",\"$2\":1e300}]}" ;;
    *) echo "{\"name\":\"t\",\"$2\":1e300}" ;;
    esac
}
load='"load":{"rps":1}' backend='"backend":{"service":{"mean_ms":1}}'
rows=0
grep '^| `\$\.[^|]*| [^|]*| -\{0,1\}[0-9]* to [0-9a-z]* |' "$manual" >"$work/rows"
while IFS='|' read -r _ path _ range _; do
    path=$(echo "$path" | tr -d ' `') range=$(echo "$range" | sed 's/^ *//; s/ *$//')
    range=$(echo "$range" | sed 's/to workers/to 1000/')
    rows=$((rows + 1)) key=${path##*.} before=
    case $path in
    *.steps*.rps) before='"at_ms":1,' ;;
    *.steps*.at_ms) before='"rps":1,' ;;
    esac
    around "$path" "$key" "$before" >"$work/range.json"
    where=$(echo "$path" | sed 's/\[\]/[0]/')
    play 2 run "$work/range.json" || true
    grep -qF "$where: found 1e+300, allowed $range" "$work/err" ||
        bad "manual: $path is said to be $range, but: $(cat "$work/err")"
done <"$work/rows"
check "manual: the ranges of $rows keys are those of the reader" [ "$rows" -gt 70 ]

# Every fact, with the sentence that storm prints for it, and in the same order.
play 0 run "$tiny" --facts || true
sed -n 's/^\([a-z][a-z0-9_]*\)  *-\{0,1\}[0-9][0-9]*   \(.*\)$/| `\1` | \2 |/p' "$work/out" \
    >"$work/facts"
sed -n '/^| fact | meaning |/,/^$/p' "$manual" | sed 1,2d | sed '/^$/d' >"$work/said"
check "manual: all facts, as storm run --facts prints them" same "$work/facts" "$work/said"

# Every column of the CSV files, and every key of the JSON objects.
head -1 "$work/run.csv" | tr , '\n' | grep -v -e '^state[1-9]' -e '^heat' >"$work/columns"
echo 'state19 heat100 heat7500000' | tr ' ' '\n' >>"$work/columns"
head -1 "$work/run.csv" | grep -q 'state19,heat100,.*,heat7500000,alive,.*,item$' ||
    bad "manual: the last columns are other ones"
while read -r column; do
    grep -q "^| .*\`$column\`.* | " "$manual" || bad "manual: no column $column"
done <"$work/columns"
check "manual: the columns of a run" [ "$(wc -l <"$work/columns")" = 22 ]
check "manual: the columns of a sweep begin as it says" \
    grep -q '^client,seed,digest,offered,' "$work/1.csv"
for format in run sweep; do
    play 0 "$format" "$tiny" --json - || true
    sed -n 's/^\t"\([a-z_]*\)":.*/\1/p' "$work/out" >"$work/keys"
    check "manual: the keys of $format --json" [ "$(wc -l <"$work/keys")" -ge 4 ]
    while read -r key; do
        grep -q "\`$key\`" "$manual" || bad "manual: no key $key of $format --json"
    done <"$work/keys"
done

# The letters of the picture.
play 0 run "$tiny" || true
for letter in '#' '+' '-' 'x' 'o'; do
    grep -q "^| \`$letter\` | " "$manual" || bad "manual: no letter $letter"
    grep -qF " $letter " "$work/out" || bad "picture: its legend has no $letter"
done

# The scene and the program in it.
sed -n '/^```json$/,/^```$/p' "$manual" | sed '1d;$d' >"$work/short.json"
check "manual: its scene can be played" play 0 sweep "$work/short.json" --seeds 5
sed 's/"rps": 100/"rps": -5/' "$work/short.json" >"$work/wrong.json"
play 2 run "$work/wrong.json" || true
check "manual: its error is the one that is printed" \
    grep -qF "$(sed -n 's/^    short.json: //p' "$manual")" "$work/err"
sed -n '/^```c$/,/^```$/p' "$manual" | sed '1d;$d' >"$work/bell.c"
if ${CC:-cc} -std=c11 -Wall -Wextra -Werror -Isim "$work/bell.c" sim/sim.c -o "$work/bell"; then
    printf ' 100 ms: a bell\n 350 ms: a bell\n 600 ms: a bell\n' >"$work/rings"
    "$work/bell" >"$work/out"
    check "manual: its program rings as it says" same "$work/out" "$work/rings"
else
    bad "manual: its program does not compile"
fi

# What the explorer knows, and a timeline of its.
cat sim/explore_judge.c sim/explore_possible.c |
    awk '/^    \[EXPLORE_.*= \{"/ { on = 1; text = "" } on { sub(/^ +/, ""); text = text $0 }
         on && /"},?$/ { gsub(/""/, "", text); split(text, part, "\""); on = 0
                         print "| `" part[2] "` | " part[4] " |" }' >"$work/words"
check "manual: 17 rules and faults of the explorer" [ "$(wc -l <"$work/words")" = 17 ]
while read -r row; do
    grep -qxF "$row" "$manual" || bad "manual: has no row $row"
done <"$work/words"
play 1 explore --protocol leased --environments 2 || true
sed -n '/^time  /,$p' "$work/out" >"$work/told"
sed -n '/^    time  /,/^    A calls /p' "$manual" | sed 's/^    //' >"$work/said"
check "manual: its timeline is the one that explore tells" same "$work/told" "$work/said"
