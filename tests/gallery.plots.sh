#!/bin/sh
# gallery.plots.sh - what one run cannot show: a knob of a gallery scene turned through all
# its places, many seeds at each, as a table and as a picture with the theory drawn over it.
#
#   STORM=build/.../storm sh tests/gallery.plots.sh list          those with a picture
#   STORM=build/.../storm sh tests/gallery.plots.sh tables        and those without
#   STORM=build/.../storm sh tests/gallery.plots.sh table NAME
#   STORM=build/.../storm sh tests/gallery.plots.sh draw NAME FILE.png     (needs gnuplot)
#
# A plot NAME is two functions, NAME with _ for -: `NAME_table` plays and prints, and
# `NAME_draw` is a gnuplot script that reads that table and no other number. Lines of a
# table that begin with # are its head. Medians, never averages.
set -eu
cd "$(dirname "$0")/.."
: "${STORM:?say which storm, as make gallery-pictures does}"
case $STORM in /*) ;; *) STORM=$PWD/$STORM ;; esac
plots='s04-errors s08-starts s11-early s14-shards s16-phase s17-theory'
tables="$plots s14-trips" # with those that are no picture
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
export LC_ALL=C NO_COLOR=1
seeds=11

# --- playing ------------------------------------------------------------------------------

# A gallery scene, changed by sed, without what it promises: that holds for its own knobs.
vary() { # SCENE SED-COMMAND...
    file=sim/gallery/$1.json
    shift
    for change in "$@"; do set -- "$@" -e "$change" && shift; done
    sed "$@" "$file" | awk '/^ *"expect"/ { exit } NR > 1 { print last } { last = $0 }
        END { sub(/,$/, "", last); print last; print "}" }' >"$tmp/scene.json"
}

# Lines "client value" of one fact, a line for each run of the scene.
fact() { # FACT [OPTION...]
    name=$1
    shift
    "$STORM" sweep "$tmp/scene.json" --seeds "$seeds" --quiet --csv - "$@" |
        awk -F, -v name="$name" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
            NR > 1 { print $1, $at }'
}

# Of lines "key value" that stand together: key, median, least, most, how many, how many of
# them never (-1; longer than all others).
medians() {
    awk 'function value(n) { return v[n] < 0 ? 1e18 : v[n] + 0 }
        function flush(i, j, t, never, most) {
            if (n == 0) return
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && value(j) < value(j - 1); j--) {
                    t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
                }
            never = 0
            for (i = 1; i <= n; i++) never += v[i] < 0
            most = never < n ? v[n - never] : -1
            print key, v[int((n + 1) / 2)], v[1], most, n, never
        }
        $1 != key { flush(); key = $1; n = 0 }
        { v[++n] = $2 }
        END { flush() }'
}

# One line: a first column, then the medians of all clients, or of those that match.
row() { # FIRST FACT [CLIENTS]
    printf '%6s' "$1"
    fact "$2" | grep -E "^(${3:-.*}) " | medians | awk '{ printf " %9s", $2 } END { print "" }'
}

# --- the look, as in sim/gnuplot.c and sim/plot_panels.c ----------------------------------
look() { # WIDTH HEIGHT
    echo "set terminal pngcairo size $1,$2 noenhanced font 'Sans,12' fontscale .75 background '#ffffff'"
    cat <<'EOF'
set border 3 lc rgb '#444444'
set tics nomirror out scale .5
set style line 1 lw 2 pt 7 ps 1.2 lc rgb '#D55E00'
set style line 2 lw 2 pt 5 ps 1.2 lc rgb '#E69F00'
set style line 3 lw 2 pt 9 ps 1.4 lc rgb '#0072B2'
set style line 4 lw 2 pt 11 ps 1.4 lc rgb '#009E73'
set style line 5 lw 2 pt 13 ps 1.4 lc rgb '#CC79A7'
set style line 9 lw 1.5 dt (6,4) lc rgb '#222222'
EOF
}

# --- s04: how many calls must fail before whom a breaker helps ----------------------------
s04_errors_table() {
    echo '# calls that fail, %; fresh, % of the requests in the fault'
    echo '#            none      each    shared     ratio'
    for pct in 0 5 10 20 30 40 50 60 70 80 90; do
        vary s04-gray-errors "s/\"pct\": 30/\"pct\": $pct/"
        row "$pct" fresh_pct 'none|each|shared|ratio'
    done
}
s04_errors_draw() {
    look 1000 420
    cat <<'EOF'
set title "s04: fresh answers in the fault, by how many of the calls fail" font ',15'
set xlabel 'calls that fail, per cent'
set ylabel 'fresh, per cent of requests'
set xrange [0:92]
set yrange [0:105]
set xtics 0,10
set ytics 0,20
set key outside right center Left reverse samplen 2 spacing 1.4
set arrow from 50,graph 0 to 50,graph 1 nohead back ls 9
set label 'half: what opens "ratio"' at 50.8,graph .97 left tc rgb '#444444'
plot table u 1:(100*(1-($1/100)**3)) w l ls 9 title 'three tries, no limit', \
     '' u 1:2 w lp ls 1 title 'none', '' u 1:3 w lp ls 2 title 'each', \
     '' u 1:4 w lp ls 3 title 'shared', '' u 1:5 w lp ls 4 title 'ratio'
EOF
}

# --- s08: cold starts against (rate - what the warm can do) x (start + 50 ms) -------------
s08_starts_table() {
    echo '# a start, ms; environments before the leap; cold starts after it: by the formula,'
    echo '# and played: median, least, most'
    echo '#      warm   formula    played     least      most'
    for ms in 15 140 250 500 750 1000 1500 2000; do
        vary s08-cold-start-500ms "s/\"init_p50_ms\": 500/\"init_p50_ms\": $ms/" \
            "s/\"init_p99_ms\": 500/\"init_p99_ms\": $ms/"
        s08_starts_row "$ms"
    done
}
# Warm are those that are alive in the last second before the leap; each run by itself.
s08_starts_row() { # MS
    seed=1
    while [ $seed -le $seeds ]; do
        "$STORM" run "$tmp/scene.json" --client none --seed $seed --quiet --csv - |
            awk -F, -v ms="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
                NR > 1 && $1 < 10000 { warm = $at["alive"] }
                NR > 1 && $1 >= 10000 { cold += $at["cold_starts"] }
                END { print warm, (500 - 20 * warm) * (ms + 50) / 1000, cold }'
        seed=$((seed + 1))
    done >"$tmp/runs"
    for column in 1 2 3; do
        awk -v column=$column '{ print "all", $column }' "$tmp/runs" | medians
    done | awk -v ms="$1" '{ median[NR] = $2; least = $3; most = $4 }
        END { printf "%5d %5d %9.0f %9d %9d %9d\n", ms, median[1], median[2], median[3],
              least, most }'
}
s08_starts_draw() {
    look 1000 400
    cat <<'EOF'
set title "s08: environments that the leap from 2 to 500 requests a second makes" font ',15'
set xlabel 'how long a start takes, ms'
set ylabel 'cold starts'
set xrange [0:2050]
set yrange [0:1000]
set xtics 0,250
set ytics 0,200
set key outside right center Left reverse samplen 2 spacing 1.4
plot table u 1:3 w l ls 9 title '(500 - 20 x warm) x (start + 50 ms)', \
     '' u 1:4:5:6 w yerrorbars ls 3 title 'played: median, least, most'
EOF
}

# --- s11: how early does the first probe leave, if clocks differ --------------------------
s11_sigmas='0 1000 3000 10000 60000'
s11_early_table() {
    seeds=100
    echo '# first probe, s after the breaker opened (the rest is 5 s); runs of 100 in which it'
    echo '# left then (8.0: then or later), by how far clocks differ (s, one standard deviation)'
    echo '#             0         1         3        10        60'
    for sigma in $s11_sigmas; do
        vary s11-clocks-10s "s/\"clock_sigma_ms\": 10000/\"clock_sigma_ms\": $sigma/" \
            's/"run_ms": 150000/"run_ms": 50000, "bucket_ms": 100/' \
            's/"to_ms": 63000/"to_ms": 49000/'
        seed=1
        while [ $seed -le $seeds ]; do
            "$STORM" run "$tmp/scene.json" --client shared --seed $seed --quiet --csv - |
                awk -F, -v sigma="$sigma" '
                    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
                    !opened && $at["item"] == "O" { opened = $1 }
                    !opened && $at["probes"] > 0 { opened = $1 }
                    opened && $at["probes"] > 0 { print sigma, $1 - opened; exit }'
            seed=$((seed + 1))
        done
    done >"$tmp/early"
    awk -v sigmas="$s11_sigmas" '{ n[$1, $2 < 8000 ? int($2 / 500) : 16]++ }
        END { of = split(sigmas, sigma, " ")
            for (bin = 0; bin <= 16; bin++) {
                printf "%5.1f", bin / 2
                for (i = 1; i <= of; i++) printf " %9d", n[sigma[i], bin]
                print ""
            } }' "$tmp/early"
}
s11_early_draw() {
    look 1000 300
    cat <<'EOF'
set multiplot
set key off
set label 's11: when the first probe leaves, by how far the clocks of hosts differ' \
    at screen .5,.95 center font ',15'
set style fill solid .8
set xrange [-.25:8.75]
set yrange [0:105]
set xtics 0,2
set ytics 0,20
set tmargin at screen .80
set bmargin at screen .20
set arrow from 5,graph 0 to 5,graph 1 nohead back ls 9
names = '0 1 3 10 60'
do for [i = 1:5] {
    set lmargin at screen .07 + .185 * (i - 1)
    set rmargin at screen .07 + .185 * i - .02
    set title word(names, i).' s' offset 0,-.5
    set xlabel 's after the opening' offset 0,.5
    if (i == 1) { set ylabel 'runs of 100'; set format y '%g' } \
    else { unset ylabel; set format y '' }
    plot table u ($1+.25):(column(i + 1)):(.44) w boxes lc rgb '#0072B2'
    unset label
}
unset multiplot
EOF
}

# --- s14: how many of ten shards must hang before whom a breaker helps --------------------
s14_shards_table() {
    echo '# shards of ten that hang; fresh, % of the requests in the fault'
    echo '#          none      each    shared     ratio per-shard'
    for hang in 1 2 3 4 5 6 7 8 9 10; do
        faults=$(awk -v n="$hang" 'BEGIN { for (i = 0; i < n; i++)
            printf "%s{\"kind\": \"hang\", \"from_ms\": 33000, \"to_ms\": 63000, \"shard\": %d}",
                (i > 0 ? ", " : ""), i }')
        vary s14-noisy-neighbour "s/^ *{\"kind\": \"hang\".*/$faults/"
        row "$hang" fresh_pct 'none|each|shared|ratio|per-shard'
    done
}
s14_shards_draw() {
    look 1000 400
    cat <<'EOF'
set title "s14: fresh answers in the fault, by how many of ten shards hang" font ',15'
set xlabel 'shards of ten that hang'
set ylabel 'fresh, per cent of requests'
set xrange [.5:10.5]
set yrange [0:105]
set xtics 1,1
set ytics 0,20
set key outside right center Left reverse samplen 2 spacing 1.4
plot table u 1:(100-10*$1) w l ls 9 title 'the shards that are well', \
     '' u 1:6 w lp ls 5 lw 6 ps 2.4 title 'per-shard', \
     '' u 1:2 w lp ls 1 title 'none', '' u 1:3 w lp ls 2 title 'each', \
     '' u 1:4 w lp ls 3 title 'shared', '' u 1:5 w lp ls 4 title 'ratio'
EOF
}

