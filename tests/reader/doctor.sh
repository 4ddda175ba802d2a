#!/bin/sh
# doctor.sh - `make doctor`: what is installed, what is missing, what each is for, and the
# command that mends it. Status 1 only if `make check` cannot run.
. tests/reader/common.sh

CC=${CC:-cc}
sick=0
row() { # NAME FOR CURE VERSION: without a version it is not there
    if [ -n "$4" ]; then
        printf '  %sok%s       %-12s %-26s %s\n' "$good" "$plain" "$1" "$4" "$2"
    elif [ "$3" = needed ]; then
        sick=1
        printf '  %sMISSING%s  %-12s %s; to mend it: ./run check\n' "$bad" "$plain" "$1" "$2"
    else
        printf '  absent   %-12s %s; to mend it: %s\n' "$1" "$2" "$3"
    fi
}
version() { # COMMAND...: the first line it prints, shortened; nothing if it is not there
    "$@" 2>/dev/null | sed -n '1s/ *([^)]*)//; 1p' | cut -c1-26
}
library() { version pkg-config --modversion "$1"; }
compiles() {
    printf '#include <stdio.h>\nint main(void) { return 0; }\n' |
        $CC "$@" -x c - -o /dev/null 2>/dev/null
}

title "For make check"
# shellcheck disable=SC2086 # CC may be two words
row "C compiler" "builds everything" needed "$(compiles -std=c11 && version $CC --version)"
row make "runs everything" needed "$(version make --version)"
row pkg-config "finds libraries" needed "$(version pkg-config --version)"
row Check "runs the tests" needed "$(library check)"
row cJSON "reads scenes and events" needed "$(library libcjson)"
row patch "makes wrong answers of right ones" needed "$(version patch --version)"

title "Better with"
row sanitizers "catch wild pointers; checks run without" "CC=clang, or another compiler" \
    "$(compiles -fsanitize=address,undefined && echo address, undefined)"
row gnuplot "draws plots as SVG, else they are text" "./run plot CH=0" "$(version gnuplot --version)"
row inotifywait "wakes make watch at once" "install inotify-tools; it looks once a second" \
    "$(command -v inotifywait >/dev/null && echo there)"
charset=${LC_ALL:-${LC_CTYPE:-${LANG:-none}}}
case $charset in *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) utf8=$charset ;; *) utf8='' ;; esac
row UTF-8 "finer plots in text; the locale is $charset" "export LC_ALL=C.UTF-8" "$utf8"

title "For make check-all, the workbook's own upkeep"
lack=''
for tool in clang musl-gcc clang-format clang-tidy valgrind shellcheck; do
    command -v "$tool" >/dev/null || lack="$lack $tool"
done
if [ -z "$lack" ]; then row tools "compilers, linters" '' "all there"
else row tools "not here:$lack" "./run check-all" ''; fi

say
if [ "$sick" = 1 ]; then
    say "make check cannot run here yet. ./run check installs what is missing."
else
    say "make check can run here."
fi
exit "$sick"
