/* part.c - see part.h. What was damaged on its way is found by the check sum; so what
 * is read after that was written by some storm, if perhaps another one. */
#include "part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- digests: FNV-1a -------------------------------------------------------------- */

#define DIGEST_START UINT64_C(0xcbf29ce484222325)

static uint64_t digest_bytes(uint64_t digest, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        digest = (digest ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return digest;
}

/* Of the names of the facts, and of how a histogram is cut: what numbers mean. */
static uint64_t digest_meaning(int *count)
{
    uint64_t digest = DIGEST_START;
    for (*count = 0; facts[*count].name != NULL; ++*count)
        digest =
            digest_bytes(digest, facts[*count].name, strlen(facts[*count].name) + 1);
    uint32_t cut[] = {HISTOGRAM_BITS, HISTOGRAM_TOP};
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++)
        digest = digest_bytes(digest, &(char){(char)cut[i]}, 1);
    return digest;
}

/* All of a file with a 0 behind it; NULL if it cannot be read. free() it. */
static char *read_all(const char *file, size_t *bytes)
{
    FILE *in = fopen(file, "rb");
    char *text = NULL;
    size_t room = 0, n = 0;
    *bytes = 0;
    if (in == NULL)
        return NULL;
    do {
        room = room == 0 ? 65536 : room * 2;
        char *more = realloc(text, room);
        if (more == NULL)
            break;
        text = more;
        n = fread(text + *bytes, 1, room - *bytes - 1, in);
        *bytes += n;
    } while (n > 0);
    bool good = feof(in) && !ferror(in);
    fclose(in);
    if (text == NULL || !good) {
        free(text);
        return NULL;
    }
    text[*bytes] = '\0';
    return text;
}

bool part_digest(uint64_t *digest, const char *file)
{
    size_t bytes;
    char *text = read_all(file, &bytes);
    if (text == NULL)
        return false;
    *digest = digest_bytes(DIGEST_START, text, bytes);
    free(text);
    return true;
}

/* --- writing ---------------------------------------------------------------------- */

static void write_histogram(FILE *out, const char *name, uint32_t client,
                            const struct histogram *h)
{
    fprintf(out, "%s %" PRIu32, name, client);
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        if (h->count[i] > 0)
            fprintf(out, " %" PRIu32 " %" PRIu64, i, h->count[i]);
    fputc('\n', out);
}

static void write_lines(FILE *out, const struct part *part)
{
    const struct sweep *s = &part->sweep;
    const struct sweep_extent *e = &s->extent;
    int count;
    uint64_t meaning = digest_meaning(&count);
    fprintf(out, "storm part 1\nscene %016" PRIx64 " %s\n", part->scene_digest,
            part->scene);
    fprintf(out, "facts %d %016" PRIx64 "\n", count, meaning);
    fprintf(out, "clients %" PRIu32 " %" PRIu32 "\n", e->first_client, e->clients);
    fprintf(out, "seeds %" PRIu64 " %" PRIu32 "\n", e->first, e->seeds);
    fprintf(out, "shard %" PRIu32 " %" PRIu32 "\n", e->shard.part, e->shard.of);
    for (uint32_t i = 0; i < s->count; i++) {
        fprintf(out, "run %" PRIu32 " %" PRIu32 " %016" PRIx64, s->rows[i].client,
                s->rows[i].index, s->rows[i].digest);
        for (int f = 0; f < count; f++)
            fprintf(out, " %" PRId64, s->rows[i].fact[f]);
        fputc('\n', out);
    }
    for (uint32_t c = e->first_client; c < e->first_client + e->clients; c++) {
        write_histogram(out, "all", c, &s->pool[c].latency);
        write_histogram(out, "fault", c, &s->pool[c].latency_in_fault);
    }
}

void part_write(FILE *out, const struct part *part)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&text, &bytes);
    if (memory != NULL)
        write_lines(memory, part);
    if (memory == NULL || fclose(memory) != 0) {
        fprintf(stderr, "storm: out of memory\n");
        abort();
    }
    fwrite(text, 1, bytes, out);
    fprintf(out, "end %016" PRIx64 "\n", digest_bytes(DIGEST_START, text, bytes));
    free(text);
}

/* --- reading ---------------------------------------------------------------------- */

struct reader {
    const char *at;
    bool good; /* nothing was found that does not belong there */
};

/* This very text. */
static void skip(struct reader *r, const char *text)
{
    size_t n = strlen(text);
    r->good = r->good && strncmp(r->at, text, n) == 0;
    r->at += r->good ? n : 0;
}

/* A blank and a number, to a base of 10 or 16, of at most `most`; 0 if it is not there.
 */
static uint64_t number(struct reader *r, int base, uint64_t most)
{
    const char *digits = base == 16 ? "0123456789abcdef" : "0123456789";
    uint64_t value = 0;
    skip(r, " ");
    size_t n = r->good ? strspn(r->at, digits) : 0;
    r->good = r->good && n > 0;
    for (size_t i = 0; i < n && r->good; i++) {
        uint64_t digit = (uint64_t)(strchr(digits, *r->at++) - digits);
        r->good = digit <= most && value <= (most - digit) / (uint64_t)base;
        value = value * (uint64_t)base + digit;
    }
    return r->good ? value : 0;
}

