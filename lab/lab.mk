# The lab's infrastructure: checks of the template, of the command lab/lab and of the scene.
#
#   make lab-lint    lab/template.yaml against our rules, AWS's validator and cfn-lint
#   make lab-verbs   the command lab/lab, against a made-up AWS CLI and control API
#   make lab-scene   what the simulator says of task 7, and whether it holds
ifndef LAB_MK
LAB_MK := 1
include lab/twin.mk

.PHONY: lab-lint lab-verbs lab-scene
lab-lint: lab-node-modules
	@LAB_NODE_MODULES='$(LAB_MODULES)' LAB_NODE="$(LAB_NODE)" sh tests/lab/template.sh '$(abspath $(BUILD))/lab/lint'
lab-verbs:
	@LAB_NODE="$(LAB_NODE)" sh tests/lab/verbs.sh
lab-scene: storm
	@$(BUILD)/$(notdir $(WHO))/release/storm sweep lab/scene.json --quiet

endif
