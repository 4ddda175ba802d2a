#!/bin/sh
# build.sh - the book, from the texts of the repository (`make book`):
#
#   BUILD/book/html/        a page for each chapter; index.html is the first
#   BUILD/book/open-circuit.epub
#   BUILD/book/open-circuit.pdf      if weasyprint is there
#
# book.md says which texts in which order (pages.lua). First all links are tried; a wrong one
# is named by file and line, and nothing is built. The pictures of the storms are drawn by
# storm (figure.sh), so the storms must have been built. ONLY=html stops before EPUB and PDF.
set -eu
build=${BUILD:-build}
here=$(dirname "$0")
book=$build/book
export BOOK_WORK="$book/work"

refuse() { printf '%s\n' "$*" >&2 && exit 1; }

command -v pandoc >/dev/null || refuse "The book is made by pandoc, which is not here.
./run book installs it; or, by hand: apt-get install pandoc (dnf, apk, brew have it, too)."
rm -rf "$book/html" "$book/open-circuit.epub" "$book/open-circuit.pdf"
mkdir -p "$book/html/img" "$BOOK_WORK"
rm -f "$BOOK_WORK/needs"
: >"$BOOK_WORK/needs"

filter() { # NAME FORMAT ARGUMENT...: what one of our filters makes of nothing
    name=$1 format=$2
    shift 2
    pandoc -f gfm -t "$format" --lua-filter "$here/$name.lua" "$@" </dev/null
}

# --- which pages there are, and do they hang together ---------------------------------

pandoc -f gfm -t plain --wrap=none --lua-filter "$here/pages.lua" book.md \
    >"$BOOK_WORK/pages.tsv"
filter links plain >/dev/null || refuse "The book was not built: mend these first."
there=$(grep -c '	there$' "$BOOK_WORK/pages.tsv")
unwritten=$(grep -c '	unwritten$' "$BOOK_WORK/pages.tsv") || true
echo "The book has $there pages$([ "$unwritten" = 0 ] || echo "; $unwritten are not written yet")."
command -v gnuplot >/dev/null ||
    echo "There is no gnuplot here: the storms are shown as text."

# --- pages for the browser ------------------------------------------------------------

escaped() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }

contents() { # PAGE: the list beside each page, with this one marked
    escaped <"$BOOK_WORK/pages.tsv" | awk -F'\t' -v page="$1" '
        $3 != part || NR == 1 { if (NR > 1) print "</ul>"
            if ($3 != "-") print "<h2>" $3 "</h2>"
            print "<ul>"; part = $3 }
        { class = $2 ~ /^lab\/tasks\// ? " class=\"task\"" : ""
          if ($5 != "there") print "<li" class "><span>" $4 "</span></li>"
          else print "<li" class "><a href=\"" $1 ".html\"" \
            ($1 == page ? " aria-current=\"page\"" : "") ">" $4 "</a></li>" }
        END { print "</ul>" }'
}

beside() { # PAGE previous|next FIELD: of the page before or behind it
    awk -F'\t' -v page="$1" -v side="$2" -v field="$3" '$5 == "there" {
        if (side == "previous" && $1 == page) { print before; exit }
        if (side == "next" && before_name == page) { print $field; exit }
        before = $field; before_name = $1 }' "$BOOK_WORK/pages.tsv" | escaped
}

html() { # PAGE TITLE FILTER ARGUMENT...
    page=$1 title=$2 name=$3
    shift 3
    contents "$page" >"$BOOK_WORK/contents.html"
    filter "$name" html5 --wrap=none --template "$here/page.html" \
        --metadata title="$title" --variable contents="$(cat "$BOOK_WORK/contents.html")" \
        "$@" --output "$book/html/$page.html"
}

pages() { # each written page, with the pages that are linked from it
    at=0
    while IFS='	' read -r page _ _ title state; do
        [ "$state" = there ] || continue
        at=$((at + 1))
        echo "  $at of $there  $title"
        case $page in
        [0-9][0-9]-*) BUILD="$build" sh "$here/figure.sh" "$page" "$BOOK_WORK/figures/$page" ;;
        esac
        set --
        for side in previous next; do
            name=$(beside "$page" $side 1)
            [ -z "$name" ] || set -- "$@" --variable "$side=$name.html" \
                --variable "${side}title=$(beside "$page" $side 4)"
        done
        case $page in index | glossary | sources) ;; *) set -- "$@" --toc --toc-depth=3 ;; esac
        full="$title · Open Circuit"
        [ "$page" != index ] || full='Open Circuit'
        BOOK_PAGE=$page html "$page" "$full" page --variable kind=text "$@"
    done <"$BOOK_WORK/pages.tsv"
}

needed() { sort -u "$BOOK_WORK/needs" | sed -n "s/^$1	//p"; } # picture|file: the paths

copies() { # pictures of the texts, pictures of the storms, files that are linked to
    needed picture | while IFS= read -r path; do
        cp "$path" "$book/html/img/$(echo "$path" | tr / .)"
    done
    for picture in "$BOOK_WORK"/figures/*/*.svg; do
        [ ! -f "$picture" ] || cp "$picture" \
            "$book/html/img/$(basename "$(dirname "$picture")")-$(basename "$picture")"
    done
    needed file | while IFS= read -r path; do
        BOOK_FILE=$path html "file.$(echo "$path" | tr / .)" "$path · Open Circuit" file \
            --variable kind=file
    done
    cp "$here/book.css" "$here/book.js" "$book/html/"
}

pages
echo "  and $(needed file | grep -c .) files that the pages link to"
copies
echo "The book for the browser: $book/html/index.html"
[ "${ONLY:-}" != html ] || exit 0

# --- EPUB and PDF: one document -------------------------------------------------------

subtitle='A workbook in C: build a circuit breaker, and see every failure before you prevent it'
whole() { # ARGUMENT...
    pandoc -f json "$BOOK_WORK/whole.json" --metadata title='Open Circuit' \
        --metadata subtitle="$subtitle" --metadata lang=en \
        --metadata rights='CC BY 4.0; code: MIT' "$@"
}

filter whole json --output "$BOOK_WORK/whole.json"
whole -t epub3 --css "$here/epub.css" --toc --toc-depth=2 --epub-chapter-level=1 \
    --metadata identifier='urn:uuid:8a1b0c4e-6f4e-4e0a-9b62-0c1c3f6a17c5' \
    --output "$book/open-circuit.epub"
echo "For a reading device: $book/open-circuit.epub"
if command -v weasyprint >/dev/null; then
    echo "The PDF takes a minute ..."
    whole -t html5 --standalone --toc --toc-depth=1 --css "$here/print.css" \
        --output "$BOOK_WORK/whole.html"
    weasyprint --quiet --base-url . "$BOOK_WORK/whole.html" "$book/open-circuit.pdf"
    echo "To print: $book/open-circuit.pdf"
else
    echo "There is no weasyprint here, so there is no PDF: apt-get install weasyprint"
fi
