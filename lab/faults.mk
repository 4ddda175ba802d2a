# What goes wrong, held against the local twin: real clients, a real table, and a backend,
# a store, clocks and processes that fail.
#
#   make lab-faults-test [FAULTS=NAME]   the tests whose name begins so (all), of the last
#                                        rung's client; then, unless FAULTS is set, clients
#                                        with a planted mistake, each of which must be found
#   make lab-faults-proofs [PROOF=NAME]  the planted mistakes alone
#   make lab-figures                     what the last rung's client weighs and costs, as
#                                        a page; lab-figures-write writes lab/FIGURES.md.
#                                        On an idle machine. It packs, so: the network, and
#                                        a minute or two
ifndef FAULTS_MK
FAULTS_MK := 1
include lab/twin.mk lab/lambda.mk

FAULTS_DIR     = $(abspath $(BUILD))/lab/faults
FAULTS_CLIENT  = $(LAB_CLIENT:%=$(call lab_dir,$(LAST))/%.o)
FAULTS_ENV     = BUILD='$(BUILD)' CC='$(CC)' LIBS='$(LAB_LIBS)' BACKEND='$(call lab_dir,$(LAST))/backend' \
  FLAGS='$(filter-out -MMD -MP,$(CFLAGS_ALL)) $(LAB_CFLAGS) -DBREAKER_BUILD="\"planted\""' \
  LAB_OBJECTS='$(FAULTS_CLIENT)' OBJECTS='$(call who_objects,$(LAST))' SOURCES='$(call lab_sources,$(LAST))' \
  LAB_NODE="$(LAB_NODE)" LAB_NODE_MODULES='$(LAB_MODULES)'

.PHONY: lab-faults-test lab-faults-proofs faults-run faults-proofs-run \
  lab-figures lab-figures-write figures-run
lab-faults-test: lab-node-modules
	@$(MAKE) --no-print-directory -s MODE=release WHO=$(LAST) faults-run
	@$(if $(FAULTS),:,$(MAKE) --no-print-directory lab-faults-proofs)
lab-faults-proofs: lab-node-modules
	@$(MAKE) --no-print-directory -s MODE=release WHO=$(LAST) faults-proofs-run
faults-run: lab-programs | $(FAULTS_DIR)/
	@$(LAB_NODE) --test --test-reporter=dot tests/lab/faults_rules_test.js
	@$(FAULTS_ENV) sh tests/lab/faults_build.sh tests/lab/faults/crash.patch '$(FAULTS_DIR)/crash'
	@LAB_NODE_MODULES='$(LAB_MODULES)' LAB_BIN='$(abspath $(call lab_dir,$(LAST)))' FAULTS='$(FAULTS)' \
	  LAB_CRASHING='$(FAULTS_DIR)/crash' $(LAB_NODE) --test --test-reporter=spec tests/lab/faults_test.js
faults-proofs-run: lab-programs | $(FAULTS_DIR)/
	@$(FAULTS_ENV) sh tests/lab/faults_proofs.sh '$(FAULTS_DIR)' $(PROOF)

# --- figures ----------------------------------------------------------------------------
FIGURES = $(abspath $(BUILD))/lab/figures
FIGURES_WALK = $(BUILD)/tests/release/lab/store_walk
lab-figures: figures-run
	@cat '$(FIGURES)/FIGURES.md'
lab-figures-write: figures-run
	@cp '$(FIGURES)/FIGURES.md' lab/FIGURES.md
	@echo "written: lab/FIGURES.md"
figures-run: lab-node-modules | $(FIGURES)/
	@$(MAKE) -s --no-print-directory WHO=$(LAST) storm
	@$(MAKE) -s --no-print-directory MODE=release $(FIGURES_WALK)
	@$(MAKE) -s --no-print-directory WHO=$(LAST) FORCE=1 lab-measure >'$(FIGURES)/measured'
	@$(MAKE) -s --no-print-directory WHO=$(LAST) FORCE=1 BUILD='$(TRIAL)' TLS=mbedtls lambda >&2
	@LAB_ZIPS='$(abspath $(TRIAL))/lambda' STORM='$(STORM)' MEASURED='$(FIGURES)/measured' FIGURES='$(FIGURES)' \
	  LAB_WALK='$(abspath $(FIGURES_WALK))' LAB_NODE_MODULES='$(LAB_MODULES)' $(LAB_NODE) --test --test-reporter=tap tests/lab/faults_figures.js \
	  >'$(FIGURES)/said' || { cat '$(FIGURES)/said' >&2; exit 1; }

endif
