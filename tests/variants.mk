# No check may reject a different correct answer:
#
#   make variants [V=1]   each breaker and each fleet's breaker of tests/variants/, written
#                         otherwise than the reference, passes every chapter's check, the
#                         random histories, storm explore and storm swarm
ifndef VARIANTS_MK
VARIANTS_MK := 1

.PHONY: variants variants-checks variants-storms
variants: variants-checks
	@$(MAKE) --no-print-directory -s WHO=$(LAST) MODE=release variants-storms

# Objects of a unit test without the reference of its own part. SIX is what the check of
# chapter 16 runs.
model_of = $(patsubst %,$(UNIT_DIR)/unit/%.o,$(filter-out reference-$(1),$(UNIT_$(1))))
AS_VARIANT = OBJECTS='$(call who_objects,$(LAST))' CC='$(CC)' FLAGS='$(CFLAGS_ALL)' V='$(V)'

variants-checks: $(call check_objects,$(ALL)) $(call who_objects,$(LAST)) \
    $(call model_of,breaker) $(call model_of,shared) $(SIX)
	@$(AS_VARIANT) CHECKER='$(call check_objects,$(ALL))' CHECKS='$(CHECKS)' \
	  MODEL_breaker='$(call model_of,breaker)' MODEL_shared='$(call model_of,shared)' \
	  LIBS='$(CHECK_LIBS) $(CJSON_LIBS) -lm' sh tests/variants.sh checks
variants-storms: $(STORM_OBJECTS) $(call who_dir,$(LAST))/storm
	@$(AS_VARIANT) STORM_OBJECTS='$(STORM_OBJECTS)' STORM='$(call who_dir,$(LAST))/storm' \
	  LIBS='$(CJSON_LIBS)' sh tests/variants.sh storms

endif
