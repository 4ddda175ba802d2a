/* client_stories.h - the tables that client_test.c plays: data, one story a row. */
#ifndef CLIENT_STORIES_H
#define CLIENT_STORIES_H

#include "client.h"

enum { CALLS = 4, STEPS = 16 };

struct step {
    int call;
    struct client_event event;
    struct client_action want;
    bool last; /* no more steps */
};

struct story {
    const char *title;
    struct client_config config;
    struct step steps[STEPS];
};

#define START(at)                                                                      \
    {                                                                                  \
        .kind = CLIENT_START, .now_ms = (at)                                           \
    }
#define START_SHARD(at, which)                                                         \
    {                                                                                  \
        .kind = CLIENT_START, .now_ms = (at), .shard = (which)                         \
    }
#define START_UNTIL(at, until)                                                         \
    {                                                                                  \
        .kind = CLIENT_START, .now_ms = (at), .deadline_ms = (until)                   \
    }
#define REPLY(at, code)                                                                \
    {                                                                                  \
        .kind = CLIENT_REPLY, .now_ms = (at), .status = (code)                         \
    }
#define REPLY_REST(at, code, rest)                                                     \
    {                                                                                  \
        .kind = CLIENT_REPLY, .now_ms = (at), .status = (code),                        \
        .retry_after_ms = (rest)                                                       \
    }
#define REPLY_DRAW(at, code, bits)                                                     \
    {                                                                                  \
        .kind = CLIENT_REPLY, .now_ms = (at), .status = (code), .random = (bits)       \
    }
#define TIMEOUT(at)                                                                    \
    {                                                                                  \
        .kind = CLIENT_TIMEOUT, .now_ms = (at)                                         \
    }
#define WOKE(at)                                                                       \
    {                                                                                  \
        .kind = CLIENT_WOKE, .now_ms = (at)                                            \
    }

#define CALL(ms)                                                                       \
    {                                                                                  \
        .kind = CLIENT_CALL_BACKEND, .within_ms = (ms)                                 \
    }
#define PROBE(ms)                                                                      \
    {                                                                                  \
        .kind = CLIENT_CALL_BACKEND, .within_ms = (ms), .probe = true                  \
    }
#define SLEEP(ms)                                                                      \
    {                                                                                  \
        .kind = CLIENT_SLEEP, .within_ms = (ms)                                        \
    }
#define FRESH(code)                                                                    \
    {                                                                                  \
        .kind = CLIENT_ANSWER, .answer = CLIENT_FRESH, .status = (code)                \
    }
#define STALE(ms)                                                                      \
    {                                                                                  \
        .kind = CLIENT_ANSWER, .answer = CLIENT_STALE, .status = 200, .age_ms = (ms)   \
    }
#define REFUSED(ms)                                                                    \
    {                                                                                  \
        .kind = CLIENT_ANSWER, .answer = CLIENT_REFUSED, .status = 503,                \
        .retry_after_ms = (ms)                                                         \
    }
#define FAILED                                                                         \
    {                                                                                  \
        .kind = CLIENT_ANSWER, .answer = CLIENT_FAILED, .status = 502                  \
    }
#define TIMED_OUT                                                                      \
    {                                                                                  \
        .kind = CLIENT_ANSWER, .answer = CLIENT_TIMED_OUT, .status = 504               \
    }
#define END                                                                            \
    {                                                                                  \
        .last = true                                                                   \
    }

#define NEVER DEADLINE_NEVER
#define TRIP(n, ms) .breaker = {.failures_to_open = (n), .open_ms = (ms)}

