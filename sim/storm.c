/* storm.c - the command line: reads options, hands over to the verbs. */
#include "storm.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sweep.h"

static const char help[] =
    "storm - play scenes of failure against a client, in virtual time\n"
    "\n"
    "  storm list                 the scenes there are\n"
    "  storm run SCENE            one client, one seed: a picture and the facts\n"
    "  storm compare SCENE        all clients of the scene under one seed\n"
    "  storm sweep SCENE          all clients under many seeds, and what must hold\n"
    "  storm replay SCENE         run again, and compare with --digest\n"
    "\n"
    "SCENE is a name from the list, or a JSON file (sim/README.md says what is in it).\n"
    "\n"
    "  --client NAME   only this client (run: default the last in the scene)\n"
    "  --seed N        seed, or the first of many (default 1)\n"
    "  --seeds N       sweep: how many (default 100)\n"
    "  --jobs N        sweep: processes (default: one per core); changes no result\n"
    "  --facts         all facts, not only the main ones\n"
    "  --csv FILE      numbers over time (sweep: a line per run); - is standard output\n"
    "  --json FILE     the facts\n"
    "  --plot FILE     a picture by gnuplot, .svg or .png\n"
    "  --digest HEX    replay: what the run must come to\n"
    "  --quiet         no picture, no table\n"
    "  --help          this\n"
    "\n"
    "The same scene, client and seed give the same run on every machine.\n"
    "Exit status: 0 good, 1 something that must hold does not, 2 wrong usage.\n";

static const struct {
    const char *name;
    int (*run)(const struct options *options);
} verbs[] = {{"run", storm_run},       {"compare", storm_compare}, {"sweep", storm_sweep},
             {"replay", storm_replay}, {"list", storm_list}};

enum { CLIENT = 256, SEED, SEEDS, JOBS, FACTS, CSV, JSON, PLOT, DIGEST, QUIET, HELP };

static const struct option long_options[] = {
    {"client", required_argument, NULL, CLIENT}, {"seed", required_argument, NULL, SEED},
    {"seeds", required_argument, NULL, SEEDS},   {"jobs", required_argument, NULL, JOBS},
    {"facts", no_argument, NULL, FACTS},         {"csv", required_argument, NULL, CSV},
    {"json", required_argument, NULL, JSON},     {"plot", required_argument, NULL, PLOT},
    {"digest", required_argument, NULL, DIGEST}, {"quiet", no_argument, NULL, QUIET},
    {"help", no_argument, NULL, HELP},           {NULL, 0, NULL, 0}};

static uint64_t number(const char *option, const char *text, uint64_t min, uint64_t max)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || value < min ||
        value > max) {
        fprintf(stderr, "storm: --%s: found \"%s\", allowed %llu to %llu\n", option, text,
                (unsigned long long)min, (unsigned long long)max);
        exit(2);
    }
    return value;
}

static void set_option(struct options *o, int which, const char *text)
{
    switch (which) {
    case CLIENT:
        o->client = text;
        break;
    case SEED:
        o->seed = number("seed", text, 0, UINT64_C(1) << 53);
        break;
    case SEEDS:
        o->seeds = (uint32_t)number("seeds", text, 1, 100000);
        break;
    case JOBS:
        o->jobs = (uint32_t)number("jobs", text, 1, 1024);
        break;
    case FACTS:
        o->all_facts = true;
        break;
    case CSV:
        o->csv = text;
        break;
    case JSON:
        o->json = text;
        break;
    case PLOT:
        o->plot = text;
        break;
    case DIGEST:
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

int main(int argc, char **argv)
{
    struct options options = {.seed = 1, .seeds = 100, .jobs = sweep_cores()};
    const char *no_colour = getenv("NO_COLOR");
    options.colour = isatty(STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0');
    for (int which; (which = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
        set_option(&options, which, optarg);
    if (optind == argc) {
        fputs(help, stdout);
        return argc == 1 ? 0 : 2;
    }
    const char *verb = argv[optind++];
    options.scene = optind < argc ? argv[optind++] : NULL;
    if (optind < argc) {
        fprintf(stderr, "storm: one scene at a time, please: \"%s\"\n", argv[optind]);
        return 2;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, verb) == 0)
            return verbs[i].run(&options);
    fprintf(stderr, "storm: there is no \"%s\": run, compare, sweep, replay, list\n", verb);
    return 2;
}
