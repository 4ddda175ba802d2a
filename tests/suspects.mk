# The wrong breakers of chapter 16, each a patch on the newest breaker.c; the right ones
# beside them, which are the reference, patches on it that change what breaker.h leaves open,
# and tests/variants/breaker-*.c; and what plays a reader's scripts against both (tests/court.h).
#
#   make suspects      the book's own scripts convict each of them, and no right breaker
#   make lineup        who is convicted by your scripts (WHO=...: by those of a rung)
#
# They are built once and without sanitizers: all of them stand under names of their own in
# one object, so that a check which has them is linked as quickly as any other.
ifndef SUSPECTS_MK
SUSPECTS_MK := 1

# They are made of the newest breaker.c of solutions/, and six storms are compared with the
# tune.txt as shipped. Where those are missing nothing of chapter 16 can be played; who asks
# for it is told so, and nothing is built.
SUSPECTS_NEED := solutions/11-what-the-user-gets/breaker.c solutions/00-green-first/tune.txt
SUSPECTS_MISS := $(filter-out $(wildcard $(SUSPECTS_NEED)),$(SUSPECTS_NEED))
TELL_MISSING   = @echo "Chapter 16 is played against breakers that are made of solutions/, and there is no $(firstword \
  $(SUSPECTS_MISS)) here. If this is a clone: git checkout -- solutions" >&2; exit 2

