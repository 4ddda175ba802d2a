/* plot_panels.c - see plot_panels.h. Every surface is an exact staircase, with two points
 * per bin, so that no curve is half a bin beside another. */
#include "plot_panels.h"

enum { BINS = 600, HEAT_BINS = 200 };

const struct gnuplot_fill plot_outcomes[OUTCOMES] = {{"fresh", "#0072B2", 0, 0.85},
                                                     {"fallback", "#E69F00", 4, 0.45},
                                                     {"refused", "#56B4E9", 6, 0.25},
                                                     {"failed", "#D55E00", 2, 0.35},
                                                     {"no worker free", "#CC79A7", 1, 0.35}};
const struct gnuplot_fill plot_states[CALLER_STATES] = {
    [CALLER_CLOSED] = {"breaker closed (thin)", "#009E73", 0, 0.8},
    [CALLER_OPEN] = {"open, O", "#D55E00", 5, 0.35},
    [CALLER_HALF_OPEN] = {"half-open, H", "#F0E442", 0, 1}};

/* --- bins and scales -------------------------------------------------------------- */

uint32_t plot_bins(const struct record *r, uint32_t most)
{
    return r->buckets < most ? r->buckets : most;
}

static double end_s(const struct record *r, uint32_t bucket)
{
    int64_t end = (int64_t)bucket * r->width;
    return (double)(end < r->run ? end : r->run) / (double)SIM_S;
}

struct plot_bin plot_bin(const struct record *r, uint32_t most, uint32_t index)
{
    uint32_t bins = plot_bins(r, most);
    struct plot_bin bin = {.from = (uint32_t)((uint64_t)index * r->buckets / bins),
                           .to = (uint32_t)((uint64_t)(index + 1) * r->buckets / bins)};
    bin.begin_s = end_s(r, bin.from);
    bin.end_s = end_s(r, bin.to);
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

static void widen_heat(struct plot_scales *s, const struct record *r)
{
    for (uint32_t i = 0; i < plot_bins(r, HEAT_BINS); i++)
        for (uint32_t row = 0; row < RECORD_HEAT; row++) {
            double n = in_cell(r, plot_bin(r, HEAT_BINS, i), row);
            if (n == 0)
                continue;
            s->heat = n > s->heat ? n : s->heat;
            s->heat_from = s->heat_to == 0 || row < s->heat_from ? row : s->heat_from;
            s->heat_to = row + 1 > s->heat_to ? row + 1 : s->heat_to;
        }
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
    widen_heat(s, r);
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

static void begin(const struct plot_panel *p, const char *name)
{
    FILE *out = p->g->in;
    gnuplot_place(p->g, p->left, p->top, p->width, p->height);
    draw_bands(p);
    fprintf(out, "set xrange [0:%.4f]\n", p->scales->seconds);
    gnuplot_time_tics(p->g, p->scales->seconds, p->width);
    fprintf(out, "set format x '%s'\n", p->lowest ? "%g" : "");
    fprintf(out, p->lowest ? "set xlabel 'seconds' offset 0,.5\n" : "unset xlabel\n");
    fprintf(out, "set format y '%s'\nset ytics autofreq\n", p->first ? "%g" : "");
    fputs("unset ylabel\n", out);
    if (p->first) /* at one place, however wide the numbers are */
        gnuplot_label(p->g, 18, p->top + p->height / 2, name, "center rotate by 90");
}

static void end(const struct plot_panel *p)
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
                fprintf(p->g->in, " %.3f", level += plot_per_s(r, bin, PLOT_OUTCOME(o)));
            fprintf(p->g->in, " %.3f\n", plot_per_s(r, bin, PLOT_FIELD(offered)));
        }
    }
    fputs("EOD\n", p->g->in);
}

/* From the top of the stack down, each layer from its top to the ground, with white below
 * it so that no layer shines through the next. */
