/* plot_gallery.c - see plot_gallery.h. The panels that all plots share are in
 * plot_panels.c; here are two more, and where everything lies. */
#include "plot_gallery.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "plot_panels.h"

/* Pixels. */
enum {
    LEFT = 86,
    RIGHT = 20,
    SCALE = 72, /* instead of RIGHT, beside heat */
    HEAD = 58,
    NAME = 26,    /* over each column */
    GAP = 12,     /* or a 0 meets the highest number of the panel below */
    BETWEEN = 30, /* columns */
    AXIS = 48,
    STACK = 120,
    CALLS = 66,
    STORE = 66,
    FLEET = 66,
    HEAT = 110,
    RIBBON = 5, /* a breaker's row */
    ACROSS_MAX = 4,
    BINS = 300
};

/* What is on the sheet, and the scales of its own panels. */
struct sheet {
    const struct scene *scene;
    struct plot_scales scales;
    bool store, fleet, heat, probes;
    double requests, alive; /* the most of any run; requests to the store a second */
    struct plot_run run[SCENE_CLIENTS_MAX];
    uint32_t runs;
    struct plot_band band[FAULTS_MAX];
};

/* --- what the scene is about ------------------------------------------------------ */

static bool is_store_fault(enum fault_kind kind)
{
    return kind >= FAULT_STORE_DOWN && kind <= FAULT_STORE_CAPACITY;
}

static void widen(struct sheet *s, const struct record *r)
{
    plot_widen(&s->scales, r);
    for (uint32_t i = 0; i < plot_bins(r, BINS); i++) {
        struct plot_bin bin = plot_bin(r, BINS, i);
        double wanted = plot_per_s(r, bin, PLOT_FIELD(store_reads)) +
                        plot_per_s(r, bin, PLOT_FIELD(store_writes)) +
                        plot_per_s(r, bin, PLOT_FIELD(store_throttled));
        s->requests = wanted > s->requests ? wanted : s->requests;
    }
    s->store = s->store || r->store.throttled > 0;
    for (uint32_t i = 0; i < r->buckets; i++)
        s->alive = r->bucket[i].alive > s->alive ? r->bucket[i].alive : s->alive;
}

static void fill(struct sheet *s, struct record *const *records)
{
    const struct world_config *world = &s->scene->world;
    for (uint32_t i = 0; i < world->fault_count; i++) {
        s->band[i] = (struct plot_band){.from = world->faults[i].from,
                                        .to = world->faults[i].to};
        s->store = s->store || is_store_fault(world->faults[i].kind);
        s->fleet = s->fleet || world->faults[i].kind == FAULT_COLD;
        s->heat = s->heat || world->faults[i].kind == FAULT_SLOW;
    }
    for (uint32_t c = 0; c < s->scene->clients; c++) {
        s->run[s->runs++] = (struct plot_run){.name = s->scene->client[c].name,
                                              .record = records[c],
                                              .bands = world->fault_count,
                                              .band = s->band};
        widen(s, records[c]);
        s->probes = s->probes || records[c]->probes > 0;
    }
    /* A store that makes all wait, and nothing else to be seen of it. */
    s->heat = s->heat || (s->store && s->scales.ribbons == 0 && world->fault_count > 0);
}

/* Faults of the same time are one band. */
static void merge_bands(struct sheet *s)
{
    uint32_t kept = 0, count = s->scene->world.fault_count;
    for (uint32_t i = 0; i < count; i++) {
        bool new_one = true;
        for (uint32_t k = 0; k < kept; k++)
            new_one = new_one && !(s->band[k].from == s->band[i].from &&
                                   s->band[k].to == s->band[i].to);
        if (new_one)
            s->band[kept++] = s->band[i];
    }
    for (uint32_t i = 0; i < s->runs; i++)
        s->run[i].bands = kept;
}

/* --- two panels ------------------------------------------------------------------- */

/* A staircase: lines "time, a, b, c", each of the three on top of the one before. */
static void stairs(const struct plot_panel *p, size_t a, size_t b, size_t c)
{
    const struct record *r = p->run->record;
    fputs("$d << EOD\n", p->g->in);
    for (uint32_t i = 0; i < plot_bins(r, BINS); i++) {
        struct plot_bin bin = plot_bin(r, BINS, i);
        double x = plot_per_s(r, bin, a), y = x + plot_per_s(r, bin, b);
        double z = y + plot_per_s(r, bin, c);
        fprintf(p->g->in, "%.3f %.2f %.2f %.2f\n%.3f %.2f %.2f %.2f\n", bin.begin_s, x,
                y, z, bin.end_s, x, y, z);
    }
    fputs("EOD\n", p->g->in);
}

