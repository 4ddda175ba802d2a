/* dynamodb_test.c - names, keys, items as text, and what is made of each answer. That
 * the conditions are the right ones is shown by dynamodb_stores.js. */
#include "unit.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "dynamodb.h"

static struct dynamodb store;

struct aws_reply aws_call(struct aws *aws, const struct aws_request *request)
{
    static struct aws_reply reply = {.status = 200, .body = "{}", .bytes = 2};
    ck_assert_ptr_eq(aws, store.aws);
    ck_assert_uint_eq(request->bytes, strlen(request->body));
    bool load = strcmp(request->target, "DynamoDB_20120810.GetItem") == 0;
    ck_assert_int_eq(request->repeatable, load);
    ck_assert_int_eq(request->within_ms, 400);
    return reply;
}

/* --- names and keys --------------------------------------------------------------- */

static const struct {
    const char *table, *name;
    const char *why; /* a part of it; NULL: both are good */
} names[] = {
    {"oc-breakers_1.x", "pay", NULL},
    {"ab", "pay", "TABLE"},
    {"", "pay", "TABLE"},
    {"a\"b", "pay", "TABLE"},
    {"arn:aws:dynamodb:eu-west-1:1:table/x", "pay", "TABLE"},
    {"abc", "", "BREAKER"},
    {"abc", "pay#1", "BREAKER"},
    {"abc", "01234567890123456789012345678901234567890123456789012345678901234",
     "BREAKER"},
};

START_TEST(only_plain_names)
{
    char why[200] = "";
    bool good =
        dynamodb_init(&store, NULL, names[_i].table, names[_i].name, why, sizeof why);
    ck_assert_msg(good == (names[_i].why == NULL), "%s", why);
    ck_assert(good || strstr(why, names[_i].why) != NULL);
}
END_TEST

static void begin(void)
{
    char why[200];
    ck_assert(dynamodb_init(&store, NULL, "tab", "pay", why, sizeof why));
}

START_TEST(a_key_for_all_or_for_a_shard)
{
    begin();
    ck_assert_uint_eq(dynamodb_load_text(&store, 0, false), strlen(store.text));
    ck_assert_str_eq(store.text, "{\"TableName\":\"tab\",\"Key\":{\"pk\":{\"S\":\"cb#"
                                 "pay\"}},\"ConsistentRead\":false}");
    dynamodb_load_text(&store, 0xab, true);
    ck_assert_str_eq(store.text,
                     "{\"TableName\":\"tab\",\"Key\":{\"pk\":{\"S\":\"cb#pay#"
                     "00000000000000ab\"}},\"ConsistentRead\":true}");
}
END_TEST

START_TEST(reads_may_be_repeated_and_writes_not)
{
    begin();
    struct dynamodb_answer a = dynamodb_load(&store, 0, true, 400);
    ck_assert_int_eq(a.kind, CLIENT_STORE_ITEM);
    ck_assert(!a.there);
    struct item_write write = {.change = ITEM_TRIP, .item = {.schema = 1, .state = 1}};
    a = dynamodb_save(&store, 0, &write, 400);
    ck_assert_int_eq(a.kind, CLIENT_STORE_FAILED); /* {} is no answer to a write */
    ck_assert_ptr_nonnull(a.fault);
}
END_TEST

/* The longest there can be, and none is cut. */
START_TEST(every_request_fits)
{
    char why[200], table[DYNAMODB_TABLE_MAX + 1], name[DYNAMODB_NAME_MAX + 1];
    memset(table, 't', sizeof table);
    memset(name, 'n', sizeof name);
    table[DYNAMODB_TABLE_MAX] = name[DYNAMODB_NAME_MAX] = '\0';
    ck_assert(dynamodb_init(&store, NULL, table, name, why, sizeof why));
    struct item_write write;
    memset(&write, 0xff, sizeof write);
    write.if_window_ms = write.now_ms = INT64_MIN;
    write.item.state = BREAKER_HALF_OPEN;
    write.item.until_ms = write.item.lease_until_ms = INT64_MIN;
    write.item.window_ms = write.item.expires_s = INT64_MIN;
    for (write.change = 0; write.change <= ITEM_REOPEN; write.change++) {
        size_t length = dynamodb_write_text(&store, UINT64_MAX, &write);
        ck_assert_uint_eq(length, strlen(store.text));
        cJSON *json = cJSON_Parse(store.text);
        ck_assert_ptr_nonnull(json);
        cJSON_Delete(json);
    }
}
END_TEST

