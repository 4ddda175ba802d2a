#!/bin/sh
# make lab-local: finds what to run, and becomes the twin. Set by lab/twin.mk: MAKE, BUILD,
# WHO, LAB_BIN, LAB_NODE, LAB_NODE_MODULES.
set -eu

zips=$BUILD/lambda
packed() { sed -n "s/^$1=//p" "$zips/packed"; }
now=$($MAKE -s --no-print-directory lab-build-id WHO="$WHO")
if [ -n "$LAB_BIN" ]; then
    set -- --bin "$LAB_BIN" "$@"
elif [ -f "$zips/packed" ] && [ "$(packed who) $(packed build)" = "$WHO $now" ]; then
    echo "Running what \`make lambda\` packed of $WHO, build $now: $zips/client.zip and backend.zip"
    set -- --zips "$zips" "$@"
else
    if [ -f "$zips/packed" ]; then
        echo "The zips in $zips are of $(packed who), build $(packed build), and $WHO is $now."
    else
        echo "There are no zips in $zips."
    fi
    echo "So this runs native programs, built from $WHO. \`make lambda${WHO:+ WHO=$WHO}\` packs what would go to AWS."
    $MAKE -s --no-print-directory MODE=release WHO="$WHO" lab-programs
    set -- --bin "$BUILD/$(basename "$WHO")/release/lab" "$@"
fi
export LAB_NODE_MODULES
exec "$LAB_NODE" lab/twin/twin.js --words --dir "$BUILD/lab/twin" "$@"
