#!/bin/sh
# tasks.sh - `make lab-check`: each task's check says done to a right answer, and to the
# wrong ones that readers give, that it is not, and which claim does not hold. The stack is
# the lab's own on a twin, five times as fast; a wrong answer is its template or one of its
# programs with one thing changed (tests/lab/tasks/edit.js).
#
#     make lab-tasks-test               sets the environment; PORT=7100, ONLY=3 for one task
set -eu
work=$(mktemp -d "${TMPDIR:-/tmp}/lab-tasks.XXXXXX")
twin=
trap '[ -z "$twin" ] || kill "$twin"; wait; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
failed=0 shown=0
node=${LAB_NODE:-node}
# Of four ports, begun at one that is free: whoever tests in another clone has others.
port=${PORT:-$("$node" -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port & ~3); s.close(); })")}
RIGHT=$BUILD/$(basename "$WHO")/release/lab
export TARGET=local LAB_CONTROL="http://127.0.0.1:$((port + 3))" LAB_SCENE="$work/scene.json"
built=$BUILD && BUILD=$work/build && export BUILD
mkdir -p "$BUILD/lab" "$work/bin" "$BUILD/$(basename "$WHO")"
ln -s "$built/$(basename "$WHO")/release" "$BUILD/$(basename "$WHO")/release" # storm is built
MAKE=true && export MAKE
"$node" tests/lab/tasks/scene.js "$work"
cp "$work/template.yaml" "$work/right.yaml"

# --- a task's check, and what it must say --------------------------------------------------

check() { "$node" lab/check/check.js "$1" >"$work/out" 2>&1 </dev/null; }

verdict() { # STATUS WANTED WHAT WORDS
    shown=$((shown + 1))
    if [ "$1" = "$2" ] && grep -Fq -e "$4" "$work/out"; then
        printf '%s\n' "ok $3: $4"
    else
        printf '%s\n' "FAILED $3: status $1, wanted $2 with \"$4\":"
        sed 's/^/    /' "$work/out"
        failed=1
    fi
}

done_is() { # TASK WHAT
    status=0
    check "$1" || status=$?
    verdict "$status" 0 "task $1, $2" "Task $1 is done."
}

# The claim that must not hold; others may fail with it.
rejects() { # TASK WHAT CLAIM
    status=0
    check "$1" || status=$?
    case $3 in lab-check:*) verdict "$status" 1 "task $1, $2" "$3" ;; *) verdict "$status" 1 "task $1, $2" "NO  $3" ;; esac
}

names() { # WORDS...: what the check said before holds them
    for words; do verdict "$status" "$status" 'it is named' "$words"; done
}

on() { [ "${ONLY:-$1}" = "$1" ]; }

# --- the twin ------------------------------------------------------------------------------

control() { # METHOD PATH [JSON]
    curl -sS --max-time 60 --noproxy '*' -X "$1" -H 'content-type: application/json' ${3:+--data "$3"} "$LAB_CONTROL$2"
}

start_twin() {
    "$node" lab/twin/twin.js --bin "$work/bin" --template "$work/template.yaml" --dir "$work/run" --port-base "$port" --down \
        >"$work/ready" 2>"$work/said" &
    twin=$!
    tries=0
    until grep -q ready "$work/ready"; do
        tries=$((tries + 1))
        { [ $tries -lt 300 ] && kill -0 "$twin"; } || { echo "the twin did not start: $(cat "$work/said")" && exit 1; }
        sleep 0.1
    done
}

programs() { # the right ones
    cp -f "$RIGHT/client" "$RIGHT/backend" "$work/bin/"
}

up() { # [EDIT...] of the template; a new table each time
    control POST /down '{}' >/dev/null
    cp "$work/right.yaml" "$work/template.yaml"
    for edit; do
        "$node" tests/lab/tasks/edit.js "$work/template.yaml" "$work/next.yaml" "$edit"
        mv "$work/next.yaml" "$work/template.yaml"
    done
    control POST /up '{}' >"$work/up"
}

# One object of a program made wrong, the others as they are. PART is lab/NAME, or NAME for
# one of the reader's.
program() { # client|backend PART EDIT
    programs
    source=$2.c
    for file in $READERS; do
        [ "$(basename "$file" .c)" != "$2" ] || source=$file
    done
    "$node" tests/lab/tasks/edit.js "$source" "$work/wrong.c" "$3"
    # shellcheck disable=SC2086 # words of flags
    ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -w -Ichapters -Ilab $LAB_CFLAGS -DBREAKER_BUILD="\"$BUILD_ID\"" -c "$work/wrong.c" -o "$work/wrong.o"
    objects=$CLIENT
    [ "$1" = client ] || objects=$BACKEND
    others=
    for object in $objects; do
        case $object in */release/"$2.o") ;; *) others="$others $object" ;; esac
    done
    [ "$(echo "$objects" | wc -w)" = "$(($(echo "$others" | wc -w) + 1))" ]
    # shellcheck disable=SC2086
    ${CC:-cc} $others "$work/wrong.o" $LAB_LIBS -o "$work/bin/$1"
}

