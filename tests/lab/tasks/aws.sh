# shellcheck shell=sh
# aws.sh - tasks 1, 3, 4 and 8 on AWS, by the made-up CLI in tests/lab/tasks/bin: what exists is
# files in $FAKE, one answer in JSON for each call. Sourced by tests/lab/tasks.sh.
# shellcheck disable=SC2154 # which sets work
export TARGET=aws FAKE="$work/fake" AWS_REGION=eu-west-1
PATH=$PWD/tests/lab/tasks/bin:$PATH
mkdir -p "$FAKE"

fake() { # CALL JSON
    printf '%s\n' "$2" >"$FAKE/$1"
}
account() { # all as it should be
    fake version 'aws-cli/2.17.3 Python/3.11'
    fake 'sts get-caller-identity' '{"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/reader"}'
    fake 'lambda get-account-settings' '{"AccountLimit": {"ConcurrentExecutions": 10}}'
    fake 'lambda list-functions' '{"Functions": []}'
    fake 'budgets describe-budgets' '{"Budgets": [{"BudgetName": "zero"}]}'
    printf '%s\n' account=111122223333 region=eu-west-1 project=open-circuit run=run-1 >"$BUILD/lab/plan"
    prediction 'calls_to_open: 20' 'probes: 3' 'recovered_ms: 9000' 'because: two tries in each of ten environments are under way'
}

if on 1; then
    account
    done_is 1 'on AWS, an account to learn in'
    fake 'sts get-caller-identity' '{"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:root"}'
    rejects 1 'the root user' 'you are not the root user'
    account
    fake 'sts get-caller-identity' '{"Account": "999999999999", "Arn": "arn:aws:iam::999999999999:user/reader"}'
    rejects 1 'another account' 'the account is the one of the plan, 111122223333'
    account
    AWS_REGION=us-east-1 rejects 1 'another region' 'the region is the one of the plan, eu-west-1'
    fake version 'aws-cli/2.9.19 Python/3.11'
    rejects 1 'an old CLI' 'and new enough'
    account
    fake 'lambda list-functions' '{"Functions": [{"FunctionName": "billing-prod"}]}'
    rejects 1 'where something real runs' "nobody else's functions are here"
    LAB_ACCOUNT=111122223333 done_is 1 'the same, meant'
    account
    fake 'budgets describe-budgets' '{"Budgets": []}'
    rejects 1 'no budget' 'a budget watches the bill'
    account
    rm "$BUILD/lab/plan"
    rejects 1 'no plan' 'there is a plan'
    account
    rm "$FAKE/lambda list-functions"
    rejects 1 'no right to look' 'lab-check: aws lambda list-functions: An error occurred (AccessDenied)'
fi

stack() { # [EDIT]: the answers for what the template would make there
    cp "$work/right.yaml" "$work/template.yaml"
    [ $# = 0 ] || "$node" tests/lab/tasks/edit.js "$work/right.yaml" "$work/template.yaml" "$1"
    "$node" tests/lab/tasks/aws_stack.js "$work/template.yaml" "$FAKE"
}
if on 3; then
    account
    stack
    done_is 3 'on AWS, two roles'
    stack may-more
    rejects 3 'on AWS, rights of other services' 'the client may do nothing else'
    names 's3:* on *,' 'iam:CreateUser on *,' 'iam:AttachUserPolicy on *,' 'lambda:AddPermission on arn:aws:lambda:' 'logs:DeleteLogGroup on *,'
    stack may-more-there
    rejects 3 'on AWS, more actions on the table' 'the client may do nothing else'
    names dynamodb:BatchWriteItem dynamodb:PartiQLDelete dynamodb:UpdateTable
    stack backend-writes
    rejects 3 'on AWS, a backend that may write' 'the backend may do nothing else'
    stack no-log
    rejects 3 'on AWS, no right to log' 'the client may do what it must'
fi

if on 4; then
    account
    stack
    fake 'dynamodb put-item' '{}'
    fake 'lambda invoke' '{"StatusCode": 200, "FunctionError": "Unhandled"}'
    fake said '{"errorType": "Runtime.InvalidEntrypoint", "errorMessage": "RequestId: 1 Error: fork/exec /var/task/bootstrap: exec format error"}'
    rejects 4 'on AWS, a program for another machine' 'mode ok: it answers 200'
    names 'for another machine than x86_64' 'make lambda ARCH=x86_64'
    fake said '{"errorType": "Runtime.ExitError", "errorMessage": "RequestId: 1 Error: Runtime exited with error: exit status 1"}'
    rejects 4 'on AWS, the libraries of the machine it was built on' 'mode ok: it answers 200'
    names 'make lambda links statically'
fi

if on 8; then
    account
    fake 'cloudformation describe-stacks' ERROR
    fake 's3api head-bucket' ERROR
    for call in 'dynamodb list-tables' 'apigatewayv2 get-apis' 'logs describe-log-groups' 'cloudwatch describe-alarms' \
        'cloudwatch list-dashboards'; do fake "$call" ''; done
    fake 'resourcegroupstaggingapi get-resources' '{"ResourceTagMappingList": []}'
    fake 'iam list-roles' '{"Roles": [{"RoleName": "somebody-elses"}]}'
    fake 's3api list-buckets' '{"Buckets": []}'
    done_is 8 'on AWS, nothing left'
    fake 'logs describe-log-groups' '/aws/lambda/open-circuit-run-1-client'
    rejects 8 'a log group that came back' 'nothing is left'
    verdict 1 1 'it is named' 'log-group /aws/lambda/open-circuit-run-1-client'
    fake 'logs describe-log-groups' ''
    fake 'iam list-roles' '{"Roles": [{"RoleName": "open-circuit-client-us-east-1"}]}'
    rejects 8 'a stack in another region' 'nothing is left'
    verdict 1 1 'it is named' 'role open-circuit-client-us-east-1'
    fake 'iam list-roles' '{"Roles": []}'
    fake 'resourcegroupstaggingapi get-resources' '{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:sns:eu-west-1:111122223333:mine"}]}'
    rejects 8 'a topic made in the console' 'nothing is left'
    fake 'resourcegroupstaggingapi get-resources' '{"ResourceTagMappingList": []}'
    rm "$FAKE/dynamodb list-tables"
    rejects 8 'nobody knows' 'lab-check: lab/lab verify-empty'
fi
