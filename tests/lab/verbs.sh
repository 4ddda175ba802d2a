#!/bin/sh
# verbs.sh - the command lab/lab, against a made-up AWS CLI and a made-up twin, both in
# tests/lab/verbs. What is shown: which calls are made, and which never are.
set -eu
work=$(mktemp -d)
server=
trap 'rm -rf "$work"; [ -z "$server" ] || kill "$server"' EXIT
trap 'exit 130' INT TERM
failed=0

export FAKE="$work/fake" BUILD="$work/build" AWS_REGION=eu-west-1
PATH=$PWD/tests/lab/verbs:$PATH
mkdir -p "$FAKE" "$BUILD/lambda"
: >"$FAKE/all"
printf '111122223333\tarn:aws:iam::111122223333:user/reader\n' >"$FAKE/who"

# play STATUS WORDS ARGUMENTS...: lab/lab ends so and says so; stdin is empty
play() {
    wanted=$1 words=$2 && shift 2
    status=0
    : >"$FAKE/calls"
    sh lab/lab "$@" >"$work/out" 2>&1 </dev/null || status=$?
    if [ "$status" = "$wanted" ] && grep -Fq -e "$words" "$work/out"; then
        printf '%s\n' "ok $TARGET $*: $words"
    else
        echo "FAILED $TARGET $*: status $status, wanted $wanted with \"$words\":"
        sed 's/^/    /' "$work/out"
        failed=1
    fi
}

called() { # PATTERN: the play before called AWS so, as it should
    : >"$FAKE/all"
    if grep -Eq -e "$1" "$FAKE/calls"; then
        echo "ok called: $1"
    else
        echo "FAILED did not call: $1" && sed 's/^/    /' "$FAKE/calls"
        failed=1
    fi
}

only_looked() { # all plays since the last change, or the last such check, changed nothing
    if grep -Ev '^(sts get-|configure get|cloudformation describe-|s3api head-|s3api list-|dynamodb (list|scan)|lambda list|apigatewayv2 get|iam list|logs (describe|filter)|cloudwatch (describe|list))' "$FAKE/all"; then
        echo "FAILED that should have changed nothing"
        failed=1
    else
        echo "ok changed nothing"
    fi
    : >"$FAKE/all"
}

# --- wrong usage ------------------------------------------------------------------------
export TARGET=aws
play 2 'there is no verb "nope"' nope
play 2 'up takes no "now"' up now
play 2 'allowed are ok, slow MS' mode
play 2 'mode ok takes no "5"' mode ok 5
play 2 'from 0 to 100' mode flaky 101
play 2 'allowed is a whole number' mode slow 1e3
play 2 'allowed is a whole number' mode slow '5
, "pct": 99'
play 2 'allowed is a whole number' mode slow 05
play 2 'allowed are client and backend' logs nobody
TARGET=mars play 2 'allowed is local or aws' plan
PROJECT='x;rm' play 2 'allowed are 3 to 24' plan
PROJECT='open-circuit
x' play 2 'allowed are 3 to 24' plan
PROJECT=ab play 2 'allowed are 3 to 24' plan
PROJECT=abcdefghijklmnopqrstuvwxy play 2 'allowed are 3 to 24' plan
only_looked

# --- AWS: nothing without a plan, a yes and the right account ---------------------------
play 1 'First: TARGET=aws lab/lab plan' up
play 1 'First: TARGET=aws lab/lab plan' down
only_looked
play 0 '0.02 USD' plan
only_looked
play 1 'First: make lambda' up
touch "$BUILD/lambda/client.zip" "$BUILD/lambda/backend.zip"
packed() { printf '%s\n' "who=$1" "build=$2" arch=arm64 tls=mbedtls >"$BUILD/lambda/packed"; }
packed solutions/17-behind-a-door 000000000000
play 1 'First: make lambda WHO=solutions/17-behind-a-door' up
packed solutions/17-behind-a-door "$(${MAKE:-make} -s --no-print-directory lab-build-id WHO=solutions/17-behind-a-door)"
play 1 'nothing was done' up
play 1 'nothing was done' load
only_looked
export YES=1
AWS_REGION=us-east-1 play 1 'the plan says region eu-west-1, but now it is us-east-1' up
only_looked
cp "$FAKE/who" "$work/who"
printf '999999999999\tarn:aws:iam::999999999999:user/reader\n' >"$FAKE/who"
play 1 'the plan says account 111122223333' down
only_looked
printf '111122223333\tarn:aws:iam::111122223333:root\n' >"$FAKE/who"
for verb in plan up down verify-empty mode\ hang load; do
    # shellcheck disable=SC2086 # a verb and its word
    account=999999999999 play 1 'the root user' $verb
done
only_looked
cp "$work/who" "$FAKE/who"

# --- AWS: up, used, down ----------------------------------------------------------------
run=$(sed -n 's/^run=//p' "$BUILD/lab/plan")
name=open-circuit-$run
play 0 "a stack named $name (" plan # a plan goes on with its run
echo CREATE_IN_PROGRESS >"$FAKE/stack"
play 1 'Wait until it is done' up
for dead in ROLLBACK_FAILED DELETE_FAILED ROLLBACK_COMPLETE; do
    echo $dead >"$FAKE/stack"
    play 0 'https://api.test/call' up
    called "^cloudformation delete-stack --stack-name $name\$"
