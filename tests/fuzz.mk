# The tests of the world and of scenes, and fuzzers for all that reads what others wrote.
#
#   make scene-test world-test      unit tests, MODE=san by default; world-test is three
#                                   programs: threads, fleets, and the store
#   make fuzz [SECONDS=60]          clang's libFuzzer, so long on each of: client_step with
#                                   any items; events of API Gateway; answers of DynamoDB;
#                                   headers of the Runtime API; scenes; the scripts and
#                                   knobs of chapter 16. What they find is kept in
#                                   $(BUILD)/fuzz, with the corpora they grew
#   make fuzz FUZZERS=item          one of them
ifndef FUZZ_MK
FUZZ_MK := 1
-include lab/programs.mk

WORLD_DIR   = $(BUILD)/tests/$(MODE)/world
SCENE_PARTS  = $(SIM_PARTS) adapter

.PHONY: scene-test world-test fuzz fuzz-run fuzz-programs
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

# --- the fuzzers: all objects are built for them, with clang --------------------------
# A fuzzer is tests/fuzz/NAME_fuzz.c, the objects it is linked with, and where it begins;
# tests/fuzz/NAME.dict, if there is one, has the words of its input.
SECONDS    ?= 60
FUZZERS    ?= item handler dynamodb runtime scene mine
FLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
  -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_PARTS  = $(SCENE_PARTS) picture output sweep
FUZZ_DIR    = $(BUILD)/fuzz
fuzz_lab    = $(patsubst %,$(call lab_dir,$(LAST))/%.o,$(1))
FUZZ_OBJECTS_item     = $(filter-out %/handler.o,$(call who_objects,$(LAST)))
FUZZ_OBJECTS_handler  = $(call who_dir,$(LAST))/handler.o
FUZZ_OBJECTS_dynamodb = $(call fuzz_lab,dynamodb dynamodb_write) $(call who_dir,$(LAST))/item.o
FUZZ_OBJECTS_runtime  = $(call fuzz_lab,runtime buffer clock header)
FUZZ_OBJECTS_scene    = $(FUZZ_PARTS:%=$(SIM_DIR)/%.o) $(call who_objects,$(LAST))
FUZZ_OBJECTS_mine     = $(addprefix $(BUILD)/tests/$(MODE)/,court.o mine.o mine_knobs.o) \
  $(filter-out %/handler.o,$(call who_objects,$(LAST)))
FUZZ_SEEDS_handler    = tests/fuzz/handler-seeds
FUZZ_SEEDS_dynamodb   = tests/fuzz/dynamodb-seeds
FUZZ_SEEDS_runtime    = tests/fuzz/runtime-seeds
FUZZ_SEEDS_mine       = tests/fuzz/mine-seeds
FUZZ_SEEDS_scene      = tests/fuzz/seeds sim/scenes
FUZZ_FLAGS = -max_total_time=$(SECONDS) -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
  -verbosity=0 -print_final_stats=1 -artifact_prefix=$(FUZZ_DIR)/found/

fuzz:
	@$(MAKE) --no-print-directory CC=clang MODE=fuzz BUILD=$(FUZZ_DIR)/objects \
	  FUZZ_DIR=$(FUZZ_DIR) fuzz-run
fuzz-programs: $(FUZZERS:%=$(BUILD)/%_fuzz)
fuzz-run: fuzz-programs | $(FUZZERS:%=$(FUZZ_DIR)/%/) $(FUZZ_DIR)/found/
	@$(foreach f,$(FUZZERS),echo "fuzz: $(f), $(SECONDS) seconds" && $(BUILD)/$(f)_fuzz $(FUZZ_FLAGS) \
	  $(patsubst %,-dict=%,$(wildcard tests/fuzz/$(f).dict)) $(FUZZ_DIR)/$(f) $(FUZZ_SEEDS_$(f)) &&) :

# $(call fuzz_rules,NAME)
define fuzz_rules
$(BUILD)/$(1)_fuzz: $(BUILD)/$(1)_fuzz.o $(FUZZ_OBJECTS_$(1))
	$$(CC) $$(CFLAGS_ALL) -fsanitize=fuzzer $$^ $$(LAB_LIBS) -o $$@
$(BUILD)/$(1)_fuzz.o: tests/fuzz/$(1)_fuzz.c | $(BUILD)/
	$$(CC) $$(CFLAGS_ALL) -Ichapters -Isim -Ilab -Itests $$(LAB_CFLAGS) $$(PKG_CFLAGS) -c $$< -o $$@
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzz_rules,$(f))))

endif
