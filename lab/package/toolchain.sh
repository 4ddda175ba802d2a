# shellcheck shell=sh
# toolchain.sh - to be sourced with ARCH and TLS set: which compiler, and how to link a
# program that needs nothing of the system it will run on.
#
#   x86_64, arm64 on a machine of that kind   openssl: the system's compiler
#                                             mbedtls: musl; without it, the system's
#   arm64 on another machine                  mbedtls: the GNU cross compiler
#
# Sets compiler, host (for configure; empty if not cross), link, strip and run (what
# runs a program of that kind here; empty if nothing is needed). Says what is missing.
# shellcheck disable=SC2034 # used by whoever sources this

lacks() { # WHAT PACKAGES
    echo "make lambda ARCH=$ARCH TLS=$TLS needs $1. On Debian and Ubuntu: apt-get install $2" >&2
    exit 1
}

case $(uname -m) in
arm64 | aarch64) machine=arm64 ;;
*) machine=$(uname -m) ;;
esac
host='' run='' strip=strip compiler=${CC:-cc} link=-static
case $(uname -s)-$ARCH-$TLS-$machine in
Linux-x86_64-mbedtls-x86_64 | Linux-arm64-mbedtls-arm64)
    case $($compiler -dumpmachine 2>/dev/null) in
    *musl*) ;; # such as Alpine: its compiler is one for musl
    *)
        if command -v musl-gcc >/dev/null; then
            compiler=musl-gcc
        elif ! echo 'int main(void) { return 0; }' | $compiler -static -x c - -o /dev/null 2>/dev/null; then
            lacks "musl, or a static libc" musl-tools
        fi ;;
    esac ;;
Linux-x86_64-openssl-x86_64 | Linux-arm64-openssl-arm64)
    link=-static-pie
    printf 'int SSL_new(void); int main(void) { return SSL_new(); }\n' |
        $compiler -w -static-pie -x c - -o /dev/null -lssl -lcrypto 2>/dev/null ||
        lacks "OpenSSL as a static library" libssl-dev ;;
Linux-arm64-mbedtls-*)
    host=aarch64-linux-gnu compiler=aarch64-linux-gnu-gcc strip=aarch64-linux-gnu-strip run=qemu-aarch64-static
    command -v "$compiler" >/dev/null || lacks "a cross compiler" "gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;;
Linux-*)
    echo "make lambda: ARCH=$ARCH TLS=$TLS cannot be built on this machine ($machine); ARCH=$ARCH TLS=mbedtls perhaps can." >&2
    exit 1 ;;
*)
    echo "make lambda: a Lambda runs Linux, and is built on Linux. In a container: lab/package/Containerfile." >&2
    exit 1 ;;
esac