static uint32_t count(struct reader *r, uint32_t most)
{
    return (uint32_t)number(r, 10, most);
}

static int64_t whole(struct reader *r)
{
    bool negative = strncmp(r->at, " -", 2) == 0;
    if (!negative)
        return (int64_t)number(r, 10, INT64_MAX);
    char *end;
    errno = 0;
    long long value = strtoll(r->at + 1, &end, 10);
    r->good = r->good && errno == 0 && end > r->at + 2;
    r->at = end;
    return value;
}

static void read_head(struct reader *r, struct part *part, struct sweep_extent *e,
                      int *fact_count, uint64_t *meaning)
{
    skip(r, "storm part 1\nscene");
    part->scene_digest = number(r, 16, UINT64_MAX);
    skip(r, " ");
    size_t n = strcspn(r->at, "\n");
    r->good = r->good && n > 0 && n < sizeof part->scene;
    if (!r->good)
        return;
    memcpy(part->scene, r->at, n);
    part->scene[n] = '\0';
    r->at += n;
    skip(r, "\nfacts");
    *fact_count = (int)count(r, FACTS_MAX);
    *meaning = number(r, 16, UINT64_MAX);
    skip(r, "\nclients");
    e->first_client = count(r, SCENE_CLIENTS_MAX);
    e->clients = count(r, SCENE_CLIENTS_MAX - e->first_client);
    skip(r, "\nseeds");
    e->first = number(r, 10, UINT64_C(1) << 53);
    e->seeds = count(r, 1000000);
    skip(r, "\nshard");
    e->shard.part = count(r, SWEEP_PARTS_MAX);
    e->shard.of = count(r, SWEEP_PARTS_MAX);
    skip(r, "\n");
    r->good = r->good && e->shard.part >= 1 && e->shard.part <= e->shard.of;
}

/* The rows must be those that belong here, in their order. */
static void read_row(struct reader *r, struct sweep_row *row, int fact_count)
{
    skip(r, "run");
    bool own = count(r, UINT32_MAX) == row->client;
    own = count(r, UINT32_MAX) == row->index && own;
    row->digest = number(r, 16, UINT64_MAX);
    for (int i = 0; i < fact_count; i++)
        row->fact[i] = whole(r);
    skip(r, "\n");
    r->good = r->good && own;
}

static void read_histogram(struct reader *r, const char *name, uint32_t client,
                           struct histogram *h)
{
    skip(r, name);
    r->good = count(r, UINT32_MAX) == client && r->good;
    while (r->good && *r->at == ' ') {
        uint32_t bucket = count(r, HISTOGRAM_BUCKETS - 1);
        uint64_t n = number(r, 10, UINT64_MAX);
        h->count[bucket] += n;
        h->total += n;
    }
    skip(r, "\n");
}

static void read_body(struct reader *r, struct sweep *s, int fact_count)
{
    for (uint32_t i = 0; i < s->count && r->good; i++)
        read_row(r, &s->rows[i], fact_count);
    const struct sweep_extent *e = &s->extent;
    for (uint32_t c = e->first_client; c < e->first_client + e->clients; c++) {
        read_histogram(r, "all", c, &s->pool[c].latency);
        read_histogram(r, "fault", c, &s->pool[c].latency_in_fault);
    }
    skip(r, "end");
}

/* Does the last line hold the digest of all before it? */
static bool sums_up(const char *text, size_t bytes)
{
    char last[32];
    size_t length = sizeof "end 0123456789abcdef\n" - 1;
    if (bytes < length)
        return false;
    snprintf(last, sizeof last, "end %016" PRIx64 "\n",
             digest_bytes(DIGEST_START, text, bytes - length));
    return strcmp(text + bytes - length, last) == 0;
}

static bool wrong(char error[PART_ERROR_MAX], const char *what)
{
    snprintf(error, PART_ERROR_MAX, "%s", what);
    return false;
}

static bool parse(struct part *part, const char *text, size_t bytes,
                  char error[PART_ERROR_MAX])
{
    struct reader r = {text, true};
    struct sweep_extent extent = {0};
    int fact_count = 0, own_count = 0;
    uint64_t meaning = 0;
    if (strncmp(text, "storm part ", sizeof "storm part " - 1) != 0)
        return wrong(error, "is no part of a sweep");
    if (strlen(text) != bytes || !sums_up(text, bytes))
        return wrong(error, "is damaged: its check sum is not right");
    read_head(&r, part, &extent, &fact_count, &meaning);
    if (r.good && (meaning != digest_meaning(&own_count) || fact_count != own_count))
        return wrong(error, "was written by another version of storm: its facts are "
                            "not those of this one");
    if (r.good) {
        sweep_new(&part->sweep, &extent);
        read_body(&r, &part->sweep, fact_count);
        if (r.good)
            return true;
        sweep_free(&part->sweep);
    }
    return wrong(error, "was written by another version of storm: it cannot be read");
}

bool part_read(struct part *part, const char *file, char error[PART_ERROR_MAX])
{
    size_t bytes;
    errno = 0;
    char *text = read_all(file, &bytes);
    if (text == NULL) {
        snprintf(error, PART_ERROR_MAX, "cannot be read: %s",
                 errno != 0 ? strerror(errno) : "out of memory");
        return false;
    }
    bool good = parse(part, text, bytes, error);
    free(text);
    return good;
}
