# The book, of the texts in this repository; book.md gives the order:
#
#   make book         pages for the browser, an EPUB, a PDF: build/book/
#   make book-test    that, then: links, anchors, pictures, words for them, EPUB, PDF; and
#                     that what is wrong, in the texts or in the book, is found
.PHONY: book book-test
book: storms suspect-programs
	@BUILD='$(BUILD)' sh tests/book/build.sh
book-test: book
	@BUILD='$(BUILD)' sh tests/book/test.sh