# --- s14: when in its window does a share of few calls open ------------------------------
s14_trips_table() {
    echo '# calls before a share is judged; runs of 11 with a trip, trips in all, and how long'
    echo '# after the edge of a window they came: least, most, ms'
    echo '#        runs     trips     least      most'
    for calls in 50 100 200 250 300 400; do
        vary s14-noisy-neighbour "s/\"shared_min_calls\": 200/\"shared_min_calls\": $calls/" \
            's/"run_ms": 150000/"run_ms": 150000, "bucket_ms": 50/'
        seed=1
        while [ $seed -le $seeds ]; do
            "$STORM" run "$tmp/scene.json" --client ratio --seed $seed --quiet --csv - |
                awk -F, -v seed=$seed 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
                    $at["item"] == "O" && was == "C" { print seed, $1 % 10000 }
                    { was = $at["item"] }'
            seed=$((seed + 1))
        done | awk -v calls=$calls '!($1 in seen) { seen[$1]; runs++ }
            least == "" || $2 < least { least = $2 } $2 > most { most = $2 }
            END { printf "%5d %7d %9d", calls, runs, NR
                printf(NR > 0 ? " %9d %9d\n" : "         -         -\n", least, most) }'
    done
}

# --- s16: which loads does which blip bring down for good ---------------------------------
s16_loads='100 150 200 250 300 350'
s16_phase_table() {
    echo '# dark, ms; runs of 11 that never recovered, by requests a second: without a breaker,'
    echo '# then with the shared one'
    echo '#         100   150   200   250   300   350     100   150   200   250   300   350'
    for ms in 500 1000 1250 1500 1750 2000 2500 5000; do
        : >"$tmp/cells"
        for load in $s16_loads; do
            vary s16-blip "s/\"rps\": 300/\"rps\": $load/" "s/35000/$((33000 + ms))/"
            fact recovered_ms | grep -E '^(none|shared) ' | medians |
                awk '{ print $1, $6 }' >>"$tmp/cells"
        done
        awk -v ms="$ms" '{ row[$1] = row[$1] sprintf(" %5d", $2) }
            END { printf "%6d %s   %s\n", ms, row["none"], row["shared"] }' "$tmp/cells"
    done
}
# Rows are places on the axis, not milliseconds, so the theory goes through between(): where
# a length of darkness lies among them.
s16_phase_draw() {
    look 1000 420
    cat <<'EOF'
set multiplot
set key off
set label 's16: runs of 11 that never recover, by load and by how long the backend was dark' \
    at screen .5,.95 center font ',15'
set palette defined (0 '#ffffff', 11 '#D55E00')
set cbrange [0:11]
unset colorbox
set tmargin at screen .80
set bmargin at screen .15
set xrange [75:375]
set yrange [-.5:7.5]
set xtics 100,50
set xlabel 'requests a second'
ms = '500 1000 1250 1500 1750 2000 2500 5000'
place(d) = d < 1000 ? (d - 500) / 500 : d < 2000 ? 1 + (d - 1000) / 250 : d < 2500 ? 5 + (d - 2000) / 500 : 6 + (d - 2500) / 2500
critical(x) = x < 400. / 3 ? NaN : 1000 * (400 + x) / (2 * x)
do for [side = 0:1] {
    set lmargin at screen .08 + .47 * side
    set rmargin at screen .50 + .47 * side
    set title (side == 0 ? 'without a breaker' : 'with the shared one') offset 0,-.5
    if (side == 0) { set ylabel 'dark, ms' } else { unset ylabel }
    set ytics ('500' 0, '1000' 1, '1250' 2, '1500' 3, '1750' 4, '2000' 5, '2500' 6, '5000' 7)
    set arrow from 400./3,graph 0 to 400./3,graph 1 nohead front ls 9
    set samples 600
    plot for [i = 0:5] table u (100 + 50 * i):0:(24):(.48):(column(2 + i + 6 * side)) \
             w boxxyerror fs solid 1 border lc rgb '#888888' fc palette, \
         for [i = 0:5] table u (100 + 50 * i):0:(sprintf('%d', column(2 + i + 6 * side))) w labels, \
         (side == 0 ? place(critical(x)) : NaN) w l ls 9
    unset label
    unset arrow
}
unset multiplot
EOF
}

