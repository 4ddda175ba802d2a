/* explore_words.c - see explore_words.h. */
#include "explore_words.h"

#include <inttypes.h>

#include "sim.h"

struct words words_name(uint32_t who, uint32_t life)
{
    struct words w;
    snprintf(w.text, sizeof w.text, life > 0 ? "%c%u" : "%c", (char)('A' + who),
             life + 1);
    return w;
}

/* A time from the start, in the largest unit that leaves a whole number. */
static struct words duration(int64_t ns)
{
    struct words w;
    if (ns % SIM_S == 0)
        snprintf(w.text, sizeof w.text, "%" PRId64 " s", ns / SIM_S);
    else
        snprintf(w.text, sizeof w.text, "%" PRId64 " ms", ns / SIM_MS);
    return w;
}

struct words words_tick(const struct explore_config *config, int64_t tick)
{
    return duration(tick * config->tick);
}

struct words words_until(const struct explore_config *config, int64_t ns)
{
    struct words w, at = duration(ns - explore_epoch_ticks * config->tick);
    snprintf(w.text, sizeof w.text, "until %.80s", at.text);
    return w;
}

const char *words_state(enum caller_state state)
{
    static const char *const names[CALLER_STATES] = {"CLOSED", "OPEN", "HALF_OPEN"};
    return state < CALLER_STATES ? names[state] : "a state that there is not";
}

struct words words_item(struct explore_world *world,
                        const struct explore_config *config, uint32_t item)
{
    struct words w;
    if (item == 0) {
        snprintf(w.text, sizeof w.text, "no item");
        return w;
    }
    struct caller_view v = explore_view(world, item);
    int n = snprintf(w.text, sizeof w.text, "%s", words_state(v.state));
    size_t at = (size_t)n, room = sizeof w.text - at;
    if (v.state == CALLER_CLOSED && v.failed > 0)
        n = snprintf(w.text + at, room, ", %u failed", v.failed);
    else if (v.state == CALLER_OPEN)
        n = snprintf(w.text + at, room, " %.40s", words_until(config, v.until).text);
    else if (v.state == CALLER_HALF_OPEN && v.lease_until > 0)
        n = snprintf(w.text + at, room, ", lease %.40s",
                     words_until(config, v.lease_until).text);
    else
        n = 0;
    at += (size_t)n;
    if (config->fields & EXPLORE_HAS_GENERATION && at < sizeof w.text)
        snprintf(w.text + at, sizeof w.text - at, ", gen %u", v.generation);
    return w;
}
