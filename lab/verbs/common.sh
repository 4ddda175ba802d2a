# common.sh - what lab/lab does alike on both targets. To be sourced by lab/lab.
# shellcheck shell=sh

die() {
    echo "lab: $*" >&2
    exit 1
}

usage() {
    echo "lab: $*; \`lab/lab help\` says what there is" >&2
    exit 2
}

none_more() { # VERB ARGUMENTS...: it takes none
    [ $# -eq 1 ] || usage "$1 takes no \"$2\""
}

have() { command -v "$1" >/dev/null 2>&1; }

whole() { # WHAT NUMBER MAX
    case $2 in
    '' | *[!0-9]* | 0?* | ??????????*) ;; # in a case, unlike in grep, a second line counts too
    *) [ "$2" -gt "$3" ] || return 0 ;;
    esac
    usage "$1 is \"$2\": allowed is a whole number from 0 to $3"
}

# mode ok | slow MS | error | hang | flaky PCT, as target_mode MODE [NAME NUMBER]
verb_mode() {
    mode=${1:-}
    case $mode in
    ok | error | hang)
        [ $# -eq 1 ] || usage "mode $mode takes no \"$2\""
        target_mode "$mode"
        ;;
    slow)
        [ $# -eq 2 ] || usage "mode slow wants milliseconds, such as: mode slow 500"
        whole milliseconds "$2" 900000
        target_mode slow ms "$2"
        ;;
    flaky)
        [ $# -eq 2 ] || usage "mode flaky wants a percentage, such as: mode flaky 30"
        whole "the percentage" "$2" 100
        target_mode flaky pct "$2"
        ;;
    *) usage "the mode is \"$mode\": allowed are ok, slow MS, error, hang, flaky PCT" ;;
    esac
    echo "The backend's mode is: $*. It looks once a second."
}

verb_logs() {
    which=${1:-client}
    case $which in
    client | backend) ;;
    *) usage "logs of \"$which\": allowed are client and backend" ;;
    esac
    [ $# -le 1 ] || usage "logs takes no \"$2\""
    target_logs "$which"
}

verb_load() {
    url=
    if [ "${1:-}" != --help ]; then
        target_may_load
        url=$(target_url) || exit 1
    fi
    mkdir -p "$BUILD/lab"
    export TARGET PROJECT BUILD # it calls `lab/lab mode` by and by
    LAB_URL=$url LAB_OUT=$BUILD/lab/load-$TARGET.csv "${LAB_NODE:-node}" lab/verbs/load.js "$@"
}
