/* retry_rows.c - what retries cost, through the reference client in the world where a
 * world is needed, on retry.c alone where it is not. */
#include "retry.h"

#include <math.h>
#include <stddef.h>

#include "random.h"
#include "theory.h"
#include "town.h"

/* --- through the world ------------------------------------------------------------ */

/* A thousand requests a second for 2000 s to a backend that fails a share of its calls,
 * each call by itself. */
static struct record *failing(const struct client_config *client, double p)
{
    struct town town = town_new(1000, 2000);
    town.client = *client;
    town_fault(&town, FAULT_ERRORS, 0, 2000, FAULT_EVERYWHERE,
               (uint32_t)lround(100 * p));
    return town_run(&town, 1);
}

static double per_request(const struct record *record)
{
    return (double)record->attempts / (double)record->offered;
}

static uint32_t whole(const struct theory *t, const char *name)
{
    return (uint32_t)lround(theory_param(t, name));
}

static void amplification(struct theory *t)
{
    struct client_config client = {.retry = {.attempts = whole(t, "max_attempts")}};
    struct record *record = failing(&client, theory_param(t, "p_fail"));
    double fresh = town_fresh(record, 0, 2000);
    theory_check(t, "attempts_per_request", per_request(record));
    theory_check(t, "success", fresh / (double)record->offered);
    record_free(record);
}

/* Where the quota is not what limits the retries, its balance cannot be seen. */
static void quota(struct theory *t)
{
    struct client_config client = {.retry = {.attempts = whole(t, "max_attempts"),
                                             .budget_max = 500,
                                             .budget_cost = whole(t, "cost")}};
    double p = theory_param(t, "p_fail");
    struct record *record = failing(&client, p);
    theory_check(t, "amplification", per_request(record));
    const char *limited = "quota_limited_retries_per_request";
    if (theory_expect(t, limited) < theory_expect(t, "retries_wanted_per_request"))
        theory_check(t, limited, per_request(record) - 1);
    else
        theory_skip(t, limited, "more than is wanted, so it does not show");
    record_free(record);
    client.retry.budget_max = 0;
    record = failing(&client, p);
    theory_check(t, "retries_wanted_per_request", per_request(record) - 1);
    record_free(record);
}

/* --- on retry.c alone ------------------------------------------------------------- */

static uint64_t calls_below(const struct retry_policy *policy, int layers)
{
    if (layers == 0)
        return 1;
    uint64_t calls = 0;
    uint32_t made = 0;
    do {
        calls += calls_below(policy, layers - 1);
        made++;
    } while (retry_should(policy, made, BREAKER_FAILED, DEADLINE_NEVER, 0));
    return calls;
}

static void layers(struct theory *t)
{
    struct retry_policy policy = {.attempts = whole(t, "attempts")};
    theory_check(t, "amplification",
                 (double)calls_below(&policy, (int)whole(t, "layers")));
}

static void burst(struct theory *t)
{
    struct retry_policy policy = {.budget_max = 500, .budget_cost = whole(t, "cost")};
    struct retry_budget budget = {0};
    double retries = 0;
    while (retry_budget_take(&budget, &policy))
        retries++;
    theory_check(t, "retries", retries);
}

/* A budget that earns a tenth of a retry with every call, good or bad, in a backend
 * that fails all of them: calls made per request, once the full bucket is spent. */
static double deposit_per_call(double deposit, uint32_t attempts)
{
    struct retry_policy policy = {
        .attempts = attempts, .budget_max = 100, .budget_cost = 100};
    struct retry_budget budget = {.spent = 100};
    double calls = 0, requests = 100000;
    for (int request = 0; request < requests; request++) {
        uint32_t made = 0;
        retry_budget_put(&budget, &policy, (uint32_t)lround(100 * deposit));
        do {
            made++;
            calls++;
        } while (retry_should(&policy, made, BREAKER_FAILED, DEADLINE_NEVER, 0) &&
                 retry_budget_take(&budget, &policy));
    }
    return calls / requests;
}

static void token_bucket(struct theory *t)
{
    theory_check(t, "load_amplification", deposit_per_call(theory_param(t, "d"), 4));
}

static void google_budget(struct theory *t)
{
    uint32_t attempts = whole(t, "max_attempts");
    theory_check(t, "amplification_with_budget",
                 deposit_per_call(theory_param(t, "b"), attempts));
    struct client_config client = {.retry = {.attempts = attempts}};
    struct record *record = failing(&client, 1);
    theory_check(t, "without", per_request(record));
    record_free(record);
}

static void backoff(struct theory *t)
{
    struct random r;
    struct retry_policy policy = {.backoff_ms = whole(t, "base_ms"),
                                  .backoff_max_ms = whole(t, "cap_ms")};
    double sum = 0, most = 0, samples = 1000000;
    random_seed(&r, 1, "backoff");
    for (int i = 0; i < samples; i++) {
        double total = 0;
        for (uint32_t made = 1; made <= whole(t, "retries"); made++)
            total += (double)retry_backoff_ms(&policy, made, random_bits(&r));
        sum += total;
        most = total > most ? total : most;
    }
    theory_check(t, "mean_total_ms", sum / samples);
    theory_check(t, "max_total_ms", most);
}

static void herd(struct theory *t)
{
    enum { BINS = 20, RUNS = 5000, COUNTS = 200 };
    struct random r;
    struct retry_policy policy = {.backoff_ms = whole(t, "C_s") * 1000,
                                  .backoff_max_ms = whole(t, "C_s") * 1000};
    int64_t bin_ms = llround(1000 * theory_param(t, "bin_s"));
    double seen[COUNTS] = {0}, over = 0, calls = 0;
    random_seed(&r, 1, "herd");
    for (int run = 0; run < RUNS; run++) {
        uint32_t bin[BINS + 1] = {0}; /* the last: the very end of the window */
        for (uint32_t i = 0; i < whole(t, "N"); i++)
            bin[retry_backoff_ms(&policy, 1, random_bits(&r)) / bin_ms]++;
        for (int i = 0; i < BINS; i++) {
            calls += bin[i];
            seen[bin[i] < COUNTS ? bin[i] : COUNTS - 1]++;
        }
    }
    int count = COUNTS - 1;
    while (over + seen[count] <= 0.001 * BINS * RUNS)
        over += seen[count--];
    theory_check(t, "mean_per_bin", calls / BINS / RUNS);
    theory_check(t, "p999_per_bin", count);
}

const struct theory_test retry_rows[] = {{"retry_amplification", amplification},
                                         {"retry_layers", layers},
                                         {"aws_retry_quota", quota},
                                         {"aws_retry_quota_burst", burst},
                                         {"brooker_token_bucket", token_bucket},
                                         {"google_retry_budget", google_budget},
                                         {"backoff_full_jitter", backoff},
                                         {"herd_spread", herd},
                                         {NULL, NULL}};
