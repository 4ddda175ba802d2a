#!/bin/sh
# start.sh - `make start CH=5`: puts the state after chapter 4 into chapters/: *.c,
# and the two texts of chapter 16.
#
# The only command that writes a file of the reader's. What was there is first kept, whole,
# in chapters/backup-N/; N counts up, so a backup is never written over.
. tests/reader/common.sh
need_chapter start
need_solutions start

place='' same=''
for name in $bench; do
    from=$(state_before "$name")
    if [ -z "$from" ]; then
        continue # not on the ladder so far: the file stays as it is
    elif cmp -s "$from" "chapters/$name"; then
        same="$same $name"
    else
        place="$place $from"
    fi
done
if [ -z "$place$same" ]; then
    refuse "There is no rung to start chapter $CH from: solutions/ holds nothing below $NN."
elif [ -z "$place" ]; then
    say "Your files are where chapter $CH begins already. Nothing was changed."
    exit 0
fi

number=1
while [ -e "chapters/backup-$number" ]; do number=$((number + 1)); done
backup=chapters/backup-$number
half=$backup.unfinished # so that a full disk or Ctrl-C leaves no half of a backup under its name
rm -rf "$half"
mkdir "$half"
for file in chapters/*.c chapters/*.txt; do
    [ ! -f "$file" ] || cp -p "$file" "$half/"
done
mv "$half" "$backup"

for from in $place; do
    cp "$from" chapters/.new && mv chapters/.new "chapters/$(basename "$from")"
done

# What was checked so far says nothing of these files; status goes on from here.
rm -f "${BUILD:-build}"/chapters/*/check-*.result
say "$ID started" >>.progress

title "Chapter $CH begins: read $DIR/README.md, then make check CH=$CH"
for from in $place; do say "  chapters/$(basename "$from") is now a copy of $from"; done
say "Your files as they were: $backup"
say "To undo: cp $backup/* chapters/"
