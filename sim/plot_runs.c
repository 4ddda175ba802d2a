/* plot_runs.c - runs side by side on equal axes: where the panels lie, what stands over
 * and under them. The panels themselves are in plot_panels.c. */
#include <inttypes.h>
#include <string.h>

#include "plot_panels.h"

/* Pixels. */
enum {
    LEFT = 84,
    RIGHT = 72,
    HEAD = 58, /* title and what the scene is about */
    NAMES = 42, /* over each column: its name, the fault's */
    GAP = 12,
    BETWEEN = 20, /* columns */
    AXIS = 46,
    STACK = 190,
    CALLS = 100,
    HEAT = 150
};

static int column_width(uint32_t runs)
{
    static const int widths[SCENE_CLIENTS_MAX + 1] = {0, 780, 470, 370, 310, 270, 240};
    return widths[runs];
}

static int ribbon_height(const struct plot_scales *scales)
{
    return scales->ribbons == 0 ? 0 : 14 + 11 * (int)scales->ribbons;
}

/* --- over a column ---------------------------------------------------------------- */

static int text_width(const char *text)
{
    return 6 * (int)strlen(text);
}

/* The faults' names over their bands; those that would run into another are left out. */
static void name_bands(const struct plot_panel *p)
{
    int free_from = p->left - 20;
    for (uint32_t i = 0; i < p->run->bands; i++) {
        const struct plot_band *band = &p->run->band[i];
        double middle = (double)(band->from + band->to) / 2 / (double)SIM_S;
        int x = p->left + (int)(middle / p->scales->seconds * p->width);
        int half = text_width(band->label) / 2;
        if (x - half < p->left - 20)
            x = p->left - 20 + half;
        if (x + half > p->left + p->width + 10)
            x = p->left + p->width + 10 - half;
        if (x - half < free_from)
            continue;
        gnuplot_label(p->g, x, p->top - 8, band->label,
                      "center font ',10' tc rgb '#444444'");
        free_from = x + half + 8;
    }
}

static void name_column(const struct plot_panel *p)
{
    char name[64];
    int most = p->width / 9;
    snprintf(name, sizeof name, "%.*s", most < 60 ? most : 60, p->run->name);
    gnuplot_label(p->g, p->left + p->width / 2, p->top - 28, name, "center font ',15'");
    name_bands(p);
}

static void draw_column(const struct plot_panel *whole, const struct plot_scales *scales)
{
    struct plot_panel p = *whole;
    p.height = STACK;
    name_column(&p);
    plot_outcome_panel(&p);
    p.top += p.height + GAP;
    p.height = CALLS;
    plot_calls_panel(&p);
    p.top += p.height + GAP;
    if (scales->ribbons > 0) {
        p.height = ribbon_height(scales);
        plot_ribbon_panel(&p);
        p.top += p.height + GAP;
    }
    p.height = HEAT;
    p.lowest = true;
    plot_heat_panel(&p);
}

/* --- over and under all columns --------------------------------------------------- */

static void draw_head(const struct gnuplot *g, const struct plot_sheet *sheet)
{
    char about[sizeof sheet->about];
    size_t room = (size_t)(g->width - LEFT) / 7;
    snprintf(about, sizeof about, "%s", sheet->about);
    if (room < strlen(about)) {
        about[room] = '\0';
        char *space = strrchr(about, ' ');
        if (space != NULL && (size_t)(space - about) + 4 < sizeof about)
            memcpy(space, " ...", 5);
    }
    gnuplot_label(g, g->width / 2, 18, sheet->title, "center font ',17'");
    gnuplot_label(g, g->width / 2, 42, about, "center font ',12' tc rgb '#444444'");
}

static uint32_t legend_of(const struct plot_sheet *sheet, const struct plot_scales *scales,
                          struct gnuplot_fill *fills)
{
    uint32_t count = 0;
    bool faulty = false;
    for (uint32_t o = 0; o < OUTCOMES; o++)
        fills[count++] = plot_outcomes[o];
    for (uint32_t s = 0; s < CALLER_STATES && scales->ribbons > 0; s++)
        fills[count++] = plot_states[s];
    for (uint32_t i = 0; i < sheet->runs; i++)
        faulty = faulty || sheet->run[i].bands > 0;
    if (faulty)
        fills[count++] = (struct gnuplot_fill){"fault", "#000000", 0, 0.1};
    return count;
}

