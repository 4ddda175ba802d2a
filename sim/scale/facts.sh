#!/bin/sh
# facts.sh SCENE FACT... - some facts of all clients of a scene in this folder, under
# seed 1: the lines of `storm compare SCENE --facts` that were asked for, in that order.
# STORM is the program.
set -eu
storm=${STORM:-build/15-one-scout-for-the-fleet/release/storm}
scene=$1 && shift
"$storm" compare "sim/scale/$scene.json" --facts | awk -v wanted="$*" '
    $1 == "offered" && before ~ /^ / { head = before } # the table begins: names above
    head != "" { line[$1] = substr($0, 1, length(head)) }
    { before = $0 }
    END {
        print head
        n = split(wanted, names, " ")
        for (i = 1; i <= n; i++)
            print names[i] in line ? line[names[i]] : names[i] ": no such fact"
    }'
