# How checks are built and played. A check program is the reader's objects (or those of
# a rung), the player, and one check.c:
#
#   make check CH=3 [T=name]   play chapters 0 to 3 on WHO's files
#   make check                 test the workbook itself: check-workbook
#   make ladder                every rung is green on its chapters, red on the next
#   make wrong-answers         every wrong answer is rejected by the test meant for it
#   make hostile               the player withstands loops, crashes, exit(0)

CHAPTERS := $(sort $(wildcard chapters/[0-9][0-9]-*))
CHECKS   := $(patsubst chapters/%/check.c,%,$(sort $(wildcard chapters/[0-9][0-9]-*/check.c)))
PLAYER   := $(addprefix $(BUILD)/tests/$(MODE)/,play.o report.o script.o script_client.o story.o)

# --- the player, and each check: neither knows whose code it will judge ------------------
$(PLAYER): $(BUILD)/tests/$(MODE)/%.o: tests/%.c | $(BUILD)/tests/$(MODE)/
	$(CC) $(CFLAGS_ALL) -Ichapters -Itests $(PKG_CFLAGS) -c $< -o $@

# A check may include the contracts and script.h, nothing else.
$(BUILD)/tests/script/script.h: tests/script.h | $(BUILD)/tests/script/
	cp $< $@
$(CHECKS:%=$(BUILD)/tests/$(MODE)/check-%.o): $(BUILD)/tests/$(MODE)/check-%.o: \
    chapters/%/check.c $(BUILD)/tests/script/script.h | $(BUILD)/tests/$(MODE)/
	$(CC) $(CFLAGS_ALL) -Ichapters -I$(BUILD)/tests/script -c $< -o $@

# $(call check_rules,WHO): a program per chapter that plays that state of the files
define check_rules
$(CHECKS:%=$(call who_dir,$(1))/check-%): $(call who_dir,$(1))/check-%: \
    $(BUILD)/tests/$(MODE)/check-%.o $(PLAYER) $(call who_objects,$(1))
	$$(CC) $$(CFLAGS_ALL) $$^ $$(CHECK_LIBS) $$(CJSON_LIBS) -o $$@
endef

# Rungs whose objects the Makefile has no rules for yet.
RUNGS := $(sort $(wildcard solutions/[0-9][0-9]-*))
ifeq ($(CH),)
$(foreach w,$(filter-out $(WHO) $(LAST),$(RUNGS)),$(eval $(call who_rules,$(w))))
endif
$(foreach w,$(sort $(WHO) $(LAST) $(if $(CH),,$(RUNGS))),$(eval $(call check_rules,$(w))))

# --- make check CH=n ---------------------------------------------------------------------
.PHONY: check check-workbook ladder wrong-answers hostile
ifneq ($(CH),)
# The chapters up to CH that have a check, or nothing if CH is none of them.
UP_TO := $(shell printf '%s\n' $(CHECKS) | awk -F- -v n='$(CH)' \
  '$$1 + 0 <= n + 0 { print } $$1 + 0 == n + 0 && n ~ /^[0-9]+$$/ { found = 1 } \
   END { if (!found) print "none" }')
ifneq ($(filter none,$(UP_TO)),)
check:
	@echo "CH=$(CH): there is no such chapter with a check; there are:" >&2
	@printf '  %s\n' $(CHECKS) >&2
	@exit 2
else
# A red check is the reader's news, not make's: no command is shown.
.SILENT: $(PLAYER) $(call who_objects,$(WHO)) \
  $(UP_TO:%=$(BUILD)/tests/$(MODE)/check-%.o) $(UP_TO:%=$(call who_dir,$(WHO))/check-%) \
  $(BUILD)/tests/script/script.h
check: $(UP_TO:%=$(call who_dir,$(WHO))/check-%)
	@sh tests/check.sh $(call who_dir,$(WHO)) '$(T)' $(UP_TO)
endif
else
check: check-workbook
endif

# --- the workbook's own checks -------------------------------------------------------------
check-workbook: ladder wrong-answers hostile

# Every rung plays the checks up to its own chapter and one more; the last plays all.
PLAYED := $(foreach w,$(RUNGS),$(CHECKS:%=$(call who_dir,$(w))/check-%))
ladder: $(PLAYED)
	@sh tests/ladder.sh $(BUILD) $(MODE) $(CHECKS)

# What the scripts need to build a patched copy just as make builds.
AS_MAKE = BUILD='$(BUILD)' MODE='$(MODE)' CC='$(CC)' FLAGS='$(CFLAGS_ALL)' \
  PLAYER='$(PLAYER)' LIBS='$(CHECK_LIBS) $(CJSON_LIBS)'
wrong-answers: $(PLAYED)
	@$(AS_MAKE) sh tests/wrong.sh
hostile: $(PLAYED)
	@$(AS_MAKE) sh tests/hostile.sh
