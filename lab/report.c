/* report.c - lines for the log. Whatever goes into one is a number, a constant, or a
 * name that was checked when the program started: nothing a user sent. */
#include "report.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

const char *report_state(enum breaker_state state)
{
    static const char *const words[] = {"closed", "open", "half-open"};
    return words[state];
}

const char *report_answer(enum client_answer answer)
{
    static const char *const words[] = {[CLIENT_FRESH] = "fresh",
                                        [CLIENT_STALE] = "stale",
                                        [CLIENT_REFUSED] = "refused",
                                        [CLIENT_FAILED] = "failed",
                                        [CLIENT_TIMED_OUT] = "timed-out"};
    return words[answer];
}

void report_init(struct report *report, FILE *out, const char *breaker, uint64_t random)
{
    assert(strlen(breaker) <= REPORT_NAME_MAX);
    *report = (struct report){.out = out};
    memcpy(report->breaker, breaker, strlen(breaker) + 1);
    snprintf(report->environment, sizeof report->environment, "%08" PRIx32,
             (uint32_t)random);
}

void report_transition(struct report *report, uint64_t key, enum breaker_state from,
                       const struct item_write *write, int64_t at_ms)
{
    static const char *const changes[] = {
        [ITEM_TRIP] = "trip",   [ITEM_PROBE] = "probe",   [ITEM_CONFIRM] = "confirm",
        [ITEM_CLOSE] = "close", [ITEM_REOPEN] = "reopen",
    };
    if (write->change < ITEM_TRIP || write->change > ITEM_REOPEN)
        return;
    fprintf(report->out,
            "{\"event\":\"transition\",\"breaker\":\"%s\",\"shard\":\"%" PRIx64
            "\",\"change\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"generation\":%" PRIu32
            ",\"environment\":\"%s\",\"at_ms\":%" PRId64 "}\n",
            report->breaker, key, changes[write->change], report_state(from),
            report_state((enum breaker_state)write->item.state), write->item.generation,
            report->environment, at_ms);
    fflush(report->out);
}

void report_local(struct report *report, uint64_t key,
                  const struct breaker_transition *t)
{
    fprintf(report->out,
            "{\"event\":\"local-transition\",\"breaker\":\"%s\",\"shard\":\"%" PRIx64
            "\",\"from\":\"%s\",\"to\":\"%s\",\"generation\":%" PRIu32
            ",\"environment\":\"%s\",\"at_ms\":%" PRId64 "}\n",
            report->breaker, key, report_state((enum breaker_state)t->from),
            report_state((enum breaker_state)t->to), t->generation, report->environment,
            t->at_ms);
    fflush(report->out);
}

/* What CloudWatch makes metrics of; each is a number of its name beside it. */
static const struct {
    const char *name, *unit;
} metrics[] = {
    {"Fresh", "Count"},      {"Stale", "Count"},       {"Refused", "Count"},
    {"Failed", "Count"},     {"TimedOut", "Count"},    {"Attempts", "Count"},
    {"StoreReads", "Count"}, {"StoreWrites", "Count"}, {"State", "None"},
};

/* Kept by the second: a rest of ten would not be seen in a picture by the minute. */
static void print_metrics(FILE *out)
{
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        fprintf(out, "%s{\"Name\":\"%s\",\"Unit\":\"%s\",\"StorageResolution\":1}",
                i == 0 ? "" : ",", metrics[i].name, metrics[i].unit);
}

void report_call(struct report *report, const struct report_call *call)
{
    fprintf(report->out,
            "{\"_aws\":{\"Timestamp\":%" PRId64
            ",\"CloudWatchMetrics\":[{\"Namespace\":\"OpenCircuit\","
            "\"Dimensions\":[[\"Breaker\"]],\"Metrics\":[",
            call->at_ms);
    print_metrics(report->out);
    fprintf(report->out,
            "]}]},\"Breaker\":\"%s\",\"State\":%d,\"StateName\":\"%s\","
            "\"Environment\":\"%s\",",
            report->breaker, (int)call->state, report_state(call->state),
            report->environment);
    fprintf(report->out,
            "\"Fresh\":%d,\"Stale\":%d,\"Refused\":%d,\"Failed\":%d,\"TimedOut\":%d,"
            "\"Attempts\":%" PRIu32 ",\"StoreReads\":%" PRIu32
            ",\"StoreWrites\":%" PRIu32 "}\n",
            call->answer == CLIENT_FRESH, call->answer == CLIENT_STALE,
            call->answer == CLIENT_REFUSED, call->answer == CLIENT_FAILED,
            call->answer == CLIENT_TIMED_OUT, call->attempts, call->store_reads,
            call->store_writes);
    fflush(report->out);
}

/* Was it told within the last minute? A clock that has gone back counts as no. When all
 * places are taken, the one told longest ago makes room. */
static bool is_news(struct report *report, const char *fault, int64_t now_ms)
{
    struct report_said *place = &report->said[0];
    for (size_t i = 0; i < REPORT_FAULTS_MAX; i++) {
        struct report_said *said = &report->said[i];
        int64_t age = now_ms - said->at_ms;
        if (said->fault == fault && age >= 0 && age < REPORT_AGAIN_MS)
            return false;
        if (said->fault == fault) {
            place = said;
            break;
        }
        if (said->at_ms < place->at_ms)
            place = said;
    }
    *place = (struct report_said){.fault = fault, .at_ms = now_ms};
    return true;
}

void report_fault(struct report *report, const struct report_fault *fault,
                  int64_t now_ms)
{
    if (!is_news(report, fault->fault, now_ms))
        return;
    fprintf(
        report->out,
        "{\"event\":\"fault\",\"who\":\"%s\",\"status\":%d,\"type\":\"%s\","
        "\"fault\":\"%s\",\"breaker\":\"%s\",\"environment\":\"%s\",\"at_ms\":%" PRId64
        "}\n",
        fault->who, fault->status, fault->type, fault->fault, report->breaker,
        report->environment, now_ms);
    fflush(report->out);
}
