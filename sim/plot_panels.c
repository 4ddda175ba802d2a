/* plot_panels.c - see plot_panels.h. Every surface is an exact staircase, with two
 * points per bin, so that no curve is half a bin beside another. */
#include "plot_panels.h"

enum { BINS = 600, HEAT_BINS = 160 };

const struct gnuplot_fill plot_outcomes[OUTCOMES] = {
    {"fresh", 0x0072B2, 0, 85},
    {"fallback", 0xE69F00, 4, 45},
    {"refused", 0x56B4E9, 6, 25},
    {"failed", 0xD55E00, 2, 35},
    {"no worker free", 0xCC79A7, 1, 35}};
const struct gnuplot_fill plot_states[CALLER_STATES] = {
    [CALLER_CLOSED] = {"breaker closed (thin)", 0x009E73, 0, 80},
    [CALLER_OPEN] = {"open (O)", 0xD55E00, 5, 40},
    [CALLER_HALF_OPEN] = {"half-open (H)", 0xF0E442, 0, 100}};

/* --- bins and scales -------------------------------------------------------------- */

/* Buckets per bin: the same in all bins, or their counts could not be compared. */
static uint32_t group(const struct record *r, uint32_t most)
{
    return (r->buckets + most - 1) / most;
}

uint32_t plot_bins(const struct record *r, uint32_t most)
{
    return (r->buckets + group(r, most) - 1) / group(r, most);
}

double plot_end_s(const struct record *r, uint32_t bucket)
{
    int64_t end = (int64_t)bucket * r->width;
    return (double)(end < r->run ? end : r->run) / (double)SIM_S;
}

struct plot_bin plot_bin(const struct record *r, uint32_t most, uint32_t index)
{
    struct plot_bin bin = {.from = index * group(r, most)};
    bin.to = bin.from + group(r, most);
    bin.to = bin.to < r->buckets ? bin.to : r->buckets;
    bin.begin_s = plot_end_s(r, bin.from);
    bin.end_s = plot_end_s(r, bin.to);
    return bin;
}

static uint64_t total(const struct record *r, struct plot_bin bin, size_t field)
{
    uint64_t sum = 0;
    for (uint32_t i = bin.from; i < bin.to; i++)
        sum += *(const uint32_t *)(const void *)((const char *)&r->bucket[i] + field);
    return sum;
}

double plot_per_s(const struct record *r, struct plot_bin bin, size_t field)
{
    return (double)total(r, bin, field) / (bin.end_s - bin.begin_s);
}

static double in_cell(const struct record *r, struct plot_bin bin, uint32_t row)
{
    return (double)total(r, bin, PLOT_FIELD(heat) + row * sizeof(uint32_t));
}

static void widen_heat(struct plot_scales *s, uint32_t row, double n)
{
    if (n == 0)
        return;
    s->heat = n > s->heat ? n : s->heat;
    s->heat_from = s->heat_to == 0 || row < s->heat_from ? row : s->heat_from;
    s->heat_to = row + 1 > s->heat_to ? row + 1 : s->heat_to;
}

void plot_widen(struct plot_scales *s, const struct record *r)
{
    double seconds = (double)r->run / (double)SIM_S;
    s->seconds = seconds > s->seconds ? seconds : s->seconds;
    for (uint32_t i = 0; i < plot_bins(r, BINS); i++) {
        struct plot_bin bin = plot_bin(r, BINS, i);
        double offered = plot_per_s(r, bin, PLOT_FIELD(offered));
        double attempts = plot_per_s(r, bin, PLOT_FIELD(attempts));
        s->offered = offered > s->offered ? offered : s->offered;
        s->attempts = attempts > s->attempts ? attempts : s->attempts;
    }
    if (r->opens > 0 && r->ribbons > s->ribbons)
        s->ribbons = r->ribbons;
    for (uint32_t i = 0; i < plot_bins(r, HEAT_BINS); i++)
        for (uint32_t row = 0; row < RECORD_HEAT; row++)
            widen_heat(s, row, in_cell(r, plot_bin(r, HEAT_BINS, i), row));
}

/* --- what all panels have --------------------------------------------------------- */