static void stack_layers(FILE *out)
{
    for (uint32_t o = OUTCOMES; o-- > 0;) {
        const struct gnuplot_fill *f = &plot_outcomes[o];
        uint32_t top = o + 2;
        if (o == 0)
            fprintf(out, "'$d' u 1:(0):2 w filledcurves fs solid %.2f lc rgb '%s', \\\n",
                    f->tint, f->colour);
        else
            fprintf(out, "'$d' u 1:%u:%u w filledcurves fs solid %.2f lc rgb '%s', \\\n",
                    top - 1, top, f->tint, f->colour);
        if (f->pattern > 0)
            fprintf(out,
                    "'$d' u 1:%u:%u w filledcurves fs transparent pattern %d lc rgb '%s', \\\n",
                    top - 1, top, f->pattern, f->colour);
    }
}

void plot_outcome_panel(const struct plot_panel *p)
{
    FILE *out = p->g->in;
    begin(p, "requests/s, by arrival");
    stack_data(p);
    fprintf(out, "set yrange [0:%.3f]\nplot ",
            p->scales->offered > 0 ? p->scales->offered * 1.05 : 1);
    stack_layers(out);
    fputs("'$d' u 1:7 w l lw .8 lc rgb 'black'\n", out);
    end(p);
}

/* --- calls to the backend --------------------------------------------------------- */

void plot_calls_panel(const struct plot_panel *p)
{
    const struct record *r = p->run->record;
    FILE *out = p->g->in;
    begin(p, "calls/s");
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
    fputs("plot '$d' u 1:(0):2 w filledcurves fs solid .25 lc rgb '#555555', "
          "'' u 1:2 w l lw 1 lc rgb '#222222', "
          "'$p' u 1:2 w impulses lw 1 lc rgb '#D55E00', "
          "'' u 1:2 w points pt 9 ps .6 lc rgb '#D55E00'\n",
          out);
    end(p);
}

/* --- states ----------------------------------------------------------------------- */

/* Half the height of a row's bar: the state is to be seen without its colour. */
static const double thickness[CALLER_STATES] = {
    [CALLER_CLOSED] = .12, [CALLER_OPEN] = .44, [CALLER_HALF_OPEN] = .44};

/* A time in which a breaker stayed in one state. */
struct stay {
    uint32_t next; /* bucket */
    uint8_t state;
    double from_s, to_s;
};

static bool next_stay(const struct record *r, uint32_t row, struct stay *s)
{
    if (s->next == r->buckets)
        return false;
    s->from_s = end_s(r, s->next);
    s->state = r->bucket[s->next].state[row];
    while (s->next < r->buckets && r->bucket[s->next].state[row] == s->state)
        s->next++;
    s->to_s = end_s(r, s->next);
    return true;
}

static void ribbon_data(const struct plot_panel *p, uint8_t state)
{
    const struct record *r = p->run->record;
    fprintf(p->g->in, "$s%u << EOD\n-9 -8 -9\n", state);
    for (uint32_t row = 0; row < r->ribbons; row++)
        for (struct stay s = {0}; next_stay(r, row, &s);)
            if (s.state == state)
                fprintf(p->g->in, "%.4f %.4f %u\n", s.from_s, s.to_s, row + 1);
    fputs("EOD\n", p->g->in);
}

/* The rows of this column: few breakers get thicker rows, not all of the height. */
static double rows(const struct plot_panel *p)
{
    double least = p->scales->ribbons / 4.0, own = p->run->record->ribbons;
    return own > least ? own : least;
}

/* A letter where there is room for one. The first line is off the page: gnuplot 5.4 dies
 * of labels without any point. */
static void letter_data(const struct plot_panel *p)
{
    static const char letters[CALLER_STATES] = {
        [CALLER_CLOSED] = 'C', [CALLER_OPEN] = 'O', [CALLER_HALF_OPEN] = 'H'};
    const struct record *r = p->run->record;
    double room = 9 * p->scales->seconds / p->width;
    fputs("$l << EOD\n-9 -9 O\n", p->g->in);
    for (uint32_t row = 0; row < r->ribbons && p->height / rows(p) >= 9; row++)
        for (struct stay s = {0}; next_stay(r, row, &s);)
            if (s.state != CALLER_CLOSED && s.to_s - s.from_s >= room)
                fprintf(p->g->in, "%.4f %u %c\n", (s.from_s + s.to_s) / 2, row + 1,
                        letters[s.state]);
    fputs("EOD\n", p->g->in);
}

