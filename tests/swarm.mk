# Scenes drawn by chance, and the rules that must hold in all of them: sim/swarm.h.
#
#   make swarm                  10,000 seeds of the newest rung
#   make swarm-test             the tests of swarm itself: its rules, its JSON, and
#                               clients with a bug planted in them, each to be found
#   make swarm-night [SEED=1] [SEEDS=1000000]
#                               as many as you have time for; Ctrl-C says how to go on
ifndef SWARM_MK
SWARM_MK := 1

SEED  ?= 1
SEEDS ?= 1000000
SWARM_DIR  = $(BUILD)/tests/$(MODE)/swarm
SWARM_TEST = $(filter-out swarm,$(SWARM_PARTS)) $(SIM_PARTS) adapter

.PHONY: swarm swarm-program swarm-test swarm-unit swarm-bugs swarm-night
swarm:
	@$(MAKE) -s --no-print-directory WHO=$(LAST) storm
	@$(STORM) swarm --seeds 10000
swarm-night:
	@$(MAKE) -s --no-print-directory WHO=$(LAST) storm
	@STORM='$(STORM)' SEED='$(SEED)' SEEDS='$(SEEDS)' sh tests/swarm-night.sh
swarm-test: swarm-unit
	@$(MAKE) -s --no-print-directory MODE=release WHO=$(LAST) swarm-bugs

swarm-program: $(SWARM_DIR)/swarm_test
swarm-unit: $(SWARM_DIR)/swarm_test
	$<
swarm-bugs: $(call who_dir,$(LAST))/storm
	@STORM='$<' BUILD='$(BUILD)' CC='$(CC)' FLAGS='$(CFLAGS_ALL) -Ichapters' \
	  SIM_OBJECTS='$(STORM_OBJECTS)' CLIENT_OBJECTS='$(call who_objects,$(LAST))' \
	  LIBS='$(CJSON_LIBS)' shared='$(call part,shared,$(LAST))' \
	  item='$(call part,item,$(LAST))' client='$(call part,client,$(LAST))' \
	  sh tests/swarm.sh

$(SWARM_DIR)/swarm_test: $(SWARM_DIR)/swarm_test.o $(SWARM_DIR)/swarm_rules.o \
  $(SWARM_TEST:%=$(SIM_DIR)/%.o) \
  $(call who_objects,$(LAST)) | $(SWARM_DIR)/
	$(CC) $(CFLAGS_ALL) $^ $(CHECK_LIBS) $(CJSON_LIBS) -o $@
$(SWARM_DIR)/%.o: tests/%.c | $(SWARM_DIR)/
	$(CC) $(CFLAGS_ALL) -Ichapters -Isim -Itests $(PKG_CFLAGS) -c $< -o $@

endif
