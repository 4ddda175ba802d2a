/* storm.c - the command line: reads options, hands over to the verbs. */
#include "storm.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explore.h"
#include "sweep.h"

static const char help[] =
    "storm - play scenes of failure against a client, in virtual time\n"
    "\n"
    "  storm list                 the scenes there are\n"
    "  storm run SCENE            one client, one seed: a picture and the facts\n"
    "  storm compare SCENE        all clients of the scene under one seed\n"
    "  storm sweep SCENE          all clients under many seeds, and what must hold\n"
    "  storm merge SCENE PART...  the parts of a sweep, each from its storm sweep "
    "--part\n"
    "  storm replay SCENE         run again, and compare with --digest\n"
    "  storm gallery [NAME...]    all scenes of sim/gallery, or those whose names "
    "begin\n"
    "                             so: one table, and what must hold\n"
    "  storm swarm [SCENE]        scenes drawn by chance, a seed each, and the rules "
    "that must\n"
    "                             hold in all; what breaks one is made small\n"
    "  storm explore [SCENE]      every order in which a few environments share a "
    "breaker\n"
    "  storm plot OUT LABEL=FILE...     runs of different programs side by side, each\n"
    "                                   from its storm run --csv FILE, as OUT.svg or "
    ".png\n"
    "  storm picture LABEL=FILE...      the same as text\n"
    "\n"
    "SCENE is a name from the list, or a JSON file (sim/README.md says what is in "
    "it).\n"
    "\n"
    "  --client NAME   only this client (run: default the last in the scene)\n"
    "  --seed N        seed, or the first of many (default 1)\n"
    "  --seeds N       sweep, gallery, swarm: how many (default 100, 11, 1000)\n"
    "  --jobs N        the same: processes (default: one per core); changes no result\n"
    "  --shard I/N     sweep: only the I-th part of N of the seeds, for one of N "
    "machines\n"
    "  --part FILE     where that goes; storm merge puts the parts together\n"
    "  --only LIST     swarm: only these faults of the scene, such as 3,7, or none\n"
    "  --protocol NAME explore, swarm, without a scene: ours (default), rmw or leased\n"
    "  --environments N  1 to 3; --calls N, --ticks N: requests and time in all\n"
    "  --faults LIST   all (default), none, or some of error,lost,late,stale,crash,\n"
    "                  pause,dead; --budget N: so many in one walk\n"
    "  --rules LIST    ask only these; --skew: with clocks that differ, too\n"
    "  --trace FILE    where a broken rule goes, for storm replay FILE\n"
    "  --facts         all facts, not only the main ones\n"
    "  --csv FILE      numbers over time (sweep: a line per run); - is standard "
    "output\n"
    "  --json FILE     the facts\n"
    "  --plot FILE     a picture by gnuplot, .svg or .png\n"
    "  --as KIND       what it shows; run, compare: runs (over time, the default) or\n"
    "                  goodput (fresh answers against load, on its way up and down);\n"
    "                  sweep: fan (fresh answers over time, of all seeds)\n"
    "  --title TEXT    plot, picture: what stands above\n"
    "  --digest HEX    replay: what the run must come to\n"
    "  --quiet         no picture, no table\n"
    "  --help          this\n"
    "\n"
    "The same scene, client and seed give the same run on every machine.\n"
    "Exit status: 0 good, 1 something that must hold does not, 2 wrong usage.\n";

static const struct {
    const char *name;
    int (*run)(const struct options *options);
    bool files;        /* takes many words, not one scene */
    const char *plots; /* words that --as may be; NULL: no --as */
} verbs[] = {{"run", storm_run, false, "runs goodput"},
             {"compare", storm_compare, false, "runs goodput"},
             {"sweep", storm_sweep, false, "fan"},
             {"merge", storm_merge, true, NULL},
             {"replay", storm_replay, false, NULL},
             {"list", storm_list, false, NULL},
             {"gallery", storm_gallery, true, NULL},
             {"swarm", storm_swarm, false, NULL},
             {"explore", storm_explore, false, NULL},
             {"plot", storm_plot, true, NULL},
             {"picture", storm_picture, true, NULL}};

