/* plot_panels.h - the four panels of a column of plot_sheet, and the scales they share.
 */
#ifndef PLOT_PANELS_H
#define PLOT_PANELS_H

#include "gnuplot.h"
#include "plot.h"

/* Scales that all columns share, and which ribbons there are. */
struct plot_scales {
    double seconds, offered,
        attempts;                /* the most of any run; the last two per second */
    uint32_t ribbons;            /* 0: no breaker ever opened */
    uint32_t heat_from, heat_to; /* rows in use */
    double heat;                 /* the most answers in a cell */
};

struct plot_panel {
    const struct gnuplot *g;
    const struct plot_run *run;
    const struct plot_scales *scales;
    bool first, last, lowest; /* of the columns; of the rows */
    int left, top, width, height;
};

extern const struct gnuplot_fill plot_outcomes[OUTCOMES], plot_states[CALLER_STATES];

/* What every panel begins with (place, time axis, faults, name) and ends with. */
void plot_begin(const struct plot_panel *panel, const char *name);
void plot_end(const struct plot_panel *panel);

/* Where a bucket ends, or the run. */
double plot_end_s(const struct record *record, uint32_t bucket);

/* Widen the scales so that this run fits. */
void plot_widen(struct plot_scales *scales, const struct record *record);

void plot_outcome_panel(const struct plot_panel *panel);
void plot_calls_panel(const struct plot_panel *panel);
void plot_ribbon_panel(const struct plot_panel *panel);
void plot_heat_panel(const struct plot_panel *panel);

#endif
