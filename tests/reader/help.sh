#!/bin/sh
# help.sh - `make help`, and `make` alone: where you are, and what there is to do.
. tests/reader/common.sh

title "Open Circuit: write a circuit breaker, watch it fail, put it in the cloud"
where_am_i | {
    read -r where
    read -r next
    printf '\n  %s\n      %s%s%s\n\n' "$where" "$bold" "$next" "$plain"
}
for tool in cc make pkg-config; do # a glance: the doctor looks closely
    command -v "$tool" >/dev/null || lack=yes
done
if [ -n "${lack:-}" ] || ! pkg-config --exists check libcjson; then
    printf '  Something is missing here: ./run doctor names it, ./run check installs it.\n\n'
fi
cat <<'END'
  make demo               one outage, three clients, one picture
  make status             the board: what is written, what passes, what next
  make check CH=3         check your files, chapters 0 to 3    T=name: one test only
  make plot CH=3          the storm of chapter 3, with your breaker in it
  make predict CH=3       say what will happen before you look
  make hint CH=3          a hint; L=2 and L=3 say more         TASK=2: for that task
  make watch CH=3         check again whenever you save
  make lineup             chapter 16: which of your scripts convicts whom
  make wrong CH=3         wrong answers to read, once your own is right
  make reveal CH=3        an answer; asks first
  make start CH=3         begin at chapter 3, with 0 to 2 written; keeps your files
  make doctor             what is installed, what is missing, how to mend it

  make book               all chapters as pages, an EPUB and a PDF, in build/book/
  make lab-local          the last stage on this machine; make lab-check TASK=1
  For a teacher: make check CH=3 TAP=file, XML=file or JSON=file; SEED=7 draws other tests.
  make check              the workbook checks itself: library, ladder, wrong answers

  ./run TARGET            the same as make, but installs first what is missing
  Yours to write is chapters/*.c, and two *.txt in chapter 16. Read book.md, or
  chapters/00-*/README.md.
END
