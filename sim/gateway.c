/* gateway.c - see gateway.h. */
#include "gateway.h"

bool gateway_admit(struct gateway *gateway, int64_t now)
{
    uint32_t rps = gateway->config.rps, burst = gateway->config.burst;
    bool admitted =
        rps == 0 || tokens_take(&gateway->tokens, rps, burst > 0 ? burst : rps, now);
    gateway->admitted += admitted;
    gateway->throttled += !admitted;
    return admitted;
}
