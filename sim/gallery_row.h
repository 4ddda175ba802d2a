/* gallery_row.h - the table of storm gallery: a line for each client of a scene. */
#ifndef GALLERY_ROW_H
#define GALLERY_ROW_H

#include <stdio.h>

#include "scene.h"
#include "sweep.h"

void gallery_head(FILE *out);

/* One client's runs under so many seeds: medians, never averages. */
void gallery_row(FILE *out, const struct scene *scene, const struct sweep_row *rows,
                 uint32_t seeds);

#endif
