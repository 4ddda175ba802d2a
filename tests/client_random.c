/* client_random.c - many requests in one client, in random order, and what must hold
 * whatever happens:
 *
 *   - as many calls are in flight as were asked for and not yet answered, 0 at the end,
 *     and never more than the bulkhead allows;
 *   - no call is asked for at or past the deadline, nor for longer than is left of it;
 *   - a request makes no more tries than its policy allows;
 *   - every request ends, and a stale answer is as young as promised. */
#include "client_test.h"

#include <string.h>

#include "client.h"

enum { REQUESTS = 12, SHARDS = 30 };

struct request {
    struct client_call call;
    struct client_action action; /* the one under way */
    bool open;
    int64_t since_ms, deadline_ms;
    uint32_t tries, good_as;
};

static struct world {
    struct client client;
    struct client_config config;
    struct request request[REQUESTS];
    uint64_t random;
    int64_t now_ms, good_ms[SHARDS]; /* by shard; all in 0 if there is one for all */
    uint32_t bad_pct;
} world;

static struct client_config random_config(uint64_t *r)
{
    struct client_config c = {
        .deadline_ms = unit_one_in(r, 5) ? 0 : 20 + unit_below(r, 200),
        .stale_max_ms = unit_one_in(r, 2) ? 0 : unit_below(r, 100),
        .in_flight_max = unit_one_in(r, 2) ? 0 : 1 + unit_below(r, 6),
        .per_shard = unit_below(r, 2),
        .retry = {.attempts = unit_below(r, 6),
                  .timeout_ms = unit_one_in(r, 2) ? 0 : 1 + unit_below(r, 40),
                  .backoff_ms = unit_one_in(r, 2) ? 0 : 1 + unit_below(r, 20),
                  .budget_max = unit_one_in(r, 2) ? 0 : 10 + unit_below(r, 20),
                  .budget_cost = unit_below(r, 10)},
        .breaker = {.failures_to_open = 1 + unit_below(r, 4),
                    .open_ms = 1 + unit_below(r, 30),
                    .open_max_ms = 500}};
    if (c.retry.budget_max == 0)
        c.retry.budget_cost = 0;
    return c;
}

static uint32_t in_flight(const struct world *w)
{
    uint32_t n = 0;
    for (int i = 0; i < REQUESTS; i++)
        n += w->request[i].open && w->request[i].action.kind == CLIENT_CALL_BACKEND;
    return n;
}

static void check_call(const struct world *w, struct request *q)
{
    uint32_t most = w->config.retry.attempts;
    int64_t left =
        q->deadline_ms == DEADLINE_NEVER ? DEADLINE_NEVER : q->deadline_ms - w->now_ms;
    q->tries++;
    UNIT_HOLDS(q->tries <= (most > 0 ? most : 1));
    UNIT_HOLDS(q->action.within_ms > 0 && q->action.within_ms <= left);
    UNIT_HOLDS(w->config.retry.timeout_ms == 0 ||
               q->action.within_ms <= w->config.retry.timeout_ms);
}

static void check_answer(const struct world *w, const struct request *q)
{
    const struct client_action *a = &q->action;
    if (a->answer == CLIENT_STALE)
        UNIT_HOLDS(a->age_ms <= w->config.stale_max_ms &&
                   a->age_ms == w->now_ms - w->good_ms[q->good_as]);
    if (a->answer == CLIENT_REFUSED)
        UNIT_HOLDS(q->tries == 0);
    if (a->answer == CLIENT_FAILED || a->answer == CLIENT_TIMED_OUT)
        UNIT_HOLDS(q->tries > 0);
    if (a->answer == CLIENT_FRESH)
        UNIT_HOLDS(a->status >= 200 && a->status < 500 && a->status != 429);
}

static void step(struct world *w, struct request *q, struct client_event event)
{
    event.now_ms = w->now_ms;
    event.random = (uint64_t)unit_random(&w->random) << 32 | unit_random(&w->random);
    bool good =
        event.kind == CLIENT_REPLY && event.status == 200 && w->now_ms < q->deadline_ms;
    if (good)
        w->good_ms[q->good_as] = w->now_ms;
    q->action = client_step(&w->client, &q->call, &event);
    UNIT_HOLDS(!good || q->action.kind == CLIENT_ANSWER);
    if (q->action.kind == CLIENT_CALL_BACKEND)
        check_call(w, q);
    if (q->action.kind == CLIENT_ANSWER) {
        check_answer(w, q);
        q->open = false;
    }
    q->since_ms = w->now_ms;
    UNIT_HOLDS(w->client.in_flight == in_flight(w));
    UNIT_HOLDS(w->config.in_flight_max == 0 ||
               w->client.in_flight <= w->config.in_flight_max);
    UNIT_HOLDS(w->client.budget.spent <= w->config.retry.budget_max);
}

static void begin(struct world *w, struct request *q)
{
    *q = (struct request){.open = true};
    q->deadline_ms = deadline_after(w->now_ms, w->config.deadline_ms);
    uint32_t shard = unit_below(&w->random, SHARDS);
    q->good_as = w->config.per_shard ? shard : 0;
    step(w, q, (struct client_event){.kind = CLIENT_START, .shard = shard});
}

static void go_on(struct world *w, struct request *q)
{
    static const int codes[] = {500, 503, 429, 404, 0};
    if (q->action.kind == CLIENT_SLEEP) {
        if (w->now_ms >= q->since_ms + q->action.within_ms)
            step(w, q, (struct client_event){.kind = CLIENT_WOKE});
        return;
    }
    bool over = q->action.within_ms != DEADLINE_NEVER &&
                w->now_ms >= q->since_ms + q->action.within_ms;
    int code = unit_below(&w->random, 100) < w->bad_pct
                   ? codes[unit_below(&w->random, (uint32_t)UNIT_ROWS(codes))]
                   : 200;
    if (code == 0 || (over && unit_one_in(&w->random, 2)))
        step(w, q, (struct client_event){.kind = CLIENT_TIMEOUT});
    else
        step(w, q,
             (struct client_event){.kind = CLIENT_REPLY,
                                   .status = code,
                                   .retry_after_ms = unit_below(&w->random, 100)});
}

static void random_history(uint64_t seed)
{
    struct world *w = &world;
    memset(w, 0, sizeof *w);
    w->random = seed;
    w->config = random_config(&w->random);
    w->bad_pct = unit_below(&w->random, 3) * 40;
    UNIT_HOLDS(client_config_error(&w->config) == NULL);
    client_init(&w->client, &w->config, seed);
    for (int i = 0; i < 600; i++) {
        struct request *q = &w->request[unit_below(&w->random, REQUESTS)];
        w->now_ms += unit_below(&w->random, 6);
        if (q->open)
            go_on(w, q);
        else
            begin(w, q);
    }
    for (int i = 0; i < REQUESTS; i++) {
        for (int n = 0; w->request[i].open; n++) {
            UNIT_HOLDS(n < 100);
            w->now_ms += 50;
            go_on(w, &w->request[i]);
        }
    }
    UNIT_HOLDS(w->client.in_flight == 0);
}

START_TEST(random_histories_keep_the_promises)
{
    for (uint64_t seed = 1; seed <= 2000; seed++)
        random_history(seed);
}
END_TEST

const struct unit_case client_random_cases[] = {
    {"random", &random_histories_keep_the_promises, 0},
};
const size_t client_random_n = UNIT_ROWS(client_random_cases);