static void bars(FILE *out, uint8_t state, const char *style)
{
    fprintf(out,
            "'$s%u' u (($1+$2)/2):3:1:2:($3-%.2f):($3+%.2f) w boxxyerror fs %s "
            "lc rgb '%s'",
            state, thickness[state], thickness[state], style, plot_states[state].colour);
}

void plot_ribbon_panel(const struct plot_panel *p)
{
    FILE *out = p->g->in;
    const struct record *r = p->run->record;
    begin(p, p->scales->ribbons == RECORD_RIBBONS ? "first 20 breakers"
             : p->scales->ribbons == 1            ? "breaker"
                                                  : "breakers");
    for (uint8_t state = 0; state < CALLER_STATES; state++)
        ribbon_data(p, state);
    letter_data(p);
    fprintf(out, "set yrange [%.2f:.5]\nset format y ''\nset ytics 1,1,%u scale 0\n",
            rows(p) + .5, r->ribbons);
    if (r->opens == 0)
        fprintf(out, "set label 'no breaker opened' at graph .5,.5 center front "
                     "tc rgb '#444444'\n");
    fputs("plot ", out);
    bars(out, CALLER_CLOSED, "solid .8 noborder");
    fputs(", ", out);
    bars(out, CALLER_OPEN, "solid .35 noborder");
    fputs(", ", out);
    bars(out, CALLER_OPEN, "transparent pattern 5 noborder");
    fputs(", ", out);
    bars(out, CALLER_HALF_OPEN, "solid 1 border rgb '#6b6400'");
    fputs(", '$l' u 1:2:3 w labels font ',8' tc rgb 'black'\nset ytics scale .5\n", out);
    end(p);
}

/* --- how long it took ------------------------------------------------------------- */

/* A row is an eighth of a decade, so rows are a logarithmic axis already. */
static void heat_tics(const struct plot_panel *p)
{
    static const char *const names[] = {"0.1 ms", "1 ms", "10 ms", "100 ms", "1 s", "10 s"};
    fprintf(p->g->in, "set format y '%%s'\nset ytics (");
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++)
        fprintf(p->g->in, "%s'%s' %u", i == 0 ? "" : ", ", p->first ? names[i] : "", i * 8);
    fputs(")\n", p->g->in);
}

static void heat_scale(const struct plot_panel *p)
{
    FILE *out = p->g->in;
    double most = p->scales->heat > 10 ? p->scales->heat : 10;
    fprintf(out, "set palette defined (0 '#440154', .25 '#3b528b', .5 '#21918c', "
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
    gnuplot_label(p->g, p->left + p->width + 10, p->top + 4, "answers", "left font ',9'");
}

void plot_heat_panel(const struct plot_panel *p)
{
    const struct record *r = p->run->record;
    FILE *out = p->g->in;
    begin(p, "time to answer");
    heat_tics(p);
    heat_scale(p);
    fputs("$d << EOD\n-9 -8 -9 1\n", out);
    for (uint32_t i = 0; i < plot_bins(r, HEAT_BINS); i++) {
        struct plot_bin bin = plot_bin(r, HEAT_BINS, i);
        for (uint32_t row = 0; row < RECORD_HEAT; row++)
            if (in_cell(r, bin, row) > 0)
                fprintf(out, "%.4f %.4f %u %.0f\n", bin.begin_s, bin.end_s, row,
                        in_cell(r, bin, row));
    }
    fprintf(out, "EOD\nset yrange [%u:%u]\n", p->scales->heat_from,
            p->scales->heat_to > p->scales->heat_from ? p->scales->heat_to : 1);
    fputs("plot '$d' u (($1+$2)/2):($3+.5):1:2:3:($3+1):4 w boxxyerror fs solid 1 noborder "
          "lc palette\nunset colorbox\n",
          out);
    end(p);
}
