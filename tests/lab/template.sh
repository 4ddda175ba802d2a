#!/bin/sh
# template.sh - lints lab/template.yaml: our rules, AWS's validator from npm, and cfn-lint
# where it is installed.
#
#     tests/lab/template.sh FOLDER     FOLDER keeps the validator; `make lab-lint` calls it
#
# LAB_NODE is the Node to use, LAB_NODE_MODULES where the twin's packages are.
set -eu
folder=$1
validator=@aws/cloudformation-validate@1.9.0-beta

# The version is in the name of the mark, so that a new one is installed.
mark=$folder/installed-$(echo "$validator" | tr '/@' '__')
if [ ! -f "$mark" ]; then
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "$validator"
    touch "$mark"
fi

failed=0
LINT=$folder "${LAB_NODE:-node}" tests/lab/template.js || failed=1
if ! command -v cfn-lint >/dev/null; then
    echo "skipped cfn-lint: it is not installed"
elif cfn-lint --ignore-checks W3002 -- lab/template.yaml; then # W3002: wants `package`
    echo "ok cfn-lint"
else
    echo "FAILED cfn-lint"
    failed=1
fi
exit "$failed"
