# `make seeded`: storm explore must find each bug that tests/seeded/ plants in the shared
# breaker; V=1 shows the timelines.
ifndef SEEDED_MK
SEEDED_MK := 1

.PHONY: seeded seeded-run
seeded:
	@$(MAKE) --no-print-directory -s MODE=release seeded-run
seeded-run: $(STORM_OBJECTS)
	@OBJECTS='$^' SOURCES='$(foreach p,$(PARTS),$(call part,$(p),$(LAST)))' CC='$(CC)' \
	  FLAGS='$(CFLAGS_ALL)' LIBS='$(CJSON_LIBS)' V='$(V)' sh tests/seeded.sh $(SEEDED)

endif
