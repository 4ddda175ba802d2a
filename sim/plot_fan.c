/* plot_fan.c - one scene under many seeds, as a fan per client.
 *
 * A scene that ends well under half of the seeds and ill under the others has an
 * average that never happens. So the fan shows what most runs do (10 to 90 of 100), the
 * median, and some single runs; and the title says how many recovered.
 *
 * The runs are played again, for a sweep keeps only facts. Jobs play every n-th seed
 * and write their curves into a pipe each; they are read in the order of the seeds, so
 * the picture does not depend on how many jobs there are. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "facts.h"
#include "gnuplot.h"
#include "plot.h"

enum { BINS = 75, LINES = 10, JOBS_MAX = 64 };

/* One run, as it comes through the pipe. */
struct curve {
    uint32_t bins;
    bool recovered;
    float begin_s[BINS + 1], fresh[BINS], offered[BINS];
};

struct fan {
    const struct scene *scene;
    uint32_t client, seeds, jobs;
    uint64_t first;
    struct curve *curve; /* one per seed */
    double most;         /* of any client, for equal axes; per second */
};

/* --- playing ---------------------------------------------------------------------- */

static void play(const struct fan *fan, uint32_t index, struct curve *curve)
{
    struct record *r = scene_run(fan->scene, fan->client, fan->first + index);
    memset(curve, 0, sizeof *curve);
    curve->bins = plot_bins(r, BINS);
    curve->recovered = facts[fact_find("recovered_ms")].get(r) >= 0;
    for (uint32_t i = 0; i < curve->bins; i++) {
        struct plot_bin bin = plot_bin(r, BINS, i);
        curve->begin_s[i] = (float)bin.begin_s;
        curve->begin_s[i + 1] = (float)bin.end_s;
        curve->fresh[i] = (float)plot_per_s(r, bin, PLOT_OUTCOME(OUTCOME_FRESH));
        curve->offered[i] = (float)plot_per_s(r, bin, PLOT_FIELD(offered));
    }
    record_free(r);
}

