/* picture.h - a run as text: what users got, what the backend was asked, what the
 * breakers did, over time. Needs nothing but a terminal 80 columns wide. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stdio.h>

#include "recorder.h"

/* Scales, so that pictures beside each other share their axes; 0: from this record. */
struct picture_axes {
    uint32_t offered_per_s, attempts_per_s;
};

void picture_widen(struct picture_axes *axes, const struct record *record);

/* Print one run under a title. Colour adds to the letters, never replaces them. */
void picture_print(FILE *out, const char *title, const struct record *record,
                   const struct picture_axes *axes, bool colour);
void picture_legend(FILE *out, bool colour);

#endif
