# mutate.awk - all first-order mutants of a C file, one a line:
#
#      number <tab> line <tab> the line as it becomes
#
# One small thing is wrong in each: a relation, an operator, a constant, a negated
# condition, a statement left out. Not mutated: comments, preprocessor lines, and the
# function draw(), because any mixing of bits is as random as any other.

function emit(becomes) {
    if (becomes != $0)
        printf "%d\t%d\t%s\n", ++number, NR, becomes
}

# Every place where `from` stands, replaced by `to`; `from` is fixed text.
function swap(from, to,    at, rest) {
    rest = 1
    while ((at = index(substr($0, rest), from)) > 0) {
        at += rest - 1
        emit(substr($0, 1, at - 1) to substr($0, at + length(from)))
        rest = at + length(from)
    }
}

# Every decimal constant, one more and one less.
function constants(    at, rest, n, before, head) {
    rest = 1
    while (match(substr($0, rest), /[0-9]+/)) {
        at = rest + RSTART - 1
        n = substr($0, at, RLENGTH)
        before = substr($0, at - 1, 1)
        rest = at + RLENGTH
        head = substr($0, 1, at - 1)
        if (before ~ /[A-Za-z_0-9]/ || substr($0, rest, 1) ~ /[A-Za-z_]/ ||
            gsub(/"/, "", head) % 2) # a number in a sentence for people
            continue
        emit(substr($0, 1, at - 1) (n + 1) substr($0, rest))
        if (n > 0)
            emit(substr($0, 1, at - 1) (n - 1) substr($0, rest))
    }
}

function conditions(    head) {
    if ($0 ~ /^ *(\} else )?if \(.*\)( \{)?$/) {
        head = $0
        sub(/if \(/, "if (!(", head)
        sub(/\)( \{)?$/, ")&", head)
        emit(head)
    }
}

function statements() {
    if (complete && $0 ~ /^ +[^ ].*;( *\/\*.*)?$/ &&
        $0 !~ /^ *(int64_t|uint32_t|uint64_t|size_t|bool|struct|const|static|for|if|else|int) /)
        emit($0 ~ /^ *return .*/ ? $0 : "    ;")
}

/^#|^\/\*|^ \*|^ *$/ { next }
/^static uint64_t draw/ { inside = 1 }
inside { inside = $0 !~ /^}/; next }
/^}/ { next }
/^[a-z]/ { complete = 1; next }
/^ *(return )?"/ { next } # a sentence for people
/^ *(\(void\)|todo\()/ { next } # says nothing to the breaker

{
    swap(" < ", " <= "); swap(" < ", " >= ")
    swap(" <= ", " < "); swap(" <= ", " > ")
    swap(" > ", " >= "); swap(" > ", " <= ")
    swap(" >= ", " > "); swap(" >= ", " < ")
    swap(" == ", " != "); swap(" != ", " == ")
    swap(" + ", " - "); swap(" - ", " + "); swap(" * ", " / "); swap(" / ", " * ")
    swap(" % ", " / "); swap(" += ", " -= "); swap(" -= ", " += "); swap(" *= ", " += ")
    swap("++", "--"); swap("--", "++")
    swap(" && ", " || "); swap(" || ", " && ")
    swap(" & ", " | "); swap("true", "false"); swap("false", "true")
    swap(" ? ", " && 0 ? "); swap(" ? ", " || 1 ? ")
    constants()
    conditions()
    statements()
    complete = $0 ~ /[;{}]( *\/\*.*)?$/ || $0 ~ /^ *(if|for) .*\)$/ || $0 ~ /^ *else$/
}