# --- s17: how long a bulkhead's backlog lasts, against aD / (mu - a) ----------------------
s17_theory_table() {
    echo '# calls at once; s after the fault until all is well: 30 C / (400 - C), and played:'
    echo '# median, least, most; runs of 11 that never recovered in 537 s'
    echo '#      formula   median    least     most    never'
    for c in 50 100 150 200 250 300 325 350 375 400 450; do
        vary s17-bulkhead 's/"run_ms": 150000/"run_ms": 600000/' \
            "s/\"in_flight_max\": 100/\"in_flight_max\": $c/"
        fact recovered_ms --client c100 | medians |
            awk -v c="$c" 'function s(ms) { return ms < 0 || ms >= 1e18 ? "-" : sprintf("%.0f", ms / 1000) }
                { printf "%5d %8s %8s %8s %8s %8d\n", c,
                      c < 400 ? sprintf("%.0f", 30 * c / (400 - c)) : "never", s($2), s($3), s($4), $6 }'
    done
}
s17_theory_draw() {
    look 1000 400
    cat <<'EOF'
set title "s17: how long after the fault it goes on, by how many calls may be made at once" font ',15'
set xlabel 'C, calls at once'
set ylabel 'seconds until all is well'
set xrange [0:460]
set yrange [0:540]
set xtics 0,50
set ytics 0,60
set datafile missing '-'
set key outside right center Left reverse samplen 2 spacing 1.4
set arrow from 400,graph 0 to 400,graph 1 nohead back ls 9
set label '400 a second is all the backend can do' at 405,graph .5 center rotate by 90 tc rgb '#444444'
set samples 800
plot (x < 399 ? 30 * x / (400 - x) : NaN) w l lw 1.5 lc rgb '#222222' title '30 C / (400 - C)', \
     table u 1:3:4:5 w yerrorbars ls 3 title 'played: median, least, most', \
     '' u 1:($6 == 11 ? 525 : NaN) w p pt 2 ps 1.5 lw 2 lc rgb '#D55E00' title 'never, in all runs'
EOF
}

