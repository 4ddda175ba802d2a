# shellcheck shell=sh
# clients.sh - who is compared in a chapter's scene. Sourced by those who play one: book.sh,
# book/figure.sh, reader/plot.sh.
#
# A chapter shows its storm before and after. A scene with one client is played by it on the
# rung before and on its own. In one with several, the first is the client before, and the
# last the one after: chapter 8 compares two ways to configure it.

clients() { # SCENE: their names, in the scene's order
    awk '/"clients"/ { on = 1; next } on && match($0, /^    "[^"]*":/) {
        print substr($0, 6, RLENGTH - 7) }' "$1"
}
client_before() { clients "$1" | head -n 1; } # SCENE
client_after() { clients "$1" | tail -n 1; }  # SCENE
