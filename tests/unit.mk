# The unit tests of the library and of the reference: `make unit`, MODE=san by default.
#
# Each is a program of its own, $(BUILD)/tests/$(MODE)/<name>; `make unit-sim` runs one.
# The reference is the newest of each file at or below UNIT_WHO.
ifndef UNIT_MK
UNIT_MK := 1

UNIT_WHO := solutions/17-behind-a-door
UNIT_DIR  = $(BUILD)/tests/$(MODE)
UNITS    := breaker retry item shared client client_store client12 sim random pool gateway prices store rivals explore handler mine

# What each test is linked with: parts of its own, parts of the reference, of sim/.
UNIT_breaker := breaker_test breaker_alone breaker_rows breaker_model \
  breaker_explore reference-breaker reference-config_error
UNIT_retry   := retry_test reference-retry
UNIT_item    := item_test reference-item
UNIT_shared  := shared_test shared_fleet shared_random shared_check reference-shared \
  reference-item reference-breaker reference-config_error
UNIT_client  := client_test client_random reference-client reference-shared reference-item \
  reference-breaker reference-config_error reference-retry
UNIT_client_store := client_store_test reference-client reference-shared reference-item \
  reference-breaker reference-config_error reference-retry
# The same tests for the client as chapter 12 leaves it; the adapter has a todo() for it.
UNIT_client12 := client_test client_random reference12-client reference-shared reference-item \
  reference-breaker reference-config_error reference-retry sim-adapter
UNIT_sim     := sim_test sim-sim
UNIT_random  := random_test sim-random
UNIT_store   := store_test store_ills sim-store sim-sim sim-random
UNIT_pool    := pool_test pool_model sim-pool sim-sim sim-random
UNIT_gateway := gateway_test sim-gateway
UNIT_prices  := prices_test sim-prices
UNIT_rivals  := rivals_test rivals_random rivals_fleet sim-rival_common sim-rival_rmw \
  sim-rival_leased
UNIT_explore := explore_test explore_protocols explore_toy $(EXPLORE_PARTS:%=sim-%) \
  $(RIVAL_PARTS:%=sim-%) sim-random sim-adapter reference-client reference-shared \
  reference-item reference-breaker reference-config_error reference-retry
UNIT_mine    := mine_test mine mine_knobs court reference-breaker reference-config_error
UNIT_handler := handler_test handler_answer_test reference-handler
UNIT_LIBS_handler = $(CJSON_LIBS)
UNIT_FLAGS    = -Ichapters -Isim -Itests $(shell pkg-config --cflags check)

.PHONY: unit unit-programs $(UNITS:%=unit-%) mutate
unit: $(UNITS:%=unit-%)
unit-programs: $(UNITS:%=$(UNIT_DIR)/%_test)

define unit_rules
unit-$(1): $(UNIT_DIR)/$(1)_test
	$$<
$(UNIT_DIR)/$(1)_test: $(UNIT_$(1):%=$(UNIT_DIR)/unit/%.o)
	$$(CC) $$(CFLAGS_ALL) $$^ $$(CHECK_LIBS) $$(UNIT_LIBS_$(1)) -lm -o $$@
endef
$(foreach u,$(UNITS),$(eval $(call unit_rules,$(u))))

$(UNIT_DIR)/unit/%.o: tests/%.c | $(UNIT_DIR)/unit/
	$(CC) $(CFLAGS_ALL) $(UNIT_FLAGS) -c $< -o $@
$(UNIT_DIR)/unit/sim-adapter.o: sim/adapter.c | $(UNIT_DIR)/unit/
	$(CC) $(CFLAGS_ALL) -Isim -Ichapters -c $< -o $@
$(UNIT_DIR)/unit/sim-%.o: sim/%.c | $(UNIT_DIR)/unit/
	$(CC) $(CFLAGS_ALL) -Isim -c $< -o $@
define unit_reference
$(UNIT_DIR)/unit/reference-$(1).o: $(call part,$(1),$(UNIT_WHO)) | $(UNIT_DIR)/unit/
	$$(CC) $$(CFLAGS_ALL) -Ichapters -c $$< -o $$@
endef
$(foreach p,$(PARTS),$(eval $(call unit_reference,$(p))))

$(UNIT_DIR)/unit/reference12-client.o: $(call part,client,solutions/12-where-it-hurts) | $(UNIT_DIR)/unit/
	$(CC) $(CFLAGS_ALL) -Ichapters -c $< -o $@

# Small wrong changes to the reference, each to be caught by the unit test of its file; no
# reader's script is played. Minutes, not seconds.
mutate:
	@BUILD=$(BUILD) CC=$(CC) sh tests/mutate.sh $(call part,item,$(UNIT_WHO))
	@BUILD=$(BUILD) CC=$(CC) sh tests/mutate.sh $(call part,shared,$(UNIT_WHO))
	@BUILD=$(BUILD) CC=$(CC) sh tests/mutate.sh $(call part,breaker,$(UNIT_WHO))

endif
