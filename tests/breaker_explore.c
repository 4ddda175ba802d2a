/* breaker_explore.c - every state the real breaker can reach, for small configurations.
 *
 * A breaker is a plain value, so a state is a copy of it, the permits that are out and
 * how late it is. From each state every move is made: acquire, record any permit with
 * any outcome, let a permit be lost, let a millisecond pass. Two states are the same if
 * they differ only by a shift in time. In each of them:
 *
 *   - no more than probes_at_once leases run;
 *   - a refusal changes no count;
 *   - a permit of an earlier generation changes nothing;
 *   - with a healthy backend the breaker is closed soon, and stays so. */
#include "breaker_test.h"

#include <stdio.h>
#include <string.h>

#include "breaker.h"

enum { OUT = 3, OLD = 12, WORDS = 48, TABLE = 1 << 17, QUEUE = 1 << 13 };

struct node {
    struct breaker b;
    int64_t now_ms;
    int out;
    struct breaker_permit permit[OUT];
};

struct world {
    const char *title;
    struct breaker_config config;
    int64_t lease_ms;
    int64_t soon_ms; /* healthy for so long: closed */
    uint32_t out;    /* permits out at once */
    uint32_t calls;  /* in the window at once; 0: as many as will */
    int least_states;
};

static const struct world worlds[] = {
    {"three scouts, doubling rest",
     {.failures_to_open = 2,
      .open_ms = 3,
      .open_max_ms = 8,
      .probe_lease_ms = 5,
      .probes_at_once = 3,
      .successes_to_close = 3},
     5,
     40,
     3,
     0,
     5000},
    {"count window, slow and running calls",
     {.window_calls = 3,
      .min_calls = 2,
      .failure_pct = 67,
      .slow_ms = 2,
      .slow_pct = 67,
      .open_ms = 2},
     2,
     60,
     2,
     0,
     1000},
    {"time window",
     {.window_ms = 10,
      .min_calls = 2,
      .failure_pct = 60,
      .open_ms = 4,
      .probes_at_once = 2},
     4,
     40,
     2,
     3,
     1000},
};

static struct node *queue;
static uint64_t *seen;
static size_t head, tail, states, moves;
static const struct world *world;

/* --- one state, apart from its place in time -------------------------------------- */

static int64_t ahead(int64_t at_ms, int64_t now_ms)
{
    return at_ms > now_ms ? at_ms - now_ms : 0;
}

static uint32_t ring_bits(const struct breaker *b, const uint64_t *ring)
{
    uint32_t bits = 0, n = b->config.window_calls;
    for (uint32_t i = 1; i <= b->window.calls && n > 0; i++) /* the newest first */
        bits = bits << 1 | (ring[0] >> (b->ring_next + n - i) % n & 1);
    return bits;
}

/* The window as it is now, even if it has not slid since. Buckets and slices are one
 * millisecond wide here. */
static uint32_t pack_window(const struct breaker *b, int64_t now_ms, uint64_t *w)
{
    uint32_t calls = b->config.window_ms > 0 ? 0 : b->window.calls;
    for (int64_t i = 0; i < BREAKER_BUCKETS; i++) {
        int64_t at = now_ms - i;
        if (b->config.window_ms == 0 || at > b->bucket_now)
            continue;
        if (at <= b->bucket_now - BREAKER_BUCKETS)
            break;
        size_t k = (size_t)(at % BREAKER_BUCKETS);
        w[i] = (uint64_t)b->bucket[k].calls << 8 | b->bucket[k].failed;
        calls += b->bucket[k].calls;
    }
    return calls;
}

static void pack_ages(const struct breaker *b, int64_t now_ms, uint64_t *w)
{
    w[0] = b->overdue;
    for (int64_t at = b->age_now; at >= 0 && at >= b->age_now - BREAKER_AGES; at--) {
        int64_t age = now_ms - at;
        w[age <= BREAKER_AGES ? 1 + age : 0] += b->running[at % (BREAKER_AGES + 1)];
    }
}

