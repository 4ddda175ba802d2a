#!/bin/sh
# certs.sh FOLDER NAME... - a certificate authority to test with, thrown away after:
#
#   FOLDER/ca.pem                     its root
#   FOLDER/chain.pem, FOLDER/key.pem  what a server named NAME... shows: leaf, intermediate
#   FOLDER/other.pem                  the root of somebody else
#
# RSA of 2048 bits and one intermediate, as the endpoints of AWS have. Needs openssl.
set -eu
folder=$1
shift
mkdir -p "$folder"
cd "$folder"
names=$(printf ',DNS:%s' "$@")

key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1" 2>/dev/null ||
    openssl genrsa -out "$1" 2048 2>/dev/null; }
root() { # NAME
    key "$1.key"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 2 -out "$1.pem" \
        -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign
}
sign() { # NAME, with extensions from stdin, by AUTHORITY
    key "$1.key"
    cat >"$1.extensions"
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.request"
    openssl x509 -req -in "$1.request" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 \
        -extfile "$1.extensions" -out "$1.pem" 2>/dev/null
}

root ca
root other
sign middle ca <<END_OF_EXTENSIONS
basicConstraints=critical,CA:true,pathlen:0
keyUsage=critical,keyCertSign
END_OF_EXTENSIONS
sign leaf middle <<END_OF_EXTENSIONS
basicConstraints=critical,CA:false
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth
subjectAltName=${names#,}
END_OF_EXTENSIONS
cat leaf.pem middle.pem >chain.pem
mv leaf.key key.pem