SUSPECT_DIR   := $(BUILD)/tests/suspects
SUSPECT_CODE  := $(call part,breaker,$(LAST))
SUSPECTS      := $(patsubst tests/suspects/%.patch,%,$(sort $(wildcard tests/suspects/*.patch)))
VARIANTS      := $(patsubst tests/variants/%.c,%,$(sort $(wildcard tests/variants/breaker-*.c)))
OTHERS        := $(patsubst tests/innocents/%.patch,%,$(sort $(wildcard tests/innocents/*.patch)))
INNOCENTS     := reference $(OTHERS) $(VARIANTS)
COURT_OBJECTS := $(patsubst %,$(SUSPECT_DIR)/%.o,$(SUSPECTS) $(INNOCENTS))
COURT         := $(addprefix $(BUILD)/tests/$(MODE)/,judge.o judge_storms.o court.o mine.o mine_knobs.o) \
  $(SUSPECT_DIR)/all.o

$(BUILD)/tests/$(MODE)/lineup.o $(filter $(BUILD)/tests/$(MODE)/%,$(COURT)): $(BUILD)/tests/$(MODE)/%.o: tests/%.c | $(BUILD)/tests/$(MODE)/
	$(CC) $(CFLAGS_ALL) -Ichapters -Itests $(PKG_CFLAGS) -DSIX_STORMS='"$(SIX)"' -c $< -o $@

define patched_rule
$(SUSPECT_DIR)/$(2).c: $(1)/$(2).patch $(SUSPECT_CODE) | $(SUSPECT_DIR)/
	$$(NO_LADDER)@command -v patch >/dev/null || { echo "patch is missing here; to mend it: ./run check CH=16" >&2; exit 1; }
	@patch -s -p1 --fuzz=0 -o $$@ $(SUSPECT_CODE) <$$<
endef
$(foreach s,$(SUSPECTS),$(eval $(call patched_rule,tests/suspects,$(s))))
$(foreach s,$(OTHERS),$(eval $(call patched_rule,tests/innocents,$(s))))
$(SUSPECT_DIR)/reference.c: $(SUSPECT_CODE) | $(SUSPECT_DIR)/
	@cp $< $@
$(VARIANTS:%=$(SUSPECT_DIR)/%.c): $(SUSPECT_DIR)/%.c: tests/variants/%.c | $(SUSPECT_DIR)/
	@cp $< $@

# Every function that breaker.h declares gets the breaker's name before its own. One that
# a file does not define is left as it is: it is another file's.
$(COURT_OBJECTS): private MODE := plain
$(COURT_OBJECTS): $(SUSPECT_DIR)/%.o: $(SUSPECT_DIR)/%.c
	@$(CC) $(CFLAGS_ALL) -Ichapters $$(sed -n 's/^[a-z].*[ *]\(breaker_[a-z_]*\)(.*/\1/p' $< | sort -u | \
	  sed 's/.*/-D&=$(subst -,_,$*)_&/') -c $< -o $@
$(SUSPECT_DIR)/table.c: tests/court_table.sh tests/patched.sh $(SUSPECTS:%=tests/suspects/%.patch) $(OTHERS:%=tests/innocents/%.patch) \
    $(VARIANTS:%=tests/variants/%.c) tests/suspects.mk | $(SUSPECT_DIR)/
	@echo "Building the line-up of chapter 16; this is done once." >&2
	@sh tests/court_table.sh $(SUSPECTS) -- $(INNOCENTS) >$@
$(SUSPECT_DIR)/table.o: private MODE := plain
$(SUSPECT_DIR)/table.o: $(SUSPECT_DIR)/table.c
	@$(CC) $(CFLAGS_ALL) -Ichapters -Itests -Wno-missing-prototypes -c $< -o $@
$(SUSPECT_DIR)/all.o: $(SUSPECT_DIR)/table.o $(COURT_OBJECTS)
	@$(CC) -r -nostdlib $^ -o $@

# --- who is convicted: tests/lineup.c --------------------------------------------------------
# The breaker of WHO is in it for what is given there (breaker_config_error).
define lineup_rule
$(call who_dir,$(1))/lineup: $(filter-out %/judge.o %/judge_storms.o,$(COURT)) $(BUILD)/tests/$(MODE)/lineup.o \
  $(call who_objects,$(1))
	@$$(CC) $$(CFLAGS_ALL) $$^ $$(CJSON_LIBS) -o $$@
endef
$(foreach w,$(sort $(WHO) $(LAST)),$(eval $(call lineup_rule,$(w))))

.PHONY: lineup suspects suspect-programs
LINEUP = $(call who_dir,$(LAST))/lineup
.SILENT: $(if $(filter lineup,$(MAKECMDGOALS)),$(COURT) $(BUILD)/tests/$(MODE)/lineup.o $(call who_objects,$(WHO)))
ifneq ($(SUSPECTS_MISS),)
lineup:
	$(TELL_MISSING)
else
lineup: $(call who_dir,$(WHO))/lineup
	@WHO='$(WHO)' sh tests/reader/lineup.sh $<
endif
suspect-programs: $(LINEUP) $(SIX)
suspects: suspect-programs ladder-programs
	@$(AS_MAKE) LAST='$(notdir $(LAST))' LINEUP='$(LINEUP)' SIX='$(SIX)' sh tests/lineup.sh

# --- six storms for one configuration: tests/six.c -----------------------------------------
# The simulator is slow under sanitizers, so it is always the release build that plays. What
# it depends on is named here in short; the make within knows it all.
SIX := $(BUILD)/tests/release/six
ifeq ($(MODE),release)
SIX_OBJECTS := $(SIM_PARTS:%=$(BUILD)/sim/release/%.o) $(BUILD)/sim/release/adapter.o \
  $(addprefix $(BUILD)/tests/release/,six.o mine.o mine_knobs.o)
$(SIX): $(SIX_OBJECTS) $(call who_objects,$(LAST))
	$(CC) $(CFLAGS_ALL) $^ $(CJSON_LIBS) -o $@
$(BUILD)/tests/release/six.o: tests/six.c | $(BUILD)/tests/release/
	$(CC) $(CFLAGS_ALL) -Ichapters -Isim -Itests $(PKG_CFLAGS) -c $< -o $@
else
$(SIX): tests/six.c $(wildcard tests/mine*.[ch] sim/*.[ch] chapters/*.h) $(foreach p,$(PARTS),$(call part,$(p),$(LAST)))
	@$(MAKE) -s --no-print-directory MODE=release $@
	@touch $@
# The storms are made of the same objects, by a make within, too: one after the other, then.
ifneq ($(filter programs all-programs,$(MAKECMDGOALS)),)
$(SIX): | storms
endif
endif

endif
