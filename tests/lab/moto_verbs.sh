#!/bin/sh
# moto_verbs.sh - TARGET=aws of lab/lab by the real AWS CLI, against moto_server: a plan, two
# deployments, the second with another knob, a mode, and all of it deleted again.
#
# Skipped where one of them is missing, or the CLI does not know AWS_ENDPOINT_URL: it would
# ask AWS itself. moto makes no HTTP APIs and no alarms from a template, so there is no URL.
set -eu
skip() { echo "SKIPPED moto_verbs: $*" && exit 0; }
command -v aws >/dev/null || skip "there is no AWS CLI here"
aws --version 2>&1 | sed 's|aws-cli/\([0-9]*\)\.\([0-9]*\).*|\1 \2|' | {
    read -r major minor && { [ "$major" = 1 ] && [ "$minor" -ge 33 ] || [ "$major" -ge 2 ] && [ "$minor" -ge 16 ]; }
} || skip "the AWS CLI is older than 1.33 or 2.16"
work=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

"${LAB_NODE:-node}" -e "require('./tests/lab/moto').startMoto().then((moto) => console.log(moto.endpoint))" >"$work/moto" &
server=$!
tries=0
until [ -s "$work/moto" ]; do
    if [ $tries -ge 300 ] || ! kill -0 "$server"; then echo "moto_server did not start" && exit 1; fi
    sleep 0.1
    tries=$((tries + 1))
done
AWS_ENDPOINT_URL=$(cat "$work/moto")
export AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID=AKIATEST AWS_SECRET_ACCESS_KEY=none AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1 \
    AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER='' TARGET=aws YES=1
unset AWS_SESSION_TOKEN AWS_PROFILE

# A clone of its own, for its template is changed; the packages hold nothing that runs.
who=solutions/17-behind-a-door
tar -cf - Makefile chapters lab sim solutions tests | tar -xf - -C "$work"
cd "$work"
export BUILD=build
mkdir -p build/lambda
: >bootstrap && chmod 755 bootstrap
for one in client backend; do zip -q "build/lambda/$one.zip" bootstrap; done
printf '%s\n' who=$who "build=$(${MAKE:-make} -s lab-build-id WHO=$who)" arch=arm64 tls=mbedtls >build/lambda/packed

says() { # WORDS COMMAND...: it succeeds, and says so
    words=$1 && shift
    if "$@" >out 2>&1 && grep -Fq -e "$words" out; then
        echo "ok $*: $words"
    else
        echo "FAILED $*: wanted \"$words\"" && cat out && exit 1
    fi
}
fails() { # WORDS COMMAND...: it does not, and says so
    words=$1 && shift
    if ! "$@" >out 2>&1 && grep -Fq -e "$words" out; then
        echo "ok $*: $words"
    else
        echo "FAILED $*: wanted a failure with \"$words\"" && cat out && exit 1
    fi
}
knob() { aws lambda get-function-configuration --function-name "$name-client" --query Environment.Variables.BREAKER_CONFIG --output text; }

says 'Name:     open-circuit-' lab/lab plan
name=open-circuit-$(sed -n 's/^run=//p' build/lab/plan)
fails 'says no URL' lab/lab up
says '"open_ms": 10000' knob
sed -i.old 's/"open_ms": 10000/"open_ms": 7000/' lab/template.yaml
fails 'says no URL' lab/lab up
says '"open_ms": 7000' knob
says arm64 aws cloudformation describe-stacks --stack-name "$name" \
    --query "Stacks[0].Parameters[?ParameterKey=='Architecture'].ParameterValue" --output text
says hang lab/lab mode hang
says '"S": "hang"' lab/lab status
for kind in table function role log-group dashboard bucket stack; do fails "$kind " lab/lab verify-empty; done
says 'Down.' lab/lab down
says 'Down.' lab/lab down
says 'Nothing is left' lab/lab verify-empty
