/* plot_goodput.c - what users get for what they ask: fresh answers per second against
 * requests per second.
 *
 * A system with a memory does not go back the way it came. So where the load rises and
 * falls (load.steps), the way up is drawn with filled points and the way down with open
 * ones; between the two curves lies the loop. */
#include <inttypes.h>
#include <stdlib.h>

#include "gnuplot.h"
#include "plot.h"

enum { BINS = 60 };

static const struct {
    uint32_t colour;
    int filled, open; /* point types */
} looks[SCENE_CLIENTS_MAX] = {{0xD55E00, 7, 6},   {0x0072B2, 5, 4},
                              {0x009E73, 9, 8},   {0xCC79A7, 11, 10},
                              {0xE69F00, 13, 12}, {0x56B4E9, 15, 14}};

/* Which way the load goes at this time: 1 up, -1 down; on level ground as before. */
static int direction(const struct load_config *load, double now_s)
{
    int way = 1;
    for (uint32_t i = 1; i < load->steps; i++) {
        if ((double)load->step[i - 1].at / (double)SIM_S > now_s)
            break;
        if (load->step[i].rps != load->step[i - 1].rps)
            way = load->step[i].rps > load->step[i - 1].rps ? 1 : -1;
    }
    return way;
}

static void points(const struct gnuplot *g, const struct load_config *load,
                   const struct record *r, int way)
{
    for (uint32_t i = 0; i < plot_bins(r, BINS); i++) {
        struct plot_bin bin = plot_bin(r, BINS, i);
        if (direction(load, (bin.begin_s + bin.end_s) / 2) != way)
            continue;
        fprintf(g->in, "%.3f %.3f\n", plot_per_s(r, bin, PLOT_FIELD(offered)),
                plot_per_s(r, bin, PLOT_OUTCOME(OUTCOME_FRESH)));
    }
}

static double most_offered(const struct scene *scene, struct record *const *records)
{
    double most = 1;
    for (uint32_t c = 0; c < scene->clients; c++)
        for (uint32_t i = 0; records[c] != NULL && i < plot_bins(records[c], BINS);
             i++) {
            struct plot_bin bin = plot_bin(records[c], BINS, i);
            double offered = plot_per_s(records[c], bin, PLOT_FIELD(offered));
            most = offered > most ? offered : most;
        }
    return most;
}

/* What the backend can do per second, where its mean is known; 0: not. */
static double capacity(const struct backend_config *backend)
{
    if (backend->service.law == SERVICE_LOGNORMAL || backend->service.mean_ns == 0)
        return 0;
    return (double)backend->servers * backend->shards * (double)SIM_S /
           (double)backend->service.mean_ns;
}

static void draw_capacity(const struct gnuplot *g, const struct scene *scene,
                          double most)
{
    double mu = capacity(&scene->world.backend);
    if (mu <= 0 || mu > most)
        return;
    fprintf(g->in,
            "set arrow from %.3f,graph 0 to %.3f,graph 1 nohead back dt (6,4) "
            "lc rgb '#888888'\nset label 'capacity %.0f/s' at %.3f,graph .98 "
            "offset -.6,0 right tc rgb '#444444'\n",
            mu, mu, mu, mu);
}

static void point_data(const struct gnuplot *g, const struct scene *scene,
                       struct record *const *records)
{
    for (uint32_t c = 0; c < scene->clients; c++)
        for (int way = 1; records[c] != NULL && way >= -1; way -= 2) {
            fprintf(g->in, "$%s%u << EOD\n-1 -1\n\n", way > 0 ? "up" : "down", c);
            points(g, &scene->world.load, records[c], way);
            fputs("EOD\n", g->in);
        }
}

static void curve(const struct gnuplot *g, const struct scene *scene, uint32_t c,
                  bool up)
{
    bool moves = scene->world.load.steps > 1;
    fprintf(g->in, "'$%s%u' u 1:2 w %s lw %s pt %d ps 1.1 lc rgb '#%06x' title ",
            up ? "up" : "down", c, moves ? "lp" : "p", up ? "1.6 dt 1" : "1 dt (5,3)",
            up ? looks[c].filled : looks[c].open, looks[c].colour);
    char name[64];
    snprintf(name, sizeof name, "%s%s", scene->client[c].name,
             !moves ? ""
             : up   ? ", load rising"
                    : ", load falling");
    gnuplot_quote(g->in, name, 0);
    fputs(", ", g->in);
}

static void draw(const struct gnuplot *g, const struct scene *scene,
                 struct record *const *records, double most)
{
    bool moves = scene->world.load.steps > 1;
    fprintf(g->in, "set xrange [0:%.3f]\nset yrange [0:%.3f]\n", most, most);
    gnuplot_tics(g, "x", most, 8);
    gnuplot_tics(g, "y", most, 8);
    fputs("set xlabel 'requests per second'\nset ylabel 'fresh answers per second'\n"
          "set key outside right top Left reverse samplen 3 spacing 1.3\nplot ",
          g->in);
    for (uint32_t c = 0; c < scene->clients; c++) {
        if (records[c] == NULL)
            continue;
        curve(g, scene, c, true);
        if (moves)
            curve(g, scene, c, false);
    }
    fputs("x w l lw 1.5 dt 3 lc rgb 'black' title 'all answered'\nunset key\n"
          "unset arrow\nunset label\n",
          g->in);
}

bool plot_goodput(const char *file, const struct scene *scene, uint64_t seed,
                  struct record *const *records)
{
    struct gnuplot g;
    char title[120];
    double most = most_offered(scene, records) * 1.05;
    if (!gnuplot_open(&g, file, 860, 600))
        return false;
    snprintf(title, sizeof title, "%s, seed %" PRIu64, scene->name, seed);
    gnuplot_place(&g, 76, 78, 520, 456);
    point_data(&g, scene, records);
    draw_capacity(&g, scene, most);
    draw(&g, scene, records, most);
    gnuplot_label(&g, g.width / 2, 18, title, "center font ',20'");
    gnuplot_label(
        &g, g.width / 2, 44,
        scene->world.load.steps > 1
            ? "Filled points: the load rises. Open points: it falls."
            : "The load of this scene does not move; load.steps would make curves.",
        "center font ',13' tc rgb '#444444'");
    gnuplot_blank(&g);
    return gnuplot_close(&g);
}