prediction() { printf '%s\n' "$@" >"$BUILD/lab/prediction.txt"; }

# --- what was typed, and no twin -----------------------------------------------------------

usage() { # WHAT WORDS COMMAND...
    what=$1 words=$2 && shift 2
    status=0
    "$@" "$node" lab/check/check.js "${TASK:-1}" >"$work/out" 2>&1 || status=$?
    verdict "$status" 2 "$what" "$words"
}
TASK=10 usage 'a tenth task' 'there are nine tasks' env
TASK=x usage 'no number' 'there are nine tasks' env
usage 'another target' 'TARGET is "mars"' env TARGET=mars
for task in 1 2 3 4 5 6 8; do rejects $task 'no twin' "lab-check: no twin answers at $LAB_CONTROL"; done
rejects 7 'nothing measured' 'there is a whole run to look at'
rejects 9 'nothing plotted' 'there is a plot to report on'

programs
start_twin
for task in 2 3 4 5 6; do rejects $task 'nothing up' 'lab-check: nothing is up'; done

# --- 1: start --------------------------------------------------------------------------------
if on 1; then
    up
    rejects 1 'no prediction' 'your prediction is written down'
    prediction 'calls_to_open: 20' 'probes: some' 'recovered_ms: 9000' 'because: two tries in each of ten environments are under way'
    rejects 1 'words for a number' 'it says probes as a number'
    prediction 'calls_to_open: 20' 'probes: 3' 'because: two tries in each of ten environments are under way'
    rejects 1 'one of three left out' 'it says recovered_ms as a number'
    prediction 'calls_to_open: 20' 'probes: 3' 'recovered_ms: 9000' 'because: I think so'
    rejects 1 'no reason' 'and why'
    prediction 'calls_to_open: 20' 'probes: 3' 'recovered_ms: 9000' 'because: two tries in each of ten environments are under way'
    done_is 1 'a prediction'
fi

# --- 2: DynamoDB -----------------------------------------------------------------------------
put() { # NOTE [CONDITION]
    control POST /dynamodb "{\"op\": \"PutItem\", \"body\": {\"TableName\": \"open-circuit-breakers\",
        \"Item\": {\"pk\": {\"S\": \"hello#1\"}, \"note\": {\"S\": \"$1\"}}${2:+, \"ConditionExpression\": \"$2\"}}}"
}
if on 2; then
    up
    rejects 2 'no item' 'your item hello#1 is there'
    put first >/dev/null
    put second >/dev/null
    rejects 2 'a write without a condition' 'and no second write got over it'
    up
    put first 'attribute_not_exists(pk)' >/dev/null
    put second 'attribute_not_exists(pk)' >"$work/out"
    verdict 0 0 'the second write' 'ConditionalCheckFailedException'
    done_is 2 'a write under a condition'
    up sort-key
    rejects 2 'a sort key' 'the table has one key, pk'
    up provisioned
    rejects 2 'bought capacity' 'it is paid by request'
    up no-maximum
    rejects 2 'no maximum' 'it has a maximum'
    up ttl-as-timer
    rejects 2 'TTL as a timer' 'what nobody writes to is swept up by ex'
fi

# --- 3: IAM ----------------------------------------------------------------------------------
if on 3; then
    up
    done_is 3 'two roles'
    up may-everything
    rejects 3 'dynamodb:* on *' 'the client may do nothing else'
    names 'dynamodb:* on *, and needs no such right'
    up may-more
    rejects 3 'rights of other services' 'the client may do nothing else'
    names 's3:* on *,' 'iam:CreateUser on *,' 'iam:AttachUserPolicy on *,' 'lambda:AddPermission on arn:aws:lambda:' 'logs:DeleteLogGroup on *,'
    up may-more-there
    rejects 3 'more actions on the table' 'the client may do nothing else'
    names dynamodb:BatchWriteItem dynamodb:PartiQLDelete dynamodb:UpdateTable
    up may-get-anything
    rejects 3 'dynamodb:Get*' 'the client may do nothing else'
    up reads-any-item
    rejects 3 'keys for writing only' 'the client may do nothing else'
    names 'dynamodb:GetItem on any item, and needs cb#*'
    up calls-any
    rejects 3 'any function may be called' 'the client may do nothing else'
    names 'and needs arn:aws:lambda:eu-west-1:000000000000:function:open-circuit-backend'
    up backend-writes
    rejects 3 'a backend that may write' 'the backend may do nothing else'
    names 'dynamodb:PutItem on'
    up denied-again
    done_is 3 'a right that is taken away again'
    up other-words
    done_is 3 'the same rights, and less, in other words'
    up any-item
    rejects 3 'no leading keys' 'the client may do nothing else'
    up one-role
    rejects 3 'one role for both' 'client and backend have a role each'
    up no-log
    rejects 3 'no right to log' 'the client may do what it must'
    up creates-groups
    rejects 3 'CreateLogGroup' 'the client may do nothing else'
    up trusts-others
    rejects 3 'EC2 may take the role too' "only Lambda may take the client's role"
    up trusts-nobody
    cp "$work/up" "$work/out"
    verdict 0 0 'task 3, a role that Lambda may not take' 'cannot be assumed by Lambda'
    rejects 3 'a role that Lambda may not take' 'lab-check: nothing is up'
