# The local twin: the stack of lab/template.yaml on this machine, without an account.
#
#   make lab-local [LAB_BIN=DIR] [TWIN_FLAGS=..]   start it; Ctrl-C ends it
#   make lab-twin-test                             its own tests
#   make lab-node-modules                          its npm packages, into $(BUILD)/lab
#
# It runs the zips of `make lambda`; with LAB_BIN, or when there are no zips, the native
# programs of `make lab-programs WHO=..`. It needs Node 20: an older one is put aside for
# one from npm, under $(BUILD)/lab/node.
ifndef TWIN_MK
TWIN_MK := 1
include lab/programs.mk

LAB_MODULES := $(abspath $(BUILD))/lab/node_modules
TWIN_TESTS  := $(sort $(wildcard tests/lab/twin_*_test.js))
NODE_WANTED := 20
# The node to use, as words of the shell: the system's if it is new enough.
LAB_NODE = $$(sh lab/twin/node.sh '$(abspath $(BUILD))/lab/node' $(NODE_WANTED))

.PHONY: lab-local lab-twin-test lab-node-modules
lab-node-modules: $(LAB_MODULES)/.installed
# npm ci wants both files beside node_modules; nothing is written to the source tree.
$(LAB_MODULES)/.installed: lab/twin/package.json lab/twin/package-lock.json | $(BUILD)/lab/
	@command -v npm >/dev/null || { echo "The twin needs npm and Node $(NODE_WANTED): apt-get install npm"; exit 1; }
	@cp lab/twin/package.json lab/twin/package-lock.json '$(BUILD)/lab/'
	@npm ci --prefix '$(BUILD)/lab' --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

lab-local: lab-node-modules
	@MAKE='$(MAKE)' BUILD='$(BUILD)' WHO='$(WHO)' LAB_BIN='$(LAB_BIN)' LAB_NODE="$(LAB_NODE)" \
	  LAB_NODE_MODULES='$(LAB_MODULES)' sh lab/twin/local.sh $(TWIN_FLAGS)

lab-twin-test: lab-node-modules
	@LAB_NODE_MODULES='$(LAB_MODULES)' $(LAB_NODE) --test $(TWIN_TESTS)
	@LAB_NODE_MODULES='$(LAB_MODULES)' LAB_NODE="$(LAB_NODE)" sh tests/lab/twin_ends.sh '$(BUILD)'

endif
