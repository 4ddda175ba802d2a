# plot.sh - lab/lab plot: what `lab/lab load` measured, over what the simulator predicts of
# the same scene with WHO's client. To be sourced by lab/lab.
# shellcheck shell=sh

WHO=${WHO:-chapters}

# The prediction, played anew each time: it takes milliseconds, and WHO's files may have changed.
predict() { # SCENE OUT
    ${MAKE:-make} -s --no-print-directory BUILD="$BUILD" WHO="$WHO" storm >&2 ||
        die "storm does not build with the files of $WHO"
    storm=$BUILD/$(basename "$WHO")/release/storm
    "$storm" run "$1" --quiet --csv "$2.csv" --json "$2.json" || die "$1 could not be played"
}

picture() { # PREDICTED MEASURED
    if have gnuplot; then
        LC_ALL=C gnuplot -d "$2.gp" || die "gnuplot could not draw $2.gp"
        echo "Drawn: $2.svg and $2.png"
    else
        echo "There is no gnuplot (Debian: apt-get install gnuplot-nox), so as text, one below the other:"
        "$storm" picture "predicted=$1.csv" "measured=$2.csv"
    fi
}

verb_plot() {
    scene=${LAB_SCENE:-lab/scene.json}
    recording=${1:-$BUILD/lab/load-$TARGET.csv}
    case $recording in -*) usage "plot takes a recording, or none; \"$recording\" is no file" ;; esac
    [ $# -le 1 ] || usage "plot takes one file at most, not \"$2\""
    # `have`, for the picture; the rest is said by plot.js, in words about the recording
    [ -f "$recording" ] || die "there is no $recording${1:+; name one that is}${1-: nothing was measured yet. First: TARGET=$TARGET lab/lab load}"
    mkdir -p "$BUILD/lab"
    predict "$scene" "$BUILD/lab/predicted"
    verdict=0
    BUILD_ID=$(${MAKE:-make} -s --no-print-directory lab-build-id WHO="$WHO")
    export BUILD_ID WHO
    "${LAB_NODE:-node}" lab/verbs/plot.js "$scene" "$recording" "$BUILD/lab/predicted.csv" \
        "$BUILD/lab/predicted.json" "$BUILD/lab/plot-$TARGET" || verdict=$?
    [ "$verdict" -le 1 ] || exit 1
    picture "$BUILD/lab/predicted" "$BUILD/lab/plot-$TARGET"
    [ "$verdict" = 0 ] || die "what was measured is not what was predicted; the lines with NOT say where"
}
