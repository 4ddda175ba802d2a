#!/bin/sh
# measure.sh - what both variants of WHO's client cost on this machine, as a table:
#
#   zip        what is uploaded
#   start      from exec to the first GET next, with no TLS on the way (the connections
#              that INIT opens are refused): median of RUNS starts from a warm page
#              cache, the least, and processor time
#   with TLS   the same, with the connections to DynamoDB and Lambda opened in INIT, as
#              `bootstrap` does: certificates read, two handshakes with a server on
#              loopback that shows an RSA-2048 chain of two
#   memory     resident when it asks for its first event, after those handshakes
#
# The lines `floor-` are a static program that does nothing but ask, with the C library of
# that variant: what this machine takes for a process and a connection. glibc asks the
# processor what it can do before main, which is slow in a virtual machine; musl does not.
#
# On a busy machine look at the least and at processor time. Called by `make
# lab-measure`, with ARCH, MAKE, BUILD and WHO; RUNS=300 unless told otherwise.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runs=${RUNS:-300}
for tool in node openssl "${CC:-cc}"; do
    command -v "$tool" >/dev/null || { echo "make lab-measure needs $tool." >&2 && exit 1; }
done
work=$(mktemp -d) server=''
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

"${CC:-cc}" -std=c11 -O2 -static "$here/start.c" -o "$work/start"
sh "$here/certs.sh" "$work" localhost
cat "$here/amazon-roots.pem" "$work/ca.pem" >"$work/roots.pem"

mkfifo "$work/hold"
node "$here/server.js" "$work" <"$work/hold" >"$work/said" &
server=$!
exec 9>"$work/hold" # open for as long as this script lives
until port=$(sed -n 's/^{"tls":\([0-9]*\),.*/\1/p' "$work/said") && [ -n "$port" ]; do
    kill -0 "$server" || exit 1
    sleep 0.1
done

# What the client reads from its environment: its configuration is the template's; there
# is no backend, and no table.
export AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none LAB_CA_FILE="$work/roots.pem" \
    TABLE=none BREAKER=none BACKEND=none
BREAKER_CONFIG=$(sh lab/verbs/knobs.sh)
export BREAKER_CONFIG
unset AWS_SESSION_TOKEN LAB_CLOCK_OFFSET_MS

start() { # ENDPOINT RUNS PROGRAM [ARGUMENT]: median, least, processor time in us; memory in kB
    AWS_ENDPOINT_URL_DYNAMODB=$1 AWS_ENDPOINT_URL_LAMBDA=$1 "$work/start" "$2" "$3" ${4:+"$4"}
}

in_ms() {
    awk -v us="$1" 'BEGIN { printf "%.2f", us / 1000 }'
}

line() { # TLS: one line of the table
    echo "Building with $1" >&2
    ${MAKE:-make} -s --no-print-directory lambda TLS="$1" WHO="$WHO" BUILD="$BUILD" FORCE="${FORCE:-}" >&2
    program=$BUILD/lambda/client/bootstrap
    size=$(wc -c <"$BUILD/lambda/client.zip")
    # shellcheck disable=SC2046 # four numbers
    set -- "$1" $(start http://127.0.0.1:9 "$runs" "$program") $(start "https://localhost:$port" $((runs / 5)) "$program")
    printf '%-14s %10s   %6s %6s %6s    %6s %6s %6s   %8s\n' "$1" "$size" \
        "$(in_ms "$2")" "$(in_ms "$3")" "$(in_ms "$4")" "$(in_ms "$6")" "$(in_ms "$7")" "$(in_ms "$8")" "$9"
}

floor() { # TLS: the program that only asks, built as that variant is
    TLS=$1 sh -c '. "$0/toolchain.sh" && $compiler -std=c11 -O2 $link "$0/start.c" -o "$1"' \
        "$here" "$work/floor"
    # shellcheck disable=SC2046 # four numbers
    set -- "floor-$1" $(start none "$runs" "$work/floor" ask)
    printf '%-14s %10s   %6s %6s %6s\n' "$1" - "$(in_ms "$2")" "$(in_ms "$3")" "$(in_ms "$4")"
}

small_floor=$(floor mbedtls)
large_floor=$(floor openssl)
small=$(line mbedtls)
large=$(line openssl)
echo "On $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg); $runs starts, $((runs / 5)) with TLS"
echo
echo '                     zip        start, ms              with TLS, ms          memory'
echo 'TLS                bytes   median  least    cpu    median  least    cpu         kB'
printf '%s\n' "$small_floor" "$large_floor" "$small" "$large"