fi

# --- 4: the backend ----------------------------------------------------------------------------
if on 4; then
    up
    done_is 4 'a backend that does as it is told'
    program backend lab/backend_mode mode-at-start
    up
    rejects 4 'the mode read once, at the start' 'mode error: it answers 500'
    program backend lab/backend_mode mode-ignored
    up
    rejects 4 'always well' 'mode error: it answers 500'
    programs
    up one-second
    rejects 4 'stopped before it is slow' 'mode slow 1500: it answers 200, late'
    other=arm64 machine='\267' # where an ELF file says what it is for
    [ "$(uname -m)" != aarch64 ] || other=x64 machine='\076'
    # shellcheck disable=SC2059 # it is a format
    printf "$machine" | dd of="$work/bin/backend" bs=1 seek=18 conv=notrunc 2>/dev/null
    up
    cp "$work/up" "$work/out"
    verdict 0 0 'task 4, a program for another machine' "is for $other, and this machine is"
    rejects 4 'a program for another machine' 'lab-check: nothing is up'
    rm -f "$work/bin/backend"
    printf '%s\n' '#!/bin/sh' "echo \"bootstrap: /lib/libc.so.6: version 'GLIBC_2.38' not found\" >&2" 'exit 1' >"$work/bin/backend"
    chmod 755 "$work/bin/backend"
    up
    rejects 4 'the libraries of the machine it was built on' 'mode ok: it answers 200'
    names 'make lambda links statically'
fi

# --- 5: the client -----------------------------------------------------------------------------
if on 5; then
    programs
    up
    done_is 5 'the reference'
    program client lab/client other-build
    up
    rejects 5 'other sources than these' "what runs is what lies here, build $BUILD_ID"
    programs
    up no-store
    rejects 5 'the state in the program alone' 'the open state stands in the table, where all can see it'
    up never-opens
    rejects 5 'it never opens' 'a backend that fails opens the breaker'
    up shorter-than-deadline
    rejects 5 'stopped before its deadline' 'it answers before Lambda stops it'
    program client shared writes-successes
    up
    rejects 5 'a write for each success' 'and none of them wrote to the table'
    program client retry counts-4xx
    up
    rejects 5 'it opens on 4xx' "15 users' mistakes, each a 404 of the backend, open nothing"
    names 'only 429 and 500 or more are failures'
    program client lab/clock clock-from-start
    up
    rejects 5 'a clock that starts with the environment' 'until_ms is a time that all clocks know'
fi

# --- 6: the door ---------------------------------------------------------------------------------
if on 6; then
    programs
    up
    done_is 6 'the reference'
    program client handler refuses-with-200
    up
    rejects 6 '200 for a refusal' 'a refusal is 503, and says so'
    program client handler fails-with-200
    up
    rejects 6 '200 for a failure' 'a failed backend is 502, and says so'
    program client handler no-retry-after
    up
    rejects 6 'no Retry-After' 'with Retry-After in whole seconds'
    programs
    up no-permission
    rejects 6 'no permission' 'API Gateway may call the function'
    up any-caller
    rejects 6 'any API may call' 'for this route of this API only'
    up no-throttling
    rejects 6 'no throttling' 'and lets in so many a second and no more'
    up any-route
    rejects 6 'every route' 'the door has one route, GET /call'
    up impatient-door
    rejects 6 'a door that gives up first' 'the door waits longer than the function may run'
    up payload-1
    cp "$work/up" "$work/out"
    verdict 0 0 'task 6, events in format 1.0' 'PayloadFormatVersion \"2.0\" only'
fi

# --- 7 and 9: the run and the report ---------------------------------------------------------------
if on 7 || on 9; then
    . tests/lab/tasks/run.sh
fi

# --- 8: clean up ---------------------------------------------------------------------------------------
if on 8; then
    up
    rejects 8 'all is still there' 'nothing is left'
    sh lab/lab down >/dev/null && sh lab/lab down >/dev/null
    done_is 8 'down, twice'
fi

# --- AWS, by a made-up CLI ---------------------------------------------------------------------------------
if on 1 || on 3 || on 4 || on 8; then
    . tests/lab/tasks/aws.sh
fi

echo "$shown answers were judged."
exit "$failed"
