#!/bin/sh
# roots.sh FILE - hold a file of root certificates against the five fingerprints that it
# must have, no more and no fewer. A root slipped in here would be believed by all that
# the Lambda sends its credentials to.
#
# A fingerprint is the SHA-256 of the certificate as bytes, so no OpenSSL is needed.
set -eu

wanted() { # from https://www.amazontrust.com/repository/
    cat <<'END_OF_LIST'
8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e Amazon Root CA 1
1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4 Amazon Root CA 2
18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4 Amazon Root CA 3
e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092 Amazon Root CA 4
568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5 Starfield Services Root Certificate Authority - G2
END_OF_LIST
}

certificates() { # each on one line, as base64; one that has no end counts too
    awk '/-----BEGIN/ { if (inside) print text; inside = 1; text = ""; next }
         /-----END/ { print text; inside = 0; next }
         inside { text = text $1 }
         END { if (inside) print text }' "$1"
}

found=$(certificates "$1" | while read -r line; do
    printf '%s' "$line" | base64 -d 2>/dev/null | sha256sum | cut -d' ' -f1
done)
[ "$found" != "$(wanted | cut -d' ' -f1)" ] || exit 0
{
    echo "$1 does not hold exactly the five roots of Amazon. Wanted, in this order:"
    wanted
    echo "Found:"
    printf '%s\n' "$found"
} >&2
exit 1
