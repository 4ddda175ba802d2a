#!/bin/sh
# plot.sh - `make plot CH=3`: the storm of the chapter, before (on the rung below) and with
# your files, on the same axes: as text here, and as a picture where gnuplot is.
. tests/reader/common.sh
. tests/clients.sh
need_chapter plot
need_solutions plot
who=${WHO:-chapters}
plots=$BUILD/plots
mkdir -p "$plots"

# The rung on which the chapter begins, as a folder.
before=solutions/00-green-first
for dir in solutions/[0-9][0-9]-*; do
    n=$(basename "$dir")
    if [ "${n%%-*}" -lt "$NN" ]; then before=$dir; fi
done

# A chapter may have something else to show than a storm.
[ ! -f "$DIR/plot.sh" ] || exec sh "$DIR/plot.sh" "$before" "$who"
[ -f "$DIR/scene.json" ] || refuse "Chapter $CH has no storm to draw; $DIR/README.md says what to run."

record() { # WHO LABEL CLIENT [SCENE]: plays the scene, leaves plots/LABEL.csv and LABEL.facts
    $MAKE -s --no-print-directory WHO="$1" storm
    status=0
    (
        # shellcheck disable=SC3045 # dash, bash, ash and ksh all have it
        ulimit -t 10 # seconds of work: a storm takes less than one
        exec "$BUILD/$(basename "$1")/release/storm" run "${4:-$DIR/scene.json}" --client "$3" --facts \
            --csv "$plots/$NN-$2.csv" >"$plots/$NN-$2.facts" 2>"$plots/$NN-$2.note"
    ) || status=$?
    [ "$status" = 0 ] || came_to_grief "$1" "$2" "$status"
}

came_to_grief() { # WHO LABEL STATUS
    cat "$plots/$NN-$2.note" >&2
    [ "$1" = chapters ] || refuse "The storm of $1 ended with status $3."
    [ "$3" -gt 128 ] || refuse "The storm ended with status $3."
    refuse "Your code crashed in the storm, or did not come back: make check CH=$CH shows where."
}

# The facts whose numbers the text has, by their marks: 335<!--=before.attempts_per_s-->.
quoted() { # WHOSE: what stands before the dot, several parted by |
    grep -o '<!--=[^>]*-->' "$DIR/README.md" | sed -nE "s/^<!--=($1)\.([a-z0-9_]*)-->$/\2/p" | sort -u
}

# These facts, a column for each LABEL.
table() { # FACTS LABEL...
    wanted=$1
    shift
    printf '%-22s' "$heading"
    for label; do printf ' %9s' "${label#"$prefix"}"; done
    say
    for fact in $wanted; do
        printf '%-22s' "$fact"
        for label; do
            printf ' %9s' "$(awk -v fact="$fact" '$1 == fact { print $2 }' "$plots/$NN-$label.facts")"
        done
        sed -n "s/^$fact  *[-0-9]*  */   /p" "$plots/$NN-$1.facts"
    done
}

# What every storm is judged by, and then what else this chapter speaks of.
facts() { # LABEL...
    usual="fresh_pct others_fresh_pct failed_pct refused_pct no_room_pct recovered_ms \
        attempts_per_s end_attempts_per_s end_fresh_pct in_vain_pct opens opened_after_ms \
        fault_p50_ms"
    list=''
    clients="$(client_before "$DIR/scene.json")|$(client_after "$DIR/scene.json")"
    for fact in $usual $(quoted "before|after|$clients"); do
        case " $list " in *" $fact "*) continue ;; esac
        [ "$fact" != others_fresh_pct ] || grep -q '"shards"' "$DIR/scene.json" || continue
        list="$list $fact"
    done
    heading='' prefix=''
    say
    table "$list" "$@"
}

# The chapter's other storms, if the text has numbers of theirs before and after.
other_storms() {
    for scene in "$DIR"/*.json; do
        name=$(basename "$scene" .json)
        list=$(quoted "$name\.before|$name\.after")
        [ -n "$list" ] || continue
        record "$who" "$name-yours" "$(client_after "$scene")" "$scene"
        record "$before" "$name-before" "$(client_before "$scene")" "$scene"
        heading=$name.json prefix=$name-
        say
        table "$list" "$name-before" "$name-yours"
    done
}

same_runs() { cmp -s "$plots/$NN-$1.csv" "$plots/$NN-$2.csv"; }

# Where two clients are compared, yours may be as at the chapter's beginning, and yet not as
# the client before; and the storm may be one that a good client does not even feel. So all
# the chapter's storms are asked.
nothing_new() {
    if [ "$(client_before "$DIR/scene.json")" = "$(client_after "$DIR/scene.json")" ]; then
        same_runs before yours
        return
    fi
    for scene in "$DIR"/*.json; do
        case $scene in */expected.json) continue ;; esac
        record "$before" at-first "$(client_after "$scene")" "$scene"
        record "$who" now "$(client_after "$scene")" "$scene"
        same_runs at-first now || return 1
    done
}

storm=$BUILD/$(basename "$who")/release/storm
record "$who" yours "$(client_after "$DIR/scene.json")"
labels=yours
set -- "yours=$plots/$NN-yours.csv"
if [ "$CH" != 0 ]; then
    record "$before" before "$(client_before "$DIR/scene.json")"
    labels='before yours'
    set -- "before=$plots/$NN-before.csv" "$@"
fi
title "Chapter $CH: the same storm, before and with your files"
sed -n 's/^ *"about": "\(.*\)",*$/\1/p' "$DIR/scene.json"
say
"$storm" picture "$@"
# shellcheck disable=SC2086 # a list of words
facts $labels
[ "$CH" = 0 ] || other_storms
[ "$CH" = 0 ] || ! nothing_new ||
    say "Yours is as at the chapter's beginning: nothing of chapter $CH is written yet."
# A later chapter's functions are not missed here.
awk -v ch="$CH" '/^Not written yet: chapter / && $5 + 0 <= ch' "$plots/$NN-yours.note"
if command -v gnuplot >/dev/null; then
    "$storm" plot "$plots/$NN.svg" "$@" --title "$ID" &&
        say "The same as a picture: $plots/$NN.svg"
fi