/* --- items ------------------------------------------------------------------------ */

#define N(name, value) "\"" name "\":{\"N\":\"" value "\"},"
#define BEFORE N("gen", "4294967295") N("v", "18446744073709551615")
#define MIDDLE                                                                         \
    N("until_ms", "9223372036854775807")                                               \
    N("owner", "18446744073709551615")                                                 \
    N("lease_until_ms", "-9223372036854775808")                                        \
    N("ws", "-0") N("calls", "007") N("failed", "0") N("ok", "3")
#define AFTER "\"ex\":{\"N\":\"-1\"},\"pk\":{\"S\":\"cb#x\"}}"
#define OPENS N("opens", "2")
#define ST "\"st\":{\"S\":\"H\"},"

static const struct {
    const char *title, *text;
    bool object;
    uint32_t schema; /* as read */
} items[] = {
    {"whole", "{" N("sv", "1") BEFORE ST OPENS MIDDLE AFTER, true, 1},
    {"of tomorrow", "{" N("sv", "2") BEFORE ST OPENS MIDDLE AFTER, true, 2},
    {"and more that nobody knows",
     "{\"x\":{\"L\":[]}," N("sv", "1") BEFORE ST OPENS MIDDLE AFTER, true, 1},
    {"no opens", "{" N("sv", "1") BEFORE ST MIDDLE AFTER, true, 0},
    {"opens with a fraction", "{" N("sv", "1") BEFORE ST N("opens", "1.5") MIDDLE AFTER,
     true, 0},
    {"opens below 0", "{" N("sv", "1") BEFORE ST N("opens", "-1") MIDDLE AFTER, true,
     0},
    {"opens of 33 bits",
     "{" N("sv", "1") BEFORE ST N("opens", "4294967296") MIDDLE AFTER, true, 0},
    {"opens of 38 digits",
     "{" N("sv", "1") BEFORE ST N("opens", "99999999999999999999999999999999999999")
         MIDDLE AFTER,
     true, 0},
    {"opens empty", "{" N("sv", "1") BEFORE ST N("opens", "") MIDDLE AFTER, true, 0},
    {"opens a minus", "{" N("sv", "1") BEFORE ST N("opens", "-") MIDDLE AFTER, true, 0},
    {"opens as 1e3", "{" N("sv", "1") BEFORE ST N("opens", "1e3") MIDDLE AFTER, true,
     0},
    {"opens as text",
     "{" N("sv", "1") BEFORE ST "\"opens\":{\"S\":\"2\"}," MIDDLE AFTER, true, 0},
    {"opens as a number",
     "{" N("sv", "1") BEFORE ST "\"opens\":{\"N\":2}," MIDDLE AFTER, true, 0},
    {"opens naked", "{" N("sv", "1") BEFORE ST "\"opens\":2," MIDDLE AFTER, true, 0},
    {"opens a list", "{" N("sv", "1") BEFORE ST "\"opens\":[\"N\"]," MIDDLE AFTER, true,
     0},
    {"no state", "{" N("sv", "1") BEFORE OPENS MIDDLE AFTER, true, 0},
    {"state h", "{" N("sv", "1") BEFORE "\"st\":{\"S\":\"h\"}," OPENS MIDDLE AFTER,
     true, 0},
    {"state HH", "{" N("sv", "1") BEFORE "\"st\":{\"S\":\"HH\"}," OPENS MIDDLE AFTER,
     true, 0},
    {"empty", "{}", true, 0},
    {"a list", "[]", false, 0},
    {"null", "null", false, 0},
    {"nothing", "", false, 0},
    {"cut off", "{" N("sv", "1") BEFORE, false, 0},
};

START_TEST(an_item_is_read)
{
    const char *text = items[_i].text;
    struct item item = {.schema = 77}, none = {.schema = 0};
    bool object = dynamodb_item_read(text, strlen(text), &item);
    ck_assert_msg(object == items[_i].object, "%s", items[_i].title);
    if (!object)
        return;
    ck_assert_msg(item.schema == items[_i].schema, "%s: %u", items[_i].title,
                  item.schema);
    if (item.schema == 0)
        ck_assert_mem_eq(&item, &none, sizeof item);
}
END_TEST

