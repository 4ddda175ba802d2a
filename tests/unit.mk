# The unit tests of the library and of the reference: `make unit`, MODE=san by default.
#
# Each is a program of its own, $(BUILD)/tests/$(MODE)/<name>; `make unit-sim` runs one.
# The reference is the newest of each file at or below UNIT_WHO.
ifndef UNIT_MK
UNIT_MK := 1

UNIT_WHO := solutions/12-where-it-hurts
UNIT_DIR  = $(BUILD)/tests/$(MODE)
UNITS    := breaker retry client sim random

# What each test is linked with: parts of its own, parts of the reference, of sim/.
UNIT_breaker := breaker_test breaker_alone breaker_rows breaker_model \
  breaker_explore reference-breaker
UNIT_retry   := retry_test reference-retry
UNIT_client  := client_test client_random reference-client reference-breaker reference-retry
UNIT_sim     := sim_test sim-sim
UNIT_random  := random_test sim-random
UNIT_FLAGS    = -Ichapters -Isim -Itests $(shell pkg-config --cflags check)

.PHONY: unit $(UNITS:%=unit-%) mutate
unit: $(UNITS:%=unit-%)

define unit_rules
unit-$(1): $(UNIT_DIR)/$(1)_test
	$$<
$(UNIT_DIR)/$(1)_test: $(UNIT_$(1):%=$(UNIT_DIR)/unit/%.o)
	$$(CC) $$(CFLAGS_ALL) $$^ $$(CHECK_LIBS) -lm -o $$@
endef
$(foreach u,$(UNITS),$(eval $(call unit_rules,$(u))))

$(UNIT_DIR)/unit/%.o: tests/%.c | $(UNIT_DIR)/unit/
	$(CC) $(CFLAGS_ALL) $(UNIT_FLAGS) -c $< -o $@
$(UNIT_DIR)/unit/sim-%.o: sim/%.c | $(UNIT_DIR)/unit/
	$(CC) $(CFLAGS_ALL) -Isim -c $< -o $@
define unit_reference
$(UNIT_DIR)/unit/reference-$(1).o: $(call part,$(1),$(UNIT_WHO)) | $(UNIT_DIR)/unit/
	$$(CC) $$(CFLAGS_ALL) -Ichapters -c $$< -o $$@
endef
$(foreach p,breaker retry client,$(eval $(call unit_reference,$(p))))

# Small wrong changes to the reference breaker, each to be caught: minutes, not seconds.
mutate:
	@BUILD=$(BUILD) CC=$(CC) sh tests/mutate.sh $(call part,breaker,$(UNIT_WHO))

endif
