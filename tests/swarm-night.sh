#!/bin/sh
# swarm-night.sh - storm swarm over many seeds, ten thousand at a time, until all are done,
# a rule is broken, or somebody presses Ctrl-C. STORM is the program.
set -eu
storm=${STORM:?} seed=${SEED:-1} seeds=${SEEDS:-1000000}
end=$((seed + seeds))

again() {
    echo "Done up to seed $((seed - 1)). To go on: make swarm-night SEED=$seed SEEDS=$((end - seed))"
}
trap 'echo; again; exit 130' INT TERM

while [ "$seed" -lt "$end" ]; do
    n=$((end - seed))
    [ "$n" -le 10000 ] || n=10000
    "$storm" swarm --seed "$seed" --seeds "$n"
    seed=$((seed + n))
    [ "$seed" -ge "$end" ] || again
done
