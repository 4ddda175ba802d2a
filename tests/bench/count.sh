#!/bin/sh
# count.sh BENCH - instructions per turn, by callgrind: a figure that repeats, where
# times do not.
set -eu
for name in mm1_floor mm1_sim hold timeouts breaker_calls breaker_time breaker_refused; do
    n=1000000
    total=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        --toggle-collect="bench_$name" "$1" --only "$name" $n 2>&1 |
        sed -n 's/.*Collected : //p')
    awk -v name="$name" -v total="$total" -v n=$n \
        'BEGIN { printf "  %-16s %6.1f instructions\n", name, total / n }'
done
