# local.sh - the verbs of lab/lab on the local twin, by its control API
# (lab/twin/control.js). To be sourced by lab/lab.
# shellcheck shell=sh

LAB_CONTROL=${LAB_CONTROL:-http://127.0.0.1:7003}

# control METHOD PATH [JSON]: the answer, or an end with the twin's own words
control() {
    have curl || die "curl is missing here; to mend it: ./run lab-local, or ./run doctor"
    answer=$(curl -sS --max-time 60 --noproxy '*' -X "$1" -H 'content-type: application/json' \
        -H "x-lab-folder: $(pwd -P)" ${3:+--data "$3"} -w '\n%{http_code}' "$LAB_CONTROL$2" 2>&1) ||
        die "no twin answers at $LAB_CONTROL. Start one with: make lab-local; if it listens elsewhere, its first lines say what to type"
    status=$(printf '%s\n' "$answer" | tail -n 1)
    answer=$(printf '%s\n' "$answer" | sed '$d')
    [ "$status" = 200 ] || die "$1 $2: the twin says $status: $(printf '%s\n' "$answer" | field 'it.error ?? JSON.stringify(it)')"
    printf '%s\n' "$answer"
}

# field EXPRESSION: of the JSON on stdin, called `it`
field() {
    "${LAB_NODE:-node}" -e "const it = JSON.parse(require('node:fs').readFileSync(0)); console.log($1)"
}

target_plan() {
    echo "Target:   the local twin at $LAB_CONTROL; no account, nothing is spent"
    echo "Makes:    the stack of lab/template.yaml, on 127.0.0.1"
    if (control GET /status >/dev/null 2>&1); then
        echo "Next:     it runs already. lab/lab status says what is up"
    else
        echo "Next:     make lab-local in another terminal; it brings the stack up, too"
    fi
}

target_up() {
    control POST /up '{}' >/dev/null
    url=$(target_url) || exit 1
    echo "Up. Send requests to: $url"
}

target_may_load() { :; } # it costs nothing here

target_url() {
    outputs=$(control GET /outputs) || exit 1
    url=$(printf '%s\n' "$outputs" | field "it.Url ?? ''")
    [ -n "$url" ] || die "nothing is up. First: lab/lab up"
    echo "$url"
}

target_mode() {
    control POST /mode "{\"mode\": \"$1\"${2:+, \"$2\": $3}}" >/dev/null
}

target_status() {
    state=$(control GET /status) || exit 1
    items=$(control GET /items) || exit 1
    printf '%s\n' "$state" "$items" | "${LAB_NODE:-node}" lab/verbs/status.js
}

target_logs() {
    lines=$(control GET "/logs?function=$PROJECT-$1&limit=100000") || exit 1
    printf '%s\n' "$lines" | field "it.lines.map((one) => one.line).join('\n')"
}

target_down() {
    control POST /down '{}' >/dev/null
    echo "Down."
}

target_verify_empty() {
    resources=$(control GET /resources) || exit 1
    left=$(printf '%s\n' "$resources" | field it.total)
    [ "$left" = 0 ] || die "$left left:
$(printf '%s\n' "$resources" |
        field "Object.entries(it).flatMap(([kind, names]) => [names].flat().filter(isNaN).map((name) => '  ' + kind + ': ' + name)).join('\\n')")
To delete them: lab/lab down"
    echo "Nothing is left."
}
