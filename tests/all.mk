# What `make check` and `make check-all` are made of. Each step is a target of its own; it
# is run by tests/step.sh, which says ok or FAILED and remembers it for .ci/run. All steps
# are run, whatever becomes of the others.

STEPS_CHECK := unit ladder wrong-answers hostile book-truth storm-tests commands theory \
  snapshots ids terms suspects
STEPS_ALL := digest scenes format tidy analyze shellcheck valgrind merge-tests explore-all \
  seeded swarm swarm-test variants wrong-table-test gallery-test clang plots \
  lab-unit lab-conditions lab-moto lab-lint lab-verbs lab-package-test fuzz-short
# Real processes against the clock of the wall: each has the machine to itself, and two tries.
STEPS_ALONE := lab-twin-test lab-faults-test lab-tasks-test
# Slower, and red seldom if the others are green: `make check-more`.
STEPS_MORE := mutate mutate-rungs fuzz scale-page book-test

# All programs are built first, by one make, so that no two steps build the same file; then
# the steps run on all processors.
#
# $(call run_steps,WHAT TO BUILD FIRST,STEPS,STEPS THAT WANT TO BE ALONE)
CORES ?= $(or $(shell getconf _NPROCESSORS_ONLN 2>/dev/null),1)
run_steps = @export BUILD='$(BUILD)'; failed=0; \
  sh tests/step.sh build $(MAKE) --no-print-directory -s -k -j$(CORES) $(1) || failed=1; \
  printf '%s\n' $(2) | xargs -P $(CORES) -I STEP \
    sh tests/step.sh STEP $(MAKE) --no-print-directory STEP || failed=1; \
  for step in $(3); do \
    sh tests/step.sh $$step sh tests/twice.sh $(MAKE) --no-print-directory $$step || failed=1; done; exit $$failed

.PHONY: programs all-programs check-workbook check-all check-more $(STEPS_CHECK) $(STEPS_ALL) \
  $(STEPS_ALONE) $(STEPS_MORE)
check-workbook:
	@echo "The workbook checks itself; this takes some minutes. Your files: make check CH=n"
	$(call run_steps,programs,$(STEPS_CHECK))
check-all:
	$(call run_steps,all-programs,$(STEPS_ALL),$(STEPS_ALONE))
check-more:
	$(call run_steps,all-programs,$(STEPS_MORE))

programs: storms ladder-programs unit-programs doors suspect-programs
all-programs: programs swarm-program lab-unit-programs lab-node-modules

# --- steps of check -----------------------------------------------------------------------
storms:
	@for who in $(RUNGS); do $(MAKE) -s --no-print-directory WHO=$$who storm || exit 1; done

book-truth: storms ladder-programs doors suspect-programs
	@BUILD='$(BUILD)' sh tests/book.sh
storm-tests: storms scene-test world-test
	@BUILD='$(BUILD)' STORM='$(STORM)' sh tests/storm.sh
commands:
	@BUILD='$(BUILD)' MAKE='$(MAKE)' sh tests/commands.sh
	@BUILD='$(BUILD)' MAKE='$(MAKE)' sh tests/commands-real.sh

# --- steps of check-all -------------------------------------------------------------------
OURS_C := $(wildcard chapters/*.c solutions/*/*.c sim/*.c lab/*.c)
ALL_C := $(wildcard chapters/*.[ch] chapters/*/*.[ch] solutions/*/*.c sim/*.[ch] lab/*.[ch] tests/*.[ch] \
  tests/*/*.[ch])
INCLUDES = -Ichapters -Isim -Ilab -Itests -DBREAKER_BUILD='"lint"' $(PKG_CFLAGS) $(LAB_CFLAGS)

clang:
	@$(MAKE) --no-print-directory CI=true CC=clang BUILD=$(BUILD)/clang unit ladder storms
scenes: storms
	@for scene in sim/scenes/*.json lab/scene.json; do $(STORM) sweep $$scene --quiet || exit 1; done
plots: storms
	@BUILD='$(BUILD)' STORM='$(STORM)' sh tests/plots.sh
# All fuzzers, for long enough to see that they run and that no old find is back.
fuzz-short:
	@$(MAKE) -s --no-print-directory fuzz SECONDS=10
format:
	@clang-format --dry-run -Werror $(ALL_C)
tidy:
	@clang-tidy --quiet $(OURS_C) -- -std=c11 -D_POSIX_C_SOURCE=200809L $(INCLUDES) 2>&1 | \
	  grep -E '(warning|error):' && exit 1 || exit 0
# Leaks are for the sanitizers and valgrind: gcc 12 loses sight of a realloc in a struct.
analyze:
	@for file in $(OURS_C); do gcc -fanalyzer -Wno-analyzer-malloc-leak -Werror -O1 \
	  -std=c11 -D_POSIX_C_SOURCE=200809L $(INCLUDES) -c $$file -o /dev/null || exit 1; done
shellcheck:
	@shellcheck -x run .ci/run chapters/*/*.sh tests/*.sh tests/reader/*.sh tests/book/*.sh lab/lab lab/*/*.sh \
	  tests/lab/*.sh tests/lab/tasks/*.sh tests/lab/tasks/bin/* tests/lab/verbs/aws
valgrind:
	@$(MAKE) -s --no-print-directory MODE=plain WHO=$(LAST) $(BUILD)/$(notdir $(LAST))/plain/storm
	@valgrind -q --leak-check=full --error-exitcode=1 \
	  $(BUILD)/$(notdir $(LAST))/plain/storm compare chapters/03-trip/scene.json --quiet
