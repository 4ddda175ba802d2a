#!/bin/sh
# seconds.sh SCENE CLIENT FROM TO - what the store did in each second from FROM to TO, of
# a scene in this folder under seed 1: columns of `storm run SCENE --csv -`, where seconds
# in which nothing but reads happened are left out. STORM is the program.
set -eu
storm=${STORM:-build/15-one-scout-for-the-fleet/release/storm}
"$storm" run "sim/scale/$1.json" --client "$2" --csv - | awk -F, -v from="$3" -v to="$4" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i
        printf "%6s %8s %8s %9s %9s %7s  %s\n", "second", "reads", "writes", "conflicts",
            "throttled", "probes", "item"
        next }
    $1 < from * 1000 || $1 >= to * 1000 { next }
    $(at["store_writes"]) + $(at["store_throttled"]) + $(at["probes"]) == 0 { next }
    { printf "%6d %8d %8d %9d %9d %7d  %s\n", $1 / 1000, $(at["store_reads"]),
        $(at["store_writes"]), $(at["store_conflicts"]), $(at["store_throttled"]),
        $(at["probes"]), $(at["item"]) }'
