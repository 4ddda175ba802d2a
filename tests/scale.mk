# `make scale`: how the cost of a run grows with the fleet, from ten environments to ten
# thousand, as a table. `make scale-page`: does every command in sim/SCALE.md print what
# the page says? `make merge-tests`: the parts of a sweep make the whole.
ifndef SCALE_MK
SCALE_MK := 1

SCALE_WHO := solutions/15-one-scout-for-the-fleet
SCALE_STORM = $(BUILD)/$(notdir $(SCALE_WHO))/release/storm

.PHONY: scale scale-page merge-tests scale-run scale-storm
scale scale-page:
	@BUILD='$(BUILD)' MAKE='$(MAKE)' STORM='$(SCALE_STORM)' sh tests/scale.sh $@
scale-run: $(BENCH_DIR)/growth
	@$< sim/scale/growth.json
scale-storm:
	@$(MAKE) -s --no-print-directory WHO=$(SCALE_WHO) storm
merge-tests: scale-storm
	@STORM='$(SCALE_STORM)' sh tests/merge.sh

$(BENCH_DIR)/growth: $(BENCH_DIR)/growth.o $(BENCH_DIR)/cost.o $(BENCH_DIR)/time.o $(BENCH_SIM) | $(BENCH_DIR)/
	$(CC) $(CFLAGS_ALL) $(filter %.o,$^) $(CJSON_LIBS) -lm -o $@

endif
