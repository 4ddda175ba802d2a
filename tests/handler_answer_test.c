/* handler_answer_test.c - responses out, and what memory that runs out does to them and
 * to events. The answers stand in handler_answers.h. */
#include "handler_test.h"

#include <stdio.h>
#include <string.h>

#include "handler_answers.h"

static char *answer_of(const struct answer_row *row)
{
    struct client_action action = {.kind = CLIENT_ANSWER,
                                   .answer = row->answer,
                                   .status = row->status,
                                   .age_ms = row->age_ms,
                                   .retry_after_ms = row->retry_after_ms};
    return handler_answer(&action, row->body, row->bytes);
}

static void same(const char *title, const char *what, const char *got, const char *want)
{
    bool equal = got && want ? strcmp(got, want) == 0 : got == want;
    ck_assert_msg(equal, "%s: %s is %s, not %s", title, what, got ? got : "none",
                  want ? want : "none");
}

START_TEST(an_answer_becomes_a_response)
{
    const struct answer_row *row = &answers[_i];
    struct got got = take_apart(answer_of(row));
    ck_assert_int_eq(got.status, row->want);
    same(row->title, "content-type", got.type, row->type);
    same(row->title, "age", got.age, row->age);
    same(row->title, "retry-after", got.retry_after, row->retry_after);
    same(row->title, "body", got.body, row->sent);
    ck_assert_int_eq(got.base64, strcmp(row->type, OTHER) == 0);
    cJSON_Delete(got.root);
}
END_TEST

START_TEST(text_is_sent_as_text_and_bytes_as_base64)
{
    struct answer_row row = {.answer = CLIENT_FRESH, .status = 200};
    char *exact = malloc(edges[_i].size);
    ck_assert_ptr_nonnull(exact);
    row.body = memcpy(exact, edges[_i].bytes, edges[_i].size);
    row.bytes = edges[_i].size;
    struct got got = take_apart(answer_of(&row));
    free(exact);
    ck_assert_int_eq(got.base64, !edges[_i].text);
    if (edges[_i].text)
        ck_assert_str_eq(got.body, edges[_i].bytes);
    cJSON_Delete(got.root);
}
END_TEST

/* Bytes go out as base64 and come in again. */
START_TEST(any_bytes_come_back)
{
    static char bytes[300], event[600];
    uint64_t random = 1;
    for (size_t size = 1; size <= sizeof bytes; size++) {
        bytes[0] = '\xff'; /* no text */
        for (size_t i = 1; i < size; i++)
            bytes[i] = (char)unit_below(&random, 256);
        struct answer_row row = {
            .answer = CLIENT_FRESH, .status = 200, .body = bytes, .bytes = size};
        struct got got = take_apart(answer_of(&row));
        UNIT_HOLDS(got.base64);
        int n =
            snprintf(event, sizeof event,
                     START "\",\"isBase64Encoded\":true,\"body\":\"%s\"}", got.body);
        cJSON_Delete(got.root);
        read_event(event, (size_t)n);
        UNIT_HOLDS(request.status == 0 && request.body_bytes == size);
        UNIT_HOLDS(memcmp(request.body, bytes, size) == 0);
    }
}
END_TEST

/* --- memory runs out -------------------------------------------------------------- */

static long live, left; /* allocations: not freed yet, still to be had */
static bool for_once;   /* one is refused, and after it there is plenty */

static void *scarce(size_t size)
{
    bool refused = for_once ? left == 0 : left <= 0;
    left--;
    if (refused)
        return NULL;
    live++;
    return malloc(size);
}

static void counted_free(void *memory)
{
    live -= memory != NULL;
    free(memory);
}

static void leave(long allocations)
{
    cJSON_Hooks hooks = {scarce, counted_free};
    live = 0;
    left = allocations;
    cJSON_InitHooks(&hooks);
}

static void plenty(void)
{
    cJSON_InitHooks(NULL);
}

