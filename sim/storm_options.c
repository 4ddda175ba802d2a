/* storm_options.c - see storm_options.h. */
#include "storm_options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"

/* --- the table -------------------------------------------------------------------- */

enum kind { TEXT, COUNT, NUMBER, FLAG, SHARD, DIGEST, HELP };

/* Where its value goes and, of a number, what is allowed. */
static const struct row {
    const char *name;
    enum kind kind;
    size_t offset;
    uint64_t min, max;
} rows[] = {
    {"client", TEXT, offsetof(struct options, client), 0, 0},
    {"seed", NUMBER, offsetof(struct options, seed), 0, UINT64_C(1) << 53},
    {"seeds", COUNT, offsetof(struct options, seeds), 1, 100000},
    {"jobs", COUNT, offsetof(struct options, jobs), 1, 1024},
    {"shard", SHARD, offsetof(struct options, shard), 0, 0},
    {"part", TEXT, offsetof(struct options, part), 0, 0},
    {"only", TEXT, offsetof(struct options, only), 0, 0},
    {"protocol", TEXT, offsetof(struct options, protocol), 0, 0},
    {"environments", COUNT, offsetof(struct options, environments), 1,
     EXPLORE_ENVS_MAX},
    {"calls", COUNT, offsetof(struct options, calls), 1, EXPLORE_CALLS_MAX},
    {"ticks", COUNT, offsetof(struct options, ticks), 1, EXPLORE_TICKS_MAX},
    {"faults", TEXT, offsetof(struct options, faults), 0, 0},
    {"budget", COUNT, offsetof(struct options, budget), 1, EXPLORE_BUDGET_MAX},
    {"rules", TEXT, offsetof(struct options, rules), 0, 0},
    {"skew", FLAG, offsetof(struct options, skew), 0, 0},
    {"trace", TEXT, offsetof(struct options, trace), 0, 0},
    {"facts", FLAG, offsetof(struct options, all_facts), 0, 0},
    {"csv", TEXT, offsetof(struct options, csv), 0, 0},
    {"json", TEXT, offsetof(struct options, json), 0, 0},
    {"plot", TEXT, offsetof(struct options, plot), 0, 0},
    {"as", TEXT, offsetof(struct options, as), 0, 0},
    {"title", TEXT, offsetof(struct options, title), 0, 0},
    {"digest", DIGEST, offsetof(struct options, digest), 0, 0},
    {"quiet", FLAG, offsetof(struct options, quiet), 0, 0},
    {"help", HELP, 0, 0, 0},
};
enum { ROWS = sizeof rows / sizeof *rows, FIRST = 256 };
_Static_assert(ROWS <= 32, "struct options_given has a bit for each");

/* Where there is more to say than which verbs take it. */
static const struct {
    const char *verb, *option, *why;
} reasons[] = {
    {"compare", "csv", "--csv and --json go with run (one client) or sweep"},
    {"compare", "json", "--csv and --json go with run (one client) or sweep"},
    {"merge", "plot", "--plot goes with sweep: it plays all runs again"},
    {"gallery", "client", "gallery plays all clients; --client goes with sweep"},
    {"swarm", "csv", "swarm writes --json FILE, and nothing else"},
    {"swarm", "plot", "swarm writes --json FILE, and nothing else"},
};

/* --- values ----------------------------------------------------------------------- */

static uint64_t read_number(const struct row *row, const char *text)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' &&
        value >= row->min && value <= row->max)
        return value;
    fprintf(stderr, "storm: --%s: found \"%s\", allowed %llu to %llu\n", row->name,
            text, (unsigned long long)row->min, (unsigned long long)row->max);
    exit(2);
}

static void read_shard(struct sweep_shard *shard, const char *text)
{
    if (sweep_shard_parse(shard, text))
        return;
    fprintf(stderr,
            "storm: --shard: found \"%s\", wanted i/n: the i-th of n parts, n at most "
            "%d\n",
            text, SWEEP_PARTS_MAX);
    exit(2);
}

static const char *read_digest(const char *text)
{
    if (strlen(text) == 16 && strspn(text, "0123456789abcdefABCDEF") == 16)
        return text;
    fprintf(stderr, "storm: --digest: found \"%s\", wanted 16 hex digits\n", text);
    exit(2);
}

static void set(struct options *o, const struct row *row, const char *text,
                const char *help)
{
    void *place = (unsigned char *)o + row->offset;
    switch (row->kind) {
    case TEXT:
        *(const char **)place = text;
        return;
    case COUNT:
        *(uint32_t *)place = (uint32_t)read_number(row, text);
        return;
    case NUMBER:
        *(uint64_t *)place = read_number(row, text);
        return;
    case FLAG:
        *(bool *)place = true;
        return;
    case SHARD:
        read_shard(place, text);
        return;
    case DIGEST:
        *(const char **)place = read_digest(text);
        return;
    case HELP:
        fputs(help, stdout);
        exit(0);
    }
}

int options_read(struct options *options, struct options_given *given, int argc,
                 char **argv, const char *help)
{
    struct option known[ROWS + 1] = {{NULL, 0, NULL, 0}};
    for (int i = 0; i < ROWS; i++)
        known[i] = (struct option){
            .name = rows[i].name,
            .has_arg = rows[i].kind == FLAG || rows[i].kind == HELP ? no_argument
                                                                    : required_argument,
            .val = FIRST + i};
    for (int which; (which = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (which < FIRST) {
            fprintf(stderr, "storm: see storm --help\n");
            exit(2);
        }
        given->bits |= UINT32_C(1) << (which - FIRST);
        set(options, &rows[which - FIRST], optarg, help);
    }
    return optind;
}

/* --- who takes them --------------------------------------------------------------- */

bool options_is_one_of(const char *word, const char *words)
{
    size_t n = strlen(word);
    for (const char *at = words; at != NULL && n > 0; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, word, n) == 0 && (at[n] == ' ' || at[n] == '\0'))
            return true;
    }
    return false;
}

bool options_has(const struct options_given *given, const char *name)
{
    int i = 0;
    while (i < ROWS && strcmp(rows[i].name, name) != 0)
        i++;
    assert(i < ROWS);
    return given->bits >> i & 1;
}

static const char *reason(const char *verb, const char *option)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(reasons[i].verb, verb) == 0 &&
            strcmp(reasons[i].option, option) == 0)
            return reasons[i].why;
    return NULL;
}

/* "run, compare and sweep" */
static void print_takers(const char *option, const struct storm_verb *verbs)
{
    uint32_t left = 0;
    for (const struct storm_verb *v = verbs; v->name != NULL; v++)
        left += options_is_one_of(option, v->takes);
    for (const struct storm_verb *v = verbs; v->name != NULL; v++) {
        if (!options_is_one_of(option, v->takes))
            continue;
        left--;
        fprintf(stderr, "%s%s", v->name, left > 1 ? ", " : left == 1 ? " and " : "");
    }
}

bool options_fit(const struct options_given *given, const struct storm_verb *verb,
                 const struct storm_verb *verbs)
{
    for (int i = 0; i < ROWS; i++) {
        const char *option = rows[i].name;
        if (!(given->bits >> i & 1) || options_is_one_of(option, verb->takes))
            continue;
        const char *why = reason(verb->name, option);
        if (why != NULL) {
            fprintf(stderr, "storm: %s\n", why);
            return false;
        }
        fprintf(stderr, "storm: --%s goes with ", option);
        print_takers(option, verbs);
        fprintf(stderr, ", not with %s\n", verb->name);
        return false;
    }
    return true;
}