enum {
    CLIENT = 256,
    SEED,
    SEEDS,
    JOBS,
    SHARD,
    PART,
    ONLY,
    PROTOCOL,
    ENVIRONMENTS,
    CALLS,
    TICKS,
    FAULTS,
    BUDGET,
    RULES,
    SKEW,
    TRACE,
    FACTS,
    CSV,
    JSON,
    PLOT,
    AS,
    TITLE,
    DIGEST,
    QUIET,
    HELP
};

static const struct option long_options[] = {
    {"client", required_argument, NULL, CLIENT},
    {"seed", required_argument, NULL, SEED},
    {"seeds", required_argument, NULL, SEEDS},
    {"jobs", required_argument, NULL, JOBS},
    {"shard", required_argument, NULL, SHARD},
    {"part", required_argument, NULL, PART},
    {"only", required_argument, NULL, ONLY},
    {"protocol", required_argument, NULL, PROTOCOL},
    {"environments", required_argument, NULL, ENVIRONMENTS},
    {"calls", required_argument, NULL, CALLS},
    {"ticks", required_argument, NULL, TICKS},
    {"faults", required_argument, NULL, FAULTS},
    {"budget", required_argument, NULL, BUDGET},
    {"rules", required_argument, NULL, RULES},
    {"skew", no_argument, NULL, SKEW},
    {"trace", required_argument, NULL, TRACE},
    {"facts", no_argument, NULL, FACTS},
    {"csv", required_argument, NULL, CSV},
    {"json", required_argument, NULL, JSON},
    {"plot", required_argument, NULL, PLOT},
    {"as", required_argument, NULL, AS},
    {"title", required_argument, NULL, TITLE},
    {"digest", required_argument, NULL, DIGEST},
    {"quiet", no_argument, NULL, QUIET},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0}};

static uint64_t number(const char *option, const char *text, uint64_t min, uint64_t max)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value < min ||
        value > max) {
        fprintf(stderr, "storm: --%s: found \"%s\", allowed %llu to %llu\n", option,
                text, (unsigned long long)min, (unsigned long long)max);
        exit(2);
    }
    return value;
}

/* Those of explore; false if it is none of them. */
static bool set_explore_option(struct options *o, int which, const char *text)
{
    switch (which) {
    case PROTOCOL:
        o->protocol = text;
        return true;
    case ENVIRONMENTS:
        o->environments = (uint32_t)number("environments", text, 1, EXPLORE_ENVS_MAX);
        return true;
    case CALLS:
        o->calls = (uint32_t)number("calls", text, 1, EXPLORE_CALLS_MAX);
        return true;
    case TICKS:
        o->ticks = (uint32_t)number("ticks", text, 1, EXPLORE_TICKS_MAX);
        return true;
    case BUDGET:
        o->budget = (uint32_t)number("budget", text, 1, EXPLORE_BUDGET_MAX);
        return true;
    case SKEW:
        o->skew = true;
        return true;
    default:
        return false;
    }
}

/* Where an option is kept that is a text, as it was typed; NULL for all others. */
static const char **text_option(struct options *o, int which)
{
    switch (which) {
    case CLIENT:
        return &o->client;
    case PART:
        return &o->part;
    case ONLY:
        return &o->only;
    case CSV:
        return &o->csv;
    case JSON:
        return &o->json;
    case PLOT:
        return &o->plot;
    case AS:
        return &o->as;
    case TITLE:
        return &o->title;
    case FAULTS:
        return &o->faults;
    case RULES:
        return &o->rules;
    case TRACE:
        return &o->trace;
    default:
        return NULL;
    }
}

