/* clock.c - see clock.h. */
#include "clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

int64_t clock_platform_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Asked for each time, so that no state is kept; it is a walk over some thirty names.
 */
static int64_t offset_ms(void)
{
    const char *text = getenv("LAB_CLOCK_OFFSET_MS");
    if (text == NULL)
        return 0;
    char *end = NULL;
    long long ms = strtoll(text, &end, 10);
    const long long year = 366LL * 24 * 3600 * 1000;
    return end == text || *end != '\0' || ms > year || ms < -year ? 0 : ms;
}

int64_t clock_ms(void)
{
    return clock_platform_ms() + offset_ms();
}

void clock_sleep_ms(int64_t ms)
{
    if (ms <= 0)
        return;
    struct timespec left = {.tv_sec = (time_t)(ms / 1000),
                            .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

uint64_t clock_random(void)
{
    uint64_t bits = 0;
    ssize_t got = 0;
    do
        got = getrandom(&bits, sizeof bits, 0);
    while (got < 0 && errno == EINTR);
    assert(got == sizeof bits); /* so few are given whole, once the kernel is up */
    return bits;
}
