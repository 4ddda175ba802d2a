#!/bin/sh
# status.sh - `make status`: a board of the chapters, and one command to go on with.
#
# A chapter is green when its check says so, and not before: "written" means only that no
# call of todo() is left for it. The checks leave their counts in build/, this reads them.
. tests/reader/common.sh

board() {
    printf '  %-2s  %-26s  %-12s  %s\n' '#' chapter written tests
    for id in $(ids); do
        set_chapter "$id"
        left=$(todos "$CH" | grep -c . || true)
        if [ "$left" = 0 ]; then written=yes; else written="$left to write"; fi
        # shellcheck disable=SC2046 # two words
        set -- $(result "$NN")
        colour=''
        if [ $# -lt 2 ]; then
            tests='not checked' && [ "$left" -gt 0 ] || written='-'
        elif passed "$NN"; then
            tests="green  $1 of $2" colour=$good
            ! changed_since "$NN" || tests="$tests, files changed since"
        else
            tests="red    $1 of $2" colour=$bad
        fi
        printf '  %2s  %-26s  %-12s  %s%s%s\n' "$CH" "${ID#*-}" "$written" "$colour" "$tests" "$plain"
    done
}

[ -z "$(ids)" ] || board
where_am_i | {
    read -r where
    read -r next
    printf '\n%s\n    %s%s%s\n' "$where" "$bold" "$next" "$plain"
}
