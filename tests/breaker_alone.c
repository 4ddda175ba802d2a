/* breaker_alone.c - what can be said of the final breaker without a model: its jitter,
 * every place in its ring, its size. */
#include "breaker_test.h"

#include <string.h>

#include "breaker.h"

static int64_t opened_for(const struct breaker_config *config, uint64_t seed)
{
    struct breaker b;
    breaker_init(&b, config, seed);
    struct breaker_permit permit = breaker_acquire(&b, 1000);
    breaker_record(&b, &permit, BREAKER_FAILED, 1000);
    return breaker_acquire(&b, 1000).retry_after_ms;
}

/* Jitter only shortens, by open_jitter_pct at most, every length about as often. */
START_TEST(jitter_stays_in_its_bounds_and_fills_them)
{
    static const struct {
        uint32_t open_ms, pct, most;
    } rows[] = {{100, 19, 19}, {990, 10, 99}, {10, 10, 1},
                {9, 10, 0},    {50, 100, 50}, {1000, 1, 10}};
    for (int row = 0; row < UNIT_ROWS(rows); row++) {
        struct breaker_config config = {.failures_to_open = 1,
                                        .open_ms = rows[row].open_ms,
                                        .open_jitter_pct = rows[row].pct};
        int often[100] = {0}, want = 20000 / ((int)rows[row].most + 1);
        for (uint64_t seed = 0; seed < 20000; seed++) {
            int64_t less = rows[row].open_ms - opened_for(&config, seed);
            UNIT_SAYS(less >= 0 && less <= rows[row].most, "%d ms less", (int)less);
            often[less]++;
        }
        for (int i = 0; i <= (int)rows[row].most; i++)
            UNIT_SAYS(abs(often[i] - want) < want / 5 + 60, "%d: %d", i, often[i]);
    }
}
END_TEST

/* It comes after the cap, or a fleet would meet again at the cap. */
START_TEST(jitter_comes_after_the_cap)
{
    struct breaker_config config = {.failures_to_open = 1,
                                    .open_ms = 100,
                                    .open_max_ms = 100,
                                    .open_jitter_pct = 50};
    int less = 0;
    for (uint64_t seed = 0; seed < 1000; seed++)
        less += opened_for(&config, seed) < 100;
    ck_assert_msg(less > 950, "only %d of 1000 were shortened", less);
}
END_TEST

/* Draws differ from opening to opening, not only from breaker to breaker. */
START_TEST(each_opening_draws_anew)
{
    struct breaker_config config = {
        .failures_to_open = 1, .open_ms = 1000, .open_jitter_pct = 100};
    struct breaker b;
    breaker_init(&b, &config, 5);
    uint64_t sum = 0;
    int same = 0;
    int64_t last = -1, now = 0;
    for (int i = 0; i < 2000; i++) {
        struct breaker_permit permit = breaker_acquire(&b, now);
        breaker_record(&b, &permit, BREAKER_FAILED, now);
        int64_t rest = breaker_acquire(&b, now).retry_after_ms;
        same += rest == last;
        last = rest;
        sum += (uint64_t)rest;
        now += 1000;
    }
    ck_assert_msg(same < 20, "%d equal neighbours", same);
    ck_assert_msg(sum > 2000 * 470 && sum < 2000 * 530, "mean %d", (int)(sum / 2000));
}
END_TEST

/* All of the rest may fall to chance: then a probe is let through at once, even at time
 * 0, and its slot is free again as soon as it is given back. */
START_TEST(a_rest_of_nothing)
{
    struct breaker_config config = {
        .failures_to_open = 1, .open_ms = 1, .open_jitter_pct = 100};
    int at_once = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct breaker b;
        breaker_init(&b, &config, seed);
        struct breaker_permit permit = breaker_acquire(&b, 0);
        breaker_record(&b, &permit, BREAKER_FAILED, 0);
        permit = breaker_acquire(&b, 0);
        if (!permit.granted)
            continue;
        at_once++;
        breaker_record(&b, &permit, BREAKER_IGNORED, 0);
        UNIT_HOLDS(breaker_acquire(&b, 0).granted);
    }
    ck_assert_msg(at_once > 30 && at_once < 70, "%d of 100", at_once);
}
END_TEST

