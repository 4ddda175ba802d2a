# The simulation library, and storm with somebody's client in it.

SIM_PARTS := sim random histogram backend load recorder world facts json scene
STORM_PARTS := storm verbs expect sweep output picture gnuplot plot plot_panels plot_ribbons \
  plot_runs plot_fan plot_goodput input
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
