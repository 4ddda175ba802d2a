/* rivals_stories.h - the stories that rivals_test.c plays: data.
 *
 * A step is `who at event: wish;` in ms. Who is an environment of its own, A to D, that
 * does one call at a time. Events:
 *
 *      start     start/50: the platform stops it at 50
 *      item      the store shows the item; old: as it was before the last write
 *      saved     the write is made now, and answered; conflict: its condition fails
 *      lost      it is made now, the answer is lost; error: the store does nothing
 *      200 500   the backend's answer; 500/7: drawing 7 for the backoff; timeout
 *      woke
 *      dies      a new environment takes its place; gone: someone deletes the item
 *
 * Wishes: load call probe save sleep fresh stale refused failed late; call=40 is one
 * that may take 40 ms, fresh=200 an answer with that status. `is` says what the item
 * shows: a state, and fields of struct caller_view; `is nothing`: there is none.
 *
 * Those whose title ends in "(weak)" show what the pattern gives up. */
#ifndef RIVALS_STORIES_H
#define RIVALS_STORIES_H

#include "rivals.h"

struct story {
    const char *title;
    const struct caller *caller;
    const char *knobs, *steps;
};

#define RMW                                                                            \
    "failures_to_open=2 open_ms=100 open_max_ms=400 successes_to_close=2 "             \
    "window_ms=1000"
#define LEASED                                                                         \
    "failures_to_open=2 open_ms=100 successes_to_close=2 probe_lease_ms=50 "           \
    "cache_ms=20"
#define LEASED_LONG                                                                    \
    "failures_to_open=2 open_ms=100 successes_to_close=1 probe_lease_ms=50 "           \
    "cache_ms=1000"

/* One environment makes two calls that fail. */
#define RMW_OPENS_AT_8                                                                 \
    "A 1 start: load; A 2 item: call; A 3 500: save; A 4 saved: failed;"               \
    "A 5 start: load; A 6 item: call; A 8 500: save; A 9 saved: failed;"               \
    "is open until=108 failed=2 version=2;"
#define RMW_FAILS_THRICE_MORE                                                          \
    "A 60001 start: load; A 60001 item: call; A 60001 500: save; A 60001 saved: "      \
    "failed;"                                                                          \
    "A 60001 start: load; A 60001 item: call; A 60001 500: save; A 60001 saved: "      \
    "failed;"                                                                          \
    "is closed failed=4;"                                                              \
    "A 60001 start: load; A 60001 item: call; A 60001 500: save; A 60001 saved: "      \
    "failed;"
#define LEASED_OPENS_AT_8                                                              \
    "A 1 start: load; A 2 item: call; A 3 500: failed;"                                \
    "A 4 start: call; A 8 500: save; A 9 saved: failed;"                               \
    "is open until=108 failed=2 owner=0 version=1;"

