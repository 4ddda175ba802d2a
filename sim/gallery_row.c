/* gallery_row.c - see gallery_row.h. */
#include "gallery_row.h"

#include <inttypes.h>

#include "facts.h"

static int64_t median(const struct sweep_row *rows, uint32_t seeds, const char *fact)
{
    return sweep_quantile(rows, seeds, fact_find(fact), 500);
}

static int print_s(char *out, size_t size, int64_t ms)
{
    if (ms % 1000 == 0)
        return snprintf(out, size, "%" PRId64, ms / 1000);
    return snprintf(out, size, "%" PRId64 ".%" PRId64, ms / 1000, ms % 1000 / 100);
}

/* "2 [1 to 3]", "never", or in how many of all runs never, and else from when to when.
 */
static void recovered(char *out, size_t size, const struct sweep_row *rows,
                      uint32_t seeds)
{
    int fact = fact_find("recovered_ms");
    int64_t least = INT64_MAX, most = sweep_quantile(rows, seeds, fact, 1000);
    uint32_t never = 0;
    char from[32], to[32], middle[32];
    for (uint32_t i = 0; i < seeds; i++) {
        int64_t ms = rows[i].fact[fact];
        never += ms < 0;
        least = ms >= 0 && ms < least ? ms : least;
    }
    print_s(from, sizeof from, least);
    print_s(to, sizeof to, most);
    print_s(middle, sizeof middle, sweep_quantile(rows, seeds, fact, 500));
    if (never == seeds)
        snprintf(out, size, "never");
    else if (never > 0)
        snprintf(out, size, "never in %u of %u, else %s to %s", never, seeds, from, to);
    else if (least == most)
        snprintf(out, size, "%s", from);
    else
        snprintf(out, size, "%s [%s to %s]", middle, from, to);
}

static void dollars(char *out, size_t size, int64_t micro)
{
    int64_t cents = (micro + 5000) / 10000;
    snprintf(out, size, "%" PRId64 ".%02" PRId64, cents / 100, cents % 100);
}

/* The columns of a row: a fact, its head, its width. A world without a store has no
 * requests to it, one without a fleet no bill. */
static const struct {
    const char *head, *fact;
    int width;
    bool store;
} columns[] = {{"fresh", "fresh_pct", 5, false},
               {"stale", "stale_pct", 5, false},
               {"refused", "refused_pct", 7, false},
               {"failed", "failed_pct", 6, false},
               {"no room", "no_room_pct", 7, false},
               {"calls/s", "attempts_per_s", 7, false},
               {"opens", "opens", 5, false},
               {"trips", "trips", 5, true},
               {"probes", "probes", 6, false},
               {"p99 ms", "fault_p99_ms", 6, false},
               {"cold", "cold_starts", 5, false},
               {"reads/s", "store_reads_per_s", 7, true},
               {"writes/s", "store_writes_per_s", 8, true}};
enum { COLUMNS = sizeof columns / sizeof *columns };

void gallery_head(FILE *out)
{
    fprintf(out, "%-13s", "");
    for (int c = 0; c < COLUMNS; c++)
        fprintf(out, " %*s", columns[c].width, columns[c].head);
    fprintf(out, " %6s  recovered after s\n", "$/M");
}

void gallery_row(FILE *out, const struct scene *scene, const struct sweep_row *rows,
                 uint32_t seeds)
{
    char cell[128];
    fprintf(out, "%-13s", scene->client[rows->client].name);
    for (int c = 0; c < COLUMNS; c++)
        if (columns[c].store && !scene->world.has_store)
            fprintf(out, " %*s", columns[c].width, "-");
        else
            fprintf(out, " %*" PRId64, columns[c].width,
                    median(rows, seeds, columns[c].fact));
    dollars(cell, sizeof cell, median(rows, seeds, "dollars_micro_per_million"));
    fprintf(out, " %6s", scene->world.pool.fleet ? cell : "-");
    recovered(cell, sizeof cell, rows, seeds);
    fprintf(out, "  %s\n", scene->world.fault_count > 0 ? cell : "-");
}