static void draw_bands(const struct plot_panel *p)
{
    for (uint32_t i = 0; i < p->run->bands; i++) {
        double from = (double)p->run->band[i].from / (double)SIM_S;
        double to = (double)p->run->band[i].to / (double)SIM_S;
        fprintf(p->g->in,
                "set object rect from %.4f,graph 0 to %.4f,graph 1 behind "
                "fc rgb 'black' fs transparent solid 0.10 noborder\n",
                from, to);
        for (int edge = 0; edge < 2 && p->run->bands <= 8; edge++)
            fprintf(p->g->in,
                    "set arrow from %.4f,graph 0 to %.4f,graph 1 nohead front lw .8 "
                    "dt (4,4) lc rgb '#222222'\n",
                    edge == 0 ? from : to, edge == 0 ? from : to);
    }
}

void plot_begin(const struct plot_panel *p, const char *name)
{
    FILE *out = p->g->in;
    gnuplot_place(p->g, p->left, p->top, p->width, p->height);
    draw_bands(p);
    fprintf(out, "set xrange [0:%.4f]\n", p->scales->seconds);
    gnuplot_time_tics(p->g, p->scales->seconds, p->width / 45);
    fprintf(out, "set format x '%s'\n", p->lowest ? "%g" : "");
    fprintf(out, p->lowest ? "set xlabel 'seconds' offset 0,.5\n" : "unset xlabel\n");
    fprintf(out, "set format y '%s'\n", p->first ? "%g" : "");
    fputs("unset ylabel\n", out);
    if (p->first) /* at one place, however wide the numbers are */
        gnuplot_label(p->g, 18, p->top + p->height / 2, name, "center rotate by 90");
}

void plot_end(const struct plot_panel *p)
{
    fputs("unset object\nunset arrow\nunset label\n", p->g->in);
}

/* --- outcomes --------------------------------------------------------------------- */

/* Lines "time, then the stack from below, then what was offered". */
static void stack_data(const struct plot_panel *p)
{
    const struct record *r = p->run->record;
    fputs("$d << EOD\n", p->g->in);
    for (uint32_t i = 0; i < plot_bins(r, BINS); i++) {
        struct plot_bin bin = plot_bin(r, BINS, i);
        for (int edge = 0; edge < 2; edge++) {
            double level = 0;
            fprintf(p->g->in, "%.4f", edge == 0 ? bin.begin_s : bin.end_s);
            for (uint32_t o = 0; o < OUTCOMES; o++)
                fprintf(p->g->in, " %.3f",
                        level += plot_per_s(r, bin, PLOT_OUTCOME(o)));
            fprintf(p->g->in, " %.3f\n", plot_per_s(r, bin, PLOT_FIELD(offered)));
        }
    }
    fputs("EOD\n", p->g->in);
}

static void stack_layers(FILE *out)
{
    for (uint32_t o = 0; o < OUTCOMES; o++) {
        const struct gnuplot_fill *f = &plot_outcomes[o];
        char where[40];
        if (o == 0)
            snprintf(where, sizeof where, "'$d' u 1:(0):2 w filledcurves");
        else
            snprintf(where, sizeof where, "'$d' u 1:%u:%u w filledcurves", o + 1,
                     o + 2);
        fprintf(out, "%s fs solid 1 lc rgb '#%06x', ", where, gnuplot_ground(f));
        if (f->pattern > 0)
            fprintf(out, "%s fs transparent pattern %d lc rgb '#%06x', ", where,
                    f->pattern, f->colour);
    }
}

void plot_outcome_panel(const struct plot_panel *p)
{
    FILE *out = p->g->in;
    plot_begin(p, "requests/s, by arrival");
    stack_data(p);
    gnuplot_tics(p->g, "y", p->scales->offered, 5);
    fprintf(out, "set yrange [0:%.3f]\nplot ",
            p->scales->offered > 0 ? p->scales->offered * 1.05 : 1);
    stack_layers(out);
    fputs("'$d' u 1:7 w l lw .8 lc rgb 'black'\n", out);
    plot_end(p);
}

/* --- calls to the backend --------------------------------------------------------- */

