# options.sh - no option is silently ignored, nor is WHO; part of storm.sh, whose functions
# it uses.
# shellcheck shell=sh disable=SC2154,SC2016

# --- what each verb takes --------------------------------------------------------------
# Every option with every verb: one that the verb does not read is turned away, with the
# verbs that do, and no other is. Nothing is played: there is no scene "no-such".
takes() {
    case $1 in
    run) echo client seed facts csv json plot as quiet ;;
    compare) echo client seed facts plot as quiet ;;
    sweep) echo client seed seeds jobs shard part csv json plot as quiet ;;
    merge) echo csv json quiet ;;
    replay) echo client seed digest ;;
    gallery) echo seed seeds jobs csv json plot quiet ;;
    swarm) echo client protocol seed seeds jobs only json quiet ;;
    explore) echo client protocol environments calls ticks faults budget rules skew trace quiet ;;
    plot | picture) echo title ;;
    esac
}
value() { # of an option, such that it is right; nothing if it takes none
    case $1 in
    as) echo runs ;;
    shard) echo 1/2 ;;
    digest) echo 0123456789abcdef ;;
    seed | seeds | jobs | environments | calls | ticks | budget | only) echo 1 ;;
    skew | facts | quiet) ;;
    *) echo x ;;
    esac
}
turned_away() { # by this verb, in one of the sentences that say so
    grep -q -e "^storm: --.* goes with .*, not with $1\$" -e "^storm: --plot goes with sweep:" \
        -e "^storm: --csv and --json go with" -e "^storm: gallery plays all clients; --client" \
        -e "^storm: swarm writes --json FILE, and" "$work/err"
}
play 0 --help
grep -o -e '--[a-z][a-z]*' "$work/out" | sort -u | grep -vx -e --help >"$work/options"
check "--help names 24 options" [ "$(wc -l <"$work/options")" = 24 ]
pairs=0 wrong=0
for verb in run compare sweep merge replay list gallery swarm explore plot picture; do
    while read -r option; do
        pairs=$((pairs + 1)) word=${option#--}
        # shellcheck disable=SC2046 # a value, or none
        play 2 "$verb" no-such "$option" $(value "$word") || wrong=$((wrong + 1))
        case " $(takes "$verb") " in *" $word "*) wanted=taken ;; *) wanted=turned-away ;; esac
        if turned_away "$verb"; then found=turned-away; else found=taken; fi
        [ "$found" = "$wanted" ] && [ "$(wc -l <"$work/err")" = 1 ] && continue
        wrong=$((wrong + 1))
        echo "  storm $verb $option: $found, wanted $wanted: $(cat "$work/err")"
    done <"$work/options"
done
check "$pairs pairs of a verb and an option: none is silently ignored" [ "$wrong" = 0 ]
rejects "--skew goes with explore, not with run" run "$tiny" --skew
rejects "--environments goes with explore, not with sweep" sweep "$tiny" --environments 2
rejects "--trace goes with explore, not with run" run "$tiny" --trace "$work/x"
rejects "--seeds goes with sweep, gallery and swarm, not with run" --seeds 3 run "$tiny"
rejects "--csv goes with run, sweep, merge and gallery, not with explore" explore --csv -

# --- whose client ----------------------------------------------------------------------
# make_rejects WHO TARGET: make stops with one sentence, and builds nothing
make_rejects() {
    status=0
    ${MAKE:-make} --no-print-directory -n BUILD="$work/build" "WHO=$1" "$2" \
        >"$work/out" 2>"$work/err" || status=$?
    if [ "$status" = 2 ] && [ ! -s "$work/out" ] &&
        grep -qF "WHO is \"$1\": allowed is chapters (yours) or a rung" "$work/err"; then
        ok "make WHO=$1 $2: is told what WHO may be"
    else
        bad "make WHO=$1 $2: status $status: $(head -2 "$work/err")"
    fi
}
make_rejects "$work" storm
for who in '' nobody solutions/99-no-such solutions/03-trip/ "chapters solutions/03-trip"; do
    make_rejects "$who" storm
done
make_rejects "$work" check
# shellcheck disable=SC2317
would_build() { ${MAKE:-make} -n BUILD="$work/build" "WHO=$1" storm >"$work/out" 2>&1; }
check "make WHO=solutions/03-trip storm: is built" would_build solutions/03-trip