static const struct story stories[] = {
    {"a good answer",
     {.deadline_ms = 100},
     {{0, START(5), CALL(100), 0}, {0, REPLY(9, 200), FRESH(200), 0}, END}},
    {"no deadline at all",
     {.deadline_ms = 0},
     {{0, START(5), CALL(NEVER), 0}, {0, REPLY(9, 204), FRESH(204), 0}, END}},
    {"the platform's deadline is nearer",
     {.deadline_ms = 100},
     {{0, START_UNTIL(5, 65), CALL(60), 0}, {0, TIMEOUT(65), TIMED_OUT, 0}, END}},
    {"or farther",
     {.deadline_ms = 100},
     {{0, START_UNTIL(5, 500), CALL(100), 0}, {0, TIMEOUT(105), TIMED_OUT, 0}, END}},
    {"too late to begin",
     {.deadline_ms = 100},
     {{0, START_UNTIL(70, 65), REFUSED(0), 0}, END}},
    {"our mistake is passed on, not retried",
     {.deadline_ms = 100, .retry = {.attempts = 3}, TRIP(1, 50)},
     {{0, START(0), CALL(100), 0},
      {0, REPLY(9, 404), FRESH(404), 0},
      {1, START(9), CALL(100), 0},
      {1, REPLY(10, 400), FRESH(400), 0},
      END}},
    {"one deadline over all tries",
     {.deadline_ms = 100, .retry = {.attempts = 9, .timeout_ms = 40}},
     {{0, START(0), CALL(40), 0},
      {0, TIMEOUT(40), CALL(40), 0},
      {0, TIMEOUT(80), CALL(20), 0},
      {0, TIMEOUT(100), TIMED_OUT, 0},
      END}},
    {"an answer at the deadline is too late",
     {.deadline_ms = 100, TRIP(1, 50)},
     {{0, START(0), CALL(100), 0},
      {0, REPLY(100, 200), TIMED_OUT, 0},
      {1, START(100), REFUSED(50), 0},
      END}},
    {"tries run out",
     {.retry = {.attempts = 2}},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 503), CALL(NEVER), 0},
      {0, REPLY(2, 500), FAILED, 0},
      END}},
    {"the last try names the answer",
     {.retry = {.attempts = 2}},
     {{0, START(0), CALL(NEVER), 0},
      {0, TIMEOUT(1), CALL(NEVER), 0},
      {0, REPLY(2, 500), FAILED, 0},
      {1, START(3), CALL(NEVER), 0},
      {1, REPLY(4, 500), CALL(NEVER), 0},
      {1, TIMEOUT(5), TIMED_OUT, 0},
      END}},
    {"naps are drawn and double",
     {.retry = {.attempts = 3, .backoff_ms = 10}},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY_DRAW(1, 500, 10), SLEEP(10), 0},
      {0, WOKE(11), CALL(NEVER), 0},
      {0, REPLY_DRAW(12, 500, 20), SLEEP(20), 0},
      {0, WOKE(32), CALL(NEVER), 0},
      {0, REPLY(33, 200), FRESH(200), 0},
      END}},
    {"no nap past the deadline",
     {.deadline_ms = 20, .retry = {.attempts = 3, .backoff_ms = 10}},
     {{0, START(0), CALL(20), 0},
      {0, REPLY_DRAW(9, 500, 10), SLEEP(10), 0},
      {0, WOKE(19), CALL(1), 0},
      {0, REPLY(19, 200), FRESH(200), 0},
      {1, START(100), CALL(20), 0},
      {1, REPLY_DRAW(110, 500, 10), FAILED, 0},
      END}},
    {"a refusal is not retried",
     {.retry = {.attempts = 5}, TRIP(1, 50)},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 500), FAILED, 0},
      {1, START(2), REFUSED(49), 0},
      {2, START(51), PROBE(NEVER), 0},
      {3, START(52), REFUSED(49), 0},
      {2, REPLY(60, 200), FRESH(200), 0},
      END}},
    {"each try is recorded once",
     {.retry = {.attempts = 3}, TRIP(3, 50)},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 500), CALL(NEVER), 0},
      {0, REPLY(2, 500), CALL(NEVER), 0},
      {0, REPLY(3, 500), FAILED, 0},
      {1, START(3), REFUSED(50), 0},
      END}},
    {"and not twice",
     {.retry = {.attempts = 2}, TRIP(3, 50)},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 500), CALL(NEVER), 0},
      {0, REPLY(2, 500), FAILED, 0},
      {1, START(3), CALL(NEVER), 0},
      {1, REPLY(4, 200), FRESH(200), 0},
      END}},
    {"the budget ends it",
     {.retry = {.attempts = 9, .budget_max = 2, .budget_cost = 1}},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 500), CALL(NEVER), 0},
      {0, REPLY(2, 500), CALL(NEVER), 0},
      {0, REPLY(3, 500), FAILED, 0},
      {1, START(4), CALL(NEVER), 0},
      {1, REPLY(5, 200), FRESH(200), 0},
      {2, START(6), CALL(NEVER), 0},
      {2, REPLY(7, 500), CALL(NEVER), 0},
      {2, REPLY(8, 500), FAILED, 0},
      END}},
    {"a good retry gives back what it cost",
     {.retry = {.attempts = 2, .budget_max = 5, .budget_cost = 5}},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 500), CALL(NEVER), 0},
      {0, REPLY(2, 200), FRESH(200), 0},
      {1, START(4), CALL(NEVER), 0},
      {1, REPLY(5, 500), CALL(NEVER), 0},
      {1, REPLY(6, 500), FAILED, 0},
      {2, START(7), CALL(NEVER), 0},
      {2, REPLY(8, 500), FAILED, 0},
      END}},
    {"a good first try gives back one",
     {.retry = {.attempts = 2, .budget_max = 5, .budget_cost = 5}},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 500), CALL(NEVER), 0},
      {0, REPLY(2, 500), FAILED, 0},
      {1, START(4), CALL(NEVER), 0},
      {1, REPLY(5, 200), FRESH(200), 0},
      {2, START(7), CALL(NEVER), 0},
      {2, REPLY(8, 500), FAILED, 0},
      END}},
    {"a cost of 0 is one, there and back",
     {.retry = {.attempts = 2, .budget_max = 1}},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 500), CALL(NEVER), 0},
      {0, REPLY(2, 200), FRESH(200), 0},
      {1, START(3), CALL(NEVER), 0},
      {1, REPLY(4, 500), CALL(NEVER), 0},
      {1, REPLY(5, 500), FAILED, 0},
      END}},
    {"stale instead of a failure",
     {.stale_max_ms = 30},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 200), FRESH(200), 0},
      {1, START(2), CALL(NEVER), 0},
      {1, REPLY(31, 500), STALE(30), 0},
      {2, START(32), CALL(NEVER), 0},
      {2, TIMEOUT(32), TIMED_OUT, 0},
      END}},
    {"stale instead of a refusal",
     {.stale_max_ms = 30, TRIP(1, 50)},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 200), FRESH(200), 0},
      {1, START(2), CALL(NEVER), 0},
      {1, REPLY(3, 500), STALE(2), 0},
      {2, START(11), STALE(10), 0},
      {3, START(32), REFUSED(21), 0},
      END}},
    {"not instead of our mistake",
     {.stale_max_ms = 30},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 200), FRESH(200), 0},
      {1, START(2), CALL(NEVER), 0},
      {1, REPLY(3, 404), FRESH(404), 0},
      END}},
    {"a 404 is nothing to keep",
     {.stale_max_ms = 30},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 404), FRESH(404), 0},
      {1, START(2), CALL(NEVER), 0},
      {1, REPLY(3, 500), FAILED, 0},
      END}},
    {"nothing is kept without stale_max_ms",
     {.deadline_ms = 0},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 200), FRESH(200), 0},
      {1, START(1), CALL(NEVER), 0},
      {1, REPLY(1, 500), FAILED, 0},
      END}},
    {"the age of what came from the future is 0",
     {.stale_max_ms = 30},
     {{0, START(9), CALL(NEVER), 0},
      {0, REPLY(9, 200), FRESH(200), 0},
      {1, START(2), CALL(NEVER), 0},
      {1, REPLY(3, 500), STALE(0), 0},
      END}},
    {"a bulkhead of two",
     {.in_flight_max = 2},
     {{0, START(0), CALL(NEVER), 0},
      {1, START(0), CALL(NEVER), 0},
      {2, START(0), REFUSED(0), 0},
      {0, REPLY(1, 200), FRESH(200), 0},
      {3, START(1), CALL(NEVER), 0},
      END}},
    {"a nap leaves its place",
     {.in_flight_max = 1, .retry = {.attempts = 2, .backoff_ms = 10}},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY_DRAW(1, 500, 10), SLEEP(10), 0},
      {1, START(2), CALL(NEVER), 0},
      {0, WOKE(11), FAILED, 0},
      {1, TIMEOUT(12), CALL(NEVER), 0},
      END}},
    {"the bulkhead eats no probe",
     {.in_flight_max = 1, TRIP(1, 10)},
     {{0, START(0), CALL(NEVER), 0},
      {1, START(0), REFUSED(0), 0},
      {0, REPLY(1, 500), FAILED, 0},
      {2, START(11), PROBE(NEVER), 0},
      {3, START(12), REFUSED(0), 0},
      {2, REPLY(13, 200), FRESH(200), 0},
      END}},
    {"Retry-After lengthens the rest",
     {.breaker = {.failures_to_open = 1, .open_ms = 10, .open_max_ms = 500}},
     {{0, START(0), CALL(NEVER), 0},
      {0, REPLY_REST(1, 503, 300), FAILED, 0},
      {1, START(2), REFUSED(299), 0},
      END}},
    {"but not that of a good answer",
     {.breaker = {.failures_to_open = 1, .open_ms = 10, .open_max_ms = 500}},
     {{0, START(0), CALL(NEVER), 0},
      {1, START(0), CALL(NEVER), 0},
      {0, REPLY(1, 500), FAILED, 0},
      {1, REPLY_REST(1, 200, 300), FRESH(200), 0},
      {2, START(2), REFUSED(9), 0},
      END}},
    {"a bad shard does not close the good one",
     {.per_shard = 1, TRIP(1, 50)},
     {{0, START_SHARD(0, 7), CALL(NEVER), 0},
      {0, REPLY(1, 500), FAILED, 0},
      {1, START_SHARD(2, 7), REFUSED(49), 0},
      {2, START_SHARD(2, 8), CALL(NEVER), 0},
      {3, START_SHARD(2, 0), CALL(NEVER), 0},
      END}},
    {"one breaker for all shards",
     {.per_shard = 0, TRIP(1, 50)},
     {{0, START_SHARD(0, 7), CALL(NEVER), 0},
      {0, REPLY(1, 500), FAILED, 0},
      {1, START_SHARD(2, 8), REFUSED(49), 0},
      END}},
};

#endif
