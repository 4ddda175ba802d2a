# The simulation library, and storm with somebody's client in it.

# WORLD_PARTS is all that a run needs, whoever calls; SCENE_RUN_PARTS adds those who do,
# but nothing that reads JSON.
WORLD_PARTS := sim random histogram backend load pool store gateway recorder world \
  world_worker world_memory world_faults
RIVAL_PARTS := rival_common rival_rmw rival_leased
SCENE_RUN_PARTS := $(WORLD_PARTS) $(RIVAL_PARTS) scene_run
SIM_PARTS := $(SCENE_RUN_PARTS) prices facts json scene scene_world scene_fleet scene_faults
SWARM_PARTS := swarm swarm_draw swarm_demand swarm_judge swarm_jobs swarm_shrink swarm_write \
  swarm_watch swarm_watch_item swarm_watch_env
EXPLORE_PARTS := explore_set explore_step explore_world explore_possible explore_judge explore_live explore_search \
  explore_words explore_story
STORM_PARTS := storm storm_options verbs expect merge part sweep output picture gnuplot plot plot_panels plot_ribbons \
  plot_runs plot_fan plot_goodput input \
  gallery gallery_row plot_gallery $(SWARM_PARTS) $(EXPLORE_PARTS) explore explore_trace
SIM_DIR := $(BUILD)/sim/$(MODE)
SIM_OBJECTS := $(SIM_PARTS:%=$(SIM_DIR)/%.o)
STORM_OBJECTS := $(STORM_PARTS:%=$(SIM_DIR)/%.o) $(SIM_DIR)/adapter.o $(SIM_OBJECTS)

$(SIM_DIR)/adapter.o: sim/adapter.c | $(SIM_DIR)/
	$(CC) $(CFLAGS_ALL) -Isim -Ichapters -c $< -o $@
$(SIM_DIR)/%.o: sim/%.c | $(SIM_DIR)/
	$(CC) $(CFLAGS_ALL) -Isim $(PKG_CFLAGS) -c $< -o $@

# $(call storm_rule,WHO): build/<whose>/<mode>/storm
define storm_rule
$(call who_dir,$(1))/storm: $(STORM_OBJECTS) $(call who_objects,$(1))
	$$(CC) $$(CFLAGS_ALL) $$^ $$(CJSON_LIBS) -o $$@
endef
$(foreach w,$(sort $(WHO) $(LAST)),$(eval $(call storm_rule,$(w))))
