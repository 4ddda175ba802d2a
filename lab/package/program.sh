#!/bin/sh
# program.sh NAME SOURCE... - make $BUILD/lambda/NAME.zip: one static program, named
# bootstrap as provided.al2023 wants it, and the roots it trusts.
#
# From the environment: ARCH, TLS, FORCE, BUILD, CFLAGS_LAB; BUILD_ID, the digest of the
# reader's files; READERS, those of them that go into this program, or nothing. `make
# lambda` sets them. The same sources and compiler give the same bytes: time stamps are
# fixed, the order is, and no path of this machine is in it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lab/package/toolchain.sh
. "$here/toolchain.sh"
name=$1
shift
libraries=$BUILD/lambda/cache/$ARCH-$TLS
work=$BUILD/lambda/$name
rm -rf "$work" "$BUILD/lambda/$name.zip"
mkdir -p "$work"

compile() { # SOURCE OBJECT
    tls=''
    [ "$TLS" = openssl ] || tls="-DMBEDTLS_USER_CONFIG_FILE=<lab_mbedtls.h>"
    # shellcheck disable=SC2086 # lists of options
    $compiler $CFLAGS_LAB -Os -fPIE -ffunction-sections -fdata-sections -Ichapters -Ilab \
        -isystem "$libraries/include" ${tls:+"$tls"} -DBREAKER_BUILD="\"$BUILD_ID\"" -c "$1" -o "$2"
}

stubs() { # the reader's files whose object still calls todo
    for source in ${READERS:-}; do
        object=$work/reader-$(basename "$source" .c).o
        ! nm -u "$object" | grep -q '[[:space:]]todo$' || printf '%s ' "$source"
    done
}

# Both the lab and the reader have a client.c.
for source in "$@"; do compile "$source" "$work/lab-$(basename "$source" .c).o"; done
for source in ${READERS:-}; do compile "$source" "$work/reader-$(basename "$source" .c).o"; done
unwritten=$(stubs)
if [ -n "$unwritten" ]; then
    echo "Not written yet, or not all of it: $unwritten" >&2
    if [ -z "${FORCE:-}" ]; then
        echo "make lambda: nothing was packed. grep -n todo says which task; FORCE=1 packs it as it is." >&2
        exit 1
    fi
fi

tls='-lssl -lcrypto'
[ "$TLS" = openssl ] || tls='-lmbedtls -lmbedx509 -lmbedcrypto'
# glibc warns that getaddrinfo may load modules at run time; files and DNS need none.
# shellcheck disable=SC2086
$compiler $link -Os -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,relro,-z,now -o "$work/bootstrap" "$work"/*.o \
    -L"$libraries/lib" -lcurl -lcjson $tls -lpthread 2>"$work/link.log" || {
    cat "$work/link.log" >&2
    exit 1
}
$strip "$work/bootstrap"
cp "$here/amazon-roots.pem" "$work/"
chmod 755 "$work/bootstrap"
chmod 644 "$work/amazon-roots.pem"
TZ=UTC touch -t 198001010000 "$work/bootstrap" "$work/amazon-roots.pem"
(cd "$work" && TZ=UTC zip -q -X -D -9 "../$name.zip" bootstrap amazon-roots.pem)
rm -f "$work"/*.o
echo "$BUILD/lambda/$name.zip: $(wc -c <"$BUILD/lambda/$name.zip") bytes, $ARCH, $TLS, the reader's files are $BUILD_ID"