START_TEST(each_attribute_has_its_field)
{
    struct item item, wanted = {.schema = 1,
                                .generation = UINT32_MAX,
                                .version = UINT64_MAX,
                                .state = BREAKER_HALF_OPEN,
                                .opens = 2,
                                .until_ms = INT64_MAX,
                                .owner = UINT64_MAX,
                                .lease_until_ms = INT64_MIN,
                                .calls = 7,
                                .ok = 3,
                                .expires_s = -1};
    ck_assert(dynamodb_item_read(items[0].text, strlen(items[0].text), &item));
    ck_assert_mem_eq(&item, &wanted, sizeof item);
}
END_TEST

/* --- answers ---------------------------------------------------------------------- */

#define ITEM "{" N("sv", "1") BEFORE ST OPENS MIDDLE AFTER
#define LOST "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
#define TYPE(name)                                                                     \
    "{\"__type\":\"com.amazon.coral.validate#" name "\",\"message\":\"m\"}"
enum { NONE, FOUND, DAMAGED };

static const struct {
    bool save;
    int status;
    const char *text;
    enum client_event_kind kind;
    int shown;
    const char *fault; /* how it begins */
} answers[] = {
    {false, 200, "{\"Item\":" ITEM "}", CLIENT_STORE_ITEM, FOUND, NULL},
    {false, 200, "{}", CLIENT_STORE_ITEM, NONE, NULL},
    {false, 200, "{\"Item\":{\"pk\":{\"S\":\"cb#x\"}}}", CLIENT_STORE_ITEM, DAMAGED,
     NULL},
    {false, 200, "{\"Item\":7}", CLIENT_STORE_FAILED, NONE,
     "the store's answer is none"},
    {false, 200, "{\"Item\":null}", CLIENT_STORE_FAILED, NONE, "the store's answer"},
    {false, 200, "<html>", CLIENT_STORE_FAILED, NONE, "the store's answer is none"},
    {false, 200, "", CLIENT_STORE_FAILED, NONE, "the store's answer is none"},
    {false, 200, "[]", CLIENT_STORE_FAILED, NONE, "the store's answer is none"},
    {false, 204, "{}", CLIENT_STORE_FAILED, NONE, "the store's answer is none"},
    {false, 0, "", CLIENT_STORE_FAILED, NONE, "the store did not answer"},
    {false, 400, TYPE("ConditionalCheckFailedException"), CLIENT_STORE_FAILED, NONE,
     "the store does not take the request"},
    {true, 200, "{\"Attributes\":" ITEM "}", CLIENT_STORE_SAVED, FOUND, NULL},
    {true, 200, "{\"Attributes\":{}}", CLIENT_STORE_SAVED, DAMAGED, NULL},
    {true, 200, "{\"Item\":" ITEM "}", CLIENT_STORE_FAILED, NONE, "the store's answer"},
    {true, 200, "{\"Attributes\":" ITEM, CLIENT_STORE_FAILED, NONE,
     "the store's answer"},
    {true, 400, "{\"__type\":\"" LOST "\",\"message\":\"m\"}", CLIENT_STORE_CONFLICT,
     NONE, NULL},
    {true, 400, "{\"__type\":\"ConditionalCheckFailedException\",\"Message\":\"m\"}",
     CLIENT_STORE_CONFLICT, NONE, NULL},
    {true, 400, "{\"__type\":\"" LOST "\",\"Message\":\"m\",\"Item\":" ITEM "}",
     CLIENT_STORE_CONFLICT, FOUND, NULL},
    {true, 400, "{\"__type\":\"" LOST "\",\"Item\":{}}", CLIENT_STORE_CONFLICT, DAMAGED,
     NULL},
    {true, 400, "{\"__type\":\"" LOST "\",\"Item\":[]}", CLIENT_STORE_CONFLICT, NONE,
     NULL},
    {true, 500, "{\"__type\":\"" LOST "\"}", CLIENT_STORE_FAILED, NONE,
     "the store is in trouble"},
    {true, 400, TYPE("NotConditionalCheckFailedException"), CLIENT_STORE_FAILED, NONE,
     "the store does not take the request"},
    {true, 400, TYPE("ProvisionedThroughputExceededException"), CLIENT_STORE_FAILED,
     NONE, "the store is throttling us"},
    {true, 400, TYPE("ThrottlingException"), CLIENT_STORE_FAILED, NONE,
     "the store is throttling us"},
    {true, 400, TYPE("RequestLimitExceeded"), CLIENT_STORE_FAILED, NONE,
     "the store is throttling us"},
    {true, 400, TYPE("ResourceNotFoundException"), CLIENT_STORE_FAILED, NONE,
     "there is no such table"},
    {true, 400, TYPE("AccessDeniedException"), CLIENT_STORE_FAILED, NONE,
     "the role may"},
    {true, 403, TYPE("AccessDeniedException"), CLIENT_STORE_FAILED, NONE,
     "the role may"},
    {true, 403, "", CLIENT_STORE_FAILED, NONE, "the store refuses us"},
    {true, 404, "", CLIENT_STORE_FAILED, NONE, "there is no DynamoDB at this address"},
    {true, 400, TYPE("ValidationException"), CLIENT_STORE_FAILED, NONE,
     "the store does not take the request: is pk"},
    {true, 400, TYPE("ExpiredTokenException"), CLIENT_STORE_FAILED, NONE,
     "the credentials have expired"},
    {true, 400, TYPE("UnrecognizedClientException"), CLIENT_STORE_FAILED, NONE,
     "the store does not know the credentials"},
    {true, 503, "Service Unavailable", CLIENT_STORE_FAILED, NONE,
     "the store is in trouble"},
    {true, 301, "", CLIENT_STORE_FAILED, NONE, "the store does not take the request"},
    {true, 400, "{\"__type\":7}", CLIENT_STORE_FAILED, NONE, "the store does not take"},
    {true, -7, "{}", CLIENT_STORE_FAILED, NONE, "the store does not take the request"},
};

