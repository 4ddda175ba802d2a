/* storm.c - the command line: which verb takes what, and who obeys. */
#include "storm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storm_options.h"
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

/* What stands under a verb is read by it, and by no other. */
static const struct storm_verb verbs[] = {
    {"run", "client seed facts csv json plot as quiet", storm_run, "runs goodput", 1,
     false},
    {"compare", "client seed facts plot as quiet", storm_compare, "runs goodput", 1,
     false},
    {"sweep", "client seed seeds jobs shard part csv json plot as quiet", storm_sweep,
     "fan", 100, false},
    {"merge", "csv json quiet", storm_merge, NULL, 1, true},
    {"replay", "client seed digest", storm_replay, NULL, 1, false},
    {"list", "", storm_list, NULL, 1, false},
    {"gallery", "seed seeds jobs csv json plot quiet", storm_gallery, NULL, 11, true},
    {"swarm", "client protocol seed seeds jobs only json quiet", storm_swarm, NULL,
     1000, false},
    {"explore",
     "client protocol environments calls ticks faults budget rules skew trace quiet",
     storm_explore, NULL, 1, false},
    {"plot", "title", storm_plot, NULL, 1, true},
    {"picture", "title", storm_picture, NULL, 1, true},
    {NULL, NULL, NULL, NULL, 0, false}};

/* The same status, or 1 if what was printed could not be written. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "storm: standard output: cannot be written: %s\n", strerror(errno));
    return status == 0 ? 1 : status;
}

static bool as_fits(const struct options *o, const struct storm_verb *verb)
{
    if (o->as == NULL)
        return true;
    if (!options_is_one_of(o->as, verb->plots))
        fprintf(stderr, "storm: --as: found \"%s\", allowed with %s: %s\n", o->as,
                verb->name,
                strcmp(verb->plots, "fan") == 0 ? "fan" : "runs or goodput");
    else if (o->plot == NULL)
        fprintf(stderr,
                "storm: --as says what --plot FILE shows, and there is no --plot\n");
    else
        return true;
    return false;
}

/* Options that a verb takes, but not all together. */
static bool go_together(const struct options *o, const struct options_given *given,
                        const struct storm_verb *verb)
{
    if (o->csv != NULL && o->json != NULL && strcmp(o->csv, o->json) == 0) {
        fprintf(stderr, "storm: --csv and --json: found \"%s\" for both\n", o->csv);
        return false;
    }
    if (verb->run == storm_gallery && o->plot != NULL &&
        (o->csv != NULL || o->json != NULL || options_has(given, "seeds") ||
         options_has(given, "jobs"))) {
        fprintf(stderr, "storm: gallery --plot draws one seed, and no table: it goes "
                        "without --csv, --json, --seeds and --jobs\n");
        return false;
    }
    return as_fits(o, verb);
}

static int no_such(const char *name)
{
    fprintf(stderr, "storm: there is no \"%s\": ", name);
    for (const struct storm_verb *v = verbs; v->name != NULL; v++)
        fprintf(stderr, "%s%s", v->name, v[1].name != NULL ? ", " : "\n");
    return 2;
}

/* The verb, and what stands after it. */
static int obey(struct options *o, const struct options_given *given, const char *name,
                char *const *words, int count)
{
    const struct storm_verb *verb = verbs;
    while (verb->name != NULL && strcmp(verb->name, name) != 0)
        verb++;
    if (verb->name == NULL)
        return no_such(name);
    if (!options_fit(given, verb, verbs))
        return 2;
    o->words = words;
    o->word_count = count;
    o->scene = count > 0 ? words[0] : NULL;
    if (count > 1 && !verb->files) {
        fprintf(stderr, "storm: one scene at a time, please: \"%s\"\n", words[1]);
        return 2;
    }
    if (!go_together(o, given, verb))
        return 2;
    o->seeds = o->seeds == 0 ? verb->seeds : o->seeds;
    return verb->run(o);
}

int main(int argc, char **argv)
{
    struct options options = {.seed = 1, .jobs = sweep_cores()};
    struct options_given given = {0};
    const char *no_colour = getenv("NO_COLOR");
    options.colour = isatty(STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0');
    int first = options_read(&options, &given, argc, argv, help);
    if (first == argc) {
        fputs(help, argc == 1 ? stdout : stderr);
        return finish(argc == 1 ? 0 : 2);
    }
    options.given_seed = options_has(&given, "seed");
    return finish(
        obey(&options, &given, argv[first], argv + first + 1, argc - first - 1));
}
