# The one build of Open Circuit. `make` alone says what there is to do.
#
#   WHO   whose breaker is built into checks, storm and Lambda: chapters (yours, the
#         default) or a rung of the ladder, such as solutions/03-trip
#   MODE  san (sanitizers, the default for checks), release, or one of FLAGS_* below
#
# Objects lie under $(BUILD)/<whose>/<mode>, so they never mix.

WHO     ?= chapters
MODE    ?= san
BUILD   ?= build
CC      ?= cc
ifeq ($(origin CC),default)
CC := cc
endif
ifneq ($(words $(WHO)) $(filter $(WHO),chapters $(wildcard solutions/[0-9]*)),1 $(WHO))
$(error WHO is "$(WHO)": allowed is chapters (yours) or a rung, with no / behind it, one of $(wildcard solutions/[0-9]*))
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Wvla -Wswitch-enum \
  -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wformat=2 \
  -Wimplicit-fallthrough -Werror=return-type -Werror=implicit-function-declaration $(if $(CI),-Werror)
FLAGS_san     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_release := -O2 -g
FLAGS_plain   := -O1 -g
FLAGS_cov     := -O0 -g --coverage
# A musl toolchain has no sanitizers: there a check runs without them.
ifeq ($(MODE),san)
ifneq ($(shell printf 'int main(void){return 0;}' | $(CC) -fsanitize=address,undefined -x c - -o /dev/null 2>/dev/null && echo yes),yes)
MODE := plain
endif
endif
CFLAGS_ALL = -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off $(WARN) $(FLAGS_$(MODE)) $(CFLAGS) -MMD -MP

CHECK_LIBS = $(shell pkg-config --libs check)
CJSON_LIBS = $(shell pkg-config --libs libcjson)
PKG_CFLAGS = $(shell pkg-config --cflags check libcjson 2>/dev/null)

# --- whose code ---------------------------------------------------------------------
# The state after a rung is, for each file, the newest copy at or below it. The last is
# given, and the same on every rung.
PARTS := breaker retry item client shared handler config_error
LAST  := $(lastword $(sort $(wildcard solutions/*)))
NO_LADDER = $(if $(LAST),,$(error solutions/ is missing from this clone: make $(or $(MAKECMDGOALS),this) needs \
  it. git checkout solutions brings it back))
# One look at the folder makes the table PART:RUNG=FILE, a word for each.
PART_TABLE := $(shell printf '%s\n' $(sort $(wildcard solutions/*/*.c) $(addsuffix /~,$(wildcard \
  solutions/[0-9]*))) | awk -F/ '$$3 == "~" { for (p in at) print p ":" $$1 "/" $$2 "=" at[p]; next } \
  { at[substr($$3, 1, length($$3) - 2)] = $$0 }')
part = $(or $(patsubst $(1):$(2)=%,%,$(filter $(1):$(2)=%,$(PART_TABLE))),chapters/$(1).c)
who_dir = $(BUILD)/$(notdir $(1))/$(MODE)

# $(call who_rules,WHO): objects of that state of the reader's files
define who_rules
$(foreach p,$(PARTS),
$(call who_dir,$(1))/$(p).o: $(call part,$(p),$(1)) | $(call who_dir,$(1))/
	$$(CC) $$(CFLAGS_ALL) -Ichapters -c $$< -o $$@
)
endef
who_objects = $(PARTS:%=$(call who_dir,$(1))/%.o)

$(foreach w,$(sort $(WHO) $(LAST)),$(eval $(call who_rules,$(w))))

include $(sort $(wildcard sim/*.mk tests/*.mk lab/*.mk))

# --- what a visitor types -------------------------------------------------------------
.PHONY: demo plot storm clean
STORM = $(BUILD)/$(notdir $(LAST))/release/storm
demo:
	$(NO_LADDER)@$(MAKE) -s --no-print-directory WHO=$(LAST) storm
	@$(STORM) compare outage
	@mkdir -p $(BUILD)/plots
	@! command -v gnuplot >/dev/null || { $(STORM) compare outage --quiet \
	  --plot $(BUILD)/plots/outage.svg && echo "The same as a picture: $(BUILD)/plots/outage.svg"; }

plot:
	@BUILD='$(BUILD)' WHO='$(WHO)' MAKE='$(MAKE)' sh tests/reader/plot.sh

# storm with WHO's client in it, always fast: build/chapters/release/storm
storm:
	@$(MAKE) -s --no-print-directory MODE=release $(BUILD)/$(notdir $(WHO))/release/storm

# Everything that was built; nothing that you wrote.
clean:
	rm -rf '$(BUILD)'

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
%/:
	@mkdir -p $@
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