/* A full ring of failures but for one success opens exactly when that one leaves it,
 * wherever in the ring it lies. The same for slow results but for a fast one. */
static uint32_t calls_to_open(const struct breaker_config *config, uint32_t good)
{
    struct breaker b;
    bool slow = config->slow_pct > 0;
    breaker_init(&b, config, 1);
    for (uint32_t i = 0;; i++) {
        struct breaker_permit permit = breaker_acquire(&b, i);
        if (!permit.granted)
            return i - 1;
        int64_t end = slow && i != good ? i + 1 : i;
        breaker_record(&b, &permit, slow || i == good ? BREAKER_OK : BREAKER_FAILED,
                       end);
    }
}

START_TEST(every_place_in_the_ring_is_kept_and_left)
{
    static const uint32_t lengths[] = {1, 2, 3, 63, 64, 65, 127, 128, 129, 200, 256};
    uint32_t n = lengths[_i];
    struct breaker_config failing = {
        .window_calls = n, .min_calls = n, .failure_pct = 100, .open_ms = 100000};
    struct breaker_config slow = {.window_calls = n,
                                  .min_calls = n,
                                  .slow_pct = 100,
                                  .slow_ms = 1,
                                  .open_ms = 100000};
    for (uint32_t good = 0; good < 2 * n && good < n + 70; good++) {
        uint32_t want = good < n ? good + n : n - 1;
        UNIT_SAYS(calls_to_open(&failing, good) == want, "failed, %u of %u", good, n);
        UNIT_SAYS(calls_to_open(&slow, good) == want, "slow, %u of %u", good, n);
    }
}
END_TEST

static void start_misconfigured(void)
{
    struct breaker b;
    breaker_init(&b, &(struct breaker_config){.failure_pct = 101}, 1);
}

START_TEST(a_configuration_with_an_error_aborts)
{
    ck_assert(unit_aborts(start_misconfigured));
}
END_TEST

static void check_rest_does_nothing(struct breaker *b, int64_t now_ms, int64_t rest_ms)
{
    struct breaker before;
    memcpy(&before, b, sizeof before);
    breaker_rest(b, now_ms, rest_ms);
    ck_assert_mem_eq(&before, b, sizeof before);
}

START_TEST(a_wish_to_rest_that_changes_nothing_changes_no_byte)
{
    struct breaker_config config = {
        .failures_to_open = 1, .open_ms = 10, .open_max_ms = 100};
    struct breaker b;
    breaker_init(&b, &config, 1);
    struct breaker_permit permit = breaker_acquire(&b, 5);
    check_rest_does_nothing(&b, 5, 50);
    breaker_record(&b, &permit, BREAKER_FAILED, 5);
    check_rest_does_nothing(&b, 5, 0);
    check_rest_does_nothing(&b, 5, 10);
    breaker_reset(&b, 20);
    permit = breaker_acquire(&b, 20);
    breaker_record(&b, &permit, BREAKER_FAILED, 20);
    breaker_set_mode(&b, BREAKER_FORCED_CLOSED);
    breaker_acquire(&b, 50); /* the rest is over, and nobody asked */
    check_rest_does_nothing(&b, 50, 0);
    breaker_set_mode(&b, BREAKER_AUTO);
    ck_assert(breaker_acquire(&b, 50).probe);
    check_rest_does_nothing(&b, 50, 50);
}
END_TEST

START_TEST(it_fits_in_half_a_kilobyte)
{
    ck_assert_uint_le(sizeof(struct breaker), 512);
}
END_TEST

const struct unit_case breaker_alone_cases[] = {
    {"jitter", &jitter_stays_in_its_bounds_and_fills_them, 0},
    {"jitter", &jitter_comes_after_the_cap, 0},
    {"jitter", &each_opening_draws_anew, 0},
    {"jitter", &a_rest_of_nothing, 0},
    {"size", &a_configuration_with_an_error_aborts, 0},
    {"size", &a_wish_to_rest_that_changes_nothing_changes_no_byte, 0},
    {"ring", &every_place_in_the_ring_is_kept_and_left, 11},
    {"size", &it_fits_in_half_a_kilobyte, 0},
};
const size_t breaker_alone_n = UNIT_ROWS(breaker_alone_cases);
