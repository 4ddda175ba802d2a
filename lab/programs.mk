# The two programs of the lab, linked as any program of this system: for tests, and for a
# look by hand. What goes to Lambda is made by lab/lambda.mk.
#
#   make lab-programs [WHO=..]   $(BUILD)/<whose>/<mode>/lab/client and .../backend
#   make lab-build-id [WHO=..]   the digest of WHO's files, as x-breaker-build says it
ifndef LAB_PROGRAMS_MK
LAB_PROGRAMS_MK := 1

LAB_PARTS   := $(basename $(notdir $(wildcard lab/*.c)))
LAB_BACKEND := backend backend_mode aws aws_setup buffer clock header runtime
LAB_CLIENT  := $(filter-out backend backend_mode,$(LAB_PARTS))
LAB_CFLAGS   = $(shell pkg-config --cflags libcurl libcjson)
LAB_LIBS     = $(shell pkg-config --libs libcurl libcjson)
lab_dir      = $(call who_dir,$(1))/lab

# $(call lab_sources,WHO), $(call lab_build_id,WHO): the reader's files, and their digest
lab_sources  = $(foreach p,$(PARTS),$(call part,$(p),$(1)))
lab_build_id = $(shell cat $(call lab_sources,$(1)) | sha256sum | cut -c1-12)

# $(call lab_rules,WHO): an object depends on the reader's files by the digest in it
define lab_rules
$(LAB_PARTS:%=$(call lab_dir,$(1))/%.o): $(call lab_dir,$(1))/%.o: lab/%.c $(call lab_sources,$(1)) \
    | $(call lab_dir,$(1))/
	$$(CC) $$(CFLAGS_ALL) -Ichapters $$(LAB_CFLAGS) -DBREAKER_BUILD='"$$(call lab_build_id,$(1))"' \
	  -c $$< -o $$@
$(call lab_dir,$(1))/client: $(LAB_CLIENT:%=$(call lab_dir,$(1))/%.o) $(call who_objects,$(1))
	$$(CC) $$(CFLAGS_ALL) $$^ $$(LAB_LIBS) -o $$@
$(call lab_dir,$(1))/backend: $(LAB_BACKEND:%=$(call lab_dir,$(1))/%.o)
	$$(CC) $$(CFLAGS_ALL) $$^ $$(LAB_LIBS) -o $$@
endef
$(foreach w,$(sort $(WHO) $(LAST)),$(eval $(call lab_rules,$(w))))

.PHONY: lab-programs lab-build-id
lab-programs: $(call lab_dir,$(WHO))/client $(call lab_dir,$(WHO))/backend
lab-build-id:
	@echo $(call lab_build_id,$(WHO))

include tests/lab/programs.mk
endif
