#!/bin/sh
# twice.sh COMMAND... - for steps that play real processes against the clock of the wall: a
# busy machine may make one lose once. What fails twice in a row has failed. tests/step.sh
# shows the line that begins with AGAIN.
set -u
"$@" && exit 0
echo "AGAIN, since the first try ended with status $?: $*"
exec "$@"
