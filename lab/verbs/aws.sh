# aws.sh - the verbs of lab/lab on AWS, by the AWS CLI. To be sourced by lab/lab.
# shellcheck shell=sh
#
# Nothing here hides an error of the CLI: "there is none" and "I could not ask" are
# different answers, and only the first lets a verb go on.

export AWS_PAGER=''
plan_file=$BUILD/lab/plan
packed_file=$BUILD/lambda/packed # what `make lambda` packed, of whom and for what

# --- who and where ----------------------------------------------------------------------

# Sets account, caller and region from what the CLI would use now.
ask_who() {
    have aws || die "there is no AWS CLI here: https://docs.aws.amazon.com/cli/ says how to install it"
    region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}
    [ -n "$region" ] || die "no region is set. Say which: export AWS_REGION=eu-west-1"
    export AWS_REGION="$region" AWS_DEFAULT_REGION="$region"
    who=$(aws sts get-caller-identity --query '[Account,Arn]' --output text) ||
        die "AWS does not know who you are. Sign in first, for instance: aws configure sso"
    account=$(echo "$who" | awk '{print $1}')
    caller=$(echo "$who" | awk '{print $2}')
    case $caller in
    *:root) die "these are the credentials of the root user. They can do anything, so the lab refuses them: sign in as somebody less" ;;
    esac
}

# Everything that a run makes is named $stack, or $stack-something.
name_by() { # RUN
    stack=$PROJECT-$1
    bucket=$stack-deploy-$account-$region
    [ ${#bucket} -le 63 ] || die "the bucket's name, $bucket, is longer than 63: choose a shorter PROJECT"
}

identify() {
    [ -f "$plan_file" ] || die "there is no plan yet. First: TARGET=aws lab/lab plan"
    ask_who
    name_by "$(planned run)"
}

planned() { sed -n "s/^$1=//p" "$plan_file"; }

# Whatever makes, changes or deletes something goes where the plan said, or nowhere.
identify_as_planned() {
    identify
    for pair in "account=$account" "region=$region" "project=$PROJECT"; do
        [ "$(planned "${pair%%=*}")" = "${pair#*=}" ] ||
            die "the plan says ${pair%%=*} $(planned "${pair%%=*}"), but now it is ${pair#*=}. Change it back, or plan again"
    done
}

ask() {
    [ "${YES:-}" != 1 ] || return 0
    printf '%s Type yes to go on: ' "$1"
    read -r word || word=
    [ "$word" = yes ] || die "nothing was done"
}

# --- is it there? -----------------------------------------------------------------------

# exists NOT-THERE-PATTERN COMMAND...: 0 it is there, 1 it is not; any other error ends.
exists() {
    pattern=$1 && shift
    if found=$("$@" 2>&1); then return 0; fi
    echo "$found" | grep -Eq "$pattern" || die "$*: $found"
    return 1
}

stack_exists() {
    exists 'does not exist' aws cloudformation describe-stacks --stack-name "$stack" \
        --query 'Stacks[0].StackStatus' --output text
}

bucket_exists() { exists '404|Not Found' aws s3api head-bucket --bucket "$bucket"; }

delete_stack() {
    aws cloudformation delete-stack --stack-name "$stack"
    aws cloudformation wait stack-delete-complete --stack-name "$stack" ||
        die "the stack $stack was not deleted; its events in the console say why"
}

# --- verbs ------------------------------------------------------------------------------

# A run lasts until verify-empty has found nothing; planning again meanwhile, in another
# region too, goes on with it, or what it made could not be found by its name.
run_of_plan() {
    if [ -f "$plan_file" ] && [ "$(planned project)" = "$PROJECT" ] && [ -z "$(planned empty)" ]; then
        planned run
    else
        date -u +%m%d-%H%M%S
    fi
}

target_plan() {
    ask_who
    run=$(run_of_plan)
    name_by "$run"
    mkdir -p "$BUILD/lab"
    printf '%s\n' "account=$account" "region=$region" "project=$PROJECT" "run=$run" >"$plan_file"
    cat <<END
Account:  $account, as $caller
Region:   $region
Makes:    a stack named $stack (a table, two functions, two roles, an HTTP API, log
          groups, alarms, a dashboard) and a bucket named $bucket
Name:     $stack, with which each of their names begins
Tags:     project=$stack run=$run
Cost:     by list prices about 0.02 USD for ten thousand requests, next to nothing when
          idle; a stranger who sends 20 requests a second all day costs some dollars a day
Next:     make lambda, then TARGET=aws lab/lab up. Afterwards: down and verify-empty.
END
}

make_bucket() {
    bucket_exists || aws s3 mb "s3://$bucket"
    aws s3api put-bucket-tagging --bucket "$bucket" --tagging \
        "TagSet=[{Key=project,Value=$stack},{Key=run,Value=$(planned run)}]"
}

packed() { sed -n "s/^$1=//p" "$packed_file"; }

# Are the zips there, and of files that are still as they were when their checks were green?
packed_well() {
    for zip in "$BUILD/lambda/client.zip" "$BUILD/lambda/backend.zip" "$packed_file"; do
        [ -f "$zip" ] || die "there is no $zip. First: make lambda"
    done
    now=$(${MAKE:-make} -s --no-print-directory lab-build-id WHO="$(packed who)")
    [ "$now" = "$(packed build)" ] ||
        die "the zips are of $(packed who) as it was, $(packed build); now it is $now. First: make lambda WHO=$(packed who)"
}

# A stack whose first deployment failed, or whose deletion did, can only be deleted.
clear_dead_stack() {
    if ! stack_exists; then return; fi
    case $found in
    REVIEW_IN_PROGRESS) ;; # made by a deployment that was never carried out
    ROLLBACK_COMPLETE | ROLLBACK_FAILED | DELETE_FAILED) delete_stack ;;
    *_IN_PROGRESS) die "the stack $stack is $found. Wait until it is done, then again: TARGET=aws lab/lab up" ;;
    UPDATE_ROLLBACK_FAILED) die "the stack $stack is $found, which only the console can mend. Or: TARGET=aws lab/lab down" ;;
    esac
}

