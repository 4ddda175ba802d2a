#!/bin/sh
# watch.sh - `make watch [CH=3]`: checks again whenever you save, until Ctrl-C.
#
# inotifywait, where it is installed, wakes it at once; elsewhere it looks once a second,
# which works on network disks and in WSL too. Either way it goes by what the files hold,
# not by their times: an editor may save twice within a second, and clocks of two hosts
# differ. It never moves on to the next chapter by itself.
. tests/reader/common.sh
if [ -n "${CH:-}" ]; then
    need_chapter watch
else
    CH=$(where_am_i | sed -n 's/^make check CH=//p')
    need_chapter watch
fi

sleeper=''
stop() {
    [ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null || true
    printf '\nStopped watching.\n'
    exit 0
}
trap stop INT TERM

fingerprint() { cksum chapters/*.[ch] chapters/*.txt "$DIR"/*.* 2>/dev/null || true; }

# Until something happens, or for a few seconds: what was saved between the last look and
# this call is found then. In the background, since a trap waits for what is in front.
await_change() {
    if command -v inotifywait >/dev/null; then
        inotifywait -qq -t 3 -e close_write,move,create,delete chapters "$DIR" &
    else
        sleep 1 &
    fi
    sleeper=$!
    wait "$sleeper" || true
    sleeper=''
}

last=''
while :; do
    now=$(fingerprint)
    if [ "$now" != "$last" ]; then
        last=$now
        title "make check CH=$CH"
        "${MAKE:-make}" --no-print-directory check "CH=$CH" || true
        say "Watching your files in chapters/ and $DIR. Save to check again, Ctrl-C to stop."
        say "By hand: make check CH=$CH"
    else
        await_change
    fi
done
