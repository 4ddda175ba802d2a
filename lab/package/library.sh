#!/bin/sh
# library.sh FOLDER - build libcurl, cJSON and mbedTLS for ARCH and TLS (environment),
# as static libraries with nothing in them that the lab does not call, into
# FOLDER/ARCH-TLS/{include,lib}. The sources are kept in FOLDER/sources.
#
# libcurl as distributions build it cannot be linked statically: some of the thirty
# libraries behind it exist only as shared ones. Ours knows HTTP, TLS and signatures.
# It is built once, and anew when this script, the list of sources, the configuration of
# mbedTLS or the compiler changes. Takes about a minute.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lab/package/toolchain.sh
. "$here/toolchain.sh"
mkdir -p "$1"
cache=$(cd "$1" && pwd)
prefix=$cache/$ARCH-$TLS
stamp=$({ $compiler -v 2>&1 && cat "$here/library.sh" "$here/toolchain.sh" "$here/sources.txt" "$here/mbedtls.h"; } | sha256sum)
[ "$(cat "$prefix/stamp" 2>/dev/null)" != "$stamp" ] || exit 0

libraries='curl cjson'
[ "$TLS" = openssl ] || libraries="$libraries mbedtls"
fixes='curl-fixes cjson-fixes'
# shellcheck disable=SC2086 # lists of plain words
sh "$here/fetch.sh" "$cache/sources" $libraries $fixes

echo "Building the libraries for $ARCH with $TLS, once; about a minute."
work=$prefix.work
rm -rf "$work" "$prefix"
mkdir -p "$work" "$prefix/include/cjson" "$prefix/lib"
log=$work/log
finish() {
    status=$?
    [ $status = 0 ] || { [ ! -f "$log" ] || tail -n 15 "$log" && echo "The whole log: $log"; } >&2
    exit $status
}
trap finish EXIT

unpack() { # NAME: into $work/NAME
    mkdir -p "$work/$1"
    # Not its folder ChangeLog.d: the Makefile takes what ends in .d under build/ for rules.
    tar -xzf "$cache"/sources/"$1"_*.orig.tar.gz -C "$work/$1" --strip-components=1 --exclude='*.d'
    for fixed in "$cache"/sources/"$1"_*.debian.tar.xz; do
        [ -f "$fixed" ] || continue
        mkdir -p "$work/$1.fixes"
        tar -xJf "$fixed" -C "$work/$1.fixes" debian/patches
        mend "$1"
    done
}

mend() { # NAME: by Debian's patches, in their order, but for those about packaging
    sed 's/#.*//' "$work/$1.fixes/debian/patches/series" | while read -r patch; do
        case $1-$patch in
        cjson-*.patch | curl-*CVE-*.patch | curl-url-use-same-* | curl-*-http_chunks-*) ;;
        *) continue ;;
        esac
        patch -d "$work/$1" -p1 -s <"$work/$1.fixes/debian/patches/$patch" >>"$log" 2>&1
        echo "$1: $patch" >>"$prefix/fixes"
    done
}

# Each function and datum in a section of its own, so that the linker can leave out what
# nobody calls. The names of build folders stay out, for the same bytes everywhere.
size="-Os -g0 -ffunction-sections -fdata-sections -ffile-prefix-map=$work=."
[ "$link" != -static-pie ] || size="$size -fPIE"

build_cjson() {
    unpack cjson
    # shellcheck disable=SC2086
    $compiler $size -std=c99 -c "$work/cjson/cJSON.c" -o "$work/cJSON.o" >>"$log" 2>&1
    ${host:+$host-}ar rcsD "$prefix/lib/libcjson.a" "$work/cJSON.o"
    cp "$work/cjson/cJSON.h" "$prefix/include/cjson/"
}

build_mbedtls() {
    unpack mbedtls
    cp "$here/mbedtls.h" "$prefix/include/lab_mbedtls.h"
    # Speed where the handshake spends it: numbers and curves.
    for slow in bignum ecp ecp_curves; do
        printf '#pragma GCC optimize ("O3")\n' | cat - "$work/mbedtls/library/$slow.c" >"$work/slow.c"
        cp "$work/slow.c" "$work/mbedtls/library/$slow.c"
    done
    make -j2 -C "$work/mbedtls" lib CC="$compiler" AR="${host:+$host-}ar" \
        CFLAGS="$size -I$prefix/include -DMBEDTLS_USER_CONFIG_FILE='<lab_mbedtls.h>'" >>"$log" 2>&1
    cp -R "$work/mbedtls/include/mbedtls" "$work/mbedtls/include/psa" "$prefix/include/"
    cp "$work"/mbedtls/library/*.a "$prefix/lib/"
}

without='ftp file ldap ldaps rtsp dict telnet tftp pop3 imap smb smtp gopher mqtt manual
    libcurl-option alt-svc hsts ntlm ntlm-wb tls-srp unix-sockets cookies doh mime netrc
    progress-meter dnsshuffle get-easy-options dateparse websockets shared
    openssl-auto-load-config dependency-tracking'
packages='zlib brotli zstd libpsl libidn2 nghttp2 librtmp libssh2 libgsasl ca-bundle ca-path'

build_curl() {
    unpack curl
    tls=--with-openssl flags=''
    if [ "$TLS" = mbedtls ]; then
        tls="--without-openssl --with-mbedtls=$prefix"
        flags="-I$prefix/include -DMBEDTLS_USER_CONFIG_FILE='<lab_mbedtls.h>'"
    fi
    mkdir "$work/curl/here"
    # shellcheck disable=SC2086,SC2046 # lists of options
    (cd "$work/curl/here" && ../configure --prefix="$prefix" ${host:+--host=$host} \
        --enable-static --enable-threaded-resolver $tls \
        $(printf -- ' --disable-%s' $without) $(printf -- ' --without-%s' $packages) \
        CC="$compiler" CPPFLAGS="$flags" CFLAGS="$size" LDFLAGS="-L$prefix/lib -static" PKG_CONFIG=false &&
        make -j2 -C lib install && make -C include install) >>"$log" 2>&1
}

[ "$TLS" = openssl ] || build_mbedtls
build_cjson
build_curl
echo "$stamp" >"$prefix/stamp"
rm -rf "$work"