static bool whole(ssize_t (*move)(int, void *, size_t), int file, struct curve *curve)
{
    size_t done = 0;
    while (done < sizeof *curve) {
        ssize_t n = move(file, (char *)curve + done, sizeof *curve - done);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static ssize_t put(int file, void *bytes, size_t size)
{
    return write(file, bytes, size);
}

static void work(const struct fan *fan, uint32_t job, int out)
{
    struct curve curve;
    for (uint32_t i = job; i < fan->seeds; i += fan->jobs) {
        play(fan, i, &curve);
        if (!whole(put, out, &curve))
            _exit(1);
    }
    _exit(0);
}

/* The end of the job's pipe to read from; -1 if the system has no more of them. */
static int start_job(const struct fan *fan, uint32_t job)
{
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        work(fan, job, ends[1]);
    }
    close(ends[1]);
    if (child > 0)
        return ends[0];
    close(ends[0]);
    return -1;
}

static bool play_all(struct fan *fan)
{
    assert(fan->jobs > 0 && fan->jobs <= JOBS_MAX);
    int from[JOBS_MAX] = {0};
    bool good = true;
    fflush(NULL);
    for (uint32_t job = 0; job < fan->jobs; job++)
        good = (from[job] = start_job(fan, job)) >= 0 && good;
    for (uint32_t i = 0; i < fan->seeds && good; i++)
        good = whole(read, from[i % fan->jobs], &fan->curve[i]);
    for (uint32_t job = 0; job < fan->jobs; job++)
        if (from[job] >= 0)
            close(from[job]);
    while (wait(NULL) > 0)
        continue;
    if (!good)
        fprintf(stderr, "storm: a run for the picture ended early\n");
    return good;
}

/* --- drawing ---------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Lines "time, 10 %, median, 90 %, mean offered", two per bin as in a staircase. */
static void band_data(const struct gnuplot *g, const struct fan *fan)
{
    float sorted[PLOT_SEEDS_MAX];
    uint32_t n = fan->seeds;
    fputs("$b << EOD\n", g->in);
    for (uint32_t bin = 0; bin < fan->curve[0].bins; bin++) {
        double offered = 0;
        for (uint32_t i = 0; i < n; i++) {
            sorted[i] = fan->curve[i].fresh[bin];
            offered += (double)fan->curve[i].offered[bin] / n;
        }
        qsort(sorted, n, sizeof *sorted, compare);
        for (uint32_t edge = 0; edge < 2; edge++)
            fprintf(g->in, "%.3f %.3f %.3f %.3f %.3f\n",
                    (double)fan->curve[0].begin_s[bin + edge],
                    (double)sorted[(n - 1) / 10], (double)sorted[(n - 1) / 2],
                    (double)sorted[n - 1 - (n - 1) / 10], offered);
    }
    fputs("EOD\n", g->in);
}

/* Some single runs, evenly chosen, an empty line between two. */
static void line_data(const struct gnuplot *g, const struct fan *fan)
{
    uint32_t lines = fan->seeds < LINES ? fan->seeds : LINES;
    fputs("$l << EOD\n", g->in);
    for (uint32_t i = 0; i < lines; i++) {
        const struct curve *c = &fan->curve[(uint64_t)i * fan->seeds / lines];
        for (uint32_t bin = 0; bin < c->bins; bin++)
            fprintf(g->in, "%.3f %.3f\n",
                    (double)(c->begin_s[bin] + c->begin_s[bin + 1]) / 2,
                    (double)c->fresh[bin]);
        fputs("\n", g->in);
    }
    fputs("EOD\n", g->in);
}

static void draw_title(const struct gnuplot *g, const struct fan *fan)
{
    char text[96];
    uint32_t recovered = 0;
    bool faulty = fan->scene->world.fault_count > 0;
    for (uint32_t i = 0; i < fan->seeds; i++)
        recovered += fan->curve[i].recovered;
    int n = snprintf(text, sizeof text, "%s", fan->scene->client[fan->client].name);
    if (faulty)
        snprintf(text + n, sizeof text - (size_t)n, ": %u of %u recovered", recovered,
                 fan->seeds);
    fputs("set title ", g->in);
    gnuplot_quote(g->in, text, 0);
    fputs(" font ',14' offset 0,-.4\n", g->in);
}

static void draw_faults(const struct gnuplot *g, const struct world_config *world)
{
    for (uint32_t i = 0; i < world->fault_count; i++)
        fprintf(
            g->in,
            "set object rect from %.4f,graph 0 to %.4f,graph 1 behind fc rgb 'black' "
            "fs transparent solid 0.10 noborder\n",
            (double)world->faults[i].from / (double)SIM_S,
            (double)world->faults[i].to / (double)SIM_S);
}

static void draw_panel(const struct gnuplot *g, const struct fan *fan)
{
    const struct world_config *world = &fan->scene->world;
    double seconds = (double)world->run / (double)SIM_S;
    draw_title(g, fan);
    draw_faults(g, world);
    band_data(g, fan);
    line_data(g, fan);
    fprintf(
        g->in,
        "set xrange [0:%.4f]\nset yrange [0:%.3f]\nset xlabel 'seconds' offset 0,.6\n",
        seconds, fan->most > 0 ? fan->most * 1.05 : 1);
    gnuplot_time_tics(g, seconds, 8);
    gnuplot_tics(g, "y", fan->most, 5);
    fputs("plot '$b' u 1:2:4 w filledcurves fs transparent solid .30 lc rgb '#56B4E9', "
          "'' u 1:5 w l lw 1 dt 3 lc rgb 'black', "
          "'$l' u 1:2 w l lw .6 lc rgb '#80444444', "
          "'$b' u 1:3 w l lw 2.5 lc rgb '#0072B2'\nunset object\nunset title\n",
          g->in);
}

static void draw_head(const struct gnuplot *g, const struct fan *fan)
{
    char text[160];
    snprintf(text, sizeof text, "%s, seeds %" PRIu64 " to %" PRIu64, fan->scene->name,
             fan->first, fan->first + fan->seeds - 1);
    gnuplot_label(g, g->width / 2, 18, text, "center font ',20'");
    gnuplot_label(
        g, g->width / 2, 44,
        "Fresh answers per second. Thick: median; blue surface: 10 to 90 of 100",
        "center font ',13' tc rgb '#444444'");
    gnuplot_label(g, g->width / 2, 62,
                  "runs; thin: single runs; dotted: requests that came; grey: a fault",
                  "center font ',13' tc rgb '#444444'");
}

/* --- the whole -------------------------------------------------------------------- */

static void widen(double *most, const struct fan *fan)
{
    for (uint32_t i = 0; i < fan->seeds; i++)
        for (uint32_t bin = 0; bin < fan->curve[i].bins; bin++)
            if ((double)fan->curve[i].fresh[bin] > *most)
                *most = (double)fan->curve[i].fresh[bin];
}

/* Panels in rows of up to three. */
static bool draw(const char *file, struct fan *fans, uint32_t count)
{
    enum { WIDTH = 380, HEIGHT = 220, LEFT = 64, TOP = 110, DOWN = 306, SIDE = 440 };
    assert(count > 0);
    uint32_t across = count == 4 ? 2 : count < 3 ? count : 3;
    uint32_t rows = (count + across - 1) / across;
    struct gnuplot g;
    int width = LEFT + (int)across * SIDE;
    if (!gnuplot_open(&g, file, width < 640 ? 640 : width, TOP + (int)rows * DOWN - 20))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        int left = LEFT + (int)(i % across) * SIDE,
            top = TOP + (int)(i / across) * DOWN;
        gnuplot_place(&g, left, top, count == 1 ? 540 : WIDTH, HEIGHT);
        draw_panel(&g, &fans[i]);
    }
    draw_head(&g, &fans[0]);
    gnuplot_blank(&g);
    return gnuplot_close(&g);
}

static bool fill(struct fan *fan)
{
    fan->curve = calloc(fan->seeds, sizeof *fan->curve);
    if (fan->curve == NULL) {
        fprintf(stderr, "storm: out of memory\n");
        abort();
    }
    return play_all(fan);
}

bool plot_fan(const char *file, const struct scene *scene, int client, uint64_t first,
              uint32_t seeds, uint32_t jobs)
{
    struct fan fans[SCENE_CLIENTS_MAX];
    uint32_t count = client < 0 ? scene->clients : 1;
    bool good = true;
    double most = 0;
    for (uint32_t i = 0; i < count; i++) {
        fans[i] = (struct fan){.scene = scene,
                               .client = client < 0 ? i : (uint32_t)client,
                               .first = first,
                               .seeds = seeds < PLOT_SEEDS_MAX ? seeds : PLOT_SEEDS_MAX,
                               .jobs = jobs < 1          ? 1
                                       : jobs < JOBS_MAX ? jobs
                                                         : JOBS_MAX};
        good = fill(&fans[i]) && good;
        widen(&most, &fans[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        fans[i].most = most;
    good = good && draw(file, fans, count);
    for (uint32_t i = 0; i < count; i++)
        free(fans[i].curve);
    return good;
}
