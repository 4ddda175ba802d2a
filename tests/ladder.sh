#!/bin/sh
# ladder.sh BUILD MODE ALL CHECK... - the state after each rung is green on the checks up to
# its own chapter and red on the next one, by a test that says what is not written yet, or
# what is wrong. A build that fails, or a crash, is neither. Also: a rung is small enough to
# climb.
set -u
build=$1 mode=$2 all=$3
. tests/patched.sh
shift 3
most=50 # lines of code to write in a rung, without those that the chapter shows in full
bad=0
complain() { echo "ladder: $*" >&2; bad=1; }
# shellcheck disable=SC2003 # the shell takes 08 for octal, expr does not
number() { expr "${1%%-*}" + 0; }

# play RUNG CHECK: the exit code; the rest in $result and $said
play() {
    result=$build/$1/$mode/ladder-$2.result
    rm -f "$result"
    said=$(MINE=$(texts_after "${1%%-*}") "$build/$1/$mode/checks-$all" "$2" --result "$result" 2>&1)
}

next_is_red() { # RUNG CHECK
    play "$1" "$2"
    code=$?
    [ "$code" = 1 ] || complain "$1 on $2: exit code $code, wanted a failed check"
    grep -q '^unwritten \|^wrong ' "$result" || complain "$1 on $2: no test says what is missing"
    ! grep -q '^crashed \|^endless \|^check ' "$result" || complain "$1 on $2: a stub crashed"
}

# Lines of code that are new in a rung: no comments, no lone braces, nothing that stands in
# a ```c block of the chapter.
changed_lines() { # RUNG
    awk '/^```c/ { on = 1; next } /^```/ { on = 0 } on' chapters/"$1"/README.md >"$build/ladder.shown"
    for file in solutions/"$1"/*.c; do
        [ -f "$file" ] || continue # chapter 16 has the reader write tests, no code
        diff "$(before "$(basename "$file")" "$1")" "$file"
    done | awk -v shown="$build/ladder.shown" '
        BEGIN { while ((getline line <shown) > 0) given["> " line] = 1 }
        /^>/ && !($0 in given) && $0 !~ /^> *(\/?\*.*|[{}]*)$/ { sum++ } END { print sum + 0 }'
}

climb=0 # the rung wanted next, as long as none is missing
for dir in solutions/[0-9][0-9]-*; do
    rung=${dir#solutions/}
    k=$(number "$rung") green=0 red=''
    for check; do
        n=$(number "$check")
        if [ "$n" -le "$k" ]; then
            play "$rung" "$check" || complain "$rung is not green on $check: $said"
            green=$((green + 1))
        elif [ -z "$red" ]; then
            red=$check
            next_is_red "$rung" "$check"
        fi
    done
    lines=''
    # A rung whose chapter is not written yet shows nothing in it, either.
    if [ "$k" = "$climb" ] && [ "$k" -gt 0 ] && [ -f "chapters/$rung/check.c" ]; then
        lines=$(changed_lines "$rung")
        [ "$lines" -le $most ] || complain "$rung asks for $lines lines of code, more than $most"
    fi
    [ "$k" = "$climb" ] && climb=$((climb + 1))
    echo "ladder: $rung green on $green${red:+, red on $red}${lines:+, $lines lines to write}"
done

for stub in solutions/00-*/*.c solutions/00-*/*.txt; do
    yours=chapters/$(basename "$stub")
    cmp -s "$stub" "$yours" && continue
    if [ -n "${CI:-}" ]; then
        complain "$yours is not as shipped in $stub"
    else
        echo "ladder: $yours has been worked on, so it is not compared with $stub"
    fi
done
exit $bad
