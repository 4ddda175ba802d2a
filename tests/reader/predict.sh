#!/bin/sh
# predict.sh - `make predict CH=3`: say what will happen, before you look.
#
# The questions are in the chapter's predict.txt:
#
#       # a comment
#       question: Failures at 0, 1, 2 ms; the limit is three.
#       Is the call at 3 ms allowed?
#       answer: no | refused
#       why: The third failure in a row has opened it.
#
# What is no answer of the kind is asked for again: where the right answer is a number, yes or
# no, or a state, that kind is known; a line `choices: better | worse | same` names others.
#
# A question and a why may go on over several lines. Answers that count as the same are
# parted by |; case does not matter. What the reader said is kept in .progress, a line
# `03-trip predict 1 = no` each; whoever wants to be asked again deletes the line.
. tests/reader/common.sh
need_chapter predict

file=$DIR/predict.txt
[ -f "$file" ] || { say "Chapter $CH asks for no prediction." && exit 0; }
touch .progress

ask_for() { # NUMBER question|answer|choices|why
    awk -v number="$1" -v want="$2" '
        /^#/ { next }
        /^question:/ { n++ }
        /^(question|answer|choices|why):/ { part = $1; sub(/:/, "", part); sub(/^[a-z]+: */, "") }
        n == number && part == want && NF { print }' "$file"
}

said() { # NUMBER: what the reader answered; status 1 if nothing yet
    sed -n "s/^$ID predict $1 = //p" .progress | tail -n 1 | grep .
}

folded() { tr '[:upper:]' '[:lower:]' | sed 's/^ *//; s/[ .]*$//'; }

right() { # NUMBER ANSWER
    ask_for "$1" answer | tr '|' '\n' | folded | grep -qxF -e "$(say "$2" | folded)"
}

# What kind of answer is wanted, as words for the reader, or nothing if any will do.
kind() { # NUMBER
    choices=$(ask_for "$1" choices)
    case $choices,$(ask_for "$1" answer | sed 's/ *|.*//' | folded) in
    ?*,*) say "One of: $(say "$choices" | sed 's/ *| */, /g')" ;;
    ,[0-9]* | ,-[0-9]*) say "A number" ;;
    ,never) say "A number, or never" ;;
    ,yes | ,no) say "Yes or no" ;;
    ,closed | ,open | ,half-open) say "Closed, open or half-open" ;;
    esac
}

of_the_kind() { # NUMBER ANSWER
    [ -n "$2" ] && ! right "$1" "$2" || return 0
    case $(kind "$1") in
    'One of'*) like=$(ask_for "$1" choices | folded | sed 's/ *| */|/g') ;;
    'A number'*) like='[0-9]|no(ne|thing|body)|never|zero|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|half|all|every' ;;
    'Yes or no') like='^(yes|no|y|n)([^a-z]|$)' ;;
    'Closed'*) like='open|closed' ;;
    *) return 0 ;;
    esac
    say "$2" | folded | grep -qE -e "$like|know|^\?"
}

count=$(grep -c '^question:' "$file" || true)
number=1
while [ "$number" -le "$count" ]; do
    if ! said "$number" >/dev/null; then
        title "Question $number of $count"
        ask_for "$number" question
        while :; do
            printf '> '
            if ! IFS= read -r answer && [ -z "$answer" ]; then
                say
                refuse "No answer to question $number. Type make predict CH=$CH again when you have one."
            fi
            [ -t 0 ] || say "$answer"
            ! of_the_kind "$number" "$answer" || break
            say "$(kind "$number"), please; or an empty line, if you do not know."
        done
        say "$ID predict $number = ${answer:-I do not know}" >>.progress
        say
    fi
    number=$((number + 1))
done

number=1
while [ "$number" -le "$count" ]; do
    answer=$(said "$number")
    title "Question $number of $count"
    ask_for "$number" question
    say "    you said   $answer"
    say "    it is      $(ask_for "$number" answer | sed 's/ *|.*//')$(! right "$number" "$answer" || say ', as you said')"
    ask_for "$number" why | sed 's/^/    /'
    say
    number=$((number + 1))
done
say "To be asked again, delete the lines \"$ID predict\" from the file .progress."