static const struct gnuplot_fill reads = {"store reads", 0x009E73, 0, 70},
                                 writes = {"store writes", 0xCC79A7, 4, 60},
                                 throttled = {"throttled", 0x222222, 2, 40};

static void layer(FILE *out, const char *where, const struct gnuplot_fill *f)
{
    fprintf(out, "'$d' u 1:%s w filledcurves fs solid 1 lc rgb '#%06x', ", where,
            gnuplot_ground(f));
    if (f->pattern > 0)
        fprintf(out,
                "'' u 1:%s w filledcurves fs transparent pattern %d lc rgb "
                "'#%06x', ",
                where, f->pattern, f->colour);
}

/* A client without a shared breaker has nothing to do with the store. */
static bool asks(const struct plot_panel *p)
{
    const struct store_counts *n = &p->run->record->store;
    return n->writes + n->eventual_reads + n->strong_reads + n->throttled > 0;
}

/* Writes lie at the bottom, where they can be held against what one item can do. */
static void store_panel(const struct plot_panel *p, double most, uint32_t wcu)
{
    FILE *out = p->g->in;
    plot_begin(p, "store/s");
    stairs(p, PLOT_FIELD(store_writes), PLOT_FIELD(store_throttled),
           PLOT_FIELD(store_reads));
    gnuplot_tics(p->g, "y", most, 3);
    fprintf(out, "set yrange [0:%.2f]\nplot ", most > 0 ? most * 1.08 : 1);
    layer(out, "(0):2", &writes);
    layer(out, "2:3", &throttled);
    layer(out, "3:4", &reads);
    fprintf(out, "%d w l lw 1.5 dt (6,4) lc rgb 'black'\n", asks(p) ? (int)wcu : -1);
    plot_end(p);
}

static void fleet_panel(const struct plot_panel *p, double most)
{
    FILE *out = p->g->in;
    const struct record *r = p->run->record;
    plot_begin(p, "alive");
    fputs("$d << EOD\n", out);
    for (uint32_t i = 0; i < r->buckets; i++)
        fprintf(out, "%.3f %u\n%.3f %u\n", plot_end_s(r, i), r->bucket[i].alive,
                plot_end_s(r, i + 1), r->bucket[i].alive);
    fputs("EOD\n", out);
    gnuplot_tics(p->g, "y", most, 3);
    fprintf(out,
            "set yrange [0:%.2f]\nplot '$d' u 1:(0):2 w filledcurves fs transparent "
            "solid .25 lc rgb '#555555', '' u 1:2 w l lw 1 lc rgb '#222222'\n",
            most > 0 ? most * 1.08 : 1);
    plot_end(p);
}

/* --- where everything lies -------------------------------------------------------- */

static int ribbon_height(const struct sheet *s)
{
    return s->scales.ribbons < 3 ? 0 : RIBBON * (int)s->scales.ribbons;
}

static int column_height(const struct sheet *s)
{
    int ribbons = ribbon_height(s);
    return NAME + STACK + GAP + CALLS + (s->store ? GAP + STORE : 0) +
           (s->fleet ? GAP + FLEET : 0) + (ribbons > 0 ? GAP + ribbons : 0) +
           (s->heat ? GAP + HEAT : 0) + AXIS;
}

/* Move down by what was drawn; the last of a column bears the time axis. */
static void next(struct plot_panel *p, int height, int *left)
{
    p->top += p->height + GAP;
    p->height = height;
    p->lowest = --*left == 0;
}

static void draw_column(const struct sheet *s, struct plot_panel p)
{
    int ribbons = ribbon_height(s),
        left = 1 + s->store + s->fleet + (ribbons > 0) + s->heat;
    gnuplot_label(p.g, p.left + p.width / 2, p.top + NAME - 12, p.run->name,
                  "center font ',15'");
    p.top += NAME;
    p.height = STACK;
    plot_outcome_panel(&p);
    next(&p, CALLS, &left);
    plot_calls_panel(&p);
    if (s->store) {
        next(&p, STORE, &left);
        store_panel(&p, s->requests, s->scene->world.store.wcu);
    }
    if (s->fleet) {
        next(&p, FLEET, &left);
        fleet_panel(&p, s->alive);
    }
    if (ribbons > 0) {
        next(&p, ribbons, &left);
        plot_ribbon_panel(&p);
    }
    if (s->heat) {
        next(&p, HEAT, &left);
        plot_heat_panel(&p);
    }
}

