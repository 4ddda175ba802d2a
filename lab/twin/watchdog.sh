#!/bin/sh
# Ends what the twin started when the twin itself is gone, even by SIGKILL: environments
# that are frozen cannot notice by themselves.
#
#     watchdog.sh FOLDER <pipe from the twin
#
# The twin writes "+PID" for every environment it starts (each leads a process group) and
# "-PID" when one has ended. The end of the pipe is the end of the twin: then all that are
# left are killed, and FOLDER, where the code was unpacked, is removed.
set -eu
folder=$1
trap '' INT TERM HUP

groups=
while read -r line; do
    pid=${line#?}
    case $line in
    +*) groups="$groups $pid" ;;
    -*)
        kept=
        for one in $groups; do
            [ "$one" = "$pid" ] || kept="$kept $one"
        done
        groups=$kept
        ;;
    esac
done

for one in $groups; do
    kill -s KILL -- "-$one" 2>/dev/null || true # dash takes no "kill -KILL -- -PID"
done
rm -rf -- "$folder"
