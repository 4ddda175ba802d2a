/* breaker_rows.h - the examples that breaker_rows.c plays. Data, in the order of the
 * table of choices in the contract. */
#ifndef BREAKER_ROWS_H
#define BREAKER_ROWS_H

struct row {
    const char *title;
    struct breaker_config config;
    const char *script;
};

#define STREAK(n, ms) .failures_to_open = (n), .open_ms = (ms)
#define COUNT(n, min, pct)                                                             \
    .open_ms = 10, .window_calls = (n), .min_calls = (min), .failure_pct = (pct)
#define SPAN(ms, min, pct)                                                             \
    .open_ms = 10, .window_ms = (ms), .min_calls = (min), .failure_pct = (pct)

static const struct row rows[] = {
    /* streaks */
    {"three in a row open it",
     {STREAK(3, 100)},
     "0 allow, 1 fail, 2 allow, 3 fail, 4 allow, 5 fail, 6 refuse 99, 6 is open"},
    {"a success breaks the row",
     {STREAK(2, 100)},
     "0 allow, 0 fail, 0 allow, 0 ok, 0 allow, 0 fail, 0 is closed, 0 allow, 0 fail, "
     "0 is open"},
    {"an ignored call does not",
     {STREAK(2, 100)},
     "0 allow, 0 fail, 0 allow, 0 ignore, 0 allow, 0 fail, 0 is open"},
    {"six, open for a minute",
     {STREAK(6, 60000)},
     "0 allow, 0 fail, 0 allow, 0 fail, 0 allow, 0 fail, 0 allow, 0 fail, 0 allow, "
     "0 fail, 0 allow, 0 ok, 0 is closed, 0 allow, 0 fail, 0 allow, 0 fail, 0 allow, "
     "0 fail, 0 allow, 0 fail, 0 allow, 0 fail, 0 is closed, 0 allow, 0 fail, "
     "0 is open, 59999 refuse 1, 59999 is open, 60000 is half, 60000 allow x probe, "
     "60000 fail, 60000 is open, 119999 refuse 1, 120000 allow, 120000 ok, "
     "120000 is closed"},
    /* a rate is judged when a failure arrives */
    {"a success never opens it",
     {COUNT(10, 4, 50)},
     "0 allow, 0 fail, 0 allow, 0 fail, 0 allow, 0 fail, 0 allow, 0 ok, 0 is closed, "
     "0 allow, 0 fail, 0 is open"},
    /* the threshold is reached, not passed */
    {"at 100 per cent",
     {COUNT(4, 4, 100)},
     "0 allow, 0 fail, 0 allow, 0 fail, 0 allow, 0 fail, 0 is closed, 0 allow, 0 fail, "
     "0 is open"},
    {"at half of two",
     {COUNT(2, 2, 50)},
     "0 allow, 0 ok, 0 is closed, 0 allow, 0 fail, 0 is open"},
    {"a third is less than 34",
     {COUNT(3, 3, 34)},
     "0 allow, 0 ok, 0 allow, 0 ok, 0 allow, 0 fail, 0 is closed"},
    {"a third is more than 33",
     {COUNT(3, 3, 33)},
     "0 allow, 0 ok, 0 allow, 0 ok, 0 allow, 0 fail, 0 is open"},
    /* the denominator */
    {"running calls do not thin the rate",
     {COUNT(10, 2, 100)},
     "0 allow a, 0 allow b, 0 allow c, 0 allow d, 0 allow e, 0 fail a, 0 fail b, "
     "0 is open"},
    {"nor do ignored ones",
     {COUNT(10, 2, 100)},
     "0 allow, 0 fail, 0 allow, 0 ignore, 0 allow, 0 ignore, 0 allow, 0 fail, "
     "0 is open"},
    {"ignored calls are not enough calls",
     {COUNT(10, 3, 50)},
     "0 allow, 0 ignore, 0 allow, 0 ignore, 0 allow, 0 fail, 0 is closed, 0 allow, "
     "0 fail, 0 is closed, 0 allow, 0 fail, 0 is open"},
    {"the oldest call leaves the ring",
     {COUNT(3, 3, 66)},
     "0 allow, 0 fail, 0 allow, 0 ok, 0 allow, 0 ok, 0 allow, 0 fail, 0 is closed, "
     "0 allow, 0 fail, 0 is open"},
    /* at exactly open_ms */
    {"a probe at exactly open_ms",
     {STREAK(1, 100)},
     "5 allow, 7 fail, 106 refuse 1, 106 is open, 107 is half, 107 allow x probe"},
    {"a look changes nothing",
     {STREAK(1, 100)},
     "0 allow, 0 fail, 500 is half, 0 is open, 99 refuse 1, 100 allow x probe"},
    {"a fuse stays open",
     {STREAK(1, 0)},
     "0 allow, 0 fail, 9 refuse 0, 99999999 refuse 0, 99999999 is open"},
    /* half open */
    {"one failed probe reopens",
     {STREAK(1, 10), .successes_to_close = 3},
     "0 allow, 0 fail, 10 allow, 10 ok, 10 allow, 10 ok, 10 allow, 11 fail, 11 is "
     "open, "
     "20 refuse 1, 21 allow x probe"},
    {"two good ones close it",
     {STREAK(1, 10), .successes_to_close = 2},
     "0 allow, 0 fail, 10 allow, 10 ok, 10 is half, 10 allow, 10 ok, 10 is closed"},
    {"good probes are counted anew",
     {STREAK(1, 10), .successes_to_close = 2},
     "0 allow, 0 fail, 10 allow, 10 ok, 10 allow, 10 fail, 20 allow, 20 ok, 20 is "
     "half"},
    {"one scout",
     {STREAK(1, 10), .probe_lease_ms = 7},
     "0 allow, 0 fail, 10 allow a probe, 12 refuse 5, 12 refuse 5, 13 ok a, "
     "13 is closed"},
    {"two scouts, the first back first",
     {STREAK(1, 10), .probes_at_once = 2, .successes_to_close = 3},
     "0 allow, 0 fail, 10 allow a, 12 allow b, 13 refuse 7, 14 ok a, 14 allow c, "
     "15 refuse 7, 15 ok b, 15 ok c, 15 is closed"},
    {"eight scouts",
     {STREAK(1, 10), .probes_at_once = 8, .successes_to_close = 9},
     "0 allow, 0 fail, 10 allow a, 11 allow b, 12 allow c, 13 allow d, 14 allow e, "
     "15 allow f, 16 allow g, 17 allow h, 18 refuse 2, 18 ok h, 18 allow i, 19 refuse "
     "1"},
    /* a lost probe */
    {"a lost probe gives way",
     {STREAK(1, 100), .probe_lease_ms = 30},
     "0 allow, 0 fail, 100 allow a probe, 129 refuse 1, 130 allow b probe, 130 ok b, "
     "130 is closed"},
    {"its lease is open_ms by default",
     {STREAK(1, 50)},
     "0 allow, 0 fail, 50 allow a, 99 refuse 1, 100 allow b probe"},
    {"its answer is still news",
     {STREAK(1, 50), .probe_lease_ms = 10},
     "0 allow, 0 fail, 50 allow a, 60 allow b, 61 ok a, 61 is closed"},
    {"but it has no slot to give back",
     {STREAK(1, 50), .probe_lease_ms = 10, .successes_to_close = 2},
     "0 allow, 0 fail, 50 allow a, 60 allow b, 61 ok a, 61 refuse 9"},
    {"eight lost, one late",
     {STREAK(1, 50), .probe_lease_ms = 7, .probes_at_once = 8, .successes_to_close = 9},
     "0 allow, 0 fail, 50 allow a, 51 allow, 51 allow, 51 allow, 51 allow, 51 allow, "
     "51 allow, 51 allow, 51 refuse 6, 57 allow, 57 ok a, 57 refuse 1"},
    {"two losses of one millisecond",
     {STREAK(1, 50), .probes_at_once = 2},
     "0 allow, 0 fail, 50 allow a, 50 allow b, 50 refuse 50, 60 ignore b, 60 allow c, "
     "61 refuse 39"},
    /* late results */
    {"a late failure does not reopen",
     {STREAK(1, 10)},
     "0 allow a, 0 allow b, 1 fail a, 11 allow c probe, 12 fail b, 12 is half, 13 ok "
     "c, "
     "13 is closed"},
    {"a late success does not close",
     {STREAK(1, 10)},
     "0 allow a, 0 allow b, 1 fail a, 11 allow c probe, 12 ok b, 12 is half, "
     "12 refuse 9"},
    {"a late ignored call frees no slot",
     {STREAK(1, 10)},
     "0 allow a, 0 allow b, 1 fail a, 11 allow c probe, 12 ignore b, 12 refuse 9"},
    {"a late failure does not lengthen",
     {STREAK(1, 10)},
     "0 allow a, 0 allow b, 0 fail a, 9 fail b, 9 refuse 1, 10 allow"},
    {"a probe of the last time is late",
     {STREAK(1, 10), .probes_at_once = 2},
     "0 allow, 0 fail, 10 allow a, 10 allow b, 10 fail a, 20 allow c, 21 fail b, "
     "21 is half, 22 ok c, 22 is closed"},
    {"a rolling window is no generation",
     {SPAN(1000, 1, 100)},
     "0 allow a, 1100 fail a, 1100 is open"},
    {"twice does nothing",
     {STREAK(2, 10)},
     "0 allow a, 0 copy a b, 0 fail a, 0 is closed, 0 allow c, 0 fail c, 0 is open, "
     "0 fail b, 0 is open"},
    /* ignored */
    {"an ignored probe gives its slot back",
     {STREAK(1, 10)},
     "0 allow, 0 fail, 10 allow a, 10 refuse, 11 ignore a, 11 is half, 11 allow b "
     "probe"},
    /* the window in time */
    {"buckets of a tenth",
     {SPAN(1000, 2, 100)},
     "99 allow, 99 fail, 999 allow, 999 fail, 999 is open"},
    {"the oldest bucket is gone",
     {SPAN(1000, 2, 100)},
     "99 allow, 99 fail, 1000 allow, 1000 fail, 1000 is closed, 1099 allow, 1099 fail, "
     "1099 is open"},
    {"an old success leaves the window",
     {SPAN(1000, 2, 100)},
     "0 allow, 0 ok, 500 allow, 500 fail, 950 allow, 950 fail, 950 is closed, "
     "1000 allow, 1000 fail, 1000 is open"},
    {"all of it after an idle time",
     {SPAN(1000, 2, 50)},
     "0 allow, 0 fail, 50000 allow, 50000 fail, 50000 is closed, 50001 allow, 50001 "
     "fail, 50001 is open"},
    {"credited when it ends",
     {SPAN(100, 2, 100)},
     "0 allow a, 0 allow b, 500 fail a, 505 fail b, 505 is open"},
    {"widths are rounded up",
     {SPAN(11, 2, 100)},
     "1 allow, 1 fail, 19 allow, 19 fail, 19 is open"},
    {"and no further",
     {SPAN(11, 2, 100)},
     "1 allow, 1 fail, 20 allow, 20 fail, 20 is closed"},
    {"cleared when it closes",
     {COUNT(4, 2, 50)},
     "0 allow, 0 fail, 0 allow, 0 fail, 10 allow, 10 ok, 10 is closed, 10 allow, "
     "10 fail, 10 is closed"},
    /* time running backwards */
    {"a step back evicts nothing",
     {SPAN(100, 2, 100)},
     "1000 allow, 1000 fail, 5 allow, 5 fail, 5 is open, 0 refuse 10, 1009 refuse 1, "
     "1010 allow"},
    {"a step back makes nothing slow",
     {COUNT(2, 1, 100), .slow_ms = 5, .slow_pct = 50},
     "1000 allow, 990 ok, 990 is closed"},
    /* open time */
    {"doubles up to the cap, anew after closing",
     {STREAK(1, 10), .open_max_ms = 35},
     "0 allow, 0 fail, 0 refuse 10, 10 allow, 10 fail, 10 refuse 20, 30 allow, 30 "
     "fail, "
     "30 refuse 35, 65 allow, 65 fail, 65 refuse 35, 100 allow, 100 ok, 100 is closed, "
     "100 allow, 100 fail, 100 refuse 10"},
    {"fixed without a cap",
     {STREAK(1, 10)},
     "0 allow, 0 fail, 10 allow, 10 fail, 10 refuse 10, 20 allow, 20 fail, "
     "20 refuse 10"},
    {"Retry-After lengthens it",
     {STREAK(1, 10), .open_max_ms = 1000},
     "0 allow, 0 fail, 2 rest 50, 3 refuse 49, 51 refuse 1, 52 allow x probe"},
    {"a rest of one more millisecond",
     {STREAK(1, 10), .open_max_ms = 1000},
     "0 allow, 0 fail, 10 rest 1, 10 refuse 1, 11 allow x probe"},
    {"but never shortens",
     {STREAK(1, 10), .open_max_ms = 1000},
     "0 allow, 0 fail, 2 rest 1, 3 refuse 7"},
    {"nor beyond the cap",
     {STREAK(1, 10), .open_max_ms = 100},
     "0 allow, 0 fail, 5 rest 99999, 5 refuse 100"},
    {"nor without one", {STREAK(1, 10)}, "0 allow, 0 fail, 5 rest 99999, 5 refuse 5"},
    {"nor while closed or half open",
     {STREAK(1, 10), .open_max_ms = 100},
     "0 rest 50, 0 allow, 0 fail, 0 refuse 10, 10 allow a, 10 rest 50, 10 ok a, "
     "10 is closed"},
    /* slow */
    {"slow is a reason to open",
     {COUNT(4, 2, 100), .slow_ms = 5, .slow_pct = 50},
     "0 allow, 1 ok, 1 allow, 6 ok, 6 is open"},
    {"just in time is not slow",
     {COUNT(4, 2, 100), .slow_ms = 5, .slow_pct = 50},
     "0 allow, 4 ok, 5 allow, 9 ok, 9 is closed"},
    {"a slow probe is a bad one",
     {COUNT(2, 1, 100), .slow_ms = 5, .slow_pct = 100},
     "0 allow, 0 fail, 10 allow a, 15 ok a, 15 is open"},
    {"calls that hang open it",
     {COUNT(9, 3, 100), .slow_ms = 80, .slow_pct = 100},
     "0 allow a, 0 allow b, 0 allow c, 89 allow d, 90 refuse 10, 90 is open"},
    {"those that answered do not",
     {COUNT(9, 3, 100), .slow_ms = 80, .slow_pct = 100},
     "0 allow a, 0 allow b, 0 allow c, 50 ok a, 90 allow d, 90 is closed"},
    {"an overdue call is counted once",
     {COUNT(9, 3, 100), .slow_ms = 80, .slow_pct = 60},
     "0 allow a, 85 allow b, 86 ok b, 90 allow c, 91 ok a, 91 ok c, 91 is closed, "
     "91 allow d, 171 ok d, 171 is closed"},
    /* the largest knobs */
    {"a window of seven weeks",
     {SPAN(UINT32_MAX, 2, 100)},
     "0 allow, 0 fail, 4000000000 allow, 4000000000 fail, 4000000000 is open"},
    {"slow after seven weeks",
     {COUNT(9, 1, 100), .slow_ms = UINT32_MAX, .slow_pct = 50},
     "0 allow a, 4294967294 allow b, 4294967294 ok a, 4294967294 is closed, "
     "8589934589 ok b, 8589934589 is open"},
    {"rests of seven weeks",
     {STREAK(1, UINT32_MAX), .open_max_ms = UINT32_MAX},
     "0 allow, 0 fail, 0 refuse 4294967295, 4294967295 allow, 4294967295 fail, "
     "4294967295 refuse 4294967295"},
    {"thawed after an age",
     {SPAN(10, 2, 100), .slow_ms = 8, .slow_pct = 100},
     "0 allow, 0 fail, 0 allow a, 900000000000000 ok a, 900000000000000 is closed, "
     "900000000000000 allow, 900000000000000 fail, 900000000000000 is closed, "
     "900000000000001 allow, 900000000000001 fail, 900000000000001 is closed"},
    /* operators */
    {"forced open",
     {STREAK(1, 10)},
     "0 mode open, 0 is open, 0 refuse 0, 99999 refuse 0, 99999 mode auto, 99999 "
     "allow"},
    {"forced closed",
     {STREAK(1, 10)},
     "0 allow, 0 fail, 0 mode closed, 0 is closed, 0 allow, 0 fail, 0 allow, 1 mode "
     "auto, 1 is open, 1 fail, 1 refuse 9"},
    {"watch only",
     {STREAK(1, 10)},
     "0 mode watch, 0 allow, 0 fail, 0 is open, 0 allow a, 0 ok a, 0 is open, "
     "10 allow b probe, 10 allow c, 10 fail c, 10 is half, 10 ok b, 10 is closed"},
    {"permits do not outlive a mode",
     {STREAK(1, 10)},
     "0 allow a, 0 mode watch, 0 fail a, 0 is closed"},
    {"reset",
     {STREAK(1, 10), .open_max_ms = 80},
     "0 allow a, 0 allow b, 0 fail a, 5 reset, 5 is closed, 5 fail b, 5 is closed, "
     "5 allow, 5 fail, 5 refuse 10"},
    {"reset while closed",
     {STREAK(2, 10)},
     "0 allow, 0 allow b, 0 fail, 0 reset, 0 fail b, 0 allow, 0 fail, 0 is closed, "
     "0 took none"},
    /* transitions */
    {"in order, and with their generation",
     {STREAK(1, 10)},
     "0 took none, 0 allow, 0 fail, 10 allow, 10 ok, 10 took closed-open 1, 10 took "
     "open-half 2, 10 took half-closed 3, 10 took none"},
    {"the oldest are overwritten",
     {STREAK(1, 10)},
     "0 allow, 0 fail, 10 allow, 10 ok, 10 allow, 10 fail, 20 allow, 20 ok, "
     "20 took half-closed 3, 20 took closed-open 4, 20 took open-half 5, "
     "20 took half-closed 6, 20 took none"},
};