done
called "^s3api put-bucket-tagging --bucket $name-deploy-111122223333-eu-west-1 "
called "deploy .*--stack-name $name .*CAPABILITY_NAMED_IAM .*ProjectName=$name RunId=$run Architecture=arm64 BreakerConfig= *\\{\"deadline_ms\": 3000, .*\\} --tags project=$name run=$run\$"
PARAMETERS='ReservedConcurrency=5 BreakerName=pay' play 0 'build ' up
called '\} ReservedConcurrency=5 BreakerName=pay --tags'
BUILD_WAS=$BUILD && BUILD="$work/a&b" && mkdir -p "$BUILD/lambda" "$BUILD/lab"
cp "$BUILD_WAS/lambda/"* "$BUILD/lambda" && cp "$BUILD_WAS/lab/plan" "$BUILD/lab"
play 0 'https://api.test/call' up
grep -Fq "Code: $BUILD/lambda/client.zip" "$BUILD/lab/template.yaml" || { echo "FAILED the path of the zips" && failed=1; }
BUILD=$BUILD_WAS
play 0 'hang' mode hang
called '"mode#backend"}, "mode": {"S": "hang"}}$'
play 0 'slow 500' mode slow 500
called '"S": "slow"}, "ms": {"N": "500"}}$'
play 0 'flaky 30' mode flaky 30
called '"S": "flaky"}, "pct": {"N": "30"}}$'
play 0 'CREATE_COMPLETE' status
only_looked
play 0 'a line of the log' logs backend
called "log-group-name /aws/lambda/$name-backend"
LAB_SINCE_MS=1795558924127 play 0 'a line of the log' logs
called "$name-client .*--start-time 1795558924127"
play 1 'First: TARGET=aws lab/lab load' plot
play 1 "stack $name" verify-empty
play 0 'Down.' down
called "^s3 rb s3://$name-deploy-111122223333-eu-west-1 --force\$"
play 0 'Down.' down
only_looked
play 0 'Nothing is left' verify-empty
for kind in table function api role log-group alarm dashboard bucket; do
    echo "open-circuit-x" >"$FAKE/$kind.left"
    play 1 "$kind open-circuit-x" verify-empty
    rm "$FAKE/$kind.left"
done
play 0 'a stack named open-circuit-' plan
if [ "$(sed -n 's/^run=//p' "$BUILD/lab/plan")" = "$run" ]; then echo "FAILED a new run has the old one's name" && failed=1; fi
echo 'iam list-roles' >"$FAKE/broken"
play 1 'nobody knows what is left' verify-empty
echo 'cloudformation describe-stacks' >"$FAKE/broken"
play 1 'AccessDenied' down
only_looked
rm "$FAKE/broken"

# --- the twin ---------------------------------------------------------------------------
export TARGET=local LAB_CONTROL=http://127.0.0.1:9
play 1 'Start one with: make lab-local' up
"${LAB_NODE:-node}" tests/lab/verbs/control.js >"$work/control" &
server=$!
tries=0
until [ -s "$work/control" ] || [ $tries -ge 100 ]; do
    sleep 0.1 # the address comes when it listens
    tries=$((tries + 1))
done
LAB_CONTROL=$(head -n 1 "$work/control")
play 0 'nothing is spent' plan
mkdir "$work/clone" && cp -R lab "$work/clone"
home=$PWD && cd "$work/clone"
play 1 'the twin says 409: you are not where I am' mode error
cd "$home"
play 1 'nothing is up' load
play 0 '/call' up
play 0 'open-circuit is up on this machine' status
play 0 'cb#backend               open, generation 3, version 9, 2 of 4 failed, rests until 1970-01-01T00:00:00.005Z, which is over' status
play 0 '{"pk":"hello#1","note":"first"}' status
play 0 'open-circuit-client      environments: 2 idle' status
play 0 'it runs already' plan
play 0 'one \n line' logs
play 1 '  tables: open-circuit-breakers' verify-empty
play 1 'nothing was measured yet' plot
play 2 'plot takes one file at most' plot a b
play 2 'is no file' plot --help
play 1 'name one that is' plot no-such.csv
play 0 '20 requests: 20 fresh' load --seconds 2
if grep -q '^run,0,.*,10,2,[0-9]*,lab$' "$BUILD/lab/load-local.csv" && grep -q '^call,' "$BUILD/lab/load-local.csv"; then
    echo "ok recorded what was played and what the log told"
else
    echo "FAILED the recording:" && head -n 5 "$BUILD/lab/load-local.csv"
    failed=1
fi
play 2 'allowed are ok, slow MS' mode fast
play 0 'slow 500' mode slow 500
if grep -Fq '{"mode": "slow", "ms": 500}' "$work/control"; then
    echo "ok the twin was told"
else
    echo "FAILED the twin was not told"
    failed=1
fi
play 0 '10 failed' load --rps 5 --seconds 2 --steady
play 1 'the run begins when all is well' load --seconds 1 --warm 1
play 2 'must be a whole number' load --rps 1000
play 2 'load --help' load --bogus
play 2 'load --help' load fast
play 0 'flaky 1' mode flaky 1
play 1 "this machine's clock and the server's differ by" load --seconds 1
play 0 'Down.' down
play 0 'Nothing is left.' verify-empty
if [ -s "$FAKE/all" ]; then
    echo "FAILED the local target called AWS"
    failed=1
fi
exit "$failed"
