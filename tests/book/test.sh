#!/bin/sh
# test.sh - the book in BUILD/book is whole (check.sh), and what is wrong is found: in texts,
# by file and line, before anything is built; in a built book, by check.sh. For that a book of
# two chapters is made beside it and broken in one place after the other.
set -eu
build=${BUILD:-build}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

bad() { echo "FAILED $*" && failed=1; }

# --- a small book -----------------------------------------------------------------------

make_texts() { # DIR
    mkdir -p "$1/chapters/00-one" "$1/chapters/01-two" "$1/sim"
    cat >"$1/book.md" <<'END'
# A small book

*Of two chapters.*

## Preface

Hello. Read [chapter 0](chapters/00-one/README.md) first.

## The chapters

### Part one

- [0 · One](chapters/00-one/README.md): first things
- [1 · Two](chapters/01-two/README.md): the rest
- 2 · Three: is still to come

## Glossary

- **word**: what it means.
END
    cat >"$1/chapters/00-one/README.md" <<'END'
# 0 · One

There are **5**<!--=after.apples--> apples in [the picture](#the-picture); see
[the file](../../sim/a.c), [the folder](../../sim), [two](../01-two/README.md#second) and
[three](../02-three/README.md).

## The picture

![Five apples in a row.](apples.png)

<details><summary>Why five?</summary>

Because.
</details>
END
    cat >"$1/chapters/01-two/README.md" <<'END'
# 1 · Two

## Second

Back to the [preface](../../book.md#preface).
END
    sed -i.old 's/, \[two\](.*) and$/ and/; s/^\[three\].*/[two](..\/01-two\/README.md#second)./' \
        "$1/chapters/00-one/README.md"
    rm "$1/chapters/00-one/README.md.old"
    printf 'int a;\n' >"$1/sim/a.c"
    cp "$here/../../sim/outage.png" "$1/chapters/00-one/apples.png"
}

build_in() { # DIR: makes its book in DIR/out; leaves what was said in DIR.log
    (cd "$1" && BUILD=out sh "$here/build.sh") >"$1.log" 2>&1
}

# --- texts with one fault each: file, what is put at the end of it, what must be said -------

texts_wrong() {
    cat <<'END'
chapters/00-one/README.md | [no](nowhere.md) | README.md:16: nowhere.md: chapters/00-one/nowhere.md is not there
chapters/00-one/README.md | [no](#nowhere) | README.md:16: #nowhere: chapters/00-one/README.md has no heading #nowhere
chapters/00-one/README.md | [no](../01-two/README.md#third) | README.md:16: ../01-two/README.md#third: chapters/01-two/README.md has no heading #third
chapters/01-two/README.md | [no](../../../../etc/passwd) | README.md:7: ../../../../etc/passwd: it leads out of the repository
chapters/01-two/README.md | ![](../00-one/apples.png) | README.md:7: ../00-one/apples.png: a picture without words
chapters/01-two/README.md | ![Pears.](pears.png) | README.md:7: pears.png: chapters/01-two/pears.png is not there
chapters/01-two/README.md | <details><summary>Why?</summary> | README.md:7: <details> is not closed
chapters/03-new/README.md | # 3 · New | book.md:?: chapters/03-new/README.md is not in the contents
book.md | - [1 · Again](chapters/01-two/README.md) | book.md:?: chapters/01-two/README.md is there twice
END
}

try_texts() {
    texts_wrong | while IFS='|' read -r file text want; do
        file=${file% } text=${text# } text=${text% } want=${want# }
        rm -rf "$work/texts"
        make_texts "$work/texts"
        mkdir -p "$work/texts/$(dirname "$file")"
        if [ "$file" = book.md ]; then # into the contents
            sed -i.old "s|^- 2 · Three.*|$text|" "$work/texts/$file" && rm "$work/texts/$file.old"
        else
            printf '\n%s\n' "$text" >>"$work/texts/$file"
        fi
        if ONLY=html build_in "$work/texts"; then
            echo "a text with $text was built"
        elif ! grep -qF -- "$want" "$work/texts.log"; then
            echo "a text with $text: this was not said: $want" && cat "$work/texts.log"
        elif [ -f "$work/texts/out/book/html/index.html" ]; then
            echo "a text with $text: pages were built all the same"
        fi
    done >"$work/wrong"
    [ ! -s "$work/wrong" ] || { bad "wrong texts:" && cat "$work/wrong"; }
}

# --- books with one fault each: part, what is done to it, what must be said ------------------

edit() { sed "$2" "$1" >"$1.new" && mv "$1.new" "$1"; } # FILE SCRIPT

break_book() { # WHAT, in $broken
    case $1 in
    page-lost) rm "$broken/html/01-two.html" ;;
    anchor-lost) edit "$broken/html/01-two.html" 's/id="second"/id="2nd"/' ;;
    anchor-twice) edit "$broken/html/00-one.html" 's/id="the-picture"/id="text"/' ;;
    words-lost) edit "$broken/html/00-one.html" 's/alt="Five[^"]*"/alt=" "/' ;;
    picture-lost) rm "$broken"/html/img/*apples.png ;;
    mark-left) edit "$broken/html/00-one.html" 's/apples in/<!--=after.apples--> in/' ;;
    from-elsewhere) edit "$broken/html/00-one.html" 's/src="img/src="https:\/\/example.com\/img/' ;;
    page-alone) cp "$broken/html/01-two.html" "$broken/html/alone.html" ;;
    epub-lost) rm "$broken/open-circuit.epub" ;;
    epub-cut) head -c 9000 "$small/open-circuit.epub" >"$broken/open-circuit.epub" ;;
    pdf-cut) head -c 3000 "$small/open-circuit.pdf" >"$broken/open-circuit.pdf" ;;
    pdf-outline) edit "$broken/html/01-two.html" 's/1 · Two<\/h1>/1 · Deux<\/h1>/' ;;
    esac
}

books_wrong() {
    cat <<'END'
html page-lost 01-two.html leads nowhere, there is no such file
html anchor-lost 01-two.html#second leads nowhere, there is no such anchor
html anchor-twice more than one anchor #text
html words-lost 1 pictures without words
html picture-lost apples.png leads nowhere
html mark-left a mark is left
html from-elsewhere is not our own
html page-alone nothing leads to alone.html
epub epub-lost there is no EPUB
epub epub-cut EPUB:
pdf pdf-cut PDF:
pdf pdf-outline the outline does not name "1 · Deux"
END
}

try_books() {
    make_texts "$work/small"
    build_in "$work/small" || { bad "the small book was not built:" && cat "$work/small.log" && return; }
    small=$work/small/out/book broken=$work/broken
    sh "$here/check.sh" "$small" >"$work/log" 2>&1 || { bad "the small book:" && cat "$work/log"; }
    grep -q 'class="unwritten">2 · Three\|<span>2 · Three' "$small/html/index.html" ||
        bad "a chapter that is not there is not shown as not written"
    grep -q '<strong>5</strong> apples' "$small/html/00-one.html" || bad "a mark took its number along"
    books_wrong | while read -r part what want; do
        rm -rf "$broken"
        cp -r "$small" "$broken"
        break_book "$what"
        if sh "$here/check.sh" "$broken" "$part" >"$work/log" 2>&1; then
            echo "$what was not noticed"
        elif ! grep -qF -- "$want" "$work/log"; then
            echo "$what: this was not said: $want" && cat "$work/log"
        fi
    done >"$work/wrong"
    [ ! -s "$work/wrong" ] || { bad "broken books:" && cat "$work/wrong"; }
}

# --- a machine without pandoc -----------------------------------------------------------------

try_without_pandoc() {
    mkdir "$work/bin"
    for tool in sh dirname; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done
    if PATH=$work/bin BUILD=$work sh "$here/build.sh" >"$work/log" 2>&1; then
        bad "without pandoc a book was made"
    else
        grep -q 'pandoc, which is not here' "$work/log" || { bad "without pandoc:" && cat "$work/log"; }
    fi
}

sh "$here/check.sh" "$build/book" || failed=1
try_without_pandoc
try_texts
try_books
[ "$failed" = 1 ] || echo "ok     $(texts_wrong | grep -c .) wrong texts and $(books_wrong | grep -c .) broken books are found"
exit "$failed"
