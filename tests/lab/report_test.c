/* report_test.c - every line is JSON, and says what it should. */
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

static struct report report;
static char *text;
static size_t bytes;

static void begin(void)
{
    report_init(&report, open_memstream(&text, &bytes), "pay.ments-1_x",
                0x1234abcd5678);
}

/* The one line that was printed; to be freed with cJSON_Delete. */
static cJSON *end(void)
{
    fclose(report.out);
    ck_assert_msg(strchr(text, '\n') == text + bytes - 1, "not one line: %s", text);
    cJSON *line = cJSON_Parse(text);
    ck_assert_ptr_nonnull(line);
    free(text);
    return line;
}

static const char *string_of(const cJSON *line, const char *name)
{
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, name));
    ck_assert_msg(s != NULL, "no text %s", name);
    return s;
}

static double number_of(const cJSON *line, const char *name)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(line, name);
    ck_assert_msg(cJSON_IsNumber(n), "no number %s", name);
    return n->valuedouble;
}

static const struct {
    uint32_t change;
    enum breaker_state from, to;
    const char *said[3]; /* change, from, to */
} changes[] = {
    {ITEM_TRIP, BREAKER_CLOSED, BREAKER_OPEN, {"trip", "closed", "open"}},
    {ITEM_PROBE, BREAKER_OPEN, BREAKER_HALF_OPEN, {"probe", "open", "half-open"}},
    {ITEM_CONFIRM,
     BREAKER_HALF_OPEN,
     BREAKER_HALF_OPEN,
     {"confirm", "half-open", "half-open"}},
    {ITEM_CLOSE, BREAKER_HALF_OPEN, BREAKER_CLOSED, {"close", "half-open", "closed"}},
    {ITEM_REOPEN, BREAKER_HALF_OPEN, BREAKER_OPEN, {"reopen", "half-open", "open"}},
};

START_TEST(a_transition)
{
    struct item_write write = {.change = changes[_i].change,
                               .item = {.generation = 7, .state = changes[_i].to}};
    begin();
    report_transition(&report, 0xfedcba9876543210, changes[_i].from, &write,
                      1700000000123);
    cJSON *line = end();
    ck_assert_str_eq(string_of(line, "event"), "transition");
    ck_assert_str_eq(string_of(line, "breaker"), "pay.ments-1_x");
    ck_assert_str_eq(string_of(line, "shard"), "fedcba9876543210");
    ck_assert_str_eq(string_of(line, "change"), changes[_i].said[0]);
    ck_assert_str_eq(string_of(line, "from"), changes[_i].said[1]);
    ck_assert_str_eq(string_of(line, "to"), changes[_i].said[2]);
    ck_assert_str_eq(string_of(line, "environment"), "abcd5678");
    ck_assert(number_of(line, "generation") == 7);
    ck_assert(number_of(line, "at_ms") == 1700000000123);
    cJSON_Delete(line);
}
END_TEST

START_TEST(a_count_is_none)
{
    begin();
    for (uint32_t change = ITEM_COUNT; change <= ITEM_WINDOW; change++)
        report_transition(&report, 0, BREAKER_CLOSED,
                          &(struct item_write){.change = change}, 1);
    fclose(report.out);
    ck_assert_uint_eq(bytes, 0);
    free(text);
}
END_TEST

START_TEST(a_local_transition)
{
    begin();
    report_local(&report, 0, &(struct breaker_transition){9, 2, 0, 1});
    cJSON *line = end();
    ck_assert_str_eq(string_of(line, "event"), "local-transition");
    ck_assert_str_eq(string_of(line, "to"), "open");
    ck_assert(number_of(line, "generation") == 2);
    cJSON_Delete(line);
}
END_TEST

/* A metric that is named but not there, or there twice, would be dropped by CloudWatch
 * without a word. */
START_TEST(a_call_is_a_metric_document)
{
    static const char *const answers[] = {"Fresh", "Stale", "Refused", "Failed",
                                          "TimedOut"};
    begin();
    report_call(&report, &(struct report_call){.answer = (enum client_answer)_i,
                                               .state = BREAKER_HALF_OPEN,
                                               .attempts = 3,
                                               .store_reads = 4,
                                               .store_writes = 5,
                                               .at_ms = 1700000000123});
    cJSON *line = end();
    const cJSON *aws = cJSON_GetObjectItem(line, "_aws"), *metric = NULL;
    const cJSON *directive =
        cJSON_GetArrayItem(cJSON_GetObjectItem(aws, "CloudWatchMetrics"), 0);
    ck_assert(number_of(aws, "Timestamp") == 1700000000123);
    ck_assert_str_eq(string_of(directive, "Namespace"), "OpenCircuit");
    int metrics = 0;
    double outcomes = 0;
    cJSON_ArrayForEach(metric, cJSON_GetObjectItem(directive, "Metrics"))
    {
        double n = number_of(line, string_of(metric, "Name"));
        outcomes += metrics++ < 5 ? n : 0;
        ck_assert(number_of(metric, "StorageResolution") == 1);
    }
    ck_assert_int_eq(metrics, 9);
    ck_assert(outcomes == 1 && number_of(line, answers[_i]) == 1);
    ck_assert(number_of(line, "Attempts") == 3 && number_of(line, "StoreReads") == 4);
    ck_assert(number_of(line, "StoreWrites") == 5);
    ck_assert(number_of(line, "State") == 2); /* as the dashboard draws it */
    ck_assert_str_eq(string_of(line, "StateName"), "half-open");
    ck_assert_str_eq(string_of(line, "Breaker"), "pay.ments-1_x");
    cJSON_Delete(line);
}
END_TEST

/* When each of two faults is told. */
START_TEST(a_fault_is_told_once_a_minute)
{
    static const char one[] = "there is no such table", two[] = "the role may not";
    static const struct {
        const char *fault;
        int64_t at_ms;
        bool told;
    } said[] = {{one, 1000000, true},  {one, 1000001, false}, {two, 1000002, true},
                {one, 1059999, false}, {one, 1060000, true},  {two, 1060001, false},
                {one, 1119999, false}, {one, 500, true}, /* the clock was set back */
                {two, 1120000, true}};
    begin();
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        size_t before = bytes;
        report_fault(&report,
                     &(struct report_fault){"store", said[i].fault, 400, "Some"},
                     said[i].at_ms);
        ck_assert_msg((bytes > before) == said[i].told, "row %zu", i);
    }
    fclose(report.out);
    free(text);
}
END_TEST

START_TEST(more_faults_than_places)
{
    static char faults[2 * REPORT_FAULTS_MAX][4];
    begin();
    for (int i = 0; i < 2 * REPORT_FAULTS_MAX; i++)
        report_fault(&report, &(struct report_fault){"store", faults[i], 0, ""}, 9 + i);
    size_t before = bytes;
    report_fault(&report, &(struct report_fault){"store", faults[31], 0, ""}, 99);
    ck_assert_uint_eq(bytes, before); /* the latest ones are kept */
    fclose(report.out);
    free(text);
}
END_TEST

static const struct unit_case cases[] = {
    {"a transition", &a_transition, UNIT_ROWS(changes)},
    {"a count", &a_count_is_none, 0},
    {"a local transition", &a_local_transition, 0},
    {"a call", &a_call_is_a_metric_document, 5},
    {"faults", &a_fault_is_told_once_a_minute, 0},
    {"many faults", &more_faults_than_places, 0},
};

int main(void)
{
    return unit_run("report", cases, sizeof cases / sizeof *cases);
}
