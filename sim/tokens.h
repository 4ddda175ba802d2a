/* tokens.h - a token bucket: so many a second, and so many at once.
 *
 *      struct tokens bucket = {0};                     a full one
 *      if (tokens_take(&bucket, 100, 1000, now)) ...   100 a second, 1,000 at once
 *
 * It fills without a break, never above `burst`, and nothing happens between two looks:
 * what has come in since is worked out at the next one. Counted in billionths of a
 * token, so no fraction is lost, whatever the rate. */
#ifndef TOKENS_H
#define TOKENS_H

#include <stdbool.h>
#include <stdint.h>

struct tokens {
    int64_t missing; /* billionths of a token, to the brim; so zero is a full bucket */
    int64_t at;      /* ns; when that was so */
};

/* Take one token if there is one. `now` never goes back; per_s and burst stay. */
static inline bool tokens_take(struct tokens *bucket, uint32_t per_s, uint32_t burst,
                               int64_t now)
{
    const int64_t one = 1000000000; /* a token a second is a billionth a nanosecond */
    int64_t since = now - bucket->at;
    if (per_s > 0 && since > bucket->missing / per_s)
        bucket->missing = 0; /* and no product that could overflow */
    else
        bucket->missing -= since * per_s;
    bucket->at = now;
    if (bucket->missing + one > burst * one)
        return false;
    bucket->missing += one;
    return true;
}

#endif
