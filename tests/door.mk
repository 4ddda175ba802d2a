# The door of chapter 17, which `make plot CH=17` draws: the visits of its visits.h, played
# on WHO's handler.c and on the tempting one. Always fast: build/<whose>/release/door.
#
#   make door [WHO=..]     builds both
#   make doors             those that book-truth asks for: the rung before, and the last
ifndef DOOR_MK
DOOR_MK := 1

DOOR     := chapters/17-behind-a-door
DOOR_DIR  = $(BUILD)/tests/$(MODE)/door

.PHONY: door doors
door:
	@$(MAKE) -s --no-print-directory MODE=release $(BUILD)/$(notdir $(WHO))/release/door \
	  $(BUILD)/tests/release/door/tempting
doors:
	@for who in solutions/15-one-scout-for-the-fleet $(LAST); do \
	  $(MAKE) -s --no-print-directory WHO=$$who door || exit 1; done
# The storms are made of the same objects, by a make within, too: one after the other, then.
ifneq ($(filter programs all-programs,$(MAKECMDGOALS)),)
doors: | storms
endif

$(call who_dir,$(WHO))/door: $(DOOR_DIR)/door.o $(call who_dir,$(WHO))/handler.o | $(DOOR_DIR)/
	$(CC) $(CFLAGS_ALL) $^ $(CJSON_LIBS) -o $@
$(DOOR_DIR)/tempting: $(DOOR_DIR)/door.o $(DOOR_DIR)/tempting.o | $(DOOR_DIR)/
	$(CC) $(CFLAGS_ALL) $^ $(CJSON_LIBS) -o $@
$(DOOR_DIR)/%.o: $(DOOR)/%.c | $(DOOR_DIR)/
	$(CC) $(CFLAGS_ALL) -Ichapters -c $< -o $@

endif
