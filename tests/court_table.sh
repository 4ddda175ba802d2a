#!/bin/sh
# court_table.sh SUSPECT... -- INNOCENT... - writes the two lists of tests/court.h as C. A
# suspect is a name of tests/suspects/NAME.patch, whose header says what it believes; of
# an innocent nobody wants to know more than its name.
set -eu
. tests/patched.sh

prefix() { printf '%s' "$1" | tr '-' '_'; }
quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

declare_code() { # PREFIX
    cat <<END
void $1_breaker_init(struct breaker *, const struct breaker_config *, uint64_t);
struct breaker_permit $1_breaker_acquire(struct breaker *, int64_t);
void $1_breaker_record(struct breaker *, struct breaker_permit *, enum breaker_outcome, int64_t);
enum breaker_state $1_breaker_state_at(const struct breaker *, int64_t);
END
}

code() { # NAME PREFIX
    echo "{\"$1\", $2_breaker_init, $2_breaker_acquire, $2_breaker_record, $2_breaker_state_at}"
}

echo '/* Written by tests/court_table.sh. */'
echo '#include "court.h"'
for name; do
    [ "$name" != -- ] || continue
    declare_code "$(prefix "$name")"
done
echo 'const struct suspect suspects[] = {'
while [ "$1" != -- ]; do
    patch=tests/suspects/$1.patch
    printf '{%s,\n "%s", "%s", "%s"},\n' "$(code "$1" "$(prefix "$1")")" "$(quoted "$(field theme "$patch")")" \
        "$(quoted "$(field misconception "$patch")")" "$(quoted "$(field 'seen in' "$patch")")"
    shift
done
shift
echo '{{0}, 0, 0, 0}};'
echo 'const struct breaker_code innocents[] = {'
for name; do printf '%s,\n' "$(code "$name" "$(prefix "$name")")"; done
echo '{0}};'
