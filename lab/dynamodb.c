/* dynamodb.c - calls to DynamoDB, and what its answers say. Nothing it sends is
 * believed: what is no answer of DynamoDB's is a failure of the store, what is no item
 * of ours is an item that item_read refuses. */
#include "dynamodb.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

/* --- an item ---------------------------------------------------------------------- */

enum width { U32, U64, I64 };

static const struct {
    const char *name;
    size_t offset;
    enum width width;
} fields[] = {
    {"sv", offsetof(struct item, schema), U32},
    {"gen", offsetof(struct item, generation), U32},
    {"v", offsetof(struct item, version), U64},
    {"opens", offsetof(struct item, opens), U32},
    {"until_ms", offsetof(struct item, until_ms), I64},
    {"owner", offsetof(struct item, owner), U64},
    {"lease_until_ms", offsetof(struct item, lease_until_ms), I64},
    {"ws", offsetof(struct item, window_ms), I64},
    {"calls", offsetof(struct item, calls), U32},
    {"failed", offsetof(struct item, failed), U32},
    {"ok", offsetof(struct item, ok), U32},
    {"ex", offsetof(struct item, expires_s), I64},
};

/* Digits only, and no more than `most`: DynamoDB sends numbers as text, of up to 38
 * digits, some with a point. */
static bool read_digits(const char *text, uint64_t most, uint64_t *out)
{
    uint64_t n = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        uint64_t digit = (uint64_t)(*text - '0');
        if (n > (most - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

static bool read_number(const char *text, enum width width, void *out)
{
    static const uint64_t most[] = {UINT32_MAX, UINT64_MAX, INT64_MAX};
    bool minus = width == I64 && *text == '-';
    uint64_t n;
    if (!read_digits(text + minus, most[width] + minus, &n))
        return false;
    if (minus)
        n = 0 - n;
    uint32_t narrow = (uint32_t)n;
    if (width == U32)
        memcpy(out, &narrow, sizeof narrow);
    else
        memcpy(out, &n, sizeof n); /* an int64_t is stored in two's complement */
    return true;
}

/* The text of an attribute of one type, "N" or "S"; NULL if it is none. */
static const char *attribute(const cJSON *map, const char *name, const char *type)
{
    const cJSON *typed = cJSON_GetObjectItemCaseSensitive(map, name);
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(typed, type));
}

static bool read_state(const cJSON *map, uint32_t *state)
{
    static const char *const words[] = {"C", "O", "H"};
    const char *st = attribute(map, "st", "S");
    for (uint32_t i = 0; st != NULL && i < sizeof words / sizeof *words; i++)
        if (strcmp(st, words[i]) == 0) {
            *state = i;
            return true;
        }
    return false;
}

static struct item read_item(const cJSON *map)
{
    struct item item = {.schema = 0};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *n = attribute(map, fields[i].name, "N");
        char *at = (char *)&item + fields[i].offset;
        if (n == NULL || !read_number(n, fields[i].width, at))
            return (struct item){.schema = 0};
    }
    return read_state(map, &item.state) ? item : (struct item){.schema = 0};
}

bool dynamodb_item_read(const char *text, size_t bytes, struct item *item)
{
    cJSON *map = cJSON_ParseWithLength(text, bytes);
    bool good = cJSON_IsObject(map);
    if (good)
        *item = read_item(map);
    cJSON_Delete(map);
    return good;
}

/* --- an answer -------------------------------------------------------------------- */

/* Errors by their names, the beginning of which says enough; the first one that fits.
 * Those that an operator must mend say how. */
static const struct {
    const char *type;
    int from, to; /* and status, both included */
    const char *fault;
} faults[] = {
    {"", 0, 0, "the store did not answer in time, or could not be reached"},
    {"ResourceNotFound", 400, 499,
     "there is no such table: see TABLE and the region, and whether the stack is up"},
    {"AccessDenied", 400, 499,
     "the role may not: it needs dynamodb:GetItem and dynamodb:UpdateItem on the "
     "table, "
     "for keys that begin with cb#"},
    {"Validation", 400, 499,
     "the store does not take the request: is pk, a string, the key of the table?"},
    {"ProvisionedThroughputExceeded", 400, 499, "the store is throttling us"},
    {"Throttl", 400, 499, "the store is throttling us"},
    {"RequestLimitExceeded", 400, 499, "the store is throttling us"},
    {"UnrecognizedClient", 400, 499, "the store does not know the credentials"},
    {"ExpiredToken", 400, 499, "the credentials have expired"},
    {"", 403, 403, "the store refuses us: see the role, its credentials and the clock"},
    {"", 404, 404, "there is no DynamoDB at this address: see the endpoint"},
    {"", 500, 599, "the store is in trouble"},
    {"", 200, 299, "the store's answer is none of DynamoDB's"},
    {"", -1, -1, "the store does not take the request"} /* all that is left */
};

static const char *find_fault(int status, const char *type)
{
    size_t i = 0;
    for (; faults[i].from >= 0; i++)
        if (status >= faults[i].from && status <= faults[i].to &&
            strncmp(type, faults[i].type, strlen(faults[i].type)) == 0)
            break;
    return faults[i].fault;
}

/* "com.amazonaws.dynamodb.v20120810#NameOfIt", or the name alone. Only letters and
 * digits are kept: it goes into a log. */
static void read_type(const cJSON *root, char *type, size_t room)
{
    const char *full =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "__type"));
    const char *mark = full != NULL ? strrchr(full, '#') : NULL;
    const char *name = mark != NULL ? mark + 1 : full;
    size_t n = 0;
    for (; name != NULL && name[n] != '\0' && n < room - 1; n++) {
        bool plain = (name[n] >= 'a' && name[n] <= 'z') ||
                     (name[n] >= 'A' && name[n] <= 'Z') ||
                     (name[n] >= '0' && name[n] <= '9');
        type[n] = name[n];
        if (!plain)
            break;
    }
    type[n] = '\0';
}

