# `make digest`: every scene there is (of sim/, the gallery, the chapters), every client,
# seed 1, under several compilers, levels of optimisation and C libraries, must come out as
# tests/golden/digests.txt says, to the bit. `make golden` writes that file anew and prints
# what changed.
ifndef DIGEST_MK
DIGEST_MK := 1

DIGEST_WHO := solutions/15-one-scout-for-the-fleet
DIGEST_DIR  = $(BUILD)/tests/$(MODE)/digest
DIGEST_SIM  = $(SCENE_RUN_PARTS:%=$(SIM_DIR)/%.o) $(SIM_DIR)/adapter.o
DIGEST_CLIENT = $(foreach p,breaker retry item client shared config_error,$(call who_dir,$(WHO))/$(p).o)

.PHONY: digest golden
digest:
	@WHO=$(DIGEST_WHO) BUILD=$(BUILD) MAKE='$(MAKE)' sh tests/digest.sh
golden:
	@WHO=$(DIGEST_WHO) BUILD=$(BUILD) MAKE='$(MAKE)' sh tests/digest.sh --write

$(DIGEST_DIR)/play: $(DIGEST_DIR)/digest.o $(DIGEST_SIM) $(DIGEST_CLIENT) | $(DIGEST_DIR)/
	$(CC) $(CFLAGS_ALL) $^ -o $@
$(DIGEST_DIR)/scenes: $(DIGEST_DIR)/digest_scenes.o $(SIM_OBJECTS) $(SIM_DIR)/adapter.o $(DIGEST_CLIENT)
	$(CC) $(CFLAGS_ALL) $^ $(CJSON_LIBS) -o $@
$(DIGEST_DIR)/digest.o: tests/digest.c | $(DIGEST_DIR)/
	$(CC) $(CFLAGS_ALL) -Isim -Ichapters -c $< -o $@
$(DIGEST_DIR)/digest_scenes.o: tests/digest_scenes.c | $(DIGEST_DIR)/
	$(CC) $(CFLAGS_ALL) -Isim $(PKG_CFLAGS) -c $< -o $@

endif