/* One response with `n` allocations to be had: nothing, or all of it and no leak. */
static bool answers_with(long n, char *(*make)(int), int row, int status)
{
    leave(n);
    char *text = make(row);
    plenty();
    ck_assert_int_eq(live, text != NULL);
    if (text == NULL)
        return false;
    struct got got = take_apart(text);
    ck_assert_int_eq(got.status, status);
    cJSON_Delete(got.root);
    return true;
}

static char *make_answer(int row)
{
    return answer_of(&answers[row]);
}

static char *make_refusal(int row)
{
    (void)row;
    return handler_refuse(&request);
}

/* First with so many allocations and no more, until that is enough; then with each one
 * refused in its turn. */
static void whole_or_nothing(char *(*make)(int), int row, int status)
{
    long enough = 0, whole = 0;
    for_once = false;
    while (!answers_with(enough, make, row, status))
        UNIT_HOLDS(++enough < 100);
    UNIT_HOLDS(enough > 8);
    for_once = true;
    for (long n = 0; n < enough; n++)
        whole += answers_with(n, make, row, status);
    UNIT_HOLDS(whole < enough - 8);
    UNIT_HOLDS(answers_with(enough, make, row, status));
}

START_TEST(without_memory_there_is_no_answer_or_a_whole_one)
{
    whole_or_nothing(&make_answer, _i, answers[_i].want);
}
END_TEST

START_TEST(without_memory_there_is_no_refusal_or_a_whole_one)
{
    read_event(TEXT("{}"));
    whole_or_nothing(&make_refusal, 0, 400);
}
END_TEST

START_TEST(without_memory_an_event_is_refused)
{
    for_once = _i == 1;
    for (long n = 0;; n++) {
        UNIT_HOLDS(n < 500);
        leave(n);
        read_event(TEXT(FROM_API_GATEWAY));
        plenty();
        ck_assert_int_eq(live, 0);
        if (request.status == 0) {
            UNIT_HOLDS(n > 50 && request.body_bytes == 5);
            return;
        }
        UNIT_HOLDS(request.status == 400 && request.error != NULL);
    }
}
END_TEST

/* --- bugs of the caller ----------------------------------------------------------- */

static void answer_that_is_none(void)
{
    struct client_action action = {.kind = CLIENT_SLEEP};
    free(handler_answer(&action, NULL, 0));
}

static void answer_unknown(void)
{
    struct client_action action = {.kind = CLIENT_ANSWER,
                                   .answer = (enum client_answer)99};
    free(handler_answer(&action, NULL, 0));
}

static void bytes_of_nothing(void)
{
    struct client_action action = {.kind = CLIENT_ANSWER, .status = 200};
    free(handler_answer(&action, NULL, 1));
}

static void refusal_of_a_good_one(void)
{
    read_event(TEXT(FROM_API_GATEWAY));
    free(handler_refuse(&request));
}

START_TEST(bugs_abort)
{
    UNIT_HOLDS(unit_aborts(answer_that_is_none));
    UNIT_HOLDS(unit_aborts(answer_unknown));
    UNIT_HOLDS(unit_aborts(bytes_of_nothing));
    UNIT_HOLDS(unit_aborts(refusal_of_a_good_one));
}
END_TEST

const struct unit_case handler_answer_cases[] = {
    {"answers", &an_answer_becomes_a_response, UNIT_ROWS(answers)},
    {"edges", &text_is_sent_as_text_and_bytes_as_base64, UNIT_ROWS(edges)},
    {"bytes", &any_bytes_come_back, 0},
    {"memory", &without_memory_there_is_no_answer_or_a_whole_one, UNIT_ROWS(answers)},
    {"memory", &without_memory_there_is_no_refusal_or_a_whole_one, 0},
    {"memory", &without_memory_an_event_is_refused, 2},
    {"bugs", &bugs_abort, 0},
};
const size_t handler_answer_n = UNIT_ROWS(handler_answer_cases);
