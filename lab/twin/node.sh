#!/bin/sh
# Prints the path of a node that is new enough: the system's, or one that npm installs
# under FOLDER, once.
#
#     node.sh FOLDER MAJOR
set -eu
folder=$1
wanted=$2

new_enough() {
    "$1" -e "process.exit(+process.versions.node.split('.')[0] >= $wanted ? 0 : 1)" 2>/dev/null
}

if command -v node >/dev/null && new_enough node; then
    command -v node
    exit
fi
own=$folder/node_modules/node/bin/node
if [ ! -x "$own" ] || ! new_enough "$own"; then
    command -v npm >/dev/null || {
        echo "This needs Node $wanted, or npm to install it: apt-get install npm" >&2
        exit 1
    }
    echo "The system's node is older than $wanted: npm installs one under $folder" >&2
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error node@22 >&2
fi
echo "$own"
