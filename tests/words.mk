# What a reader and a teacher hold on to, kept in files and compared:
#
#   make snapshots    the words of red checks: tests/snapshots/NN-name/*.txt
#   make ids          the ids of all tests that ever shipped: tests/ids.txt
#   make terms        no chapter uses a term before the one that introduces it: tests/terms.txt
#
# `make snapshots-write` and `make ids-write` write them anew; read the diff.
ifndef WORDS_MK
WORDS_MK := 1

LAST_CHECKS = $(call who_dir,$(LAST))/checks-$(ALL)

.PHONY: snapshots snapshots-write ids ids-write terms
snapshots: ladder-programs $(PLAYER)
	@$(AS_MAKE) ALL='$(ALL)' sh tests/snapshots.sh $(CHECKS)
snapshots-write: ladder-programs $(PLAYER)
	@$(AS_MAKE) ALL='$(ALL)' sh tests/snapshots.sh --write $(CHECKS)
ids: $(LAST_CHECKS)
	@sh tests/ids.sh $< $(CHECKS)
ids-write: $(LAST_CHECKS)
	@sh tests/ids.sh --write $< $(CHECKS)
terms:
	@sh tests/terms.sh

endif
