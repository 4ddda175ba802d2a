# The tests of the world and of scenes, and a fuzzer for the reader of scenes.
#
#   make scene-test world-test      unit tests, MODE=san by default; world-test is three
#                                   programs: threads, fleets, and the store
#   make fuzz [SECONDS=60]          clang's libFuzzer on client_step with any items, then
#                                   as long on handler_read and on scene_parse; what it
#                                   finds is kept in $(BUILD)/fuzz, with the corpus it grew
ifndef FUZZ_MK
FUZZ_MK := 1

WORLD_DIR   = $(BUILD)/tests/$(MODE)/world
SCENE_PARTS  = $(SIM_PARTS) adapter

.PHONY: scene-test world-test fuzz fuzz-run
scene-test: $(WORLD_DIR)/scene_test
	$<
world-test: $(WORLD_DIR)/world_test $(WORLD_DIR)/world_fleet_test $(WORLD_DIR)/world_store_test
	$(WORLD_DIR)/world_test
	$(WORLD_DIR)/world_fleet_test
	$(WORLD_DIR)/world_store_test

$(WORLD_DIR)/scene_test: $(WORLD_DIR)/scene_test.o $(SCENE_PARTS:%=$(SIM_DIR)/%.o) \
  $(call who_objects,$(LAST)) | $(WORLD_DIR)/
	$(CC) $(CFLAGS_ALL) $^ $(CHECK_LIBS) $(CJSON_LIBS) -o $@
$(WORLD_DIR)/world_test: $(WORLD_DIR)/world_test.o $(WORLD_DIR)/world_toy.o $(WORLD_PARTS:%=$(SIM_DIR)/%.o) | \
  $(WORLD_DIR)/
	$(CC) $(CFLAGS_ALL) $^ $(CHECK_LIBS) -o $@
$(WORLD_DIR)/world_fleet_test $(WORLD_DIR)/world_store_test: %: %.o $(WORLD_DIR)/world_fleet_toy.o \
  $(WORLD_PARTS:%=$(SIM_DIR)/%.o) | $(WORLD_DIR)/
	$(CC) $(CFLAGS_ALL) $^ $(CHECK_LIBS) -o $@
$(WORLD_DIR)/%.o: tests/%.c | $(WORLD_DIR)/
	$(CC) $(CFLAGS_ALL) -Isim -Itests $(PKG_CFLAGS) -c $< -o $@

# --- the fuzzer: all objects are built for it, with clang -----------------------------
SECONDS    ?= 60
FLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
  -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_PARTS  = $(SCENE_PARTS) picture output sweep
FUZZ_DIR    = $(BUILD)/fuzz
fuzz:
	@$(MAKE) --no-print-directory CC=clang MODE=fuzz BUILD=$(FUZZ_DIR)/objects \
	  FUZZ_DIR=$(FUZZ_DIR) fuzz-run
fuzz-run: $(BUILD)/scene_fuzz $(BUILD)/item_fuzz $(BUILD)/handler_fuzz | $(FUZZ_DIR)/corpus/ \
  $(FUZZ_DIR)/found/ $(FUZZ_DIR)/items/ $(FUZZ_DIR)/events/
	$(BUILD)/item_fuzz -max_total_time=$(SECONDS) -max_len=4096 -timeout=10 -verbosity=0 \
	  -print_final_stats=1 -artifact_prefix=$(FUZZ_DIR)/found/ $(FUZZ_DIR)/items
	$(BUILD)/handler_fuzz -max_total_time=$(SECONDS) -max_len=4096 -timeout=10 -verbosity=0 \
	  -print_final_stats=1 -dict=tests/fuzz/handler.dict -artifact_prefix=$(FUZZ_DIR)/found/ \
	  $(FUZZ_DIR)/events tests/fuzz/handler-seeds
	$(BUILD)/scene_fuzz -max_total_time=$(SECONDS) -max_len=4096 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	  -print_final_stats=1 -dict=tests/fuzz/scene.dict -artifact_prefix=$(FUZZ_DIR)/found/ \
	  $(FUZZ_DIR)/corpus tests/fuzz/seeds sim/scenes
$(BUILD)/scene_fuzz: $(BUILD)/scene_fuzz.o $(FUZZ_PARTS:%=$(SIM_DIR)/%.o) \
  $(call who_objects,$(LAST))
	$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $^ $(CJSON_LIBS) -o $@
$(BUILD)/item_fuzz: $(BUILD)/item_fuzz.o $(filter-out %/handler.o,$(call who_objects,$(LAST)))
	$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $^ -o $@
$(BUILD)/handler_fuzz: $(BUILD)/handler_fuzz.o $(call who_dir,$(LAST))/handler.o
	$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $^ $(CJSON_LIBS) -o $@
$(BUILD)/handler_fuzz.o: tests/fuzz/handler_fuzz.c | $(BUILD)/
	$(CC) $(CFLAGS_ALL) -Ichapters $(PKG_CFLAGS) -c $< -o $@
$(BUILD)/item_fuzz.o: tests/fuzz/item_fuzz.c | $(BUILD)/
	$(CC) $(CFLAGS_ALL) -Ichapters -c $< -o $@
$(BUILD)/scene_fuzz.o: tests/fuzz/scene_fuzz.c | $(BUILD)/
	$(CC) $(CFLAGS_ALL) -Isim $(PKG_CFLAGS) -c $< -o $@

endif
