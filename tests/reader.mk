# reader.mk - the reader's commands. Each is a small script under tests/reader/; what is
# typed after the target (CH=3, L=2, ...) reaches it through the environment.

READER := help status hint start reveal predict wrong watch doctor
.PHONY: $(READER)

# 141: whoever read the output (head, less) had seen enough, and that is no error.
$(READER):
	@BUILD='$(BUILD)' CC='$(CC)' MAKE='$(MAKE)' sh tests/reader/$@.sh || \
	  { code=$$?; [ $$code = 141 ] || exit $$code; }