static size_t pack_counts(const struct node *node, uint64_t *w)
{
    const struct breaker *b = &node->b;
    memset(w, 0, (2 + BREAKER_BUCKETS + 2 + BREAKER_AGES) * sizeof *w);
    w[0] = ring_bits(b, b->ring_failed);
    w[1] = ring_bits(b, b->ring_slow);
    w[0] |= (uint64_t)pack_window(b, node->now_ms, w + 2) << 32;
    pack_ages(b, node->now_ms, w + 2 + BREAKER_BUCKETS);
    return 2 + BREAKER_BUCKETS + 2 + BREAKER_AGES;
}

static uint64_t hash_of(const struct node *node)
{
    const struct breaker *b = &node->b;
    uint32_t row = b->config.failures_to_open > 0 ? b->failures_in_row : 0;
    uint64_t w[WORDS] = {b->state, row, b->probes_ok, b->opens < 3 ? b->opens : 3};
    size_t n = 4;
    w[n++] =
        b->state == BREAKER_OPEN ? (uint64_t)ahead(b->open_until_ms, node->now_ms) : 0;
    for (int i = 0; i < BREAKER_PROBES_MAX; i++)
        w[n++] = (uint64_t)ahead(b->probe_until_ms[i], node->now_ms);
    n += pack_counts(node, w + n);
    for (int i = 0; i < node->out; i++) {
        int64_t age = node->now_ms - node->permit[i].acquired_ms;
        int64_t most = node->permit[i].probe ? world->lease_ms : OLD;
        if (!node->permit[i].probe && b->config.slow_pct == 0)
            age = 0; /* nobody will ask */
        w[n++] = (uint64_t)(age < most ? age + 1 : most + 1);
    }
    UNIT_HOLDS(n <= WORDS);
    uint64_t hash = 1;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ w[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 31;
    }
    return hash | 1;
}

static bool is_new(uint64_t hash)
{
    size_t i = hash >> 20 & (TABLE - 1);
    while (seen[i] != 0 && seen[i] != hash)
        i = (i + 1) & (TABLE - 1);
    if (seen[i] == hash)
        return false;
    seen[i] = hash;
    return true;
}

/* --- what must hold --------------------------------------------------------------- */

static void check_leases(const struct node *node)
{
    uint32_t running = 0, most = node->b.config.probes_at_once;
    for (int i = 0; i < node->out; i++)
        running += node->permit[i].probe &&
                   node->permit[i].acquired_ms + world->lease_ms > node->now_ms;
    UNIT_SAYS(running <= (most > 0 ? most : 1), "%u leases run", running);
}

static void check_refusal(const struct node *before, const struct node *refused)
{
    const struct breaker *after = &refused->b;
    if (before->b.state != after->state)
        return;
    uint64_t was[WORDS], is[WORDS];
    size_t n = pack_counts(before, was);
    pack_counts(refused, is);
    UNIT_SAYS(memcmp(was, is, n * sizeof *was) == 0, "a refusal changed a count");
    UNIT_HOLDS(before->b.generation == after->generation);
    UNIT_HOLDS(before->b.failures_in_row == after->failures_in_row);
    UNIT_HOLDS(before->b.probes_ok == after->probes_ok);
    ck_assert_mem_eq(before->b.probe_until_ms, after->probe_until_ms,
                     sizeof after->probe_until_ms);
}

static void check_late(const struct node *node, struct breaker_permit permit)
{
    for (int outcome = BREAKER_OK; outcome <= BREAKER_IGNORED; outcome++) {
        struct node late = *node;
        struct breaker_permit used = permit;
        uint64_t hash = hash_of(&late);
        breaker_record(&late.b, &used, (enum breaker_outcome)outcome, late.now_ms);
        UNIT_SAYS(hash == hash_of(&late), "a late result changed something");
        UNIT_HOLDS(node->b.generation == late.b.generation);
    }
}

