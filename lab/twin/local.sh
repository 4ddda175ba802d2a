#!/bin/sh
# make lab-local: finds what to run, and becomes the twin. Set by lab/twin.mk: MAKE, BUILD,
# WHO, LAB_BIN, LAB_NODE, LAB_NODE_MODULES.
set -eu

zips=$BUILD/lambda
if [ -n "$LAB_BIN" ]; then
    set -- --bin "$LAB_BIN" "$@"
elif [ -f "$zips/client.zip" ] && [ -f "$zips/backend.zip" ]; then
    echo "Running what \`make lambda\` packed: $zips/client.zip and backend.zip"
    set -- --zips "$zips" "$@"
else
    echo "There are no zips in $zips, so this runs native programs, built from $WHO."
    echo "\`make lambda\` packs what would go to AWS."
    $MAKE -s --no-print-directory MODE=release WHO="$WHO" lab-programs
    set -- --bin "$BUILD/$(basename "$WHO")/release/lab" "$@"
fi
export LAB_NODE_MODULES
exec "$LAB_NODE" lab/twin/twin.js --words --dir "$BUILD/lab/twin" "$@"
