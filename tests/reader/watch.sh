#!/bin/sh
# watch.sh - `make watch [CH=3]`: checks again whenever you save, until Ctrl-C.
#
# Looks at the files once a second instead of asking the system to be told, so that it
# works on network disks and in WSL too. It looks at what they hold, not at their times: an
# editor may save twice within a second, and clocks of two hosts differ. It never moves on
# to the next chapter by itself.
. tests/reader/common.sh
if [ -n "${CH:-}" ]; then
    need_chapter watch
else
    CH=$(where_am_i | sed -n 's/^make check CH=//p')
    need_chapter watch
fi

trap 'echo; echo "Stopped watching."; exit 0' INT TERM

fingerprint() { cksum chapters/*.[ch] "$DIR"/*.* 2>/dev/null || true; }

last=''
while :; do
    now=$(fingerprint)
    if [ "$now" != "$last" ]; then
        last=$now
        title "make check CH=$CH"
        "${MAKE:-make}" --no-print-directory check "CH=$CH" || true
        say "Watching chapters/*.c and $DIR. Save to check again, Ctrl-C to stop."
        say "By hand: make check CH=$CH"
    fi
    sleep 1
done