# --- the verbs ----------------------------------------------------------------------------
known() { # NAME LIST
    for plot in $2; do if [ "$plot" = "$1" ]; then return; fi; done
    echo "gallery.plots.sh: there is no \"$1\", there are: $2" >&2
    exit 2
}
# Nothing is left of a picture that could not be drawn.
draw() { # NAME FILE
    name=$(echo "$1" | tr - _)
    "${name}_table" >"$tmp/table"
    { echo "table = '$tmp/table'" && "${name}_draw"; } >"$tmp/script"
    if gnuplot -d "$tmp/script" >"$tmp/picture" && [ -s "$tmp/picture" ]; then
        cat "$tmp/picture" >"$2"
    else
        echo "gallery.plots.sh: $2 is not drawn: gnuplot failed, or is not there" >&2
        exit 1
    fi
}

case ${1:-}-$# in
list-1) echo "$plots" | tr ' ' '\n' ;;
tables-1) echo "$tables" | tr ' ' '\n' ;;
table-2)
    known "$2" "$tables"
    "$(echo "$2" | tr - _)_table"
    ;;
draw-3)
    known "$2" "$plots"
    draw "$2" "$3"
    ;;
*)
    echo "usage: gallery.plots.sh list | tables | table NAME | draw NAME FILE.png" >&2
    exit 2
    ;;
esac