/* All that is out is lost, and from now on every answer is a good one. */
static void check_alive(const struct node *node)
{
    struct breaker b = node->b;
    struct breaker_permit permit = {.granted = false};
    for (int64_t i = 1; i <= world->soon_ms; i++) {
        permit = breaker_acquire(&b, node->now_ms + i);
        if (permit.granted)
            breaker_record(&b, &permit, BREAKER_OK, node->now_ms + i);
    }
    permit = breaker_acquire(&b, node->now_ms + world->soon_ms);
    UNIT_SAYS(b.state == BREAKER_CLOSED && permit.granted,
              "stuck in state %d after %d ms of health", b.state, (int)world->soon_ms);
}

/* --- the walk --------------------------------------------------------------------- */

static void visit(struct node *node)
{
    int kept = 0;
    for (int i = 0; i < node->out; i++) {
        if (node->permit[i].generation == node->b.generation)
            node->permit[kept++] = node->permit[i];
        else
            check_late(node, node->permit[i]);
    }
    node->out = kept;
    moves++;
    check_leases(node);
    if (!is_new(hash_of(node)))
        return;
    states++;
    check_alive(node);
    UNIT_SAYS(tail - head < QUEUE, "the queue is too short");
    UNIT_SAYS(states < TABLE / 2, "the world is too large");
    queue[tail++ % QUEUE] = *node;
}

static void acquire(struct node node)
{
    uint64_t w[WORDS] = {0};
    if ((uint32_t)node.out == world->out)
        return;
    if (world->calls > 0 && pack_window(&node.b, node.now_ms, w) >= world->calls)
        return;
    struct node before = node;
    struct breaker_permit permit = breaker_acquire(&node.b, node.now_ms);
    if (permit.granted)
        node.permit[node.out++] = permit;
    else
        check_refusal(&before, &node);
    visit(&node);
}

static void let_go(struct node node, int i, int outcome)
{
    struct breaker_permit permit = node.permit[i];
    if (outcome > BREAKER_IGNORED && !permit.probe && node.b.config.slow_pct > 0)
        return; /* lost calls run for ever: there would be no end of states */
    for (node.out--; i < node.out; i++)
        node.permit[i] = node.permit[i + 1];
    if (outcome <= BREAKER_IGNORED) /* else it is lost */
        breaker_record(&node.b, &permit, (enum breaker_outcome)outcome, node.now_ms);
    visit(&node);
}

/* Twenty milliseconds after the last event, nothing changes any more by waiting. */
static void pass(struct node node)
{
    if (node.now_ms - node.b.now_ms >= 20)
        return;
    node.now_ms++;
    visit(&node);
}

static void expand(const struct node *node)
{
    acquire(*node);
    pass(*node);
    for (int i = 0; i < node->out; i++)
        for (int outcome = BREAKER_OK; outcome <= BREAKER_IGNORED + 1; outcome++)
            let_go(*node, i, outcome);
}

START_TEST(every_state_keeps_the_promises)
{
    world = &worlds[_i];
    head = tail = states = moves = 0;
    queue = malloc(QUEUE * sizeof *queue);
    seen = calloc(TABLE, sizeof *seen);
    UNIT_HOLDS(queue != NULL && seen != NULL);
    struct node start = {.now_ms = 900};
    breaker_init(&start.b, &world->config, 1);
    breaker_reset(&start.b, 900);
    visit(&start);
    while (head < tail) {
        struct node node = queue[head++ % QUEUE];
        expand(&node);
    }
    if (getenv("UNIT_VERBOSE") != NULL)
        printf("%s: %zu states, %zu moves\n", world->title, states, moves);
    UNIT_SAYS(states > (size_t)world->least_states, "only %zu states", states);
    free(queue);
    free(seen);
}
END_TEST

const struct unit_case breaker_explore_cases[] = {
    {"explore", &every_state_keeps_the_promises, UNIT_ROWS(worlds)},
};
const size_t breaker_explore_n = UNIT_ROWS(breaker_explore_cases);
