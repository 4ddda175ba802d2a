# `make bench`: how fast. `make bench-count`: how many instructions, by callgrind. A
# benchmark informs; nothing passes or fails by it.
ifndef BENCH_MK
BENCH_MK := 1

BENCH_WHO := solutions/15-one-scout-for-the-fleet
BENCH_DIR  = $(BUILD)/tests/$(MODE)/bench
BENCH_PARTS := bench time mm1 hold breaker scenes fleet cost
BENCH_SIM = $(SIM_OBJECTS) $(SIM_DIR)/sweep.o $(SIM_DIR)/adapter.o \
  $(foreach p,breaker retry item client shared config_error,$(call who_dir,$(BENCH_WHO))/$(p).o)

.PHONY: bench bench-count bench-run bench-count-run
bench bench-count:
	@$(MAKE) --no-print-directory -s MODE=release WHO=$(BENCH_WHO) $@-run
bench-run: $(BENCH_DIR)/bench $(call who_dir,$(BENCH_WHO))/storm
	@$< $(wildcard sim/scenes/*.json)
	@sh tests/bench/explore.sh $(call who_dir,$(BENCH_WHO))/storm
	@$< --gallery $(wildcard sim/gallery/*.json)
bench-count-run: $(BENCH_DIR)/bench
	@sh tests/bench/count.sh $<

$(BENCH_DIR)/bench: $(BENCH_PARTS:%=$(BENCH_DIR)/%.o) $(BENCH_SIM) | $(BENCH_DIR)/
	$(CC) $(CFLAGS_ALL) $(filter %.o,$^) $(CJSON_LIBS) -o $@
$(BENCH_DIR)/%.o: tests/bench/%.c | $(BENCH_DIR)/
	$(CC) $(CFLAGS_ALL) -Isim -Ichapters $(PKG_CFLAGS) -c $< -o $@

endif
