# `make wrong-table`: the wrong answers of tests/wrong as a table in Markdown, and how many
# of them the seven obvious tests of tests/obvious.c would have let through.
ifndef WRONG_MK
WRONG_MK := 1

OBVIOUS := $(BUILD)/tests/$(MODE)/obvious.o

.PHONY: wrong-table
wrong-table: ladder-programs $(OBVIOUS)
	@$(AS_MAKE) OBVIOUS='$(OBVIOUS) $(filter %.o,$(PLAYER))' sh tests/wrong-table.sh

$(OBVIOUS): tests/obvious.c | $(BUILD)/tests/$(MODE)/
	$(CC) $(CFLAGS_ALL) -Ichapters -Itests $(PKG_CFLAGS) -c $< -o $@

endif
