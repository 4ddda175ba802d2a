#!/bin/sh
# explore.sh STORM - how many states the explorer sees in a second: two environments, all
# faults, one core, by the clock.
set -eu
"$1" explore --environments 2 --calls 3 --ticks 4 --budget 1 | awk '
    / states, / {
        for (i = 1; i < NF; i++) {
            if ($(i + 1) ~ /^states/) states = $i
            if ($(i + 1) ~ /^s,?$/) s = $i
            if ($(i + 1) ~ /^MB/) mb = $i
        }
        if (s > 0)
            printf "The explorer: %d states in %.1f s, %.0f a second, %d bytes a state\n",
                states, s, states / s, mb * 1048576 / states
    }'
