#!/bin/sh
# hint.sh - `make hint CH=3 [L=1|2|3] [TASK=2]`: one hint, from the chapter's hints.md.
#
# Level 1 says where to look, 2 what must hold, 3 nearly the code. hints.md has a
# `## task 1` for each task and under it `### 1`, `### 2`, `### 3`. Without TASK it is the
# first task not written yet; if all are written, every task of the chapter.
. tests/reader/common.sh
need_chapter hint

L=${L:-1}
case $L in 1 | 2 | 3) ;; *) refuse "There is no hint level L=$L; the levels are 1, 2 and 3." ;; esac
[ -f "$DIR/hints.md" ] || refuse "Chapter $CH has no hints: there is no $DIR/hints.md."

tasks=$(sed -n 's/^## *[Tt]ask *\([0-9][0-9]*\).*/\1/p' "$DIR/hints.md")
[ -n "$tasks" ] || refuse "Chapter $CH has no tasks, so it has no hints either."
if [ -n "${TASK:-}" ]; then
    say "$tasks" | grep -qxF -e "$TASK" ||
        refuse "Chapter $CH has no task TASK=$TASK; its tasks are $(say "$tasks" | paste -sd, - | sed 's/,/, /g')."
else
    TASK=$(todos "$CH" | sed 's/.*://' | sort -n | head -n 1)
    say "$tasks" | grep -qxF -e "${TASK:-none}" || TASK=$tasks
fi

for task in $TASK; do
    title "Chapter $CH, task $task, hint $L of 3"
    awk -v task="$task" -v level="$L" '
        /^## / { here = tolower($2) == "task" && $3 + 0 == task; at = 0; next }
        /^### / { at = $2 + 0 == level; next }
        here && at { print }' "$DIR/hints.md"
done
if [ "$L" -lt 3 ]; then
    case $TASK in *[!0-9]*) same='' ;; *) same=" TASK=$TASK" ;; esac
    say "More: make hint CH=$CH L=$((L + 1))$same"
else
    say "That was the last hint. An answer: make reveal CH=$CH"
fi
