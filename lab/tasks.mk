# The nine tasks of the lab (lab/tasks), and whether they are done.
#
#   make lab-check TASK=1 [TARGET=local|aws] [WHO=..]    is this task done?
#   make lab-plot [TARGET=..] [WHO=..]     the last load over the prediction (lab/lab plot)
#   make lab-tasks-test                    the checks, against right and wrong answers on twins
ifndef TASKS_MK
TASKS_MK := 1
include lab/twin.mk

TARGET ?= local
LAB_SAYS = TARGET='$(TARGET)' BUILD='$(abspath $(BUILD))' WHO='$(WHO)' MAKE='$(MAKE)' LAB_NODE="$(LAB_NODE)"

.PHONY: lab-check lab-plot lab-tasks-test lab-tasks-run
lab-check: lab-node-modules
	@$(LAB_SAYS) BUILD_ID='$(call lab_build_id,$(WHO))' LAB_NODE_MODULES='$(LAB_MODULES)' \
	  $(LAB_NODE) lab/check/check.js '$(TASK)'
lab-plot:
	@$(LAB_SAYS) sh lab/lab plot

# The wrong programs of the test are the right ones with one object changed.
lab-tasks-test:
	@$(MAKE) -s --no-print-directory MODE=release WHO=$(LAST) lab-tasks-run
lab-tasks-run: lab-programs lab-node-modules storm
	@MAKE='$(MAKE)' CC='$(CC)' BUILD='$(abspath $(BUILD))' WHO='$(WHO)' BUILD_ID='$(call lab_build_id,$(WHO))' \
	  CLIENT='$(abspath $(LAB_CLIENT:%=$(call lab_dir,$(WHO))/%.o) $(call who_objects,$(WHO)))' \
	  BACKEND='$(abspath $(LAB_BACKEND:%=$(call lab_dir,$(WHO))/%.o))' \
	  LAB_CFLAGS='$(LAB_CFLAGS)' LAB_LIBS='$(LAB_LIBS)' READERS='$(call lab_sources,$(WHO))' \
	  LAB_NODE_MODULES='$(LAB_MODULES)' LAB_NODE="$(LAB_NODE)" sh tests/lab/tasks.sh

endif
