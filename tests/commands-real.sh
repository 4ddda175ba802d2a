#!/bin/sh
# commands-real.sh - types the reader's commands on the real chapters, in a temporary copy of
# the tree: their hints, predictions and rungs must be such that the commands can show them.
# Then ./run, on machines made up of a few links.
# shellcheck source=tests/typing.sh
. "$(dirname "$0")/typing.sh"

# --- the real chapters --------------------------------------------------------------
real=$tmp/real
mkdir "$real" && cd "$here" || exit 2
for file in Makefile run chapters solutions sim tests .ci; do
    [ ! -e "$file" ] || cp -r "$file" "$real/"
done
mkdir "$real/lab" && cp lab/*.mk "$real/lab/"
cd "$real" || exit 2
rm -rf chapters/backup-*
t 0 "make status" m
t 0 "green-first" m status
t 2 "*** No rule to make target 'chekc'" m chekc
t 2 "Did you mean make check CH=15?" m check 15
mv solutions away
t 2 "solutions/ is missing from this clone: make demo needs it." m demo
t 2 "solutions/ is missing from this clone: make plot needs it." m plot CH=9
silent Illegal
t 2 "made of solutions/, and there is no" m lineup
mv away solutions
# From here on as make would call them: reading the whole Makefile each time takes minutes.
typed() { # COMMAND NAME=VALUE...
    script=tests/reader/$1.sh && shift
    env BUILD=build MAKE="$make" "$@" sh "$script"
}
t 0 "" typed start CH=2
t 0 "already. Nothing was changed." typed start CH=2
for dir in chapters/[0-9][0-9]-*/; do
    id=$(basename "$dir")
    n=$(printf '%s' "${id%%-*}" | sed 's/^0\(.\)/\1/')
    t 0 "" typed start "CH=$n"
    t 0 "" typed reveal "CH=$n" YES=1
    t 0 "" typed wrong "CH=$n" FORCE=1
    if [ -f "$dir/hints.md" ]; then
        t 0 "hint 1 of 3" typed hint "CH=$n"
        # every task has its three levels, and every level something to say
        # shellcheck disable=SC2016 # awk's own
        t 0 "" awk '
            /^## *[Tt]ask/ { task = $3 + 0; level = 0; tasks++ }
            /^### / { level = $2 + 0 }
            !/^#/ && NF && level { said[task, level] = 1 }
            END { for (key in said) n++; exit !(tasks > 0 && n == 3 * tasks) }' "$dir/hints.md"
    fi
    if [ -f "$dir/predict.txt" ]; then
        for field in answer why; do
            [ "$(grep -c '^question:' "$dir/predict.txt")" = "$(grep -c "^$field: *[^ ]" "$dir/predict.txt")" ] ||
                { said='' && complain "a question lacks its $field:" "$dir/predict.txt"; }
        done
        t 0 "you said   I do not know" type_in "




" typed predict "CH=$n"
    fi
done

# --- ./run, on machines made up of a few links --------------------------------------
machine=$tmp/bin
mkdir "$machine"
for tool in sh cat sed awk grep head tail ls basename dirname paste sort tr cut mktemp rm env find cksum; do
    ln -s "$(command -v $tool)" "$machine/$tool"
done
on_it() { env -i PATH="$machine" "$@"; }
can() { printf '#!/bin/sh\n%s\n' "$2" >"$machine/$1" && chmod +x "$machine/$1"; }
can id 'echo 1000'
t 0 "make status" on_it ./run
t 0 "./run doctor names it" on_it ./run help
t 1 "MISSING  C compiler" on_it ./run doctor
t 1 "no package manager here that I know" on_it ./run check
can apt-get 'echo "apt-get $*" >>'"$tmp/apt"
t 1 "there is no sudo. As root: apt-get update" on_it ./run check CH=3
t 1 "" test -e "$tmp/apt"
can sudo 'exec "$@"'
t 1 "Nothing was installed." on_it ./run check CH=3
t 1 "" test -e "$tmp/apt"
t 1 "Still missing: cc make" on_it CI=true ./run check CH=3
t 0 "libcjson-dev" cat "$tmp/apt"
t 0 "apt-get update" head -n 1 "$tmp/apt"
can apt-get 'echo "no network"; exit 100'
t 1 "no network" on_it CI=true ./run check
can make 'echo "make got: $*"'
can cc true
can pkg-config true
t 0 "make got: check CH=3" on_it ./run check CH=3
t 0 "make got: demo" on_it ./run demo
t 0 "make got: plot CH=3" on_it CI=true ./run plot CH=3
t 0 "make got:" on_it ./run
t 0 "make got: CH=3 check" on_it ./run CH=3 check
t 0 "make got: check CH=15" on_it ./run check CH=15
t 1 "Missing for check: patch" on_it ./run check CH=16
t 1 "Missing for check: patch" on_it ./run check
can id 'echo 0'
t 0 "make got: demo" on_it ./run demo
t 0 "no network" on_it ./run demo
t 0 "the steps that need them will fail" on_it CI=true ./run check-all

typed_all "reader's commands, real chapters" 100
