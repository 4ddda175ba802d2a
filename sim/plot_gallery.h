/* plot_gallery.h - a scene of the gallery on one sheet, small enough for a page. */
#ifndef PLOT_GALLERY_H
#define PLOT_GALLERY_H

#include "plot.h"

/* All clients on equal axes, three in a row: outcomes by time of arrival, calls to the
 * backend with the probes among them; then, where the scene is about it, requests to
 * the store, environments, states of the breakers. False after saying why. */
bool plot_gallery(const char *file, const struct scene *scene, uint64_t seed,
                  struct record *const *records);

#endif
