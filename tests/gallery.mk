# The gallery of storms (sim/GALLERY.md), played by the newest rung:
#
#   make gallery            every scene, 11 seeds: the table
#   make gallery-test       100 seeds, all expectations; and that GALLERY.md says the truth
#   make gallery-write      put fresh tables into GALLERY.md: minutes, for the plots play
#                           thousands of runs
#   make gallery-pictures   draw them anew (gnuplot; convert of ImageMagick, if it is there,
#                           makes them a quarter as large)
GALLERY_SHOWN = $(sort $(shell sed -n 's/.*(gallery\/\(.*\)\.png).*/\1/p' sim/GALLERY.md))
GALLERY_PICTURES = $(foreach n,$(GALLERY_SHOWN),$(if $(wildcard sim/gallery/$n.json),$n))
GALLERY_PLOTS = $(filter-out $(GALLERY_PICTURES),$(GALLERY_SHOWN))

.PHONY: gallery gallery-storm gallery-test gallery-write gallery-pictures
gallery-storm:
	@$(MAKE) -s --no-print-directory WHO=$(LAST) storm
gallery: gallery-storm
	@$(STORM) gallery
gallery-test: gallery-storm
	@STORM='$(STORM)' sh tests/gallery.sh
	@$(STORM) gallery --seeds 100 --quiet
gallery-write: gallery-storm
	@STORM='$(STORM)' sh tests/gallery.sh --write
gallery-pictures: gallery-storm
	@for name in $(GALLERY_PICTURES); do \
	  $(STORM) gallery $$name --plot sim/gallery/$$name.png || exit 1; \
	done
	@for name in $(GALLERY_PLOTS); do \
	  STORM='$(STORM)' sh tests/gallery.plots.sh draw $$name sim/gallery/$$name.png || exit 1; \
	done
	@! command -v convert >/dev/null || for name in $(GALLERY_SHOWN); do \
	  file=sim/gallery/$$name.png; \
	  convert $$file +dither -colors 64 -strip PNG8:$$file || exit 1; \
	done