static void show(struct dynamodb_answer *answer, const cJSON *map)
{
    answer->there = cJSON_IsObject(map);
    if (answer->there)
        answer->item = read_item(map);
}

static void fail(struct dynamodb_answer *answer)
{
    answer->kind = CLIENT_STORE_FAILED;
    answer->fault = find_fault(answer->status, answer->type);
}

/* A table's answer to GetItem has an "Item" or, if it holds none, does not. */
static void read_load(struct dynamodb_answer *answer, const cJSON *root)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, "Item");
    answer->kind = CLIENT_STORE_ITEM;
    show(answer, item);
    if (answer->status != 200 || !cJSON_IsObject(root) ||
        (item != NULL && !answer->there))
        fail(answer);
}

static void read_save(struct dynamodb_answer *answer, const cJSON *root)
{
    bool lost = strcmp(answer->type, "ConditionalCheckFailedException") == 0;
    answer->kind = answer->status == 200 ? CLIENT_STORE_SAVED : CLIENT_STORE_CONFLICT;
    show(answer, cJSON_GetObjectItemCaseSensitive(
                     root, answer->status == 200 ? "Attributes" : "Item"));
    if (answer->status == 200 ? !answer->there : answer->status != 400 || !lost)
        fail(answer);
}

static struct dynamodb_answer read_answer(int status, const char *text, size_t bytes,
                                          void (*read)(struct dynamodb_answer *,
                                                       const cJSON *))
{
    struct dynamodb_answer answer = {.status = status};
    cJSON *root = cJSON_ParseWithLength(text, bytes);
    read_type(root, answer.type, sizeof answer.type);
    read(&answer, root);
    if (answer.kind == CLIENT_STORE_FAILED)
        answer.there = false;
    cJSON_Delete(root);
    return answer;
}

struct dynamodb_answer dynamodb_load_read(int status, const char *text, size_t bytes)
{
    return read_answer(status, text, bytes, read_load);
}

struct dynamodb_answer dynamodb_save_read(int status, const char *text, size_t bytes)
{
    return read_answer(status, text, bytes, read_save);
}

/* --- calls ------------------------------------------------------------------------ */

static bool is_name(const char *name, size_t least, size_t most)
{
    static const char good[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length = strlen(name);
    return length >= least && length <= most && strspn(name, good) == length;
}

bool dynamodb_init(struct dynamodb *store, struct aws *aws, const char *table,
                   const char *name, char *why, size_t room)
{
    *store = (struct dynamodb){.aws = aws};
    bool table_good = is_name(table, 3, DYNAMODB_TABLE_MAX);
    if (!table_good || !is_name(name, 1, DYNAMODB_NAME_MAX)) {
        snprintf(why, room, "%s: allowed are %s letters, digits, _ . and -",
                 table_good ? "the breaker's name, BREAKER" : "the table's name, TABLE",
                 table_good ? "1 to 64" : "3 to 255");
        return false;
    }
    memcpy(store->table, table, strlen(table) + 1);
    memcpy(store->name, name, strlen(name) + 1);
    return true;
}

static struct aws_reply call(struct dynamodb *store, const char *target, size_t bytes,
                             bool repeatable, int64_t within_ms)
{
    return aws_call(store->aws,
                    &(struct aws_request){.service = AWS_DYNAMODB,
                                          .path = "/",
                                          .target = target,
                                          .content_type = "application/x-amz-json-1.0",
                                          .body = store->text,
                                          .bytes = bytes,
                                          .within_ms = within_ms,
                                          .repeatable = repeatable});
}

struct dynamodb_answer dynamodb_load(struct dynamodb *store, uint64_t key, bool strong,
                                     int64_t within_ms)
{
    struct aws_reply reply =
        call(store, "DynamoDB_20120810.GetItem", dynamodb_load_text(store, key, strong),
             true, within_ms);
    return dynamodb_load_read(reply.status, reply.body, reply.bytes);
}

struct dynamodb_answer dynamodb_save(struct dynamodb *store, uint64_t key,
                                     const struct item_write *write, int64_t within_ms)
{
    struct aws_reply reply =
        call(store, "DynamoDB_20120810.UpdateItem",
             dynamodb_write_text(store, key, write), false, within_ms);
    return dynamodb_save_read(reply.status, reply.body, reply.bytes);
}