void plot_calls_panel(const struct plot_panel *p)
{
    const struct record *r = p->run->record;
    FILE *out = p->g->in;
    plot_begin(p, "calls/s");
    gnuplot_tics(p->g, "y", p->scales->attempts, 4);
    fputs("$d << EOD\n", out);
    for (uint32_t i = 0; i < plot_bins(r, BINS); i++) {
        struct plot_bin bin = plot_bin(r, BINS, i);
        double n = plot_per_s(r, bin, PLOT_FIELD(attempts));
        fprintf(out, "%.4f %.3f\n%.4f %.3f\n", bin.begin_s, n, bin.end_s, n);
    }
    fputs("EOD\n$p << EOD\n-1 0\n", out);
    for (uint32_t i = 0; i < plot_bins(r, BINS); i++) {
        struct plot_bin bin = plot_bin(r, BINS, i);
        double n = plot_per_s(r, bin, PLOT_FIELD(probes));
        if (n > 0)
            fprintf(out, "%.4f %.3f\n", (bin.begin_s + bin.end_s) / 2, n);
    }
    fprintf(out, "EOD\nset yrange [0:%.3f]\n",
            p->scales->attempts > 0 ? p->scales->attempts * 1.08 : 1);
    fputs(
        "plot '$d' u 1:(0):2 w filledcurves fs transparent solid .25 lc rgb '#555555', "
        "'' u 1:2 w l lw 1 lc rgb '#222222', "
        "'$p' u 1:2 w impulses lw 1 lc rgb '#D55E00', "
        "'' u 1:2 w points pt 9 ps .6 lc rgb '#D55E00'\n",
        out);
    plot_end(p);
}

/* --- how long it took ------------------------------------------------------------- */

/* A row is an eighth of a decade, so rows are a logarithmic axis already. */
static void heat_tics(const struct plot_panel *p)
{
    static const char *const names[] = {"0.1 ms", "1 ms", "10 ms",
                                        "100 ms", "1 s",  "10 s"};
    fprintf(p->g->in, "set format y '%%s'\nset ytics (");
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++)
        fprintf(p->g->in, "%s'%s' %u", i == 0 ? "" : ", ", p->first ? names[i] : "",
                i * 8);
    fputs(")\n", p->g->in);
}

static void heat_scale(const struct plot_panel *p)
{
    FILE *out = p->g->in;
    double most = p->scales->heat > 10 ? p->scales->heat : 10;
    fprintf(out,
            "set palette defined (0 '#440154', .25 '#3b528b', .5 '#21918c', "
            ".75 '#5ec962', 1 '#fde725')\nset logscale cb\nset cbrange [1:%.0f]\n",
            most);
    if (!p->last) {
        fputs("unset colorbox\n", out);
        return;
    }
    fprintf(out,
            "set colorbox user origin screen %.5f,%.5f size screen %.5f,%.5f noborder\n"
            "set cbtics font ',9'\n",
            (double)(p->left + p->width + 12) / p->g->width,
            1 - (double)(p->top + p->height) / p->g->height, 10.0 / p->g->width,
            (double)(p->height - 16) / p->g->height);
    gnuplot_label(p->g, p->left + p->width + 10, p->top + 4, "answers",
                  "left font ',9'");
}

/* Every cell reaches a little under its neighbours, or light shines through the seams.
 */
static void heat_data(const struct plot_panel *p)
{
    const struct record *r = p->run->record;
    double right = .7 * p->scales->seconds / p->width;
    double up = .7 * (p->scales->heat_to - p->scales->heat_from) / p->height;
    fputs("$d << EOD\n-9 -8 -9 -8 1\n", p->g->in);
    for (uint32_t i = 0; i < plot_bins(r, HEAT_BINS); i++) {
        struct plot_bin bin = plot_bin(r, HEAT_BINS, i);
        for (uint32_t row = 0; row < RECORD_HEAT; row++)
            if (in_cell(r, bin, row) > 0)
                fprintf(p->g->in, "%.3f %.3f %u %.2f %.0f\n", bin.begin_s,
                        bin.end_s + right, row, row + 1 + up, in_cell(r, bin, row));
    }
    fputs("EOD\n", p->g->in);
}

void plot_heat_panel(const struct plot_panel *p)
{
    FILE *out = p->g->in;
    uint32_t from = p->scales->heat_from, to = p->scales->heat_to;
    plot_begin(p, "time to answer");
    heat_tics(p);
    heat_scale(p);
    heat_data(p);
    fprintf(out, "set yrange [%u:%u]\n", from, to > from ? to : from + 1);
    fputs("plot '$d' u (($1+$2)/2):(($3+$4)/2):1:2:3:4:5 w boxxyerror fs solid 1 "
          "noborder "
          "lc palette\nunset colorbox\n",
          out);
    plot_end(p);
}
