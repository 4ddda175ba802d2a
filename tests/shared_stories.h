/* shared_stories.h - the stories that shared_test.c plays: data, one story a row. The
 * words are explained there. */
#ifndef SHARED_STORIES_H
#define SHARED_STORIES_H

#include "shared.h"

struct shared_story {
    const char *title;
    struct shared_config shared;
    struct breaker_config breaker;
    const char *script;
};

/* Windows of 10 s, so 100000 begins one; open for 5 s, a lease of 2 s. */
#define STORE .cache_ms = 1000, .timeout_ms = 50, .window_ms = 10000
#define AT(n)                                                                          \
    {                                                                                  \
        STORE, .failures = (n)                                                         \
    }
#define RATE(pct, least)                                                               \
    {                                                                                  \
        STORE, .failure_pct = (pct), .min_calls = (least)                              \
    }
/* Both, the share never reached: nobody has so many calls. */
#define FLUSHES(n)                                                                     \
    {                                                                                  \
        STORE, .failures = (n), .failure_pct = 100, .min_calls = 999                   \
    }
/* The shortest lease that a store so fast allows. */
#define BRIEF                                                                          \
    {                                                                                  \
        .cache_ms = 1000, .timeout_ms = 1, .window_ms = 10000, .failures = 1           \
    }
#define REST                                                                           \
    {                                                                                  \
        .open_ms = 5000, .probe_lease_ms = 2000                                        \
    }
#define GROWS                                                                          \
    {                                                                                  \
        .open_ms = 5000, .probe_lease_ms = 2000, .open_max_ms = 12000                  \
    }

/* a has let one call through, and its first failure has opened the breaker. */
#define GRANTED "100000 a ask load;100001 a store grant;"
#define TRIPPED                                                                        \
    GRANTED "100010 a bad save=WINDOW;100011 a store save=TRIP;100012 a store done;"   \
            "- item state=O,gen=1,v=2,until=105011,opens=1;"
/* and b has the probe. */
#define PROBING                                                                        \
    TRIPPED "105011 b ask load;105012 b store save=PROBE r=70;105013 b store probe;"   \
            "- item state=H,gen=2,v=3,owner=71,lease=107012,opens=1,calls=0;"

/* a has begun a window with a failure, seen since 100003, and lets three calls through.
 */
#define JUDGING                                                                        \
    GRANTED "100002 a bad save=WINDOW;100003 a store done;100004 a ask grant;"         \
            "100004 a2 ask grant;100004 a3 ask grant;"

