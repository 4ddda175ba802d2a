/* config_test.c - BREAKER_CONFIG: the table of knobs is the simulator's, and each kind
 * of mistake is told with its key, what was found and what is allowed. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../../sim/adapter.h"
#include "config.h"

/* --- one table in two places ------------------------------------------------------ */

START_TEST(the_simulator_has_the_same_knobs)
{
    const struct knob *theirs = adapter_caller.knobs;
    const struct config_knob *ours = config_knobs;
    for (; ours->name != NULL && theirs->name != NULL; ours++, theirs++) {
        ck_assert_str_eq(ours->name, theirs->name);
        ck_assert_uint_eq(ours->offset, theirs->offset);
        ck_assert_int_eq(theirs->min, 0);
        ck_assert_msg(ours->max == theirs->max, "%s: %u or %ld?", ours->name, ours->max,
                      (long)theirs->max);
        ck_assert_str_eq(ours->what, theirs->what);
        ck_assert_msg(theirs->kind != KNOB_MS, "%s: a fraction is allowed", ours->name);
    }
    ck_assert_msg(ours->name == NULL && theirs->name == NULL, "one has more: %s",
                  ours->name != NULL ? ours->name : theirs->name);
}
END_TEST

/* Each knob reaches its field, at both ends of its range, and not one beyond. */
START_TEST(every_knob_has_its_range)
{
    for (const struct config_knob *k = config_knobs; k->name != NULL; k++) {
        struct client_config config;
        char text[100], why[CONFIG_WHY_MAX];
        uint32_t found;
        snprintf(text, sizeof text, "{\"%s\": %u}", k->name, k->max);
        why[0] = '\0';
        config_read(&config, text, why, sizeof why); /* alone it may make no sense */
        memcpy(&found, (char *)&config + k->offset, sizeof found);
        ck_assert_msg(found == k->max, "%s: %s", k->name, why);
        ck_assert_ptr_null(strstr(why, "found"));
        snprintf(text, sizeof text, "{\"%s\": %u}", k->name, k->max + 1);
        ck_assert(!config_read(&config, text, why, sizeof why));
        ck_assert_msg(strstr(why, k->name) != NULL && strstr(why, "found") != NULL,
                      "%s", why);
    }
}
END_TEST

/* --- mistakes --------------------------------------------------------------------- */

static const struct {
    const char *text;
    const char *why; /* how it begins; NULL: there is nothing wrong */
} texts[] = {
    {"{}", NULL},
    {" {\"deadline_ms\": 2000, \"attempts\": 2} \n", NULL},
    {NULL, "BREAKER_CONFIG: is not set"},
    {"", "BREAKER_CONFIG: line 1, column 1: this is not JSON"},
    {"{\n \"a\": }", "BREAKER_CONFIG: line 2, column 7: this is not JSON"},
    {"{} x", "BREAKER_CONFIG: line 1, column 4: this is not JSON"},
    {"[1]", "BREAKER_CONFIG: allowed is an object"},
    {"7", "BREAKER_CONFIG: allowed is an object"},
    {"{\"dedline_ms\": 1}",
     "BREAKER_CONFIG: dedline_ms: no such key; allowed are deadline_ms, timeout_ms,"},
    {"{\"attempts\": \"2\"}",
     "BREAKER_CONFIG: attempts: found \"2\", allowed is a whole number from 0 to 100: "
     "tries in all"},
    {"{\"attempts\": 2.5}", "BREAKER_CONFIG: attempts: found 2.5,"},
    {"{\"attempts\": -1}", "BREAKER_CONFIG: attempts: found -1,"},
    {"{\"attempts\": 1e400}", "BREAKER_CONFIG: attempts: found "},
    {"{\"attempts\": null}", "BREAKER_CONFIG: attempts: found null,"},
    {"{\"attempts\": [\"a\\nb\"]}", "BREAKER_CONFIG: attempts: found [\"a\\nb\"],"},
    {"{\"attempts\": 1, \"attempts\": 1}",
     "BREAKER_CONFIG: attempts: stands there twice"},
    {"{\"timeout_ms\": 3600001}", "BREAKER_CONFIG: timeout_ms: found 3600001,"},
    {"{\"cache_ms\": 1000}",
     "BREAKER_CONFIG: a shared breaker needs timeout_ms for its store"},
};

START_TEST(a_mistake_is_told)
{
    struct client_config config;
    char why[CONFIG_WHY_MAX] = "";
    bool good = config_read(&config, texts[_i].text, why, sizeof why);
    const char *wanted = texts[_i].why;
    ck_assert_msg(good == (wanted == NULL), "%s: %s", texts[_i].text, why);
    if (wanted != NULL)
        ck_assert_msg(strncmp(why, wanted, strlen(wanted)) == 0, "got  %s\nwant %s",
                      why, wanted);
    ck_assert_ptr_null(strchr(why, '\n'));
}
END_TEST

START_TEST(all_keys_are_listed)
{
    struct client_config config;
    char why[CONFIG_WHY_MAX];
    config_read(&config, "{\"x\": 1}", why, sizeof why);
    for (const struct config_knob *k = config_knobs; k->name != NULL; k++)
        ck_assert_msg(strstr(why, k->name) != NULL, "%s is cut off", k->name);
    char little[20];
    config_read(&config, "{\"x\": 1}", little, sizeof little);
    ck_assert_uint_lt(strlen(little), sizeof little);
}
END_TEST

static const struct unit_case cases[] = {
    {"one table", &the_simulator_has_the_same_knobs, 0},
    {"ranges", &every_knob_has_its_range, 0},
    {"mistakes", &a_mistake_is_told, UNIT_ROWS(texts)},
    {"keys", &all_keys_are_listed, 0},
};

int main(void)
{
    return unit_run("config", cases, sizeof cases / sizeof *cases);
}