static const struct story stories[] = {
    /* --- rival_rmw ---------------------------------------------------------------- */
    {"rmw: a healthy call is a read and a write", &rival_rmw, RMW,
     "A 1 start: load=-1; A 2 item: call=-1; A 3 200: save=-1; A 4 saved: fresh=200;"
     "is closed version=1 failed=0;"
     "A 5 start: load; A 6 item: call; A 7 404: save; A 8 saved: fresh=404;"
     "is closed version=2;"},
    {"rmw: opens, refuses without a write, closes after two probes", &rival_rmw, RMW,
     RMW_OPENS_AT_8 "A 107 start: load; A 107 item: refused=503; is open version=2;"
                    "A 108 start: load; A 108 item: save; is open version=2;"
                    "A 109 saved: probe; is half-open until=0 ok=0;"
                    "A 110 200: save; A 111 saved: fresh; is half-open ok=1;"
                    "B 112 start: load; B 113 item: probe; B 114 200: save;"
                    "B 115 saved: fresh; is closed failed=0 ok=0;"},
    {"rmw: a success does not clear the count", &rival_rmw, RMW,
     "A 1 start: load; A 2 item: call; A 3 500: save; A 4 saved: failed;"
     "A 5 start: load; A 6 item: call; A 7 200: save; A 8 saved: fresh;"
     "is closed failed=1;"
     "A 9 start: load; A 10 item: call; A 11 500: save; A 12 saved: failed; is open;"},
    {"rmw: a long enough gap between failures does", &rival_rmw, RMW,
     "A 1 start: load; A 2 item: call; A 3 500: save; A 4 saved: failed;"
     "A 1003 start: load; A 1003 item: call; A 1004 200: save; A 1005 saved: fresh;"
     "is closed failed=1;"
     "A 1006 start: load; A 1006 item: call; A 1007 500: save; A 1007 saved: failed;"
     "is closed failed=1;"},
    {"rmw: rest doubles at each reopening, and starts anew", &rival_rmw, RMW,
     RMW_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 108 saved: probe;"
                    "A 110 500: save; A 110 saved: failed; is open until=310;"
                    "A 310 start: load; A 310 item: save; A 310 saved: probe;"
                    "A 320 500: save; A 320 saved: failed; is open until=720;"
                    "A 720 start: load; A 720 item: save; A 720 saved: probe;"
                    "A 730 500: save; A 730 saved: failed; is open until=1130;"
                    "A 1130 start: load; A 1130 item: save; A 1130 saved: probe;"
                    "A 1140 200: save; A 1140 saved: fresh;"
                    "A 1141 start: load; A 1141 item: probe; A 1142 200: save;"
                    "A 1142 saved: fresh; is closed;"
                    "A 1150 start: load; A 1150 item: call; A 1151 500: save;"
                    "A 1151 saved: failed; A 1152 start: load; A 1152 item: call;"
                    "A 1160 500: save; A 1160 saved: failed; is open until=1260;"},
    {"rmw: a cached copy saves the read, never the write", &rival_rmw,
     RMW " cache_ms=50",
     "A 1 start: load; A 2 item: call; A 3 200: save; A 4 saved: fresh;"
     "A 52 start: call; A 53 500: save; A 54 saved: failed; is closed failed=1;"
     "A 102 start: call; A 103 200: save; A 104 error: fresh; is closed version=2;"
     "A 153 start: load;"},
    {"rmw: the cap on rest, as it is", &rival_rmw, RMW " open_max_ms=300",
     RMW_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 108 saved: probe;"
                    "A 110 500: save; A 110 saved: failed; is open until=310;"
                    "A 310 start: load; A 310 item: save; A 310 saved: probe;"
                    "A 320 500: save; A 320 saved: failed; is open until=620;"},
    {"rmw: each half-open period counts anew", &rival_rmw, RMW,
     RMW_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 108 saved: probe;"
                    "A 109 200: save; A 109 saved: fresh; is half-open ok=1;"
                    "A 110 start: load; A 110 item: probe; A 111 500: save;"
                    "A 112 saved: failed; is open until=311;"
                    "A 311 start: load; A 311 item: save; A 312 saved: probe;"
                    "A 313 200: save; A 314 saved: fresh; is half-open ok=1;"},
    {"rmw: a gap is one in CLOSED only", &rival_rmw, RMW " window_ms=50",
     RMW_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 108 saved: probe;"
                    "is half-open failed=2;"},
    {"rmw: a refusal may come from the cache", &rival_rmw, RMW " cache_ms=50",
     "A 1 start: load; A 2 item: call; A 3 500: save; A 4 saved: failed;"
     "A 5 start: call; A 8 500: save; A 9 saved: failed; is open until=108;"
     "B 10 start: load; B 11 item: refused; B 60 start: refused; B 61 start: load;"},
    {"rmw: as shipped", &rival_rmw, "",
     "A 1 start: load; A 1 item: call; A 1 500: save; A 1 saved: failed;"
     "A 60001 start: load; A 60001 item: call; A 60001 500: save; A 60001 saved: "
     "failed;"
     "is closed failed=2;" RMW_FAILS_THRICE_MORE "is open until=70001;"
     "A 70001 start: load; A 70001 item: save; A 70001 saved: probe;"
     "A 70002 500: save; A 70002 saved: failed; is open until=90002;"
     "A 90002 start: load; A 90002 item: save; A 90002 saved: probe;"
     "A 90003 200: save; A 90003 saved: fresh; is half-open;"
     "A 90004 start: load; A 90004 item: probe;"
     "A 90005 200: save; A 90005 saved: fresh; is closed;"},
    {"rmw: lost failures (weak)", &rival_rmw, RMW,
     "A 1 start: load; B 1 start: load; C 1 start: load;"
     "A 2 item: call; B 2 item: call; C 2 item: call;"
     "A 3 500: save; B 3 500: save; C 3 500: save;"
     "A 4 saved: failed; B 4 saved: failed; C 4 saved: failed;"
     "is closed failed=1 version=3;"},
    {"rmw: lost open (weak)", &rival_rmw, RMW,
     "A 1 start: load; A 2 item: call;"
     "B 3 start: load; B 4 item: call; B 5 500: save; B 6 saved: failed;"
     "B 7 start: load; B 8 item: call; B 9 500: save; B 10 saved: failed; is open;"
     "A 11 200: save; A 12 saved: fresh; is closed failed=0;"},
    {"rmw: a cached copy closes what others opened (weak)", &rival_rmw,
     RMW " cache_ms=50",
     "A 1 start: load; A 1 item: call; A 2 200: save; A 2 saved: fresh;"
     "B 3 start: load; B 4 item: call; B 5 500: save; B 6 saved: failed;"
     "B 7 start: call; B 8 500: save; B 9 saved: failed; is open;"
     "A 20 start: call; A 21 200: save; A 22 saved: fresh; is closed failed=0;"},
    {"rmw: thundering probe (weak)", &rival_rmw, RMW,
     RMW_OPENS_AT_8 "A 108 start: load; B 108 start: load; C 108 start: load;"
                    "A 109 item: save; B 109 item: save; C 109 item: save;"
                    "A 110 saved: probe; B 110 saved: probe; C 110 saved: probe;"
                    "D 111 start: load; D 112 item: probe;"},
    {"rmw: a success of a probe is lost (weak)", &rival_rmw, RMW,
     RMW_OPENS_AT_8 "A 108 start: load; B 108 start: load;"
                    "A 109 item: save; B 109 item: save;"
                    "A 110 saved: probe; B 110 saved: probe;"
                    "A 111 200: save; B 111 200: save;"
                    "A 112 saved: fresh; B 112 saved: fresh; is half-open ok=1;"},
    {"rmw: a zombie closes what was reopened (weak)", &rival_rmw, RMW,
     RMW_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 108 saved: probe;"
                    "A 109 200: save; A 109 saved: fresh; is half-open ok=1;"
                    "A 110 start: load; A 110 item: probe;"
                    "B 111 start: load; B 111 item: probe; B 112 500: save;"
                    "B 113 saved: failed; is open until=312;"
                    "A 200 200: save; A 201 saved: fresh; is closed;"},
    {"rmw: store down: a new environment sees no breaker", &rival_rmw, RMW,
     RMW_OPENS_AT_8 "B 10 start: load; B 11 error: call; B 12 500: save;"
                    "B 13 error: failed; is open version=2;"
                    "B 14 start: load; B 15 error: call; B 16 500: save;"
                    "B 17 error: failed;"
                    "B 18 start: load; B 19 error: refused;"}, /* its own, by now */
    {"rmw: store down: a warm one blocks until its own time", &rival_rmw, RMW,
     RMW_OPENS_AT_8 "A 10 start: load; A 11 error: refused;"
                    "A 108 start: load; A 109 error: save; A 110 error: probe;"
                    "A 111 200: save; A 112 error: fresh; is open version=2;"},
    {"rmw: the deleted item lives on in a warm environment (weak)", &rival_rmw, RMW,
     RMW_OPENS_AT_8 "A 10 gone; is nothing; A 11 start: load; A 12 item: refused;"
                    "A 12 dies; A 13 start: load; A 14 item: call;"},
    {"rmw: whether the answer to a write comes is all the same", &rival_rmw, RMW,
     "A 1 start: load; A 2 item: call; A 3 500: save; A 4 lost: failed;"
     "is closed failed=1;"
     "B 5 start: load; B 6 item: call; B 7 500: save; B 8 lost: failed; is open;"},

    /* --- rival_leased ------------------------------------------------------------- */
    {"leased: a healthy call writes nothing, and reads seldom", &rival_leased, LEASED,
     "A 1 start: load=-1; A 2 item: call=-1; A 3 200: fresh=200; A 21 start: call;"
     "A 22 200: fresh; A 23 start: load; A 24 item: call; A 25 200: fresh;"
     "is nothing;"},
    {"leased: opens, refuses, elects, closes after two probes", &rival_leased, LEASED,
     LEASED_OPENS_AT_8
     "A 10 start: refused=503; B 107 start: load; B 107 item: refused;"
     "B 108 start: save; B 109 saved: probe;"
     "is half-open owner=B lease_until=158 version=2;"
     "A 110 start: load; A 111 item: refused; B 112 200: fresh;"
     "B 113 start: probe; B 114 200: save; B 115 saved: fresh;"
     "is closed owner=0 lease_until=0 until=0 version=3;"
     "A 140 start: load; A 141 item: call;"},
    {"leased: a failed probe reopens, and rest stays as long", &rival_leased, LEASED,
     LEASED_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 109 saved: probe;"
                       "A 110 500: save; A 111 saved: failed; is open until=210;"
                       "A 210 start: load; A 210 item: save; A 211 saved: probe;"
                       "A 212 500: save; A 213 saved: failed; is open until=312;"},
    {"leased: as shipped, with its cache", &rival_leased, "cache_ms=5000",
     "A 1 start: load; A 1 item: call; A 1 500: failed;"
     "A 1 start: call; A 1 500: failed; A 1 start: call; A 1 500: failed;"
     "A 1 start: call; A 1 500: failed; A 1 start: call; A 1 500: save;"
     "A 1 saved: failed; is open until=30001; A 30001 start: load; A 30001 item: save;"
     "A 30002 saved: probe; is half-open lease_until=60001; A 30003 200: fresh;"
     "A 30004 start: probe; A 30005 200: fresh;"
     "A 30006 start: probe; A 30007 200: save; A 30008 saved: fresh; is closed;"},
    {"leased: a failed probe undoes the good ones before it", &rival_leased, LEASED,
     LEASED_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 109 saved: probe;"
                       "A 110 200: fresh; A 111 start: probe; A 112 500: save;"
                       "A 113 saved: failed; is open until=212;"
                       "A 212 start: load; A 212 item: save; A 213 saved: probe;"
                       "A 214 200: fresh; is half-open;"},
    {"leased: a probe may say nothing either way", &rival_leased, LEASED,
     LEASED_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 109 saved: probe;"
                       "A 110 404: fresh; A 111 start: probe; A 112 200: fresh;"
                       "A 113 start: probe; A 114 200: save; A 115 saved: fresh;"
                       "is closed;"},
    {"leased: each recovery needs all of its probes", &rival_leased, LEASED,
     LEASED_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 109 saved: probe;"
                       "A 110 200: fresh; A 111 start: probe; A 112 200: save;"
                       "A 113 saved: fresh; is closed;"
                       "A 114 start: call; A 115 500: failed;"
                       "A 116 start: call; A 117 500: save; A 118 saved: failed;"
                       "A 217 start: load; A 217 item: save; A 218 saved: probe;"
                       "A 219 200: fresh; is half-open;"},
    {"leased: only failures in a row count", &rival_leased, LEASED,
     "A 1 start: load; A 2 item: call; A 3 500: failed;"
     "A 4 start: call; A 5 200: fresh; A 6 start: call; A 7 500: failed;"
     "A 8 start: call; A 9 404: fresh=404; A 10 start: call; A 11 500: save;"
     "A 12 saved: failed; is open;"},
    {"leased: a streak from before somebody's recovery is forgotten", &rival_leased,
     LEASED,
     "B 1 start: load; B 2 item: call; B 3 500: failed;"
     "A 1 start: load; A 2 item: call; A 3 500: failed;"
     "A 4 start: call; A 8 500: save; A 9 saved: failed;"
     "B 30 start: load; B 30 item: refused;"
     "A 108 start: load; A 108 item: save; A 109 saved: probe; A 110 200: fresh;"
     "A 111 start: probe; A 112 200: save; A 113 saved: fresh; is closed;"
     "B 120 start: load; B 120 item: call; B 121 500: failed;"},
    {"leased: each environment needs its own failures (weak)", &rival_leased, LEASED,
     "A 1 start: load; A 2 item: call; A 3 500: failed;"
     "B 1 start: load; B 2 item: call; B 3 500: failed;"
     "C 1 start: load; C 2 item: call; C 3 500: failed;"
     "D 1 start: load; D 2 item: call; D 3 500: failed; is nothing;"},
    {"leased: the loser of an election is refused, and stands again", &rival_leased,
     LEASED,
     LEASED_OPENS_AT_8
     "A 108 start: load; B 108 start: load; A 109 item: save; B 109 item: save;"
     "A 110 saved: probe; B 110 conflict: refused; B 111 start: save;"
     "B 112 conflict: refused; is half-open owner=A version=2;"},
    {"leased: who read an older opening loses", &rival_leased, LEASED_LONG,
     LEASED_OPENS_AT_8 "B 10 start: load; B 10 item: refused;"
                       "A 108 start: save; A 109 saved: probe; A 110 500: save;"
                       "A 111 saved: failed; is open until=210;"
                       "B 112 start: save; B 113 conflict: refused;"},
    {"leased: a prober that dies is replaced when its lease ends", &rival_leased,
     LEASED,
     LEASED_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 108 saved: probe;"
                       "A 110 dies; B 157 start: load; B 157 item: refused;"
                       "B 158 start: save; B 159 saved: probe;"
                       "is half-open owner=B lease_until=208;"},
    {"leased: an old read: no item, though the breaker is open", &rival_leased, LEASED,
     LEASED_OPENS_AT_8 "B 10 start: load; B 11 old: call;"},
    {"leased: a stale CLOSED overwrites the lease (weak)", &rival_leased, LEASED_LONG,
     "B 1 start: load; B 1 item: call; B 2 500: failed;" LEASED_OPENS_AT_8
     "A 108 start: save; A 109 saved: probe; is half-open owner=A lease_until=158;"
     "B 109 start: call; B 110 500: save; B 111 saved: failed;"
     "is open owner=0 until=210;" /* and the outage is a rest longer */
     "C 112 start: load; C 112 item: refused;"},
    {"leased: two probes at a time, each with a lease that runs (weak)", &rival_leased,
     "failures_to_open=2 open_ms=100 successes_to_close=1 probe_lease_ms=500 "
     "cache_ms=1000",
     "B 1 start: load; B 1 item: call; B 2 500: failed;" LEASED_OPENS_AT_8
     "A 108 start: save; A 109 saved: probe; is half-open owner=A lease_until=608;"
     "B 109 start: call; B 110 500: save; B 111 saved: failed; is open owner=0;"
     "C 210 start: load; C 210 item: save; C 211 saved: probe;"
     "is half-open owner=C lease_until=710;"},
    {"leased: a zombie closes what was reopened (weak)", &rival_leased, LEASED_LONG,
     LEASED_OPENS_AT_8 "A 108 start: save; A 109 saved: probe;"
                       "B 158 start: load; B 158 item: save; B 159 saved: probe;"
                       "B 160 500: save; B 161 saved: failed; is open until=260;"
                       "A 170 200: save; A 171 saved: fresh; is closed;"},
    {"leased: a zombie reopens what was closed (weak)", &rival_leased, LEASED_LONG,
     LEASED_OPENS_AT_8 "A 108 start: save; A 109 saved: probe;"
                       "B 158 start: load; B 158 item: save; B 159 saved: probe;"
                       "B 160 200: save; B 161 saved: fresh; is closed;"
                       "A 170 500: save; A 171 saved: failed; is open until=270;"},
    {"leased: an owner does not look at its own lease (weak)", &rival_leased, LEASED,
     LEASED_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 109 saved: probe;"
                       "A 110 200: fresh; A 1000 start: load; A 1001 item: probe;"},
    {"leased: successes outlive the lease (weak)", &rival_leased, LEASED,
     LEASED_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 109 saved: probe;"
                       "A 110 200: fresh;"
                       "B 158 start: load; B 158 item: save; B 159 saved: probe;"
                       "B 160 500: save; B 161 saved: failed; is open until=260;"
                       "A 260 start: load; A 260 item: save; A 261 saved: probe;"
                       "A 262 200: save; A 263 saved: fresh; is closed;"},
    {"leased: store down: no breaker, and a failed read per call (weak)", &rival_leased,
     LEASED,
     "A 1 start: load; A 2 error: call; A 3 500: failed;"
     "A 4 start: load; A 5 error: call; A 6 500: save; A 7 error: failed;"
     "A 8 start: load; A 9 error: call; A 10 500: failed;"
     "A 11 start: load; A 12 error: call; A 13 500: save; A 14 error: failed;"
     "is nothing;"},
    {"leased: store down: one who knows of OPEN forgets it (weak)", &rival_leased,
     LEASED,
     LEASED_OPENS_AT_8 "A 28 start: refused; A 29 start: load; A 30 error: call;"
                       "A 31 200: fresh; A 32 start: load; A 33 item: refused;"},
    {"leased: an election that is an error is one of the user's (weak)", &rival_leased,
     LEASED,
     LEASED_OPENS_AT_8 "A 108 start: load; A 108 item: save; A 109 error: failed=502;"
                       "A 110 start: save; A 111 lost: failed; is half-open owner=A;"
                       "A 130 start: load; A 130 item: probe;"},
    {"leased: a trip whose answer is lost is one for the others", &rival_leased, LEASED,
     "A 1 start: load; A 2 item: call; A 3 500: failed;"
     "A 4 start: call; A 8 500: save; A 9 lost: failed=502; is open until=108;"
     "A 10 start: call; A 11 500: failed; B 12 start: load; B 13 item: refused;"},

    /* --- the tries, common to both ------------------------------------------------ */
    {"tries: time-out, backoff with a draw, deadline", &rival_leased,
     "deadline_ms=100 timeout_ms=40 attempts=3 backoff_ms=10 store_timeout_ms=30 "
     "failures_to_open=9",
     "A 1 start: load=30; A 11 item: call=40; A 51 timeout/7: sleep=7;"
     "A 58 woke: call=40; A 80 500/21: call=21; A 101 timeout: late=504;"},
    {"tries: no sleep that ends at the deadline", &rival_leased,
     "deadline_ms=100 attempts=9 backoff_ms=10",
     "A 0 start: load; A 0 item: call=100; A 90 500/10: failed=502;"
     "A 200 start: load; A 200 item: call=100; A 289 500/10: sleep=10;"
     "A 299 woke: call=1; A 300 200: late;"},
    {"tries: a sleep that took too long", &rival_leased,
     "deadline_ms=100 attempts=9 backoff_ms=10",
     "A 0 start: load; A 0 item: call; A 50 503/5: sleep=5; A 100 woke: failed;"},
    {"tries: doubling, and its cap", &rival_leased,
     "attempts=4 backoff_ms=100 backoff_max_ms=300",
     "A 0 start: load; A 0 item: call; A 1 500/100: sleep=100; A 101 woke: call;"
     "A 102 429/200: sleep=200; A 302 woke: call; A 303 500/301: call;"
     "A 304 500/300: failed;"},
    {"tries: the breaker is told once, of the last one", &rival_leased,
     LEASED " attempts=2",
     "A 1 start: load; A 1 item: call; A 2 500: call; A 3 500: failed;"
     "A 4 start: call; A 5 500: call; A 6 500: save; A 7 saved: failed;"
     "A 8 start: refused;"},
    {"tries: a retry that goes well is a success", &rival_rmw, RMW " attempts=2",
     "A 1 start: load; A 1 item: call; A 2 500: call; A 3 200: save; A 4 saved: fresh;"
     "is closed failed=0;"},
    {"tries: the store took all the time: nothing asked, nothing learnt", &rival_rmw,
     RMW " deadline_ms=50", "A 1 start: load; A 51 item: late=504; is nothing;"},
    {"tries: the platform's own end", &rival_rmw, RMW " deadline_ms=50",
     "A 1 start/21: load; A 2 item: call=19; A 21 timeout: save; A 22 saved: late;"
     "A 30 start/900: load; A 31 item: call=49;"},
    {"tries: no time-out at all", &rival_rmw, RMW,
     "A 1 start: load=-1; A 2 item: call=-1; A 900 timeout: save; A 901 saved: late;"},
    {"tries: a good answer stands in, but not for ever", &rival_rmw,
     RMW " stale_max_ms=90",
     "A 1 start: load; A 1 item: call; A 2 200: save; A 3 saved: fresh;"
     "A 4 start: load; A 4 item: call; A 5 500: save; A 6 saved: stale=200;"
     "A 7 start: load; A 7 item: call; A 8 timeout: save; A 9 saved: stale;"
     "A 92 start: load; A 92 item: stale; A 93 start: load; A 93 item: refused;"},
    {"tries: nothing stands in where nothing may", &rival_leased, LEASED,
     "A 1 start: load; A 1 item: call; A 1 200: fresh; A 1 start: call; A 1 500: "
     "failed;"},
    {"tries: nor is it one that was not good", &rival_leased,
     LEASED " stale_max_ms=1000",
     "A 1 start: load; A 1 item: call; A 2 404: fresh; A 3 start: call; A 4 500: "
     "failed;"
     "A 5 start: call; A 6 200: fresh; A 7 start: call; A 8 500: stale;"
     "A 9 start: call; A 10 500: save; A 11 saved: stale;"
     "A 110 start: load; A 110 item: save; A 111 error: stale;"},
};

#endif