static const struct shared_story shared_stories[] = {
    /* --- a healthy fleet, and counting -------------------------------------------- */
    {"a healthy fleet reads once in cache_ms and writes nothing", AT(3), REST,
     GRANTED "100010 a ok done;101000 a ask grant;101000 a ok done;"
             "101001 a ask load;101005 a store grant;101006 a ok done;"
             "102004 a ask grant;102005 a ask load;- item v=0,sv=0"},
    {"nor does it in the first window of all", AT(3), REST,
     "1 a ask load;2 a store grant;3 a ok done;1002 a ask load;1003 a store grant"},
    {"a failure is one write, and the successes go with it", AT(3), REST,
     GRANTED "100002 a ok done;100003 a ask grant;100004 a ok done;100005 a ask grant;"
             "100006 a bad save=WINDOW;100007 a store done;"
             "- item v=1,gen=0,state=C,window=100000,calls=3,failed=1,ex=604900;"
             "100008 a ask grant;100009 a ok done;100010 a ask grant;"
             "100011 a bad save=COUNT;100012 a store done;"
             "- item v=2,gen=0,state=C,window=100000,calls=5,failed=2"},
    {"an ignored call counts nowhere", AT(1), REST,
     GRANTED "100002 a ignored done;100003 a ask grant;100004 a bad save=WINDOW;"
             "100005 a store save=TRIP;100006 a store done;- item state=O"},
    {"successes of an older window are dropped", AT(3), REST,
     "109000 a ask load;109001 a store grant;109990 a ok done;109991 a ask grant;"
     "110000 a bad save=WINDOW;110001 a store done;"
     "- item window=110000,calls=1,failed=1"},
    {"and so are those of a window that somebody has failed in", AT(3), REST,
     GRANTED "100010 a bad save=WINDOW;100011 a store done;100020 a ask grant;"
             "100030 a ok done;110040 a ask load;110041 a store grant;"
             "110042 a bad save=WINDOW;110043 a store done;"
             "- item window=110000,calls=1,failed=1"},
    {"a window begun by somebody else is joined", AT(3), REST,
     GRANTED "100001 b ask load;100002 b store grant;100003 a ok done;"
             "100004 a ask grant;100005 a bad save=WINDOW;100006 b bad save=WINDOW;"
             "100007 b store done;100008 a store save=COUNT;100009 a store done;"
             "- item v=2,calls=3,failed=2,window=100000"},
    {"one begun by a host a little ahead is joined as well", AT(3), REST,
     "110100 b ask load;110101 b store grant;110102 b bad save=WINDOW;"
     "110103 b store done;109900 a ask load;109901 a store grant;109902 a ok done;"
     "109903 a ask grant;109904 a bad save=COUNT;109905 a store done;"
     "- item v=2,calls=3,failed=2,window=110000"},
    {"a failure that lost to a new window is counted there", AT(3), REST,
     "109990 a ask load;109991 a store grant;109990 b ask load;109991 b store grant;"
     "109999 a bad save=WINDOW;110000 b bad save=WINDOW;110001 b store done;"
     "110002 a store save=COUNT;110003 a store done;"
     "- item window=110000,calls=2,failed=2"},
    {"but it gives in after three lost races", AT(9), REST,
     GRANTED "100002 a bad save=WINDOW;- window=1;100003 a store save=WINDOW;"
             "- window=2;100004 a store save=WINDOW;- window=3;100005 a store done;"
             "- item calls=0"},
    {"as many before the call as after it", AT(9), REST,
     "- open=1;100000 b ask load;100001 b store save=PROBE;- open=2;"
     "100002 b store save=PROBE;- reset;100003 b store grant;100004 b bad save=WINDOW;"
     "- window=1;100005 b store save=WINDOW;- window=2;100006 b store save=WINDOW;"
     "100007 b store done;- item calls=1"},
    {"each call may lose three", AT(9), REST,
     GRANTED "100002 a bad save=WINDOW;- window=1;100003 a store save=WINDOW;"
             "- window=2;100004 a store save=WINDOW;100005 a store done;"
             "100006 a ask grant;100007 a bad save=COUNT;- window=3;"
             "100008 a store save=WINDOW;- window=4;100009 a store save=WINDOW;"
             "100010 a store done;- item calls=1,failed=1"},
    {"if a share is judged, and the window has a failure, who looks writes its "
     "successes",
     FLUSHES(3), REST,
     GRANTED
     "100002 a bad save=WINDOW;100003 a store done;100004 b ask load;"
     "100005 b store grant;100006 b ok save=COUNT;100007 b store done;"
     "- item v=2,calls=2,failed=1;101006 b ask grant;101006 b ok done;"
     "101006 b2 ask grant;101007 b ask load;101008 b store grant;101009 b2 ok done;"
     "101010 b ok save=COUNT;101011 b store done;- item v=3,calls=5,failed=1;"
     "102010 b ask grant"},
    {"an ignored call that looks takes those of others along", FLUSHES(3), REST,
     GRANTED "100001 b ask load;100001 b store grant;100002 a ignored done;"
             "100002 b bad save=WINDOW;100003 b store done;100004 a ask grant;"
             "100004 a ok done;101001 a ask load;101002 a store grant;"
             "101003 a ignored save=COUNT;101004 a store done;"
             "- item v=2,calls=2,failed=1;102004 a ask load;102005 a store grant;"
             "102006 a ignored done"},
    {"a window without a failure is left alone", FLUSHES(3), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;110000 a ask load;"
             "110001 a store grant;110002 a ok done;- item v=1"},
    {"if none is, they wait for the next failure", AT(3), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;100004 b ask load;"
             "100005 b store grant;100006 b ok done;101005 b ask load;"
             "101006 b store grant;- item v=1,calls=1;101007 b bad save=COUNT;"
             "101008 b store done;- item v=2,calls=3,failed=2"},
    {"nor are they written to a window that is over", FLUSHES(3), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;109990 a ask load;"
             "109991 a store grant;109991 a2 ask grant;110000 a ok done;- item v=1"},
    {"successes that lost their race count where they still can", AT(9), REST,
     GRANTED "100002 a ok done;100003 a ask grant;100004 a bad save=WINDOW;"
             "- window=100000;100005 a store save=COUNT;100006 a store done;"
             "- item calls=2,failed=1"},
    {"but not in a window that has begun meanwhile", AT(9), REST,
     "109980 a ask load;109981 a store grant;109982 a ok done;109983 a ask grant;"
     "109983 a2 ask grant;109995 a bad save=WINDOW;110001 a2 bad save=WINDOW;"
     "110002 a2 store done;110003 a store save=COUNT;110004 a store done;"
     "- item window=110000,calls=2,failed=2"},
    {"an item that nobody writes to is garbage after a week", AT(9), REST,
     "1999000 a ask load;1999000 a store grant;1999000 a bad save=WINDOW;"
     "1999000 a store done;- item ex=606799"},
    {"a flush that loses to an opening is dropped", FLUSHES(2), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;100004 b ask load;"
             "100005 b store grant;100006 b ok save=COUNT;100006 a ask grant;"
             "100007 a bad save=COUNT;100008 a store save=TRIP;100009 a store done;"
             "100010 b store done;- item state=O,calls=0;100011 b ask refuse=4997"},
    {"one that loses to a new window is dropped too", FLUSHES(9), REST,
     "109980 a ask load;109981 a store grant;109982 a bad save=WINDOW;"
     "109983 a store done;109984 b ask load;109985 b store grant;"
     "109990 b ok save=COUNT;110000 a ask grant;110001 a bad save=WINDOW;"
     "110002 a store done;110003 b store done;- item window=110000,calls=1,failed=1;"
     "110004 b ask grant;110005 b bad save=COUNT;110006 b store done;"
     "- item calls=2,failed=2"},
    {"a flush without an answer is never repeated", FLUSHES(9), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;101003 a ask load;"
             "101003 a store grant;101003 a ok save=COUNT;101004 a lost done;"
             "- item calls=2;101005 a ask load;101006 a store grant;"
             "101007 a bad save=COUNT;101008 a store done;- item calls=3,failed=2"},
    {"nor is a failure without an answer", AT(9), REST,
     GRANTED "100002 a ok done;100003 a ask grant;100004 a bad save=WINDOW;"
             "100005 a lost done;- item calls=2,failed=1;100006 a ask load;"
             "100007 a store grant;100008 a bad save=COUNT;100009 a store done;"
             "- item calls=3,failed=2"},
    {"after it the next call looks, however late it comes", AT(9), REST,
     GRANTED "100004 a bad save=WINDOW;100005 a lost done;101005 a ask load"},
    {"two failures of one environment write its successes once", AT(9), REST,
     GRANTED
     "100002 a ok done;100003 a ask grant;100003 a2 ask grant;"
     "100004 a bad save=WINDOW;100005 a2 bad save=WINDOW;100006 a store done;"
     "100007 a2 store save=COUNT;100008 a2 store done;- item calls=3,failed=2;"
     "100009 a ask grant;100009 a ok done;100009 a ask grant;100009 a2 ask grant;"
     "100010 a bad save=COUNT;100011 a2 bad save=COUNT;100012 a store done;"
     "100013 a2 store done;- item calls=6,failed=4"},
    {"a success during a write is not lost with it", AT(9), REST,
     GRANTED "100002 a2 ask grant;100003 a bad save=WINDOW;100004 a2 ok done;"
             "100005 a store done;- item calls=1,failed=1;100006 a ask grant;"
             "100007 a bad save=COUNT;100008 a store done;- item calls=3,failed=2"},
    {"successes of an earlier life do not count in this one",
     AT(1),
     {.open_ms = 100},
     GRANTED "100002 a ok done;100002 a ask grant;100002 a2 ask grant;"
             "100003 a2 ok done;100001 b ask load;100002 b store grant;"
             "100004 b bad save=WINDOW;100005 b store save=TRIP;100006 b store done;"
             "101001 a ask load;101002 a store save=PROBE;101003 a store probe;"
             "101004 a ok save=CLOSE;101005 a store done;101006 a ask grant;"
             "101007 a bad save=WINDOW;101008 a store save=TRIP;"
             "- item calls=1,failed=1,gen=3"},

    /* --- opening --------------------------------------------------------------------
     */
    {"the nth failure opens it, for all", AT(2), REST,
     GRANTED "100000 b ask load;100001 b store grant;100002 a bad save=WINDOW;"
             "100003 a store done;100004 b bad save=WINDOW;100005 b store save=COUNT;"
             "100006 b store save=TRIP;100007 b store done;"
             "- item state=O,gen=1,until=105006,opens=1,calls=0,failed=0,window=0;"
             "100008 b ask refuse=4998;100009 a ask grant;101003 a ask load;"
             "101004 a store refuse=4002"},
    {"it opens once, whoever else has seen the last failure", AT(1), REST,
     GRANTED
     "100000 b ask load;100001 b store grant;100002 a bad save=WINDOW;"
     "100003 b bad save=WINDOW;100004 a store save=TRIP;"
     "100005 b store save=COUNT;100006 b store save=TRIP;100007 b store done;"
     "100008 a store done;- item state=O,gen=1,opens=1;100009 a ask refuse=4997"},
    {"an opening without an answer may have been made", AT(1), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store save=TRIP;100004 a lost done;"
             "100005 a ask load;100006 a store refuse=4997"},
    {"or not: then the next failure opens it", AT(1), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store save=TRIP;100004 a dead done;"
             "100005 a ask load;100006 a store grant;100007 a bad save=COUNT;"
             "100008 a store save=TRIP;100009 a store done;- item state=O"},
    {"an opening sent twice is one", AT(1), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store save=TRIP;100004 a again done;"
             "- item gen=1,v=2,opens=1"},
    {"a share of failures, reached counts", RATE(50, 4), REST,
     GRANTED "100002 a ok done;100002 a ask grant;100002 a ok done;"
             "100002 a ask grant;100002 a bad save=WINDOW;100003 a store done;"
             "100004 a ask grant;102003 a bad save=COUNT;102003 a store save=TRIP;"
             "102004 a store done;- item state=O"},
    {"not of too few calls", RATE(50, 4), REST,
     JUDGING "102003 a bad save=COUNT;102003 a store done;102004 a2 bad save=COUNT;"
             "102005 a2 store done;- item calls=3,failed=3;102006 a3 bad save=COUNT;"
             "102007 a3 store save=TRIP"},
    {"one per cent is a share too", RATE(1, 2), REST,
     JUDGING "102004 a bad save=COUNT;102005 a store save=TRIP"},
    {"nor one below it", RATE(51, 4), REST,
     GRANTED "100002 a ok done;100002 a ask grant;100002 a ok done;"
             "100002 a ask grant;100002 a bad save=WINDOW;100003 a store done;"
             "100004 a ask grant;102003 a bad save=COUNT;102003 a store done;"
             "- item state=C,calls=4,failed=2"},
    {"no sooner than two cache_ms after the window was first seen", RATE(50, 2), REST,
     JUDGING "102002 a bad save=COUNT;102002 a store done;- item calls=2,failed=2;"
             "102002 a2 bad save=COUNT;102003 a2 store save=TRIP;102004 a2 store done;"
             "- item state=O"},
    {"by the judge: others may have seen it sooner", RATE(50, 2), REST,
     JUDGING "100500 b ask load;100501 b store grant;100501 b2 ask grant;"
             "102500 b bad save=COUNT;102500 b store done;102500 b2 bad save=COUNT;"
             "102501 b2 store save=TRIP"},
    {"a new window waits anew", RATE(50, 1), REST,
     "109000 a ask load;109001 a store grant;109001 a2 ask grant;109001 a3 ask grant;"
     "109002 a bad save=WINDOW;109003 a store done;109004 a ask grant;"
     "110003 a bad save=WINDOW;110004 a store done;112003 a2 bad save=COUNT;"
     "112003 a2 store done;112003 a3 bad save=COUNT;112004 a3 store save=TRIP"},
    {"a number of failures is judged at once",
     {STORE, .failures = 2, .failure_pct = 50, .min_calls = 2},
     REST,
     JUDGING "100005 a bad save=COUNT;100006 a store save=TRIP;100007 a store done;"
             "- item state=O"},
    {"late news from before the opening changes nothing", AT(1), REST,
     GRANTED "100002 a2 ask grant;100002 a3 ask grant;100001 b ask load;"
             "100002 b store grant;100003 a bad save=WINDOW;100004 a store save=TRIP;"
             "100005 a store done;100006 a2 bad done;100006 a3 ok done;"
             "100007 b bad save=WINDOW;100008 b store done;- item v=2,gen=1;"
             "100009 b ask refuse=4995"},
    {"Retry-After lengthens the rest, up to its longest", AT(1), GROWS,
     GRANTED "100002 a bad=9000 save=WINDOW;100003 a store save=TRIP;"
             "100004 a store done;- item until=109003;100005 a ask refuse=8998"},
    {"no backend closes us out for longer", AT(1), GROWS,
     GRANTED "100002 a bad=9000000 save=WINDOW;100003 a store save=TRIP;"
             "100004 a store done;- item until=112003;100005 a ask refuse=11998"},
    {"a short Retry-After shortens nothing", AT(1), GROWS,
     GRANTED "100002 a bad=1 save=WINDOW;100003 a store save=TRIP;"
             "100004 a store done;- item until=105003"},
    {"without open_max_ms there is no such thing", AT(1), REST,
     GRANTED "100002 a bad=9000 save=WINDOW;100003 a store save=TRIP;"
             "100004 a store done;- item until=105003"},

    /* --- the probe ------------------------------------------------------------------
     */
    {"a good probe closes it", AT(1), REST,
     PROBING "105020 b ok save=CLOSE;105021 b store done;"
             "- item state=C,gen=3,v=4,opens=0,owner=0,lease=0,until=0,calls=0;"
             "105022 b ask grant;105023 a ask load;105024 a store grant"},
    {"not a moment before its rest is over", AT(1), REST,
     TRIPPED "105010 b ask load;105010 b store refuse=1;105011 b ask save=PROBE"},
    {"a bad one opens it for longer", AT(1), GROWS,
     PROBING "105020 b bad save=REOPEN;105021 b store done;"
             "- item state=O,gen=3,v=4,opens=2,until=115020,owner=0,lease=0;"
             "105022 b ask refuse=9998"},
    {"and for longer still, up to its longest", AT(1), GROWS,
     PROBING "105020 b bad save=REOPEN;105021 b store done;115020 a ask load;"
             "115020 a store save=PROBE;115021 a store probe;115022 a bad save=REOPEN;"
             "115023 a store done;- item opens=3,until=127022"},
    {"Retry-After lengthens that rest too", AT(1), GROWS,
     PROBING "105020 b bad=11000 save=REOPEN;105021 b store done;- item until=116020"},
    {"an ignored one gives the lease back, to be taken at once", AT(1), REST,
     PROBING "105020 b ignored save=CONFIRM;105021 b store done;"
             "- item state=H,gen=3,v=4,owner=0,lease=0,ok=0;"
             "105022 a ask load;105023 a store save=PROBE;105024 a store probe;"
             "- item state=H,gen=4,ok=0"},
    {"two good ones, of two environments",
     AT(1),
     {.open_ms = 5000, .probe_lease_ms = 2000, .successes_to_close = 2},
     PROBING "105020 b ok save=CONFIRM;105021 b store done;"
             "- item state=H,gen=3,owner=0,ok=1;"
             "105022 a ask load;105023 a store save=PROBE;105024 a store probe;"
             "- item gen=4,ok=1;105025 a ok save=CLOSE;105026 a store done;"
             "- item state=C,gen=5,ok=0"},
    {"an ignored one is no good one",
     AT(1),
     {.open_ms = 5000, .probe_lease_ms = 2000, .successes_to_close = 2},
     PROBING "105020 b ok save=CONFIRM;105021 b store done;105022 a ask load;"
             "105023 a store save=PROBE;105024 a store probe;"
             "105025 a ignored save=CONFIRM;105026 a store done;- item state=H,ok=1"},
    {"while somebody probes, all others are refused", AT(1), REST,
     PROBING "105014 a ask load;105015 a store refuse=1997;107011 a ask load;"
             "107011 a store refuse=1"},
    {"a lost probe frees its place when the lease is over", AT(1), REST,
     PROBING "107012 a ask load;107012 a store save=PROBE r=90;107013 a store probe;"
             "- item state=H,gen=3,owner=91,lease=109012"},
    {"even the shortest lease is one",
     BRIEF,
     {.open_ms = 5000, .probe_lease_ms = 2},
     TRIPPED "105011 b ask load;105012 b store save=PROBE;105013 b store probe;"
             "- item state=H,lease=105014,ex=604905"},
    {"one that is over before it is heard of is worth nothing, nor is the fourth",
     BRIEF,
     {.open_ms = 5000, .probe_lease_ms = 2},
     TRIPPED "105011 b ask load;105012 b store save=PROBE;105014 b store save=PROBE;"
             "105016 b store save=PROBE;105018 b store refuse=1000;- item gen=4"},
    {"the zombie that held it changes nothing any more", AT(1), REST,
     PROBING "107012 a ask load;107012 a store save=PROBE r=90;107013 a store probe;"
             "107014 b ok save=CLOSE;107015 b store done;- item state=H,gen=3,v=4,"
             "owner=91;107016 b ask refuse=1996"},
    {"whatever it has to say", AT(1), REST,
     PROBING "107012 a ask load;107012 a store save=PROBE r=90;107013 a store probe;"
             "107014 b bad save=REOPEN;107015 b store done;- item state=H,gen=3,v=4,"
             "owner=91"},
    {"its write may be slow: it is worth nothing then", AT(1), REST,
     PROBING
     "105020 b ignored save=CONFIRM;107012 a ask load;107012 a store save=PROBE r=90;"
     "107013 a store probe;107014 b store done;- item gen=3,owner=91"},
    {"a late probe that nobody followed still counts", AT(1), REST,
     PROBING "109000 b ok save=CLOSE;109001 b store done;- item state=C,gen=3"},
    {"of those who ask at once, one probes", AT(1), REST,
     TRIPPED
     "105011 b ask load;105011 c ask load;105011 d ask load;"
     "105012 b store save=PROBE r=30;105012 c store save=PROBE r=50;"
     "105012 d store save=PROBE r=80;105013 c store probe;105014 b store refuse=1998;"
     "105014 d store refuse=1998;- item state=H,gen=2,owner=51"},
    {"two calls of one environment never both probe", AT(1), REST,
     TRIPPED
     "105011 b ask load;105012 b store save=PROBE;105012 b2 ask save=PROBE;"
     "105013 b2 store probe;105014 b store refuse=1998;105015 b ask refuse=1997;"
     "105016 b2 ok save=CLOSE"},
    {"nor if the loser is not shown what it lost to", AT(1), REST,
     TRIPPED "105011 b ask load;105012 b store save=PROBE;105012 b2 ask save=PROBE;"
             "105013 b2 store probe;105014 b hidden strong;105015 b store refuse=1997"},
    {"who loses to its own name has won", AT(1), REST,
     TRIPPED "105011 b ask load;105012 b store save=PROBE;105013 b again probe;"
             "- item gen=2,v=3;105014 b ok save=CLOSE;105015 b store done;"
             "- item state=C"},
    {"even if it must look for the name itself", AT(1), REST,
     TRIPPED "105011 b ask load;105012 b store save=PROBE;105013 b unseen strong;"
             "105014 b store probe;- item gen=2,v=3"},
    {"who loses and sees nothing looks, and gives way", AT(1), REST,
     TRIPPED "105011 b ask load;105011 c ask load;105012 b store save=PROBE;"
             "105012 c store save=PROBE;105013 c store probe;105014 b hidden strong;"
             "105015 b store refuse=1997"},
    {"a name of an earlier try is not ours any more", AT(1), REST,
     TRIPPED "105011 b ask load;105012 b store save=PROBE;105013 b lost local;"
             "- item state=H,gen=2,lease=107012;105014 b ask save=PROBE;"
             "105015 b store refuse=1997;107012 b ask load;107012 b store save=PROBE;"
             "107013 b store probe"},
    {"three lost races are enough", AT(1), REST,
     TRIPPED "105011 b ask load;105012 b store save=PROBE;- open=1;"
             "105013 b store save=PROBE;- open=2;105014 b store save=PROBE;- open=3;"
             "105015 b store refuse=1000"},
    {"a probe whose end is not heard looks again", AT(1), REST,
     PROBING "105020 b ok save=CLOSE;105021 b lost done;105022 b ask load;"
             "105023 b store grant"},
    {"or waits for its own lease to lapse", AT(1), REST,
     PROBING "105020 b ok save=CLOSE;105021 b dead done;105022 b ask load;"
             "105023 b store refuse=1989;107012 b ask load;107012 b store save=PROBE"},
    {"an end sent twice is one", AT(1), REST,
     PROBING "105020 b ok save=CLOSE;105021 b again done;- item state=C,gen=3,v=4;"
             "105022 b ask grant"},
};

#endif
