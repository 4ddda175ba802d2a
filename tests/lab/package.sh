#!/bin/sh
# package.sh - do the zips of `make lambda` run where nothing is but their content?
#
# Both variants, client and backend, are unpacked into an empty root (a name in
# /etc/hosts, /dev/urandom, no library, no shell) and serve one event there, over TLS, with
# a server of our own: lab/package/server.js. A server that somebody else vouches for, or
# that is called otherwise, must get no request, and so no credentials. And what may not
# be packed must be refused: red checks, stubs, a strange root, a changed source.
#
# Called by `make lab-package-test` with MAKE and BUILD. Needs root, for chroot: without,
# it says SKIPPED, which make check-all shows.
# shellcheck disable=SC2317 # what looks unreachable is called by ok
set -eu
cd "$(dirname "$0")/../.."
package=lab/package who=solutions/17-behind-a-door
if [ "$(id -u)" != 0 ]; then
    echo "SKIPPED lab-package-test: chroot and mknod need root."
    exit 0
fi
for tool in node openssl unzip zip readelf; do
    command -v "$tool" >/dev/null || { echo "lab-package-test needs $tool." >&2 && exit 1; }
done
work=$(mktemp -d) server='' program='' failed=0
finish() {
    for pid in $server $program; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

ok() { # WHAT COMMAND...
    what=$1
    shift
    if "$@" >"$work/out" 2>&1; then echo "ok      $what"; else
        echo "FAILED  $what" && cat "$work/out"
        failed=1
    fi
}
not() { ! "$@"; }
lambda() { # VARIABLE=VALUE...
    ${MAKE:-make} -s --no-print-directory lambda BUILD="$BUILD" FORCE= "$@"
}
refused() { # WORDS COMMAND...: it fails, and says WORDS
    words=$1
    shift
    ! "$@" >"$work/refusal" 2>&1 || return 1
    grep -q -- "$words" "$work/refusal" || { cat "$work/refusal" && return 1; }
}

# --- what may not be packed -----------------------------------------------------------

stubs() { # a handler.c that is a stub, straight to the compiler
    ARCH=$this TLS=mbedtls FORCE=$1 BUILD_ID=none CFLAGS_LAB=-std=c11 READERS=solutions/00-green-first/handler.c \
        sh "$package/program.sh" stubs
}
no_network() { # COMMAND..., where nothing can be fetched
    mkdir -p "$work/bin"
    for tool in sh awk cat cut dirname grep mkdir mktemp mv rm sed sha256sum sort; do
        ln -sf "$(command -v "$tool")" "$work/bin/"
    done
    PATH=$work/bin "$@"
}

refusals() {
    ok "red checks are not packed" refused 'checks of .* are red' lambda WHO=solutions/00-green-first
    ok "a stub is not packed" refused 'Not written yet.*handler.c' stubs ''
    grep -v -e '^#' $package/amazon-roots.pem | sed '/BEGIN/,/END/!d; /END/q' >"$work/one.pem"
    cat $package/amazon-roots.pem "$work/one.pem" >"$work/six.pem"
    ok "a sixth root is not packed" refused 'exactly the five' sh $package/roots.sh "$work/six.pem"
    sed '/BEGIN/,/END/{/^MIID/s/A/B/;}' $package/amazon-roots.pem >"$work/changed.pem"
    ok "a changed root is not packed" refused 'exactly the five' sh $package/roots.sh "$work/changed.pem"
    mkdir -p "$work/sources"
    cp "$BUILD"/lambda/cache/sources/cjson_*.orig.tar.gz "$work/sources/"
    ok "a source that is there is taken" no_network sh $package/fetch.sh "$work/sources" cjson
    printf x >>"$(echo "$work"/sources/cjson_*)"
    ok "a changed source is not built" refused 'has not the SHA-256' no_network sh $package/fetch.sh "$work/sources" cjson
    ok "and is deleted" not ls "$work"/sources/cjson_*.orig.tar.gz
}

# --- the zips -------------------------------------------------------------------------

entries() { # ZIP
    [ "$(unzip -Z1 "$1" | paste -sd' ' -)" = "bootstrap amazon-roots.pem" ] &&
        unzip -Z "$1" | grep -q '^-rwxr-xr-x .* bootstrap$' &&
        unzip -Z "$1" | grep -q '^-rw-r--r-- .* amazon-roots.pem$'
}
static() { # PROGRAM: it asks for no loader and no library
    ! readelf -lW "$1" | grep -q INTERP && ! readelf -dW "$1" | grep -q NEEDED
}
small() { # ZIP BYTES
    [ "$(wc -c <"$1")" -le "$2" ]
}
same() { # ZIP ZIP
    cmp "$1" "$2"
}

# --- an empty root --------------------------------------------------------------------

store=dynamodb.eu-west-1.amazonaws.com
# shellcheck disable=SC2016 # a stage is called $default
event='{"version":"2.0","routeKey":"GET /call","rawPath":"/call","rawQueryString":"","headers":{"host":"x"},
"requestContext":{"http":{"method":"GET","path":"/call"},"requestId":"r","stage":"$default"},"isBase64Encoded":false}'

