# The explorer, at its widest:
#
#   make explore-all    every order of 3 environments, and of 2 whose clocks differ, keeps
#                       every rule; each rival breaks some
#   make seeded [V=1]   each bug that tests/seeded/ plants in the shared breaker is found
ifndef SEEDED_MK
SEEDED_MK := 1

.PHONY: explore-all seeded seeded-run
explore-all: storms
	@$(STORM) explore --quiet && $(STORM) explore --skew --quiet
	@for rival in rmw leased; do \
	  $(STORM) explore --protocol $$rival --quiet >$(BUILD)/explore-$$rival; \
	  [ $$? = 1 ] || { echo "explore: $$rival breaks no rule" >&2; exit 1; }; done
seeded:
	@$(MAKE) --no-print-directory -s MODE=release seeded-run
seeded-run: $(STORM_OBJECTS)
	@OBJECTS='$^' SOURCES='$(foreach p,$(PARTS),$(call part,$(p),$(LAST)))' CC='$(CC)' \
	  FLAGS='$(CFLAGS_ALL)' LIBS='$(CJSON_LIBS)' V='$(V)' sh tests/seeded.sh $(SEEDED)

endif