static void draw_frame(const struct gnuplot *g, const struct plot_sheet *sheet,
                       const struct plot_scales *scales, int legend_top)
{
    struct gnuplot_fill fills[OUTCOMES + CALLER_STATES + 1];
    uint32_t count = legend_of(sheet, scales, fills);
    draw_head(g, sheet);
    int below = legend_top + gnuplot_legend(g, LEFT, legend_top, g->width - 20, fills, count);
    gnuplot_label(g, LEFT, below + 6,
                  "black line: requests that came      triangles: probes",
                  "left");
    gnuplot_blank(g);
}

bool plot_sheet(const char *file, const struct plot_sheet *sheet)
{
    struct plot_scales scales = {0};
    struct gnuplot g;
    for (uint32_t i = 0; i < sheet->runs; i++)
        plot_widen(&scales, sheet->run[i].record);
    int width = column_width(sheet->runs), top = HEAD + NAMES;
    int ribbons = ribbon_height(&scales);
    int bottom = top + STACK + CALLS + HEAT + 2 * GAP + (ribbons > 0 ? ribbons + GAP : 0);
    int all = LEFT + RIGHT + (int)sheet->runs * (width + BETWEEN) - BETWEEN;
    if (!gnuplot_open(&g, file, all, bottom + AXIS + 72))
        return false;
    for (uint32_t i = 0; i < sheet->runs; i++) {
        struct plot_panel panel = {.g = &g, .run = &sheet->run[i], .scales = &scales,
                                   .first = i == 0, .last = i + 1 == sheet->runs,
                                   .left = LEFT + (int)i * (width + BETWEEN), .top = top,
                                   .width = width};
        draw_column(&panel, &scales);
    }
    draw_frame(&g, sheet, &scales, bottom + AXIS);
    return gnuplot_close(&g);
}

/* --- a scene's faults as bands ---------------------------------------------------- */

static void fault_name(char *out, size_t size, const struct fault *fault)
{
    static const char *const kinds[FAULT_KINDS] = {
        [FAULT_HANG] = "hangs",       [FAULT_REFUSE] = "refuses", [FAULT_ERRORS] = "errors",
        [FAULT_SLOW] = "work takes", [FAULT_CAPACITY] = "servers", [FAULT_LOAD] = "load"};
    bool plain = fault->kind == FAULT_HANG || fault->kind == FAULT_REFUSE;
    int n = snprintf(out, size, "%s", kinds[fault->kind]);
    if (!plain)
        n += snprintf(out + n, size - (size_t)n, " %u %%", fault->pct);
    if (fault->shard != FAULT_EVERYWHERE && fault->kind != FAULT_LOAD)
        snprintf(out + n, size - (size_t)n, ", shard %d", fault->shard);
}

/* Faults of the same time are one band with both their names. */
static void add_band(struct plot_band *bands, uint32_t *count, const struct fault *fault)
{
    char name[PLOT_LABEL_MAX];
    fault_name(name, sizeof name, fault);
    for (uint32_t i = 0; i < *count; i++) {
        if (bands[i].from != fault->from || bands[i].to != fault->to)
            continue;
        size_t used = strlen(bands[i].label);
        snprintf(bands[i].label + used, sizeof bands[i].label - used, " + %s", name);
        return;
    }
    bands[*count] = (struct plot_band){.from = fault->from, .to = fault->to};
    memcpy(bands[(*count)++].label, name, sizeof name);
}

bool plot_runs(const char *file, const struct scene *scene, uint64_t seed,
               struct record *const *records)
{
    struct plot_band bands[FAULTS_MAX];
    struct plot_sheet sheet = {.runs = 0};
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->world.fault_count; i++)
        add_band(bands, &count, &scene->world.faults[i]);
    snprintf(sheet.title, sizeof sheet.title, "%s, seed %" PRIu64, scene->name, seed);
    snprintf(sheet.about, sizeof sheet.about, "%s", scene->about);
    for (uint32_t c = 0; c < scene->clients; c++)
        if (records[c] != NULL)
            sheet.run[sheet.runs++] = (struct plot_run){
                .name = scene->client[c].name, .record = records[c], .bands = count,
                .band = bands};
    return plot_sheet(file, &sheet);
}
