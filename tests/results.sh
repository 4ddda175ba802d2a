#!/bin/sh
# results.sh PROGRAM DIR SUFFIX CHAPTER... - what the checks of these chapters said, for
# machines: called by check.sh, for whom TAP=, XML= and JSON= name files.
#
#   TAP   version 13, for prove and its like:   not ok 3 - 03-trip opens-at-three
#   XML   JUnit's, which GitHub Classroom, GitLab and Jenkins read
#   JSON  {"seed", "passed", "played", "chapters": [{"chapter", "name", "passed",
#         "played", "tests": [{"id", "name", "result", "why"}]}]}
#
# A test is known by chapter and id; neither ever changes (tests/ids.txt). A result is one
# of pass, wrong, unwritten, endless, crashed, skipped (after three endless ones), and
# "not played". No time is in any file: the same files give the same bytes.
set -eu
program=$1 dir=$2 suffix=$3
shift 3

# A line for each test, parted by tabs: chapter, id, result, why, name.
table() { # CHAPTER...
    for chapter; do
        "$program" "$chapter" --list | awk -v OFS='\t' -v chapter="$chapter" -v part="$suffix" \
            -v result="$dir/check-${chapter%%-*}$suffix.result" '
            BEGIN { while ((getline line < result) > 0)
                        if (split(line, word, " ") > 1 && word[1] ~ /^[a-z]/) {
                            said[word[2]] = word[1]
                            sub(/^[^ ]* [^ ]* */, "", line)
                            why[word[2]] = line
                        } }
            { id = $2; sub(/^ *[0-9]+ +[^ ]+ +/, "") }
            id in said { print chapter, id, said[id], why[id], $0 }
            !(id in said) && part == "" { print chapter, id, "not played", "", $0 }'
    done
}

as_tap() {
    awk -F '\t' '
        { line[NR] = ($3 == "pass" ? "" : "not ") "ok " NR " - " $1 " " $2
          if ($3 != "pass") line[NR] = line[NR] "\n# " $3 ($4 == "" ? "" : ": " $4) }
        END { print "TAP version 13\n1.." NR; for (i = 1; i <= NR; i++) print line[i] }'
}

as_xml() {
    awk -F '\t' '
        function text(s) {
            gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); gsub(/>/, "\\&gt;", s)
            gsub(/"/, "\\&quot;", s); return s }
        function begin() {
            if (suite != "")
                printf "<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" skipped=\"%d\">\n%s</testsuite>\n",
                    text(suite), n, bad, idle, cases
            suite = $1; cases = ""; n = bad = idle = 0 }
        BEGIN { print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>" }
        $1 != suite { begin() }
        { n++
          cases = cases "<testcase classname=\"" text($1) "\" name=\"" text($2) "\">" }
        $3 == "not played" || $3 == "skipped" { idle++; cases = cases "<skipped message=\"" $3 "\"/>" }
        $3 != "pass" && $3 != "not played" && $3 != "skipped" {
            bad++; cases = cases "<failure type=\"" $3 "\" message=\"" text($5) "\">" text($4) "</failure>" }
        { cases = cases "</testcase>\n" }
        END { begin(); print "</testsuites>" }'
}

as_json() {
    awk -F '\t' -v seed="${SEED:-null}" '
        function text(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
        function chapter() {
            if (at != "") list = list sprintf("%s\n  {\"chapter\": %d, \"name\": %s, \"passed\": %d, \"played\": %d, \"tests\": [%s]}",
                list == "" ? "" : ",", at + 0, text(substr(at, 4)), good, n, tests)
            at = $1; good = n = 0; tests = "" }
        $1 != at { chapter() }
        { tests = tests (tests == "" ? "" : ",") "\n    {\"id\": " text($2) ", \"name\": " text($5) \
              ", \"result\": " text($3) ($4 == "" ? "" : ", \"why\": " text($4)) "}" }
        $3 == "pass" { good++; all_good++ }
        $3 != "not played" && $3 != "skipped" { n++; all++ }
        END { chapter()
            printf "{\"seed\": %s, \"passed\": %d, \"played\": %d, \"chapters\": [%s\n]}\n",
                seed, all_good, all, list }'
}

rows=$(table "$@")
write() { # AS FILE
    [ -z "$2" ] || printf '%s\n' "$rows" | "$1" >"$2"
}
write as_tap "${TAP:-}"
write as_xml "${XML:-}"
write as_json "${JSON:-}"
