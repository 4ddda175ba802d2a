/* plot_runs.c - runs side by side on equal axes: where the panels lie, what stands over
 * and under them. The panels themselves are in plot_panels.c. */
#include <inttypes.h>
#include <string.h>

#include "plot_panels.h"

/* Pixels. */
enum {
    LEFT = 84,
    RIGHT = 72,
    HEAD = 58,  /* title and what the scene is about */
    NAMES = 42, /* over each column: its name, the fault's */
    GAP = 12,
    BETWEEN = 28, /* columns */
    AXIS = 52,
    STACK = 190,
    CALLS = 100,
    HEAT = 150
};

static int column_width(uint32_t runs)
{
    static const int widths[SCENE_CLIENTS_MAX + 1] = {0, 780, 470, 370, 310, 270, 240};
    return widths[runs];
}

/* Title and what it is about take no room if there are none. */
static int head_height(const struct plot_sheet *sheet)
{
    return *sheet->about != '\0' ? HEAD : *sheet->title != '\0' ? HEAD - 22 : 12;
}

static int ribbon_height(const struct plot_scales *scales)
{
    int rows = scales->ribbons < 3 ? 3 : (int)scales->ribbons;
    return scales->ribbons == 0 ? 0 : 12 * rows;
}

/* --- over a column ---------------------------------------------------------------- */

static int text_width(const char *text)
{
    return 6 * (int)strlen(text);
}

/* Where the middle of a band's name goes, so that it does not leave the column. */
static int name_at(const struct plot_panel *p, const struct plot_band *band, int half)
{
    double middle = (double)(band->from + band->to) / 2 / (double)SIM_S;
    int x = p->left + (int)(middle / p->scales->seconds * p->width);
    int least = p->left - 20 + half, most = p->left + p->width + 10 - half;
    return x < least ? least : x > most ? most : x;
}

/* Each band's name above it; false, and nothing is drawn, if they do not all fit. */
static bool name_each(const struct plot_panel *p, bool draw)
{
    int free_from = p->left - 20;
    for (uint32_t i = 0; i < p->run->bands; i++) {
        const struct plot_band *band = &p->run->band[i];
        int half = text_width(band->label) / 2, x = name_at(p, band, half);
        if (x - half < free_from)
            return false;
        if (draw)
            gnuplot_label(p->g, x, p->top - 8, band->label,
                          "center font ',11' tc rgb '#444444'");
        free_from = x + half + 8;
    }
    return draw || name_each(p, true);
}

/* One line for them all: how many, and the different names while there is room. */
static void name_together(const struct plot_panel *p)
{
    char line[200];
    size_t used = (size_t)snprintf(line, sizeof line, "%u faults:", p->run->bands);
    for (uint32_t i = 0; i < p->run->bands; i++) {
        const char *name = p->run->band[i].label;
        if (strstr(line, name) != NULL || used + strlen(name) + 8 > sizeof line)
            continue;
        bool last = text_width(line) + text_width(name) > p->width - 20;
        used +=
            (size_t)snprintf(line + used, sizeof line - used, "%s%s",
                             line[used - 1] == ':' ? " " : ", ", last ? "..." : name);
        if (last)
            break;
    }
    gnuplot_label(p->g, p->left + p->width / 2, p->top - 8, line,
                  "center font ',11' tc rgb '#444444'");
}

static void name_bands(const struct plot_panel *p)
{
    if (!name_each(p, false))
        name_together(p);
}

static void name_column(const struct plot_panel *p)
{
    char name[64];
    int most = p->width / 9;
    snprintf(name, sizeof name, "%.*s", most < 60 ? most : 60, p->run->name);
    gnuplot_label(p->g, p->left + p->width / 2, p->top - 28, name, "center font ',16'");
    name_bands(p);
}

static void draw_column(const struct plot_panel *whole,
                        const struct plot_scales *scales)
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
    gnuplot_label(g, g->width / 2, 18, sheet->title, "center font ',20'");
    gnuplot_label(g, g->width / 2, 42, about, "center font ',13' tc rgb '#444444'");
}

static bool occurs(const struct plot_sheet *sheet, uint32_t outcome)
{
    for (uint32_t i = 0; i < sheet->runs; i++)
        for (uint32_t b = 0; b < sheet->run[i].record->buckets; b++)
            if (sheet->run[i].record->bucket[b].outcome[outcome] > 0)
                return true;
    return false;
}

static bool any_probes(const struct plot_sheet *sheet)
{
    for (uint32_t i = 0; i < sheet->runs; i++)
        for (uint32_t b = 0; b < sheet->run[i].record->buckets; b++)
            if (sheet->run[i].record->bucket[b].probes > 0)
                return true;
    return false;
}

