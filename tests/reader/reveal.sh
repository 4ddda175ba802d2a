#!/bin/sh
# reveal.sh - `make reveal CH=3`: what the book's own answer changes in chapter 3, as a
# diff against the state before it. Asks first; YES=1 is an answer too.
. tests/reader/common.sh
need_chapter reveal
need_solutions reveal

files=''
for name in $bench; do
    file=solutions/$ID/$name
    [ ! -f "$file" ] || files="$files $file"
done
if [ "$NN" = 00 ] || [ -z "$files" ]; then
    say "Chapter $CH has no answer to reveal: the book's own files do not change in it."
    exit 0
fi

if [ "${YES:-}" != 1 ]; then
    [ -t 0 ] || refuse "This shows the answer of chapter $CH; if you mean it, say make reveal CH=$CH YES=1."
    printf 'Show the answer of chapter %s? Hints are milder: make hint CH=%s L=3. [y/N] ' "$CH" "$CH"
    read -r answer || answer=''
    case $answer in y | Y | yes) ;; *) say "Not shown." && exit 0 ;; esac
fi

for file in $files; do
    before=$(state_before "$(basename "$file")")
    title "$file"
    status=0
    diff -u "${before:-/dev/null}" "$file" || status=$?
    [ "$status" -le 1 ] || exit "$status"
done
