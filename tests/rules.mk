# How checks are built and played. A check program is the reader's objects (or those of
# a rung), the player, and one check.c:
#
#   make check CH=3 [T=name]   play chapters 0 to 3 on WHO's files
#   make check                 test the workbook itself: check-workbook
#   make ladder                every rung is green on its chapters, red on the next
#   make wrong-answers         every wrong answer is rejected by the test meant for it;
#                              ONLY=07: those of chapter 7, V=1: says which
#   make hostile               the player withstands loops, crashes, exit(0)

include tests/suspects.mk
CHAPTERS := $(sort $(wildcard chapters/[0-9][0-9]-*))
CHECKS   := $(patsubst chapters/%/check.c,%,$(sort $(wildcard chapters/[0-9][0-9]-*/check.c)))
PLAYER   := $(addprefix $(BUILD)/tests/$(MODE)/,play.o main.o report.o script.o script_client.o story.o)

# --- the player, and each check: neither knows whose code it will judge ------------------
$(PLAYER): $(BUILD)/tests/$(MODE)/%.o: tests/%.c | $(BUILD)/tests/$(MODE)/
	$(CC) $(CFLAGS_ALL) -Ichapters -Itests $(PKG_CFLAGS) -c $< -o $@

# A check may include the contracts, script.h, where there is a store environments.h, and
# where a reader's scripts are tried judge.h; nothing else. Its main gets a name of its own,
# so that the checks up to a chapter are one program: an edit costs one link.
main_of   = main_$(subst -,_,$(1))
number_of = $(firstword $(subst -, ,$(1)))
numbers  := $(foreach c,$(CHECKS),$(call number_of,$(c)))
up_to     = $(foreach c,$(CHECKS),$(if $(filter $(call number_of,$(c)),$(firstword \
  $(sort $(call number_of,$(c)) $(1)))),$(c)))

FOR_CHECKS := $(addprefix $(BUILD)/tests/script/,script.h environments.h judge.h)
$(FOR_CHECKS): $(BUILD)/tests/script/%: tests/% | $(BUILD)/tests/script/
	@cp $< $@
$(CHECKS:%=$(BUILD)/tests/$(MODE)/check-%.o): $(BUILD)/tests/$(MODE)/check-%.o: \
    chapters/%/check.c $(FOR_CHECKS) tests/rules.mk | $(BUILD)/tests/$(MODE)/
	$(CC) $(CFLAGS_ALL) -Wno-missing-prototypes -Dmain=$(call main_of,$*) -Ichapters \
	  -I$(BUILD)/tests/script -c $< -o $@
$(numbers:%=$(BUILD)/tests/mains-%.c): $(BUILD)/tests/mains-%.c: $(CHECKS:%=chapters/%/check.c) \
    | $(BUILD)/tests/$(MODE)/
	@printf '%s\n' '#include "mains.h"' >$@
	@printf 'int %s(int, char **);\n' $(foreach c,$(call up_to,$*),$(call main_of,$(c))) >>$@
	@printf '%s\n' 'const struct check_program programs[] = {' \
	  $(foreach c,$(call up_to,$*),'{"$(c)", $(call main_of,$(c))},') '{0, 0}};' >>$@
$(numbers:%=$(BUILD)/tests/$(MODE)/mains-%.o): $(BUILD)/tests/$(MODE)/%.o: $(BUILD)/tests/%.c
	$(CC) $(CFLAGS_ALL) -Itests -c $< -o $@

# $(call check_objects,NN): all of a check program but the reader's part. From chapter 16
# on the suspects are in it.
check_objects = $(patsubst %,$(BUILD)/tests/$(MODE)/check-%.o,$(call up_to,$(1))) \
  $(BUILD)/tests/$(MODE)/mains-$(1).o $(PLAYER) $(if $(filter 16-%,$(call up_to,$(1))),$(COURT))

# $(call check_rules,WHO,NN): the program that plays chapters 0 to NN on WHO's files
define check_rules
$(call who_dir,$(1))/checks-$(2): $(call check_objects,$(2)) $(call who_objects,$(1)) $(if $(filter \
  16-%,$(call up_to,$(2))),| $(SIX))
	$$(CC) $$(CFLAGS_ALL) $$^ $$(CHECK_LIBS) $$(CJSON_LIBS) -o $$@
endef

# Rungs whose objects the Makefile has no rules for yet.
RUNGS := $(sort $(wildcard solutions/[0-9][0-9]-*))
ifeq ($(CH),)
$(foreach w,$(filter-out $(WHO) $(LAST),$(RUNGS)),$(eval $(call who_rules,$(w))))
endif
$(foreach w,$(if $(CH),$(WHO),$(sort $(WHO) $(RUNGS))),$(foreach n,$(numbers),$(eval $(call check_rules,$(w),$(n)))))

# --- make check CH=n ---------------------------------------------------------------------
.PHONY: check check-workbook ladder-programs ladder wrong-answers hostile mutate-rungs
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
else ifneq ($(and $(filter 16-%,$(UP_TO)),$(SUSPECTS_MISS)),)
check:
	$(TELL_MISSING)
else
# A red check is the reader's news, not make's: no command is shown.
NN := $(call number_of,$(lastword $(UP_TO)))
.SILENT: $(call check_objects,$(NN)) $(call who_objects,$(WHO)) $(call who_dir,$(WHO))/checks-$(NN)
check: $(call who_dir,$(WHO))/checks-$(NN)
	@sh tests/check.sh $(call who_dir,$(WHO)) '$(T)' $(UP_TO)
endif
else
check: check-workbook
endif

# --- the workbook's own checks -------------------------------------------------------------
# tests/all.mk says what check-workbook is made of.
# Every rung plays the checks up to its own chapter and one more; the last plays all.
ALL    := $(lastword $(numbers))
PLAYED := $(foreach w,$(RUNGS),$(call who_dir,$(w))/checks-$(ALL))
ladder-programs: $(PLAYED)
ladder: ladder-programs
	@sh tests/ladder.sh $(BUILD) $(MODE) $(ALL) $(CHECKS)

# What the scripts need to build a patched copy just as make builds.
AS_MAKE = BUILD='$(BUILD)' MODE='$(MODE)' CC='$(CC)' FLAGS='$(CFLAGS_ALL)' \
  CHECKER='$(call check_objects,$(ALL))' LIBS='$(CHECK_LIBS) $(CJSON_LIBS)'
wrong-answers: ladder-programs
	@$(AS_MAKE) sh tests/wrong.sh $(ONLY)
mutate-rungs: ladder-programs
	@$(AS_MAKE) CHECKS='$(CHECKS)' sh tests/mutate-rung.sh $(ONLY)
hostile: ladder-programs
	@$(AS_MAKE) sh tests/hostile.sh
