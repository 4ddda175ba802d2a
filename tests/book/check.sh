#!/bin/sh
# check.sh BOOK [PART...] - is a built book whole? PART is html, epub or pdf; all, if none.
#
# Every link and anchor of every page leads somewhere, every picture is there and has words,
# no mark of ours is left, nothing is loaded from elsewhere; the EPUB holds what it lists, and
# satisfies epubcheck where that is installed; the PDF has pages, and an outline that names
# every page of the contents. What is wrong stands behind a line that begins with FAILED.
set -eu
book=$1
shift
[ $# -gt 0 ] || set -- html epub pdf
html=$book/html
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

bad() { echo "FAILED $*" && failed=1; }

need() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null || { echo "FAILED $1 is not here: apt-get install $2" && exit 1; }
}
need xmllint libxml2-utils
need unzip unzip
need qpdf qpdf

count() { xmllint --html --noout --xpath "count($1)" "$2" 2>/dev/null; }

# --- pages for the browser ------------------------------------------------------------

# Lines `page  id|href|src  value`, and `file  name` for what is there.
attributes() {
    for page in "$html"/*.html; do
        xmllint --html --noout --xpath '//@id | //@href | //@src' "$page" 2>/dev/null |
            sed -n "s/&amp;/\\&/g; s/^ *\([a-z]*\)=\"\(.*\)\" *\$/$(basename "$page")	\1	\2/p"
    done
    (cd "$html" && find . -type f -size +0) | sed 's/^\.\//file	/'
}

# What is wrong with the links, from those lines.
judge_links() {
    awk -F'\t' '
        $1 == "file" { there[$2] = 1; next }
        $2 == "id" { if (($1, $3) in id) print $1 ": more than one anchor #" $3; id[$1, $3] = 1; next }
        !(($1, $3) in seen) { seen[$1, $3] = 1; page[++n] = $1; kind[n] = $2; target[n] = $3 }
        END {
            for (i = 1; i <= n; i++) {
                file = anchor = target[i]
                if (file ~ /^(\/\/|[a-z]+:)/) {
                    if (kind[i] == "src" || file !~ /^(https?|mailto):/)
                        print page[i] ": " file " is not our own"
                    continue
                }
                sub(/#.*/, "", file)
                if (file == "") file = page[i]
                led[file] += file != page[i]
                if (!(file in there)) print page[i] ": " target[i] " leads nowhere, there is no such file"
                else if (sub(/^[^#]*#/, "", anchor) && !((file, anchor) in id))
                    print page[i] ": " target[i] " leads nowhere, there is no such anchor"
            }
            for (file in there)
                if (file ~ /\.html$/ && !led[file]) print "nothing leads to " file
        }'
}

check_page() { # FILE
    name=$(basename "$1")
    mute=$(count '//img[not(normalize-space(@alt))]' "$1")
    [ "$mute" = 0 ] || echo "$name: $mute pictures without words"
    [ "$(count '//details[not(summary)]' "$1")" = 0 ] || echo "$name: an answer without question"
    case $name in
    file.*) ;; # a file of ours may speak of marks
    *) grep -n '<!--[^>]*-->\|&lt;!--' "$1" | sed "s/^/$name: a mark is left: /" ;;
    esac
}

check_html() {
    [ -f "$html/index.html" ] || bad "there is no index.html"
    attributes | judge_links >"$work/html"
    for page in "$html"/*.html; do
        check_page "$page" >>"$work/html"
    done
    ! grep -n '://' "$html/book.css" >>"$work/html" || bad "book.css loads something from elsewhere"
    [ ! -s "$work/html" ] || { bad "pages:" && cat "$work/html"; }
}

# --- EPUB -----------------------------------------------------------------------------

epubcheck_here() { # Debian's is a jar, which not every system runs by itself
    if epubcheck --version >/dev/null 2>&1; then
        epubcheck "$1"
    elif command -v java && command -v epubcheck; then
        java -jar "$(command -v epubcheck)" "$1"
    else
        return 0
    fi
}

check_epub() {
    epub=$book/open-circuit.epub
    [ -s "$epub" ] || { bad "there is no EPUB" && return; }
    mkdir "$work/epub"
    unzip -q "$epub" -d "$work/epub" 2>"$work/unzip" || { bad "EPUB: $(head -n 1 "$work/unzip")" && return; }
    [ "$(cat "$work/epub/mimetype" 2>&1)" = application/epub+zip ] || bad "EPUB: no mimetype"
    content=$work/epub/EPUB
    sed -n 's/.*<item .*href="\([^"]*\)".*/\1/p' "$content/content.opf" | while IFS= read -r item; do
        [ -s "$content/$item" ] || echo "EPUB: $item is listed, and not there"
    done >"$work/items"
    for text in "$content"/text/*.xhtml; do
        xmllint --noout "$text" >/dev/null 2>&1 || echo "EPUB: $(basename "$text") is not well-formed"
        ! grep -q '<!--' "$text" || echo "EPUB: a mark is left in $(basename "$text")"
        [ "$(count '//img[not(normalize-space(@alt))]' "$text")" = 0 ] ||
            echo "EPUB: a picture without words in $(basename "$text")"
    done >>"$work/items"
    [ ! -s "$work/items" ] || { bad "EPUB:" && cat "$work/items"; }
    epubcheck_here "$epub" >"$work/epubcheck" 2>&1 ||
        { bad "EPUB:" && grep -E '^(ERROR|FATAL)' "$work/epubcheck" | head -n 20; }
}

# --- PDF ------------------------------------------------------------------------------

check_pdf() {
    pdf=$book/open-circuit.pdf
    [ -s "$pdf" ] || { bad "there is no PDF" && return; }
    qpdf --check "$pdf" >"$work/qpdf" 2>&1 || { bad "PDF: $(tail -n 1 "$work/qpdf")" && return; }
    leaves=$(qpdf --show-npages "$pdf")
    texts=$(find "$html" -name '*.html' ! -name 'file.*' | grep -c .)
    [ "$leaves" -gt "$texts" ] || bad "PDF: $leaves leaves, for $texts pages of the book"
    qpdf --json --json-key=outlines "$pdf" | sed -n 's/^ *"title": "\(.*\)",*$/\1/p' >"$work/outline"
    # The headings of all pages but the first must stand in it.
    for page in "$html"/*.html; do
        case $(basename "$page") in index.html | file.*) continue ;; esac
        xmllint --html --noout --xpath 'string(//h1)' "$page" 2>/dev/null | tr '\n' ' ' |
            sed 's/^ *//; s/ *$//'
        echo
    done | while IFS= read -r heading; do
        grep -qxF -- "$heading" "$work/outline" ||
            echo "PDF: the outline does not name \"$heading\""
    done >"$work/headings"
    [ ! -s "$work/headings" ] || { bad "PDF:" && cat "$work/headings"; }
}

pages=$(find "$html" -name '*.html' | grep -c .)
for part; do
    case $part in
    html) check_html ;;
    epub) check_epub ;;
    pdf) check_pdf ;;
    esac
done
[ "$failed" = 1 ] || echo "ok     the book: $pages pages for the browser, and $* are whole"
exit "$failed"
