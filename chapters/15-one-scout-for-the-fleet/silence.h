/* silence.h - a store that does not answer, for check.c: what is known holds until it
 * ends, and then the house decides. */
#ifndef SILENCE_H
#define SILENCE_H

#include "fleet.h"

/* Somebody whose clock is an hour ahead has written `item`. It holds for `longest_ms`
 * after it was seen first, at 100001. */
static void holds_no_longer(struct item item, int64_t longest_ms)
{
    int64_t over = 100001 + longest_ms;
    begin(&plain);
    store_has(item);
    story_tell("             written by a clock that is an hour ahead");
    asks(A, 100000, SHARED_LOAD);
    stores(A, 100001, SHARED_REFUSE);
    asks(A, over - 51, SHARED_LOAD);
    no_answer(A, over - 1, SHARED_REFUSE);
    want_refused_for(A, 1);
    asks(A, over, SHARED_LOAD);
    no_answer(A, over + 50, SHARED_LOCAL);
}

static void wrong_clock(void)
{
    holds_no_longer(open_until(3705000), 5000);
    holds_no_longer(leased_until(3702000), 2000);
}

static void not_a_lost_race(void)
{
    begin(&plain); /* no word on the election: the house decides */
    store_has(open_until(105000));
    wants_probe(A, 105000);
    no_answer(A, 105051, SHARED_LOCAL);

    begin(&plain); /* it was open and is not over: that holds */
    store_has(open_until(105000));
    asks(A, 102000, SHARED_LOAD);
    stores(A, 102001, SHARED_REFUSE);
    asks(A, 103100, SHARED_LOAD);
    no_answer(A, 103150, SHARED_REFUSE);
    want_refused_for(A, 105000 - 103150);
    asks(A, 104950, SHARED_LOAD);
    no_answer(A, 105000, SHARED_LOCAL); /* over, at its end */

    begin(&plain); /* somebody is looking: that holds as long as his lease */
    store_has(leased_until(105000));
    asks(A, 103000, SHARED_LOAD);
    stores(A, 103001, SHARED_REFUSE);
    asks(A, 104100, SHARED_LOAD);
    no_answer(A, 104150, SHARED_REFUSE);
    want_refused_for(A, 105000 - 104150);
    asks(A, 105000, SHARED_LOAD);
    no_answer(A, 105050, SHARED_LOCAL);

    wrong_clock();

    begin(&plain); /* nothing is known, or it was closed */
    asks(A, 100000, SHARED_LOAD);
    no_answer(A, 100050, SHARED_LOCAL);
    asks(A, 100060, SHARED_LOAD);
    stores(A, 100061, SHARED_GRANT);
    asks(A2, 101100, SHARED_LOAD);
    no_answer(A2, 101150, SHARED_LOCAL);
}

#endif
