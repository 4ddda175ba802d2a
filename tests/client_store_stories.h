/* client_store_stories.h - the stories that client_store_test.c plays: data, one a row.
 * The words are explained there. */
#ifndef CLIENT_STORE_STORIES_H
#define CLIENT_STORE_STORIES_H

#include "client.h"

struct client_story {
    const char *title;
    struct client_config config;
    const char *script;
};

#define FLEET(n)                                                                       \
    .shared = {.cache_ms = 1000,                                                       \
               .timeout_ms = 50,                                                       \
               .skip_ms = 500,                                                         \
               .window_ms = 10000,                                                     \
               .failures = (n)},                                                       \
    .breaker = {.failures_to_open = 2, .open_ms = 5000, .probe_lease_ms = 2000}

#define ASKED "100000 a start load w=50;100001 a store call;"
#define TRIPPED                                                                        \
    ASKED "100010 a reply=500 save=WINDOW w=50;100011 a store save=TRIP;"              \
          "100012 a store failed;"

/* The same, all of it within 30 ms. */
#define TRIPPED_SHORT                                                                  \
    "100000 a start load;100001 a store call;100002 a reply=500 save=WINDOW;"          \
    "100003 a store save=TRIP;105011 a store failed;"

static const struct client_story stories[] = {
    {"a healthy call reads once in cache_ms",
     {FLEET(3)},
     ASKED "100010 a reply=200 fresh=200;101000 a start call;101000 a reply=204 "
           "fresh=204;101001 a start load;101002 a store call;101003 a reply=404 "
           "fresh=404;- item v=0"},
    {"a failure is written before it is answered",
     {FLEET(3)},
     ASKED "100010 a reply=500 save=WINDOW w=50;100011 a store failed;"
           "100012 a start call;100013 a timeout save=COUNT;100014 a store late;"
           "- item calls=2,failed=2"},
    {"one trips, all are refused, one probes, all go on",
     {FLEET(1)},
     TRIPPED "100013 b start load;100014 b store refused=4997;100015 a start "
             "refused=4996;105011 b start load;105012 b store save=PROBE;"
             "105013 b store probe;105014 a start load;105015 a store refused=1997;"
             "105016 b reply=200 save=CLOSE;105017 b store fresh=200;"
             "106015 a start load;106016 a store call;106017 a reply=200 fresh=200"},
    {"the backend's Retry-After comes along",
     {FLEET(1), .breaker.open_max_ms = 20000},
     ASKED "100010 a reply=503 save=WINDOW rest=9000;100011 a store save=TRIP;"
           "100012 a store failed;- item until=109011"},
    {"a stale answer stands in for a refusal",
     {FLEET(1), .stale_max_ms = 5000},
     ASKED "100005 a reply=200 fresh=200;100006 a start call;100010 a reply=500 "
           "save=WINDOW;100011 a store save=TRIP;100012 a store stale=7;"
           "100105 a start stale=100"},
    {"each try asks anew",
     {FLEET(1), .retry = {.attempts = 3, .backoff_ms = 9}},
     ASKED "100010 a reply=500 save=WINDOW;100011 a store save=TRIP;"
           "100012 a store sleep=5 r=5;100017 a woke failed"},
    {"and counts anew",
     {FLEET(2), .retry = {.attempts = 3}},
     ASKED "100010 a reply=500 save=WINDOW;100011 a store call;100012 a reply=500 "
           "save=COUNT;100013 a store save=TRIP;100014 a store failed"},

    /* --- the store fails -------------------------------------------------------------
     */
    {"a store that failed is left alone for skip_ms",
     {FLEET(3)},
     "100000 a start load;100050 a dead call;100051 a reply=200 fresh=200;"
     "100549 a start call;100549 a reply=200 fresh=200;100550 a start load;"
     "100551 a store call;100552 a reply=200 fresh=200"},
    {"one asks whether it is back, the others do not wait",
     {FLEET(3)},
     "100000 a start load;100050 a dead call;100051 a reply=200 fresh=200;"
     "100550 a start load;100551 a2 start call;100600 a dead call;100601 a reply=200 "
     "fresh=200;100602 a2 reply=200 fresh=200;101099 a start call;"
     "101099 a reply=200 fresh=200;101100 a start load"},
    {"without skip_ms it is asked every time",
     {.shared = {.cache_ms = 1000, .timeout_ms = 50, .window_ms = 10000, .failures = 3},
      .breaker = {.open_ms = 5000}},
     "100000 a start load;100050 a dead call;100051 a reply=200 fresh=200;"
     "100052 a start load;100102 a dead call"},
    {"meanwhile the breaker in the house is a real one",
     {FLEET(9)},
     "100000 a start load;100050 a dead call;100051 a reply=500 failed;"
     "100052 a start call;100053 a reply=500 failed;100054 a start refused=4999;"
     "100560 a start load;100561 a store call;100562 a reply=200 fresh=200"},
    {"an OPEN that is known is honoured until its end, then the house decides",
     {FLEET(1)},
     TRIPPED "101012 a start load;101062 a dead refused=3949;101063 a start "
             "refused=3948;105010 a start load;105010 a dead refused=1;105011 a start "
             "call;105012 a reply=500 failed;105013 a start call;105014 a reply=500 "
             "failed;105015 a start refused=4999"},
    {"an election without an answer is decided in the house",
     {FLEET(1)},
     TRIPPED "105011 b start load;105012 b store save=PROBE;105062 b lost call;"
             "105063 b reply=200 fresh=200;- item state=H"},
    {"a failure the store did not take is answered all the same",
     {FLEET(1)},
     ASKED "100010 a reply=500 save=WINDOW;100060 a dead failed;"
           "100061 a2 start call;100062 a2 reply=500 failed"},
    {"what is skipped is never written",
     {FLEET(3)},
     ASKED "100002 a2 start call;100003 a3 start call;100010 a reply=500 save=WINDOW;"
           "100060 a dead failed;100061 a2 reply=500 failed;100062 a3 reply=200 "
           "fresh=200;- item v=0"},
    {"a damaged item: the house decides, and nothing is written",
     {FLEET(1)},
     "- damage=state;100000 a start load;100001 a store call;100002 a reply=500 failed;"
     "100003 a start call;100004 a reply=500 failed;100005 a start refused=4999;"
     "- item v=1"},

    /* --- deadline and bulkhead -------------------------------------------------------
     */
    {"nothing is waited for beyond the deadline",
     {FLEET(3), .deadline_ms = 30},
     "100000 a start load w=30;100030 a dead refused=0;100600 a start load w=30;"
     "100610 a store call w=20;100611 a reply=200 fresh=200"},
    {"not the jitter either",
     {.shared = {.cache_ms = 1000,
                 .timeout_ms = 50,
                 .window_ms = 10000,
                 .failures = 1,
                 .jitter_ms = 100},
      .breaker = {.open_ms = 5000},
      .deadline_ms = 30},
     TRIPPED_SHORT "105012 a start sleep=30 w=30 r=77;105042 a woke refused=0"},
    {"what comes at the deadline is too late, even a lease",
     {FLEET(1), .deadline_ms = 30},
     TRIPPED_SHORT
     "105011 b start load;105021 b store save=PROBE w=20;"
     "105041 b store refused=0;- item state=H;105042 b start refused=1979"},
    {"what became of a call is told after the deadline",
     {FLEET(1), .deadline_ms = 30},
     "100000 a start load;100001 a store call w=29;100030 a timeout save=WINDOW w=50;"
     "100031 a store save=TRIP w=50;100032 a store late"},
    {"a permit of the house is not kept by a call that is too late",
     {FLEET(1), .deadline_ms = 30, .breaker.probes_at_once = 1},
     "100000 a start load;100020 a dead call;100021 a reply=500 failed;"
     "100022 a start call;100023 a reply=500 failed;105520 a start load;"
     "105550 a dead refused=0;105551 a start probe;105552 a reply=200 fresh=200"},
    {"whoever asks the store has a place in the bulkhead",
     {FLEET(1), .in_flight_max = 1},
     "100000 a start load;100000 a2 start refused=0;100001 a store call;"
     "100002 a2 start refused=0;100003 a reply=200 fresh=200;100004 a2 start call;"
     "100005 a2 reply=200 fresh=200"},
    {"and gives it back when refused, and before it writes",
     {FLEET(1), .in_flight_max = 1},
     ASKED "100010 a reply=500 save=WINDOW;100011 a2 start call;100012 a store "
           "save=TRIP;100013 a store failed;100014 a2 reply=500 failed;"
           "100015 a start refused=4997;100016 a start refused=4996"},
};

#endif