target_up() {
    identify_as_planned
    packed_well
    echo "Deploys:  what $(packed who) is now, build $(packed build), for $(packed arch)"
    ask "This makes things in account $account, region $region, and they can cost money."
    clear_dead_stack
    make_bucket
    # The paths in the template are those of the default BUILD, beside lab/.
    zips=$(cd "$BUILD/lambda" && pwd | sed 's/[&|\\]/\\&/g')
    sed "s|\.\./build/lambda|$zips|" lab/template.yaml >"$BUILD/lab/template.yaml"
    aws cloudformation package --template-file "$BUILD/lab/template.yaml" --s3-bucket "$bucket" \
        --output-template-file "$BUILD/lab/packaged.yaml" >/dev/null
    # The knobs are said each time: CloudFormation keeps what it has of a parameter that is not
    # given, whatever the template says by now.
    # shellcheck disable=SC2086 # a list of parameters
    aws cloudformation deploy --template-file "$BUILD/lab/packaged.yaml" --stack-name "$stack" \
        --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset \
        --parameter-overrides "ProjectName=$stack" "RunId=$(planned run)" "Architecture=$(packed arch)" \
        "BreakerConfig=$(sh lab/verbs/knobs.sh | tr -d '\n' | tr -s ' ')" ${PARAMETERS:-} \
        --tags "project=$stack" "run=$(planned run)"
    url=$(target_url) || exit 1
    echo "Up. Send requests to: $url"
}

target_may_load() {
    identify_as_planned
    ask "This sends requests to the stack $stack in account $account, region $region: with lab/scene.json
about a thousand, which cost less than a cent by list prices."
}

target_url() {
    stack_exists || die "nothing is up. First: TARGET=aws lab/lab up"
    url=$(aws cloudformation describe-stacks --stack-name "$stack" \
        --query "Stacks[0].Outputs[?OutputKey=='Url'].OutputValue" --output text) || exit 1
    case $url in
    http*) echo "$url" ;;
    *) die "the stack $stack says no URL" ;;
    esac
}

target_mode() {
    identify_as_planned
    item='"pk": {"S": "mode#backend"}, "mode": {"S": "'$1'"}'
    [ $# -eq 1 ] || item="$item, \"$2\": {\"N\": \"$3\"}"
    aws dynamodb put-item --table-name "$stack-breakers" --item "{$item}"
}

target_status() {
    identify
    if ! stack_exists; then
        echo "There is no stack $stack in account $account, region $region."
        return
    fi
    echo "The stack $stack is $found."
    aws cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].Outputs' --output table
    aws dynamodb scan --table-name "$stack-breakers" --consistent-read --query Items --output json
}

target_logs() {
    identify
    aws logs filter-log-events --log-group-name "/aws/lambda/$stack-$1" --query 'events[].[message]' --output text \
        ${LAB_SINCE_MS:+--start-time "$LAB_SINCE_MS"}
}

target_down() {
    identify_as_planned
    if stack_exists; then delete_stack; fi
    if bucket_exists; then aws s3 rb "s3://$bucket" --force; fi
    echo "Down. To be sure: TARGET=aws lab/lab verify-empty"
}

# left KIND QUERY COMMAND...: prints each that is left, "kind name"
left() {
    kind=$1 query=$2 && shift 2
    names=$("$@" --query "$query" --output text) || die "$*: could not ask, so nobody knows what is left"
    for name in $names; do
        [ "$name" = None ] || echo "$kind $name"
    done
}

begins() { echo "$1[?starts_with($2, '$stack-')].$2"; }

all_left() {
    left table "TableNames[?starts_with(@, '$stack-')]" aws dynamodb list-tables
    left function "$(begins Functions FunctionName)" aws lambda list-functions
    left api "$(begins Items Name)" aws apigatewayv2 get-apis
    left role "Roles[?starts_with(RoleName, '$stack-') && ends_with(RoleName, '-$region')].RoleName" aws iam list-roles
    left log-group 'logGroups[].logGroupName' aws logs describe-log-groups \
        --log-group-name-prefix "/aws/lambda/$stack-"
    left alarm 'MetricAlarms[].AlarmName' aws cloudwatch describe-alarms --alarm-name-prefix "$stack-"
    left dashboard 'DashboardEntries[].DashboardName' aws cloudwatch list-dashboards \
        --dashboard-name-prefix "$stack-"
    left bucket "Buckets[?Name=='$bucket'].Name" aws s3api list-buckets
    if stack_exists; then echo "stack $stack"; fi
}

target_verify_empty() {
    identify
    rest=$(all_left) || exit 1
    [ -z "$rest" ] || die "left in account $account, region $region:
$rest"
    echo "Nothing is left in account $account, region $region."
    [ -n "$(planned empty)" ] || echo "empty=1" >>"$plan_file"
}
