# The unit tests of the lab: `make lab-unit`, MODE=san by default. Each is a program,
# tests/lab/<name>_test.c; `make lab-unit-aws` runs one. To add one: a name in LAB_UNITS,
# and what it is linked with, parts of lab/, of sim/ (sim-<part>) and of the reader's
# files (reader-<part>).
#
#   make lab-conditions   every write against every item, by a store that knows the
#                         language of conditions, dynalite; then signatures and the rights
#                         of the template's role, judged by the twin
#   make lab-moto         the same, judged by moto_server, where that is installed; and
#                         TARGET=aws of lab/lab, where there is an AWS CLI, too
LAB_UNITS := aws sigv4 invoke runtime runtime_text backend dynamodb config report driver

LAB_UNIT_net     := aws aws_setup buffer clock header
LAB_UNIT_aws     := $(LAB_UNIT_net)
LAB_UNIT_sigv4   := $(LAB_UNIT_net)
LAB_UNIT_invoke  := $(LAB_UNIT_net) invoke
LAB_UNIT_runtime := runtime buffer clock header
LAB_UNIT_runtime_text := $(LAB_UNIT_runtime)
LAB_UNIT_backend := $(LAB_UNIT_net) backend_mode
LAB_UNIT_reader  := $(PARTS:%=reader-%)

LAB_UNIT_dynamodb := dynamodb dynamodb_write
LAB_UNIT_config   := config sim-adapter $(LAB_UNIT_reader)
LAB_UNIT_report   := report
LAB_UNIT_driver   := driver kept config report $(LAB_UNIT_reader)

LAB_UNIT_DIR    = $(BUILD)/tests/$(MODE)/lab
LAB_UNIT_FLAGS  = -Ilab -Ichapters -Itests -Itests/lab $(LAB_CFLAGS) \
  $(shell pkg-config --cflags check)
lab_unit_object = $(patsubst %,$(call lab_dir,$(LAST))/%.o,$(filter-out reader-% sim-%,$(LAB_UNIT_$(1)))) \
  $(patsubst sim-%,$(BUILD)/sim/$(MODE)/%.o,$(filter sim-%,$(LAB_UNIT_$(1)))) \
  $(patsubst reader-%,$(call who_dir,$(LAST))/%.o,$(filter reader-%,$(LAB_UNIT_$(1))))

.PHONY: lab-unit lab-unit-programs $(LAB_UNITS:%=lab-unit-%)
lab-unit: $(LAB_UNITS:%=lab-unit-%)
lab-unit-programs: $(LAB_UNITS:%=$(LAB_UNIT_DIR)/%_test) $(STORE_PROGRAMS) \
  $(call lab_dir,$(LAST))/backend

define lab_unit_rules
lab-unit-$(1): $(LAB_UNIT_DIR)/$(1)_test
	LAB_BACKEND_PROGRAM=$(call lab_dir,$(LAST))/backend $$<
$(LAB_UNIT_DIR)/$(1)_test: $(LAB_UNIT_DIR)/$(1)_test.o $(LAB_UNIT_DIR)/toy_server.o \
    $(call lab_unit_object,$(1)) | $(LAB_UNIT_DIR)/
	$$(CC) $$(CFLAGS_ALL) $$^ $$(CHECK_LIBS) $$(LAB_LIBS) -o $$@
endef
$(foreach u,$(LAB_UNITS),$(eval $(call lab_unit_rules,$(u))))
lab-unit-backend: $(call lab_dir,$(LAST))/backend

$(LAB_UNIT_DIR)/%.o: tests/lab/%.c | $(LAB_UNIT_DIR)/
	$(CC) $(CFLAGS_ALL) $(LAB_UNIT_FLAGS) -c $< -o $@

# --- stores: conditions, signatures, rights ---------------------------------------------
STORE_OBJECTS = $(call lab_dir,$(LAST))/dynamodb.o $(call lab_dir,$(LAST))/dynamodb_write.o \
  $(call lab_dir,$(LAST))/invoke.o $(LAB_UNIT_net:%=$(call lab_dir,$(LAST))/%.o) $(call who_dir,$(LAST))/item.o
STORE_PROGRAMS = $(LAB_UNIT_DIR)/dynamodb_cases $(LAB_UNIT_DIR)/store_walk
STORE_ENV = LAB_NODE_MODULES='$(LAB_MODULES)' NODE_PATH='$(LAB_MODULES)' LAB_WALK='$(abspath $(LAB_UNIT_DIR))/store_walk'

.PHONY: lab-conditions lab-moto
lab-conditions: $(STORE_PROGRAMS) lab-node-modules
	@$(LAB_UNIT_DIR)/dynamodb_cases | $(STORE_ENV) $(LAB_NODE) tests/lab/dynamodb_stores.js
	@$(STORE_ENV) LAB_STORE=twin $(LAB_NODE) --test tests/lab/store_walk_test.js
ifeq ($(shell command -v moto_server),)
lab-moto:
	@echo "SKIPPED lab-moto: there is no moto_server here (pip install 'moto[server]')"
else
lab-moto: $(STORE_PROGRAMS) lab-node-modules
	@$(LAB_UNIT_DIR)/dynamodb_cases | $(STORE_ENV) LAB_STORE=moto $(LAB_NODE) tests/lab/dynamodb_stores.js
	@$(STORE_ENV) LAB_STORE=moto $(LAB_NODE) --test tests/lab/store_walk_test.js
	@MAKE='$(MAKE)' LAB_NODE="$(LAB_NODE)" sh tests/lab/moto_verbs.sh
endif
$(STORE_PROGRAMS): $(LAB_UNIT_DIR)/%: $(LAB_UNIT_DIR)/%.o $(STORE_OBJECTS) | $(LAB_UNIT_DIR)/
	$(CC) $(CFLAGS_ALL) $^ $(LAB_LIBS) -o $@
