#!/bin/sh
# doctor.sh - `make doctor`: what is installed, what is missing, what each is for, and the
# command that mends it. Status 1 only if `make check` cannot run.
. "$(dirname "$0")/common.sh"

CC=${CC:-cc}
sick=0
line() { printf '  %s%-8s%s %-12s %-34s %s\n' "$1" "$2" "$plain" "$3" "$4" "$5"; }
there() { line "$good" ok "$1" "$2" "$3"; }
missing() { line "$bad" MISSING "$1" "${4:-}" "$2: $3" && sick=1; }
absent() { line '' absent "$1" "${4:-}" "$2: $3"; }

first_line() { "$@" 2>/dev/null | sed -n '1s/^\(.\{34\}\).*/\1/p;1q' ; }
version() { "$@" 2>/dev/null | sed -n 1p | cut -c1-34; }
compiles() { printf '#include <stdio.h>\nint main(void) { return 0; }\n' | $CC "$@" -x c - -o /dev/null 2>/dev/null; }

title "For make check"
if compiles -std=c11; then there "C compiler" "$(version "$CC" --version)" "builds everything"
else missing "C compiler" "builds everything" "./run check"; fi
if command -v make >/dev/null; then there make "$(version make --version)" "runs everything"
else missing make "runs everything" "./run check"; fi
if command -v pkg-config >/dev/null; then
    there pkg-config "$(version pkg-config --version)" "finds libraries"
else missing pkg-config "finds libraries" "./run check"; fi
library() { # NAME PKG FOR
    if pkg-config --exists "$2" 2>/dev/null; then there "$1" "$(pkg-config --modversion "$2")" "$3"
    else missing "$1" "$3" "./run check"; fi
}
library Check check "runs the tests"
library cJSON libcjson "reads scenes and events"

title "Better with"
if compiles -fsanitize=address,undefined; then there sanitizers "address, undefined" "catch wild pointers and overflows"
else absent sanitizers "catch wild pointers and overflows" "try CC=gcc or CC=clang; checks run without"; fi
if command -v gnuplot >/dev/null; then there gnuplot "$(version gnuplot --version)" "draws plots as SVG"
else absent gnuplot "draws plots as SVG" "./run plot CH=3; without it they are text"; fi
charset=${LC_ALL:-${LC_CTYPE:-${LANG:-}}}
case $charset in
*[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) there terminal "$charset" "draws finer plots in text" ;;
*) absent terminal "draws finer plots in text" "export LC_ALL=C.UTF-8" "${charset:-no locale set}" ;;
esac

title "For make check-all, the workbook's own upkeep"
lack=''
for tool in clang musl-gcc clang-format clang-tidy valgrind shellcheck patch; do
    command -v "$tool" >/dev/null || lack="$lack $tool"
done
if [ -z "$lack" ]; then there tools "all there" "second compiler, linters"
else absent tools "second compiler, linters" "./run check-all" "no$lack"; fi

say
if [ "$sick" = 0 ]; then say "make check can run here."; else say "make check cannot run here yet. ./run check installs what is missing."; fi
exit "$sick"
