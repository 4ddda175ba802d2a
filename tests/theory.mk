# `make theory`: the simulator and the reference against theory, in release mode; some
# minutes of processor time. THEORY="mm1 md1" plays a few rows only.
ifndef THEORY_MK
THEORY_MK := 1

THEORY_WHO := solutions/15-one-scout-for-the-fleet
THEORY_PARTS := theory station town random_rows queue_rows loss_rows retry_rows \
  throttle_rows breaker_rows fleet_rows metastable_rows collapse_rows tail_rows \
  lambda_rows store_rows shared_rows
THEORY_SIM := $(WORLD_PARTS) adapter prices
THEORY_DIR = $(BUILD)/tests/$(MODE)/theory
THEORY_LIB = $(THEORY_SIM:%=$(SIM_DIR)/%.o) \
  $(foreach p,breaker retry item client shared config_error,$(call who_dir,$(THEORY_WHO))/$(p).o)

.PHONY: theory theory-run
theory:
	@$(MAKE) --no-print-directory MODE=release WHO=$(THEORY_WHO) theory-run
theory-run: $(THEORY_DIR)/theory
	@$< tests/theory.json $(THEORY)

$(THEORY_DIR)/theory: $(THEORY_PARTS:%=$(THEORY_DIR)/%.o) $(THEORY_LIB) | $(THEORY_DIR)/
	$(CC) $(CFLAGS_ALL) $^ $(CJSON_LIBS) -lm -o $@
$(THEORY_DIR)/%.o: tests/theory/%.c | $(THEORY_DIR)/
	$(CC) $(CFLAGS_ALL) -Isim -Ichapters $(PKG_CFLAGS) -c $< -o $@

endif
