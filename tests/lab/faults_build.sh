#!/bin/sh
# faults_build.sh PATCH FOLDER - a client with this patch in it, and the backend as it is,
# as programs in FOLDER. The patch names chapters/*.c or lab/*.c; what it names is compiled
# anew, all else is linked as it was built.
#
# Set by lab/faults.mk: SOURCES of the reader's files, LAB_OBJECTS and OBJECTS that a client
# is linked from, BACKEND, CC, FLAGS and LIBS.
# shellcheck disable=SC2086 # lists of words
set -eu
: "${SOURCES:?}" "${LAB_OBJECTS:?}" "${OBJECTS:?}" "${BACKEND:?}" "${CC:?}" "${FLAGS:?}" "${LIBS:?}"
patch=$1 folder=$2

fail() {
    echo "faults: $(basename "$patch" .patch): $*" >&2
    exit 1
}

rm -rf "$folder"
mkdir -p "$folder/source/chapters" "$folder/source/lab"
cp chapters/*.h $SOURCES "$folder/source/chapters"
cp lab/*.[ch] "$folder/source/lab"
patch -s -f -p1 --fuzz=0 -d "$folder/source" <"$patch" >"$folder/said" 2>&1 ||
    fail "does not apply: $(cat "$folder/said")"

# The objects, less those that are compiled anew. Two are named client.o.
drop() { # NAME OBJECT...
    name=$1
    shift
    for one in "$@"; do
        [ "$(basename "$one" .o)" = "$name" ] || printf '%s ' "$one"
    done
}

new=
sed -n 's|^+++ b/||p' "$patch" >"$folder/files"
while read -r file; do
    part=$(basename "$file" .c)
    case $file in
    lab/*) LAB_OBJECTS=$(drop "$part" $LAB_OBJECTS) ;;
    *) OBJECTS=$(drop "$part" $OBJECTS) ;;
    esac
    $CC $FLAGS -w -I"$folder/source/chapters" -c "$folder/source/$file" -o "$folder/$part.o" 2>"$folder/said" ||
        fail "does not build: $(cat "$folder/said")"
    new="$new $folder/$part.o"
done <"$folder/files"
[ -n "$new" ] || fail "changes no file"
$CC $FLAGS $new $LAB_OBJECTS $OBJECTS $LIBS -o "$folder/client" 2>"$folder/said" ||
    fail "does not link: $(cat "$folder/said")"
cp "$BACKEND" "$folder/backend"