START_TEST(an_answer_is_taken_for_an_event)
{
    const char *text = answers[_i].text;
    struct dynamodb_answer a =
        answers[_i].save ? dynamodb_save_read(answers[_i].status, text, strlen(text))
                         : dynamodb_load_read(answers[_i].status, text, strlen(text));
    const char *fault = answers[_i].fault;
    ck_assert_msg(a.kind == answers[_i].kind, "%s: %d", text, (int)a.kind);
    ck_assert_msg(a.there == (answers[_i].shown != NONE), "%s", text);
    if (a.there)
        ck_assert_uint_eq(a.item.schema, answers[_i].shown == FOUND);
    ck_assert_msg((a.fault != NULL) == (fault != NULL), "%s: %s", text, a.fault);
    if (fault != NULL)
        ck_assert_msg(strncmp(a.fault, fault, strlen(fault)) == 0, "%s: %s", text,
                      a.fault);
}
END_TEST

START_TEST(an_error_has_a_plain_name)
{
    static const char *const types[][2] = {
        {"a#b#C9", "C9"},
        {"Plain", "Plain"},
        {"a#", ""},
        {"x\\\"y", "x"},
        {"", ""},
        {"0123456789012345678901234567890123456789012345678901234567890",
         "01234567890123456789012345678901234567890123456"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char text[120];
        snprintf(text, sizeof text, "{\"__type\":\"%s\"}", types[i][0]);
        struct dynamodb_answer a = dynamodb_save_read(400, text, strlen(text));
        ck_assert_str_eq(a.type, types[i][1]);
    }
}
END_TEST

/* An answer may end anywhere: whatever is left of it is a failure, not an item. */
START_TEST(a_cut_answer_is_a_failure)
{
    static const char whole[] = "{\"Item\":" ITEM "}";
    for (size_t bytes = 0; bytes < sizeof whole - 1; bytes++) {
        char *part = malloc(bytes + 1); /* so that ASan sees one byte beyond it */
        memcpy(part, whole, bytes);
        part = realloc(part, bytes > 0 ? bytes : 1);
        UNIT_HOLDS(dynamodb_load_read(200, part, bytes).kind == CLIENT_STORE_FAILED);
        free(part);
    }
}
END_TEST

static const struct unit_case cases[] = {
    {"names", &only_plain_names, UNIT_ROWS(names)},
    {"keys", &a_key_for_all_or_for_a_shard, 0},
    {"once", &reads_may_be_repeated_and_writes_not, 0},
    {"requests fit", &every_request_fits, 0},
    {"items", &an_item_is_read, UNIT_ROWS(items)},
    {"fields", &each_attribute_has_its_field, 0},
    {"answers", &an_answer_is_taken_for_an_event, UNIT_ROWS(answers)},
    {"types", &an_error_has_a_plain_name, 0},
    {"cut answers", &a_cut_answer_is_a_failure, 0},
};

int main(void)
{
    return unit_run("dynamodb", cases, sizeof cases / sizeof *cases);
}