static bool occurs(const struct sheet *s, uint32_t outcome)
{
    for (uint32_t i = 0; i < s->runs; i++)
        for (uint32_t b = 0; b < s->run[i].record->buckets; b++)
            if (s->run[i].record->bucket[b].outcome[outcome] > 0)
                return true;
    return false;
}

static uint32_t legend_of(const struct sheet *s, struct gnuplot_fill *fills)
{
    uint32_t count = 0;
    for (uint32_t o = 0; o < OUTCOMES; o++)
        if (occurs(s, o))
            fills[count++] = plot_outcomes[o];
    if (s->store) {
        fills[count++] = writes;
        fills[count++] = throttled;
        fills[count++] = reads;
    }
    for (uint32_t i = 0; i < CALLER_STATES && ribbon_height(s) > 0; i++)
        fills[count++] = plot_states[i];
    if (s->scene->world.fault_count > 0)
        fills[count++] = (struct gnuplot_fill){"fault", 0xAAAAAA, 0, 30};
    return count;
}

static void draw_head(const struct gnuplot *g, const struct sheet *s, uint64_t seed)
{
    char title[120];
    snprintf(title, sizeof title, "%s, seed %" PRIu64, s->scene->name, seed);
    gnuplot_label(g, g->width / 2, 18, title, "center font ',18'");
    gnuplot_label(g, g->width / 2, 42, s->scene->about,
                  "center font ',12' tc rgb '#444444'");
}

/* How many stand side by side, and how wide; all sheets are about as wide. */
static int across(const struct sheet *s)
{
    return s->runs <= ACROSS_MAX ? (int)s->runs : 3;
}

static int column_width(const struct sheet *s)
{
    static const int widths[ACROSS_MAX + 1] = {0, 890, 434, 280, 204};
    return widths[across(s)];
}

static void draw(struct gnuplot *g, const struct sheet *s)
{
    int width = column_width(s);
    uint32_t beside = (uint32_t)across(s);
    for (uint32_t i = 0; i < s->runs; i++) {
        struct plot_panel panel = {.g = g,
                                   .run = &s->run[i],
                                   .scales = &s->scales,
                                   .first = i % beside == 0,
                                   .last = i % beside == beside - 1,
                                   .left = LEFT + (int)(i % beside) * (width + BETWEEN),
                                   .top = HEAD + (int)(i / beside) * column_height(s),
                                   .width = width};
        draw_column(s, panel);
    }
}

/* What neither a legend nor an axis says. */
static void draw_note(const struct gnuplot *g, const struct sheet *s, int top)
{
    uint32_t wcu = s->scene->world.store.wcu;
    char note[240], line[80] = "";
    if (s->store && wcu > 0 && wcu <= s->requests)
        snprintf(line, sizeof line, ";  dashed: the %u writes a second of one item",
                 wcu);
    snprintf(note, sizeof note,
             "black line over the stack: all requests that came%s%s%s",
             s->probes ? ";  triangles: calls that are probes" : "",
             s->fleet ? ";  alive: environments" : "", line);
    gnuplot_label(g, LEFT, top, note, "left tc rgb '#444444'");
}

bool plot_gallery(const char *file, const struct scene *scene, uint64_t seed,
                  struct record *const *records)
{
    struct sheet s = {.scene = scene};
    struct gnuplot_fill fills[OUTCOMES + CALLER_STATES + 4];
    struct gnuplot g;
    fill(&s, records);
    merge_bands(&s);
    assert(s.runs > 0);
    int rows = ((int)s.runs + across(&s) - 1) / across(&s);
    int width = LEFT + across(&s) * (column_width(&s) + BETWEEN) - BETWEEN +
                (s.heat ? SCALE : RIGHT);
    int top = HEAD + rows * column_height(&s);
    uint32_t count = legend_of(&s, fills);
    int note = top + gnuplot_legend_height(LEFT, width - RIGHT, fills, count);
    if (!gnuplot_open(&g, file, width, note + 26))
        return false;
    draw(&g, &s);
    draw_head(&g, &s, seed);
    gnuplot_legend(&g, LEFT, top, width - RIGHT, fills, count);
    draw_note(&g, &s, note + 8);
    gnuplot_blank(&g);
    return gnuplot_close(&g);
}
