# `make wrong-table`: the wrong answers of tests/wrong as tables in Markdown, and how many
# of them the seven obvious tests of tests/obvious.c would have let through. They stand in
# tests/wrong/README.md, a page of the book: wrong-table-write writes them there,
# wrong-table-test compares.
ifndef WRONG_MK
WRONG_MK := 1

OBVIOUS := $(BUILD)/tests/$(MODE)/obvious.o

.PHONY: wrong-table wrong-table-write wrong-table-test
wrong-table: ladder-programs $(OBVIOUS)
	@$(AS_MAKE) OBVIOUS='$(OBVIOUS) $(filter %.o,$(PLAYER))' sh tests/wrong-table.sh

WRONG_PAGE := tests/wrong/README.md
WRONG_NEW   = $(BUILD)/tests/wrong-page.md
wrong-table-write wrong-table-test: ladder-programs $(OBVIOUS)
	@sed '/^<!-- make wrong-table-write/q' $(WRONG_PAGE) >$(WRONG_NEW)
	@echo >>$(WRONG_NEW)
	@$(MAKE) -s --no-print-directory wrong-table >>$(WRONG_NEW)
	@cmp -s $(WRONG_NEW) $(WRONG_PAGE) || { diff $(WRONG_PAGE) $(WRONG_NEW) | head -6; \
	  [ $@ = wrong-table-write ] || { echo "$(WRONG_PAGE) is not what make wrong-table says: make wrong-table-write" >&2; exit 1; }; \
	  cp $(WRONG_NEW) $(WRONG_PAGE); }

$(OBVIOUS): tests/obvious.c | $(BUILD)/tests/$(MODE)/
	$(CC) $(CFLAGS_ALL) -Ichapters -Itests $(PKG_CFLAGS) -c $< -o $@

endif