static void set_option(struct options *o, int which, const char *text)
{
    const char **kept = text_option(o, which);
    if (kept != NULL)
        *kept = text;
    if (kept != NULL || set_explore_option(o, which, text))
        return;
    switch (which) {
    case SEED:
        o->seed = number("seed", text, 0, UINT64_C(1) << 53);
        break;
    case SEEDS:
        o->seeds = (uint32_t)number("seeds", text, 1, 100000);
        break;
    case JOBS:
        o->jobs = (uint32_t)number("jobs", text, 1, 1024);
        break;
    case SHARD:
        if (!sweep_shard_parse(&o->shard, text)) {
            fprintf(stderr,
                    "storm: --shard: found \"%s\", wanted i/n: the i-th of n parts, n "
                    "at most %d\n",
                    text, SWEEP_PARTS_MAX);
            exit(2);
        }
        break;
    case FACTS:
        o->all_facts = true;
        break;
    case DIGEST:
        if (strlen(text) != 16 || strspn(text, "0123456789abcdefABCDEF") != 16) {
            fprintf(stderr, "storm: --digest: found \"%s\", wanted 16 hex digits\n",
                    text);
            exit(2);
        }
        o->digest = text;
        break;
    case QUIET:
        o->quiet = true;
        break;
    case HELP:
        fputs(help, stdout);
        exit(0);
    default:
        fprintf(stderr, "storm: see storm --help\n");
        exit(2);
    }
}

/* The same status, or 1 if what was printed could not be written. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "storm: standard output: cannot be written: %s\n", strerror(errno));
    return status == 0 ? 1 : status;
}

/* Whether `word` is one of `words`, which have a blank between them. */
static bool is_one_of(const char *word, const char *words)
{
    size_t n = strlen(word);
    for (const char *at = words; at != NULL && n > 0; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, word, n) == 0 && (at[n] == ' ' || at[n] == '\0'))
            return true;
    }
    return false;
}

static bool as_fits(const struct options *o, const char *verb, const char *plots)
{
    if (o->as == NULL)
        return true;
    if (plots == NULL)
        fprintf(stderr, "storm: --as goes with run, compare and sweep, not with %s\n",
                verb);
    else if (!is_one_of(o->as, plots))
        fprintf(stderr, "storm: --as: found \"%s\", allowed with %s: %s\n", o->as, verb,
                strcmp(plots, "fan") == 0 ? plots : "runs or goodput");
    else if (o->plot == NULL)
        fprintf(stderr,
                "storm: --as says what --plot FILE shows, and there is no --plot\n");
    else
        return true;
    return false;
}

/* The verb, and what stands after it. */
static int obey(struct options *o, const char *verb, char *const *words, int count)
{
    size_t i = 0, all = sizeof verbs / sizeof *verbs;
    while (i < all && strcmp(verbs[i].name, verb) != 0)
        i++;
    if (i == all) {
        fprintf(stderr,
                "storm: there is no \"%s\": run, compare, sweep, merge, replay, list, "
                "gallery, "
                "swarm, explore, plot, picture\n",
                verb);
        return 2;
    }
    o->words = words;
    o->word_count = count;
    o->scene = count > 0 ? words[0] : NULL;
    if (count > 1 && !verbs[i].files) {
        fprintf(stderr, "storm: one scene at a time, please: \"%s\"\n", words[1]);
        return 2;
    }
    if (o->seeds == 0 && verbs[i].run == storm_swarm)
        o->seeds = 1000;
    if (o->seeds == 0)
        o->seeds = verbs[i].run == storm_gallery ? 11 : 100;
    return as_fits(o, verb, verbs[i].plots) ? verbs[i].run(o) : 2;
}

int main(int argc, char **argv)
{
    struct options options = {.seed = 1, .jobs = sweep_cores()};
    const char *no_colour = getenv("NO_COLOR");
    options.colour = isatty(STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0');
    for (int which; (which = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
        set_option(&options, which, optarg);
    if (optind == argc) {
        fputs(help, argc == 1 ? stdout : stderr);
        return finish(argc == 1 ? 0 : 2);
    }
    if (options.csv != NULL && options.json != NULL &&
        strcmp(options.csv, options.json) == 0) {
        fprintf(stderr, "storm: --csv and --json: found \"%s\" for both\n",
                options.csv);
        return 2;
    }
    return finish(obey(&options, argv[optind], argv + optind + 1, argc - optind - 1));
}
