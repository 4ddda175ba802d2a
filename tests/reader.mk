# reader.mk - the reader's commands. Each is a small script under tests/reader/; what is
# typed after the target (CH=3, L=2, ...) reaches it through the environment.

# A bare number is a chapter, said without CH=. Make would take it for a target, and `check`
# for the workbook's own, which takes minutes.
without = $(if $(2),$(call without,$(subst $(firstword $(2)),,$(1)),$(wordlist 2,10,$(2))),$(1))
BARE := $(firstword $(foreach goal,$(MAKECMDGOALS),$(if $(call without,$(goal),0 1 2 3 4 5 6 7 8 9),,$(goal))))
ifneq ($(BARE),)
ifeq ($(CH),)
$(error Did you mean make $(or $(firstword $(filter-out $(BARE),$(MAKECMDGOALS))),check) CH=$(BARE)? A bare $(BARE) is no target)
endif
endif

READER := help status hint start reveal predict wrong watch doctor
.PHONY: $(READER)

# 141: whoever read the output (head, less) had seen enough, and that is no error.
$(READER):
	@BUILD='$(BUILD)' CC='$(CC)' MAKE='$(MAKE)' sh tests/reader/$@.sh || \
	  { code=$$?; [ $$code = 141 ] || exit $$code; }
