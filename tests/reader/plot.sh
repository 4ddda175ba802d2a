#!/bin/sh
# plot.sh - `make plot CH=3`: the storm of the chapter, before (on the rung below) and with
# your files, on the same axes: as text here, and as a picture where gnuplot is.
. tests/reader/common.sh
need_chapter plot
who=${WHO:-chapters}
plots=$BUILD/plots
mkdir -p "$plots"

# The rung on which the chapter begins, as a folder.
before=solutions/00-green-first
for dir in solutions/[0-9][0-9]-*; do
    n=$(basename "$dir")
    if [ "${n%%-*}" -lt "$NN" ]; then before=$dir; fi
done

record() { # WHO LABEL: plays the scene, leaves plots/LABEL.csv
    $MAKE -s --no-print-directory WHO="$1" storm
    "$BUILD/$(basename "$1")/release/storm" run "$DIR/scene.json" --quiet \
        --csv "$plots/$NN-$2.csv" 2>"$plots/$NN-$2.note"
}

storm=$BUILD/$(basename "$who")/release/storm
record "$who" yours
set -- "yours=$plots/$NN-yours.csv"
if [ "$CH" != 0 ]; then
    record "$before" before
    set -- "before=$plots/$NN-before.csv" "$@"
fi
title "Chapter $CH: the same storm, before and with your files"
sed -n 's/^ *"about": "\(.*\)",*$/\1/p' "$DIR/scene.json"
say
"$storm" picture "$@"
if cmp -s "$plots/$NN-before.csv" "$plots/$NN-yours.csv"; then
    say "Yours is as before: nothing of chapter $CH is written yet."
fi
grep "chapter $CH," "$plots/$NN-yours.note" || true
if command -v gnuplot >/dev/null; then
    "$storm" plot "$plots/$NN.svg" "$@" --title "$ID" &&
        say "The same as a picture: $plots/$NN.svg"
fi