struct config_row {
    struct breaker_config config;
    const char *error; /* words of the sentence; NULL: nothing is wrong */
};

static const struct config_row config_rows[] = {
    {{0}, NULL},
    {{STREAK(1, 1)}, NULL},
    {{COUNT(256, 256, 100)}, NULL},
    {{SPAN(1, 1, 1)}, NULL},
    {{.window_calls = 1, .min_calls = 1, .slow_ms = 1, .slow_pct = 100}, NULL},
    {{STREAK(1, 5), .open_max_ms = 5, .open_jitter_pct = 100}, NULL},
    {{STREAK(1, 1), .probes_at_once = 8}, NULL},
    {{.window_calls = 1, .window_ms = 1, .min_calls = 1, .failure_pct = 1}, "exclude"},
    {{COUNT(257, 1, 1)}, "more than 256"},
    {{COUNT(9, 1, 101)}, "more than 100"},
    {{.window_calls = 9, .min_calls = 1, .slow_ms = 1, .slow_pct = 101}, "than 100"},
    {{STREAK(1, 1), .open_jitter_pct = 101}, "more than 100"},
    {{.failure_pct = 50, .min_calls = 1}, "needs a window"},
    {{.slow_pct = 50, .slow_ms = 1, .min_calls = 1}, "needs a window"},
    {{.window_calls = 9}, "judges nothing"},
    {{.window_ms = 9}, "judges nothing"},
    {{.window_calls = 9, .failure_pct = 50}, "needs min_calls"},
    {{.window_ms = 9, .slow_pct = 50, .slow_ms = 1}, "needs min_calls"},
    {{COUNT(9, 10, 50)}, "never be judged"},
    {{SPAN(9, 10, 50), .slow_ms = 5}, "go together"},
    {{.window_ms = 9, .min_calls = 1, .slow_pct = 5}, "go together"},
    {{STREAK(1, 6), .open_max_ms = 5}, "less than open_ms"},
    {{STREAK(1, 2), .open_max_ms = 1}, "less than open_ms"},
    {{COUNT(1, 2, 50)}, "never be judged"},
    {{STREAK(1, 1), .probes_at_once = 9}, "more than 8"},
};

#endif
