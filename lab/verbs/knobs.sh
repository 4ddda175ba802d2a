#!/bin/sh
# knobs.sh - the client's configuration as lab/template.yaml has it, JSON.
set -eu
awk '/^  BreakerConfig:/ { here = 1 } here && /[{]/ { on = 1 } on { print } on && /}/ { exit }' "$(dirname "$0")/../template.yaml"