make_root() { # ZIP: into $work/root
    rm -rf "$work/root"
    mkdir -p "$work/root/var/task" "$work/root/etc" "$work/root/dev"
    mknod "$work/root/dev/urandom" c 1 9
    printf '127.0.0.1 %s\n' localhost "$store" other.example >"$work/root/etc/hosts"
    unzip -q "$1" -d "$work/root/var/task"
    cp "$work/certs/ca.pem" "$work/root/var/task/test-ca.pem"
    cp "$work/certs/other.pem" "$work/root/var/task/other-ca.pem"
    [ -z "$emulator" ] || cp "$(command -v "$emulator")" "$work/root/emulator"
}

start_server() {
    rm -f "$work/hold"
    : >"$work/said"
    mkfifo "$work/hold"
    node $package/server.js "$work/certs" "$event" <"$work/hold" >"$work/said" &
    server=$!
    exec 9>"$work/hold"
    until grep -q '"runtime"' "$work/said"; do kill -0 "$server" && sleep 0.1; done
    https=$(sed -n 's/^{"tls":\([0-9]*\),.*/\1/p' "$work/said")
    runtime=$(sed -n 's/^{"tls.*"runtime":\([0-9]*\)}/\1/p' "$work/said")
}

serve() { # NAME-OF-THE-SERVER CA-FILE: one event in the empty root; "" is no CA file named
    start_server
    # shellcheck disable=SC2086
    env -i AWS_LAMBDA_RUNTIME_API="127.0.0.1:$runtime" AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=AKID \
        AWS_SECRET_ACCESS_KEY=secret AWS_SESSION_TOKEN=token TABLE=breakers BREAKER=backend BACKEND=backend \
        AWS_ENDPOINT_URL_DYNAMODB="https://$1:$https" AWS_ENDPOINT_URL_LAMBDA="https://$1:$https" ${2:+LAB_CA_FILE=$2} \
        BREAKER_CONFIG="$config" "$(command -v chroot)" "$work/root" ${emulator:+/emulator} /var/task/bootstrap >"$work/log" 2>&1 9>&- &
    program=$!
    tries=0
    until grep -q -e '"answer"' -e '"error"' "$work/said" || [ "$tries" -ge 100 ] || ! kill -0 "$program" 2>/dev/null; do
        tries=$((tries + 1))
        sleep 0.1
    done
    kill "$program" 2>/dev/null || true
    wait "$program" 2>/dev/null || true
    exec 9>&-
    wait "$server" || true
    server='' program=''
}

said() { # PATTERN: something that the server saw
    grep -q -e "$1" "$work/said" || { cat "$work/said" "$work/log" && return 1; }
}
nothing_sent() { # it met the server, and left before any request, its session token in it
    said '"met"' && ! grep '"request"' "$work/said"
}
survived() { # it said something to the platform, rather than dying
    said '"answer"'
}

variant() { # TLS ARCH BYTES: as a zip, at most
    tls=$1 arch=$2 limit=$3
    set -- "$arch, $tls"
    ok "$1: packed" lambda WHO=$who TLS="$tls" ARCH="$arch"
    for name in client backend; do cp "$BUILD/lambda/$name.zip" "$work/$name.zip"; done
    ok "$1: packed again" lambda WHO=$who TLS="$tls" ARCH="$arch"
    for name in client backend; do
        zip=$work/$name.zip
        ok "$1: $name.zip is the same bytes twice" same "$zip" "$BUILD/lambda/$name.zip"
        ok "$1: $name.zip holds bootstrap, 755, and the roots" entries "$zip"
        ok "$1: $name.zip is $limit bytes at most" small "$zip" "$limit"
        make_root "$zip"
        ok "$1: $name needs no library" static "$work/root/var/task/bootstrap"
        serve $store /var/task/test-ca.pem
        ok "$1: $name reads its item over TLS, signed" said '"request":"DynamoDB_20120810.GetItem".*"signed":true'
        [ $name = backend ] || ok "$1: $name calls the backend, signed" said '/invocations".*"signed":true'
        ok "$1: $name answers 200" said '"answer":.*200'
        serve $store ''
        ok "$1: $name sends nothing to a server that the five roots do not vouch for" nothing_sent
        ok "$1: $name lives on" survived
        serve $store /var/task/other-ca.pem
        ok "$1: $name sends nothing if the server's root is another" nothing_sent
        serve other.example /var/task/test-ca.pem
        ok "$1: $name sends nothing to a server of another name" nothing_sent
    done
}

# What the function is given when it is deployed.
config=$(awk '/^  BreakerConfig:/ { here = 1 } here && /[{]/ { on = 1 } on { print } on && /}/ { exit }' lab/template.yaml)
sh $package/certs.sh "$work/certs" "$store" lambda.eu-west-1.amazonaws.com
case $(uname -m) in
aarch64 | arm64) this=arm64 ;;
*) this=x86_64 ;;
esac
emulator=''
variant mbedtls $this 500000
variant openssl $this 2600000
if [ $this = x86_64 ] && command -v qemu-aarch64-static aarch64-linux-gnu-gcc >/dev/null; then
    emulator=qemu-aarch64-static
    variant mbedtls arm64 700000 # the cross compiler has the GNU libc, which is larger
elif [ $this = x86_64 ]; then
    echo "NOT TRIED  arm64: it needs gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, qemu-user-static"
fi
refusals
exit $failed