static uint32_t legend_of(const struct plot_sheet *sheet,
                          const struct plot_scales *scales, struct gnuplot_fill *fills)
{
    uint32_t count = 0;
    bool faulty = false;
    for (uint32_t o = 0; o < OUTCOMES; o++)
        if (occurs(sheet, o))
            fills[count++] = plot_outcomes[o];
    for (uint32_t s = 0; s < CALLER_STATES && scales->ribbons > 0; s++)
        fills[count++] = plot_states[s];
    for (uint32_t i = 0; i < sheet->runs; i++)
        faulty = faulty || sheet->run[i].bands > 0;
    if (faulty)
        fills[count++] = (struct gnuplot_fill){"fault", 0xAAAAAA, 0, 30};
    return count;
}

/* The height of all panels of a column. */
static int column_height(const struct plot_scales *scales)
{
    int ribbons = ribbon_height(scales);
    return STACK + GAP + CALLS + GAP + (ribbons > 0 ? ribbons + GAP : 0) + HEAT;
}

static void draw_sheet(struct gnuplot *g, const struct plot_sheet *sheet,
                       const struct plot_scales *scales, int width)
{
    for (uint32_t i = 0; i < sheet->runs; i++) {
        struct plot_panel panel = {.g = g,
                                   .run = &sheet->run[i],
                                   .scales = scales,
                                   .first = i == 0,
                                   .last = i + 1 == sheet->runs,
                                   .left = LEFT + (int)i * (width + BETWEEN),
                                   .top = head_height(sheet) + NAMES,
                                   .width = width};
        draw_column(&panel, scales);
    }
    draw_head(g, sheet);
}

bool plot_sheet(const char *file, const struct plot_sheet *sheet)
{
    struct plot_scales scales = {0};
    struct gnuplot_fill fills[OUTCOMES + CALLER_STATES + 1];
    struct gnuplot g;
    for (uint32_t i = 0; i < sheet->runs; i++)
        plot_widen(&scales, sheet->run[i].record);
    int column = column_width(sheet->runs), right = 20;
    int width = LEFT + RIGHT + (int)sheet->runs * (column + BETWEEN) - BETWEEN;
    uint32_t count = legend_of(sheet, &scales, fills);
    int top = head_height(sheet) + NAMES + column_height(&scales) + AXIS;
    int note = top + gnuplot_legend_height(LEFT, width - right, fills, count);
    if (!gnuplot_open(&g, file, width, note + 26))
        return false;
    draw_sheet(&g, sheet, &scales, column);
    gnuplot_legend(&g, LEFT, top, width - right, fills, count);
    gnuplot_label(
        &g, LEFT, note + 8,
        any_probes(sheet)
            ? "black line over the stack: all requests that came;  triangles: "
              "those calls that are probes"
            : "black line over the stack: all requests that came",
        "left tc rgb '#444444'");
    gnuplot_blank(&g);
    return gnuplot_close(&g);
}

/* --- a scene's faults as bands ---------------------------------------------------- */

static void fault_name(char *out, size_t size, const struct fault *fault)
{
    static const char *const kinds[FAULT_KINDS] = {
        [FAULT_HANG] = "backend hangs",
        [FAULT_REFUSE] = "backend refuses",
        [FAULT_ERRORS] = "% errors",
        [FAULT_SLOW] = "% of the usual time",
        [FAULT_CAPACITY] = "% of servers",
        [FAULT_LOAD] = "% load",
        [FAULT_STORE_DOWN] = "store down",
        [FAULT_STORE_HANG] = "store hangs",
        [FAULT_STORE_LOST] = "% of the store's answers lost",
        [FAULT_STORE_ERRORS] = "% store errors",
        [FAULT_STORE_SLOW] = "% of the store's usual time",
        [FAULT_STORE_CAPACITY] = "% of the store's capacity",
        [FAULT_KILL] = "% of calls kill",
        [FAULT_KILL_PROBES] = "% of probes kill",
        [FAULT_COLD] = "% of a usual cold start"};
    int n = 0;
    if (*kinds[fault->kind] == '%')
        n = snprintf(out, size, "%u ", fault->pct);
    n += snprintf(out + n, size - (size_t)n, "%s", kinds[fault->kind]);
    if (fault->shard != FAULT_EVERYWHERE && fault->kind != FAULT_LOAD)
        snprintf(out + n, size - (size_t)n, ", shard %d", fault->shard);
}

/* Faults of the same time are one band with both their names. */
static void add_band(struct plot_band *bands, uint32_t *count,
                     const struct fault *fault)
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
            sheet.run[sheet.runs++] = (struct plot_run){.name = scene->client[c].name,
                                                        .record = records[c],
                                                        .bands = count,
                                                        .band = bands};
    return plot_sheet(file, &sheet);
}
