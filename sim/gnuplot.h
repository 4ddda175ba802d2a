/* gnuplot.h - a gnuplot at the other end of a pipe, and the look that all plots share.
 *
 *      struct gnuplot g;
 *      if (!gnuplot_open(&g, "out.svg", 800, 600))
 *          return false;
 *      fprintf(g.in, "plot sin(x)\n");
 *      return gnuplot_close(&g);
 *
 * The picture is what gnuplot writes to its standard output, which is the file: so no
 * file name ever stands in a script, and there are no files beside it. Lengths are in
 * pixels from the upper left corner. Text is never "enhanced": what you write is what
 * you see. */
#ifndef GNUPLOT_H
#define GNUPLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct gnuplot {
    FILE *in; /* the script goes here */
    const char *file;
    int width, height;
    pid_t pid;
    void (*old_sigpipe)(int);
};

/* Begin a picture of this size: SVG or PNG, by the ending of the file's name. False
 * after one sentence on stderr if the ending is neither, there is no gnuplot, or the
 * file cannot be written. */
bool gnuplot_open(struct gnuplot *g, const char *file, int width, int height);

/* End it. False if gnuplot failed, which has then said why; the file is gone then. */
bool gnuplot_close(struct gnuplot *g);

/* Where the next plot has its axes. */
void gnuplot_place(const struct gnuplot *g, int left, int top, int width, int height);

/* Text at a place of the picture, drawn with the next plot. `how` goes on in gnuplot's
 * words: "center font ',14'". */
void gnuplot_label(const struct gnuplot *g, int x, int y, const char *text,
                   const char *how);

/* Text in gnuplot's single quotes, at most `most` characters of it (0: all). */
void gnuplot_quote(FILE *out, const char *text, int most);

/* Plot nothing, over the whole picture: draws labels and objects. */
void gnuplot_blank(const struct gnuplot *g);

/* Marks on an axis from 0 to `most`, "x" or "y", at most `count` of them; on the time
 * axis (seconds) they may be whole minutes. */
void gnuplot_tics(const struct gnuplot *g, const char *axis, double most, int count);
void gnuplot_time_tics(const struct gnuplot *g, double most, int count);

/* A way to fill a surface that does not depend on colour alone. */
struct gnuplot_fill {
    const char *name;
    uint32_t colour; /* 0xRRGGBB */
    int pattern;     /* drawn over a pale ground; 0: no pattern */
    int tint_pct;    /* how much of the colour the ground has; 100: all */
};

/* That ground as a colour. Mixed here, as some terminals would make it transparent. */
uint32_t gnuplot_ground(const struct gnuplot_fill *fill);

/* Names beside filled squares, in as many lines as it takes. */
void gnuplot_legend(const struct gnuplot *g, int left, int top, int right,
                    const struct gnuplot_fill *fills, uint32_t count);
int gnuplot_legend_height(int left, int right, const struct gnuplot_fill *fills,
                          uint32_t count);

#endif
