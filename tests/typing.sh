# shellcheck shell=sh
# typing.sh - types the reader's commands and looks at what they say. Sourced by commands.sh
# and commands-real.sh, which say at the end `typed_all NAME LEAST`.
#
#   t STATUS TEXT COMMAND...    it ends with STATUS and says TEXT (a fixed string)
#   silent TEXT                 the last command did not say TEXT
#   same FILE FILE              they are the same, byte by byte
#   m TARGET NAME=VALUE...      make
#   type_in TEXT COMMAND...     with TEXT on its standard input
#
# What is written lies in $tmp and is gone at the end; $here is the tree.
# shellcheck disable=SC2034 # what is set here is used by those who source it
set -u
cd "$(dirname "$0")/.." || exit 2
here=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
unset MAKEFLAGS MFLAGS MAKELEVEL CH L T TASK YES FORCE BUILD WHO CI CC
export LC_ALL=C NO_COLOR=1
make=${MAKE:-make}
failed=0 ran=0

t() {
    status=$1 text=$2
    shift 2
    ran=$((ran + 1))
    got=0
    said=$("$@" 2>&1 </dev/null) || got=$?
    [ "$got" = "$status" ] || complain "ended with $got, not with $status" "$@"
    case $said in *"$text"*) ;; *) complain "did not say: $text" "$@" ;; esac
}
complain() {
    failed=$((failed + 1))
    what=$1 && shift
    printf 'FAILED %s\n    %s; it said:\n' "$*" "$what"
    printf '%s\n' "$said" | sed 's/^/    | /'
}
same() { ran=$((ran + 1)) && { cmp "$1" "$2" || { said='' && complain "differ" "$@"; }; }; }
silent() { case $said in *"$1"*) complain "said: $1" "the last command" ;; esac; }
type_in() {
    text=$1 && shift
    printf '%s' "$text" | "$@"
}
m() { $make --no-print-directory "$@"; }
typed_all() { # NAME LEAST: the end; so many must have been typed at least
    echo "$1: $((ran - failed)) passed, $failed failed"
    [ "$failed" = 0 ] && [ "$ran" -ge "$2" ]
}
