#!/bin/sh
# However the twin ends, nothing of it is left: no process (not even a frozen one), no
# port, no folder.
#
#     LAB_NODE=node LAB_NODE_MODULES=.. twin_ends.sh BUILD
#
# Each way starts a twin with one frozen environment and one at work, whose program has a
# child of its own, ends it, and looks.
set -eu
node=${LAB_NODE:-node}
work=$(mktemp -d "${TMPDIR:-/tmp}/twin-ends.XXXXXX")
twin=
stop() {
    [ -z "$twin" ] || kill -KILL "$twin" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM

# Every process that this starts has the name of its folder in its command line, and can be
# found by it. A bootstrap has a child of its own.
mark=$(basename "$work")
toy=$("$node" -e "process.stdout.write(require('./tests/lab/twin_toy').toyFolder())")
mv "$toy" "$work/toy"
for name in client backend; do
    program=$work/toy/bin/$name
    mv "$program/bootstrap" "$program/toy.js"
    cat >"$program/bootstrap" <<SH
#!/bin/sh
sh -c 'while :; do sleep 1; done' $mark &
exec $node $program/toy.js
SH
    chmod 755 "$program/bootstrap"
done

# How many are left. The brackets keep grep from finding itself.
left() {
    grep -las -e "[${mark%"${mark#?}"}]${mark#?}" /proc/[0-9]*/cmdline | wc -l
}

# A number from the twin's one line.
field() {
    "$node" -pe "JSON.parse(require('fs').readFileSync('$work/ready', 'utf8').split('\n')[0]).$1"
}

begin() {
    : >"$work/ready"
    "$node" lab/twin/twin.js --bin "$work/toy/bin" --template "$work/toy/template.yaml" \
        --dir "$work/run" --port-base 0 "$@" >"$work/ready" 2>"$work/said" &
    twin=$!
    tries=0
    until grep -q ready "$work/ready"; do
        tries=$((tries + 1))
        { [ $tries -lt 300 ] && kill -0 "$twin"; } || { echo "the twin did not start: $(cat "$work/said")"; exit 1; }
        sleep 0.1
    done
    api=$(field endpoints.api)
    curl -s -o /dev/null "$api/call?do=echo"
    curl -s -o /dev/null "$api/call?do=sleep&ms=900" &
    sleep 0.1
    curl -s -o /dev/null "$api/call?do=echo"
    [ "$(left)" -ge 6 ] || { echo "too little runs to prove anything: $(left)"; exit 1; }
}

# $1: the way. Everything must be gone within five seconds.
gone() {
    tries=0
    while [ "$(left)" -gt 0 ] || [ -n "$(ls -A "$work/run")" ]; do
        tries=$((tries + 1))
        [ $tries -lt 50 ] || { echo "$1: left behind: $(left) processes, $(ls -A "$work/run")"; exit 1; }
        sleep 0.1
    done
    if curl -s -o "$work/answer" --max-time 1 "$api/call"; then
        echo "$1: its port still answers"
        exit 1
    fi
    twin=
    echo "$1: nothing is left"
}

for signal in INT TERM HUP KILL ABRT; do
    begin
    kill -s "$signal" "$twin"
    wait "$twin" 2>/dev/null || true
    gone "SIG$signal"
done

# A bug of the twin itself: something throws where nobody catches it.
cat >"$work/bug.js" <<'JS'
if (/twin\.js$/.test(process.argv[1])) process.on('SIGUSR2', () => { throw new Error('a bug, on purpose'); });
JS
export NODE_OPTIONS="--require $work/bug.js"
begin
unset NODE_OPTIONS
kill -s USR2 "$twin"
status=0
wait "$twin" || status=$?
[ $status = 1 ] || { echo "a bug: exit status $status, not 1"; exit 1; }
grep -q 'a bug, on purpose' "$work/said" || { echo "a bug: nothing was said"; exit 1; }
gone "a bug"

sleep 1000 &
parent=$!
begin --parent $parent
kill $parent
gone "the end of its parent"

# Whoever killed the watchdog as well finds the folder swept by the next twin.
mkdir -p "$work/run/run-999999"
begin
[ ! -e "$work/run/run-999999" ] || { echo "an old folder was not swept"; exit 1; }
kill "$twin"
gone "a folder left by another"

# Two twins want the same ports: the second says so and ends.
begin
port=$(field endpoints.api | sed 's/.*://')
if "$node" lab/twin/twin.js --bin "$work/toy/bin" --template "$work/toy/template.yaml" --dir "$work/run" \
    --port-base "$port" >/dev/null 2>"$work/second"; then
    echo "a second twin on the same port started"
    exit 1
fi
grep -q "port $port is taken" "$work/second" || { cat "$work/second"; exit 1; }
kill "$twin"
gone "a second twin"
