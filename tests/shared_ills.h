/* shared_ills.h - more stories for shared_test.c: a write that follows a read, old
 * news, a store that fails, clocks that are wrong, items that are none. */
#ifndef SHARED_ILLS_H
#define SHARED_ILLS_H

#include "shared_stories.h"

/* The window of the item goes two lengths ahead; a has two calls, and it sees that. */
#define SEEN_AHEAD                                                                     \
    GRANTED "100002 a bad save=WINDOW;100003 a store done;- window=120000;"            \
            "101003 a ask load;101004 a store grant;101004 a2 ask grant;"
/* b has a success not written yet, and a second call; a the first failure. */
#define TO_FLUSH                                                                       \
    GRANTED "100001 b ask load;100002 b store grant;100003 b ok done;"                 \
            "100003 b2 ask grant;100004 a bad save=WINDOW;100005 a store done;"

static const struct shared_story shared_ills[] = {
    /* --- successes that are written by a call that has looked ------------------------
     */
    {"a call that was shown failures ends with that write", FLUSHES(9), REST,
     TO_FLUSH "101002 b ask load;101003 b store grant;101003 b ok save=COUNT;"
              "101004 b store done;- item v=2,calls=3,failed=1;101005 b ask grant;"
              "102004 b ask load;102005 b store grant"},
    {"but not if it was shown none", FLUSHES(9), REST,
     GRANTED "100002 a ok done;- window=100000;101001 a ask load;101002 a store grant;"
             "101003 a ok done"},
    {"nor if they are those of another window", FLUSHES(9), REST,
     TO_FLUSH "- window=80000;101002 b ask load;101003 b store grant;101003 b ok done;"
              "- item v=2"},
    {"nor if it is open", FLUSHES(9), REST,
     TO_FLUSH "101002 b ask load;101003 b store grant;- open=109000;101004 b2 ok done;"
              "101005 b ok save=COUNT;101006 b store done;- item v=2,calls=0"},
    {"nor if we have no successes", FLUSHES(9), REST,
     TO_FLUSH "101002 c ask load;101003 c store grant;101003 c ignored done;"
              "102003 c ask load"},
    {"nor if no share is judged", AT(9), REST,
     TO_FLUSH "101002 b ask load;101003 b store grant;101003 b ok done;- item v=1"},
    {"a failure takes them, and is one write", FLUSHES(9), REST,
     TO_FLUSH "101002 b ask load;101003 b store grant;101003 b bad save=COUNT;"
              "101004 b store done;- item v=2,calls=3,failed=2"},
    {"a call that goes by the copy leaves them to the next that looks", FLUSHES(9),
     REST,
     TO_FLUSH "101002 b ask load;101003 b store grant;101003 b2 ok done;"
              "101003 b ok save=COUNT;101004 b store done;- item v=2,calls=4;"
              "101005 b ask grant;101006 b ok done;- item v=2"},
    {"one write, though a success comes during it", FLUSHES(9), REST,
     TO_FLUSH "101002 b ask load;101003 b store grant;101003 b ok save=COUNT;"
              "101003 b2 ok done;101004 b store done;- item v=2,calls=3;"
              "102004 b ask load;102005 b store grant;102005 b ok save=COUNT;"
              "102006 b store done;- item v=3,calls=5"},
    {"one, though it loses and is not shown the item", FLUSHES(9), REST,
     TO_FLUSH "101002 b ask load;101003 b store grant;101003 b ok save=COUNT;"
              "- window=110000;101004 b hidden strong;- window=100000;"
              "101005 b store done;- item v=3,calls=1;101006 b ask grant;"
              "102005 b ask load;102006 b store grant;102006 b ok save=COUNT;"
              "102007 b store done;- item v=4,calls=4,failed=1"},
    {"one, though it loses and is shown it", FLUSHES(9), REST,
     TO_FLUSH "101002 b ask load;101003 b store grant;101003 b ok save=COUNT;"
              "- window=110000;101004 b store done;- item v=2,calls=1"},
    {"one, though nothing is heard of it", FLUSHES(9), REST,
     TO_FLUSH "101002 b ask load;101003 b store grant;101003 b ok save=COUNT;"
              "101004 b lost done;- item v=2,calls=3;101005 b ask load;"
              "101006 b store grant"},

    /* --- jitter ----------------------------------------------------------------------
     */
    {"everyone waits another while, and looks afresh",
     {STORE, .failures = 1, .jitter_ms = 100},
     REST,
     TRIPPED "105011 b ask load;105012 b store sleep=42 r=42;105011 c ask load;"
             "105012 c store sleep=100 r=100;105054 b woke load;"
             "105055 b store save=PROBE;105056 b store probe;105112 c woke load;"
             "105113 c store refuse=1942"},
    {"never longer than jitter_ms",
     {STORE, .failures = 1, .jitter_ms = 100},
     REST,
     TRIPPED "105011 b ask load;105012 b store sleep=0 r=101;105012 b woke load;"
             "105013 b store save=PROBE"},
    {"nor shorter than there is",
     {STORE, .failures = 1, .jitter_ms = 1},
     REST,
     TRIPPED "105011 b ask load;105012 b store sleep=1 r=1;105013 b woke load"},
    {"the longest there is draws from the whole of it",
     {STORE, .failures = 1, .jitter_ms = UINT32_MAX},
     REST,
     TRIPPED "105011 b ask load;105012 b store sleep=4294967295 r=4294967295"},
    {"who wakes when it is closed calls",
     {STORE, .failures = 1, .jitter_ms = 100},
     REST,
     TRIPPED "105011 b ask load;105012 b store sleep=42 r=42;- reset;"
             "105054 b woke load;105055 b store grant"},
    {"a store that dies in the meantime is dead",
     {STORE, .failures = 1, .jitter_ms = 100},
     REST,
     TRIPPED "105011 b ask load;105012 b store sleep=42 r=42;105054 b woke load;"
             "105055 b dead local"},

    /* --- old news --------------------------------------------------------------------
     */
    {"an eventual read takes nobody back", AT(1), REST,
     TRIPPED "101012 a ask load;101013 a stale=2 strong;101014 a store refuse=3997"},
    {"nor by a single version", AT(1), REST,
     TRIPPED "101012 a ask load;101013 a stale=1 strong;101014 a store refuse=3997"},
    {"what is as new as the copy is no news", AT(3), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;101003 a ask load;"
             "101004 a store grant"},
    {"an operator's reset is seen", AT(1), REST,
     TRIPPED "- reset;101012 a ask load;101013 a store grant"},
    {"a deleted item is believed after a strong read", AT(1), REST,
     TRIPPED "- delete;101012 a ask load;101013 a store strong;101014 a store grant;"
             "101015 a bad save=WINDOW;101016 a store save=TRIP;101017 a store done;"
             "- item gen=1,v=2,state=O"},
    {"and before that, it still refuses if the store fails", AT(1), REST,
     TRIPPED "- delete;101012 a ask load;101013 a store strong;101014 a dead "
             "refuse=3997"},
    {"a probe of a deleted item is over", AT(1), REST,
     PROBING "- delete;105020 b ok save=CLOSE;105021 b store strong;"
             "105022 b store done;- item v=0,sv=0;105023 b ask grant"},
    {"so is a failure", AT(3), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;100004 a ask grant;"
             "- reset;- delete;100005 a bad save=COUNT;100006 a store strong;"
             "100007 a store save=WINDOW;100008 a store done;- item calls=1,v=1"},
    {"a failure that lost and sees nothing looks first", AT(3), REST,
     GRANTED "100001 b ask load;100001 b store grant;100002 b bad save=WINDOW;"
             "100003 b store done;100002 a bad save=WINDOW;100003 a hidden strong;"
             "100004 a store save=COUNT;100005 a store done;- item calls=2,failed=2"},
    {"and if it cannot look, leaves it", AT(3), REST,
     GRANTED "100001 b ask load;100001 b store grant;100002 b bad save=WINDOW;"
             "100003 b store done;100002 a bad save=WINDOW;100003 a hidden strong;"
             "100004 a dead done;- item calls=1;100005 a ask load"},

    /* --- a store that fails
       ------------------------------------------------------------ */
    {"who knows nothing asks the breaker in the house", AT(1), REST,
     "100000 a ask load;100050 a dead local;100051 a ask load;100052 a store grant"},
    {"a copy is good for as long as ever", AT(1), REST,
     GRANTED "101000 a ask grant;101001 a ask load;101051 a dead local"},
    {"an OPEN that is known is honoured", AT(1), REST,
     TRIPPED "101012 a ask load;101062 a dead refuse=3949;105010 a ask load;"
             "105010 a dead refuse=1"},
    {"but only until its end", AT(1), REST,
     TRIPPED "105011 a ask load;105011 a dead local"},
    {"a lease that is known, too", AT(1), REST,
     PROBING "106013 b2 ask load;106014 b2 dead refuse=998;107012 b2 ask load;"
             "107012 b2 dead local"},
    {"a failed election is not a lost one", AT(1), REST,
     TRIPPED "105011 a ask load;105012 a store save=PROBE;105062 a dead local"},
    {"what could not be written is lost, with its successes", AT(9), REST,
     GRANTED "100002 a ok done;100003 a ask grant;100004 a bad save=WINDOW;"
             "100054 a dead done;100055 a ask load;100056 a store grant;"
             "100057 a bad save=WINDOW;100058 a store done;- item calls=1,failed=1"},

    /* --- clocks
       ------------------------------------------------------------------------ */
    {"a rest that ends far in the future is cut", AT(1), REST,
     TRIPPED "- far;101012 b ask load;101012 b store refuse=5000;106011 b ask load;"
             "106011 b store refuse=1;106012 b ask save=PROBE;106013 b store probe;"
             "- item state=H,gen=2"},
    {"to its longest, if rests grow", AT(1), GROWS,
     TRIPPED "- far;101012 b ask load;101012 b store refuse=12000;113012 b ask load;"
             "113012 b store save=PROBE;113013 b store probe"},
    {"so is a lease", AT(1), REST,
     PROBING "- far;106000 a ask load;106000 a store refuse=2000;107999 a ask load;"
             "107999 a store refuse=1;108000 a ask save=PROBE;108001 a store probe;"
             "- item gen=3,lease=110000"},
    {"a lease is as long as a rest if nothing else is said",
     AT(1),
     {.open_ms = 5000},
     TRIPPED "105011 b ask load;105012 b store save=PROBE;105013 b store probe;"
             "- item lease=110012;- far;106000 a ask load;106000 a store refuse=5000"},
    {"each rest is cut from when it was first seen", AT(1), REST,
     TRIPPED "- far;101012 b ask load;101012 b store refuse=5000;- open=9000000;"
             "104000 b ask load;104000 b store refuse=5000;109000 b ask load;"
             "109000 b store save=PROBE"},
    {"a clock that steps back makes no rest longer", AT(1), REST,
     TRIPPED "50000 a ask load;50001 a store refuse=4999;55000 a ask load;"
             "55000 a store save=PROBE;55001 a store probe"},
    {"nor a copy younger", AT(3), REST, GRANTED "99000 a ask load;99001 a store grant"},
    {"nor leaves a window that stands", AT(3), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;70000 a ask load;"
             "70001 a store grant;70002 a bad save=COUNT;70003 a store done;"
             "- item window=100000,calls=2,failed=2"},
    {"until one length after it stepped back", AT(9), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;70000 a ask load;"
             "70001 a store grant;70001 a2 ask grant;79999 a bad save=COUNT;"
             "79999 a store done;- item window=100000,calls=2;80000 a2 bad save=WINDOW;"
             "80001 a2 store done;- item window=80000,calls=1,failed=1"},
    {"and a share is judged two cache_ms after that", RATE(50, 2), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;70000 a ask load;"
             "70001 a store grant;70001 a2 ask grant;71999 a bad save=COUNT;"
             "71999 a store done;71999 a2 bad save=COUNT;72000 a2 store save=TRIP"},
    {"a window two lengths ahead is joined", AT(9), REST,
     SEEN_AHEAD "101005 a bad save=COUNT;101006 a store done;"
                "- item calls=2,failed=2,window=120000"},
    {"or any number of them", AT(9), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;- window=9000000;"
             "101003 a ask load;101004 a store grant;101005 a bad save=COUNT;"
             "101006 a store done;- item calls=2,failed=2,window=9000000"},
    {"for one length since it was first seen, then we begin our own", AT(9), REST,
     SEEN_AHEAD "111003 a bad save=COUNT;111003 a store done;"
                "- item calls=2,failed=2,window=120000;"
                "111004 a2 bad save=WINDOW;111004 a2 store done;"
                "- item calls=1,failed=1,window=110000"},
    {"one further ahead is first seen when it is read", AT(9), REST,
     SEEN_AHEAD "- window=130000;104999 a3 ask load;105000 a3 store grant;"
                "114999 a bad save=COUNT;114999 a store done;- item window=130000;"
                "115000 a2 bad save=WINDOW;115000 a2 store done;"
                "- item calls=1,failed=1,window=110000"},
    {"our successes do not go into a window that is read meanwhile", AT(9), REST,
     GRANTED "100002 a ok done;- window=120000;101001 a ask load;101002 a store grant;"
             "101003 a bad save=COUNT;101004 a store done;- item calls=1,failed=1"},
    {"a frozen environment looks before it calls", AT(1), REST,
     TRIPPED "100000 b ask load;100000 b stale=9 grant;900000 b ask load;"
             "900001 b store save=PROBE"},

    /* --- items that are none
       ------------------------------------------------------------ */
    {"no item is as good as a closed one", AT(1), REST, GRANTED "- item v=0,sv=0"},
    {"a schema of tomorrow is left alone", AT(1), REST,
     TRIPPED "- damage=schema;101012 a ask load;101013 a store strong;"
             "101014 a store local;101015 a ask local;- item sv=2,v=3,state=O;"
             "101012 b ask load;101013 b store local;102014 a ask load"},
    {"so is a state that does not exist", AT(1), REST,
     TRIPPED "- damage=state;101012 a ask load;101013 a store strong;"
             "101014 a store local;101012 b ask load;101013 b store local;- item v=3"},
    {"so are more failures than calls", AT(3), REST,
     GRANTED "100002 a bad save=WINDOW;100003 a store done;- damage=failed;"
             "101003 a ask load;101004 a store strong;101005 a store local;- item v=2"},
    {"so is a rest without an end", AT(1), REST,
     TRIPPED "- damage=endless;101012 a ask load;101013 a store strong;"
             "101014 a store local;- item v=3"},
    {"a failure is not written over it", AT(3), REST,
     GRANTED "100002 a bad save=WINDOW;- damage=schema;100003 a store done;"
             "- item sv=2,v=1;100005 a ask local"},
    {"nor an election", AT(1), REST,
     TRIPPED "105011 a ask load;105012 a store save=PROBE;- damage=state;"
             "105013 a store strong;105014 a store local;- item v=3"},
    {"nor the end of a probe", AT(1), REST,
     PROBING "- damage=schema;105020 b ok save=CLOSE;105021 b store strong;"
             "105022 b store done;- item sv=2,v=4;105023 b ask local"},
    {"an end that is known outlives it if the store then fails", AT(1), REST,
     TRIPPED "- damage=schema;101012 a ask load;101013 a store strong;101014 a dead "
             "refuse=3997"},
    {"mended, it is used again", AT(1), REST,
     TRIPPED "- damage=schema;101012 b ask load;101013 b store local;- reset;"
             "102013 b ask load;102014 b store grant;102015 b bad save=WINDOW"},
    {"an outcome granted before the damage is late news", AT(1), REST,
     GRANTED "100002 a2 ask grant;- damage=schema;101001 a ask load;"
             "101002 a store local;101003 a2 bad done;- item v=1"},

    /* --- what it shows --------------------------------------------------------------
     */
    {"it shows its state, half-open as soon as the rest is over", AT(1), REST,
     "100000 a shows=C;" TRIPPED "100013 a shows=O;105010 a shows=O;105011 a shows=H;"
     "105011 a ask load;105012 a store save=PROBE;105013 a store probe;"
     "105014 a shows=H;105015 a ok save=CLOSE;105016 a store done;105017 a shows=C"},
};

#endif
